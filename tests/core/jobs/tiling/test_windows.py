"""Tests for tile windows: every pixel is in exactly one core, and tiles have the requested sizes."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.crs import CRS

from parallel_raster.core.errors import OptionError
from parallel_raster.core.jobs.tiling.windows import (
    aligned_origin,
    count_steps,
    even_spans,
    fixed_spans,
    tile_windows,
    whole_pixels,
    with_halo,
)
from parallel_raster.core.raster.grid import Grid

SIZES = st.integers(1, 400)
STEPS = st.integers(1, 500)
OVERLAPS = st.integers(0, 60)


def cores(spans):
    return [pixel for span in spans for pixel in range(span.core_start, span.core_stop)]


@st.composite
def areas(draw):
    """Draw the start and end of an area, and the origin of tile 0: the start of the area or any other position."""
    begin = draw(st.integers(0, 50))
    size = draw(SIZES)
    origin = draw(st.one_of(st.just(begin), st.integers(-1000, 1000)))
    return begin, begin + size, origin


@given(areas(), STEPS, st.sampled_from(["trim", "pad", "shift", "drop"]), OVERLAPS)
def test_fixed_spans(area, step, remainder, overlap):
    begin, end, origin = area
    spans = fixed_spans(begin, end, step, remainder, origin)
    covered = cores(spans)
    assert covered == sorted(set(covered)), "no pixel is in two cores"
    if remainder == "drop":
        assert all(span.stop - span.start == step and span.start >= begin and span.stop <= end for span in spans)
        assert len(spans) == max(0, (end - origin) // step + (origin - begin) // step)
    else:
        assert covered == list(range(begin, end)), "every pixel is in a core"
        assert len(spans) <= count_steps(begin, end, step, origin)
    for span in spans:
        assert span.start <= span.core_start < span.core_stop <= span.stop
        assert begin <= span.core_start and span.core_stop <= end
        if remainder == "pad":
            assert (span.start - origin) % step == 0 and span.stop - span.start == step
        elif remainder == "shift":
            assert span.stop - span.start == min(step, end - begin)
        if remainder in ("trim", "pad", "drop"):
            assert span.number == (span.core_start - origin) // step
    haloed = with_halo(spans, overlap, begin, end)
    for span, wide in zip(spans, haloed):
        assert wide[3:] == span[3:] and wide.number == span.number
        assert wide.start == (max(begin, span.start - overlap) if span.start >= begin else span.start)
        assert wide.stop == (min(end, span.stop + overlap) if span.stop <= end else span.stop)


@given(st.integers(0, 50), SIZES, st.data())
def test_even_spans(begin, size, data):
    count = data.draw(st.integers(1, size))
    spans = even_spans(begin, begin + size, count)
    assert cores(spans) == list(range(begin, begin + size))
    sizes = {span.stop - span.start for span in spans}
    assert len(spans) == count and max(sizes) - min(sizes) <= 1


def test_uneven_division_loses_no_pixels():
    """3 x 7 tiles cover all 6,980 x 7,040 pixels; integer division would lose 2 columns and 5 rows."""
    rows, cols = even_spans(0, 7040, 7), even_spans(0, 6980, 3)
    tiles = list(tile_windows(rows, cols))
    assert sum(tile.core.width * tile.core.height for tile in tiles) == 6980 * 7040
    assert {tile.core.width for tile in tiles} == {2326, 2327} and {tile.core.height for tile in tiles} == {1005, 1006}


@pytest.mark.repeated
@settings(settings.get_profile("mosaics"))
@given(SIZES, SIZES, st.integers(1, 90), st.integers(1, 90), st.sampled_from(["trim", "pad", "shift"]), OVERLAPS)
def test_tiles_cover_the_raster_once(width, height, across, down, remainder, overlap):
    covered = np.zeros((height, width), int)
    rows = with_halo(fixed_spans(0, height, down, remainder, 0), overlap, 0, height)
    cols = with_halo(fixed_spans(0, width, across, remainder, 0), overlap, 0, width)
    for tile in tile_windows(rows, cols):
        covered[tile.core.toslices()] += 1
    assert (covered == 1).all()


def test_landsat_in_tiles_of_100_pixels():
    tiles = list(tile_windows(fixed_spans(0, 352, 100, "trim", 0), fixed_spans(0, 349, 100, "trim", 0)))
    sizes = [(tile.window.width, tile.window.height) for tile in tiles]
    assert len(tiles) == 16
    assert [sizes.count(each) for each in ((100, 100), (49, 100), (100, 52), (49, 52))] == [9, 3, 3, 1]
    assert [(tile.row, tile.col) for tile in tiles[:5]] == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)]


def test_shifted_tiles_keep_their_size():
    spans = fixed_spans(0, 250, 100, "shift", 0)
    assert [span[1:] for span in spans] == [(0, 100, 0, 100), (100, 200, 100, 200), (150, 250, 200, 250)]


def test_tile_larger_than_the_raster():
    assert [span[1:] for span in fixed_spans(0, 30, 100, "trim", 0)] == [(0, 30, 0, 30)]
    assert [span[1:] for span in fixed_spans(0, 30, 100, "pad", 0)] == [(0, 100, 0, 30)]
    assert [span[1:] for span in fixed_spans(0, 30, 100, "shift", 0)] == [(0, 30, 0, 30)]
    assert fixed_spans(0, 30, 100, "drop", 0) == []


def grid(transform, width=100, height=90):
    return Grid(CRS.from_epsg(32633), transform, width, height)


@pytest.mark.parametrize("transform", [Affine(30, 0, 4e5, 0, -20, 5e6), Affine(24, 0, 0, 18, -20, 0)])
def test_map_units_become_whole_pixels(transform):
    assert whole_pixels(1000, 999, grid(transform), map_units=True) == (33, 50)


@pytest.mark.parametrize(
    ("width", "height", "map_units", "words"),
    [
        (0, 5, False, "TILE_WIDTH is 0"),
        (5, -1, False, "TILE_HEIGHT is -1"),
        (float("nan"), 5, True, "TILE_WIDTH is nan"),
        (5, float("inf"), False, "TILE_HEIGHT is inf"),
        (100.5, 100, False, "100.5 x 100 pixels"),
        (14, 100, True, "14 x 100 map units"),
        (100, 2.0**31, False, "100 x 2147483648 pixels are too large. The limit is 2,147,483,647"),
        (1e300, 60, True, "x 2 pixels are too large. The limit is"),
    ],
)
def test_invalid_sizes(width, height, map_units, words):
    with pytest.raises(OptionError, match=words):
        whole_pixels(width, height, grid(Affine(30, 0, 4e5, 0, -30, 5e6)), map_units=map_units)


def test_aligned_rasters_share_tiles():
    """Tiles of two overlapping rasters, aligned to their CRS, have the same rows, columns and map coordinates."""
    found = []
    for col, row in ((0, 0), (7, 11)):
        each = grid(Affine(30, 0, 399_990 + 30 * col, 0, -30, 5_000_010 - 30 * row))
        across, down = aligned_origin(each)
        spans = fixed_spans(0, 100, 20, "trim", across), fixed_spans(0, 90, 20, "trim", down)
        found.append(
            {
                (tile.row, tile.col): each.transform * (tile.core.col_off, tile.core.row_off)
                for tile in tile_windows(spans[1], spans[0])
                if (tile.core.width, tile.core.height) == (20, 20)
            }
        )
    shared = found[0].keys() & found[1].keys()
    assert len(shared) >= 2 and all(found[0][tile] == found[1][tile] for tile in shared)


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        (Affine(30, 0, 400_035, 0, -30, 5_000_005), "multiples by 15 in x and 5 in y"),
        (Affine(30, 0, 399_995, 0, -30, 4_999_980), "multiples by 5 in x and 0 in y"),
        (Affine(24, 1, 0, 18, -20, 0), "rotated"),
    ],
)
def test_rasters_that_cannot_be_aligned(transform, words):
    with pytest.raises(OptionError, match=words):
        aligned_origin(grid(transform))
