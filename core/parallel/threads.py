"""Chunks computed in parallel on Dask's threaded scheduler, one named task for each.

The scheduler runs on a pool of its own in a thread of its own, while the calling thread reports progress and hears a
cancel or an interrupt at any time; no other thread touches `Progress`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from dask.threaded import get as threaded_scheduler
from rasterio.windows import Window

from ..errors import Cancelled, ResourceError
from ..progress import POLL_SECONDS, REPORT_SECONDS, Progress, Stop
from .recorder import Recorder

Item = TypeVar("Item")


MOST_TASKS = 10_000
"""Tasks of one run; each does several neighbouring chunks where there are more, since Dask keeps memory for each."""

ASIDE_STEPS = 1000
"""Steps in which the share of one long piece of work is told."""


class _Run:
    """What the chunks of one run share: how many are done, and the first thing that went wrong."""

    def __init__(self) -> None:
        self.stop = Stop()
        self.done = 0
        self.error: BaseException | None = None
        self.lock = threading.Lock()

    def count(self) -> None:
        with self.lock:
            self.done += 1

    def fail(self, error: BaseException) -> None:
        with self.lock:
            if self.error is None and not self.stop.is_set():
                self.error = error
        self.stop.set()


def run_chunks(
    work: Callable[[Item, Stop], None],
    chunks: Iterable[Item],
    *,
    name: str,
    workers: int,
    progress: Progress,
    recorder: Recorder | None = None,
    begin: Callable[[], None] | None = None,
    after: Callable[[int], Iterable[int]] | None = None,
) -> None:
    """Call `work(chunk, stop)` once for every chunk on Dask's threaded scheduler; return when all are done.

    Parameters
    ----------
    work
        Does one chunk and keeps its result itself; calls `stop.check()` now and then when a chunk takes long.
    chunks
        What `work` is called with; no two windows begin at the same place.
    name
        The first part of the tasks' keys, as Dask's diagnostics and callbacks see them: (name, row, column) for
        windows, (name, number) for anything else, both counted from 0.
    workers
        Threads, and so chunks under way at once.
    progress
        Is told the chunks done, never fewer than before, at least every second, in the calling thread.
    recorder
        Takes note of when each chunk was done by whom; None: nobody does.
    begin
        Called once in every thread before its first chunk.
    after
        Returns the numbers of the chunks, all of them smaller, that must be done before the chunk of a number begins;
        None: the order is Dask's alone, which is row by row, from either end.

    Raises
    ------
    Cancelled
        `progress` asked for it. The chunks under way have ended when this is raised, as for every error.
    Exception
        The first that a chunk raised; the chunks not yet begun are skipped.
    """
    run = _Run()
    items = list(chunks)
    share = max(1, -(-len(items) // MOST_TASKS))
    keys = task_keys(name, items[::share])

    def do(start: int, *_: None) -> None:
        for number, item in enumerate(items[start : start + share], start):
            if run.stop.is_set():
                return
            try:
                started = time.monotonic()
                work(item, run.stop)
                if recorder is not None:
                    recorder.note(number, time.monotonic() - started)
            except BaseException as error:  # whatever it is, it is raised again in the calling thread
                run.fail(error)
            else:
                run.count()

    def before(task: int) -> set[int]:
        numbers = range(task * share, min((task + 1) * share, len(items)))
        return {other // share for number in numbers for other in after(number)} - {task} if after else set()

    graph = {key: (do, task * share, *(keys[other] for other in before(task))) for task, key in enumerate(keys)}
    with ThreadPoolExecutor(workers, "parallel-raster", begin) as pool:
        driver = threading.Thread(target=_compute, args=(graph, pool, run), name="parallel-raster-dask")
        driver.start()
        try:
            _watch(driver, run, len(items), progress)
        finally:
            run.stop.set()
            driver.join()
    if run.error is not None:
        raise _explained(run.error, workers) from run.error
    if run.done < len(items):
        raise Cancelled
    progress.report(len(items), len(items))


def run_in_thread(work: Callable[[Stop, Callable[[float], None]], None], *, progress: Progress) -> None:
    """Call `work(stop, tell)` once, in a thread of its own; return when it is done.

    Parameters
    ----------
    work
        One long piece of work: it calls `tell` with the share done, 0 to 1, and ends early when `stop` is set.
    progress
        Is told the share, never less than before, in the calling thread.

    Raises
    ------
    Cancelled
        `progress` asked for it; the work has ended by then.
    Exception
        Whatever `work` raised.
    """
    run = _Run()

    def tell(share: float) -> None:
        run.done = max(run.done, min(int(share * ASIDE_STEPS), ASIDE_STEPS))

    def call() -> None:
        try:
            work(run.stop, tell)
        except BaseException as error:  # a thread's exception would only be printed
            run.fail(error)

    thread = threading.Thread(target=call, name="parallel-raster-aside")
    thread.start()
    try:
        _watch(thread, run, ASIDE_STEPS, progress)
        stopped = run.stop.is_set()
    finally:
        run.stop.set()
        thread.join()
    if run.error is not None:
        raise _explained(run.error, 1) from run.error
    if stopped:
        raise Cancelled
    progress.report(ASIDE_STEPS, ASIDE_STEPS)


def _explained(error: BaseException, workers: int) -> BaseException:
    """Return what is to be raised: a want of memory in words, everything else as it is."""
    if isinstance(error, MemoryError) or isinstance(error, RuntimeError) and "start new thread" in str(error):
        return ResourceError(
            f"There was not enough memory for {workers} workers. Set a smaller MEMORY, CHUNK_SIZE or number of "
            "WORKERS.",
            parameter="memory",
        )
    return error


def task_keys(name: str, items: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the keys of tasks: (name, row, column) for windows, as they stand in rows, else (name, number)."""
    if not all(isinstance(item, Window) for item in items):
        return [(name, number) for number in range(len(items))]
    rows = {at: row for row, at in enumerate(sorted({item.row_off for item in items}))}
    cols = {at: col for col, at in enumerate(sorted({item.col_off for item in items}))}
    return [(name, rows[item.row_off], cols[item.col_off]) for item in items]


def _compute(graph: dict[tuple[Any, ...], Any], pool: ThreadPoolExecutor, run: _Run) -> None:
    try:
        threaded_scheduler(graph, list(graph), pool=pool)
    except BaseException as error:  # a thread's exception would only be printed
        run.fail(error)


def _watch(driver: threading.Thread, run: _Run, total: int, progress: Progress) -> None:
    """Report and listen until the driver has ended."""
    reported, when = -1, 0.0
    while driver.is_alive():
        if progress.is_cancelled():
            run.stop.set()
        now = time.monotonic()
        if run.done != reported and not run.stop.is_set() or now - when >= REPORT_SECONDS:
            reported, when = run.done, now
            progress.report(reported, total)
        driver.join(POLL_SECONDS)
