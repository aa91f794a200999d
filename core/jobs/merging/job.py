"""Merge tiles, files to file: a mosaic of any number of rasters, chunk by chunk in parallel."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Union

from ...engine.options import RunOptions, split_options
from ...engine.run import Watch, connect_workers, executor_of, run_task
from ...errors import about
from ...parallel.recorder import Recorder
from ...progress import DEFAULT_LOG, Log, Progress, format_speed, log_plan, stages
from ...raster.subdatasets import input_file, store_driver
from ...reading.readers import InputSnapshot
from ...reading.safe_paths import TIFF_EXTENSIONS
from ...report.page import write_report
from ...report.record import run_record
from ...tileset.inputs import list_inputs
from ...writing.checks import check_place
from ...writing.cog import CopyToCog, raster_writer
from ...writing.gdal_file import CreateFile
from ...writing.vrt import VIRTUAL, is_virtual
from .options import MergeOptions, check_options
from .pixels import MergeTotals
from .plan import MergePlan, plan_merge
from .task import MergeTask
from .virtual import check_virtual, virtual_warnings, write_virtual
from .virtual_pixels import check_drawn_pixels

if TYPE_CHECKING:
    from ...cluster.workers import ClusterWorkers

EXTENSIONS = (*TIFF_EXTENSIONS, *VIRTUAL)
"""Of the outputs."""

PathLike = Union[str, "os.PathLike[str]"]


@dataclass(frozen=True)
class MergeResult:
    """The file written, how many rasters went into it, and the share of its blocks copied without decoding.

    Attributes
    ----------
    output : str
        Path of the file.
    tile_count : int
        Number of rasters.
    copied_percent : float
        Share of the blocks that were copied, in percent.
    """

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
    sources : str, os.PathLike, sequence of them, or None
        Rasters in their order, or a folder; None with `input_folder`.
    dst : str or os.PathLike
        GeoTIFF to write; a name that ends in `.vrt` gives a virtual mosaic (methods "first" and "last").
    input_folder : str or os.PathLike, optional
        In place of `sources`: the tiles that the `tiles.json` of a folder lists, or where there is none all files
        whose names match `pattern`, sorted by name.
    pattern : str, default "*.tif"
        Which files of a folder are taken.
    method : str, default "first"
        Result where several rasters overlap: a key of `core.choices.MERGE_METHODS`.
    feather : int, default 32
        Width in pixels over which the weight of a raster grows from its edge inward, with "feather".
    trim_overlap : bool, default True
        With "first" and "last", take from tiles that a `tiles.json` lists their own pixels only, not their overlap.
    pixel_rule : {"band", "any", "all"}, default "band"
        Which pixels of a raster count where only some of their bands are valid. "band": each band by itself, so that
        one pixel may have bands of several rasters; "any" ("first" and "last" only): where any band is valid, and the
        pixel is taken whole; "all": where all bands are valid.
    resolution : {"same", "highest", "lowest", "average", "user"}, default "same"
        Which rasters give the pixel size of the mosaic; "same" refuses rasters that differ, "user" is `pixel_size`.
    pixel_size : float, optional
        Pixel size with "user", in units of the CRS.
    resampling : {"refuse", "nearest", "bilinear", "cubic", "average"}, default "refuse"
        How rasters that lie off the grid of the mosaic, or in another CRS, are brought onto it.
    extent : tuple of float, optional
        (xmin, ymin, xmax, ymax) in the CRS of the first raster, snapped outward to whole pixels. Without it the extent
        of all rasters.
    nodata : float, optional
        Nodata value of all rasters, in place of the ones that they declare.
    output_nodata : float, optional
        Nodata value of the mosaic. Without it the one that all rasters share, else a mask, or NaN for floats.
    data_type : str, default "auto"
        Type of the mosaic: a key of `core.choices.MERGE_TYPES`; "auto" is the smallest that holds the results.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping, in addition to those of the first raster.
    workers : int, default 0
        Number of threads; 0 means one for each available processor.
    memory : float, default 0
        Working memory in MB; 0 means a quarter of what is available.
    chunk_size : int, default 0
        Edge of a chunk in pixels, rounded up to whole blocks; 0 lets the planner choose.
    cog : bool, default False
        Write a Cloud Optimized GeoTIFF with overviews. `creation_options` are then those of GDAL's COG driver.
    cluster : str, default ""
        Cluster that merges the blocks that cannot be copied, as for `normalized_difference`. Empty: threads of this
        process.
    report : str or os.PathLike, optional
        HTML file that describes the run, written when `dst` is complete.
    verify : bool, default True
        Read the result back and compare it with what was written. Turn it off for measurements only.
    progress : core.progress.Progress, optional
        Told how many chunks are done, and asked whether the run is cancelled.
    log : core.progress.Log, optional
        Takes the plan, the decisions, the warnings and the summary; by default the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Makes the file that is written, in place of rasterio.
    copy : core.writing.cog.CopyToCog, optional
        Makes the Cloud Optimized GeoTIFF, in place of rasterio.

    Returns
    -------
    MergeResult
        Path and counts.

    Raises
    ------
    OptionError
        A parameter has a value that cannot be used.
    InputError
        An input cannot be read, or does not fit the others.
    OutputError
        The result cannot be written, or was not written correctly.
    ResourceError
        The memory is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    After an error or a cancel, `dst` is as it was before.
    """
    given = split_options(locals(), MergeOptions, RunOptions, but=("sources", "dst"))
    paths, options, run = _shared_paths(sources, *given)
    run, recorder = run.recorded({"inputs": paths, "output": dst, **vars(options)})
    (before, _) = stages(run.progress, 0, 1)
    plan = plan_merge(paths, os.fspath(dst), options, run, before)
    if is_virtual(plan.destination):
        check_virtual(plan)
        log_plan(run.log, plan.decisions(), plan.warnings)
        (checking,) = stages(run.progress, 1)
        check_drawn_pixels(plan, checking)
        write_virtual(plan)
        for line in virtual_warnings(plan):
            run.log.warning(line)
        run.progress.report(1, 1)
        result = MergeResult(plan.destination, len(plan.inputs), 0.0)
    else:
        with connect_workers(run.cluster, run.progress, run.log) as cluster_workers:
            if cluster_workers is not None:
                plan = replace(
                    plan, chunks=cluster_workers.fit(plan.chunks, chunk_size=run.chunk_size, memory=run.memory)
                )
            log_plan(run.log, plan.decisions(), plan.warnings)
            result = _write_mosaic(plan, run, recorder, cluster_workers)
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
    given = split_options({"input_folder": input_folder, **options}, MergeOptions, RunOptions)
    paths, chosen, run = _shared_paths(sources, *given)
    run.check()
    choices = check_options(chosen)
    with about(chosen.names_inputs):
        files = list_inputs(paths, chosen.input_folder, chosen.pattern, os.fspath(dst), records=choices.trims)
    with about("dst"):
        check_place(os.fspath(dst), [input_file(file.path) for file in files], EXTENSIONS)


