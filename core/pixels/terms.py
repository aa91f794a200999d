"""Interpretation of a band's stored pixels: data type, nodata value, scale and offset."""

from __future__ import annotations

from dataclasses import dataclass

from ..raster.nodata import Nodata


@dataclass(frozen=True)
class Term:
    """A band's data type and nodata value, and the scale and offset that convert stored values to physical ones."""

    dtype: str
    nodata: Nodata
    scale: float = 1.0
    offset: float = 0.0
