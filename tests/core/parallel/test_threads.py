"""Tests for parallel chunks: each runs once, the first error is raised, and cancellation stops all threads."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time

import pytest
from dask.callbacks import Callback
from dask.diagnostics import Profiler
from rasterio.windows import Window

from cancels import PATIENCE, Cancel, wait_for
from parallel_raster.core.errors import Cancelled
from parallel_raster.core.parallel import threads as compute
from parallel_raster.core.parallel.threads import run_chunks, run_in_thread
from parallel_raster.core.progress import NoProgress
from parallel_raster.core.raster.windows import subdivide


@pytest.fixture(autouse=True)
def no_thread_left():
    """Assert that no thread of a run is left when the test ends, however the run ended."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def run_until_stopped(stop):
    """Simulate a very long chunk: run until `stop` is set, or fail after PATIENCE seconds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        stop.check()
        time.sleep(0.005)
    raise AssertionError("the run was not stopped")


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_chunk_runs_once(workers, make_progress):
    done, lock = [], threading.Lock()

    def work(item, stop):
        with lock:
            done.append(item)

    progress = make_progress()
    # Equal items, tuples and strings stay separate chunks, although Dask could treat some of them as tasks or keys.
    items = [1, 1, (len, "abc"), ("a", 1), "a", "a", *range(100)]
    run_chunks(work, items, name="test", workers=workers, progress=progress)
    assert sorted(done, key=repr) == sorted(items, key=repr)
    assert progress.reports[-1] == (106, 106)
    assert progress.reports == sorted(progress.reports)


def test_a_run_without_chunks(make_progress):
    progress = make_progress()
    run_chunks(lambda item, stop: None, [], name="test", workers=2, progress=progress)
    assert progress.reports[-1] == (0, 0)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_concurrent_chunks_equal_workers(workers):
    """Workers meet at a barrier: fewer concurrent chunks would wait there, and more would exceed the maximum."""
    barrier, lock = threading.Barrier(workers), threading.Lock()
    now, most = 0, 0

    def work(item, stop):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        barrier.wait(PATIENCE)
        with lock:
            now -= 1

    run_chunks(work, range(4 * workers), name="test", workers=workers, progress=NoProgress())
    assert most == workers


def test_the_first_error_is_raised_and_the_rest_is_skipped():
    numbers, started = itertools.count(), []

    def work(item, stop):
        started.append(item)
        if next(numbers) == 3:
            raise KeyError("the first")
        if len(started) > 3:
            run_until_stopped(stop)

    with pytest.raises(KeyError, match="the first"):
        run_chunks(work, range(1000), name="test", workers=2, progress=NoProgress())
    assert len(started) < 10


def test_an_error_while_the_run_stops_does_not_hide_the_first():
    ready = threading.Barrier(2)

    def work(item, stop):
        ready.wait(PATIENCE)
        if item == 0:
            raise ValueError("the first")
        with contextlib.suppress(Cancelled):
            run_until_stopped(stop)
        raise KeyError("a later one")

    with pytest.raises(ValueError, match="the first"):
        run_chunks(work, [0, 1], name="test", workers=2, progress=NoProgress())


def quick_then_endless(quick):
    """Return a work function and the list of its started items; after `quick` items, each item runs until the stop."""
    numbers, started = itertools.count(), []

    def work(item, stop):
        started.append(item)
        if next(numbers) >= quick:
            run_until_stopped(stop)

    return work, started


def test_a_cancel_stops_running_chunks(make_progress):
    """Running chunks check for cancellation, so the user does not have to wait until a long chunk ends."""
    progress = make_progress(cancel_at=2)
    work, started = quick_then_endless(2)
    with pytest.raises(Cancelled):
        run_chunks(work, range(1000), name="test", workers=2, progress=progress)
    assert progress.reports[-1] == (2, 1000)
    assert len(started) <= 4


@pytest.mark.parametrize("run", [
    lambda work, progress: run_chunks(lambda item, stop: work(), range(3), name="test", workers=2, progress=progress),
    lambda work, progress: run_in_thread(lambda stop, report: work(), progress=progress),
])  # fmt: skip
def test_a_run_shorter_than_one_check_can_be_cancelled(run):
    class CancelledByWork(NoProgress):
        called = False

        def is_cancelled(self):
            return self.called

        def work(self):
            self.called = True

    progress = CancelledByWork()
    with pytest.raises(Cancelled):
        run(progress.work, progress)


class Chunk:
    """Work that does not check whether `stop` is set."""

    def do(self, item, stop):
        pass


def test_cancel_of_short_chunks_skips_the_rest():
    with Cancel((Chunk, "do"), at=20) as cancel, pytest.raises(Cancelled):
        run_chunks(lambda item, stop: Chunk().do(item, stop), range(1000), name="test", workers=2, progress=cancel)
    assert 20 < cancel.begun <= 24 and cancel.begun_later <= 2


def test_progress_is_reported_only_in_the_calling_thread(make_progress):
    progress, numbers = make_progress(), itertools.count()

    def work(item, stop):
        number = next(numbers)
        assert wait_for(lambda: number == 0 or any(done >= number - 1 for done, _ in progress.reports))

    run_chunks(work, range(20), name="test", workers=2, progress=progress)
    assert progress.threads == {threading.get_ident()}
    assert progress.reports == sorted(progress.reports)
    assert {total for _, total in progress.reports} == {20}
    assert len({done for done, _ in progress.reports}) > 10  # reported during the run, not only at its end


def test_progress_is_reported_during_a_long_chunk(make_progress, monkeypatch):
    """Progress is reported during a long chunk, so the user sees activity and QGIS stays responsive."""
    monkeypatch.setattr(compute, "REPORT_SECONDS", 0.1)
    progress = make_progress()

    def work(item, stop):
        assert wait_for(lambda: progress.reports.count((0, 1)) >= 3), "no progress was reported meanwhile"

    run_chunks(work, [0], name="test", workers=1, progress=progress)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError("in the progress")])
def test_an_error_in_progress_stops_the_run(make_progress, error):
    work, started = quick_then_endless(2)
    with pytest.raises(type(error)):
        run_chunks(work, range(1000), name="test", workers=2, progress=make_progress(raise_at=2, error=error))
    assert len(started) < 10


def test_system_exit_in_a_chunk_is_raised():
    def work(item, stop):
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        run_chunks(work, [1, 2], name="test", workers=2, progress=NoProgress())


def test_cancelled_in_a_chunk_is_raised():
    def work(item, stop):
        raise Cancelled

    with pytest.raises(Cancelled):
        run_chunks(work, [1, 2], name="test", workers=2, progress=NoProgress())


def test_two_runs_at_once():
    """Two runs have separate thread pools, because QGIS may run several algorithms in the background."""
    results = {}

    def run(name):
        done = []
        run_chunks(lambda item, _: done.append((name, item)), range(50), name="test", workers=2, progress=NoProgress())
        results[name] = done

    threads = [threading.Thread(target=run, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: sorted(done) for name, done in results.items()} == {
        name: [(name, item) for item in range(50)] for name in "ab"
    }


def test_the_callers_dask_settings_are_ignored():
    """A run uses its own threads, even if the caller has configured a different Dask scheduler."""
    import dask

    done, threads = [], set()

    def work(item, stop):
        done.append(item)
        threads.add(threading.current_thread().name.rsplit("_", 1)[0])

    with dask.config.set(scheduler="synchronous", num_workers=1):
        run_chunks(work, range(20), name="test", workers=2, progress=NoProgress())
    assert sorted(done) == list(range(20))
    assert threads == {"parallel-raster"}


class TaskKeys(Callback):
    """A Dask callback, like those in dask.diagnostics, that records the keys of tasks."""

    def __init__(self):
        super().__init__()
        self.keys = []

    def _pretask(self, key, dsk, state):
        self.keys.append(key)


def test_a_users_callback_receives_one_named_task_per_chunk():
    chunks = list(subdivide(Window(0, 0, 1100, 900), (100, 100)))
    with TaskKeys() as recorded, Profiler() as profiler:
        run_chunks(lambda *_: None, chunks, name="some-job", workers=2, progress=NoProgress())
    assert sorted(recorded.keys) == [("some-job", row, col) for row in range(9) for col in range(100, 111)]
    assert sorted(result.key for result in profiler.results) == sorted(recorded.keys)


@pytest.mark.parametrize("rows", [7, 10, 11, 101])
@pytest.mark.parametrize("numbered", [False, True])
def test_chunks_run_in_order(rows, numbered):
    """Chunks run in their order or backwards, because neighbouring chunks share input blocks."""
    windows = list(subdivide(Window(0, 0, 1200, rows * 10), (10, 100)))
    items, started = range(len(windows)) if numbered else windows, []
    run_chunks(lambda item, _: started.append(item), items, name="test", workers=1, progress=NoProgress())
    assert started in (list(items), list(items)[::-1])


@pytest.mark.parametrize("most", [3, 10_000])
def test_a_chunk_waits_for_its_predecessors(monkeypatch, most):
    monkeypatch.setattr(compute, "MOST_TASKS", most)
    done, lock = [], threading.Lock()

    def after(number):
        return range(number) if number in (5, 9) else [9] if number > 9 else ()

    def work(item, stop):
        with lock:
            assert set(after(item)) <= set(done)
            done.append(item)

    run_chunks(work, range(14), name="test", workers=3, progress=NoProgress(), after=after)
    assert sorted(done) == list(range(14))


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("count", [6, 7, 8, 20, 21, 22])
def test_tasks_are_shared_if_there_are_more_chunks(monkeypatch, workers, count):
    """The number of Dask tasks is limited, so the memory for tasks does not grow with the raster."""
    monkeypatch.setattr(compute, "MOST_TASKS", 7)
    done, lock = [], threading.Lock()

    def work(item, stop):
        with lock:
            done.append(item)

    with TaskKeys() as recorded:
        run_chunks(work, range(count), name="test", workers=workers, progress=NoProgress())
    assert sorted(done) == list(range(count)) and len(recorded.keys) <= 7
