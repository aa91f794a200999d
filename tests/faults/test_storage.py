"""Creation options that cannot store the pixels of a result (F54, F55, F56).

With `STORAGE_ALL=1`, every creation option that GDAL's GTiff and COG drivers list is tried with all inputs.
"""

from __future__ import annotations

import os
from xml.etree import ElementTree

import numpy as np
import pytest
import rasterio

from fault_kit import write_raster
from parallel_raster.core import ParallelRasterError, merge_tiles, normalized_difference, tile_raster

ALL = os.environ.get("STORAGE_ALL") == "1"
RAMP = np.indices((96, 96)).sum(0)

INPUTS = {
    "one byte": (np.stack([RAMP]).astype("uint8"), 0),
    "three bytes": (np.stack([RAMP, RAMP + 20, RAMP + 40]).astype("uint8"), None),
    "RGBA": (np.stack([RAMP, RAMP + 20, RAMP + 40, np.where(RAMP < 60, 0, 255)]).astype("uint8"), None),
    "five bytes": (np.stack([RAMP + 9 * band for band in range(5)]).astype("uint8"), None),
    "one bit": (np.stack([RAMP > 80]).astype("uint8"), None),
    "uint16": (np.stack([np.where(RAMP < 60, 65535, 20 * RAMP)]).astype("uint16"), 65535),
    "int16": (np.stack([np.where(RAMP < 60, -9999, RAMP - 90)] * 2).astype("int16"), -9999),
    "float32": (np.stack([np.where(RAMP < 60, -9999, RAMP / 7)]).astype("float32"), -9999),
    "complex64": (np.stack([RAMP + 1j * RAMP[::-1]]).astype("complex64"), None),
}
"""Inputs by name: pixels and nodata value. The pixels are smooth ramps, which lossy codecs change only slightly."""

SLICE = {
    "": ("one byte", "complex64"),
    "COMPRESS=JPEG": ("one byte", "RGBA", "five bytes", "uint16"),
    "COMPRESS=JPEG|INTERLEAVE=BAND": ("five bytes",),
    "COMPRESS=WEBP": ("one byte", "three bytes", "RGBA", "float32"),
    "COMPRESS=WEBP|WEBP_LOSSLESS=YES": ("RGBA", "five bytes"),
    "COMPRESS=CCITTFAX4|NBITS=1": ("one bit", "one byte"),
    "COMPRESS=CCITTFAX4": ("one bit",),
    "COMPRESS=LERC|MAX_Z_ERROR=0.5": ("uint16", "float32", "complex64"),
    "DISCARD_LSB=3": ("int16", "float32"),
    "NBITS=12": ("uint16", "one byte"),
    "NBITS=16": ("float32", "int16"),
    "PIXELTYPE=SIGNEDBYTE": ("one byte", "one bit"),
    "PHOTOMETRIC=CIELAB": ("three bytes",),
    "ENDIANNESS=INVERTED|PREDICTOR=3": ("float32",),
    "COG|COMPRESS=JPEG": ("RGBA", "five bytes"),
    "COG|OVERVIEW_COMPRESS=JPEG": ("one byte", "uint16"),
}
"""Combinations that are tested without `STORAGE_ALL=1`: creation options -> names of the inputs."""

NUMBERS = {
    "PREDICTOR": (1, 2, 3), "DISCARD_LSB": (1, 5, 12), "JPEG_QUALITY": (30, 100), "JPEGTABLESMODE": (0, 1, 2, 3),
    "ZLEVEL": (1, 12), "LZMA_PRESET": (0, 9), "ZSTD_LEVEL": (1, 22), "MAX_Z_ERROR": (0, 0.5), "WEBP_LEVEL": (30, 100),
    "NUM_THREADS": (2, "ALL_CPUS"), "NBITS": (1, 4, 7, 8, 9, 12, 15, 16, 20, 24, 31), "BLOCKXSIZE": (16, 40, 256),
    "BLOCKYSIZE": (16, 40, 256), "LEVEL": (1, 9), "QUALITY": (30, 100), "OVERVIEW_QUALITY": (30, 100),
    "BLOCKSIZE": (128, 512), "RESAMPLING": ("NEAREST", "CUBIC"), "OVERVIEW_RESAMPLING": ("NEAREST", "AVERAGE"),
    "WARP_RESAMPLING": ("CUBIC",), "OVERVIEW_COUNT": (0, 2), "ZOOM_LEVEL": (3,), "TARGET_SRS": ("EPSG:3857",),
    "RES": (20,), "EXTENT": ("0,0,1,1",), "ALIGNED_LEVELS": (2,), "SOURCE_ICC_PROFILE": ("AAAA",),
    "JXL_EFFORT": (1, 9), "JXL_DISTANCE": (0.1, 2), "JXL_ALPHA_DISTANCE": (0, 1), "MAX_Z_ERROR_OVERVIEW": (0, 0.5),
}  # fmt: skip
"""Values to try for options that take a number or text; options that are missing here are tried with invalid text."""

