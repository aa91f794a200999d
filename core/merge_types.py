"""Which type a merged raster has, decided from types and number of inputs; and values brought into it without loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .errors import InputError

Array = np.ndarray[Any, Any]

INTEGERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64")
FLOATS = ("float32", "float64")
LADDER = (*INTEGERS, *FLOATS)
"""Types from the first to be tried to the last."""

SMALL = ("uint8", "int8", "uint16", "int16")
MOST_COUNTED = 65_535
"""As many inputs can be counted in UInt16."""


class Types(NamedTuple):
    """What is computed in and what is stored; `rounds`: fractions become whole numbers, half to even."""

    working: str
    stored: str
    rounds: bool = False


def common_type(dtypes: Sequence[str]) -> str:
    """Return the smallest type that holds every value of each of the types.

    Raises
    ------
    InputError
        There is none, e.g. for 64 bit integers beside floats.
    """
    kinds = sorted(set(dtypes))
    if len(kinds) == 1:
        return kinds[0]
    for candidate in sorted(LADDER, key=lambda name: np.dtype(name).itemsize):
        if all(_holds(candidate, kind) for kind in kinds):
            return candidate
    raise InputError(f"No type holds the values of {', '.join(kinds)} without loss; convert the inputs to one type.")


def _holds(wide: str, narrow: str) -> bool:
    """Return whether every value of `narrow` is one of `wide`."""
    into, out_of = np.dtype(wide), np.dtype(narrow)
    if out_of.kind == "c":
        return False
    if out_of.kind == "f":
        return into.kind == "f" and into.itemsize >= out_of.itemsize
    limits = np.iinfo(out_of)
    if into.kind == "f":
        return bool(max(limits.max, -limits.min) <= 2 ** (np.finfo(into).nmant + 1))
    return bool(np.iinfo(into).min <= limits.min and limits.max <= np.iinfo(into).max)


def resolve_types(method: str, dtypes: Sequence[str], count: int, wanted: str) -> Types:
    """Return the types for a method, the types of the inputs' bands, their number, and a wanted type or "auto".

    Raises
    ------
    InputError
        The inputs have no common type, or complex numbers where the method needs real ones.
    """
    kinds = sorted(set(dtypes))
    if any("complex" in kind for kind in kinds) and method not in ("first", "last", "count"):
        raise InputError(
            f"The inputs hold complex numbers ({', '.join(kinds)}), which the method {method} cannot merge."
        )
    automatic = _automatic(method, kinds, count)
    if wanted == "auto":
        return automatic
    rounds = method in ("mean", "median", "feather") and np.dtype(wanted).kind in "iu"
    return Types(automatic.working, wanted, rounds)


def _automatic(method: str, kinds: Sequence[str], count: int) -> Types:
    if method == "count":
        return Types("uint32", "uint16" if count <= MOST_COUNTED else "uint32")
    common = common_type(kinds)
    integers = all(np.dtype(kind).kind in "iu" for kind in kinds)
    float_type = "float32" if all(kind in SMALL or kind in ("float16", "float32") for kind in kinds) else "float64"
    # Sums of 64 bit integers could wrap even here.
    summing = "int64" if integers and all(np.dtype(kind).itemsize <= 4 for kind in kinds) else "float64"
    if method == "sum":
        small = all(kind in SMALL for kind in kinds)
        signed = any(kind.startswith("int") for kind in kinds)
        return Types(summing, ("int32" if signed else "uint32") if small else "float64")
    if method == "mean":
        return Types(summing, float_type)
    if method == "median":
        return Types(common, float_type)
    if method == "feather":
        return Types("float64", common, True) if integers else Types("float64", float_type)
    return Types(common, common)


def bring_into(values: Array, types: Types) -> Array:
    """Return values in the stored type, rounded where that is the rule; what does not fit is found by `misfits`."""
    with np.errstate(all="ignore"):
        if types.rounds:
            values = np.rint(values)
        return values.astype(types.stored, copy=False)


def misfits(values: Array, stored: Array, types: Types) -> Array | None:
    """Return where the stored type could not hold a value; None where it holds any value of the working type.

    An integer type must hold the value, a float type a whole number from an integer type, and any other number
    to the type's precision.
    """
    into, out_of = stored.dtype, values.dtype
    if into == out_of or _holds(into.name, out_of.name):
        return None if out_of.kind not in "fc" else ~np.isfinite(stored)
    with np.errstate(all="ignore"):
        wrong: Array = ~np.isfinite(stored)
        if into.kind in "iu" and out_of.kind == "f":
            wanted, limits = np.rint(values) if types.rounds else values, np.iinfo(into)
            # The largest 64 bit integer is no float; the power of two above it is.
            wrong = ~((wanted >= float(limits.min)) & (wanted < float(limits.max) + 1))
            wrong |= stored.astype(out_of) != wanted
        elif out_of.kind in "iu":
            wrong |= (stored.astype(out_of) != values) | ((stored < 0) != (values < 0))
        return wrong
