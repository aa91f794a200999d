"""Tests for the alignment of rasters, the mosaic's grid, and finding the windows that intersect a window."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.crs import CRS
from rasterio.windows import Window

from parallel_raster.core.errors import OutputError
from parallel_raster.core.raster import windows as module
from parallel_raster.core.raster.alignment import (
    Offset,
    check_mosaic_size,
    moved_grid,
    pixel_offset,
    pixel_size,
    scaled_grid,
    union_window,
)
from parallel_raster.core.raster.grid import Grid, same_crs
from parallel_raster.core.raster.windows import WindowIndex

UTM = CRS.from_epsg(32633)
BASE = Affine(10, 0, 500_000, 0, -10, 5_000_000)
FIRST = Grid(UTM, BASE, 100, 80)


def other(transform, crs=UTM, width=50, height=60):
    return Grid(crs, transform, width, height)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("EPSG:4326", "OGC:CRS84", True),
        ("EPSG:32633", "EPSG:32633", True),
        ("EPSG:32633", "EPSG:32634", False),
        ("EPSG:4326", "EPSG:4258", False),
        ("EPSG:7844", "EPSG:4283", False),  # GDA2020 and GDA94: one ellipsoid, two datums 1.8 m apart
        ("EPSG:2263", "EPSG:32118", False),  # the units are feet and metres
        ("OGC:CRS84", "OGC:CRS83", False),
    ],
)
def test_crs_comparison_ignores_axis_order(one, two, same):
    assert same_crs(CRS.from_user_input(one), CRS.from_user_input(two)) is same
    assert same_crs(CRS.from_user_input(two), CRS.from_user_input(one)) is same


def test_a_missing_crs_only_equals_a_missing_crs():
    assert same_crs(None, None)
    assert not same_crs(None, UTM) and not same_crs(UTM, None)


@given(
    col=st.integers(-10_000_000, 10_000_000),
    row=st.integers(-10_000_000, 10_000_000),
    angle=st.floats(-180, 180),
    flipped=st.booleans(),
    jitter=st.floats(-0.005, 0.005),
)
def test_a_shift_by_whole_pixels_is_aligned(col, row, angle, flipped, jitter):
    """Two grids that differ by a shift of whole pixels are aligned, for any rotation and direction of rows."""
    linear = Affine.translation(500_000, 5_000_000) * Affine.rotation(angle) * Affine.scale(10, 10 if flipped else -10)
    first = Grid(UTM, linear, 100, 80)
    found = pixel_offset(first, other(linear * Affine.translation(col + jitter, row - jitter)))
    assert found == Offset(col, row)


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        (BASE * Affine.translation(0.5, 0), "0.5 columns and 0 rows off"),
        (BASE * Affine.translation(3, 20.02), "0 columns and 0.02 rows off"),
        (BASE * Affine.scale(2), "its pixel size is 20 x 20 instead of 10 x 10"),
        (BASE * Affine.scale(1, 1.5), "its pixel size is 10 x 15 instead of 10 x 10"),
        (BASE * Affine.scale(1.001), "its pixel size is 10.01 x 10.01 instead of 10 x 10"),
        (BASE * Affine.scale(1, -1), "run in the opposite direction"),
        (BASE * Affine.rotation(30), "rotated by 30 degrees"),
        (BASE * Affine.rotation(180), "rotated by 180 degrees"),
    ],
)
def test_misalignment_is_described_with_numbers(transform, words):
    assert words in pixel_offset(FIRST, other(transform)).reason


def test_small_differences_of_pixel_size_add_up():
    """All corners are compared: if pixel sizes differ by one millionth, the millionth pixel is shifted by one pixel."""
    slightly = BASE * Affine.scale(1 + 1e-6)
    assert not pixel_offset(FIRST, other(slightly)).reason
    assert "its pixel size is" in pixel_offset(FIRST, other(slightly, width=1_000_000)).reason


def test_tiny_differences_are_ignored():
    assert pixel_offset(FIRST, other(BASE * Affine.translation(4 + 1e-9, 1e-9))) == Offset(4, 0)
    assert pixel_offset(FIRST, other(Affine(10, 0, 500_040 + 1e-9, 0, -10, 5_000_000 - 1e-9))) == Offset(4, 0)


def test_other_crss_are_named():
    assert (
        pixel_offset(FIRST, other(BASE, CRS.from_epsg(32634))).reason == "its CRS is EPSG:32634 instead of EPSG:32633"
    )
    assert pixel_offset(FIRST, other(BASE, None)).reason == "one of the rasters has no CRS"


def test_the_union_and_its_grid():
    union = union_window([Window(0, 0, 10, 10), Window(-5, 20, 3, 4), Window(30, -7, 2, 2)])
    assert union == Window(-5, -7, 37, 31)
    grid = moved_grid(FIRST, union)
    assert (grid.width, grid.height) == (37, 31)
    assert grid.transform == BASE * Affine.translation(-5, -7)


def test_a_mosaic_beyond_gdals_maximum_size():
    with pytest.raises(OutputError, match="3000000000 x 5 pixels"):
        moved_grid(FIRST, Window(0, 0, 3_000_000_000, 5))


def test_scaled_grids_keep_origin_and_orientation():
    rotated = Grid(UTM, BASE * Affine.rotation(30), 100, 80)
    assert pixel_size(rotated) == pytest.approx((10, 10))
    scaled = scaled_grid(rotated, 4, 20)
    assert pixel_size(scaled) == pytest.approx((4, 20))
    assert (scaled.width, scaled.height) == (250, 40)
    assert (scaled.transform.c, scaled.transform.f) == (rotated.transform.c, rotated.transform.f)
    assert scaled.transform * (250, 40) == pytest.approx(rotated.transform * (100, 80))


windows = st.builds(Window, st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 8), st.integers(0, 8))


@given(
    all_windows=st.lists(windows, min_size=1, max_size=8),
    queried=windows.filter(lambda window: window.width and window.height),
)
def test_window_index_finds_intersections_and_coverage(all_windows, queried):
    layers = np.zeros((len(all_windows), 40, 40), bool)
    for layer, window in zip(layers, all_windows):
        layer[window.row_off + 20 :, window.col_off + 20 :][: window.height, : window.width] = True
    view = layers[:, queried.row_off + 20 :, queried.col_off + 20 :][:, : queried.height, : queried.width]
    index = WindowIndex(all_windows)
    assert index.touching(queried) == np.flatnonzero(view.any(axis=(1, 2))).tolist()
    shared = layers & (layers.sum(axis=0) > 1)
    assert index.overlapping().tolist() == shared.any(axis=(1, 2)).tolist()
    found = index.coverage(queried)
    assert found.pixels == view.any(axis=0).sum()
    assert found.depth == view.sum(axis=0).max()
    assert found.complete == view.any(axis=0).all()


def counted(calls, name, real):
    """Return a function that calls `real` and counts the calls in `calls[name]`."""

    def call(*arguments):
        calls[name] += 1
        return real(*arguments)

    return call


def test_thousands_of_tiles_are_searched_at_once(monkeypatch):
    """Queries on 5,000 randomly placed tiles do not examine the tiles one by one."""
    calls = Counter()
    for name in ("window_bounds", "_covered_line"):
        monkeypatch.setattr(module, name, counted(calls, name, getattr(module, name)))
    random = np.random.default_rng(1)
    index = WindowIndex([Window(int(x), int(y), 300, 300) for x, y in random.integers(0, 30_000, (5000, 2))])
    for x, y in random.integers(0, 30_000, (1000, 2)):
        index.touching(Window(int(x), int(y), 2048, 2048))
    index.coverage(Window(0, 0, 30_300, 30_300))
    assert calls["window_bounds"] == 5000 + 1000 + 1  # once per tile and once per query
    assert calls["_covered_line"] < 2 * 5000  # at most once for each upper and each lower edge


def test_a_sparse_huge_mosaic_is_rejected():
    grid = moved_grid(FIRST, Window(0, 0, 3_000_100, 3_000_100))
    raw = grid.width * grid.height
    with pytest.raises(OutputError, match="3000100 x 3000100 pixels .8583641 MB .* cover less than 0.01 % of it"):
        check_mosaic_size(grid, raw, 16_000, 10**12)
    check_mosaic_size(grid, raw, raw // 50, 10**12)  # enough is covered, so the raw size does not matter
    with pytest.raises(OutputError, match="3000100 x 3000100 pixels"):
        check_mosaic_size(grid, raw, 16_000, raw)  # rejected even if there is enough disk space
    with pytest.raises(OutputError, match="3000100 x 100 pixels"):
        check_mosaic_size(moved_grid(FIRST, Window(0, 0, 3_000_100, 100)), 300_010_000, 20_000, 10**12)
    smaller = moved_grid(FIRST, Window(0, 0, 900_000, 900_000))
    check_mosaic_size(smaller, 81 * 10**10, 16_000, 10**12)  # accepted, because there is enough disk space
