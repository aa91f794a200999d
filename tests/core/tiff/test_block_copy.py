"""Tests for copying encoded blocks: which blocks are copied, their pixels, and how their bytes are written."""

from __future__ import annotations

import builtins
import errno
import functools
import io
import os
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st

from parallel_raster.core.errors import Cancelled, InputError
from parallel_raster.core.parallel.threads import run_chunks
from parallel_raster.core.progress import NoProgress
from parallel_raster.core.tiff import block_copy
from parallel_raster.core.tiff.block_copy import append_blocks, match_blocks, write_at
from parallel_raster.core.tiff.layout import read_layout

PARALLEL = functools.partial(run_chunks, name="test", workers=2, progress=NoProgress())

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def write(path, shape, pixels=None, **profile):
    """Write a TIFF of `shape` (bands, rows, columns); return its path. Without pixels, the TIFF is empty and sparse."""
    count, height, width = shape
    keywords = {"driver": "GTiff", "count": count, "height": height, "width": width, "dtype": "uint16"}
    with rasterio.open(path, "w", **{**keywords, "SPARSE_OK": True, **profile}) as dataset:
        if pixels is not None:
            dataset.write(pixels)
    return str(path)


def copy_matching_blocks(source, target, row, col, bands=None):
    """Copy all matching blocks; return the row and column slices that these blocks cover in the target."""
    match = match_blocks(read_layout(source), read_layout(target), row, col, bands)
    if match is None:
        return []
    blocks, places = {}, []
    rows, cols = match.target.block
    for block_row in range(match.target.down):
        for block_col in range(match.target.across):
            numbers = match.numbers(block_row, block_col)
            if numbers is not None:
                blocks.update(numbers)
                places.append(
                    (
                        slice(block_row * rows, min((block_row + 1) * rows, match.target.height)),
                        slice(block_col * cols, min((block_col + 1) * cols, match.target.width)),
                    )
                )
    append_blocks(target, blocks, PARALLEL)
    return places


def random_pixels(shape, dtype):
    return np.random.default_rng(3).integers(0, 2 if dtype == "bool" else 250, shape).astype(dtype)


@settings(max_examples=120, deadline=None)
@given(
    source_size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    target_size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    shift=st.tuples(st.integers(-4, 4), st.integers(-4, 4)),
    offset=st.tuples(st.sampled_from([0, 0, 0, 5]), st.sampled_from([0, 0, 0, 5])),
    block=st.sampled_from([None, (16, 16), (32, 16)]),
    codec=st.sampled_from(["none", "deflate", "lzw", "zstd", "packbits", "lerc"]),
    dtype=st.sampled_from(["uint8", "uint16", "int16", "float32", "float64"]),
    interleave=st.sampled_from(["pixel", "band"]),
    bigtiff=st.sampled_from(["yes", "no"]),
)
def test_copied_blocks_are_those_whose_edges_coincide(
    source_size, target_size, shift, offset, block, codec, dtype, interleave, bigtiff
):
    """Exactly the blocks whose edges coincide in source and target are copied, and their pixels are unchanged."""
    rows, cols = block or (8, 0)
    if block is None:
        target_size = (target_size[0], source_size[1])
        shift, offset = (shift[0], 0), (offset[0], 0)
    tiles = {"tiled": True, "blockysize": rows, "blockxsize": cols} if block else {"blockysize": rows}
    profile = {**tiles, "compress": codec, "dtype": dtype, "interleave": interleave}
    row, col = shift[0] * rows + offset[0], shift[1] * cols + offset[1]
    pixels = random_pixels((2, *source_size), dtype)
    with tempfile.TemporaryDirectory() as folder:
        source = write(Path(folder, "in.tif"), pixels.shape, pixels, bigtiff=bigtiff, **profile)
        target = write(Path(folder, "out.tif"), (2, *target_size), **profile)
        strips = read_layout(source).block != read_layout(target).block  # strips are never higher than the raster
        places = copy_matching_blocks(source, target, row, col)
        with rasterio.open(target) as dataset:
            found = dataset.read()
    for place_rows, place_cols in places:
        source_rows = slice(place_rows.start - row, place_rows.stop - row)
        source_cols = slice(place_cols.start - col, place_cols.stop - col)
        np.testing.assert_array_equal(found[:, place_rows, place_cols], pixels[:, source_rows, source_cols])
    cols = cols or target_size[1]
    expected = [
        (slice(top, min(top + rows, target_size[0])), slice(left, min(left + cols, target_size[1])))
        for top in range(0, target_size[0], rows)
        for left in range(0, target_size[1], cols)
        if not strips
        and not any(offset)
        and 0 <= top - row < source_size[0]
        and 0 <= left - col < source_size[1]
        and min(top + rows, target_size[0]) == min(top + rows, source_size[0] + row)
        and min(left + cols, target_size[1]) == min(left + cols, source_size[1] + col)
    ]
    assert places == expected


