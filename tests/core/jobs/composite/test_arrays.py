"""Tests for lazy composites: values of all reducers, chunks, metadata, and arguments that are rejected."""

from __future__ import annotations

import dask
import dask.array as da
import numpy as np
import pytest
import rioxarray  # noqa: F401 - registers the .rio accessor
import xarray as xr
from affine import Affine

import composite_reference as reference
from parallel_raster.core import temporal_composite_array
from parallel_raster.core.choices import REDUCERS
from parallel_raster.core.errors import InputError, OptionError

TIMES = np.array(["2024-01-05", "2024-01-15", "2024-02-01", "2024-01-25", "2024-02-20"], "datetime64[ns]")
JANUARY, FEBRUARY = [0, 1, 3], [2, 4]


def scenes(dtype="float32", bands=2, chunks=(1, 1, 8, 5)):
    random = np.random.default_rng(3)
    values = random.integers(0, 30, (5, bands, 12, 10)).astype(dtype)
    array = xr.DataArray(
        da.from_array(values, chunks=chunks), dims=("time", "band", "y", "x"), name="red",
        coords={"time": TIMES, "band": range(1, bands + 1)},
    )  # fmt: skip
    array = array.rio.write_crs("EPSG:32633").rio.write_transform(Affine(10, 0, 0, 0, -10, 0)).rio.write_nodata(0)
    return values, array


@pytest.mark.parametrize("reducer", [name for name in REDUCERS if name != "best"])
def test_results_equal_the_reference(reducer):
    values, array = scenes()
    found = temporal_composite_array(array, reducer=reducer)
    assert isinstance(found.data, da.Array) and found.dims == ("period", "band", "y", "x")
    assert list(found.period.values) == ["2024-01", "2024-02"]
    for number, members in enumerate((JANUARY, FEBRUARY)):
        wanted, valid, counts, _ = reference.composite([(values[each], values[each] != 0) for each in members], reducer)
        result = found.values[number]
        if reducer == "count":
            assert np.array_equal(result, wanted) and found.dtype == np.uint16
            continue
        assert np.array_equal(np.isfinite(result), valid)
        np.testing.assert_array_max_ulp(result[valid], wanted[valid].astype("float32"), 1)


def test_chunks_and_metadata_are_kept():
    _, array = scenes()
    found = temporal_composite_array(array, min_count=2)
    assert found.chunks[2:] == ((8, 4), (5, 5))
    assert found.rio.crs == array.rio.crs and found.rio.transform() == array.rio.transform()
    assert found.name == "red_median" and np.isnan(found.rio.nodata)
    whole = temporal_composite_array(array.chunk({"time": -1, "y": 12, "x": 10}), min_count=2)
    assert whole.values.tobytes() == found.values.tobytes()
    single = temporal_composite_array(array.isel(band=0, drop=True), min_count=2)
    assert single.dims == ("period", "y", "x")
    np.testing.assert_array_equal(single.values, found.values[:, 0])


def test_nothing_is_joined_over_time():
    _, array = scenes()
    found = temporal_composite_array(array)
    (optimized,) = dask.optimize(found.data)
    assert not [key for key in optimized.__dask_graph__() if "rechunk" in str(key) or "concatenate" in str(key)]


def test_chosen_integers_need_a_nodata_value():
    values, array = scenes("int16")
    found = temporal_composite_array(array, reducer="first")
    wanted, valid, _, _ = reference.composite([(values[each], values[each] != 0) for each in JANUARY], "first")
    assert np.array_equal(found.values[0], np.where(valid, wanted, 0)) and found.dtype == np.int16
    with pytest.raises(InputError, match="without a nodata value"):
        temporal_composite_array(array.rio.write_nodata(None), reducer="first")


def test_arguments_that_are_rejected():
    _, array = scenes()
    with pytest.raises(OptionError, match="does not support"):
        temporal_composite_array(array, reducer="best")
    with pytest.raises(InputError, match="no dimension 'date'"):
        temporal_composite_array(array, time="date")
    for percent in (-5, 101):
        with pytest.raises(OptionError, match="from 0 to 100"):
            temporal_composite_array(array, reducer="percentile", percentile=percent)
    for wrong in (np.array(["NaT", *TIMES[1:]], "datetime64[ns]"), range(5)):
        with pytest.raises(InputError, match="which is not a time"):
            temporal_composite_array(array.assign_coords(time=wrong))


def test_a_negative_scale_reverses_the_order():
    values, array = scenes()
    seen = np.where(values == 0, np.nan, values)
    found = temporal_composite_array(array.assign_attrs(scale_factor=-2.0), reducer="min", period="all")
    np.testing.assert_array_equal(found.values[0], np.nanmax(seen, axis=0))


def test_complex_values_are_rejected():
    _, array = scenes("complex64")
    with pytest.raises(InputError, match="contains complex numbers"):
        temporal_composite_array(array, reducer="mean")
