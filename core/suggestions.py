"""Suggestions for misspelled names in error messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST = 40
"""Maximum number of characters of a name that are compared."""


def similar(name: str, known: Iterable[str]) -> str:
    """Return a question that suggests the known names most similar to `name`, ignoring case; "" if none is similar."""
    folded: dict[str, list[str]] = {}
    for each in known:
        folded.setdefault(each.casefold(), []).append(each)
    close = difflib.get_close_matches(name.casefold()[:LONGEST], folded, 1)
    return f" Did you mean {' or '.join(f'`{each}`' for each in folded[close[0]])}?" if close else ""
