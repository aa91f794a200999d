"""Place rasters on one grid based on the first raster, and find the rasters that must be resampled."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from affine import Affine
from rasterio.warp import transform
from rasterio.windows import Window

from ..errors import InputError, OptionError
from ..raster.alignment import LARGEST_SIDE, pixel_offset, pixel_size, scaled_grid
from ..raster.grid import PIXEL_TOLERANCE, Grid, same_crs
from ..raster.windows import relative
from .placement import SAME_POSITION

EDGE_POINTS = 65
"""Number of rows and columns of points that are transformed to find the extent of a raster in a different CRS."""


PIXEL_SIZES: dict[str, Callable[[Any], Any]] = {
    "highest": lambda sizes: sizes.min(axis=0),
    "lowest": lambda sizes: sizes.max(axis=0),
    "average": lambda sizes: sizes.mean(axis=0),
}
"""Functions that compute the mosaic's pixel size from the inputs' pixel sizes, by key of `choices.RESOLUTIONS`."""


@dataclass(frozen=True)
class GridRules:
    """Options for the mosaic's grid: keys of `choices.RESAMPLING` and `choices.RESOLUTIONS`, and a pixel size."""

    resampling: str
    resolution: str
    pixel_size: float | None


@dataclass(frozen=True)
class PlacedGrids:
    """The reference grid, the window of each input grid in it, and the inputs that must be resampled."""

    reference: Grid
    windows: tuple[Window, ...]
    resampled: tuple[bool, ...]


def place_grids(grids: Sequence[Grid], names: Sequence[str], rules: GridRules) -> PlacedGrids:
    """Return the reference grid, which is based on the first grid, and the window of each grid in it.

    Raises
    ------
    InputError
        A grid is not aligned with the reference grid and RESAMPLING is "refuse", or a grid cannot be reprojected. The
        message names both files and their grids.
    OptionError
        The pixel size is missing or not a positive number.
    """
    reference = _reference_grid(grids, names, rules)
    windows, resampled = [], []
    for grid, name in zip(grids, names):
        offset = pixel_offset(reference, grid)
        if offset.reason and rules.resampling == "refuse":
            mosaic = f"the mosaic (pixel size from RESOLUTION {rules.resolution!r})"
            target = names[0] if reference is grids[0] else mosaic
            raise InputError(
                f"{name} does not lie on the grid of {target}: {offset.reason}. {name}: {grid}. {names[0]}: "
                f"{grids[0]}. Set RESAMPLING to align all rasters, or leave out {name}."
            )
        resampled.append(bool(offset.reason))
        windows.append(
            _footprint(reference, grid, names[0], name)
            if offset.reason
            else Window(offset.col, offset.row, grid.width, grid.height)
        )
    return PlacedGrids(reference, tuple(windows), tuple(resampled))


def _reference_grid(grids: Sequence[Grid], names: Sequence[str], rules: GridRules) -> Grid:
    """Return the first grid, converted to the pixel size that the rules require."""
    first = grids[0]
    if rules.resolution == "user":
        side = rules.pixel_size
        if side is None or not (math.isfinite(side) and side > 0):
            raise OptionError(
                f"PIXEL_SIZE is {'not set' if side is None else side}. With RESOLUTION 'user', it must be a finite "
                "number above 0.",
                parameter="pixel_size",
            )
        return _scaled(first, side, side)
    if rules.resampling == "refuse" and rules.resolution == "same":
        return first  # `place_grids` compares the corners, so pixel sizes are not needed
    sizes = [_size_in(first, grid, names[0], name) for grid, name in zip(grids, names)]
    if rules.resolution == "same":
        for grid, size, name in zip(grids, sizes, names):
            if same_crs(first.crs, grid.crs) and not _same_size(sizes[0], size, grid):
                raise InputError(
                    f"The pixel size of {name} is {size[0]:.12g} x {size[1]:.12g}, but that of {names[0]} is "
                    f"{sizes[0][0]:.12g} x {sizes[0][1]:.12g}. Set RESOLUTION to choose the pixel size of the mosaic."
                )
        return first
    width, height = PIXEL_SIZES[rules.resolution](np.array(sizes))
    return _scaled(first, float(width), float(height))


def _scaled(first: Grid, width: float, height: float) -> Grid:
    """Return the first grid, converted to the given pixel size; unchanged if it already has this size."""
    return first if _same_size(pixel_size(first), (width, height), first) else scaled_grid(first, width, height)


def _same_size(one: tuple[float, float], other: tuple[float, float], grid: Grid) -> bool:
    """Return True if two pixel sizes give the same pixel positions across a grid, within the tolerance."""
    return all(
        abs(second / first - 1) * count <= PIXEL_TOLERANCE
        for first, second, count in zip(one, other, (grid.width, grid.height))
    )


