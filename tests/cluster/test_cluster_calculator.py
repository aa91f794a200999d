"""The raster calculator on a cluster: the output is the same as with local threads."""

from __future__ import annotations

import pytest

import kit
from parallel_raster.core import OptionError, raster_calculator, raster_calculator_tiles

BLOCKS = "BLOCKXSIZE=256|BLOCKYSIZE=256"
FORMULAS = "ratio: if(A@2 > 500, A@1 / A@2, nodata); exp(-A@1 / 1000) ^ 2; median(A@1, A@2, 9) > 60; coalesce(A@1, 0)"


def test_one_raster(cluster, scene, folder, read_file):
    """Formulas with several output bands, nodata and functions give bit-identical results on workers and threads."""
    raster_calculator(scene, folder / "here.tif", FORMULAS, creation_options=BLOCKS)
    raster_calculator(scene, folder / "there.tif", FORMULAS, creation_options=BLOCKS, cluster=cluster.address)
    assert read_file(folder / "here.tif") == read_file(folder / "there.tif")
    assert kit.listing(folder) == ["here.tif", "there.tif"]


def test_many_rasters(cluster, tmp_path, folder, read_file):
    sources = [kit.write_scene(tmp_path / f"tile_{number}.tif", 300 + 200 * number, seed=number) for number in range(3)]
    raster_calculator_tiles(sources, folder / "here", FORMULAS)
    raster_calculator_tiles(sources, folder / "there", FORMULAS, cluster=cluster.address)
    names = kit.listing(folder / "here")
    assert len(names) == 3 and kit.listing(folder / "there") == names
    for name in names:
        assert read_file(folder / "here" / name) == read_file(folder / "there" / name)


def test_a_wrong_formula_is_rejected_before_the_cluster_is_used(scene, folder):
    """A formula that names a missing band is rejected before the run connects to the cluster."""
    with pytest.raises(OptionError, match="no band 9"):
        raster_calculator(scene, folder / "out.tif", "A@9", cluster="tcp://127.0.0.1:1")
    assert kit.listing(folder) == []
