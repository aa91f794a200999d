"""Read and write the JSON files that list the tiles of a set or the scenes of a folder, and check their fields."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ..errors import InputError

LARGEST = 2**30
"""Maximum size of a JSON file in bytes. The manifest of a hundred thousand tiles takes about 20 MB."""

T = TypeVar("T")


class InvalidField(Exception):
    """Raised if a field of a JSON file is invalid. The message names the field."""


def read_document(
    path: str, version: int, parse: Callable[[dict[str, Any]], T], listed: str, remedy: str, advice: str = ""
) -> T:
    """Return the result of `parse` for the JSON object in a file.

    Parameters
    ----------
    path
        Path of the file.
    version
        Number that the field `format` must have.
    parse
        Function that checks the fields. It raises InvalidField, or KeyError if a field is missing.
    listed
        What the file lists, such as "tiles", for the error message.
    remedy
        Last sentence of the error message if the file is damaged.
    advice
        Last sentence of the error message if the file is some other JSON file; by default, `remedy`.

    Raises
    ------
    InputError
        The file cannot be read, is damaged or has an unsupported format. The error names the file and the field.
    """
    try:
        if os.path.getsize(path) > LARGEST:
            raise InputError(f"{path} is larger than {LARGEST // 2**20} MB, so it cannot be a list of {listed}.")
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is damaged: {error}. {remedy}") from error
    if not isinstance(document, dict) or "format" not in document:
        raise InputError(f"{path} is not a list of {listed}. {advice or remedy}")
    found = document["format"]
    if found != version or isinstance(found, bool):
        raise InputError(
            f"{path} has format {found!r}, but this version of Parallel Raster can only read format {version}."
        )
    try:
        return parse(document)
    except (InvalidField, KeyError) as error:
        problem = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise InputError(f"{path} is damaged: {problem}. {remedy}") from error


def write_document(path: str, head: dict[str, Any], key: str, records: list[dict[str, Any]]) -> None:
    """Write `head` and the list `records` (under `key`) to a JSON file; flush the file to disk. May raise OSError."""
    lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    start = json.dumps(head, ensure_ascii=False, indent=1).rstrip("}").rstrip()
    with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:  # surrogates become JSON escapes
        file.write(f'{start},\n "{key}": [\n{lines}\n]}}\n')
        file.flush()
        os.fsync(file.fileno())


def is_plain_name(name: Any) -> bool:
    """Return True if a name is a file name without a folder on every operating system."""
    return isinstance(name, str) and bool(name) and not set(name) & set("/\\:\0") and name not in (".", "..")


def require(condition: bool, field: str, problem: str = "is invalid") -> None:
    """Raise InvalidField unless the condition is met."""
    if not condition:
        raise InvalidField(f"{field} {problem}")


def is_integer(value: Any) -> bool:
    """Return True if a value is an integer, but not a boolean."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Return True if a value is a number in the range of float64, but not a boolean."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def checked(value: Any, kind: type, field: str) -> Any:
    """Return the value if it has the type `kind`; otherwise raise InvalidField."""
    require(isinstance(value, kind) and not (kind is int and isinstance(value, bool)), field)
    return value


def numbers(values: Any, count: int, kind: type, field: str) -> Any:
    """Return a list of `count` numbers as a tuple of `kind` (int or float); raise InvalidField for any other value."""
    complete = isinstance(values, list) and len(values) == count
    check = is_integer if kind is int else is_number
    require(complete and all(map(check, values)), field)
    return tuple(kind(value) for value in values)