COMPANIONS = {
    "PREDICTOR": ("COMPRESS=DEFLATE",), "JPEG_QUALITY": ("COMPRESS=JPEG",), "JPEGTABLESMODE": ("COMPRESS=JPEG",),
    "ZSTD_LEVEL": ("COMPRESS=ZSTD",), "LZMA_PRESET": ("COMPRESS=LZMA",), "WEBP_LEVEL": ("COMPRESS=WEBP",),
    "WEBP_LOSSLESS": ("COMPRESS=WEBP",), "MAX_Z_ERROR": ("COMPRESS=LERC", "COMPRESS=LERC_ZSTD"),
    "QUALITY": ("COMPRESS=JPEG", "COMPRESS=WEBP"), "OVERVIEW_QUALITY": ("OVERVIEW_COMPRESS=JPEG",),
    "PHOTOMETRIC": ("COMPRESS=DEFLATE", "COMPRESS=JPEG"), "INTERLEAVE": ("COMPRESS=DEFLATE", "COMPRESS=JPEG"),
    "NBITS": ("COMPRESS=DEFLATE", "COMPRESS=JPEG", "COMPRESS=CCITTFAX4"),
    "TILED": ("COMPRESS=DEFLATE", "COMPRESS=JPEG"), "ENDIANNESS": ("COMPRESS=NONE", "COMPRESS=DEFLATE"),
    "JXL_EFFORT": ("COMPRESS=JXL",), "JXL_DISTANCE": ("COMPRESS=JXL|JXL_LOSSLESS=NO",), "LEVEL": ("COMPRESS=ZSTD",),
}  # fmt: skip
"""Codecs with which an option is tested (option -> codecs); other codecs ignore the option."""


def listed_options(driver):
    """Yield each creation option listed by a driver with each value to try, such as `COMPRESS=JPEG|JPEG_QUALITY=30`."""
    gdal = pytest.importorskip("osgeo.gdal")
    mark = "COG|" if driver == "COG" else ""
    text = gdal.GetDriverByName(driver).GetMetadataItem("DMD_CREATIONOPTIONLIST")
    for option in ElementTree.fromstring(text):  # noqa: S314 - the XML is from GDAL
        name = option.get("name")
        values = [each.text for each in option.findall("Value")] or NUMBERS.get(name)
        values = values or (("YES", "NO") if option.get("type") == "boolean" else ("0.3,0.3,1.0",))
        for companion in COMPANIONS.get(name, ("",)):
            for value in values:
                yield mark + "|".join(filter(None, (companion, f"{name}={value}")))


def combinations():
    if not ALL:
        return [pytest.param(given, names, id=given or "defaults") for given, names in SLICE.items()]
    given = dict.fromkeys([*SLICE, *listed_options("GTiff"), *listed_options("COG")])
    return [pytest.param(each, tuple(INPUTS), id=each or "defaults") for each in given]


