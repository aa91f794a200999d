"""Positions of one grid's pixels within a grid that has a different CRS or orientation.

Coordinates are transformed at the nodes of a lattice and interpolated between them, accurately enough for resampling to
reproduce a plane (values that change linearly). If a node cannot be transformed, the pixels around it have no position.
PROJ may choose its operation based on the area covered by all points in a call. The nodes are therefore transformed in
fixed groups, so that results do not depend on chunks.
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
"""Maximum distance, in pixels, between nodes: the pixels whose coordinates are transformed instead of interpolated."""

GROUP_CELLS = 16
"""Minimum number of lattice cells along one side of a group of nodes; a group is transformed in one call."""

GROUP_EDGE = 256
"""Minimum side length, in pixels, of a group of nodes. Groups are large because each PROJ call has a high overhead."""

SAMPLES = 33
"""Number of rows and columns of pixels sampled to compare two grids."""

OUTSIDE = -1e12
"""Position assigned to pixels that cannot be transformed to the other CRS."""


@dataclass(frozen=True)
class Warped:
    """Positions of the pixels of `grid` within `other`, interpolated from nodes `lattice` pixels apart."""

    grid: Grid
    other: Grid
    lattice: int
    steps: tuple[float, float]

    @property
    def size(self) -> Shape:
        """Number of rows and columns of the other grid."""
        return self.other.height, self.other.width

    @property
    def _cells(self) -> int:
        """Number of lattice cells along one side of a group of nodes."""
        return max(GROUP_CELLS, GROUP_EDGE // self.lattice)

    def positions(self, window: Window) -> Positions:
        """Return the positions, in the other grid, of the pixels inside `window`, as arrays (rows, columns)."""
        found = np.empty((4, window.height, window.width))
        edge = self.lattice * self._cells
        top, left = window.row_off // edge * edge, window.col_off // edge * edge
        whole = Window(left, top, window.col_off + window.width - left, window.row_off + window.height - top)
        for group in subdivide(whole, (edge, edge)):
            part = group.intersection(window)
            rows, cols = offset_slices(part, window)
            found[:, rows, cols] = self._group_positions(group.row_off, group.col_off, part)
        return Positions(*found)

    def share_outside(self, window: Window) -> float:
        """Return the estimated fraction (0 to 1) of the pixels of `window` whose centre is outside the other grid."""
        rows, cols = _sample(window)
        found = _replace_missing(_centres(self.grid, self.other, rows, cols))
        inside = nearest(found[0], 0, self.size[0])[1] & nearest(found[1], 0, self.size[1])[1]
        return 1 - float(inside.mean())

    def _group_positions(self, top: int, left: int, part: Window) -> Array:
        """Return row position, column position, row step and column step of each pixel in `part`, (4, rows, columns).

        All values are in pixels of the other grid. A step is the number of rows or columns of the other grid that a
        pixel covers. The group of nodes that contains `part` begins at row `top` and column `left`.
        """
        node_rows, node_cols = (
            self._nodes(start, length - 1) for start, length in ((top, self.grid.height), (left, self.grid.width))
        )
        nodes = _centres(self.grid, self.other, node_rows[:, np.newaxis], node_cols[np.newaxis, :])
        row, row_share = _locate(node_rows, part.row_off, part.height, self.lattice)
        col, col_share = _locate(node_cols, part.col_off, part.width, self.lattice)
        row_share = row_share[:, np.newaxis]
        along = nodes[:, :, col] * (1 - col_share) + nodes[:, :, col + 1] * col_share
        found = along[:, row] * (1 - row_share) + along[:, row + 1] * row_share
        return np.concatenate([_replace_missing(found), self._steps(nodes, node_rows, node_cols)[:, row][:, :, col]])

    def _nodes(self, start: int, last: int) -> Array:
        """Return the rows (or columns) of at least two nodes: one per lattice step from `start` to at most `last`."""
        cells = min(self._cells, max(1, -(-(last - start) // self.lattice)))
        return np.minimum(start + self.lattice * np.arange(cells + 1), last)

    def _steps(self, nodes: Array, node_rows: Array, node_cols: Array) -> Array:
        """Return how many rows and columns of the other grid a pixel covers, per lattice cell, as (2, rows, columns).

        Along each axis of the other grid, the steps to the next pixel down and to the next pixel across are combined
        (hypotenuse), so a rotation alone does not change the resolution.
        """
        lengths = np.diff(node_rows)[:, np.newaxis], np.diff(node_cols)[np.newaxis, :]
        down, across = np.diff(nodes, axis=1)[:, :, :-1], np.diff(nodes, axis=2)[:, :-1]
        steps = np.hypot(down / np.maximum(lengths[0], 1), across / np.maximum(lengths[1], 1))
        largest = np.array(self.steps)[:, np.newaxis, np.newaxis]
        # A group of a single row has no step down, and a group of a single column has no step across. The kernels are
        # sized for `largest`, so this step can be used instead.
        known = np.isfinite(steps) & (lengths[0] > 0) & (lengths[1] > 0)
        return np.where(known, np.minimum(steps, largest), largest)


def resolve_warped(grid: Grid, other: Grid, grid_name: str, other_name: str) -> Warped:
    """Return the placement of `grid` in `other`, for any CRS and orientation.

    Raises
    ------
    InputError
        Only one grid has a CRS, or no pixel can be transformed to the other CRS. The error names both rasters.
    """
    if (grid.crs is None) != (other.crs is None):
        raise InputError(
            f"{other_name} cannot be resampled to the grid of {grid_name}: {crs_difference(grid, other)}. "
            f"{grid_name}: {grid}. {other_name}: {other}. Assign a CRS to the raster that has none."
        )
    rows, cols = _sample(Window(0, 0, grid.width, grid.height))
    here = _centres(grid, other, rows, cols)
    steps = np.hypot(*(_centres(grid, other, rows + down, cols + 1 - down) - here for down in (0, 1)))
    if not np.isfinite(steps).any(axis=(1, 2)).all():
        raise InputError(
            f"{other_name} cannot be resampled to the grid of {grid_name}: no pixel can be transformed to the other "
            f"CRS. {grid_name}: {grid}. {other_name}: {other}. Check the coordinates and CRSs of both rasters."
        )
    lattice = WIDEST_LATTICE
    while lattice > 1 and _interpolation_error(grid, other, rows, cols, lattice) > POSITION_TOLERANCE:
        lattice //= 2
    largest = [float(each[np.isfinite(each)].max()) for each in steps]
    return Warped(grid, other, lattice, (largest[0], largest[1]))


def _interpolation_error(grid: Grid, other: Grid, rows: Array, cols: Array, lattice: int) -> float:
    """Return the maximum interpolation error at the centres of the sampled lattice cells, in pixels of `other`."""
    corners = [_centres(grid, other, rows + down, cols + right) for down in (0, lattice) for right in (0, lattice)]
    off = np.abs(_centres(grid, other, rows + lattice / 2, cols + lattice / 2) - np.mean(corners, axis=0))
    return float(np.max(off, where=np.isfinite(off), initial=0))


def _sample(window: Window) -> tuple[Array, Array]:
    """Return the rows (n, 1) and columns (1, m) of a regular sample of a window's pixels."""
    rows, cols = (
        start + np.unique(np.linspace(0, length - 1, SAMPLES).astype(int))
        for start, length in ((window.row_off, window.height), (window.col_off, window.width))
    )
    return rows[:, np.newaxis], cols[np.newaxis, :]


