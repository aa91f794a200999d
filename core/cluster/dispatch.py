"""One run on a cluster: send items, such as chunks, to the workers, fetch the results, and detect lost workers.

Tasks call functions of `cluster.worker` with plain values, and no task depends on another: after losing all workers,
distributed 2022.12 does not always recompute the dependencies of a task. Every call that could hang runs in a separate
thread, so that the run can react to cancellation and to the loss of all workers.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import Cancelled, ResourceError
from ..parallel.background import Waiting, call_with_timeout
from ..parallel.threads import task_keys
from ..progress import POLL_SECONDS, REPORT_SECONDS, NoProgress, Progress
from .connection import Connection, one_line, scheduler_workers
from .worker import Failure, NoOrder, Order, perform, take_order

AHEAD = 4
"""Items submitted per thread of the cluster: enough to keep all threads busy without submitting all items at once."""

LEAST_AHEAD = 32

ANSWER_SECONDS = 60.0
"""Maximum time in seconds for the workers to check the inputs."""

UNDER_WAY = ("pending", "lost")
"""States of futures without a result. "lost": the result disappeared with its worker and is computed again."""

QUERY_SECONDS = 1.0
"""Interval in seconds between two queries for the list of workers."""


class ClusterRun:
    """One run on a cluster: submits the items, collects the results, and watches the workers."""

    def __init__(
        self,
        connection: Connection,
        order: Order,
        name: str,
        items: Sequence[Any],
        places: Sequence[Any] | None,
        collect: Callable[[Any], None],
        progress: Progress,
    ) -> None:
        self._client: Any = connection.client
        self._address, self._other_dask = connection.address, connection.other_dask
        self._least_threads = self._threads = connection.threads
        self._order, self._items, self._collect, self._progress = order, items, collect, progress
        # Dask's diagnostics group tasks by name and ignore the token.
        self._keys = [key[1:] for key in task_keys(name, places or items)]
        self._name, self._token = name, secrets.token_hex(4)
        self._running: dict[Any, int] = {}
        self._waiting = deque(range(len(items)))
        self._done = 0
        self._attempts = [0] * len(items)
        self._gathering: Waiting[list[Any]] | None = None
        self._gathered: list[Any] = []
        self._worker_query: Waiting[dict[str, Any]] | None = None
        self._order_call: Waiting[dict[str, Any]] | None = None
        self._ordered: set[str] = set()
        self._last_query = self._last_worker = self._last_report = time.monotonic()

    def run(self) -> None:
        """Run all items on the workers and pass each result to `collect`.

        The number of items submitted at the same time is limited.

        Raises
        ------
        ResourceError
            A worker cannot access the files, or there are no workers left.
        Cancelled
            The run was cancelled through `progress`. Submitted items may still be running.
        ParallelRasterError
            Processing an item failed.
        """
        self._send_order()
        while self._done < len(self._items):
            if self._progress.is_cancelled():
                raise Cancelled
            self._submit()
            done = self._done
            self._gather()
            self._watch_workers()
            self._report(changed=self._done > done)
        if self._progress.is_cancelled():
            raise Cancelled
        self._progress.report(self._done, len(self._items))

    def withdraw(self, end: float) -> None:
        """Cancel the unfinished tasks; stop waiting for the scheduler at the time `end` (`time.monotonic`)."""
        futures = list(self._running)
        if futures:
            with contextlib.suppress(Exception):  # the scheduler is gone
                call = lambda: self._client.cancel(futures, force=True)  # noqa: E731
                call_with_timeout(call, NoProgress(), end - time.monotonic())
        self._running.clear()

    def _send_order(self) -> None:
        """Send the work order of the run to all connected workers, which check the inputs and the output folder."""
        call = lambda: self._client.run(take_order, self._order, on_error="return")  # noqa: E731
        try:
            answers = call_with_timeout(call, self._progress, ANSWER_SECONDS)
        except (TimeoutError, OSError) as error:
            raise ResourceError(
                f"The workers of {self._address} do not respond: {error}. Check that they are running."
            ) from error
        self._check_answers(answers)

    def _check_answers(self, answers: dict[str, Any]) -> None:
        """Raise ResourceError if a worker rejected the work order; remember the workers that accepted it."""
        for worker, problem in answers.items():
            if isinstance(problem, OSError):
                continue  # the worker has left
            if isinstance(problem, Exception):
                raise ResourceError(f"The worker {worker} failed: {one_line(problem)}. See the log of this worker.")
            if problem:
                raise ResourceError(problem)
            self._ordered.add(worker)

    def _submit(self) -> None:
        free = max(LEAST_AHEAD, AHEAD * self._threads) - len(self._running)
        for _ in range(min(free, len(self._waiting))):
            number = self._waiting.popleft()
            again = (self._attempts[number],) if self._attempts[number] else ()
            key = (f"{self._name}-{self._token}", *self._keys[number], *again)
            item = self._items[number]
            future = self._client.submit(perform, self._order.folder, number, item, key=key, pure=False)
            self._running[future] = number
            self._attempts[number] += 1

    def _gather(self) -> None:
        """Start fetching the results of finished items, or pass the results of a completed fetch to `collect`."""
        for future in self._running:
            self._check_status(future)  # a fetch can take half a minute if a worker has died
        if self._gathering is None:
            self._gathered = [future for future in self._running if future.status not in UNDER_WAY]
            if not self._gathered:
                time.sleep(POLL_SECONDS)
                return
            batch = self._gathered
            self._gathering = Waiting(lambda: list(self._client.gather(batch)))
        if not self._gathering.is_done(POLL_SECONDS):
            return
        gathering, self._gathering = self._gathering, None
        try:
            results = gathering.result()
        except (OSError, concurrent.futures.CancelledError, asyncio.CancelledError) as error:
            raise self._lost() from error
        except Exception as error:
            for future in self._gathered:
                self._check_status(future)  # the result was lost, and computing it again may have failed
            raise ResourceError(
                f"A result could not be fetched from {self._address}: {one_line(error)}. Start the run again."
            ) from error
        for future, result in zip(self._gathered, results):
            number = self._running.pop(future)
            if isinstance(result, NoOrder):
                self._ordered.clear()  # a worker that restarted at the same address has lost its work order
                self._waiting.append(number)
                continue
            if isinstance(result, Failure):
                raise self._failure_error(result)
            self._collect(result)
            self._done += 1
        self._gathered = []

    def _check_status(self, future: Any) -> None:
        if future.status == "error":
            error = future.exception()
            if type(error).__name__ == "KilledWorker":
                raise ResourceError(
                    f"Workers of {self._address} crashed repeatedly on chunk {self._running[future] + 1} of "
                    f"{len(self._items)}, possibly out of memory. Lower MEMORY or CHUNK_SIZE, or give the workers more "
                    "memory. See the logs of the workers.",
                    parameter="memory",
                ) from error
            raise ResourceError(
                f"A worker of {self._address} failed: {one_line(error)}. See the logs of the workers."
            ) from error
        if future.status == "cancelled":
            raise self._lost()

    def _lost(self) -> ResourceError:
        done = f"after {self._done} of {len(self._items)} chunks. The output was not completed"
        if self._other_dask:
            return ResourceError(
                f"The connection to the scheduler {self._address} was lost {done}. Different dask "
                f"versions may be the cause: {self._other_dask}"
            )
        return ResourceError(
            f"The connection to the scheduler {self._address} was lost {done}. Restart the scheduler and the run."
        )

    def _failure_error(self, failure: Failure) -> Exception:
        error = failure.error()
        if not isinstance(error, Cancelled):
            return error
        return ResourceError(
            f"The hidden folder {self._order.folder} was removed while the workers were writing to it. Start the run "
            "again."
        )

    def _watch_workers(self) -> None:
        """Send the work order to new workers; raise ResourceError if there have been no workers for too long."""
        now = time.monotonic()
        if self._worker_query is not None and self._worker_query.is_done():
            query, self._worker_query = self._worker_query, None
            with contextlib.suppress(Exception):  # a scheduler that does not respond is treated as having no workers
                self._update_workers(query.result(), now)
        if self._worker_query is None and now - self._last_query >= QUERY_SECONDS:
            self._last_query = now
            self._worker_query = Waiting(lambda: scheduler_workers(self._client))
        if self._order_call is not None and self._order_call.is_done():
            call, self._order_call = self._order_call, None
            with contextlib.suppress(OSError):  # a worker left during the call; the others get the order again
                self._check_answers(call.result())
        if now - self._last_worker > self._address.timeout:
            raise ResourceError(
                f"{self._address} has had no workers for {self._address.timeout:g} seconds; {self._done} of "
                f"{len(self._items)} chunks were done. The output was not completed. Start workers, then start the run "
                "again."
            )

    def _update_workers(self, workers: dict[str, Any], now: float) -> None:
        if not workers:
            return
        self._last_worker = now
        self._threads = max(self._least_threads, sum(worker["nthreads"] for worker in workers.values()))
        new = sorted(set(workers) - self._ordered)
        if new and self._order_call is None:
            call = lambda: self._client.run(take_order, self._order, workers=new, on_error="return")  # noqa: E731
            self._order_call = Waiting(call)

    def _report(self, *, changed: bool) -> None:
        now = time.monotonic()
        if changed or now - self._last_report >= REPORT_SECONDS:
            self._last_report = now
            self._progress.report(self._done, len(self._items))
