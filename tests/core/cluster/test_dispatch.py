"""Results of a cluster's workers gathered, and workers or a scheduler lost meanwhile."""

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
from parallel_raster.core.cluster.worker import Order, worker_info
from parallel_raster.core.progress import NoProgress
from parallel_raster.core.versions import VERSION


class SimpleFuture:
    def __init__(self, status):
        self.status = status

    def exception(self):
        return KilledWorker("key")


class KilledWorker(Exception):
    """Named as the error of `distributed` is."""


def test_another_dask_on_the_workers():
    """Their schedulers break off such connections, which is then said to be the likely reason."""
    here = {"nthreads": 1, "dask": worker_info()["versions"]["dask"]}
    connection = Connection(None, ClusterAddress("scheduler", "tcp://host:1"), {"a": here, "b": here}, 2)
    assert connection.other_dask == "" and re.fullmatch(r"[\d.]+\w*", here["dask"])
    other = replace(connection, workers={"a": here, "b": {**here, "dask": "1.2.3"}})
    assert other.other_dask.startswith(f"dask is 1.2.3 there and {here['dask']} here: install the same")
    run = ClusterRun(other, Order("", VERSION, (), None), "test", [1], None, None, NoProgress())
    with pytest.raises(ResourceError, match=r"was lost after 0 of 1 chunks.*dask is 1\.2\.3 there"):
        run._check_status(SimpleFuture("cancelled"))


@pytest.mark.parametrize(
    "error", [OSError("closed"), asyncio.CancelledError(), concurrent.futures.CancelledError()], ids=repr
)
def test_a_scheduler_that_ends_while_results_are_fetched(error):
    def gather(batch):
        raise error

    run, _ = gathering(gather)
    with pytest.raises(ResourceError, match="connection to the scheduler tcp://host:1 was lost"):
        for _ in range(1200):
            run._gather()


def gathering(gather):
    """A run of three items of which the second is finished, and its future."""
    connection = Connection(SimpleNamespace(gather=gather), ClusterAddress("scheduler", "tcp://host:1"), {}, 1)
    run = ClusterRun(connection, Order("", VERSION, (), None), "test", [1, 2, 3], None, None, NoProgress())
    future = SimpleFuture("finished")
    run._running[future] = 1
    return run, future


def test_a_result_that_died_with_its_worker_is_waited_for():
    run, future = gathering(None)
    future.status = "lost"
    run._gather()
    assert list(run._running) == [future]


def test_a_chunk_that_kills_the_workers_while_its_result_is_fetched():
    """The result was there, was lost, and computing it again killed the workers."""

    def gather(batch):
        future.status = "error"
        raise future.exception()

    run, future = gathering(gather)
    with pytest.raises(ResourceError, match="died again and again with chunk 2 of 3"):
        for _ in range(1200):
            run._gather()


def test_a_chunk_fails_while_other_results_are_fetched():
    """It ends the run at once, though fetching from a worker that died takes long."""
    end = threading.Event()
    run, _ = gathering(lambda batch: end.wait(PATIENCE))
    run._gather()
    run._running[SimpleFuture("error")] = 2
    with pytest.raises(ResourceError, match="died again and again with chunk 3 of 3"):
        run._gather()
    assert not end.is_set() and not run._gathering.is_done(), "the other results were waited for"
    end.set()
