"""The normalized difference of arrays: which pixels are valid, in which precision, and how the result is stored.

One function on numpy arrays serves files and notebooks alike; it knows neither files nor chunks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from ...errors import OptionError
from ...pixels.encoding import Encoding
from ...pixels.stack import Pixels, Stack
from ...pixels.terms import Term
from ...raster.nodata import valid_pixels
from ...writing.gdal_file import BandDescription

Array = np.ndarray[Any, Any]


ENCODINGS = {
    "float32": Encoding("float32", -9999.0),
    "int16": Encoding("int16", -32768.0, steps=10_000),
    "uint8": Encoding("uint8", 255.0, steps=100, offset=-1.0),
}


@dataclass(frozen=True)
class PixelRules:
    """All that decides a pixel's result besides the pixel."""

    a: Term
    b: Term
    encoding: Encoding
    zero_sum_is_zero: bool = False
    clamp: bool = False

    @property
    def scale_cancels(self) -> bool:
        """Whether (A - B) / (A + B) is the same without the scales: equal, and no offset."""
        return self.a.scale == self.b.scale and self.a.offset == self.b.offset == 0

    @property
    def in_float32(self) -> bool:
        """Whether float32 gives the float64 result rounded.

        Sums and differences of 8 and 16 bit integers are exact in float32, and the quotient of two float32
        numbers rounded to 53 and then to 24 bits is the one rounded to 24 bits (Figueroa, 1995, "When is double
        rounding innocuous?"). Codes are rounded from float64, since their own rounding comes after.
        """
        small = all(
            np.dtype(term.dtype).kind in "iu" and np.dtype(term.dtype).itemsize <= 2 for term in (self.a, self.b)
        )
        return small and self.scale_cancels and not self.encoding.is_integer


class IndexPixels(NamedTuple):
    """The stored result, where it is valid, how many valid results lay outside [-1, 1] and how many overflowed."""

    stored: Array
    valid: Array
    outside: int
    overflowed: int


@dataclass(frozen=True)
class IndexKernel:
    """Makes the index of two sources; its counts are "outside" [-1, 1] and "overflowed"."""

    rules: PixelRules
    description: str

    @property
    def halo(self) -> int:
        """A pixel needs no others."""
        return 0

    @property
    def bands(self) -> tuple[BandDescription, ...]:
        """What the output's band says of itself."""
        return (BandDescription(self.description),)

    @property
    def temporaries(self) -> int:
        """Bytes per pixel of both terms, their sum and the quotient."""
        return 4 * (4 if self.rules.in_float32 else 8)

    def __call__(self, stack: Stack) -> Pixels:
        """Return the pixels of a stack."""
        (a, b), (valid_a, valid_b) = stack.values, stack.valid
        made = index_pixels(a, b, valid_a & valid_b, self.rules)
        counts = {"outside": made.outside, "overflowed": made.overflowed}
        return Pixels(made.stored[np.newaxis], made.valid[np.newaxis], counts)


def resolve_encoding(data_type: str, output_nodata: float | None) -> Encoding:
    """Return the encoding of a data type with the wanted nodata value.

    Raises
    ------
    OptionError
        The value lies among the results, is infinite, or the type cannot hold it.
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
            f"OUTPUT_NODATA {nodata} is no value of {encoding.dtype} ({limits.min} to {limits.max}).",
            parameter="output_nodata",
        )
    low, high = (encoding.zero + value * encoding.steps for value in (-1, 1))
    if low <= nodata <= high:
        raise OptionError(
            f"OUTPUT_NODATA {nodata:g} lies among the codes in use, {low} to {high}; choose another.",
            parameter="output_nodata",
        )


def _check_float(nodata: float, encoding: Encoding) -> None:
    if math.isnan(nodata):
        return
    if abs(nodata) > float(np.finfo(np.float32).max):
        raise OptionError(
            f"OUTPUT_NODATA {nodata} cannot be held by Float32; choose a smaller one, or NaN.",
            parameter="output_nodata",
        )
    if -1 <= np.float32(nodata) <= 1:
        raise OptionError(
            f"OUTPUT_NODATA {nodata} lies inside [-1, 1], among the results; choose another.", parameter="output_nodata"
        )


def normalized_difference_pixels(a: Array, b: Array, visible: Array | None, rules: PixelRules) -> IndexPixels:
    """Return (A - B) / (A + B) in its stored encoding, for arrays of one shape.

    Parameters
    ----------
    a, b
        Stored values of the two bands, in the dtypes that `rules` names.
    visible
        bool; False hides a pixel. None: all are visible.
    rules
        Nodata, scales, precision and encoding.
    """
    valid = np.ones(a.shape, bool)
    for shown in (valid_pixels(a, rules.a.nodata), valid_pixels(b, rules.b.nodata), visible):
        if shown is not None:
            valid &= shown
    return index_pixels(a, b, valid, rules)


def index_pixels(a: Array, b: Array, valid: Array, rules: PixelRules) -> IndexPixels:
    """Return the same for pixels of which is known where both bands are valid; `valid` is modified in place."""
    wide = np.float32 if rules.in_float32 else np.float64
    with np.errstate(all="ignore"):
        term_a, term_b = _scaled(a, rules.a, rules, wide), _scaled(b, rules.b, rules, wide)
        total = term_a + term_b
        difference = np.subtract(term_a, term_b, out=term_a)
        quotient = _steps(difference, total, rules.encoding, term_b)
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
        # Of codes the terms themselves say it: the product with the steps is rounded.
        beyond = (np.abs(difference) > np.abs(total)) & ~zero if rules.encoding.is_integer else np.abs(result) > 1
        outside = int(np.count_nonzero(beyond & valid))
        return IndexPixels(_encoded(result, valid, rules), valid, outside, overflowed)


def _scaled(stored: Array, term: Term, rules: PixelRules, wide: type) -> Array:
    values: Array = stored.astype(wide)
    if not rules.scale_cancels:
        values *= term.scale
        values += term.offset
    return values


def _steps(difference: Array, total: Array, encoding: Encoding, out: Array) -> Array:
    """Return difference / total in the steps of the encoding.

    They are multiplied first: so the index of two integers that lies in the middle between two codes does so to the
    last bit, and is rounded to the even one.
    """
    if encoding.steps == 1:
        return np.divide(difference, total, out=out)
    np.multiply(difference, encoding.steps, out=out)
    np.divide(out, total, out=out)
    huge = np.isinf(out)  # the product may be too large where the quotient is not
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
    marker = np.float32(encoding.nodata)
    if not np.isnan(marker):
        result[result == marker] = np.nextafter(marker, np.float32(0))
    result[~valid] = marker
    return result
