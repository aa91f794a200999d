"""Pixels that are NaN, overflow or have unusual data types (F36-F38); results are independent of the chunks (F51)."""

from __future__ import annotations

import itertools
import logging
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import rasterio

from fault_kit import compute, fails_cleanly, index_of, make_raster, read, write_raster

NODATA = np.float32(-9999)


@pytest.fixture(autouse=True)
def no_warnings():
    """Turn every `RuntimeWarning` of numpy into an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        yield


def result(tmp_path: Path, values: list, dtype: str, *, profile: dict | None = None, **options: object) -> np.ndarray:
    """Return the normalized difference of two bands, each given as one row of values."""
    bands = np.array(values, dtype=dtype).reshape(2, 1, -1)
    source = write_raster(tmp_path / "source.tif", bands, **(profile or {}))
    compute(source, tmp_path / "out.tif", **{"band_a": 1, "band_b": 2, "workers": 1, **options})
    return read(tmp_path / "out.tif")[0]


def test_no_numbers(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """F36: pixels with NaN, with infinity, with a sum of zero or with a sum that overflows become nodata."""
    nan, inf, top = np.nan, np.inf, np.finfo(np.float64).max
    a = [nan, 1, inf, -inf, 1, inf, 0, 2, top, 3]
    b = [1, nan, 1, 1, inf, inf, 0, -2, top, 1]
    log = logging.getLogger("faults")
    with caplog.at_level("INFO"):
        got = result(tmp_path, [a, b], "float64", log=log)
    assert (got[:9] == NODATA).all() and got[9] == np.float32(0.5)
    assert "Pixels that overflowed and are therefore nodata: 1" in caplog.text, (
        "NaN and infinity do not count as overflow"
    )


def test_zero_sum_as_zero(tmp_path: Path) -> None:
    """F36: with zero_sum="zero", A + B = 0 gives 0, but only where both pixels are valid."""
    got = result(tmp_path, [[0, 2, np.nan, 3], [0, -2, 0, 1]], "float32", zero_sum="zero")
    assert got.tolist() == [0, 0, NODATA, 0.5]


def test_all_nodata(tmp_path: Path) -> None:
    """F36: for a raster without valid pixels, all pixels of the result are nodata and no statistics are stored."""
    source = write_raster(tmp_path / "source.tif", np.full((2, 256, 256), 9, np.uint8), nodata=9)
    statistics = compute(source, tmp_path / "out.tif")
    assert (read(tmp_path / "out.tif") == NODATA).all()
    assert statistics.valid_percent == 0 and np.isnan(statistics.mean)
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert not [key for key in dataset.tags(1) if key.startswith("STATISTICS")]


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (129, 257)])
def test_odd_shapes(tmp_path: Path, shape: tuple[int, int]) -> None:
    """F36: the result is correct for rasters of one pixel, row or column and for rasters just larger than a block."""
    values = np.random.default_rng(5).integers(1, 255, (2, *shape)).astype(np.uint8)
    source = write_raster(tmp_path / "source.tif", values)
    compute(source, tmp_path / "out.tif")
    assert np.array_equal(read(tmp_path / "out.tif"), index_of(source))


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "uint32"])
def test_nothing_wraps(tmp_path: Path, dtype: str) -> None:
    """F37: at the limits of each integer type, neither the difference nor the sum of two pixels wraps around."""
    limits = np.iinfo(dtype)
    values = [limits.min, limits.max, 0, 1, limits.max - 1]
    pairs = list(itertools.product(values, values))
    got = result(tmp_path, list(zip(*pairs)), dtype)
    wide = [(float(a), float(b)) for a, b in pairs]
    want = [NODATA if a + b == 0 else np.float32((a - b) / (a + b)) for a, b in wide]
    assert got.tolist() == want


def test_wide_integers(tmp_path: Path) -> None:
    """F38: 64-bit integers beyond 2^53 are rounded to float64, which changes the index by at most 1e-15."""
    pairs = [(2**53 + 1, 2**53), (2**60 + 1, 2**60), (2**62, 3), (5, 7), (2**62 + 1, 2**61 + 1)]
    got = result(tmp_path, list(zip(*pairs)), "int64")
    for value, (a, b) in zip(got, pairs):
        exact = Fraction(a - b, a + b)
        assert abs(Fraction(float(value)) - exact) <= abs(exact) * Fraction(2) ** -24 + Fraction(10) ** -15


@pytest.mark.parametrize("nodata", [2**63 - 1, -(2**63), 2**53 + 1])
def test_wide_nodata(tmp_path: Path, caplog: pytest.LogCaptureFixture, nodata: int) -> None:
    """F38: a 64-bit nodata value masks only pixels with exactly this value, not pixels with an adjacent integer."""
    gdal = pytest.importorskip("osgeo.gdal")
    source = tmp_path / "source.tif"
    dataset = gdal.GetDriverByName("GTiff").Create(str(source), 3, 1, 2, gdal.GDT_Int64)
    next_value = nodata - 1 if nodata > 0 else nodata + 1
    for band, values in ((1, [nodata, 6, next_value]), (2, [2, 2, 0])):
        dataset.GetRasterBand(band).WriteArray(np.array([values], np.int64))
        dataset.GetRasterBand(band).SetNoDataValue(nodata)
    dataset = None  # closes the file
    with caplog.at_level("INFO"):
        compute(source, tmp_path / "out.tif", band_a=1, band_b=2, log=logging.getLogger("faults"))
    assert read(tmp_path / "out.tif")[0].tolist() == [NODATA, 0.5, 1]
    assert f"int64, nodata {nodata}" in caplog.text


def test_wide_nodata_that_is_not_exact(tmp_path: Path) -> None:
    """F38: a 64-bit nodata value in an .aux.xml file is rejected if rasterio rounds the value to a float."""
    source = write_raster(tmp_path / "source.tif", np.array([[[2**62 + 1, 6]], [[2, 2]]], np.int64))
    bands = (f'<PAMRasterBand band="{band}"><NoDataValue>{2**62 + 1}</NoDataValue></PAMRasterBand>' for band in (1, 2))
    (tmp_path / "source.tif.aux.xml").write_text(f"<PAMDataset>{''.join(bands)}</PAMDataset>")
    with fails_cleanly(tmp_path, source, str(2**62), "NODATA"):
        compute(source, tmp_path / "out.tif", band_a=1, band_b=2)


def test_complex_is_an_error(tmp_path: Path) -> None:
    """F38: a band of complex numbers is rejected, because a normalized difference of complex numbers has no meaning."""
    source = write_raster(tmp_path / "source.tif", np.ones((2, 4, 4), np.complex64))
    with fails_cleanly(tmp_path, source, "complex"):
        compute(source, tmp_path / "out.tif")


def test_one_bit_and_palette(tmp_path: Path) -> None:
    """F38: 1-bit pixels are read as 0 and 1; pixels with a palette are read as their stored values, not as colours."""
    values = np.array([[[0, 1, 0, 1]], [[0, 0, 1, 1]]], np.uint8)
    source = write_raster(tmp_path / "bits.tif", values, nbits=1)
    compute(source, tmp_path / "out.tif", band_a=1, band_b=2)
    assert read(tmp_path / "out.tif")[0].tolist() == [NODATA, 1, -1, 0]
    palette = write_raster(tmp_path / "palette.tif", np.array([[[1, 3]]], np.uint8))
    with rasterio.open(palette, "r+") as dataset:
        dataset.write_colormap(1, {1: (255, 0, 0, 255), 3: (0, 255, 0, 255)})
    ones = write_raster(tmp_path / "ones.tif", np.array([[[1, 1]]], np.uint8))
    compute(palette, tmp_path / "out.tif", band_a=1, input_b=ones)
    assert read(tmp_path / "out.tif")[0].tolist() == [0, 0.5]


def test_scale_and_offset(tmp_path: Path) -> None:
    """F38: a scale and offset declared in the file are applied; the test uses the values of Sentinel-2 since 2022."""
    source = write_raster(tmp_path / "source.tif", np.array([[[3000, 1000]], [[2000, 1000]]], np.uint16))
    with rasterio.open(source, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.0001, 0.0001), (-0.1, -0.1)
    compute(source, tmp_path / "out.tif", band_a=1, band_b=2)
    assert read(tmp_path / "out.tif")[0].tolist() == [np.float32(0.1 / 0.3), NODATA]


def test_the_same_pixels_however_computed(tmp_path: Path) -> None:
    """F51: pixels and statistics are the same for any number of workers, for any chunk size and in repeated runs."""
    source = make_raster(tmp_path / "source.tif", 700)
    rasters, statistics = set(), set()
    for workers, chunk in itertools.product((1, 2, 4), (0, 128, 256, 384)):
        for _ in range(2):
            run = compute(source, tmp_path / "out.tif", workers=workers, chunk_size=chunk)
            rasters.add(read(tmp_path / "out.tif").tobytes())
            statistics.add((run.minimum, run.maximum, run.mean, run.std_dev))
    assert rasters == {index_of(source).tobytes()} and len(statistics) == 1
