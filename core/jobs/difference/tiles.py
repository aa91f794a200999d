"""Normalized difference of many rasters at once: a list or a folder of files to a folder of files.

A small file is one task; a large one is computed chunk by chunk as a single raster is. So one bound on threads and
memory holds for both. All files appear together at the end.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...engine.many import PlanAhead
from ...engine.run import crew_of, shared_path
from ...errors import renamed
from ...progress import DEFAULT_LOG, Log, NoProgress, Progress
from ...tileset.file_set import FileSet
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .plan import plan_index
from .tiles_plan import check_together, file_planner, index_tiles_options, list_sources, name_outputs
from .tiles_run import SetRun
from .tiles_summary import DoneSet, log_summary, report_set, set_recorder

OF_A_SET = {"src": "sources", "input_folder": "sources", "dst": "folder"}
"""Keywords of what plans one file, or lists files, and those that stand for them here."""


@dataclass(frozen=True)
class IndexTilesResult:
    """The folder written to, and the files in it, in the order of the inputs.

    Attributes
    ----------
    output : str
        Path of the folder.
    tiles : tuple of str
        Paths of the files.
    tile_count : int
        Number of files.
    """

    output: str
    tiles: tuple[str, ...]
    tile_count: int


@renamed(OF_A_SET)
def normalized_difference_tiles(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    folder: str | os.PathLike[str],
    *,
    pattern: str = "*.tif",
    band_a: int = 4,
    band_b: int = 3,
    index: str = "ndvi",
    scaling: str = "stored",
    scale: float = 1.0,
    offset: float = 0.0,
    nodata: float | None = None,
    zero_sum: str = "nodata",
    clamp: bool = False,
    data_type: str = "float32",
    output_nodata: float | None = None,
    creation_options: str | Mapping[str, object] = "",
    workers: int = 0,
    memory: float = 0,
    chunk_size: int = 0,
    cog: bool = False,
    cluster: str = "",
    report: str | os.PathLike[str] | None = None,
    verify: bool = True,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    create: CreateFile | None = None,
    copy: CopyToCog | None = None,
) -> IndexTilesResult:
    """Write the normalized difference of each raster to a folder, under its name with the index's in front.

    Parameters
    ----------
    sources : str, os.PathLike, or sequence of them
        A folder, or the paths of rasters.
    folder : str or os.PathLike
        Folder for the results, made when it does not exist. No input may lie in it.
    pattern : str, default "*.tif"
        Which files of a folder are taken.
    band_a : int, default 4
        Band with the positive term, counted from 1.
    band_b : int, default 3
        Band with the negative term, counted from 1.
    index : str, default "ndvi"
        Names the results: a key of `core.choices.INDEXES`, which also gives the terms and the source of each index.
    scaling : {"stored", "none", "given"}, default "stored"
        Which scale and offset turn stored values into reflectance, as for `normalized_difference`.
    scale : float, default 1.0
        Scale of both bands with "given"; not 0.
    offset : float, default 0.0
        Offset of both bands with "given".
    nodata : float, optional
        Nodata value of both bands, in place of the ones that they declare.
    zero_sum : {"nodata", "zero"}, default "nodata"
        Result where A + B = 0.
    clamp : bool, default False
        Clip the results to [-1, 1].
    data_type : {"float32", "int16", "uint8"}, default "float32"
        Type of the results, as for `normalized_difference`.
    output_nodata : float, optional
        Another nodata value, outside the range of values in use.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping, in addition to those of a tiled DEFLATE GeoTIFF.
    workers : int, default 0
        Number of threads for all files together; 0 means one for each available processor.
    memory : float, default 0
        Working memory in MB for all files together; 0 means a quarter of what is available.
    chunk_size : int, default 0
        Edge of a chunk in pixels, rounded up to whole blocks; 0 lets the planner choose.
    cog : bool, default False
        Write Cloud Optimized GeoTIFFs with averaged overviews. `creation_options` are then those of GDAL's COG driver.
    cluster : str, default ""
        Cluster that computes the files, as for `normalized_difference`. Empty: threads of this process.
    report : str or os.PathLike, optional
        HTML file that describes the run, written when the results are complete.
    verify : bool, default True
        Read the results back and compare them with what was written. Turn it off for measurements only.
    progress : core.progress.Progress, optional
        Told how much is done, and asked whether the run is cancelled.
    log : core.progress.Log, optional
        Takes the plan, the decisions, the warnings and the summary; by default the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Makes the files that are written, in place of rasterio.
    copy : core.writing.cog.CopyToCog, optional
        Makes the Cloud Optimized GeoTIFFs, in place of rasterio.

    Returns
    -------
    IndexTilesResult
        The folder and its new files.

    Raises
    ------
    OptionError
        A parameter has a value that cannot be used.
    InputError
        An input cannot be read. Raised at the end for files that could not be read to their end: it names them, and
        the results of the other files are kept.
    OutputError
        A result cannot be written, or was not written correctly.
    ResourceError
        The memory is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    Files are planned while others are computed, so an unusable one may only be found during the run. Except for the
    `InputError` at the end, the folder is as it was before after an error or a cancel.
    """
    options = index_tiles_options(
        band_a=band_a, band_b=band_b, index=index, scaling=scaling, scale=scale, offset=offset, nodata=nodata,
        zero_sum=zero_sum, clamp=clamp, data_type=data_type, output_nodata=output_nodata,
        creation_options=creation_options, workers=workers, memory=memory, chunk_size=chunk_size, cog=cog,
        cluster=cluster, report=report,
    )  # fmt: skip
    recorder = set_recorder(report, sources, folder, pattern, options, log) if report else None
    log, progress = recorder or log, progress or NoProgress()
    progress = recorder.watch(progress) if recorder else progress
    started = time.monotonic()
    if cluster:
        one = isinstance(sources, (str, os.PathLike))
        sources = shared_path(sources) if one else [shared_path(path) for path in sources]  # type: ignore[arg-type, union-attr]
    listed = list_sources(sources, os.path.abspath(folder), pattern)
    outputs = name_outputs([each.path for each in listed], os.path.abspath(folder), options.index)
    with FileSet(os.fspath(folder)) as files, crew_of(cluster, progress, log) as crew:
        free = shutil.disk_usage(files.folder).free
        ahead = PlanAhead(outputs, file_planner(options), lambda planned: check_together(planned, files.folder, free))
        run = SetRun(files, options, memory, verify, create, copy, log, crew, recorder)
        run.run(ahead, progress)
        run.commit(listed, outputs)
        planned = ahead.planned
    done = DoneSet(planned, run.results, run.failed)
    log_summary(log, done, time.monotonic() - started)
    run.check()
    if recorder is not None:
        report_set(recorder, done, files.folder, options)
    tiles = tuple(each.plan.destination for each in planned)
    return IndexTilesResult(files.folder, tiles, len(tiles))


@renamed(OF_A_SET)
def check_normalized_difference_tiles(
    sources: str | Sequence[str], folder: str, *, pattern: str = "*.tif", **options: Any
) -> None:
    """Raise what `normalized_difference_tiles` would raise, of all that can be seen in the first file and the names.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    given = index_tiles_options(**options)
    listed = list_sources(sources, os.path.abspath(folder), pattern)
    outputs = name_outputs([each.path for each in listed], os.path.abspath(folder), given.index)
    there = os.path.abspath(folder)
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    first = outputs[0]
    plan_index(first.source, os.path.join(there, os.path.basename(first.destination)), given)
