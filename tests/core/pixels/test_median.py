"""Tests for the median network, by the zero-one principle and by comparison with numpy."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from parallel_raster.core.pixels import median
from parallel_raster.core.pixels.median import (
    comparators,
    largest,
    median_of_3_by_3,
    median_of_planes,
    percentile_of_planes,
    select_rank,
    selection,
)


@pytest.mark.parametrize("count", range(1, 12))
def test_every_rank_is_correct_for_all_zeros_and_ones(count):
    """A network that sorts every sequence of zeros and ones sorts any sequence (Knuth 5.3.4, theorem Z)."""
    columns = np.array(list(itertools.product((0, 1), repeat=count))).T
    expected = np.sort(columns, axis=0)
    for first, last in itertools.combinations_with_replacement(range(count), 2):
        rows = columns.copy()
        for low, high in comparators(count, first, last):
            rows[low], rows[high] = np.minimum(rows[low], rows[high]), np.maximum(rows[low], rows[high])
        assert (rows[first : last + 1] == expected[first : last + 1]).all()


def test_a_rank_in_the_middle_takes_fewer_comparisons():
    assert len(comparators(12, 5, 6)) < len(comparators(12, 0, 11)) == 41


@pytest.mark.parametrize("count", range(1, 12))
def test_a_selected_rank_is_correct_for_all_zeros_and_ones(count):
    planes = np.array(list(itertools.product((0, 1), repeat=count))).T
    before = planes.copy()
    for rank in range(count):
        assert np.array_equal(select_rank(list(planes), rank), np.sort(planes, axis=0)[rank])
    assert np.array_equal(planes, before)


@pytest.mark.parametrize("count", [9, 25, 225])
def test_a_selected_rank_of_random_numbers(count):
    planes = np.random.default_rng(count).normal(size=(count, 50)).astype("float32")
    assert np.array_equal(select_rank(list(planes), count // 2), np.median(planes, axis=0))


def test_a_median_of_nine_values_takes_36_calls():
    """The median of nine values takes 36 numpy calls: results that no later comparison needs are not computed."""
    assert sum(keep_low + keep_high for _, _, keep_low, keep_high in selection(9, 4)) == 36


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
def test_the_medians_of_3_by_3_windows_are_correct_for_all_zeros_and_ones(dtype):
    windows = np.array(list(itertools.product((0, 1), repeat=9)), dtype).reshape(-1, 3, 3)
    rows = np.concatenate(list(windows), axis=1)
    before = rows.copy()
    expected = np.median(np.lib.stride_tricks.sliding_window_view(rows, (3, 3))[0], axis=(1, 2))
    assert np.array_equal(median_of_3_by_3(list(rows)), expected)
    assert np.array_equal(rows, before)


def stack(dtype, depth, pixels, seed=0):
    """Return planes of random values of a data type, including very large values, and a random validity mask."""
    rng = np.random.default_rng(seed)
    kind = np.dtype(dtype)
    if kind.kind == "f":
        values = rng.normal(0, 100, (depth, pixels)).round(1).astype(dtype)
        values[rng.random(values.shape) < 0.05] = np.finfo(kind).max / 4
    else:
        limits = np.iinfo(kind)
        values = rng.integers(limits.min, limits.max, (depth, pixels), dtype=dtype, endpoint=True)
        values[rng.random(values.shape) < 0.05] = limits.max
    return values, rng.random(values.shape) < 0.7


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "uint16", "int32", "uint32", "float32", "float64"])
@pytest.mark.parametrize("depth", [1, 2, 3, 8, 12, 33])
def test_result_equals_numpys_median_of_the_valid_values(dtype, depth):
    values, valid = stack(dtype, depth, 500)
    valid[:, :100] = True
    valid[:, 100] = False
    counts = valid.sum(axis=0)
    found = median_of_planes(np.where(valid, values, largest(dtype)).astype(dtype), counts)
    wide = np.where(valid, values.astype(np.float64), np.nan)
    expected = [np.median(column[~np.isnan(column)]) for column in wide.T[counts > 0]]
    np.testing.assert_array_equal(found[counts > 0], expected)


def test_result_does_not_depend_on_the_strip_size(monkeypatch):
    values, valid = stack("float32", 7, 300)
    values[:, ::3] = np.where(valid[:, ::3], -0.0, 0.0)  # the order of 0.0 and -0.0 is not defined
    planes, counts = np.where(valid, values, np.float32(np.inf)), valid.sum(axis=0)
    at_once = median_of_planes(planes, counts)
    for strip in (1, 7, 64):
        monkeypatch.setattr(median, "STRIP_PIXELS", strip)
        assert median_of_planes(planes, counts)[counts > 0].tobytes() == at_once[counts > 0].tobytes()


def test_counts_of_any_type():
    """Counts can have any integer type, even a type too small for the indices of a strip."""
    random = np.random.default_rng(5)
    planes = random.integers(0, 1000, (12, 20_000), dtype="uint16")
    valid = random.random(planes.shape) < 0.6
    valid[0] = True
    wide = np.where(valid, planes, np.nan)
    planes[~valid] = largest(planes.dtype)
    counts = valid.sum(axis=0)
    some = slice(None, None, 41)  # numpy's own functions would take seconds for all pixels
    percentiles = {percent: np.nanpercentile(wide[:, some], percent, axis=0) for percent in (0, 20, 75, 100)}
    median = np.nanmedian(wide[:, some], axis=0)
    for dtype in ("uint8", "uint16", "int64"):
        counted = counts.astype(dtype)
        assert np.array_equal(median_of_planes(planes, counted)[some], median)
        for percent, wanted in percentiles.items():
            assert np.array_equal(percentile_of_planes(planes, counted, percent)[some], wanted)
