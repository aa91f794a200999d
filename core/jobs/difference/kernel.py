"""Normalized difference of numpy arrays: valid pixels, precision, and encoding of the result.

The functions depend on neither files nor chunks, so the same code processes raster files and arrays in notebooks.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from ...errors import OptionError
from ...pixels.encoding import Encoding, mark_nodata
from ...pixels.stack import Pixels, Stack
from ...pixels.terms import Term, scales_cancel
from ...raster.dtypes import is_small_integer
from ...raster.nodata import stored_nodata, valid_pixels
from ...writing.gdal_file import BandDescription

Array = np.ndarray[Any, Any]


ENCODINGS = {
    "float32": Encoding("float32", -9999.0),
    "int16": Encoding("int16", -32768.0, steps=10_000),
    "uint8": Encoding("uint8", 255.0, steps=100, offset=-1.0),
}


@dataclass(frozen=True)
class PixelRules:
    """Rules that, together with a pixel's values, determine its result."""

    a: Term
    b: Term
    encoding: Encoding
    zero_sum_is_zero: bool = False
    clamp: bool = False

    @functools.cached_property
    def scale_cancels(self) -> bool:
        """True if the scales cancel out of (A - B) / (A + B), because A and B have equal scales and offsets of 0."""
        return scales_cancel(self.a, self.b)

    @functools.cached_property
    def in_float32(self) -> bool:
        """True if float32 arithmetic gives the float64 result rounded to float32.

        Sums and differences of 8-bit and 16-bit integers are exact in float32. Rounding the quotient of two float32
        numbers to 53 bits and then to 24 bits gives the same number as rounding it to 24 bits directly (Figueroa, 1995,
        "When is double rounding innocuous?"). Results stored as scaled integers are computed in float64 because they
        are rounded again.
        """
        small = is_small_integer(self.a.dtype) and is_small_integer(self.b.dtype)
        return small and self.scale_cancels and not self.encoding.is_integer


class IndexPixels(NamedTuple):
    """Stored result, its valid mask, and the counts of valid results outside [-1, 1] and of overflowed pixels."""

    stored: Array
    valid: Array
    outside: int
    overflowed: int


@dataclass(frozen=True)
class IndexKernel:
    """Computes normalized differences of two sources, and counts results outside [-1, 1] and pixels that overflowed."""

    rules: PixelRules
    description: str

    @property
    def halo(self) -> int:
        """Overlap in pixels: 0 because each result depends on only one pixel."""
        return 0

    @property
    def bands(self) -> tuple[BandDescription, ...]:
        """Description of the output band."""
        return (BandDescription(self.description),)

    @property
    def temporaries(self) -> int:
        """Bytes per pixel for both terms, their sum and the quotient."""
        return 4 * (4 if self.rules.in_float32 else 8)

    def __call__(self, stack: Stack) -> Pixels:
        """Return the normalized differences of the pixels in `stack`, their valid mask, and the pixel counts."""
        (a, b), (valid_a, valid_b) = stack.values, stack.valid
        index = index_pixels(a, b, valid_a & valid_b, self.rules)
        counts = {"outside": index.outside, "overflowed": index.overflowed}
        return Pixels(index.stored[np.newaxis], index.valid[np.newaxis], counts)


def resolve_encoding(data_type: str, output_nodata: float | None) -> Encoding:
    """Return the encoding of a data type with the requested nodata value.

    Raises
    ------
    OptionError
        The nodata value is in the range of results, is infinite, or is not a value of the data type.
    """
    encoding = ENCODINGS[data_type]
    if output_nodata is None:
        return encoding
    check = _check_code if encoding.is_integer else _check_float
    check(output_nodata, encoding)
    return replace(encoding, nodata=float(np.dtype(encoding.dtype).type(output_nodata)))


def _check_code(nodata: float, encoding: Encoding) -> None:
    limits = np.iinfo(encoding.dtype)
    if not (math.isfinite(nodata) and nodata == int(nodata) and limits.min <= nodata <= limits.max):
        raise OptionError(
            f"OUTPUT_NODATA {nodata} is not a valid {encoding.dtype} value. Choose one from {limits.min} to "
            f"{limits.max}.",
            parameter="output_nodata",
        )
    low, high = (encoding.zero + value * encoding.steps for value in (-1, 1))
    if low <= nodata <= high:
        raise OptionError(
            f"OUTPUT_NODATA {nodata:g} is in the range of results, {low} to {high}. Choose a value outside it.",
            parameter="output_nodata",
        )


