"""Layers contain exactly the pixels of each polygon, regardless of how many polygons overlap or are drawn at once."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.windows import Window

from parallel_raster.core.jobs.zonal import zones
from parallel_raster.core.jobs.zonal.zones import PolygonZones
from parallel_raster.core.progress import Stop
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.raster.windows import offset_slices, overlap
from parallel_raster.core.reading.readers import Readers
from parallel_raster.core.vector.polygons import PolygonReader

GRID = Grid(None, Affine.identity(), 50, 40)
AREA = Window(0, 0, 50, 40)
POINT = st.tuples(st.integers(-10, 120), st.integers(-10, 100)).map(lambda each: (each[0] / 2, each[1] / 2))
"""Corners on pixel edges and on pixel centres, where GDAL can draw a pixel of one polygon twice."""


def read(shapes):
    closed = [{"type": "Polygon", "coordinates": [[*shape, shape[0]]]} for shape in shapes]
    return PolygonZones(tuple(each.polygon for each in PolygonReader(GRID, AREA).read(closed)))


@pytest.mark.repeated
@given(
    shapes=st.lists(st.lists(POINT, min_size=3, max_size=7), min_size=1, max_size=9),
    at_once=st.sampled_from([2, 100]),
    compared=st.sampled_from([4, 100]),
)
@settings(settings.get_profile("mosaics"))
def test_layers_contain_the_pixels_of_each_polygon(shapes, at_once, compared):
    given_zones = read(shapes)
    with pytest.MonkeyPatch.context() as patch, Readers() as readers:
        patch.setattr(zones, "DRAWN_AT_ONCE", at_once)
        patch.setattr(zones, "MOST_COMPARED", compared)
        for window in (AREA, Window(7, 5, 20, 30)):
            layers = list(given_zones.layers(window, readers, Stop()))
            for label, polygon in enumerate(given_zones.polygons):
                found = np.zeros((window.height, window.width), int)
                for layer in layers:
                    found[offset_slices(layer.window, window)] += layer.inside & (layer.labels(layer.numbers) == label)
                inside = found == 1
                assert found.max() <= 1
                if polygon is None:
                    assert not inside.any()
                    continue
                wanted = np.zeros_like(inside)
                part = overlap(polygon.window, window)
                if part is not None:
                    wanted[offset_slices(part, window)] = polygon.inside(part)
                np.testing.assert_array_equal(inside, wanted)


def test_polygons_that_do_not_overlap_share_a_layer():
    boxes = [[(x, 0), (x + 10, 0), (x + 10, 20), (x, 20)] for x in range(0, 50, 10)]
    with Readers() as readers:
        (layer,) = read(boxes).layers(AREA, readers, Stop())
        assert layer.window == Window(0, 0, 50, 20) and layer.inside.all()
        layers = list(read([*boxes, [(5, 5), (15, 5), (15, 9)]]).layers(AREA, readers, Stop()))
    assert [len(np.unique(each.numbers[each.inside])) for each in layers] == [3, 2, 1]
