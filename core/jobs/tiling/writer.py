"""Tiles written: each chunk by chunk by any worker, then closed, read back, and entered in the set."""

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
from ...writing.cog import CopyToCog, raster_writer
from ...writing.creation_options import OutputProfile
from ...writing.gdal_file import CreateFile
from ...writing.partial_file import StagedFile
from ...writing.read_back import Check
from ...writing.sidecar import has_sidecar, sidecar_text
from ...writing.writer import RasterWriter
from .copied_blocks import TileBlocks
from .layout import Tile
from .plan import TilePlan
from .task import TileTask


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

    def leaves_out(self, share: float | None) -> bool:
        """Return whether a tile with this share of valid pixels is not to be kept."""
        if share is None:
            return False
        wanted = self.plan.parameters
        return bool(share < wanted["min_valid"] / 100 or wanted["skip_empty"] and not share)


class TileWriter:
    """A tile under way, written by any threads: its file closed, read back, and entered in the set."""

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
        """Write one chunk."""
        if self._is_kept(stop):
            return
        counts = self._opened().write(chunk, stop)
        with self._lock:
            known = [count for count in (self._valid, *counts) if count is not None]
            self._valid = sum(known) if len(known) == 1 + len(counts) else None

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
            self._writer.compare(self._checks[number :: self.chunks.count], stop)

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
        self._writer = self._chunk_writer = None
        self._files.close()

    def _is_kept(self, stop: Stop) -> bool:
        """Return whether an earlier run has finished the tile."""
        with self._lock:
            if self._kept is None:
                entry = self._run.tiles.entry(self._tile.file)
                path = self._run.tiles.path(self._tile.file)
                self._kept = entry is not None and is_kept(entry, path, self._profile, stop)
            return self._kept

    def _opened(self) -> ChunkWriter:
        with self._lock:
            if self._chunk_writer is None:
                run, staged = self._run, self._run.tiles.staged(self._tile.file)
                writer = raster_writer(
                    staged.destination, self._profile, create=run.create, copy=run.copy,
                    claim=lambda _: self._written_at(staged),
                )  # fmt: skip
                self._writer = self._files.enter_context(writer)
                opened = self._task.open(run.readers, run.blocks)
                self._chunk_writer = ChunkWriter(self._task, opened, self._writer)
            return self._chunk_writer

    def _written_at(self, staged: StagedFile) -> StagedFile:
        """Return where the chunks go: of a Cloud Optimized tile to a plain file, whose copy is the staged one."""
        if not self._profile.is_cog:
            return staged
        return StagedFile(f"{staged.path}.plain.tif", staged.destination, copy_path=staged.path)

    @property
    def _share(self) -> float | None:
        pixels = int(self._tile.window.width * self._tile.window.height)
        return None if self._valid is None else self._valid / pixels
