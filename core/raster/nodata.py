"""Nodata values: conversion to the data type of the pixels, comparison, and masks of valid pixels."""

from __future__ import annotations

import math
from typing import Any, Optional, Union

import numpy as np

Array = np.ndarray[Any, Any]
Nodata = Optional[Union[int, float]]
"""Nodata value as a file declares it: an int for bands of 64-bit integers, since floats may round it; None if unset."""

END_OF_FLOAT32 = np.float32(3.40282e38)
"""From this magnitude on, Float32 nodata values and pixels are regarded as equal if their signs are the same.

Programs print the largest Float32 number, 3.4028234663852886e38, with different numbers of digits: ArcGIS, for example,
declares -3.4028230607370965e38 or -3.40282306074e38 for pixels of -3.4028234663852886e38. GDAL's own mask hides such
pixels because it compares Float32 values with a tolerance. No measured or computed value is that large.
"""


def stored_nodata(nodata: Nodata, dtype: np.dtype[Any]) -> Any:
    """Return the nodata value as a scalar of `dtype`, or None if no pixel of that type can have this value."""
    if nodata is None:
        return None
    if dtype.kind in "fc":
        with np.errstate(over="ignore"):
            return dtype.type(nodata)
    limits = np.iinfo(dtype)
    if not math.isfinite(nodata) or nodata != int(nodata) or not limits.min <= nodata <= limits.max:
        return None
    return dtype.type(int(nodata))


def nodata_of_type(nodata: Nodata, dtype: np.dtype[Any]) -> Nodata:
    """Return the nodata value rounded to `dtype`, because a file may declare a Float32 value with any number of digits.

    A value outside the range of the type is returned unchanged.
    """
    if nodata is None or dtype.kind not in "fc" or not math.isfinite(nodata):
        return nodata
    near = float(np.real(stored_nodata(nodata, dtype)))
    return near if math.isfinite(near) else nodata


def next_to_nodata(marker: Any) -> Any:
    """Return the number next to a nodata value.

    For integers, it is one less or, for the lowest integer of the type, one more. For floats, it is the next float
    towards 0 that is not nodata or, for 0, the smallest positive float.
    """
    kind = type(marker)
    if isinstance(marker, np.integer):
        return kind(int(marker) - 1 if marker > np.iinfo(kind).min else int(marker) + 1)
    last = np.copysign(END_OF_FLOAT32, marker) if _is_end_of_float32(marker) else marker
    return np.nextafter(last, kind(0) if marker else kind(1))


def format_nodata(nodata: Nodata) -> str:
    """Return a nodata value as a string for the log; integers keep all digits."""
    if nodata is None:
        return "none"
    return f"{nodata:.12g}" if isinstance(nodata, float) else str(nodata)


def same_nodata(first: Nodata, second: Nodata) -> bool:
    """Return True if two nodata values are equal. NaN equals NaN, None equals None."""
    if first is None or second is None:
        return first is second
    return first == second or first != first and second != second


def mask_band(shown: Array) -> Array:
    """Return a mask band: 255 where the boolean array `shown` is True (valid pixels), otherwise 0."""
    band: Array = np.negative(shown.view(np.uint8))
    return band


def valid_pixels(array: Array, nodata: Nodata) -> Array | None:
    """Return a boolean array that is True where pixels are finite and not nodata; None if no pixel can be invalid."""
    marker = stored_nodata(nodata, array.dtype)
    finite = np.isfinite(array) if array.dtype.kind in "fc" else None
    if marker is None or marker != marker:
        return finite
    shown: Array = ~nodata_pixels(array, marker) if _is_end_of_float32(marker) else array != marker
    return shown if finite is None else np.logical_and(shown, finite, out=shown)


def unhidden_pixels(array: Array, nodata: Nodata) -> Array | None:
    """Return `valid_pixels`, but also False for complex pixels whose real part is nodata, because GDAL hides them."""
    shown = valid_pixels(array, nodata)
    return both_valid(shown, valid_pixels(array.real, nodata)) if array.dtype.kind == "c" else shown


def nodata_pixels(array: Array, marker: Any) -> Array:
    """Return a boolean array that is True where pixels are nodata; `marker` is a result of `stored_nodata`."""
    if not _is_end_of_float32(marker):
        return equal_pixels(array, marker)
    found: Array = array <= -END_OF_FLOAT32 if marker < 0 else array >= END_OF_FLOAT32
    found &= np.isfinite(array)
    return found


def _is_end_of_float32(marker: Any) -> bool:
    return isinstance(marker, np.float32) and bool(END_OF_FLOAT32 <= abs(marker) < np.inf)


def both_valid(first: Array | None, second: Array | None) -> Array | None:
    """Return the logical AND of two masks of valid pixels. A mask of None means that all pixels are valid."""
    if first is None or second is None:
        return second if first is None else first
    both: Array = first & second
    return both


def equal_pixels(array: Array, value: Any) -> Array:
    """Return a boolean array that is True where pixels are equal to the nodata value `value`, which may be NaN.

    As in GDAL, only the real part of complex pixels is compared.
    """
    same: Array = array.real == np.real(value) if value == value else np.isnan(array.real)
    return same
