"""Read the pixels of a tile, mask those outside its polygon or the tiled area, and count the valid pixels."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from rasterio.windows import Window

from ...raster.nodata import mask_band, valid_pixels
from ...raster.windows import offset_slices, overlap, shifted
from ...reading.readers import Readers
from ...reading.visible import any_valid, fill_values, visible_pixels
from .layout import Tile
from .plan import TilePlan

Array = np.ndarray[Any, Any]


class Piece(NamedTuple):
    """Pixels in a window of a tile, with their visibility and the number of valid pixels.

    `pixels` has the shape (bands, rows, columns). `visible` (rows, columns) is False for pixels that a mask, an alpha
    band or the polygon hides, and for pixels outside the tiled area; it is None if no pixel is hidden. If the tile's
    file cannot store the nodata value, pixels that are not valid in any band are also hidden.
    """

    pixels: Array
    visible: Array | None
    valid: int

    def mask(self) -> Array:
        """Return the mask band: 255 for visible pixels, 0 for hidden ones."""
        if self.visible is None:
            return np.full(self.pixels.shape[1:], 255, np.uint8)
        return mask_band(self.visible)


def read_piece(readers: Readers, plan: TilePlan, tile: Tile, piece: Window) -> Piece:
    """Return the pixels in a window of a tile; `piece` is the window, in pixel coordinates of the tile.

    A pixel is valid if no mask, alpha band or polygon hides it, and if its value is finite and not nodata in at least
    one band other than the alpha band.

    Raises
    ------
    InputError
        The source cannot be read.
    """
    wanted = shifted(piece, tile.window)
    inner = overlap(wanted, plan.area)
    if inner is None:
        pixels = _filled(plan, (len(plan.metadata.bands), wanted.height, wanted.width))
        return Piece(pixels, np.zeros(pixels.shape[1:], bool), 0)
    pixels = readers.read_stack(plan.source.inputs, inner)
    visible = visible_pixels(readers, plan.source.inputs, plan.metadata, inner, pixels)
    if tile.polygon is not None:
        covered = ~tile.polygon.inside(inner)
        for band, value in zip(pixels, fill_values(plan.metadata)):
            band[covered] = value
        visible = ~covered if visible is None else visible & ~covered
    if inner != wanted:
        pixels, visible = _padded(plan, pixels, visible, inner, wanted)
    found = any_valid(plan.metadata, pixels, visible)
    valid = int(pixels[0].size if found is None else np.count_nonzero(found))
    return Piece(pixels, found if plan.profile.lost else visible, valid)


def count_valid(readers: Readers, plan: TilePlan, tile: Tile, piece: Window) -> int:
    """Return the number of valid pixels in a window of a tile, reading only as many bands as necessary.

    The window `piece`, in pixel coordinates of the tile, must be inside the tiled area.

    Raises
    ------
    InputError
        The source cannot be read.
    """
    if plan.source.inputs[0].hidden_by or plan.metadata.alpha_index is not None:
        return read_piece(readers, plan, tile, piece).valid
    found: Array | None = None
    for band, metadata in zip(plan.source.inputs, plan.metadata.bands):
        (pixels,) = readers.read([band], shifted(piece, tile.window))
        valid = valid_pixels(pixels, metadata.nodata)
        if valid is None or valid.all():
            return int(piece.width * piece.height)
        found = valid if found is None else found | valid
    return 0 if found is None else int(np.count_nonzero(found))


def _filled(plan: TilePlan, shape: tuple[int, int, int]) -> Array:
    pixels = np.empty(shape, plan.pixel_dtype)
    for band, value in zip(pixels, fill_values(plan.metadata)):
        band[...] = value
    return pixels


def _padded(plan: TilePlan, pixels: Array, visible: Array | None, inner: Window, wanted: Window) -> tuple[Array, Array]:
    """Return the pixels and visibility of the window `inner`, extended by hidden fill pixels to the window `wanted`."""
    padded = _filled(plan, (len(pixels), wanted.height, wanted.width))
    place = offset_slices(inner, wanted)
    padded[:, place[0], place[1]] = pixels
    shown = np.zeros(padded.shape[1:], bool)
    shown[place] = True if visible is None else visible
    return padded, shown
