"""What is noted while a job runs, for its report: who did which chunk when, the memory in use, and the log."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..progress import Log, Progress

MOST_SAMPLES = 1000
"""More than a chart shows; of a longer run every second sample goes, and they are taken half as often."""

FIRST_INTERVAL = 0.05
"""Seconds between two samples, at first."""

STATM = Path("/proc/self/statm")


class Span(NamedTuple):
    """A chunk that a worker did, from `start` to `end` in seconds since the run began."""

    worker: str
    chunk: int
    start: float
    end: float


class MemorySample(NamedTuple):
    """The memory that the process held, so many seconds after the run began."""

    seconds: float
    bytes: int


class Recorder:
    """Remembers a run; it is a `Log` that also passes every line on.

    Parameters
    ----------
    report
        Where the report goes.
    parameters
        What the user gave, by name.
    log
        Where the lines of the log go as well.
    """

    def __init__(self, report: str | os.PathLike[str], parameters: Mapping[str, object], log: Log) -> None:
        self.report = report
        self.parameters = dict(parameters)
        self.lines: list[tuple[str, str]] = []
        self.spans: list[Span] = []
        self.memory: list[MemorySample] = []
        self._log = log
        self._began = time.monotonic()
        self._interval = FIRST_INTERVAL

    @property
    def seconds(self) -> float:
        """The time since the run began."""
        return time.monotonic() - self._began

    def info(self, msg: str) -> None:
        """Keep and pass on a line that explains the run."""
        self.lines.append(("info", msg))
        self._log.info(msg)

    def warning(self, msg: str) -> None:
        """Keep and pass on a line that the user should not overlook."""
        self.lines.append(("warning", msg))
        self._log.warning(msg)

    def watch(self, progress: Progress) -> Progress:
        """Return a `Progress` for the run that passes everything on, and samples the memory whenever it is asked."""
        return _Watched(self, progress)

    def note(self, chunk: int, took: float, worker: str = "") -> None:
        """Take note that this thread, or the named worker, has just done a chunk, in so many seconds.

        Any thread may call.
        """
        end = self.seconds
        # One append is one step for all threads.
        self.spans.append(Span(worker or threading.current_thread().name, chunk, end - took, end))

    def sample(self) -> None:
        """Take note of the memory in use, unless that was done just now; only the thread that called the job may."""
        now = self.seconds
        if self.memory and now - self.memory[-1].seconds < self._interval:
            return
        used = resident_memory()
        if used:
            self.memory.append(MemorySample(now, used))
        if len(self.memory) > MOST_SAMPLES:
            # The higher of each two stays: a report that lost the peak would be wrong.
            pairs = zip(self.memory[::2], [*self.memory[1::2], self.memory[-1]])
            self.memory = [max(pair, key=lambda each: each.bytes) for pair in pairs]
            self._interval *= 2


class _Watched:
    """A `Progress` between the run and its caller's."""

    def __init__(self, recorder: Recorder, progress: Progress) -> None:
        self._recorder, self._progress = recorder, progress

    def report(self, done: int, total: int) -> None:
        self._progress.report(done, total)

    def is_cancelled(self) -> bool:
        # Asked all through the run, chunks and reading back alike, and always by the thread that called the job.
        self._recorder.sample()
        return self._progress.is_cancelled()


def this_worker() -> str:
    """Return the name of this thread among those of many machines."""
    return f"{socket.gethostname()} {os.getpid()} {threading.current_thread().name}"


def resident_memory() -> int:
    """Return the bytes of memory that this process holds; 0 where nobody tells."""
    try:
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        pass  # not Linux
    try:
        import psutil

        return int(psutil.Process().memory_info().rss)
    except Exception:  # it is not there, or may not look
        return 0
