"""Find blocks of the output that equal blocks of the input and can be copied without decoding."""

from __future__ import annotations

from collections.abc import Callable

from rasterio.windows import Window

from ...errors import InputError
from ...progress import Stop
from ...reading.metadata import RasterSource
from ...tiff.block_copy import BlockMatch, CopiedBlock, SplitPiece, match_blocks, split_piece
from ...tiff.layout import TiffLayout, read_layout
from .marking import Marking
from .pixels import MaskedWindow


def find_match(source: RasterSource, window: Window, target: TiffLayout) -> BlockMatch | None:
    """Return the blocks of the output that match input blocks in position and encoding; None if no block matches.

    Parameters
    ----------
    source
        The input.
    window
        Part of the input that the output covers.
    target
        TIFF layout of the output.
    """
    if source.inputs[0].overview >= 0:
        return None
    try:
        layout = read_layout(source.path)
    except InputError:  # not a TIFF, or not a local file
        return None
    return match_blocks(layout, target, -window.row_off, -window.col_off, [band.band - 1 for band in source.inputs])


def has_all_blocks(match: BlockMatch | None) -> bool:
    """Return True if every block of the output can be copied."""
    if match is None:
        return False
    target = match.target
    return all(match.numbers(row, col) is not None for row in range(target.down) for col in range(target.across))


class MaskBlocks:
    """Finds the blocks of the output that can be copied from the input. Thread-safe.

    Parameters
    ----------
    marking
        How hidden pixels are marked.
    match
        Result of `find_match`.
    masked
        Function that returns the masked pixels of a slice.
    shows_all
        Function that returns True if the mask layer does not hide any pixels of a slice.
    """

    def __init__(
        self,
        marking: Marking,
        match: BlockMatch,
        masked: Callable[[Window, Stop], MaskedWindow],
        shows_all: Callable[[Window, Stop], bool],
    ) -> None:
        self._marking, self._match = marking, match
        self._masked, self._shows_all = masked, shows_all

    def split(self, piece: Window, stop: Stop) -> SplitPiece:
        """Split the window `piece` into unchanged blocks, which can be copied, and windows to compute."""
        masked = self._masked(piece, stop)

        def unchanged(window: Window) -> CopiedBlock | None:
            changed = masked.part(window).changed
            return None if changed is not None and changed.any() else self._copied(window)

        return split_piece(piece, self._match.target.block, unchanged)

    def copies(self, piece: Window, stop: Stop) -> bool:
        """Return True if it is certain, without decoding pixels, that all blocks of window `piece` can be copied."""
        if split_piece(piece, self._match.target.block, self._copied).rest:
            return False
        marking = self._marking
        return not marking.changes_pixels or not marking.changes_visible and self._shows_all(piece, stop)

    def _copied(self, window: Window) -> CopiedBlock | None:
        rows, cols = self._match.target.block
        encoded = self._match.numbers(window.row_off // rows, window.col_off // cols)
        return None if encoded is None else CopiedBlock(window, 0, encoded)
