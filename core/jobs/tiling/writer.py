"""Tiles written: each chunk by chunk by any worker, then closed, read back, and entered in the set."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import rasterio
from rasterio.windows import Window

from ...errors import OutputError
from ...parallel.recorder import Recorder
from ...progress import Stop
from ...raster.windows import offset_slices
from ...reading.readers import Readers
from ...tiff.block_copy import BlockMatch, CopiedBlock, one_after_another
from ...tileset.journal import Entry
from ...writing.cog import CopyToCog, raster_writer
from ...writing.creation_options import OutputProfile
from ...writing.gdal_file import CreateFile
from ...writing.partial_file import StagedFile
from ...writing.read_back import Check
from ...writing.sidecar import has_sidecar, sidecar_text
from ...writing.writer import RasterWriter
from .copied_blocks import TileBlocks, split_tile
from .layout import Tile
from .pixels import count_valid, read_piece
from .plan import TilePlan


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
    """What all tiles of a run share."""

    plan: TilePlan
    tiles: Places
    readers: Readers
    blocks: TileBlocks
    create: CreateFile | None
    copy: CopyToCog | None
    verify: bool

    @property
    def counts(self) -> bool:
        """Whether pixels have to be decoded for nothing but their validity."""
        wanted = self.plan.parameters
        asked = wanted["count_valid"] or wanted["skip_empty"] or wanted["min_valid"]
        return bool(asked) and not self.blocks.shows_all

    def leaves_out(self, share: float | None) -> bool:
        """Return whether a tile with this share of valid pixels is not to be kept."""
        if share is None:
            return False
        wanted = self.plan.parameters
        return bool(share < wanted["min_valid"] / 100 or wanted["skip_empty"] and not share)


class TileWriter:
    """A tile under way: its chunks written, the file closed, read back, and entered in the set, by any threads.

    Whoever calls sees to it that all chunks are written before `close`, and all shares compared before `enter`.
    """

    def __init__(self, run: TileRun, tile: Tile) -> None:
        self._run, self._tile = run, tile
        self._chunks = run.plan.tile_chunks(tile)
        self._profile = run.plan.tile_profile(tile)
        self._lock = threading.Lock()
        self._files = contextlib.ExitStack()
        self._writer: RasterWriter | None = None
        self._kept: bool | None = None
        self._checks: list[Check] = []
        self._valid: int | None = 0
        self._match: BlockMatch | None = None

    def write_whole(self, stop: Stop) -> None:
        """Take all steps of a tile in this thread."""
        for chunk in self._chunks.windows():
            self.write(chunk, stop)
        self.close(stop)
        for number in range(self._chunks.count):
            self.compare(number, stop)
        self.enter(stop)

    def write(self, chunk: Window, stop: Stop) -> None:
        """Write one chunk."""
        if self._is_kept(stop):
            return
        writer = self._opened()
        for piece in self._chunks.slices(chunk):
            stop.check()
            self._write_piece(writer, piece)

    def _write_piece(self, writer: RasterWriter, piece: Window) -> None:
        """Copy the blocks that are the source's own, write the others, and count the valid pixels if that is asked."""
        split = split_tile(self._match, piece)
        for block in split.copied:
            for number, encoded in block.encoded:
                writer.write_encoded(number, encoded)
        copied = sum(block.window.width * block.window.height for block in split.copied)
        if not copied or self._profile.masked or self._run.counts:
            valid: int | None = self._write_decoded(writer, piece, split.rest, split.copied)
        else:
            written = sum(self._write_decoded(writer, window, [window], []) for window in split.rest)
            valid = written + copied if self._run.blocks.shows_all else None
        with self._lock:
            self._valid = None if valid is None or self._valid is None else self._valid + valid

    def _write_decoded(
        self, writer: RasterWriter, area: Window, rest: Sequence[Window], copied: Sequence[CopiedBlock]
    ) -> int:
        """Write the pixels of `rest`, and the mask of `copied`, inside an area; return its number of valid pixels."""
        if not rest and not self._profile.masked:
            return count_valid(self._run.readers, self._run.plan, self._tile, area)
        found = read_piece(self._run.readers, self._run.plan, self._tile, area)
        shown = found.shown() if self._profile.masked else None
        for window in rest:
            rows, cols = offset_slices(window, area)
            writer.write(found.pixels[:, rows, cols], window, None if shown is None else shown[rows, cols])
        if shown is not None:
            for block in copied:
                rows, cols = offset_slices(block.window, area)
                writer.write_mask(shown[rows, cols], block.window)
        return found.valid

    def close(self, stop: Stop) -> None:
        """Close the file, or remove it where the tile has too few valid pixels."""
        if self._writer is None:
            return
        if self._run.leaves_out(self._share):
            self._run.tiles.enter(Entry(self._tile.file, self._share))
            self.abandon()
            return
        self._writer.close(functools.partial(one_after_another, stop))
        self._writer.convert_here(stop)
        # Encoded bytes are compared when the set is flushed, as part of the whole file.
        self._checks = self._writer.checks(encoded=False) if self._run.verify else []

    def compare(self, number: int, stop: Stop) -> None:
        """Compare the share of this number, of as many as there are chunks, with what was written."""
        if self._writer is not None:
            self._writer.compare(self._checks[number :: self._chunks.count], stop)

    def enter(self, stop: Stop) -> None:
        """Enter the tile in the set and give it its name."""
        if self._writer is None:
            return
        path = self._run.tiles.staged(self._tile.file).path
        try:
            size, checksum = os.path.getsize(path), self._writer.checksum(stop)
        except OSError as error:
            raise OutputError(f"{path} cannot be read back: {error.strerror}.") from error
        self._run.tiles.enter(Entry(self._tile.file, self._share, size, checksum))
        self._writer.commit()
        self.abandon()

    def abandon(self) -> None:
        """Forget the file, and remove it where it has not taken its name; nothing where there is none."""
        self._writer = None
        self._files.close()

    def _is_kept(self, stop: Stop) -> bool:
        """Return whether an earlier run has finished the tile."""
        with self._lock:
            if self._kept is None:
                entry = self._run.tiles.entry(self._tile.file)
                path = self._run.tiles.path(self._tile.file)
                self._kept = entry is not None and is_kept(entry, path, self._profile, stop)
            return self._kept

    def _opened(self) -> RasterWriter:
        with self._lock:
            if self._writer is None:
                staged = self._run.tiles.staged(self._tile.file)
                writer = raster_writer(
                    staged.destination, self._profile, create=self._run.create, copy=self._run.copy,
                    claim=lambda _: self._written_at(staged),
                )  # fmt: skip
                self._writer = self._files.enter_context(writer)
                if self._writer.takes_encoded:
                    self._match = self._run.blocks.match(self._tile, self._profile, self._writer.layout)
            return self._writer

    def _written_at(self, staged: StagedFile) -> StagedFile:
        """Return where the chunks go: of a Cloud Optimized tile to a plain file, whose copy is the staged one."""
        if not self._profile.is_cog:
            return staged
        return StagedFile(f"{staged.path}.plain.tif", staged.destination, copy_path=staged.path)

    @property
    def _share(self) -> float | None:
        pixels = int(self._tile.window.width * self._tile.window.height)
        return None if self._valid is None else self._valid / pixels