def _locate(nodes: Array, start: int, count: int, lattice: int) -> tuple[Array, Array]:
    """Return, for each pixel, the index of the node at or before it and the fraction of the way to the next node."""
    pixels = np.arange(start, start + count)
    last = max(0, int(np.count_nonzero(np.diff(nodes))) - 1)
    node = np.minimum((pixels - nodes[0]) // lattice, last)
    share = (pixels - nodes[node]) / np.maximum(nodes[node + 1] - nodes[node], 1)
    return node, share


def _centres(grid: Grid, other: Grid, rows: Array, cols: Array) -> Array:
    """Return the positions of pixel centres of `grid` in `other`, (2, rows, columns); NaN if a transform fails."""
    rows, cols = np.broadcast_arrays(rows + 0.5, cols + 0.5)
    xs, ys = _apply_affine(grid.transform, cols.ravel(), rows.ravel())
    if grid.crs is not None and crs_difference(grid, other):
        xs, ys = _transform_points(grid.crs, other.crs, np.stack([xs, ys]))
    found_cols, found_rows = _apply_affine(~other.transform, xs, ys)
    found = np.stack([found_rows.reshape(rows.shape), found_cols.reshape(rows.shape)])
    return np.where(np.isfinite(found), found, np.nan)


def _apply_affine(matrix: Affine, xs: Array, ys: Array) -> tuple[Array, Array]:
    """Apply an affine transform to arrays of coordinates, which older versions of the affine package do not accept."""
    with np.errstate(invalid="ignore"):
        return xs * matrix.a + ys * matrix.b + matrix.c, xs * matrix.d + ys * matrix.e + matrix.f


def _transform_points(crs: Any, other_crs: Any, points: Array) -> Array:
    """Transform points (2, n) to a different CRS; points that cannot be transformed become NaN.

    A single point that cannot be transformed makes the whole PROJ call fail; all points are then transformed again in
    smaller groups.
    """
    try:
        return np.array(transform(crs, other_crs, points[0].tolist(), points[1].tolist()))
    except Exception as error:
        if not type(error).__module__.startswith("rasterio"):
            raise
    count = points.shape[1]
    if count == 1:
        return np.full((2, 1), np.nan)
    halves = (points[:, : count // 2], points[:, count // 2 :])
    return np.concatenate([_transform_points(crs, other_crs, half) for half in halves], axis=1)


def _replace_missing(positions: Array) -> Array:
    """Return the positions with NaN replaced by `OUTSIDE`."""
    return np.where(np.isfinite(positions).all(axis=0), positions, OUTSIDE)
