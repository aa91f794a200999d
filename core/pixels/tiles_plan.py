"""Plans a pixelwise job on many files before any pixel is read: output names, plans and disk space."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from ..engine.options import RunOptions
from ..errors import InputError, OutputError, ResourceError, about
from ..parallel.machine import resolve_memory, resolve_workers
from ..progress import Log
from ..raster.subdatasets import input_file, raster_stem, split_subdataset
from ..reading.readers import InputSnapshot
from ..reading.safe_paths import TIFF_EXTENSIONS
from ..tileset.inputs import ListedFile, list_inputs
from ..units import MEBIBYTE
from ..writing.checks import check_disk_space, min_disk_space, replaced_files
from ..writing.creation_options import OutputProfile
from .plan import OutputRequest, ResolveProfile, storable_profile
from .raster_plan import RasterPlan

SMALL_PIXELS = 2048 * 2048
"""A file with at most this many pixels is computed as a single task rather than in chunks."""

NAMED = 5
"""Maximum number of files or warnings listed in a message or the log."""


class PlanFile(Protocol):
    """Function that plans the output of one file."""

    def __call__(self, src: str, dst: str, *, run: RunOptions, resolve: ResolveProfile) -> RasterPlan:
        """Return the plan for the input `src` and the output `dst`."""


@dataclass(frozen=True)
class SetJob:
    """A pixelwise job to run on each of many files.

    `name` labels the job in Dask's diagnostics, `plan` plans one file, `prefix` is put before each output name, and
    `title` labels the results in reports.
    """

    name: str
    plan: PlanFile
    prefix: str
    title: str


class TileOutput(NamedTuple):
    """Path of an input, and path of its result."""

    source: str
    destination: str


@dataclass(frozen=True)
class PlannedTile:
    """A planned file: source, plan, `small` (True if computed as a single task), and a snapshot of the inputs."""

    source: str
    plan: RasterPlan
    small: bool
    inputs: InputSnapshot


def list_sources(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], folder: str, pattern: str
) -> list[ListedFile]:
    """Return the rasters of a folder or list. If a file belongs to a tile set, its record in `tiles.json` is included.

    Raises
    ------
    ParallelRasterError
        There are no rasters, or a tile set does not match its manifest.
    """
    with about("sources"):
        if isinstance(sources, (str, os.PathLike)):
            return list_inputs([], os.fspath(sources), pattern, folder, records=True)
        return list_inputs([os.fspath(path) for path in sources], None, pattern, folder, records=True)


def name_outputs(inputs: Sequence[str], folder: str, prefix: str) -> list[TileOutput]:
    """Return each input with the path of its result: `prefix` followed by the input's name.

    Raises
    ------
    InputError
        Two results would have the same name, or an input is listed twice.
    OutputError
        An input is in the output folder, or the path of a result is a symbolic link.
    """
    outputs: list[TileOutput] = []
    sources: dict[str, str] = {}
    known: set[str] = set()
    for given in inputs:
        inside = split_subdataset(given)
        path = inside.with_file(os.path.realpath) if inside else os.path.realpath(given)
        if path in known:
            raise InputError(f"{path} is listed twice. Remove one entry.", parameter="sources")
        known.add(path)
    if os.path.realpath(folder) in (os.path.dirname(os.path.realpath(input_file(path))) for path in inputs):
        raise OutputError(
            f"The output folder {folder} contains inputs, which must not be overwritten. Choose another folder.",
            parameter="folder",
        )
    for source in inputs:
        extension = os.path.splitext(source)[1]
        name = f"{prefix}{raster_stem(source)}{extension if extension.lower() in TIFF_EXTENSIONS else '.tif'}"
        other = sources.setdefault(name.casefold(), source)
        if other != source:
            raise InputError(
                f"The results of {other} and {source} would both be named {name}. Rename one input, or process them in "
                "separate runs.",
                parameter="sources",
            )
        destination = os.path.join(folder, name)
        if os.path.islink(destination):
            raise OutputError(
                f"{destination} is a symbolic link. Remove the link or choose another folder.", parameter="folder"
            )
        outputs.append(TileOutput(source, destination))
    return outputs


class _Profiles:
    """Cache of output profiles; outputs that differ only in location share a profile, which is tested only once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], OutputProfile] = {}

    def __call__(self, request: OutputRequest) -> OutputProfile:
        grid, *others = request.grid, request.cog, request.bands, request.dtype, request.workers
        key = grid.width, grid.height, grid.crs is None, str(request.nodata), str(request.creation_options), *others
        if key not in self._known:
            self._known[key] = storable_profile(request)
        return replace(self._known[key], grid=grid)