def _shared_paths(
    sources: Sequence[PathLike] | PathLike | None, options: MergeOptions, run: RunOptions
) -> tuple[list[str], MergeOptions, RunOptions]:
    """Return the inputs by name, and the options with their folder, as all machines of the run know them."""
    paths, folder = _split_sources(sources, options.input_folder)
    folder = run.path(folder) if folder else None
    return [run.path(path) for path in paths], replace(options, input_folder=folder), run


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


def _write_mosaic(
    plan: MergePlan, run: RunOptions, recorder: Recorder | None, cluster_workers: ClusterWorkers | None
) -> MergeResult:
    started = time.monotonic()
    inputs = InputSnapshot(plan.files, [band for each in plan.inputs for band in each.bands[:1]])
    counts = MergeTotals()
    with raster_writer(plan.destination, plan.profile, create=run.create, copy=run.copy) as writer:
        computing, finishing = stages(run.progress, *writer.shares(plan.chunks.count, run.verify))
        executor = executor_of(cluster_workers, workers=plan.workers, verify=run.verify)
        copied = run_task(MergeTask(plan), writer, executor, Watch(computing, counts.add, recorder))
        writer.finish(workers=plan.workers, progress=finishing, verify=run.verify, check_inputs=inputs.check)
    for line in counts.total.warnings():
        run.log.warning(line)
    seconds, pixels = time.monotonic() - started, plan.profile.grid.width * plan.profile.grid.height
    copied_percent = 100 * copied / pixels
    run.log.info(f"{copied_percent:.4g} % of the blocks were copied as they are encoded in the inputs")
    run.log.info(format_speed(pixels, seconds))
    return MergeResult(plan.destination, len(plan.inputs), copied_percent)
