"""Suggestions for misspelled names."""

from __future__ import annotations

import pytest

from parallel_raster.core.suggestions import similar


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sqr", " Did you mean `sqrt`?"), ("EXPP", " Did you mean `exp`?"), ("bai", " Did you mean `BAI` or `BaI`?"),
        ("zzz", ""), ("", ""),
    ],
)  # fmt: skip
def test_similar(name, words):
    assert similar(name, ["sqrt", "exp", "BAI", "BaI"]) == words
