"""Tests for chunk plans: they partition the raster, follow its blocks and respect the memory limit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from rasterio.windows import Window

from parallel_raster.core.errors import OptionError, ResourceError
from parallel_raster.core.parallel import chunks as planner
from parallel_raster.core.parallel.chunks import SharedBytes, plan_chunks, resolve_chunk_size, share_out
from parallel_raster.core.raster.windows import subdivide
from parallel_raster.core.units import MEBIBYTE

UNLIMITED = 2**40


def plan(size, block, input_blocks=(), **others):
    keywords = {"bytes_per_pixel": 10, "input_block_bytes": 1000, "workers": 2, "memory": UNLIMITED, **others}
    return plan_chunks(size, block, input_blocks or [block], **keywords)


def assert_partition(windows, whole):
    """Assert that every pixel of `whole` is in exactly one window, and that no window extends beyond `whole`."""
    counts = np.zeros((whole.row_off + whole.height, whole.col_off + whole.width), np.uint8)
    for window in windows:
        assert window.width > 0 and window.height > 0
        assert window.row_off + window.height <= counts.shape[0] and window.col_off + window.width <= counts.shape[1]
        counts[window.toslices()] += 1
    assert (counts[whole.toslices()] == 1).all()
    assert counts.sum() == whole.width * whole.height


sides = st.integers(1, 700)
tile_edges = st.sampled_from([16, 32, 48, 128, 256, 512, 1024])


@st.composite
def layouts(draw):
    """Draw the size and block shape of an output, and the block shapes of one or two inputs."""
    size = draw(sides), draw(sides)

    def blocks():
        return draw(
            st.one_of(
                st.tuples(tile_edges, tile_edges),
                st.tuples(st.integers(1, size[0]), st.just(size[1])),  # strips
            )
        )

    # Strips have at least 16 rows, because thinner strips would only produce thousands of windows.
    output = blocks()
    if output[1] == size[1]:
        output = max(16, output[0]), size[1]
    return size, output, [blocks() for _ in range(draw(st.integers(1, 2)))]


@pytest.mark.repeated
@given(
    layouts(),
    st.integers(0, 900),
    st.integers(1, 5),
    st.one_of(st.just(UNLIMITED), st.integers(1, 20 * MEBIBYTE)),
    st.integers(1, 60),
)
@example(((700, 900), (128, 128), [(1, 900)]), 0, 3, UNLIMITED, 20)
@example(((700, 900), (16, 900), [(256, 256)]), 128, 3, UNLIMITED, 20)
@example(((600, 600), (128, 128), [(512, 16)]), 256, 2, MEBIBYTE, 20)
@settings(max_examples=5 * settings.get_profile("mosaics").max_examples)
def test_plans_for_arbitrary_sizes(layout, chunk_size, workers, memory, bytes_per_pixel):
    size, block, input_blocks = layout
    limits = {"bytes_per_pixel": bytes_per_pixel, "workers": workers, "memory": memory, "input_block_bytes": 5000}
    smallest = block[0] * block[1] * bytes_per_pixel + 5000
    try:
        found = plan(size, block, input_blocks, chunk_size=chunk_size, **limits)
    except ResourceError as error:
        assert smallest > memory
        assert f"{math.ceil(smallest / MEBIBYTE)} MB" in str(error) and "\n" not in str(error)
        return
    whole = Window(0, 0, size[1], size[0])
    windows = list(found.windows())
    assert len(windows) == found.count
    assert 1 <= found.in_flight <= min(workers, found.count)
    assert found.memory == found.in_flight * (found.chunk[0] * found.chunk[1] * bytes_per_pixel + 5000) <= memory
    assert_partition(windows, whole)
    slices = [piece for window in windows for piece in found.slices(window)]
    assert_partition(slices, whole)
    for window in windows + slices:
        assert window.row_off % block[0] == 0 and window.col_off % block[1] == 0
        assert window.height % block[0] == 0 or window.row_off + window.height == size[0]
        assert window.width % block[1] == 0 or window.col_off + window.width == size[1]


@pytest.mark.parametrize(
    ("chunk_size", "expected"),
    [(1, (128, 128)), (128, (128, 128)), (129, (256, 256)), (600, (640, 640)), (10_000, (1024, 2048))],
)
def test_chunk_size_is_rounded_up_to_complete_blocks(chunk_size, expected):
    assert plan((1000, 2000), (128, 128), chunk_size=chunk_size).chunk == expected


def test_the_memory_limit_overrides_the_chunk_size():
    found = plan((10_000, 10_000), (128, 128), chunk_size=10_000, memory=50 * MEBIBYTE)
    assert found.memory <= 50 * MEBIBYTE
    assert found.chunk[0] >= 128 and found.in_flight == 2


def test_the_memory_stated_in_the_error_is_sufficient():
    with pytest.raises(ResourceError) as caught:
        plan((1000, 1000), (512, 512), memory=MEBIBYTE, bytes_per_pixel=50)
    needed = int(str(caught.value).split("at least ")[1].rstrip("."))
    assert plan((1000, 1000), (512, 512), memory=needed * MEBIBYTE, bytes_per_pixel=50).in_flight == 1
    with pytest.raises(ResourceError):
        plan((1000, 1000), (512, 512), memory=(needed - 1) * MEBIBYTE, bytes_per_pixel=50)


def test_chunks_that_may_use_half_of_the_memory():
    options = {"bytes_per_pixel": 50, "workers": 4, "half": True}
    with pytest.raises(ResourceError, match="13 MB .* is 25 MB. .* at least 26. Chunks can use only half"):
        plan((1000, 1000), (512, 512), memory=25 * MEBIBYTE, **options)
    found = plan((1000, 1000), (512, 512), memory=26 * MEBIBYTE, **options)
    assert found.in_flight == 1 and found.memory <= 13 * MEBIBYTE and found.limit == 26 * MEBIBYTE


def test_fewer_chunks_run_at_once_if_memory_is_short():
    one = 512 * 512 * 10 + 1000
    assert plan((5000, 5000), (512, 512), workers=8, memory=3 * one).in_flight == 3
    assert plan((5000, 5000), (512, 512), workers=8, memory=one).in_flight == 1


@pytest.mark.parametrize("block", [(128, 128), (512, 512)])
def test_strips_are_read_in_their_full_width(block):
    """Chunks span the full width of strips, because a narrow chunk would decode complete strips but use only a part."""
    found = plan((5000, 5000), block, [(1, 5000)])
    assert found.chunk[1] >= 5000
    assert all(window.width == 5000 for window in found.windows())


def test_strips_are_written_in_their_full_width():
    found = plan((5000, 5000), (8, 5000), [(256, 256)])
    assert found.chunk[1] == 5000 and found.chunk[0] % 8 == 0


def test_blocks_of_the_input_are_read_once():
    """Chunk sizes are multiples of the output and input block sizes if the common multiple is small enough."""
    found = plan((6000, 6000), (512, 512), [(256, 768)])
    assert found.chunk[0] % 512 == 0 and found.chunk[1] % 1536 == 0


def test_every_worker_gets_chunks():
    assert plan((2048, 2048), (256, 256), workers=4).count >= 8


def test_a_large_chunk_is_processed_in_slices(monkeypatch):
    monkeypatch.setattr(planner, "SLICE_PIXELS", 128 * 1000)
    found = plan((1000, 1000), (128, 128), chunk_size=1000)
    (chunk,) = found.windows()
    slices = list(found.slices(chunk))
    assert [piece.height for piece in slices] == [128] * 7 + [104]
    assert_partition(slices, chunk)


@given(sides, sides, st.integers(1, 300), st.integers(1, 300), st.integers(0, 50), st.integers(0, 50))
def test_subdivide(height, width, rows, cols, top, left):
    assume(math.ceil(height / rows) * math.ceil(width / cols) < 2000)
    whole = Window(left, top, width, height)
    windows = list(subdivide(whole, (rows, cols)))
    assert_partition(windows, whole)
    assert len(windows) == math.ceil(height / rows) * math.ceil(width / cols)
    assert {window.col_off for window in windows} == set(range(left, left + width, cols))
    assert {window.row_off for window in windows} == set(range(top, top + height, rows))
    assert all(window.width <= cols and window.height <= rows for window in windows)
    order = [(window.row_off, window.col_off) for window in windows]
    assert order == sorted(order)


def test_a_negative_chunk_size_raises_an_error():
    assert resolve_chunk_size(0) == 0 and resolve_chunk_size(77) == 77
    with pytest.raises(OptionError, match="CHUNK_SIZE"):
        resolve_chunk_size(-1)


def test_a_plan_as_text():
    text = str(plan((700, 900), (128, 128), chunk_size=256, memory=2**30))
    for part in (
        "12 chunks of 256 x 256 pixels",
        "blocks 128 x 128",
        "2 at a time",
        " MB of working memory, memory limit 1024 MB",
    ):
        assert part in text


def large_plan(**given):
    wanted = {"bytes_per_pixel": 20, "input_block_bytes": 1000, "workers": 2, "memory": 2**30, **given}
    return plan_chunks((10_000, 10_000), (256, 256), [(256, 256)], **wanted)


@pytest.mark.parametrize("threads", [1, 2, 40, 1000, 100_000])
@pytest.mark.parametrize("memory", [2**22, 2**26, 2**30])
def test_chunks_for_many_threads(threads, memory):
    local = large_plan()
    shared = share_out(local, threads=threads, memory=memory, keep=False)
    assert all(edge % 256 == 0 and edge <= most for edge, most in zip(shared.chunk, local.chunk))
    assert shared.chunk[0] * shared.chunk[1] * 20 + 1000 <= memory
    assert shared.count >= 4 * threads or shared.chunk == (256, 256)
    assert shared.memory == shared.in_flight * (shared.chunk[0] * shared.chunk[1] * 20 + 1000)
    assert sum(window.width * window.height for window in shared.windows()) == 10_000**2


def test_the_users_chunk_size_is_kept():
    local = large_plan(chunk_size=1024)
    assert share_out(local, threads=10_000, memory=2**30, keep=True).chunk == local.chunk == (1024, 1024)
    assert share_out(local, threads=2, memory=2**22, keep=True).chunk[0] < 1024


def test_insufficient_memory_for_a_block_raises_an_error():
    with pytest.raises(ResourceError, match="needs 2 MB .* but a thread of the cluster has 1 MB"):
        share_out(large_plan(), threads=2, memory=2**20, keep=False)


@pytest.mark.parametrize("halo", [0, 3, 200])
def test_the_halo_counts_as_memory(halo):
    plan = plan_chunks(
        (4096, 20_000), (512, 512), [(1, 20_000)], bytes_per_pixel=10, input_block_bytes=100, workers=2, memory=2**30,
        halo=halo,
    )  # fmt: skip
    rows, cols = plan.chunk
    assert plan.memory == plan.in_flight * ((rows + 2 * halo) * (cols + 2 * halo) * 10 + 100)
    shared = share_out(plan, threads=4, memory=2**28, keep=True)
    assert shared.memory == 4 * ((rows + 2 * halo) * (cols + 2 * halo) * 10 + 100) and shared.halo == halo


@pytest.mark.parametrize(
    ("memory", "wanted", "least", "kept"),
    [
        (2**30, 2**20, 2**19, 2**20),
        (2**28, 2**28, 2**19, 2**26),
        (2**28, 2**28, 2**27, 0),
        (2**23, 2**22, 2**10, 2**21),
        (6 * 2**20, 2**22, 2**10, 0),
    ],
    ids=["as wanted", "a quarter", "too little to be useful", "smaller chunks", "fewer chunks at once"],
)
def test_memory_shared_by_all_chunks(memory, wanted, least, kept):
    """Memory shared by all chunks may make chunks smaller, but never reduces the number of concurrent chunks."""
    options = {"bytes_per_pixel": 10, "input_block_bytes": 0, "workers": 2, "memory": memory, "halo": 1}
    plan = plan_chunks((8192, 8192), (512, 512), [(512, 512)], shared=SharedBytes(wanted, least), **options)
    assert plan.shared_bytes == kept and plan.memory <= memory
    assert plan.in_flight == plan_chunks((8192, 8192), (512, 512), [(512, 512)], **options).in_flight


@pytest.mark.long
def test_wide_rasters_are_processed_in_stripes_if_chunks_have_a_halo():
    found = plan((20_000, 32_940), (512, 512), halo=8)
    assert found.chunk == (1024, 1024) and found.stripe == 11 * 1024
    windows = list(found.windows())
    assert_partition(windows, Window(0, 0, 32_940, 20_000))
    corners = [(each.col_off // found.stripe, each.row_off, each.col_off) for each in windows]
    assert corners == sorted(corners) and {stripe for stripe, _, _ in corners} == {0, 1, 2}


@pytest.mark.parametrize(("size", "halo"), [((20_000, 32_940), 0), ((20_000, 12_000), 8), ((5_000, 32_940), 8)])
def test_other_rasters_are_one_stripe(size, halo):
    """There is one stripe if there is no halo, if the raster is narrow, or if it has few rows of chunks."""
    found = plan(size, (512, 512), halo=halo)
    assert found.stripe >= found.width
