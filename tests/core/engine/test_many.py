"""Tests for planning files in one thread while other threads are computing: order, errors and cancellation."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from parallel_raster.core import Cancelled, InputError
from parallel_raster.core.engine.many import AheadProgress, PlanAhead
from parallel_raster.core.parallel.threads import run_chunks
from parallel_raster.core.progress import NoProgress, Stop


def planned(number):
    """Return a stand-in for the plan of file `number`; every fifth file is large."""
    return SimpleNamespace(source=number, small=number % 5 != 4)


def compute_all(ahead, workers, work=lambda number, item: None, count=None):
    """Compute all small files on `workers` threads; return the number and the source of each file, sorted."""
    taken, lock = [], threading.Lock()

    def take(_, stop):
        found = ahead.next_small(stop)
        if found is None:
            return
        work(*found)
        with lock:
            taken.append((found[0], found[1].source))

    run_chunks(take, range(ahead.count), name="test", workers=workers, progress=NoProgress())
    return sorted(taken)


@pytest.mark.parametrize("workers", [1, 2, 7])
@pytest.mark.parametrize("count", [1, 4, 5, 200])
def test_each_small_file_is_computed_once_in_order(workers, count):
    checked = []
    ahead = PlanAhead(range(count), planned, lambda plans: checked.append([each.source for each in plans]))
    small = [number for number in range(count) if number % 5 != 4]
    assert compute_all(ahead, workers) == list(enumerate(small))
    assert checked == [list(range(count))] and ahead.is_complete
    assert [each.source for each in ahead.planned] == list(range(count))


def test_only_one_thread_plans_at_a_time():
    running, most = [], []

    def plan(number):
        running.append(number)
        most.append(len(running))
        threading.Event().wait(0.001)
        running.remove(number)
        return planned(number)

    compute_all(PlanAhead(range(60), plan, lambda _: None), workers=4)
    assert max(most) == 1


def test_other_threads_compute_while_one_plans():
    computed = threading.Event()

    def plan(number):
        assert number < 30 or computed.wait(60), "no file was computed before all were planned"
        return planned(number)

    assert compute_all(PlanAhead(range(40), plan, lambda _: None), 2, lambda *_: computed.set())


@pytest.mark.parametrize("workers", [1, 3])
def test_a_file_that_cannot_be_used_ends_the_run_early(workers):
    """An error in the last file is raised early, because planning does not wait for earlier files to be computed."""
    computed, failed = [], threading.Event()

    def plan(number):
        if number == 99:
            failed.set()
            raise InputError("no such band")
        return planned(number)

    def slow(number, _):
        failed.wait(60)
        computed.append(number)

    with pytest.raises(InputError, match="no such band"):
        compute_all(PlanAhead(range(100), plan, lambda _: None), workers, slow)
    assert len(computed) < 50


def test_a_failed_check_of_all_files_ends_the_run():
    def check(_):
        raise InputError("not enough disk space")

    with pytest.raises(InputError, match="not enough disk space"):
        compute_all(PlanAhead(range(10), planned, check), 2)


def test_a_waiting_thread_can_be_stopped():
    stop, inside, released = Stop(), threading.Event(), threading.Event()

    def plan(number):
        inside.set()
        assert released.wait(60)
        return planned(number)

    ahead = PlanAhead([0], plan, lambda _: None)
    planner = threading.Thread(target=ahead.next_small, args=(stop,))
    planner.start()
    assert inside.wait(60)
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(Cancelled):
        ahead.next_small(stop)
    released.set()
    planner.join()


def test_progress_reports_planning_first_and_then_computing(make_progress):
    planning, computing, begun = make_progress(), make_progress(), []

    def begin():
        begun.append(threading.get_ident())
        return computing

    ahead = PlanAhead(range(3), planned, lambda _: None)
    progress = AheadProgress(ahead, planning, begin)
    progress.report(0, 3)
    assert (planning.reports, computing.reports) == ([(0, 3)], [])
    ahead.next_small(Stop())
    progress.report(1, 3)
    progress.report(2, 3)
    assert (planning.reports, computing.reports) == ([(0, 3), (3, 3)], [(1, 3), (2, 3)])
    assert begun == [threading.get_ident()] and not progress.is_cancelled()
