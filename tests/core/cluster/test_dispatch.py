"""Tests for fetching results from cluster workers and for losing workers or the scheduler during a run."""

from __future__ import annotations

import asyncio
import concurrent.futures
import re
import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

from cancels import PATIENCE
from parallel_raster.core import ResourceError
from parallel_raster.core.cluster.address import ClusterAddress
from parallel_raster.core.cluster.connection import Connection
from parallel_raster.core.cluster.dispatch import ClusterRun
from parallel_raster.core.cluster.worker import NoOrder, Order, worker_info
from parallel_raster.core.errors import Cancelled
from parallel_raster.core.progress import NoProgress
from parallel_raster.core.versions import VERSION


class SimpleFuture:
    def __init__(self, status):
        self.status = status

    def exception(self):
        return KilledWorker("key")


class KilledWorker(Exception):
    """Stand-in for `distributed.KilledWorker`, which is recognized by its class name."""


def test_another_dask_version_on_the_workers():
    """If the connection is lost and the workers have a different dask version, the error names both versions."""
    here = {"nthreads": 1, "dask": worker_info()["versions"]["dask"]}
    connection = Connection(None, ClusterAddress("scheduler", "tcp://host:1"), {"a": here, "b": here}, 2)
    assert connection.other_dask == "" and re.fullmatch(r"[\d.]+\w*", here["dask"])
    other = replace(connection, workers={"a": here, "b": {**here, "dask": "1.2.3"}})
    assert other.other_dask.startswith(
        f"the workers have dask 1.2.3, but this machine has {here['dask']}. Install the same"
    )
    run = ClusterRun(other, Order("", VERSION, (), None), "test", [1], None, None, NoProgress())
    with pytest.raises(ResourceError, match=r"was lost after 0 of 1 chunks.*the workers have dask 1\.2\.3"):
        run._check_status(SimpleFuture("cancelled"))


@pytest.mark.parametrize(
    "error", [OSError("closed"), asyncio.CancelledError(), concurrent.futures.CancelledError()], ids=repr
)
def test_the_scheduler_ends_while_results_are_fetched(error):
    def gather(batch):
        raise error

    run, _ = run_with_finished_item(gather)
    with pytest.raises(ResourceError, match="connection to the scheduler tcp://host:1 was lost"):
        for _ in range(1200):
            run._gather()


def run_with_finished_item(gather):
    """Return a cluster run of three items and the future of its second item, which is finished."""
    connection = Connection(SimpleNamespace(gather=gather), ClusterAddress("scheduler", "tcp://host:1"), {}, 1)
    run = ClusterRun(connection, Order("", VERSION, (), None), "test", [1, 2, 3], None, None, NoProgress())
    future = SimpleFuture("finished")
    run._running[future] = 1
    return run, future


def test_a_worker_that_restarts_at_the_same_address_gets_the_work_order_again():
    """Workers with a fixed port restart at the same address. The order goes to all workers because it is quick."""
    sent = []
    run, _ = run_with_finished_item(lambda batch: [NoOrder()])
    run._client.run = lambda *arguments, workers, on_error: sent.append(workers) or {}
    run._ordered = {"tcp://host:2", "tcp://host:3"}
    workers = {"tcp://host:2": {"nthreads": 1}, "tcp://host:3": {"nthreads": 1}}
    run._update_workers(workers, 0)
    assert run._order_call is None
    while run._running:
        run._gather()
    run._update_workers(workers, 0)
    assert run._order_call.is_done(PATIENCE) and sent == [["tcp://host:2", "tcp://host:3"]]
    assert list(run._waiting) == [0, 1, 2, 1] and run._done == 0


def test_a_run_can_be_cancelled_after_its_last_item():
    cancelled = SimpleNamespace(is_cancelled=lambda: True, report=lambda done, total: None)
    connection = Connection(
        SimpleNamespace(run=lambda *_, **__: {}), ClusterAddress("scheduler", "tcp://host:1"), {}, 1
    )
    with pytest.raises(Cancelled):
        ClusterRun(connection, Order("", VERSION, (), None), "test", [], None, None, cancelled).run()


def test_a_result_lost_with_its_worker_stays_pending():
    run, future = run_with_finished_item(None)
    future.status = "lost"
    run._gather()
    assert list(run._running) == [future]


def test_a_chunk_crashes_the_workers_while_its_result_is_fetched():
    """If a result is lost and computing it again crashes the workers, the error names the chunk."""

    def gather(batch):
        future.status = "error"
        raise future.exception()

    run, future = run_with_finished_item(gather)
    with pytest.raises(ResourceError, match="crashed repeatedly on chunk 2 of 3"):
        for _ in range(1200):
            run._gather()


def test_a_chunk_fails_while_other_results_are_fetched():
    """A failed chunk ends the run at once, even while a slow fetch of other results is in progress."""
    end = threading.Event()
    run, _ = run_with_finished_item(lambda batch: end.wait(PATIENCE))
    run._gather()
    run._running[SimpleFuture("error")] = 2
    with pytest.raises(ResourceError, match="crashed repeatedly on chunk 3 of 3"):
        run._gather()
    assert not end.is_set() and not run._gathering.is_done(), "the run waited for the other results"
    end.set()


def test_functions_that_differ_on_a_worker():
    """Workers whose results of numpy functions such as `exp` are not bit-identical are detected."""
    here = {"nthreads": 1, "functions": worker_info()["functions"]}
    connection = Connection(None, ClusterAddress("scheduler", "tcp://host:1"), {"a": here, "b": here}, 2)
    assert not connection.functions_differ
    assert replace(connection, workers={"a": here, "b": {**here, "functions": "other"}}).functions_differ
