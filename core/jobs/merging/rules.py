"""Which type a merged raster has, decided from types and number of inputs; and values brought into it without loss."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...errors import InputError, OptionError
from ...raster.nodata import Nodata, nodata_of_type, same_nodata, stored_nodata

Array = np.ndarray[Any, Any]

INTEGERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64")
FLOATS = ("float32", "float64")
LADDER = (*INTEGERS, *FLOATS)
"""Types from the first to be tried to the last."""

SMALL = ("uint8", "int8", "uint16", "int16")
MOST_COUNTED = 65_535
"""As many inputs can be counted in UInt16."""


SAME_NUMBER = 1e-9
"""What rounding may do to the quotient of an offset and a scale, as a share."""

LARGEST_SHIFT = 2.0**40
"""Whole numbers of which millions can be summed in int64."""


class Types(NamedTuple):
    """What is computed in and what is stored; `rounds`: fractions become whole numbers, half to even.

    `narrows`: an input may have values that one of the two types does not hold.
    """

    working: str
    stored: str
    rounds: bool = False
    narrows: bool = False


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
        if all(holds(candidate, kind) for kind in kinds):
            return candidate
    raise InputError(f"No type holds the values of {', '.join(kinds)} without loss; convert the inputs to one type.")


def holds(wide: str, narrow: str) -> bool:
    """Return whether every value of the type `narrow` is one of `wide`."""
    if wide == narrow:
        return True
    into, out_of = np.dtype(wide), np.dtype(narrow)
    if out_of.kind == "c":
        return False
    if out_of.kind == "f":
        return into.kind == "f" and into.itemsize >= out_of.itemsize
    limits = np.iinfo(out_of)
    if into.kind == "f":
        return bool(max(limits.max, -limits.min) <= 2 ** (np.finfo(into).nmant + 1))
    return bool(np.iinfo(into).min <= limits.min and limits.max <= np.iinfo(into).max)


def resolve_types(method: str, dtypes: Sequence[str], count: int, wanted: str, shifts: Sequence[float] = ()) -> Types:
    """Return the types for a method, the types of the inputs' bands, their number, and a wanted type or "auto".

    `shifts` are those of a sum of physical values (see `offset_shifts`).

    Raises
    ------
    InputError
        The result needs a type that all inputs have in common and there is none, or the inputs hold complex numbers
        where real ones are needed.
    """
    kinds = sorted(set(dtypes))
    if any("complex" in kind for kind in kinds) and method != "count":
        words = f"The inputs hold complex numbers ({', '.join(kinds)}), which"
        if method not in ("first", "last"):
            raise InputError(f"{words} the method {method} cannot merge.", parameter="method")
        if wanted != "auto":
            raise InputError(f"{words} {wanted} cannot hold. Choose the automatic DATA_TYPE.", parameter="data_type")
    if wanted == "auto":
        types = _automatic(method, kinds, count, shifts)
    else:
        rounds = method in ("mean", "median", "feather") and np.dtype(wanted).kind in "iu"
        types = Types(_working(method, kinds, shifts), wanted, rounds)
    computed = "float64" if method == "median" else types.working
    narrows = method != "count" and not all(holds(into, kind) for kind in kinds for into in (computed, types.stored))
    return types._replace(narrows=narrows)


def _automatic(method: str, kinds: Sequence[str], count: int, shifts: Sequence[float]) -> Types:
    working = _working(method, kinds, shifts)
    if method == "count":
        return Types(working, "uint16" if count <= MOST_COUNTED else "uint32")
    if method == "sum":
        small = all(kind in SMALL for kind in kinds) and _are_whole(shifts)
        signed = any(kind.startswith("int") for kind in kinds) or any(shift < 0 for shift in shifts)
        return Types(working, ("int32" if signed else "uint32") if small else "float64")
    integers = all(np.dtype(kind).kind in "iu" for kind in kinds)
    if method in ("mean", "median") or method == "feather" and not integers:
        narrow = all(kind in SMALL or kind in ("float16", "float32") for kind in kinds)
        return Types(working, "float32" if narrow else "float64")
    common = common_type(kinds)
    return Types(working, common, True) if method == "feather" else Types(common, common)


def _working(method: str, kinds: Sequence[str], shifts: Sequence[float]) -> str:
    """Return the type to compute in; float64 for 64 bit integers that have no type in common with the others."""
    if method == "count":
        return "uint32"
    if method in ("sum", "mean"):
        # Sums of 64 bit integers could wrap even in int64.
        narrow = all(np.dtype(kind).kind in "iu" and np.dtype(kind).itemsize <= 4 for kind in kinds)
        return "int64" if narrow and _are_whole(shifts) else "float64"
    try:
        return "float64" if method == "feather" else common_type(kinds)
    except InputError:
        return "float64"


def offset_shifts(scalings: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """Return how many scales the offset of each band is, from (scale, offset); nothing where no band has an offset.

    A stored sum needs so many more for each further value. Numbers that are whole but for rounding are whole.

    Raises
    ------
    InputError
        A band has an offset that is no multiple of its scale, e.g. of 0, so that no stored value stands for a sum.
    """
    if not any(offset for _, offset in scalings):
        return ()
    shifts = []
    for number, (scale, offset) in enumerate(scalings, 1):
        shift = 0.0 if not offset else offset / scale if scale else math.inf
        if not math.isfinite(shift):
            raise InputError(
                f"Band {number} of the inputs has scale {scale:.12g} and offset {offset:.12g}, so that no stored value "
                "stands for a sum. Correct them, or choose another METHOD.",
                parameter="method",
            )
        whole = float(round(shift))
        shifts.append(whole if abs(shift - whole) <= SAME_NUMBER * max(1.0, abs(shift)) else shift)
    return tuple(shifts)


def _are_whole(shifts: Sequence[float]) -> bool:
    """Return whether all shifts are whole numbers that int64 adds up without loss."""
    return all(shift.is_integer() and abs(shift) <= LARGEST_SHIFT for shift in shifts)


def cast_values(values: Array, types: Types) -> Array:
    """Return values cast to the stored type, rounded if `types.rounds`; `out_of_range` finds those that do not fit."""
    with np.errstate(all="ignore"):
        if types.rounds:
            values = np.rint(values)
        return values.astype(types.stored, copy=False)


def inexact_in_float64(values: Array) -> Array | None:
    """Return where 64 bit integers are none of the numbers that float64 has; None for any other type."""
    if holds("float64", values.dtype.name) or values.dtype.kind == "c":
        return None
    types = Types(values.dtype.name, "float64")
    return out_of_range(values, cast_values(values, types), types)


def out_of_range(values: Array, stored: Array, types: Types) -> Array | None:
    """Return where the stored type could not hold a value; None where it holds any value of the working type.

    An integer type must hold the value, a float type a whole number from an integer type, and any other number
    to the type's precision.
    """
    into, out_of = stored.dtype, values.dtype
    if into == out_of or holds(into.name, out_of.name):
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


CHOSEN = ("first", "last", "min", "max")
"""Methods that take each pixel from one of the inputs."""


class Marking(NamedTuple):
    """How an output says where nothing is: by a nodata value, by a mask inside the file, by both or not at all."""

    nodata: Nodata
    mask: bool


def can_hold(value: float, dtype: str) -> bool:
    """Return whether a value is one of the type, NaN and infinity among those of floats."""
    marker = stored_nodata(value, np.dtype(dtype))
    return marker is not None and bool(np.isfinite(marker) == math.isfinite(value))


def check_holds(value: float, dtype: str, name: str, parameter: str = "output_nodata") -> None:
    """Return when a type can hold a nodata value.

    Raises
    ------
    OptionError
        It cannot; names both.
    """
    if not can_hold(value, dtype):
        raise OptionError(
            f"{name} {value:.17g} cannot be held by {dtype}; choose another value or DATA_TYPE.", parameter=parameter
        )


def resolve_marking(
    declared: Iterable[Nodata],
    *,
    method: str,
    dtype: str,
    given: Nodata,
    masked: bool,
    alpha: bool,
    complete: bool,
) -> Marking:
    """Return how the result of a merge marks the pixels where nothing is.

    Parameters
    ----------
    declared
        The nodata value of each band of each input, None where it has none.
    method
        A word of `choices.MERGE_METHODS`.
    dtype
        Type of the output.
    given
        The value that the user wants.
    masked, alpha
        Whether an input has a mask, and whether the inputs have an alpha band.
    complete
        Whether the inputs cover every pixel of the output.

    Raises
    ------
    OptionError
        The type of the output cannot hold the value.
    """
    if given is not None:
        check_holds(given, dtype, "OUTPUT_NODATA")
        return Marking(nodata_of_type(given, np.dtype(dtype)), False)
    if method == "count":
        return Marking(None, False)
    values = list(declared)
    shared = all(same_nodata(value, values[0]) for value in values)
    chosen = method in CHOSEN
    if chosen and shared:
        if values[0] is not None:
            check_holds(values[0], dtype, "The inputs' nodata value", "data_type")
            return Marking(nodata_of_type(values[0], np.dtype(dtype)), masked)
        if masked or alpha or complete:
            return Marking(None, masked)
    if np.dtype(dtype).kind not in "iu":
        return Marking(math.nan, False)
    # GDAL takes an alpha band of 32 bits, as sums have, for no mask.
    return Marking(None, masked or not alpha or not chosen)
