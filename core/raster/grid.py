"""Grids (CRS, affine transform, width and height), their comparison, and windows from extents."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from affine import Affine
from rasterio.windows import Window

from ..errors import InputError, OptionError

if TYPE_CHECKING:
    from rasterio.crs import CRS
import re
from typing import Any

PIXEL_TOLERANCE = 0.01
"""Distance in pixels below which two positions are considered equal."""


@dataclass(frozen=True)
class Grid:
    """Pixel grid of a raster. `transform` maps (column, row) to coordinates in `crs`."""

    crs: CRS | None
    transform: Affine
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.transform.is_degenerate or not all(map(math.isfinite, self.transform)):
            raise InputError(
                f"The transform {tuple(self.transform)[:6]} gives zero-size pixels. Fix the georeference first."
            )

    def __str__(self) -> str:
        a, b, c, d, e, f = tuple(self.transform)[:6]
        pixel = f"{a:.12g} x {e:.12g}" if b == d == 0 else f"({a:.12g}, {b:.12g}; {d:.12g}, {e:.12g})"
        crs = self.crs.to_string() if self.crs else "no CRS"
        crs = crs if len(crs) <= 60 else crs[:57] + "..."
        return f"{self.width} x {self.height} pixels, pixel size {pixel}, origin ({c:.12g}, {f:.12g}), {crs}"

    def cropped(self, window: Window) -> Grid:
        """Return the grid of the pixels inside `window`."""
        transform = self.transform * Affine.translation(window.col_off, window.row_off)
        return replace(self, transform=transform, width=window.width, height=window.height)


def has_transform(grid: Grid) -> bool:
    """Return True if the grid has a transform. GDAL reports the identity for rasters without one."""
    return bool(grid.transform != Affine.identity())


def check_map_coordinates(grid: Grid, path: str, wanted: Mapping[str, bool]) -> None:
    """Raise OptionError if a parameter is given in map coordinates but the raster has no transform.

    Parameters
    ----------
    grid, path
        Grid and path of the raster.
    wanted
        Names of parameters, each mapped to True if its value is in map coordinates.

    Raises
    ------
    OptionError
        The raster has no transform. The error names the raster and the first such parameter.
    """
    used = [name for name, is_used in wanted.items() if is_used]
    if used and not has_transform(grid):
        raise OptionError(
            f"{path} has no transform, so {used[0]} cannot be given in map coordinates. Assign a transform to the "
            f"raster first (gdalwarp creates one from ground control points or RPCs), or run without {used[0]}.",
            parameter=used[0].split()[0].lower(),
        )


def pixels_coincide(first: Grid, other: Grid) -> bool:
    """Return True if two grids differ only by a shift of whole pixels; their sizes may differ.

    The CRSs must be equivalent, and no corner of `other` may deviate by more than 0.01 pixel from the shifted grid.
    """
    if crs_difference(first, other):
        return False
    relative = ~first.transform * other.transform
    col, row = (round(each) for each in relative * (0, 0))
    corners = ((0, 0), (other.width, 0), (0, other.height), (other.width, other.height))
    return all(
        math.hypot(x - col - corner[0], y - row - corner[1]) <= PIXEL_TOLERANCE
        for corner in corners
        for x, y in [relative * corner]
    )


def check_same_grid(
    first: Grid,
    second: Grid,
    first_name: str,
    second_name: str,
    advice: str = "First resample one raster to the grid of the other.",
) -> None:
    """Raise InputError unless two grids match: equivalent CRS, equal size, and corners within 0.01 pixel.

    Parameters
    ----------
    first, second
        Grids to compare.
    first_name, second_name
        Names of the rasters in the error message.
    advice
        Last sentence of the error message, which states what to do.

    Raises
    ------
    InputError
        The grids differ. The error names both rasters, both grids and the difference.
    """
    difference = grid_difference(first, second)
    if difference:
        raise InputError(
            f"{second_name} does not lie on the grid of {first_name}: {difference}. "
            f"{first_name}: {first}. {second_name}: {second}. {advice}"
        )


def crs_difference(first: Grid, second: Grid) -> str:
    """Return a description of how the CRSs of two grids differ, or "" if they are equivalent."""
    if (first.crs is None) != (second.crs is None):
        return "one of the rasters has no CRS"
    return "" if same_crs(first.crs, second.crs) else "their CRSs differ"


def grid_difference(first: Grid, second: Grid) -> str:
    """Return a description of how two grids differ, or "" if they match."""
    if first is second:  # two bands of one file
        return ""
    difference = crs_difference(first, second)
    if difference:
        return difference
    if (first.width, first.height) != (second.width, second.height):
        return f"{second.width} x {second.height} pixels instead of {first.width} x {first.height}"
    shift = max(
        math.hypot(x - col, y - row)
        for col in (0, first.width)
        for row in (0, first.height)
        for x, y in [~first.transform * (second.transform * (col, row))]
    )
    return f"a corner is off by {shift:.6g} pixels" if shift > PIXEL_TOLERANCE else ""


def extent_window(grid: Grid, extent: tuple[float, float, float, float] | None) -> Window:
    """Return the window of `grid` that covers `extent`, expanded to whole pixels and clipped to the raster.

    Parameters
    ----------
    grid
        Grid of the raster, in any orientation.
    extent
        (xmin, ymin, xmax, ymax) in the CRS of the grid, or None for the full raster. An edge within 0.01 pixel of a
        pixel edge is snapped to it.

    Raises
    ------
    OptionError
        The extent is not four ordered finite numbers, or does not overlap the raster.
    """
    if extent is None:
        return Window(0, 0, grid.width, grid.height)
    xmin, ymin, xmax, ymax = extent
    if not all(map(math.isfinite, extent)) or xmin >= xmax or ymin >= ymax:
        raise OptionError(
            f"EXTENT {extent} is empty. xmin must be less than xmax, and ymin less than ymax.", parameter="extent"
        )
    inverse = ~grid.transform
    corners = [inverse * (x, y) for x in (xmin, xmax) for y in (ymin, ymax)]
    cols, rows = zip(*corners)
    col_start, col_stop = snap_outward(min(cols), max(cols), grid.width)
    row_start, row_stop = snap_outward(min(rows), max(rows), grid.height)
    if col_start >= col_stop or row_start >= row_stop:
        raise OptionError(
            f"EXTENT {extent} does not overlap the raster ({grid}). Choose another extent.", parameter="extent"
        )
    return Window(col_start, row_start, col_stop - col_start, row_stop - row_start)


def snap_outward(start: float, stop: float, size: int) -> tuple[int, int]:
    """Return the pixel edges that enclose the range `start` to `stop` on an axis of `size` pixels.

    A position within 0.01 pixel of a pixel edge is snapped to it. If the first edge returned is not less than the
    second, the range contains no pixel.
    """
    first = round(start) if abs(start - round(start)) <= PIXEL_TOLERANCE else math.floor(start)
    last = round(stop) if abs(stop - round(stop)) <= PIXEL_TOLERANCE else math.ceil(stop)
    return max(0, first), min(size, last)


_AXES = re.compile(r',AXIS\["[^"]*",(EAST|NORTH)\],AXIS\["[^"]*",(EAST|NORTH)\]')


_TRAILING_CODE = re.compile(r',AUTHORITY\["[^"]*","[^"]*"\]\]$')


def same_crs(first: Any, second: Any) -> bool:
    """Return True if two rasterio CRSs are equivalent, or both are None.

    PROJ treats CRSs with different axis order, such as EPSG:4326 and OGC:CRS84, as different. Rasters always store x
    before y, so the CRSs are compared again without their axes.
    """
    if first is None or second is None:
        return first is second
    if first == second or first.to_wkt() == second.to_wkt():  # PROJ considers some CRSs different from themselves
        return True
    return bool(_without_axis_order(first) == _without_axis_order(second))


def _without_axis_order(crs: Any) -> Any:
    text = crs.to_wkt()
    stripped = _TRAILING_CODE.sub("]", _AXES.sub("", text))
    return crs if stripped == text else type(crs).from_wkt(stripped)
