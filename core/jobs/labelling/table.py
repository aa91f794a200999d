"""The table of objects: number, size, area, bounds and centroid of each object, in map units."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...raster.grid import Grid
from .objects import COL_SUM, FIRST, FIRST_COL, LAST_COL, LAST_ROW, PIXELS, ROW_SUM, Sums

FIELDS = ("id", "pixels", "area", "xmin", "ymin", "xmax", "ymax", "x", "y")
"""Columns of the table."""


def object_table(sums: Sums, grid: Grid) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of the table by name, one row per object, in the order of the ids.

    Parameters
    ----------
    sums
        All columns of sums for each object.
    grid
        Grid of the output.
    """
    pixels, transform = sums[:, PIXELS], grid.transform
    top, bottom = sums[:, FIRST] // grid.width, sums[:, LAST_ROW] + 1
    left, right = sums[:, FIRST_COL], sums[:, LAST_COL] + 1
    corners = [transform * corner for corner in ((left, top), (right, top), (right, bottom), (left, bottom))]
    xs, ys = (np.stack(values) for values in zip(*corners))
    x, y = transform * (sums[:, COL_SUM] / pixels + 0.5, sums[:, ROW_SUM] / pixels + 0.5)
    in_degrees = grid.crs is not None and grid.crs.is_geographic
    area = np.full(len(sums), np.nan) if in_degrees else pixels * abs(transform.determinant)
    columns = np.arange(1, len(sums) + 1), pixels, area, xs.min(0), ys.min(0), xs.max(0), ys.max(0), x, y
    return dict(zip(FIELDS, columns))
