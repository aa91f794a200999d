"""Which values of a class or quality layer hide a pixel: lists, ranges and bits, from text to arrays."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .errors import OptionError

Array = np.ndarray[Any, Any]

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_PART = re.compile(rf"\s*({_NUMBER})\s*(?:-\s*({_NUMBER}))?\s*")


class ValueRange(NamedTuple):
    """All values from `low` to `high`, both included."""

    low: float
    high: float


@dataclass(frozen=True)
class MaskRule:
    """What hides a pixel: a value inside one of the `ranges`; or, where `bits` is not 0, any of its bits."""

    ranges: tuple[ValueRange, ...]
    bits: int = 0

    def __str__(self) -> str:
        if self.bits:
            return "bits " + ", ".join(str(bit) for bit in range(self.bits.bit_length()) if self.bits >> bit & 1)
        parts = (f"{low}" if low == high else f"{low} to {high}" for low, high in self.ranges)
        return "values " + ", ".join(parts)


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
        raise OptionError(f"{name} is {text!r}; a text such as '3,8-10' is needed.")
    ranges = []
    for part in filter(str.strip, re.split("[,;]", text)):
        found = _PART.fullmatch(part)
        if found is None:
            raise OptionError(f"{name} is {text!r}: {part.strip()!r} is no number and no range such as 8-10.")
        low, high = _number(found[1]), _number(found[2] or found[1])
        if low > high:
            raise OptionError(f"{name} is {text!r}: the range {part.strip()!r} runs backwards.")
        ranges.append(ValueRange(low, high))
    return tuple(ranges)


def _number(text: str) -> float:
    """Return the number, an int where a type may hold it: 64 bit integers have more digits than a float."""
    return int(text) if text.strip("+-").isdecimal() and len(text) <= 20 else float(text)


def parse_bits(text: str, name: str) -> int:
    """Return the number whose bits are those of a list such as `1-4`, the lowest bit being 0.

    Raises
    ------
    OptionError
        A part is no whole number from 0 to 63 and no range of them.
    """
    bits = 0
    for low, high in parse_ranges(text, name):
        if not (0 <= low <= high <= 63 and low == int(low) and high == int(high)):
            raise OptionError(f"{name} is {text!r}; bits are whole numbers from 0, the lowest, to 63.")
        for bit in range(int(low), int(high) + 1):
            bits |= 1 << bit
    return bits


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
            raise OptionError(f"MASK_BITS is {bits!r}, but {source} holds {dtype}, which has no bits; use MASK_VALUES.")
        if chosen.bit_length() > kind.itemsize * 8:
            raise OptionError(
                f"MASK_BITS is {bits!r}, but {source} holds {dtype}, whose highest bit is {kind.itemsize * 8 - 1}."
            )
        if not chosen:
            raise OptionError(f"MASK_BITS is {bits!r}, which names no bit; give bits such as 1-4.")
        return MaskRule((), chosen)
    ranges = parse_ranges(values, "MASK_VALUES")
    if not ranges:
        raise OptionError(f"MASK_VALUES is {values!r}, which names no value that hides a pixel; give e.g. 3,8-10.")
    return MaskRule(ranges)


def hidden_by_rule(stored: Array, rule: MaskRule) -> Array:
    """Return where the mask's pixels hide, bool in the shape of `stored`."""
    if rule.bits:
        unsigned = stored.view(f"u{stored.dtype.itemsize}")
        found: Array = (unsigned & unsigned.dtype.type(rule.bits)) != 0
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
