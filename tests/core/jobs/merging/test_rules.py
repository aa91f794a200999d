"""Tests for a mosaic's data type, which depends on the inputs' data types and on the number of inputs."""

from __future__ import annotations

import pytest

from parallel_raster.core.errors import InputError
from parallel_raster.core.jobs.merging.rules import Types, resolve_types


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
