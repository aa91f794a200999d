"""Chip centres on a raster grid: the points of features, and the centroids of polygons."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from rasterio.errors import CRSError

from ..errors import OptionError
from .polygons import PixelPolygon, PolygonReader, Ring, geometries

Point = tuple[float, float]


def read_centres(features: Any, reader: PolygonReader) -> list[Point]:
    """Return the points of each feature or, if it has none, the centroid of its polygons, as (column, row) in pixels.

    Features that have neither points nor polygons, and polygons outside the raster, are skipped.

    Parameters
    ----------
    features
        As for `PolygonReader.read`.
    reader
        Grid of the raster and CRS of the features.

    Raises
    ------
    OptionError
        `features` is not GeoJSON, or coordinates of a point are invalid.
    """
    found: list[Point] = []
    for _, geometry in geometries(features, reader.parameter):
        points = list(_points(geometry))
        if points:
            found += _placed(points, reader)
            continue
        found += [_centroid(each.polygon) for each in reader.read([geometry]) if each.polygon is not None]
    return found


def _points(geometry: Any) -> Iterator[Any]:
    """Yield the coordinates of every point in a geometry."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "GeometryCollection":
        for member in geometry.get("geometries") or ():
            yield from _points(member)
    elif kind == "MultiPoint":
        yield from geometry.get("coordinates") or ()
    elif kind == "Point" and geometry.get("coordinates"):
        yield geometry["coordinates"]


def _placed(points: list[Any], reader: PolygonReader) -> Ring:
    try:
        placed = reader.placed(points)
    except (TypeError, ValueError, IndexError, OverflowError, CRSError) as error:
        raise OptionError(
            f"{reader.parameter.upper()}: the point {str(points[0])[:40]} cannot be used ({error}). Correct its "
            "coordinates.",
            parameter=reader.parameter,
        ) from error
    return tuple(point for point in placed if all(map(math.isfinite, point)))


def _centroid(polygon: PixelPolygon) -> Point:
    """Return the centroid of a polygon; holes have negative weight."""
    areas, xs, ys = [], [], []
    x0, y0 = polygon.parts[0][0][0]
    for part in polygon.parts:
        for number, ring in enumerate(part):
            area, x, y = _ring_moments(tuple((x - x0, y - y0) for x, y in ring))
            sign = math.copysign(1, area) * (-1 if number else 1)
            areas.append(sign * area)
            xs.append(sign * x)
            ys.append(sign * y)
    area = math.fsum(areas)
    if area <= 0:  # the holes are larger than the polygon
        left, top = polygon.window.col_off, polygon.window.row_off
        return left + polygon.window.width / 2, top + polygon.window.height / 2
    return x0 + math.fsum(xs) / area, y0 + math.fsum(ys) / area


def _ring_moments(ring: Ring) -> tuple[float, float, float]:
    """Return the signed area of a ring and its first moments, from the coordinates of its vertices.

    The formula is from P. Bourke (1988), "Calculating the area and centroid of a polygon".
    """
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0])):
        cross = x1 * y2 - x2 * y1
        area += cross / 2
        x += (x1 + x2) * cross / 6
        y += (y1 + y2) * cross / 6
    return area, x, y
