"""What is decided of a pixelwise job of many files before a pixel is read: names, plans, and free space."""

from __future__ import annotations

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
from ..writing.checks import check_disk_space, min_disk_space
from ..writing.creation_options import OutputProfile
from .plan import OutputRequest, PixelPlan, ResolveProfile, storable_profile

SMALL_PIXELS = 2048 * 2048
"""A file of no more pixels is one task: there are enough of them to keep all threads busy."""

NAMED = 5
"""So many files are named in a message."""


class PlanFile(Protocol):
    """Plans the output of one file."""

    def __call__(self, src: str, dst: str, *, run: RunOptions, resolve: ResolveProfile) -> PixelPlan:
        """Return the plan."""


@dataclass(frozen=True)
class SetJob:
    """A pixelwise job that is run of each file of a set.

    `name` is what Dask's diagnostics call it, `plan` plans one of them, `prefix` stands in front of each name, and
    `title` is what a report calls the results.
    """

    name: str
    plan: PlanFile
    prefix: str
    title: str


class TileOutput(NamedTuple):
    """An input, and the path of its result."""

    source: str
    destination: str


@dataclass(frozen=True)
class PlannedTile:
    """A file that may be computed: its plan, whether it is one task, and how its inputs were when that was made."""

    source: str
    plan: PixelPlan
    small: bool
    inputs: InputSnapshot


def list_sources(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], folder: str, pattern: str
) -> list[ListedFile]:
    """Return the rasters of a folder or of a list, each with its record where it belongs to a tile set.

    Raises
    ------
    ParallelRasterError
        There are none, or a tile set is not what its list says.
    """
    with about("sources"):
        if isinstance(sources, (str, os.PathLike)):
            return list_inputs([], os.fspath(sources), pattern, folder, records=True)
        return list_inputs([os.fspath(path) for path in sources], None, pattern, folder, records=True)


def name_outputs(inputs: Sequence[str], folder: str, prefix: str) -> list[TileOutput]:
    """Return each input with the path of its result, which has `prefix` and its name.

    Raises
    ------
    InputError
        Two inputs would get one name.
    OutputError
        An input lies in the output folder, or a result would be written through a link.
    """
    outputs: list[TileOutput] = []
    sources: dict[str, str] = {}
    known: set[str] = set()
    for given in inputs:
        inside = split_subdataset(given)
        path = inside.with_file(os.path.realpath) if inside else os.path.realpath(given)
        if path in known:
            raise InputError(f"{path} is given twice; leave one out.", parameter="sources")
        known.add(path)
    if os.path.realpath(folder) in (os.path.dirname(os.path.realpath(input_file(path))) for path in inputs):
        raise OutputError(
            f"The output folder {folder} holds inputs, which must stay as they are; choose another.", parameter="folder"
        )
    for source in inputs:
        extension = os.path.splitext(source)[1]
        name = f"{prefix}{raster_stem(source)}{extension if extension.lower() in TIFF_EXTENSIONS else '.tif'}"
        other = sources.setdefault(name.casefold(), source)
        if other != source:
            raise InputError(
                f"{other} and {source} would both become {name}; rename one, or run them apart.", parameter="sources"
            )
        destination = os.path.join(folder, name)
        if os.path.islink(destination):
            raise OutputError(f"{destination} is a link; remove it or choose another folder.", parameter="folder")
        outputs.append(TileOutput(source, destination))
    return outputs


class _Profiles:
    """Profiles of outputs that differ in nothing but where they lie: tested once, since a test writes a file."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], OutputProfile] = {}

    def __call__(self, request: OutputRequest) -> OutputProfile:
        grid, *others = request.grid, request.cog, request.bands, request.dtype, request.workers
        key = grid.width, grid.height, grid.crs is None, str(request.nodata), str(request.creation_options), *others
        if key not in self._known:
            self._known[key] = storable_profile(request)
        return replace(self._known[key], grid=grid)


def shared_run(run: RunOptions) -> RunOptions:
    """Return the options of all files, with workers and memory decided for all of them together."""
    return replace(run, workers=resolve_workers(run.workers), memory=resolve_memory(run.memory) / MEBIBYTE)


def file_planner(job: SetJob, run: RunOptions) -> Callable[[TileOutput], PlannedTile]:
    """Return what plans one file after another; `run` is that of all files, see `shared_run`.

    Raises
    ------
    ParallelRasterError
        By what is returned: a file cannot be used.
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
            small = False  # more than one thread's part of the memory
        if not small:
            found = job.plan(source, destination, run=run, resolve=profiles)
        return PlannedTile(source, found, small, found.snapshot())

    return plan


def check_together(planned: Sequence[PlannedTile], folder: str, free: int) -> None:
    """Raise for what no file shows by itself: a result in the place of any input, and too little room for all.

    Parameters
    ----------
    planned, folder
        The files, and where their results go.
    free
        Bytes that were free there before the first was written.

    Raises
    ------
    OutputError
        One of these is so.
    """
    inputs = {os.path.realpath(path): path for each in planned for path in each.plan.task.files}
    for each in planned:
        destination = each.plan.destination
        source = inputs.get(os.path.realpath(destination)) if os.path.lexists(destination) else None
        if source:
            raise OutputError(
                f"Output is one of the inputs: {source}. Choose another output folder.", parameter="folder"
            )
    profiles = [each.plan.profile for each in planned]
    needed = sum(min_disk_space(profile, profile.raw_bytes) for profile in profiles)
    with about("folder"):
        check_disk_space(folder, needed, at_least=True, free=free)


def log_plans(log: Log, planned: Sequence[PlannedTile], run: RunOptions) -> None:
    """Log what was decided: of the first file in full, of all together in a line, and each warning once."""
    log.info(f"The first of {len(planned)} files:")
    for line in planned[0].plan.decisions():
        log.info(line)
    warnings = [warning for each in planned for warning in each.plan.warnings]
    for warning in warnings[:NAMED]:
        log.warning(warning)
    if len(warnings) > NAMED:
        log.warning(f"... and {len(warnings) - NAMED} more warnings of this kind.")
    small = sum(each.small for each in planned)
    pixels = sum(each.plan.pixels for each in planned)
    log.info(
        f"{len(planned)} files of {pixels / 1e6:.2f} megapixels in all: {small} are one task each, "
        f"{len(planned) - small} are computed in chunks; {run.workers} workers, {run.memory:.0f} MB"
    )
