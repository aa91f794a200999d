"""Normalized differences of arrays are lazy, chunked and georeferenced, and equal those of files."""

from __future__ import annotations

import math

import dask
import numpy as np
import pytest
import rioxarray
import xarray
from affine import Affine
from rasterio.crs import CRS

from parallel_raster.core import normalized_difference, normalized_difference_array
from parallel_raster.core.errors import InputError, OptionError
from parallel_raster.core.jobs.difference import arrays

CHUNKS = {"x": 32, "y": 16}


@pytest.fixture
def source(make_raster, random_bands):
    bands = random_bands("int16", (50, 70))
    bands[0][5, 5] = bands[1][7, 7] = -9
    bands[1][9, 9] = -bands[0][9, 9]
    return make_raster(bands, nodata=-9)


def open_bands(path, **options):
    array = rioxarray.open_rasterio(path, **options)
    return array.sel(band=1), array.sel(band=2)


@pytest.mark.parametrize("chunks", [None, CHUNKS])
@pytest.mark.parametrize("data_type", ["float32", "int16", "uint8"])
@pytest.mark.parametrize("zero_sum", ["nodata", "zero"])
def test_arrays_give_the_same_pixels_as_files(source, tmp_path, read, chunks, data_type, zero_sum):
    options = {"data_type": data_type, "zero_sum": zero_sum, "clamp": True}
    normalized_difference(source, tmp_path / "out.tif", band_a=1, band_b=2, **options)
    expected = read(tmp_path / "out.tif")
    array = normalized_difference_array(*open_bands(source, chunks=chunks), **options)
    assert array.dtype == expected.dtype and array.name == "NDVI"
    assert array.values.tobytes() == expected.values.tobytes()
    assert array.rio.crs == expected.crs and array.rio.transform() == expected.transform
    assert array.rio.nodata == expected.nodata
    assert array.attrs.get("scale_factor", 1.0) == expected.scale
    assert array.attrs.get("add_offset", 0.0) == expected.offset


def test_a_result_written_by_rioxarray_equals_the_file(source, tmp_path, read):
    normalized_difference(source, tmp_path / "out.tif", band_a=1, band_b=2, data_type="int16")
    normalized_difference_array(*open_bands(source), data_type="int16").rio.to_raster(tmp_path / "array.tif")
    ours, theirs = read(tmp_path / "out.tif"), read(tmp_path / "array.tif")
    assert np.array_equal(ours.values, theirs.values)
    for name in ("nodata", "scale", "offset", "crs", "transform", "dtype"):
        assert getattr(ours, name) == getattr(theirs, name)


@pytest.mark.parametrize("which", ["both", "first", "second", "none"])
def test_the_result_is_lazy_and_chunked(source, which, monkeypatch):
    """No pixels are computed before `compute` is called, so arrays may be larger than memory."""
    a, b = open_bands(source, chunks=CHUNKS)
    lazy_a, lazy_b = open_bands(source)
    chunks = a.chunks
    if which not in ("both", "first"):
        a = lazy_a
    if which not in ("both", "second"):
        b = lazy_b
    computed = []
    with dask.config.set(scheduler=lambda *arguments, **options: computed.append(1)):
        array = normalized_difference_array(a, b)
    assert not computed
    assert array.chunks == (chunks if which != "none" else ((50,), (70,)))
    monkeypatch.setattr(arrays, "normalized_difference_pixels", None)
    with pytest.raises(TypeError):
        array.compute()


def test_the_result_does_not_depend_on_chunks(source):
    whole = normalized_difference_array(*open_bands(source)).values
    for chunks in ({"x": 7, "y": 11}, {"x": -1, "y": 1}):
        assert normalized_difference_array(*open_bands(source, chunks=chunks)).values.tobytes() == whole.tobytes()


def test_only_one_array_is_chunked(source):
    a, b = open_bands(source, chunks=CHUNKS)
    expected = normalized_difference_array(a, b).values
    assert normalized_difference_array(a, b.compute()).values.tobytes() == expected.tobytes()
    assert normalized_difference_array(a.compute(), b).values.tobytes() == expected.tobytes()


def test_arrays_with_a_band_dimension(source):
    """Arrays of shape (1, y, x), as read by `open_rasterio`, are accepted, even if their band numbers differ."""
    array = rioxarray.open_rasterio(source)
    result = normalized_difference_array(array[[0]], array[[1]])
    assert result.shape == (1, 50, 70)
    assert result.values[0].tobytes() == normalized_difference_array(*open_bands(source)).values.tobytes()


def test_masked_arrays_give_nan_as_nodata(source):
    plain = normalized_difference_array(*open_bands(source))
    masked = normalized_difference_array(*open_bands(source, masked=True, chunks=CHUNKS))
    assert math.isnan(masked.rio.nodata)
    assert np.array_equal(np.isnan(masked.values), plain.values == plain.rio.nodata)
    valid = ~np.isnan(masked.values)
    assert np.array_equal(masked.values[valid], plain.values[valid])
    given = normalized_difference_array(*open_bands(source, masked=True), output_nodata=-5)
    assert given.rio.nodata == -5 and not np.isnan(given.values).any()
    codes = normalized_difference_array(*open_bands(source, masked=True), data_type="uint8")
    assert codes.rio.nodata == 255 and np.array_equal(codes.values == 255, ~valid)


