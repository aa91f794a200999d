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
from ..raster.windows import Shape
from ..reading.readers import InputBand, Readers, read_facts
from ..regrid.kernels import reach, resample
from ..regrid.placement import (
    OUTPUT_PIXELS,
    SOURCE_PIXELS,
    Parallel,
    Piece,
    Placement,
    pieces,
    resolve_parallel,
    rotation,
    take_nearest,
)
from ..regrid.warp import resolve_warped
from ..writing.class_values import INTERPOLATING, check_interpolates
from .mask_growth import Disk, disk_reach, grown, resolve_disk
from .masks import MaskRule, hidden_by_rule, resolve_mask_rule
from .terms import Term, valid_pixels

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Resampled:
    """A band on a grid of its own, with the rules for its stored pixels, and how it comes onto the job's grid."""

    band: InputBand
    stored: Term
    place: Placement
    method: str

    @property
    def term(self) -> Term:
        """The rules for the resampled pixels: stored ones with "nearest", else float64 without nodata."""
        return self.stored if self.method == "nearest" else replace(self.stored, dtype="float64", nodata=None)

    @property
    def scratch_bytes(self) -> int:
        """What a chunk under way costs for pieces of this band, whatever its resolution."""
        rows, cols = (2 * far + 2 for far in reach(self.method, self.place.steps))
        itemsize = np.dtype(self.band.dtype).itemsize
        source = max(SOURCE_PIXELS, int(rows * cols)) * (itemsize + 3 + 3 * 8)
        return self.band.block_bytes + source + OUTPUT_PIXELS * 24 * 8

    def read(self, readers: Readers, window: Window, stop: Stop) -> tuple[Array, Array]:
        """Return the values on the job's grid inside `window`, and where they show."""
        values = np.zeros((window.height, window.width), self.term.dtype)
        shown = np.zeros(values.shape, bool)
        for piece in pieces(self.place, window, reach(self.method, self.place.steps)):
            stop.check()
            if piece.source is not None:
                part = _inside(piece.window, window)
                values[part], shown[part] = self._read_piece(readers, piece, piece.source)
        return values, shown

    def _read_piece(self, readers: Readers, piece: Piece, source: Window) -> tuple[Array, Array]:
        (stored,) = readers.read([self.band], source)
        valid = valid_pixels(stored, self.stored)
        visible = readers.read_visible([self.band], source)
        if visible is not None:
            valid &= visible
        origin = (source.row_off, source.col_off)
        if self.method == "nearest":
            return tuple(take_nearest(each, piece.positions, origin) for each in (stored, valid))  # type: ignore[return-value]
        return resample(
            stored.astype(np.float64), valid, piece.positions,
            origin=origin, steps=self.place.steps, method=self.method, parallel=isinstance(self.place, Parallel),
        )  # fmt: skip


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
        own = Term(self.band.dtype, self.band.nodata)
        most = self._source_pixels if self.disk else 0
        for piece in pieces(self.place, window, disk_reach(self.disk), most):
            stop.check()
            if piece.source is None:
                continue
            (stored,) = readers.read([self.band], piece.source)
            shows = valid_pixels(stored, own)
            unmasked = readers.read_visible([self.band], piece.source)
            if unmasked is not None:
                shows &= unmasked
            # What the mask itself does not know hides a pixel, but says nothing about those around it.
            shows &= ~grown(hidden_by_rule(stored, self.rule) & shows, self.disk)
            origin = (piece.source.row_off, piece.source.col_off)
            visible[_inside(piece.window, window)] = take_nearest(shows, piece.positions, origin)
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
    (facts,) = read_facts(path, [band], ["mask_band"])
    both = f"{grid_name}: {grid}. {path}: {facts.grid}."
    difference = crs_difference(grid, facts.grid)
    if difference:
        raise InputError(
            f"The mask {path} cannot be laid over {grid_name}: {difference}. {both} Bring the mask into that CRS first."
        )
    place = resolve_parallel(grid, facts.grid, PIXEL_TOLERANCE)  # the nearest pixel is taken
    if place is None:
        raise InputError(
            f"The mask {path} is rotated against {grid_name}: along its edge by up to "
            f"{rotation(grid, facts.grid):.6g} pixels of the mask. {both} Bring the mask onto that grid first."
        )
    disk = resolve_disk(grow, facts.grid, path)
    return MaskLayer(facts, place, resolve_mask_rule(values, bits, facts.dtype, path), grow, disk)


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
    place = resolve_parallel(a.grid, b.grid) or resolve_warped(a.grid, b.grid, a.path, b.path)
    if isinstance(place, Parallel) and place.share_outside(window) == 1:
        raise InputError(
            f"{b.path} does not lie where {a.path} does, so no pixel would be left. "
            f"{a.path}: {a.grid.cropped(window)}. {b.path}: {b.grid}."
        )
    return Resampled(b, stored, place, method)


def _inside(part: Window, window: Window) -> tuple[slice, slice]:
    top, left = part.row_off - window.row_off, part.col_off - window.col_off
    return slice(top, top + part.height), slice(left, left + part.width)


def place_block(place: Placement, band: InputBand) -> list[Shape]:
    """Return, if it can be said, how many pixels of the job's grid a block of the band covers; else nothing."""
    return [place.block(band.block)] if isinstance(place, Parallel) else []
