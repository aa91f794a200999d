"""Tests for creation options: given options are kept, defaults suit the data type, unknown options are rejected."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from types import SimpleNamespace

import pytest
import rasterio.shutil
from affine import Affine
from rasterio.crs import CRS

from parallel_raster.core.errors import OptionError
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.reading import gdal_quirks
from parallel_raster.core.reading.gdal_quirks import usable_predictor
from parallel_raster.core.writing import creation_options
from parallel_raster.core.writing.creation_options import Inherited, parse_creation_options, resolve_profile

GRID = Grid(CRS.from_epsg(32633), Affine(30, 0, 4e5, 0, -30, 5e6), 700, 900)


def resolve(given="", dtype="float32", nodata=-9999.0, grid=GRID):
    return resolve_profile(grid, 1, dtype, nodata, given, 2)


def test_defaults():
    profile = resolve()
    assert profile.options == {
        "TILED": "YES", "COMPRESS": "DEFLATE", "BIGTIFF": "IF_SAFER", "BLOCKXSIZE": "512", "BLOCKYSIZE": "512",
        "PREDICTOR": "3", "NUM_THREADS": "2",
    }  # fmt: skip
    assert profile.block == (512, 512)
    assert profile.lossless and profile.reopens_alike
    assert profile.raw_bytes == 700 * 900 * 4


@pytest.mark.parametrize(("dtype", "predictor"), [("uint8", "2"), ("int16", "2"), ("float32", "3")])
@pytest.mark.parametrize("codec", ["DEFLATE", "LZW", "ZSTD"])
def test_the_default_predictor_suits_the_data_type(dtype, predictor, codec):
    assert resolve(f"COMPRESS={codec}", dtype, None).options["PREDICTOR"] == predictor


@pytest.mark.parametrize(
    ("dtype", "masked", "height", "rows", "expected"),
    [
        ("uint16", True, 2001, 2001, 2000), ("uint16", True, 2500, 4096, 2000), ("uint16", True, 2000, 4096, 2000),
        ("uint8", False, 2001, 2001, 2000), ("uint16", False, 2001, 2001, 2001), ("uint8", True, 4500, 2200, 2200),
    ],
)  # fmt: skip
def test_a_large_only_strip_is_divided_if_gdal_could_not_use_it(dtype, masked, height, rows, expected):
    profile = resolve(f"TILED=NO|BLOCKYSIZE={rows}", dtype, None, replace(GRID, width=4, height=height))
    profile = replace(profile, masked=masked)
    assert profile.block == (expected, 4) and profile.grid.height == height
    assert min(int(profile.options["BLOCKYSIZE"]), height) == expected


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
@pytest.mark.parametrize("works", [True, False])
def test_a_predictor_that_gdal_does_not_support_is_not_used(monkeypatch, dtype, works):
    """PREDICTOR=2 is not used for 64-bit types if GDAL does not support it; smaller types keep the predictor."""
    monkeypatch.setattr(gdal_quirks, "_predicts_64_bits", lambda: works)
    assert usable_predictor("2", dtype) == ("2" if works else "1")
    assert usable_predictor("2", "float64") == usable_predictor("2", dtype)
    assert usable_predictor("3", "float64") == "3" and usable_predictor("2", "uint32") == "2"
    monkeypatch.setattr(creation_options, "_tried_block", lambda profile: (512, 512))
    inherited = Inherited(dtype, {"COMPRESS": "LZW", "PREDICTOR": "2"}, {})
    for more in ({}, {"inherited": inherited}):
        assert resolve_profile(GRID, 1, dtype, None, "", 1, **more).options["PREDICTOR"] == ("2" if works else "1")
    assert resolve_profile(GRID, 1, dtype, None, "PREDICTOR=2", 1).options["PREDICTOR"] == "2", "given options are kept"


@pytest.mark.parametrize("dtype", ["int64", "uint64", "float64"])
def test_64_bit_types_can_be_written(dtype):
    """The default options work, even if GDAL does not support predictors for 64-bit types."""
    assert resolve("", dtype, None).block == (512, 512)
    with pytest.raises(OptionError) if not gdal_quirks._predicts_64_bits() else contextlib.nullcontext():
        resolve("PREDICTOR=2", dtype, None)


@pytest.mark.parametrize("codec", ["NONE", "PACKBITS"])
def test_codecs_without_predictors_get_none(codec):
    assert "PREDICTOR" not in resolve(f"COMPRESS={codec}").options


def test_given_options_are_kept():
    profile = resolve("compress=lzw|Predictor=1| blockxsize = 128 |BLOCKYSIZE=256|NUM_THREADS=1|BIGTIFF=YES||")
    assert profile.options == {
        "TILED": "YES", "COMPRESS": "LZW", "BIGTIFF": "YES", "BLOCKXSIZE": "128", "BLOCKYSIZE": "256",
        "PREDICTOR": "1", "NUM_THREADS": "1",
    }  # fmt: skip
    assert profile.block == (256, 128)


def test_a_mapping_gives_the_same_profile_as_a_string():
    assert resolve({"compress": "LZW", "BLOCKXSIZE": 128}) == resolve("COMPRESS=LZW|BLOCKXSIZE=128")
    assert parse_creation_options("") == parse_creation_options({}) == {}


@pytest.mark.parametrize("width", [1, 15, 100, 513])
def test_small_rasters_have_the_default_blocks(width):
    assert resolve(grid=Grid(GRID.crs, GRID.transform, width, 3)).block == (512, 512)


def test_strips_are_as_wide_as_the_raster():
    assert resolve("TILED=NO").block[1] == 700
    assert resolve("TILED=NO|BLOCKYSIZE=48").block == (48, 700)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("COMPRES=LZW", "COMPRES"),
        ("FRUIT=APPLE", "FRUIT"),
        ("COMPRESS=APPLE", "APPLE"),
        ("PREDICTOR=7", "7"),
        ("BLOCKXSIZE=100", "BLOCKXSIZE"),
        ("BLOCKYSIZE=100", "100"),
        ("BLOCKXSIZE=0", "BLOCKXSIZE"),
        ("BLOCKXSIZE=-16", "BLOCKXSIZE"),
        ("BLOCKXSIZE=wide", "wide"),
        ("ZLEVEL=50", "50"),
        ("BIGTIFF=PERHAPS", "PERHAPS"),
        ("TILED=PERHAPS", "PERHAPS"),
        ("COMPRESS", "COMPRESS"),
        ("=LZW", "=LZW"),
        ("COMPRESS=LERC|MAX_Z_ERROR=some", "SOME"),
        ("COPY_SRC_OVERVIEWS=YES", "COPY_SRC_OVERVIEWS"),
        ("STREAMABLE_OUTPUT=YES", "STREAMABLE_OUTPUT"),
        ("TFW=YES", "TFW"),
        ("PHOTOMETRIC=APPLE", "APPLE"),
        ("COMPRESS=JPEG", "JPEG"),  # JPEG does not support float32
        ("DRIVER=VRT", "DRIVER"),
        ("WIDTH=5", "WIDTH"),
        ("NODATA=5", "NODATA"),
        ("CRS=EPSG:4326", "CRS"),
    ],
)
def test_invalid_options_are_rejected(given, words, recwarn):
    with pytest.raises(OptionError) as caught:
        resolve(given)
    message = str(caught.value)
    assert words.upper() in message.upper() and "\n" not in message and "/vsimem" not in message
    assert not recwarn.list


LOGGING = {
    "critical": lambda: logging.getLogger("rasterio").setLevel(logging.CRITICAL),
    "debug": lambda: logging.getLogger("rasterio").setLevel(logging.DEBUG),
    "own level": lambda: logging.getLogger("rasterio._env").setLevel(logging.CRITICAL),
    "all disabled": lambda: logging.disable(logging.CRITICAL),
    # As `logging.config.dictConfig({"version": 1})` disables all existing loggers.
    "disabled": lambda: setattr(logging.getLogger("rasterio._env"), "disabled", True),
}


@pytest.mark.parametrize("configure", LOGGING.values(), ids=LOGGING)
def test_an_unknown_option_is_rejected_at_any_logging_level(configure):
    """An unknown option is rejected at any level, because QGIS and notebooks may configure logging in any way."""
    loggers = [logging.getLogger("rasterio"), logging.getLogger("rasterio._env")]

    def state():
        return [logging.root.manager.disable, *((each.level, each.disabled, each.filters[:]) for each in loggers)]

    before = state()
    try:
        configure()
        configured = state()
        with pytest.raises(OptionError, match="FRUIT"):
            resolve("FRUIT=APPLE")
        assert state() == configured
    finally:
        logging.disable(before[0])
        for logger, (level, disabled, _) in zip(loggers, before[1:]):
            logger.setLevel(level)
            logger.disabled = disabled


@pytest.mark.parametrize("given", ["", "COMPRESS=NONE", "COMPRESS=LZMA", "COMPRESS=PACKBITS|TILED=NO"])
def test_lossless(given):
    assert resolve(given).lossless


@pytest.mark.parametrize("given", ["DISCARD_LSB=3", "NBITS=16", "COMPRESS=NONE|NBITS=16"])
def test_lossy(given):
    assert not resolve(given).lossless


def test_lerc_depends_on_its_tolerance():
    try:
        exact = resolve("COMPRESS=LERC|MAX_Z_ERROR=0")
    except OptionError:
        pytest.skip("this GDAL was built without LERC")
    assert exact.lossless and resolve("COMPRESS=LERC").lossless
    assert not resolve("COMPRESS=LERC|MAX_Z_ERROR=0.01").lossless


def test_a_file_with_a_compression_level_must_not_be_reopened():
    """GDAL does not store the compression level in the file, so the level is lost if the file is reopened."""
    assert not resolve("ZLEVEL=9").reopens_alike
    assert resolve("COMPRESS=LZW|PREDICTOR=1").reopens_alike


@pytest.mark.parametrize("given", ["", "FRUIT=APPLE", "COMPRESS=APPLE"])
def test_the_trial_file_is_removed_from_memory(monkeypatch, given):
    """The trial file is removed, because files in GDAL's memory otherwise exist until the process ends."""
    monkeypatch.setattr(gdal_quirks.uuid, "uuid4", lambda: SimpleNamespace(hex="known"))
    with contextlib.suppress(OptionError):
        resolve(given)
    assert not rasterio.shutil.exists("/vsimem/parallel_raster_known.tif")
