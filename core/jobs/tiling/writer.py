"""Write a tile: write its chunks from any thread, close and read back its file, and add it to the tile set."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from dataclasses import dataclass
from typing import Protocol

from rasterio.windows import Window

from ...engine.run import ChunkWriter
from ...errors import OutputError
from ...progress import Stop
from ...reading.readers import Readers
from ...tiff.block_copy import one_after_another
from ...tileset.journal import Entry
from ...units import exact_percent
from ...writing.cog import CopyToCog, raster_writer
from ...writing.creation_options import OutputProfile
from ...writing.gdal_file import CreateFile
from ...writing.partial_file import StagedFile, chunk_file
from ...writing.read_back import Check
from ...writing.sidecar import has_sidecar, sidecar_text
from ...writing.writer import RasterWriter
from .copied_blocks import TileBlocks
from .layout import Tile
from .plan import TilePlan
from .task import TileTask


def is_kept(entry: Entry, path: str, profile: OutputProfile, stop: Stop) -> bool:
    """Return True if an earlier run left out the tile, or if the tile's file and sidecar file are unchanged."""
    return entry.is_intact(path, stop) and (entry.left_out or has_sidecar(path, sidecar_text(profile)))


class TileStore(Protocol):
    """The methods of a `TileSet` that are needed to write a tile."""

    def entry(self, file: str) -> Entry | None:
        """Return the journal entry of a tile; None if the tile is not finished."""

    def staged(self, file: str) -> StagedFile:
        """Return the path of the file to write for a tile, and its destination. Every call returns the same paths."""

    def path(self, file: str) -> str:
        """Return the current path of a finished tile."""

    def enter(self, entry: Entry) -> None:
        """Enter a finished tile in the journal."""


@dataclass(frozen=True)
class TileRun:
    """Objects shared by all tiles of a run."""

    plan: TilePlan
    tiles: TileStore
    readers: Readers
    blocks: TileBlocks
    create: CreateFile | None
    copy: CopyToCog | None
    verify: bool

    def leaves_out(self, valid: int | None, pixels: int) -> bool:
        """Return True if a tile with `valid` valid pixels among `pixels` is left out; False if `valid` is None."""
        if valid is None:
            return False
        parameters = self.plan.parameters
        too_few = 100 * valid < exact_percent(parameters["min_valid"]) * pixels
        return bool(too_few or parameters["skip_empty"] and not valid)


class TileWriter:
    """Writes the chunks of a tile from several threads, reads the file back and adds the tile to the tile set."""

    def __init__(self, run: TileRun, tile: Tile) -> None:
        self._run, self._tile = run, tile
        self._task = TileTask(run.plan, tile)
        self._profile, self.chunks = self._task.output, self._task.chunks
        self._lock = threading.Lock()
        self._files = contextlib.ExitStack()
        self._writer: RasterWriter | None = None
        self._chunk_writer: ChunkWriter | None = None
        self._kept: bool | None = None
        self._checks: list[Check] = []
        self._valid: int | None = 0

    def write(self, chunk: Window, stop: Stop) -> None:
        """Write one chunk, unless the tile is kept from an earlier run."""
        if self._is_kept(stop):
            return
        counts = self._open().write(chunk, stop)
        with self._lock:
            known = [count for count in (self._valid, *counts) if count is not None]
            self._valid = sum(known) if len(known) == 1 + len(counts) else None

    def close(self, stop: Stop) -> None:
        """Close the file, or remove it if the tile has too few valid pixels."""
        if self._writer is None:
            return
        if self._run.leaves_out(self._valid, self._pixels):
            self._run.tiles.enter(Entry(self._tile.file, self._share))
            self.abandon()
            return
        self._writer.close(functools.partial(one_after_another, stop))
        self._writer.convert_here(stop)
        # Encoded bytes are verified after the flush, with the checksum of the file.
        self._checks = self._writer.checks(encoded=False) if self._run.verify else []

    def compare(self, number: int, stop: Stop) -> None:
        """Read back part `number` of the file and compare it with the written data; a file has one part per chunk."""
        if self._writer is not None:
            self._writer.compare(self._checks[number :: self.chunks.count], stop)

    def enter(self, stop: Stop) -> None:
        """Add the tile to the tile set and rename its file to the final name."""
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
        """Release the file, and remove it unless it has its final name. Does nothing if no file is open."""
        self._writer = self._chunk_writer = None
        self._files.close()

    def _is_kept(self, stop: Stop) -> bool:
        """Return True if an earlier run finished the tile and its files are unchanged."""
        with self._lock:
            if self._kept is None:
                entry = self._run.tiles.entry(self._tile.file)
                path = self._run.tiles.path(self._tile.file)
                self._kept = entry is not None and is_kept(entry, path, self._profile, stop)
            return self._kept

    def _open(self) -> ChunkWriter:
        with self._lock:
            if self._chunk_writer is None:
                run, staged = self._run, self._run.tiles.staged(self._tile.file)
                writer = raster_writer(
                    staged.destination, self._profile, create=run.create, copy=run.copy,
                    claim=lambda _: chunk_file(staged, self._profile.is_cog),
                )  # fmt: skip
                self._writer = self._files.enter_context(writer)
                opened = self._task.open(run.readers, run.blocks)
                self._chunk_writer = ChunkWriter(self._task, opened, self._writer)
            return self._chunk_writer

    @property
    def _pixels(self) -> int:
        return int(self._tile.window.width * self._tile.window.height)

    @property
    def _share(self) -> float | None:
        return None if self._valid is None else self._valid / self._pixels