def test_separately_stored_bands_can_be_chosen(tmp_path):
    pixels = random_pixels((4, 40, 40), "uint16")
    profile = {"tiled": True, "blockysize": 16, "blockxsize": 16, "compress": "deflate", "interleave": "band"}
    source = write(tmp_path / "in.tif", pixels.shape, pixels, **profile)
    for bands in ([2], [3, 0]):
        target = write(tmp_path / "out.tif", (len(bands), 40, 40), **profile)
        assert len(copy_matching_blocks(source, target, 0, 0, bands)) == 9
        with rasterio.open(target) as dataset:
            np.testing.assert_array_equal(dataset.read(), pixels[bands])


def test_interleaved_bands_are_copied_all_or_not_at_all(tmp_path):
    profile = {"tiled": True, "blockysize": 16, "blockxsize": 16, "interleave": "pixel"}
    source = write(tmp_path / "in.tif", (2, 40, 40), random_pixels((2, 40, 40), "uint16"), **profile)
    assert copy_matching_blocks(source, write(tmp_path / "one.tif", (1, 40, 40), **profile), 0, 0, [0]) == []
    assert copy_matching_blocks(source, write(tmp_path / "two.tif", (2, 40, 40), **profile), 0, 0, [1, 0]) == []
    assert len(copy_matching_blocks(source, write(tmp_path / "all.tif", (2, 40, 40), **profile), 0, 0, [0, 1])) == 9


@pytest.mark.parametrize("nodata, count", [((7, 7), 4), ((None, None), 4), ((7, None), 2), ((None, 0), 2)])
def test_sparse_blocks_are_copied_if_both_files_have_the_same_nodata(tmp_path, nodata, count):
    profile = {"tiled": True, "blockysize": 16, "blockxsize": 16}
    source = tmp_path / "in.tif"
    with rasterio.open(source, "w", driver="GTiff", count=1, height=32, width=32, dtype="uint8", SPARSE_OK=True,
                       nodata=nodata[0], **profile) as dataset:  # fmt: skip
        dataset.write(np.full((1, 16, 32), 9, "uint8"), window=rasterio.windows.Window(0, 0, 32, 16))
    target = write(tmp_path / "out.tif", (1, 32, 32), dtype="uint8", nodata=nodata[1], **profile)
    assert len(copy_matching_blocks(str(source), target, 0, 0)) == count
    with rasterio.open(target) as dataset:
        assert (dataset.read(1)[:16] == 9).all()


