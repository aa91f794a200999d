"""Values that creation options would clip or wrap: found before they are written, with the pixel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..raster.dtypes import array_dtype

Array = np.ndarray[Any, Any]

HALF_FLOAT_MAX = 65504
"""The largest finite number of 16 bits."""


class Limits(NamedTuple):
    """The smallest and the largest value that an output stores, and the creation option that says so."""

    low: int
    high: int
    option: str


class OutOfRange(NamedTuple):
    """A pixel that does not fit: its band from 0, row and column, and its value."""

    band: int
    row: int
    col: int
    value: Any


def option_limits(options: Mapping[str, str], dtype: str) -> Limits | None:
    """Return what creation options leave of the values of a type; None where they store them all."""
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
    """Return pixels (bands, rows, columns) with 0 in place of what does not fit and is hidden by the mask."""
    if mask is None:
        return array
    hidden = _beyond(array, limits) & (mask == 0)
    return np.where(hidden, array.dtype.type(0), array) if hidden.any() else array


def first_out_of_range(array: Array, limits: Limits) -> OutOfRange | None:
    """Return the first pixel of (bands, rows, columns) that does not fit; None where all do. NaN and infinity fit."""
    beyond = _beyond(array, limits)
    if not beyond.any():
        return None
    band, row, col = (int(place) for place in np.argwhere(beyond)[0])
    return OutOfRange(band, row, col, array[band, row, col].item())


def _beyond(array: Array, limits: Limits) -> Array:
    beyond: Array = (array < limits.low) | (array > limits.high)
    return beyond & np.isfinite(array) if array.dtype.kind == "f" else beyond
