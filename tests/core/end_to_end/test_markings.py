"""Outputs of rasters that mark missing pixels in every way, written with and without copied blocks.

No pixel that an input hides may become valid, no valid pixel may get lost, and copied blocks must give the same output
as decoded blocks.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.transform import from_origin

from cases import mostly_long
from georeference import METRES
from parallel_raster.core import OptionError, mask_raster, merge_tiles, tile_raster
from parallel_raster.core.writing.writer import RasterWriter

SIZE, BLOCK = 32, 16
SHOWN = np.ones((SIZE, SIZE), bool)
SHOWN[:20, :20] = False  # a whole block and parts of the others
OWN, OTHER = 7, 9

MASKED = {"none": {}, "own": {"nodata": OWN}, "other": {"nodata": OTHER}, "nan": {"nodata": math.nan},
          "mask": {"mask": True}, "mask and own": {"mask": True, "nodata": OWN}}  # fmt: skip
ALPHA = {"alpha": {"alpha": True}, "alpha and own": {"alpha": True, "nodata": OWN},
         "alpha and other": {"alpha": True, "nodata": OTHER}}  # fmt: skip
MARKINGS = {**MASKED, **ALPHA}
PAIRS = [pair for group in (MASKED, ALPHA) for pair in itertools.combinations_with_replacement(group, 2)]
TYPES = ["uint8", "int16", "uint32", "float32", "float64", "complex64"]
OPTIONS = {"first": {}, "last": {"method": "last"}, "NODATA": {"nodata": OWN}, "any": {"pixel_rule": "any"},
           "all": {"pixel_rule": "all"}, "OUTPUT_NODATA": {"output_nodata": 251}}  # fmt: skip


def possible(*parameters):
    """Return all combinations of data types, markings and other parameters, except NaN as nodata of integers."""
    combined = itertools.product(TYPES, *parameters)
    return [each for each in combined if np.dtype(each[0]).kind in "fc" or "nan" not in (each[1], *each[1])]


def values_of(dtype, seed):
    """Return pixels (2 bands) with both nodata values and, in float types, NaN and infinity."""
    values = np.random.default_rng(seed).integers(10, 200, (2, SIZE, SIZE)).astype(dtype)
    values[:, ::5, ::3], values[:, 1::5, ::4], values[1, 2::7, ::6] = OWN, OTHER, OWN
    if np.dtype(dtype).kind in "fc":
        values[:, 3::9, ::2], values[:, 4::9, ::2] = np.nan, np.inf
    return values


def write(path, values, left=0, *, nodata=None, mask=False, alpha=False, scale=1.0):
    """Write a GeoTIFF that hides the pixels where `SHOWN` is false, if it has a mask or an alpha band."""
    bands = np.concatenate([values, np.where(SHOWN, 255, 0).astype(values.dtype)[np.newaxis]]) if alpha else values
    transform = from_origin(4e5 + 10 * left, 5e6, 10, 10)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(
        path, "w", driver="GTiff", width=SIZE, height=SIZE, count=len(bands), dtype=values.dtype, nodata=nodata,
        crs=METRES, transform=transform, compress="deflate", tiled=True, blockxsize=BLOCK, blockysize=BLOCK,
    ) as dataset:  # fmt: skip
        colours = [ColorInterp.gray] + [ColorInterp.undefined] * (len(values) - 1)
        dataset.colorinterp = colours + [ColorInterp.alpha] * alpha
        dataset.write(bands)
        dataset.scales = [scale] * len(bands)
        if mask:
            dataset.write_mask(SHOWN)
    return path


def valid_in(dataset, nodata):
    """Return a boolean array (bands, rows, columns) without the alpha band, False for pixels that the file hides."""
    pixels, is_alpha = dataset.read(), ColorInterp.alpha in dataset.colorinterp
    shown = np.ones(dataset.shape, bool)
    if MaskFlags.per_dataset in dataset.mask_flag_enums[0] and not is_alpha:
        shown = dataset.read_masks(1) != 0
    elif is_alpha:
        pixels, shown = pixels[:-1], pixels[-1] != 0
    return shown & np.isfinite(pixels) & (pixels != (math.inf if nodata is None else nodata))


def content(path):
    """Return the pixels, GDAL's masks and the nodata value of a file."""
    with rasterio.open(path) as dataset:
        return dataset.read(), dataset.read_masks(), np.float64(math.inf if dataset.nodata is None else dataset.nodata)


def assert_same_file(one, other):
    for first, second in zip(content(one), content(other)):
        np.testing.assert_array_equal(first, second)


@pytest.fixture
def decoded(monkeypatch):
    """Return a function that calls another function without copying encoded blocks."""

    def call(function, *arguments, **options):
        with monkeypatch.context() as patch:
            patch.setattr(RasterWriter, "takes_encoded", False)
            return function(*arguments, **options)

    return call


