"""Protocols for the progress and the log of a job, with default implementations. Callers may pass their own objects."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from typing import Protocol

from .errors import Cancelled


class Progress(Protocol):
    """Receives the progress of a job and can cancel it. Both methods are called in the thread that called the job."""

    def report(self, done: int, total: int) -> None:
        """Receive the number of finished chunks (`done`) and the number of all chunks (`total`)."""

    def is_cancelled(self) -> bool:
        """Return True to cancel the job."""


class Log(Protocol):
    """Receives the plan, decisions and summary of a job. A `logging.Logger` can be used."""

    def info(self, msg: str) -> object:
        """Log an info message."""

    def warning(self, msg: str) -> object:
        """Log a warning."""


class NoProgress:
    """A `Progress` that ignores reports and never cancels."""

    def report(self, done: int, total: int) -> None:
        """Do nothing."""

    def is_cancelled(self) -> bool:
        """Return False: never cancel."""
        return False


DEFAULT_LOG: Log = logging.getLogger("parallel_raster")


def log_plan(log: Log, decisions: Iterable[str], warnings: Iterable[str]) -> None:
    """Log the decisions of a plan as info messages, then its warnings."""
    for line in decisions:
        log.info(line)
    for line in warnings:
        log.warning(line)


def format_speed(pixels: int, seconds: float) -> str:
    """Return a log line with the number of pixels, the time and the speed."""
    megapixels = pixels / 1e6
    return f"{megapixels:.2f} megapixels in {seconds:.2f} s, {megapixels / seconds:.1f} megapixels per second"


class _Stage:
    """Progress of one stage of a run: `count` chunks, beginning at chunk number `start` of `run_total` chunks."""

    def __init__(self, progress: Progress, start: int, count: int, run_total: int) -> None:
        self._progress, self._start, self._count, self._run_total = progress, start, count, run_total

    def report(self, done: int, total: int) -> None:
        """Report the progress of the stage as progress of the whole run."""
        self._progress.report(self._start + self._count * done // max(total, 1), self._run_total)

    def is_cancelled(self) -> bool:
        """Return True if the run's `Progress` requests cancellation."""
        return self._progress.is_cancelled()


def stages(progress: Progress, *counts: int) -> list[Progress]:
    """Return one `Progress` per stage of a run; `counts` has the chunk count of each stage, in order."""
    return [_Stage(progress, sum(counts[:place]), count, sum(counts)) for place, count in enumerate(counts)]


POLL_SECONDS = 0.05


REPORT_SECONDS = 1.0


class Stop:
    """Thread-safe flag that tells running chunks to stop."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Stop the run: every later `check` raises Cancelled."""
        self._event.set()

    def is_set(self) -> bool:
        """Return True if the run was stopped."""
        return self._event.is_set()

    def wait(self, seconds: float) -> None:
        """Wait for `seconds`, or until the run is stopped."""
        self._event.wait(seconds)

    def check(self) -> None:
        """Raise Cancelled if the run was stopped.

        Raises
        ------
        Cancelled
            The run was stopped.
        """
        if self._event.is_set():
            raise Cancelled