@pytest.mark.parametrize("photometric", ["rgb", "ycbcr"])
def test_jpeg_blocks_need_the_same_tables(tmp_path, photometric):
    """Blocks are copied only if both files have the same JPEG tables; the copied blocks decode to the same pixels."""
    profile = {"tiled": True, "blockysize": 16, "blockxsize": 16, "dtype": "uint8", "compress": "jpeg",
               "photometric": photometric, "interleave": "pixel"}  # fmt: skip
    pixels = random_pixels((3, 48, 48), "uint8")
    source = write(tmp_path / "in.tif", pixels.shape, pixels, **profile)
    assert (
        copy_matching_blocks(source, write(tmp_path / "other.tif", (3, 48, 48), JPEG_QUALITY=30, **profile), 0, 0) == []
    )
    target = write(tmp_path / "same.tif", (3, 48, 48), **profile)
    assert len(copy_matching_blocks(source, target, 0, 0)) == 9
    with rasterio.open(source) as original, rasterio.open(target) as copy:
        np.testing.assert_array_equal(original.read(), copy.read())


def test_blocks_of_one_bit_pixels_are_copied(tmp_path):
    profile = {"tiled": True, "blockysize": 16, "blockxsize": 16, "dtype": "uint8", "nbits": 1, "compress": "deflate"}
    pixels = random_pixels((1, 40, 40), "bool").astype("uint8")
    source = write(tmp_path / "in.tif", pixels.shape, pixels, **profile)
    target = write(tmp_path / "out.tif", (1, 40, 40), **profile)
    assert len(copy_matching_blocks(source, target, 0, 0)) == 9
    with rasterio.open(target) as dataset:
        np.testing.assert_array_equal(dataset.read(), pixels)


@pytest.mark.parametrize(("interleave", "named"), [("pixel", ""), ("band", ", band 2")])
def test_a_truncated_file_is_an_error_that_names_the_block(tmp_path, interleave, named):
    """The error names the first missing block, as it does if blocks are decoded."""
    profile = {"tiled": True, "blockysize": 16, "blockxsize": 16, "interleave": interleave}
    source = write(tmp_path / "in.tif", (2, 48, 48), random_pixels((2, 48, 48), "uint16"), **profile)
    target = write(tmp_path / "out.tif", (2, 48, 48), **profile)
    layout = read_layout(source)
    missing = layout.number(1, 2, 1 if named else 0)
    os.truncate(source, layout.offsets[missing] + 10)
    with pytest.raises(InputError) as error:
        append_blocks(target, {n: layout.encoded(n) for n in range(len(layout.offsets))}, PARALLEL)
    assert str(error.value) == (
        f"{source}{named}: the block at row 16, column 32 is damaged or missing. Download or create the file again. "
        f"({source} ends inside a block)"
    )


class CancelledProgress(NoProgress):
    """A `Progress` that is always cancelled; it sets the event `queried` when a run asks whether it is cancelled."""

    def __init__(self):
        self.queried = threading.Event()

    def is_cancelled(self):
        self.queried.set()
        return True


def test_copying_can_be_cancelled(tmp_path, monkeypatch):
    profile = {"tiled": True, "blockysize": 16, "blockxsize": 16}
    source = write(tmp_path / "in.tif", (1, 40, 40), random_pixels((1, 40, 40), "uint16"), **profile)
    target = write(tmp_path / "out.tif", (1, 40, 40), **profile)
    layout, progress, read = read_layout(source), CancelledProgress(), block_copy.read_encoded
    monkeypatch.setattr(block_copy, "SPAN_BYTES", 1)
    monkeypatch.setattr(block_copy, "read_encoded", lambda blocks: progress.queried.wait(60) and read(blocks))
    stopped = functools.partial(run_chunks, name="test", workers=1, progress=progress)
    with pytest.raises(Cancelled):
        append_blocks(target, {n: layout.encoded(n) for n in range(9)}, stopped)
    assert not any(read_layout(target).lengths)


def test_the_error_names_a_missing_input(tmp_path):
    profile = {"tiled": True, "blockysize": 16, "blockxsize": 16}
    source = write(tmp_path / "in.tif", (1, 40, 40), random_pixels((1, 40, 40), "uint16"), **profile)
    target = write(tmp_path / "out.tif", (1, 40, 40), **profile)
    blocks = {0: read_layout(source).encoded(0)}
    Path(source).unlink()
    with pytest.raises(InputError, match=r"in\.tif"):
        append_blocks(target, blocks, PARALLEL)


