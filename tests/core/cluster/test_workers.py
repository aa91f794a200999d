"""How the chunks of a plan are fitted to the workers of a cluster."""

from __future__ import annotations

from types import SimpleNamespace

from parallel_raster.core.cluster.workers import ClusterWorkers
from parallel_raster.core.parallel.chunks import plan_chunks


def fitted(threads, **options):
    """The chunks of a plan of 16 for so many threads with enough memory."""
    connection = SimpleNamespace(client=None, address=None, threads=threads, thread_memory=lambda given: 2**30)
    plan = plan_chunks(
        (2048, 2048), (256, 256), [], bytes_per_pixel=8, input_block_bytes=2**16, workers=2, memory=2**30,
        chunk_size=512,
    )  # fmt: skip
    assert plan.count == 16
    return ClusterWorkers(connection).fit(plan, memory=0, **options).count


def test_only_chunks_of_a_chosen_size_are_made_smaller_to_keep_all_busy():
    assert fitted(40, chunk_size=0) > 16
    assert fitted(40, chunk_size=512) == fitted(40, chunk_size=0, keep_size=True) == 16
