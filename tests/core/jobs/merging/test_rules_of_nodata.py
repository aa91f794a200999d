"""Tests for how a mosaic marks missing pixels, as a table of inputs and expected markings."""

from __future__ import annotations

import math

import pytest

from parallel_raster.core.errors import OptionError
from parallel_raster.core.jobs.merging.rules import can_hold, check_holds, resolve_marking

NAN = math.nan


@pytest.mark.parametrize(
    ("value", "dtype", "holds"),
    [
        (255, "uint8", True), (256, "uint8", False), (-1, "uint8", False), (1.5, "uint8", False),
        (float("nan"), "uint8", False), (float("nan"), "float32", True), (1e39, "float32", False),
        (float("inf"), "float32", True), (-9999, "int16", True), (-9999, "float64", True),
    ],
)  # fmt: skip
def test_nodata_values_that_a_type_can_hold(value, dtype, holds):
    assert can_hold(value, dtype) is holds
    if not holds:
        with pytest.raises(OptionError, match=f"OUTPUT_NODATA .*{dtype}"):
            check_holds(value, dtype, "OUTPUT_NODATA")


def marking(declared, method="first", dtype="uint8", given=None, masked=False, alpha=False, complete=True):
    found = resolve_marking(
        declared, method=method, dtype=dtype, given=given, masked=masked, alpha=alpha, complete=complete
    )
    return "NaN" if found.nodata is not None and math.isnan(found.nodata) else found.nodata, found.mask


@pytest.mark.parametrize("method", ["first", "last", "min", "max"])
@pytest.mark.parametrize(
    ("declared", "metadata", "wanted"),
    [
        # all inputs declare the same value: the mosaic declares it in all cases, and keeps a mask
        ([0, 0], {}, (0, False)),
        ([0, 0], {"complete": False}, (0, False)),
        ([0, 0], {"masked": True}, (0, True)),
        ([0, 0], {"alpha": True}, (0, False)),
        ([NAN, NAN], {"dtype": "float32"}, ("NaN", False)),
        ([-9999.0, -9999.0], {"dtype": "float32", "masked": True}, (-9999, True)),
        # no input declares a value
        ([None, None], {}, (None, False)),
        ([None, None], {"complete": False}, (None, True)),
        ([None, None], {"complete": False, "dtype": "float32"}, ("NaN", False)),
        ([None, None], {"masked": True}, (None, True)),
        ([None, None], {"masked": True, "complete": False, "dtype": "float32"}, (None, True)),
        ([None, None], {"alpha": True, "complete": False}, (None, False)),
        # the declared values differ
        ([0, 255], {}, (None, True)),
        ([0, None], {}, (None, True)),
        ([0, 255], {"alpha": True}, (None, False)),
        ([0, 255], {"masked": True, "alpha": True}, (None, True)),
        ([0, NAN], {"dtype": "float32"}, ("NaN", False)),
        ([0, 1], {"dtype": "float32", "masked": True}, ("NaN", False)),
    ],
)
def test_the_marking_of_methods_that_select_values(method, declared, metadata, wanted):
    assert marking(declared, method, **metadata) == wanted


@pytest.mark.parametrize("method", ["mean", "sum", "median", "feather"])
@pytest.mark.parametrize(
    ("declared", "metadata", "wanted"),
    [
        ([0, 0], {}, (None, True)),
        ([None, None], {}, (None, True)),
        ([0, 0], {"alpha": True}, (None, True)),
        ([0, 0], {"dtype": "float32"}, ("NaN", False)),
        ([None, 1], {"dtype": "float64", "complete": False}, ("NaN", False)),
    ],
)
def test_the_marking_of_methods_that_compute_values(method, declared, metadata, wanted):
    assert marking(declared, method, **metadata) == wanted


def test_a_count_needs_no_marking():
    for metadata in ({}, {"masked": True}, {"alpha": True}, {"complete": False}):
        assert marking([0, None], "count", **metadata) == (None, False)


@pytest.mark.parametrize("method", ["first", "mean", "count"])
def test_a_given_value_is_the_only_marking(method):
    assert marking([0, None], method, given=7, masked=True, complete=False) == (7, False)


def test_a_value_that_the_output_cannot_hold_is_rejected():
    with pytest.raises(OptionError, match="OUTPUT_NODATA 300 is not a valid uint8 value"):
        marking([0], given=300)
    with pytest.raises(OptionError, match="inputs' nodata value -9999 is not a valid uint8 value"):
        marking([-9999, -9999])
