"""The choices of the jobs: one table each, which the core looks words up in and QGIS shows in its lists.

A table maps the word used from Python to the label that people see; its order is the order of the enum
parameter and never changes. The standard library only, since QGIS reads these tables when it starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .errors import OptionError


class Index(NamedTuple):
    """A named normalized difference: what people call it and which bands its two terms are."""

    name: str
    label: str
    term_a: str
    term_b: str


INDEXES: dict[str, Index] = {
    "normalized_difference": Index("ND", "Normalized difference", "A", "B"),
    "ndvi": Index("NDVI", "NDVI, vegetation", "near infrared", "red"),
    "ndwi": Index("NDWI", "NDWI, open water (McFeeters)", "green", "near infrared"),
    "ndmi": Index("NDMI", "NDMI, moisture", "near infrared", "shortwave infrared 1"),
    "mndwi": Index("MNDWI", "MNDWI, open water (modified)", "green", "shortwave infrared 1"),
    "ndbi": Index("NDBI", "NDBI, built-up land", "shortwave infrared 1", "near infrared"),
    "ndsi": Index("NDSI", "NDSI, snow", "green", "shortwave infrared 1"),
    "nbr": Index("NBR", "NBR, burn ratio", "near infrared", "shortwave infrared 2"),
    "gndvi": Index("GNDVI", "GNDVI, green vegetation", "near infrared", "green"),
    "ndre": Index("NDRE", "NDRE, red edge", "near infrared", "red edge"),
}

SCALING = {
    "stored": "Scale and offset stored in the bands",
    "none": "None",
    "given": "Scale and offset below",
}

ZERO_SUM = {"nodata": "Nodata", "zero": "Zero"}

INDEX_TYPES = {
    "float32": "Float32",
    "int16": "Int16 x 10000",
    "uint8": "Byte 0-200",
}


def resolve_choice(table: Mapping[str, object], value: str, name: str) -> str:
    """Return the word of `table` that `value` means, upper and lower case alike.

    Raises
    ------
    OptionError
        `value` is no word of the table; the message lists those that are.
    """
    word = value.lower() if isinstance(value, str) else value
    if word not in table:
        raise OptionError(f"{name} is {value!r}; it must be one of {', '.join(table)}.")
    return word
