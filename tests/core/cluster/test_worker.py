"""What can be told of a cluster without one: addresses, orders, shares of memory, and parts put together."""

from __future__ import annotations

import asyncio
import concurrent.futures
import copyreg
import os
import pickle
import re
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from affine import Affine

import parallel_raster
from cancels import PATIENCE, wait_for
from parallel_raster.core import Cancelled, InputError, OptionError, OutputError, ResourceError
from parallel_raster.core.cluster import worker as cluster_worker
from parallel_raster.core.cluster.address import ClusterAddress, parse_cluster
from parallel_raster.core.cluster.connection import Connection, _compare_workers
from parallel_raster.core.cluster.dispatch import ClusterRun
from parallel_raster.core.cluster.worker import Failure, FolderStop, NoOrder, Order, worker_facts
from parallel_raster.core.engine.run import ClusterWorkers, Watch, run_task, shared_path
from parallel_raster.core.jobs.difference.plan import IndexOptions, plan_index
from parallel_raster.core.parallel.background import Waiting, patiently
from parallel_raster.core.parallel.chunks import plan_chunks, share_out
from parallel_raster.core.progress import NoProgress, Stop
from parallel_raster.core.versions import VERSION
from parallel_raster.core.writing.partial_file import remove_dead_partials
from parallel_raster.core.writing.writer import RasterWriter

ROOT = Path(parallel_raster.__file__).parent


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("  ", None),
        ("tcp://host:8786", ClusterAddress("scheduler", "tcp://host:8786")),
        ("tcp://10.0.0.1:8786/", ClusterAddress("scheduler", "tcp://10.0.0.1:8786")),
        ("tls://[::1]:1?timeout=7.5", ClusterAddress("scheduler", "tls://[::1]:1", 7.5)),
        ("scheduler-file:/a b/s.json", ClusterAddress("file", "/a b/s.json")),
        ("scheduler-file:/a?b/s.json?timeout=5", ClusterAddress("file", "/a?b/s.json", 5)),
        ("slurm", ClusterAddress("slurm", "")),
        ("slurm?min=2&max=50&timeout=600", ClusterAddress("slurm", "", 600, 2, 50)),
        ("slurm?min=30", ClusterAddress("slurm", "", 300, 30, 30)),
    ],
)
def test_addresses(text, found):
    assert parse_cluster(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "host:8786", "tcp://host", "tcp://:8786", "tcp://host:0", "tcp://host:99999", "http://host:1",
        "scheduler-file:", "tcp://host:1?min=1", "tcp://host:1?timeout=0", "tcp://host:1?timeout=nan", "tcp://host:1?timeout=soon",
        "slurm?max=0", "slurm?min=5&max=4", "slurm?min=-1", "slurm?min=1.5", "slurm?jobs=3", "slurm:", "tcp://a b:1",
    ],
)  # fmt: skip
def test_addresses_of_no_kind(text):
    with pytest.raises(OptionError, match=re.escape(repr(text))):
        parse_cluster(text)


def test_a_wrong_address_is_told_before_anything_runs(make_raster, random_bands, tmp_path, state):
    source = make_raster(random_bands())
    before = state(tmp_path)
    with pytest.raises(OptionError, match="CLUSTER"):
        parallel_raster.core.normalized_difference(source, tmp_path / "o.tif", band_a=1, band_b=2, cluster="nowhere")
    assert state(tmp_path) == before


