"""The nodes of a parsed formula: frozen dataclasses of plain values, which can be sent to a worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True)
class Nodata:
    """The constant `nodata`: a value that is invalid at every pixel."""


@dataclass(frozen=True)
class Band:
    """A band of an input: `raster` is the index of the input; `band` is counted from 1."""

    raster: int
    band: int


@dataclass(frozen=True)
class Negative:
    """A minus sign in front of an operand."""

    operand: Node


@dataclass(frozen=True)
class Not:
    """The operator `not`: 1 if the operand is 0, otherwise 0."""

    operand: Node


@dataclass(frozen=True)
class Chain:
    """Operators of equal precedence, applied from left to right: `first`, then each operator with its operand.

    A chain of any length is a single node, so the depth of a tree depends only on the parentheses of the formula.
    """

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Call:
    """A function call: the name of the function in lower case, and the arguments."""

    function: str
    arguments: tuple[Node, ...]


Node = Union[Number, Nodata, Band, Negative, Not, Chain, Call]

COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
LOGICAL = frozenset({"and", "or"})


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below a node."""
    if isinstance(node, (Negative, Not)):
        return (node.operand,)
    if isinstance(node, Chain):
        return (node.first, *(operand for _, operand in node.rest))
    return node.arguments if isinstance(node, Call) else ()


def bands(node: Node) -> Iterator[Band]:
    """Yield the band of every band reference in a formula, from left to right."""
    if isinstance(node, Band):
        yield node
    for child in children(node):
        yield from bands(child)


def with_bands(node: Node, number: dict[Band, Band]) -> Node:
    """Return the tree with bands replaced according to the mapping `number`; bands without an entry are kept."""
    if isinstance(node, Band):
        return number.get(node, node)
    if isinstance(node, (Negative, Not)):
        return type(node)(with_bands(node.operand, number))
    if isinstance(node, Chain):
        rest = tuple((operator, with_bands(operand, number)) for operator, operand in node.rest)
        return Chain(with_bands(node.first, number), rest)
    if isinstance(node, Call):
        return Call(node.function, tuple(with_bands(each, number) for each in node.arguments))
    return node


def is_true_or_false(node: Node) -> bool:
    """Return True if the formula can only give 1 or 0: a comparison, `and`, `or`, `not` or `isnodata`."""
    if isinstance(node, Chain):
        return node.rest[-1][0] in COMPARISONS | LOGICAL
    return isinstance(node, Not) or isinstance(node, Call) and node.function == "isnodata"


def accepts_nodata(node: Node) -> bool:
    """Return True if a formula can have valid results where bands are invalid.

    This is the case if it uses `coalesce`, `isnodata` or `count`, or if it uses no bands.
    """
    return _looks_at_validity(node) or not any(bands(node))


def _looks_at_validity(node: Node) -> bool:
    if isinstance(node, Call) and node.function in ("coalesce", "isnodata", "count"):
        return True
    return any(map(_looks_at_validity, children(node)))


INEXACT = frozenset({"exp", "ln", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "atan2"})
"""Functions whose results can differ in the last bit between numpy versions and CPUs, as can the results of `^`."""

EXACT_POWERS = (2, 0.5)
"""Exponents for which the result of `^` is the same on every machine: squares and square roots."""


def is_inexact(node: Node) -> bool:
    """Return True if results can depend on the machine because of functions in `INEXACT` or powers such as `x ^ 3`."""
    if isinstance(node, Call) and node.function in INEXACT:
        return True
    if isinstance(node, Chain) and node.rest[0][0] == "^":
        (_, exponent), *_ = node.rest
        if not isinstance(exponent, Number) or exponent.value not in EXACT_POWERS:
            return True
    return any(map(is_inexact, children(node)))


def normalized_difference_of(node: Node) -> tuple[Band, Band] | None:
    """Return the bands X and Y if the formula is (X - Y) / (X + Y), otherwise None."""
    if not isinstance(node, Chain) or len(node.rest) != 1 or node.rest[0][0] != "/":
        return None
    above, below = node.first, node.rest[0][1]
    if not (isinstance(above, Chain) and isinstance(below, Chain) and len(above.rest) == len(below.rest) == 1):
        return None
    (minus, y), (plus, other) = above.rest[0], below.rest[0]
    x = above.first
    if (minus, plus) != ("-", "+") or not isinstance(x, Band) or not isinstance(y, Band):
        return None
    return (x, y) if (below.first, other) == (x, y) else None
