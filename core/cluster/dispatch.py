"""One run on a cluster: items sent to its workers, results fetched, and losses noticed.

Tasks are plain functions of `cluster.worker` on plain values, and none depends on another: where all workers are lost,
distributed 2022.12 does not always recompute what others wait for. Every call that could hang is made in a thread of
its own, so that the caller hears a cancel and notices when all workers are gone.
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
from .connection import Connection, in_words, scheduler_workers
from .worker import Failure, NoOrder, Order, perform, take_order

AHEAD = 4
"""Items sent for every thread of the cluster: none is ever idle, and the scheduler never holds all of them."""

LEAST_AHEAD = 32

ANSWER_SECONDS = 60.0
"""How long the workers may take to look at the inputs."""

UNDER_WAY = ("pending", "lost")
"""States of what is still to come; a lost result died with its worker, and is computed again."""

ASK_SECONDS = 1.0
"""How often the scheduler is asked for its workers."""


class ClusterRun:
    """One run: what was sent, and what came back."""

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
        # Dask's diagnostics group tasks by the name, without the token.
        self._keys = [key[1:] for key in task_keys(name, places or items)]
        self._name, self._token = name, secrets.token_hex(4)
        self._running: dict[Any, int] = {}
        self._waiting = deque(range(len(items)))
        self._done = 0
        self._attempts = [0] * len(items)
        self._gathering: Waiting[list[Any]] | None = None
        self._gathered: list[Any] = []
        self._asking: Waiting[dict[str, Any]] | None = None
        self._telling: Waiting[dict[str, Any]] | None = None
        self._told: set[str] = set()
        self._asked = self._seen = self._reported = time.monotonic()

    def run(self) -> None:
        """Send all items, a bounded number at once, and hand over what comes back; return when all is done.

        Raises
        ------
        ResourceError
            A worker does not see the files, or there are no workers any more.
        Cancelled
            `progress` asked for it; what was sent is still under way.
        ParallelRasterError
            What the work raised.
        """
        self._tell_all()
        while self._done < len(self._items):
            if self._progress.is_cancelled():
                raise Cancelled
            self._submit()
            done = self._done
            self._gather()
            self._watch_workers()
            self._report(moved=self._done > done)
        self._progress.report(self._done, len(self._items))

    def withdraw(self, end: float) -> None:
        """Take back what is not done."""
        futures = list(self._running)
        if futures:
            with contextlib.suppress(Exception):  # nobody is left to take it back from
                call = lambda: self._client.cancel(futures, force=True)  # noqa: E731
                call_with_timeout(call, NoProgress(), end - time.monotonic())
        self._running.clear()

    def _tell_all(self) -> None:
        """Tell the order to all workers that are there; they look at the inputs and at the output's folder."""
        call = lambda: self._client.run(take_order, self._order, on_error="return")  # noqa: E731
        try:
            answers = call_with_timeout(call, self._progress, ANSWER_SECONDS)
        except (TimeoutError, OSError) as error:
            raise ResourceError(f"The workers of {self._address} do not answer: {error}.") from error
        self._take_answers(answers)

    def _take_answers(self, answers: dict[str, Any]) -> None:
        for worker, problem in answers.items():
            if isinstance(problem, OSError):
                continue  # it has left
            if isinstance(problem, Exception):
                raise ResourceError(f"The worker {worker} failed: {in_words(problem)}.")
            if problem:
                raise ResourceError(problem)
            self._told.add(worker)

    def _submit(self) -> None:
        free = max(LEAST_AHEAD, AHEAD * self._threads) - len(self._running)
        for _ in range(min(free, len(self._waiting))):
            number = self._waiting.popleft()
            again = (self._attempts[number],) if self._attempts[number] else ()
            key = (f"{self._name}-{self._token}", *self._keys[number], *again)
            future = self._client.submit(perform, self._order.folder, self._items[number], key=key, pure=False)
            self._running[future] = number
            self._attempts[number] += 1

    def _gather(self) -> None:
        """Fetch the results of finished items, and hand over those that have come."""
        for future in self._running:
            self._check_status(future)  # also while results are fetched: from a worker that died, for half a minute
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
                self._check_status(future)  # it failed when its result, lost with a worker, was computed again
            raise ResourceError(f"A result was lost on the way from {self._address}: {in_words(error)}.") from error
        for future, result in zip(self._gathered, results):
            number = self._running.pop(future)
            if isinstance(result, NoOrder):
                self._waiting.append(number)
                continue
            if isinstance(result, Failure):
                raise self._explained(result)
            self._collect(result)
            self._done += 1
        self._gathered = []

    def _check_status(self, future: Any) -> None:
        if future.status == "error":
            error = future.exception()
            if type(error).__name__ == "KilledWorker":
                raise ResourceError(
                    f"Workers of {self._address} died again and again with chunk {self._running[future] + 1} of "
                    f"{len(self._items)} at hand, perhaps for want of memory. Set a smaller MEMORY or CHUNK_SIZE, or "
                    "give the workers more; their logs tell.",
                    parameter="memory",
                ) from error
            raise ResourceError(f"A worker of {self._address} failed: {in_words(error)}.") from error
        if future.status == "cancelled":
            raise self._lost()

    def _lost(self) -> ResourceError:
        return ResourceError(
            f"The connection to the scheduler {self._address} was lost after {self._done} of "
            f"{len(self._items)} chunks. Nothing was written; "
            f"{self._other_dask or 'start the scheduler and run again.'}"
        )

    def _explained(self, failure: Failure) -> Exception:
        error = failure.error()
        if not isinstance(error, Cancelled):
            return error
        return ResourceError(
            f"The hidden folder {self._order.folder} was removed while the workers wrote there; run again."
        )

    def _watch_workers(self) -> None:
        """Tell new workers the order, and notice when there have been none for too long."""
        now = time.monotonic()
        if self._asking is not None and self._asking.is_done():
            asking, self._asking = self._asking, None
            with contextlib.suppress(Exception):  # a scheduler that cannot be asked has no workers
                self._see(asking.result(), now)
        if self._asking is None and now - self._asked >= ASK_SECONDS:
            self._asked = now
            self._asking = Waiting(lambda: scheduler_workers(self._client))
        if self._telling is not None and self._telling.is_done():
            telling, self._telling = self._telling, None
            with contextlib.suppress(OSError):  # who has left meanwhile is not told, the others are told again
                self._take_answers(telling.result())
        if now - self._seen > self._address.timeout:
            raise ResourceError(
                f"{self._address} has had no worker for {self._address.timeout:g} seconds; {self._done} of "
                f"{len(self._items)} chunks were done. Nothing was written; start workers and run again."
            )

    def _see(self, workers: dict[str, Any], now: float) -> None:
        if not workers:
            return
        self._seen = now
        self._threads = max(self._least_threads, sum(facts["nthreads"] for facts in workers.values()))
        new = sorted(set(workers) - self._told)
        if new and self._telling is None:
            call = lambda: self._client.run(take_order, self._order, workers=new, on_error="return")  # noqa: E731
            self._telling = Waiting(call)

    def _report(self, *, moved: bool) -> None:
        now = time.monotonic()
        if moved or now - self._reported >= REPORT_SECONDS:
            self._reported = now
            self._progress.report(self._done, len(self._items))
