"""Runs a pixelwise job on each raster in a list or folder, and writes the results to a different folder.

A small file is computed as a single task, a large file in chunks. The limits on threads and memory apply to all files
together. All results are moved into place together at the end.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Union

from ..engine.many import PlanAhead
from ..engine.options import RunOptions
from ..engine.run import connect_workers
from ..tileset.file_set import FileSet
from ..tileset.inputs import ListedFile
from .run import warn_of_functions
from .tiles_plan import SetJob, TileOutput, check_together, file_planner, list_sources, name_outputs, shared_run
from .tiles_run import SetRun
from .tiles_summary import DoneSet, log_summary, report_set

Sources = Union[str, os.PathLike[str], Sequence[Union[str, os.PathLike[str]]]]
"""A folder, or the paths of rasters."""

OF_A_SET = {"src": "sources", "input_folder": "sources", "dst": "folder"}
"""Maps parameter names of functions for one raster to the names in functions for many rasters, for error messages."""


@dataclass(frozen=True)
class TilesResult:
    """Folder of the results, and paths of the resulting files in the order of the inputs.

    Attributes
    ----------
    output : str
        Path of the folder.
    tiles : tuple of str
        Paths of the resulting files.
    tile_count : int
        Number of files.
    """

    output: str
    tiles: tuple[str, ...]
    tile_count: int

    @classmethod
    def of(cls, tiles: Sequence[str]) -> TilesResult:
        """Create the result from the paths that `run_of_tiles` returned."""
        return cls(os.path.dirname(tiles[0]), tuple(tiles), len(tiles))


def run_of_tiles(
    job: SetJob, sources: Sources, folder: str, pattern: str, parameters: Mapping[str, object], run: RunOptions
) -> list[str]:
    """Run a job on each raster of a folder or list, and return the paths of the results in the same order.

    Parameters
    ----------
    job
        Job to run on each raster.
    sources, pattern
        Paths of rasters, or a folder and the name pattern of the files to use in it.
    folder
        Folder for the results, created if missing. It must not contain inputs.
    parameters
        Parameters of the job by name, for the report.
    run
        Run options. Workers and memory apply to all files together.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the run was cancelled.
    """
    started = time.monotonic()
    name = "input_folder" if isinstance(sources, (str, os.PathLike)) else "inputs"
    watched, recorder = run.recorded({name: sources, "output": folder, "pattern": pattern, **parameters})
    shared = shared_run(watched)
    listed, outputs = _list_inputs(job, sources, os.path.abspath(folder), pattern, run)
    with FileSet(folder) as files, connect_workers(shared.cluster, shared.progress, shared.log) as cluster_workers:
        free = shutil.disk_usage(files.folder).free
        plan = file_planner(job, shared)
        ahead = PlanAhead(outputs, plan, lambda planned: check_together(planned, files.folder, free))
        set_run = SetRun(job, files, shared, run.memory, cluster_workers, recorder)
        set_run.run(ahead, shared.progress)
        set_run.commit(listed, outputs)
    warn_of_functions(shared.log, ahead.planned[0].plan.inexact, cluster_workers)
    done = DoneSet(ahead.planned, set_run.results, set_run.failed)
    log_summary(shared.log, done, time.monotonic() - started)
    set_run.check()
    if recorder is not None:
        report_set(recorder, done, files.folder, job.title, shared)
    return [each.plan.destination for each in ahead.planned]


def check_of_tiles(job: SetJob, sources: Sources, folder: str, pattern: str, run: RunOptions) -> None:
    """Check parameters, file names and the first file as `run_of_tiles` does, without writing anything.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    shared, existing = shared_run(run), os.path.abspath(folder)
    _, outputs = _list_inputs(job, sources, existing, pattern, run)
    while not os.path.lexists(existing):
        existing = os.path.dirname(existing)
    first = TileOutput(outputs[0].source, os.path.join(existing, os.path.basename(outputs[0].destination)))
    file_planner(job, shared)(first)


def _list_inputs(
    job: SetJob, sources: Sources, folder: str, pattern: str, run: RunOptions
) -> tuple[list[ListedFile], list[TileOutput]]:
    """Return the input rasters, with paths that are valid on all machines of the run, and the output of each input."""
    single = isinstance(sources, (str, os.PathLike))
    shared = run.path(sources) if single else [run.path(path) for path in sources]  # type: ignore[arg-type, union-attr]
    listed = list_sources(shared, folder, pattern)
    return listed, name_outputs([each.path for each in listed], folder, job.prefix)
