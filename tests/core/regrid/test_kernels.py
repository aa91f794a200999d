"""Tests for the resampling kernels, compared with a direct sum and with GDAL, wherever the array of pixels ends."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from rasterio.warp import Resampling, reproject

from parallel_raster.core.regrid.kernels import KERNELS, reach, resample
from parallel_raster.core.regrid.placement import Positions, nearest

SIZE = (23, 31)
STEPS = [0.5, 1 / 6, 1 / 3, 1.0, 2.0, 3.7, -0.5]


def triangle(distance, step):
    return max(0, 1 - abs(distance) / max(1, abs(step)))


def cubic(distance, step):
    x = abs(distance) / max(1, abs(step))
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0


def overlap(distance, step):
    half = abs(step) / 2
    return max(0, min(distance + 0.5, half) - max(distance - 0.5, -half))


WEIGHTS = {"bilinear": triangle, "cubic": cubic, "average": overlap}


def plain(values, valid, rows, cols, step, method):
    """Return values and a validity mask from a reference implementation that weighs every source pixel."""
    result, shown = np.full((rows.size, cols.size), np.nan), np.zeros((rows.size, cols.size), bool)
    margin = 12
    padded, there = np.pad(np.where(valid, values, 0), margin), np.pad(valid, margin)
    for row, row_at in enumerate(rows.ravel()):
        down = np.array([WEIGHTS[method](i - margin + 0.5 - row_at, step) for i in range(padded.shape[0])])
        for col, col_at in enumerate(cols.ravel()):
            across = np.array([WEIGHTS[method](i - margin + 0.5 - col_at, step) for i in range(padded.shape[1])])
            weights = np.outer(down, across)
            used = there & (np.abs(weights) > 1e-9)
            complete = not ((np.abs(weights) > 1e-9) & ~there).any()
            (i,), (i_in,) = (each.ravel() for each in nearest(np.array([row_at]), 0, values.shape[0]))
            (j,), (j_in,) = (each.ravel() for each in nearest(np.array([col_at]), 0, values.shape[1]))
            shown[row, col] = used.any() if method == "average" else bool(i_in and j_in and valid[i, j])
            if not shown[row, col]:
                continue
            if method == "cubic" and not complete:
                one = plain(values, valid, np.array([row_at]), np.array([col_at]), step, "bilinear")
                result[row, col] = one[0][0, 0]
            else:
                result[row, col] = (weights * padded)[used].sum() / weights[used].sum()
    return result, shown


def at(rows, cols, step):
    """Return the `Positions` of output pixels that all have the same step, in source pixels."""
    return Positions(rows, cols, np.full((1, 1), step), np.full((1, 1), step))


def source(seed=1):
    random = np.random.default_rng(seed)
    return random.uniform(1, 100, SIZE), random.random(SIZE) > 0.15


def positions(step, length, shift=-1.3):
    """Return positions along one axis, from before the first source pixel to after the last."""
    count = int((length + 4) / abs(step))
    along = (np.arange(count) + 0.5) * abs(step) + shift
    return along[::-1] if step < 0 else along


@pytest.mark.parametrize("method", KERNELS)
@pytest.mark.parametrize("step", [0.5, 2.0, 3.7, -0.5])
@pytest.mark.parametrize("holes", [False, True])
def test_results_equal_a_direct_sum(method, step, holes):
    values, valid = source()
    valid |= not holes
    rows, cols = positions(step, 9), positions(step, 11)
    values, valid = values[:9, :11], valid[:9, :11]
    wanted, wanted_shown = plain(values, valid, rows, cols, step, method)
    found, shown = resample(
        values, valid, at(rows[:, None], cols[None], step), steps=(step, step), method=method, parallel=True
    )
    assert np.array_equal(shown, wanted_shown)
    np.testing.assert_allclose(found[shown], wanted[shown], rtol=1e-12)
    assert shown.any() and (method == "average" or not shown.all())


@pytest.mark.parametrize("method", KERNELS)
@pytest.mark.parametrize("step", STEPS)
def test_positions_in_two_dimensions(method, step):
    """Positions given for each pixel, as for rotated grids, give the same results as parallel rows and columns."""
    values, valid = source()
    rows, cols = positions(step, SIZE[0])[:, None], positions(step, SIZE[1])[None]
    one, shown = resample(values, valid, at(rows, cols, step), steps=(step, step), method=method, parallel=True)
    each = [np.ascontiguousarray(at) for at in np.broadcast_arrays(rows, cols)]
    two, shown_two = resample(values, valid, at(*each, step), steps=(step, step), method=method, parallel=False)
    assert np.array_equal(shown, shown_two)
    np.testing.assert_allclose(one[shown], two[shown], rtol=1e-10)


@pytest.mark.parametrize("method", KERNELS)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("flat", [True, False])
def test_results_do_not_depend_on_the_array_boundary(method, step, flat):
    """Results are the same for any window that contains the required source pixels, whatever lies beyond them."""
    values, valid = source()
    valid[:, 20:] = True
    rows, cols = positions(step, SIZE[0], 0.1), positions(step, SIZE[1], 0.1)
    if flat:
        rows, cols = rows[:, None], cols[None]
    else:
        rows, cols = np.meshgrid(rows, cols, indexing="ij")
    given = {"steps": (step, step), "method": method, "parallel": flat}
    whole, shown = resample(values, valid, at(rows, cols, step), **given)
    far, compared = reach(method, (step, step))[0], 0
    for top, left, height, width in ((0, 0, 9, 9), (5, 3, 17, 12), (8, 20, 15, 11)):
        window = slice(top, top + height), slice(left, left + width)
        inside = np.ix_(
            np.flatnonzero((rows[:, 0] - far >= top) & (rows[:, 0] + far <= top + height)),
            np.flatnonzero((cols[0] - far >= left) & (cols[0] + far <= left + width)),
        )
        part_at = (rows[inside[0].ravel()], cols[:, inside[1].ravel()]) if flat else (rows[inside], cols[inside])
        if part_at[0].size and part_at[1].size:
            part, part_shown = resample(values[window], valid[window], at(*part_at, step), origin=(top, left), **given)
            assert np.array_equal(part_shown, shown[inside])
            assert np.array_equal(part[part_shown].view(np.uint64), whole[inside][part_shown].view(np.uint64))
            compared += part_shown.sum()
    assert compared or far > 7


@pytest.mark.parametrize("method", KERNELS)
@pytest.mark.parametrize(("pixel", "shift"), [(10, 0), (10, 4), (20, 0), (40, 0), (60, 20)])
def test_results_inside_a_raster_equal_gdal(method, pixel, shift):
    """Results equal those of GDAL's warper when 20 m pixels are resampled to 10, 20, 40 and 60 m."""
    values = source()[0]
    there = Affine(20, 0, 0, 0, -20, 0)
    here = Affine(pixel, 0, 200 + shift, 0, -pixel, -200 + shift)
    wanted = np.zeros((400 // pixel // 2, 400 // pixel // 2))
    reproject(
        values, wanted, src_transform=there, dst_transform=here, src_crs="EPSG:32633", dst_crs="EPSG:32633",
        resampling=Resampling[method],
    )  # fmt: skip
    place = ~there * here
    rows = (np.arange(wanted.shape[0]) + 0.5) * place.e + place.f
    cols = (np.arange(wanted.shape[1]) + 0.5) * place.a + place.c
    found, shown = resample(
        values,
        np.ones(SIZE, bool),
        at(rows[:, None], cols[None], place.e),
        steps=(place.e, place.a),
        method=method,
        parallel=True,
    )
    assert shown.all()
    # For averages, GDAL computes the fractions of pixels at the edge of the footprint in single precision.
    np.testing.assert_allclose(found, wanted, rtol=1e-5 if method == "average" else 1e-9)


def test_invalid_numbers_do_not_spread():
    values = np.array([[1.0, np.nan], [np.inf, 3.0]])
    where = (np.arange(4) + 0.5) / 2
    for method in KERNELS:
        found, shown = resample(
            values,
            np.isfinite(values),
            at(where[:, None], where[None], 0.5),
            steps=(0.5, 0.5),
            method=method,
            parallel=True,
        )
        assert np.isfinite(found[shown]).all() and (found[shown] >= 1 - 1e-12).all() and (found[shown] <= 3).all()
        assert shown[:2, :2].all() and shown[2:, 2:].all() and not shown[:2, 2:].any()


def test_averages_of_whole_pixels():
    values = np.arange(16.0).reshape(4, 4)
    valid = values != 5
    where = np.array([1.0, 3.0])
    found, shown = resample(
        values, valid, at(where[:, None], where[None], 2.0), steps=(2, 2), method="average", parallel=True
    )
    assert shown.all() and found.tolist() == [[5 / 3, 4.5], [10.5, 12.5]]
