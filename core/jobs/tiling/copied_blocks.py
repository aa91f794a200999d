"""Blocks of tiles that are blocks of the source: found before a pixel is read, and handed on as they are encoded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from rasterio.windows import Window

from ...errors import InputError
from ...raster.nodata import stored_nodata
from ...tiff.block_copy import BlockMatch, CopiedBlock, SplitPiece, match_blocks, split_piece
from ...tiff.layout import TiffLayout, read_layout
from ...writing.creation_options import OutputProfile
from .layout import Tile
from .plan import TilePlan


class TileBlocks:
    """Tells which blocks of the tiles are blocks of the source; any thread may call."""

    def __init__(self, plan: TilePlan) -> None:
        self._plan = plan
        try:
            self._source: TiffLayout | None = read_layout(plan.source.path)
        except InputError:  # another format, or no file
            self._source = None
        self._bands = [band.band - 1 for band in plan.source.inputs]
        self._sample: TiffLayout | None = None
        self._lock = threading.Lock()

    @property
    def shows_all(self) -> bool:
        """Whether every pixel of the source is valid, which is then known without reading one."""
        metadata, dtype = self._plan.metadata, self._plan.pixel_dtype
        declared = any(stored_nodata(band.nodata, dtype) is not None for band in metadata.bands)
        hidden = self._plan.source.inputs[0].hidden_by or self._plan.alpha_index is not None
        return dtype.kind in "iu" and not declared and not hidden

    def match(self, tile: Tile, profile: OutputProfile, layout: Callable[[], TiffLayout]) -> BlockMatch | None:
        """Return how the source's blocks serve a tile; None where they do not.

        Parameters
        ----------
        tile, profile
            The tile and how it is stored.
        layout
            Returns how the blocks of this tile will be encoded; asked once, since all tiles are encoded alike.
        """
        source, window = self._source, tile.window
        if source is None or tile.polygon is not None or source.block != profile.block:
            return None
        if window.row_off % source.block[0] or window.col_off % source.block[1]:
            return None
        with self._lock:
            self._sample = self._sample or layout()
        target = replace(self._sample, width=window.width, height=window.height, block=profile.block)
        return match_blocks(source, target, -window.row_off, -window.col_off, self._bands)


class TileFinder:
    """Tells which blocks of one tile are the source's own."""

    def __init__(self, match: BlockMatch) -> None:
        self._match = match

    def split(self, piece: Window) -> SplitPiece:
        """Return which blocks of a piece of the tile are copied."""
        return split_piece(piece, self._match.target.block, self._copied)

    def _copied(self, window: Window) -> CopiedBlock | None:
        rows, cols = self._match.target.block
        encoded = self._match.numbers(window.row_off // rows, window.col_off // cols)
        return None if encoded is None else CopiedBlock(window, 0, encoded)
