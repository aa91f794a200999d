"""`make bench-feel` fails where a bound is missed, and says which; what it measures is no business of a test."""

from __future__ import annotations

import sys

import pytest

from harness import ROOT


@pytest.fixture
def feel(monkeypatch):
    """The benchmark as a module."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks"), *sys.path])
    import feel

    return feel


def values(feel, missed=""):
    """What a run measured that keeps every bound, or misses one of them."""
    found = {}
    for bound in feel.BOUNDS:
        limit = 1 if bound.limit is None else bound.limit
        found[bound.key] = limit * (1.5 if bound.least == (bound.key != missed) else 0.5)
    return found


def test_all_bounds_are_kept(feel):
    lines = []
    assert feel.report(values(feel), [values(feel)] * 3, lines.append)
    assert not any("MISSED" in line for line in lines) and len(lines) == 1 + len(feel.BOUNDS)


@pytest.mark.parametrize(
    "key", ["load", "cancel_call", "cancel_task", "turns", "freeze", "turns_strong", "freeze_strong"]
)
def test_one_run_misses_one_bound(feel, key):
    lines = []
    assert not feel.report(values(feel), [values(feel), values(feel, missed=key)], lines.append)
    assert sum("MISSED" in line for line in lines) == 1
