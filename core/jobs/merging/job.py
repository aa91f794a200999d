"""Merge any number of rasters into a mosaic, chunk by chunk in parallel."""

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
from ...units import format_percent
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
"""File extensions that an output may have."""

PathLike = Union[str, "os.PathLike[str]"]


@dataclass(frozen=True)
class MergeResult:
    """Path of the mosaic, number of rasters, and share of the mosaic that was copied without decoding.

    Attributes
    ----------
    output : str
        Path of the mosaic.
    tile_count : int
        Number of rasters merged.
    copied_percent : float
        Percentage of the mosaic that was copied without decoding.
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
    """Write a mosaic of several rasters to a GeoTIFF or a VRT, and return its path and the number of rasters.

    Parameters
    ----------
    sources : str, os.PathLike, sequence of them, or None
        Rasters in merge order, or a folder; None if `input_folder` is given.
    dst : str or os.PathLike
        GeoTIFF to write. With the extension `.vrt`, a virtual mosaic is written (methods "first" and "last" only).
    input_folder : str or os.PathLike, optional
        Folder with the rasters, instead of `sources`. If it contains a `tiles.json`, the tiles listed there are merged;
        otherwise, all files whose names match `pattern`, sorted by name.
    pattern : str, default "*.tif"
        Pattern that file names must match if a folder is given.
    method : str, default "first"
        How overlapping rasters are merged: a key of `core.choices.MERGE_METHODS`.
    feather : int, default 32
        For method "feather": width in pixels over which the weight of a raster increases from its edge inward.
    trim_overlap : bool, default True
        For methods "first" and "last": use only the core of each tile listed in a `tiles.json`, not its overlap. Tiles
        whose CRS differs from the mosaic's, or whose grid is rotated relative to the mosaic, are used in full.
    pixel_rule : {"band", "any", "all"}, default "band"
        Which pixels of a raster count if only some of their bands are valid. "band": each band is merged separately,
        so a pixel may combine bands from several rasters. "any" ("first" and "last" only): a pixel with any valid band
        counts, and all its bands come from that raster. "all": only pixels with all bands valid count.
    resolution : {"same", "highest", "lowest", "average", "user"}, default "same"
        Pixel size of the mosaic. "same" rejects rasters with different pixel sizes; "highest", "lowest" and "average"
        compute the pixel size from all rasters; "user" uses `pixel_size`.
    pixel_size : float, optional
        Pixel size for resolution "user", in units of the CRS.
    resampling : {"refuse", "nearest", "bilinear", "cubic", "average"}, default "refuse"
        How to resample rasters that are not aligned with the mosaic or have a different CRS; "refuse" rejects them.
    extent : tuple of float, optional
        (xmin, ymin, xmax, ymax) in the CRS of the first raster, snapped outward to pixel edges. By default, the
        combined extent of all rasters.
    nodata : float, optional
        Nodata value of all rasters, overriding the declared values.
    output_nodata : float, optional
        Nodata value of the mosaic. By default, the nodata value that all rasters share. If there is none, missing
        pixels are marked by a mask or, in floating-point mosaics, by NaN.
    data_type : str, default "auto"
        Data type of the mosaic: a key of `core.choices.MERGE_TYPES`; "auto" is the smallest that can store the results.
        Results of "mean", "median" and "feather" are rounded to the type. A floating-point type also rounds other
        results with fractions. Any other result that the type cannot store exactly is an error.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping, in addition to those of the first raster.
    workers : int, default 0
        Number of threads; 0 means one per available CPU core.
    memory : float, default 0
        Memory limit in MB; 0 means a quarter of the available memory.
    chunk_size : int, default 0
        Edge length of a chunk in pixels, rounded up to whole blocks; 0 chooses it automatically.
    cog : bool, default False
        Write a Cloud Optimized GeoTIFF with overviews. `creation_options` are then options of GDAL's COG driver.
    cluster : str, default ""
        Cluster that merges the blocks that cannot be copied. For the format, see `normalized_difference`. If empty,
        threads of this process are used.
    report : str or os.PathLike, optional
        HTML report of the run, written when `dst` is complete.
    verify : bool, default True
        Read the result back and compare it with the written data. Turn it off only for measurements.
    progress : core.progress.Progress, optional
        Receives the number of finished chunks, and can cancel the run.
    log : core.progress.Log, optional
        Receives the plan, decisions, warnings and summary; by default, the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Function that creates the output file. By default, rasterio creates it.
    copy : core.writing.cog.CopyToCog, optional
        Function that creates the Cloud Optimized GeoTIFF. By default, rasterio creates it.

    Returns
    -------
    MergeResult
        Path of the mosaic, number of rasters, and percentage of the mosaic that was copied without decoding.

    Raises
    ------
    OptionError
        A parameter has an invalid value.
    InputError
        An input cannot be read, or is incompatible with the others.
    OutputError
        The result cannot be written, or differs from the written data when read back.
    ResourceError
        The memory limit is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    After an error or cancellation, `dst` is unchanged.
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
        inputs = _snapshot(plan)
        check_drawn_pixels(plan, checking)
        inputs.check()
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
        counts = {"Rasters": result.tile_count, "Pixels copied without decoding (percent)": result.copied_percent}
        write_report(recorder, run_record(recorder, plan.chunks, "Merge tiles", plan.destination, None, counts))
    return result


def check_merge_tiles(
    sources: Sequence[PathLike] | PathLike | None,
    dst: PathLike,
    *,
    input_folder: PathLike | None = None,
    **options: Any,
) -> None:
    """Check the parameters and the tile set as `merge_tiles` does, without opening a raster or writing a file.

    Raises
    ------
    ParallelRasterError
        A parameter is invalid, a tile set is incomplete, or the mosaic cannot be written to `dst`.
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
    """Return the input paths, the options and `run`, with paths that are valid on all machines used by the run."""
    paths, folder = _split_sources(sources, options.input_folder)
    folder = run.path(folder) if folder else None
    return [run.path(path) for path in paths], replace(options, input_folder=folder), run


def _split_sources(
    sources: Sequence[PathLike] | PathLike | None, folder: PathLike | None
) -> tuple[list[str], str | None]:
    """Return the input paths, and the input folder or None. A single path in `sources` may be a file or a folder."""
    if isinstance(sources, (str, os.PathLike)):
        path = os.fspath(sources)
        if path and not folder and os.path.isdir(path) and not store_driver(path):
            return [], path
        sources = [path] if path else []
    return [os.fspath(path) for path in sources or ()], os.fspath(folder) if folder else None


def _snapshot(plan: MergePlan) -> InputSnapshot:
    return InputSnapshot(plan.files, [band for each in plan.inputs for band in each.bands[:1]])


def _write_mosaic(
    plan: MergePlan, run: RunOptions, recorder: Recorder | None, cluster_workers: ClusterWorkers | None
) -> MergeResult:
    started = time.monotonic()
    inputs = _snapshot(plan)
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
    run.log.info(f"{format_percent(copied_percent)} of the mosaic was copied without decoding")
    run.log.info(format_speed(pixels, seconds))
    return MergeResult(plan.destination, len(plan.inputs), copied_percent)