@pytest.mark.filterwarnings("ignore:Offsets differ across bands")  # rioxarray warns when it reads both bands
def test_scale_and_offset_are_read_from_the_attributes(make_raster, random_bands, tmp_path, read):
    path = make_raster(random_bands("uint16"), scales=[0.0001, 0.0002], offsets=[-0.2, -0.1])
    normalized_difference(path, tmp_path / "out.tif", band_a=1, band_b=2)
    expected = read(tmp_path / "out.tif").values
    bands = []
    for number, (scale, offset) in enumerate(((0.0001, -0.2), (0.0002, -0.1))):
        band = rioxarray.open_rasterio(path)[number]
        band.attrs.update(scale_factor=scale, add_offset=offset)
        bands.append(band)
    assert normalized_difference_array(*bands).values.tobytes() == expected.tobytes()


@pytest.mark.filterwarnings("ignore:Offsets differ across bands")  # rioxarray warns and then stores lists
def test_bands_with_different_scales(make_raster, random_bands, tmp_path, read):
    """rioxarray stores the scales of all bands as a list; each array uses the scale of its own band."""
    first, second = random_bands("uint16")
    path = make_raster([second, first, first], scales=[0.0001, 1, 0.0002], offsets=[-0.2, 0, -0.1])
    expected = normalized_difference(path, tmp_path / "out.tif", band_a=3, band_b=1)
    stack = rioxarray.open_rasterio(path)
    for a, b in ((stack[2], stack[0]), (stack[[2]], stack[[0]])):
        assert normalized_difference_array(a, b).values.tobytes() == read(expected.output).values.tobytes()
    with pytest.raises(InputError, match="The attribute scales of the array .* lists values for several bands"):
        normalized_difference_array(stack[2].drop_vars("band"), stack[0])
    masked = rioxarray.open_rasterio(path, mask_and_scale=True)
    a, b = masked[2].values.astype(float), masked[0].values.astype(float)
    index = normalized_difference_array(masked[2], masked[0]).values
    assert np.array_equal(index, ((a - b) / (a + b)).astype("float32"), equal_nan=True)


def test_a_scale_is_not_applied_twice(make_raster, random_bands):
    """Values read with `mask_and_scale` are not scaled again, although the encoding still contains the scale."""
    path = make_raster(random_bands("uint16"), scales=[0.5, 0.5], offsets=[3, 3])
    a, b = open_bands(path, mask_and_scale=True)
    wide_a, wide_b = a.values.astype(float), b.values.astype(float)
    expected = ((wide_a - wide_b) / (wide_a + wide_b)).astype("float32")
    assert np.array_equal(normalized_difference_array(a, b).values, expected, equal_nan=True)


def test_a_rotated_grid(make_raster, random_bands, tmp_path, read):
    rotated = Affine.translation(4e5, 5e6) * Affine.rotation(30) * Affine.scale(30, -30)
    path = make_raster(random_bands(), transform=rotated)
    normalized_difference(path, tmp_path / "out.tif", band_a=1, band_b=2)
    array = normalized_difference_array(*open_bands(path))
    assert array.rio.transform() == read(tmp_path / "out.tif").transform
    assert array.values.tobytes() == read(tmp_path / "out.tif").values.tobytes()


def test_arrays_without_crs_and_with_other_axis_names():
    """Arrays without a CRS, and with dimensions that are not named x and y (as in NetCDF files), are accepted."""
    values = np.arange(12.0).reshape(3, 4) + 1
    coords = {"north": [3.0, 2, 1], "east": [0.0, 1, 2, 3]}
    a = xarray.DataArray(values, dims=("north", "east"), coords=coords).rio.set_spatial_dims("east", "north")
    b = (a * 3).rio.set_spatial_dims("east", "north")
    result = normalized_difference_array(a, b)
    assert (result.values == -0.5).all() and result.dims == ("north", "east")
    assert result.rio.crs is None and result.rio.transform() == Affine(1, 0, -0.5, 0, -1, 3.5)


def test_different_grids_are_rejected(make_raster, random_bands):
    a, _ = open_bands(make_raster(random_bands(), "one.tif"))
    shifted = Affine(30, 0, 400_015, 0, -30, 5_000_000)
    other_crs = CRS.from_epsg(32634)
    for changes, words in (
        ({"transform": shifted}, "0.5 pixels"),
        ({"crs": other_crs}, "CRSs differ"),
        ({"crs": None}, "no CRS"),
    ):
        b, _ = open_bands(make_raster(random_bands(), "two.tif", **changes))
        with pytest.raises(InputError, match=words):
            normalized_difference_array(a, b)
    with pytest.raises(InputError, match="69 x 60"):
        normalized_difference_array(a, a[:, :-1])


