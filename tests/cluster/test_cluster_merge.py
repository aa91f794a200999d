"""Merge tiles on a cluster: the client copies the blocks that can be copied, and the workers merge the rest."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine

import kit
from cases import long
from parallel_raster.core import Cancelled, InputError, merge_tiles
from parallel_raster.core.tiff.directory import replace_numbers
from parallel_raster.core.tiff.layout import COMPLEX_INTEGER, SAMPLE_FORMAT

CHUNKS = {"chunk_size": 128}


@pytest.fixture
def tiles(tmp_path):
    """Return a function that writes 3 x 2 tiles, optionally with an overlap, and returns their paths row by row."""

    def make(nodata=0, bands=2, overlap=0, mask=False, dtype="uint16", predictor=2):
        random, paths = np.random.default_rng(5), []
        for row in range(2):
            for col in range(3):
                path = tmp_path / f"tile_{row}_{col}.tif"
                size = 256 + overlap
                values = random.integers(0, 200, (bands, size, size)).astype(dtype)
                with rasterio.open(
                    path, "w", driver="GTiff", width=size, height=size, count=bands, dtype=dtype, nodata=nodata,
                    crs="EPSG:32633", transform=Affine(10, 0, 400_000 + 2560 * col, 0, -10, 5_000_000 - 2560 * row),
                    tiled=True, blockxsize=128, blockysize=128, compress="deflate", predictor=predictor,
                ) as dataset, rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):  # fmt: skip
                    dataset.write(values)
                    if mask:
                        dataset.write_mask(random.random((size, size)) > 0.3)
                paths.append(path)
        return paths

    return make


@pytest.fixture
def same(folder, read_file):
    """Return a function that merges on a cluster and with local threads and checks that the mosaics are equal."""

    def check(address, paths, **options):
        here = merge_tiles(paths, folder / "here.tif", **CHUNKS, **options)
        there = merge_tiles(paths, folder / "there.tif", cluster=address, **CHUNKS, **options)
        assert read_file(folder / "here.tif") == read_file(folder / "there.tif")
        assert kit.listing(folder) == ["here.tif", "there.tif"]
        return here, there

    return check


@pytest.mark.parametrize("method", ["first", "feather", *long("median", "last", "max", "mean", "sum", "count")])
def test_methods(cluster, tiles, same, method):
    same(cluster.address, tiles(overlap=16), method=method)


@pytest.mark.parametrize("rule", ["any", *long("band", "all")])
def test_pixel_rules(cluster, tiles, same, rule, caplog):
    same(cluster.address, tiles(overlap=16), pixel_rule=rule)
    messages = [each.getMessage() for each in caplog.records if "bands of several rasters" in each.getMessage()]
    assert len(messages) == (2 if rule == "band" else 0) and len(set(messages)) <= 1


@pytest.mark.parametrize(
    "options", [{"method": "mean"}, *long({}, {"creation_options": "INTERLEAVE=BAND|COMPRESS=LZW"})]
)
def test_masks(cluster, tiles, same, options):
    same(cluster.address, tiles(nodata=None, mask=True, overlap=16), **options)


@pytest.mark.long
def test_a_cloud_optimized_mosaic(cluster, tiles, same):
    same(cluster.address, tiles(overlap=16), cog=True, creation_options="BLOCKSIZE=128")


@pytest.mark.long
@pytest.mark.parametrize("dtype", ["int64", "float64", "uint8"])
def test_data_types(cluster, tiles, same, dtype):
    same(cluster.address, tiles(overlap=16, dtype=dtype), method="last")


@pytest.mark.long
def test_complex_integers(cluster, tiles, same):
    """Merging CInt32 tiles gives the same mosaic on a cluster as with local threads.

    rasterio cannot write CInt32, so the test changes the sample format tag of CFloat32 files.
    """
    paths = tiles(nodata=None, overlap=16, dtype="complex64", predictor=1)
    for path in paths:
        replace_numbers(str(path), SAMPLE_FORMAT, COMPLEX_INTEGER)
    same(cluster.address, paths)
    same(cluster.address, paths, creation_options="COMPRESS=LZW")


def test_the_client_copies_blocks(cluster, tiles, same):
    here, there = same(cluster.address, tiles())
    assert here.copied_percent == there.copied_percent == 100


@pytest.mark.long
def test_an_input_folder(cluster, tiles, folder, read_file, monkeypatch):
    paths = tiles(overlap=16)
    monkeypatch.chdir(paths[0].parent.parent)
    merge_tiles(None, folder / "here.tif", input_folder=paths[0].parent, **CHUNKS)
    merge_tiles(None, folder / "there.tif", input_folder=paths[0].parent.name, cluster=cluster.address, **CHUNKS)
    assert read_file(folder / "here.tif") == read_file(folder / "there.tif")


@pytest.mark.long
def test_an_error_of_a_worker(cluster, tiles, folder):
    with pytest.raises(InputError, match="tile_0_0.tif"):
        merge_tiles(tiles(overlap=16), folder / "o.tif", cluster=cluster.address, nodata=-1, output_nodata=7, **CHUNKS)
    assert kit.listing(folder) == []


@pytest.mark.long
def test_a_cancel(cluster, tiles, folder, watch):
    with pytest.raises(Cancelled):
        merge_tiles(
            tiles(overlap=16), folder / "out.tif", method="median", cluster=cluster.address,
            progress=watch(at=0.2, cancel=True), **CHUNKS,
        )  # fmt: skip
    assert kit.listing(folder) == []
