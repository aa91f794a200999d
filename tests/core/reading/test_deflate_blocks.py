"""Tests for reading DEFLATE blocks with checksums: pixels equal GDAL's, and every changed byte is detected."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

from parallel_raster.core.errors import InputError
from parallel_raster.core.reading import deflate_blocks
from parallel_raster.core.reading.deflate_blocks import BlockReader, resolve_block_reader
from parallel_raster.core.reading.readers import Readers, read_bands
from parallel_raster.core.tiff.layout import read_layout

HEIGHT, WIDTH = 70, 100
ARRAY = np.random.default_rng(5).integers(1, 500, (3, HEIGHT, WIDTH)).astype("uint16")
WINDOWS = {
    "whole raster": Window(0, 0, WIDTH, HEIGHT),
    "one block": Window(32, 16, 32, 16),
    "lower right": Window(64, 48, WIDTH - 64, HEIGHT - 48),
    "off the blocks": Window(10, 20, 50, 30),
    "begins on an edge only": Window(32, 16, 33, 16),
}


@pytest.fixture(params=["pixel", "band"])
def path(request, tmp_path):
    profile = {"count": 3, "height": HEIGHT, "width": WIDTH, "dtype": "uint16", "compress": "deflate", "predictor": 2}
    blocks = {"tiled": True, "blockxsize": 32, "blockysize": 16, "interleave": request.param}
    with rasterio.open(tmp_path / "a.tif", "w", driver="GTiff", **profile, **blocks) as dataset:
        dataset.write(ARRAY)
    return str(tmp_path / "a.tif")


def damage(path, number):
    """Change a byte of a block so that GDAL reads wrong pixels without an error; about one byte in four is suitable."""
    block = read_layout(path).encoded(number)
    with open(path, "rb+") as file:
        whole = file.read()
        for offset in range(block.offset + block.length // 4, block.offset + block.length):
            file.seek(offset)
            file.write(bytes([whole[offset] ^ 255]))
            file.flush()
            try:
                with rasterio.open(path) as dataset:
                    assert not np.array_equal(dataset.read(), ARRAY)
                    return
            except rasterio.errors.RasterioIOError:
                file.seek(offset)
                file.write(whole[offset : offset + 1])
    pytest.fail("GDAL detects every changed byte")


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("bands", [(1,), (3, 1), (2, 2)])
def test_pixels_equal_those_of_gdal(path, name, bands):
    window = WINDOWS[name]
    rows, cols = window.toslices()
    found = resolve_block_reader(path, "uint16").read([band - 1 for band in bands], window)
    assert (found is None) == (name in ("off the blocks", "begins on an edge only"))
    wanted = ARRAY[[band - 1 for band in bands], rows, cols]
    if found is not None:
        assert found.dtype == wanted.dtype and np.array_equal(found, wanted)
    with Readers() as readers:
        assert np.array_equal(readers.read(read_bands(path, bands), window), wanted)


@pytest.mark.parametrize("name", WINDOWS)
def test_a_changed_byte_is_detected(path, name):
    layout = read_layout(path)
    damage(path, layout.number(1, 1, 1 if layout.separate else 0))
    bands, window = read_bands(path, [1, 2]), WINDOWS[name]
    with Readers() as readers:
        if name == "lower right":
            readers.read(bands, window)
            return
        place = "band 2: the block" if layout.separate else "bands 1, 2: the block"
        with pytest.raises(InputError, match=f"{place} at row 16, column 32 is damaged"):
            readers.read(bands, window)
        if layout.separate:
            readers.read(bands[:1], window)


def test_a_block_is_verified_once(path, monkeypatch):
    reader, verified = resolve_block_reader(path, "uint16"), []
    original = BlockReader._content
    monkeypatch.setattr(BlockReader, "_content", lambda self, *rest: verified.append(rest[0]) or original(self, *rest))
    for _ in range(3):
        assert reader.read([0], WINDOWS["off the blocks"]) is None
    assert len(verified) == 2 * 3


def test_large_blocks_are_verified_without_decoding(path, monkeypatch):
    """To limit memory, blocks above the size limit are verified in small pieces and are not decoded."""
    monkeypatch.setattr(deflate_blocks, "LARGEST_BLOCK", 100)
    monkeypatch.setattr(deflate_blocks, "PIECE_BYTES", 64)
    monkeypatch.setattr(BlockReader, "_content", lambda *_: pytest.fail("decoded"))
    assert resolve_block_reader(path, "uint16").read([0], WINDOWS["whole raster"]) is None
    damage(path, 5)
    with pytest.raises(InputError, match="row 16, column 32"):
        resolve_block_reader(path, "uint16").read([0], WINDOWS["whole raster"])


def test_sparse_blocks_are_left_to_gdal(tmp_path):
    """GDAL reads sparse blocks and returns nodata for their pixels."""
    profile = {"count": 1, "height": 64, "width": 64, "dtype": "int16", "compress": "deflate", "nodata": -5}
    blocks = {"tiled": True, "blockxsize": 16, "blockysize": 16, "sparse_ok": True}
    path = tmp_path / "a.tif"
    with rasterio.open(path, "w", driver="GTiff", **profile, **blocks) as dataset:
        dataset.write(np.ones((1, 16, 16), "int16"), window=Window(16, 16, 16, 16))
    with Readers() as readers:
        (found,) = readers.read(read_bands(str(path), [1]), Window(0, 0, 64, 64))
    assert found.sum() == 256 - 5 * (64 * 64 - 256)


@pytest.mark.parametrize("codec", ["none", "lzw", "zstd"])
def test_other_codecs_are_left_to_gdal(tmp_path, codec):
    path = tmp_path / "a.tif"
    with rasterio.open(path, "w", driver="GTiff", count=1, height=8, width=8, dtype="uint8", compress=codec) as dataset:
        dataset.write(np.ones((1, 8, 8), "uint8"))
    assert resolve_block_reader(str(path), "uint8") is None


def test_anything_but_a_local_tiff_is_left_to_gdal(tmp_path):
    (tmp_path / "a.tif").write_text("words")
    for path in (str(tmp_path / "a.tif"), str(tmp_path / "missing.tif"), "/vsimem/a.tif", "https://example.org/a.tif"):
        assert resolve_block_reader(path, "uint8") is None


def test_a_short_last_strip(tmp_path):
    """If the last strip is stored with more rows than the raster has, the additional rows are ignored."""
    path = tmp_path / "a.tif"
    profile = {"count": 1, "height": 70, "width": 50, "dtype": "float32", "compress": "deflate", "predictor": 3}
    array = np.random.default_rng(1).normal(0, 1, (1, 70, 50)).astype("float32")
    with rasterio.open(path, "w", driver="GTiff", blockysize=32, **profile) as dataset:
        dataset.write(array)
    assert np.array_equal(resolve_block_reader(str(path), "float32").read([0], Window(0, 32, 50, 38)), array[:, 32:])
