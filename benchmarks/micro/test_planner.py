"""Run times of planning chunks and listing their windows, for 10,980 x 10,980 and for 65,536 x 65,536 pixels."""

from __future__ import annotations

import pytest

from parallel_raster.core.parallel.chunks import SharedBytes, plan_chunks
from parallel_raster.core.units import MEBIBYTE


def plan(size, halo):
    """Return the chunk plan for two uint16 bands (blocks of 512 x 512 pixels), four threads and 1 GB of memory."""
    return plan_chunks(
        (size, size), (512, 512), [(512, 512)] * 2, bytes_per_pixel=24, input_block_bytes=MEBIBYTE, workers=4,
        memory=1024 * MEBIBYTE, halo=halo, shared=SharedBytes(256 * MEBIBYTE if halo else 0),
    )  # fmt: skip


@pytest.fixture(params=[10_980, 65_536])
def size(request):
    return request.param


@pytest.fixture(params=[0, 12])
def halo(request):
    return request.param


def test_plan(benchmark, size, halo):
    assert benchmark(plan, size, halo).in_flight == 4


def test_windows(benchmark, size, halo):
    chunks = plan(size, halo)
    windows = benchmark(lambda: list(chunks.windows()))
    assert sum(window.width * window.height for window in windows) == size**2 and len(windows) == chunks.count
