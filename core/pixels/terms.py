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


def scales_cancel(a: Term, b: Term) -> bool:
    """Return True if (A - B) / (A + B) does not depend on the scales: the scales are equal and the offsets are 0."""
    return a.scale == b.scale and a.offset == b.offset == 0
