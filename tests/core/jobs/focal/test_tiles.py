"""The focal filter on many files: results, names, errors, and tiles that overlap."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio

from parallel_raster.core import focal_filter, focal_filter_tiles, merge_tiles, tile_raster
from parallel_raster.core.choices import FOCAL_EDGES, FOCAL_METHODS
from parallel_raster.core.errors import OptionError
from parallel_raster.core.jobs.focal.tiles import check_focal_filter_tiles

pytest.importorskip("scipy", reason="the focal filter requires scipy")

PIXELS = np.random.default_rng(3).integers(0, 255, (2, 70, 60), dtype="uint8")


def contents(path):
    with rasterio.open(path) as dataset:
        return dataset.read().tobytes(), dataset.nodata, dataset.dtypes, dataset.descriptions


def test_each_result_equals_that_of_a_single_run(make_raster, tmp_path):
    sources = [make_raster(PIXELS[:, : 30 + 15 * number], f"t{number}.tif") for number in range(3)]
    result = focal_filter_tiles(sources, tmp_path / "out", "median", radius=2, workers=2)
    assert result.tiles == tuple(str(tmp_path / "out" / f"median_t{number}.tif") for number in range(3))
    assert result.tile_count == 3
    for source, tile in zip(sources, result.tiles):
        assert contents(tile) == contents(focal_filter(source, tmp_path / "alone.tif", "median", radius=2).output)


def round_trip(source, tmp_path, method, overlap, **options):
    """Tile, filter and merge a raster; return True if the result equals that of the whole raster."""
    folder = tmp_path / f"{method}-{overlap}"
    tile_raster(source, folder / "tiles", tile_width=32, tile_height=32, overlap=overlap)
    focal_filter_tiles(folder / "tiles", folder / "filtered", method, **options)
    assert len(json.loads((folder / "filtered" / "tiles.json").read_text())["tiles"]) == 6
    merge_tiles(folder / "filtered", folder / "merged.tif")
    whole = focal_filter(source, folder / "whole.tif", method, **options)
    return contents(folder / "merged.tif")[:3] == contents(whole.output)[:3]


@pytest.mark.parametrize(
    ("method", "overlap", "equal", "options"),
    [
        ("gaussian", 5, True, {"sigma": 1.2, "edge": "reflect"}),
        ("gaussian", 4, False, {"sigma": 1.2, "edge": "reflect"}),
        ("std", 3, True, {"radius": 3, "shape": "circle", "nodata_rule": "fill"}),
    ],
)
def test_tiles_that_overlap_give_the_filter_of_the_whole_raster(
    make_raster, tmp_path, method, overlap, equal, options
):  # fmt: skip
    """Filtered tiles merge to the filtered raster if they overlap by at least the radius (here, 5 pixels)."""
    assert round_trip(make_raster(PIXELS, nodata=0), tmp_path, method, overlap, **options) == equal


@pytest.mark.long
@pytest.mark.parametrize("edge", FOCAL_EDGES)
@pytest.mark.parametrize("method", FOCAL_METHODS)
def test_all_methods_give_the_filter_of_the_whole_raster_by_way_of_tiles(make_raster, tmp_path, method, edge):
    values = PIXELS // 60 if method == "majority" else PIXELS
    assert round_trip(make_raster(values, nodata=0), tmp_path, method, 8, radius=5, sigma=2, edge=edge)


def test_parameters_are_checked_before_a_file_is_written(make_raster, tmp_path):
    sources = [str(make_raster(PIXELS, f"t{number}.tif")) for number in range(2)]
    for options, words, parameter in [({"radius": 0}, "RADIUS is 0", "radius"), ({"bands": [3]}, "band 3", "bands")]:
        with pytest.raises(Exception, match=words) as error:
            check_focal_filter_tiles(sources, str(tmp_path / "out"), "mean", **options)
        assert error.value.parameter == parameter
    with pytest.raises(OptionError, match="METHOD is 'x'"):
        check_focal_filter_tiles(sources, str(tmp_path / "out"), "x")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
@pytest.mark.parametrize(("nodata", "rule"), [(None, "skip"), (None, "strict"), (1, "skip")])
def test_64_bit_integers_have_the_nodata_value_of_a_single_run(make_raster, tmp_path, dtype, nodata, rule):
    source = make_raster(PIXELS[:1].astype(dtype) + np.array(2**62, dtype), nodata=nodata)
    tile = focal_filter_tiles([source], tmp_path / "out", "min", nodata_rule=rule).tiles[0]
    assert contents(tile) == contents(focal_filter(source, tmp_path / "alone.tif", "min", nodata_rule=rule).output)
