"""Polygons on the grid of a raster: their windows and pixels, and the reasons why a polygon cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import example, given
from hypothesis import strategies as st
from rasterio.crs import CRS
from rasterio.features import geometry_mask
from rasterio.windows import Window

from parallel_raster.core.errors import OptionError
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.vector import polygons as grid_polygons
from parallel_raster.core.vector.polygons import fingerprint, read_polygons

TRANSFORM = Affine(10, 0, 500, 0, -10, 900)
GRID = Grid(CRS.from_epsg(32633), TRANSFORM, 60, 50)
AREA = Window(0, 0, 60, 50)


def polygon(*rings):
    """Return a GeoJSON polygon from rings whose corners are given in columns and rows."""
    return {"type": "Polygon", "coordinates": [[TRANSFORM * point for point in [*ring, ring[0]]] for ring in rings]}


def box(left, top, right, bottom):
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def read(*geometries, area=AREA, field=None):
    return read_polygons(geometries, field, GRID, area)


def test_window_is_snapped_outward():
    (found,), skipped = read(polygon(box(3.4, 5.6, 9.995, 12.005)))
    assert found.window == Window(3, 5, 7, 7) and not skipped and found.id == 0
    inside = found.inside(found.window)
    assert not inside[0].any() and inside[1:].all()


def on_an_edge(points):
    """Return a boolean array, True for pixel centres that are too close to an edge to be clearly inside or outside."""
    rows, cols = np.mgrid[0.5:50, 0.5:60]
    found = np.zeros(rows.shape, bool)
    for (x, y), (next_x, next_y) in zip(points, [*points[1:], points[0]]):
        right, down = next_x - x, next_y - y
        square = max(right**2 + down**2, 1e-99)
        along = np.clip(((cols - x) * right + (rows - y) * down) / square, 0, 1)
        found |= np.hypot(x + along * right - cols, y + along * down - rows) < 1e-6
    return found


@given(st.lists(st.tuples(st.floats(-20, 80), st.floats(-20, 70)), min_size=3, max_size=9), st.integers(11, 40))
@example([(0.0, 0.0), (0.0, 1.5), (3.0, 1.5)], 11)
def test_pixels_match_rasterio_for_any_chunk(points, edge):
    """Pixels whose centres are inside the polygon are selected, however the area is divided into chunks."""
    geometry = polygon(points)
    polygons, skipped = read(geometry)
    expected = geometry_mask([geometry], (50, 60), TRANSFORM, invert=True)
    if skipped:
        assert not polygons and not expected.any()
        return
    inside = polygons[0].inside(AREA)
    assert not ((inside != expected) & ~on_an_edge(points)).any()
    pieces = np.zeros_like(inside)
    for row in range(0, 50, edge):
        for col in range(0, 60, edge):
            window = Window(col, row, min(edge, 60 - col), min(edge, 50 - row))
            pieces[window.toslices()] = polygons[0].inside(window)
    assert np.array_equal(pieces, inside)
    covered = np.zeros_like(inside)
    covered[polygons[0].window.toslices()] = True
    assert not (inside & ~covered).any(), "the window contains every selected pixel"


def test_cells_leave_no_seams(monkeypatch):
    geometry = polygon([(3, 2), (55, 7), (30, 48)], box(20, 10, 30, 20))
    (found,), _ = read(geometry)
    inside = found.inside(AREA)
    monkeypatch.setattr(grid_polygons, "CELL", 16)
    assert np.array_equal(found.inside(AREA), inside)
    assert np.array_equal(inside, geometry_mask([geometry], (50, 60), TRANSFORM, invert=True))
    assert np.array_equal(found.inside(Window(13, 9, 25, 30)), inside[9:39, 13:38])


def test_parts_holes_and_collections():
    first, second = polygon(box(2, 2, 12, 12), box(4, 4, 6, 6)), polygon(box(10, 10, 20, 20))
    several = {"type": "MultiPolygon", "coordinates": [first["coordinates"], second["coordinates"]]}
    mixed = {"type": "GeometryCollection", "geometries": [first, {"type": "Point", "coordinates": [1, 2]}, second]}
    for geometry in (several, mixed):
        (found,), _ = read(geometry)
        inside = found.inside(found.window)
        assert found.window == Window(2, 2, 18, 18)
        assert inside[9, 9], "overlapping parts do not cancel each other out"
        assert not inside[3, 3] and inside.sum() == 100 - 4 + 100 - 4


@pytest.mark.parametrize("reach", [1e7, 3e9, 1e12, 1e15])
def test_polygons_that_reach_far_beyond_the_raster(reach):
    whole, triangle, around, beside = (
        polygon(box(-reach, -reach, reach, reach)),
        polygon([(20.25, -reach), (20.25, reach), (-reach, 0)]),
        polygon(box(-reach, -reach, reach, reach), box(5, 5, 9, 9)),
        polygon([(2 * reach, -reach), (2 * reach, 2 * reach), (-reach, 2 * reach)]),
    )
    (found,), _ = read(whole)
    assert found.window == AREA and found.inside(AREA).all()
    (found,), _ = read(triangle)
    assert found.inside(AREA)[:, :20].all() and not found.inside(AREA)[:, 20:].any()
    (found,), _ = read(around)
    assert (~found.inside(AREA)).sum() == 16 and not found.inside(AREA)[5:9, 5:9].any()
    polygons, (warning,) = read(beside)
    assert not polygons and "outside the raster" in warning
    unclosed = {"type": "Polygon", "coordinates": [whole["coordinates"][0][:-1]]}
    (found,), _ = read(unclosed)
    assert found.inside(AREA).all()


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "no area"),
        ({"type": "Point", "coordinates": [500, 900]}, "no area"),
        ({"type": "Polygon", "coordinates": []}, "no area"),
        ({"type": "MultiPolygon", "coordinates": []}, "no area"),
        (polygon(box(3, 3, 3, 9)), "no area"),
        (polygon([(1, 1), (2, 2), (3, 3)]), "no area"),
        (polygon([(1, 1), (2, 2)], box(2, 2, 12, 12)), "no area"),
        ({"type": "Polygon", "coordinates": [[], polygon(box(2, 2, 12, 12))["coordinates"][0]]}, "no area"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "no area"),
        ({"type": "Polygon", "coordinates": {"a": 1}}, "invalid"),
        ({"type": "Polygon", "coordinates": [[[10**400, 0], [1, 1], [0, 1], [0, 0]]]}, "invalid"),
        (polygon(box(5, 5, 5.005, 60)), "no more than a hundredth of a pixel"),
        (polygon(box(59.995, 5, 65, 60)), "no more than a hundredth of a pixel"),
        (polygon(box(70, 3, 80, 9)), "outside the raster"),
        (polygon(box(60, 3, 80, 9)), "outside the raster"),
        (polygon(box(-9, -9, 0, 0)), "outside the raster"),
        ({"type": "Polygon", "coordinates": [[[float("nan"), 0], [1, 1], [0, 1], [0, 0]]]}, "finite"),
        ({"type": "Polygon", "coordinates": [[["a", 0], [1, 1], [0, 1], [0, 0]]]}, "invalid"),
        ({"type": "Polygon", "coordinates": [[[5], [1, 1], [0, 1], [0, 0]]]}, "invalid"),
    ],
)
def test_skipped_polygons(geometry, reason):
    feature = {"type": "Feature", "id": "p 7", "geometry": geometry, "properties": {}}
    polygons, (warning,) = read(feature)
    assert not polygons and "p 7" in warning and reason in warning


def test_only_the_extent_is_tiled():
    polygons, (warning,) = read(polygon(box(0, 0, 30, 30)), polygon(box(40, 40, 50, 50)), area=Window(10, 20, 15, 15))
    assert polygons[0].window == Window(10, 20, 15, 10)
    assert "Polygon 1" in warning and "outside the extent" in warning


class Shape:
    """A geometry with a `__geo_interface__`, like the geometries of shapely and geopandas."""

    __geo_interface__ = polygon(box(1, 1, 5, 5))


def test_names():
    features = [
        {"type": "Feature", "id": 4, "geometry": Shape.__geo_interface__, "properties": {"plot": value}}
        for value in ("A 1", 12, None, " ", 2.5, True)
    ]
    assert [each.id for each in read(*features, field="plot")[0]] == ["A 1", 12, 4, 4, "2.5", "True"]
    assert [each.id for each in read(*features[:1], Shape())[0]] == [4, 1]
    with pytest.raises(OptionError, match="NAME_FIELD is plan"):
        read(*features, field="plan")


class Table:
    """A feature collection that yields column names when it is iterated, like a geopandas table."""

    __geo_interface__ = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "id": 4, "geometry": Shape.__geo_interface__, "properties": {"plot": "A"}}],
    }

    def __iter__(self):
        return iter(["plot", "geometry"])


@pytest.mark.parametrize("features", [Table(), Table.__geo_interface__])
def test_feature_collection(features):
    ((found,), skipped) = read_polygons(features, "plot", GRID, AREA)
    assert found.id == "A" and not skipped
    assert read_polygons(Shape(), None, GRID, AREA)[0][0].id == 0


@pytest.mark.parametrize("features", [["POLYGON((0 0))"], [5], [{"type": "Feature", "properties": [1]}]])
def test_items_that_are_not_features(features):
    with pytest.raises(OptionError, match="is not a GeoJSON feature or geometry"):
        read_polygons(features, None, GRID, AREA)


@pytest.mark.parametrize("features", ["plots.gpkg", Path("plots.gpkg"), 5, {"type": "FeatureCollection"}])
def test_what_has_no_features(features):
    with pytest.raises(OptionError, match=r"POLYGONS is .*, which is not GeoJSON.*json\.load") as caught:
        read_polygons(features, None, GRID, AREA)
    assert caught.value.parameter == "polygons"


def test_fingerprint():
    one, two = read(polygon(box(1, 1, 5, 5)))[0], read(polygon(box(1, 1, 5, 5.5)))[0]
    assert fingerprint(one) == fingerprint(one) != fingerprint(two)
