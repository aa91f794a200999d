"""Tests for the kernel: bit-for-bit comparison with float64 arithmetic, and the rules for nodata and encodings."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parallel_raster.core.errors import OptionError
from parallel_raster.core.jobs.difference.kernel import (
    ENCODINGS,
    PixelRules,
    normalized_difference_pixels,
    resolve_encoding,
)
from parallel_raster.core.pixels.storing import resolve_storage
from parallel_raster.core.pixels.terms import Term

FLOAT32 = ENCODINGS["float32"]


def quotient(a, b):
    """Return (A - B) / (A + B) in float64, with NaN where the result is not finite."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    with np.errstate(all="ignore"):
        result = (a - b) / (a + b)
    return np.where(np.isfinite(result), result, np.nan)


def as_float32(quotients):
    """Return quotients as float32, with -9999 in place of NaN."""
    with np.errstate(over="ignore"):
        return np.where(np.isnan(quotients), -9999, quotients).astype(np.float32)


def rules(dtype, encoding=FLOAT32, **others):
    term = Term(np.dtype(dtype).name, None)
    return PixelRules(term, term, encoding, **others)


def assert_same_bits(stored, expected):
    assert stored.dtype == expected.dtype == np.float32
    different = stored.view(np.uint32) != expected.view(np.uint32)
    # The comparison includes the sign of zero: 0 / -5 is -0 in every precision.
    assert not different.any(), (stored[different][:5], expected[different][:5])


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_every_pair_of_bytes(dtype):
    """For all 65,536 pairs of 8-bit values, float32 arithmetic gives the float64 result rounded to float32."""
    limits = np.iinfo(dtype)
    values = np.arange(limits.min, limits.max + 1).astype(dtype)
    a, b = np.meshgrid(values, values)
    result = normalized_difference_pixels(a, b, None, rules(dtype))
    assert_same_bits(result.stored, as_float32(quotient(a, b)))
    assert np.array_equal(result.valid, a.astype(int) + b != 0)


@pytest.mark.parametrize("dtype", ["uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"])
def test_a_million_pairs(dtype):
    """Results are exact over a type's full range, even where that type would overflow or float32 would round."""
    random = np.random.default_rng(4)
    if np.dtype(dtype).kind == "f":
        a, b = (random.normal(0, 1, (2, 1_000_000)) * 10.0 ** random.integers(-20, 20, (2, 1_000_000))).astype(dtype)
    else:
        limits = np.iinfo(dtype)
        a, b = random.integers(limits.min, limits.max, (2, 1_000_000), dtype=dtype, endpoint=True)
    result = normalized_difference_pixels(a, b, None, rules(dtype))
    assert_same_bits(result.stored, as_float32(quotient(a, b)))


@pytest.mark.parametrize(
    ("dtype_a", "dtype_b"), [("uint8", "uint16"), ("uint16", "int16"), ("uint8", "float32"), ("float64", "uint16")]
)
def test_two_types(dtype_a, dtype_b):
    """If the two bands have different data types, the result still equals that of float64 arithmetic."""
    random = np.random.default_rng(5)
    a, b = random.integers(0, 255, (2, 1000))
    a, b = a.astype(dtype_a), (b + 0.3).astype(dtype_b)
    both = PixelRules(Term(dtype_a, None), Term(dtype_b, None), FLOAT32)
    assert_same_bits(normalized_difference_pixels(a, b, None, both).stored, as_float32(quotient(a, b)))


def test_inputs_are_not_changed():
    """The kernel does not modify its input arrays, even if they already have the data type of the computation."""
    for dtype in ("uint16", "float32", "float64"):
        a, b = np.array([[3, 4]], dtype), np.array([[1, 9]], dtype)
        for encoding in ENCODINGS.values():
            normalized_difference_pixels(a, b, None, rules(dtype, encoding, clamp=True))
        assert a.tolist() == [[3, 4]] and b.tolist() == [[1, 9]]


@pytest.mark.parametrize("dtype", ["int16", "int32", "float32"])
@pytest.mark.parametrize("zero", [False, True])
def test_zero_sum(dtype, zero):
    a, b = np.array([0, 5, 5], dtype), np.array([0, -5, 3], dtype)
    result = normalized_difference_pixels(a, b, None, rules(dtype, zero_sum_is_zero=zero))
    assert result.stored.tolist() == [0, 0, 0.25] if zero else [-9999, -9999, 0.25]
    assert result.valid.tolist() == [zero, zero, True]
    assert result.outside == result.overflowed == 0


