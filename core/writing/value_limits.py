"""Find pixels whose values the creation options would clip or wrap, before the pixels are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..raster.dtypes import array_dtype

Array = np.ndarray[Any, Any]

HALF_FLOAT_MAX = 65504
"""Largest finite 16-bit float."""


class Limits(NamedTuple):
    """Smallest and largest value that an output can store, and the creation option that limits the values."""

    low: int
    high: int
    option: str


class OutOfRange(NamedTuple):
    """A pixel whose value is outside the limits of the output: band (counted from 0), row, column and value."""

    band: int
    row: int
    col: int
    value: Any


def option_limits(options: Mapping[str, str], dtype: str) -> Limits | None:
    """Return the range of values that the creation options can store; None if there are no limits."""
    kind = array_dtype(dtype)
    bits = options.get("NBITS", "")
    if bits.isdigit() and kind.kind == "u" and 0 < int(bits) < 8 * kind.itemsize:
        return Limits(0, 2 ** int(bits) - 1, f"NBITS={bits}")
    if bits == "16" and dtype == "float32":
        return Limits(-HALF_FLOAT_MAX, HALF_FLOAT_MAX, "NBITS=16")
    if options.get("PIXELTYPE", "") == "SIGNEDBYTE" and dtype == "uint8":
        return Limits(0, 127, "PIXELTYPE=SIGNEDBYTE")
    return None


def cleared(array: Array, mask: Array | None, limits: Limits) -> Array:
    """Return the pixels (bands, rows, columns); where `mask` is 0, values outside the limits become 0."""
    if mask is None:
        return array
    hidden = _is_out_of_range(array, limits) & (mask == 0)
    return np.where(hidden, array.dtype.type(0), array) if hidden.any() else array


def first_out_of_range(array: Array, limits: Limits) -> OutOfRange | None:
    """Return the first pixel in an array (bands, rows, columns) whose value is outside the limits, or None.

    NaN and infinity are allowed.
    """
    beyond = _is_out_of_range(array, limits)
    if not beyond.any():
        return None
    band, row, col = (int(place) for place in np.argwhere(beyond)[0])
    return OutOfRange(band, row, col, array[band, row, col].item())


def _is_out_of_range(array: Array, limits: Limits) -> Array:
    """Return a boolean array that is True where a finite value is outside the limits."""
    beyond: Array = (array < limits.low) | (array > limits.high)
    return beyond & np.isfinite(array) if array.dtype.kind == "f" else beyond
