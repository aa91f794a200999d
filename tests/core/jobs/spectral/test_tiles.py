"""Tests for spectral indexes of many files: results, names, and bands that are found in each file separately."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from parallel_raster.core import merge_tiles, spectral_index, spectral_index_tiles, tile_raster
from parallel_raster.core.errors import OptionError

PIXELS = np.random.default_rng(3).integers(1, 9000, (3, 90, 110), dtype="uint16")


@pytest.fixture
def make_named(make_raster):
    def make(descriptions, name="in.tif", pixels=PIXELS):
        path = make_raster(pixels, name, scales=[1e-4] * 3, offsets=[0] * 3)
        with rasterio.open(path, "r+") as dataset:
            dataset.descriptions = descriptions
        return path

    return make


def read(path):
    with rasterio.open(path) as dataset:
        return dataset.read().tobytes(), dataset.descriptions, [dataset.tags(band) for band in dataset.indexes]


@pytest.mark.parametrize(("index", "prefix"), [("EVI", "EVI_"), ("EVI,NDVI", "indexes_")])
def test_each_result_equals_that_of_a_single_run(make_named, tmp_path, index, prefix):
    """Results equal those of single runs, even if the order of the bands differs between files."""
    orders = [("blue", "red", "nir"), ("nir", "red", "blue"), ("red", "nir", "blue")]
    sources = [make_named(order, f"t{number}.tif") for number, order in enumerate(orders)]
    result = spectral_index_tiles(sources, tmp_path / "out", index, workers=2)
    assert result.tiles == tuple(str(tmp_path / "out" / f"{prefix}t{number}.tif") for number in range(3))
    assert result.tile_count == 3
    for source, tile in zip(sources, result.tiles):
        assert read(tile) == read(spectral_index(source, tmp_path / "alone.tif", index).output)


def test_tiling_computing_and_merging_equals_one_run(make_named, tmp_path):
    source = make_named(("blue", "red", "nir"))
    tile_raster(source, tmp_path / "tiles", tile_width=32, tile_height=32)
    spectral_index_tiles(tmp_path / "tiles", tmp_path / "computed", "EVI")
    merge_tiles(tmp_path / "computed", tmp_path / "merged.tif")
    whole = spectral_index(source, tmp_path / "whole.tif", "EVI")
    assert read(tmp_path / "merged.tif")[0] == read(whole.output)[0]


def test_what_is_rejected(make_named, tmp_path):
    sources = [make_named(("blue", "red", "nir"))]
    for options, parameter in [({"index": "evi"}, "index"), ({"index": "NDWI"}, "bands"), ({"bands": "N=4"}, "bands")]:
        with pytest.raises(OptionError) as error:
            spectral_index_tiles(sources, tmp_path / "out", **options)
        assert error.value.parameter == parameter
    assert not list(tmp_path.glob("out/*"))
