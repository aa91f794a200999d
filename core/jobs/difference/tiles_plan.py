"""What is decided of a normalized difference of many files before a pixel is read: names, plans, and room for all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ...choices import INDEXES, resolve_choice
from ...errors import InputError, OutputError, ResourceError, about
from ...parallel.machine import resolve_memory, resolve_workers
from ...progress import Log
from ...raster.grid import Grid
from ...raster.subdatasets import input_file, raster_stem, split_subdataset
from ...reading.readers import InputSnapshot
from ...reading.safe_paths import TIFF_EXTENSIONS
from ...tileset.inputs import ListedFile, list_inputs
from ...units import MEBIBYTE
from ...writing.checks import check_room, least_room
from ...writing.creation_options import OutputProfile
from .plan import IndexOptions, IndexPlan, plan_index, storable_profiles

SMALL_PIXELS = 2048 * 2048
"""A file of no more pixels is one task: there are enough of them to keep all threads busy."""

NAMED = 5
"""So many files are named in a message."""


OF_ONE_RASTER: dict[str, Any] = {
    "input_b": None, "input_b_band": 1, "resampling": "refuse", "mask": None, "mask_band": 1, "mask_values": "",
    "mask_bits": None, "mask_grow": 0, "extent": None,
}  # fmt: skip
"""Parameters that a set has not, and what they are for each of its files."""


def index_tiles_options(**options: Any) -> IndexOptions:
    """Return the options of every file, with workers and memory decided for all of them together."""
    return IndexOptions(
        **{
            **options,
            "workers": resolve_workers(options["workers"]),
            "memory": resolve_memory(options["memory"]) / MEBIBYTE,
        },
        **OF_ONE_RASTER,
    )


class TileOutput(NamedTuple):
    """An input, and the path of its result."""

    source: str
    destination: str


@dataclass(frozen=True)
class PlannedTile:
    """A file that may be computed: its plan, whether it is one task, and how its inputs were when that was made."""

    source: str
    plan: IndexPlan
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


def name_outputs(inputs: Sequence[str], folder: str, index: str) -> list[TileOutput]:
    """Return each input with the path of its result: the index's name in front of its own.

    Raises
    ------
    InputError
        Two inputs would get one name.
    OutputError
        An input lies in the output folder, or a result would be written through a link.
    """
    prefix = INDEXES[resolve_choice(INDEXES, index, "INDEX")].name
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
        name = f"{prefix}_{raster_stem(source)}{extension if extension.lower() in TIFF_EXTENSIONS else '.tif'}"
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
    """Profiles of outputs that differ in nothing but where they lie: tried once, since a trial makes a file."""

    def __init__(self, cog: bool) -> None:
        self._resolve = storable_profiles(cog)
        self._known: dict[tuple[object, ...], OutputProfile] = {}

    def __call__(
        self, grid: Grid, count: int, dtype: str, nodata: float | None, given: str | Mapping[str, object], workers: int
    ) -> OutputProfile:
        key = grid.width, grid.height, grid.crs is None, count, dtype, str(nodata), workers
        if key not in self._known:
            self._known[key] = self._resolve(grid, count, dtype, nodata, given, workers)
        return replace(self._known[key], grid=grid)


def file_planner(options: IndexOptions) -> Callable[[TileOutput], PlannedTile]:
    """Return what plans one file after another.

    Raises
    ------
    ParallelRasterError
        By what is returned: a file cannot be used.
    """
    profiles = _Profiles(options.cog)
    alone = replace(options, workers=1, memory=options.memory / options.workers)

    def plan(output: TileOutput) -> PlannedTile:
        source, destination = output
        try:
            found = plan_index(source, destination, alone, resolve=profiles)
            room = alone.memory * MEBIBYTE - found.chunks.memory
            small = found.pixels <= SMALL_PIXELS and found.profile.raw_bytes <= room  # see `CopiedFile`
        except ResourceError:
            small = False  # more than one thread's part of the memory
        if not small:
            found = plan_index(source, destination, options, resolve=profiles)
        return PlannedTile(source, found, small, InputSnapshot(found.task.files, found.task.job.inputs))

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
    needed = sum(least_room(profile, profile.raw_bytes) for profile in profiles)
    with about("folder"):
        check_room(folder, needed, at_least=True, free=free)


def log_plan(log: Log, planned: Sequence[PlannedTile], options: IndexOptions) -> None:
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
        f"{len(planned) - small} are computed in chunks; {options.workers} workers, {options.memory:.0f} MB"
    )