def _size_in(first: Grid, grid: Grid, first_name: str, name: str) -> tuple[float, float]:
    """Return the width and height of the central pixel of `grid` in the CRS of `first`."""
    if same_crs(first.crs, grid.crs):
        return pixel_size(grid)
    col, row = grid.width / 2, grid.height / 2
    xs, ys = grid.transform * (np.array([col, col + 1, col]), np.array([row, row, row + 1]))
    points = _transformed(grid, first, xs, ys, first_name, name)
    if not np.isfinite(points).all():
        raise InputError(
            f"{name} cannot be reprojected to the CRS of {first_name}. Check the coordinates of {name}, or leave it "
            f"out. {name}: {grid}. {first_name}: {first}."
        )
    across, down = points[:, 1] - points[:, 0], points[:, 2] - points[:, 0]
    return float(np.hypot(*across)), float(np.hypot(*down))


def _footprint(reference: Grid, grid: Grid, first_name: str, name: str) -> Window:
    """Return the window of the reference grid that contains an unaligned grid, extended to whole pixels."""
    lines = np.linspace(0, 1, EDGE_POINTS)
    cols, rows = np.meshgrid(lines * grid.width, lines * grid.height)
    xs, ys = grid.transform * (cols.ravel(), rows.ravel())
    if not same_crs(reference.crs, grid.crs):
        xs, ys = _transformed(grid, reference, xs, ys, first_name, name)
    found = np.isfinite(xs) & np.isfinite(ys)
    places = np.array(~reference.transform * (xs[found], ys[found]))
    if not places.size or np.abs(places).max() > LARGEST_SIDE:
        raise InputError(
            f"{name} cannot be reprojected to the CRS of {first_name}. Check the coordinates of {name}, or leave it "
            f"out. {name}: {grid}. {first_name}: {reference}."
        )
    # The window is extended because an edge may bulge between the sampled points. Pixels outside the input stay empty.
    margin = 0 if same_crs(reference.crs, grid.crs) else 1
    left, top = (int(math.floor(low + PIXEL_TOLERANCE)) - margin for low in places.min(axis=1))
    right, bottom = (int(math.ceil(high - PIXEL_TOLERANCE)) + margin for high in places.max(axis=1))
    return Window(left, top, max(1, right - left), max(1, bottom - top))


def _transformed(grid: Grid, into: Grid, xs: np.ndarray, ys: np.ndarray, into_name: str, name: str) -> np.ndarray:  # type: ignore[type-arg]
    """Transform points (2, n) to the CRS of `into`; points that cannot be transformed become infinite."""
    if grid.crs is None or into.crs is None:
        missing, other = (name, into_name) if grid.crs is None else (into_name, name)
        raise InputError(f"{missing} has no CRS, so it cannot be merged with {other}. Assign a CRS to {missing} first.")
    try:
        return np.array(transform(grid.crs, into.crs, xs.tolist(), ys.tolist()))
    except Exception:  # rasterio raises if any point fails
        found = np.full((2, len(xs)), np.inf)
        for number, point in enumerate(zip(xs.tolist(), ys.tolist())):
            found[:, number] = _transform_point(grid, into, point)
        return found


def _transform_point(grid: Grid, into: Grid, point: tuple[float, float]) -> tuple[float, float]:
    try:
        (x,), (y,) = transform(grid.crs, into.crs, [point[0]], [point[1]])
        return x, y
    except Exception:  # GDAL's errors have no public base class
        return math.inf, math.inf


def core_window(reference: Grid, source: Grid, core: Window) -> Window:
    """Return the window of the reference grid whose pixels have their centre in `core`, a window of the grid `source`.

    The rows of both grids must be parallel. A centre on the edge between two cores belongs to the core that begins
    there, as in resampling. At the edges of `source`, the window extends to all pixels that `source` touches.
    """
    into: Affine = ~reference.transform * source.transform
    left, right = _core_range(into.a, into.c, core.col_off, core.width, source.width)
    top, bottom = _core_range(into.e, into.f, core.row_off, core.height, source.height)
    return Window(left, top, right - left, bottom - top)


def _core_range(step: float, origin: float, start: int, length: int, size: int) -> tuple[int, int]:
    """Return a core's range of pixels along an axis of the reference grid.

    `start`, `length` and `size` are in pixels of the source; its pixel edge i is at `step * i + origin`.
    """

    def pixel_edge(edge: int) -> int:
        place, near = step * edge + origin, SAME_POSITION * abs(step)
        if edge in (0, size):
            is_first = (edge == 0) == (step > 0)
            return math.floor(place + PIXEL_TOLERANCE) if is_first else math.ceil(place - PIXEL_TOLERANCE)
        return math.ceil(place - 0.5 - near) if step > 0 else math.floor(place - 0.5 + near) + 1

    first, stop = sorted((pixel_edge(start), pixel_edge(start + length)))
    return first, stop


def cropped_windows(windows: Sequence[Window], origin: Window) -> tuple[Window, ...]:
    """Return windows of the reference grid with offsets relative to the upper left corner of the window `origin`."""
    return tuple(relative(window, origin) for window in windows)
