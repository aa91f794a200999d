"""Find the degree d of a formula: multiplying all its bands by a factor k multiplies the value by k ^ d."""

from __future__ import annotations

from typing import Any

from .evaluate import evaluate
from .tree import Band, Chain, Negative, Node, bands


def degree(node: Node) -> float | None:
    """Return d if multiplying all bands by k multiplies the value by k ^ d; 0 if the value does not change.

    The result is None if there is no such d, for example because a constant is added to a band. Functions, comparisons
    and logical operators are not analysed: the result is None if they use a band.
    """
    if isinstance(node, Band):
        return 1
    if _is_constant(node):
        return 0
    if isinstance(node, Negative):
        return degree(node.operand)
    return _of_chain(node) if isinstance(node, Chain) else None


def _is_constant(node: Node) -> bool:
    return next(bands(node), None) is None


def _of_chain(node: Chain) -> float | None:
    found = degree(node.first)
    for operator, operand in node.rest:
        found = _combined(operator, found, operand)
    return found


def _combined(operator: str, left: float | None, operand: Node) -> float | None:
    right = degree(operand)
    if left is None or right is None:
        return None
    if operator in ("+", "-"):
        return left if left == right else None
    if operator in ("*", "/"):
        return left + right if operator == "*" else left - right
    if operator == "^" and _is_constant(operand):
        exponent: Any = evaluate(operand, {}).values
        return left * float(exponent)
    return None