def _check_float(nodata: float, encoding: Encoding) -> None:
    if math.isnan(nodata):
        return
    if not np.isfinite(stored_nodata(nodata, np.dtype(np.float32))):
        raise OptionError(
            f"OUTPUT_NODATA {nodata} is not a valid Float32 value. Choose one from -3.4e38 to 3.4e38, or NaN.",
            parameter="output_nodata",
        )
    if -1 <= np.float32(nodata) <= 1:
        raise OptionError(
            f"OUTPUT_NODATA {nodata} is in the range of results, -1 to 1. Choose a value outside it.",
            parameter="output_nodata",
        )


def normalized_difference_pixels(a: Array, b: Array, visible: Array | None, rules: PixelRules) -> IndexPixels:
    """Return (A - B) / (A + B) in its stored encoding, for two arrays of the same shape.

    Parameters
    ----------
    a, b
        Stored values of the two bands, in the data types of the terms in `rules`.
    visible
        Boolean mask, false for hidden pixels; None if all pixels are visible.
    rules
        Nodata, scales, precision and encoding.
    """
    valid = np.ones(a.shape, bool)
    for shown in (valid_pixels(a, rules.a.nodata), valid_pixels(b, rules.b.nodata), visible):
        if shown is not None:
            valid &= shown
    return index_pixels(a, b, valid, rules)


def index_pixels(a: Array, b: Array, valid: Array, rules: PixelRules) -> IndexPixels:
    """Return (A - B) / (A + B) in its stored encoding; `valid` is the valid mask of both inputs, updated in place."""
    wide = np.float32 if rules.in_float32 else np.float64
    with np.errstate(all="ignore"):
        term_a, term_b = _scaled(a, rules.a, rules, wide), _scaled(b, rules.b, rules, wide)
        total = term_a + term_b
        difference = np.subtract(term_a, term_b, out=term_a)
        quotient = _quotient_in_steps(difference, total, rules.encoding, term_b)
        zero = total == 0
        if rules.zero_sum_is_zero:
            quotient[zero] = 0
        else:
            valid &= ~zero
        result = quotient if rules.encoding.is_integer else quotient.astype(np.float32, copy=False)
        overflowed = 0
        if not rules.in_float32:
            finite = np.isfinite(total) & np.isfinite(difference) & np.isfinite(result)
            overflowed = int(np.count_nonzero(valid & ~finite))
            valid &= finite
        # The quotient is compared before it is rounded to float32. For integer encodings, it is a rounded product, so
        # the difference and the total are compared instead.
        beyond = (np.abs(difference) > np.abs(total)) & ~zero if rules.encoding.is_integer else np.abs(quotient) > 1
        outside = int(np.count_nonzero(beyond & valid))
        return IndexPixels(_encoded(result, valid, rules), valid, outside, overflowed)


def _scaled(stored: Array, term: Term, rules: PixelRules, wide: type) -> Array:
    values: Array = stored.astype(wide)
    if not rules.scale_cancels:
        values *= term.scale
        values += term.offset
    return values


def _quotient_in_steps(difference: Array, total: Array, encoding: Encoding, out: Array) -> Array:
    """Return difference / total * `encoding.steps`, not yet rounded to integers.

    The difference is multiplied by `encoding.steps` before it is divided by the total. If both are integers, a result
    exactly halfway between two integers is then represented exactly, and is later rounded to the even integer.
    """
    if encoding.steps == 1:
        return np.divide(difference, total, out=out)
    np.multiply(difference, encoding.steps, out=out)
    np.divide(out, total, out=out)
    huge = np.isinf(out)  # the product may overflow although the quotient does not
    if huge.any():
        out[huge] = difference[huge] / total[huge] * encoding.steps
    return out


def _encoded(result: Array, valid: Array, rules: PixelRules) -> Array:
    encoding = rules.encoding
    if rules.clamp or encoding.is_integer:
        np.clip(result, -encoding.steps, encoding.steps, out=result)
    if encoding.is_integer:
        result += encoding.zero
        np.rint(result, out=result)
        result[~valid] = encoding.nodata
        return result.astype(encoding.dtype)
    mark_nodata(result, valid, encoding.nodata)
    return result
