"""Threads that read from servers, so that a run can end even if a server does not respond."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager
from typing import Any, Optional, TypeVar

from ..progress import POLL_SECONDS, Stop
from ..reading.datasets import keep_environment

Result = TypeVar("Result")

LEAVE_SECONDS = 0.5
"""Seconds to wait for idle threads to end. Threads that are still waiting for a server are abandoned."""

Job = Optional[tuple["Future[Any]", Callable[[], Any]]]


class Connections(AbstractContextManager["Connections"]):
    """A fixed number of threads that make requests, one for each permitted connection.

    The threads are daemons: a thread that waits for a server does not keep the run or the program from ending.

    Parameters
    ----------
    count
        Number of threads.
    leave
        Function that every thread calls before it ends, for example to close its datasets.
    """

    def __init__(self, count: int, leave: Callable[[], None]) -> None:
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._leave = leave
        self._threads = [
            threading.Thread(target=self._run, name="parallel-raster-http", daemon=True) for _ in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        for _thread in self._threads:
            self._jobs.put(None)
        end = time.monotonic() + LEAVE_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def call(self, works: Iterable[Callable[[], Result]], stop: Stop) -> list[Result]:
        """Run all functions on the threads and return their results in order.

        Raises
        ------
        Cancelled
            The run was stopped. Functions that are still running are abandoned.
        Exception
            A function raised an error. If several did, the error of the first function in `works`.
        """
        futures: list[Future[Result]] = []
        for work in works:
            futures.append(Future())
            self._jobs.put((futures[-1], work))
        left: set[Future[Result]] = set(futures)
        while left:
            try:
                stop.check()
            except BaseException:
                for future in futures:
                    future.cancel()
                raise
            left = wait(left, POLL_SECONDS).not_done
        return [future.result() for future in futures]

    def _run(self) -> None:
        keep_environment()
        while True:
            job = self._jobs.get()
            if job is None:
                break
            future, work = job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except BaseException as error:  # raised again in the thread that waits for the result
                future.set_exception(error)
        self._leave()