def write_inputs(folder, dtype, markings, gap=0):
    """Write rasters side by side, `gap` pixels apart, and return their paths; int16 pixels are scaled."""
    scale = 0.5 if dtype == "int16" else 1.0
    return [
        write(folder / f"{n}.tif", values_of(dtype, n), n * (SIZE + gap), scale=scale, **MARKINGS[marking])
        for n, marking in enumerate(markings)
    ]


def assert_valid(found, path, nodata=None, hidden=None):
    """Check that the pixels `found` to be valid are those of an input, except where `hidden` is true.

    Pixels that are valid in only one of the two bands are not checked, because a mask cannot mark them.
    """
    with rasterio.open(path) as source:
        valid = valid_in(source, source.nodata if nodata is None else nodata)
    alike = (valid[0] == valid[1]) & (True if hidden is None else ~hidden)
    np.testing.assert_array_equal(found[:, alike], valid[:, alike], err_msg=str(path))


@pytest.mark.parametrize(("dtype", "pair", "options"), mostly_long(possible(PAIRS, OPTIONS), every=13))
def test_mosaics_hide_what_their_inputs_hide(tmp_path, decoded, dtype, pair, options):
    given = OPTIONS[options]
    paths = write_inputs(tmp_path, dtype, pair, gap=BLOCK * ("none" in pair))
    merge_tiles(paths, tmp_path / "copied.tif", **given)
    decoded(merge_tiles, paths, tmp_path / "decoded.tif", **given)
    assert_same_file(tmp_path / "copied.tif", tmp_path / "decoded.tif")
    names = ["copied.tif"]
    with contextlib.suppress(OptionError):  # a VRT cannot have the pixels of every mosaic
        merge_tiles(paths, tmp_path / "virtual.vrt", **given)
        names.append("virtual.vrt")
    for name in names:
        with rasterio.open(tmp_path / name) as mosaic:
            found = valid_in(mosaic, mosaic.nodata)
        for path, left in zip(paths, (0, found.shape[2] - SIZE)):
            assert_valid(found[:, :, left : left + SIZE], path, given.get("nodata"))


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_masked_blocks_are_decoded_if_the_mosaic_has_no_mask(tmp_path, dtype):
    """The mosaic marks missing pixels by NaN because only the other input declares a nodata value."""
    paths = write_inputs(tmp_path, dtype, ("other", "mask"))
    merge_tiles(paths, tmp_path / "out.tif")
    with rasterio.open(tmp_path / "out.tif") as mosaic:
        assert math.isnan(mosaic.nodata) and not np.isfinite(mosaic.read()[:, :, SIZE:][:, ~SHOWN]).any()


@pytest.mark.parametrize(("dtype", "marking"), mostly_long(possible(MARKINGS), every=3))
def test_tiles_hide_what_their_source_hides(tmp_path, decoded, dtype, marking):
    (path,) = write_inputs(tmp_path, dtype, [marking])
    for bands in (None, [1, 2]):
        options = {"tile_width": BLOCK, "tile_height": BLOCK, "bands": bands}
        tiles = tile_raster(path, tmp_path / "copied", **options)
        decoded(tile_raster, path, tmp_path / "decoded", **options)
        found = np.zeros((2, SIZE, SIZE), bool)
        for tile in tiles.tiles:
            assert_same_file(tile, tmp_path / "decoded" / Path(tile).name)
            with rasterio.open(tile) as dataset:
                left, top = round((dataset.transform.c - 4e5) / 10), round((5e6 - dataset.transform.f) / 10)
                found[:, top : top + BLOCK, left : left + BLOCK] = valid_in(dataset, dataset.nodata)
        assert_valid(found, path)


@pytest.mark.parametrize(("dtype", "marking", "mark"), mostly_long(possible(MARKINGS, ["input", "nodata"]), every=5))
def test_masked_rasters_hide_what_their_input_hides(tmp_path, decoded, dtype, marking, mark):
    (path,) = write_inputs(tmp_path, dtype, [marking])
    layer = np.zeros((2, SIZE, SIZE), "uint8")
    layer[:, :, 24:] = 1  # changes the right half of the blocks
    options = {"mask": write(tmp_path / "layer.tif", layer), "mask_values": "1", "mark": mark}
    options["output_nodata"] = 251 if mark == "nodata" else None
    mask_raster(path, tmp_path / "copied.tif", **options)
    decoded(mask_raster, path, tmp_path / "decoded.tif", **options)
    assert_same_file(tmp_path / "copied.tif", tmp_path / "decoded.tif")
    with rasterio.open(tmp_path / "copied.tif") as dataset:
        found = valid_in(dataset, dataset.nodata)
    assert not found[:, :, 24:].any()
    assert_valid(found, path, hidden=layer[0] == 1)
