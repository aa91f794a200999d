"""Convert computed float64 values to stored pixels: rounding, nodata, and values that the data type cannot hold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import OptionError
from ..raster.dtypes import WIDE_INTEGERS
from ..raster.nodata import stored_nodata
from .encoding import Encoding, mark_nodata
from .raster_plan import Counted
from .stack import Pixels

FLOAT_NODATA = -9999.0

NOT_FINITE = "not_finite"
OUT_OF_RANGE = "out_of_range"


def resolve_storage(dtype: str, nodata: float | None) -> Encoding:
    """Return the encoding of values that are stored without scale and offset.

    Parameters
    ----------
    dtype
        Data type of the output.
    nodata
        OUTPUT_NODATA. If None: -9999 for floats, the lowest value for signed integers, the highest for unsigned ones.

    Raises
    ------
    OptionError
        The type cannot hold the nodata value.
    """
    kind = np.dtype(dtype)
    return Encoding(
        dtype, _default_nodata(kind) if nodata is None else _as_declared(check_output_nodata(nodata, kind), kind)
    )


def check_output_nodata(nodata: float, kind: np.dtype[Any]) -> float:
    """Return OUTPUT_NODATA as a data type stores it: rounded for floats, an exact int for integers.

    Raises
    ------
    OptionError
        The type cannot hold the value.
    """
    if kind.kind in "fc":
        _check_float(nodata, kind)
        return float(np.real(kind.type(nodata)))
    limits = np.iinfo(kind)
    if not (math.isfinite(nodata) and nodata == int(nodata) and limits.min <= nodata <= limits.max):
        raise OptionError(
            f"OUTPUT_NODATA {nodata:g} is not a valid {kind.name} value. Choose a whole number from {limits.min} to "
            f"{limits.max}.",
            parameter="output_nodata",
        )
    return int(nodata)


def _default_nodata(kind: np.dtype[Any]) -> float:
    if kind.kind == "f":
        return FLOAT_NODATA
    limits = np.iinfo(kind)
    nodata = limits.max if kind.kind == "u" else limits.min
    return _as_declared(nodata, kind)


def _as_declared(nodata: float, kind: np.dtype[Any]) -> float:
    """Return a nodata value as GDAL declares it: an int for 64-bit integers, which a float would round."""
    return nodata if kind.name in WIDE_INTEGERS else float(nodata)


def _check_float(nodata: float, kind: np.dtype[Any]) -> None:
    if not math.isnan(nodata) and not np.isfinite(stored_nodata(nodata, kind)):
        limit = float(np.finfo(kind).max)
        raise OptionError(
            f"OUTPUT_NODATA {nodata:g} is not a valid {kind.name} value. Choose one from {-limit:g} to {limit:g}, or "
            "NaN.",
            parameter="output_nodata",
        )


def stored_counts(dtype: str) -> tuple[Counted, ...]:
    """Return the keys and texts with which a job reports the counts of pixels that `store_values` changed to nodata."""
    return (
        Counted(
            NOT_FINITE,
            "Results that are not finite",
            "{} results are not finite, for example because of a division by zero, and became nodata.",
        ),
        Counted(
            OUT_OF_RANGE,
            "Results that do not fit into the data type",
            f"{{}} results do not fit into {dtype} or equal OUTPUT_NODATA, and became nodata.",
        ),
    )[: 1 if np.dtype(dtype).kind == "f" else 2]


def store_values(values: npt.NDArray[np.float64], valid: npt.NDArray[np.bool_], encoding: Encoding) -> Pixels:
    """Return the values in the output's data type, their validity mask, and the number of values that became nodata.

    For integer types, values are rounded half to even. A value that is not finite, does not fit into an integer type or
    equals its nodata value becomes nodata. In a float type, a value that equals the nodata value becomes the adjacent
    float.

    Parameters
    ----------
    values, valid
        Arrays of the same shape, which are not changed.
    encoding
        Data type of the output, and its nodata value.
    """
    kind = np.dtype(encoding.dtype)
    with np.errstate(all="ignore"):
        result = values.astype(kind) if kind.kind == "f" else np.rint(values)
        shown = valid & np.isfinite(result)
        counts = {NOT_FINITE: int(np.count_nonzero(valid)) - int(np.count_nonzero(shown))}
        if kind.kind == "f":
            mark_nodata(result, shown, encoding.nodata)
            return Pixels(result, shown, counts)
        limits = np.iinfo(kind)
        fits = shown & (result >= limits.min) & (result <= limits.max) & (result != encoding.nodata)
        counts[OUT_OF_RANGE] = int(np.count_nonzero(shown)) - int(np.count_nonzero(fits))
        result[~fits] = encoding.nodata
        return Pixels(result.astype(kind), fits, counts)


def store_selected(values: npt.NDArray[Any], valid: npt.NDArray[np.bool_], encoding: Encoding) -> Pixels:
    """Return values selected from an input, converted to the output's data type, with their mask and counts.

    The counts include the values that became nodata. If the data types of the input and the output differ, values are
    converted in the same way as in `store_values`.

    Parameters
    ----------
    values, valid
        Arrays of the same shape; neither is changed. The result may be `values` itself.
    encoding
        Data type of the output, and its nodata value.
    """
    kind = np.dtype(encoding.dtype)
    if values.dtype != kind:
        return store_values(values.astype(np.float64), valid, encoding)
    if kind.kind == "f":
        result = values.copy()
        mark_nodata(result, valid, encoding.nodata)
        return Pixels(result, valid)
    marker = kind.type(encoding.nodata)
    kept = valid & (values != marker)
    if kept.all():
        return Pixels(values, kept)
    lost = int(np.count_nonzero(valid)) - int(np.count_nonzero(kept))
    result = values.copy()
    result[~kept] = marker
    return Pixels(result, kept, {OUT_OF_RANGE: lost})
