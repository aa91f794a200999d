"""Tests for the workers of a cluster: adapting the number of chunks of a plan, and work that does not stop."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
from rasterio.windows import Window

from parallel_raster.core.cluster import workers
from parallel_raster.core.cluster.workers import ClusterWorkers
from parallel_raster.core.parallel.chunks import plan_chunks
from parallel_raster.core.pixels.files import FileItem
from parallel_raster.core.progress import DEFAULT_LOG, NoProgress


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


class Unprintable:
    """A plan that may be neither compared nor printed."""

    def __eq__(self, other):
        pytest.fail("plans are compared")

    def __repr__(self):
        pytest.fail("a plan is printed")


@pytest.mark.parametrize(
    ("items", "places", "named"),
    [
        ([FileItem(number, Unprintable(), f"/out/{number}.tif") for number in range(3)], None, "/out/1.tif"),
        ([(0,), (1,), (2,)], [Window(0, 256 * row, 256, 256) for row in range(3)],
         "the chunk at row 256, column 0 (256 x 256 pixels)"),
        ([(0, 1), (2, 3), (4, 5)], None, "item 2 of 3"),
    ],
)  # fmt: skip
def test_work_that_does_not_stop_is_named(monkeypatch, tmp_path, caplog, items, places, named):
    """The warning about work that does not stop names the file or the chunk; it does not print the item's plan."""
    client = SimpleNamespace(run=lambda call, folder, on_error: {"worker-1": [1], "worker-2": []})
    run = SimpleNamespace(run=lambda: None, withdraw=lambda end: None)
    monkeypatch.setattr(workers, "ClusterRun", lambda *arguments: run)
    monkeypatch.setattr(workers, "STOP_SECONDS", 0.1)
    connection = SimpleNamespace(client=client, address="tcp://x:1", threads=2)
    with caplog.at_level(logging.WARNING):
        ClusterWorkers(connection, DEFAULT_LOG).run(
            None, items, name="x", places=places, folder=str(tmp_path), inputs=(), collect=None, progress=NoProgress()
        )
    (message,) = caplog.messages
    assert f"1 thread is still busy, for example with {named}." in message
