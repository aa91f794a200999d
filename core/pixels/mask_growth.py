"""Mask growth: masks out every pixel within a given distance of a masked pixel."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import InputError, OptionError
from ..raster.grid import Grid, check_map_coordinates
from ..raster.windows import Shape

MAX_GROWTH = 200
"""Maximum distance, in mask pixels, by which a mask can grow. Growing it further would dominate the run time."""

TOLERANCE = 0.01
"""Tolerance in pixels for rounding errors. It is added to the distance up to which a mask grows."""

Mask = npt.NDArray[np.bool_]


class Column(NamedTuple):
    """One column of a disk: rows `top` to `bottom` in column `col`, all relative to the disk's centre."""

    col: int
    top: int
    bottom: int


Disk = tuple[Column, ...]
"""All pixels within a given distance of a central pixel, as one `Column` for each column."""


def resolve_disk(distance: float, grid: Grid, path: str) -> Disk:
    """Return the disk of mask pixels whose centres are within `distance` of a pixel's centre; empty for distance 0.

    Parameters
    ----------
    distance
        MASK_GROW, in the units of the mask's CRS.
    grid
        Grid of the mask.
    path
        Path of the mask, for messages.

    Raises
    ------
    OptionError
        The distance is negative, not finite, or more than `MAX_GROWTH` pixels, or the mask has no transform.
    InputError
        The mask's CRS is geographic, so its coordinates are in degrees.
    """
    if not (math.isfinite(distance) and distance >= 0):
        raise OptionError(
            f"MASK_GROW is {distance:g}; it must be a distance of at least 0 in map units.", parameter="mask_grow"
        )
    if not distance:
        return ()
    check_map_coordinates(grid, path, {"MASK_GROW": True})
    if grid.crs is not None and grid.crs.is_geographic:
        raise InputError(
            f"MASK_GROW is a distance, but the CRS of {path} uses degrees ({grid}). Reproject the mask to a projected "
            "CRS first, or set MASK_GROW to 0.",
            parameter="mask_grow",
        )
    a, b, _, d, e, _ = tuple(grid.transform)[:6]
    edge = min(math.hypot(a, d), math.hypot(b, e))
    # Adjacent columns or rows are `area / side` apart. For sheared pixels this is less than their edge length.
    area = abs(a * e - b * d)
    cols, rows = (distance * side / area + TOLERANCE for side in (math.hypot(b, e), math.hypot(a, d)))
    if max(cols, rows) > MAX_GROWTH + 2 * TOLERANCE:
        raise OptionError(
            f"MASK_GROW is {distance:g}, which is {max(cols, rows):.0f} pixels of {path}; the maximum is {MAX_GROWTH} "
            "pixels. Choose a smaller distance, or a mask with larger pixels.",
            parameter="mask_grow",
        )
    reach = distance + TOLERANCE * edge
    down = np.arange(-math.ceil(rows) - 1, math.ceil(rows) + 2)
    disk = []
    for col in range(-math.ceil(cols) - 1, math.ceil(cols) + 2):
        inside = down[np.hypot(col * a + down * b, col * d + down * e) <= reach]
        if inside.size:
            disk.append(Column(col, int(inside[0]), int(inside[-1])))
    return tuple(disk)


def disk_reach(disk: Disk) -> Shape:
    """Return how many rows and columns the disk extends from its centre."""
    if not disk:
        return 0, 0
    return max(max(-column.top, column.bottom) for column in disk), max(abs(column.col) for column in disk)


def grown(hidden: Mask, disk: Disk) -> Mask:
    """Return a boolean array that is true where the pixel, or any pixel in the disk around it, is hidden.

    Pixels beyond the edge of the array count as not hidden.
    """
    if not disk or not hidden.any():
        return hidden
    rows, cols = hidden.shape
    above = np.zeros((rows + 1, cols), np.int32)
    np.cumsum(hidden, axis=0, dtype=np.int32, out=above[1:])
    result = np.zeros_like(hidden)
    every = np.arange(rows)
    for col, top, bottom in disk:
        if abs(col) >= cols:
            continue
        first, stop = np.clip(every + top, 0, rows), np.clip(every + bottom + 1, 0, rows)
        target, source = slice(max(0, -col), cols - max(0, col)), slice(max(0, col), cols + min(0, col))
        result[:, target] |= above[stop, source] != above[first, source]
    return result
