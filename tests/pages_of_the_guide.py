"""The pages that people read, and the commands in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: the word behind the fence, its lines, and what the block `text` right behind it shows."""

    language: str
    code: str
    shown: tuple[str, ...]


def name(page: Path) -> str:
    """Return a page's path in the checkout."""
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """Return the page without its fenced blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def blocks(page: Path, *languages: str) -> list[Block]:
    """Return the page's blocks of those languages, from top to bottom."""
    found = [match.groups()[1:] for match in FENCE.finditer(page.read_text(encoding="utf-8"))]
    behind = [*found[1:], ("", "")]
    return [
        Block(language, code, tuple(output.splitlines()) if kind == "text" else ())
        for (language, code), (kind, output) in zip(found, behind)
        if language in languages
    ]
