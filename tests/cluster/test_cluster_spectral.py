"""Spectral indexes on a cluster: outputs and band metadata are the same as with local threads."""

from __future__ import annotations

import pytest

import kit
from parallel_raster.core import spectral_index, spectral_index_tiles

OPTIONS = {"index": ["EVI2", "MSAVI", "NDVI"], "bands": "N=1,R=2", "scaling": "given", "scale": 1e-4}


@pytest.mark.long
def test_one_raster_and_many(cluster, scene, tmp_path, folder, read_file):
    tiles = [kit.write_scene(tmp_path / f"tile_{number}.tif", 300, seed=number) for number in range(2)]
    for place, address in (("here", ""), ("there", cluster.address)):
        spectral_index(scene, folder / f"{place}.tif", cluster=address, **OPTIONS)
        spectral_index_tiles(tiles, folder / place, cluster=address, **OPTIONS)
    assert read_file(folder / "here.tif") == read_file(folder / "there.tif")
    assert kit.listing(folder / "here") == kit.listing(folder / "there") == [f"indexes_tile_{n}.tif" for n in range(2)]
    for name in kit.listing(folder / "here"):
        assert read_file(folder / "here" / name) == read_file(folder / "there" / name)
