"""Writes the items of a STAC catalogue as aligned rasters, one for each item or day."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Union

from ...engine.flush import flush_tiles
from ...engine.many import FileSteps
from ...engine.options import RunOptions, split_options
from ...errors import InputError, OptionError
from ...parallel.machine import keep_freed_memory
from ...parallel.recorder import Recorder
from ...parallel.threads import run_chunks
from ...progress import DEFAULT_LOG, Log, Progress, format_speed, log_plan, stages
from ...raster.nodata import format_nodata
from ...reading.block_cache import BlockCache
from ...reading.datasets import keep_environment
from ...report.page import write_report
from ...report.record import recorded
from ...stac.addresses import Address
from ...stac.connections import Connections
from ...stac.fetch import Fetch, shown_url, urllib_fetch
from ...stac.files import AssetFiles, Network, local_identity
from ...stac.inspect import Inspector
from ...stac.scaling import file_scaling_warnings
from ...stac.signing import SIGN_URL, Signer
from ...stac.target import Bounds
from ...tileset.journal import Entry
from ...tileset.scene_list import SCENES_NAME
from ...tileset.scene_set import STACK_NAME, TABLE_NAME, SceneSet
from ...units import format_percent
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .listing import scene_list, stack_xml, table, tallies
from .options import StackOptions, resolve_options
from .plan import StackPlan, plan_stack
from .writer import SceneWriter, StackRun

PathLike = Union[str, "os.PathLike[str]"]

MOST_BELOW_ZERO = 20.0
"""A warning is logged if more than this percentage of an item's values are below zero: an offset was probably applied
twice."""

UNJOURNALLED = ("fetch", "resume", "retries", "connections")
"""Parameters that may change before an unfinished run is resumed."""


@dataclass(frozen=True)
class StackResult:
    """Result of `stac_stack`: paths of the written files, and times of the scenes.

    Attributes
    ----------
    output : str
        Path of the folder.
    scenes : str
        Path of `scenes.json`, the list of the scenes.
    rasters : tuple of str
        Paths of the scenes, ordered by time.
    masks : tuple of str
        Paths of the masks of the scenes, in the order of `rasters`; empty without `mask_asset`.
    vrt : str
        Path of a virtual raster with the bands of all scenes.
    table : str
        Path of the table of items.
    scene_count : int
        Number of scenes.
    times : tuple of datetime.datetime
        Time of each scene in UTC.
    """

    output: str
    scenes: str
    rasters: tuple[str, ...]
    masks: tuple[str, ...]
    vrt: str
    table: str
    scene_count: int
    times: tuple[datetime, ...]


def stac_stack(
    items: PathLike,
    folder: PathLike,
    *,
    assets: str | Sequence[str],
    mask_asset: str = "",
    extent: Bounds | None = None,
    extent_crs: str | None = None,
    grid: PathLike | None = None,
    crs: str | None = None,
    pixel_size: float | None = None,
    resampling: str = "refuse",
    step: str = "solar_day",
    duplicates: str = "newest",
    scaling: str = "catalogue",
    scale: float = 1.0,
    offset: float = 0.0,
    nodata: float | None = None,
    overviews: bool = True,
    signing: str = "as_given",
    sign_url: str = SIGN_URL,
    retries: int = 4,
    connections: int = 8,
    on_error: str = "fail",
    resume: bool = False,
    creation_options: str | Mapping[str, object] = "",
    workers: int = 0,
    memory: float = 0,
    chunk_size: int = 0,
    cog: bool = False,
    report: PathLike | None = None,
    verify: bool = True,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    fetch: Fetch = urllib_fetch,
    create: CreateFile | None = None,
    copy: CopyToCog | None = None,
) -> StackResult:
    """Write the items of a STAC ItemCollection as rasters on one grid, and return their paths.

    Parameters
    ----------
    items : str or os.PathLike
        JSON file with an ItemCollection of STAC 1.0 or 1.1, such as the result of `stac_search`.
    folder : str or os.PathLike
        Folder of the scenes, created if missing.
    assets : str or sequence of str
        Keys or common names of the assets in the order of the bands, such as "red,nir". `key@2` is the second band of
        an asset.
    mask_asset : str, default ""
        Asset with classes or quality bits. It is written to a separate file next to each scene, and never interpolated.
    extent : tuple of float, optional
        (xmin, ymin, xmax, ymax), snapped outward to multiples of the pixel size. Required if `grid` is not given.
    extent_crs : str, optional
        CRS of `extent`; by default, the CRS of the output.
    grid : str or os.PathLike, optional
        Raster that defines the grid of the scenes, instead of `extent`, `crs` and `pixel_size`.
    crs : str, optional
        CRS of the scenes; by default, the CRS that most items have.
    pixel_size : float, optional
        Pixel size in units of the CRS; by default, the smallest pixel size of the assets.
    resampling : {"refuse", "nearest", "bilinear", "cubic", "average"}, default "refuse"
        How to resample assets that are not aligned with the output; "refuse" rejects them.
    step : {"item", "solar_day", "utc_day"}, default "solar_day"
        Items that form one scene: a single item ("item"), or all items of a day in local solar time at the centre of
        the output ("solar_day") or of a day in UTC ("utc_day"). Where items overlap, the valid pixels of the most
        recently processed item are used (see `duplicates`).
    duplicates : {"newest", "all", "refuse"}, default "newest"
        What to do if several items have the same satellite, tile and time (to the second): use the most recently
        processed item ("newest"), use all ("all"), or raise an error ("refuse"). The most recently processed item is
        the one with the highest processing baseline; among items with the same baseline, the one with the latest
        update.
    scaling : {"catalogue", "none", "given"}, default "catalogue"
        Scale and offset of the scenes: those in the catalogue ("catalogue"), none ("none"), or `scale` and `offset`
        ("given"). With "catalogue", whole numbers are added to the pixels so that all scenes have the same offset.
    scale : float, default 1
        Scale for scaling "given".
    offset : float, default 0
        Offset for scaling "given".
    nodata : float, optional
        Nodata value of the assets, used instead of the value that they declare. By default, the declared value; if none
        is declared, 0 for Sentinel-2 and Landsat. If the assets have no common nodata value, integer scenes have an
        internal mask instead, and the nodata value of float scenes is NaN.
    overviews : bool, default True
        If the output has larger pixels than an asset, read the overview with the largest pixels that are not larger
        than the output's pixels. Masks are always read at full resolution.
    signing : {"as_given", "service"}, default "as_given"
        Use URLs unchanged ("as_given"), or have them signed by the service at `sign_url` ("service").
    sign_url : str, optional
        URL of the signing service; by default, that of the Planetary Computer.
    retries : int, default 4
        Maximum number of retries of a request that fails with status 408, 429, or 500 and above.
    connections : int, default 8
        Maximum number of files that are read at once.
    on_error : {"fail", "skip"}, default "fail"
        What to do if a scene cannot be read: end the run ("fail"), or leave the scene out and list it in the table
        ("skip").
    resume : bool, default False
        Keep the scenes that an interrupted run with the same items and parameters completed.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options of the scenes, as `KEY=VALUE|KEY=VALUE` or a mapping.
    workers : int, default 0
        Number of threads that GDAL uses for compression; 0 means one per available CPU core.
    memory : float, default 0
        Memory limit in MB; 0 means a quarter of the available memory.
    chunk_size : int, default 0
        Edge length of a chunk in pixels, rounded up to whole blocks; 0 chooses it automatically.
    cog : bool, default False
        Write Cloud Optimized GeoTIFFs with overviews. `creation_options` are then options of GDAL's COG driver.
    report : str or os.PathLike, optional
        HTML report of the run.
    verify : bool, default True
        Read the results back and compare them with the written data.
    progress : core.progress.Progress, optional
        Receives the progress, and can cancel the run.
    log : core.progress.Log, optional
        Receives the plan, decisions, warnings and summary; by default, the logger `parallel_raster`.
    fetch : core.stac.fetch.Fetch, optional
        Function that sends requests to the signing service. By default, Python's HTTP client.
    create : core.writing.gdal_file.CreateFile, optional
        Function that creates the output files. By default, rasterio creates them.
    copy : core.writing.cog.CopyToCog, optional
        Function that creates Cloud Optimized GeoTIFFs. By default, rasterio creates them.

    Returns
    -------
    StackResult
        Paths of the scenes, of the list of scenes and of the table of items.

    Raises
    ------
    OptionError
        A parameter has an invalid value.
    InputError
        The items cannot be read, or an asset is missing, has no grid, cannot be read or is not aligned.
    OutputError
        A scene cannot be written, or differs from the written data when read back.
    ResourceError
        The memory limit is too small for one block.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    `scenes.json` is written last. After an error or cancellation, the folder is unchanged, unless `resume` is true.
    """
    options, run = split_options(locals(), StackOptions, RunOptions, but=("items", "folder"))
    options = resolve_options(options)
    path, target = os.fspath(items), os.fspath(folder)
    run, recorder = run.recorded({"items": path, "output": target, **_shown(options, but=("fetch",))})
    before, after = stages(run.progress, 1, 99)
    signer = Signer(options.sign_url, options.fetch, options.retries) if options.signing == "service" else None
    files = AssetFiles(Network(options.retries), signer.sign if signer else None)
    with Connections(options.connections, files.close_own) as found:
        plan = plan_stack(path, target, options, run, Inspector(files, found), before)
        log_plan(run.log, plan.decisions(), plan.warnings)
        identity = {"items": _identity(plan), "grid": str(plan.grid), "parameters": _shown(options)}
        names = [name for step in plan.steps for name in (plan.file(step), plan.mask_file(step)) if name]
        started = time.monotonic()
        keep_freed_memory()
        with SceneSet(
            plan.folder, [*names, TABLE_NAME, STACK_NAME], identity, resume=options.resume, log=run.log
        ) as scenes:
            kept = plan.chunks.shared_bytes
            cache = BlockCache(kept, together=True) if kept else None
            shared = StackRun(plan, scenes, files, found, run.create, run.copy, run.verify, cache)
            shared.failed.update({plan.file(step): reason for step, reason in plan.left_out})
            _write(shared, run, recorder, after)
            result = _complete(shared)
    _log_summary(shared, result, run.log, time.monotonic() - started)
    if recorder is not None:
        _write_report(recorder, shared, result)
    return result


def check_stac_stack(items: PathLike, folder: PathLike, **options: Any) -> None:
    """Check the options of `stac_stack` without opening a file.

    Raises
    ------
    ParallelRasterError
        A parameter is invalid, or `items` is empty.
    """
    chosen, run = split_options(options, StackOptions, RunOptions)
    run.check()
    if not os.fspath(items):
        raise OptionError("Specify ITEMS, a JSON file with the result of a STAC search.", parameter="items")
    resolve_options(chosen)


def _shown(options: StackOptions, but: Sequence[str] = UNJOURNALLED) -> dict[str, Any]:
    """Return the parameters, except `but`, as JSON values, without parts that may be secret."""
    names = [each.name for each in fields(options) if each.name not in but]
    values = {name: getattr(options, name) for name in names}
    values["sign_url"] = shown_url(options.sign_url) if options.signing == "service" else ""
    values["assets"] = ",".join(options.names)
    values["extent"] = None if options.extent is None else ", ".join(f"{edge:.12g}" for edge in options.extent)
    plain = (str, int, float, bool, type(None))
    return {name: value if isinstance(value, plain) else str(value) for name, value in values.items()}


def _identity(plan: StackPlan) -> list[list[str]]:
    """Return, for each item, the values that must not have changed if an unfinished run is to be resumed.

    These are the item's ID, the time of its last update, and the URLs of its files without their query strings. A
    local file is identified by its path, size and modification time.
    """

    def of(address: Address) -> tuple[str, ...]:
        return (address.stable,) if address.is_http else (address.href, *local_identity(address.href))

    return [
        [used.item.id, used.item.text("updated"), *(text for band in used.everything for text in of(band.address))]
        for used in plan.items.values()
    ]


def _write(shared: StackRun, run: RunOptions, recorder: Recorder | None, progress: Progress) -> None:
    """Write all scenes, then flush them to disk and verify them."""
    plan = shared.plan
    files = FileSteps([plan.chunks] * len(plan.steps), lambda number: SceneWriter(shared, plan.steps[number]), recorder)
    steps = files.steps()
    writing, flushing = stages(progress, 10 * len(steps), len(steps))
    # The threads do not wait for a server after a cancellation, so all of them end within a fraction of a second.
    try:
        run_chunks(
            files.work, steps, name="scene", workers=plan.chunks.in_flight, progress=writing,
            begin=keep_environment, after=lambda number: steps[number].after,
        )  # fmt: skip
    finally:
        files.abandon()
    entries = [
        (shared.scenes.path(file), entry)
        for step in plan.steps
        for file in (plan.file(step), plan.mask_file(step))
        if file and (entry := shared.scenes.entry(file)) and plan.file(step) not in shared.failed
    ]
    flush_tiles(entries, workers=plan.workers, progress=flushing, verify=run.verify)


def _complete(shared: StackRun) -> StackResult:
    """Write the list of scenes, the table of items and the virtual stack, and give all files their final names."""
    plan, scenes = shared.plan, shared.scenes
    entries = _entries(shared)
    if not entries:
        reason = next(iter(shared.failed.values()))
        raise InputError(f"None of the scenes can be read. The first error: {reason}", parameter="items")
    listed = scene_list(plan, entries)
    texts = {TABLE_NAME: table(plan, entries, shared.failed), STACK_NAME: stack_xml(plan, listed, entries)}
    scenes.complete(listed, texts)

    def path(name: str) -> str:
        return os.path.join(plan.folder, name)

    rasters = tuple(path(scene.file) for scene in listed.scenes)
    masks = tuple(path(scene.mask) for scene in listed.scenes if scene.mask)
    times = tuple(scene.datetime for scene in listed.scenes)
    return StackResult(
        plan.folder, path(SCENES_NAME), rasters, masks, path(STACK_NAME), path(TABLE_NAME), len(rasters), times
    )


def _entries(shared: StackRun) -> dict[str, Entry]:
    """Return the journal entries of the finished scenes, keyed by file name."""
    plan = shared.plan
    files = [plan.file(step) for step in plan.steps if plan.file(step) not in shared.failed]
    return {file: entry for file in files if (entry := shared.scenes.entry(file))}


def _log_summary(shared: StackRun, result: StackResult, log: Log, seconds: float) -> None:
    plan = shared.plan
    for file, reason in shared.failed.items():
        log.warning(f"The scene {file} was left out: {reason}")
    if plan.options.scaling == "catalogue":
        for warning in file_scaling_warnings(each for _, each in sorted(shared.file_scalings.items())):
            log.warning(warning)
    for entry in _entries(shared).values():
        counts = tallies(entry)
        incomplete = sum(tally.pixels for tally in counts.values()) - _valid_pixels(plan, entry)
        if plan.hides_incomplete and incomplete:
            log.warning(
                f"{entry.file}: {incomplete} pixels are valid in only some bands. The internal mask hides them "
                "in all bands. If one value marks missing pixels in all assets, set NODATA to it."
            )
        for number, tally in counts.items():
            name = plan.items[number].item.id
            if tally.saturated:
                log.warning(
                    f"{name}: {tally.saturated} values are outside the range of {plan.profile.dtype} after "
                    "conversion to a common offset. They were set to the nearest valid value."
                )
            if tally.moved:
                log.warning(
                    f"{name}: {tally.moved} valid values are equal to {format_nodata(plan.profile.nodata)}, the nodata "
                    "value of the output. They were set to the nearest other value."
                )
            below = 100 * tally.below / tally.values if tally.values else 0
            if below > MOST_BELOW_ZERO:
                log.warning(
                    f"{name}: {format_percent(below)} of the values are below zero once the scale and offset are "
                    "applied. If the pixels already include the offset, set SCALING to 'given', SCALE to their scale, "
                    "and OFFSET to 0."
                )
        if not entry.valid_share:
            log.warning(f"{entry.file} has no valid pixels.")
    pixels = plan.grid.width * plan.grid.height * len(plan.names) * result.scene_count
    log.info(f"Scenes: {result.scene_count}. {format_speed(pixels, seconds)}")


def _valid_pixels(plan: StackPlan, entry: Entry) -> int:
    """Return the number of valid pixels of a finished scene."""
    return round((entry.valid_share or 0) * plan.grid.width * plan.grid.height)


def _write_report(recorder: Recorder, shared: StackRun, result: StackResult) -> None:
    plan, chunks = shared.plan, shared.plan.chunks
    windows = [(each.col_off, each.row_off, each.width, each.height) for _ in plan.steps for each in chunks.windows()]
    valid = sum(_valid_pixels(plan, entry) for entry in _entries(shared).values())
    counts = {"Scenes": result.scene_count, "Scenes left out": len(shared.failed)}
    write_report(
        recorder,
        recorded(
            recorder, title="STAC items to aligned rasters", output=plan.folder, width=chunks.width,
            height=chunks.height, chunks=windows, workers=chunks.in_flight, memory_bound=chunks.memory,
            memory_limit=chunks.limit, valid=valid, counts=counts,
            written=chunks.width * chunks.height * result.scene_count,
        ),
    )  # fmt: skip
