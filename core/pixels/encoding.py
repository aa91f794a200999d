"""How the values of a pixelwise job are stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Encoding:
    """How a value is stored: as it is in a float, as `round((value - offset) * steps)` in an integer."""

    dtype: str
    nodata: float
    steps: int = 1
    offset: float = 0.0

    @property
    def scale(self) -> float:
        """What a stored code is multiplied with."""
        return 1 / self.steps

    @property
    def zero(self) -> int:
        """The code of the value 0."""
        return round(-self.offset * self.steps)

    @property
    def is_integer(self) -> bool:
        """Whether values are stored as codes."""
        return np.dtype(self.dtype).kind != "f"
