"""The metadata item NODATA_VALUES hides pixels that match it in every band; GDAL then ignores other masks."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from parallel_raster.core import merge_tiles, tile_raster


@pytest.fixture
def source(make_raster):
    """Return a function that creates a raster whose pixels match NODATA_VALUES 0, 5, 0 in all, some or no bands."""

    def make(key="NODATA_VALUES"):
        values = np.random.default_rng(1).choice(np.array([0, 5], "uint8"), (3, 40, 40))
        path = make_raster(list(values), blocks=16, compress="deflate")
        with rasterio.open(path, "r+") as dataset:
            dataset.update_tags(OTHER="kept", **{key: "0 5 0"})
        return path, values, ~((values[0] == 0) & (values[1] == 5) & (values[2] == 0))

    return make


def content(path):
    with rasterio.open(path) as dataset:
        return dataset.read(), dataset.dataset_mask() != 0, dataset.tags()


@pytest.mark.parametrize("key", ["NODATA_VALUES", "nodata_values"])
def test_tiles_and_mosaic_hide_the_same_pixels(key, source, tmp_path, log):
    path, values, shown = source(key)
    result = tile_raster(path, tmp_path / "tiles", tile_width=16, tile_height=16, log=log)
    assert any("NODATA_VALUES" in line and "mask" in line for line in log.infos + log.warnings)
    merge_tiles(result.output, tmp_path / "whole.tif")
    for name in ("one.tif", "one.vrt"):
        merge_tiles([path], tmp_path / name)
    for name in ("whole.tif", "one.tif", "one.vrt", "tiles/in.vrt"):
        pixels, visible, tags = content(tmp_path / name)
        np.testing.assert_array_equal(visible, shown)
        np.testing.assert_array_equal(pixels[:, shown], values[:, shown])
        assert tags["OTHER"] == "kept" and not any(item.upper() == "NODATA_VALUES" for item in tags)


def test_tiles_of_some_bands_hide_the_same_pixels(source, tmp_path):
    path, values, shown = source()
    result = tile_raster(path, tmp_path / "tiles", tile_width=40, tile_height=40, bands=[3, 1])
    pixels, visible, _ = content(result.tiles[0])
    np.testing.assert_array_equal(visible, shown)
    np.testing.assert_array_equal(pixels[:, shown], values[[2, 0]][:, shown])


def test_tiles_with_padding(source, tmp_path):
    path, _, shown = source()
    result = tile_raster(path, tmp_path / "tiles", tile_width=48, tile_height=48, remainder="pad")
    _, visible, _ = content(result.tiles[0])
    np.testing.assert_array_equal(visible, np.pad(shown, ((0, 8), (0, 8))))
