"""Satellite products known by their names: what their stored values mean where a file does not say so itself."""

from __future__ import annotations

import os
import re
from typing import NamedTuple


class Product(NamedTuple):
    """A kind of product: the names that tell it, and its reflectance = stored * `scale` + `offset`."""

    name: re.Pattern[str]
    label: str
    scale: str
    offset: str


PRODUCTS = (
    Product(
        # Baselines 04.00 and later; the number is four digits without the dot.
        re.compile(r"S2[A-Z]_MSIL2A_.*_N(?:0[4-9]|[1-9]\d)\d\d(?!\d).*", re.IGNORECASE),
        "a Sentinel-2 Level-2A product of processing baseline 04.00 or later",
        "0.0001",
        "-0.1",
    ),
    Product(
        re.compile(r"L[A-Z]0\d_L2S[A-Z]_.*_SR_B\d.*", re.IGNORECASE),
        "a Landsat Collection 2 Level-2 surface reflectance",
        "0.0000275",
        "-0.2",
    ),
)
"""Sentinel-2: ESA, Products Specification Document S2-PDGS-TAS-DI-PSD, offset of -1000 counts since January 2022.
Landsat: USGS, Landsat 8-9 Collection 2 Level 2 Science Product Guide, LSDS-1619."""


def scaling_hint(path: str, scale: float, offset: float) -> str:
    """Return what the user should know of a file whose stored values have an offset that it does not carry; or nothing.

    Parameters
    ----------
    path
        Of the file; its name and those of the folders above it are looked at.
    scale, offset
        What its band carries; 1 and 0 stand for nothing.
    """
    if (scale, offset) != (1, 0):
        return ""
    for part in reversed(os.path.abspath(path).replace(os.sep, "/").split("/")):
        for product in PRODUCTS:
            if product.name.fullmatch(part):
                return (
                    f"{path} is named like {product.label}, but carries no scale and offset. Where they have not been "
                    f"applied to its pixels, set SCALING to given, SCALE to {product.scale} and OFFSET to "
                    f"{product.offset}."
                )
    return ""
