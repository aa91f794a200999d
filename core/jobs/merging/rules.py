"""Choose the data type of a merged raster and how it marks missing pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...errors import InputError, OptionError
from ...raster.casting import cast_values, out_of_range
from ...raster.dtypes import common_type, float_for, holds, is_small_integer
from ...raster.nodata import Nodata, nodata_of_type, same_nodata, stored_nodata

Array = np.ndarray[Any, Any]

MOST_COUNTED = 65_535
"""Maximum number of inputs that UInt16 can count."""


QUOTIENT_TOLERANCE = 1e-9
"""If offset / scale differs from an integer by at most this relative amount, it is rounded to the integer."""

LARGEST_SHIFT = 2.0**40
"""Largest integer shift (offset / scale) that can be added millions of times in int64 without overflow."""


class Types(NamedTuple):
    """Data types of a merge: `working` for the computation and `stored` for the output.

    If `rounds` is true, fractions are rounded to integers, half to even. If `narrows` is true, an input may have values
    that one of the two types cannot hold. If `exact` is true, the results are integers computed in float64, which must
    not be rounded; NaN stands for a result that float64 cannot represent exactly.
    """

    working: str
    stored: str
    rounds: bool = False
    narrows: bool = False
    exact: bool = False


def resolve_types(method: str, dtypes: Sequence[str], count: int, wanted: str, shifts: Sequence[float] = ()) -> Types:
    """Return the data types for a merge of `count` inputs with bands of the types `dtypes`.

    `wanted` is the requested output type or "auto". `shifts` is the result of `offset_shifts` for a sum, and empty for
    other methods.

    Raises
    ------
    InputError
        No type can hold the values of all inputs, or the inputs contain complex numbers, which the method or the
        requested type does not support.
    """
    kinds = sorted(set(dtypes))
    if any("complex" in kind for kind in kinds) and method != "count":
        words = f"The inputs contain complex numbers ({', '.join(kinds)})"
        if method not in ("first", "last"):
            raise InputError(
                f"{words}, which METHOD {method!r} cannot merge. Set METHOD to 'first', 'last' or 'count'.",
                parameter="method",
            )
        if wanted != "auto":
            raise InputError(
                f"{words}, which DATA_TYPE {wanted!r} cannot hold. Set DATA_TYPE to 'auto'.", parameter="data_type"
            )
    if wanted == "auto":
        types = _automatic(method, kinds, count, shifts)
    else:
        rounds = method in ("mean", "median", "feather") and np.dtype(wanted).kind in "iu"
        types = Types(_working(method, kinds, shifts), wanted, rounds)
    computed = "float64" if method == "median" else types.working
    narrows = method != "count" and not all(holds(into, kind) for kind in kinds for into in (computed, types.stored))
    integers = all(np.dtype(kind).kind in "iu" for kind in kinds) and _are_exact_integers(shifts)
    return types._replace(narrows=narrows, exact=method == "sum" and computed == "float64" and integers)


def _automatic(method: str, kinds: Sequence[str], count: int, shifts: Sequence[float]) -> Types:
    working = _working(method, kinds, shifts)
    if method == "count":
        return Types(working, "uint16" if count <= MOST_COUNTED else "uint32")
    if method == "sum":
        small = all(map(is_small_integer, kinds)) and _are_exact_integers(shifts)
        signed = any(kind.startswith("int") for kind in kinds) or any(shift < 0 for shift in shifts)
        return Types(working, ("int32" if signed else "uint32") if small else "float64")
    integers = all(np.dtype(kind).kind in "iu" for kind in kinds)
    if method in ("mean", "median") or method == "feather" and not integers:
        return Types(working, float_for(kinds))
    common = common_type(kinds)
    return Types(working, common, True) if method == "feather" else Types(common, common)


def _working(method: str, kinds: Sequence[str], shifts: Sequence[float]) -> str:
    """Return the data type to compute in; float64 for 64-bit integers if no type can hold all input values."""
    if method == "count":
        return "uint32"
    if method in ("sum", "mean"):
        # Sums of 64-bit integers could overflow even int64.
        narrow = all(np.dtype(kind).kind in "iu" and np.dtype(kind).itemsize <= 4 for kind in kinds)
        return "int64" if narrow and _are_exact_integers(shifts) else "float64"
    try:
        return "float64" if method == "feather" else common_type(kinds)
    except InputError:
        return "float64"


def offset_shifts(scalings: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """Return offset / scale of each band, from (scale, offset) pairs; empty if no band has an offset.

    To add n values of a band, add up the stored values and n - 1 times the quotient: the band's scale and offset then
    convert the result to the physical sum. A quotient that is an integer except for rounding errors is rounded.

    Raises
    ------
    InputError
        A band has an offset that cannot be divided by its scale, e.g. because the scale is 0.
    """
    if not any(offset for _, offset in scalings):
        return ()
    shifts = []
    for number, (scale, offset) in enumerate(scalings, 1):
        shift = 0.0 if not offset else offset / scale if scale else math.inf
        if not math.isfinite(shift):
            raise InputError(
                f"Band {number} of the inputs has scale {scale:.12g} and offset {offset:.12g}, which cannot be "
                "used for a sum: offset / scale must be finite. Correct them, or choose another METHOD.",
                parameter="method",
            )
        rounded = float(round(shift))
        shifts.append(rounded if abs(shift - rounded) <= QUOTIENT_TOLERANCE * max(1.0, abs(shift)) else shift)
    return tuple(shifts)


def _are_exact_integers(shifts: Sequence[float]) -> bool:
    """Return True if all shifts (offset / scale) are integers that int64 can sum without overflow."""
    return all(shift.is_integer() and abs(shift) <= LARGEST_SHIFT for shift in shifts)


def loses_nan(dtype: np.dtype[Any], types: Types) -> bool:
    """Return True if `dtype` can hold NaN and infinity, but the stored type cannot."""
    return dtype.kind in "fc" and np.dtype(types.stored).kind in "iu"


def inexact_in_float64(values: Array) -> Array | None:
    """Return a mask of 64-bit integers that float64 cannot represent exactly; None for other data types."""
    if holds("float64", values.dtype.name) or values.dtype.kind == "c":
        return None
    return out_of_range(values, cast_values(values, "float64"))


SELECTING = ("first", "last", "min", "max")
"""Methods that take each pixel from one of the inputs."""


class Marking(NamedTuple):
    """How the output marks missing pixels: with a nodata value, an internal mask, both, or not at all."""

    nodata: Nodata
    mask: bool

    def marks_all(self, nodata: Iterable[Nodata], *, has_mask: bool) -> bool:
        """Return True if the pixels that an input marks as missing, stored unchanged, are also missing in the output.

        Parameters
        ----------
        nodata
            Effective nodata value of each band of the input.
        has_mask
            True if the input has a mask. An alpha band is a band of the output too, and marks the same pixels there.
        """
        return (self.mask or not has_mask) and all(value is None or same_nodata(value, self.nodata) for value in nodata)


def can_hold(value: float, dtype: str) -> bool:
    """Return True if the data type can hold the value; float types can hold NaN and infinity."""
    marker = stored_nodata(value, np.dtype(dtype))
    return marker is not None and bool(np.isfinite(marker) == math.isfinite(value))


def check_holds(value: float, dtype: str, name: str, parameter: str = "output_nodata") -> None:
    """Raise OptionError unless the data type can hold the nodata value.

    Raises
    ------
    OptionError
        The type cannot hold the value. The message states the type and the value.
    """
    if not can_hold(value, dtype):
        raise OptionError(
            f"{name} {value:.17g} is not a valid {dtype} value. Choose another OUTPUT_NODATA or DATA_TYPE.",
            parameter=parameter,
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
    """Return how the result of a merge marks missing pixels.

    Parameters
    ----------
    declared
        Nodata values of all bands of all inputs; None for a band without a nodata value.
    method
        A key of `choices.MERGE_METHODS`.
    dtype
        Data type of the output.
    given
        Nodata value that the user set, or None.
    masked, alpha
        `masked` is true if an input has a mask, `alpha` if the inputs have an alpha band.
    complete
        True if the inputs cover every pixel of the output, and no pixel can have a value, such as NaN, that the data
        type of the output cannot hold.

    Raises
    ------
    OptionError
        The data type of the output cannot hold the nodata value.
    """
    if given is not None:
        check_holds(given, dtype, "OUTPUT_NODATA")
        return Marking(nodata_of_type(given, np.dtype(dtype)), False)
    if method == "count":
        return Marking(None, False)
    values = list(declared)
    shared = all(same_nodata(value, values[0]) for value in values)
    chosen = method in SELECTING
    if chosen and shared:
        if values[0] is not None:
            check_holds(values[0], dtype, "The inputs' nodata value", "data_type")
            return Marking(nodata_of_type(values[0], np.dtype(dtype)), masked)
        if masked or alpha or complete:
            return Marking(None, masked)
    if np.dtype(dtype).kind not in "iu":
        return Marking(math.nan, False)
    # Sums have a 32-bit alpha band, which GDAL does not use as a mask.
    return Marking(None, masked or not alpha or not chosen)
