"""How a pixelwise job stores its output values: data type, nodata value, scale and offset."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..raster.nodata import next_to_nodata


@dataclass(frozen=True)
class Encoding:
    """How output values are stored: unchanged as floats, or as integers `round((value - offset) * steps)`."""

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

    @functools.cached_property
    def is_integer(self) -> bool:
        """True if values are stored as scaled integers."""
        return np.dtype(self.dtype).kind != "f"


def mark_nodata(values: npt.NDArray[np.floating[Any]], valid: npt.NDArray[np.bool_], nodata: float) -> None:
    """Set invalid pixels of a float array to nodata; valid pixels equal to nodata get the adjacent float value."""
    kind = values.dtype.type
    marker = kind(nodata)
    equal = values == marker
    if equal.any():  # most arrays have no such pixels, and checking is faster than an assignment that changes nothing
        values[equal] = next_to_nodata(marker)
    if not valid.all():
        values[~valid] = marker
