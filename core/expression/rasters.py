"""The rasters that a formula can refer to by letter, layer name or file name, and the descriptions of their bands."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

MAX_RASTERS = 200

LISTED = 8
"""Maximum number of inputs or bands that an error message lists."""


@dataclass(frozen=True)
class Raster:
    """Input of a formula: its path, the description of each band, and other names, such as the name of its layer."""

    path: str
    descriptions: tuple[str, ...]
    aliases: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of bands."""
        return len(self.descriptions)

    @property
    def names(self) -> frozenset[str]:
        """Names of the raster that a formula can use in quotes: path, file name with and without extension, aliases."""
        file = os.path.basename(self.path)
        return frozenset({self.path, file, os.path.splitext(file)[0], *self.aliases})


def letter(number: int) -> str:
    """Return the letter of the input with index `number` (from 0): A to Z, then AA, AB and so on."""
    return (chr(64 + number // 26) if number >= 26 else "") + chr(65 + number % 26)


def raster_of_letter(text: str, rasters: Sequence[Raster]) -> int | None:
    """Return the index of the input with this letter; None if there is no such input."""
    return next((number for number in range(len(rasters)) if letter(number) == text), None)


def rasters_of_name(name: str, rasters: Sequence[Raster]) -> list[int]:
    """Return the indices of all inputs with this letter or name."""
    return [number for number, raster in enumerate(rasters) if name == letter(number) or name in raster.names]


def bands_of_description(description: str, raster: Raster) -> list[int]:
    """Return the bands with this description; if there are none, the bands whose description differs only in case."""
    exact = [band for band, text in enumerate(raster.descriptions, 1) if text == description]
    folded = description.casefold()
    return exact or [band for band, text in enumerate(raster.descriptions, 1) if text.casefold() == folded]


def list_rasters(rasters: Sequence[Raster]) -> str:
    """Return a sentence for error messages that lists the letter, file and number of bands of each input."""
    listed = [
        f"{letter(number)} ({os.path.basename(raster.path)}, {_bands(raster.count)})"
        for number, raster in enumerate(rasters[:LISTED])
    ]
    more = f" and {len(rasters) - LISTED} more" if len(rasters) > LISTED else ""
    return f"The inputs are {', '.join(listed)}{more}."


def list_descriptions(raster: Raster) -> str:
    """Return a sentence for error messages that lists the descriptions of the raster's bands."""
    described = [f"{text!r} (band {band})" for band, text in enumerate(raster.descriptions, 1) if text]
    if not described:
        return "Its bands have no descriptions; use their numbers."
    more = f" and {len(described) - LISTED} more" if len(described) > LISTED else ""
    return f"Its bands are {', '.join(described[:LISTED])}{more}."


def _bands(count: int) -> str:
    return "1 band" if count == 1 else f"{count} bands"
