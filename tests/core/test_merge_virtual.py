"""A virtual mosaic reads as the GeoTIFF of the same merge, or is refused; and is whole under its name or not there."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest
import rasterio
from affine import Affine

from parallel_raster.core.errors import OptionError, OutputError, ParallelRasterError
from parallel_raster.core.merge import merge_tiles
from parallel_raster.core.path_check import check_raster_path

BASE = Affine(10, 0, 500_000, 0, -10, 5_000_000)


@pytest.fixture
def tiles(make_raster, tmp_path):
    """Factory of three overlapping rasters with something of everything."""

    def make(dtype="uint8", bands=1, nodata=None, masked=False, alpha=False, differ=False):
        random = np.random.default_rng(5)
        paths = []
        (tmp_path / "tiles").mkdir(exist_ok=True)
        for number, (col, row) in enumerate(((0, 0), (6, 4), (30, 12))):
            values = random.integers(0, 4, (bands, 20, 24)).astype(dtype)
            if alpha:
                values[-1] = random.choice([0, 255], values[-1].shape)
            mask = random.random((20, 24)) < 0.7 if masked else None
            value = None if nodata is None else nodata + number * differ
            paths.append(
                make_raster(
                    list(values), f"tiles/{number}.tif", nodata=value, mask=mask, alpha=alpha,
                    transform=BASE * Affine.translation(col, row),
                )
            )  # fmt: skip
        return paths

    return make


CASES = {
    "nodata": {"nodata": 0},
    "two bands with nodata": {"nodata": 0, "bands": 2},
    "no nodata": {},
    "nodata that differs": {"nodata": 0, "differ": True},
    "floats": {"dtype": "float32", "nodata": 0},
    "floats without nodata": {"dtype": "float32"},
    "floats whose nodata differs": {"dtype": "float64", "nodata": 0, "differ": True, "bands": 2},
    "mask": {"masked": True},
    "mask of three bands": {"masked": True, "bands": 3},
    "alpha": {"alpha": True, "bands": 4},
    "alpha of 16 bits": {"alpha": True, "bands": 2, "dtype": "uint16"},
    "signed": {"dtype": "int16", "nodata": 2},
}


def content(path):
    """What a reader sees: pixels where they show, and where that is."""
    with rasterio.open(path) as dataset:
        shown = dataset.read_masks() != 0
        facts = (
            dataset.dtypes,
            dataset.crs,
            dataset.transform,
            dataset.colorinterp,
            dataset.scales,
            dataset.descriptions,
        )
        return np.where(shown, dataset.read(), 0), shown, facts, dataset.nodata


@pytest.mark.parametrize("method", ["first", "last"])
@pytest.mark.parametrize("case", CASES)
def test_a_list_reads_as_the_mosaic(case, method, tiles, tmp_path):
    paths = tiles(**CASES[case])
    result = merge_tiles(paths, tmp_path / "v.vrt", method=method)
    assert result.output == str(tmp_path / "v.vrt") and result.tile_count == 3 and result.copied_percent == 0
    merge_tiles(paths, tmp_path / "t.tif", method=method)
    virtual, real = content(tmp_path / "v.vrt"), content(tmp_path / "t.tif")
    for one, two in zip(virtual[:2], real[:2]):
        np.testing.assert_array_equal(one, two)
    assert virtual[2] == real[2]
    assert virtual[3] == real[3] or np.isnan(virtual[3]) and np.isnan(real[3])


def test_an_extent_cuts_the_list_too(tiles, tmp_path):
    paths = tiles(nodata=0)
    extent = (500_050, 4_999_800, 500_200, 4_999_950)
    for name in ("v.vrt", "t.tif"):
        merge_tiles(paths, tmp_path / name, extent=extent)
    np.testing.assert_array_equal(content(tmp_path / "v.vrt")[0], content(tmp_path / "t.tif")[0])


def test_metadata_are_in_the_list(tiles, tmp_path):
    paths = tiles(nodata=0, bands=2)
    for path in paths:
        with rasterio.open(path, "r+") as dataset:
            dataset.scales, dataset.offsets, dataset.units = (0.1, 1), (0, 5), ("m", "")
            dataset.descriptions = ("a <b> & c", "")
            dataset.update_tags(KEY="1 < 2", ns="MINE")
    merge_tiles(paths, tmp_path / "v.vrt")
    with rasterio.open(tmp_path / "v.vrt") as dataset:
        assert dataset.scales == (0.1, 1) and dataset.offsets == (0, 5) and dataset.units[0] == "m"
        assert dataset.descriptions[0] == "a <b> & c" and dataset.tags(ns="MINE") == {"KEY": "1 < 2"}


def test_the_list_and_its_tiles_can_be_moved_together(tiles, tmp_path):
    paths = tiles(nodata=0)
    merge_tiles(paths, tmp_path / "tiles" / "v.vrt")
    before = content(tmp_path / "tiles" / "v.vrt")[0]
    shutil.move(tmp_path / "tiles", tmp_path / "elsewhere")
    np.testing.assert_array_equal(content(tmp_path / "elsewhere" / "v.vrt")[0], before)
    assert len(check_raster_path(str(tmp_path / "elsewhere" / "v.vrt"))) == 4


def test_a_list_can_be_merged_again(tiles, tmp_path):
    merge_tiles(tiles(nodata=0), tmp_path / "v.vrt")
    merge_tiles([tmp_path / "v.vrt"], tmp_path / "t.tif")
    np.testing.assert_array_equal(content(tmp_path / "v.vrt")[0], content(tmp_path / "t.tif")[0])


@pytest.mark.parametrize(
    ("case", "options", "words"),
    [
        ({"nodata": 0}, {"method": "mean"}, "method mean"),
        ({"nodata": 0}, {"data_type": "int16"}, "int16"),
        ({"nodata": 0}, {"output_nodata": 9}, "OUTPUT_NODATA"),
        ({"nodata": 0, "bands": 2, "differ": True}, {}, "nodata values differ"),
        ({"alpha": True, "bands": 3}, {}, "alpha band"),
        ({"alpha": True, "bands": 4, "dtype": "int16"}, {}, "alpha band .* 4 bands of int16"),
        ({"masked": True, "dtype": "float32"}, {}, "a mask and a nodata value, or NaN"),
        ({"masked": True, "nodata": 1}, {}, "a mask and a nodata value"),
        ({"nodata": 0}, {"resampling": "nearest", "resolution": "user", "pixel_size": 7}, "resampled"),
    ],
)
def test_what_a_list_cannot_say_is_refused(case, options, words, tiles, tmp_path, state):
    paths = tiles(**case)
    before = state(tmp_path)
    with pytest.raises(OptionError, match=f"{words}.*extension .tif"):
        merge_tiles(paths, tmp_path / "v.vrt", **options)
    assert state(tmp_path) == before


def test_tiles_far_apart_need_no_room(make_raster, tmp_path):
    values = np.ones((10, 10), "uint8")
    far = BASE * Affine.translation(3_000_000, 3_000_000)
    paths = [
        make_raster([values], "a.tif", transform=BASE, nodata=0),
        make_raster([values], "b.tif", transform=far, nodata=0),
    ]
    merge_tiles(paths, tmp_path / "v.vrt")
    with rasterio.open(tmp_path / "v.vrt") as dataset:
        assert dataset.shape == (3_000_010, 3_000_010)
        assert dataset.read(1, window=((3_000_000, 3_000_001), (3_000_000, 3_000_001))).tolist() == [[1]]


def test_an_older_list_stays_until_the_new_one_is_whole(tiles, tmp_path, state, monkeypatch):
    paths = tiles(nodata=0)
    merge_tiles(paths, tmp_path / "v.vrt")
    before = state(tmp_path)
    monkeypatch.setattr("parallel_raster.core.merge_virtual.GDAL_TYPES", {"uint8": "NoSuchType"})
    with pytest.raises(ParallelRasterError, match="v.vrt could not be written"):
        merge_tiles(paths[:2], tmp_path / "v.vrt")
    assert state(tmp_path) == before


def test_the_list_is_none_of_its_tiles(tiles, tmp_path):
    merge_tiles(tiles(nodata=0), tmp_path / "v.vrt")
    with pytest.raises(OutputError, match="one of the inputs"):
        merge_tiles([tmp_path / "v.vrt"], tmp_path / "v.vrt")
    os.symlink(tmp_path / "v.vrt", tmp_path / "w.vrt")
    with pytest.raises(OutputError, match="one of the inputs"):
        merge_tiles([tmp_path / "v.vrt"], tmp_path / "w.vrt")
