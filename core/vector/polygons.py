"""Polygons on the grid of a raster: read them, compute their windows, and find the pixels inside them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from affine import Affine
from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.features import rasterize
from rasterio.warp import transform
from rasterio.windows import Window

from ..errors import OptionError
from ..raster.grid import Grid, snap_outward
from ..raster.windows import offset_slices

Ring = tuple[tuple[float, float], ...]
Part = tuple[Ring, ...]
"""An outer ring and its holes."""

CELL = 2048
"""Edge length in pixels of the fixed square cells in which polygons are rasterized. Without fixed cells, a pixel whose
centre is on a polygon's edge could be inside or outside depending on the chunk, because rounding errors depend on the
window.
"""


FAR = 2**20
"""Distance from the raster in pixels at which polygons are clipped, because GDAL rasterizes with 32-bit integers."""


@dataclass(frozen=True)
class PixelPolygon:
    """A polygon in pixel coordinates (column, row) of a raster, and the window that contains it."""

    id: int | str
    parts: tuple[Part, ...]
    window: Window

    def inside(self, window: Window) -> npt.NDArray[np.bool_]:
        """Return a boolean mask (rows, columns) of `window`, true for pixels whose centre is inside the polygon."""
        found: npt.NDArray[np.bool_] = draw_polygons([(self, 1)], window, "uint8") == 1
        return found


def draw_polygons(
    polygons: Sequence[tuple[PixelPolygon, int]],
    window: Window,
    dtype: str,
    *,
    all_touched: bool = False,
) -> npt.NDArray[Any]:
    """Return an array (rows, columns) with the number of the last polygon that contains each pixel's centre.

    Parameters
    ----------
    polygons
        Polygons, each with the number to burn into its pixels. Pixels outside all polygons are 0.
    window
        Window of the pixels to return.
    dtype
        Data type of the array.
    all_touched
        Also burn pixels that a polygon touches without containing their centre.
    """
    shapes = [({"type": "Polygon", "coordinates": part}, number) for each, number in polygons for part in each.parts]
    cells = list(_cells(window))
    found: npt.NDArray[Any] = np.empty((window.height, window.width) if len(cells) > 1 else 0, dtype)
    for col, row in cells:
        bottom = min(window.row_off + window.height, row + CELL) - row
        right = min(window.col_off + window.width, col + CELL) - col
        drawn: npt.NDArray[Any] = rasterize(
            shapes,
            out_shape=(bottom, right),
            transform=Affine.translation(col, row),
            dtype=dtype,
            all_touched=all_touched,
        )
        top, left = max(window.row_off - row, 0), max(window.col_off - col, 0)
        if len(cells) == 1:
            return drawn[top:, left:]
        found[offset_slices(Window(col + left, row + top, right - left, bottom - top), window)] = drawn[top:, left:]
    return found


def _cells(window: Window) -> Iterator[tuple[int, int]]:
    """Yield the upper left corners (column, row) of the cells of `CELL` x `CELL` pixels that a window overlaps."""
    for row in range(window.row_off // CELL * CELL, window.row_off + window.height, CELL):
        for col in range(window.col_off // CELL * CELL, window.col_off + window.width, CELL):
            yield col, row


def shown_features(features: Any) -> str | None:
    """Return the number of features for a report, such as "2 features"; None if `features` is None."""
    if features is None:
        return None
    features = getattr(features, "__geo_interface__", features)
    found = features.get("features", [features]) if isinstance(features, Mapping) else features
    count = len(found) if hasattr(found, "__len__") else 1
    return f"{count:,} feature{'s' * (count != 1)}"


class FoundPolygon(NamedTuple):
    """A feature: name, properties and polygon. If the geometry is unusable, `polygon` is None; `problem` says why."""

    id: int | str
    properties: Mapping[str, Any]
    polygon: PixelPolygon | None
    problem: str = ""


@dataclass(frozen=True)
class PolygonReader:
    """Converts features to polygons on the grid of a raster.

    The window of each polygon is clipped to the window `area`. `field` is the property after which polygons are named
    (see `read`). `crs` is the CRS of the features; None means the CRS of the raster. Error messages name `parameter`,
    the parameter for the features, or `field_parameter` if `field` cannot be used.
    """

    grid: Grid
    area: Window
    field: str | None = None
    field_parameter: str = "name_field"
    crs: CRS | None = None
    parameter: str = "polygons"

    @cached_property
    def _inverse(self) -> Affine:
        return ~self.grid.transform

    def read(self, features: Any) -> Iterator[FoundPolygon]:
        """Yield a polygon for each feature, in order.

        Parameters
        ----------
        features
            GeoJSON features or geometries, or objects with `__geo_interface__`. Either a sequence of these, or one
            object, which may be a feature collection. A polygon is named after the property `field`. If `field` is
            None, or a feature's value is empty, the polygon is named after the ID of the feature or, if the feature
            has no ID, after its position in `features`.

        Raises
        ------
        OptionError
            `features` is not GeoJSON, a feature has no property `field`, or an item is not a feature or geometry.
        """
        for number, (geojson, geometry) in enumerate(geometries(features, self.parameter)):
            properties = geojson.get("properties") or {}
            name = self._name(geojson, properties, number)
            try:
                parts = self._parts(geometry)
                window = _window(parts, self.grid, self.area)
                yield FoundPolygon(name, properties, PixelPolygon(name, _clipped(parts, self.grid), window))
            except _Unusable as reason:
                yield FoundPolygon(name, properties, None, str(reason))

    def _name(self, geojson: Mapping[str, Any], properties: Mapping[str, Any], number: int) -> int | str:
        if self.field:
            if self.field not in properties:
                raise OptionError(
                    f"{self.field_parameter.upper()} is {self.field}, but polygon {number} does not have this field. "
                    f"Choose a field that all {self.parameter.upper()} have.",
                    parameter=self.field_parameter,
                )
            value = properties[self.field]
            if value is not None and str(value).strip():
                return value if isinstance(value, int) and not isinstance(value, bool) else str(value)
        identifier = geojson.get("id", number) if geojson.get("type") == "Feature" else number
        return identifier if isinstance(identifier, int) else str(identifier)

    def _parts(self, geometry: Any) -> tuple[Part, ...]:
        polygons = list(_polygons(geometry))
        if not polygons:
            raise _Unusable("it has no area")
        try:
            parts = tuple(
                tuple(self.placed(ring) for ring in polygon if len(ring) > 3)
                for polygon in polygons
                if len(polygon) and len(polygon[0]) > 3  # without an outer ring, a hole would take its place
            )
        except (TypeError, ValueError, LookupError, OverflowError) as error:
            raise _Unusable(f"its coordinates are invalid ({error})") from error
        except CRSError as error:
            raise _Unusable(f"it cannot be reprojected to the CRS of the raster ({error})") from error
        if not all(math.isfinite(number) for part in parts for ring in part for point in ring for number in point):
            raise _Unusable("its coordinates are not finite")
        parts = tuple(part for part in parts if part and _has_area(part[0]))
        if not parts:
            raise _Unusable("it has no area")
        return parts

    def placed(self, points: Any) -> Ring:
        """Convert GeoJSON points to pixel coordinates."""
        a, b, c, d, e, f, *_ = self._inverse
        placed = [(float(point[0]), float(point[1])) for point in points]
        if self.crs is not None and self.crs != self.grid.crs:
            xs, ys = transform(self.crs, self.grid.crs, *zip(*placed))
            placed = list(zip(xs, ys))
        return tuple((x * a + y * b + c, x * d + y * e + f) for x, y in placed)  # faster than `Affine * point`


def read_polygons(
    features: Iterable[Any], name_field: str | None, grid: Grid, area: Window
) -> tuple[list[PixelPolygon], list[str]]:
    """Return the polygons that can be used and a warning about each polygon that is skipped.

    Parameters
    ----------
    features
        Features in the CRS of the raster, as in `PolygonReader.read`.
    name_field, grid, area
        As `field`, `grid` and `area` of `PolygonReader`.

    Raises
    ------
    OptionError
        A feature has no property `name_field`, or an item is not a GeoJSON feature or geometry.
    """
    found = list(PolygonReader(grid, area, name_field).read(features))
    return (
        [each.polygon for each in found if each.polygon is not None],
        [f"Polygon {each.id} was skipped: {each.problem}." for each in found if each.polygon is None],
    )


def geometries(features: Any, parameter: str) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """Yield (GeoJSON object, its geometry) for each feature or geometry; error messages name `parameter`.

    Raises
    ------
    OptionError
        `features` is not GeoJSON, or an item is not a feature or geometry.
    """
    for feature in _members(features, parameter):
        geojson = getattr(feature, "__geo_interface__", feature)
        if not isinstance(geojson, Mapping) or not isinstance(geojson.get("properties") or {}, Mapping):
            raise OptionError(
                f"{parameter.upper()}: {str(feature)[:40]!r} is not a GeoJSON feature or geometry.", parameter=parameter
            )
        yield geojson, geojson.get("geometry") if geojson.get("type") == "Feature" else geojson


def _members(features: Any, parameter: str) -> Iterable[Any]:
    """Return a list: the features of a collection, the items of a sequence, or the given single feature or geometry."""
    geojson = getattr(features, "__geo_interface__", features)
    members: Any = geojson
    if isinstance(geojson, Mapping):
        members = geojson.get("features") if geojson.get("type") == "FeatureCollection" else [geojson]
    if isinstance(members, (str, bytes)) or not isinstance(members, Iterable):
        raise OptionError(
            f"{parameter.upper()} is {str(geojson)[:40]!r}, which is not GeoJSON. Read the features first, for example "
            "with json.load or geopandas.read_file.",
            parameter=parameter,
        )
    return list(members)


def features_crs(text: str | None, grid: Grid, path: str, parameter: str) -> CRS | None:
    """Return the CRS that a string describes; None if the string is None.

    Parameters
    ----------
    text
        CRS of the features as a string, or None.
    grid, path
        Grid and path of the raster.
    parameter
        Name of the parameter that contains the string, for error messages.

    Raises
    ------
    OptionError
        The string is not a CRS, or the raster has no CRS.
    """
    if text is None:
        return None
    try:
        crs = CRS.from_user_input(text)
    except CRSError as error:
        raise OptionError(
            f"{parameter.upper()} is {text!r}, which is not a CRS ({error}). Use an EPSG code such as EPSG:4326, or "
            "WKT.",
            parameter=parameter,
        ) from error
    if grid.crs is None:
        raise OptionError(
            f"{path} has no CRS, so the polygons cannot be reprojected. Assign a CRS to the raster first, or leave out "
            f"{parameter.upper()}.",
            parameter=parameter,
        )
    return crs


def fingerprint(polygons: Iterable[PixelPolygon]) -> str:
    """Return a SHA-256 hash of the polygons' IDs and coordinates."""
    text = json.dumps([(polygon.id, polygon.parts) for polygon in polygons])
    return hashlib.sha256(text.encode()).hexdigest()


