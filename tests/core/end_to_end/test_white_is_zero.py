"""Rasters in which 0 is white (PHOTOMETRIC=MINISWHITE), and colour tables that a GeoTIFF cannot store."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from georeference import METRES
from parallel_raster.core import mask_raster, merge_tiles, tile_raster

TABLE = '<ColorInterp>Palette</ColorInterp><ColorTable><Entry c1="9" c2="8" c3="7" c4="255"/></ColorTable>'


@pytest.fixture(params=["uint8", "int16", "uint16", "float32"])
def source(tmp_path, request):
    """Return the path and the pixels of a raster in which 0 is white."""
    pixels = np.random.default_rng(1).integers(0, 200, (1, 64, 64)).astype(request.param)
    with rasterio.open(
        tmp_path / "in.tif", "w", driver="GTiff", width=64, height=64, count=1, dtype=request.param, crs=METRES,
        transform=from_origin(4e5, 5e6, 10, 10), photometric="MINISWHITE", tiled=True, blockxsize=16, blockysize=16,
        compress="deflate",
    ) as dataset:  # fmt: skip
        dataset.write(pixels)
    return tmp_path / "in.tif", pixels


def assert_white_is_zero(path, pixels):
    with rasterio.open(path) as dataset:
        np.testing.assert_array_equal(dataset.read(), pixels)
        assert dataset.tags(ns="IMAGE_STRUCTURE")["MINISWHITE"] == "YES"


def test_tiles_and_mosaics_keep_pixels_and_colours(source, tmp_path):
    path, pixels = source
    tiles = tile_raster(path, tmp_path / "tiles", tile_width=32, tile_height=32)
    assert_white_is_zero(tiles.tiles[1], pixels[:, :32, 32:])
    assert merge_tiles(tmp_path / "tiles", tmp_path / "out.tif").copied_percent == 100
    assert_white_is_zero(tmp_path / "out.tif", pixels)
    mask_raster(path, tmp_path / "masked.tif", mask=path, mask_values="250")
    assert_white_is_zero(tmp_path / "masked.tif", pixels)


def test_other_outputs_keep_the_pixels(source, tmp_path):
    path, pixels = source
    merge_tiles([path], tmp_path / "cog.tif", cog=True)
    merge_tiles([path], tmp_path / "out.vrt")
    for name in ("cog.tif", "out.vrt"):
        with rasterio.open(tmp_path / name) as dataset:
            np.testing.assert_array_equal(dataset.read(), pixels)


def test_a_colour_table_of_int16_is_left_out_with_a_message(tmp_path, make_raster, random_bands, log):
    path = make_raster(random_bands("int16", (20, 30))[:1])
    with rasterio.open(path) as dataset:
        crs = dataset.crs.to_wkt().replace('"', "&quot;")
        place = ", ".join(map(str, dataset.transform.to_gdal()))
        expected = dataset.read()
    (tmp_path / "in.vrt").write_text(
        f'<VRTDataset rasterXSize="30" rasterYSize="20"><SRS>{crs}</SRS><GeoTransform>{place}</GeoTransform>'
        f'<VRTRasterBand dataType="Int16" band="1">{TABLE}<SimpleSource><SourceFilename relativeToVRT="1">{path.name}'
        "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    merge_tiles([tmp_path / "in.vrt"], tmp_path / "out.tif", log=log)
    with rasterio.open(tmp_path / "out.tif") as dataset:
        np.testing.assert_array_equal(dataset.read(), expected)
    assert "colour tables because a GeoTIFF stores them only" in "\n".join(map(str, vars(log).values()))
