"""Units of data sizes, and percentages as strings."""

from __future__ import annotations

MEBIBYTE = 2**20


def format_percent(percent: float) -> str:
    """Return a percentage as a string with four significant digits; "less than 0.01 %" for tiny values above 0."""
    return "less than 0.01 %" if 0 < percent < 0.01 else f"{percent:.4g} %"
