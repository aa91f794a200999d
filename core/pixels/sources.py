"""Reads the inputs of a pixelwise job for a window: bands, and the mask layer whose values hide pixels.

Bands and masks on a different grid are resampled to the job's grid in windows of limited size. The choice of windows
does not affect pixel values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rasterio.windows import Window

from ..errors import InputError, about
from ..progress import Stop
from ..raster.grid import PIXEL_TOLERANCE, check_same_grid, crs_difference, grid_difference, pixels_coincide
from ..raster.nodata import both_valid, valid_pixels
from ..raster.windows import Shape, offset_slices
from ..reading.metadata import check_points
from ..reading.readers import InputBand, Readers, read_bands
from ..regrid.placement import (
    OUTPUT_PIXELS,
    SOURCE_PIXELS,
    Parallel,
    Placement,
    pieces,
    resolve_parallel,
    rotation,
    take_nearest,
)
from ..regrid.resampled import Resampled, resolve_placement
from ..writing.class_values import INTERPOLATING, check_interpolates
from .mask_growth import Disk, disk_reach, grown, resolve_disk
from .masks import MaskRule, hidden_by_rule, resolve_mask_rule
from .terms import Term

Array = np.ndarray[Any, Any]

WIDE = 4
"""Number of mask pixels processed at once, as a multiple of `OUTPUT_PIXELS`: masks need less memory than values."""


@dataclass(frozen=True)
class MaskLayer:
    """A mask layer whose values hide pixels: its band, its placement on the job's grid, and its rule.

    Hidden areas grow by the distance `grow` in map units; `disk` contains the mask pixels within `grow` of its centre.
    """

    band: InputBand
    place: Parallel
    rule: MaskRule
    grow: float = 0
    disk: Disk = ()

    @property
    def scratch_bytes(self) -> int:
        """Bytes of memory per chunk for reading the mask. Without `grow`, independent of the mask's resolution."""
        pixel_bytes = np.dtype(self.band.dtype).itemsize + (12 if self.disk else 4)
        return self.band.block_bytes + self._source_pixels * pixel_bytes + WIDE * OUTPUT_PIXELS * 2

    @property
    def _source_pixels(self) -> int:
        """Number of mask pixels read at once, including the margin needed to grow the hidden areas."""
        rows, cols = disk_reach(self.disk)
        edge = math.isqrt(SOURCE_PIXELS)
        return (edge + 2 * rows) * (edge + 2 * cols)

    def read_visible(self, readers: Readers, window: Window, stop: Stop) -> Array:
        """Return a boolean array (rows, columns) for `window` on the job's grid, false where the mask hides a pixel.

        Pixels outside the mask, and invalid pixels of the mask, are also hidden; `grow` does not apply to them.
        """
        return self._read(readers, window, stop, visible=True)

    def read_hidden(self, readers: Readers, window: Window, stop: Stop) -> Array:
        """Return a boolean array (rows, columns) for `window` on the job's grid, true where the rule hides a pixel.

        Invalid pixels of the mask hide nothing, and the array is false outside the mask.
        """
        return self._read(readers, window, stop, visible=False)

    def _read(self, readers: Readers, window: Window, stop: Stop, *, visible: bool) -> Array:
        found = np.zeros((window.height, window.width), bool)
        most = self._source_pixels if self.disk else 0
        for piece in pieces(self.place, window, disk_reach(self.disk), most, WIDE):
            stop.check()
            if piece.source is None:
                continue
            (stored,) = readers.read([self.band], piece.source)
            unmasked = readers.read_visible([self.band], piece.source)
            known = both_valid(valid_pixels(stored, self.band.nodata), unmasked)
            hides = hidden_by_rule(stored, self.rule)
            result = grown(hides if known is None else hides & known, self.disk)
            if visible:
                result = ~result if known is None else ~result & known
            origin = (piece.source.row_off, piece.source.col_off)
            found[offset_slices(piece.window, window)] = take_nearest(result, piece.positions, origin)
        return found


def resolve_mask(path: str, band: int, values: str, bits: str | None, grow: float, first: InputBand) -> MaskLayer:
    """Return the mask layer for the pixels of the band `first`; hidden areas grow by the distance `grow` in map units.

    Raises
    ------
    InputError
        The mask cannot be opened, has a different CRS or different ground control points, or is rotated relative to
        the grid of `first`.
    OptionError
        The list of values, the list of bits or the distance for growing cannot be used.
    """
    (metadata,) = read_bands(path, [band], ["mask_band"])
    return place_mask(metadata, values, bits, grow, first)


