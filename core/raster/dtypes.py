"""Numpy data types for the pixels of a band."""

from __future__ import annotations

from typing import Any

import numpy as np

WIDE_INTEGERS = ("int64", "uint64")


WIDE_COMPLEX = "complex_int32"
"""Name used here for GDAL's CInt32, which rasterio reports as complex64."""

COMPLEX_INTEGERS = {"complex_int16": ("complex64", "int16"), WIDE_COMPLEX: ("complex128", "int32")}
"""Complex integer types, which numpy lacks: the complex float type used in memory, and the type of each part."""


def array_dtype(dtype: str) -> np.dtype[Any]:
    """Return the numpy type of pixel arrays of a band; complex integers are held exactly as complex floats."""
    return np.dtype(COMPLEX_INTEGERS[dtype][0] if dtype in COMPLEX_INTEGERS else dtype)


def value_dtype(dtype: str) -> np.dtype[Any]:
    """Return the numpy type of the stored values; for complex integers, the type of the real and imaginary parts."""
    return np.dtype(COMPLEX_INTEGERS[dtype][1] if dtype in COMPLEX_INTEGERS else dtype)
