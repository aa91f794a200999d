"""Tests for the self-test of creation options, which encodes and reads back small test images before a run."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS

from georeference import METRES
from parallel_raster.core.errors import OptionError
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.writing import storage_selftest
from parallel_raster.core.writing.cog_options import resolve_cog_profile
from parallel_raster.core.writing.creation_options import resolve_profile
from parallel_raster.core.writing.storage_selftest import settle_storage, storage_decisions
from parallel_raster.core.writing.value_limits import option_limits


def settle(given, count=1, dtype="uint8", nodata=None, width=300, cog=False):
    grid = Grid(CRS.from_wkt(METRES), Affine(30, 0, 4e5, 0, -30, 5e6), width, 260)
    return settle_storage((resolve_cog_profile if cog else resolve_profile)(grid, count, dtype, nodata, given, 2))


@pytest.mark.parametrize("cog", [False, True])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "complex64"])
@pytest.mark.parametrize("given", ["", "COMPRESS=LZW", "COMPRESS=NONE|BIGTIFF=YES"])
def test_options_known_to_be_lossless_are_not_tested(given, dtype, cog, monkeypatch):
    """No test image is encoded for options that are known to be lossless."""
    monkeypatch.setattr(storage_selftest, "_stored", lambda *_: pytest.fail("a block was encoded"))
    assert settle(given, 2, dtype, 0, cog=cog).nodata == 0


@pytest.mark.parametrize(
    ("given", "count", "dtype", "words"),
    [
        (
            "COMPRESS=JPEG",
            1,
            "uint16",
            "JPEG cannot store one band of uint16: .*(16 not allowed|Write failed).*DEFLATE",
        ),
        ("COMPRESS=JPEG", 5, "uint8", "JPEG cannot store 5 bands of uint8: .*1 to 4 bands of type Byte"),
        ("COMPRESS=JPEG", 1, "int32", "=JPEG cannot store int32. JPEG stores 1 to 4 bands of type Byte.*DEFLATE"),
        ("COMPRESS=JPEG", 3, "complex64", "=JPEG cannot store complex64. JPEG stores 1 to 4 bands"),
        ("COMPRESS=WEBP", 2, "uint8", "WEBP cannot store 2 bands of uint8: .*3 or 4 bands"),
        ("COMPRESS=CCITTRLE", 1, "uint8", "CCITTRLE cannot store one band of uint8: .*NBITS=1"),
        ("COMPRESS=LERC", 1, "complex64", "complex64"),
        ("PHOTOMETRIC=CIELAB", 3, "uint8", "CIELAB.* cannot store 3 bands of uint8: the file has 4 bands"),
    ],
)
def test_unsuitable_options_are_rejected_with_alternatives(given, count, dtype, words):
    with pytest.raises(OptionError, match=words):
        settle(given, count, dtype)


def test_options_that_change_pixels_are_rejected(monkeypatch):
    """Options that change pixels are rejected. In some libraries, even lossless options (PREDICTOR=3) change pixels."""
    monkeypatch.setattr(storage_selftest, "_stored", lambda _, pixels: [pixels + pixels.dtype.type(1)])
    with pytest.raises(OptionError, match="ENDIANNESS=BIG.*differ from the pixels written"):
        settle("ENDIANNESS=BIG", 1, "float32")
    monkeypatch.setattr(storage_selftest, "_stored", lambda _, pixels: [pixels[:, ::-1, ::-1]])
    with pytest.raises(OptionError, match="are very different from"):
        settle("COMPRESS=JPEG", 1, "uint8")


def test_colours_of_pixels_with_alpha_0_may_change(monkeypatch):
    """If a codec changes colours of pixels with alpha 0, as WEBP and LERC do, the log says so; the result is lossy."""

    def clear(_, pixels):
        return [np.where(pixels[3] == 0, 0, pixels).astype(pixels.dtype)]

    monkeypatch.setattr(storage_selftest, "_stored", clear)
    profile = settle("COMPRESS=WEBP|WEBP_LOSSLESS=YES", 4)
    assert not profile.lossless and profile.alpha_clears and not profile.lost
    assert any("alpha is 0" in line for line in storage_decisions(profile))


def test_overviews_are_tested_too():
    """Overviews are tested separately, because they may have a different codec."""
    with pytest.raises(OptionError, match="cannot store one band of uint16"):
        settle("OVERVIEW_COMPRESS=JPEG", 1, "uint16", cog=True)


def test_strips_are_tested_in_their_full_width():
    """WEBP strips wider than 16383 pixels are rejected, because WEBP does not support wider images."""
    assert settle("COMPRESS=WEBP|TILED=NO", 3, width=16_000)
    with pytest.raises(OptionError, match="WEBP"):
        settle("COMPRESS=WEBP|TILED=NO", 3, width=17_000)


@pytest.mark.parametrize(
    ("given", "dtype", "nodata", "lost"),
    [
        ("NBITS=16", "float32", -9999.0, "nodata -9999"),
        ("NBITS=16", "float32", 0.0, ""),
        ("NBITS=12", "uint16", 65535, "nodata 65535"),
        ("NBITS=12", "uint16", 4095, ""),
        ("PIXELTYPE=SIGNEDBYTE", "uint8", 255, "nodata 255"),
        ("COMPRESS=JPEG", "uint8", 0, "nodata 0"),
        ("COMPRESS=JPEG", "uint8", None, ""),
        ("COMPRESS=LERC|MAX_Z_ERROR=0.5", "float32", -9999.0, "nodata -9999"),
        ("COMPRESS=LERC|MAX_Z_ERROR=0", "float32", -9999.0, ""),
    ],
)
def test_a_nodata_value_that_is_not_preserved_is_replaced_by_a_mask(given, dtype, nodata, lost):
    if "PIXELTYPE" in given and tuple(map(int, rasterio.__gdal_version__.split(".")[:2])) >= (3, 7):
        pytest.skip("this GDAL has an Int8 type and warns about the option")
    profile = settle(given, 1, dtype, nodata)
    assert profile.lost == lost and profile.masked == bool(lost)
    assert profile.nodata == (None if lost else nodata)
    assert any("internal mask" in line for line in storage_decisions(profile)) == bool(lost)


def test_value_range_of_options():
    assert option_limits({"NBITS": "8"}, "uint8") is None and option_limits({}, "uint8") is None
    assert option_limits({"NBITS": "12"}, "uint16")[:2] == (0, 4095)
    assert option_limits({"PIXELTYPE": "SIGNEDBYTE"}, "uint8")[:2] == (0, 127)
    assert option_limits({"PIXELTYPE": "SIGNEDBYTE"}, "int8") is None
