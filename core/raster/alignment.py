"""Alignment of several rasters: pixel offsets relative to the first raster, and the grid and size of the mosaic."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from affine import Affine
from rasterio.windows import Window

from ..errors import OutputError
from ..units import MEBIBYTE, format_percent
from .grid import PIXEL_TOLERANCE, Grid, same_crs
from .windows import window_bounds

LARGEST_SIDE = 2**31 - 1
"""Maximum width and height of a raster in pixels."""

SPARSE_SHARE = 0.01
"""Covered fraction below which a very large mosaic is rejected because an input is probably misplaced."""

SPARSE_SIDE = 1_000_000
"""Maximum width and height in pixels of a sparse mosaic (covered fraction below `SPARSE_SHARE`), regardless of free
disk space."""


class Offset(NamedTuple):
    """Position of a raster within a different grid, in whole pixels of that grid.

    `reason` states why the raster is not aligned with that grid; it is "" if the raster is aligned.
    """

    col: int
    row: int
    reason: str = ""


def pixel_offset(first: Grid, other: Grid) -> Offset:
    """Return the offset of `other` in pixels of `first`, with a reason if the grids are not aligned.

    Grids are aligned if their CRSs are equivalent and their pixels coincide, to within 0.01 pixel at every corner of
    `other`. The reason states the difference with numbers.
    """
    if not same_crs(first.crs, other.crs):
        return Offset(0, 0, _crs_reason(first, other))
    into = ~first.transform * other.transform
    col, row = (round(position) for position in into * (0, 0))
    corners = [
        (position[0] - col - x, position[1] - row - y)
        for x in (0, other.width)
        for y in (0, other.height)
        for position in [into * (x, y)]
    ]
    if max(math.hypot(*corner) for corner in corners) <= PIXEL_TOLERANCE:
        return Offset(col, row)
    return Offset(col, row, _misalignment(first, other, into, corners))


def _crs_reason(first: Grid, other: Grid) -> str:
    """Return a description of the difference between two CRSs that are not equivalent."""
    if first.crs is None or other.crs is None:
        return "one of the rasters has no CRS"
    here, there = other.crs.to_string(), first.crs.to_string()
    return "their CRSs differ" if len(here + there) > 120 else f"its CRS is {here} instead of {there}"


def _misalignment(first: Grid, other: Grid, into: Affine, corners: list[tuple[float, float]]) -> str:
    """Return a description of the misalignment of `other`: orientation, pixel size or shift."""
    extent = max(other.width, other.height)
    if max(abs(into.b), abs(into.d)) * extent > PIXEL_TOLERANCE or min(into.a, into.e) <= 0:
        if into.a * into.e - into.b * into.d < 0:
            return "its rows or columns run in the opposite direction"
        return f"it is rotated by {math.degrees(math.atan2(into.d, into.a)):.6g} degrees"
    if max(abs(into.a - 1), abs(into.e - 1)) * extent > PIXEL_TOLERANCE:
        sizes = [" x ".join(f"{size:.12g}" for size in pixel_size(grid)) for grid in (other, first)]
        return f"its pixel size is {sizes[0]} instead of {sizes[1]}"
    x, y = max(corners, key=lambda corner: math.hypot(*corner))
    return f"it is {x:.6g} columns and {y:.6g} rows off the pixel grid"


def pixel_size(grid: Grid) -> tuple[float, float]:
    """Return the width and height of a pixel in CRS units, for a grid in any orientation."""
    a, b, _, d, e, _ = tuple(grid.transform)[:6]
    return math.hypot(a, d), math.hypot(b, e)


def union_window(windows: Iterable[Window]) -> Window:
    """Return the smallest window that contains all given windows."""
    bounds = np.array([window_bounds(window) for window in windows])
    left, top = bounds[:, :2].min(axis=0)
    right, bottom = bounds[:, 2:].max(axis=0)
    return Window(int(left), int(top), int(right - left), int(bottom - top))


def moved_grid(grid: Grid, window: Window) -> Grid:
    """Return the grid of a window, which may extend beyond `grid`.

    Raises
    ------
    OutputError
        The window exceeds the maximum width or height of a raster.
    """
    if max(window.width, window.height) > LARGEST_SIDE:
        raise OutputError(
            f"The mosaic would have {window.width} x {window.height} pixels; the maximum is {LARGEST_SIDE} per side. "
            "An input may be misplaced. Check the coordinates of the inputs, or set EXTENT."
        )
    return grid.cropped(window)


def scaled_grid(grid: Grid, width: float, height: float) -> Grid:
    """Return a grid with the extent of `grid`, rounded up to whole pixels of `width` x `height` CRS units."""
    old_width, old_height = pixel_size(grid)
    across, down = width / old_width, height / old_height
    size = (max(1, math.ceil(side - PIXEL_TOLERANCE)) for side in (grid.width / across, grid.height / down))
    cols, rows = size
    return replace(grid, transform=grid.transform * Affine.scale(across, down), width=cols, height=rows)


def check_mosaic_size(grid: Grid, raw_bytes: int, covered: int, free: int) -> None:
    """Raise OutputError if a mosaic is very large but mostly empty, as happens if an input is misplaced.

    Raises
    ------
    OutputError
        Less than `SPARSE_SHARE` of the pixels is covered, and a side exceeds `SPARSE_SIDE` or the uncompressed size
        exceeds the `free` bytes on disk.
    """
    pixels = grid.width * grid.height
    if covered < SPARSE_SHARE * pixels and (raw_bytes > free or max(grid.width, grid.height) > SPARSE_SIDE):
        raise OutputError(
            f"The mosaic would have {grid.width} x {grid.height} pixels ({raw_bytes / MEBIBYTE:.0f} MB uncompressed), "
            f"but the inputs cover {format_percent(100 * covered / pixels)} of it. Free disk space: "
            f"{free / MEBIBYTE:.0f} MB. An input may be misplaced. Check the coordinates of the inputs, or set EXTENT."
        )
