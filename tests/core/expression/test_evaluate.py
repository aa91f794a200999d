"""Formulas evaluated on arrays equal a reference implementation that evaluates random formulas pixel by pixel."""

from __future__ import annotations

import functools
import math
import random

import numpy as np
import pytest

from parallel_raster.core.expression.evaluate import Values, evaluate
from parallel_raster.core.expression.lines import parse_expression
from parallel_raster.core.expression.rasters import Raster
from parallel_raster.core.expression.tree import Band

RASTERS = (Raster("in.tif", ("", "", "")), Raster("other.tif", ("",)))
BANDS = {"A@1": Band(0, 1), "A@2": Band(0, 2), "A@3": Band(0, 3), "B@1": Band(1, 1)}
SPECIAL = (
    0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 255.0, -128.0, 32767.0, 65535.0, 2.0**31 - 1, 2.0**32 - 1, 1e-300, 1e300, math.pi,
    math.nan, math.inf, -math.inf, 3.5, -2.5,
)  # fmt: skip
INEXACT = ("exp", "ln", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "^")
"""Functions whose results may differ between the C library and numpy in the last digits."""


def ieee(function, *values):
    """Return the float64 result of a function; it is NaN or infinity where Python would raise an error."""
    with np.errstate(all="ignore"):
        return float(function(*(np.float64(each) for each in values)))


def root(value):
    """Return the square root, NaN for negative numbers; `value ^ 0.5` gives the same."""
    return math.sqrt(value) if value >= 0 else math.nan


REFERENCE = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: ieee(lambda x, y: x / y, a, b),
    "^": lambda a, b: root(a) if b == 0.5 else ieee(lambda x, y: x**y, a, b),
    "=": lambda a, b: float(a == b),
    "!=": lambda a, b: float(a != b),
    "<": lambda a, b: float(a < b),
    "<=": lambda a, b: float(a <= b),
    ">": lambda a, b: float(a > b),
    ">=": lambda a, b: float(a >= b),
    "and": lambda a, b: float(a != 0 and b != 0),
    "or": lambda a, b: float(a != 0 or b != 0),
    "not": lambda a: float(a == 0),
    "neg": lambda a: -a,
    "abs": abs,
    "sqrt": root,
    **{name: functools.partial(ieee, function) for name, function in {
        "exp": np.exp, "ln": np.log, "log10": np.log10, "sin": np.sin, "cos": np.cos, "tan": np.tan,
        "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan,
    }.items()},
    "atan2": math.atan2,
    "floor": lambda a: math.copysign(math.floor(a), a) if math.isfinite(a) else a,
    "ceil": lambda a: math.copysign(math.ceil(a), a) if math.isfinite(a) else a,
    "round": lambda a: math.copysign(round(a), a) if math.isfinite(a) else a,
    "clip": lambda a, low, high: least(most(a, low), high),
    "bits3_5": lambda a: float(int(a) >> 3 & 7) if math.isfinite(a) and abs(a) <= 2**53 and a == int(a) else math.nan,
}  # fmt: skip


def least(*values):
    return math.nan if any(map(math.isnan, values)) else min(values)


def most(*values):
    return math.nan if any(map(math.isnan, values)) else max(values)


def total(*values):
    result = values[0]
    for each in values[1:]:
        result += each
    return result


def middle(*values):
    if any(map(math.isnan, values)):
        return math.nan
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


SEVERAL = {"min": least, "max": most, "sum": total, "mean": lambda *v: total(*v) / len(v), "median": middle}


def reference(node, pixel):
    """Return (value, valid) of a random formula tree at one pixel; `pixel` maps each band to its (value, valid)."""
    kind, *rest = node
    if kind == "number":
        return rest[0], True
    if kind == "nodata":
        return 0.0, False
    if kind == "band":
        return pixel[rest[0]]
    parts = [reference(each, pixel) for each in rest]
    if kind == "if":
        chosen = parts[1] if parts[0][0] != 0 else parts[2]
        return chosen[0], parts[0][1] and chosen[1]
    if kind == "isnodata":
        return float(not parts[0][1]), True
    if kind == "count":
        return float(sum(valid for _, valid in parts)), True
    if kind == "coalesce":
        return next((each for each in parts if each[1]), (0.0, False))
    values, valid = [value for value, _ in parts], all(known for _, known in parts)
    return {**REFERENCE, **SEVERAL}[kind](*values), valid


def text_of(node):
    """Return the text of the formula that a random tree represents."""
    kind, *rest = node
    if kind == "number":
        return f"({rest[0]!r})" if rest[0] < 0 or math.copysign(1, rest[0]) < 0 else repr(rest[0])
    if kind in ("nodata", "band"):
        return rest[0] if rest else "nodata"
    parts = [text_of(each) for each in rest]
    if kind == "bits3_5":
        return f"bits({parts[0]}, 3, 5)"
    if kind == "neg":
        return f"(-{parts[0]})"
    if kind == "not":
        return f"(not {parts[0]})"
    if kind in TWO and kind != "atan2":
        return f"({parts[0]} {kind} {parts[1]})"
    return f"{kind}({', '.join(parts)})"


