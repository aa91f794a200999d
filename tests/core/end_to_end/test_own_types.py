"""Tests for nodata values that are rounded to the band's data type, and for types that rasterio does not support."""

from __future__ import annotations

import re
import subprocess

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from cases import long
from parallel_raster.core.errors import OptionError
from parallel_raster.core.jobs.merging.job import merge_tiles
from parallel_raster.core.jobs.tiling.job import tile_raster
from parallel_raster.core.raster.nodata import nodata_of_type, same_nodata, stored_nodata
from parallel_raster.core.reading.metadata import read_source

BASE = Affine(10, 0, 500_000, 0, -10, 5_000_000)
VALUES = [-3.4e38, -3.4028234663852886e38, -0.1, 1e20, 0.3, 1e-40, -9999.0, 16777217.0]


@pytest.fixture
def virtual(make_raster, tmp_path):
    """Return a function that creates a VRT whose nodata value has fewer digits than the nodata pixels in row 0."""

    def make(nodata, name="a", transform=BASE):
        values = np.full((4, 4), 0.25, "float32")
        values[0] = np.float32(nodata)
        path = make_raster([values], f"{name}.tif", nodata=float(np.float32(nodata)), transform=transform)
        subprocess.run(["gdalbuildvrt", "-q", f"{name}.vrt", path.name], check=True, cwd=tmp_path, timeout=60)
        text = (tmp_path / f"{name}.vrt").read_text()
        text = re.sub("(<NoDataValue>|<NODATA>)[^<]*", rf"\g<1>{nodata!r}", text)
        (tmp_path / f"{name}.vrt").write_text(text)
        return tmp_path / f"{name}.vrt"

    return make


def shown(path):
    with rasterio.open(path) as dataset:
        return dataset.read_masks(1) != 0, dataset.read(1)


@pytest.mark.parametrize("nodata", VALUES)
def test_tiles_of_a_raster_with_rounded_nodata(nodata, virtual, tmp_path):
    result = tile_raster(virtual(nodata), tmp_path / "out", tile_width=2, tile_height=2)
    assert result.tile_count == 4
    for number, path in enumerate(result.tiles):
        visible, values = shown(path)
        assert np.array_equal(visible, values == np.float32(0.25))
        assert visible[0].any() == (number >= 2) and visible[1].all()


@pytest.mark.parametrize("extension", ["tif", "vrt"])
@pytest.mark.parametrize("nodata", [VALUES[0], *long(*VALUES[1:])])
def test_nodata_values_with_different_digits_are_equal(nodata, extension, virtual, tmp_path):
    one = virtual(nodata)
    two = virtual(nodata, "b", BASE * Affine.translation(2, 0)).with_suffix(".tif")
    merge_tiles([one, two], tmp_path / f"m.{extension}")
    merge_tiles([one, two], tmp_path / "n.tif", output_nodata=nodata)
    for name in (f"m.{extension}", "n.tif"):
        visible, values = shown(tmp_path / name)
        assert values.shape == (4, 6) and not visible[0].any() and visible[1:].all()
        with rasterio.open(tmp_path / name) as dataset:
            assert np.float32(dataset.nodata) == np.float32(nodata)


@pytest.mark.parametrize("nodata", VALUES)
def test_a_given_nodata_value_is_rounded_to_the_band_type(nodata, make_raster, tmp_path):
    values = np.full((4, 4), 0.25, "float32")
    values[0] = np.float32(nodata)
    path = make_raster([values], transform=BASE)
    merge_tiles([path], tmp_path / "m.tif", nodata=nodata)
    assert not shown(tmp_path / "m.tif")[0][0].any() and shown(tmp_path / "m.tif")[0][1:].all()


@given(st.floats(width=32, allow_infinity=False, allow_nan=False), st.integers(9, 17))
def test_nodata_is_independent_of_its_digits(value, digits):
    declared = float(f"{value:.{digits}g}")
    near = nodata_of_type(declared, np.dtype("float32"))
    assert same_nodata(near, value) and stored_nodata(near, np.dtype("float32")) == np.float32(value)


def test_other_nodata_values_are_unchanged():
    assert nodata_of_type(None, np.dtype("float32")) is None
    assert np.isnan(nodata_of_type(np.nan, np.dtype("float32")))
    assert nodata_of_type(1e300, np.dtype("float32")) == 1e300
    assert nodata_of_type(2**60 + 1, np.dtype("int64")) == 2**60 + 1
    assert nodata_of_type(0.1, np.dtype("float64")) == 0.1
    assert nodata_of_type(0.1, np.dtype("complex64")) == float(np.float32(0.1))


def test_names_of_complex_types(make_raster):
    for dtype in ("complex_int16", "complex64", "complex128"):
        path = make_raster([np.ones((4, 4), "complex64")], f"{dtype}.tif", dtype=dtype)
        assert [band.dtype for band in read_source(str(path)).inputs] == [dtype]


def test_a_nodata_value_beyond_the_type_is_rejected(make_raster, tmp_path):
    path = make_raster([np.ones((4, 4), "float32")], transform=BASE)
    with pytest.raises(OptionError, match="is not a valid float32 value"):
        merge_tiles([path], tmp_path / "m.tif", output_nodata=1e300)
