"""Find blocks of tiles that are identical to blocks of the source raster and can be copied without decoding."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from rasterio.windows import Window

from ...errors import InputError
from ...progress import Stop
from ...raster.nodata import stored_nodata
from ...raster.windows import contains
from ...tiff.block_copy import BlockMatch, CopiedBlock, SplitPiece, match_blocks, split_piece
from ...tiff.layout import TiffLayout, read_layout
from ...writing.creation_options import OutputProfile
from .layout import Tile
from .plan import TilePlan


class TileBlocks:
    """Finds the blocks of the tiles that can be copied from the source. Thread-safe."""

    def __init__(self, plan: TilePlan) -> None:
        self._plan = plan
        try:
            self._source: TiffLayout | None = read_layout(plan.source.path)
        except InputError:  # not a TIFF, or not a local file
            self._source = None
        self._bands = [band.band - 1 for band in plan.source.inputs]
        self._sample: TiffLayout | None = None
        self._lock = threading.Lock()

    @property
    def all_valid(self) -> bool:
        """True if the source cannot have invalid pixels: integer bands without a nodata value, mask or alpha band."""
        metadata, dtype = self._plan.metadata, self._plan.pixel_dtype
        has_nodata = any(stored_nodata(band.nodata, dtype) is not None for band in metadata.bands)
        has_mask = self._plan.source.inputs[0].hidden_by or metadata.alpha_index is not None
        return dtype.kind in "iu" and not has_nodata and not has_mask

    def match(self, tile: Tile, profile: OutputProfile, layout: Callable[[], TiffLayout]) -> BlockMatch | None:
        """Match the blocks of a tile with identical blocks of the source; return None if no block can be copied.

        Parameters
        ----------
        tile, profile
            The tile and the profile of its file.
        layout
            Function that returns the TIFF layout of the tile. It is called for one tile only, because all tiles are
            encoded in the same way.
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
    """Finds the blocks of one tile that can be copied: those that match the source and lie inside the tiled area.

    Parameters
    ----------
    match
        Mapping from the blocks of the tile to identical blocks of the source.
    area
        The tiled area, in pixel coordinates of the tile.
    """

    def __init__(self, match: BlockMatch, area: Window) -> None:
        self._match, self._area = match, area

    def split(self, piece: Window, stop: Stop) -> SplitPiece:
        """Split a window of the tile into blocks that can be copied and windows that must be computed."""
        return split_piece(piece, self._match.target.block, self._copied)

    def copies(self, piece: Window, stop: Stop) -> bool:
        """Return True if all blocks of a window can be copied."""
        return not self.split(piece, stop).rest

    def _copied(self, window: Window) -> CopiedBlock | None:
        if not contains(self._area, window):
            return None
        rows, cols = self._match.target.block
        encoded = self._match.numbers(window.row_off // rows, window.col_off // cols)
        return None if encoded is None else CopiedBlock(window, 0, encoded)
