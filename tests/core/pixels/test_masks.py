"""Tests for mask rules: parsing of lists, ranges and bits, and their effect on pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from parallel_raster.core.errors import OptionError
from parallel_raster.core.pixels.masks import (
    BitField,
    BitRule,
    ValueRange,
    hidden_by_rule,
    parse_bits,
    parse_ranges,
    resolve_mask_rule,
)


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("3,8-10", [(3, 3), (8, 10)]),
        (" 3 , 8 - 10 ", [(3, 3), (8, 10)]),
        ("3;8-10;", [(3, 3), (8, 10)]),
        ("-1", [(-1, -1)]),
        ("-5--3", [(-5, -3)]),
        ("-5-3", [(-5, 3)]),
        ("-5 - -3,+2", [(-5, -3), (2, 2)]),
        ("0.5-1.25", [(0.5, 1.25)]),
        ("", []),
        (" , ", []),
    ],
)
def test_lists_and_ranges_are_parsed(text, ranges):
    assert list(parse_ranges(text, "MASK_VALUES")) == ranges


@pytest.mark.parametrize("text", ["a", "3 8", "3-", "--3", "8-9-10", "3,x", "1e3", "3:8", "nan"])
def test_an_invalid_list_raises_an_error(text):
    with pytest.raises(OptionError, match=r"MASK_VALUES is .*must be a number or a range such as 8-10"):
        parse_ranges(text, "MASK_VALUES")


def test_a_reversed_range_and_a_non_text_value_raise_errors():
    with pytest.raises(OptionError, match="'10-8' must start with the lower number"):
        parse_ranges("3,10-8", "MASK_VALUES")
    with pytest.raises(OptionError, match="must be a string such as"):
        parse_ranges([3, 8], "MASK_VALUES")


@pytest.mark.parametrize(("text", "bits"), [("0", 1), ("1-4", 30), ("3,1", 10), ("63", 1 << 63)])
def test_bits_are_parsed(text, bits):
    assert parse_bits(text, "MASK_BITS") == BitRule(bits)


def test_fields_of_bits_are_parsed():
    rule = parse_bits("1, 8-9=2-3; 4=0,14-15 = 3", "MASK_BITS")
    fields = BitField(8, 9, ValueRange(2, 3)), BitField(4, 4, ValueRange(0, 0)), BitField(14, 15, ValueRange(3, 3))
    assert rule == BitRule(2, fields) and rule.highest == 15
    assert str(rule) == "bits 1; bits 8 to 9 = 2 to 3; bit 4 = 0; bits 14 to 15 = 3"


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "uint64", "int64"])
def test_fields_hide_pixels_by_their_number(dtype):
    values = np.arange(256) if dtype == "uint8" else np.arange(-3000 if dtype[0] == "i" else 0, 3000)
    expected = [value >> 5 & 3 in (1, 2) or bool(value & 1) for value in values.tolist()]
    found = hidden_by_rule(values.astype(dtype), resolve_mask_rule("", "5-6=1-2,0", dtype, "mask"))
    assert found.tolist() == expected


def test_a_field_can_have_all_bits_of_the_data_type():
    values = np.array([0, 7, 255], "uint8")
    assert hidden_by_rule(values, resolve_mask_rule("", "0-7=7", "uint8", "mask")).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("8-9=4", "value of bits 8-9 must be a whole number from 0 to 3"), ("8-9=-1", "from 0 to 3"),
        ("4=2", "bits 4 must be a whole number from 0 to 1"), ("8-9=", "from 0 to 3"), ("=3", "bits must be whole"),
        ("8-9=1=2", "a number or a range"), ("9-8=1", "lower number"), ("8-9=3-2", "lower number"),
    ],
)  # fmt: skip
def test_invalid_fields_raise_errors(text, words):
    with pytest.raises(OptionError, match=f"MASK_BITS is .*{words}|{words}"):
        parse_bits(text, "MASK_BITS")


@pytest.mark.parametrize("text", ["-1", "1.5", "64", "0-100", "x"])
def test_invalid_bits_raise_errors(text):
    with pytest.raises(OptionError, match="MASK_BITS"):
        parse_bits(text, "MASK_BITS")


DTYPES = ["uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("text", ["3,8-10", "-2,5", "0-1000000", "-1-0", "2.5-3.5", "300"])
def test_values_hide_pixels(dtype, text):
    """Listed values that the data type cannot store do not hide any pixels: they do not wrap around to other values."""
    values = np.arange(0, 256) if dtype == "uint8" else np.arange(0, 600) - (0 if dtype[0] == "u" else 300)
    expected = [any(low <= value <= high for low, high in parse_ranges(text, "")) for value in values.tolist()]
    found = hidden_by_rule(values.astype(dtype), resolve_mask_rule(text, None, dtype, "mask"))
    assert found.dtype == bool and found.tolist() == expected


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "uint64", "int64"])
@pytest.mark.parametrize("text", ["0", "1-4", "7", "2,5-6"])
def test_bits_hide_pixels(dtype, text):
    values = np.arange(256) if dtype == "uint8" else np.arange(-300 if dtype[0] == "i" else 0, 300)
    bits = [bit for low, high in parse_ranges(text, "") for bit in range(int(low), int(high) + 1)]
    expected = [any(value >> bit & 1 for bit in bits) for value in values.tolist()]
    # If bits are given, the list of values is not even parsed.
    found = hidden_by_rule(values.astype(dtype), resolve_mask_rule("no list", text, dtype, "mask"))
    assert found.tolist() == expected


def test_numbers_of_any_length():
    """64-bit integers are compared exactly, and a list of values may contain numbers of thousands of digits."""
    values = np.array([2**53, 2**53 + 1, 2**53 + 2, 2**63 - 1], "int64")
    rule = resolve_mask_rule(f"{2**53 + 1},{2**63 - 1},{2**63}-{2**64}", None, "int64", "mask")
    assert hidden_by_rule(values, rule).tolist() == [False, True, False, True]
    very_long = "9" * 5000
    for dtype in ("uint8", "int64", "float32", "float64"):
        for text, hides in ((very_long, False), (f"-{very_long}-{very_long}", True), (f"5-{very_long}.5", True)):
            found = hidden_by_rule(np.array([5], dtype), resolve_mask_rule(text, None, dtype, "mask"))
            assert found.tolist() == [hides], (dtype, text)
    with pytest.raises(OptionError, match="MASK_BITS"):
        parse_bits(very_long, "MASK_BITS")


def test_the_sign_bit():
    rule = resolve_mask_rule("", "15", "int16", "mask")
    assert hidden_by_rule(np.array([-1, 5, -32768], "int16"), rule).tolist() == [True, False, True]


def test_nan_is_not_hidden_by_values():
    rule = resolve_mask_rule("-9999-9999", "", "float32", "mask")
    assert hidden_by_rule(np.array([math.nan, 5], "float32"), rule).tolist() == [False, True]


@pytest.mark.parametrize(
    ("values", "bits", "dtype", "words"),
    [
        ("", "", "uint8", "contains no values"),
        ("3", "8", "uint8", "highest bit is 7"),
        ("3", "1", "float32", "integer type. Use MASK_VALUES"),
        ("3", " , ", "uint8", "contains no bits"),
    ],
)
def test_unusable_rules_raise_errors(values, bits, dtype, words):
    with pytest.raises(OptionError, match=words):
        resolve_mask_rule(values, bits, dtype, "mask.tif")


def test_a_rule_as_text():
    assert str(resolve_mask_rule("3,8-10,-2.5", None, "int16", "")) == "values 3, 8 to 10, -2.5"
    assert str(resolve_mask_rule("1234567,4294967295", None, "uint32", "")) == "values 1234567, 4294967295"
    assert str(resolve_mask_rule("3", "1-3,5", "int16", "")) == "bits 1, 2, 3, 5"
