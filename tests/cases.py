"""Parameters for tests of which some cases only run in the long test run."""

from __future__ import annotations

import itertools

import pytest


def long(*cases):
    """Return the given cases of a test, each with the marker `long`. A tuple is a case with several parameters."""
    return [_case(each, is_long=True) for each in cases]


def mostly_long(*parameters, every):
    """Return all combinations of the parameter lists; only one out of `every` does not have the marker `long`."""
    combined = itertools.product(*parameters) if len(parameters) > 1 else parameters[0]
    return [_case(each, is_long=number % every > 0) for number, each in enumerate(combined)]


def _case(values, *, is_long):
    return pytest.param(*(values if isinstance(values, tuple) else (values,)), marks=[pytest.mark.long] * is_long)
