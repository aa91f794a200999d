"""Names of tiles: a template filled in, made safe for every file system, and no two alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from ..errors import OptionError

DEFAULT_TEMPLATE = "{name}_{row}_{col}"
POLYGON_TEMPLATE = "{name}_{id}"
TOKENS = ("name", "row", "col", "id", "x", "y")
EXTENSION = ".tif"

LONGEST_STEM = 200
"""Bytes: file systems take 255 for a name, and what lies beside a tile has a longer one."""

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
"""Names that mean devices on Windows, with any extension."""

_TOKEN = re.compile("{(" + "|".join(TOKENS) + ")}")


def safe_stem(text: str) -> str:
    """Return a text as a file name without extension that every file system takes; never empty, never hidden."""
    # What UTF-8 does not take (half a surrogate pair) came from a file name in another encoding.
    text = unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode("utf-8")
    stem = _UNSAFE.sub("_", text).encode("utf-8")[:LONGEST_STEM].decode("utf-8", "ignore")
    stem = stem.strip(" ").rstrip(". ")
    if stem.startswith("."):
        stem = "_" + stem[1:]
    if not stem or _RESERVED.fullmatch(stem):
        stem = "_" + stem
    return stem


def padded(numbers: Iterable[int]) -> dict[int, str]:
    """Return each number as text, with zeros in front to the width of the largest."""
    unique = set(numbers)
    width = max((len(str(abs(number))) for number in unique), default=1)
    return {number: f"{'-' if number < 0 else ''}{abs(number):0{width}d}" for number in unique}


def tile_name(template: str, values: Mapping[str, str]) -> str:
    """Return the file name of a tile; what is no token of the template stays as it is.

    Of a name that is too long `{name}` is cut before its end, where the tiles differ.
    """
    if template.lower().endswith(EXTENSION):
        template = template[: -len(EXTENSION)]
    stem = _filled(template, values)
    excess = len(stem.encode("utf-8", "replace")) - LONGEST_STEM
    if excess > 0 and "{name}" in template:
        name = values["name"].encode()
        left = max(0, len(name) + -excess // template.count("{name}"))
        stem = _filled(template, {**values, "name": name[:left].decode("utf-8", "ignore")})
    return safe_stem(stem) + EXTENSION


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _TOKEN.sub(lambda match: values[match.group(1)], template)


def name_key(name: str) -> str:
    """Return what two names have in common that some file system takes for one: case and composition."""
    return unicodedata.normalize("NFC", name).casefold()


def check_names(names: Mapping[str, str] | Iterable[tuple[str, str]]) -> None:
    """Raise when two tiles would have one name, on whatever file system.

    Parameters
    ----------
    names
        Pairs of what a tile is called in a message and its file name.

    Raises
    ------
    OptionError
        Names both tiles and their name.
    """
    seen: dict[str, str] = {}
    for words, name in names.items() if isinstance(names, Mapping) else names:
        other = seen.setdefault(name_key(name), words)
        if other is not words:
            raise OptionError(
                f"Two tiles would be called {name}: {other} and {words}. "
                "Use a NAME_TEMPLATE with {row} and {col}, or a NAME_FIELD whose values differ.",
                parameter="name_template",
            )
