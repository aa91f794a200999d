"""Tests for percentages and sizes as strings."""

from __future__ import annotations

import pytest

from parallel_raster.core.units import format_megabytes, format_percent


@pytest.mark.parametrize(
    "percent, text",
    [
        (0, "0 %"), (1.8e-7, "less than 0.01 %"), (0.00999, "less than 0.01 %"), (0.01, "0.01 %"),
        (33.333333, "33.33 %"), (100, "100 %"),
    ],
)  # fmt: skip
def test_percentages_have_no_exponent(percent, text):
    assert format_percent(percent) == text


@pytest.mark.parametrize("megabytes, text", [(0.5, "0.5"), (37.96875, "37.97"), (20_000, "20000"), (1e6, "1000000")])
def test_sizes_have_no_exponent(megabytes, text):
    assert format_megabytes(megabytes * 2**20) == text