class Step(NamedTuple):
    """A share of the work on the tile of this number.

    `kind` is "whole" for a small tile, else "write", "close", "compare" or "enter". `number` counts the chunks that are
    written through all tiles, and the shares that are compared within one. `after` are the steps, by their place in the
    list, that have to be done before.
    """

    kind: str
    tile: int
    number: int = 0
    chunk: Window | None = None
    after: Sequence[int] = ()


class TileWriters:
    """The tiles under way, made when their first step is taken."""

    def __init__(self, run: TileRun, recorder: Recorder | None = None) -> None:
        self._run, self._recorder = run, recorder
        self._open: dict[int, TileWriter] = {}
        self._lock = threading.Lock()

    def steps(self) -> list[Step]:
        """Return all steps. A large tile is read back while the next one is written, so that no worker has to wait."""
        steps: list[Step] = []
        closed: list[tuple[int, int]] = []
        places = itertools.count()
        for number, tile in enumerate(self._run.plan.tiles):
            chunks = self._run.plan.tile_chunks(tile)
            if chunks.count == 1:
                steps.append(Step("whole", number, next(places)))
                continue
            begin = len(steps)
            steps += [Step("write", number, next(places), window) for window in chunks.windows()]
            written = range(begin, len(steps))
            for each in closed:
                steps += self._reading_back(*each, len(steps))
            steps.append(Step("close", number, after=written))
            closed = [(number, len(steps) - 1)]
        for each in closed:
            steps += self._reading_back(*each, len(steps))
        return steps

    def _reading_back(self, number: int, close: int, begin: int) -> list[Step]:
        """Return the last steps of a tile whose file the step `close` closes; they begin at a place in the list."""
        count = self._run.plan.tile_chunks(self._run.plan.tiles[number]).count
        compared = [Step("compare", number, share, after=(close,)) for share in range(count)]
        return [*compared, Step("enter", number, after=range(begin, begin + count))]

    def work(self, step: Step, stop: Stop) -> None:
        """Take one step."""
        with rasterio.Env():  # one for all files of the step, since each file would make its own
            self._take(step, stop)

    def _take(self, step: Step, stop: Stop) -> None:
        with self._lock:
            writer = self._open.get(step.tile)
            if writer is None:
                writer = self._open[step.tile] = TileWriter(self._run, self._run.plan.tiles[step.tile])
        started = time.monotonic()
        if step.kind == "whole":
            writer.write_whole(stop)
        elif step.chunk is not None:
            writer.write(step.chunk, stop)
        elif step.kind == "close":
            writer.close(stop)
        elif step.kind == "compare":
            writer.compare(step.number, stop)
        else:
            writer.enter(stop)
        if self._recorder is not None and step.kind in ("whole", "write"):
            self._recorder.note(step.number, time.monotonic() - started)
        if step.kind in ("whole", "enter"):
            with self._lock:
                del self._open[step.tile]

    def abandon(self) -> None:
        """Remove the unfinished files, when no worker is under way any more."""
        for writer in self._open.values():
            writer.abandon()
