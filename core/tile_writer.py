"""One tile on its way: written chunk by chunk by any worker, closed by the last, read back, and entered in the set."""

from __future__ import annotations

import functools
import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import rasterio
from rasterio.windows import Window

from .block_copy import BlockMatch, one_after_another
from .cog import CopyToCog, raster_writer
from .cog_profile import CogProfile
from .compute import Stop
from .errors import OutputError
from .grid import shifted
from .output_file import CreateFile
from .partial_file import StagedFile
from .profiles import OutputProfile
from .raster_io import Readers
from .read_back import Check
from .recorder import Recorder
from .sidecar import has_sidecar, sidecar_text
from .tile_copy import TileBlocks, split_tile
from .tile_job import TilePlan
from .tile_journal import Entry
from .tile_layout import Tile
from .tile_pixels import count_valid, read_piece
from .writer import RasterWriter

WAIT_SECONDS = 0.05


def is_kept(entry: Entry, path: str, profile: OutputProfile, stop: Stop) -> bool:
    """Return whether a tile that an earlier run finished, and what belongs beside it, are as they were."""
    return entry.is_intact(path, stop) and (entry.left_out or has_sidecar(path, sidecar_text(profile)))


class Places(Protocol):
    """Where tiles are written and entered, as a `TileSet` says."""

    def entry(self, file: str) -> Entry | None:
        """Return what is known of a finished tile."""

    def staged(self, file: str) -> StagedFile:
        """Return where to write a tile, and where it goes; the same for each call."""

    def path(self, file: str) -> str:
        """Return where a finished tile is now."""

    def enter(self, entry: Entry) -> None:
        """Note that a tile is finished."""


@dataclass(frozen=True)
class TileRun:
    """What all tiles of a run share; tiles with a share of valid pixels below `least_share` are left out."""

    plan: TilePlan
    tiles: Places
    readers: Readers
    blocks: TileBlocks
    create: CreateFile | None
    copy: CopyToCog | None
    least_share: float
    skip_empty: bool
    verify: bool


class TileWriter:
    """A tile under way; its steps are taken in their order, each by whichever worker is free."""

    def __init__(self, run: TileRun, tile: Tile) -> None:
        self._run, self._tile = run, tile
        self._chunks = run.plan.tile_chunks(tile)
        self._profile = run.plan.tile_profile(tile)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._writer: RasterWriter | None = None
        self._kept: bool | None = None
        self._writes_left = self._chunks.count
        self._reads_left = self._chunks.count
        self._checks: list[Check] = []
        self._valid = 0
        self._copied = 0
        self._match: BlockMatch | None = None

    def write(self, chunk: Window | None, stop: Stop) -> None:
        """Write one chunk, None for the whole tile; the last one closes the file."""
        if self._is_kept(stop):
            return
        writer = self._opened()
        whole = Window(0, 0, self._tile.window.width, self._tile.window.height)
        for piece in self._chunks.slices(chunk or whole):
            stop.check()
            self._write_piece(writer, piece)
        with self._lock:
            self._writes_left -= 1
            last = not self._writes_left
        if last:
            self._close(writer, stop)

    def _write_piece(self, writer: RasterWriter, piece: Window) -> None:
        """Copy the blocks that are the source's own, write the others, and count the valid pixels."""
        split = split_tile(self._match, piece)
        for block in split.copied:
            for number, encoded in block.encoded:
                writer.write_encoded(number, encoded)
        if split.rest or self._profile.masked:
            found = read_piece(self._run.readers, self._run.plan, self._tile, piece)
            shown = found.shown() if self._profile.masked else None
            for window in split.rest:
                rows, cols = shifted(window, Window(-piece.col_off, -piece.row_off, 0, 0)).toslices()
                writer.write(found.pixels[:, rows, cols], window, None if shown is None else shown[rows, cols])
            if shown is not None:
                for block in split.copied:
                    rows, cols = shifted(block.window, Window(-piece.col_off, -piece.row_off, 0, 0)).toslices()
                    writer.write_mask(shown[rows, cols], block.window)
            valid = found.valid
        elif self._run.blocks.shows_all:
            valid = piece.width * piece.height
        else:
            valid = count_valid(self._run.readers, self._run.plan, self._tile, piece)
        with self._lock:
            self._valid += valid
            self._copied += sum(block.window.width * block.window.height for block in split.copied)

    def read_back(self, number: int, stop: Stop) -> None:
        """Compare one share of what was written; the last one gives the tile its name."""
        while not self._closed.wait(WAIT_SECONDS):
            stop.check()
        if self._kept or self._writer is None:
            return
        self._writer.compare(self._checks[number :: self._chunks.count], stop)
        with self._lock:
            self._reads_left -= 1
            last = not self._reads_left
        if last:
            self._enter(self._writer, stop)

    def abandon(self) -> None:
        """Remove an unfinished file; nothing where there is none."""
        if self._writer is not None:
            self._writer.__exit__(None, None, None)
            self._writer = None

    def _is_kept(self, stop: Stop) -> bool:
        """Return whether an earlier run has finished the tile."""
        with self._lock:
            if self._kept is None:
                entry = self._run.tiles.entry(self._tile.file)
                path = self._run.tiles.path(self._tile.file)
                self._kept = entry is not None and is_kept(entry, path, self._profile, stop)
                if self._kept:
                    self._closed.set()
            return self._kept

    def _opened(self) -> RasterWriter:
        with self._lock:
            if self._writer is None:
                staged = self._run.tiles.staged(self._tile.file)
                self._writer = raster_writer(
                    staged.destination, self._profile, create=self._run.create, claim=self._claims(staged),
                    copy=self._run.copy,
                ).__enter__()  # fmt: skip
                if self._writer.takes_encoded:
                    self._match = self._run.blocks.match(self._tile, self._profile, self._writer.layout)
            return self._writer

    def _claims(self, staged: StagedFile) -> Callable[[str], StagedFile]:
        """Return what gives the tile its places: for a Cloud Optimized one a plain file first."""
        places = [staged]
        if isinstance(self._profile, CogProfile):
            places.insert(0, StagedFile(f"{staged.path}.plain.tif", staged.destination))
        return lambda _: places.pop(0)

    def _close(self, writer: RasterWriter, stop: Stop) -> None:
        if self._too_empty():
            self._run.tiles.enter(Entry(self._tile.file, self._share))
            self.abandon()
            self._closed.set()
            return
        writer.close(functools.partial(one_after_another, stop))
        writer.convert_here(stop)
        # Encoded bytes are compared when the set is flushed, as part of the whole file.
        self._checks = writer.checks(encoded=False) if self._run.verify else []
        if self._chunks.count == 1:
            writer.compare(self._checks, stop)
            self._enter(writer, stop)
        self._closed.set()

    @property
    def _share(self) -> float:
        return self._valid / int(self._tile.window.width * self._tile.window.height)

    def _too_empty(self) -> bool:
        return self._share < self._run.least_share or self._run.skip_empty and not self._valid

    def _enter(self, writer: RasterWriter, stop: Stop) -> None:
        path = self._run.tiles.staged(self._tile.file).path
        try:
            size, checksum = os.path.getsize(path), writer.checksum(stop)
        except OSError as error:
            raise OutputError(f"{path} cannot be read back: {error.strerror}.") from error
        self._run.tiles.enter(Entry(self._tile.file, self._share, size, checksum))
        writer.commit()
        self._writer = None


