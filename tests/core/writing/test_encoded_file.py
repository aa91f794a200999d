"""Files whose blocks are encoded in Python have the same pixels and metadata as GDAL's files in every reader."""

from __future__ import annotations

import os
import zlib
from dataclasses import replace

import numpy as np
import pytest
import rasterio
import tifffile
from affine import Affine
from rasterio.crs import CRS
from rasterio.windows import Window

from cases import mostly_long
from georeference import METRES
from parallel_raster.core.errors import OutputError
from parallel_raster.core.progress import NoProgress
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.raster.windows import subdivide
from parallel_raster.core.tiff import deflate
from parallel_raster.core.tiff.layout import read_layout
from parallel_raster.core.writing import encoded_file
from parallel_raster.core.writing.creation_options import resolve_profile
from parallel_raster.core.writing.encoded_file import EncodedFile, open_output
from parallel_raster.core.writing.gdal_file import BandDescription, OutputFile
from parallel_raster.core.writing.partial_file import remove_dead_partials
from parallel_raster.core.writing.writer import RasterWriter

WIDTH, HEIGHT = 300, 260
FULL_WINDOW = Window(0, 0, WIDTH, HEIGHT)

pytestmark = pytest.mark.skipif(deflate.library() is None, reason="libdeflate is not installed")


def values(dtype="float32", bands=1):
    random = np.random.default_rng(1)
    return random.normal(60, 20, (bands, HEIGHT, WIDTH)).clip(0, 250).astype(dtype)


def profile(given="", dtype="float32", bands=1, nodata=None):
    grid = Grid(CRS.from_wkt(METRES), Affine(30, 0, 4e5, 0, -30, 5e6), WIDTH, HEIGHT)
    return resolve_profile(grid, bands, dtype, nodata, f"BLOCKXSIZE=64|BLOCKYSIZE=64|{given}", 2)


def write(path, array, output, edge=(64, 128), **finishing):
    with RasterWriter(str(path), output) as target:
        assert isinstance(target._file, EncodedFile)
        for window in subdivide(FULL_WINDOW, edge):
            rows, cols = window.toslices()
            target.write(array[:, rows, cols], window)
        target.describe(1, BandDescription("words", 0.5, 3.0), {"STATISTICS_MEAN": "1.5"})
        target.finish(**{"workers": 2, "progress": NoProgress(), **finishing})


@pytest.mark.parametrize(
    ("dtype", "given"),
    mostly_long(
        ["uint8", "uint16", "int16", "uint32", "float32", "float64"],
        ["", "INTERLEAVE=BAND", "BIGTIFF=YES", "ZLEVEL=9", "PREDICTOR=1", "TILED=NO|BLOCKYSIZE=16|BLOCKXSIZE=300"],
        every=5,
    ),
)
def test_gdal_and_tifffile_read_the_pixels_written(tmp_path, dtype, given):
    array, path = values(dtype, bands=3), tmp_path / "out.tif"
    write(path, array, profile(given, dtype, bands=3), edge=(16, 300) if "TILED" in given else (64, 128))
    with rasterio.open(path) as dataset:
        assert np.array_equal(dataset.read(), array)
        assert dataset.descriptions[0] == "words" and dataset.scales[0] == 0.5 and dataset.offsets[0] == 3
        assert dataset.tags(1)["STATISTICS_MEAN"] == "1.5"
        assert dataset.crs == CRS.from_wkt(METRES) and dataset.transform == Affine(30, 0, 4e5, 0, -30, 5e6)
        assert dataset.compression.name == "deflate"
        predictor = dataset.tags(ns="IMAGE_STRUCTURE").get("PREDICTOR", "1")
    if predictor == "3":
        return  # tifffile needs additional packages for this predictor
    other = tifffile.imread(path)
    assert np.array_equal(other if "BAND" in given else np.moveaxis(other, -1, 0), array)
    assert [each.name for each in tmp_path.iterdir()] == ["out.tif"]


