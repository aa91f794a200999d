"""Values and bits that mark clouds and shadows in the mask layers of known products, recognized by file name."""

from __future__ import annotations

import re
from typing import NamedTuple


class MaskProduct(NamedTuple):
    """A known mask layer: the pattern of its file name, its label, and its default MASK_VALUES or MASK_BITS.

    `values_in_time` is the default MASK_VALUES for time series. It hides more pixels than `values`, because other
    scenes fill the gaps.
    """

    name: re.Pattern[str]
    label: str
    values: str = ""
    bits: str = ""
    values_in_time: str = ""


def _part(name: str) -> re.Pattern[str]:
    """Return a pattern that finds `name` in a file name, delimited by punctuation or the ends of the file name."""
    return re.compile(rf"(?:^|[^A-Za-z0-9])(?:{name})(?:$|[^A-Za-z0-9])", re.IGNORECASE)


MASK_PRODUCTS = (
    MaskProduct(_part("SCL"), "Sentinel-2 scene classification", values="3,8-10", values_in_time="0,1,3,8-10"),
    MaskProduct(_part("QA_PIXEL"), "Landsat QA_PIXEL", bits="1-4"),
    MaskProduct(_part("Fmask"), "HLS Fmask", bits="1-3"),
    MaskProduct(_part("(?:sur_refl_)?state_(?:1km|500m|250m)"), "MODIS state", bits="0-1=1-2,2,8-9=2-3"),
)
"""Known mask layers, with the documents that define their values and bits, and the classes that are hidden:

- Sentinel-2, Level-2A Algorithm Theoretical Basis Document (ESA): cloud shadow, cloud of medium and high probability,
  thin cirrus; for time series also nodata, saturated and defective pixels.
- Landsat, LSDS-1619 (USGS): dilated cloud, cirrus, cloud, cloud shadow.
- HLS, Product User Guide 2.0 (NASA): cloud, adjacent to cloud, cloud shadow.
- MODIS, Surface Reflectance User's Guide, Collection 6 (NASA): cloudy or mixed, cloud shadow, average or high cirrus.
"""


def mask_product(path: str) -> MaskProduct | None:
    """Return the product to which a mask layer belongs according to its file name; None if the name is unknown."""
    name = re.split(r"[/\\]", path)[-1]
    return next((product for product in MASK_PRODUCTS if product.name.search(name)), None)
