"""The grammar of a formula: turns tokens into a tree, and looks up band references among the inputs.

Precedence, lowest first: `and`, `or`; `not`; a single comparison; `+`, `-`; `*`, `/`; sign; power. A formula that QGIS,
muparser and Python interpret differently is rejected, and the message asks for parentheses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, NoReturn

from ..suggestions import similar
from .rasters import (
    Raster,
    bands_of_description,
    letter,
    list_descriptions,
    list_rasters,
    raster_of_letter,
    rasters_of_name,
)
from .tokens import Place, Token, tokenize
from .tree import COMPARISONS, Band, Call, Chain, Negative, Nodata, Node, Not, Number

MAX_DEPTH = 64

MANY = 500
FUNCTIONS = {
    **dict.fromkeys(
        ("abs", "sqrt", "exp", "ln", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "floor", "ceil", "round"),
        (1, 1),
    ),
    "atan2": (2, 2),
    "if": (3, 3),
    "where": (3, 3),
    "clip": (3, 3),
    "bits": (3, 3),
    "isnodata": (1, 1),
    **dict.fromkeys(("min", "max", "mean", "sum", "median", "count", "coalesce"), (1, MANY)),
}
"""Minimum and maximum number of arguments of each function."""

WORDS = ("and", "or", "not", "nodata", "pi")

HIGHEST_BIT = 52

OTHER_NAMES = {
    "log": "Write `ln` (natural logarithm) or `log10`.",
    "pow": "Write `a ^ b`.",
    "power": "Write `a ^ b`.",
    "avg": "Write `mean`.",
    "average": "Write `mean`.",
    "rint": "Write `round`.",
    "int": "Write `floor`, `ceil` or `round`.",
    "isnull": "Write `isnodata`.",
    "isnan": "Write `isnodata`.",
    "null": "Write `nodata`.",
    "nan": "Write `nodata`.",
    "mod": "For the remainder, write `x - y * floor(x / y)`.",
    "xor": "Write `(a) != (b)`, where a and b are comparisons.",
    "arcsin": "Write `asin`.",
    "arccos": "Write `acos`.",
    "arctan": "Write `atan`.",
    "arctan2": "Write `atan2`.",
    "minimum": "Write `min`.",
    "maximum": "Write `max`.",
}
"""Names that other calculators use, each with advice on what to write here instead."""

NO_SYMBOLS: Mapping[str, Node] = {}


class Parsed(NamedTuple):
    """The tree of a formula, and the inputs without a band number.

    `bare` contains the index of each of these inputs, and the position in the formula where its band number can be
    inserted.
    """

    tree: Node
    bare: tuple[tuple[int, int], ...]


def parse_formula(
    text: str, rasters: Sequence[Raster], place: Place, symbols: Mapping[str, Node] = NO_SYMBOLS
) -> Parsed:
    """Return the tree of a formula, in which an input without a band number has band 0.

    Parameters
    ----------
    text
        A single formula.
    rasters
        The inputs, in the order of their letters.
    place
        Position of the formula in the expression, for error messages.
    symbols
        Further names, mapped to the nodes that they stand for. These names take precedence over letters of inputs.

    Raises
    ------
    OptionError
        The formula has a syntax error, or names an input, band or function that does not exist.
    """
    parser = _Parser(tokenize(text, place), rasters, place, symbols)
    return Parsed(parser.formula(), tuple(parser.bare))


class _Parser:
    """Recursive descent parser for the tokens of one formula."""

    def __init__(
        self, tokens: Sequence[Token], rasters: Sequence[Raster], place: Place, symbols: Mapping[str, Node]
    ) -> None:
        self._tokens, self._rasters, self._place, self._symbols = tokens, rasters, place, symbols
        self._next = self._depth = 0
        self.bare: list[tuple[int, int]] = []

    def formula(self) -> Node:
        """Parse all tokens and return the tree of the formula."""
        if self._token.kind == "end":
            self._fail("a formula is missing.")
        tree = self._logical()
        if self._token.kind != "end":
            self._unexpected()
        return tree

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _advance(self) -> Token:
        token = self._token
        self._next += token.kind != "end"
        return token

    def _is(self, *texts: str) -> bool:
        token = self._token
        text = token.text.lower() if token.kind == "name" else token.text
        return token.kind in ("sign", "name") and text in texts

    def _expect(self, sign: str, opened: Token) -> None:
        if not self._is(sign):
            if self._token.kind == "end":
                self._fail(f"a `{sign}` is missing for the `{opened.text}` in column {opened.column}.")
            self._unexpected()
        self._advance()

    def _fail(self, text: str, token: Token | None = None) -> NoReturn:
        self._place.fail((token or self._token).column, text)

    def _unexpected(self) -> NoReturn:
        token = self._token
        if token.kind == "end":
            self._fail("the formula is incomplete.")
        if token.kind == "sign" or self._is("and", "or"):
            self._fail(f"`{token.text}` is not allowed here.")
        if self._is("not"):
            self._fail("add parentheses around `not ...`.")
        self._fail(f"an operator is missing before `{_quoted(token.text)}`.")

    def _deeper(self, parse: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(f"the formula is nested more than {MAX_DEPTH} levels deep. Simplify it.")
        node = parse()
        self._depth -= 1
        return node

    def _logical(self) -> Node:
        first, rest, used = self._negation(), [], ""
        while self._is("and", "or"):
            token = self._advance()
            word = token.text.lower()
            if used and used != word:
                self._fail("`and` and `or` are mixed without parentheses. Add parentheses.", token)
            used = word
            rest.append((word, self._negation()))
        return Chain(first, tuple(rest)) if rest else first

    def _negation(self) -> Node:
        if not self._is("not"):
            return self._comparison()
        self._advance()
        return Not(self._deeper(self._negation))

    def _comparison(self) -> Node:
        first = self._sum()
        if not self._is(*COMPARISONS):
            return first
        operator = self._advance().text
        node = Chain(first, ((operator, self._sum()),))
        if self._is(*COMPARISONS):
            self._fail("comparisons cannot be chained. Add parentheses, or join the comparisons with `and`.")
        return node

    def _sum(self) -> Node:
        return self._left_to_right(("+", "-"), lambda: self._left_to_right(("*", "/"), self._signed))

    def _left_to_right(self, operators: tuple[str, ...], operand: Callable[[], Node]) -> Node:
        first, rest = operand(), []
        while self._is(*operators):
            rest.append((self._advance().text, operand()))
        return Chain(first, tuple(rest)) if rest else first

    def _signed(self) -> Node:
        if not self._is("-", "+"):
            return self._power()
        sign = self._advance()
        operand = self._deeper(self._signed if self._is("-", "+") else self._operand)
        if self._is("^"):
            text = sign.text
            self._fail(f"`{text}a ^ b` is ambiguous. Add parentheses: `{text}(a ^ b)` or `({text}a) ^ b`.", sign)
        return Negative(operand) if sign.text == "-" else operand

    def _power(self) -> Node:
        base = self._operand()
        if not self._is("^"):
            return base
        self._advance()
        exponent = self._exponent()
        if self._is("^"):
            self._fail("powers cannot be chained. Add parentheses: `(a ^ b) ^ c` or `a ^ (b ^ c)`.")
        return Chain(base, (("^", exponent),))

    def _exponent(self) -> Node:
        if not self._is("-", "+"):
            return self._operand()
        sign = self._advance()
        operand = self._deeper(self._exponent)
        return Negative(operand) if sign.text == "-" else operand

    def _operand(self) -> Node:
        token = self._token
        if token.kind == "number":
            return self._number()
        if token.kind == "string":
            return self._quoted_band()
        if token.kind == "name":
            return self._named()
        if not self._is("("):
            self._unexpected()
        self._advance()
        node = self._deeper(self._logical)
        self._expect(")", token)
        return node

    def _number(self) -> Node:
        token = self._advance()
        value = float(token.text)
        if not math.isfinite(value):
            self._fail(f"the number {_quoted(token.text)} is too large.", token)
        return Number(value)

    def _named(self) -> Node:
        token = self._token
        word = token.text.lower()
        if word in ("and", "or", "not"):
            self._unexpected()
        self._advance()
        if self._is("("):
            return self._call(token)
        if token.text in self._symbols:
            return self._symbols[token.text]
        if word == "nodata":
            return Nodata()
        if word == "pi":
            return Number(math.pi)
        raster = raster_of_letter(token.text, self._rasters)
        if raster is None:
            self._unknown_name(token)
        if self._is("@"):
            self._advance()
            return Band(raster, self._band_number(raster))
        if self._is("["):
            return self._indexed(raster)
        self.bare.append((raster, token.column - self._place.first + len(token.text)))
        return Band(raster, 0)

    def _unknown_name(self, token: Token) -> NoReturn:
        name = token.text
        if name.lower() in FUNCTIONS:
            self._fail(f"`{name}` is a function. Write `{name.lower()}(...)`.", token)
        if name.lower() in OTHER_NAMES:
            self._fail(f"`{name}` is not known. {OTHER_NAMES[name.lower()]}", token)
        if raster_of_letter(name.upper(), self._rasters) is not None:
            upper = f"Input letters must be upper case: write `{name.upper()}`."
            self._fail(f"`{name}` is not known. {upper} {list_rasters(self._rasters)}", token)
        self._fail(f"there is no input `{_quoted(name)}`. {list_rasters(self._rasters)}", token)

    def _band_number(self, raster: int) -> int:
        token = self._advance()
        if token.kind != "number" or not token.text.isdigit():
            self._fail("a band number is missing here. Bands are counted from 1.", token)
        return self._existing_band(raster, token.text, token)

    def _existing_band(self, raster: int, text: str, token: Token) -> int:
        count = self._rasters[raster].count
        band = int(text) if len(text) < 7 else 0
        if not 1 <= band <= count:
            self._fail(f"input {letter(raster)} has no band {_quoted(text)}. {list_rasters(self._rasters)}", token)
        return band

    def _indexed(self, raster: int) -> Node:
        opened = self._advance()
        if self._token.kind == "string":
            token = self._advance()
            band = self._described_band(raster, token)
        else:
            band = self._band_number(raster)
        self._expect("]", opened)
        return Band(raster, band)

    def _described_band(self, raster: int, token: Token) -> int:
        found = bands_of_description(token.text[1:-1], self._rasters[raster])
        if len(found) == 1:
            return found[0]
        what = "has no band with the description" if not found else f"has {len(found)} bands with the description"
        advice = list_descriptions(self._rasters[raster]) if not found else "Use the number of the band."
        self._fail(f"input {letter(raster)} {what} {_quoted(token.text)}. {advice}", token)

    def _quoted_band(self) -> Node:
        token = self._advance()
        name, at, number = token.text[1:-1].rpartition("@")
        if not at or not number.isascii() or not number.isdigit():
            self._fail(f'{_quoted(token.text)} is not the name of a band. Write "name@band", such as "A@1".', token)
        found = rasters_of_name(name, self._rasters)
        if len(found) == 1:
            return Band(found[0], self._existing_band(found[0], number, token))
        if found:
            letters = ", ".join(letter(each) for each in found[:5])
            self._fail(f"several inputs are called {_quoted(name)!r}: {letters}. Use a letter instead.", token)
        self._fail(f"no input is called {_quoted(name)!r}. {list_rasters(self._rasters)}", token)

    def _call(self, token: Token) -> Node:
        name = token.text.lower()
        if name not in FUNCTIONS:
            if name in OTHER_NAMES:
                self._fail(f"the function `{name}` is not known. {OTHER_NAMES[name]}", token)
            if raster_of_letter(token.text, self._rasters) is not None:
                self._fail(f"`{token.text}` is an input, not a function. Write `{token.text}@1` for its band 1.", token)
            self._fail(
                f"the function `{_quoted(token.text)}` is not known.{similar(name, FUNCTIONS)} "
                f"The functions are {', '.join(FUNCTIONS)}. {list_rasters(self._rasters)}",
                token,
            )
        opened = self._advance()
        arguments: list[Node] = []
        if not self._is(")"):
            arguments.append(self._deeper(self._logical))
            while self._is(","):
                self._advance()
                arguments.append(self._deeper(self._logical))
        self._expect(")", opened)
        least, most = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            wanted = f"{least}" if least == most else f"at least {least}"
            self._fail(f"`{name}` takes {wanted} argument{'s' * (least != 1)}, not {len(arguments)}.", token)
        if name == "bits":
            self._check_bits(arguments, token)
        return Call("if" if name == "where" else name, tuple(arguments))

    def _check_bits(self, arguments: Sequence[Node], token: Token) -> None:
        ends = [each.value if isinstance(each, Number) else math.nan for each in arguments[1:]]
        lowest, highest = ends
        if not (0 <= lowest <= highest <= HIGHEST_BIT and all(end == int(end) for end in ends)):
            self._fail(
                f"in `bits(x, lo, hi)`, lo and hi must be whole numbers with 0 <= lo <= hi <= {HIGHEST_BIT}.", token
            )


def _quoted(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
