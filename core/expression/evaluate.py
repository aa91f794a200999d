"""Evaluate formulas on arrays in IEEE float64, and compute which results are valid.

The result of an operation is valid if all values that it uses are valid: both operands of an operator, the condition
and the chosen branch of `if`, all arguments of a function. Only `coalesce`, `isnodata` and `count` accept nodata.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..pixels.terms import LARGEST_EXACT
from .tree import EXACT_POWERS, Band, Call, Chain, Negative, Nodata, Node, Not, Number

Array = npt.NDArray[Any]


class Values(NamedTuple):
    """float64 values and their validity mask; each is an array, or a scalar that applies to all pixels.

    `owned` is True if the array of values may be overwritten.
    """

    values: Any
    valid: Any = True
    owned: bool = False


def _power(base: Any, exponent: Any, out: Array | None = None) -> Any:
    """Return base ^ exponent. Squares and square roots, the most frequent powers, are the same on every machine."""
    if np.ndim(exponent) == 0 and exponent in EXACT_POWERS:
        return np.multiply(base, base, out=out) if exponent == 2 else np.sqrt(base, out=out)
    return np.power(base, exponent, out=out)


OPERATORS: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": _power,
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
ARITHMETIC = frozenset("+-*/^")

ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "ln": np.log,
    "log10": np.log10,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.rint,
}


def evaluate(node: Node, inputs: Mapping[Band, Values]) -> Values:
    """Return the values of a formula and their validity mask, computed from the pixels of its bands.

    Parameters
    ----------
    node
        The formula.
    inputs
        float64 values and validity mask of every band that the formula uses. All arrays have the same shape and are
        not changed.
    """
    with np.errstate(all="ignore"):
        return _evaluate(node, inputs)


def _evaluate(node: Node, inputs: Mapping[Band, Values]) -> Values:
    if isinstance(node, Band):
        return inputs[node]
    if isinstance(node, Number):
        return Values(np.float64(node.value))
    if isinstance(node, Nodata):
        return Values(np.float64(0), False)
    if isinstance(node, Negative):
        operand = _evaluate(node.operand, inputs)
        return Values(np.negative(operand.values), operand.valid, True)
    if isinstance(node, Not):
        operand = _evaluate(node.operand, inputs)
        return Values(_numbers(operand.values == 0), operand.valid, True)
    if isinstance(node, Chain):
        return _chain(node, inputs)
    return _call(node, [_evaluate(each, inputs) for each in node.arguments])


def _numbers(truth: Any) -> Any:
    return np.asarray(truth).astype(np.float64)[()]


def _both(first: Any, second: Any) -> Any:
    """Return the mask of pixels that are valid in both masks. A mask may be a single True or False for all pixels."""
    if first is True or first is second:
        return second
    if second is True:
        return first
    if first is False or second is False:
        return False
    return first & second


def _chain(node: Chain, inputs: Mapping[Band, Values]) -> Values:
    values, valid, owned = _evaluate(node.first, inputs)
    for operator, operand in node.rest:
        right = _evaluate(operand, inputs)
        valid = _both(valid, right.valid)
        if operator in ARITHMETIC:
            out = None
            if owned and isinstance(values, np.ndarray):
                out = values
            elif right.owned and isinstance(right.values, np.ndarray):
                out = right.values
            values = OPERATORS[operator](values, right.values, out=out)
        elif operator == "and":
            values = _numbers((values != 0) & (right.values != 0))
        elif operator == "or":
            values = _numbers((values != 0) | (right.values != 0))
        else:
            values = _numbers(OPERATORS[operator](values, right.values))
        owned = True
    return Values(values, valid, owned)


def _call(node: Call, arguments: Sequence[Values]) -> Values:
    name, values = node.function, [each.values for each in arguments]
    if name == "if":
        return _choose(*arguments)
    if name == "isnodata":
        return Values(_numbers(np.logical_not(arguments[0].valid)), True, True)
    if name == "count":
        total = sum((np.asarray(each.valid).astype(np.float64) for each in arguments), np.zeros(()))
        return Values(total[()], True, True)
    if name == "coalesce":
        return _first_valid(arguments)
    valid: Any = True
    for each in arguments:
        valid = _both(valid, each.valid)
    if name in ELEMENTWISE:
        return Values(ELEMENTWISE[name](*values), valid, True)
    return Values(SEVERAL[name](*values), valid, len(values) > 1)


def _choose(condition: Values, first: Values, second: Values) -> Values:
    chosen = condition.values != 0
    values = np.where(chosen, first.values, second.values)[()]
    valid: Any = first.valid
    if first.valid is not second.valid:
        valid = np.where(chosen, first.valid, second.valid)
    return Values(values, _both(condition.valid, valid), True)


def _first_valid(arguments: Sequence[Values]) -> Values:
    values, valid = arguments[0].values, arguments[0].valid
    for each in arguments[1:]:
        if valid is True:
            break
        values = np.where(valid, values, each.values)[()]
        valid = True if each.valid is True else np.logical_or(valid, each.valid)
    return Values(values, valid)


def _sum(*values: Any) -> Any:
    total = values[0]
    for each in values[1:]:
        total = total + each
    return total


def _minimum(*values: Any) -> Any:
    least = values[0]
    for each in values[1:]:
        least = np.minimum(least, each)
    return least


def _maximum(*values: Any) -> Any:
    most = values[0]
    for each in values[1:]:
        most = np.maximum(most, each)
    return most


def _median(*values: Any) -> Any:
    """Return the median of the values; for an even number of values, the mean of the middle two; NaN if any is NaN."""
    ordered = np.sort(np.stack(np.broadcast_arrays(*values)), axis=0)
    middle = len(values) // 2
    median = ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return np.where(np.isnan(ordered[-1]), np.nan, median)[()]


def _bits(values: Any, lowest: Any, highest: Any) -> Any:
    """Return the value of bits `lowest` to `highest` (two's complement); NaN where `values` is not an exact integer."""
    whole = (np.abs(values) <= LARGEST_EXACT) & (np.floor(values) == values)
    codes = np.where(whole, values, 0).astype(np.int64)
    field = (codes >> np.int64(lowest)) & np.int64((1 << int(highest - lowest) + 1) - 1)
    return np.where(whole, field.astype(np.float64), np.nan)[()]


SEVERAL: dict[str, Callable[..., Any]] = {
    "sum": _sum,
    "mean": lambda *values: _sum(*values) / len(values),
    "min": _minimum,
    "max": _maximum,
    "median": _median,
    "clip": lambda values, low, high: np.minimum(np.maximum(values, low), high),
    "bits": _bits,
}
