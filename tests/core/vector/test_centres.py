"""Centres from features: points, centroids of polygons with holes, and rejected coordinates."""

from __future__ import annotations

import pytest
from affine import Affine
from rasterio.crs import CRS
from rasterio.warp import transform
from rasterio.windows import Window

from parallel_raster.core.errors import OptionError
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.vector.centres import read_centres
from parallel_raster.core.vector.polygons import PolygonReader

GRID = Grid(CRS.from_epsg(32633), Affine(10, 0, 400_000, 0, -10, 5_000_000), 100, 80)
READER = PolygonReader(GRID, Window(0, 0, 100, 80), parameter="centres")


def ring(*corners):
    """Return a closed ring in map coordinates, whose corners are given as (column, row)."""
    return [list(GRID.transform * corner) for corner in (*corners, corners[0])]


def square(col, row, edge):
    return ring((col, row), (col + edge, row), (col + edge, row + edge), (col, row + edge))


def centres(*geometries, reader=READER):
    return [pytest.approx(each, abs=1e-6) for each in read_centres(list(geometries), reader)]


def test_points():
    one, other = (list(GRID.transform * place) for place in ((3.5, 4.25), (90, 70)))
    point = {"type": "Point", "coordinates": [*one, 12.5]}
    several = {"type": "MultiPoint", "coordinates": [one, other]}
    collection = {
        "type": "GeometryCollection",
        "geometries": [point, {"type": "LineString", "coordinates": [one, other]}],
    }
    assert centres(point, several, collection) == [(3.5, 4.25), (3.5, 4.25), (90, 70), (3.5, 4.25)]
    assert centres({"type": "LineString", "coordinates": [one, other]}, {"type": "Point", "coordinates": []}) == []


@pytest.mark.parametrize("backwards", [False, True])
def test_centroids(backwards):
    """A hole moves the centroid, whatever the direction of its ring."""
    outer, hole = square(10, 20, 20), square(10, 20, 10)
    rings = [outer, hole[::-1] if backwards else hole]
    polygon = {"type": "Polygon", "coordinates": rings}
    assert centres(polygon) == [((20 * 400 - 15 * 100) / 300, (30 * 400 - 25 * 100) / 300)]
    two = {"type": "MultiPolygon", "coordinates": [[square(0, 0, 10)], [square(30, 0, 20)]]}
    assert centres(two) == [((5 * 100 + 40 * 400) / 500, (5 * 100 + 10 * 400) / 500)]
    assert centres({"type": "Polygon", "coordinates": [square(10, 20, 10), square(10, 20, 20)]}) == [(15, 25)]
    assert centres({"type": "Polygon", "coordinates": [square(200, 20, 10)]}) == []


def test_points_in_another_crs():
    x, y = GRID.transform * (12.5, 40.5)
    (longitude,), (latitude,) = transform(GRID.crs, "EPSG:4326", [x], [y])
    reader = PolygonReader(GRID, Window(0, 0, 100, 80), crs=CRS.from_epsg(4326), parameter="centres")
    assert centres({"type": "Point", "coordinates": [longitude, latitude]}, reader=reader) == [(12.5, 40.5)]


@pytest.mark.parametrize("coordinates", [["a", 3], [5], [10**400, 3]])
def test_points_that_are_rejected(coordinates):
    with pytest.raises(OptionError, match="CENTRES: the point .* cannot be used") as caught:
        read_centres([{"type": "Point", "coordinates": coordinates}], READER)
    assert caught.value.parameter == "centres"


def test_features_that_are_not_geojson():
    with pytest.raises(OptionError, match="CENTRES is 'fields.gpkg', which is not GeoJSON") as caught:
        read_centres("fields.gpkg", READER)
    assert caught.value.parameter == "centres"
