"""Parse an expression of several lines: each line gives one output band, or one band for each band of its inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..errors import OptionError
from .parser import Parsed, parse_formula
from .rasters import MAX_RASTERS, Raster, letter, list_rasters
from .tokens import MAX_CHARACTERS, Place
from .tree import Band, Node, with_bands

LINE = re.compile(r'(?:"[^"\n]*"|[^";\n])+')
NAME = re.compile(r'\s*(?:"(?P<quoted>[^"]+)"|(?P<plain>[^":]*[^":\s]))\s*:')


@dataclass(frozen=True)
class Formula:
    """Formula of an output band: the name that the user gave the band ("" if none), the text, and the parsed tree."""

    name: str
    text: str
    tree: Node

    @property
    def description(self) -> str:
        """Description of the output band: the name, if there is one, and the text of the formula."""
        return f"{self.name}: {self.text}" if self.name else self.text


def parse_expression(text: str, rasters: Sequence[Raster]) -> tuple[Formula, ...]:
    """Return the formula of each output band.

    Parameters
    ----------
    text
        Lines of the form `formula` or `name: formula`, separated by line breaks or `;`.
    rasters
        The inputs, in the order of their letters.

    Raises
    ------
    OptionError
        There is no formula, or a formula has a syntax error or names an input or band that does not exist. The message
        gives the line and column.
    """
    if len(text) > MAX_CHARACTERS:
        raise OptionError(
            f"EXPRESSION has {len(text)} characters; at most {MAX_CHARACTERS} are allowed. Shorten it.",
            parameter="expression",
        )
    if len(rasters) > MAX_RASTERS:
        raise OptionError(
            f"There are {len(rasters)} inputs; at most {MAX_RASTERS} are allowed. Remove inputs.", parameter="sources"
        )
    lines = list(_split(text))
    if not lines:
        raise OptionError("EXPRESSION is empty. Write a formula, such as A@1 / A@2.", parameter="expression")
    return tuple(
        formula
        for number, (first, line) in enumerate(lines, 1)
        for formula in _parse_line(line, rasters, Place(number if len(lines) > 1 else 0, first))
    )


def _split(text: str) -> Iterator[tuple[int, str]]:
    """Yield the start column and the text of each line that is not blank."""
    for row in text.split("\n"):
        position = 0
        while position < len(row):
            match = LINE.match(row, position)
            end = match.end() if match else position
            if end < len(row) and row[end] == '"':
                end = len(row)  # the tokenizer reports the missing quote
            line = row[position:end]
            if line.strip():
                yield position + 1, line
            position = end + 1


def _parse_line(line: str, rasters: Sequence[Raster], place: Place) -> Iterator[Formula]:
    named = NAME.match(line)
    name = (named["quoted"] or named["plain"]).strip() if named else ""
    start = named.end() if named else 0
    formula = line[start:]
    place = place._replace(first=place.first + start)
    if any(character < " " and character != "\t" for character in name):
        place.fail(1, "the name contains a control character. Remove it.")
    parsed = parse_formula(formula, rasters, place)
    count = _count(parsed, rasters, place)
    for band in range(1, count + 1):
        numbers = {Band(each, 0): Band(each, band if rasters[each].count > 1 else 1) for each, _ in parsed.bare}
        text = formula
        for raster, end in reversed(parsed.bare):
            if rasters[raster].count > 1:
                text = f"{text[:end]}@{band}{text[end:]}"
        yield Formula(f"{name} {band}" if name and count > 1 else name, text.strip(), with_bands(parsed.tree, numbers))


def _count(parsed: Parsed, rasters: Sequence[Raster], place: Place) -> int:
    """Return how many output bands a line gives: 1, or the band count of the inputs written without a band number."""
    counts = {rasters[raster].count: letter(raster) for raster, _ in parsed.bare if rasters[raster].count > 1}
    if len(counts) > 1:
        (one, a), (other, b) = list(counts.items())[:2]
        place.fail(
            place.first,
            f"{a} has {one} bands and {b} has {other}, so they cannot be combined band by band. Add band numbers, such "
            f"as {a}@1. "
            f"{list_rasters(rasters)}",
        )
    return next(iter(counts), 1)
