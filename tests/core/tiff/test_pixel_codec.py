"""Blocks are encoded and decoded exactly as by GDAL, for all data types, predictors and interleavings."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

from parallel_raster.core.tiff.layout import read_encoded, read_layout
from parallel_raster.core.tiff.pixel_codec import PixelCoding, resolve_coding

DTYPES = ["uint8", "uint16", "int16", "uint32", "int32", "float32", "float64"]
HEIGHT, WIDTH, BANDS = 70, 100, 3


def values(dtype, bands=BANDS):
    random = np.random.default_rng(5)
    numbers = random.normal(100, 40, (bands, HEIGHT, WIDTH))
    return numbers.clip(0, 250).astype(dtype)


def write(path, array, **options):
    profile = {"driver": "GTiff", "count": len(array), "height": HEIGHT, "width": WIDTH, "dtype": array.dtype.name}
    blocks = {"tiled": True, "blockxsize": 32, "blockysize": 16}
    with rasterio.open(path, "w", **{**profile, **blocks, "compress": "deflate", **options}) as dataset:
        dataset.write(array)
    return str(path)


def predictors(dtype):
    return [1, 2, 3] if dtype.startswith("float") else [1, 2]


CASES = [
    (dtype, predictor, interleave, tiled)
    for dtype in DTYPES
    for predictor in predictors(dtype)
    for interleave in ("pixel", "band")
    for tiled in (True, False)
]


@pytest.mark.parametrize(("dtype", "predictor", "interleave", "tiled"), CASES)
def test_decoding_and_encoding_agree_with_gdal(tmp_path, dtype, predictor, interleave, tiled):
    """Every block of a GDAL file decodes to the pixels that GDAL reads and is encoded again to the same bytes."""
    array = values(dtype)
    strips = {} if tiled else {"tiled": False, "blockxsize": None, "blockysize": 16}
    path = write(tmp_path / "a.tif", array, predictor=predictor, interleave=interleave, **strips)
    layout = read_layout(path)
    coding = resolve_coding(layout, dtype)
    assert coding is not None and coding.samples == (1 if interleave == "band" else BANDS)
    with rasterio.open(path) as dataset:
        for plane in range(BANDS if layout.separate else 1):
            for row in range(layout.down):
                for col in range(layout.across):
                    rows, cols = layout.block
                    window = Window(col * cols, row * rows, cols, rows).intersection(Window(0, 0, WIDTH, HEIGHT))
                    stored = layout.encoded(layout.number(row, col, plane))
                    content = np.frombuffer(zlib.decompress(read_encoded([stored])), np.uint8).copy()
                    shape = (rows if tiled else window.height, cols)
                    assert content.size == coding.block_bytes(shape)
                    bands = [0] if layout.separate else [2, 0]
                    found = np.empty((len(bands), window.height, window.width), dtype)
                    coding.to_pixels(content.copy(), shape, bands, found)
                    wanted = dataset.read([plane + 1] if layout.separate else [3, 1], window=window)
                    assert np.array_equal(found, wanted)
                    every = np.empty((coding.samples, *shape), dtype)
                    coding.to_pixels(content.copy(), shape, range(coding.samples), every)
                    assert np.array_equal(coding.to_bytes(every), content)


def test_encoding_does_not_change_the_pixels():
    """Encoding does not modify the array of pixels, which is used for the statistics afterwards."""
    for dtype, predictor in (("uint16", 2), ("float32", 2), ("float32", 3), ("uint8", 1)):
        array = values(dtype, bands=1)
        before = array.copy()
        PixelCoding(np.dtype(dtype), 1, predictor).to_bytes(array)
        assert np.array_equal(array, before)


@pytest.mark.parametrize(
    "options",
    [
        {"compress": "lzw"},
        {"compress": "none"},
        {"nbits": 5, "dtype": "uint8"},
        {"endianness": "BIG"},
        {"photometric": "miniswhite", "dtype": "uint8"},
        {"dtype": "complex64"},
    ],
    ids=lambda options: "-".join(map(str, options.values())),
)
def test_unsupported_files_are_left_to_gdal(tmp_path, options):
    given = dict(options)
    dtype = given.pop("dtype", "uint16")
    array = values(dtype, bands=1)
    array[array > 31] = 31
    path = write(tmp_path / "a.tif", array, **given)
    assert resolve_coding(read_layout(path), dtype) is None


def test_a_file_with_another_data_type_is_left_to_gdal(tmp_path):
    path = write(tmp_path / "a.tif", values("int16"))
    assert resolve_coding(read_layout(path), "int16") is not None
    assert resolve_coding(read_layout(path), "uint16") is None
