"""Which values of a class or quality layer hide a pixel: lists, ranges and bits, from text to arrays."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..errors import OptionError

Array = np.ndarray[Any, Any]

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_PART = re.compile(rf"\s*({_NUMBER})\s*(?:-\s*({_NUMBER}))?\s*")


class ValueRange(NamedTuple):
    """All values from `low` to `high`, both included."""

    low: float
    high: float


class BitField(NamedTuple):
    """Neighbouring bits, `first` (from 0) to `last`, that hide a pixel where they hold one of `values` as a number."""

    first: int
    last: int
    values: ValueRange

    def __str__(self) -> str:
        bits = f"bit {self.first}" if self.first == self.last else f"bits {self.first} to {self.last}"
        return f"{bits} = {_words(self.values)}"


@dataclass(frozen=True)
class BitRule:
    """What hides a pixel: any of the bits that are set in `any_of`, or the number that one of the `fields` holds."""

    any_of: int = 0
    fields: tuple[BitField, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.any_of or self.fields)

    def __str__(self) -> str:
        bits = ", ".join(str(bit) for bit in range(self.any_of.bit_length()) if self.any_of >> bit & 1)
        return "; ".join([f"bits {bits}"] * bool(bits) + [str(field) for field in self.fields])

    @property
    def highest(self) -> int:
        """The highest bit that is asked for."""
        return max(self.any_of.bit_length() - 1, *(field.last for field in self.fields), 0)


@dataclass(frozen=True)
class MaskRule:
    """What hides a pixel: a value inside one of the `ranges`; or its bits, where `bits` names any."""

    ranges: tuple[ValueRange, ...]
    bits: BitRule = BitRule()

    def __str__(self) -> str:
        return str(self.bits) if self.bits else "values " + ", ".join(map(_words, self.ranges))


def _words(values: ValueRange) -> str:
    return f"{values.low}" if values.low == values.high else f"{values.low} to {values.high}"


def parse_ranges(text: str, name: str) -> tuple[ValueRange, ...]:
    """Return the ranges of a list such as `3,8-10`; numbers may be negative, blanks between them do not count.

    Parameters
    ----------
    text
        Numbers and ranges, separated by commas or semicolons.
    name
        What the message calls the parameter.

    Raises
    ------
    OptionError
        A part is no number and no range, or a range runs backwards.
    """
    if not isinstance(text, str):
        raise OptionError(f"{name} is {text!r}; a text such as '3,8-10' is needed.", parameter=name.lower())
    ranges = []
    for part in filter(str.strip, re.split("[,;]", text)):
        found = _PART.fullmatch(part)
        if found is None:
            raise OptionError(
                f"{name} is {text!r}: {part.strip()!r} is no number and no range such as 8-10.", parameter=name.lower()
            )
        low, high = _number(found[1]), _number(found[2] or found[1])
        if low > high:
            raise OptionError(f"{name} is {text!r}: the range {part.strip()!r} runs backwards.", parameter=name.lower())
        ranges.append(ValueRange(low, high))
    return tuple(ranges)


def _number(text: str) -> float:
    """Return the number, an int where a type may hold it: 64 bit integers have more digits than a float."""
    return int(text) if text.strip("+-").isdecimal() and len(text) <= 20 else float(text)


def parse_bits(text: str, name: str) -> BitRule:
    """Return the rule of a list of bits, the lowest being 0, and of fields: `1-4,8-9=2-3`.

    A field is neighbouring bits and, behind the equals sign, the number or the range of numbers for which they hide.

    Raises
    ------
    OptionError
        A part is not a whole number from 0 to 63, a range of them, or a field; or a field cannot hold its number.
    """
    if not isinstance(text, str):
        raise OptionError(f"{name} is {text!r}; a text such as '1-4' is needed.", parameter=name.lower())
    any_of, fields = 0, []
    for part in filter(str.strip, re.split("[,;]", text)):
        bits, equals, values = part.partition("=")
        first, last = _whole_range(bits, text, name, 63, "bits are whole numbers from 0, the lowest, to 63")
        if equals:
            most = 2 ** (last - first + 1) - 1
            rule = f"the field {bits.strip()} holds whole numbers from 0 to {most}"
            fields.append(BitField(first, last, ValueRange(*_whole_range(values, text, name, most, rule))))
        else:
            any_of |= 2 ** (last + 1) - 2**first
    return BitRule(any_of, tuple(fields))


def _whole_range(part: str, text: str, name: str, most: int, rule: str) -> tuple[int, int]:
    """Return the ends of a range of whole numbers from 0 to `most`."""
    found = parse_ranges(part, name)
    if len(found) != 1 or not (0 <= found[0].low <= found[0].high <= most and all(end == int(end) for end in found[0])):
        raise OptionError(f"{name} is {text!r}; {rule}.", parameter=name.lower())
    return int(found[0].low), int(found[0].high)


def resolve_mask_rule(values: str, bits: str | None, dtype: str, source: str) -> MaskRule:
    """Return the rule for a mask band of this type; `values` count only where no bits are given.

    Parameters
    ----------
    values, bits
        MASK_VALUES and MASK_BITS.
    dtype
        Type of the mask's pixels.
    source
        What the message calls the mask.

    Raises
    ------
    OptionError
        A list is not understood or names nothing, or the type has no such bits.
    """
    kind = np.dtype(dtype)
    if bits is not None and str(bits).strip():
        chosen = parse_bits(bits, "MASK_BITS")
        if kind.kind not in "iu":
            raise OptionError(
                f"MASK_BITS is {bits!r}, but {source} holds {dtype}, which has no bits; use MASK_VALUES.",
                parameter="mask_bits",
            )
        if chosen.highest >= kind.itemsize * 8:
            raise OptionError(
                f"MASK_BITS is {bits!r}, but {source} holds {dtype}, whose highest bit is {kind.itemsize * 8 - 1}.",
                parameter="mask_bits",
            )
        if not chosen:
            raise OptionError(
                f"MASK_BITS is {bits!r}, which names no bit; give bits such as 1-4.", parameter="mask_bits"
            )
        return MaskRule((), chosen)
    ranges = parse_ranges(values, "MASK_VALUES")
    if not ranges:
        raise OptionError(
            f"MASK_VALUES is {values!r}, which names no value that hides a pixel; give e.g. 3,8-10.",
            parameter="mask_values",
        )
    return MaskRule(ranges)


def hidden_by_rule(stored: Array, rule: MaskRule) -> Array:
    """Return where the mask's pixels hide, bool in the shape of `stored`."""
    if rule.bits:
        unsigned = stored.view(f"u{stored.dtype.itemsize}")
        found: Array = (unsigned & unsigned.dtype.type(rule.bits.any_of)) != 0
        for first, last, (low, high) in rule.bits.fields:
            number = unsigned >> unsigned.dtype.type(first) & unsigned.dtype.type(2 ** (last - first + 1) - 1)
            found |= (number >= unsigned.dtype.type(low)) & (number <= unsigned.dtype.type(high))
        return found
    hidden = np.zeros(stored.shape, bool)
    for low, high in filter(None, (_in_type(each, stored.dtype) for each in rule.ranges)):
        hidden |= stored == low if low == high else (stored >= low) & (stored <= high)
    return hidden


def _in_type(values: ValueRange, dtype: np.dtype[Any]) -> tuple[Any, Any] | None:
    """Return the lowest and highest value of a range that the type holds; None where it holds none of them."""
    limits = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    if values.low > limits.max or values.high < limits.min:
        return None
    low, high = max(values.low, limits.min), min(values.high, limits.max)
    if dtype.kind == "f":
        return dtype.type(low), dtype.type(high)
    low, high = math.ceil(low), math.floor(high)
    return (dtype.type(low), dtype.type(high)) if low <= high else None
