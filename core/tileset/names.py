"""File names of tiles: fill in the template, make names safe for every file system, and reject duplicates."""

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
"""Maximum length of a file name without extension, in bytes. File systems allow 255 bytes, but the name of a sidecar
file is longer than the name of its tile."""

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
"""Names reserved for devices on Windows, with any extension."""

_TOKEN = re.compile("{(" + "|".join(TOKENS) + ")}")


def safe_stem(text: str) -> str:
    """Turn text into a file name without extension that is valid on every file system and not hidden."""
    # Lone surrogates come from file names in a different encoding and cannot be encoded as UTF-8.
    text = unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode("utf-8")
    stem = _UNSAFE.sub("_", text).encode("utf-8")[:LONGEST_STEM].decode("utf-8", "ignore")
    stem = stem.strip(" ").rstrip(". ")
    if stem.startswith("."):
        stem = "_" + stem[1:]
    if not stem or _RESERVED.fullmatch(stem):
        stem = "_" + stem
    return stem


def padded(numbers: Iterable[int]) -> dict[int, str]:
    """Return a mapping from each number to its text, padded with zeros to the width of the longest number."""
    unique = set(numbers)
    width = max((len(str(abs(number))) for number in unique), default=1)
    return {number: f"{'-' if number < 0 else ''}{abs(number):0{width}d}" for number in unique}


def tile_name(template: str, values: Mapping[str, str]) -> str:
    """Return the file name of a tile. Template text that is not a token is kept.

    If the file name is too long, the value of `{name}` is shortened, since only the other tokens differ between tiles.
    """
    if template.lower().endswith(EXTENSION):
        template = template[: -len(EXTENSION)]
    stem = _filled(template, values)
    excess = len(stem.encode("utf-8", "replace")) - LONGEST_STEM
    if excess > 0 and "{name}" in template:
        name = values["name"].encode()
        length = max(0, len(name) + -excess // template.count("{name}"))
        stem = _filled(template, {**values, "name": name[:length].decode("utf-8", "ignore")})
    return safe_stem(stem) + EXTENSION


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _TOKEN.sub(lambda match: values[match.group(1)], template)


def name_key(name: str) -> str:
    """Return a key that is the same for names that differ only in case or Unicode composition."""
    return unicodedata.normalize("NFC", name).casefold()


def check_names(names: Mapping[str, str] | Iterable[tuple[str, str]]) -> None:
    """Raise OptionError if two tiles would have the same file name on some file system.

    Parameters
    ----------
    names
        Pairs of a tile's description and file name. The message quotes the descriptions.

    Raises
    ------
    OptionError
        Two names are the same. The message describes both tiles.
    """
    seen: dict[str, str] = {}
    for description, name in names.items() if isinstance(names, Mapping) else names:
        other = seen.setdefault(name_key(name), description)
        if other is not description:
            raise OptionError(
                f"Two tiles would have the same file name, {name}: {other} and {description}. "
                "Use a NAME_TEMPLATE with {row} and {col}, or a NAME_FIELD with unique values.",
                parameter="name_template",
            )