class Step(NamedTuple):
    """A share of the work on the tile of this number: a chunk to write (None: all of it), or to read back.

    Chunks that are written are numbered through all tiles, shares that are read back within one.
    """

    tile: int
    kind: str
    chunk: Window | None
    number: int


class TileWriters:
    """The tiles under way, made when their first step is taken."""

    def __init__(self, run: TileRun, recorder: Recorder | None = None) -> None:
        self._run, self._recorder = run, recorder
        self._open: dict[int, TileWriter] = {}
        self._lock = threading.Lock()

    def steps(self) -> Iterator[Step]:
        """Yield all steps. A large tile is read back while the next one is written, so that no worker has to wait."""
        waiting: list[Step] = []
        places = itertools.count()
        for number, tile in enumerate(self._run.plan.tiles):
            chunks = self._run.plan.tile_chunks(tile)
            if chunks.count == 1:
                yield Step(number, "write", None, next(places))
                continue
            windows = list(chunks.windows())
            yield from (Step(number, "write", window, next(places)) for window in windows)
            yield from waiting
            waiting = [Step(number, "read back", None, place) for place in range(len(windows))]
        yield from waiting

    def work(self, step: Step, stop: Stop) -> None:
        """Take one step."""
        with rasterio.Env():  # one for all files of the step, since each file would make its own
            self._take(step, stop)

    def _take(self, step: Step, stop: Stop) -> None:
        with self._lock:
            writer = self._open.get(step.tile)
            if writer is None:
                writer = self._open[step.tile] = TileWriter(self._run, self._run.plan.tiles[step.tile])
        if step.kind == "read back":
            writer.read_back(step.number, stop)
            return
        started = time.monotonic()
        writer.write(step.chunk, stop)
        if self._recorder is not None:
            self._recorder.note(step.number, time.monotonic() - started)
        if step.chunk is None:
            with self._lock:
                del self._open[step.tile]

    def abandon(self) -> None:
        """Remove the unfinished files, when no worker is under way any more."""
        for writer in self._open.values():
            writer.abandon()
