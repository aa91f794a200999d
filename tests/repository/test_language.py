"""Phrases that docs/style.md bans do not appear in the pages or in the Python code."""

from __future__ import annotations

import re

import pytest

from pages_of_the_guide import PAGES, ROOT

BANNED = (
    "again and again",
    "at hand",
    "crew",
    "for want of",
    "has no place in",
    "hear a cancel",
    "hears a cancel",
    "is no value of",
    "less threads",
    "less workers",
    "memory bound",
    "mend",
    "mended",
    "of so many",
    "shall",
    "upside down",
    "want of memory",
    "where they are to be",
)
"""Banned phrases in lower case; docs/style.md lists the words to use instead."""

FOLDERS = ("core", "algorithms", "plugin", "shell", "scripts", "benchmarks")
STYLE = ROOT / "docs" / "style.md"
"""The page that quotes the banned phrases as bad examples, and is therefore not searched."""

GAP = r"""(?:\s|#|["']|\b[bfr]{1,2}(?=["']))+"""
"""Pattern between two words of a phrase: spaces, a line break in a comment, or the gap between string literals."""


def pattern(phrase):
    return re.compile(rf"\b{GAP.join(phrase.split())}\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def texts():
    """Text of every page and module, keyed by its path relative to the checkout."""
    modules = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    paths = [page for page in PAGES if page != STYLE] + modules
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.mark.parametrize("phrase", BANNED)
def test_banned_phrase(texts, phrase):
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
        for path, text in texts.items()
        for match in pattern(phrase).finditer(text)
    ]
    assert found == [], "see docs/style.md"


def test_pages_and_modules_are_read(texts):
    """Pages and modules in all folders are read, so a renamed folder cannot silently be left out."""
    assert "README.md" in texts and "docs/guide.md" in texts
    assert all(any(path.startswith(f"{folder}/") for path in texts) for folder in FOLDERS)


@pytest.mark.parametrize(
    "text", ["the memory bound is", "Memory\n    # bound", '"... memory "\n    f"bound is {n}"', "'memory ' 'bound'"]
)
def test_phrases_that_span_lines_are_found(text):
    assert pattern("memory bound").search(text)


@pytest.mark.parametrize("text", ["memory_bound", "in memory, bound to", "memory boundary"])
def test_other_texts_are_not_found(text):
    assert not pattern("memory bound").search(text)
