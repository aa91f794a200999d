"""The table of objects: id and number of pixels of each object, and its area, bounds and centroid in map units.

Without a transform there are no map units: bounds and centroids are then in pixels, and there is no area.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...raster.grid import Grid, has_transform
from .objects import COL_SUM, FIRST, FIRST_COL, LAST_COL, LAST_ROW, PIXELS, ROW_SUM, Sums

Span = tuple[npt.NDArray[Any], npt.NDArray[Any]]

FIELDS = ("id", "pixels", "area", "xmin", "ymin", "xmax", "ymax", "x", "y")
"""Column names of the table of objects."""


def object_table(sums: Sums, grid: Grid) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of the table by name, one row per object, in the order of the ids.

    Parameters
    ----------
    sums
        Array of sums with one row per object and every column described at `objects.FIRST`.
    grid
        Grid of the output.
    """
    pixels, transform = sums[:, PIXELS], grid.transform
    rows = sums[:, FIRST] // grid.width, sums[:, LAST_ROW] + 1
    cols = sums[:, FIRST_COL], sums[:, LAST_COL] + 1
    xmin, xmax = _range(transform.a, cols, transform.b, rows, transform.c)
    ymin, ymax = _range(transform.d, cols, transform.e, rows, transform.f)
    x, y = transform * (sums[:, COL_SUM] / pixels + 0.5, sums[:, ROW_SUM] / pixels + 0.5)
    in_degrees = grid.crs is not None and grid.crs.is_geographic
    has_area = has_transform(grid) and not in_degrees
    area = pixels * abs(transform.determinant) if has_area else np.full(len(sums), np.nan)
    return dict(zip(FIELDS, (np.arange(1, len(sums) + 1), pixels, area, xmin, ymin, xmax, ymax, x, y)))


def _range(by_col: float, cols: Span, by_row: float, rows: Span, start: float) -> Span:
    """Return, for each object, the minimum and maximum x (or y) map coordinate of its bounding box of rows and columns.

    The coordinate of a corner is `start + by_col * col + by_row * row`.
    """
    across, down = [by_col * each for each in cols], [by_row * each for each in rows]
    return np.minimum(*across) + np.minimum(*down) + start, np.maximum(*across) + np.maximum(*down) + start
