"""The catalogue of spectral indexes: what `indexes.json` says of indexes, bands and constants.

`scripts/indexes.py` creates the file from the package spyndex. This module uses only the standard library, since QGIS
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
    """An index: short name, long name, domain such as "vegetation", formula, and the address of its reference."""

    short_name: str
    long_name: str
    domain: str
    formula: str
    reference: str

    @property
    def symbols(self) -> tuple[str, ...]:
        """Bands and constants of the formula, in their order, each once."""
        return tuple(dict.fromkeys(SYMBOL.findall(self.formula)))


@dataclass(frozen=True)
class Letter:
    """A band of the catalogue: its letter, its common name, and the range of its central wavelength in nm."""

    letter: str
    common_name: str
    shortest: float
    longest: float

    def __str__(self) -> str:
        return f"{self.letter} ({self.common_name}, {self.shortest:g} to {self.longest:g} nm)"


@dataclass(frozen=True)
class Constant:
    """A constant of formulas: its name, its default, if it has one, and what it is."""

    name: str
    default: float | None
    description: str


@dataclass(frozen=True)
class Catalogue:
    """Everything in the file: the version, and indexes, bands and constants by their names.

    `sensors` maps a sensor to its bands: letter -> (name of the band, central wavelength in nm).
    """

    title: str
    version: str
    indexes: Mapping[str, SpectralIndex]
    letters: Mapping[str, Letter]
    constants: Mapping[str, Constant]
    sensors: Mapping[str, Mapping[str, tuple[str, float]]]


@functools.lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the catalogue."""
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
    """Return the indexes with these short names, each once, in the given order.

    Parameters
    ----------
    names
        Short names in their exact case, as a sequence or in a text with commas; blanks around names are ignored.

    Raises
    ------
    OptionError
        There is no name, or the catalogue has no such index; the message contains the most similar name.
    """
    listed = [names] if isinstance(names, str) else list(names)
    wanted = [name.strip() for each in listed for name in each.split(",") if name.strip()]
    known = catalogue()
    if not wanted:
        raise OptionError("INDEX is empty. Choose at least one index, such as NDVI.", parameter="index")
    for name in wanted:
        if name not in known.indexes:
            raise OptionError(
                f"INDEX contains {name!r}, which is not an index of the catalogue ({known.title})."
                f"{similar(name, known.indexes)}",
                parameter="index",
            )
    return tuple(known.indexes[name] for name in dict.fromkeys(wanted))
