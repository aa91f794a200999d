"""Warn about files that are listed more than once, directly or through links."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ...raster.windows import WindowIndex
from .reader import MergeInput

ADDING = ("sum", "count")
"""Methods for which a repeated file always changes the result."""

WEIGHING = ("mean", "median", "feather")
"""Methods for which a repeated file changes the result where it overlaps another file."""

NAMED = 5
"""Maximum number of repeated files listed in the warning."""


def repeat_warnings(inputs: Sequence[MergeInput], method: str) -> list[str]:
    """Return a list with one warning about repeated files; an empty list if they do not change the result."""
    if method not in (*ADDING, *WEIGHING):
        return []
    groups: dict[object, list[int]] = {}
    for number, each in enumerate(inputs):
        groups.setdefault(_identity(each.path), []).append(number)
    repeated = [numbers for numbers in groups.values() if len(numbers) > 1]
    if method in WEIGHING and repeated:
        index = WindowIndex([each.core for each in inputs])
        repeated = [numbers for numbers in repeated if _overlaps_others(inputs, numbers, index)]
    if not repeated:
        return []
    words = [_format_repeat([inputs[number].path for number in numbers]) for numbers in repeated[:NAMED]]
    more = f", and {len(repeated) - NAMED} more" if len(repeated) > NAMED else ""
    return [
        f"METHOD {method!r} uses a file as many times as it is listed. Listed more than once: {', '.join(words)}{more}."
        " If this is not intended, list each file only once."
    ]


def _identity(path: str) -> object:
    """Return a key that is the same for all paths of the same file."""
    try:
        found = os.stat(path)
    except OSError:  # a URL, or a member of an archive
        return path
    return found.st_dev, found.st_ino


def _overlaps_others(inputs: Sequence[MergeInput], numbers: Sequence[int], index: WindowIndex) -> bool:
    """Return True if a different file overlaps the repeated file."""
    return any(set(index.touching(inputs[number].core)) - set(numbers) for number in numbers)


def _format_repeat(paths: Sequence[str]) -> str:
    others = sorted(set(paths[1:]) - {paths[0]})
    also = f", also as {', '.join(others)}" if others else ""
    return f"{paths[0]} ({len(paths)} times{also})"
