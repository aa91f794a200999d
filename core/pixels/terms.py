"""The stored pixels of one band: their type, their nodata value, and how they become physical values."""

from __future__ import annotations

from dataclasses import dataclass

from ..raster.nodata import Nodata


@dataclass(frozen=True)
class Term:
    """One of the two bands: its type, its nodata value, and how its stored values become reflectance."""

    dtype: str
    nodata: Nodata
    scale: float = 1.0
    offset: float = 0.0
