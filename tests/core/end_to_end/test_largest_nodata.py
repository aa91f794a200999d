"""Float32 rasters with pixels of -3.4028234663852886e38 that declare this nodata value with fewer digits, as ArcGIS."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from parallel_raster.core import mask_raster, merge_tiles, raster_calculator, tile_raster, zonal_statistics

LOWEST = np.finfo("float32").min
SHOWN = np.ones((40, 40), bool)
SHOWN[5:20, 3:30] = False


@pytest.fixture(params=[-3.40282306074e38, -3.402823e38, float(LOWEST)])
def source(make_raster, request):
    """Return the path and the pixels of a raster whose hidden pixels GDAL's mask hides, too."""
    values = np.random.default_rng(2).random((40, 40), dtype="float32")
    values[~SHOWN] = LOWEST
    path = make_raster([values], nodata=request.param, blocks=16, compress="deflate")
    with rasterio.open(path) as dataset:
        assert np.array_equal(dataset.read_masks(1) != 0, SHOWN)
    return path, values


def test_computed_values_leave_out_hidden_pixels(source, tmp_path, read):
    path, values = source
    result = raster_calculator(path, tmp_path / "out.tif", "A@1")
    assert np.array_equal(read(result.output).values, np.where(SHOWN, values, np.float32(-9999)))
    zonal_statistics(path, tmp_path / "out.csv", statistics=["count"], cell_width=40, cell_height=40)
    assert f"{SHOWN.sum()}" in (tmp_path / "out.csv").read_text("utf-8-sig")


def test_tiles_and_mosaic_keep_pixels_and_mask(source, tmp_path):
    path, values = source
    tiles = tile_raster(path, tmp_path / "tiles", tile_width=16, tile_height=16)
    merge_tiles(tiles.output, tmp_path / "whole.tif")
    merge_tiles(tiles.output, tmp_path / "whole.vrt")
    for name in ("whole.tif", "whole.vrt"):
        with rasterio.open(path) as before, rasterio.open(tmp_path / name) as after:
            assert before.nodata == after.nodata and np.array_equal(after.read_masks(1) != 0, SHOWN)
            assert np.array_equal(after.read(1)[SHOWN], values[SHOWN])


def test_a_different_nodata_value_replaces_hidden_pixels(source, tmp_path, read):
    path, values = source
    expected = np.where(SHOWN, values, np.float32(-9999))
    merge_tiles([path], tmp_path / "merged.tif", output_nodata=-9999)
    mask_raster(path, tmp_path / "masked.tif", mask=path, mask_values="7", mark="nodata", output_nodata=-9999)
    for name in ("merged.tif", "masked.tif"):
        assert np.array_equal(read(tmp_path / name).values, expected)
