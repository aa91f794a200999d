"""Tests for pixel positions within a second grid that is parallel, rotated or in a different CRS, for any window."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.crs import CRS
from rasterio.warp import transform
from rasterio.windows import Window

from parallel_raster.core.errors import InputError
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.regrid import placement
from parallel_raster.core.regrid.placement import (
    Parallel,
    Positions,
    nearest,
    pieces,
    resolve_parallel,
    rotation,
    take_nearest,
)
from parallel_raster.core.regrid.warp import resolve_warped

UTM33, UTM32 = CRS.from_epsg(32633), CRS.from_epsg(32632)
TEN = Grid(UTM33, Affine(10, 0, 400_000, 0, -10, 5_000_000), 300, 200)


def grid(pixel, left=400_000, top=5_000_000, size=(100, 150), *, down=-1, angle=0, crs=UTM33):
    place = Affine.translation(left, top) * Affine.rotation(angle) * Affine.scale(pixel, down * pixel)
    return Grid(crs, place, size[1], size[0])


@pytest.mark.parametrize(
    ("other", "steps", "origins"),
    [
        (grid(20), (0.5, 0.5), (0, 0)),
        (grid(5, left=399_990), (2, 2), (0, 2)),
        (grid(60, top=5_000_120), (1 / 6, 1 / 6), (2, 0)),
        (grid(10, down=1, top=4_998_000), (-1, 1), (200, 0)),
    ],
)
def test_parallel_grids(other, steps, origins):
    place = resolve_parallel(TEN, other)
    assert place.steps == pytest.approx(steps) and place.origins == pytest.approx(origins)
    rows, cols, _, _ = place.positions(Window(7, 5, 2, 3))
    for row in range(3):
        for col in range(2):
            wanted_col, wanted_row = ~other.transform * (TEN.transform * (7.5 + col, 5.5 + row))
            assert (rows[row, 0], cols[0, col]) == pytest.approx((wanted_row, wanted_col))


def test_grids_that_are_not_parallel():
    assert resolve_parallel(TEN, grid(20, angle=1)) is None
    assert resolve_parallel(TEN, grid(20, crs=UTM32)) is None
    assert resolve_parallel(TEN, grid(20, crs=None)) is None
    assert rotation(TEN, grid(10, angle=1)) == pytest.approx(300 * np.sin(np.radians(1)))
    tiny = grid(20, angle=np.degrees(0.005 / 150))  # deviates by less than 0.01 pixel at the far end
    assert resolve_parallel(TEN, tiny, 0.01) is not None
    assert resolve_parallel(TEN, tiny) is None  # the deviation would distort a plane


def test_nearest_rounds_positions_just_below_an_edge_up():
    index, inside = nearest(np.array([-0.1, 0, 0.99, 1 - 1e-9, 4.999, 5, np.nan]), 0, 5)
    assert inside.tolist() == [False, True, True, True, True, False, False]
    assert index.tolist() == [0, 0, 0, 1, 4, 0, 0]
    index, inside = nearest(np.array([2.5, 3.5, 4.5]), 3, 1)
    assert (index.tolist(), inside.tolist()) == ([0, 0, 0], [False, True, False])


def test_take_nearest_in_two_shapes():
    array = np.arange(12).reshape(3, 4)
    rows, cols = np.array([[10.5], [12.5], [13.5]]), np.array([[4.5, 7.5]])
    for each in ((rows, cols), np.broadcast_arrays(rows, cols)):
        assert take_nearest(array, Positions(*each, rows, cols), origin=(10, 4)).tolist() == [[0, 3], [8, 11], [0, 0]]


def needed(positions, length, far):
    """Return the indices of pixels closer than `far` to a position (or, if `far` is 0, nearest to a position)."""
    pixels, positions = np.arange(length), positions.reshape(-1, 1)
    if far:
        return np.flatnonzero((np.abs(pixels + 0.5 - positions) < far).any(axis=0))
    index, inside = nearest(positions, 0, length)
    return np.unique(index[inside])


@given(
    step=st.sampled_from([0.1, 0.5, 1, 3.7, 80]),
    size=st.tuples(st.integers(1, 400), st.integers(1, 400)),
    start=st.tuples(st.integers(0, 300), st.integers(0, 300)),
    far=st.sampled_from([0, 1, 2.5]),
)
def test_pieces(step, size, start, far):
    """The pieces of a window cover the window exactly once; their source windows contain all required pixels."""
    place = Parallel((50, 60), (step, step), (-3.0, 2.0))
    window = Window(start[1], start[0], size[1], size[0])
    seen = np.zeros(size, int)
    for piece in pieces(place, window, (far, far)):
        top, left = piece.window.row_off - window.row_off, piece.window.col_off - window.col_off
        seen[top : top + piece.window.height, left : left + piece.window.width] += 1
        rows, cols = needed(piece.positions.rows, 50, far), needed(piece.positions.cols, 60, far)
        if piece.source is None:
            assert not (rows.size and cols.size)
        elif rows.size and cols.size:
            (first_row, last_row), (first_col, last_col) = piece.source.toranges()
            assert first_row <= rows[0] and rows[-1] < last_row and first_col <= cols[0] and cols[-1] < last_col
    assert (seen == 1).all()


def test_pieces_are_small(monkeypatch):
    monkeypatch.setattr(placement, "SOURCE_PIXELS", 1000)
    monkeypatch.setattr(placement, "OUTPUT_PIXELS", 500)
    place = Parallel((100_000, 100_000), (7.0, 3.0), (0.0, 0.0))
    found = list(pieces(place, Window(11, 13, 100, 90), (0, 0)))
    assert sum(piece.window.width * piece.window.height for piece in found) == 9000
    for piece in found:
        assert piece.window.width * piece.window.height <= 500 and piece.source.width * piece.source.height <= 1000


@pytest.mark.parametrize(
    ("other", "share"),
    [(grid(20), 0), (grid(20, size=(50, 150)), 0.5), (grid(20, size=(50, 75)), 0.75), (grid(20, left=0), 1)],
)
def test_share_outside(other, share):
    window = Window(0, 0, 300, 200)
    assert resolve_parallel(TEN, other).share_outside(window) == pytest.approx(share)
    warped = resolve_warped(TEN, other, "", "")
    assert warped.share_outside(window) == pytest.approx(share, abs=0.03)


WORLD = Grid(CRS.from_epsg(4326), Affine(0.5, 0, -180, 0, -0.5, 90), 720, 360)
MERCATOR = Grid(CRS.from_epsg(3857), Affine(40_000, 0, -20_037_508, 0, -40_000, 20_037_508), 1002, 1002)


@pytest.mark.parametrize(
    ("first", "second", "bound"),
    [
        (TEN, grid(20, left=870_000, top=5_000_000, size=(300, 300), crs=UTM32), 2e-5),
        (TEN, grid(20, angle=30), 1e-9),
        (Grid(None, TEN.transform, 300, 200), grid(20, angle=30, crs=None), 1e-9),
        (MERCATOR, WORLD, 2e-5),
    ],
)
def test_positions_equal_those_of_proj(first, second, bound):
    place = resolve_warped(first, second, "", "")
    window = Window(37, 21, 150, 120)
    rows, cols, _, _ = place.positions(window)
    at = np.meshgrid(np.arange(37, 187) + 0.5, np.arange(21, 141) + 0.5)
    xs, ys = first.transform * (at[0].ravel(), at[1].ravel())
    if first.crs != second.crs:
        xs, ys = (np.array(each) for each in transform(first.crs, second.crs, xs.tolist(), ys.tolist()))
    wanted_cols, wanted_rows = ~second.transform * (xs, ys)
    assert np.abs(rows.ravel() - wanted_rows).max() < bound and np.abs(cols.ravel() - wanted_cols).max() < bound


BELT = Grid(WORLD.crs, Affine(0.5, 0, -180, 0, -0.5, 60), 120, 240)
COARSE_MERCATOR = Grid(MERCATOR.crs, Affine(200_000, 0, -20_037_508, 0, -200_000, 20_037_508), 201, 201)
"""Grids that need few PROJ calls, because they contain few of the nodes at which coordinates are transformed."""


@pytest.mark.parametrize(
    ("first", "second"),
    [(BELT, COARSE_MERCATOR), (COARSE_MERCATOR, WORLD), (TEN, grid(20, crs=UTM32))],
)
def test_a_position_does_not_depend_on_the_window(first, second):
    place = resolve_warped(first, second, "", "")
    whole = np.stack(place.positions(Window(0, 0, first.width, first.height)))
    for window in (Window(0, 0, 1, 1), Window(17, 33, 91, 57), Window(first.width - 7, first.height - 5, 7, 5)):
        found = np.stack(place.positions(window))
        assert np.array_equal(found, whole[(slice(None), *window.toslices())])


@pytest.mark.parametrize(("first", "second"), [(MERCATOR, WORLD), (TEN, grid(20, angle=30))])
def test_steps_follow_the_local_scale(first, second):
    """In Mercator, steps are smaller farther north. If a grid is only rotated, all steps are the same."""
    place = resolve_warped(first, second, "", "")
    window = Window(20, 30, 200, 160) if first is TEN else Window(300, 60, 20, 700)
    rows, cols, row_steps, col_steps = place.positions(window)
    for positions, steps, largest in ((rows, row_steps, place.steps[0]), (cols, col_steps, place.steps[1])):
        wanted = np.hypot(np.diff(positions, axis=0)[:, :-1], np.diff(positions, axis=1)[:-1])
        np.testing.assert_allclose(steps[:-1, :-1], wanted, rtol=0.05, atol=1e-3)
        assert steps.max() <= largest
        assert first is MERCATOR or largest == pytest.approx(0.5)
    assert first is TEN or row_steps.min() < 0.2 * row_steps.max()


def test_pixels_that_cannot_be_transformed():
    """Pixels beyond the pole have no position in the other grid; all other pixels have a position."""
    beyond = Grid(WORLD.crs, Affine(5, 0, 0, 0, -5, 130), 2, 16)
    rows, cols, _, _ = resolve_warped(beyond, MERCATOR, "", "").positions(Window(0, 0, 2, 16))
    assert not nearest(rows[:8], 0, MERCATOR.height)[1].any()
    assert nearest(rows[9:], 0, MERCATOR.height)[1].all() and nearest(cols[9:], 0, MERCATOR.width)[1].all()


def test_one_grid_without_crs():
    with pytest.raises(
        InputError, match=r"b\.tif cannot be resampled to the grid of a\.tif: one of the rasters has no CRS"
    ):
        resolve_warped(TEN, grid(20, crs=None), "a.tif", "b.tif")
