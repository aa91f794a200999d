"""Helpers that cancel runs in tests. They count chunks, so that test results do not depend on timing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

PATIENCE = 60.0
"""Timeout in seconds of each wait; it is reached only if a run hangs."""

NOT_STOPPED = "the run was not stopped while a chunk was running"


def chunk_functions() -> tuple[tuple[Any, str], ...]:
    """Return the functions that compute and verify a chunk, as arguments for `Cancel` and `before_each`."""
    from parallel_raster.core.pixels import job as pixel_job
    from parallel_raster.core.writing.writer import RasterWriter

    return (pixel_job, "in_strips"), (RasterWriter, "_compare")


def wait_for(condition: Callable[[], Any]) -> bool:
    """Wait until `condition()` is true or `PATIENCE` seconds have passed; return whether the condition is true."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.002)
    return bool(condition())


@contextmanager
def before_each(step: Callable[[], None], *functions: tuple[Any, str]) -> Iterator[None]:
    """Patch functions, given as (module or class, name), so that every call first calls `step` in the same thread."""
    with ExitStack() as stack:
        for owner, name in functions:
            stack.enter_context(mock.patch.object(owner, name, _calling_first(step, getattr(owner, name))))
        yield


def _calling_first(step: Callable[[], None], real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        step()
        return real(*arguments, **keywords)

    return call


class Cancel:
    """A `Progress` that cancels its run midway; a test can also cancel the run itself once `is_due` is true.

    `is_due` becomes true when more than `at` chunks have begun. The chunks after the first `at` wait until the run is
    stopped, so that chunks are always running when the run is cancelled. `begun_later` counts the chunks that begin
    after the run was stopped: at most one per worker, which had checked for a cancellation just before.

    Parameters
    ----------
    functions
        Functions that process a chunk, as (module or class, name).
    at
        Number of chunks that are processed without waiting.
    stopped_by
        Class and name of the method that stops the run. None stands for `Stop.set`.
    """

    def __init__(self, *functions: tuple[Any, str], at: int, stopped_by: tuple[type, str] | None = None) -> None:
        self.begun = 0
        self.begun_later = 0
        self._functions, self._at, self._stopped_by = functions, at, stopped_by
        self._stopped, self._timed_out = threading.Event(), False
        self._lock = threading.Lock()
        self._stack = ExitStack()

    def __enter__(self) -> Cancel:
        from parallel_raster.core.progress import Stop

        owner, name = self._stopped_by or (Stop, "set")
        real = getattr(owner, name)

        def stopped(stop: Any) -> None:
            real(stop)
            if self.is_due:
                self._stopped.set()

        self._stack.enter_context(mock.patch.object(owner, name, stopped))
        self._stack.enter_context(before_each(self._begin, *self._functions))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        assert not self._timed_out, NOT_STOPPED

    @property
    def is_due(self) -> bool:
        """True once more than `at` chunks have begun, so that the run can be cancelled."""
        return self.begun > self._at

    def report(self, done: int, total: int) -> None:
        """Ignore the reported progress."""

    def is_cancelled(self) -> bool:
        """Return True once the cancellation is due."""
        return self.is_due

    def _begin(self) -> None:
        with self._lock:
            self.begun += 1
            self.begun_later += self._stopped.is_set()
            held = self.begun > self._at
        if held and not self._stopped.wait(PATIENCE):
            self._timed_out = True
            raise AssertionError(NOT_STOPPED)
