"""Tests for grids and extents in all orientations."""

from __future__ import annotations

import math

import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.crs import CRS
from rasterio.windows import Window

from parallel_raster.core.errors import InputError, OptionError
from parallel_raster.core.raster.grid import Grid, check_same_grid, extent_window
from parallel_raster.core.raster.windows import shifted

UTM = CRS.from_epsg(32633)
NORTH_UP = Affine(30, 0, 400_000, 0, -30, 5_000_000)
SOUTH_UP = Affine(30, 0, 400_000, 0, 30, 5_000_000)
ROTATED = Affine.translation(400_000, 5_000_000) * Affine.rotation(30) * Affine.scale(30, -30)
WIDTH, HEIGHT = 100, 80


def grid(transform=NORTH_UP, crs=UTM, width=WIDTH, height=HEIGHT):
    return Grid(crs, transform, width, height)


def numbers(window):
    return window.col_off, window.row_off, window.width, window.height


def extent_of(transform, left, top, right, bottom):
    """Return the bounding box, in map units, of a rectangle given in pixel coordinates."""
    points = [transform * (x, y) for x in (left, right) for y in (top, bottom)]
    xs, ys = zip(*points)
    return min(xs), min(ys), max(xs), max(ys)


@pytest.mark.parametrize("transform", [NORTH_UP, SOUTH_UP])
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ((10, 20, 30, 50), (10, 20, 20, 30)),
        ((10.4, 20.4, 29.6, 49.6), (10, 20, 20, 30)),  # expanded outward to whole pixels
        ((9.98, 19.98, 30.02, 50.02), (9, 19, 22, 32)),  # beyond the tolerance: one more pixel
        ((9.991, 19.991, 30.009, 50.009), (10, 20, 20, 30)),  # within the tolerance: no more pixels
        ((10.009, 20.009, 29.991, 49.991), (10, 20, 20, 30)),
        ((-50, -60, 30, 50), (0, 0, 30, 50)),  # clipped to the raster
        ((90, 70, 900, 700), (90, 70, 10, 10)),
        ((-5, -5, 500, 500), (0, 0, WIDTH, HEIGHT)),
        ((99.5, 79.5, 99.6, 79.6), (99, 79, 1, 1)),
    ],
)
def test_extent_is_expanded_and_clipped(transform, wanted, expected):
    window = extent_window(grid(transform), extent_of(transform, *wanted))
    assert numbers(window) == expected
    assert all(isinstance(value, int) for value in numbers(window))


def test_no_extent_is_the_full_raster():
    assert numbers(extent_window(grid(), None)) == (0, 0, WIDTH, HEIGHT)


@given(
    st.sampled_from([NORTH_UP, SOUTH_UP, ROTATED]),
    st.tuples(*[st.floats(-20, 120)] * 2, *[st.floats(0.1, 100)] * 2),
)
def test_extent_is_covered(transform, rectangle):
    """The window contains every pixel whose centre is in the extent, even if the grid is rotated."""
    left, top, width, height = rectangle
    extent = extent_of(transform, left, top, left + width, top + height)
    try:
        window = extent_window(grid(transform), extent)
        inside = (
            range(window.col_off, window.col_off + window.width),
            range(window.row_off, window.row_off + window.height),
        )
        assert 0 <= inside[0].start < inside[0].stop <= WIDTH and 0 <= inside[1].start < inside[1].stop <= HEIGHT
    except OptionError:
        inside = range(0), range(0)
    for col in range(0, WIDTH, 7):
        for row in range(0, HEIGHT, 7):
            x, y = transform * (col + 0.5, row + 0.5)
            if extent[0] <= x <= extent[2] and extent[1] <= y <= extent[3]:
                assert col in inside[0] and row in inside[1]


@pytest.mark.parametrize("beside", [(-20, 0, -0.5, 10), (WIDTH + 0.5, 0, 150, 10), (0, -30, 10, -1), (0, 80, 10, 90)])
def test_extent_outside_the_raster(beside):
    with pytest.raises(OptionError, match="does not overlap"):
        extent_window(grid(), extent_of(NORTH_UP, *beside))