def shared_run(run: RunOptions) -> RunOptions:
    """Return the run options with the number of workers and the memory limit that all files share."""
    return replace(run, workers=resolve_workers(run.workers), memory=resolve_memory(run.memory) / MEBIBYTE)


def file_planner(job: SetJob, run: RunOptions) -> Callable[[TileOutput], PlannedTile]:
    """Return a function that plans the output for one input file; `run` contains the options from `shared_run`.

    Raises
    ------
    ParallelRasterError
        Raised by the returned function if a file cannot be used.
    """
    profiles = _Profiles()
    alone = replace(run, workers=1, memory=run.memory / run.workers)

    def plan(output: TileOutput) -> PlannedTile:
        source, destination = output
        try:
            found = job.plan(source, destination, run=alone, resolve=profiles)
            free = alone.memory * MEBIBYTE - found.chunks.memory
            small = found.pixels <= SMALL_PIXELS and found.profile.raw_bytes <= free  # see `CopiedFile`
        except ResourceError:
            small = False  # the file exceeds one thread's share of the memory limit
        if not small:
            found = job.plan(source, destination, run=run, resolve=profiles)
        return PlannedTile(source, found, small, found.snapshot())

    return plan


def check_together(planned: Sequence[PlannedTile], folder: str, free: int) -> None:
    """Raise OutputError if a result would replace an input, or if there is not enough disk space for all results.

    Parameters
    ----------
    planned, folder
        The planned files, and the folder for their results.
    free
        Free disk space of the folder in bytes, before the first result was written.

    Raises
    ------
    OutputError
        A result would replace an input, or there is not enough disk space.
    """
    inputs = {os.path.realpath(path): path for each in planned for path in each.plan.task.files}
    for each in planned:
        for file in filter(os.path.lexists, replaced_files(each.plan.destination)):
            source = inputs.get(os.path.realpath(file))
            if source:
                raise OutputError(
                    f"Output is one of the inputs: {file} is the same file as {source}. Choose another output folder.",
                    parameter="folder",
                )
    profiles = [each.plan.profile for each in planned]
    needed = sum(min_disk_space(profile, profile.raw_bytes) for profile in profiles)
    with about("folder"):
        check_disk_space(folder, needed, at_least=True, free=free)


def log_plans(log: Log, planned: Sequence[PlannedTile], run: RunOptions) -> None:
    """Log the plan of the first file, up to `NAMED` warnings of all files, and a summary line."""
    log.info(f"Files: {len(planned)}. Plan of the first file:")
    for line in planned[0].plan.decisions():
        log.info(line)
    warnings = [warning for each in planned for warning in each.plan.warnings]
    for warning in warnings[:NAMED]:
        log.warning(warning)
    if len(warnings) > NAMED:
        log.warning(f"Further warnings that are not listed: {len(warnings) - NAMED}.")
    small = sum(each.small for each in planned)
    pixels = sum(each.plan.pixels for each in planned)
    log.info(
        f"Files: {len(planned)}, {pixels / 1e6:.2f} megapixels in total; computed in one task each: {small}, "
        f"computed in chunks: {len(planned) - small}; workers: {run.workers}; memory limit: {math.ceil(run.memory)} MB"
    )
