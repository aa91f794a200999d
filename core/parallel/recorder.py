"""Records a run for its report: which worker processed which chunk and when, the memory in use, and the log."""

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
"""Maximum number of memory samples. If exceeded, the lower sample of each pair is dropped and the interval doubles."""

FIRST_INTERVAL = 0.05
"""Initial interval between memory samples, in seconds."""

STATM = Path("/proc/self/statm")


class Span(NamedTuple):
    """Time that a worker spent on a chunk: `start` and `end` in seconds since the run began."""

    worker: str
    chunk: int
    start: float
    end: float


class MemorySample(NamedTuple):
    """Memory in use by the process, `seconds` after the run began."""

    seconds: float
    bytes: int


class Recorder:
    """Records chunk times, memory use and log of a run for its report. As a `Log`, it forwards lines to another log.

    Parameters
    ----------
    report
        Path of the report.
    parameters
        Parameters set by the user, by name.
    log
        Log to which lines are forwarded.
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
        """Seconds since the run began."""
        return time.monotonic() - self._began

    def info(self, msg: str) -> None:
        """Store and forward an info message."""
        self.lines.append(("info", msg))
        self._log.info(msg)

    def warning(self, msg: str) -> None:
        """Store and forward a warning."""
        self.lines.append(("warning", msg))
        self._log.warning(msg)

    def watch(self, progress: Progress) -> Progress:
        """Return a `Progress` that forwards to `progress`, and samples memory when cancellation is checked."""
        return _SamplingProgress(self, progress)

    def note(self, chunk: int, took: float, worker: str = "") -> None:
        """Record that this thread, or the named worker, has just finished a chunk that took `took` seconds.

        Thread-safe.
        """
        end = self.seconds
        # list.append is atomic.
        self.spans.append(Span(worker or threading.current_thread().name, chunk, end - took, end))

    def sample(self) -> None:
        """Record the memory in use, at most once per interval. Call this only in the thread that called the job."""
        now = self.seconds
        if self.memory and now - self.memory[-1].seconds < self._interval:
            return
        used = resident_memory()
        if used:
            self.memory.append(MemorySample(now, used))
        if len(self.memory) > MOST_SAMPLES:
            # Keep the higher sample of each pair, so that the report shows the peak.
            pairs = zip(self.memory[::2], [*self.memory[1::2], self.memory[-1]])
            self.memory = [max(pair, key=lambda each: each.bytes) for pair in pairs]
            self._interval *= 2


class _SamplingProgress:
    """A `Progress` that samples memory for a recorder and forwards all calls to the caller's `Progress`."""

    def __init__(self, recorder: Recorder, progress: Progress) -> None:
        self._recorder, self._progress = recorder, progress

    def report(self, done: int, total: int) -> None:
        self._progress.report(done, total)

    def is_cancelled(self) -> bool:
        # Called throughout the run, even during verification, and always in the thread that called the job.
        self._recorder.sample()
        return self._progress.is_cancelled()


def this_worker() -> str:
    """Return a name for this thread that is unique across machines."""
    return f"{socket.gethostname()} {os.getpid()} {threading.current_thread().name}"


def resident_memory() -> int:
    """Return the resident memory of this process in bytes; 0 if unknown."""
    try:
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        pass  # not Linux
    try:
        import psutil

        return int(psutil.Process().memory_info().rss)
    except Exception:  # not installed, or not permitted
        return 0