class _Unusable(Exception):
    """Raised if a polygon cannot be used. The message is the reason."""


def _polygons(geometry: Any) -> Iterator[Any]:
    """Yield the coordinates of every polygon in a geometry."""
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if kind == "GeometryCollection":
        for member in geometry.get("geometries") or ():
            yield from _polygons(member)
    elif kind == "MultiPolygon":
        yield from geometry.get("coordinates") or ()
    elif kind == "Polygon" and geometry.get("coordinates"):
        yield geometry["coordinates"]


def _has_area(ring: Ring) -> bool:
    """Return True unless all points of a ring lie on one line."""
    left, top = ring[0]
    return any((x - left) * (y2 - top) != (x2 - left) * (y - top) for (x, y), (x2, y2) in zip(ring, ring[1:]))


def _clipped(parts: tuple[Part, ...], grid: Grid) -> tuple[Part, ...]:
    """Return the polygon, clipped to the raster and `FAR` pixels around it; unchanged if it does not reach farther."""
    clipped = tuple(tuple(_clipped_ring(ring, grid) for ring in part) for part in parts)
    kept = tuple(tuple(ring for ring in part if ring) for part in clipped if part[0])
    if not kept:
        raise _Unusable("it lies outside the raster")
    return kept


def _clipped_ring(ring: Ring, grid: Grid) -> Ring:
    """Return a ring clipped to the raster and `FAR` pixels around it (Sutherland and Hodgman, 1974); () if outside."""
    for axis, size in enumerate((grid.width, grid.height)):
        for limit, sign in ((-FAR, 1), (size + FAR, -1)):
            if any(sign * (point[axis] - limit) < 0 for point in ring):
                ring = _cut_ring(ring, axis, limit, sign)
    return ring


