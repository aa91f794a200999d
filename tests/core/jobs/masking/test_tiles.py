"""Tests for Mask raster on many files: results, names, tile sets and errors."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio

from parallel_raster.core import InputError, OptionError, mask_raster, mask_raster_tiles, merge_tiles, tile_raster
from parallel_raster.core.jobs.masking.tiles import check_mask_raster_tiles

RNG = np.random.default_rng(3)
PIXELS = RNG.integers(1, 255, (3, 90, 110), dtype="uint8")
CLASSES = np.where(RNG.random((1, 90, 110)) < 0.001, 9, 4).astype("uint8")


def read(path):
    with rasterio.open(path) as dataset:
        return dataset.read().tobytes(), dataset.dataset_mask().tobytes(), dataset.nodata, dataset.transform


@pytest.fixture
def layer(make_raster):
    return make_raster(CLASSES, "SCL.tif")


@pytest.mark.parametrize("options", [{}, {"mark": "mask"}, {"mark": "nodata", "output_nodata": 255, "mask_grow": 25}])
def test_each_result_equals_that_of_a_single_run(make_raster, layer, tmp_path, options):
    """Results equal those of single runs, both for small files (one thread each) and for a large file (in chunks)."""
    sources = [make_raster(PIXELS[:, : 30 + 20 * number], f"t{number}.tif", blocks=16) for number in range(3)]
    result = mask_raster_tiles(sources, tmp_path / "out", layer, workers=2, **options)
    assert result.tiles == tuple(str(tmp_path / "out" / f"masked_t{number}.tif") for number in range(3))
    assert (result.output, result.tile_count) == (str(tmp_path / "out"), 3)
    for source, tile in zip(sources, result.tiles):
        assert read(tile) == read(mask_raster(source, tmp_path / "alone.tif", layer, **options).output)


def test_tiling_masking_and_merging_equals_one_run(make_raster, layer, tmp_path):
    """Tiling, masking and merging equals one run; the new `tiles.json` contains the new shares of valid pixels."""
    source = make_raster(PIXELS, nodata=0, blocks=16)
    tile_raster(source, tmp_path / "tiles", tile_width=32, tile_height=32, overlap=3)
    mask_raster_tiles(tmp_path / "tiles", tmp_path / "masked", layer)
    manifest = json.loads((tmp_path / "masked" / "tiles.json").read_text())
    assert len(manifest["tiles"]) == 12 and all(0.9 < tile["valid_share"] <= 1 for tile in manifest["tiles"])
    merge_tiles(tmp_path / "masked", tmp_path / "merged.tif")
    assert read(tmp_path / "merged.tif") == read(mask_raster(source, tmp_path / "whole.tif", layer).output)


def test_parameters_are_checked_on_the_first_file(make_raster, layer, tmp_path):
    sources = [str(make_raster(PIXELS, f"t{number}.tif", nodata=0)) for number in range(2)]
    for options, parameter in (({"mark": "mask"}, "mark"), ({"bands": [4]}, "bands"), ({"mask_band": 2}, "mask_band")):
        with pytest.raises((OptionError, InputError)) as error:
            check_mask_raster_tiles(sources, str(tmp_path / "out"), str(layer), **options)
        assert error.value.parameter == parameter
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_masked_is_named(make_raster, layer, tmp_path):
    """The error names the file that cannot be masked, and the results of the other files are kept."""
    pixels = np.full((1, 40, 40), 3, "uint8")
    pixels[0, 5, 5] = 7
    sources = [make_raster(pixels[:, 10 * number :], f"t{number}.tif") for number in range(2)]
    with pytest.raises(InputError, match=r"Files not computed: 1 of 2 \(.*t0\.tif\).*row 5, column 5"):
        mask_raster_tiles(sources, tmp_path / "out", layer, mark="nodata", output_nodata=7, mask_values="9")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["masked_t1.tif"]
