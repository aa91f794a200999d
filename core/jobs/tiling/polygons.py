"""Polygons as tiles: read the polygons, compute their windows, and find the pixels inside each polygon."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from affine import Affine
from rasterio.features import rasterize
from rasterio.windows import Window

from ...errors import OptionError
from ...raster.grid import Grid, extent_window

Ring = tuple[tuple[float, float], ...]
Part = tuple[Ring, ...]
"""An outer ring and its holes."""

CELL = 2048
"""Edge in pixels of the fixed square cells in which polygons are rasterized. Without fixed cells, a pixel whose centre
is on a polygon's edge could be inside or outside depending on the chunk because rounding errors depend on the window.
"""


@dataclass(frozen=True)
class TilePolygon:
    """A polygon in pixel coordinates (column, row) of a raster, and the window that contains it."""

    id: int | str
    parts: tuple[Part, ...]
    window: Window

    def inside(self, window: Window) -> np.ndarray[Any, Any]:
        """Return a boolean mask (rows, columns) of `window`, true for pixels whose centre is inside the polygon."""
        found = np.zeros((window.height, window.width), bool)
        for col, row in _cells(window):
            bottom = min(window.row_off + window.height, row + CELL) - row
            right = min(window.col_off + window.width, col + CELL) - col
            drawn = rasterize(
                [({"type": "Polygon", "coordinates": part}, 1) for part in self.parts],
                out_shape=(bottom, right),
                transform=Affine.translation(col, row),
                dtype="uint8",
            )
            top, left = max(window.row_off - row, 0), max(window.col_off - col, 0)
            place = row + top - window.row_off, col + left - window.col_off
            found[place[0] : place[0] + bottom - top, place[1] : place[1] + right - left] = drawn[top:, left:] == 1
        return found


def _cells(window: Window) -> Iterator[tuple[int, int]]:
    """Yield the upper left corners (column, row) of the cells that a window overlaps."""
    for row in range(window.row_off // CELL * CELL, window.row_off + window.height, CELL):
        for col in range(window.col_off // CELL * CELL, window.col_off + window.width, CELL):
            yield col, row


def read_polygons(
    features: Iterable[Any], name_field: str | None, grid: Grid, area: Window
) -> tuple[list[TilePolygon], list[str]]:
    """Return the polygons that can be used as tiles, and a warning about each polygon that is skipped.

    Parameters
    ----------
    features
        GeoJSON features or geometries, or objects with `__geo_interface__`, in the CRS of the raster. Either a sequence
        of these, or one object, which may be a feature collection.
    name_field
        Property whose values name the tiles. If `name_field` is None, or a feature's value is empty, the tile is named
        after the ID of the feature or, if the feature has no ID, after its position in `features`.
    grid
        Grid of the raster.
    area
        Window of the raster that is divided into tiles.

    Raises
    ------
    OptionError
        A feature has no property `name_field`, or an item is not a GeoJSON feature or geometry.
    """
    polygons, skipped = [], []
    for number, feature in enumerate(_members(features)):
        geojson = getattr(feature, "__geo_interface__", feature)
        if not isinstance(geojson, Mapping):
            raise OptionError(
                f"POLYGONS: {str(feature)[:40]!r} is not a GeoJSON feature or geometry.", parameter="polygons"
            )
        name = _name(geojson, name_field, number)
        geometry = geojson.get("geometry") if geojson.get("type") == "Feature" else geojson
        try:
            parts = _parts(geometry, grid)
            polygons.append(TilePolygon(name, parts, _window(parts, grid, area)))
        except _Unusable as reason:
            skipped.append(f"Polygon {name} was skipped: {reason}.")
    return polygons, skipped


def _members(features: Any) -> Iterable[Any]:
    """Return the features of a feature collection, the items of a sequence, or a list of one feature or geometry."""
    geojson = getattr(features, "__geo_interface__", features)
    if not isinstance(geojson, Mapping):
        return list(features)
    members: Iterable[Any] = geojson["features"] if geojson.get("type") == "FeatureCollection" else [geojson]
    return members


def fingerprint(polygons: Iterable[TilePolygon]) -> str:
    """Return a SHA-256 hash of the polygons' IDs and coordinates."""
    text = json.dumps([(polygon.id, polygon.parts) for polygon in polygons])
    return hashlib.sha256(text.encode()).hexdigest()


class _Unusable(Exception):
    """Raised if a polygon cannot be used as a tile. The message is the reason."""


def _name(geojson: Mapping[str, Any], field: str | None, number: int) -> int | str:
    if field:
        properties = geojson.get("properties") or {}
        if field not in properties:
            raise OptionError(
                f"NAME_FIELD is {field}, but polygon {number} does not have this field. Choose a field that all "
                "POLYGONS have.",
                parameter="name_field",
            )
        value = properties[field]
        if value is not None and str(value).strip():
            return value if isinstance(value, int) and not isinstance(value, bool) else str(value)
    identifier = geojson.get("id", number) if geojson.get("type") == "Feature" else number
    return identifier if isinstance(identifier, int) else str(identifier)


def _parts(geometry: Any, grid: Grid) -> tuple[Part, ...]:
    polygons = list(_polygons(geometry))
    if not polygons:
        raise _Unusable("it has no area")
    try:
        parts = tuple(tuple(_ring(ring, grid) for ring in polygon if len(ring) > 3) for polygon in polygons)
    except (TypeError, ValueError, IndexError) as error:
        raise _Unusable(f"its coordinates are invalid ({error})") from error
    if not all(math.isfinite(number) for part in parts for ring in part for point in ring for number in point):
        raise _Unusable("its coordinates are not finite")
    parts = tuple(part for part in parts if part and _area(part[0]) > 0)
    if not parts:
        raise _Unusable("it has no area")
    return parts


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


def _ring(points: Any, grid: Grid) -> Ring:
    inverse = ~grid.transform
    return tuple(inverse * (float(point[0]), float(point[1])) for point in points)


def _area(ring: Ring) -> float:
    """Return 0 if all points of a ring lie on a line, otherwise a positive number."""
    left, top = ring[0]
    crosses = [(x - left) * (y2 - top) - (x2 - left) * (y - top) for (x, y), (x2, y2) in zip(ring, ring[1:])]
    return max(map(abs, crosses), default=0.0)


def _window(parts: tuple[Part, ...], grid: Grid, area: Window) -> Window:
    columns, rows = zip(*(point for part in parts for point in part[0]))
    pixels = Grid(None, Affine.identity(), grid.width, grid.height)
    try:
        window = extent_window(pixels, (min(columns), min(rows), max(columns), max(rows)))
    except OptionError as error:
        inside = max(columns) > 0 and min(columns) < grid.width and max(rows) > 0 and min(rows) < grid.height
        slightly = "it overlaps the raster by no more than a hundredth of a pixel"
        raise _Unusable(slightly if inside else "it lies outside the raster") from error
    left, top = max(window.col_off, area.col_off), max(window.row_off, area.row_off)
    right = min(window.col_off + window.width, area.col_off + area.width)
    bottom = min(window.row_off + window.height, area.row_off + area.height)
    if right <= left or bottom <= top:
        raise _Unusable("it lies outside the extent")
    return Window(left, top, right - left, bottom - top)
