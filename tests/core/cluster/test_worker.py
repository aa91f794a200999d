"""What a worker does with an order and its items, without a cluster."""

from __future__ import annotations

import copyreg
import os
import pickle
import re
import threading
import time

import pytest
from affine import Affine

from cancels import PATIENCE
from parallel_raster.core import Cancelled, InputError, OutputError, ResourceError
from parallel_raster.core.cluster import worker as cluster_worker
from parallel_raster.core.cluster.worker import Failure, FolderStop, NoOrder, Order
from parallel_raster.core.versions import VERSION


def test_transforms_travel_as_numbers():
    """Affine 2 and 3 do not read each other's pickles: client and workers may have one each."""
    transform = Affine(1, 2, 3, 4, 5, 6)
    assert copyreg.dispatch_table[Affine](transform) == (Affine, (1, 2, 3, 4, 5, 6))
    assert pickle.loads(pickle.dumps(transform)) == transform  # noqa: S301 - our own


@pytest.fixture
def folder(tmp_path):
    """The folder of a run that goes on."""
    path = tmp_path / "run.parts"
    path.mkdir()
    (path / "go").touch()
    return path


@pytest.fixture
def order(folder, make_raster, random_bands):
    """Factory of orders."""
    source = str(make_raster(random_bands()))

    def make(work=lambda item, stop: item * 2, **given):
        facts = os.stat(source)
        known = ((source, facts.st_size, facts.st_mtime_ns),)
        return Order(**{"folder": str(folder), "version": VERSION, "inputs": known, "work": work, **given})

    return make


def test_an_order(order, folder, monkeypatch):
    monkeypatch.setattr(cluster_worker, "ORDER_SECONDS", 0)
    assert cluster_worker.perform(str(folder), 4) == NoOrder()
    assert cluster_worker.take_order(order()) == ""
    assert cluster_worker.perform(str(folder), 4) == 8
    assert cluster_worker.end_order(str(folder)) == 0
    assert cluster_worker.perform(str(folder), 4) == NoOrder()
    assert [path.name for path in folder.iterdir()] == ["go"]


def test_an_item_waits_for_the_order(order, folder, monkeypatch):
    """As long as the run goes on."""
    monkeypatch.setattr(cluster_worker, "ORDER_SECONDS", PATIENCE)
    found = []
    thread = threading.Thread(target=lambda: found.append(cluster_worker.perform(str(folder), 4)))
    thread.start()
    thread.join(0.2)
    assert found == []
    cluster_worker.take_order(order())
    thread.join(PATIENCE)
    assert found == [8] and cluster_worker.end_order(str(folder)) == 0
    (folder / "go").unlink()
    monkeypatch.setattr(cluster_worker.time, "sleep", lambda _: pytest.fail("waited though the run is over"))
    assert cluster_worker.perform(str(folder), 4) == NoOrder()


def test_what_keeps_a_worker_from_an_order(order, folder):
    (path, size, mtime), *_ = order().inputs
    for given, words in (
        ({"version": "9.9"}, "is .* on the worker .* and 9.9 here"),
        ({"folder": str(folder) + "x"}, "does not see the output folder"),
        ({"inputs": ((path + "x", 1, 1),)}, "tifx is not there for the worker"),
        ({"inputs": ((path, size + 1, mtime),)}, "is another file on the worker"),
        ({"inputs": ((path, size, mtime + 10**10),)}, "is another file on the worker"),
    ):
        assert re.search(words, cluster_worker.take_order(order(**given)))
    assert cluster_worker.take_order(order(inputs=((path, size, mtime + 10**9),))) == ""
    cluster_worker.end_order(str(folder))


def raising(error):
    def work(item, stop):
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "kind"),
    [(InputError("a.tif"), InputError), (OutputError("o"), OutputError), (Cancelled(), Cancelled),
     (MemoryError(), ResourceError)],
)  # fmt: skip
def test_errors_travel_as_words(order, folder, error, kind):
    cluster_worker.take_order(order(raising(error)))
    failure = pickle.loads(pickle.dumps(cluster_worker.perform(str(folder), 1)))  # noqa: S301 - our own
    assert isinstance(failure, Failure) and type(failure.error()) is kind
    assert str(error) in str(failure.error())
    assert cluster_worker.end_order(str(folder)) == 0


def test_an_unknown_error_is_the_schedulers(order, folder):
    cluster_worker.take_order(order(raising(ZeroDivisionError())))
    with pytest.raises(ZeroDivisionError):
        cluster_worker.perform(str(folder), 1)
    assert cluster_worker.end_order(str(folder)) == 0


def test_work_hears_that_it_is_no_longer_wanted(order, folder):
    heard = threading.Event()

    def work(item, stop):
        heard.set()
        while True:
            stop.check()
            time.sleep(0.01)

    cluster_worker.take_order(order(work))
    found = []
    thread = threading.Thread(target=lambda: found.append(cluster_worker.perform(str(folder), 1)))
    thread.start()
    assert heard.wait(PATIENCE) and cluster_worker.end_order(str(folder)) == 1
    (folder / "go").unlink()
    thread.join(PATIENCE)
    assert found[0].kind == "Cancelled" and cluster_worker.end_order(str(folder)) == 0
    assert FolderStop(str(folder)).is_set()
