"""Numpy data types for the pixels of a band."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..errors import InputError

INTEGERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64")
FLOATS = ("float32", "float64")
CANDIDATES = (*INTEGERS, *FLOATS)
"""Candidates for a common data type, in the order in which types of the same size are tried."""

WIDE_INTEGERS = ("int64", "uint64")


WIDE_COMPLEX = "complex_int32"
"""Name used here for GDAL's CInt32, which rasterio reports as complex64."""

COMPLEX_INTEGERS = {"complex_int16": ("complex64", "int16"), WIDE_COMPLEX: ("complex128", "int32")}
"""Complex integer types, which numpy does not support, mapped to the complex float type used in memory, and the integer
type of the real and imaginary parts."""


def array_dtype(dtype: str) -> np.dtype[Any]:
    """Return the numpy type of a band's pixel arrays. Complex integers become complex floats, without loss."""
    return np.dtype(COMPLEX_INTEGERS[dtype][0] if dtype in COMPLEX_INTEGERS else dtype)


def value_dtype(dtype: str) -> np.dtype[Any]:
    """Return the numpy type of the stored values; for complex integers, the type of the real and imaginary parts."""
    return np.dtype(COMPLEX_INTEGERS[dtype][1] if dtype in COMPLEX_INTEGERS else dtype)


def is_small_integer(dtype: str) -> bool:
    """Return True for 8-bit and 16-bit integers, whose sums and sums of squares are exact in 64-bit integers."""
    kind = array_dtype(dtype)
    return kind.kind in "iu" and kind.itemsize <= 2


def float_for(dtypes: Iterable[str]) -> str:
    """Return "float32" if it can represent every value of all `dtypes`, otherwise "float64"."""
    return "float32" if all(holds("float32", each) for each in dtypes) else "float64"


def common_type(dtypes: Sequence[str]) -> str:
    """Return the smallest data type that can represent every value of all `dtypes`.

    Raises
    ------
    InputError
        No data type can represent all values, e.g. for 64-bit integers combined with floats.
    """
    kinds = sorted(set(dtypes))
    if len(kinds) == 1:
        return kinds[0]
    for candidate in sorted(CANDIDATES, key=lambda name: np.dtype(name).itemsize):
        if all(holds(candidate, kind) for kind in kinds):
            return candidate
    raise InputError(
        f"No data type can represent all values of {', '.join(kinds)} without loss. Convert all inputs to the "
        "same data type."
    )


def holds(wide: str, narrow: str) -> bool:
    """Return True if the data type `wide` can represent every value of the data type `narrow`."""
    if wide == narrow:
        return True
    into, out_of = array_dtype(wide), array_dtype(narrow)
    if out_of.kind == "c":
        return False
    if out_of.kind == "f":
        return into.kind == "f" and into.itemsize >= out_of.itemsize
    limits = np.iinfo(out_of)
    if into.kind == "f":
        return bool(max(limits.max, -limits.min) <= 2 ** (np.finfo(into).nmant + 1))
    return bool(np.iinfo(into).min <= limits.min and limits.max <= np.iinfo(into).max)
