"""Tests for the checks on a cluster's workers before a run."""

from __future__ import annotations

import pytest

from parallel_raster.core import ResourceError
from parallel_raster.core.cluster.address import ClusterAddress
from parallel_raster.core.cluster.connection import Connection, _compare_workers
from parallel_raster.core.cluster.worker import worker_info
from parallel_raster.core.dependencies import MissingDependency
from parallel_raster.core.progress import NoProgress


def test_a_worker_that_disconnects_during_the_check(log):
    """A worker that disconnects during the check is ignored. If no other worker is left, an error is raised."""

    class Client:
        status = "running"
        answers = {"tcp://a": worker_info(), "tcp://b": ConnectionError("closed")}

        def scheduler_info(self, n_workers=5):
            return {"workers": {name: {"nthreads": 1, "memory_limit": 2**30} for name in self.answers}}

        def run(self, function, on_error):
            return self.answers

    client, address = Client(), ClusterAddress("scheduler", "tcp://host:1")
    assert list(_compare_workers(client, address, NoProgress(), log)) == ["tcp://a"]
    del client.answers["tcp://a"]
    with pytest.raises(ResourceError, match="disconnected right after they joined"):
        _compare_workers(client, address, NoProgress(), log)


def test_a_worker_without_an_optional_package():
    """If a worker lacks an optional package, only jobs that need this package are rejected."""
    problems = {"scipy": "The Python package scipy (1.10 or newer) is missing."}
    workers = {"tcp://a": {"host": "node1", "problems": {}}, "tcp://b": {"host": "node2", "problems": problems}}
    connection = Connection(None, ClusterAddress("scheduler", "tcp://host:1"), workers, 2)
    connection.check_packages(())
    with pytest.raises(MissingDependency, match="On the cluster worker node2: .*scipy .* is missing") as error:
        connection.check_packages(("scipy",))
    assert error.value.parameter == "cluster"
