"""Temporal composite: combines the scenes of each period into one raster, chunk by chunk in parallel."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Union

from ...engine.options import RunOptions, split_options
from ...engine.run import connect_workers
from ...errors import OptionError, renamed
from ...parallel.machine import resolve_workers
from ...pixels.run import report_counts, warn_of_functions
from ...pixels.scenes import outside_range
from ...progress import DEFAULT_LOG, Log, NoProgress, Progress, log_plan, stages
from ...raster.statistics import Statistics
from ...report.page import write_report
from ...report.record import recorded
from ...scenes.periods import Period
from ...stac.items import is_item_collection
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .catalogue import PARAMETERS, CatalogueAccess, catalogue_access, catalogue_crs
from .options import CompositeOptions, check_options
from .plan import plan_composite
from .run import CompositeRun
from .scenes import read_scenes
from .task import COUNT, DATE

PathLike = Union[str, "os.PathLike[str]"]


@dataclass(frozen=True)
class CompositeResult:
    """Paths of the composites, and their periods.

    Attributes
    ----------
    output : str
        Path of the folder.
    rasters : tuple of str
        Paths of the composites in chronological order; empty if there is one file for all periods.
    stack : str or None
        Path of the file with all periods, for layout "stack".
    table : str
        Path of the table of scenes.
    period_count : int
        Number of periods.
    periods : tuple of core.scenes.periods.Period
        Name and range of each period.
    statistics : tuple of core.raster.statistics.Statistics
        Statistics of each band over all periods, after scale and offset were applied.
    count_rasters, date_rasters : tuple of str
        Paths of the rasters with the number of observations, and of those with the day of the scene chosen per pixel.
    """

    output: str
    rasters: tuple[str, ...]
    stack: str | None
    table: str
    period_count: int
    periods: tuple[Period, ...]
    statistics: tuple[Statistics, ...]
    count_rasters: tuple[str, ...] = ()
    date_rasters: tuple[str, ...] = ()


def temporal_composite(
    sources: Sequence[PathLike] | PathLike | None,
    folder: PathLike,
    *,
    input_folder: PathLike | None = None,
    pattern: str = "*.tif",
    scenes: PathLike | None = None,
    network: bool = False,
    name_regex: str = "",
    dates_file: PathLike | None = None,
    start: str = "",
    end: str = "",
    period: str = "month",
    climatology: bool = False,
    empty: str = "skip",
    bands: Sequence[int | str] | None = None,
    value: str = "bands",
    expression: str = "(A@4-A@3)/(A@4+A@3)",
    reducer: str = "median",
    percentile: float = 25.0,
    min_count: int = 1,
    fuse: bool = True,
    mask_band: int | str = "",
    mask_pattern: str = "",
    mask_values: str = "",
    mask_bits: str | None = None,
    mask_grow: float = 0,
    scaling: str = "stored",
    scale: float = 1.0,
    offset: float = 0.0,
    nodata: float | None = None,
    resolution: str = "same",
    pixel_size: float | None = None,
    resampling: str = "refuse",
    extent: tuple[float, float, float, float] | None = None,
    data_type: str = "auto",
    output_nodata: float | None = None,
    layout: str = "files",
    counts: bool = True,
    dates: bool = False,
    creation_options: str | Mapping[str, object] = "",
    workers: int = 0,
    memory: float = 0,
    chunk_size: int = 0,
    cog: bool = False,
    cluster: str = "",
    report: PathLike | None = None,
    overview: int = -1,
    verify: bool = True,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    create: CreateFile | None = None,
    copy: CopyToCog | None = None,
) -> CompositeResult:
    """Combine the scenes of each period, write one raster per period to a folder, and return the paths.

    Parameters
    ----------
    sources : str, os.PathLike, sequence of them, or None
        Files of the scenes, or a folder; None if `input_folder` or `scenes` is given. Files whose names differ only in
        the band belong to one scene.
    folder : str or os.PathLike
        Folder of the outputs, created if missing. It must not contain inputs.
    input_folder : str or os.PathLike, optional
        Folder with the files, instead of `sources`.
    pattern : str, default "*.tif"
        Pattern that file names must match if a folder is given.
    scenes : str or os.PathLike, optional
        List of scenes, instead of `sources`: a `scenes.json`, which contains their dates, masks and scales, or a STAC
        ItemCollection. The bands of a STAC item are its assets, named by key or common name. The earliest item
        determines the grid.
    network : bool, default False
        Read files of an ItemCollection from servers. If False, files on servers are rejected.
    name_regex : str, default ""
        Regular expression for file names with the named groups `date` (or `year`, `month`, `day`, `doy`), `band` and
        `scene`. By default, the names of known products are recognized; in other names, the date is used if there is
        only one.
    dates_file : str or os.PathLike, optional
        CSV file with the columns `file` and `datetime`. Its times take precedence over dates in file names.
    start, end : str, default ""
        ISO dates or times of the first and last scene to use. A date means the whole day.
    period : str, default "month"
        Period that one output covers: a key of `core.choices.PERIODS`. December belongs to the winter of the next year.
    climatology : bool, default False
        Combine the same season, month, dekad or week of all years.
    empty : {"skip", "nodata"}, default "skip"
        Leave out periods without a scene, or write a raster of nodata for each of them.
    bands : sequence of int or str, optional
        Numbers (counted from 1) or names of the bands; by default all except the mask band. For an ItemCollection,
        keys or common names of assets; by default all assets with the role "data" and one band.
    value : {"bands", "expression"}, default "bands"
        Combine the bands of the scenes, or the results of the formula `expression` for each scene.
    expression : str, default "(A@4-A@3)/(A@4+A@3)"
        Formula as for `raster_calculator`, in which A is the scene. If `value` is "expression", the results of the
        formula are combined. If `reducer` is "best", the results are the scores by which scenes are chosen.
    reducer : str, default "median"
        How values are combined: a key of `core.choices.REDUCERS`. "first", "last", "medoid" and "best" take all bands
        of a pixel from one scene in which all bands are valid; the other reducers combine each band separately.
    percentile : float, default 25
        For reducer "percentile": a number from 0 to 100, interpolated linearly.
    min_count : int, default 1
        Minimum number of valid observations. Pixels with fewer observations are nodata. Has no effect on reducer
        "count", whose result is 0 for pixels without an observation.
    fuse : bool, default True
        Treat the scenes of a solar day as one observation. Each pixel is taken from the first of these scenes in which
        it is valid. Ignored for period "scene".
    mask_band : int or str, default ""
        Number or name of the band whose values hide pixels.
    mask_pattern : str, default ""
        Name of the file with the mask layer of a scene, in the folder of the scene. `{scene}` stands for the name of
        the scene.
    mask_values : str, default ""
        Values of the mask that hide pixels, such as "3,8-10". If neither values nor bits are given, clouds and cloud
        shadows are hidden according to the product to which the mask belongs.
    mask_bits : str, optional
        Bits of the mask that hide pixels, such as "1-4" or "8-9=2-3".
    mask_grow : float, default 0
        Distance in map units by which hidden areas grow.
    scaling : {"stored", "none", "given"}, default "stored"
        Scale and offset of the scenes: as stored in the bands, none, or `scale` and `offset`. If they are the same in
        all scenes, they are stored in the output; otherwise they are applied to the values.
    scale : float, default 1.0
        Scale for scaling "given".
    offset : float, default 0.0
        Offset for scaling "given".
    nodata : float, optional
        Nodata value of all scenes, overriding the declared values.
    resolution : {"same", "highest", "lowest", "average", "user"}, default "same"
        Pixel size of the output, as for `merge_tiles`.
    pixel_size : float, optional
        Pixel size for resolution "user", in units of the CRS.
    resampling : {"refuse", "nearest", "bilinear", "cubic", "average"}, default "refuse"
        How to resample files that are not on the grid of the first scene; "refuse" rejects them.
    extent : tuple of float, optional
        (xmin, ymin, xmax, ymax) in the CRS of the first scene, snapped outward to pixel edges. By default, the extent
        of all scenes.
    data_type : str, default "auto"
        Data type of the output: a key of `core.choices.PIXEL_TYPES`; "auto" depends on the reducer and the data types
        of the scenes. If another type cannot represent a value that a reducer takes unchanged from a scene, the run
        ends with an error; computed values that an integer type cannot hold become nodata.
    output_nodata : float, optional
        Nodata value of the output. By default, -9999 for floats, the highest value for unsigned integers, and the
        lowest value for signed integers. If values are taken unchanged from the scenes, the default is the nodata value
        that all scenes share, if there is one.
    layout : {"files", "stack"}, default "files"
        One file per period, or one file with the bands of all periods.
    counts : bool, default True
        Also write the number of observations of each pixel.
    dates : bool, default False
        Also write the day of the scene that was chosen for each pixel, in days since 1970-01-01. Only for reducers that
        choose a scene.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options of the composites, as `KEY=VALUE|KEY=VALUE` or a mapping.
    workers : int, default 0
        Number of threads; 0 means one per available CPU core.
    memory : float, default 0
        Memory limit in MB; 0 means a quarter of the available memory.
    chunk_size : int, default 0
        Edge length of a chunk in pixels, rounded up to whole blocks; 0 chooses it automatically.
    cog : bool, default False
        Write Cloud Optimized GeoTIFFs with overviews. `creation_options` are then options of GDAL's COG driver.
    cluster : str, default ""
        Cluster that computes the chunks, in the form described for `normalized_difference`. If empty, threads of this
        process are used.
    report : str or os.PathLike, optional
        HTML report of the run.
    overview : int, default -1
        Overview of each file to read, counted from 0; -1 reads the full resolution. The output has the grid of the
        overviews. Masks are read at full resolution. Not for an ItemCollection.
    verify : bool, default True
        Read the results back and compare them with the written data. Turn it off only for measurements.
    progress : core.progress.Progress, optional
        Receives the progress, and can cancel the run.
    log : core.progress.Log, optional
        Receives the plan, decisions, warnings and summary; by default, the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Function that creates the output files. By default, rasterio creates them.
    copy : core.writing.cog.CopyToCog, optional
        Function that creates Cloud Optimized GeoTIFFs. By default, rasterio creates them.

    Returns
    -------
    CompositeResult
        Paths of the composites and of the table of scenes, and the periods.

    Raises
    ------
    OptionError
        A parameter has an invalid value.
    InputError
        A scene cannot be read, has no date or several dates, or does not match the others.
    OutputError
        A result cannot be written, or differs from the written data when read back.
    ResourceError
        The memory limit is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    All files appear in the folder together at the end. After an error or cancellation, the folder is unchanged. The
    medoid is defined as in Flood (2013), Remote Sensing 5(12), 6481-6500.
    """
    given = split_options(locals(), CompositeOptions, RunOptions, but=("sources", "folder"))
    paths, options, run = _shared_paths(sources, *given)
    with contextlib.ExitStack() as stack:
        access = None
        if _is_catalogue(paths, options):
            stack.enter_context(renamed(PARAMETERS))
            access = stack.enter_context(catalogue_access())
        return _write(paths, os.fspath(folder), options, run, access)


def _is_catalogue(paths: Sequence[str], options: CompositeOptions) -> bool:
    only = options.scenes and not paths and not options.input_folder
    return bool(only) and is_item_collection(str(options.scenes))


def _write(
    paths: list[str], folder: str, options: CompositeOptions, run: RunOptions, access: CatalogueAccess | None
) -> CompositeResult:
    """Write the composites and return the result; `access` opens the files of a catalogue."""
    run, recorder = run.recorded({"inputs": paths, "output": folder, **vars(options)})
    (before, after) = stages(run.progress, 1, 99)
    plan = plan_composite(paths, folder, options, run, before, access)
    inspector = access.inspector if access else None
    with connect_workers(run.cluster, run.progress, run.log) as cluster_workers:
        if cluster_workers is not None:
            plan = plan.with_chunks(cluster_workers.fit(plan.chunks, chunk_size=run.chunk_size, memory=run.memory))
        log_plan(run.log, plan.decisions(), plan.warnings)
        warn_of_functions(run.log, plan.inexact, cluster_workers)
        running = CompositeRun(plan, replace(run, progress=after), cluster_workers, recorder, inspector)
        table = running.write()
    if recorder is not None:
        chunks = plan.chunks
        windows = [(each.col_off, each.row_off, each.width, each.height) for each in chunks.windows()]
        numbers = {"Periods": len(plan.periods), **report_counts(plan.counted, running.counts.numbers)}
        write_report(
            recorder,
            recorded(
                recorder, title="Temporal composite", output=plan.folder, width=chunks.width, height=chunks.height,
                chunks=windows, workers=chunks.in_flight, memory_bound=chunks.memory, memory_limit=chunks.limit,
                valid=running.valid, counts=numbers, written=chunks.width * chunks.height * len(plan.periods),
            ),
        )  # fmt: skip
    made = tuple(each.destination for each in plan.outputs)
    stacked = options.layout.lower() == "stack"

    def beside(kind: str) -> tuple[str, ...]:
        return tuple(each.beside[kind].destination for each in plan.outputs if kind in each.beside)

    return CompositeResult(
        plan.folder, () if stacked else made, made[0] if stacked else None, table, len(plan.periods), plan.periods,
        running.statistics, beside(COUNT), beside(DATE),
    )  # fmt: skip


def check_temporal_composite(sources: Sequence[PathLike] | PathLike | None, folder: PathLike, **options: Any) -> None:
    """Raise the errors that `temporal_composite` would raise because of its options, without opening a raster.

    Raises
    ------
    ParallelRasterError
        A parameter is invalid, or none or more than one of INPUTS, INPUT_FOLDER and SCENES is given.
    """
    given = split_options(options, CompositeOptions, RunOptions)
    paths, chosen, run = _shared_paths(sources, *given)
    run.check()
    check_options(chosen)
    if sum(map(bool, (paths, chosen.input_folder, chosen.scenes))) != 1:
        raise OptionError("Specify exactly one of INPUTS, INPUT_FOLDER and SCENES.", parameter="sources")


def reference_crs(sources: Sequence[PathLike] | PathLike | None, folder: PathLike, **options: Any) -> str:
    """Return the CRS of the outputs, taken from the earliest scene, as WKT; "" if the scene has none.

    Raises
    ------
    ParallelRasterError
        A parameter is invalid, or a scene cannot be used.
    """
    paths, chosen, run = _shared_paths(sources, *split_options(options, CompositeOptions, RunOptions))
    check_options(chosen)
    if _is_catalogue(paths, chosen):
        with renamed(PARAMETERS):
            return catalogue_crs(chosen)
    scenes = read_scenes(
        paths, chosen, os.fspath(folder), workers=resolve_workers(run.workers), progress=NoProgress(), log=run.log
    )
    reasons = outside_range(scenes, chosen.start, chosen.end)
    crs = next(scene.bands[0].grid.crs for number, scene in enumerate(scenes) if number not in reasons)
    return str(crs.to_wkt()) if crs else ""


def _shared_paths(
    sources: Sequence[PathLike] | PathLike | None, options: CompositeOptions, run: RunOptions
) -> tuple[list[str], CompositeOptions, RunOptions]:
    """Return the input paths and the options; all paths are valid on all machines used by the run."""
    folder = options.input_folder
    if isinstance(sources, (str, os.PathLike)):
        path = os.fspath(sources)
        if path and not folder and os.path.isdir(path):
            folder, sources = path, []
        else:
            sources = [path] if path else []
    options = replace(
        options,
        input_folder=run.path(folder) if folder else None,
        scenes=run.path(options.scenes) if options.scenes else None,
        dates_file=os.fspath(options.dates_file) if options.dates_file else None,
    )
    return [run.path(path) for path in sources or ()], options, run
