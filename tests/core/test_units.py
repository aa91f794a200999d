"""Tests for percentages as strings."""

from __future__ import annotations

import pytest

from parallel_raster.core.units import format_percent


@pytest.mark.parametrize(
    "percent, text",
    [
        (0, "0 %"), (1.8e-7, "less than 0.01 %"), (0.00999, "less than 0.01 %"), (0.01, "0.01 %"),
        (33.333333, "33.33 %"), (100, "100 %"),
    ],
)  # fmt: skip
def test_percentages_have_no_exponent(percent, text):
    assert format_percent(percent) == text
