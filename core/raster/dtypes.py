"""The numpy types that hold the pixels of a band."""

from __future__ import annotations

from typing import Any

import numpy as np

WIDE_INTEGERS = ("int64", "uint64")


def array_dtype(dtype: str) -> np.dtype[Any]:
    """Return the numpy type that holds pixels of a band; complex numbers of 16 bit integers fit two floats."""
    return np.dtype("complex64" if dtype == "complex_int16" else dtype)


def value_dtype(dtype: str) -> np.dtype[Any]:
    """Return the numpy type of the values that a band stores: of the parts of complex 16 bit integers."""
    return np.dtype("int16" if dtype == "complex_int16" else dtype)
