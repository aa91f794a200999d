"""Positions of one grid's pixels within another grid, and the windows of the other grid to read for these pixels.

The position of a pixel does not depend on the requested window, so results do not depend on chunks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from affine import Affine
from rasterio.windows import Window

from ..raster.grid import Grid, crs_difference
from ..raster.windows import Shape, subdivide

Array = np.ndarray[Any, Any]

SAME_POSITION = 1e-6
"""A pixel centre at most this many pixels before a pixel edge is treated as being on it, to allow for rounding."""

POSITION_TOLERANCE = 2e-5
"""Maximum error of a pixel's computed position within another grid, in pixels of that grid.

It is small enough for resampling to reproduce a plane (values that change linearly).
"""

SOURCE_PIXELS = 2**18
"""Maximum number of source pixels read at once for resampling, whatever the resolution of the output."""

OUTPUT_PIXELS = 2**16
"""Maximum number of pixels whose positions are computed at once."""


class Positions(NamedTuple):
    """Row and column positions of pixel centres within another grid, and pixel sizes in rows and columns of that grid.

    All four arrays can be broadcast to the shape of the pixels, (rows, columns).
    """

    rows: Array
    cols: Array
    row_steps: Array
    col_steps: Array


class Placement(Protocol):
    """Positions of the pixels of one grid (the placed grid) within another grid."""

    @property
    def size(self) -> Shape:
        """Number of rows and columns of the other grid."""

    @property
    def steps(self) -> tuple[float, float]:
        """Maximum pixel size in rows and columns of the other grid; negative along axes with opposite directions."""

    def positions(self, window: Window) -> Positions:
        """Return the positions, in the other grid, of the pixels inside `window`."""

    def share_outside(self, window: Window) -> float:
        """Return the fraction (0 to 1) of the pixels of `window` whose centre is outside the other grid."""


@dataclass(frozen=True)
class Parallel:
    """Placement for grids that are not rotated relative to each other.

    Along each axis, the position of pixel edge i is `step * i + origin`.
    """

    size: Shape
    steps: tuple[float, float]
    origins: tuple[float, float]

    def positions(self, window: Window) -> Positions:
        """Return the positions, in the other grid, of the pixels inside `window`: (rows, 1) and (1, columns)."""
        rows = (np.arange(window.row_off, window.row_off + window.height) + 0.5) * self.steps[0] + self.origins[0]
        cols = (np.arange(window.col_off, window.col_off + window.width) + 0.5) * self.steps[1] + self.origins[1]
        return Positions(rows[:, np.newaxis], cols[np.newaxis, :], *(np.full((1, 1), step) for step in self.steps))

    def share_outside(self, window: Window) -> float:
        """Return the exact fraction (0 to 1) of the pixels of `window` whose centre is outside the other grid."""
        shares = (nearest(where, 0, size)[1].mean() for where, size in zip(self.positions(window), self.size))
        return 1 - float(next(shares) * next(shares))

    def block(self, block: Shape) -> Shape:
        """Return the approximate size of a block of the other grid, in rows and columns of the placed grid."""
        rows, cols = (max(1, round(size / abs(step))) for size, step in zip(block, self.steps))
        return rows, cols


def rotation(grid: Grid, other: Grid) -> float:
    """Return how far the end of a row or column of `grid` deviates from the axis of `other`, in pixels of `other`."""
    relative = ~other.transform * grid.transform
    return float(max(abs(relative.b) * grid.height, abs(relative.d) * grid.width))


def resolve_parallel(grid: Grid, other: Grid, tolerance: float = POSITION_TOLERANCE) -> Parallel | None:
    """Return how rows and columns of `grid` map to those of `other`; None if their axes are not parallel.

    `tolerance` is the deviation of a row or column, in pixels of `other`, above which the axes are not parallel. Axes
    in different CRSs are never parallel.
    """
    if crs_difference(grid, other) or rotation(grid, other) > tolerance:
        return None
    relative: Affine = ~other.transform * grid.transform
    return Parallel((other.height, other.width), (relative.e, relative.a), (relative.f, relative.c))


class Piece(NamedTuple):
    """Part of a window processed in one step, the positions of its pixels, and the window of the other grid to read.

    `source` is None if the pixels lie outside the other grid.
    """

    window: Window
    positions: Positions
    source: Window | None


def pieces(
    place: Placement, window: Window, reach: tuple[float, float], most: int = 0, wide: int = 1
) -> Iterator[Piece]:
    """Split `window` into pieces that need only a limited number of pixels in each of the two grids.

    Parameters
    ----------
    place
        Positions of the pixels in the other grid.
    window
        Window of the placed grid.
    reach
        Kernel radius in rows and columns of the other grid.
    most
        Maximum number of pixels of the other grid per piece; 0 means `SOURCE_PIXELS`.
    wide
        Maximum number of pixels of the placed grid per piece, as a multiple of `OUTPUT_PIXELS`.
    """
    if window.width * window.height <= wide * OUTPUT_PIXELS:
        positions = place.positions(window)
        source = _source_window(place.size, positions, reach)
        if (
            source is None
            or source.width * source.height <= (most or SOURCE_PIXELS)
            or window.width * window.height == 1
        ):
            yield Piece(window, positions, source)
            return
    for half in _halves(window, place.steps):
        yield from pieces(place, half, reach, most, wide)


def _halves(window: Window, steps: tuple[float, float]) -> Iterator[Window]:
    """Yield two halves of a window of at least two pixels. The side that is longer in the other grid is divided."""
    rows, cols = window.height, window.width
    if cols == 1 or rows > 1 and rows * abs(steps[0]) >= cols * abs(steps[1]):
        return subdivide(window, (-(-rows // 2), cols))
    return subdivide(window, (rows, -(-cols // 2)))


def _source_window(size: Shape, places: Positions, reach: tuple[float, float]) -> Window | None:
    """Return the smallest window that contains all pixels within `reach` of the positions, clipped to the other grid.

    Return None if there are no such pixels.
    """
    limits = []
    for positions, edge, far in zip(places, size, reach):
        inside = positions[(positions > -far - 1) & (positions < edge + far + 1)]
        if not inside.size:
            return None
        first = max(0, int(np.floor(inside.min() - far)))
        stop = min(edge, int(np.floor(inside.max() + far + SAME_POSITION)) + 1)
        if first >= stop:
            return None
        limits.append((first, stop - first))
    return Window(limits[1][0], limits[0][0], limits[1][1], limits[0][1])


def nearest(positions: Array, start: int, size: int) -> tuple[Array, Array]:
    """Return the index, relative to `start`, of the pixel at each position, and a mask of the valid indices.

    An index is valid if it is from 0 to `size` - 1. Other indices are returned as 0.
    """
    index = np.floor(positions + SAME_POSITION) - start
    inside = (index >= 0) & (index < size)
    return np.where(inside, index, 0).astype(np.intp), inside


def take_nearest(array: Array, places: Positions, origin: tuple[int, int] = (0, 0)) -> Array:
    """Return the elements at the given positions; 0 or False for positions outside the array.

    Parameters
    ----------
    array
        Pixels of a grid, beginning at `origin`.
    places
        Positions in that grid.
    origin
        Row and column of the first element of `array` in the grid.
    """
    row, row_inside = nearest(places.rows, origin[0], array.shape[0])
    col, col_inside = nearest(places.cols, origin[1], array.shape[1])
    if row.shape[1] == 1 and col.shape[0] == 1:
        taken: Array = _take(_take(array, row[:, 0], 0), col[0], 1)
    else:
        taken = array[row, col]
    if row_inside.all() and col_inside.all():
        return taken
    return np.where(row_inside & col_inside, taken, taken.dtype.type(0))


def _take(array: Array, index: Array, axis: int) -> Array:
    """Return the given rows (axis 0) or columns (axis 1) of an array; a view if they are consecutive."""
    first, count = int(index[0]), len(index)
    if int(index[-1]) - first == count - 1 and (np.diff(index) == 1).all():
        return array[first : first + count] if axis == 0 else array[:, first : first + count]
    return array.take(index, axis=axis)