@pytest.mark.parametrize(
    "extent", [(1, 1, 1, 2), (2, 1, 1, 2), (1, 2, 2, 1), (math.nan, 0, 1, 1), (-math.inf, 0, math.inf, 1)]
)
def test_invalid_extent(extent):
    with pytest.raises(OptionError, match="xmin must be less than xmax"):
        extent_window(grid(), extent)


@pytest.mark.parametrize("transform", [NORTH_UP, SOUTH_UP, ROTATED])
def test_cropped_grid_keeps_pixel_coordinates(transform):
    cropped = grid(transform).cropped(Window(7, 11, 13, 17))
    assert (cropped.width, cropped.height, cropped.crs) == (13, 17, UTM)
    assert cropped.transform * (0, 0) == pytest.approx(transform * (7, 11), abs=1e-9)
    assert cropped.transform * (13, 17) == pytest.approx(transform * (20, 28), abs=1e-9)
    assert tuple(cropped.transform)[:2] == tuple(transform)[:2]


def test_shifted():
    assert numbers(shifted(Window(1, 2, 3, 4), Window(10, 20, 30, 40))) == (11, 22, 3, 4)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (grid(width=WIDTH + 1), "101 x 80 pixels instead of 100 x 80"),
        (grid(NORTH_UP * Affine.translation(0.5, 0)), "0.5 pixels"),
        (grid(NORTH_UP * Affine.translation(0, -0.02)), "0.02 pixels"),
        (grid(NORTH_UP * Affine.scale(1.001)), "pixels"),
        (grid(SOUTH_UP), "pixels"),
        (grid(ROTATED), "pixels"),
        (grid(crs=CRS.from_epsg(32634)), "CRSs differ"),
        (grid(crs=None), "no CRS"),
    ],
)
def test_grids_that_differ(other, words):
    """The error names both rasters and both grids, in whichever order the rasters are given."""
    for pair in ((grid(), other), (other, grid())):
        with pytest.raises(InputError) as caught:
            check_same_grid(*pair, "one.tif", "two.tif")
        message = str(caught.value)
        assert "one.tif" in message and "two.tif" in message and str(other) in message and str(grid()) in message
        assert "\n" not in message
    with pytest.raises(InputError, match=words):
        check_same_grid(grid(), other, "one.tif", "two.tif")


@pytest.mark.parametrize("transform", [NORTH_UP, SOUTH_UP, ROTATED])
@pytest.mark.parametrize("shift", [0, 1e-9, 0.009])
def test_matching_grids(transform, shift):
    check_same_grid(grid(transform), grid(transform * Affine.translation(shift, 0)), "one", "two")
    check_same_grid(grid(transform, None), grid(transform, None), "one", "two")


@pytest.mark.parametrize("other", ["EPSG:4326", "OGC:CRS84"])
def test_axis_order_is_ignored(other):
    """The axis order of a CRS is ignored, because rasters always store x before y."""
    degrees = Affine(0.001, 0, 10, 0, -0.001, 50)
    check_same_grid(grid(degrees, CRS.from_epsg(4326)), grid(degrees, CRS.from_string(other)), "a", "b")


def test_equivalent_crs_from_wkt():
    check_same_grid(grid(), grid(crs=CRS.from_wkt(UTM.to_wkt())), "one", "two")


@pytest.mark.parametrize(
    "transform", [Affine(0, 0, 5, 0, 0, 5), Affine(1, 1, 5, 1, 1, 5), Affine(math.nan, 0, 5, 0, 1, 5)]
)
def test_degenerate_transforms(transform):
    """A degenerate transform raises an InputError about zero-size pixels, not an error of the affine library."""
    with pytest.raises(InputError, match="zero-size"):
        check_same_grid(grid(transform), grid(transform), "one", "two")
