"""Tests for Cloud Optimized GeoTIFF options: those of the COG driver and those of the plain file."""

from __future__ import annotations

from dataclasses import replace

import pytest
from affine import Affine
from rasterio.crs import CRS

from parallel_raster.core.errors import OptionError
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.reading import gdal_quirks
from parallel_raster.core.writing import cog_options, creation_options
from parallel_raster.core.writing.cog_options import nearest_overviews, resolve_cog_profile


def resolve(given="", dtype="float32", size=(3000, 2000), **more):
    grid = Grid(CRS.from_epsg(32633), Affine(30, 0, 4e5, 0, -30, 5e6), *size)
    return resolve_cog_profile(grid, 1, dtype, None, given, 2, **more)


def test_defaults():
    profile = resolve()
    assert profile.cog_options == {
        "COMPRESS": "DEFLATE", "BLOCKSIZE": "512", "BIGTIFF": "IF_SAFER", "NUM_THREADS": "2",
        "OVERVIEW_RESAMPLING": "AVERAGE", "PREDICTOR": "YES", "OVERVIEW_PREDICTOR": "YES",
    }  # fmt: skip
    assert profile.block == (512, 512) and profile.threads == 2 and profile.lossless and profile.has_overviews
    assert profile.final_options is profile.cog_options and profile.space_factor == 2.5
    assert profile.options["COMPRESS"] in ("ZSTD", "LZW")


@pytest.mark.parametrize(
    ("dtype", "works", "cog", "plain"),
    [
        ("int64", False, "NO", "1"),
        ("int64", True, "YES", "2"),
        ("int32", False, "YES", "2"),
        ("float64", False, "YES", "1"),
    ],
)
def test_a_predictor_that_gdal_does_not_support_is_not_used(monkeypatch, dtype, works, cog, plain):
    monkeypatch.setattr(gdal_quirks, "_predicts_64_bits", lambda: works)
    monkeypatch.setattr(cog_options, "_try_driver", lambda profile: None)
    monkeypatch.setattr(creation_options, "_tried_block", lambda profile: (512, 512))
    profile = resolve(dtype=dtype)
    assert profile.cog_options["PREDICTOR"] == profile.cog_options["OVERVIEW_PREDICTOR"] == cog
    assert profile.options["PREDICTOR"] == plain


def test_given_options_are_kept():
    options = resolve("resampling=nearest|BLOCKSIZE=256|COMPRESS=ZSTD|PREDICTOR=NO|LEVEL=3|NUM_THREADS=1").cog_options
    assert options["RESAMPLING"] == "NEAREST" and "OVERVIEW_RESAMPLING" not in options
    assert options["PREDICTOR"] == options["OVERVIEW_PREDICTOR"] == "NO" and options["LEVEL"] == "3"
    assert resolve("BLOCKSIZE=256").block == (256, 256)
    assert resolve(resampling="MODE").cog_options["OVERVIEW_RESAMPLING"] == "MODE"


@pytest.mark.parametrize("given", ["RESAMPLING=MODE", "overview_resampling=mode"])
def test_given_resampling_replaces_that_of_classes(given):
    options = resolve(nearest_overviews(given)).cog_options
    assert {options.get("RESAMPLING"), options.get("OVERVIEW_RESAMPLING")} == {"MODE", None}
    assert resolve(nearest_overviews("")).cog_options["OVERVIEW_RESAMPLING"] == "NEAREST"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("FOO=1", "FOO"),
        ("TILED=YES", "TILED"),  # an option of the GTiff driver
        ("ZLEVEL=9", "ZLEVEL"),
        ("COMPRESS=JPEG", "JPEG"),  # JPEG does not support floats
        ("COMPRESS=NOSUCH", "NOSUCH"),
        ("OVERVIEW_RESAMPLING=NOSUCH", "NOSUCH"),
        ("OVERVIEW_COMPRESS=NOSUCH", "NOSUCH"),
        ("OVERVIEWS=SOME", "SOME"),
        ("BLOCKSIZE=500", "BLOCKSIZE=500"),
        ("BLOCKSIZE=64", "BLOCKSIZE=64"),
        ("BLOCKSIZE=1000000000", "BLOCKSIZE"),
        ("BLOCKSIZE=-512", "BLOCKSIZE"),
        ("MAX_Z_ERROR=much", "MAX_Z_ERROR"),
        ("COPY_SRC_OVERVIEWS=NO", "COPY_SRC_OVERVIEWS"),
        ("nonsense", "nonsense"),
        *((f"{key}=1", key) for key in cog_options.OTHER_GRID),
    ],
)
def test_invalid_options_are_rejected_by_name(given, words):
    with pytest.raises(OptionError) as caught:
        resolve(given)
    assert words in str(caught.value) and "\n" not in str(caught.value) and "vsimem" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "dtype", "lossless"),
    [
        ("COMPRESS=NONE", "float32", True),
        ("COMPRESS=LZMA", "float32", True),
        ("COMPRESS=LERC", "float32", True),
        ("COMPRESS=LERC|MAX_Z_ERROR=0.01", "float32", False),
        ("COMPRESS=JPEG", "uint8", False),
        ("COMPRESS=JPEG|QUALITY=100", "uint8", False),
    ],
)
def test_lossless(given, dtype, lossless):
    assert resolve(given, dtype).lossless is lossless


@pytest.mark.parametrize(
    ("given", "size", "expected"),
    [
        ("", (512, 512), False),
        ("", (513, 10), True),
        ("BLOCKSIZE=128", (512, 512), True),
        ("OVERVIEWS=NONE", (3000, 3000), False),
        ("OVERVIEW_COUNT=2", (3000, 3000), True),
    ],
)
def test_rasters_larger_than_a_block_have_overviews(given, size, expected):
    assert resolve(given, size=size).has_overviews is expected


def test_an_overview_count_of_0_means_no_overviews():
    """A profile with OVERVIEW_COUNT=0 has no overviews. GDAL 3.6 rejects this value; later versions accept it."""
    profile = resolve()
    assert not replace(profile, cog_options={**profile.cog_options, "OVERVIEW_COUNT": "0"}).has_overviews


def test_another_codec_is_used_if_the_fast_one_is_missing(monkeypatch):
    """If GDAL lacks the fast codec (it may be built without ZSTD), the next codec is used."""
    monkeypatch.setattr(cog_options, "FAST_CODECS", ({"COMPRESS": "NOSUCH"}, {"COMPRESS": "LZW"}))
    assert resolve().options["COMPRESS"] == "LZW"
