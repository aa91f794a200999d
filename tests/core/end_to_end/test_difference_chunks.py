"""The result of a normalized difference is the same for any chunk size, number of workers and file layout."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from parallel_raster.core import normalized_difference
from parallel_raster.core.parallel import chunks as planner

SHAPE = (400, 520)
BLOCKS = "BLOCKXSIZE=128|BLOCKYSIZE=128"


@pytest.fixture(scope="module")
def values():
    """Return two bands whose statistics differ in the last digits if the order of summation differs."""
    random = np.random.default_rng(8)
    a = random.normal(0, 1, SHAPE).astype("float32")
    b = random.uniform(0.1, 9, SHAPE).astype("float32")
    a[100:180, 200:320] = np.nan
    a[::37, ::11] = -b[::37, ::11]
    return a, b


@pytest.fixture
def run(tmp_path, log, read, make_progress):
    """Return a function that runs the job and returns its result, the pixels, the tags and the number of chunks."""

    def call(source, **options):
        progress = make_progress()
        given = {"band_a": 1, "band_b": 2, "creation_options": BLOCKS, "log": log, "progress": progress}
        result = normalized_difference(source, tmp_path / "out.tif", **{**given, **options})
        out = read(result.output)
        chunks = int(re.search(r"(\d+) chunks?", log.infos[-3]).group(1))
        log.infos.clear()
        done, total = progress.reports[-1]
        assert progress.reports == sorted(progress.reports) and done == total and total % chunks == 0
        return replace(result, output=""), out.values.tobytes(), out.tags, chunks

    return call


def assert_same(found, expected):
    """Assert that the results, pixels and tags of two runs are exactly equal."""
    assert found[0] == expected[0] and found[1] == expected[1] and found[2] == expected[2]


LAYOUTS = {
    "tiles": {"blocks": 128},
    "strips": {"blocks": "strips"},
    "pixel-interleaved tiles": {"blocks": (64, 256), "interleave": "pixel"},
    "pixel-interleaved strips": {"blocks": "strips", "interleave": "pixel"},
    "band-interleaved tiles": {"blocks": 256, "interleave": "band", "compress": "deflate"},
}


@pytest.fixture(scope="module")
def computed():
    """Return a list in which the fixture `expected` caches its result."""
    return []


@pytest.fixture
def expected(make_raster, values, run, computed):
    """Return the result of a run with one worker and one chunk."""
    if not computed:
        computed.append(run(make_raster(values, "plain.tif"), workers=1, chunk_size=10_000))
    return computed[0]


def test_chunk_sizes_and_workers(make_raster, values, run, expected):
    source = make_raster(values, blocks=128)
    counts = {}
    for chunk_size in (128, 256, 1000, 4096, 10_000, 0):
        for workers in (1, 2, 3):
            found = run(source, chunk_size=chunk_size, workers=workers)
            assert_same(found, expected)
            counts[chunk_size] = counts.get(chunk_size, set()) | {found[3]}
    assert [counts[size] for size in (128, 256, 1000, 4096, 10_000)] == [{20}, {6}, {1}, {1}, {1}]
    assert max(counts[0]) > 1  # the automatic chunk size gives every worker a chunk


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize(("chunk_size", "workers"), [(0, 3), (300, 2), pytest.param(128, 2, marks=pytest.mark.long)])
def test_layouts_of_the_input(make_raster, values, run, expected, layout, chunk_size, workers):
    assert_same(run(make_raster(values, **layout), chunk_size=chunk_size, workers=workers), expected)


def test_two_files(make_raster, values, run, expected):
    one, two = make_raster([values[0]], "one.tif", blocks=256), make_raster([values[1]], "two.tif")
    assert_same(run(one, input_b=two, chunk_size=200, workers=3), expected)


@pytest.mark.parametrize("slice_pixels", [1, 128 * 520 * 2])
def test_slices_of_large_chunks(make_raster, values, run, expected, monkeypatch, slice_pixels):
    """Large chunks are processed in slices; the size of the slices does not affect the result."""
    monkeypatch.setattr(planner, "SLICE_PIXELS", slice_pixels)
    for chunk_size in (256, 10_000):
        assert_same(run(make_raster(values), chunk_size=chunk_size, workers=2), expected)


def test_a_low_memory_limit(make_raster, values, run, expected):
    found = run(make_raster(values, blocks=128), chunk_size=10_000, workers=3, memory=3)
    assert_same(found, expected)
    assert found[3] > 1


def test_strips_as_output(make_raster, values, run):
    """Results written in strips do not depend on the chunk size or on the number of workers."""
    options = {"creation_options": "TILED=NO|BLOCKYSIZE=16"}
    one = run(make_raster(values, "one.tif"), workers=1, chunk_size=10_000, **options)
    counts = set()
    for chunk_size, workers in ((16, 2), (100, 3), (0, 1), (0, 3)):
        for blocks in ("strips", 128):
            found = run(make_raster(values, blocks=blocks), chunk_size=chunk_size, workers=workers, **options)
            assert_same(found, one)
            counts.add(found[3])
    assert len(counts) >= 3


@pytest.mark.parametrize("data_type", ["int16", "uint8"])
def test_integer_codes(make_raster, values, run, data_type):
    source = make_raster(values, blocks=128)
    one = run(source, workers=1, chunk_size=10_000, data_type=data_type)
    for chunk_size, workers in ((128, 3), (256, 2), (0, 2)):
        assert_same(run(source, chunk_size=chunk_size, workers=workers, data_type=data_type), one)


def test_an_extent_off_the_blocks(make_raster, values, run):
    """If output blocks are not aligned with input blocks, results do not depend on chunks, workers or file layout."""
    extent = (400_000 + 101 * 30, 5_000_000 - 399 * 30, 400_000 + 503 * 30, 5_000_000 - 77 * 30)
    one = run(make_raster(values, "plain.tif"), workers=1, chunk_size=10_000, extent=extent)
    for layout in LAYOUTS.values():
        assert_same(run(make_raster(values, **layout), chunk_size=128, workers=3, extent=extent), one)


def test_repeated_runs(make_raster, values, run, expected):
    """Repeated runs give identical results; a race condition would make them differ."""
    source = make_raster(values, blocks=128)
    for _ in range(5):
        assert_same(run(source, chunk_size=128, workers=4), expected)
