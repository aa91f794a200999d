"""Temporal composite of a rioxarray array: a lazy, chunked array, with the reducers of `temporal_composite`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import dask.array as da
import numpy as np
import rioxarray  # noqa: F401 - registers the .rio accessor
import xarray as xr

from ...choices import REDUCERS, resolve_choice
from ...errors import InputError, OptionError
from ...raster.nodata import valid_pixels
from ...scenes.periods import all_periods, period_of
from .options import check_percentile
from .reducers import METHODS, Array, Observation, Reduction, count_dtype, reduce_observations
from .timeline import EPOCH, day_number


def temporal_composite_array(
    array: xr.DataArray,
    *,
    time: str = "time",
    period: str = "month",
    climatology: bool = False,
    reducer: str = "median",
    percentile: float = 25.0,
    min_count: int = 1,
) -> xr.DataArray:
    """Return a lazy array with a composite of each period; the dimension `period` replaces the time dimension.

    Parameters
    ----------
    array : xarray.DataArray
        Observations, with a time dimension and the spatial dimensions that `rioxarray` uses. Times can be in any order.
        NaN and the array's nodata value are not valid. Mask clouds first, for example with `where`.
    time : str, default "time"
        Name of the time dimension. Its coordinates are times in UTC.
    period : str, default "month"
        A key of `core.choices.PERIODS` other than "solar_day".
    climatology : bool, default False
        Combine the same season, month, dekad or week of all years.
    reducer : str, default "median"
        A key of `core.choices.REDUCERS` other than "best".
    percentile : float, default 25
        For reducer "percentile": a number from 0 to 100.
    min_count : int, default 1
        Minimum number of valid observations. Pixels with fewer observations are nodata. Has no effect on reducer
        "count", whose result is 0 for pixels without an observation.

    Returns
    -------
    xarray.DataArray
        Array (period, band, y, x), without `band` if `array` has none. Rows and columns are chunked like those of
        `array`, and `array` is not rechunked along time. Nodata is NaN in floating-point arrays.

    Raises
    ------
    OptionError
        A parameter has an invalid value.
    InputError
        The array contains complex numbers or has no dimension `time`, a coordinate of this dimension is not a time, or
        the reducer keeps the integer data type of the array, but the array has no nodata value.
    """
    reducer = resolve_choice(REDUCERS, reducer, "reducer")
    for name, value, other in (("reducer", reducer, "best"), ("period", period, "solar_day")):
        if value == other:
            raise OptionError(
                f"temporal_composite_array does not support {name} {value!r}. Use temporal_composite.", parameter=name
            )
    check_percentile(percentile)
    if time not in array.dims:
        raise InputError(f"The array has no dimension {time!r}, only {', '.join(map(str, array.dims))}.")
    if array.dtype.kind == "c":
        raise InputError("The array contains complex numbers. Use real numbers.")
    y, x = array.rio.y_dim, array.rio.x_dim
    bands = [dim for dim in array.dims if dim not in (time, y, x)]
    stack = array.sortby(time).transpose(time, *bands, y, x)
    moments = [_moment(each, time) for each in stack[time].values]
    nodata = array.rio.nodata
    kind, fill = _output(np.dtype(array.dtype), reducer, nodata, len(moments))
    members: dict[Any, list[int]] = {each: [] for each in all_periods(moments, period, climatology, empty=False)}
    for number, moment in enumerate(moments):
        members[period_of(moment, period, climatology)].append(number)
    data = stack.data if isinstance(stack.data, da.Array) else da.from_array(stack.data, chunks="auto")
    reduction = Reduction(reducer, percentile, (array.attrs.get("scale_factor", 1) < 0,))
    made = [
        _lazy(
            data[numbers], reduction, [day_number(moments[number]) for number in numbers], nodata, kind, fill, min_count
        )
        for numbers in members.values()
    ]
    names = [each.name for each in members]
    coords = {name: coord for name, coord in stack.coords.items() if time not in coord.dims}
    result = xr.DataArray(
        da.stack(made), {"period": names, **coords}, ("period", *bands, y, x), array.name and f"{array.name}_{reducer}"
    )
    result = result.rio.set_spatial_dims(x, y)
    if array.rio.crs is not None:
        result = result.rio.write_crs(array.rio.crs)
    result = result.rio.write_transform(array.rio.transform())
    scaling = {key: array.attrs[key] for key in ("scale_factor", "add_offset") if key in array.attrs}
    if reducer == "std":
        scaling.pop("add_offset", None)
    result.attrs.update({} if reducer == "count" else scaling)
    return result if fill is None else result.rio.write_nodata(fill)


def _moment(value: Any, time: str) -> datetime:
    """Return a time coordinate as a datetime in UTC."""
    try:
        passed = np.datetime64(value, "us") - np.datetime64(EPOCH.replace(tzinfo=None), "us")
        return datetime.fromtimestamp(float(passed / np.timedelta64(1, "s")), timezone.utc)
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"The coordinate {time!r} of the array has the value {value}, which is not a time. Assign times of "
            "type datetime64 to the coordinate."
        ) from error


def _output(dtype: np.dtype[Any], reducer: str, nodata: Any, depth: int) -> tuple[str, Any]:
    """Return the data type and the nodata value of the result."""
    if reducer == "count":
        return count_dtype(depth), None
    if METHODS[reducer].selects:
        if dtype.kind == "f":
            return dtype.name, np.nan
        if nodata is None:
            raise InputError(
                f"The array has integer values without a nodata value, so reducer {reducer!r} cannot mark pixels that "
                "have too few valid observations. Set a nodata value with rio.write_nodata."
            )
        return dtype.name, nodata
    return "float32" if dtype.itemsize <= 2 or dtype.name == "float32" else "float64", np.nan


def _lazy(
    data: da.Array, reduction: Reduction, days: Sequence[int], nodata: Any, kind: str, fill: Any, min_count: int
) -> da.Array:
    """Return the lazy composite of a period. Each task receives the blocks of all times as a list, not concatenated."""
    if METHODS[reduction.reducer].whole and data.ndim == 4:
        data = data.rechunk({1: -1})
    inner = "byx"[-(data.ndim - 1) :]

    def compute(blocks: Any) -> Array:
        return _reduced(_planes(blocks), reduction, days, nodata, kind, fill, min_count)

    return da.blockwise(
        compute,
        inner,
        data,
        f"t{inner}",
        dtype=np.dtype(kind),
        concatenate=False,
        meta=np.empty((0,) * len(inner), kind),
    )


def _planes(blocks: Iterable[Any]) -> list[Array]:
    """Split blocks along the time axis, and return one array for each time."""
    return [plane for block in blocks for plane in np.asarray(block)]


def _reduced(
    planes: Sequence[Array],
    reduction: Reduction,
    days: Sequence[int],
    nodata: Any,
    kind: str,
    fill: Any,
    min_count: int,
) -> Array:
    method = METHODS[reduction.reducer]
    shape = planes[0].shape
    wide = [plane.reshape(-1, *shape[-2:]) for plane in planes]

    def observations() -> Iterable[Observation]:
        for values, day in zip(wide, days):
            found = valid_pixels(values, nodata)
            valid = np.ones(values.shape, bool) if found is None else found
            yield Observation(values, valid.all(axis=0, keepdims=True) if method.whole else valid, day)

    reduction = replace(reduction, falling=reduction.falling * len(wide[0]))
    with np.errstate(all="ignore"):
        reduced, counts = reduce_observations(iter(observations()), reduction, wide[0].shape, wide[0].dtype, len(wide))
        result = reduced.values.astype(kind)
    if fill is not None:
        result[np.broadcast_to(counts < max(1, min_count), result.shape)] = fill
    return result.reshape(shape)
