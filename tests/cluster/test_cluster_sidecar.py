"""Sidecar files (`.aux.xml`) written on a cluster are identical to those written by local threads."""

from __future__ import annotations

import pytest
import rasterio
from rasterio.crs import CRS

import kit
from parallel_raster.core import merge_tiles, normalized_difference, normalized_difference_tiles, tile_raster

EQUAL_EARTH = CRS.from_epsg(8858)
"""A CRS that a GeoTIFF cannot store; GDAL therefore writes the CRS to an `.aux.xml` file."""


@pytest.fixture
def earth(scene, tmp_path):
    """Path of a copy of the scene with a CRS that a GeoTIFF cannot store."""
    with rasterio.open(scene) as dataset:
        profile, pixels = dataset.profile, dataset.read()
    with rasterio.open(tmp_path / "earth.tif", "w", **{**profile, "crs": EQUAL_EARTH}) as dataset:
        dataset.write(pixels)
    return tmp_path / "earth.tif"


@pytest.mark.long
def test_sidecar_files(cluster, earth, folder):
    bands, size = {"band_a": 1, "band_b": 2, "chunk_size": 256}, {"tile_width": 500, "tile_height": 500}
    for name, address in (("here", ""), ("there", cluster.address)):
        out = folder / name
        tile_raster(earth, out / "tiles", cluster=address, **size)
        normalized_difference_tiles(out / "tiles", out / "nds", cluster=address, **bands)
        normalized_difference(earth, out / "nd.tif", cluster=address, **bands)
        merge_tiles(out / "tiles", out / "merged.tif", cluster=address)
    for part in ("", "tiles", "nds"):
        names = kit.listing(folder / "here" / part)
        assert kit.listing(folder / "there" / part) == names
        for name in (name for name in names if name.endswith(".tif")):
            sidecars = [(folder / place / part / f"{name}.aux.xml").read_text() for place in ("here", "there")]
            assert sidecars[0] == sidecars[1]
            with rasterio.open(folder / "there" / part / name) as dataset:
                assert dataset.crs == EQUAL_EARTH
