"""Write tiles on the workers of a cluster, several tiles per task."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from ...engine.many import write_whole
from ...parallel.threads import run_chunks
from ...progress import Progress, Stop, stages
from ...reading.readers import Readers
from ...tileset.folder import TileSet
from ...tileset.journal import Entry
from ...writing.partial_file import StagedFile
from .copied_blocks import TileBlocks
from .plan import TilePlan
from .writer import TileRun, TileWriter, is_kept

if TYPE_CHECKING:
    from ...cluster.workers import ClusterWorkers

GROUP_PIXELS = 2**24
"""Maximum number of pixels per task, except for tasks with a single tile. A task writes several tiles so that the
source's block index is read only once for all of them."""

GROUPS_PER_THREAD = 8


class WrittenTile(NamedTuple):
    """A tile that a worker wrote: number, journal entry and path. The path is empty if the tile was left out."""

    number: int
    entry: Entry
    path: str


class _WorkerTile:
    """A `TileStore` for a single tile, used on a worker instead of the tile set."""

    def __init__(self, folder: str, number: int) -> None:
        token = secrets.token_hex(4)
        self._file = StagedFile(
            os.path.join(folder, f"unfinished-{number}-{token}.tif"), os.path.join(folder, f"{number}-{token}.tif")
        )
        self.entered: list[Entry] = []

    @property
    def finished(self) -> str:
        """Path of the finished tile."""
        return self._file.destination

    def entry(self, file: str) -> Entry | None:
        """Return None (no finished tile), because the client sends only unfinished tiles to the workers."""
        return None

    def staged(self, file: str) -> StagedFile:
        """Return the file to write, with its destination."""
        return self._file

    def path(self, file: str) -> str:
        """Return the path of the finished tile."""
        return self.finished

    def enter(self, entry: Entry) -> None:
        """Store the entry, which the client will write to the journal."""
        self.entered.append(entry)


@dataclass(frozen=True)
class TileWork:
    """Task that writes a group of tiles on a worker."""

    plan: TilePlan
    folder: str
    verify: bool

    def __call__(self, numbers: Sequence[int], stop: Stop) -> list[WrittenTile]:
        """Write the tiles with these numbers under unique file names, and return a `WrittenTile` for each."""
        options = {**self.plan.profile.options, "NUM_THREADS": "1"}
        plan = replace(self.plan, profile=replace(self.plan.profile, options=options))
        with Readers() as readers:
            blocks = TileBlocks(plan)
            return [self._write(plan, number, readers, blocks, stop) for number in numbers]

    def _write(self, plan: TilePlan, number: int, readers: Readers, blocks: TileBlocks, stop: Stop) -> WrittenTile:
        tile, store = plan.tiles[number], _WorkerTile(self.folder, number)
        run = TileRun(plan, store, readers, blocks, None, None, self.verify)
        writer = TileWriter(run, tile)
        try:
            write_whole(writer, stop)
        finally:
            writer.abandon()
        (entry,) = store.entered
        return WrittenTile(number, entry, "" if entry.left_out else store.finished)


def write_on_cluster(
    plan: TilePlan, tiles: TileSet, cluster_workers: ClusterWorkers, *, verify: bool, progress: Progress
) -> None:
    """Write all unfinished tiles on cluster workers, and add them to the tile set and its journal.

    Raises
    ------
    ParallelRasterError
        A tile could not be written, or the run was cancelled.
    """
    remaining = set(range(len(plan.tiles)))
    known = [number for number in remaining if tiles.entry(plan.tiles[number].file)]
    checking, writing = stages(progress, len(known), 10 * len(remaining))

    def check(number: int, stop: Stop) -> None:
        tile = plan.tiles[number]
        entry = tiles.entry(tile.file)
        if entry is not None and is_kept(entry, tiles.path(tile.file), plan.tile_profile(tile), stop):
            remaining.discard(number)

    def enter(written: Sequence[WrittenTile]) -> None:
        for each in written:
            tiles.enter(each.entry)
            if each.path:
                destination = tiles.staged(plan.tiles[each.number].file).destination
                StagedFile(each.path, destination).commit()

    if known:
        run_chunks(check, known, name="look-at-tile", workers=plan.workers, progress=checking)
    if remaining:
        groups = _groups(plan, sorted(remaining), cluster_workers.threads)
        work = TileWork(plan, tiles.work, verify)
        with contextlib.suppress(FileExistsError):
            os.mkdir(tiles.work)
        cluster_workers.run(
            work, groups, name="tile", folder=tiles.work, inputs=plan.source.files, collect=enter, progress=writing
        )


def _groups(plan: TilePlan, numbers: Sequence[int], threads: int) -> list[tuple[int, ...]]:
    """Split a list of tile numbers into groups of consecutive items, with enough groups to keep all threads busy."""
    pixels = max(plan.tiles[number].window.width * plan.tiles[number].window.height for number in numbers)
    size = max(1, min(GROUP_PIXELS // max(1, pixels), -(-len(numbers) // (GROUPS_PER_THREAD * threads))))
    return [tuple(numbers[start : start + size]) for start in range(0, len(numbers), size)]
