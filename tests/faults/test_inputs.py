"""Inputs that are missing, damaged or not rasters (F19-F23), missing bands, and sizes that differ (F39)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio

from craft import BITS, COMPRESSION, HEIGHT, SAMPLES, SHORT, WIDTH, tiny_tiles, write_tiff
from fault_kit import (
    assert_child_failed_cleanly,
    compute,
    fails_cleanly,
    listing,
    make_raster,
    needs_root,
    options_for,
    run_child,
    write_raster,
)
from parallel_raster.core import merge_tiles, tile_raster

AS_NOBODY = """
os.setgid(65534)
os.setuid(65534)
print_outcome(lambda: run_index(arguments))
"""


def block_position(path: Path, column: int, row: int, band: int = 1) -> tuple[int, int]:
    """Return the offset and length in bytes of the encoded block at the given block column and block row."""
    with rasterio.open(path) as dataset:
        texts = (dataset.get_tag_item(f"BLOCK_{what}_{column}_{row}", "TIFF", bidx=band) for what in ("OFFSET", "SIZE"))
        offset, size = (int(text) for text in texts)
        return offset, size


def flip(path: Path, start: int, count: int = 8) -> None:
    """Flip all bits of `count` bytes of a file, starting at the offset `start`."""
    data = bytearray(path.read_bytes())
    data[start : start + count] = bytes(255 - value for value in data[start : start + count])
    path.write_bytes(data)


@pytest.mark.parametrize("codec", ["NONE", "DEFLATE", "LZW", "ZSTD"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.999])
def test_truncated(tmp_path: Path, codec: str, share: float) -> None:
    """F19: the error for a truncated file names the missing block, or only the file if GDAL cannot open the file."""
    source = make_raster(tmp_path / "source.tif", compress=codec)
    os.truncate(source, int(source.stat().st_size * share))
    (tmp_path / "out").mkdir()
    with fails_cleanly(tmp_path, source) as caught:
        compute(source, tmp_path / "out" / "out.tif")
    assert "the block at row" in caught.message or "not a raster that GDAL can read" in caught.message


@pytest.mark.parametrize("codec", ["DEFLATE", "ZSTD"])
@pytest.mark.parametrize("interleave", ["band", "pixel"])
def test_damaged_block(tmp_path: Path, codec: str, interleave: str) -> None:
    """F20: a damaged block raises an error that states the band, row and column; the block is never read as zeros."""
    source = make_raster(tmp_path / "source.tif", compress=codec, interleave=interleave)
    offset, _ = block_position(source, 2, 1)
    flip(source, offset)
    with fails_cleanly(tmp_path, source, "band", "row 128, column 256"):
        compute(source, tmp_path / "out.tif")
    with fails_cleanly(tmp_path, source, "row 128, column 256"):
        compute(source, tmp_path / "out.tif", chunk_size=512)


@pytest.mark.parametrize("interleave", ["band", "pixel"])
@pytest.mark.parametrize("where", ["whole", "off the blocks"])
def test_damage_that_still_decodes(tmp_path: Path, interleave: str, where: str) -> None:
    """F20: damaged DEFLATE blocks that GDAL decodes without an error are detected by their checksums."""
    for place in range(10):
        source = make_raster(tmp_path / "source.tif", compress="DEFLATE", interleave=interleave)
        with rasterio.open(source) as dataset:
            extent = rasterio.windows.bounds(((60, 500), (60, 500)), dataset.transform)
        options = {} if where == "whole" else {"extent": extent}
        offset, size = block_position(source, 2, 1)
        flip(source, offset + size // 2 - 100 + 20 * place)
        with fails_cleanly(tmp_path, source, "row 128, column 256"):
            compute(source, tmp_path / "out.tif", **options)


def test_damaged_mask(tmp_path: Path) -> None:
    """F20: a damaged block in a mask raises an error, because it is not known which pixels are valid."""
    source = make_raster(tmp_path / "source.tif")
    # Without this setting, later versions of GDAL write the mask into the TIFF itself.
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(source, "r+") as dataset:
        dataset.write_mask(np.random.default_rng(1).integers(0, 2, (512, 512)).astype(bool))
    mask = Path(f"{source}.msk")
    assert mask.exists()
    offset, size = block_position(mask, 0, 0)
    flip(mask, offset + 4, max(8, size // 2))
    with fails_cleanly(tmp_path, source, "row"):
        compute(source, tmp_path / "out.tif")


NO_RASTERS = {
    "nothing": (b"", "empty"),
    "text": (b"just some words\n" * 10, "its content is not a TIFF"),
    "html": (b"<!DOCTYPE html><html><body>404</body></html>", "HTML"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n", "git lfs pull"),
    "noise": (np.random.default_rng(3).bytes(5000), "its content is not a TIFF"),
    "header only": (b"II*\0", "not a raster that GDAL can read"),
    "header and noise": (b"II*\0" + np.random.default_rng(4).bytes(5000), "not a raster that GDAL can read"),
    "zeros": (bytes(5000), "its content is not a TIFF"),
}


@pytest.mark.parametrize("kind", NO_RASTERS)
@pytest.mark.parametrize("extension", ["tif", "TIFF", "img"])
def test_no_raster(tmp_path: Path, kind: str, extension: str) -> None:
    """F21: a file that is not a raster is rejected; the error identifies Git LFS pointers and HTML pages."""
    content, words = NO_RASTERS[kind]
    source = tmp_path / f"source.{extension}"
    source.write_bytes(content)
    named = [words] if extension != "img" else []
    with fails_cleanly(tmp_path, source, "is not a raster that GDAL can read", *named):
        compute(source, tmp_path / "out.tif")


def test_odd_headers(tmp_path: Path) -> None:
    """F22: a TIFF with a header that libraries cannot handle is rejected with an error that names the file."""
    plain = {WIDTH: [10], HEIGHT: [10], BITS: [8, 8], SAMPLES: [2], COMPRESSION: [1]}
    for number, change in enumerate(
        ({WIDTH: [0]}, {HEIGHT: [0]}, {SAMPLES: [0]}, {BITS: [77, 77]}, {COMPRESSION: [9]})
    ):
        tags = {tag: (SHORT, values) for tag, values in {**plain, **change}.items()}
        source = write_tiff(tmp_path / f"odd{number}.tif", tags)
        with fails_cleanly(tmp_path, source):
            compute(source, tmp_path / "out.tif")


class CPLE_AppDefinedError(Exception):  # noqa: N801 - the name of the class in rasterio
    """Stand-in for rasterio's internal class of GDAL errors, which has no public base class."""


