"""Tests for finding encoded blocks in TIFFs and for appending blocks to TIFFs."""

from __future__ import annotations

import contextlib
import functools
from dataclasses import replace

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

from parallel_raster.core.errors import InputError, OutputError
from parallel_raster.core.parallel.threads import run_chunks
from parallel_raster.core.progress import NoProgress
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.raster.windows import subdivide
from parallel_raster.core.tiff.block_copy import append_blocks
from parallel_raster.core.tiff.layout import EncodedBlock, patch_blocks, read_layout
from parallel_raster.core.writing.creation_options import resolve_profile
from parallel_raster.core.writing.partial_file import PartialFile
from parallel_raster.core.writing.writer import RasterWriter

PARALLEL = functools.partial(run_chunks, name="test", workers=2, progress=NoProgress())
SHAPE = (3, 150, 210)
CASES = [
    {"tiled": True, "blockxsize": 64, "blockysize": 32},
    {"tiled": True, "blockxsize": 256, "blockysize": 256},  # one block, located in the directory itself
    {"tiled": False, "blockysize": 16},
    {"tiled": False, "blockysize": 150},
]


def write(path, pixels, **profile):
    """Write a TIFF; return its path. Without pixels, the TIFF is empty and sparse."""
    keywords = {"driver": "GTiff", "count": SHAPE[0], "height": SHAPE[1], "width": SHAPE[2], "dtype": "uint16"}
    with rasterio.open(path, "w", **{**keywords, "SPARSE_OK": True, **profile}) as dataset:
        if pixels is not None:
            dataset.write(pixels)
    return str(path)


def read_blocks(path):
    """Return the encoded blocks of the first image of a TIFF, in the order of their numbers."""
    layout = read_layout(path)
    return [layout.encoded(number) for number in range(len(layout.offsets))]


@pytest.mark.parametrize("content", [b"", b"PK", b"II*\0\x08\0\0\0" + 50 * b"\0", b"II\x07\0" + 50 * b"\0"])
def test_the_error_for_a_damaged_directory_is_in_words(tmp_path, content):
    path = tmp_path / "bad.tif"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"bad.tif is not a valid TIFF: its directory is damaged\.$"):
        read_layout(str(path))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("layout", CASES)
@pytest.mark.parametrize("compress", ["none", "deflate", "lzw"])
@pytest.mark.parametrize("interleave", ["pixel", "band"])
@pytest.mark.parametrize("bigtiff", ["no", "yes"])
@pytest.mark.parametrize("endianness", ["little", "big"])
def test_blocks_copied_to_an_empty_file_give_the_same_pixels(
    tmp_path, layout, compress, interleave, bigtiff, endianness
):
    """An empty file, with tags written by GDAL, has the pixels of the source after all blocks are copied to it."""
    profile = {**layout, "compress": compress, "interleave": interleave, "bigtiff": bigtiff, "endianness": endianness}
    pixels = np.random.default_rng(1).integers(0, 60_000, SHAPE).astype("uint16")
    full, empty = write(tmp_path / "full.tif", pixels, **profile), write(tmp_path / "empty.tif", None, **profile)
    assert {block.length for block in read_blocks(empty)} == {0}
    blocks = read_blocks(full)
    append_blocks(empty, dict(reversed(list(enumerate(blocks)))), PARALLEL)
    with rasterio.open(empty) as dataset:
        np.testing.assert_array_equal(dataset.read(), pixels)
    moved = read_blocks(empty)
    assert [block.length for block in moved] == [block.length for block in blocks]
    with open(full, "rb") as source, open(empty, "rb") as target:
        for old, new in zip(blocks, moved):
            source.seek(old.offset)
            target.seek(new.offset)
            assert source.read(old.length) == target.read(new.length)


