"""Parameters of tests that only the long run covers."""

from __future__ import annotations

import pytest


def long(*parameters):
    """Return the given parameters of a test, each with the marker `long`."""
    return [pytest.param(each, marks=pytest.mark.long) for each in parameters]