CPLE_AppDefinedError.__module__ = "rasterio._err"


@pytest.mark.parametrize("error", [ValueError, TypeError, IndexError, RuntimeError, CPLE_AppDefinedError])
def test_any_error_while_opening(
    noise: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """F22: any exception that a library raises while a file is being opened becomes an error that names the file."""

    def fail(*_: object, **__: object) -> None:
        raise error("injected")

    monkeypatch.setattr(rasterio, "open", fail)
    with fails_cleanly(tmp_path, noise, "is not a raster that GDAL can read", "injected"):
        compute(noise, tmp_path / "out.tif")


def test_missing_or_a_folder(tmp_path: Path) -> None:
    """F23: the error for a missing file, a folder or a pipe as the input names the path and states the problem."""
    (tmp_path / "folder.tif").mkdir()
    (tmp_path / "dangling.tif").symlink_to("nowhere.tif")
    os.mkfifo(tmp_path / "pipe.tif")
    for name, words in (
        ("missing.tif", "does not exist"),
        ("dangling.tif", "does not exist"),
        ("folder.tif", "is a folder"),
        ("pipe.tif", "not a regular file"),
    ):
        with fails_cleanly(tmp_path, tmp_path / name, words):
            compute(tmp_path / name, tmp_path / "out.tif")
    with fails_cleanly(tmp_path, "No input file was given"):
        compute("", tmp_path / "out.tif")


@needs_root("runs as another user")
def test_not_readable(noise: Path, open_folder: Path) -> None:
    """F23: the error for an input without read permission names the file."""
    source = Path(shutil.copy(noise, open_folder / "source.tif"))
    source.chmod(0o600)
    before = listing(open_folder)
    run = run_child(AS_NOBODY, options_for(source, open_folder / "out.tif"))
    assert_child_failed_cleanly(run, source, "permissions")
    assert listing(open_folder) == before


@pytest.mark.parametrize("band", [0, -1, 3, 10**6])
@pytest.mark.parametrize("which", ["band_a", "band_b"])
def test_no_such_band(noise: Path, tmp_path: Path, which: str, band: int) -> None:
    """F39: the error for a band that does not exist states the number of bands."""
    with fails_cleanly(tmp_path, noise, "has 2 bands", f"band {band} does not exist"):
        compute(noise, tmp_path / "out.tif", **{which: band})


def test_inputs_of_another_size(noise: Path, tmp_path: Path) -> None:
    """F39: the error for two rasters of different sizes names both files and states both sizes."""
    other = write_raster(tmp_path / "other.tif", np.ones((1, 500, 512), np.uint16))
    with fails_cleanly(tmp_path, noise, other, "512 x 500 pixels instead of 768 x 768"):
        compute(noise, tmp_path / "out.tif", input_b=other)


@pytest.mark.parametrize(("width", "height"), [(2, 1), (16, 8), (24, 16), (1, 1)])
def test_blocks_that_gdal_reads_and_does_not_write(tmp_path: Path, width: int, height: int) -> None:
    """If GDAL cannot write the block size of the input, the output has blocks of the default size."""
    pixels = np.arange(48 * 48, dtype=np.uint8).reshape(48, 48)
    source = tiny_tiles(tmp_path / "tiny.tif", pixels, width, height)
    tiles = tile_raster(source, tmp_path / "tiles", tile_width=30, tile_height=30)
    merge_tiles([source], tmp_path / "one.tif")
    merge_tiles(tiles.output, tmp_path / "whole.tif")
    for name in ("one.tif", "whole.tif"):
        with rasterio.open(tmp_path / name) as dataset:
            np.testing.assert_array_equal(dataset.read(1), pixels)
            assert all(edge % 16 == 0 for edge in dataset.block_shapes[0])
    with rasterio.open(tmp_path / "one.tif") as dataset:
        assert dataset.block_shapes[0] == (512, 512)
