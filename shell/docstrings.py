"""Reads numpydoc docstrings: the summary, the notes, and the type, default and description of each parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}$\n", re.MULTILINE)
_PARAMETER = re.compile(r"^(\w.*?) : (.+)\n((?:(?: .*)?(?:\n|$))*)", re.MULTILINE)


class Description(NamedTuple):
    """Type, default and text of a parameter. The default is Python source, or empty if the docstring states none."""

    type: str
    default: str
    text: str


class Docstring(NamedTuple):
    """Parts of a docstring. Each paragraph is one line."""

    summary: str
    paragraphs: tuple[str, ...]
    parameters: Mapping[str, Description]


def parse(text: str) -> Docstring:
    """Return the parts of a dedented numpydoc docstring; `paragraphs` are its description and notes."""
    description, *others = _SECTION.split(text)
    sections = dict(zip(others[::2], others[1::2]))
    summary, *paragraphs = [*_paragraphs(description), *_paragraphs(sections.get("Notes", ""))] or [""]
    return Docstring(summary, tuple(paragraphs), dict(_parameters(sections.get("Parameters", ""))))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text) if paragraph.strip()]


def _parameters(section: str) -> Iterator[tuple[str, Description]]:
    for names, declared, text in _PARAMETER.findall(section):
        kind, _, default = declared.removesuffix(", optional").partition(", default ")
        for name in names.split(","):
            yield name.strip(), Description(kind, default, " ".join(text.split()))
