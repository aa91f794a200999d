"""Split a formula into tokens, each with its column in the expression."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple, NoReturn

from ..errors import OptionError

MAX_CHARACTERS = 4000
MAX_TOKENS = 500

TOKEN = re.compile(
    r"""[ \t\r]*(?:
    (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<string>"[^"]*")
    | (?P<sign>\*\*|&&|\|\||==|!=|<>|<=|>=|[-+*/^=<>()\[\],@])
    )""",
    re.VERBOSE,
)
BLANKS = " \t\r"

SAME = {"**": "^", "&&": "and", "||": "or", "==": "=", "<>": "!="}
"""Alternative spellings of operators, mapped to the usual spelling."""

HINTS = {
    "!": "Write `not` or `!=`.",
    "&": "Write `and`. For bits of a number, write `bits(x, lo, hi)`.",
    "|": "Write `or`. For bits of a number, write `bits(x, lo, hi)`.",
    ".": "Write `A@1` for band 1 of input A.",
    "'": "Put names in double quotes.",
    "?": "Write `if(condition, a, b)`.",
    "%": "For the remainder, write `x - y * floor(x / y)`.",
    "{": "Use parentheses ( ).",
    "}": "Use parentheses ( ).",
    "\\": "Write each formula on a single line.",
}


class Token(NamedTuple):
    """Token of a formula: number, name, quoted string, operator, punctuation or end; `column` is counted from 1."""

    kind: str
    text: str
    column: int


class Place(NamedTuple):
    """Position of a formula for error messages: its line (0 if the expression has one line) and its first column."""

    line: int = 0
    first: int = 1

    def fail(self, column: int, text: str) -> NoReturn:
        """Raise an OptionError whose message gives the line, the column and `text`."""
        where = f"line {self.line}, column" if self.line else "column"
        raise OptionError(f"EXPRESSION, {where} {column}: {text}", parameter="expression")


def tokenize(text: str, place: Place) -> list[Token]:
    """Return the tokens of a formula; the last token has the kind "end".

    Raises
    ------
    OptionError
        A character is not valid, a quote is not closed, or there are more than `MAX_TOKENS` tokens.
    """
    found: list[Token] = []
    position = 0
    end = len(text.rstrip(BLANKS))
    while position < end:
        match = TOKEN.match(text, position)
        if match is None:
            start = len(text) - len(text[position:].lstrip(BLANKS))
            place.fail(place.first + start, _unknown(text[start]))
        kind = str(match.lastgroup)
        start = match.start(kind)
        if found and kind in ("number", "name") and start == position and found[-1].kind in ("number", "name"):
            place.fail(place.first + start, f"`{_short(match[kind])}` follows a number. Put an operator between them.")
        found.append(Token(kind, SAME.get(match[kind], match[kind]), place.first + start))
        if len(found) > MAX_TOKENS:
            problem = f"the formula has more than {MAX_TOKENS} numbers, names and symbols. Shorten it."
            place.fail(found[-1].column, problem)
        position = match.end()
    return [*found, Token("end", "", place.first + len(text))]


def _unknown(character: str) -> str:
    if character == '"':
        return 'the quote is not closed. Add a `"`.'
    if " " < character <= "~":
        return f"`{character}` is not valid here. {HINTS.get(character, 'Remove it.')}"
    name = unicodedata.name(character, "a control character")
    return f"the character U+{ord(character):04X} ({name}) is not valid here. Use plain ASCII characters."


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
