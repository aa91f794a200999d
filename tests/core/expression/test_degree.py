"""Tests for the power with which a formula's value grows if all its bands are multiplied by the same factor."""

from __future__ import annotations

import pytest

from parallel_raster.core.expression.degree import degree
from parallel_raster.core.expression.lines import parse_expression
from parallel_raster.core.expression.rasters import Raster

RASTERS = (Raster("a.tif", ("", "", "")),)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(A@1 - A@2) / (A@1 + A@2)", 0),
        ("(2 * A@1 - A@2) / (A@1 + 0.5 * A@2)", 0),
        ("A@1 / A@2 - 1", 0),
        ("1 / A@1 - 1 / A@2", -1),
        ("-(A@1 - A@2)", 1),
        ("A@1 * A@2", 2),
        ("(A@1 * A@2) ^ 0.5 - A@3", 1),
        ("(A@1 ^ (1 / 2) - A@2 ^ 0.5) / A@1 ^ 0.5", 0),
        ("A@1 - A@2 - 1", None),
        ("2.5 * (A@1 - A@2) / (A@1 + 6 * A@2 + 1)", None),
        ("A@1 ^ A@2", None),
        ("2 ^ (A@1 / A@2)", None),
        ("A@1 > A@2", None),
        ("abs(A@1)", None),
        ("A@1 / A@2 * abs(3)", 0),
        ("1 + 1", 0),
    ],
)
def test_degree(text, found):
    (formula,) = parse_expression(text, RASTERS)
    assert degree(formula.tree) == found
