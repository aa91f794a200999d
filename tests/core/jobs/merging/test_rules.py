"""Tests for a mosaic's data type, which depends on the inputs' data types and on the number of inputs."""

from __future__ import annotations

import numpy as np
import pytest

from parallel_raster.core.errors import InputError
from parallel_raster.core.jobs.merging.rules import (
    Types,
    cast_values,
    out_of_range,
    resolve_types,
)


@pytest.mark.parametrize(
    ("method", "dtypes", "count", "stored"),
    [
        *((method, ["uint8", "int16"], 2, "int16") for method in ("first", "last", "min", "max")),
        *((method, [small], 2, "float32") for method in ("mean", "median") for small in ("uint8", "int16", "float32")),
        *((method, [wide], 2, "float64") for method in ("mean", "median") for wide in ("int32", "uint32", "float64")),
        ("feather", ["uint16"], 2, "uint16"),
        ("feather", ["uint8", "int16"], 2, "int16"),
        ("feather", ["float32"], 2, "float32"),
        ("feather", ["uint8", "float32"], 2, "float32"),
        ("feather", ["uint32", "float32"], 2, "float64"),
        ("sum", ["uint8"], 2, "uint32"),
        ("sum", ["uint8", "uint16"], 2, "uint32"),
        ("sum", ["int16"], 2, "int32"),
        ("sum", ["int8"], 2, "int32"),
        ("sum", ["uint8", "int16"], 2, "int32"),
        ("sum", ["int32"], 2, "float64"),
        ("sum", ["float32"], 2, "float64"),
        ("count", ["float64"], 65_535, "uint16"),
        ("count", ["float64"], 65_536, "uint32"),
        ("count", ["complex64"], 2, "uint16"),
        ("first", ["complex64"], 2, "complex64"),
        *((method, ["int64", "uint64"], 2, "float64") for method in ("mean", "median", "sum")),
        *((method, ["int64", "float32"], 2, "float64") for method in ("mean", "median", "sum", "feather")),
    ],
)
def test_the_automatic_type(method, dtypes, count, stored):
    assert resolve_types(method, dtypes, count, "auto").stored == stored


@pytest.mark.parametrize("method", ["first", "last", "min", "max", "feather"])
def test_an_error_if_the_result_needs_a_common_type_and_there_is_none(method):
    with pytest.raises(InputError, match="No data type can represent all values of int64, uint64"):
        resolve_types(method, ["int64", "uint64"], 2, "auto")
    assert resolve_types(method, ["int64", "uint64"], 2, "int32").working == "float64"


def test_narrows_is_true_if_a_type_may_not_hold_an_input_value():
    for method, dtypes, wanted, narrows in (
        ("first", ["int64"], "auto", False),
        ("first", ["int64", "float32"], "float64", True),
        ("feather", ["int64"], "auto", True),
        ("mean", ["int32"], "auto", False),
        ("mean", ["int32"], "float32", True),
        ("median", ["uint64"], "auto", True),
        ("count", ["uint64"], "auto", False),
    ):
        assert resolve_types(method, dtypes, 2, wanted).narrows == narrows


def test_complex_numbers_are_not_converted_to_real_ones():
    for method in ("first", "last"):
        with pytest.raises(InputError, match="complex64.*'float32' cannot hold"):
            resolve_types(method, ["complex64"], 2, "float32")


def test_a_requested_type_is_used():
    assert resolve_types("first", ["uint8"], 2, "float64") == Types("uint8", "float64")
    assert resolve_types("mean", ["uint8"], 2, "uint8") == Types("int64", "uint8", True)


@pytest.mark.parametrize("method", ["min", "max", "mean", "sum", "median", "feather"])
def test_methods_that_reject_complex_numbers(method):
    with pytest.raises(InputError, match="complex"):
        resolve_types(method, ["complex64"], 2, "auto")


@pytest.mark.parametrize(
    ("values", "types", "wrong"),
    [
        (np.array([0, 255, 256, -1], "int32"), Types("int32", "uint8"), [0, 0, 1, 1]),
        (np.array([2**63, 5], "uint64"), Types("uint64", "int64"), [1, 0]),
        (np.array([1.0, 1.5, 300.0], "float32"), Types("float32", "uint8"), [0, 1, 1]),
        (np.array([1.5, 254.6, 255.4, 255.6, -0.4, -0.6]), Types("int64", "uint8", True), [0, 0, 0, 1, 0, 1]),
        (np.array([2.0**63, -(2.0**63)]), Types("int64", "int64", True), [1, 0]),
        (np.array([1e39, 0.1]), Types("float64", "float32"), [1, 0]),
        (np.array([2**24, 2**24 + 1], "int32"), Types("int32", "float32"), [0, 1]),
        (np.array([2**53, 2**53 + 1], "int64"), Types("int64", "float64"), [0, 1]),
        (np.array([np.inf, 1.0]), Types("float64", "float64"), [1, 0]),
    ],
)
def test_values_that_do_not_fit_the_type_are_found(values, types, wrong):
    found = out_of_range(values, cast_values(values, types), types)
    assert found.astype(int).tolist() == wrong


def test_no_check_if_the_type_holds_every_value():
    values = np.array([1, 2], "uint8")
    for stored in ("uint8", "int16", "float32"):
        assert out_of_range(values, cast_values(values, Types("uint8", stored)), Types("uint8", stored)) is None


def test_rounding_is_half_to_even():
    assert cast_values(np.array([0.5, 1.5, 2.5]), Types("int64", "uint8", True)).tolist() == [0, 2, 2]
