"""Nodata values: conversion to the data type of the pixels, comparison, and masks of valid pixels."""

from __future__ import annotations

import math
from typing import Any, Optional, Union

import numpy as np

Array = np.ndarray[Any, Any]
Nodata = Optional[Union[int, float]]
"""Nodata value as a file declares it: an int for bands of 64-bit integers, since floats may round it; None if unset."""


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
    """Return the float next to a nodata value, towards 0; for 0, the smallest positive float."""
    kind = type(marker)
    return np.nextafter(marker, kind(0) if marker else kind(1))


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
    shown: Array = array != marker
    return shown if finite is None else np.logical_and(shown, finite, out=shown)


def unhidden_pixels(array: Array, nodata: Nodata) -> Array | None:
    """Return `valid_pixels`, also false for complex pixels whose real part is nodata, which GDAL hides."""
    shown = valid_pixels(array, nodata)
    return both_valid(shown, valid_pixels(array.real, nodata)) if array.dtype.kind == "c" else shown


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
