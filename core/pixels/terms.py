"""Stored pixels of one band: their type, their nodata value, and where they are valid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..raster.nodata import Nodata, stored_nodata

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Term:
    """One of the two bands: its type, its nodata value, and how its stored values become reflectance."""

    dtype: str
    nodata: Nodata
    scale: float = 1.0
    offset: float = 0.0


def valid_pixels(stored: Array, term: Term) -> Array:
    """Return where `stored` is finite and not the band's nodata."""
    valid = np.isfinite(stored) if stored.dtype.kind == "f" else np.ones(stored.shape, bool)
    marker = stored_nodata(term.nodata, stored.dtype)
    if marker is not None and marker == marker:
        valid &= stored != marker
    return valid
