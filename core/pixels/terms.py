"""Interpretation of a band's stored pixels: data type, nodata value, scale and offset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ..raster.dtypes import WIDE_INTEGERS
from ..raster.nodata import Nodata

LARGEST_EXACT = 2**53
"""Float64 represents all integers up to this number exactly."""


@dataclass(frozen=True)
class Term:
    """A band's data type and nodata value, and the scale and offset that convert stored values to physical ones."""

    dtype: str
    nodata: Nodata
    scale: float = 1.0
    offset: float = 0.0

    @property
    def is_scaled(self) -> bool:
        """True if stored and physical values differ."""
        return (self.scale, self.offset) != (1, 0)

    @property
    def is_reversed(self) -> bool:
        """True if the scale is negative, so that the highest stored value is the lowest physical value."""
        return self.scale < 0

    def scaled(self, stored: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Convert stored values to physical values; if they need no conversion, the same array is returned."""
        return stored * self.scale + self.offset if self.is_scaled else stored


def scales_cancel(a: Term, b: Term) -> bool:
    """Return True if scaling does not change (A - B) / (A + B), i.e. if the scales are equal and the offsets are 0."""
    return a.scale == b.scale and a.offset == b.offset == 0


def exact_floats(
    stored: npt.NDArray[Any], valid: npt.NDArray[np.bool_], name: str, parameter: str, advice: str
) -> npt.NDArray[Any]:
    """Check that float64 can represent all valid stored values exactly, and return the values as float64.

    Parameters
    ----------
    stored, valid, name, parameter, advice
        As for `check_exact`.

    Raises
    ------
    InputError
        A valid 64-bit integer is beyond 2^53.
    """
    check_exact(stored, valid, name, parameter, advice)
    return stored.astype(np.float64, copy=False)


def check_exact(stored: npt.NDArray[Any], valid: npt.NDArray[np.bool_], name: str, parameter: str, advice: str) -> None:
    """Raise InputError unless float64 can represent all valid stored values exactly.

    Parameters
    ----------
    stored, valid
        Stored values, and a boolean array that is true for valid values.
    name, parameter, advice
        For the error: name of the file and band, affected parameter, and advice on what to do.

    Raises
    ------
    InputError
        A valid 64-bit integer is beyond 2^53.
    """
    if stored.dtype.itemsize == 8 and stored.dtype.name in WIDE_INTEGERS:  # forming the name is slow
        beyond = valid & (stored > LARGEST_EXACT)
        if stored.dtype.kind == "i":
            beyond |= valid & (stored < -LARGEST_EXACT)
        if beyond.any():
            raise InputError(
                f"{name} contains {stored[beyond][0]}, which is beyond 2^53, where float64 is not exact. {advice}",
                parameter=parameter,
            )
