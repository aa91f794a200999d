"""Rasters that do not fit into memory, on the disk or into a classic TIFF (F24-F27)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cases import long
from craft import deflate_bomb, empty_tiff, tiled_bomb
from fault_kit import (
    PEAK,
    assert_child_failed_cleanly,
    compute,
    fails_cleanly,
    index_of,
    listing,
    make_raster,
    options_for,
    peak_megabytes,
    read,
    run_child,
)
from parallel_raster.core.writing.writer import RasterWriter

BOUNDED = (
    """
import resource
limit = arguments.pop("limit")
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
print_outcome(lambda: run_index(arguments))
"""
    + PEAK
)


@pytest.mark.parametrize("edge", [10_000_000, 3_000_000, 1_400_000])
@pytest.mark.parametrize("block", [512, 128])
def test_huge_declared_size(tmp_path: Path, edge: int, block: int) -> None:
    """F24: a small file that declares up to 10^14 pixels is rejected at once; the error states the space needed."""
    source = empty_tiff(tmp_path / "huge.tif", edge, edge)
    assert source.stat().st_size < 500
    before = listing(tmp_path)
    arguments = {"src": source, "dst": tmp_path / "out.tif", "band_a": 1, "band_b": 2, "limit": 3 * 2**30}
    arguments["creation_options"] = f"BLOCKXSIZE={block}|BLOCKYSIZE={block}"
    run = run_child(BOUNDED, arguments)
    assert_child_failed_cleanly(run, tmp_path, "Not enough space", "needed")
    assert peak_megabytes(run) < 250
    assert listing(tmp_path) == before


def test_very_many_bands(tmp_path: Path) -> None:
    """F24: if one block of 65,535 bands does not fit into memory, the error names the file or the parameter MEMORY."""
    source = empty_tiff(tmp_path / "bands.tif", 2048, 2048, bands=65_535)
    before = listing(tmp_path)
    run = run_child(BOUNDED, options_for(source, tmp_path / "out.tif", limit=3 * 2**30, memory=500))
    assert_child_failed_cleanly(run)
    assert "MEMORY" in run.message or str(source) in run.message
    assert peak_megabytes(run) < 1000
    assert listing(tmp_path) == before


@pytest.mark.parametrize("memory", [0, *long(100_000)])
def test_deflate_bomb(tmp_path: Path, memory: int) -> None:
    """F25: with 1.5 GB of address space, a strip of gigabytes is read correctly, or an error names MEMORY."""
    source = deflate_bomb(tmp_path / "bomb.tif")
    assert source.stat().st_size < 8 * 2**20
    first_rows = [1000, 0, 39_000, 600]
    arguments = {"src": source, "dst": tmp_path / "out.tif", "band_a": 1, "band_b": 2, "limit": 1536 * 2**20}
    run = run_child(BOUNDED, {**arguments, "extent": first_rows, "memory": memory, "workers": 2})
    if run.ok:
        assert (read(tmp_path / "out.tif") == -9999).all()
        return
    assert_child_failed_cleanly(run, "MEMORY")
    assert list(listing(tmp_path)) == ["bomb.tif"]


def test_bomb_in_tiles_is_streamed(tmp_path: Path) -> None:
    """F25: a small file that expands to many blocks of ordinary size is processed in less than 700 MB of memory."""
    source = tiled_bomb(tmp_path / "bomb.tif", 12_288)
    arguments = {"src": source, "dst": tmp_path / "out.tif", "band_a": 1, "band_b": 2, "limit": 1536 * 2**20}
    run = run_child(BOUNDED, {**arguments, "workers": 2, "verify": False})
    assert run.ok, run.message
    assert peak_megabytes(run) < 700


def test_memory_limit(tmp_path: Path) -> None:
    """F26: with 900 MB of address space, four workers give a correct result or an error that names WORKERS."""
    source = make_raster(tmp_path / "source.tif", 2560)
    arguments = {"src": source, "dst": tmp_path / "out.tif", "band_a": 2, "band_b": 1, "limit": 900 * 2**20}
    environment = {"GDAL_CACHEMAX": "64", "OPENBLAS_NUM_THREADS": "1"}
    run = run_child(BOUNDED, {**arguments, "workers": 4}, env=environment, fresh=True)
    if run.ok:
        assert np.array_equal(read(tmp_path / "out.tif"), index_of(source))
        return
    assert_child_failed_cleanly(run, "memory", "WORKERS")
    assert list(listing(tmp_path)) == ["source.tif"]


def test_memory_too_small_for_a_block(noise: Path, tmp_path: Path) -> None:
    """F26: if not even one block fits into MEMORY, the error states the smallest value of MEMORY that works."""
    large = make_raster(tmp_path / "large.tif", 2048, blockxsize=2048, blockysize=2048)
    with fails_cleanly(tmp_path, "Set MEMORY to at least"):
        compute(large, tmp_path / "out.tif", memory=1)


@pytest.mark.parametrize(("edge", "magic"), [(40_000, b"II+\0"), (4_000, b"II*\0")])
def test_bigtiff_by_default(tmp_path: Path, edge: int, magic: bytes) -> None:
    """F27: an output that may exceed 4 GB is created as a BigTIFF; a small output is created as a classic TIFF."""
    from parallel_raster.core.jobs.difference.job import plan_normalized_difference

    source = empty_tiff(tmp_path / "source.tif", edge, edge)
    plan = plan_normalized_difference(source, tmp_path / "out.tif", band_a=1, band_b=2, workers=1, memory=200)
    with RasterWriter(plan.destination, plan.profile) as writer:
        writer._file.close()
        assert Path(writer._partial.path).read_bytes()[:4] == magic
    assert set(listing(tmp_path)) == {"source.tif"}


def test_bigtiff_no(tmp_path: Path) -> None:
    """F27: BIGTIFF=NO is rejected before the run starts if the output would exceed 4 GB."""
    source = empty_tiff(tmp_path / "source.tif", 40_000, 40_000)
    before = listing(tmp_path)
    options = options_for(source, tmp_path / "out.tif", creation_options="BIGTIFF=NO|COMPRESS=NONE", limit=3 * 2**30)
    assert_child_failed_cleanly(run_child(BOUNDED, options), "BIGTIFF=NO")
    assert listing(tmp_path) == before
