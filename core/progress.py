"""How a job tells what it does: two small protocols that callers may implement, and their silent defaults."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from typing import Protocol

from .errors import Cancelled


class Progress(Protocol):
    """What a job reports to and asks; both methods are called in the thread that called the job, and only there."""

    def report(self, done: int, total: int) -> None:
        """Take note that `done` of `total` chunks are finished."""

    def is_cancelled(self) -> bool:
        """Tell whether the user wants the job to stop."""


class Log(Protocol):
    """Where the plan, the decisions and the summary go; `logging.Logger` fits."""

    def info(self, msg: str) -> object:
        """Take a line that explains the run."""

    def warning(self, msg: str) -> object:
        """Take a line that the user should not overlook."""


class NoProgress:
    """A `Progress` for callers that do not watch."""

    def report(self, done: int, total: int) -> None:
        """Ignore the numbers."""

    def is_cancelled(self) -> bool:
        """Never stop."""
        return False


DEFAULT_LOG: Log = logging.getLogger("parallel_raster")


def log_plan(log: Log, decisions: Iterable[str], warnings: Iterable[str]) -> None:
    """Log what was planned: first what was decided, then what the user should not overlook."""
    for line in decisions:
        log.info(line)
    for line in warnings:
        log.warning(line)


def format_speed(pixels: int, seconds: float) -> str:
    """Return for the log how many pixels were done in how many seconds."""
    megapixels = pixels / 1e6
    return f"{megapixels:.2f} megapixels in {seconds:.2f} s, {megapixels / seconds:.1f} megapixels per second"


class _Stage:
    """A part of a longer run that stands for `count` of its `whole` chunks, from `start` on."""

    def __init__(self, progress: Progress, start: int, count: int, whole: int) -> None:
        self._progress, self._start, self._count, self._whole = progress, start, count, whole

    def report(self, done: int, total: int) -> None:
        """Pass on how far the whole run is."""
        self._progress.report(self._start + self._count * done // max(total, 1), self._whole)

    def is_cancelled(self) -> bool:
        """Ask the run's `Progress`."""
        return self._progress.is_cancelled()


def stages(progress: Progress, *counts: int) -> list[Progress]:
    """Return one `Progress` for each of the run's successive stages of so many chunks."""
    return [_Stage(progress, sum(counts[:place]), count, sum(counts)) for place, count in enumerate(counts)]


POLL_SECONDS = 0.05


REPORT_SECONDS = 1.0


class Stop:
    """Tells the chunks under way that the run is over."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """End the run: every later `check` raises."""
        self._event.set()

    def is_set(self) -> bool:
        """Return whether the run is over."""
        return self._event.is_set()

    def check(self) -> None:
        """Return while the run goes on.

        Raises
        ------
        Cancelled
            The run was stopped.
        """
        if self._event.is_set():
            raise Cancelled
