"""How a merged raster marks the pixels where nothing is, decided from what its inputs declare."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ...errors import OptionError
from ...raster.nodata import Nodata, nodata_of_type, same_nodata, stored_nodata

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


def check_holds(value: float, dtype: str, name: str) -> None:
    """Return when a type can hold a nodata value.

    Raises
    ------
    OptionError
        It cannot; names both.
    """
    if not can_hold(value, dtype):
        raise OptionError(f"{name} {value:.17g} cannot be held by {dtype}; choose another value or DATA_TYPE.")


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
        A word of `options.MERGE_METHODS`.
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
            check_holds(values[0], dtype, "The inputs' nodata value")
            return Marking(nodata_of_type(values[0], np.dtype(dtype)), masked)
        if masked or alpha or complete:
            return Marking(None, masked)
    if np.dtype(dtype).kind not in "iu":
        return Marking(math.nan, False)
    # GDAL takes an alpha band of 32 bits, as sums have, for no mask.
    return Marking(None, masked or not alpha or not chosen)
