"""Merge tiles, files to file: a mosaic of any number of rasters, chunk by chunk in parallel."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Union

from ...engine.run import crew_of, shared_path
from ...errors import about
from ...parallel.recorder import Recorder
from ...parallel.threads import run_chunks
from ...progress import DEFAULT_LOG, Log, NoProgress, Progress, stages
from ...raster.subdatasets import input_file, store_driver
from ...reading.readers import InputSnapshot, Readers
from ...reading.safe_paths import TIFF_EXTENSIONS
from ...report.page import write_report
from ...report.record import run_record
from ...tileset.inputs import list_inputs
from ...writing.checks import check_place
from ...writing.cog import CopyToCog, raster_writer
from ...writing.gdal_file import CreateFile
from ...writing.vrt import VIRTUAL, is_virtual
from ...writing.writer import RasterWriter
from .on_cluster import merge_on_cluster
from .options import MergeOptions, check_options
from .plan import MergePlan, plan_merge
from .reader import InputReader
from .task import PieceRun
from .virtual import check_virtual, virtual_warnings, write_virtual
from .virtual_pixels import check_drawn_pixels

if TYPE_CHECKING:
    from ...cluster.workers import Crew

EXTENSIONS = (*TIFF_EXTENSIONS, *VIRTUAL)
"""Of the outputs."""

PathLike = Union[str, "os.PathLike[str]"]


@dataclass(frozen=True)
class MergeResult:
    """The file written, how many rasters went into it, and the share of its blocks copied without decoding."""

    output: str
    tile_count: int
    copied_percent: float


def merge_tiles(
    sources: Sequence[PathLike] | PathLike | None,
    dst: PathLike,
    *,
    input_folder: PathLike | None = None,
    pattern: str = "*.tif",
    method: str = "first",
    feather: int = 32,
    trim_overlap: bool = True,
    pixel_rule: str = "band",
    resolution: str = "same",
    pixel_size: float | None = None,
    resampling: str = "refuse",
    extent: tuple[float, float, float, float] | None = None,
    nodata: float | None = None,
    output_nodata: float | None = None,
    data_type: str = "auto",
    creation_options: str | Mapping[str, object] = "",
    workers: int = 0,
    memory: float = 0,
    chunk_size: int = 0,
    cog: bool = False,
    cluster: str = "",
    report: PathLike | None = None,
    verify: bool = True,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    create: CreateFile | None = None,
    copy: CopyToCog | None = None,
) -> MergeResult:
    """Write the mosaic of several rasters to a GeoTIFF, or to a VRT that names them, and return what went into it.

    Parameters
    ----------
    sources, dst
        The rasters in their order, or a folder (see `input_folder`); and the GeoTIFF to write; a name that
        ends in `.vrt` gives a virtual mosaic ("first" and "last").
    input_folder, pattern
        In place of `sources`: the tiles that the `tiles.json` of a folder lists, or where there is none all files
        whose names match the pattern, sorted by name.
    method
        A word of `options.MERGE_METHODS`: what becomes of pixels that several rasters have.
    feather
        With "feather": over so many pixels from an edge the weight of a raster grows to all.
    trim_overlap
        With "first" and "last": tiles that a `tiles.json` lists give their own pixels, not those around them.
    pixel_rule
        Which pixels of a raster count where only some of their bands are valid: a word of `options.PIXEL_RULES`.
        "band": each band by itself, so that one pixel may have bands of several rasters; "any" ("first" and "last"
        only): where any band is valid, and the pixel is taken whole; "all": where all bands are.
    resolution, pixel_size
        Whose pixel size the mosaic has: a word of `options.RESOLUTIONS`; `pixel_size` with "user".
    resampling
        "refuse" rasters off the grid of the first, or in another CRS; else how they are brought onto it.
    extent
        (xmin, ymin, xmax, ymax) in the CRS of the first raster, snapped outward to whole pixels; None: all.
    nodata
        Nodata of all rasters, over what they declare.
    output_nodata
        Nodata of the mosaic; None: what all rasters share, else a mask, or NaN for floats.
    data_type
        "auto": the smallest type that holds what the method gives; or a numpy name.
    creation_options
        `KEY=VALUE|KEY=VALUE` or a mapping, over those of the first raster.
    workers, memory, chunk_size
        Threads, working memory in MB, edge of a chunk in pixels; 0 chooses.
    cog
        Make a Cloud Optimized GeoTIFF, with overviews; `creation_options` are then GDAL's COG driver's.
    cluster
        The workers of a cluster merge what cannot be copied, as for `normalized_difference`.
    report
        An HTML page about the run, written beside the result; None: none.
    verify
        False leaves out reading the result back; for measurements only.
    progress, log
        Hear of chunks done, and of the plan, the decisions and the summary.
    create
        Makes the file that is written, see `gdal_file.CreateFile`; None: rasterio does.
    copy
        Makes the Cloud Optimized GeoTIFF, see `cog.CopyToCog`; None: rasterio does.

    Returns
    -------
    MergeResult
        Path and counts.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the run was cancelled; `dst` is then as it was.
    """
    paths, folder = _split_sources(sources, input_folder)
    if cluster:
        paths, folder = [shared_path(path) for path in paths], shared_path(folder) if folder else None
    options = MergeOptions(
        input_folder=folder, pattern=pattern, method=method, feather=feather, trim_overlap=trim_overlap,
        pixel_rule=pixel_rule, resolution=resolution, pixel_size=pixel_size, resampling=resampling, extent=extent,
        nodata=nodata, output_nodata=output_nodata, data_type=data_type, creation_options=creation_options,
        workers=workers, memory=memory, chunk_size=chunk_size, cog=cog, report=report, cluster=cluster,
    )  # fmt: skip
    recorder = Recorder(report, {"inputs": paths, "output": dst, **vars(options)}, log) if report else None
    log = recorder or log
    progress = recorder.watch(progress or NoProgress()) if recorder else progress or NoProgress()
    (before, _) = stages(progress, 0, 1)
    plan = plan_merge(paths, os.fspath(dst), options, before)
    if is_virtual(plan.destination):
        check_virtual(plan)
        _log_plan(plan, log)
        (checking,) = stages(progress, 1)
        check_drawn_pixels(plan, checking)
        write_virtual(plan)
        for line in virtual_warnings(plan):
            log.warning(line)
        progress.report(1, 1)
        result = MergeResult(plan.destination, len(plan.inputs), 0.0)
    else:
        with crew_of(cluster, progress, log) as crew:
            if crew is not None:
                plan = replace(plan, chunks=crew.fit(plan.chunks, chunk_size=chunk_size, memory=memory))
            _log_plan(plan, log)
            open_writer = functools.partial(raster_writer, plan.destination, plan.profile, create=create, copy=copy)
            result = _write_mosaic(plan, open_writer, verify, progress, log, recorder, crew)
    if recorder is not None:
        counts = {"Rasters": result.tile_count, "Blocks copied (percent)": result.copied_percent}
        write_report(recorder, run_record(recorder, plan.chunks, "Merge tiles", plan.destination, None, counts))
    return result


def check_merge_tiles(
    sources: Sequence[PathLike] | PathLike | None,
    dst: PathLike,
    *,
    input_folder: PathLike | None = None,
    **options: Any,
) -> None:
    """Raise what `merge_tiles` would raise before it opens the first raster, and write nothing.

    Raises
    ------
    ParallelRasterError
        A parameter cannot be used, a tile set is not complete, or a result cannot be written at that place.
    """
    paths, folder = _split_sources(sources, input_folder)
    chosen = MergeOptions(input_folder=folder, **options)
    choices = check_options(chosen)
    with about(chosen.names_inputs):
        files = list_inputs(paths, folder, chosen.pattern, os.fspath(dst), records=choices.trims)
    with about("dst"):
        check_place(os.fspath(dst), [input_file(file.path) for file in files], EXTENSIONS)


def _split_sources(
    sources: Sequence[PathLike] | PathLike | None, folder: PathLike | None
) -> tuple[list[str], str | None]:
    """Return the files by name and the folder, of which a single path may be either."""
    if isinstance(sources, (str, os.PathLike)):
        path = os.fspath(sources)
        if path and not folder and os.path.isdir(path) and not store_driver(path):
            return [], path
        sources = [path] if path else []
    return [os.fspath(path) for path in sources or ()], os.fspath(folder) if folder else None


def _log_plan(plan: MergePlan, log: Log) -> None:
    for line in plan.decisions():
        log.info(line)
    for line in plan.warnings:
        log.warning(line)


def _write_mosaic(
    plan: MergePlan,
    open_writer: Callable[[], RasterWriter],
    verify: bool,
    progress: Progress,
    log: Log,
    recorder: Recorder | None,
    crew: Crew | None,
) -> MergeResult:
    started = time.monotonic()
    inputs = InputSnapshot(plan.files, [band for each in plan.inputs for band in each.bands[:1]])
    with open_writer() as writer:
        computing, finishing = stages(progress, *writer.shares(plan.chunks.count, verify))
        with Readers(plan.open_files) as readers:
            run = PieceRun(plan, InputReader(plan.inputs, readers, plan.rules.pixel_rule), writer)
            if crew is not None:
                merge_on_cluster(run, plan, writer, crew, verify=verify, progress=computing, recorder=recorder)
            else:
                at_once = plan.chunks.in_flight
                run_chunks(
                    run.work, plan.chunks.windows(), name="merge", workers=at_once, progress=computing,
                    recorder=recorder,
                )  # fmt: skip
        writer.finish(workers=plan.workers, progress=finishing, verify=verify, check_inputs=inputs.check)
    for line in run.counts.warnings():
        log.warning(line)
    seconds, pixels = time.monotonic() - started, plan.profile.grid.width * plan.profile.grid.height
    log.info(f"{run.copied_percent:.4g} % of the blocks were copied as they are encoded in the inputs")
    log.info(f"{pixels / 1e6:.2f} megapixels in {seconds:.2f} s, {pixels / 1e6 / seconds:.1f} megapixels per second")
    return MergeResult(plan.destination, len(plan.inputs), run.copied_percent)
