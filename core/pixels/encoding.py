"""Encoding of the output values of a pixelwise job."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Encoding:
    """Encoding of output values: unchanged as floats, or as integers `round((value - offset) * steps)`."""

    dtype: str
    nodata: float
    steps: int = 1
    offset: float = 0.0

    @property
    def scale(self) -> float:
        """Scale factor: a stored number represents the value `stored * scale + offset`."""
        return 1 / self.steps

    @property
    def zero(self) -> int:
        """Stored integer that represents the value 0."""
        return round(-self.offset * self.steps)

    @property
    def is_integer(self) -> bool:
        """True if values are stored as scaled integers."""
        return np.dtype(self.dtype).kind != "f"
