"""Tests for percentages and sizes as strings, and for percentages as exact limits of shares."""

from __future__ import annotations

import pytest

from parallel_raster.core.units import exact_percent, format_megabytes, format_percent


@pytest.mark.parametrize(
    "percent, text",
    [
        (0, "0 %"), (1.8e-7, "less than 0.01 %"), (0.00999, "less than 0.01 %"), (0.01, "0.01 %"),
        (33.333333, "33.33 %"), (100, "100 %"),
    ],
)  # fmt: skip
def test_percentages_have_no_exponent(percent, text):
    assert format_percent(percent) == text


def test_limits_in_percent_equal_the_decimal_number_that_was_written():
    tenths = [tenth / 10 for tenth in range(1001)]
    assert [exact_percent(percent) * 10 for percent in tenths] == list(range(1001))
    assert exact_percent(1e-7) * 10**7 == 1 and exact_percent(100) == 100


@pytest.mark.parametrize("megabytes, text", [(0.5, "0.5"), (37.96875, "37.97"), (20_000, "20000"), (1e6, "1000000")])
def test_sizes_have_no_exponent(megabytes, text):
    assert format_megabytes(megabytes * 2**20) == text
