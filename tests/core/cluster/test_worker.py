"""Tests for work orders and items on a cluster worker, without a cluster."""

from __future__ import annotations

import copyreg
import os
import pickle
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from affine import Affine

from cancels import PATIENCE
from parallel_raster.core import Cancelled, InputError, OutputError, ResourceError
from parallel_raster.core.cluster import worker as cluster_worker
from parallel_raster.core.cluster.worker import Failure, FolderStop, NoOrder, Order
from parallel_raster.core.versions import VERSION


def test_transforms_are_pickled_as_numbers():
    """A transform is pickled as six numbers, so client and workers may have different versions of affine."""
    transform = Affine(1, 2, 3, 4, 5, 6)
    assert copyreg.dispatch_table[Affine](transform) == (Affine, (1, 2, 3, 4, 5, 6))
    assert pickle.loads(pickle.dumps(transform)) == transform  # noqa: S301 - our own data


@pytest.fixture
def folder(tmp_path):
    """Create and return the folder of an active run."""
    path = tmp_path / "run.parts"
    path.mkdir()
    (path / "go").touch()
    return path


@pytest.fixture
def order(folder, make_raster, random_bands):
    """Return a function that creates a work order for the folder of the active run."""
    source = str(make_raster(random_bands()))

    def make(work=lambda item, stop: item * 2, **values):
        stat = os.stat(source)
        known = ((source, stat.st_size, stat.st_mtime_ns),)
        return Order(**{"folder": str(folder), "version": VERSION, "inputs": known, "work": work, **values})

    return make


def test_items_run_between_taking_and_ending_an_order(order, folder, monkeypatch):
    monkeypatch.setattr(cluster_worker, "ORDER_SECONDS", 0)
    assert cluster_worker.perform(str(folder), 0, 4) == NoOrder()
    assert cluster_worker.take_order(order()) == ""
    assert cluster_worker.perform(str(folder), 0, 4) == 8
    assert cluster_worker.end_order(str(folder)) == []
    assert cluster_worker.perform(str(folder), 0, 4) == NoOrder()
    assert [path.name for path in folder.iterdir()] == ["go"]


def test_an_item_waits_for_the_order(order, folder, monkeypatch):
    """An item waits for its work order while the run is active, but not after the run has ended."""
    monkeypatch.setattr(cluster_worker, "ORDER_SECONDS", PATIENCE)
    results = []
    thread = threading.Thread(target=lambda: results.append(cluster_worker.perform(str(folder), 0, 4)))
    thread.start()
    thread.join(0.2)
    assert results == []
    cluster_worker.take_order(order())
    thread.join(PATIENCE)
    assert results == [8] and cluster_worker.end_order(str(folder)) == []
    (folder / "go").unlink()
    monkeypatch.setattr(cluster_worker.time, "sleep", lambda _: pytest.fail("waited after the end of the run"))
    assert cluster_worker.perform(str(folder), 0, 4) == NoOrder()


def test_reasons_to_reject_an_order(order, folder):
    (path, size, mtime), *_ = order().inputs
    for values, message in (
        ({"version": "9.9"}, "The worker .* has parallel_raster .*, but this machine has 9.9"),
        ({"folder": str(folder) + "x"}, "cannot find the output folder"),
        ({"inputs": ((path + "x", 1, 1),)}, "tifx cannot be found by the worker"),
        ({"inputs": ((path, size + 1, mtime),)}, "is a different file on the worker"),
        ({"inputs": ((path, size, mtime + 10**10),)}, "is a different file on the worker"),
    ):
        assert re.search(message, cluster_worker.take_order(order(**values)))
    assert cluster_worker.take_order(order(inputs=((path, size, mtime + 10**9),))) == ""
    cluster_worker.end_order(str(folder))


def work_raising(error):
    def work(item, stop):
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "kind"),
    [(InputError("a.tif"), InputError), (OutputError("o"), OutputError), (Cancelled(), Cancelled),
     (MemoryError(), ResourceError)],
)  # fmt: skip
def test_errors_are_returned_as_plain_values(order, folder, error, kind):
    cluster_worker.take_order(order(work_raising(error)))
    failure = pickle.loads(pickle.dumps(cluster_worker.perform(str(folder), 5, 1)))  # noqa: S301 - our own data
    assert isinstance(failure, Failure) and type(failure.error()) is kind
    assert str(error) in str(failure.error())
    assert cluster_worker.end_order(str(folder)) == []


def test_unexpected_errors_are_raised(order, folder):
    cluster_worker.take_order(order(work_raising(ZeroDivisionError())))
    with pytest.raises(ZeroDivisionError):
        cluster_worker.perform(str(folder), 5, 1)
    assert cluster_worker.end_order(str(folder)) == []


def test_running_work_stops_when_the_run_ends(order, folder):
    started = threading.Event()

    def work(item, stop):
        started.set()
        while True:
            stop.check()
            time.sleep(0.01)

    cluster_worker.take_order(order(work))
    results = []
    thread = threading.Thread(target=lambda: results.append(cluster_worker.perform(str(folder), 5, 1)))
    thread.start()
    assert started.wait(PATIENCE) and cluster_worker.end_order(str(folder)) == [5]
    (folder / "go").unlink()
    thread.join(PATIENCE)
    assert results[0].kind == "Cancelled" and cluster_worker.end_order(str(folder)) == []
    assert FolderStop(str(folder)).is_set()


class Incomparable:
    """An item that raises an error if it is compared, like a plan with arrays."""

    __hash__ = None

    def __eq__(self, other):
        raise ValueError("items are compared")


def test_items_are_not_compared(order, folder):
    """Active items are identified by their numbers: comparing the items, which may be whole plans, could fail."""
    begun, go_on = threading.Barrier(3), threading.Event()

    def work(item, stop):
        begun.wait(PATIENCE)
        assert go_on.wait(PATIENCE)
        return "done"

    cluster_worker.take_order(order(work))
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(cluster_worker.perform, str(folder), number, Incomparable()) for number in range(2)]
        begun.wait(PATIENCE)
        active = cluster_worker.end_order(str(folder))
        go_on.set()
    assert sorted(active) == [0, 1] and [call.result() for call in calls] == ["done", "done"]
    assert cluster_worker.end_order(str(folder)) == []
