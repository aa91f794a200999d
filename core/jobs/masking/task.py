"""The engine task of Mask raster: unchanged blocks are copied, all other blocks are computed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from rasterio.windows import Window

from ...engine.task import Chunk, Copied
from ...parallel.chunks import ChunkPlan
from ...pixels.raster_plan import PixelResult
from ...progress import Stop
from ...raster.windows import shifted
from ...reading.readers import Readers
from ...tiff.block_copy import CopiedBlock
from ...tiff.layout import TiffLayout
from ...writing.creation_options import OutputProfile
from ...writing.writer import RasterWriter
from .copied_blocks import MaskBlocks, find_match
from .masked import MaskedRaster
from .pixels import MaskCounts, MaskedWindow, mask_window

HIDDEN = "hidden"
"""Key, in `PixelResult.counts`, of the number of valid pixels that the mask layer hides."""


@dataclass(frozen=True)
class MaskTask:
    """Engine task that writes the masked raster, and counts the valid and hidden pixels of each slice of a chunk."""

    raster: MaskedRaster
    chunks: ChunkPlan

    @property
    def name(self) -> str:
        """Name of the tasks in Dask's diagnostics."""
        return "mask-raster"

    @property
    def output(self) -> OutputProfile:
        """Profile of the output."""
        return self.raster.profile

    @property
    def files(self) -> tuple[str, ...]:
        """All files that the input and the mask layer consist of."""
        return self.raster.files

    @property
    def open_files(self) -> int | None:
        """Number of inputs that a thread may keep open: None (no limit) because there are only two inputs."""
        return None

    def open(self, readers: Readers) -> OpenMask:
        """Return the open task, which reads its inputs through `readers`."""
        return OpenMask(self.raster, readers)


class OpenMask:
    """A `MaskTask` with open inputs. Thread-safe."""

    def __init__(self, raster: MaskedRaster, readers: Readers) -> None:
        self._raster, self._readers = raster, readers
        self._thread = threading.local()

    def find_blocks(self, layout: Callable[[], TiffLayout]) -> MaskBlocks | None:
        """Return an object that finds the blocks to copy, or None if no block can be copied."""
        match = find_match(self._raster.source, self._raster.window, layout())
        return None if match is None else MaskBlocks(self._raster.marking, match, self._decide, self._shows_all)

    def compute(self, window: Window, stop: Stop) -> Chunk:
        """Return the masked pixels of a window, with their mask and pixel counts."""
        kept: MaskedWindow | None = getattr(self._thread, "slice", None)
        if kept is not None and kept.pixels is not None and kept.contains(window):
            masked = kept.part(window)
        else:
            masked = mask_window(self._readers, self._raster, window, stop, read=True)
        return Chunk(cast("np.ndarray[Any, Any]", masked.pixels), masked.mask, masked.counts)

    def copied(self, blocks: Sequence[CopiedBlock]) -> Sequence[Copied]:
        """Return masks and pixel counts of copied blocks, which must all be in the current slice of this thread."""
        parts = [self._thread.slice.part(block.window) for block in blocks]
        return [Copied(part.mask, part.counts) for part in parts]

    def _decide(self, piece: Window, stop: Stop) -> MaskedWindow:
        """Return the masked pixels of a slice, and keep them for `compute`, which is called next for changed blocks."""
        self._thread.slice = None  # release the memory of the previous slice
        masked = mask_window(self._readers, self._raster, piece, stop, read=self._raster.reads_pixels)
        self._thread.slice = masked
        return masked

    def _shows_all(self, piece: Window, stop: Stop) -> bool:
        inside = shifted(piece, self._raster.window)
        return bool(self._raster.mask.read_visible(self._readers, inside, stop).all())


class MaskTotals:
    """Sums of the pixel counts of all slices."""

    def __init__(self, chunks: ChunkPlan) -> None:
        self._pixels = chunks.width * chunks.height
        self._valid = self._hidden = 0

    def add(self, counts: MaskCounts) -> None:
        """Add the counts of a slice."""
        self._valid += counts.valid
        self._hidden += counts.hidden

    def describe(self, writer: RasterWriter) -> None:
        """Do nothing: the metadata of the bands was written when the file was created."""

    def result(self, destination: str, copied: int) -> PixelResult:
        """Return the result, given the path of the output and the number of pixels copied without decoding."""
        return PixelResult(destination, self._pixels, self._valid, (), {HIDDEN: self._hidden}, copied)