def test_numpy_warnings_are_suppressed():
    """NaN, infinity, zero sums and overflow do not cause numpy warnings, which would fill the QGIS log."""
    odd = np.array([0, math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324])
    a, b = np.meshgrid(odd, odd)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for encoding in ENCODINGS.values():
            result = normalized_difference_pixels(a, b, None, rules("float64", encoding))
            assert np.isfinite(result.stored).all()
            assert not result.valid[~(np.isfinite(a) & np.isfinite(b))].any()


def test_each_band_has_its_own_nodata_value():
    a, b = np.array([1, 2, 3], "uint8"), np.array([2, 1, 3], "uint8")
    both = PixelRules(Term("uint8", 1), Term("uint8", 3), FLOAT32)
    assert normalized_difference_pixels(a, b, None, both).valid.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("dtype", "nodata", "valid"),
    [
        ("float32", 0.1, [False, True]),  # the pixel holds 0.1 rounded to float32
        ("float32", math.nan, [True, True]),
        ("float32", -3.4028234663852886e38, [True, True]),
        ("float64", 0.1, [False, True]),
        ("uint8", -9999, [True, True]),  # a byte cannot be -9999; cast to a byte, -9999 is 241
        ("uint8", 256, [True, True]),
        ("uint8", 0.5, [True, True]),
        ("uint8", math.inf, [True, True]),
        ("uint8", math.nan, [True, True]),
        ("uint8", 241.0, [True, False]),
        ("int64", 2.0**63, [True, True]),
    ],
)
def test_nodata_is_compared_in_the_type_of_the_band(dtype, nodata, valid):
    values = np.array([0.1, 241]).astype(dtype)
    others = np.array([7, 7]).astype(dtype)
    both = PixelRules(Term(dtype, nodata), Term(dtype, None), FLOAT32)
    assert normalized_difference_pixels(values, others, None, both).valid.tolist() == valid


def test_hidden_pixels():
    a, b = np.array([3, 3, 3], "uint8"), np.array([1, 1, 1], "uint8")
    result = normalized_difference_pixels(a, b, np.array([True, False, True]), rules("uint8"))
    assert result.stored.tolist() == [0.5, -9999, 0.5]


@pytest.mark.parametrize(
    ("scales", "offsets"),
    [((0.0001, 0.0001), (0, 0)), ((0.0001, 0.0002), (0, 0)), ((2.75e-5, 2.75e-5), (-0.2, -0.2)), ((1, 1), (0, 5))],
)
def test_scale_and_offset(scales, offsets):
    """Equal scales without offsets cancel out and are not applied. Other scales and offsets are applied in float64."""
    random = np.random.default_rng(6)
    a, b = random.integers(1, 65535, (2, 10_000), dtype="uint16")
    terms = (Term("uint16", None, scale, offset) for scale, offset in zip(scales, offsets))
    stored = normalized_difference_pixels(a, b, None, PixelRules(*terms, FLOAT32)).stored
    if scales[0] == scales[1] and offsets == (0, 0):
        expected = quotient(a, b)
    else:
        expected = quotient(a * scales[0] + offsets[0], b * scales[1] + offsets[1])
    assert_same_bits(stored, as_float32(expected))


def test_values_outside_the_range_are_counted_and_optionally_clipped():
    a, b = np.array([5, -5, 1, 9], "int16"), np.array([-3, 3, 1, 9], "int16")
    kept = normalized_difference_pixels(a, b, np.array([True, True, True, False]), rules("int16"))
    clipped = normalized_difference_pixels(a, b, None, rules("int16", clamp=True))
    assert kept.stored.tolist() == [4, 4, 0, -9999] and kept.outside == 2
    assert clipped.stored.tolist() == [1, 1, 0, 0] and clipped.outside == 2


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_outside_the_range_are_counted_before_rounding(encoding, dtype):
    """An index that only rounding to the output type brings to 1 or -1 is counted, for every output type."""
    a, b = np.array([1, -1e-9, 0, 1, 3], dtype), np.array([-1e-9, 1, 1, 0, -3], dtype)
    for zero_sum_is_zero in (False, True):
        chosen = rules(dtype, encoding, zero_sum_is_zero=zero_sum_is_zero)
        assert normalized_difference_pixels(a, b, None, chosen).outside == 2


