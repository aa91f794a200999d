"""Categorical rasters are never interpolated or averaged in resampling, merging and overviews."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine

from parallel_raster.core import merge_tiles, normalized_difference, tile_raster
from parallel_raster.core.errors import InputError

BASE = Affine(10, 0, 500_000, 0, -10, 5_000_000)
OFF = BASE * Affine.translation(0.5, 0.5)
CLASSES = np.array([3, 8, 200], "uint8")
NAMES = (
    "<PAMDataset><PAMRasterBand band='1'><CategoryNames><Category>a</Category></CategoryNames></PAMRasterBand>"
    "</PAMDataset>"
)
COG = {"cog": True, "creation_options": "BLOCKSIZE=128"}


@pytest.fixture
def classes(make_raster, tmp_path):
    """Return a function that creates a raster of three classes: with a colour table, category names or neither."""

    def make(kind="", name="classes.tif", shape=(300, 300), dtype="uint8", transform=BASE, bands=1):
        values = np.random.default_rng(1).choice(CLASSES, (bands, *shape)).astype(dtype)
        options = {"photometric": "palette"} if kind == "palette" else {}
        path = make_raster(list(values), name, nodata=0, transform=transform, **options)
        if kind == "palette":
            with rasterio.open(path, "r+") as dataset:
                dataset.write_colormap(1, {int(value): (int(value), 2, 3, 255) for value in CLASSES})
        if kind == "names":
            (tmp_path / f"{name}.aux.xml").write_text(NAMES)
        return path

    return make


def first_overview(path):
    with rasterio.open(path, overview_level=0) as dataset:
        return dataset.read(1)


@pytest.mark.parametrize(
    ("kind", "dtype", "bands"),
    [("palette", "uint8", 1), ("names", "float32", 1), ("names", "uint8", 2), ("", "int16", 1)],
)
def test_overviews_of_classes_contain_only_classes(kind, dtype, bands, classes, tmp_path, log):
    source = classes(kind, dtype=dtype, bands=bands)
    merge_tiles([source], tmp_path / "m.tif", log=log, **COG)
    result = tile_raster(source, tmp_path / "tiles", tile_width=300, tile_height=300, log=log, **COG)
    for path in (tmp_path / "m.tif", result.tiles[0]):
        assert set(np.unique(first_overview(path))) <= {0, *CLASSES.tolist()}
    assert sum("OVERVIEW_RESAMPLING=AVERAGE" in line for line in log.infos) == 2


@pytest.mark.parametrize("key", ["OVERVIEW_RESAMPLING", "RESAMPLING"])
def test_overviews_use_the_resampling_of_the_creation_options(key, classes, tmp_path, log):
    options = {"cog": True, "creation_options": f"BLOCKSIZE=128|{key}=AVERAGE", "log": log}
    source = classes()
    merge_tiles([source], tmp_path / "m.tif", **options)
    result = tile_raster(source, tmp_path / "tiles", tile_width=300, tile_height=300, **options)
    for path in (tmp_path / "m.tif", result.tiles[0]):
        assert len(np.unique(first_overview(path))) > 4
    assert not any(line.startswith("Overviews") for line in log.infos)


@pytest.mark.parametrize("kind", ["floats", "bands", "scale", "unit", "mean"])
def test_overviews_of_continuous_values_are_averaged(kind, classes, tmp_path):
    source = classes(dtype="float32" if kind == "floats" else "uint8", bands=2 if kind == "bands" else 1)
    if kind in ("scale", "unit"):
        with rasterio.open(source, "r+") as dataset:
            dataset.scales, dataset.units = ((0.1,), ("",)) if kind == "scale" else ((1,), ("m",))
    merge_tiles([source], tmp_path / "m.tif", method="mean" if kind == "mean" else "first", **COG)
    assert len(np.unique(first_overview(tmp_path / "m.tif"))) > 4


@pytest.mark.parametrize(("kind", "words"), [("palette", "a colour table"), ("names", "category names")])
@pytest.mark.parametrize("resampling", ["bilinear", "cubic", "average"])
def test_classes_are_not_interpolated(kind, words, resampling, classes, tmp_path, state):
    one = classes("", "one.tif", (20, 20))
    off = classes(kind, "off.tif", (20, 20), transform=OFF)
    before = state(tmp_path)
    match = f"off.tif, band 1 has {words}.*RESAMPLING {resampling!r} .*RESAMPLING to 'nearest'"
    with pytest.raises(InputError, match=match):
        merge_tiles([one, off], tmp_path / "m.tif", resampling=resampling)
    with pytest.raises(InputError, match=match):
        normalized_difference(one, tmp_path / "n.tif", band_a=1, input_b=off, resampling=resampling)
    assert state(tmp_path) == before
    merge_tiles([one, off], tmp_path / "m.tif", resampling="nearest")
    normalized_difference(one, tmp_path / "n.tif", band_a=1, input_b=off, resampling="nearest")


def test_classes_on_the_target_grid_are_accepted_with_any_resampling(classes, tmp_path):
    one, other = classes("palette", "one.tif", (20, 20)), classes("palette", "other.tif", (20, 20))
    merge_tiles([one, other], tmp_path / "m.tif", resampling="bilinear")
    normalized_difference(one, tmp_path / "n.tif", band_a=1, input_b=other, resampling="bilinear")


@pytest.mark.parametrize("kind", ["palette", "names"])
@pytest.mark.parametrize("method", ["mean", "median", "feather"])
def test_classes_are_not_blended(kind, method, classes, tmp_path, state):
    one, other = classes("", "one.tif", (20, 20)), classes(kind, "other.tif", (20, 20))
    before = state(tmp_path)
    with pytest.raises(InputError, match=f"other.tif, band 1 has .*METHOD {method!r} .*METHOD to 'first'"):
        merge_tiles([one, other], tmp_path / "m.tif", method=method)
    assert state(tmp_path) == before