def allowed_error(given, dtype):
    """Return the largest mean error and the largest error of a single pixel that the given options may cause."""
    options = dict(part.split("=", 1) for part in given.split("|") if "=" in part)
    codec, top = options.get("COMPRESS", ""), np.inf
    webp = codec == "WEBP" and options.get("WEBP_LOSSLESS", "NO") != "YES" and options.get("QUALITY") != "100"
    if codec in ("JPEG", "JXL") or webp:
        return 8.0, top
    if "DISCARD_LSB" in options:
        wide = 2.0 ** int(options["DISCARD_LSB"])
        return wide, wide
    if codec.startswith("LERC"):
        return float(options.get("MAX_Z_ERROR", 0)), float(options.get("MAX_Z_ERROR", 0)) + 1e-6
    return (0.05, 0.05) if options.get("NBITS") == "16" and dtype == "float32" else (0, 0)


def valid_of(values, nodata):
    """Return a boolean mask (rows, columns) that is True where a pixel is valid."""
    if len(values) == 4:
        return values[3] != 0
    return np.ones(values.shape[1:], bool) if nodata is None else (values != nodata).any(axis=0)


def check(path, values, nodata, given):
    """Assert that a result has the expected valid pixels, with values within the error that the options may cause."""
    with rasterio.open(path) as dataset:
        found = dataset.read()
        valid = dataset.read_masks(1) > 0
    assert found.shape == values.shape
    expected = valid_of(values, nodata)
    assert np.array_equal(valid, expected), f"{(valid != expected).sum()} pixels are wrongly valid or invalid"
    errors = np.abs(found.astype("complex128") - values)[:, expected]
    mean, most = allowed_error(given, values.dtype.name)
    assert errors.mean() <= mean and errors.max() <= most, f"errors of {errors.mean()}, at most {errors.max()}"


def attempt(folder, run):
    """Call `run(folder)` and return its result, or None if the call raises a readable error and leaves no file."""
    folder.mkdir()
    try:
        return run(folder)
    except ParallelRasterError as error:
        text = str(error)
        assert text.endswith((".", ")")) and len(text) > 40 and "Traceback" not in text and "/vsimem/" not in text
        assert "the disk may be failing" not in text
        assert not [each for each in folder.rglob("*") if each.is_file()]
        return None


def merged(source, folder, options):
    result = attempt(folder, lambda to: merge_tiles([source], to / "m.tif", **options))
    return result and result.output


def tiled(source, folder, options):
    result = attempt(folder, lambda to: tile_raster(source, to, columns=1, rows=1, tiling="grid", **options))
    return result and result.tiles[0]


@pytest.mark.repeated
@pytest.mark.parametrize(("given", "names"), combinations())
def test_correct_pixels_or_an_error(given, names, tmp_path):
    """F54, F55, F56: for any creation options, data type and band count, each job writes correct pixels or fails."""
    options = {"creation_options": given.replace("COG|", ""), "cog": given.startswith("COG|"), "workers": 2}
    for name in names:
        values, nodata = INPUTS[name]
        source = write_raster(tmp_path / f"{name}.tif", values, nodata=nodata, **bits_of(name))
        for result in (merged(source, tmp_path / f"{name} merged", options), tiled(source, tmp_path / name, options)):
            if result is not None:
                check(result, values, nodata, given)
    for dtype in ("float32", "int16", "uint8") if ALL else ("float32",):
        check_difference(tmp_path, dtype, options, given)


def bits_of(name):
    return {"nbits": 1} if name == "one bit" else {"photometric": "RGB", "alpha": "YES"} if name == "RGBA" else {}


