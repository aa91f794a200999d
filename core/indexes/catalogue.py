"""The catalogue of spectral indexes: the indexes, bands, constants and sensors in `indexes.json`.

`scripts/indexes.py` creates the file from the spyndex package. This module uses only the standard library, since QGIS
lists the indexes at startup.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import OptionError
from ..suggestions import similar

FILE = os.path.join(os.path.dirname(__file__), "indexes.json")

SYMBOL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class SpectralIndex:
    """An index: short name, long name, domain such as "vegetation", formula, and the URL of its reference."""

    short_name: str
    long_name: str
    domain: str
    formula: str
    reference: str

    @property
    def symbols(self) -> tuple[str, ...]:
        """Band letters and constant names in the formula, in order of appearance and without duplicates."""
        return tuple(dict.fromkeys(SYMBOL.findall(self.formula)))


@dataclass(frozen=True)
class Letter:
    """A band of the catalogue: its letter in formulas, common name, and the range of its central wavelength in nm."""

    letter: str
    common_name: str
    shortest: float
    longest: float

    def __str__(self) -> str:
        return f"{self.letter} ({self.common_name}, {self.shortest:g} to {self.longest:g} nm)"


@dataclass(frozen=True)
class Constant:
    """A constant in formulas: its name, its default (None if it has none), and its description."""

    name: str
    default: float | None
    description: str


@dataclass(frozen=True)
class Catalogue:
    """Contents of `indexes.json`: title and version, and indexes, bands and constants by name.

    `sensors` maps the name of each sensor to its bands. The key of a band is its letter in formulas, such as "N"; the
    value is (name of the band, central wavelength in nm).
    """

    title: str
    version: str
    indexes: Mapping[str, SpectralIndex]
    letters: Mapping[str, Letter]
    constants: Mapping[str, Constant]
    sensors: Mapping[str, Mapping[str, tuple[str, float]]]


@functools.lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the catalogue in `indexes.json`."""
    with open(FILE, encoding="utf-8") as file:
        content = json.load(file)
    return Catalogue(
        title=f"{content['catalogue']}, {content['package']} {content['version']}",
        version=content["version"],
        indexes={
            name: SpectralIndex(name, each["name"], each["domain"], each["formula"], each["reference"])
            for name, each in content["indexes"].items()
        },
        letters={letter: Letter(letter, *each) for letter, each in content["bands"].items()},
        constants={name: Constant(name, *each) for name, each in content["constants"].items()},
        sensors={
            sensor: {letter: (name, wavelength) for letter, (name, wavelength) in bands.items()}
            for sensor, bands in content["sensors"].items()
        },
    )


def find_indexes(names: str | Sequence[str]) -> tuple[SpectralIndex, ...]:
    """Return the indexes with the given short names, in the given order and without duplicates.

    Parameters
    ----------
    names
        Short names, as a sequence or separated by commas. Names are case-sensitive; spaces around them are ignored.

    Raises
    ------
    OptionError
        No name is given, or a name is not in the catalogue. The message then suggests the most similar name.
    """
    listed = [names] if isinstance(names, str) else list(names)
    wanted = [name.strip() for each in listed for name in each.split(",") if name.strip()]
    known = catalogue()
    if not wanted:
        raise OptionError("INDEX is empty. Choose at least one index, such as NDVI.", parameter="index")
    for name in wanted:
        if name not in known.indexes:
            raise OptionError(
                f"INDEX contains {name!r}, which is not an index in the catalogue ({known.title})."
                f"{similar(name, known.indexes)}",
                parameter="index",
            )
    return tuple(known.indexes[name] for name in dict.fromkeys(wanted))