def place_mask(metadata: InputBand, values: str, bits: str | None, grow: float, first: InputBand) -> MaskLayer:
    """Return the mask layer, as `resolve_mask` does, for a band whose metadata are known.

    Raises
    ------
    InputError
        The mask has a different CRS or different ground control points, or is rotated relative to the grid of `first`.
    OptionError
        The list of values, the list of bits or the distance for growing cannot be used.
    """
    check_points(first, metadata)
    grid, grid_name, path = first.grid, first.path, metadata.path
    both = f"{grid_name}: {grid}. {path}: {metadata.grid}."
    difference = crs_difference(grid, metadata.grid)
    if difference:
        raise InputError(
            f"The mask {path} cannot be applied to {grid_name}: {difference}. {both} Reproject the mask, or assign the "
            "correct CRS, so that both CRSs are the same."
        )
    place = resolve_parallel(grid, metadata.grid, PIXEL_TOLERANCE)  # accurate enough for nearest-neighbour resampling
    if place is None:
        raise InputError(
            f"The mask {path} is rotated relative to {grid_name}, by up to {rotation(grid, metadata.grid):.6g} mask "
            f"pixels along the edge of {grid_name}. {both} Resample the mask to the grid of {grid_name} first."
        )
    disk = resolve_disk(grow, metadata.grid, path)
    return MaskLayer(metadata, place, resolve_mask_rule(values, bits, metadata.dtype, path), grow, disk)


def resolve_resampled(a: InputBand, b: InputBand, stored: Term, method: str, window: Window) -> Resampled | None:
    """Return how to resample the band `b` to the grid of the band `a`; None if the grids are the same.

    If the pixels of both grids coincide, the pixels of `b` are used unchanged, whatever the method.

    Parameters
    ----------
    a, b
        The two bands.
    stored
        Data type, nodata and scaling of `b` as stored.
    method
        A key of `choices.RESAMPLING`.
    window
        Part of the grid of `a` that `b` must overlap.

    Raises
    ------
    InputError
        The grids differ and `method` is "refuse", the ground control points differ, `b` does not overlap `a`, or class
        values would be interpolated.
    """
    check_points(a, b)
    if method == "refuse":
        advice = "Set RESAMPLING, or first resample one raster to the grid of the other."
        check_same_grid(a.grid, b.grid, a.path, b.path, advice)
    if not grid_difference(a.grid, b.grid):
        return None
    shifted = resolve_shifted(a, b, stored)
    if shifted is None and method in INTERPOLATING:
        with about("resampling"):
            check_interpolates([b], f"RESAMPLING {method!r}", "Set RESAMPLING to 'nearest'")
    place = shifted.place if shifted else resolve_placement(a.grid, b.grid, a.path, b.path)
    if isinstance(place, Parallel) and place.share_outside(window) == 1:
        raise InputError(
            f"{b.path} does not overlap {a.path}, so none of its pixels would be used. "
            f"{a.path}: {a.grid.cropped(window)}. {b.path}: {b.grid}. Choose rasters that overlap."
        )
    return shifted or Resampled((b,), (stored.nodata,), place, method)


def resolve_shifted(a: InputBand, b: InputBand, stored: Term) -> Resampled | None:
    """Return how to read the band `b` if its pixels coincide with those of the grid of `a`; None otherwise."""
    place = resolve_parallel(a.grid, b.grid, PIXEL_TOLERANCE) if pixels_coincide(a.grid, b.grid) else None
    return None if place is None else Resampled((b,), (stored.nodata,), place, "nearest")


def term_on_grid(stored: Term, resampled: Resampled | None) -> Term:
    """Return a band's data type, nodata and scaling after resampling; interpolated pixels have no nodata value."""
    if resampled is None or not resampled.interpolates:
        return stored
    return replace(stored, dtype=resampled.dtype.name, nodata=None)


def place_block(place: Placement, band: InputBand) -> list[Shape]:
    """Return a list with a band's block shape in pixels of the job's grid; empty if CRS or rotation differ."""
    return [place.block(band.block)] if isinstance(place, Parallel) else []
