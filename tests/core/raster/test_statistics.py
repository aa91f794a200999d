"""Tests for statistics combined from blocks, compared with numpy on all values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parallel_raster.core.raster.statistics import EMPTY, block_statistics, combine


def assert_like_numpy(statistics, values):
    wide = np.asarray(values, np.float64)
    assert statistics.count == wide.size
    assert statistics.minimum == wide.min() and statistics.maximum == wide.max()
    scale = np.abs(wide).max()
    assert statistics.mean == pytest.approx(wide.mean(), rel=1e-12, abs=1e-15 * scale)
    assert statistics.std_dev == pytest.approx(wide.std(), rel=1e-12, abs=1e-15 * scale)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
def test_one_block(dtype):
    values = np.random.default_rng(1).normal(50, 20, 10_000).astype(dtype)
    before = values.copy()
    assert_like_numpy(block_statistics(values), values)
    assert np.array_equal(values, before)


def test_float32_values_are_summed_in_float64():
    """Values are summed in float64, because a float32 sum of ones stops growing at 2**24."""
    values = np.ones(2**24 + 4096, np.float32)
    values[-2048:] = 3
    assert_like_numpy(block_statistics(values), values)


def test_far_from_zero():
    """The standard deviation of values far from zero is accurate; using a sum of squares would lose all digits."""
    values = 1e9 + np.random.default_rng(2).normal(0, 1e-3, 5000)
    assert_like_numpy(combine(block_statistics(part) for part in np.array_split(values, 7)), values)


@given(st.lists(st.lists(st.floats(-1e3, 1e3, width=32), max_size=20), max_size=12))
def test_any_blocks(blocks):
    """Combined statistics equal those of numpy for any blocks, including empty and single-value blocks."""
    values = [value for block in blocks for value in block]
    total = combine(block_statistics(np.array(block, np.float32)) for block in blocks)
    if values:
        assert total.count == len(values) and total.minimum == min(values) and total.maximum == max(values)
        assert total.mean == pytest.approx(np.mean(values), rel=1e-12, abs=1e-11)
        assert total.std_dev == pytest.approx(np.std(values), rel=1e-9, abs=1e-6)
    else:
        assert total == EMPTY


def test_statistics_without_values():
    total = combine([EMPTY, block_statistics(np.array([], np.float32))])
    assert total.count == 0
    assert all(math.isnan(value) for value in (total.mean, total.minimum, total.maximum, total.std_dev))
    assert total.tags() == {}


def test_scaled():
    codes = np.random.default_rng(3).integers(0, 201, 5000).astype(np.uint8)
    assert_like_numpy(block_statistics(codes).scaled(0.25, -1.0), codes * 0.25 - 1)


def test_tags_are_exact():
    """The tags contain all digits, so numbers read from them equal the computed numbers exactly."""
    total = block_statistics(np.array([1, 2, 4], np.float32) / 3)
    tags = total.tags()
    assert {key: float(text) for key, text in tags.items()} == {
        "STATISTICS_MINIMUM": total.minimum,
        "STATISTICS_MAXIMUM": total.maximum,
        "STATISTICS_MEAN": total.mean,
        "STATISTICS_STDDEV": total.std_dev,
    }


@pytest.mark.parametrize("scale", [0.5, -2.0])
def test_scaled_statistics(scale):
    """With a negative scale, the lowest stored value gives the maximum of the physical statistics."""
    values = np.array([1.0, 2.0, 7.0])
    assert_like_numpy(block_statistics(values).scaled(scale, 3.0), values * scale + 3)


@pytest.mark.parametrize("values", [[1.0, 2.0], [2.0, 2.0]])
def test_very_large_scales(values):
    found = block_statistics(np.array(values)).scaled(-1e200, 5.0)
    assert found.mean == pytest.approx(-1e200 * np.mean(values)) and found.minimum == -2e200
    assert found.std_dev == (math.inf if values[0] < values[1] else 0)
