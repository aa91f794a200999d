"""Polygons as tiles: their windows in a raster, and which pixels lie inside them."""

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
"""Pixels. Polygons are drawn in cells of a fixed lattice: in which chunk a pixel is read must not decide, by the last
digit of a coordinate, on which side of an edge its centre lies."""


@dataclass(frozen=True)
class TilePolygon:
    """A polygon whose coordinates are columns and rows of a raster, and the window of its pixels."""

    id: int | str
    parts: tuple[Part, ...]
    window: Window

    def inside(self, window: Window) -> np.ndarray[Any, Any]:
        """Return which pixels of `window` have their centre inside the polygon, bool (rows, columns)."""
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
    """Yield the corners (column, row) of the lattice's cells that a window touches."""
    for row in range(window.row_off // CELL * CELL, window.row_off + window.height, CELL):
        for col in range(window.col_off // CELL * CELL, window.col_off + window.width, CELL):
            yield col, row


def read_polygons(
    features: Iterable[Any], name_field: str | None, grid: Grid, area: Window
) -> tuple[list[TilePolygon], list[str]]:
    """Return the polygons that can be tiles, and in words those that cannot.

    Parameters
    ----------
    features
        GeoJSON features, geometries, or objects with `__geo_interface__`, in the CRS of the raster; or a collection of
        features that is such an object itself.
    name_field
        The property that names a tile; None or an empty value: the feature's id, or else its place in the list.
    grid
        The raster's grid.
    area
        The part of the raster that is tiled.

    Raises
    ------
    OptionError
        The field does not exist, or something is no feature.
    """
    polygons, left_out = [], []
    for number, feature in enumerate(_members(features)):
        metadata = getattr(feature, "__geo_interface__", feature)
        if not isinstance(metadata, Mapping):
            raise OptionError(
                f"POLYGONS: {str(feature)[:40]!r} is no GeoJSON feature or geometry.", parameter="polygons"
            )
        name = _name(metadata, name_field, number)
        geometry = metadata.get("geometry") if metadata.get("type") == "Feature" else metadata
        try:
            parts = _parts(geometry, grid)
            polygons.append(TilePolygon(name, parts, _window(parts, grid, area)))
        except _Unfit as reason:
            left_out.append(f"Polygon {name} gives no tile: {reason}.")
    return polygons, left_out


def _members(features: Any) -> Iterable[Any]:
    """Return the features of a collection, or what else is given."""
    metadata = getattr(features, "__geo_interface__", features)
    if not isinstance(metadata, Mapping):
        return list(features)
    members: Iterable[Any] = metadata["features"] if metadata.get("type") == "FeatureCollection" else [metadata]
    return members


def fingerprint(polygons: Iterable[TilePolygon]) -> str:
    """Return a short text that differs when the polygons do."""
    words = json.dumps([(polygon.id, polygon.parts) for polygon in polygons])
    return hashlib.sha256(words.encode()).hexdigest()


class _Unfit(Exception):
    """A polygon without pixels."""


def _name(metadata: Mapping[str, Any], field: str | None, number: int) -> int | str:
    if field:
        properties = metadata.get("properties") or {}
        if field not in properties:
            raise OptionError(f"NAME_FIELD is {field}, but polygon {number} has no such field.", parameter="name_field")
        value = properties[field]
        if value is not None and str(value).strip():
            return value if isinstance(value, int) and not isinstance(value, bool) else str(value)
    given = metadata.get("id", number) if metadata.get("type") == "Feature" else number
    return given if isinstance(given, int) else str(given)


def _parts(geometry: Any, grid: Grid) -> tuple[Part, ...]:
    polygons = list(_polygons(geometry))
    if not polygons:
        raise _Unfit("it has no area")
    try:
        parts = tuple(tuple(_ring(ring, grid) for ring in polygon if len(ring) > 3) for polygon in polygons)
    except (TypeError, ValueError, IndexError) as error:
        raise _Unfit(f"its coordinates are damaged ({error})") from error
    if not all(math.isfinite(number) for part in parts for ring in part for point in ring for number in point):
        raise _Unfit("its coordinates are not finite")
    parts = tuple(part for part in parts if part and _area(part[0]) > 0)
    if not parts:
        raise _Unfit("it has no area")
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
    """Return the area of a ring that does not cross itself; for one that does, more than 0 unless it is a line."""
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
        where = "no more than a hundredth of a pixel of it lies inside" if inside else "it lies outside"
        raise _Unfit(f"{where} the raster") from error
    left, top = max(window.col_off, area.col_off), max(window.row_off, area.row_off)
    right = min(window.col_off + window.width, area.col_off + area.width)
    bottom = min(window.row_off + window.height, area.row_off + area.height)
    if right <= left or bottom <= top:
        raise _Unfit("it lies outside the extent")
    return Window(left, top, right - left, bottom - top)
