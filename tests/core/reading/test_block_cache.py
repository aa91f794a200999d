"""Tests for the block cache: each block is decoded once for all chunks, within a memory limit, without deadlocks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.windows import Window

import seam
from cases import long
from parallel_raster.core import InputError, focal_filter
from parallel_raster.core.engine.options import RunOptions
from parallel_raster.core.parallel import chunks
from parallel_raster.core.pixels import job as pixel_job
from parallel_raster.core.pixels.run import run_pixels
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.raster.windows import touched_blocks
from parallel_raster.core.reading import readers
from parallel_raster.core.reading.block_cache import BlockCache, unit_of
from parallel_raster.core.reading.readers import Readers, read_bands

GRID = Grid(None, Affine.identity(), 100, 90)
VALUES = np.random.default_rng(1).integers(0, 2**16, (3, 90, 100), dtype="uint16")


def decode(window):
    rows, cols = window.toslices()
    return VALUES[:, rows, cols].copy()


@pytest.mark.parametrize("capacity", [10**6, 30_000, 1])
@pytest.mark.parametrize("window", [(0, 0, 100, 90), (5, 17, 3, 1), (16, 16, 16, 16), (15, 15, 18, 18), (99, 89, 1, 1)])
@pytest.mark.parametrize("together", [False, True])
def test_cached_pixels_equal_decoded_ones(capacity, window, together):
    cache = BlockCache(capacity, together=together)
    for _ in range(2):
        found = cache.read("a", GRID, (16, 16), Window(*window), decode)
        assert np.array_equal(found, decode(Window(*window)))
    assert cache._bytes <= capacity and cache._bytes == sum(each.nbytes for each in cache._blocks.values())


def decoded_corners(corners, blocks):
    """Read a window around each (row, column) through a cache of limited size; return the corners of decoded blocks."""
    decoded = []

    def count(window):
        decoded.append((window.row_off, window.col_off))
        return decode(window)

    cache = BlockCache(blocks * 16 * 16 * 3 * 2)
    for top, left in corners:
        around = Window(max(0, left - 2), max(0, top - 2), 20, 20).intersection(Window(0, 0, 100, 90))
        assert np.array_equal(cache.read("a", GRID, (16, 16), around, count), decode(around))
    return decoded


@pytest.mark.parametrize("step", [1, -1])
def test_blocks_are_decoded_once_in_either_order(step):
    corners = [(top, left) for top in range(0, 90, 16) for left in range(0, 100, 16)]
    decoded = decoded_corners(corners[::step], 2 * 7 + 5)  # two rows of blocks and the blocks in use
    assert len(decoded) == len(set(decoded)) == 42


@pytest.mark.parametrize("step", [1, -1])
def test_stripes_decode_blocks_twice_only_where_they_meet(step):
    corners = [(top, left) for first in (0, 48) for top in range(0, 90, 16) for left in range(first, first + 48, 16)]
    decoded = decoded_corners(corners[::step], 2 * 4 + 4)  # two rows of a stripe's blocks, and the blocks in use
    assert len(set(decoded)) == 42 and len(decoded) <= 42 + 2 * 6


def test_different_sources_are_cached_separately():
    cache = BlockCache(10**6)
    one = cache.read("one", GRID, (16, 16), Window(0, 0, 16, 16), decode)
    other = cache.read("other", GRID, (16, 16), Window(0, 0, 16, 16), lambda window: decode(window) + 1)
    assert np.array_equal(one + 1, other)
    with pytest.raises(ValueError, match="read-only"):
        one[:] = 0


def test_threads_wait_for_the_decoding_thread():
    calls, held, go = [], threading.Event(), threading.Event()

    def slowly(window):
        calls.append(window)
        held.set()
        assert go.wait(60)
        return decode(window)

    cache = BlockCache(10**6)
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(cache.read, "a", GRID, (16, 16), Window(0, 0, 8, 8), slowly) for _ in range(4)]
        assert held.wait(60)
        go.set()
        assert all(np.array_equal(job.result(60), decode(Window(0, 0, 8, 8))) for job in jobs)
    assert len(calls) == 1


def test_a_damaged_block_is_an_error_for_every_thread():
    def damaged(window):
        raise InputError("damaged")

    cache = BlockCache(10**6)
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(cache.read, "a", GRID, (16, 16), Window(0, 0, 8, 8), damaged) for _ in range(4)]
        for job in jobs:
            with pytest.raises(InputError, match="damaged"):
                job.result(60)
    assert np.array_equal(cache.read("a", GRID, (16, 16), Window(0, 0, 8, 8), decode), decode(Window(0, 0, 8, 8)))


@pytest.mark.parametrize(
    ("block", "size", "unit"),
    [((512, 512), (5000, 5000), (512, 512)), ((1, 5000), (5000, 5000), (64, 5000)), ((16, 16), (20, 20), (20, 20))],
)
def test_small_blocks_are_grouped(block, size, unit):
    assert unit_of(block, Grid(None, Affine.identity(), size[1], size[0])) == unit


@pytest.mark.parametrize("masked", [False, True])
def test_readers_with_a_cache_give_the_same_pixels(make_raster, masked):
    mask = VALUES[0] % 3 > 0 if masked else None
    path = make_raster(list(VALUES), blocks=16, mask=mask)
    bands = read_bands(str(path), [1, 3])
    window = Window(15, 17, 40, 60)
    with Readers() as plain, Readers(cached_bytes=10**6) as cached:
        for _ in range(2):
            assert np.array_equal(plain.read_stack(bands, window), cached.read_stack(bands, window))
            shown = plain.read_visible(bands, window)
            assert (shown is None) is not masked and np.array_equal(shown, cached.read_visible(bands, window))


@pytest.fixture
def decoded_pixels(monkeypatch):
    """Return a function that returns the number of pixels decoded so far."""
    sizes = []

    def counting(call):
        def read(*arguments, **options):
            found = call(*arguments, **options)
            sizes.append(0 if found is None else found[0].size)
            return found

        return read

    monkeypatch.setattr(readers.BlockReader, "read", counting(readers.BlockReader.read))
    monkeypatch.setattr(readers, "_read", counting(readers._read))
    return lambda: sum(sizes)


def test_a_wide_job_decodes_few_blocks_twice(make_raster, tmp_path, monkeypatch, decoded_pixels):
    """In a raster with two stripes, few blocks are decoded twice, even if two full rows of blocks exceed the cache."""
    values = np.random.default_rng(1).integers(0, 99, (1200, 1300), dtype="uint8")
    source = make_raster([values], blocks=64)
    options = {"method": "max", "chunk_size": 128, "workers": 2, "memory": 256}
    options["creation_options"] = "BLOCKXSIZE=64|BLOCKYSIZE=64"
    focal_filter(source, tmp_path / "whole.tif", **options)
    monkeypatch.setattr(pixel_job, "HALO_EDGE", 128)
    for module in (chunks, pixel_job):
        monkeypatch.setattr(module, "STRIPE_COLUMNS", 700)
    before = decoded_pixels()
    focal_filter(source, tmp_path / "stripes.tif", **options)
    assert decoded_pixels() - before <= 1.5 * values.size  # two of six columns of cache units are decoded twice
    with rasterio.open(tmp_path / "stripes.tif") as found, rasterio.open(tmp_path / "whole.tif") as wanted:
        assert np.array_equal(found.read(), wanted.read())


@pytest.mark.parametrize("blocks", [256, *long("strips")])
@pytest.mark.parametrize("chunk_size", [512, *long(0, 1000)])
def test_a_job_with_a_halo_rarely_decodes_a_block_twice(make_raster, tmp_path, decoded_pixels, blocks, chunk_size):
    values = np.random.default_rng(1).integers(0, 99, (3000, 2600), dtype="uint8")
    source = make_raster([values], blocks=blocks)
    run = RunOptions(workers=2, chunk_size=chunk_size, memory=256)
    plan = seam.plan_highest(str(source), str(tmp_path / "out.tif"), run)
    assert plan.chunks.count > 3 and 0 < plan.chunks.shared_bytes < 64 * 2**20
    run_pixels(lambda _: plan, {}, run)
    assert decoded_pixels() <= 1.15 * values.size


def test_missing_blocks_are_read_together():
    """The missing blocks are read in rectangles that leave out the cached blocks."""
    cache, windows = BlockCache(10**6, together=True), []

    def read(window):
        windows.append((window.row_off, window.col_off, window.height, window.width))
        return decode(window)

    for window in (Window(25, 25, 10, 10), Window(5, 5, 90, 80), Window(0, 0, 100, 90)):
        assert np.array_equal(cache.read("a", GRID, (20, 20), window, read), decode(window))
    assert windows == [(20, 20, 20, 20), (0, 0, 20, 100), (20, 0, 20, 20), (20, 40, 20, 60), (40, 0, 50, 100)]


def test_blocks_that_fail_together_are_read_again():
    cache, calls = BlockCache(10**6, together=True), []

    def read(window):
        calls.append(window)
        if len(calls) == 1:
            raise OSError
        return decode(window)

    with pytest.raises(OSError):
        cache.read("a", GRID, (20, 20), Window(0, 0, 60, 60), read)
    found = cache.read("a", GRID, (20, 20), Window(0, 0, 60, 60), read)
    assert np.array_equal(found, decode(Window(0, 0, 60, 60))) and len(calls) == 2


def test_threads_read_each_block_once_together():
    cache, found, lock = BlockCache(10**6, together=True), [], threading.Lock()

    def read(window):
        with lock:
            found.extend((each.row_off, each.col_off) for each in touched_blocks(window, (20, 20)))
        return decode(window)

    def check(window):
        return np.array_equal(cache.read("a", GRID, (20, 20), window, read), decode(window))

    with ThreadPoolExecutor(9) as pool:
        assert all(pool.map(check, [Window(col, row, 50, 40) for row in (0, 25, 50) for col in (0, 15, 50)]))
    assert len(found) == len(set(found)) == 25
