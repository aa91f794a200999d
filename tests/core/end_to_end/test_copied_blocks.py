"""Tiles and mosaics made from copied blocks equal those made from decoded blocks, and a round trip is exact."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin
from rasterio.windows import Window

from cases import mostly_long
from georeference import METRES
from parallel_raster.core import merge_tiles, tile_raster
from parallel_raster.core.tiff.layout import read_encoded, read_layout
from parallel_raster.core.writing.writer import RasterWriter

CODECS = ["none", "deflate", "lzw", "zstd", "packbits", "lzma", "lerc_deflate"]


@contextlib.contextmanager
def decoding():
    """Disable the copying of encoded blocks, so that every block is re-encoded."""
    RasterWriter.takes_encoded = False
    try:
        yield
    finally:
        RasterWriter.takes_encoded = True


def visible_content(path):
    """Return the pixels, masks, transform, data types and nodata values of a raster."""
    with rasterio.open(path) as dataset:
        return dataset.read(), dataset.read_masks(), dataset.transform, dataset.dtypes, dataset.nodatavals


def assert_alike(one, other):
    for first, second in zip(visible_content(one), visible_content(other)):
        np.testing.assert_array_equal(first, second) if isinstance(first, np.ndarray) else None
        assert isinstance(first, np.ndarray) or first == second


def write_source(path, shape, profile, *, mask, sparse):
    random = np.random.default_rng(11)
    count, rows, cols = shape
    pixels = random.integers(0, 2 if "nbits" in profile else 200, shape).astype(profile["dtype"])
    keywords = {"driver": "GTiff", "width": cols, "height": rows, "count": count, "crs": METRES,
                "transform": from_origin(4e5, 5e6, 10, 10), "SPARSE_OK": True}  # fmt: skip
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **keywords, **profile) as dataset:
        begin = 32 if sparse and rows > 32 else 0
        dataset.write(pixels[:, begin:], window=Window(0, begin, cols, rows - begin))
        if mask:
            dataset.write_mask(random.integers(0, 2, shape[1:]).astype("uint8") * 255)
    return path


@pytest.mark.repeated
@settings(settings.get_profile("few"))
@given(
    size=st.tuples(st.integers(20, 130), st.integers(20, 130)),
    tile=st.sampled_from([(32, 32), (64, 32), (48, 80), (30, 41)]),
    overlap=st.sampled_from([0, 0, 16, 5]),
    remainder=st.sampled_from(["trim", "pad", "shift"]),
    codec=st.sampled_from(CODECS),
    dtype=st.sampled_from(["uint8", "uint16", "int16", "float32"]),
    nodata=st.sampled_from([None, 0, 7]),
    bands=st.integers(1, 3),
    interleave=st.sampled_from(["pixel", "band"]),
    form=st.sampled_from(["tiles", "tiles", "strips"]),
    endianness=st.sampled_from(["little", "little", "big"]),
    bigtiff=st.sampled_from(["yes", "no"]),
    mask=st.booleans(),
    sparse=st.booleans(),
)
def test_copied_and_decoded_blocks_give_the_same_result(
    size, tile, overlap, remainder, codec, dtype, nodata, bands, interleave, form, endianness, bigtiff, mask, sparse
):
    profile = {"dtype": dtype, "compress": codec, "interleave": interleave, "bigtiff": bigtiff,
               "endianness": endianness, "nodata": None if mask else nodata, "blockysize": 16}  # fmt: skip
    profile.update({"tiled": True, "blockxsize": 16} if form == "tiles" else {})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = write_source(folder / "source.tif", (bands, *size), profile, mask=mask, sparse=sparse)
        options = {"tile_height": tile[0], "tile_width": tile[1], "overlap": overlap, "remainder": remainder}
        copied = tile_raster(source, folder / "copied", **options)
        merged = merge_tiles(folder / "copied", folder / "copied.tif")
        with decoding():
            tile_raster(source, folder / "decoded", **options)
            assert merge_tiles(folder / "copied", folder / "decoded.tif").copied_percent == 0
        for path in copied.tiles:
            assert_alike(path, folder / "decoded" / Path(path).name)
        assert_alike(folder / "copied.tif", folder / "decoded.tif")
        assert_alike(folder / "copied.tif", source)
        assert 0 <= merged.copied_percent <= 100


@pytest.mark.parametrize(("codec", "interleave"), mostly_long([*CODECS, "jpeg", "webp"], ["pixel", "band"], every=3))
def test_copied_blocks_keep_their_bytes(tmp_path, codec, interleave):
    """If tile edges are block edges, all blocks are copied unchanged; lossy codecs must be requested explicitly."""
    if codec == "webp" and interleave == "band":
        pytest.skip("WebP requires pixel interleaving")
    requested = codec in ("lerc_deflate", "jpeg", "webp")  # a codec that is not known to be lossless is not inherited
    profile = {"dtype": "uint8", "compress": codec, "interleave": interleave, "tiled": True, "blockxsize": 16,
               "blockysize": 16, "nodata": None}  # fmt: skip
    source = write_source(tmp_path / "in.tif", (3, 70, 90), profile, mask=False, sparse=False)
    given = f"TILED=YES|BLOCKXSIZE=16|BLOCKYSIZE=16|COMPRESS={codec}|INTERLEAVE={interleave}" if requested else ""
    options = {"creation_options": given}
    tiles = tile_raster(source, tmp_path / "tiles", tile_width=32, tile_height=32, **options)
    result = merge_tiles(tmp_path / "tiles", tmp_path / "out.tif", **options)
    before, after = read_layout(str(source)), read_layout(str(tmp_path / "out.tif"))
    blocks = [(before.encoded(number), after.encoded(number)) for number in range(len(before.offsets))]
    same = [bytes(read_encoded([one])) == bytes(read_encoded([other])) for one, other in blocks]
    # The last tiles end at the edge of the raster, so their last blocks equal those of the raster and are also copied.
    assert result.copied_percent == 100 and all(same) and len(tiles.tiles) == 9
    assert_alike(tmp_path / "out.tif", source)


def test_one_bit_blocks_are_copied(tmp_path):
    profile = {"dtype": "uint8", "nbits": 1, "compress": "deflate", "tiled": True, "blockxsize": 16, "blockysize": 16}
    source = write_source(tmp_path / "in.tif", (1, 70, 90), profile, mask=False, sparse=False)
    tile_raster(source, tmp_path / "tiles", tile_width=32, tile_height=32)
    assert merge_tiles(tmp_path / "tiles", tmp_path / "out.tif").copied_percent == 100
    assert_alike(tmp_path / "out.tif", source)


def test_a_block_under_two_tiles_is_decoded(tmp_path):
    """If overlaps are not trimmed, only blocks that are covered by a single tile are copied."""
    profile = {"dtype": "uint8", "compress": "deflate", "tiled": True, "blockxsize": 16, "blockysize": 16}
    source = write_source(tmp_path / "in.tif", (1, 64, 64), profile, mask=False, sparse=False)
    tile_raster(source, tmp_path / "tiles", tile_width=32, tile_height=32, overlap=16)
    trimmed = merge_tiles(tmp_path / "tiles", tmp_path / "trimmed.tif")
    whole = merge_tiles(tmp_path / "tiles", tmp_path / "whole.tif", trim_overlap=False)
    assert trimmed.copied_percent == 100 and 0 < whole.copied_percent < 50
    assert_alike(tmp_path / "whole.tif", source)


@pytest.mark.parametrize("method", ["min", "max", "mean", "sum", "count", "median", "feather"])
def test_methods_that_compute_values_copy_no_blocks(tmp_path, method):
    profile = {"dtype": "uint8", "compress": "deflate", "tiled": True, "blockxsize": 16, "blockysize": 16}
    source = write_source(tmp_path / "in.tif", (1, 64, 64), profile, mask=False, sparse=False)
    assert merge_tiles([source], tmp_path / "out.tif", method=method).copied_percent == 0


def test_values_equal_to_output_nodata_are_detected(tmp_path):
    """A valid pixel equal to OUTPUT_NODATA is an error. To detect it, blocks are decoded instead of copied."""
    from parallel_raster.core import InputError

    profile = {"dtype": "uint8", "compress": "deflate", "tiled": True, "blockxsize": 16, "blockysize": 16}
    source = write_source(tmp_path / "in.tif", (1, 64, 64), profile, mask=False, sparse=False)
    with pytest.raises(InputError, match="OUTPUT_NODATA"):
        merge_tiles([source], tmp_path / "out.tif", output_nodata=100)


@pytest.mark.parametrize("bigtiff", ["yes", "no"])
@pytest.mark.parametrize("codec", ["none", "deflate"])
@pytest.mark.parametrize("interleave", ["pixel", "band"])
def test_tifffile_reads_the_same_pixels(tmp_path, codec, interleave, bigtiff):
    """The tifffile library, which shares no code with GDAL, reads the same pixels from a mosaic of copied blocks."""
    tifffile = pytest.importorskip("tifffile")
    profile = {"dtype": "uint16", "compress": codec, "interleave": interleave, "tiled": True, "blockxsize": 16,
               "blockysize": 16}  # fmt: skip
    source = write_source(tmp_path / "in.tif", (3, 70, 90), profile, mask=False, sparse=False)
    tile_raster(source, tmp_path / "tiles", tile_width=32, tile_height=32)
    result = merge_tiles(tmp_path / "tiles", tmp_path / "out.tif", creation_options=f"BIGTIFF={bigtiff}")
    assert result.copied_percent == 100
    found = tifffile.imread(tmp_path / "out.tif")
    expected = visible_content(source)[0]
    np.testing.assert_array_equal(found, expected if interleave == "band" else np.moveaxis(expected, 0, -1))


def test_a_coarser_tile_set_replaces_a_finer_one(tmp_path):
    """A tile set of 4 x 4 tiles replaces one of 10 x 10 tiles in the same folder; only the 16 new tiles are merged."""
    profile = {"dtype": "uint8", "compress": "deflate", "tiled": True, "blockxsize": 16, "blockysize": 16}
    source = write_source(tmp_path / "in.tif", (1, 64, 80), profile, mask=False, sparse=False)
    for number in (10, 4):
        tile_raster(source, tmp_path / "tiles", tiling="grid", columns=number, rows=number)
    assert merge_tiles(tmp_path / "tiles", tmp_path / "out.tif").tile_count == 16
    assert len(list((tmp_path / "tiles").glob("*.tif"))) == 16
    assert_alike(tmp_path / "out.tif", source)
