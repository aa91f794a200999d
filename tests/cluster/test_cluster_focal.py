"""The focal filter on a cluster: the output is the same as with local threads."""

from __future__ import annotations

import pytest

import kit
from parallel_raster.core import focal_filter, focal_filter_tiles
from parallel_raster.core.choices import FOCAL_METHODS

pytest.importorskip("scipy", reason="the focal filter requires scipy")

BLOCKS = "BLOCKXSIZE=256|BLOCKYSIZE=256"
METHODS = ["gaussian", *(pytest.param(each, marks=pytest.mark.long) for each in FOCAL_METHODS if each != "gaussian")]


@pytest.mark.parametrize("method", METHODS)
def test_one_raster(cluster, scene, folder, read_file, method):
    """Chunks on workers also read the pixels around them, and treat the edge of the raster correctly."""
    options = {
        "radius": 3, "shape": "circle", "sigma": 1.5, "edge": "reflect", "nodata_rule": "fill",
        "creation_options": BLOCKS,
    }  # fmt: skip
    focal_filter(scene, folder / "here.tif", method, **options)
    focal_filter(scene, folder / "there.tif", method, cluster=cluster.address, chunk_size=256, **options)
    assert read_file(folder / "here.tif") == read_file(folder / "there.tif")
    assert kit.listing(folder) == ["here.tif", "there.tif"]


@pytest.mark.long
def test_many_rasters(cluster, tmp_path, folder, read_file):
    sources = [kit.write_scene(tmp_path / f"tile_{number}.tif", 300 + 200 * number, seed=number) for number in range(3)]
    focal_filter_tiles(sources, folder / "here", "mean", radius=5)
    focal_filter_tiles(sources, folder / "there", "mean", radius=5, cluster=cluster.address)
    names = kit.listing(folder / "here")
    assert len(names) == 3 and kit.listing(folder / "there") == names
    for name in names:
        assert read_file(folder / "here" / name) == read_file(folder / "there" / name)
