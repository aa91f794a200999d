"""One chunk of a merge after the other: blocks that are an input's own are copied, the others merged and written."""

from __future__ import annotations

import threading

import numpy as np
import rasterio
from rasterio.windows import Window

from ...engine.task import Write
from ...progress import Stop
from ...tiff.block_copy import CopiedBlock, SplitPiece
from ...writing.writer import RasterWriter
from .copied_blocks import BlockFinder
from .pixels import MergeCounts, PieceMerger
from .plan import MergePlan
from .reader import InputReader


def merge_window(merger: PieceMerger, window: Window, write: Write) -> MergeCounts:
    """Read, merge and write a window; return the counts of its pixels."""
    with rasterio.Env():  # else each opening of an input makes one of its own
        merged = merger.merge(window)
    mask = None if merged.shown is None else merged.shown.astype(np.uint8) * np.uint8(255)
    write(merged.stored, window, mask)
    return merged.counts


class PieceRun:
    """What the chunks of one merge share: where they read and write, and the counts they leave."""

    def __init__(self, plan: MergePlan, read: InputReader, writer: RasterWriter) -> None:
        self._plan, self._read, self._writer = plan, read, writer
        self._merger = PieceMerger(plan.rules, plan.inputs, read)
        self._finder = BlockFinder(plan, writer.layout()) if writer.takes_encoded else None
        self._copied = 0
        self.counts = MergeCounts()
        self._lock = threading.Lock()

    @property
    def copied_percent(self) -> float:
        """Share of the output, in percent, whose blocks were copied without decoding."""
        return 100 * self._copied / (self._plan.profile.grid.width * self._plan.profile.grid.height)

    def work(self, chunk: Window, stop: Stop) -> None:
        """Copy, or read, merge and write one chunk."""
        for piece in self._plan.chunks.slices(chunk):
            stop.check()
            split = self._finder.split(piece) if self._finder else SplitPiece([], [piece])
            for block in split.copied:
                self._copy(block)
            for window in split.rest:
                stop.check()
                self.add(merge_window(self._merger, window, self._writer.write))

    def copies(self, chunk: Window) -> bool:
        """Return whether all blocks of a chunk are copied."""
        finder = self._finder
        return finder is not None and not any(finder.split(piece).rest for piece in self._plan.chunks.slices(chunk))

    def add(self, counts: MergeCounts) -> None:
        """Add the counts of a chunk; any thread may call."""
        with self._lock:
            self.counts = self.counts.plus(counts)

    def _copy(self, block: CopiedBlock) -> None:
        for number, encoded in block.encoded:
            self._writer.write_encoded(number, encoded)
        if self._plan.rules.marking.mask:
            visible = self._read.visible(block.source, block.window)
            shape = (block.window.height, block.window.width)
            shown = np.ones(shape, np.uint8) if visible is None else visible.astype(np.uint8)
            self._writer.write_mask(shown * np.uint8(255), block.window)
        with self._lock:
            self._copied += block.window.width * block.window.height