def test_sparse_blocks(tmp_path):
    """Blocks that contain only nodata (0.0) are omitted, as in GDAL's files; a block that contains -0.0 is stored."""
    array = values()
    array[:, :128] = 0
    array[0, 70, 70] = -0.0
    write(tmp_path / "out.tif", array, profile())
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert dataset.read().tobytes() == array.tobytes()
    lengths = read_layout(str(tmp_path / "out.tif")).lengths
    assert [number for number, length in enumerate(lengths) if not length] == [0, 1, 2, 3, 4, 5, 7, 8, 9]


def test_sparse_blocks_of_nan(tmp_path):
    array = values()
    array[:, :64] = np.nan
    write(tmp_path / "out.tif", array, profile(nodata=float("nan")))
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert np.array_equal(dataset.read(), array, equal_nan=True)
    assert not any(read_layout(str(tmp_path / "out.tif")).lengths[:5])


@pytest.mark.parametrize(
    ("given", "plain"),
    [("", True), ("", False), ("NBITS=1", True), ("PHOTOMETRIC=MINISWHITE", True), ("COMPRESS=LZW", True)],
)
@pytest.mark.parametrize("masked", [False, True])
def test_an_unfinished_file_stays_locked(tmp_path, monkeypatch, given, plain, masked):
    """However the file is written, other runs see its lock and do not remove it."""
    if not plain:
        monkeypatch.setattr(encoded_file, "_has_plain_mask", lambda path, layout: False)
    array = values("uint8") % 2
    output = replace(profile(given, "uint8"), masked=masked, own_bits="NBITS" in given)
    with RasterWriter(str(tmp_path / "out.tif"), output) as target:
        remove_dead_partials(str(tmp_path))
        assert os.path.exists(target.path)
        target.write(array, FULL_WINDOW, np.full((HEIGHT, WIDTH), 255, "uint8") if masked else None)
        target.finish(workers=2, progress=NoProgress())
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert np.array_equal(dataset.read(), array)


@pytest.mark.parametrize("kind", ["encoded bytes", "block index", "wrong encoding of a sample block"])
def test_damage_before_verification_is_detected(tmp_path, kind):
    """Changed encoded bytes, a wrong block index and a wrong encoding are errors, and no file is left."""
    array, path = values(), tmp_path / "out.tif"

    def damage_block():
        (unfinished,) = tmp_path.iterdir()
        layout = read_layout(str(unfinished))
        with open(unfinished, "rb+") as file:
            file.seek(layout.offsets[7] + 20)
            (byte,) = file.read(1)
            file.seek(layout.offsets[7] + 20)
            file.write(bytes([byte ^ 1]))

    if kind == "encoded bytes":
        with pytest.raises(OutputError, match="in the blocks starting at byte"):
            write(path, array, profile(), check_inputs=damage_block)
    elif kind == "block index":
        original = encoded_file.patch_blocks
        with pytest.MonkeyPatch.context() as patch, pytest.raises(OutputError, match="block index"):
            patch.setattr(
                encoded_file, "patch_blocks", lambda path, places: original(path, dict(list(places.items())[1:]))
            )
            write(path, array, profile())
    else:
        original = encoded_file.PixelCoding.to_bytes
        with pytest.MonkeyPatch.context() as patch, pytest.raises(OutputError, match="read back at row"):
            patch.setattr(encoded_file.PixelCoding, "to_bytes", lambda self, block: original(self, block[:, ::-1]))
            write(path, array, profile())
    assert list(tmp_path.iterdir()) == []


def test_a_window_smaller_than_a_block_is_an_error(tmp_path):
    with (
        pytest.raises(OutputError, match="whole blocks"),
        RasterWriter(str(tmp_path / "out.tif"), profile()) as target,
    ):
        target.write(values()[:, :32, :32], Window(0, 0, 32, 32))


