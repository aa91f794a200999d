"""Chunks in parallel: each once, the first error wins, a cancel is heard, nothing is left running."""

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
from parallel_raster.core.parallel.threads import run_chunks
from parallel_raster.core.progress import NoProgress
from parallel_raster.core.raster.windows import subdivide


@pytest.fixture(autouse=True)
def no_thread_left():
    """However a run ends, its threads have ended with it."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def wait(stop):
    """A chunk that lasts until the run is over, and that finds out only by `stop`."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        stop.check()
        time.sleep(0.005)
    raise AssertionError("nobody stopped the run")


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_chunk_once(workers, make_progress):
    done, lock = [], threading.Lock()

    def work(item, stop):
        with lock:
            done.append(item)

    progress = make_progress()
    # Equal items, tuples and strings are chunks of their own; Dask takes some of these for tasks and keys.
    items = [1, 1, (len, "abc"), ("a", 1), "a", "a", *range(100)]
    run_chunks(work, items, name="test", workers=workers, progress=progress)
    assert sorted(done, key=repr) == sorted(items, key=repr)
    assert progress.reports[-1] == (106, 106)
    assert progress.reports == sorted(progress.reports)


def test_no_chunk(make_progress):
    progress = make_progress()
    run_chunks(lambda item, stop: None, [], name="test", workers=2, progress=progress)
    assert progress.reports[-1] == (0, 0)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_as_many_at_once_as_there_are_workers(workers):
    """All workers meet at a barrier: fewer at once would never pass it, more would be seen in the highest number."""
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
            wait(stop)

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
            wait(stop)
        raise KeyError("a later one")

    with pytest.raises(ValueError, match="the first"):
        run_chunks(work, [0, 1], name="test", workers=2, progress=NoProgress())


def some_then_endless(quick):
    """Work whose first `quick` chunks end at once and whose others only when the run is stopped."""
    numbers, started = itertools.count(), []

    def work(item, stop):
        started.append(item)
        if next(numbers) >= quick:
            wait(stop)

    return work, started


def test_cancel_within_a_chunk(make_progress):
    """The chunks under way hear it themselves, so that a long one does not hold up the user."""
    progress = make_progress(cancel_at=2)
    work, started = some_then_endless(2)
    with pytest.raises(Cancelled):
        run_chunks(work, range(1000), name="test", workers=2, progress=progress)
    assert progress.reports[-1] == (2, 1000)
    assert len(started) <= 4


class Chunk:
    """Work that does not look at `stop`."""

    def do(self, item, stop):
        pass


def test_cancel_of_short_chunks_skips_the_rest():
    with Cancel((Chunk, "do"), at=20) as cancel, pytest.raises(Cancelled):
        run_chunks(lambda item, stop: Chunk().do(item, stop), range(1000), name="test", workers=2, progress=cancel)
    assert 20 < cancel.begun <= 24 and cancel.begun_later <= 2


def test_progress_is_told_in_the_calling_thread_only(make_progress):
    progress, numbers = make_progress(), itertools.count()

    def work(item, stop):
        number = next(numbers)
        assert wait_for(lambda: number == 0 or any(done >= number - 1 for done, _ in progress.reports))

    run_chunks(work, range(20), name="test", workers=2, progress=progress)
    assert progress.threads == {threading.get_ident()}
    assert progress.reports == sorted(progress.reports)
    assert {total for _, total in progress.reports} == {20}
    assert len({done for done, _ in progress.reports}) > 10  # now and then, not only at the end


def test_progress_is_told_while_nothing_gets_done(make_progress, monkeypatch):
    """On a long chunk the user still sees that the run is alive, and QGIS can still answer."""
    monkeypatch.setattr(compute, "REPORT_SECONDS", 0.1)
    progress = make_progress()

    def work(item, stop):
        assert wait_for(lambda: progress.reports.count((0, 1)) >= 3), "nothing was told meanwhile"

    run_chunks(work, [0], name="test", workers=1, progress=progress)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError("in the listener")])
def test_what_the_listener_raises_stops_the_run(make_progress, error):
    work, started = some_then_endless(2)
    with pytest.raises(type(error)):
        run_chunks(work, range(1000), name="test", workers=2, progress=make_progress(raise_at=2, error=error))
    assert len(started) < 10


def test_an_exit_in_a_chunk_is_an_error():
    def work(item, stop):
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        run_chunks(work, [1, 2], name="test", workers=2, progress=NoProgress())


def test_a_chunk_that_only_stops_is_a_cancel():
    def work(item, stop):
        raise Cancelled

    with pytest.raises(Cancelled):
        run_chunks(work, [1, 2], name="test", workers=2, progress=NoProgress())


def test_two_runs_at_once():
    """QGIS may run several algorithms in the background: each has a pool of its own."""
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


def test_a_callers_dask_settings_do_not_matter():
    """A notebook may have another scheduler, or one thread, set up for all its work."""
    import dask

    done, threads = [], set()

    def work(item, stop):
        done.append(item)
        threads.add(threading.current_thread().name.rsplit("_", 1)[0])

    with dask.config.set(scheduler="synchronous", num_workers=1):
        run_chunks(work, range(20), name="test", workers=2, progress=NoProgress())
    assert sorted(done) == list(range(20))
    assert threads == {"parallel-raster"}


class Seen(Callback):
    """A user's own callback, as dask.diagnostics has several."""

    def __init__(self):
        super().__init__()
        self.keys = []

    def _pretask(self, key, dsk, state):
        self.keys.append(key)


def test_a_users_callback_sees_one_named_task_for_each_chunk():
    chunks = list(subdivide(Window(0, 0, 1100, 900), (100, 100)))
    with Seen() as seen, Profiler() as profiler:
        run_chunks(lambda *_: None, chunks, name="some-job", workers=2, progress=NoProgress())
    assert sorted(seen.keys) == [("some-job", row, col) for row in range(9) for col in range(11)]
    assert sorted(result.key for result in profiler.results) == sorted(seen.keys)


def test_dask_takes_row_after_row():
    """Neighbours share blocks of the input; which end Dask begins at differs between its versions."""
    started = []
    chunks = list(subdivide(Window(0, 0, 800, 700), (100, 100)))
    run_chunks(lambda item, _: started.append(item.row_off), chunks, name="test", workers=1, progress=NoProgress())
    assert started == sorted(started) or started == sorted(started, reverse=True)


@pytest.mark.parametrize("most", [3, 10_000])
def test_a_chunk_waits_for_those_it_comes_after(monkeypatch, most):
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
def test_more_chunks_than_tasks_share_them(monkeypatch, workers, count):
    """Dask keeps memory for each task, which is not to grow with the raster."""
    monkeypatch.setattr(compute, "MOST_TASKS", 7)
    done, lock = [], threading.Lock()

    def work(item, stop):
        with lock:
            done.append(item)

    with Seen() as seen:
        run_chunks(work, range(count), name="test", workers=workers, progress=NoProgress())
    assert sorted(done) == list(range(count)) and len(seen.keys) <= 7
