"""Tests for rasters whose bands have separate masks: VRTs with a mask in each band, and external masks (.msk).

The `stack.vrt` that `stac_stack` writes is such a raster if internal masks hide pixels of several scenes.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
from rasterio.enums import MaskFlags
from rasterio.transform import from_origin
from rasterio.windows import Window

from parallel_raster.core import (
    InputError,
    focal_filter,
    mask_raster,
    merge_tiles,
    normalized_difference,
    raster_calculator,
    spectral_index,
    temporal_composite,
    tile_raster,
    training_chips,
    zonal_statistics,
)
from parallel_raster.core.reading.readers import Readers, read_bands

SIZE = 32
SHOWN = np.ones((2, SIZE, SIZE), bool)
SHOWN[0, :8] = SHOWN[1, :, :4] = False
BOTH = SHOWN.all(axis=0)
VALUES = np.stack([np.full((SIZE, SIZE), value, "uint16") for value in (300, 100)])
PROFILE = {"width": SIZE, "height": SIZE, "crs": "EPSG:32633", "transform": from_origin(500_000, 4_600_000, 10, 10)}

SOURCE = (
    "<SimpleSource><SourceFilename relativeToVRT='1'>{file}</SourceFilename><SourceBand>{band}</SourceBand>"
    "</SimpleSource>"
)
BAND = (
    "<VRTRasterBand dataType='UInt16' band='{band}'>{values}<MaskBand><VRTRasterBand dataType='Byte'>{mask}"
    "</VRTRasterBand></MaskBand></VRTRasterBand>"
)


def in_vrt(folder):
    """Return the path of a VRT with a mask in each band."""
    write(folder / "values.tif", VALUES)
    write(folder / "masks.tif", SHOWN.astype("uint8") * 255)
    bands = "".join(
        BAND.format(
            band=band,
            values=SOURCE.format(file="values.tif", band=band),
            mask=SOURCE.format(file="masks.tif", band=band),
        )
        for band in (1, 2)
    )
    grid = "<SRS>EPSG:32633</SRS><GeoTransform>500000,10,0,4600000,0,-10</GeoTransform>"
    path = folder / "A_2024-05-01.vrt"
    path.write_text(f"<VRTDataset rasterXSize='{SIZE}' rasterYSize='{SIZE}'>{grid}{bands}</VRTDataset>")
    return path


def beside(folder):
    """Return the path of a GeoTIFF beside an external mask with one band per band of the raster."""
    path = folder / "A_2024-05-01.tif"
    write(path, VALUES)
    write(f"{path}.msk", SHOWN.astype("uint8") * 255)
    with rasterio.open(f"{path}.msk", "r+") as mask:
        mask.update_tags(INTERNAL_MASK_FLAGS_1="0", INTERNAL_MASK_FLAGS_2="0")
    return path


def write(path, values):
    with rasterio.open(path, "w", driver="GTiff", count=len(values), dtype=values.dtype, **PROFILE) as dataset:
        dataset.write(values)


@pytest.fixture(params=[in_vrt, beside], ids=["vrt", "msk"])
def masked(tmp_path, request):
    """Return the path of a raster whose two bands have separate masks."""
    path = request.param(tmp_path)
    with rasterio.open(path) as dataset:
        assert dataset.mask_flag_enums == ([], [])
        assert np.array_equal(dataset.read_masks() != 0, SHOWN)
    return path


def test_each_band_is_read_with_its_own_mask(masked):
    bands = read_bands(str(masked), [2, 1, 2])
    with Readers() as readers:
        found = readers.read_visible_bands(bands, Window(2, 3, 20, 25))
    assert np.array_equal(found, SHOWN[[1, 0, 1], 3:28, 2:22])
    assert found[0] is found[2]


def test_a_shared_mask_is_read_only_once(tmp_path):
    path = tmp_path / "shared.tif"
    write(path, VALUES)
    with rasterio.open(path, "r+") as dataset:
        dataset.write_mask(SHOWN[0])
    with rasterio.open(path) as dataset:
        assert all(MaskFlags.per_dataset in flags for flags in dataset.mask_flag_enums)
    bands = read_bands(str(path), [2, 1])
    with Readers() as readers:
        first, second = readers.read_visible_bands(bands, Window(0, 0, SIZE, SIZE))
    assert first is second and np.array_equal(first, SHOWN[0])


@pytest.mark.parametrize("bands", [(1, 2), (2, 1)])
def test_an_index_needs_both_bands(masked, tmp_path, read, bands):
    result = normalized_difference(masked, tmp_path / "out.tif", band_a=bands[0], band_b=bands[1])
    assert np.array_equal(read(result.output).values != -9999, BOTH)
    found = spectral_index(masked, tmp_path / "ndvi.tif", "NDVI", bands=f"N={bands[0]},R={bands[1]}")
    assert np.array_equal(read(found.output).values != -9999, BOTH)


def test_each_formula_uses_the_masks_of_its_bands(masked, tmp_path):
    result = raster_calculator(masked, tmp_path / "out.tif", "A@1\nA@2\nA@1+A@2")
    with rasterio.open(result.output) as dataset:
        assert np.array_equal(dataset.read() != -9999, [*SHOWN, BOTH])


def test_a_filter_leaves_out_what_the_mask_of_its_band_hides(masked, tmp_path):
    result = focal_filter(masked, tmp_path / "out.tif", method="count")
    with rasterio.open(result.output) as dataset:
        assert np.array_equal(dataset.read() != dataset.nodata, SHOWN)


def test_zonal_statistics_count_the_valid_pixels_of_each_band(masked, tmp_path):
    table = tmp_path / "out.csv"
    zonal_statistics(masked, table, statistics=["count"])
    header, values = (line.split(",") for line in table.read_text("utf-8-sig").splitlines())
    found = dict(zip(header, values))
    assert [int(found[f"b{band}_count"]) for band in (1, 2)] == [int(each.sum()) for each in SHOWN]


@pytest.mark.parametrize("size", [10, 5], ids=["same grid", "resampled"])
def test_a_composite_fills_each_band_by_its_own_mask(masked, tmp_path, size):
    pixels = {"resolution": "user", "pixel_size": size, "resampling": "nearest"}
    result = temporal_composite([masked], tmp_path / "out", reducer="median", **pixels)
    with rasterio.open(result.rasters[0]) as dataset:
        assert np.array_equal(dataset.read_masks() != 0, np.kron(SHOWN, np.ones((10 // size, 10 // size), bool)))


def test_chips_mark_the_missing_pixels_of_each_band(masked, tmp_path):
    result = training_chips(masked, tmp_path / "chips", size=SIZE)
    chips = json.loads((tmp_path / "chips" / "chips.json").read_text())["chips"]
    with rasterio.open(tmp_path / "chips" / chips[0]["image"]) as dataset:
        assert dataset.nodata == 65535 and np.array_equal(dataset.read(), np.where(SHOWN, VALUES, 65535))
    assert result.chip_count == 1


COPIES = {
    "tile": lambda path, folder: tile_raster(path, folder / "tiles", tile_width=16, tile_height=16),
    "merge": lambda path, folder: merge_tiles([path], folder / "out.tif"),
    "virtual merge": lambda path, folder: merge_tiles([path], folder / "out.vrt"),
    "mask": lambda path, folder: mask_raster(path, folder / "out.tif", mask=path, mask_values="1"),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_copies_of_several_bands_are_rejected(masked, tmp_path, copy):
    with pytest.raises(InputError, match="separate mask for each band.*gdal_translate -b"):
        copy(masked, tmp_path)


def test_tiles_of_one_band_have_its_mask(masked, tmp_path):
    result = tile_raster(masked, tmp_path / "tiles", bands=[2], tile_width=SIZE, tile_height=SIZE)
    with rasterio.open(result.tiles[0]) as dataset:
        assert np.array_equal(dataset.read_masks(1) != 0, SHOWN[1])


def test_a_mask_layer_is_read_with_the_mask_of_its_band(masked, tmp_path, read):
    result = raster_calculator(masked, tmp_path / "out.tif", "A@1", mask=masked, mask_band=2, mask_values="1")
    assert np.array_equal(read(result.output).values != -9999, BOTH)
