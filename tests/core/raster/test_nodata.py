"""Tests for masks of valid pixels, derived from nodata values and non-finite numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from parallel_raster.core.raster.nodata import both_valid, valid_pixels


@pytest.mark.parametrize(
    ("values", "nodata", "expected"),
    [
        (np.array([0, 1, 255], "uint8"), 255, [True, True, False]),
        (np.array([0, 1, 255], "uint8"), None, None),
        (np.array([0, 1, 255], "uint8"), 300, None),
        (np.array([0, 1, 255], "uint8"), 0.5, None),
        (np.array([0, math.nan, math.inf], "float32"), None, [True, False, False]),
        (np.array([0, math.nan, -9999], "float32"), -9999, [True, False, False]),
        (np.array([0, math.nan, 5], "float64"), math.nan, [True, False, True]),
        (np.array([2**63 - 1, 2**63 - 2], "int64"), 2**63 - 1, [False, True]),
        (np.array([1 + 2j, complex(math.nan, 0)], "complex64"), None, [True, False]),
    ],
)
def test_valid_pixels(values, nodata, expected):
    found = valid_pixels(values, nodata)
    assert found is None if expected is None else found.tolist() == expected


def test_both_valid():
    one, two = np.array([True, True, False]), np.array([True, False, True])
    assert both_valid(None, None) is None
    assert both_valid(one, None) is one and both_valid(None, two) is two
    assert both_valid(one, two).tolist() == [True, False, False]
    assert one.tolist() == [True, True, False]
