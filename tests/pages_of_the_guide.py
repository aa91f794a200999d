"""Pages of the documentation and their code blocks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A fenced code block: its language, its code, and the lines of its output, if a `text` block follows."""

    language: str
    code: str
    shown: tuple[str, ...]


def name(page: Path) -> str:
    """Return the path of a page relative to the checkout."""
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """Return the text of a page without its fenced code blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def blocks(page: Path, *languages: str) -> list[Block]:
    """Return the fenced code blocks of a page that have one of the given languages, in order."""
    found = [match.groups()[1:] for match in FENCE.finditer(page.read_text(encoding="utf-8"))]
    following = [*found[1:], ("", "")]
    return [
        Block(language, code, tuple(output.splitlines()) if kind == "text" else ())
        for (language, code), (kind, output) in zip(found, following)
        if language in languages
    ]
