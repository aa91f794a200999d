"""Run long calls in background threads, so that the caller stays responsive and can react to cancellation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from ..errors import Cancelled
from ..progress import POLL_SECONDS, Progress

Result = TypeVar("Result")


class Waiting(Generic[Result]):
    """A call that runs in a background thread.

    Parameters
    ----------
    call
        Function to call; the call starts immediately. The thread does not keep the process alive.
    on_late_result
        Function that receives the result of an abandoned call.
    """

    def __init__(self, call: Callable[[], Result], on_late_result: Callable[[Result], None] | None = None) -> None:
        self._call, self._on_late_result = call, on_late_result
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._abandoned = False
        self._results: list[Result] = []
        self._error: BaseException | None = None
        threading.Thread(target=self._run, name="parallel-raster-waiting", daemon=True).start()

    def _run(self) -> None:
        try:
            result = self._call()
        except BaseException as error:  # stored, and raised again by `result`
            self._error = error
            self._ended.set()
            return
        with self._lock:
            if not self._abandoned:
                self._results.append(result)
                self._ended.set()
                return
        if self._on_late_result is not None:
            self._on_late_result(result)

    def is_done(self, seconds: float = 0) -> bool:
        """Wait at most `seconds` for the call, and return True if it has ended."""
        return self._ended.wait(seconds)

    def result(self) -> Result:
        """Return the result of the call, or raise its error. The call must have ended."""
        if self._error is not None:
            raise self._error
        return self._results[0]

    def abandon(self) -> None:
        """Stop waiting for the call; its result is passed to `on_late_result`."""
        with self._lock:
            self._abandoned = True
            late = self._results[:]
        if late and self._on_late_result is not None:
            self._on_late_result(late[0])


def call_with_timeout(
    call: Callable[[], Result],
    progress: Progress,
    seconds: float,
    on_late_result: Callable[[Result], None] | None = None,
) -> Result:
    """Return the result of `call`, waiting at most `seconds`; a later result is passed to `on_late_result`.

    Raises
    ------
    TimeoutError
        `call` takes longer than `seconds`.
    Cancelled
        The run was cancelled through `progress`.
    Exception
        Any error that `call` raised.
    """
    waiting = Waiting(call, on_late_result)
    end = time.monotonic() + seconds
    while not waiting.is_done(POLL_SECONDS):
        cancelled = progress.is_cancelled()
        if cancelled or time.monotonic() >= end:
            waiting.abandon()
            if cancelled:
                raise Cancelled
            raise TimeoutError(f"no response within {seconds:.0f} s")
    return waiting.result()
