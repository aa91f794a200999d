"""Nodata: which stored pixels the declared value marks, in the pixels' own type."""

from __future__ import annotations

import math
from typing import Any, Optional, Union

import numpy as np

Array = np.ndarray[Any, Any]
Nodata = Optional[Union[int, float]]
"""The value as a file declares it; an int where the type holds numbers that a float does not."""


def stored_nodata(nodata: Nodata, dtype: np.dtype[Any]) -> Any:
    """Return the nodata value as a scalar of `dtype`; None where no pixel of that type can have it."""
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
    """Return the nodata value as pixels of a type can have it: files tell that of Float32 with more or fewer digits.

    A value beyond the type stays as it is.
    """
    if nodata is None or dtype.kind not in "fc" or not math.isfinite(nodata):
        return nodata
    near = float(np.real(stored_nodata(nodata, dtype)))
    return near if math.isfinite(near) else nodata


def format_nodata(nodata: Nodata) -> str:
    """Return a declared value for the log, an int to the last digit."""
    if nodata is None:
        return "none"
    return f"{nodata:.12g}" if isinstance(nodata, float) else str(nodata)


def same_nodata(first: Nodata, second: Nodata) -> bool:
    """Return whether two declared values mark the same pixels; NaN is like NaN."""
    if first is None or second is None:
        return first is second
    return first == second or first != first and second != second


def mask_band(shown: Array) -> Array:
    """Return the mask that a file holds: 255 where a pixel shows, else 0."""
    return shown.astype(np.uint8) * np.uint8(255)


def valid_pixels(array: Array, nodata: Nodata) -> Array | None:
    """Return where pixels are finite and not nodata, in the shape of `array`; None where all are for certain."""
    marker = stored_nodata(nodata, array.dtype)
    finite = np.isfinite(array) if array.dtype.kind in "fc" else None
    if marker is None or marker != marker:
        return finite
    shown: Array = array != marker
    return shown if finite is None else np.logical_and(shown, finite, out=shown)


def both_valid(first: Array | None, second: Array | None) -> Array | None:
    """Return where pixels are valid by both of two masks, of which None shows all; None where that is so of both."""
    if first is None or second is None:
        return second if first is None else first
    both: Array = first & second
    return both
