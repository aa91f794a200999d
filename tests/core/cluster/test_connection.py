"""What is asked of the workers of a cluster before a run."""

from __future__ import annotations

import pytest

from parallel_raster.core import ResourceError
from parallel_raster.core.cluster.address import ClusterAddress
from parallel_raster.core.cluster.connection import _compare_workers
from parallel_raster.core.cluster.worker import worker_info
from parallel_raster.core.progress import NoProgress


def test_a_worker_that_leaves_while_it_is_asked(log):
    """It is passed over, as in the middle of a run; where no other is there, that is an error."""

    class Client:
        status = "running"
        told = {"tcp://a": worker_info(), "tcp://b": ConnectionError("closed")}

        def scheduler_info(self, n_workers=5):
            return {"workers": {name: {"nthreads": 1, "memory_limit": 2**30} for name in self.told}}

        def run(self, function, on_error):
            return self.told

    client, address = Client(), ClusterAddress("scheduler", "tcp://host:1")
    assert list(_compare_workers(client, address, NoProgress(), log)) == ["tcp://a"]
    del client.told["tcp://a"]
    with pytest.raises(ResourceError, match="left as soon as they had come"):
        _compare_workers(client, address, NoProgress(), log)
