"""Tests for rasters with both a mask and an alpha band, such as RGB and near infrared with a mask, written by rasterio.

GDAL declares the fourth band of such a file an alpha band, and then uses only the mask.
"""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp
from rasterio.transform import from_origin

from parallel_raster.core import (
    InputError,
    mask_raster,
    merge_tiles,
    normalized_difference,
    tile_raster,
    zonal_statistics,
)

SHAPE = (40, 40)
SHOWN_BY_MASK, SHOWN_BY_ALPHA = np.ones((2, *SHAPE), bool)
SHOWN_BY_MASK[3:9, 5:20] = SHOWN_BY_ALPHA[6:15, 10:30] = False
SHOWN = SHOWN_BY_MASK & SHOWN_BY_ALPHA


@pytest.fixture
def colours():
    return np.random.default_rng(3).integers(1, 200, (3, *SHAPE), dtype="uint8")


@pytest.fixture(params=["internal", "external"])
def both(tmp_path, colours, request):
    """Return the path of a raster with a mask and an alpha band."""
    path = tmp_path / "both.tif"
    profile = {"width": 40, "height": 40, "count": 4, "dtype": "uint8", "crs": "EPSG:32632", "alpha": "YES"}
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=request.param == "internal"), rasterio.open(
        path, "w", driver="GTiff", transform=from_origin(500_000, 5_000_000, 10, 10), **profile
    ) as dataset:  # fmt: skip
        dataset.write(np.stack([*colours, SHOWN_BY_ALPHA.astype("uint8") * 255]))
        dataset.write_mask(SHOWN_BY_MASK)
    with rasterio.open(path) as dataset:
        assert dataset.colorinterp[3] == ColorInterp.alpha
    return path


def test_a_pixel_is_valid_if_both_show_it(both, colours, tmp_path, read, log):
    result = normalized_difference(both, tmp_path / "out.tif", band_a=1, band_b=2, log=log)
    a, b = colours[:2].astype(float)
    assert np.array_equal(read(result.output).values, np.where(SHOWN, (a - b) / (a + b), -9999).astype("float32"))
    assert "hidden by the mask and alpha," in log.line("A: ")


def test_zonal_statistics_use_pixels_that_both_show(both, colours, tmp_path):
    table = tmp_path / "out.csv"
    zonal_statistics(both, table, statistics=["count", "sum"], bands=[1])
    header, values = (line.split(",") for line in table.read_text("utf-8-sig").splitlines())
    found = dict(zip(header, values))
    assert float(found["b1_count"]) == SHOWN.sum() and float(found["b1_sum"]) == colours[0][SHOWN].sum()


COPIES = {
    "tile": lambda path, folder: tile_raster(path, folder / "tiles", tile_width=16, tile_height=16),
    "tile bands": lambda path, folder: tile_raster(path, folder / "tiles", bands=[1, 2, 3]),
    "merge": lambda path, folder: merge_tiles([path], folder / "out.tif"),
    "resampled merge": lambda path, folder: merge_tiles([path], folder / "out.tif", resampling="nearest"),
    "virtual merge": lambda path, folder: merge_tiles([path], folder / "out.vrt"),
    "mask": lambda path, folder: mask_raster(path, folder / "out.tif", mask=path, mask_values="1"),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_copies_are_rejected(both, tmp_path, copy):
    """An output has either a mask or an alpha band that hides pixels, so a copy would show pixels that are hidden."""
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match=r"both\.tif has a mask, and its band 4 is an alpha band.*-colorinterp_4"):
        copy(both, tmp_path)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(shutil.which("gdal_translate") is None, reason="needs gdal_translate")
@pytest.mark.parametrize("remedy", ["-colorinterp_4 undefined", "-mask none"])
def test_the_remedy_in_the_error_works(both, tmp_path, remedy):
    given = tmp_path / "single.tif"
    subprocess.run(["gdal_translate", "-q", *remedy.split(), both, given], check=True)
    merged = merge_tiles([given], tmp_path / "out.tif")
    with rasterio.open(merged.output) as dataset:
        shown = SHOWN_BY_ALPHA if "none" in remedy else SHOWN_BY_MASK
        assert np.array_equal(dataset.read_masks(1) != 0, shown)