def test_different_names_of_spatial_dimensions_are_rejected(source):
    """xarray pairs dimensions by name, so the result would have the dimensions of both arrays."""
    a, b = open_bands(source)
    other = b.rename("b").rename(y="lat", x="lon").rio.set_spatial_dims("lon", "lat")
    words = r"dimensions of b are lat and lon, but those of a are y and x\. Rename them with rename\({'lat': 'y', 'lon'"
    with pytest.raises(InputError, match=words) as caught:
        normalized_difference_array(a.rename("a"), other)
    assert caught.value.parameter == "b"
    found = normalized_difference_array(a, other.rename({"lat": "y", "lon": "x"}).rio.set_spatial_dims("x", "y"))
    assert found.equals(normalized_difference_array(a, b))


def test_a_tiny_shift_is_ignored(make_raster, random_bands):
    """Arrays whose coordinates differ only in the last digits are treated as being on the same grid."""
    bands = random_bands()
    a, b = open_bands(make_raster(bands, "one.tif"))
    tiny = Affine(30, 0, 400_000 + 1e-7, 0, -30, 5_000_000)
    _, shifted = open_bands(make_raster(bands, "two.tif", transform=tiny))
    assert (
        normalized_difference_array(a, shifted).values.tobytes() == normalized_difference_array(a, b).values.tobytes()
    )


@pytest.mark.parametrize("options", [{"index": "evi"}, {"data_type": "int8"}, {"zero_sum": "x"}, {"output_nodata": 0}])
def test_invalid_options_are_rejected(source, options):
    with pytest.raises(OptionError):
        normalized_difference_array(*open_bands(source), **options)


@pytest.fixture
def cubes():
    """Two arrays (time, y, x) whose normalized difference is 0.5 at each of three times."""
    times = np.array(["2024-01-01", "2024-02-01", "2024-03-01"], "datetime64[ns]")

    def cube(values, name):
        data = np.array(values, "uint16")[:, None, None] * np.ones((1, 4, 6), "uint16")
        coords = {"time": times, "y": np.arange(4, 0, -1) * 10.0, "x": np.arange(6) * 10.0}
        return xarray.DataArray(data, coords, ("time", "y", "x"), name).rio.write_crs("EPSG:32633")

    return cube([30, 60, 90], "nir"), cube([10, 20, 30], "red")


def test_arrays_of_several_times(cubes):
    result = normalized_difference_array(*cubes)
    assert result.dims == ("time", "y", "x") and (result == 0.5).all()
    assert (normalized_difference_array(cubes[0], cubes[1].transpose("y", "x", "time")) == result).all()


def test_times_are_not_paired_by_position(cubes):
    nir, red = cubes
    with pytest.raises(InputError, match="The coordinates of the dimension time differ") as caught:
        normalized_difference_array(nir, red[[2, 1, 0]])
    assert caught.value.parameter == "b"
    with pytest.raises(InputError, match="coordinates of the dimension time differ"):
        normalized_difference_array(nir[:2], red[1:])
    with pytest.raises(InputError, match="sizes of the dimension time differ: 3 in the first array and 2 in"):
        normalized_difference_array(nir, red[:2])


def test_bands_of_one_stack(cubes):
    """Other coordinates of the times, such as the cloud cover, and the names of the bands do not have to be equal."""
    nir, red = (array.assign_coords(cover=("time", [n, 0, 1])) for n, array in enumerate(cubes))
    stack = xarray.concat([nir, red], xarray.Variable("band", ["B08", "B04"])).transpose("time", "band", "y", "x")
    result = normalized_difference_array(stack.sel(band="B08"), stack.sel(band="B04"))
    assert result.dims == ("time", "y", "x") and (result == 0.5).all()
    result = normalized_difference_array(nir, red)
    assert (result == 0.5).all()


@pytest.mark.parametrize("chunks", [None, {"y": 2, "x": 3}])
def test_the_second_array_may_have_fewer_dimensions(cubes, chunks):
    nir, red = (array if chunks is None else array.chunk(chunks) for array in cubes)
    result = normalized_difference_array(nir, red[1])
    assert result.dims == ("time", "y", "x")
    assert result.values[:, 0, 0].tolist() == pytest.approx([0.2, 0.5, 0.6363636])
    for given, dims in (((nir[0], red[:1]), ("y", "x")), ((nir[:1], red[0]), ("time", "y", "x"))):
        result = normalized_difference_array(*given)
        assert result.dims == dims and (result == 0.5).all()
    with pytest.raises(InputError, match="has the dimension time, but the first array does not. Choose a single time"):
        normalized_difference_array(nir[0], red)


@pytest.mark.parametrize("which", [0, 1])
def test_complex_arrays_are_rejected(cubes, which):
    given = list(cubes)
    given[which] = given[which] + 1j
    with pytest.raises(InputError, match="contains complex numbers") as caught:
        normalized_difference_array(*given)
    assert caught.value.parameter == "ab"[which]
