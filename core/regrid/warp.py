"""Where the pixels of one grid lie in another of another CRS or orientation.

Coordinates are transformed at the nodes of a lattice over the grid and interpolated in between, so closely that a
plane keeps its values. Where a node has no place in the other CRS, neither have the pixels around it. The nodes are
transformed in groups that are always the same: PROJ may choose its operation by where the points of a call lie
together, and a result must not depend on chunks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from affine import Affine
from rasterio.warp import transform
from rasterio.windows import Window

from ..errors import InputError
from ..raster.grid import Grid, crs_difference
from ..raster.windows import Shape, offset_slices, subdivide
from .placement import POSITION_TOLERANCE, Positions, nearest

Array = np.ndarray[Any, Any]

WIDEST_LATTICE = 32
"""Pixels between two nodes, at most."""

GROUP_CELLS = 16
"""Cells of the lattice along one side of a group of nodes, at least."""

GROUP_EDGE = 256
"""Pixels along one side of a group of nodes, at least: each call of PROJ takes as long as thousands of nodes."""

SAMPLES = 33
"""Rows and columns of the sample of pixels that says how two grids lie to each other."""

OUTSIDE = -1e12
"""The position of a pixel that has no place in the other CRS."""


@dataclass(frozen=True)
class Warped:
    """The placement of `grid` in `other`, with `lattice` pixels between two nodes."""

    grid: Grid
    other: Grid
    lattice: int
    steps: tuple[float, float]

    @property
    def size(self) -> Shape:
        """Rows and columns of the other grid."""
        return self.other.height, self.other.width

    @property
    def _cells(self) -> int:
        """Cells of the lattice along one side of a group."""
        return max(GROUP_CELLS, GROUP_EDGE // self.lattice)

    def positions(self, window: Window) -> Positions:
        """Return where the pixels inside `window` lie, each array (rows, columns)."""
        found = np.empty((4, window.height, window.width))
        edge = self.lattice * self._cells
        top, left = window.row_off // edge * edge, window.col_off // edge * edge
        whole = Window(left, top, window.col_off + window.width - left, window.row_off + window.height - top)
        for group in subdivide(whole, (edge, edge)):
            part = group.intersection(window)
            rows, cols = offset_slices(part, window)
            found[:, rows, cols] = self._of_group(group.row_off, group.col_off, part)
        return Positions(*found)

    def share_outside(self, window: Window) -> float:
        """Return the share of the pixels of `window`, 0 to 1, whose centre lies outside the other grid, by a sample."""
        rows, cols = _sample(window)
        found = _finite(_centres(self.grid, self.other, rows, cols))
        inside = nearest(found[0], 0, self.size[0])[1] & nearest(found[1], 0, self.size[1])[1]
        return 1 - float(inside.mean())

    def _of_group(self, top: int, left: int, part: Window) -> Array:
        """Return positions and steps (4, rows, columns) of a part of the group of nodes that begins at row `top`."""
        node_rows, node_cols = (
            self._nodes(start, length - 1) for start, length in ((top, self.grid.height), (left, self.grid.width))
        )
        nodes = _centres(self.grid, self.other, node_rows[:, np.newaxis], node_cols[np.newaxis, :])
        row, row_share = _between(node_rows, part.row_off, part.height, self.lattice)
        col, col_share = _between(node_cols, part.col_off, part.width, self.lattice)
        row_share = row_share[:, np.newaxis]
        along = nodes[:, :, col] * (1 - col_share) + nodes[:, :, col + 1] * col_share
        found = along[:, row] * (1 - row_share) + along[:, row + 1] * row_share
        return np.concatenate([_finite(found), self._steps(nodes, node_rows, node_cols)[:, row][:, :, col]])

    def _nodes(self, start: int, last: int) -> Array:
        """Return the rows, or columns, of a group's nodes, from `start` to the grid's `last` at most; two or more."""
        cells = min(self._cells, max(1, -(-(last - start) // self.lattice)))
        return np.minimum(start + self.lattice * np.arange(cells + 1), last)

    def _steps(self, nodes: Array, node_rows: Array, node_cols: Array) -> Array:
        """Return how many rows and columns of the other grid a pixel covers in each cell, (2, rows, columns).

        Along either axis of the other grid that is the length of the step to the next pixel, down and across taken
        together, so that a rotation alone makes no pixel coarser.
        """
        lengths = np.diff(node_rows)[:, np.newaxis], np.diff(node_cols)[np.newaxis, :]
        down, across = np.diff(nodes, axis=1)[:, :, :-1], np.diff(nodes, axis=2)[:, :-1]
        steps = np.hypot(down / np.maximum(lengths[0], 1), across / np.maximum(lengths[1], 1))
        largest = np.array(self.steps)[:, np.newaxis, np.newaxis]
        # A group of one row or column says nothing of the other direction; the kernels reach no further than this.
        known = np.isfinite(steps) & (lengths[0] > 0) & (lengths[1] > 0)
        return np.where(known, np.minimum(steps, largest), largest)


def resolve_warped(grid: Grid, other: Grid, grid_name: str, other_name: str) -> Warped:
    """Return the placement of `grid` in `other`, whatever their CRSs and orientations.

    Raises
    ------
    InputError
        Only one of them has a CRS, or no pixel has a place in the other CRS; names both.
    """
    if (grid.crs is None) != (other.crs is None):
        raise InputError(
            f"{other_name} cannot be brought onto the grid of {grid_name}: {crs_difference(grid, other)}. "
            f"{grid_name}: {grid}. {other_name}: {other}."
        )
    rows, cols = _sample(Window(0, 0, grid.width, grid.height))
    here = _centres(grid, other, rows, cols)
    steps = np.hypot(*(_centres(grid, other, rows + down, cols + 1 - down) - here for down in (0, 1)))
    if not np.isfinite(steps).any(axis=(1, 2)).all():
        raise InputError(
            f"{other_name} cannot be brought onto the grid of {grid_name}: no pixel has a place in the other's CRS. "
            f"{grid_name}: {grid}. {other_name}: {other}."
        )
    lattice = WIDEST_LATTICE
    while lattice > 1 and _interpolation_error(grid, other, rows, cols, lattice) > POSITION_TOLERANCE:
        lattice //= 2
    largest = [float(each[np.isfinite(each)].max()) for each in steps]
    return Warped(grid, other, lattice, (largest[0], largest[1]))


def _interpolation_error(grid: Grid, other: Grid, rows: Array, cols: Array, lattice: int) -> float:
    """Return how far, in pixels of `other`, interpolation in the middle of the sampled cells is off."""
    corners = [_centres(grid, other, rows + down, cols + right) for down in (0, lattice) for right in (0, lattice)]
    off = np.abs(_centres(grid, other, rows + lattice / 2, cols + lattice / 2) - np.mean(corners, axis=0))
    return float(np.max(off, where=np.isfinite(off), initial=0))


def _sample(window: Window) -> tuple[Array, Array]:
    """Return rows (n, 1) and columns (1, m) of pixels spread over a window."""
    rows, cols = (
        start + np.unique(np.linspace(0, length - 1, SAMPLES).astype(int))
        for start, length in ((window.row_off, window.height), (window.col_off, window.width))
    )
    return rows[:, np.newaxis], cols[np.newaxis, :]


def _between(nodes: Array, start: int, count: int, lattice: int) -> tuple[Array, Array]:
    """Return the node at or before each pixel, and the share of the way to the next."""
    pixels = np.arange(start, start + count)
    last = max(0, int(np.count_nonzero(np.diff(nodes))) - 1)
    node = np.minimum((pixels - nodes[0]) // lattice, last)
    share = (pixels - nodes[node]) / np.maximum(nodes[node + 1] - nodes[node], 1)
    return node, share


def _centres(grid: Grid, other: Grid, rows: Array, cols: Array) -> Array:
    """Return where in `other` the centres of pixels lie, (2, rows, columns); NaN where there is no such place."""
    rows, cols = np.broadcast_arrays(rows + 0.5, cols + 0.5)
    xs, ys = _applied(grid.transform, cols.ravel(), rows.ravel())
    if grid.crs is not None and crs_difference(grid, other):
        xs, ys = _transformed(grid.crs, other.crs, np.stack([xs, ys]))
    found_cols, found_rows = _applied(~other.transform, xs, ys)
    found = np.stack([found_rows.reshape(rows.shape), found_cols.reshape(rows.shape)])
    return np.where(np.isfinite(found), found, np.nan)


def _applied(place: Affine, xs: Array, ys: Array) -> tuple[Array, Array]:
    """Return the places of many points at once, which not every version of affine does by itself."""
    with np.errstate(invalid="ignore"):
        return xs * place.a + ys * place.b + place.c, xs * place.d + ys * place.e + place.f


def _transformed(crs: Any, other_crs: Any, points: Array) -> Array:
    """Return points (2, n) in another CRS; NaN for those without a place there, each of which fails a whole call."""
    try:
        return np.array(transform(crs, other_crs, points[0].tolist(), points[1].tolist()))
    except Exception as error:
        if not type(error).__module__.startswith("rasterio"):
            raise
    count = points.shape[1]
    if count == 1:
        return np.full((2, 1), np.nan)
    halves = (points[:, : count // 2], points[:, count // 2 :])
    return np.concatenate([_transformed(crs, other_crs, half) for half in halves], axis=1)


def _finite(positions: Array) -> Array:
    """Return the positions with those that are none far outside."""
    return np.where(np.isfinite(positions).all(axis=0), positions, OUTSIDE)
