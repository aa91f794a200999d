"""Where the inputs of a merge lie in one lattice of pixels, the first input's, and which of them must be resampled."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasterio.warp import transform
from rasterio.windows import Window

from ...errors import InputError, OptionError
from ...raster.alignment import LARGEST_SIDE, pixel_offset, pixel_size, scaled_grid
from ...raster.grid import PIXEL_TOLERANCE, Grid, same_crs
from ...raster.windows import relative

EDGE_POINTS = 65
"""Points along each edge, and lines across, that tell how far a raster of another CRS reaches."""


CHOSEN: dict[str, Callable[[Any], Any]] = {
    "highest": lambda sizes: sizes.min(axis=0),
    "lowest": lambda sizes: sizes.max(axis=0),
    "average": lambda sizes: sizes.mean(axis=0),
}
"""The sides of the mosaic's pixels from those of the inputs, by the words of `choices.RESOLUTIONS`."""


@dataclass(frozen=True)
class GridRules:
    """What the user wants of the mosaic's grid: words of `choices.RESAMPLING` and `options.RESOLUTIONS`."""

    resampling: str
    resolution: str
    pixel_size: float | None


@dataclass(frozen=True)
class PlacedGrids:
    """The lattice, the window of each grid in it, and which grids do not lie on its pixels."""

    lattice: Grid
    windows: tuple[Window, ...]
    resampled: tuple[bool, ...]


def place_grids(grids: Sequence[Grid], names: Sequence[str], rules: GridRules) -> PlacedGrids:
    """Return where each grid lies in the lattice of the first.

    Raises
    ------
    InputError
        A grid does not lie on the lattice and nobody asked for resampling, or has no place in its CRS; names both
        files with the numbers.
    OptionError
        The pixel size is missing or no positive number.
    """
    lattice = _reference_grid(grids, names, rules)
    windows, resampled = [], []
    for grid, name in zip(grids, names):
        offset = pixel_offset(lattice, grid)
        if offset.reason and rules.resampling == "refuse":
            set_by = f"the mosaic, whose pixel size RESOLUTION {rules.resolution} sets"
            whose = names[0] if lattice is grids[0] else set_by
            raise InputError(
                f"{name} does not lie on the grid of {whose}: {offset.reason}. {name}: {grid}. {names[0]}: "
                f"{grids[0]}. Set RESAMPLING to bring all onto one grid, or leave one out."
            )
        resampled.append(bool(offset.reason))
        windows.append(
            _footprint(lattice, grid, names[0], name)
            if offset.reason
            else Window(offset.col, offset.row, grid.width, grid.height)
        )
    return PlacedGrids(lattice, tuple(windows), tuple(resampled))


def _reference_grid(grids: Sequence[Grid], names: Sequence[str], rules: GridRules) -> Grid:
    """Return the first grid with the pixel size that the rules want."""
    first = grids[0]
    if rules.resolution == "user":
        side = rules.pixel_size
        if side is None or not (math.isfinite(side) and side > 0):
            raise OptionError(
                f"PIXEL_SIZE is {side}; a number above 0 is needed for this RESOLUTION.", parameter="pixel_size"
            )
        return _scaled(first, side, side)
    if rules.resampling == "refuse" and rules.resolution == "same":
        return first  # told by its corners in `place_grids`
    sizes = [_size_in(first, grid, names[0], name) for grid, name in zip(grids, names)]
    if rules.resolution == "same":
        for grid, size, name in zip(grids, sizes, names):
            if same_crs(first.crs, grid.crs) and not _alike(sizes[0], size, grid):
                raise InputError(
                    f"The pixels of {name} are {size[0]:.12g} x {size[1]:.12g}, those of {names[0]} {sizes[0][0]:.12g} "
                    f"x {sizes[0][1]:.12g}. Set RESOLUTION to say which are wanted."
                )
        return first
    width, height = CHOSEN[rules.resolution](np.array(sizes))
    return _scaled(first, float(width), float(height))


