"""Mask rules: values and bits of a class or quality band that hide pixels, parsed from text and applied to arrays."""

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
    """Range of values from `low` to `high`, both included."""

    low: float
    high: float


class BitField(NamedTuple):
    """Adjacent bits `first` to `last` (0 is the lowest) that hide a pixel if the number they form is in `values`."""

    first: int
    last: int
    values: ValueRange

    def __str__(self) -> str:
        bits = f"bit {self.first}" if self.first == self.last else f"bits {self.first} to {self.last}"
        return f"{bits} = {_format_range(self.values)}"


@dataclass(frozen=True)
class BitRule:
    """Rule that hides a pixel if a bit in `any_of` is set, or if one of the `fields` contains a matching number."""

    any_of: int = 0
    fields: tuple[BitField, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.any_of or self.fields)

    def __str__(self) -> str:
        bits = ", ".join(str(bit) for bit in range(self.any_of.bit_length()) if self.any_of >> bit & 1)
        return "; ".join([f"bits {bits}"] * bool(bits) + [str(field) for field in self.fields])

    @property
    def highest(self) -> int:
        """Number of the highest bit that the rule uses."""
        return max(self.any_of.bit_length() - 1, *(field.last for field in self.fields), 0)


@dataclass(frozen=True)
class MaskRule:
    """Rule that hides a pixel if its value matches `bits` or, if `bits` is empty, is in one of the `ranges`.

    If `keeps` is True, the rule is reversed: it hides the pixels that do not match.
    """

    ranges: tuple[ValueRange, ...]
    bits: BitRule = BitRule()
    keeps: bool = False

    def __str__(self) -> str:
        return str(self.bits) if self.bits else "values " + ", ".join(map(_format_range, self.ranges))


def _format_range(values: ValueRange) -> str:
    return f"{values.low}" if values.low == values.high else f"{values.low} to {values.high}"


def parse_ranges(text: str, name: str) -> tuple[ValueRange, ...]:
    """Parse a list such as `3,8-10` into ranges; numbers may be negative, and spaces are ignored.

    Parameters
    ----------
    text
        Numbers and ranges, separated by commas or semicolons.
    name
        Name of the parameter, for messages.

    Raises
    ------
    OptionError
        An item is neither a number nor a range, or a range is reversed.
    """
    if not isinstance(text, str):
        raise OptionError(f"{name} is {text!r}; it must be a string such as '3,8-10'.", parameter=name.lower())
    ranges = []
    for part in filter(str.strip, re.split("[,;]", text)):
        found = _PART.fullmatch(part)
        if found is None:
            raise OptionError(
                f"{name} is {text!r}: {part.strip()!r} must be a number or a range such as 8-10.",
                parameter=name.lower(),
            )
        low, high = _number(found[1]), _number(found[2] or found[1])
        if low > high:
            raise OptionError(
                f"{name} is {text!r}: the range {part.strip()!r} must start with the lower number.",
                parameter=name.lower(),
            )
        ranges.append(ValueRange(low, high))
    return tuple(ranges)


def _number(text: str) -> float:
    """Parse a number; return an int where possible because a float cannot represent every 64-bit integer."""
    return int(text) if text.strip("+-").isdecimal() and len(text) <= 20 else float(text)


def parse_bits(text: str, name: str) -> BitRule:
    """Parse a list of bits, ranges of bits and fields such as `1-4,8-9=2-3` into a rule; bit 0 is the lowest.

    A field consists of adjacent bits, an equals sign, and the number or range of numbers that hides a pixel.

    Raises
    ------
    OptionError
        An item is not a bit number from 0 to 63, a range of bits or a field, or a number is too large for its field.
    """
    if not isinstance(text, str):
        raise OptionError(f"{name} is {text!r}; it must be a string such as '1-4'.", parameter=name.lower())
    any_of, fields = 0, []
    for part in filter(str.strip, re.split("[,;]", text)):
        bits, equals, values = part.partition("=")
        first, last = _integer_range(bits, text, name, 63, "bits must be whole numbers from 0 (the lowest) to 63")
        if equals:
            most = 2 ** (last - first + 1) - 1
            rule = f"the value of bits {bits.strip()} must be a whole number from 0 to {most}"
            fields.append(BitField(first, last, ValueRange(*_integer_range(values, text, name, most, rule))))
        else:
            any_of |= 2 ** (last + 1) - 2**first
    return BitRule(any_of, tuple(fields))


def _integer_range(part: str, text: str, name: str, most: int, rule: str) -> tuple[int, int]:
    """Parse a whole number or a range between 0 and `most`; return its first and last number. Errors quote `rule`."""
    found = parse_ranges(part, name)
    if len(found) != 1 or not (0 <= found[0].low <= found[0].high <= most and all(end == int(end) for end in found[0])):
        raise OptionError(f"{name} is {text!r}; {rule}.", parameter=name.lower())
    return int(found[0].low), int(found[0].high)


def resolve_mask_rule(values: str, bits: str | None, dtype: str, source: str) -> MaskRule:
    """Return the rule for a mask band of data type `dtype`; `values` is used only if `bits` is empty.

    Parameters
    ----------
    values, bits
        MASK_VALUES and MASK_BITS.
    dtype
        Data type of the mask.
    source
        Path of the mask, for messages.

    Raises
    ------
    OptionError
        A list cannot be parsed or is empty, or the data type does not have these bits.
    """
    kind = np.dtype(dtype)
    if bits is not None and str(bits).strip():
        chosen = parse_bits(bits, "MASK_BITS")
        if kind.kind not in "iu":
            raise OptionError(
                f"MASK_BITS is {bits!r}, but {source} has data type {dtype}; MASK_BITS requires an integer type. "
                "Use MASK_VALUES instead.",
                parameter="mask_bits",
            )
        if chosen.highest >= kind.itemsize * 8:
            raise OptionError(
                f"MASK_BITS is {bits!r}, but {source} has data type {dtype}, whose highest bit is "
                f"{kind.itemsize * 8 - 1}. Choose lower bits.",
                parameter="mask_bits",
            )
        if not chosen:
            raise OptionError(
                f"MASK_BITS is {bits!r}, which contains no bits. Enter bits such as 1-4.", parameter="mask_bits"
            )
        return MaskRule((), chosen)
    ranges = parse_ranges(values, "MASK_VALUES")
    if not ranges:
        raise OptionError(
            f"MASK_VALUES is {values!r}, which contains no values. Enter the values that hide a pixel, such as 3,8-10.",
            parameter="mask_values",
        )
    return MaskRule(ranges)


def hidden_by_rule(stored: Array, rule: MaskRule) -> Array:
    """Return a boolean array in the shape of `stored`, true where the rule hides a pixel."""
    found = _matches(stored, rule)
    return np.logical_not(found, out=found) if rule.keeps else found


def _matches(stored: Array, rule: MaskRule) -> Array:
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
    """Return the lowest and highest value of a range that the data type can store; None if there is no such value."""
    limits = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    if values.low > limits.max or values.high < limits.min:
        return None
    low, high = max(values.low, limits.min), min(values.high, limits.max)
    if dtype.kind == "f":
        return dtype.type(low), dtype.type(high)
    low, high = math.ceil(low), math.floor(high)
    return (dtype.type(low), dtype.type(high)) if low <= high else None
