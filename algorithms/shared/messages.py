"""Which parameter a message of the core speaks of: the core knows files and bands, people know the dialog's fields."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any, NamedTuple


class Given(NamedTuple):
    """A parameter, what the dialog calls it, and the words by which a message may speak of its value."""

    name: str
    description: str
    words: tuple[str, ...]


def output_path_of(value: Any) -> str:
    """Return the path in the value of an output, as the dialog or a script gives it; empty where there is none."""
    value = value.sink.staticValue() if hasattr(value, "sink") else value
    return value if isinstance(value, str) else ""


def file_words(path: str, *, destination: bool) -> tuple[str, ...]:
    """Return how a message may speak of a file: by its path, of one to be written also by its folder."""
    if not path:
        return ()
    return (path, f"folder {os.path.dirname(os.path.abspath(path))}") if destination else (path,)


def band_words(band: int) -> tuple[str, ...]:
    """Return how a message speaks of a band that the raster does not have."""
    return (f"band {band} does not exist",)


def name_parameter(message: str, given: Iterable[Given]) -> str:
    """Return the message with its parameter in front; as it is where it names one, or speaks of none of them.

    Of several the one counts that the message speaks of last: a file and then its band, a folder and then its file.
    """
    given = list(given)
    if any(re.search(rf"\b{each.name}\b", message) for each in given):
        return message
    ends = [
        (message.rfind(word) + len(word), place)
        for place, each in enumerate(given)
        for word in each.words
        if word in message
    ]
    if not ends:
        return message
    parameter = given[max(ends)[1]]
    return f"{parameter.description} ({parameter.name}): {message}"
