"""Converts pixels to the data type of an output, and finds the values that this type cannot hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from .dtypes import holds

Array = np.ndarray[Any, Any]


def cast_values(values: Array, dtype: str, rounds: bool = False) -> Array:
    """Return values cast to a data type; if `rounds` is true, fractions are first rounded half to even.

    Values that the type cannot hold become undefined; use `out_of_range` to find them.
    """
    with np.errstate(all="ignore"):
        if rounds:
            values = np.rint(values)
        return values.astype(dtype, copy=False)


def out_of_range(values: Array, stored: Array, rounds: bool = False, exact: bool = False) -> Array | None:
    """Return a mask of values that the stored type cannot hold, including NaN and infinity; None if they cannot occur.

    An integer type must hold each value exactly; if `rounds` is true, it must hold the rounded value. A float type must
    hold integers exactly, but may round other numbers.

    Parameters
    ----------
    values, stored
        The values, and the result of `cast_values` for them.
    rounds
        As for `cast_values`.
    exact
        True if the values are integers although their type is float; a float type must then hold them exactly.
    """
    into, out_of = stored.dtype, values.dtype
    if into == out_of or holds(into.name, out_of.name):
        return None if out_of.kind not in "fc" else ~np.isfinite(stored)
    with np.errstate(all="ignore"):
        wrong: Array = ~np.isfinite(stored)
        if into.kind in "iu" and out_of.kind == "f":
            wanted, limits = np.rint(values) if rounds else values, np.iinfo(into)
            # float64 cannot represent the largest 64-bit integer, but it can represent the power of two above it.
            wrong = ~((wanted >= float(limits.min)) & (wanted < float(limits.max) + 1))
            wrong |= stored.astype(out_of) != wanted
        elif out_of.kind in "iu":
            wrong |= (stored.astype(out_of) != values) | ((stored < 0) != (values < 0))
        elif exact:
            wrong |= stored != values
        return wrong
