"""What a pixelwise job reads of its inputs for a window: bands on one grid, and what hides their pixels.

A band may lie in a file of another grid, and a mask decides by the values of a layer of its own. Each is read
in pieces of a bounded size, and no pixel depends on the window that it is asked for with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rasterio.windows import Window

from ..errors import InputError, about
from ..progress import Stop
from ..raster.grid import PIXEL_TOLERANCE, Grid, check_same_grid, crs_difference, grid_difference
from ..raster.nodata import both_valid, valid_pixels
from ..raster.windows import Shape, offset_slices
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


@dataclass(frozen=True)
class MaskLayer:
    """A layer whose values hide pixels, how its pixels lie under the job's grid, and its rules."""

    band: InputBand
    place: Parallel
    rule: MaskRule
    grow: float = 0
    disk: Disk = ()

    @property
    def scratch_bytes(self) -> int:
        """What a chunk under way costs for pieces of the mask, whatever its resolution."""
        pixel_bytes = np.dtype(self.band.dtype).itemsize + (12 if self.disk else 4)
        return self.band.block_bytes + self._source_pixels * pixel_bytes + OUTPUT_PIXELS * 2

    @property
    def _source_pixels(self) -> int:
        """Pixels of the mask that are read at once, with as much around them as the mask grows."""
        rows, cols = disk_reach(self.disk)
        edge = math.isqrt(SOURCE_PIXELS)
        return (edge + 2 * rows) * (edge + 2 * cols)

    def read_visible(self, readers: Readers, window: Window, stop: Stop) -> Array:
        """Return where the mask shows the pixels of the job's grid inside `window`, bool (rows, columns)."""
        visible = np.zeros((window.height, window.width), bool)
        most = self._source_pixels if self.disk else 0
        for piece in pieces(self.place, window, disk_reach(self.disk), most):
            stop.check()
            if piece.source is None:
                continue
            (stored,) = readers.read([self.band], piece.source)
            unmasked = readers.read_visible([self.band], piece.source)
            known = both_valid(valid_pixels(stored, self.band.nodata), unmasked)
            # What the mask itself does not know hides a pixel, but says nothing about those around it.
            hides = hidden_by_rule(stored, self.rule)
            shows = ~grown(hides if known is None else hides & known, self.disk)
            if known is not None:
                shows &= known
            origin = (piece.source.row_off, piece.source.col_off)
            visible[offset_slices(piece.window, window)] = take_nearest(shows, piece.positions, origin)
        return visible


def resolve_mask(
    path: str, band: int, values: str, bits: str | None, grow: float, grid: Grid, grid_name: str
) -> MaskLayer:
    """Return the mask for the pixels of `grid`; what it hides grows by the distance `grow`, in map units.

    Raises
    ------
    InputError
        The mask cannot be opened, has another CRS than the grid, or is rotated against it; says how much.
    OptionError
        The lists of values or bits, or the distance, cannot be used.
    """
    (metadata,) = read_bands(path, [band], ["mask_band"])
    both = f"{grid_name}: {grid}. {path}: {metadata.grid}."
    difference = crs_difference(grid, metadata.grid)
    if difference:
        raise InputError(
            f"The mask {path} cannot be laid over {grid_name}: {difference}. {both} Bring the mask into that CRS first."
        )
    place = resolve_parallel(grid, metadata.grid, PIXEL_TOLERANCE)  # the nearest pixel is taken
    if place is None:
        raise InputError(
            f"The mask {path} is rotated against {grid_name}: along its edge by up to "
            f"{rotation(grid, metadata.grid):.6g} pixels of the mask. {both} Bring the mask onto that grid first."
        )
    disk = resolve_disk(grow, metadata.grid, path)
    return MaskLayer(metadata, place, resolve_mask_rule(values, bits, metadata.dtype, path), grow, disk)


def resolve_resampled(a: InputBand, b: InputBand, stored: Term, method: str, window: Window) -> Resampled | None:
    """Return how the second term comes onto the grid of the first; None where it lies there already.

    Parameters
    ----------
    a, b
        The two terms.
    stored
        The rules for the stored pixels of `b`.
    method
        A word of `options.RESAMPLING`.
    window
        The part of the grid of `a` that is asked for.

    Raises
    ------
    InputError
        The grids differ and `method` refuses that, `b` lies elsewhere, or its values are classes.
    """
    if method == "refuse":
        advice = "Set RESAMPLING, or bring one onto the grid of the other first."
        check_same_grid(a.grid, b.grid, a.path, b.path, advice)
    if not grid_difference(a.grid, b.grid):
        return None
    if method in INTERPOLATING:
        with about("resampling"):
            check_interpolates([b], f"RESAMPLING {method}", "Choose RESAMPLING nearest")
    place = resolve_placement(a.grid, b.grid, a.path, b.path)
    if isinstance(place, Parallel) and place.share_outside(window) == 1:
        raise InputError(
            f"{b.path} does not lie where {a.path} does, so no pixel would be left. "
            f"{a.path}: {a.grid.cropped(window)}. {b.path}: {b.grid}."
        )
    return Resampled((b,), (stored.nodata,), place, method)


def term_on_grid(stored: Term, resampled: Resampled | None) -> Term:
    """Return the rules for the pixels of a term on the job's grid, of which interpolated ones have no nodata."""
    if resampled is None or not resampled.interpolates:
        return stored
    return replace(stored, dtype=resampled.dtype.name, nodata=None)


def place_block(place: Placement, band: InputBand) -> list[Shape]:
    """Return, if it can be said, how many pixels of the job's grid a block of the band covers; else nothing."""
    return [place.block(band.block)] if isinstance(place, Parallel) else []
