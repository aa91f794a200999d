"""Zonal statistics on a cluster: the same table as with local threads, and no files left in the shared folder."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

import kit
from parallel_raster.core import zonal_statistics
from parallel_raster.core.choices import ZONAL_STATISTICS

ALL = tuple(ZONAL_STATISTICS)


def polygons():
    """Return triangles, some of which overlap."""
    random = np.random.default_rng(4)
    corners = random.uniform((400_000, 4_985_000), (415_000, 5_000_000), (40, 1, 2)) + random.uniform(
        0, 4000, (40, 3, 2)
    )
    return [{"type": "Polygon", "coordinates": [[*shape.tolist(), shape[0].tolist()]]} for shape in corners]


def zone_raster(scene, path):
    with rasterio.open(scene) as dataset, rasterio.open(path, "w", **{**dataset.profile, "count": 1}) as zones:
        zones.write(dataset.read(1) // 500, 1)
    return path


@pytest.mark.parametrize("kind", ["cells", "polygons", "raster"])
def test_the_table_is_the_same(cluster, scene, folder, tmp_path, kind):
    options = {"zones": kind, "statistics": ALL}
    if kind == "polygons":
        options["polygons"] = polygons()
    elif kind == "raster":
        options["zone_raster"] = zone_raster(scene, tmp_path / "zones.tif")
    else:
        options.update(cell_width=300, cell_height=70)
    here = zonal_statistics(scene, **options)
    there = zonal_statistics(scene, folder / "there.csv", cluster=cluster.address, chunk_size=256, **options)
    assert here == there and len(here) >= 5
    assert kit.listing(folder) == ["there.csv"]


def test_without_a_file_the_folder_of_the_raster_is_used(cluster, folder):
    source = kit.write_scene(folder / "scene.tif", 600)
    assert zonal_statistics(source, cluster=cluster.address) == zonal_statistics(source)
    assert kit.listing(folder) == ["scene.tif"]
