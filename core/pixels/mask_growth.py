"""Hidden pixels of a mask grown by a distance: every pixel within it of a hidden one is hidden too."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import InputError, OptionError
from ..raster.grid import Grid
from ..raster.windows import Shape

FARTHEST = 200
"""Pixels of the mask: growing by more takes longer than everything else together."""

TOLERANCE = 0.01
"""Pixels: a centre that is so little beyond the distance counts, so that rounding decides nothing."""

Mask = npt.NDArray[np.bool_]


class Column(NamedTuple):
    """The pixels of one column of a disk: `col` columns beside its centre, the rows from `top` to `bottom` of it."""

    col: int
    top: int
    bottom: int


Disk = tuple[Column, ...]
"""Which pixels around a pixel lie within the distance."""


def resolve_disk(distance: float, grid: Grid, path: str) -> Disk:
    """Return the pixels within a distance of a pixel of the mask, from centre to centre; none where it is 0.

    Parameters
    ----------
    distance
        MASK_GROW, in the units of the mask's CRS.
    grid
        The mask's.
    path
        The mask, for messages.

    Raises
    ------
    OptionError
        The distance is negative or not finite, or more than `FARTHEST` pixels.
    InputError
        The mask's CRS is geographic: degrees are not distances.
    """
    if not (math.isfinite(distance) and distance >= 0):
        raise OptionError(
            f"MASK_GROW is {distance:g}; a distance of 0 or more in map units is needed.", parameter="mask_grow"
        )
    if not distance:
        return ()
    if grid.crs is not None and grid.crs.is_geographic:
        raise InputError(
            f"MASK_GROW is a distance, but {path} is in degrees ({grid}). Reproject it to a projected CRS first, "
            "or set MASK_GROW to 0.",
            parameter="mask_grow",
        )
    a, b, _, d, e, _ = tuple(grid.transform)[:6]
    edge = min(math.hypot(a, d), math.hypot(b, e))
    # Across the rows the columns lie this far apart, and the other way round; a sheared pixel is narrower than long.
    area = abs(a * e - b * d)
    cols, rows = (distance * side / area + TOLERANCE for side in (math.hypot(b, e), math.hypot(a, d)))
    if max(cols, rows) > FARTHEST + 2 * TOLERANCE:
        raise OptionError(
            f"MASK_GROW is {distance:g}, which is {max(cols, rows):.0f} pixels of {path}; at most {FARTHEST} are "
            "possible. Choose a smaller distance, or a mask with larger pixels.",
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
    """Return how many rows and columns the disk reaches beyond its centre."""
    if not disk:
        return 0, 0
    return max(max(-column.top, column.bottom) for column in disk), max(abs(column.col) for column in disk)


def grown(hidden: Mask, disk: Disk) -> Mask:
    """Return where a pixel is hidden, or one of those that the disk has around it.

    Pixels near the edge of the array know nothing of what lies beyond it.
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