def test_a_file_that_is_not_a_tiff_is_an_error(tmp_path):
    path = tmp_path / "words.tif"
    for content in (b"", b"words and more words", b"II*\0\xff\xff\xff\x7f", b"II+\0" + b"\xff" * 12):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"words\.tif"):
            read_blocks(str(path))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_truncated_source_is_an_error(tmp_path):
    empty = write(tmp_path / "empty.tif", None, tiled=False, blockysize=150)
    with pytest.raises(InputError, match=r"empty\.tif"):
        append_blocks(empty, {0: EncodedBlock(empty, 10, 10_000_000)}, PARALLEL)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_too_large_offsets_and_unknown_blocks_are_rejected(tmp_path):
    empty = write(tmp_path / "empty.tif", None, tiled=False, blockysize=150)
    with pytest.raises(ValueError, match="BIGTIFF"):
        patch_blocks(empty, {0: EncodedBlock(empty, 2**32, 1)})
    with pytest.raises(ValueError, match="no block 3"):
        patch_blocks(empty, {3: EncodedBlock(empty, 100, 1)})


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_layout_of_tiles_and_strips(tmp_path):
    profile = {"tiled": True, "blockxsize": 64, "blockysize": 32, "nodata": 7, "interleave": "band"}
    layout = read_layout(write(tmp_path / "a.tif", None, **profile))
    assert (layout.width, layout.height, layout.block, layout.bands) == (210, 150, (32, 64), 3)
    assert (layout.separate, layout.tiled, layout.fill, layout.across, layout.down) == (True, True, "7", 4, 5)
    assert layout.number(1, 2, 1) == 5 * 4 + 1 * 4 + 2
    strips = read_layout(write(tmp_path / "b.tif", None, tiled=False, blockysize=16, interleave="pixel"))
    assert (strips.block, strips.separate, strips.tiled, strips.fill) == ((16, 210), False, False, "")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    "other",
    [
        {"compress": "lzw"}, {"predictor": 2}, {"dtype": "int16"}, {"interleave": "band"}, {"count": 4},
        {"photometric": "rgb"}, {"alpha": "yes"}, {"endianness": "big"}, {"tiled": False}, {"nbits": 12},
    ],
)  # fmt: skip
def test_encoding_depends_on_all_options_that_affect_blocks(tmp_path, other):
    usual = {"tiled": True, "compress": "deflate", "interleave": "pixel"}
    one, same = (read_layout(write(tmp_path / name, None, **usual)) for name in ("one.tif", "same.tif"))
    unlike = read_layout(write(tmp_path / "unlike.tif", None, **{**usual, **other}))
    assert one.encoding == same.encoding != unlike.encoding


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("flip", [False, True])
def test_the_writer_accepts_pixels_and_encoded_blocks_for_one_file(tmp_path, monkeypatch, flip, masked):
    """A file can contain both encoded pixels and copied blocks; a changed byte of a copied block is an error.

    If the file has a mask, blocks are copied by `write_encoded`, otherwise by `finish`.
    """
    pixels = np.random.default_rng(2).integers(0, 60_000, (1, 200, 300)).astype("uint16")
    grid = Grid(None, rasterio.Affine(1, 0, 0, 0, -1, 0), 300, 200)
    profile = resolve_profile(grid, 1, "uint16", None, "BLOCKXSIZE=64|BLOCKYSIZE=64", 2)
    mask = np.where(pixels[0] % 3, 255, 0).astype("uint8")
    with rasterio.open(tmp_path / "in.tif", "w", **profile.creation_keywords()) as dataset:
        dataset.write(pixels)
    blocks = read_blocks(str(tmp_path / "in.tif"))
    windows = list(subdivide(Window(0, 0, 300, 200), (64, 64)))

    def flip_byte(partial):
        last = read_blocks(partial.path)[19]
        with open(partial.path, "rb+") as file:
            file.seek(last.offset + last.length // 2)
            byte = file.read(1)[0]
            file.seek(-1, 1)
            file.write(bytes([byte ^ 1]))

    if flip:
        monkeypatch.setattr(PartialFile, "sync", flip_byte)
    expected = pytest.raises(OutputError, match="read back") if flip else contextlib.nullcontext()
    with expected, RasterWriter(str(tmp_path / "out.tif"), replace(profile, masked=masked)) as writer:
        for number, (window, block) in enumerate(zip(windows, blocks)):
            rows, cols = window.toslices()
            if number % 2 == 0:
                writer.write(pixels[:, rows, cols], window, mask[rows, cols] if masked else None)
                continue
            writer.write_encoded({number: block})
            if masked:
                writer.write_mask(mask[rows, cols], window)
        if masked:
            (tmp_path / "in.tif").unlink()  # already copied
        writer.finish(workers=2, progress=NoProgress())
    assert (tmp_path / "out.tif").exists() is not flip
    if not flip:
        with rasterio.open(tmp_path / "out.tif") as dataset:
            np.testing.assert_array_equal(dataset.read(), pixels)
            if masked:
                np.testing.assert_array_equal(dataset.read_masks(1), mask)
