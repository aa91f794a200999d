"""Tiles written by the workers of a cluster: a group of tiles is a task, and each tile a file that is then entered."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import rasterio

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
"""Tiles of about so many pixels are one task: finding the source's blocks costs as much for one as for many."""

GROUPS_PER_THREAD = 8


class WrittenTile(NamedTuple):
    """A tile that a worker finished: its number, what the journal notes of it, and where it lies ("" if left out)."""

    number: int
    entry: Entry
    path: str


class _OneTile:
    """Takes the place of the set while one tile is written on a worker."""

    def __init__(self, folder: str, number: int) -> None:
        token = secrets.token_hex(4)
        self._place = StagedFile(
            os.path.join(folder, f"unfinished-{number}-{token}.tif"), os.path.join(folder, f"{number}-{token}.tif")
        )
        self.entered: list[Entry] = []

    @property
    def finished(self) -> str:
        """Where the tile lies when it is finished."""
        return self._place.destination

    def entry(self, file: str) -> Entry | None:
        """Know of no earlier run; the client looks."""
        return None

    def staged(self, file: str) -> StagedFile:
        """Return where to write."""
        return self._place

    def path(self, file: str) -> str:
        """Return where the tile is when it is finished."""
        return self.finished

    def enter(self, entry: Entry) -> None:
        """Keep what is to be entered in the journal."""
        self.entered.append(entry)


@dataclass(frozen=True)
class TileWork:
    """Writes groups of tiles on a worker."""

    plan: TilePlan
    folder: str
    verify: bool

    def __call__(self, numbers: Sequence[int], stop: Stop) -> list[WrittenTile]:
        """Return the tiles of these numbers, written under names that no other attempt at them has."""
        options = {**self.plan.profile.options, "NUM_THREADS": "1"}
        plan = replace(self.plan, profile=replace(self.plan.profile, options=options))
        with rasterio.Env(), Readers() as readers:
            blocks = TileBlocks(plan)
            return [self._write(plan, number, readers, blocks, stop) for number in numbers]

    def _write(self, plan: TilePlan, number: int, readers: Readers, blocks: TileBlocks, stop: Stop) -> WrittenTile:
        tile, place = plan.tiles[number], _OneTile(self.folder, number)
        run = TileRun(plan, place, readers, blocks, None, None, self.verify)
        writer = TileWriter(run, tile)
        try:
            write_whole(writer, stop)
        finally:
            writer.abandon()
        (entry,) = place.entered
        return WrittenTile(number, entry, "" if entry.left_out else place.finished)


def write_on_cluster(
    plan: TilePlan, tiles: TileSet, cluster_workers: ClusterWorkers, *, verify: bool, progress: Progress
) -> None:
    """Have a cluster's workers write all tiles that an earlier run has not finished; return when all are entered.

    Raises
    ------
    ParallelRasterError
        What a tile raised, or the run was cancelled.
    """
    left = set(range(len(plan.tiles)))
    known = [number for number in left if tiles.entry(plan.tiles[number].file)]
    looking, writing = stages(progress, len(known), 10 * len(left))

    def look(number: int, stop: Stop) -> None:
        tile = plan.tiles[number]
        entry = tiles.entry(tile.file)
        if entry is not None and is_kept(entry, tiles.path(tile.file), plan.tile_profile(tile), stop):
            left.discard(number)

    def enter(written: Sequence[WrittenTile]) -> None:
        for each in written:
            tiles.enter(each.entry)
            if each.path:
                destination = tiles.staged(plan.tiles[each.number].file).destination
                StagedFile(each.path, destination).commit()

    if known:
        run_chunks(look, known, name="look-at-tile", workers=plan.workers, progress=looking)
    if left:
        groups = _groups(plan, sorted(left), cluster_workers.threads)
        work = TileWork(plan, tiles.work, verify)
        with contextlib.suppress(FileExistsError):
            os.mkdir(tiles.work)
        cluster_workers.run(
            work, groups, name="tile", folder=tiles.work, inputs=plan.source.files, collect=enter, progress=writing
        )


def _groups(plan: TilePlan, numbers: Sequence[int], threads: int) -> list[tuple[int, ...]]:
    """Return the numbers in groups of neighbours, enough of them to keep all threads busy."""
    pixels = max(plan.tiles[number].window.width * plan.tiles[number].window.height for number in numbers)
    size = max(1, min(GROUP_PIXELS // max(1, pixels), -(-len(numbers) // (GROUPS_PER_THREAD * threads))))
    return [tuple(numbers[start : start + size]) for start in range(0, len(numbers), size)]
