"""The mosaic of several rasters: where each lies in the pixels of the first, the grid of all, who touches a window."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from affine import Affine
from rasterio.windows import Window

from ..errors import OutputError
from ..units import MEBIBYTE
from .grid import PIXEL_TOLERANCE, Grid, same_crs
from .windows import window_bounds

LARGEST_SIDE = 2**31 - 1
"""Pixels: a raster cannot be wider or higher."""

SPARSE_SHARE = 0.01
"""Where less of a mosaic than this is covered, it is measured by its size without compression: an input is far off."""

SPARSE_SIDE = 1_000_000
"""Pixels: a mosaic covered so little is not meant where it is longer than this, however much room there is."""


class Offset(NamedTuple):
    """Where a raster begins, in whole pixels of another grid, or why it does not begin at one."""

    col: int
    row: int
    reason: str = ""


def pixel_offset(first: Grid, other: Grid) -> Offset:
    """Return where `other` lies in the pixels of `first`, with a reason where it does not lie on them.

    Every corner, computed with the raster's own transform, must lie within 0.01 pixel of a whole pixel; the CRSs must
    be equivalent. The reason has the numbers.
    """
    if not same_crs(first.crs, other.crs):
        return Offset(0, 0, crs_reason(first, other))
    into = ~first.transform * other.transform
    col, row = (round(place) for place in into * (0, 0))
    corners = [
        (place[0] - col - x, place[1] - row - y)
        for x in (0, other.width)
        for y in (0, other.height)
        for place in [into * (x, y)]
    ]
    if max(math.hypot(*corner) for corner in corners) <= PIXEL_TOLERANCE:
        return Offset(col, row)
    return Offset(col, row, _misplaced(first, other, into, corners))


def crs_reason(first: Grid, other: Grid) -> str:
    """Return in words how two CRSs that are not the same differ."""
    if first.crs is None or other.crs is None:
        return "one of them has no CRS"
    here, there = other.crs.to_string(), first.crs.to_string()
    return "their CRSs differ" if len(here + there) > 120 else f"its CRS is {here} instead of {there}"


def _misplaced(first: Grid, other: Grid, into: Affine, corners: list[tuple[float, float]]) -> str:
    """Return how the pixels of `other` differ: turned, of another size, or shifted."""
    extent = max(other.width, other.height)
    if max(abs(into.b), abs(into.d)) * extent > PIXEL_TOLERANCE or min(into.a, into.e) <= 0:
        if into.a * into.e - into.b * into.d < 0:
            return "its rows or columns run the other way"
        return f"it is rotated against it by {math.degrees(math.atan2(into.d, into.a)):.6g} degrees"
    if max(abs(into.a - 1), abs(into.e - 1)) * extent > PIXEL_TOLERANCE:
        sizes = [" x ".join(f"{size:.12g}" for size in pixel_size(grid)) for grid in (other, first)]
        return f"its pixels are {sizes[0]} instead of {sizes[1]}"
    x, y = max(corners, key=lambda corner: math.hypot(*corner))
    return f"it lies {x:.6g} columns and {y:.6g} rows off the whole pixels"


def pixel_size(grid: Grid) -> tuple[float, float]:
    """Return the length of a pixel's sides along columns and rows, in units of the CRS."""
    a, b, _, d, e, _ = tuple(grid.transform)[:6]
    return math.hypot(a, d), math.hypot(b, e)


def union_window(windows: Iterable[Window]) -> Window:
    """Return the smallest window around all."""
    bounds = np.array([window_bounds(window) for window in windows])
    left, top = bounds[:, :2].min(axis=0)
    right, bottom = bounds[:, 2:].max(axis=0)
    return Window(int(left), int(top), int(right - left), int(bottom - top))


def moved_grid(grid: Grid, window: Window) -> Grid:
    """Return the grid of a window that may reach beyond `grid`.

    Raises
    ------
    OutputError
        No raster can have so many rows or columns.
    """
    if max(window.width, window.height) > LARGEST_SIDE:
        raise OutputError(
            f"The mosaic would have {window.width} x {window.height} pixels, and a raster at most {LARGEST_SIDE} on a "
            "side. An input may lie in the wrong place; look at their coordinates, or give EXTENT."
        )
    return grid.cropped(window)


def scaled_grid(grid: Grid, width: float, height: float) -> Grid:
    """Return the grid with the same origin and directions whose pixels have these sides, in units of the CRS."""
    old_width, old_height = pixel_size(grid)
    across, down = width / old_width, height / old_height
    size = (max(1, math.ceil(side - PIXEL_TOLERANCE)) for side in (grid.width / across, grid.height / down))
    cols, rows = size
    return replace(grid, transform=grid.transform * Affine.scale(across, down), width=cols, height=rows)


def check_mosaic_size(grid: Grid, raw_bytes: int, covered: int, free: int) -> None:
    """Return when a mosaic is of a size that can be meant.

    Raises
    ------
    OutputError
        Hardly any of it is covered, and it is very long or its pixels alone would not fit into the `free` bytes:
        inputs far apart.
    """
    pixels = grid.width * grid.height
    if covered < SPARSE_SHARE * pixels and (raw_bytes > free or max(grid.width, grid.height) > SPARSE_SIDE):
        raise OutputError(
            f"The mosaic would have {grid.width} x {grid.height} pixels, {raw_bytes / MEBIBYTE:.0f} MB, of which the "
            f"inputs cover {100 * covered / pixels:.2g} %; {free / MEBIBYTE:.0f} MB are free. An input may lie in the "
            "wrong place; look at their coordinates, or give EXTENT."
        )
