"""Define units of data sizes, format percentages and worker counts, and compare percentages exactly."""

from __future__ import annotations

from fractions import Fraction

MEBIBYTE = 2**20


def format_megabytes(size: float) -> str:
    """Return a size in bytes as MB: four significant digits if it is below 1000 MB, otherwise a whole number."""
    megabytes = size / MEBIBYTE
    return f"{megabytes:.4g}" if megabytes < 1000 else f"{megabytes:.0f}"


def format_percent(percent: float) -> str:
    """Return a percentage as a string with four significant digits; "less than 0.01 %" for tiny values above 0."""
    return "less than 0.01 %" if 0 < percent < 0.01 else f"{percent:.4g} %"


def exact_percent(percent: float) -> Fraction:
    """Return a percentage as the exact decimal number that the user wrote, such as 11/10 for 1.1.

    The float 1.1 is slightly larger than 11/10, so a comparison with it would reject a share of 11 pixels in 1,000.
    Compare `100 * part` with `exact_percent(limit) * whole`; both sides are exact if `part` and `whole` are integers.
    """
    return Fraction(repr(float(percent)))


def format_workers(workers: int) -> str:
    """Return a number of workers as a string; 0 is "serial"."""
    return "serial" if not workers else f"{workers} worker{'s' if workers > 1 else ''}"
