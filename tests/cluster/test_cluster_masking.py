"""Mask raster on a cluster: the output is the same as with local threads, and unchanged chunks are copied."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

import kit
from parallel_raster.core import InputError, mask_raster, mask_raster_tiles


@pytest.fixture(scope="session")
def layer(scene, tmp_path_factory):
    """A mask at half the resolution of the scene, with clouds in the upper left quarter."""
    with rasterio.open(scene) as dataset:
        profile = {**dataset.profile, "count": 1, "dtype": "uint8", "nodata": None}
        profile.update(width=750, height=750, transform=dataset.transform * rasterio.Affine.scale(2))
    classes = np.full((1, 750, 750), 4, "uint8")
    classes[0, :300, :300][np.random.default_rng(5).random((300, 300)) < 0.2] = 9
    path = tmp_path_factory.mktemp("masks") / "SCL.tif"
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(classes)
    return path


@pytest.mark.parametrize(
    "options", [{}, {"mark": "nodata", "output_nodata": 65535, "keep": True, "mask_values": "4", "mask_grow": 25}]
)
def test_one_raster(cluster, scene, layer, folder, read_file, options):
    here = mask_raster(scene, folder / "here.tif", layer, chunk_size=256, **options)
    there = mask_raster(scene, folder / "there.tif", layer, chunk_size=256, cluster=cluster.address, **options)
    assert read_file(folder / "here.tif") == read_file(folder / "there.tif")
    assert (here.valid_percent, here.hidden_percent) == (there.valid_percent, there.hidden_percent)
    assert kit.listing(folder) == ["here.tif", "there.tif"]
    if not options:  # the client copies chunks without clouds, and workers encode the other chunks
        assert 50 < there.copied_percent <= here.copied_percent < 100


def test_a_mask_inside_the_file(cluster, scene, layer, folder, tmp_path, read_file):
    """If the output has an internal mask, the client copies all blocks."""
    with rasterio.open(scene) as source, rasterio.open(
        tmp_path / "plain.tif", "w", **{**source.profile, "nodata": None}
    ) as plain:  # fmt: skip
        plain.write(source.read())
    here = mask_raster(tmp_path / "plain.tif", folder / "here.tif", layer)
    there = mask_raster(tmp_path / "plain.tif", folder / "there.tif", layer, cluster=cluster.address)
    assert read_file(folder / "here.tif") == read_file(folder / "there.tif")
    assert (here.copied_percent, there.copied_percent) == (100, 100)
    assert (here.valid_percent, here.hidden_percent) == (there.valid_percent, there.hidden_percent)


def test_many_rasters(cluster, layer, tmp_path, folder, read_file):
    sources = [kit.write_scene(tmp_path / f"tile_{number}.tif", 300 + 200 * number, seed=number) for number in range(3)]
    mask_raster_tiles(sources, folder / "here", layer)
    mask_raster_tiles(sources, folder / "there", layer, cluster=cluster.address)
    names = kit.listing(folder / "here")
    assert len(names) == 3 and kit.listing(folder / "there") == names
    for name in names:
        assert read_file(folder / "here" / name) == read_file(folder / "there" / name)


def test_a_taken_nodata_value(cluster, scene, layer, folder):
    """If a visible pixel has the nodata value, the error of the worker names the pixel."""
    with pytest.raises(InputError, match=r"scene\.tif, row \d+, column \d+: a visible pixel of band"):
        mask_raster(
            scene, folder / "out.tif", layer, mark="nodata", output_nodata=100, chunk_size=256, cluster=cluster.address
        )
    assert kit.listing(folder) == []
