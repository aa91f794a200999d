"""Where the pixels of one grid lie in another, as positions in the other's pixels, and which of its pixels they need.

A position depends on the pixel alone, never on the window it is asked for with: results must not depend on chunks.
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
"""Pixels: the centre of a pixel that lies so close below an edge lies on it, whatever the arithmetic left of it."""

POSITION_TOLERANCE = 2e-5
"""Pixels of the other grid by which a position may be off: a plane that is interpolated stays one."""

SOURCE_PIXELS = 2**18
"""Pixels of the other grid that are read at once, whatever its resolution."""

OUTPUT_PIXELS = 2**16
"""Pixels that are placed at once."""


class Positions(NamedTuple):
    """Row and column positions of pixels' centres in another grid, and how many rows and columns each pixel covers.

    The four broadcast to (rows, columns) of the pixels.
    """

    rows: Array
    cols: Array
    row_steps: Array
    col_steps: Array


class Placement(Protocol):
    """How the pixels of a grid lie in another grid."""

    @property
    def size(self) -> Shape:
        """Rows and columns of the other grid."""

    @property
    def steps(self) -> tuple[float, float]:
        """How many rows and columns of the other grid a pixel covers at most; negative where they run backwards."""

    def positions(self, window: Window) -> Positions:
        """Return where the pixels inside `window` lie."""

    def share_outside(self, window: Window) -> float:
        """Return the share of the pixels of `window`, 0 to 1, whose centre lies outside the other grid."""


@dataclass(frozen=True)
class Parallel:
    """Rows lie along rows: the position of pixel edge i is `step * i + origin`, in rows and columns each."""

    size: Shape
    steps: tuple[float, float]
    origins: tuple[float, float]

    def positions(self, window: Window) -> Positions:
        """Return where the pixels inside `window` lie: rows (rows, 1) and columns (1, columns)."""
        rows = (np.arange(window.row_off, window.row_off + window.height) + 0.5) * self.steps[0] + self.origins[0]
        cols = (np.arange(window.col_off, window.col_off + window.width) + 0.5) * self.steps[1] + self.origins[1]
        return Positions(rows[:, np.newaxis], cols[np.newaxis, :], *(np.full((1, 1), step) for step in self.steps))

    def share_outside(self, window: Window) -> float:
        """Return the exact share of the pixels of `window`, 0 to 1, whose centre lies outside the other grid."""
        shares = (nearest(where, 0, size)[1].mean() for where, size in zip(self.positions(window), self.size))
        return 1 - float(next(shares) * next(shares))

    def block(self, block: Shape) -> Shape:
        """Return how many of the grid's own pixels a block of the other grid covers, about."""
        rows, cols = (max(1, round(size / abs(step))) for size, step in zip(block, self.steps))
        return rows, cols


def rotation(grid: Grid, other: Grid) -> float:
    """Return by how many pixels of `other` the far end of a row or column of `grid` leaves the line it began on."""
    relative = ~other.transform * grid.transform
    return float(max(abs(relative.b) * grid.height, abs(relative.d) * grid.width))


def resolve_parallel(grid: Grid, other: Grid, tolerance: float = POSITION_TOLERANCE) -> Parallel | None:
    """Return the placement of `grid` in `other`; None where the CRSs differ or one is rotated against the other.

    Rows may leave those of the other grid by `tolerance` pixels of it before that counts as a rotation.
    """
    if crs_difference(grid, other) or rotation(grid, other) > tolerance:
        return None
    relative: Affine = ~other.transform * grid.transform
    return Parallel((other.height, other.width), (relative.e, relative.a), (relative.f, relative.c))


class Piece(NamedTuple):
    """Part of a window: where its pixels lie, and the pixels of the other grid that they need (None: none)."""

    window: Window
    positions: Positions
    source: Window | None


def pieces(place: Placement, window: Window, reach: tuple[float, float], most: int = 0) -> Iterator[Piece]:
    """Yield the parts of `window` that are small enough to be worked on at once, in the other grid's pixels as well.

    Parameters
    ----------
    place
        Where the pixels lie.
    window
        In the grid that is placed.
    reach
        How far from its position, in rows and columns of the other grid, a pixel needs others.
    most
        Pixels of the other grid that may be needed at once; 0: the usual number.
    """
    if window.width * window.height <= OUTPUT_PIXELS:
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
        yield from pieces(place, half, reach, most)


def _halves(window: Window, steps: tuple[float, float]) -> Iterator[Window]:
    """Yield two parts of a window of several pixels, cut where it is longer in the other grid."""
    rows, cols = window.height, window.width
    if cols == 1 or rows > 1 and rows * abs(steps[0]) >= cols * abs(steps[1]):
        return subdivide(window, (-(-rows // 2), cols))
    return subdivide(window, (rows, -(-cols // 2)))


def _source_window(size: Shape, places: Positions, reach: tuple[float, float]) -> Window | None:
    """Return the smallest window that holds all pixels within reach of a position, cut at the other grid's edge."""
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
    """Return the index of the pixel that each position lies in, counted from `start`, and whether it is below `size`.

    Where it is not, the index is 0.
    """
    index = np.floor(positions + SAME_POSITION) - start
    inside = (index >= 0) & (index < size)
    return np.where(inside, index, 0).astype(np.intp), inside


def take_nearest(array: Array, places: Positions, origin: tuple[int, int] = (0, 0)) -> Array:
    """Return the elements that positions lie in, 0 or False where they lie outside the array.

    Parameters
    ----------
    array
        Pixels of a grid from the row and column `origin` on.
    places
        Positions in that grid.
    origin
        See `array`.
    """
    row, row_inside = nearest(places.rows, origin[0], array.shape[0])
    col, col_inside = nearest(places.cols, origin[1], array.shape[1])
    if row.shape[1] == 1 and col.shape[0] == 1:
        taken: Array = array.take(row[:, 0], axis=0).take(col[0], axis=1)
    else:
        taken = array[row, col]
    if not (row_inside.all() and col_inside.all()):
        taken[~(row_inside & col_inside)] = 0
    return taken