def half_then(copy, error):
    """Return a function that copies half the bytes at the first call, and raises `error`, or copies nothing, later."""
    calls = []

    def copy_half(source, target, length, *offsets):
        calls.append(length)
        if len(calls) == 1:
            return copy(source, target, length // 2, *offsets)
        if error:
            raise error
        return 0

    return copy_half


@pytest.mark.skipif(not hasattr(os, "copy_file_range"), reason="copy_file_range exists only on Linux")
@pytest.mark.parametrize("kind", ["used", "few bytes", "missing", "other file system", "nothing copied"])
def test_blocks_are_copied_whatever_the_system_can_do(tmp_path, monkeypatch, kind):
    profile = {"tiled": True, "blockysize": 16, "blockxsize": 16}
    pixels = random_pixels((1, 40, 40), "uint16")
    source = write(tmp_path / "in.tif", pixels.shape, pixels, **profile)
    target = write(tmp_path / "out.tif", pixels.shape, **profile)
    real, copied, written = os.copy_file_range, [], []
    replaced = {
        "used": real,
        "few bytes": lambda *given: real(*given[:2], min(given[2], 100), *given[3:]),
        "other file system": half_then(real, OSError(errno.EXDEV, "cross-device link")),
        "nothing copied": half_then(real, None),
    }
    if kind == "missing":
        monkeypatch.delattr(os, "copy_file_range")
    else:
        monkeypatch.setattr(os, "copy_file_range", lambda *given: copied.append(given) or replaced[kind](*given))
    monkeypatch.setattr(block_copy, "write_at", lambda *given: written.append(given) or write_at(*given))
    assert len(copy_matching_blocks(source, target, 0, 0)) == 9
    assert bool(copied) is (kind != "missing") and bool(written) is (kind not in ("used", "few bytes"))
    with rasterio.open(target) as dataset:
        np.testing.assert_array_equal(dataset.read(), pixels)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "file").write_bytes(b"headtail")
    return str(tmp_path / "file")


def content(path):
    with open(path, "rb") as file:
        return file.read()


@pytest.mark.parametrize("begin", [0, 4, 8, 20])
def test_bytes_are_written_at_the_position_and_others_are_unchanged(path, begin):
    write_at(path, begin, [memoryview(b"ab"), memoryview(b""), memoryview(b"cd")])
    expected = bytearray(b"headtail".ljust(begin, b"\0"))
    expected[begin : begin + 4] = b"abcd"
    assert content(path) == bytes(expected)


def test_partial_writes_are_continued(path, monkeypatch):
    class Slow(io.FileIO):
        def write(self, data):
            return super().write(bytes(data)[:3])

    monkeypatch.setattr(builtins, "open", lambda name, mode, buffering: Slow(name, mode.replace("b", "")))
    write_at(path, 2, [memoryview(b"0123456789")])
    monkeypatch.undo()
    assert content(path) == b"he0123456789"


def test_a_full_disk_is_reported():
    with pytest.raises(OSError, match=f"Errno {errno.ENOSPC}"):
        write_at("/dev/full", 0, [memoryview(b"abcd")])


@pytest.mark.skipif(sys.platform != "linux", reason="sync_file_range exists only on Linux")
def test_writing_starts_a_flush_of_these_bytes(path, monkeypatch):
    calls = []
    real = block_copy._sync_file_range()
    monkeypatch.setattr(block_copy, "_sync_file_range", lambda: lambda *given: calls.append((given[1:], real(*given))))
    write_at(path, 4, [memoryview(b"abc")])
    assert calls == [((4, 3, 2), 0)]


def test_bytes_are_written_on_systems_without_sync_file_range(path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    block_copy._sync_file_range.cache_clear()
    try:
        assert block_copy._sync_file_range() is None
        write_at(path, 4, [memoryview(b"abcd")])
    finally:
        block_copy._sync_file_range.cache_clear()
    assert content(path) == b"headabcd"