def test_overflow_is_nodata_and_counted():
    """If A + B or A - B overflows float64, the pixel becomes nodata and is counted, unless it is hidden."""
    a = np.array([1e308, 1e308, 1e300, 3, 1e308])
    b = np.array([1e308, -9e307, -1e300 * (1 - 2**-52), 1, 1e308])
    hidden = np.array([True, True, True, True, False])
    result = normalized_difference_pixels(a, b, hidden, rules("float64"))
    assert result.valid.tolist() == [False, False, True, True, False]
    assert result.overflowed == 2


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS)
def test_an_infinite_input_is_invalid_but_not_an_overflow(encoding):
    """A pixel with an infinite input is invalid; only results that overflow during the computation are counted."""
    a, b = np.array([math.inf, 1, -math.inf, math.nan]), np.array([1, math.inf, math.inf, 1])
    result = normalized_difference_pixels(a, b, None, rules("float64", encoding))
    assert not result.valid.any() and result.overflowed == result.outside == 0


@pytest.mark.parametrize(("data_type", "steps", "shift"), [("int16", 10_000, 0), ("uint8", 100, 1)])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "float32", "float64"])
def test_codes_are_rounded_half_to_even_from_float64(data_type, steps, shift, dtype):
    """Integer codes are rounded from the float64 index. Rounding the index to float32 first would change some codes."""
    random = np.random.default_rng(7)
    a, b = (random.integers(-100 if np.dtype(dtype).kind != "u" else 0, 200, (2, 300_000))).astype(dtype)
    encoding = ENCODINGS[data_type]
    result = normalized_difference_pixels(a, b, None, rules(dtype, encoding))
    index = quotient(a, b)
    wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)
    with np.errstate(all="ignore"):
        # Multiply before dividing, so that integers and the halves between them are exact.
        codes = np.rint(np.clip((wide_a - wide_b) * steps / (wide_a + wide_b), -steps, steps) + shift * steps)
    expected = np.where(np.isnan(index), encoding.nodata, codes).astype(data_type)
    assert result.stored.dtype == data_type
    assert np.array_equal(result.stored, expected)
    assert result.outside == np.count_nonzero(np.abs(np.nan_to_num(index)) > 1)
    back = result.stored[result.valid] * encoding.scale + encoding.offset
    assert np.abs(back - np.clip(index[result.valid], -1, 1)).max() <= 0.5 / steps + 1e-12


@pytest.mark.parametrize("data_type", ["int16", "uint8"])
@pytest.mark.parametrize("dtype", ["uint16", "int32", "float32", "float64"])
def test_every_half_between_two_codes_is_rounded_to_the_even_code(data_type, dtype):
    """Integer codes equal exact arithmetic: 3/200 is not exact in float64, but its code of 101.5 is rounded to 102."""
    a, b = np.meshgrid(np.arange(1, 600), np.arange(0, 600))
    encoding = ENCODINGS[data_type]
    total = a + b
    doubled = 2 * ((a - b) * encoding.steps + encoding.zero * total)  # twice the code, times the total
    below = doubled // (2 * total)
    rest = doubled - below * 2 * total
    exact = below + ((rest > total) | (rest == total) & (below % 2 == 1))
    assert np.count_nonzero(rest == total) > 500
    stored = normalized_difference_pixels(a.astype(dtype), b.astype(dtype), None, rules(dtype, encoding)).stored
    assert np.array_equal(stored, exact)


def test_codes_of_very_large_and_very_small_numbers():
    """Integer codes of extreme bands are correct: nothing overflows, and an index of 1 is not outside [-1, 1]."""
    a, b = np.array([1e308, 5e307, 1e308, 3e-308]), np.array([5e307, 1e308, 0, 1e-308])
    for encoding in (ENCODINGS["int16"], ENCODINGS["uint8"]):
        result = normalized_difference_pixels(a, b, None, rules("float64", encoding))
        codes = [round(index * encoding.steps) + encoding.zero for index in (1 / 3, -1 / 3, 1, 1 / 2)]
        assert result.stored.tolist() == codes and result.overflowed == 0
    ones = np.random.default_rng(9).uniform(0.1, 1, 100_000)
    assert normalized_difference_pixels(ones, ones * 0, None, rules("float64", ENCODINGS["int16"])).outside == 0


@pytest.mark.parametrize(
    ("data_type", "eighths", "codes"),
    [
        ("uint8", [1, 3, 5, 7, -1, -3], [112, 138, 162, 188, 88, 62]),  # from 112.5, 137.5, 162.5, 187.5, 87.5, 62.5
        ("int16", [0.25, 0.75, -0.25, -0.75], [312, 938, -312, -938]),  # from 312.5, 937.5, -312.5, -937.5
    ],
)
def test_halves_that_are_exact_in_binary_are_rounded_to_the_even_code(data_type, eighths, codes):
    eighths = np.array(eighths)
    stored = normalized_difference_pixels(8 + eighths, 8 - eighths, None, rules("float64", ENCODINGS[data_type])).stored
    assert stored.tolist() == codes


