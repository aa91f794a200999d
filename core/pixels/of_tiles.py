"""A pixelwise job of many rasters at once: a list or a folder of files to a folder of files.

A small file is one task; a large one is computed chunk by chunk as a single raster is. So one bound on threads and
memory holds for both. All files appear together at the end.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from typing import Union

from ..engine.many import PlanAhead
from ..engine.options import RunOptions
from ..engine.run import connect_workers
from ..tileset.file_set import FileSet
from ..tileset.inputs import ListedFile
from .tiles_plan import SetJob, TileOutput, check_together, file_planner, list_sources, name_outputs, shared_run
from .tiles_run import SetRun
from .tiles_summary import DoneSet, log_summary, report_set

Sources = Union[str, os.PathLike[str], Sequence[Union[str, os.PathLike[str]]]]
"""A folder, or the paths of rasters."""


def run_of_tiles(
    job: SetJob, sources: Sources, folder: str, pattern: str, parameters: Mapping[str, object], run: RunOptions
) -> list[str]:
    """Run a job of each raster of a folder or a list, and return the paths of the results in their order.

    Parameters
    ----------
    job
        What is made of each raster.
    sources, pattern
        The rasters: paths, or a folder and which of its files are taken.
    folder
        Folder for the results, made when it does not exist. No input may lie in it.
    parameters
        The job's own parameters by name, for the report.
    run
        How it is run; workers and memory are those of all files together.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the run was cancelled.
    """
    started = time.monotonic()
    shared, recorder = shared_run(run).recorded({"inputs": sources, "output": folder, "pattern": pattern, **parameters})
    listed, outputs = _listed(job, sources, os.path.abspath(folder), pattern, run)
    with FileSet(folder) as files, connect_workers(shared.cluster, shared.progress, shared.log) as cluster_workers:
        free = shutil.disk_usage(files.folder).free
        plan = file_planner(job, shared)
        ahead = PlanAhead(outputs, plan, lambda planned: check_together(planned, files.folder, free))
        made = SetRun(job, files, shared, run.memory, cluster_workers, recorder)
        made.run(ahead, shared.progress)
        made.commit(listed, outputs)
    done = DoneSet(ahead.planned, made.results, made.failed)
    log_summary(shared.log, done, time.monotonic() - started)
    made.check()
    if recorder is not None:
        report_set(recorder, done, files.folder, job.title, shared)
    return [each.plan.destination for each in ahead.planned]


def check_of_tiles(job: SetJob, sources: Sources, folder: str, pattern: str, run: RunOptions) -> None:
    """Raise what `run_of_tiles` would raise, of all that can be seen in the first file and the names; write nothing.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    shared, there = shared_run(run), os.path.abspath(folder)
    _, outputs = _listed(job, sources, there, pattern, run)
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    first = TileOutput(outputs[0].source, os.path.join(there, os.path.basename(outputs[0].destination)))
    file_planner(job, shared)(first)


def _listed(
    job: SetJob, sources: Sources, folder: str, pattern: str, run: RunOptions
) -> tuple[list[ListedFile], list[TileOutput]]:
    """Return the rasters, as all machines of the run know them, and what is made of each."""
    one = isinstance(sources, (str, os.PathLike))
    shared = run.path(sources) if one else [run.path(path) for path in sources]  # type: ignore[arg-type, union-attr]
    listed = list_sources(shared, folder, pattern)
    return listed, name_outputs([each.path for each in listed], folder, job.prefix)