def check_difference(folder, dtype, options, given):
    bands = np.stack([np.where(RAMP < 60, 0, RAMP + 100), np.where(RAMP < 60, 0, RAMP // 2 + 50)]).astype("uint16")
    source = write_raster(folder / "bands.tif", bands, nodata=0)
    plain = normalized_difference(source, folder / f"plain {dtype}.tif", band_a=1, band_b=2, data_type=dtype)
    with rasterio.open(plain.output) as dataset:
        values, nodata = dataset.read(), dataset.nodata

    def run(to):
        return normalized_difference(source, to / "n.tif", band_a=1, band_b=2, data_type=dtype, **options)

    result = attempt(folder / f"difference {dtype}", run)
    if result is not None:
        check(result.output, values, nodata, given)


class Lines(list):
    """A `Log` that stores the lines that it receives."""

    info = warning = list.append


@pytest.mark.parametrize("job", ["merge", "tile", "difference"])
def test_lost_nodata_value_becomes_a_mask(job, tmp_path):
    """F55: a 16-bit float cannot store nodata -9999, so a mask marks the valid pixels instead; the log reports this."""
    values, nodata = INPUTS["float32"]
    source, log = write_raster(tmp_path / "in.tif", values, nodata=nodata), Lines()
    options = {"creation_options": "NBITS=16", "log": log}
    if job == "merge":
        path = merge_tiles([source], tmp_path / "out.tif", **options).output
    elif job == "tile":
        result = tile_raster(source, tmp_path / "tiles", columns=1, rows=1, tiling="grid", **options)
        path = result.tiles[0]
        with rasterio.open(result.vrt) as mosaic:
            assert np.array_equal(mosaic.read_masks(1) > 0, values[0] != nodata)
    else:
        bands = np.stack([values[0], values[0] / 2]).astype("float32")
        source = write_raster(tmp_path / "bands.tif", np.where(values == nodata, nodata, bands), nodata=nodata)
        path = normalized_difference(source, tmp_path / "out.tif", band_a=1, band_b=2, **options).output
    with rasterio.open(path) as dataset:
        assert dataset.nodata is None and np.array_equal(dataset.read_masks(1) > 0, values[0] != nodata)
    assert any("options are lossy" in line for line in log)
    assert any(line.startswith("The creation options do not preserve nodata -9999") for line in log)


def test_lossless_storage_keeps_the_nodata_value(tmp_path):
    values, nodata = INPUTS["float32"]
    source, log = write_raster(tmp_path / "in.tif", values, nodata=nodata), Lines()
    result = merge_tiles([source], tmp_path / "out.tif", creation_options="COMPRESS=LERC|MAX_Z_ERROR=0", log=log)
    with rasterio.open(result.output) as dataset:
        assert dataset.nodata == nodata
    assert not any("lossy" in line or "not preserve" in line for line in log)


@pytest.mark.parametrize(
    ("dtype", "given", "value", "limit"),
    [("uint16", "NBITS=12", 4096, "0 to 4095"), ("uint8", "PIXELTYPE=SIGNEDBYTE", 128, "0 to 127"),
     ("float32", "NBITS=16", 70_000, "-65504 to 65504"), ("uint8", "NBITS=1|COMPRESS=CCITTFAX4", 2, "0 to 1")],
)  # fmt: skip
def test_clipped_value_is_an_error(dtype, given, value, limit, tmp_path):
    """F56: a value that the options would clip raises an error that states the pixel's row, column and band."""
    bands = 1 if "CCITT" in given else 2
    values = np.ones((bands, 300, 200), dtype)
    values[bands - 1, 270, 30] = value
    source = write_raster(tmp_path / "in.tif", values)
    options = {"creation_options": f"{given}|BLOCKXSIZE=128|BLOCKYSIZE=128", "chunk_size": 128}
    if "PIXELTYPE" in given and hasattr(rasterio.dtypes, "int8") and rasterio.dtypes.dtype_rev["int8"] != 1:
        pytest.skip("this GDAL has a data type for signed bytes")
    expected = f"row 270, column 30 of band {bands} is {value}.*{limit}"
    with pytest.raises(ParallelRasterError, match=expected):
        merge_tiles([source], tmp_path / "out.tif", **options)
    with pytest.raises(ParallelRasterError, match=f"in_0_0.tif.*{expected}"):
        tile_raster(source, tmp_path / "tiles", columns=1, rows=1, tiling="grid", **options)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["in.tif"]


def test_clipped_index_is_an_error(tmp_path):
    """F56: NBITS=7 with a uint8 index, which needs 8 bits, raises an error that states row, column and band."""
    bands = np.full((2, 64, 64), 100, "uint16")
    bands[1, 7, 9] = 1
    source = write_raster(tmp_path / "in.tif", bands)
    with pytest.raises(ParallelRasterError, match="row 7, column 9 of band 1 is"):
        normalized_difference(
            source, tmp_path / "out.tif", band_a=1, band_b=2, data_type="uint8", creation_options="NBITS=7"
        )
    assert not (tmp_path / "out.tif").exists()