def test_a_result_that_equals_nodata_becomes_the_next_float_towards_zero():
    """A valid result that equals nodata, such as -9999 from signed inputs, stays valid."""
    a, b = np.array([4999.0, 3.0, 3.0]), np.array([-5000.0, -1.0, 1.0])  # quotients -9999, 2 and 0.5
    for nodata, position in ((-9999.0, 0), (2.0, 1)):
        encoding = resolve_encoding("float32", nodata)
        result = normalized_difference_pixels(a, b, None, rules("float64", encoding))
        stepped = np.nextafter(np.float32(nodata), np.float32(0))
        assert result.valid.all()
        assert result.stored[position] == stepped and abs(stepped) < abs(nodata)
        others = [place for place in range(3) if place != position]
        assert result.stored[others].tolist() == np.array([-9999, 2, 0.5], "float32")[others].tolist()


@pytest.mark.parametrize("nodata", [-1, 1, 0, 0.5, -0.999, 1.00000001, math.inf, -math.inf, 1e39, -1e39])
def test_rejected_nodata_of_float32(nodata):
    with pytest.raises(OptionError, match="OUTPUT_NODATA"):
        resolve_encoding("float32", nodata)


@pytest.mark.parametrize("nodata", [-3.4028235e38, -3.40282346638529e38, 3.4028235e38])
def test_nodata_that_rounds_to_the_largest_float32(nodata):
    """Programs print the largest Float32 number with digits that are slightly too large for it."""
    assert resolve_encoding("float32", nodata).nodata == math.copysign(np.finfo("float32").max, nodata)
    assert resolve_storage("float32", nodata).nodata == math.copysign(np.finfo("float32").max, nodata)


@pytest.mark.parametrize("nodata", [math.inf, -math.inf, 1e39, -1e39])
def test_rejected_nodata_of_values(nodata):
    with pytest.raises(OptionError, match="OUTPUT_NODATA .* is not a valid float32 value"):
        resolve_storage("float32", nodata)


@pytest.mark.parametrize(
    ("data_type", "nodata"),
    [("int16", value) for value in (-10_000, 0, 10_000, 32_768, -32_769, 0.5, -20_000.5, math.nan, math.inf)]
    + [("uint8", value) for value in (0, 100, 200, -1, 256, 201.5, math.nan, -math.inf)],
)
def test_rejected_nodata_of_codes(data_type, nodata):
    with pytest.raises(OptionError, match="OUTPUT_NODATA"):
        resolve_encoding(data_type, nodata)


@pytest.mark.parametrize(
    ("data_type", "nodata"),
    [("float32", -2), ("float32", 1.001), ("float32", -3.4e38), ("float32", math.nan), ("int16", -10_001)]
    + [("int16", 10_001), ("int16", 32_767), ("uint8", 201), ("uint8", 255)],
)
def test_accepted_nodata(data_type, nodata):
    encoding = resolve_encoding(data_type, nodata)
    assert encoding.nodata == np.dtype(data_type).type(nodata) or math.isnan(encoding.nodata) and math.isnan(nodata)
    hidden = normalized_difference_pixels(
        np.array([3], "uint8"), np.array([1], "uint8"), np.array([False]), rules("uint8", encoding)
    )
    assert np.array_equal(hidden.stored, np.array([nodata], data_type), equal_nan=data_type == "float32")


@given(
    st.sampled_from(["uint8", "int16", "uint16", "int32", "float32", "float64"]).flatmap(
        lambda dtype: st.tuples(
            st.just(dtype),
            st.lists(
                st.tuples(*[st.floats(-1e6, 1e6) if "f" in dtype else st.integers(0, 255)] * 2), min_size=1, max_size=9
            ),
        )
    ),
    st.sampled_from(list(ENCODINGS)),
    st.booleans(),
)
def test_a_pixel_does_not_depend_on_its_neighbours(case, data_type, clamp):
    """Pixels computed one by one equal pixels computed together, so chunks do not affect the result."""
    dtype, pairs = case
    a, b = (np.array(values, dtype) for values in zip(*pairs))
    how = rules(dtype, ENCODINGS[data_type], clamp=clamp)
    together = normalized_difference_pixels(a, b, None, how)
    alone = [normalized_difference_pixels(a[i : i + 1], b[i : i + 1], None, how) for i in range(len(a))]
    assert together.stored.tobytes() == b"".join(each.stored.tobytes() for each in alone)
    assert together.outside == sum(each.outside for each in alone)
