"""Find blocks of a mosaic that can be copied from an input without decoding."""

from __future__ import annotations

import threading

from rasterio.windows import Window

from ...errors import InputError
from ...progress import Stop
from ...raster.windows import WindowIndex
from ...tiff.block_copy import BlockMatch, CopiedBlock, SplitPiece, match_blocks, split_piece
from ...tiff.layout import TiffLayout, read_layout
from .plan import MergePlan


class MergeBlocks:
    """Finds the blocks of a mosaic that can be copied from an input; thread-safe.

    Parameters
    ----------
    plan
        Plan of the merge.
    target
        TIFF layout of the output.
    """

    def __init__(self, plan: MergePlan, target: TiffLayout) -> None:
        self._plan, self._target = plan, target
        self._index = WindowIndex([each.core for each in plan.inputs])
        self._matches: dict[int, BlockMatch | None] = {}
        self._lock = threading.Lock()

    def split(self, piece: Window, stop: Stop) -> SplitPiece:
        """Split a window along block edges into blocks to copy and windows to merge."""
        return split_piece(piece, self._target.block, self._copied)

    def copies(self, piece: Window, stop: Stop) -> bool:
        """Return True if all blocks of a window can be copied."""
        return not self.split(piece, stop).rest

    def _copied(self, window: Window) -> CopiedBlock | None:
        numbers = self._index.touching(window)
        if len(numbers) != 1 or window.intersection(self._plan.inputs[numbers[0]].core) != window:
            return None
        match = self._match(numbers[0])
        if match is None:
            return None
        rows, cols = self._target.block
        encoded = match.numbers(window.row_off // rows, window.col_off // cols)
        return None if encoded is None else CopiedBlock(window, numbers[0], encoded)

    def _match(self, number: int) -> BlockMatch | None:
        with self._lock:
            if number not in self._matches:
                self._matches[number] = self._find_match(number)
            return self._matches[number]

    def _find_match(self, number: int) -> BlockMatch | None:
        each = self._plan.inputs[number]
        has_mask = each.bands[0].hidden_by == "mask"
        if each.resampled is not None or not self._plan.rules.marking.marks_all(each.nodata, has_mask=has_mask):
            return None
        try:
            source = read_layout(each.path)
        except InputError:  # not a GeoTIFF, or not a local file
            return None
        return match_blocks(source, self._target, each.window.row_off, each.window.col_off)