@pytest.mark.parametrize("level", [1, 6, 9, 12])
def test_a_given_compression_level_is_used(tmp_path, level):
    array = values("uint16")
    write(tmp_path / "out.tif", array, profile(f"PREDICTOR=1|ZLEVEL={level}", "uint16"))
    lengths = iter(read_layout(str(tmp_path / "out.tif")).lengths)
    for block in subdivide(FULL_WINDOW, (64, 64)):
        rows, cols = block.toslices()
        padded = np.pad(array[0, rows, cols], ((0, 64 - block.height), (0, 64 - block.width)), mode="edge")
        assert next(lengths) == len(deflate.compressed(padded.reshape(-1).view(np.uint8), level))


@pytest.mark.parametrize("bands", [1, 3])
@pytest.mark.parametrize("given", ["", "INTERLEAVE=BAND", "BIGTIFF=YES", "TILED=NO|BLOCKYSIZE=16|BLOCKXSIZE=300"])
@pytest.mark.parametrize("described", [False, True])
def test_a_mask_inside_the_file(tmp_path, bands, given, described):
    array, path = values("uint8", bands), tmp_path / "out.tif"
    mask = np.where(np.random.default_rng(4).random((HEIGHT, WIDTH)) < 0.7, 255, 0).astype("uint8")
    mask[64:128, 64:192] = 0
    mask[:64] = 255
    output = replace(profile(given, "uint8", bands), masked=True)
    with RasterWriter(str(path), output) as target:
        assert isinstance(target._file, EncodedFile)
        for window in subdivide(FULL_WINDOW, (16, 300) if "TILED" in given else (64, 128)):
            rows, cols = window.toslices()
            target.write(array[:, rows, cols], window, mask[rows, cols])
        if described:
            target.describe(1, BandDescription("words"), {})
        target.finish(workers=2, progress=NoProgress())
    with rasterio.open(path) as dataset:
        assert np.array_equal(dataset.read(), array) and np.array_equal(dataset.read_masks(1), mask)
        assert rasterio.enums.MaskFlags.per_dataset in dataset.mask_flag_enums[0]
        assert dataset.descriptions[0] == ("words" if described else None)
    assert [each.name for each in tmp_path.iterdir()] == ["out.tif"]


def test_a_damaged_mask_is_detected(tmp_path, monkeypatch):
    """A wrong block index for the mask is an error, because the mask is also verified."""
    original = encoded_file.patch_blocks
    monkeypatch.setattr(encoded_file, "patch_blocks", lambda path, places, *of: of or original(path, places))
    output = replace(profile(dtype="uint8"), masked=True)
    mask = np.full((HEIGHT, WIDTH), 255, "uint8")
    with (
        pytest.raises(OutputError, match="block index"),
        RasterWriter(str(tmp_path / "out.tif"), output) as target,
    ):
        target.write(values("uint8"), FULL_WINDOW, mask)
        target.finish(workers=2, progress=NoProgress())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "output",
    [
        profile("COMPRESS=ZSTD"),
        profile("COMPRESS=LZW"),
        profile("DISCARD_LSB=3"),
        profile("NBITS=16"),
        profile(dtype="int64", nodata=-1),
    ],
    ids=["zstd", "lzw", "discard_lsb", "nbits", "int64 with nodata"],
)
def test_gdal_encodes_other_codecs_and_options(tmp_path, output):
    file = open_output(str(tmp_path / "out.tif"), output, None)
    file.close()
    assert isinstance(file, OutputFile)


def test_gdal_encodes_if_libdeflate_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(deflate, "library", lambda: None)
    assert isinstance(open_output(str(tmp_path / "out.tif"), profile(), None), OutputFile)


def test_blocks_are_zlib_streams_of_the_pixels(tmp_path):
    write(tmp_path / "out.tif", values(), profile("PREDICTOR=1"))
    layout = read_layout(str(tmp_path / "out.tif"))
    content = (tmp_path / "out.tif").read_bytes()
    first = zlib.decompress(content[layout.offsets[0] : layout.offsets[0] + layout.lengths[0]])
    assert np.array_equal(np.frombuffer(first, "float32").reshape(64, 64), values()[0, :64, :64])
