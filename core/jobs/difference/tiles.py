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
    """The folder written to, and the files in it, in the order of the inputs."""

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
    sources
        A folder, or the paths of rasters.
    folder
        Where the results go; made when it does not exist. No input may lie in it.
    pattern
        Which files of a folder are taken.
    workers, memory
        One bound on threads and on working memory for all files together.
    band_a, band_b, index, scaling, scale, offset, nodata, zero_sum, clamp, data_type, output_nodata, creation_options,
    chunk_size, cog, cluster, report, verify, progress, log, create, copy
        As for `normalized_difference`, the same for every file.

    Returns
    -------
    IndexTilesResult
        The folder and its new files.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or an output cannot be used, which shows while the first files are computed. An
        `InputError` at the end: some files could not be read to their end; those are named, the others are finished
        and kept. Anything else, and a cancel, stops the run, and the folder is then as it was.
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