TWO = ("+", "-", "*", "/", "^", "=", "!=", "<", "<=", ">", ">=", "and", "or", "atan2")
ONE = ("not", "neg", "abs", "sqrt", "exp", "ln", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "floor", "ceil",
       "round", "bits3_5", "isnodata")  # fmt: skip
MANY = ("min", "max", "sum", "mean", "median", "count", "coalesce")


def random_tree(rng, depth, exact):
    """Return a random formula tree; if `exact` is true, the tree contains no function listed in INEXACT."""
    if depth == 0 or rng.random() < 0.1:
        kind = rng.choice(["band"] * 6 + ["number"] * 3 + ["nodata"])
        finite = [each for each in SPECIAL if math.isfinite(each)]
        return {"band": ("band", rng.choice(list(BANDS))), "number": ("number", rng.choice(finite))}.get(kind, (kind,))
    kinds = [each for each in (*TWO * 2, *ONE, *MANY, "if", "if", "clip") if not (exact and each in INEXACT)]
    kind = rng.choice(kinds)
    count = 2 if kind in TWO else 1 if kind in ONE else rng.randint(1, 4) if kind in MANY else 3
    return (kind, *(random_tree(rng, depth - 1, exact) for _ in range(count)))


def compare(seed, exact):
    rng = random.Random(seed)
    node = random_tree(rng, rng.randint(1, 6), exact)
    text = text_of(node)
    if len(text) > 3500 or text.count("(") > 120:
        return
    pixels = [{name: (rng.choice(SPECIAL), rng.random() < 0.8) for name in BANDS} for _ in range(60)]
    inputs = {
        band: Values(np.array([each[name][0] for each in pixels]), np.array([each[name][1] for each in pixels]))
        for name, band in BANDS.items()
    }
    for each in inputs.values():
        each.values.flags.writeable = each.valid.flags.writeable = False
    try:
        (formula,) = parse_expression(text, RASTERS)
    except Exception as error:
        assert "more than 500" in str(error) or "characters" in str(error), text
        return
    found = evaluate(formula.tree, inputs)
    values, valid = np.broadcast_to(found.values, (60,)), np.broadcast_to(found.valid, (60,))
    wanted = [reference(node, each) for each in pixels]
    assert valid.tolist() == [known for _, known in wanted], text
    shown = np.array([value for value, _ in wanted])[valid]
    if exact:
        np.testing.assert_array_equal(values[valid], shown, text)
    else:
        close = np.isclose(values[valid], shown, rtol=1e-12, atol=0, equal_nan=True)
        assert np.count_nonzero(~close) <= len(close) // 3, text  # rounding can change a comparison


@pytest.mark.parametrize("seed", range(300))
def test_random_trees(seed):
    compare(seed, exact=True)


@pytest.mark.parametrize("seed", range(60))
def test_random_trees_with_functions_of_the_c_library(seed):
    compare(seed, exact=False)


@pytest.mark.long
def test_many_random_trees():
    for seed in range(1000, 11000):
        compare(seed, exact=seed % 5 > 0)


def calculated(text, **bands):
    inputs = {BANDS[f"{name[0]}@{name[1]}"]: values for name, values in bands.items()}
    (formula,) = parse_expression(text, RASTERS)
    return evaluate(formula.tree, inputs)


NUMBERS = Values(np.array([0.0, 1.0, 2.0, 3.0]), np.array([True, False, True, True]))


def test_a_maximum_does_not_turn_nodata_into_a_number():
    assert calculated("max(A@1, 0)", A1=NUMBERS).valid.tolist() == [True, False, True, True]


def test_functions_that_look_at_validity():
    assert calculated("isnodata(A@1)", A1=NUMBERS).values.tolist() == [0, 1, 0, 0]
    assert calculated("count(A@1, 1, nodata)", A1=NUMBERS).values.tolist() == [2, 1, 2, 2]
    filled = calculated("coalesce(A@1, 7)", A1=NUMBERS)
    assert (filled.values.tolist(), filled.valid) == ([0, 7, 2, 3], True)


def test_only_the_chosen_branch_counts():
    found = calculated("if(A@1 > 1, A@1, nodata)", A1=NUMBERS)
    assert found.valid.tolist() == [False, False, True, True]
    found = calculated("if(isnodata(A@1), 5, A@1)", A1=NUMBERS)
    assert np.asarray(found.values).tolist() == [0, 5, 2, 3] and np.asarray(found.valid).all()


def test_half_to_even():
    halves = Values(np.array([0.5, 1.5, 2.5, -0.5]))
    assert calculated("round(A@1)", A1=halves).values.tolist() == [0, 2, 2, 0]


def test_inputs_are_left_alone():
    text = "A@1 + A@1 * 2 - min(A@1) - sum(A@1) - coalesce(A@1) - if(1, A@1, A@1) + mean(A@1) * -A@1"
    values = NUMBERS.values.copy()
    calculated(text, A1=NUMBERS)
    assert NUMBERS.values.tolist() == values.tolist()
