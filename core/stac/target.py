"""The grid of a stack: the CRS of most items, the smallest pixel size, and an extent snapped to whole pixels."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from affine import Affine
from rasterio.crs import CRS
from rasterio.warp import transform_bounds

from ..errors import InputError, OptionError
from ..raster.alignment import LARGEST_SIDE
from ..raster.alignment import pixel_size as sides_of
from ..raster.grid import PIXEL_TOLERANCE, Grid, same_crs
from .chosen import ChosenAsset

Bounds = tuple[float, float, float, float]


def asset_grid(chosen: ChosenAsset) -> Grid:
    """Return the grid of an asset according to its item.

    Raises
    ------
    InputError
        The CRS, the transform or the shape is missing from the item, or the CRS is unknown.
    """
    asset = chosen.asset
    missing = [
        name
        for name, value in (("CRS", asset.crs), ("proj:transform", asset.transform), ("proj:shape", asset.shape))
        if not value
    ]
    if missing or asset.transform is None or asset.shape is None:
        raise _unplaced(chosen, missing)
    return Grid(asset_crs(chosen), Affine(*asset.transform), asset.shape[1], asset.shape[0])


def asset_crs(chosen: ChosenAsset) -> CRS:
    """Return the CRS of an asset according to its item.

    Raises
    ------
    InputError
        The CRS is missing from the item, or is unknown.
    """
    if not chosen.asset.crs:
        raise _unplaced(chosen, ["CRS"])
    return parse_crs(chosen.asset.crs, chosen.place, "items")


def _unplaced(chosen: ChosenAsset, missing: Sequence[str]) -> InputError:
    return InputError(
        f"{chosen.place}: the catalogue does not state the {' and '.join(missing)}, so the position of the pixels is "
        "unknown. Use a catalogue with the projection extension.",
        parameter="items",
    )


def lacks_only_size(chosen: ChosenAsset) -> bool:
    """Return True if an item states the CRS and the transform of an asset, but not its size."""
    asset = chosen.asset
    return bool(asset.crs and asset.transform and not asset.shape)


def parse_crs(text: str, name: str, parameter: str) -> CRS:
    """Return the CRS that a string describes.

    Raises
    ------
    InputError
        The string is not a CRS. The error begins with `name`.
    """
    try:
        found = CRS.from_user_input(text)
    except Exception as error:
        if not type(error).__module__.startswith("rasterio"):
            raise
        raise InputError(f"{name}: {text[:60]!r} is not a known CRS.", parameter=parameter) from error
    return found


def target_grid(
    grids: Sequence[Grid], extent: Bounds, extent_crs: Any = None, crs: Any = None, pixel_size: float | None = None
) -> Grid:
    """Return the grid of the output.

    Parameters
    ----------
    grids
        Grids of all assets.
    extent, extent_crs
        (xmin, ymin, xmax, ymax) and its CRS; None for the CRS of the output.
    crs, pixel_size
        CRS and pixel size of the output. By default, the most common CRS of the assets, and the smallest pixel size of
        the assets in the output's CRS.

    Raises
    ------
    OptionError
        The extent is empty, has too many pixels or cannot be transformed to the CRS, or the pixel size is unknown or
        not positive.
    """
    crs = crs or _commonest([grid.crs for grid in grids])
    size = pixel_size
    if size is None:
        sizes = [min(sides_of(grid)) for grid in grids if same_crs(grid.crs, crs)]
        if not sizes:
            raise OptionError(
                f"No asset has the CRS {crs.to_string()}, so PIXEL_SIZE must be set.", parameter="pixel_size"
            )
        size = min(sizes)
    if not (math.isfinite(size) and size > 0):
        raise OptionError(f"PIXEL_SIZE is {size}; it must be greater than 0.", parameter="pixel_size")
    xmin, ymin, xmax, ymax = extent_in(crs, extent, extent_crs)
    left, bottom = (math.floor(low / size + PIXEL_TOLERANCE) for low in (xmin, ymin))
    right, top = (math.ceil(high / size - PIXEL_TOLERANCE) for high in (xmax, ymax))
    width, height = right - left, top - bottom
    if max(width, height) > LARGEST_SIDE:
        raise OptionError(
            f"EXTENT contains {width} x {height} pixels of size {size:g}; the maximum is {LARGEST_SIDE} per side. Set "
            "a smaller EXTENT or a larger PIXEL_SIZE.",
            parameter="extent",
        )
    return Grid(crs, Affine(size, 0, left * size, 0, -size, top * size), width, height)


def check_not_across_180(grid: Grid) -> None:
    """Raise OptionError if a grid in degrees crosses the 180th meridian.

    Raises
    ------
    OptionError
        The grid crosses the meridian. The message suggests a projected CRS.
    """
    west, north = grid.transform * (0, 0)
    east, south = grid.transform * (grid.width, grid.height)
    limit = 180 + PIXEL_TOLERANCE * abs(grid.transform.a)  # multiples of the pixel size have rounding errors
    if grid.crs is not None and grid.crs.is_geographic and (min(west, east) < -limit or max(west, east) > limit):
        zone = f"EPSG:{32701 if north + south < 0 else 32601}"
        raise OptionError(
            f"The output crosses the 180th meridian ({west:.6g} to {east:.6g} degrees). Set CRS to a projected CRS, "
            f"for example {zone} (UTM zone 1), and PIXEL_SIZE in its units.",
            parameter="extent",
        )


def touches(own: Grid, grid: Grid) -> bool:
    """Return True if two grids may overlap.

    Grids in different CRSs are compared in both CRSs, because a large grid may not be transformable to the CRS of the
    other grid.
    """
    if same_crs(own.crs, grid.crs):
        return _overlap(_bounds(own), _bounds(grid))
    return _overlap(_bounds(grid), *_transformed(own, grid.crs)) or _overlap(_bounds(own), *_transformed(grid, own.crs))


def _overlap(one: Bounds, *others: Bounds) -> bool:
    left, bottom, right, top = one
    return any(west < right and east > left and south < top and north > bottom for west, south, east, north in others)


def _bounds(grid: Grid) -> Bounds:
    corners = [grid.transform * (col, row) for col in (0, grid.width) for row in (0, grid.height)]
    xs, ys = zip(*corners)
    return min(xs), min(ys), max(xs), max(ys)


def _transformed(grid: Grid, crs: Any) -> list[Bounds]:
    """Return a list of the bounds of a grid in another CRS.

    The list has two elements if the bounds cross the 180th meridian, and none if they cannot be transformed.
    """
    try:
        west, south, east, north = map(float, transform_bounds(grid.crs, crs, *_bounds(grid), densify_pts=21))
    except Exception as error:
        if not type(error).__module__.startswith("rasterio"):  # GDAL's own exceptions have no public base class
            raise
        return []
    if west <= east:
        return [(west, south, east, north)]
    return [(west, south, 180.0, north), (-180.0, south, east, north)]


def centre_longitude(grid: Grid) -> float:
    """Return the longitude of the centre of a grid in degrees."""
    x, y = grid.transform * (grid.width / 2, grid.height / 2)
    west, _, east, _ = transform_bounds(grid.crs, CRS.from_epsg(4326), x, y, x, y)
    return float(west + east) / 2


def _commonest(found: Sequence[Any]) -> Any:
    """Return the most common CRS; if several are equally common, the one whose name sorts first."""
    counts = Counter(crs.to_wkt() for crs in found)
    most = max(counts.values())
    return next(crs for crs in sorted(found, key=lambda crs: str(crs.to_string())) if counts[crs.to_wkt()] == most)


def extent_in(crs: Any, extent: Bounds, extent_crs: Any = None) -> Bounds:
    """Return an extent transformed to a CRS.

    In degrees, the east edge of an extent that crosses the 180th meridian is greater than 180.

    Parameters
    ----------
    crs
        The CRS.
    extent, extent_crs
        (xmin, ymin, xmax, ymax) and its CRS; None for `crs`.

    Raises
    ------
    OptionError
        The extent is empty or cannot be transformed to the CRS.
    """
    own = extent_crs or crs
    xmin, ymin, xmax, ymax = extent
    if own.is_geographic and 180 < xmin - xmax < 360:  # crosses the 180th meridian, e.g. from 170 to -170
        xmax += 360
    if not all(map(math.isfinite, extent)) or xmin >= xmax or ymin >= ymax:
        raise OptionError(
            f"EXTENT {extent} is empty. xmin must be less than xmax, and ymin less than ymax.", parameter="extent"
        )
    if same_crs(own, crs):
        return xmin, ymin, xmax, ymax
    found = transform_bounds(own, crs, xmin, ymin, xmax, ymax, densify_pts=64)
    if not all(map(math.isfinite, found)):
        raise OptionError(
            f"EXTENT {extent} cannot be transformed to {crs.to_string()}. Choose another CRS.", parameter="extent"
        )
    left, bottom, right, top = map(float, found)
    return left, bottom, right + 360 if left > right else right, top
