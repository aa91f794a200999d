"""Files that a list of inputs names more than once, also by way of links: they count as often."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ...raster.windows import WindowIndex
from .reader import MergeInput

ADDING = ("sum", "count")
"""Methods by which a repeated file changes the result wherever it lies."""

WEIGHING = ("mean", "median", "feather")
"""Methods by which it does where it overlaps another file."""

NAMED = 5
"""Files that a warning names."""


def repeat_warnings(inputs: Sequence[MergeInput], method: str) -> list[str]:
    """Return the warning about files that count more than once, in a list; none where that changes nothing."""
    if method not in (*ADDING, *WEIGHING):
        return []
    groups: dict[object, list[int]] = {}
    for number, each in enumerate(inputs):
        groups.setdefault(_identity(each.path), []).append(number)
    repeated = [numbers for numbers in groups.values() if len(numbers) > 1]
    if method in WEIGHING and repeated:
        index = WindowIndex([each.core for each in inputs])
        repeated = [numbers for numbers in repeated if _meets_others(inputs, numbers, index)]
    if not repeated:
        return []
    words = [_words([inputs[number].path for number in numbers]) for numbers in repeated[:NAMED]]
    more = f", and {len(repeated) - NAMED} more files" if len(repeated) > NAMED else ""
    return [
        f"Files are in the list more than once, and count as often by METHOD {method}: {', '.join(words)}{more}. "
        "Leave the others out if that is not meant."
    ]


def _identity(path: str) -> object:
    """Return what is equal for two names of one file."""
    try:
        found = os.stat(path)
    except OSError:  # an address, or a member of an archive
        return path
    return found.st_dev, found.st_ino


def _meets_others(inputs: Sequence[MergeInput], numbers: Sequence[int], index: WindowIndex) -> bool:
    """Return whether another file touches where a repeated one lies."""
    return any(set(index.touching(inputs[number].core)) - set(numbers) for number in numbers)


def _words(paths: Sequence[str]) -> str:
    others = sorted(set(paths[1:]) - {paths[0]})
    also = f", also as {', '.join(others)}" if others else ""
    return f"{paths[0]} ({len(paths)} times{also})"
