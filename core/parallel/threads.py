"""Computes chunks in parallel on Dask's threaded scheduler, one named task per chunk.

The scheduler has its own thread and thread pool. The calling thread meanwhile reports progress and can respond to
cancellation or an interrupt at any time; no other thread uses `Progress`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, TypeVar

from dask.threaded import get as threaded_scheduler
from rasterio.windows import Window

from ..errors import Cancelled, ResourceError
from ..progress import POLL_SECONDS, REPORT_SECONDS, Progress, Stop
from .recorder import Recorder

Item = TypeVar("Item")


MOST_TASKS = 4_000
"""Maximum number of Dask tasks of a run. If there are more chunks, each task processes several, which saves memory."""

SINGLE_STEPS = 1000
"""Number of steps in which `run_in_thread` reports progress."""


class _Run:
    """State of a run: the number of chunks done, the stop flag, and the first error."""

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
    most_tasks: int | None = None,
) -> None:
    """Call `work(chunk, stop)` once for every chunk on Dask's threaded scheduler; return when all are done.

    Parameters
    ----------
    work
        Function that processes one chunk and stores the result. A function that runs for a long time must call
        `stop.check()` regularly.
    chunks
        Items to pass to `work`. If they are windows, no two may begin at the same pixel.
    name
        First part of the task keys in Dask's diagnostics and callbacks: (name, row, column) for windows in row-major
        order, and (name, number) for all other items. See `task_keys`.
    workers
        Number of threads, which is also the maximum number of concurrent chunks.
    progress
        Receives the number of chunks done, which never decreases, in the calling thread at least once per second.
    recorder
        Records when each chunk was processed and by which thread; None to record nothing.
    begin
        Called once in every thread before its first chunk.
    after
        Function that returns, for the index of a chunk, the (smaller) indices of the chunks that must be done before
        this chunk. None to let Dask choose the order: row by row, from the first or the last chunk.
    most_tasks
        Maximum number of Dask tasks; None for `MOST_TASKS`.

    Raises
    ------
    Cancelled
        The run was cancelled through `progress`, possibly after the last chunk was done. Like every error, this one is
        raised only after the running chunks have ended.
    Exception
        The first error that a chunk raised; chunks not yet begun are skipped.
    """
    run = _Run()
    items = list(chunks)
    share = max(1, -(-len(items) // (most_tasks or MOST_TASKS)))
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
            except BaseException as error:  # errors of any kind are raised again in the calling thread
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
            stopped = _watch(driver, run, len(items), progress)
        finally:
            run.stop.set()
            driver.join()
    if run.error is not None:
        _raise(run.error, workers)
    if stopped:
        raise Cancelled
    progress.report(len(items), len(items))


def run_in_thread(work: Callable[[Stop, Callable[[float], None]], None], *, progress: Progress) -> None:
    """Call `work(stop, report)` once in a separate thread; return when it is done.

    Parameters
    ----------
    work
        Long-running function. It calls `report` with the fraction done, 0 to 1, and returns early when `stop` is set.
    progress
        Receives the number of steps done, which never decreases, in the calling thread.

    Raises
    ------
    Cancelled
        The run was cancelled through `progress`; the work has ended by then.
    Exception
        Any error that `work` raised.
    """
    run = _Run()

    def report(fraction: float) -> None:
        run.done = max(run.done, min(int(fraction * SINGLE_STEPS), SINGLE_STEPS))

    def call() -> None:
        try:
            work(run.stop, report)
        except BaseException as error:  # raised again by the calling thread; otherwise, Python only prints it
            run.fail(error)

    thread = threading.Thread(target=call, name="parallel-raster-aside")
    thread.start()
    try:
        stopped = _watch(thread, run, SINGLE_STEPS, progress)
    finally:
        run.stop.set()
        thread.join()
    if run.error is not None:
        _raise(run.error, 1)
    if stopped:
        raise Cancelled
    progress.report(SINGLE_STEPS, SINGLE_STEPS)


def _raise(error: BaseException, workers: int) -> NoReturn:
    """Raise `error`, or a ResourceError caused by it if memory ran out."""
    if isinstance(error, MemoryError) or isinstance(error, RuntimeError) and "start new thread" in str(error):
        raise ResourceError(
            f"There was not enough memory for the run (workers: {workers}). Set a lower MEMORY, CHUNK_SIZE or WORKERS.",
            parameter="memory",
        ) from error
    raise error


def task_keys(name: str, items: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the task keys of `items`, which determine the order in which Dask runs them.

    If the items are windows in row-major order, keys are (name, row, column) in the grid of chunks; otherwise, they are
    (name, number). Newer versions of Dask sort keys as strings, which would put 10 before 9. If numbers would differ in
    length, counting therefore starts at 100, 1000, and so on instead of 0.
    """
    corners = [(item.row_off, item.col_off) for item in items if isinstance(item, Window)]
    if len(corners) < len(items) or corners != sorted(corners):
        return [(name, number) for number in _numbers(len(items))]
    rows, cols = (sorted({corner[axis] for corner in corners}) for axis in (0, 1))
    row_of, col_of = dict(zip(rows, _numbers(len(rows)))), dict(zip(cols, _numbers(len(cols))))
    return [(name, row_of[row], col_of[col]) for row, col in corners]


def _numbers(count: int) -> range:
    """Return `count` successive numbers with the same number of digits."""
    first = 10 ** len(str(count - 1)) if count > 10 else 0
    return range(first, first + count)


def _compute(graph: dict[tuple[Any, ...], Any], pool: ThreadPoolExecutor, run: _Run) -> None:
    try:
        threaded_scheduler(graph, list(graph), pool=pool)
    except BaseException as error:  # raised again by the calling thread; otherwise, Python only prints it
        run.fail(error)


def _watch(driver: threading.Thread, run: _Run, total: int, progress: Progress) -> bool:
    """Report progress and check for cancellation until `driver` ends. Return True for a cancelled or failed run."""
    reported, when = -1, 0.0
    while driver.is_alive():
        if progress.is_cancelled():
            run.stop.set()
        now = time.monotonic()
        if run.done != reported and not run.stop.is_set() or now - when >= REPORT_SECONDS:
            reported, when = run.done, now
            progress.report(reported, total)
        driver.join(POLL_SECONDS)
    if progress.is_cancelled():  # the run may have been cancelled after the last check in the loop
        run.stop.set()
    return run.stop.is_set()
