"""Calls that may take long, made in threads of their own, while the caller stays awake and hears a cancel."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from ..errors import Cancelled
from ..progress import POLL_SECONDS, Progress

Result = TypeVar("Result")


class Waiting(Generic[Result]):
    """A call under way.

    Parameters
    ----------
    call
        What is called, at once. Its thread does not keep the process alive.
    too_late
        Takes the result when it comes after `abandon`.
    """

    def __init__(self, call: Callable[[], Result], too_late: Callable[[Result], None] | None = None) -> None:
        self._call, self._too_late = call, too_late
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._abandoned = False
        self._results: list[Result] = []
        self._error: BaseException | None = None
        threading.Thread(target=self._run, name="parallel-raster-waiting", daemon=True).start()

    def _run(self) -> None:
        try:
            result = self._call()
        except BaseException as error:  # raised again by `result`
            self._error = error
            self._ended.set()
            return
        with self._lock:
            if not self._abandoned:
                self._results.append(result)
                self._ended.set()
                return
        if self._too_late is not None:
            self._too_late(result)

    def is_done(self, seconds: float = 0) -> bool:
        """Return whether the call has ended, after waiting for so long at most."""
        return self._ended.wait(seconds)

    def result(self) -> Result:
        """Return what the call returned, or raise what it raised; only when it has ended."""
        if self._error is not None:
            raise self._error
        return self._results[0]

    def abandon(self) -> None:
        """Leave the call to itself."""
        with self._lock:
            self._abandoned = True
            late = self._results[:]
        if late and self._too_late is not None:
            self._too_late(late[0])


def call_with_timeout(
    call: Callable[[], Result],
    progress: Progress,
    seconds: float,
    too_late: Callable[[Result], None] | None = None,
) -> Result:
    """Return what `call` returns, within so many seconds.

    Raises
    ------
    TimeoutError
        It takes longer.
    Cancelled
        `progress` asked for it.
    Exception
        Whatever `call` raised.
    """
    waiting = Waiting(call, too_late)
    end = time.monotonic() + seconds
    while not waiting.is_done(POLL_SECONDS):
        cancelled = progress.is_cancelled()
        if cancelled or time.monotonic() >= end:
            waiting.abandon()
            if cancelled:
                raise Cancelled
            raise TimeoutError(f"no answer within {seconds:.0f} s")
    return waiting.result()
