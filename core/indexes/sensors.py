"""Sensors: names of their products and bands, and the order of the bands in rasters."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..choices import SENSORS
from ..errors import OptionError
from ..suggestions import similar
from .catalogue import catalogue


class BandName(NamedTuple):
    """The name of a band, such as B4, and the style in which it is written.

    The styles are "plain" (B4), "padded" (B04), "SR" and "ST" (Landsat's SR_B4 and ST_B10) and "modis" (sur_refl_b04).
    """

    name: str
    style: str


@dataclass(frozen=True)
class Sensor:
    """A sensor: its name, a pattern of its product names, and its bands.

    `orders` lists the possible orders of bands in a raster with all bands of a product. Each band is given by its
    letter in formulas, such as N, or by "-" if it has no letter. `unlettered` are names of bands without a letter.
    `styles` are the styles of band names (see `BandName`) by which the sensor is recognized if the file names are not
    product names.
    """

    name: str
    product: re.Pattern[str]
    orders: tuple[tuple[str, ...], ...]
    unlettered: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()

    @property
    def bands(self) -> Mapping[str, tuple[str, float]]:
        """Bands of the sensor: letters in formulas, mapped to (name of the band, central wavelength in nm)."""
        return catalogue().sensors[self.name]

    def fits(self, names: Sequence[BandName]) -> bool:
        """Return True if all given names can be names of bands of the sensor.

        The name of a band without a letter in formulas, such as a panchromatic band, is accepted only if `names` also
        contains the names of all bands with a letter in one of `orders`.
        """
        letters = {name: letter for letter, (name, _) in self.bands.items()}
        thermal = {"SR": False, "ST": True}
        for name, style in names:
            known = name in letters or name in self.unlettered
            if not known or style not in self.styles:
                return False
            if style in thermal and letters.get(name, "").startswith("T") != thermal[style]:
                return False
        given = {letters.get(each.name, "-") for each in names}
        return "-" not in given or any(given.issuperset(order) for order in self.orders)


def _orders(*texts: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(text.split()) for text in texts)


def _product(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_SENSORS = (
    Sensor(
        "Sentinel-2",
        _product(r"S2[A-D]_", r"L\d[A-C]_T\d\d[A-Z]{3}_", r"T\d\d[A-Z]{3}_\d{8}T\d{6}", r"HLS\.S30\."),
        _orders("A B G R RE1 RE2 RE3 N N2 WV - S1 S2", "A B G R RE1 RE2 RE3 N N2 WV S1 S2"),
        ("B10",),
        ("plain", "padded"),
    ),
    Sensor(
        "Landsat 4-5",
        _product(r"LT0[45]_"),
        _orders("B G R N S1 T S2", "B G R N S1 S2"),
        (),
        ("plain", "SR", "ST"),
    ),
    Sensor(
        "Landsat 7",
        _product(r"LE07_"),
        _orders("B G R N S1 T S2 -", "B G R N S1 T S2", "B G R N S1 S2"),
        ("B8",),
        ("plain", "SR", "ST"),
    ),
    Sensor(
        "Landsat 8-9",
        _product(r"L[CO]0[89]_", r"HLS\.L30\."),
        _orders("A B G R N2 S1 S2 - - T1 T2", "A B G R N2 S1 S2"),
        ("B8", "B9"),
        ("plain", "SR", "ST"),
    ),
    Sensor("MODIS", _product(r"M[OY]D09", r"MCD43A4"), _orders("R N2 B G - S1 S2"), ("B5",), ("modis",)),
    Sensor(
        "PlanetScope",
        _product(r"\d{8}_\d{6}_(?:\d\d_)?[0-9A-F]{4}_3B_"),
        _orders("A B G1 G Y R RE1 N2", "B G R N2"),
    ),
    Sensor("WorldView-2/3", _product(r"WV0[23]_"), _orders("A B G Y R - N -", "B G R N"), ("B6", "B8")),
)
"""Known sensors. Names and wavelengths of their bands are in the catalogue of indexes. The orders of their bands are
taken from product guides of ESA, USGS (Collection 2), NASA (MOD09), Planet and Maxar."""

NAME = re.compile(
    r"(?<![A-Z0-9])(?:(?P<prefix>SR|ST|sur_refl)_)?B(?P<zero>0?)(?P<number>\d\d?)(?P<a>A?)(?![A-Z0-9])",
    re.IGNORECASE,
)


def find_sensor(option: str) -> Sensor | None:
    """Return the sensor with this name; None for "auto" and "none".

    Raises
    ------
    OptionError
        `option` is not in `choices.SENSORS`.
    """
    names = {each.casefold(): each for each in SENSORS}
    name = names.get(str(option).strip().casefold())
    if name is None:
        raise OptionError(
            f"SENSOR is {option!r}; it must be one of {', '.join(SENSORS)}.{similar(str(option), SENSORS)}",
            parameter="sensor",
        )
    return next((each for each in _SENSORS if each.name == name), None)


def sensor_of_product(path: str) -> Sensor | None:
    """Return the sensor whose product names match the name of a file or of a folder above it; None if none matches."""
    for part in reversed(os.path.abspath(path).replace(os.sep, "/").split("/")):
        for sensor in _SENSORS:
            if sensor.product.match(part):
                return sensor
    return None


def sensors_with(names: Sequence[BandName]) -> Iterator[Sensor]:
    """Yield the sensors to which all the given band names can belong. If no names are given, yield nothing."""
    yield from (each for each in _SENSORS if names and each.fits(names))


def sensors_of_count(count: int) -> list[Sensor]:
    """Return the sensors for which a raster with all bands of a product can have this number of bands."""
    return [each for each in _SENSORS if any(len(order) == count for order in each.orders)]


def band_name(text: str, *, first: bool = False) -> BandName | None:
    """Return the band name that a file name contains; None if there is no band name, or more than one.

    If `first` is True, `text` is a description, which must begin with the band name: "mean of B1" is not band 1.
    """
    found: dict[str, BandName] = {}
    for match in NAME.finditer(text):
        if first and not found and text[: match.start()].strip():
            return None
        prefix = (match["prefix"] or "").upper()
        style = "modis" if prefix == "SUR_REFL" else prefix or ("padded" if match["zero"] else "plain")
        name = f"B{match['number']}{match['a'].upper()}"
        found[name] = BandName(name, style)
    return next(iter(found.values())) if len(found) == 1 else None