def test_paths_that_travel(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert shared_path("a.tif") == str(tmp_path / "a.tif")
    for path in ("", "/vsizip/x.zip/a.tif", "https://x/a.tif"):
        assert shared_path(path) == path


def test_a_worker_that_leaves_while_it_is_asked(log):
    """It is passed over, as in the middle of a run; where no other is there, that is an error."""

    class Client:
        status = "running"
        told = {"tcp://a": worker_facts(), "tcp://b": ConnectionError("closed")}

        def scheduler_info(self, n_workers=5):
            return {"workers": {name: {"nthreads": 1, "memory_limit": 2**30} for name in self.told}}

        def run(self, function, on_error):
            return self.told

    client, address = Client(), ClusterAddress("scheduler", "tcp://host:1")
    assert list(_compare_workers(client, address, NoProgress(), log)) == ["tcp://a"]
    del client.told["tcp://a"]
    with pytest.raises(ResourceError, match="left as soon as they had come"):
        _compare_workers(client, address, NoProgress(), log)


class SimpleFuture:
    def __init__(self, status):
        self.status = status

    def exception(self):
        return KilledWorker("key")


class KilledWorker(Exception):
    """Named as the error of `distributed` is."""


def test_another_dask_on_the_workers():
    """Their schedulers break off such connections, which is then said to be the likely reason."""
    here = {"nthreads": 1, "dask": worker_facts()["versions"]["dask"]}
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


def test_transforms_travel_as_numbers():
    """Affine 2 and 3 do not read each other's pickles: client and workers may have one each."""
    transform = Affine(1, 2, 3, 4, 5, 6)
    assert copyreg.dispatch_table[Affine](transform) == (Affine, (1, 2, 3, 4, 5, 6))
    assert pickle.loads(pickle.dumps(transform)) == transform  # noqa: S301 - our own


def test_only_one_room_knows_distributed():
    for path in ROOT.glob("core/**/*.py"):
        known = re.search(r"^\s*(import|from) (distributed|dask_jobqueue)\b", path.read_text(), re.MULTILINE)
        assert bool(known) == (path == ROOT / "core" / "cluster" / "connection.py"), path
        assert not re.search(r"^\s*(import|from) (pickle|cloudpickle|shelve|marshal)\b", path.read_text(), re.MULTILINE)


def plan(**given):
    wanted = {"bytes_per_pixel": 20, "input_block_bytes": 1000, "workers": 2, "memory": 2**30, **given}
    return plan_chunks((10_000, 10_000), (256, 256), [(256, 256)], **wanted)


@pytest.mark.parametrize("threads", [1, 2, 40, 1000, 100_000])
@pytest.mark.parametrize("memory", [2**22, 2**26, 2**30])
def test_chunks_for_many_threads(threads, memory):
    local = plan()
    shared = share_out(local, threads=threads, memory=memory, keep=False)
    assert all(edge % 256 == 0 and edge <= most for edge, most in zip(shared.chunk, local.chunk))
    assert shared.chunk[0] * shared.chunk[1] * 20 + 1000 <= memory
    assert shared.count >= 4 * threads or shared.chunk == (256, 256)
    assert shared.memory == shared.in_flight * (shared.chunk[0] * shared.chunk[1] * 20 + 1000)
    assert sum(window.width * window.height for window in shared.windows()) == 10_000**2


def test_the_users_chunks_are_kept():
    local = plan(chunk_size=1024)
    assert share_out(local, threads=10_000, memory=2**30, keep=True).chunk == local.chunk == (1024, 1024)
    assert share_out(local, threads=2, memory=2**22, keep=True).chunk[0] < 1024


def test_too_little_memory_for_a_block():
    with pytest.raises(ResourceError, match="takes 2 MB, but a thread of the cluster has 1 MB"):
        share_out(plan(), threads=2, memory=2**20, keep=False)


def test_waiting():
    assert patiently(lambda: 7, NoProgress(), PATIENCE) == 7
    with pytest.raises(ZeroDivisionError):
        patiently(lambda: 1 / 0, NoProgress(), PATIENCE)


def test_who_waits_hears_a_cancel_and_the_time():
    late, go = [], threading.Event()

    def slow():
        go.wait(PATIENCE)
        return "late"

    class Cancel(NoProgress):
        def is_cancelled(self):
            return True

    with pytest.raises(Cancelled):
        patiently(slow, Cancel(), PATIENCE, late.append)
    with pytest.raises(TimeoutError):
        patiently(slow, NoProgress(), 0.2, late.append)
    assert not late
    go.set()
    assert wait_for(lambda: late == ["late", "late"])


def test_abandoned_after_the_end():
    late = []
    waiting = Waiting(lambda: 1, late.append)
    assert waiting.is_done(PATIENCE)
    waiting.abandon()
    assert late == [1]


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


class LocalCrew:
    """Does a cluster's work in this thread, each item sent as bytes, some of them twice."""

    def run(self, work, items, *, name, places, folder, inputs, collect, progress):
        for path in inputs:
            assert os.path.isabs(path)
        sent = pickle.dumps(work)
        for number, item in enumerate(items):
            for _ in range(1 + number % 2):
                part = pickle.loads(sent)(item, Stop())  # noqa: S301 - our own
            collect(part)
            progress.report(number + 1, len(items))
        self.listing = sorted(os.listdir(folder))


OPTIONS = {name: None for name in IndexOptions.__dataclass_fields__}
DEFAULTS = {
    **OPTIONS, "band_a": 1, "band_b": 2, "input_b_band": 1, "resampling": "refuse", "index": "ndvi",
    "scaling": "stored", "scale": 1.0, "offset": 0.0, "zero_sum": "nodata", "clamp": False, "mask_band": 1,
    "mask_values": "", "workers": 2, "data_type": "float32", "creation_options": "", "memory": 0, "chunk_size": 64,
    "cog": False, "cluster": "",
}  # fmt: skip


@pytest.fixture
def written(make_raster, tmp_path):
    """Write a scene by parts, with a spy on what is decoded; returns the pixels, the writes and the crew."""

    def write(creation_options, damage=None, verify=True, **given):
        random = np.random.default_rng(3)
        bands = list(random.integers(1, 3000, (2, 150, 170), dtype="uint16"))
        bands[0][:64, :64] = 0
        source = make_raster(bands, nodata=0, blocks=16)
        options = IndexOptions(**{**DEFAULTS, "creation_options": creation_options, **given})
        planned = plan_index(str(source), str(tmp_path / "out.tif"), options)
        crew, writes = LocalCrew(), []
        with RasterWriter(planned.destination, planned.profile) as writer:
            real = writer.write
            writer.write = lambda array, window, mask=None: (writes.append(window), real(array, window, mask))

            def collect(record):
                if damage:
                    damage(tmp_path)

            run_task(planned.task, writer, ClusterWorkers(crew, 2, verify), Watch(NoProgress(), collect))
            writer.finish(workers=2, progress=NoProgress())
        parallel_raster.core.normalized_difference(
            source, tmp_path / "here.tif", band_a=1, band_b=2, creation_options=creation_options, **given
        )
        with rasterio.open(tmp_path / "out.tif") as out, rasterio.open(tmp_path / "here.tif") as here:
            assert (out.read() == here.read()).all()
            assert out.profile == here.profile
        assert sorted(path.name for path in tmp_path.iterdir()) == ["here.tif", "in.tif", "out.tif"]
        return writes, crew

    return write


BLOCKS = "BLOCKXSIZE=32|BLOCKYSIZE=32"


def test_parts_of_a_file_that_loses_its_nodata_value(written, tmp_path):
    """Half floats hold no -9999: a mask says what is valid, and comes with the parts."""
    written(f"NBITS=16|{BLOCKS}")
    with rasterio.open(tmp_path / "out.tif") as out, rasterio.open(tmp_path / "here.tif") as here:
        assert out.nodata is None and not out.read_masks(1)[:64, :64].any()
        assert (out.read_masks(1) == here.read_masks(1)).all()


@pytest.mark.parametrize("given", ["PIXELTYPE=SIGNEDBYTE", "NBITS=7"])
def test_a_value_that_would_be_clipped_has_its_place_in_the_whole(written, make_raster, tmp_path, given):
    """Chunks are computed in any order; all of these hold such values, but for the first."""
    with pytest.raises(OutputError, match=f"out.tif.* is [0-9]+, and {given}") as error:
        written(f"{given}|{BLOCKS}", data_type="uint8")
    row, col = (int(each) for each in re.search(r"row (\d+), column (\d+)", str(error.value)).groups())
    assert row >= 64 or col >= 64


@pytest.mark.parametrize(
    ("options", "decoded"),
    [
        (BLOCKS, 0),
        (f"{BLOCKS}|COMPRESS=NONE", 0),
        (f"{BLOCKS}|COMPRESS=ZSTD|BIGTIFF=YES", 0),
        (f"{BLOCKS}|COMPRESS=LZW|PREDICTOR=1", 0),
        ("TILED=NO|BLOCKYSIZE=8", 0),
        (f"{BLOCKS}|COMPRESS=LERC|MAX_Z_ERROR=0.1", 9),
    ],
)
@pytest.mark.parametrize("verify", [True, False])
def test_parts(written, options, decoded, verify):
    """Blocks are copied where the parts have the output's encoding; where that loses digits, pixels are decoded."""
    writes, crew = written(options, verify=verify)
    assert bool(writes) == bool(decoded)
    assert "go" not in crew.listing and not any("unfinished" in name for name in crew.listing)


def test_a_part_that_was_changed(written):
    def damage(folder):
        for part in folder.glob(".*.parts/*.tif"):
            part.write_bytes(part.read_bytes()[:-1] + b"?")

    with pytest.raises(InputError, match="is not what its worker wrote"):
        written(BLOCKS, damage)


def test_parts_go_with_a_run_that_fails(written, tmp_path):
    def fail(folder):
        raise OutputError("enough")

    with pytest.raises(OutputError, match="enough"):
        written(BLOCKS, fail)
    assert [path.name for path in tmp_path.iterdir()] == ["in.tif"]


def test_parts_of_a_dead_run_are_removed(tmp_path):
    from parallel_raster.core.writing.partial_file import PartialFile, make_parts_folder

    partial = PartialFile(str(tmp_path / "out.tif"))
    folder = Path(make_parts_folder(partial.path))
    (folder / "0-0-1-1.tif").touch()
    remove_dead_partials(str(tmp_path))
    assert folder.exists()
    partial._release()  # as when its owner dies
    remove_dead_partials(str(tmp_path))
    assert list(tmp_path.iterdir()) == []
