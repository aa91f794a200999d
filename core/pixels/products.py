"""Satellite products, recognized by name, and the scale and offset of their stored values."""

from __future__ import annotations

import os
import re
from typing import NamedTuple


class Product(NamedTuple):
    """A product: the pattern of its file names, a label, and the scale and offset that yield reflectance."""

    name: re.Pattern[str]
    label: str
    scale: str
    offset: str


PRODUCTS = (
    Product(
        # Processing baseline 04.00 or later, written as four digits without the dot.
        re.compile(r"S2[A-Z]_MSIL2A_.*_N(?:0[4-9]|[1-9]\d)\d\d(?!\d).*", re.IGNORECASE),
        "a Sentinel-2 Level-2A product of processing baseline 04.00 or later",
        "0.0001",
        "-0.1",
    ),
    Product(
        re.compile(r"L[A-Z]0\d_L2S[A-Z]_.*_SR_B\d.*", re.IGNORECASE),
        "a Landsat Collection 2 Level-2 surface reflectance band",
        "0.0000275",
        "-0.2",
    ),
)
"""Known products. Sources: for Sentinel-2, ESA, Products Specification Document S2-PDGS-TAS-DI-PSD (offset of -1000
digital numbers since January 2022); for Landsat, USGS, Landsat 8-9 Collection 2 Level 2 Science Product Guide,
LSDS-1619."""


def scaling_hint(path: str, scale: float, offset: float) -> str:
    """Return a hint if the name of a file suggests a scale and offset that are missing from its metadata; otherwise "".

    Parameters
    ----------
    path
        Path of the file. The names of the file and of its parent folders are compared with known products.
    scale, offset
        Scale and offset in the metadata of the band; 1 and 0 mean that there are none.
    """
    if (scale, offset) != (1, 0):
        return ""
    for part in reversed(os.path.abspath(path).replace(os.sep, "/").split("/")):
        for product in PRODUCTS:
            if product.name.fullmatch(part):
                return (
                    f"{path} is named like {product.label}, but has no scale and offset in its metadata. If the scale "
                    f"and offset have not been applied to the pixels, set SCALING to 'given', SCALE to {product.scale} "
                    f"and OFFSET to {product.offset}."
                )
    return ""
