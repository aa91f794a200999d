"""`make bench-feel` fails and names the limit if a measurement exceeds it; the measurements are not tested here."""

from __future__ import annotations

import sys

import pytest

from harness import ROOT


@pytest.fixture
def feel(monkeypatch):
    """The module `benchmarks/feel.py`."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks"), *sys.path])
    import feel

    return feel


def values(feel, exceeded=""):
    """Return measurements that are within every limit, except the measurement named `exceeded`."""
    found = {}
    for bound in feel.BOUNDS:
        limit = 1 if bound.limit is None else bound.limit
        found[bound.key] = limit * (1.5 if bound.least == (bound.key != exceeded) else 0.5)
    return found


def test_measurements_within_all_limits_pass(feel):
    lines = []
    assert feel.report(values(feel), [values(feel)] * 3, lines.append)
    assert not any("NOT MET" in line for line in lines) and len(lines) == 1 + len(feel.BOUNDS)


@pytest.mark.parametrize(
    "key", ["load", "cancel_call", "cancel_task", "turns", "freeze", "turns_strong", "freeze_strong"]
)
def test_one_exceeded_limit_fails(feel, key):
    lines = []
    assert not feel.report(values(feel), [values(feel), values(feel, exceeded=key)], lines.append)
    assert sum("NOT MET" in line for line in lines) == 1
