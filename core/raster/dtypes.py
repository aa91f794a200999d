"""The numpy types that hold the pixels of a band."""

from __future__ import annotations

from typing import Any

import numpy as np

WIDE_INTEGERS = ("int64", "uint64")


WIDE_COMPLEX = "complex_int32"
"""Our name of GDAL's type CInt32, which rasterio takes for complex64."""

COMPLEX_INTEGERS = {"complex_int16": ("complex64", "int16"), WIDE_COMPLEX: ("complex128", "int32")}
"""Complex numbers of integers, which numpy has no type for: the type that holds them, and the type of their parts."""


def array_dtype(dtype: str) -> np.dtype[Any]:
    """Return the numpy type that holds pixels of a band; complex integers fit two floats of twice as many bits."""
    return np.dtype(COMPLEX_INTEGERS[dtype][0] if dtype in COMPLEX_INTEGERS else dtype)


def value_dtype(dtype: str) -> np.dtype[Any]:
    """Return the numpy type of the values that a band stores: of the parts of complex integers."""
    return np.dtype(COMPLEX_INTEGERS[dtype][1] if dtype in COMPLEX_INTEGERS else dtype)
