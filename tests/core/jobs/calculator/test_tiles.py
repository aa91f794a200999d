"""Tests for the raster calculator on many files: results, file names, errors, and tile sets."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio

from parallel_raster.core import merge_tiles, raster_calculator, raster_calculator_tiles, tile_raster
from parallel_raster.core.errors import OptionError
from parallel_raster.core.jobs.calculator.tiles import check_raster_calculator_tiles

PIXELS = np.random.default_rng(3).integers(0, 255, (3, 90, 110), dtype="uint8")
FORMULA = "(A@1 - A@2) / (A@1 + A@2 + 1); A@3 > 100"


def read(path):
    with rasterio.open(path) as dataset:
        return dataset.read().tobytes()


def test_each_result_equals_that_of_a_single_run(make_raster, tmp_path):
    sources = [make_raster(PIXELS[:, : 30 + 20 * number], f"t{number}.tif") for number in range(3)]
    result = raster_calculator_tiles(sources, tmp_path / "out", FORMULA, workers=2)
    assert result.tiles == tuple(str(tmp_path / "out" / f"calc_t{number}.tif") for number in range(3))
    assert result.tile_count == 3
    for source, tile in zip(sources, result.tiles):
        assert read(tile) == read(raster_calculator(source, tmp_path / "alone.tif", FORMULA).output)


def test_tiling_calculating_and_merging_equals_one_run(make_raster, tmp_path):
    source = make_raster(PIXELS)
    tile_raster(source, tmp_path / "tiles", tile_width=32, tile_height=32, overlap=3)
    raster_calculator_tiles(tmp_path / "tiles", tmp_path / "calculated", FORMULA)
    manifest = json.loads((tmp_path / "calculated" / "tiles.json").read_text())
    assert len(manifest["tiles"]) == 12
    merge_tiles(tmp_path / "calculated", tmp_path / "merged.tif")
    assert read(tmp_path / "merged.tif") == read(raster_calculator(source, tmp_path / "whole.tif", FORMULA).output)


def test_formulas_are_checked_on_the_first_file(make_raster, tmp_path):
    sources = [str(make_raster(PIXELS, f"t{number}.tif")) for number in range(2)]
    for expression, words in [("A@4", "no band 4"), ("B@1", "no input `B`")]:
        with pytest.raises(OptionError, match=words) as error:
            check_raster_calculator_tiles(sources, str(tmp_path / "out"), expression)
        assert error.value.parameter == "expression"
    assert not (tmp_path / "out").exists()