def _cut_ring(ring: Ring, axis: int, limit: float, sign: int) -> Ring:
    """Return the part of a ring on one side of a vertical (axis 0) or horizontal (axis 1) line, closed along the line.

    The part has coordinates of at least `limit` if `sign` is 1, and at most `limit` if `sign` is -1.
    """
    kept: list[tuple[float, float]] = []
    for start, stop in zip(ring, (*ring[1:], ring[0])):
        before, after = sign * (start[axis] - limit), sign * (stop[axis] - limit)
        if before >= 0:
            kept.append(start)
        if (before < 0) != (after < 0):
            other = start[1 - axis] + (stop[1 - axis] - start[1 - axis]) * (before / (before - after))
            kept.append((limit, other) if axis == 0 else (other, limit))
    return (*kept, kept[0]) if len(kept) > 2 else ()


def _window(parts: tuple[Part, ...], grid: Grid, area: Window) -> Window:
    columns, rows = zip(*(point for part in parts for point in part[0]))
    first_col, last_col = snap_outward(min(columns), max(columns), grid.width)
    first_row, last_row = snap_outward(min(rows), max(rows), grid.height)
    if first_col >= last_col or first_row >= last_row:
        inside = max(columns) > 0 and min(columns) < grid.width and max(rows) > 0 and min(rows) < grid.height
        slightly = "it overlaps the raster by no more than a hundredth of a pixel"
        raise _Unusable(slightly if inside else "it lies outside the raster")
    left, top = max(first_col, area.col_off), max(first_row, area.row_off)
    right, bottom = min(last_col, area.col_off + area.width), min(last_row, area.row_off + area.height)
    if right <= left or bottom <= top:
        raise _Unusable("it lies outside the extent")
    return Window(left, top, right - left, bottom - top)
