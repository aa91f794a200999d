"""Tests for masks of valid pixels, derived from nodata values and non-finite numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from parallel_raster.core.raster.nodata import both_valid, next_to_nodata, nodata_pixels, stored_nodata, valid_pixels


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


LARGEST = float(np.finfo("float32").max)


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("declared", [LARGEST, 3.40282306074e38, 3.4028230607370965e38, 3.402823e38, 3.40282347e38])
def test_the_largest_float32_is_nodata_however_many_digits_are_declared(declared, sign):
    values = np.array([LARGEST, -LARGEST, declared, 3.4e38, -3.4e38, 1, math.nan, math.inf, -math.inf], "float32")
    values *= sign
    nodata = [True, False, True, *[False] * 6]
    finite = np.isfinite(values)
    assert np.array_equal(valid_pixels(values, sign * declared), finite & ~np.array(nodata))
    marker = stored_nodata(sign * declared, values.dtype)
    assert nodata_pixels(values, marker).tolist() == nodata
    beside = next_to_nodata(marker)
    assert valid_pixels(np.array([beside]), sign * declared).all() and beside == pytest.approx(sign * LARGEST, rel=1e-5)


def test_other_nodata_values_are_compared_exactly():
    values = np.array([-9999, np.nextafter(np.float32(-9999), np.float32(0)), LARGEST], "float32")
    assert valid_pixels(values, -9999).tolist() == [False, True, True]
    assert valid_pixels(values, math.inf).tolist() == [True, True, True]
    assert valid_pixels(values.astype("float64"), 3.402823e38).tolist() == [True, True, True]


def test_both_valid():
    one, two = np.array([True, True, False]), np.array([True, False, True])
    assert both_valid(None, None) is None
    assert both_valid(one, None) is one and both_valid(None, two) is two
    assert both_valid(one, two).tolist() == [True, False, False]
    assert one.tolist() == [True, True, False]
