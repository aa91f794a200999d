"""`scripts/check_docstrings.py` finds incomplete docstrings of public functions and of the classes that they return."""

from __future__ import annotations

import dataclasses
import re

import pytest

import shipped

pytest.importorskip("numpydoc")

COMPLETE = """Return a sum.

    Parameters
    ----------
    first : int
        A number.
    second : int, default 2
        Another.
    third : int, optional
        One more.

    Returns
    -------
    int
        The sum.

    Raises
    ------
    ValueError
        It is too large.
    """


@pytest.fixture(scope="module")
def check():
    return shipped.script("check_docstrings")


def added(first, second=2, third=None):
    return first + second


@dataclasses.dataclass
class Result:
    """A result."""

    number: int


def problems_of(check, monkeypatch, doc):
    monkeypatch.setattr(check, "validate", lambda name: {"errors": [("PR07", "from numpydoc"), ("EX01", "unasked")]})
    monkeypatch.setattr(added, "__doc__", doc)
    return check.problems(added)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("first : int\n        A number.\n    ", "", "the docstring describes"),
        ("first : int", "first", "first has no type"),
        ("default 2", "default 3", "nor the default 2"),
        ("int, optional", "int", "neither `optional`"),
        ("Raises\n    ------\n    ValueError\n        It is too large.", "", "Raises section is missing"),
    ],
)
def test_incomplete_docstring_of_a_function(check, monkeypatch, before, after, problem):
    assert problems_of(check, monkeypatch, COMPLETE) == ["PR07 from numpydoc"]
    assert COMPLETE.count(before) == 1
    _, line = problems_of(check, monkeypatch, COMPLETE.replace(before, after))
    assert re.search(problem, line)


def test_result_without_attributes(check, monkeypatch):
    monkeypatch.setattr(check, "validate", lambda name: {"errors": []})
    assert check.problems(Result) == ["the docstring describes [], but the code has ['number']"]
