"""Run times of reading windows of a DEFLATE GeoTIFF (512 x 512 blocks) with the block reader, `Readers` and GDAL."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

from parallel_raster.core.reading.deflate_blocks import resolve_block_reader
from parallel_raster.core.reading.readers import Readers, read_bands

SIZE, BLOCK = 2048, 512
WINDOWS = {"whole blocks": Window(512, 512, 1024, 1024), "off the blocks": Window(300, 700, 1024, 1024)}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Path of a raster with two uint16 bands of smooth values with noise."""
    path = tmp_path_factory.mktemp("reader") / "scene.tif"
    random = np.random.default_rng(5)
    rows, cols = np.mgrid[:SIZE, :SIZE]
    smooth = 2000 + 900 * np.sin(rows / 90) * np.cos(cols / 140)
    bands = np.stack([smooth + random.normal(0, 40, smooth.shape) for _ in range(2)]).astype("uint16")
    profile = {
        "driver": "GTiff", "count": 2, "width": SIZE, "height": SIZE, "dtype": "uint16", "tiled": True,
        "blockxsize": BLOCK, "blockysize": BLOCK, "compress": "DEFLATE", "predictor": 2, "interleave": "band",
        "transform": from_origin(400_000, 5_000_000, 10, 10),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(bands)
    return str(path)


@pytest.fixture(params=WINDOWS)
def window(request):
    return WINDOWS[request.param]


@pytest.fixture
def pixels(path, window):
    """The pixels of the window as GDAL reads them."""
    with rasterio.open(path) as dataset:
        return dataset.read(window=window)


def test_block_reader(benchmark, path):
    """The block reader reads only whole blocks, and does not cache them."""
    window = WINDOWS["whole blocks"]
    found = benchmark(resolve_block_reader(path, "uint16").read, [0, 1], window)
    with rasterio.open(path) as dataset:
        np.testing.assert_array_equal(found, dataset.read(window=window))


@pytest.mark.parametrize("cached", [0, 2**26], ids=["no cache", "cache"])
def test_readers(benchmark, path, window, pixels, cached):
    """Without a cache, GDAL reads windows with partial blocks and keeps the blocks in its own cache between rounds."""
    with Readers(cached_bytes=cached) as readers:
        bands = read_bands(path, [1, 2])
        np.testing.assert_array_equal(benchmark(readers.read_stack, bands, window), pixels)


def test_gdal(benchmark, path, window, pixels):
    """GDAL decodes the blocks again in each round, because closing the dataset removes its blocks from the cache."""

    def read():
        with rasterio.open(path) as dataset:
            return dataset.read(window=window)

    np.testing.assert_array_equal(benchmark(read), pixels)
