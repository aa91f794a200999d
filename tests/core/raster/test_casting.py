"""Tests for the conversion of pixels to another data type."""

from __future__ import annotations

import numpy as np
import pytest

from parallel_raster.core.raster.casting import cast_values, out_of_range


@pytest.mark.parametrize(
    ("values", "dtype", "rounds", "wrong"),
    [
        (np.array([0, 255, 256, -1], "int32"), "uint8", False, [0, 0, 1, 1]),
        (np.array([2**63, 5], "uint64"), "int64", False, [1, 0]),
        (np.array([1.0, 1.5, 300.0], "float32"), "uint8", False, [0, 1, 1]),
        (np.array([1.5, 254.6, 255.4, 255.6, -0.4, -0.6]), "uint8", True, [0, 0, 0, 1, 0, 1]),
        (np.array([2.0**63, -(2.0**63)]), "int64", True, [1, 0]),
        (np.array([1e39, 0.1]), "float32", False, [1, 0]),
        (np.array([2**24, 2**24 + 1], "int32"), "float32", False, [0, 1]),
        (np.array([2**53, 2**53 + 1], "int64"), "float64", False, [0, 1]),
        (np.array([np.inf, 1.0]), "float64", False, [1, 0]),
    ],
)
def test_values_that_do_not_fit_the_type_are_found(values, dtype, rounds, wrong):
    found = out_of_range(values, cast_values(values, dtype, rounds), rounds)
    assert found.astype(int).tolist() == wrong


def test_no_check_if_the_type_holds_every_value():
    values = np.array([1, 2], "uint8")
    for stored in ("uint8", "int16", "float32"):
        assert out_of_range(values, cast_values(values, stored)) is None


def test_rounding_is_half_to_even():
    assert cast_values(np.array([0.5, 1.5, 2.5]), "uint8", rounds=True).tolist() == [0, 2, 2]