def _scaled(first: Grid, width: float, height: float) -> Grid:
    """Return the first grid, as it is where it has that pixel size already."""
    return first if _alike(pixel_size(first), (width, height), first) else scaled_grid(first, width, height)


def _alike(one: tuple[float, float], other: tuple[float, float], grid: Grid) -> bool:
    """Return whether two pixel sizes lead to the same place over all of a grid."""
    return all(
        abs(second / first - 1) * count <= PIXEL_TOLERANCE
        for first, second, count in zip(one, other, (grid.width, grid.height))
    )


def _size_in(first: Grid, grid: Grid, first_name: str, name: str) -> tuple[float, float]:
    """Return the sides of the middle pixel of `grid` in the CRS of `first`."""
    if same_crs(first.crs, grid.crs):
        return pixel_size(grid)
    col, row = grid.width / 2, grid.height / 2
    xs, ys = grid.transform * (np.array([col, col + 1, col]), np.array([row, row, row + 1]))
    points = _transformed(grid, first, xs, ys, first_name, name)
    if not np.isfinite(points).all():
        raise InputError(f"{name} has no place in the CRS of {first_name}. {name}: {grid}. {first_name}: {first}.")
    across, down = points[:, 1] - points[:, 0], points[:, 2] - points[:, 0]
    return float(np.hypot(*across)), float(np.hypot(*down))


def _footprint(lattice: Grid, grid: Grid, first_name: str, name: str) -> Window:
    """Return the pixels of the lattice that a grid off it may have a part in, snapped outward."""
    lines = np.linspace(0, 1, EDGE_POINTS)
    cols, rows = np.meshgrid(lines * grid.width, lines * grid.height)
    xs, ys = grid.transform * (cols.ravel(), rows.ravel())
    if not same_crs(lattice.crs, grid.crs):
        xs, ys = _transformed(grid, lattice, xs, ys, first_name, name)
    found = np.isfinite(xs) & np.isfinite(ys)
    places = np.array(~lattice.transform * (xs[found], ys[found]))
    if not places.size or np.abs(places).max() > LARGEST_SIDE:
        raise InputError(f"{name} has no place in the CRS of {first_name}. {name}: {grid}. {first_name}: {lattice}.")
    # Between the points an edge may bulge; what lies outside the input comes out empty.
    margin = 0 if same_crs(lattice.crs, grid.crs) else 1
    left, top = (int(math.floor(low + PIXEL_TOLERANCE)) - margin for low in places.min(axis=1))
    right, bottom = (int(math.ceil(high - PIXEL_TOLERANCE)) + margin for high in places.max(axis=1))
    return Window(left, top, max(1, right - left), max(1, bottom - top))


def _transformed(grid: Grid, into: Grid, xs: np.ndarray, ys: np.ndarray, into_name: str, name: str) -> np.ndarray:  # type: ignore[type-arg]
    """Return points (2, n) in another CRS; not finite where there is no such place."""
    if grid.crs is None or into.crs is None:
        raise InputError(f"{name} and {into_name} cannot be merged: one of them has no CRS. Give it one first.")
    try:
        return np.array(transform(grid.crs, into.crs, xs.tolist(), ys.tolist()))
    except Exception:  # rasterio raises when a single point fails
        found = np.full((2, len(xs)), np.inf)
        for number, point in enumerate(zip(xs.tolist(), ys.tolist())):
            found[:, number] = _one_transformed(grid, into, point)
        return found


def _one_transformed(grid: Grid, into: Grid, point: tuple[float, float]) -> tuple[float, float]:
    try:
        (x,), (y,) = transform(grid.crs, into.crs, [point[0]], [point[1]])
        return x, y
    except Exception:  # GDAL's own, with no public root
        return math.inf, math.inf


def cropped_windows(windows: Sequence[Window], origin: Window) -> tuple[Window, ...]:
    """Return windows of the lattice in the pixels of the window `origin`."""
    return tuple(relative(window, origin) for window in windows)
