"""Tests for adapting the number of chunks of a plan to the workers of a cluster."""

from __future__ import annotations

from types import SimpleNamespace

from parallel_raster.core.cluster.workers import ClusterWorkers
from parallel_raster.core.parallel.chunks import plan_chunks
from parallel_raster.core.progress import DEFAULT_LOG


def fitted_count(threads, **options):
    """Adapt a plan of 16 chunks to a cluster with `threads` threads and enough memory; return the new chunk count."""
    connection = SimpleNamespace(client=None, address=None, threads=threads, thread_memory=lambda limit: 2**30)
    plan = plan_chunks(
        (2048, 2048), (256, 256), [], bytes_per_pixel=8, input_block_bytes=2**16, workers=2, memory=2**30,
        chunk_size=512,
    )  # fmt: skip
    assert plan.count == 16
    return ClusterWorkers(connection, DEFAULT_LOG).fit(plan, memory=0, **options).count


def test_a_given_chunk_size_is_not_reduced_to_keep_all_workers_busy():
    assert fitted_count(40, chunk_size=0) > 16
    assert fitted_count(40, chunk_size=512) == fitted_count(40, chunk_size=0, keep_size=True) == 16
