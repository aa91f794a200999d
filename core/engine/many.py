"""Process many files: one thread plans them, while other threads compute and write the files that are planned.

Planning opens each file. Libraries hold the GIL while they open a file, so more planning threads would not help.
Computing a small file takes about ten times as long as planning it. With fewer than ten threads, planning therefore
stays far ahead of computing, and a file that cannot be used ends the run early.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from rasterio.windows import Window

from ..parallel.chunks import ChunkPlan
from ..parallel.recorder import Recorder
from ..progress import Progress, Stop

POLL_SECONDS = 0.02


class PlannedFile(Protocol):
    """Plan of one output file."""

    @property
    def small(self) -> bool:
        """True if the file is computed as a single task."""


Output = TypeVar("Output")
Planned = TypeVar("Planned", bound=PlannedFile)


class PlanAhead(Generic[Output, Planned]):
    """Plans many files while files that are already planned are being computed. Thread-safe.

    Parameters
    ----------
    outputs
        Files to plan.
    plan
        Function that plans one file; called in order, by one thread at a time.
    check
        Function that is called once with all plans, in order.
    """

    def __init__(
        self,
        outputs: Sequence[Output],
        plan: Callable[[Output], Planned],
        check: Callable[[Sequence[Planned]], None],
    ) -> None:
        self.count = len(outputs)
        self.planned: list[Planned] = []
        self._left = iter(outputs)
        self._plan, self._check = plan, check
        self._ready: deque[tuple[int, Planned]] = deque()
        self._numbers = itertools.count()
        self._planning = threading.Lock()
        self._complete = threading.Event()

    @property
    def is_complete(self) -> bool:
        """True if all files have been planned and the function `check` has been called with their plans."""
        return self._complete.is_set()

    def next_small(self, stop: Stop) -> tuple[int, Planned] | None:
        """Return the index and the plan of the next small file; None if no small file is left.

        If no other thread is planning files, all remaining files are planned first. Otherwise, the next planned file
        is returned immediately; if there is none, the call waits until the other thread has planned one.

        Raises
        ------
        ParallelRasterError
            A file cannot be used, or the function `check` rejected the set of files.
        Cancelled
            The run was stopped.
        """
        while True:
            if self._planning.acquire(blocking=False):
                try:
                    self._plan_left(stop)
                finally:
                    self._planning.release()
            complete = self.is_complete  # read before `_ready`: once this is true, no file is added
            if self._ready:
                try:
                    return self._ready.popleft()
                except IndexError:  # another thread took the planned file
                    continue
            if complete:
                return None
            stop.check()
            self._complete.wait(POLL_SECONDS)

    def _plan_left(self, stop: Stop) -> None:
        for output in self._left:
            stop.check()
            found = self._plan(output)
            self.planned.append(found)
            if found.small:
                self._ready.append((next(self._numbers), found))
        if not self.is_complete:
            self._check(self.planned)
            self._complete.set()


class AheadProgress:
    """A `Progress` that first reports planned files and, once planning is complete, computed files.

    Parameters
    ----------
    ahead
        The `PlanAhead` that plans the files.
    planning
        Receives the number of planned files.
    begin
        Called once when all files are planned, in the reporting thread. Returns the `Progress` for computed files.
    """

    def __init__(self, ahead: PlanAhead[Any, Any], planning: Progress, begin: Callable[[], Progress]) -> None:
        self._ahead, self._planning, self._begin = ahead, planning, begin
        self._computing: Progress | None = None

    def report(self, done: int, total: int) -> None:
        """Report the number of planned files or, once planning is complete, that of computed files."""
        if self._computing is None:
            complete = self._ahead.is_complete
            self._planning.report(len(self._ahead.planned), self._ahead.count)
            if not complete:
                return
            self._computing = self._begin()
        self._computing.report(done, total)

    def is_cancelled(self) -> bool:
        """Return True if the run's `Progress` requests cancellation."""
        return self._planning.is_cancelled()


class FileWriter(Protocol):
    """Writes one output file of a run on many files. Thread-safe.

    The caller must call `write` for all chunks, then `close`, then `compare` for all parts of the file, then `enter`.
    """

    @property
    def chunks(self) -> ChunkPlan:
        """Chunk plan of the file."""

    def write(self, chunk: Window, stop: Stop) -> None:
        """Write one chunk."""

    def close(self, stop: Stop) -> None:
        """Close the file."""

    def compare(self, number: int, stop: Stop) -> None:
        """Read back part `number` of the file and compare it with the written data; a file has one part per chunk."""

    def enter(self, stop: Stop) -> None:
        """Add the verified file to the set of output files."""

    def abandon(self) -> None:
        """Remove the file unless it has been added to the set of output files."""


def write_whole(writer: FileWriter, stop: Stop) -> None:
    """Write a file in this thread: write all chunks, close and verify the file, and add it to the output files."""
    for chunk in writer.chunks.windows():
        writer.write(chunk, stop)
    writer.close(stop)
    for number in range(writer.chunks.count):
        writer.compare(number, stop)
    writer.enter(stop)


class Step(NamedTuple):
    """One step in writing file number `file`, such as writing a chunk or closing the file.

    `kind` is "whole" for a small file, otherwise "write", "close", "compare" or "enter". `number` is the index of the
    chunk to write, counted across all files, or of the part of the file to compare (see `FileWriter.compare`). `after`
    lists the indexes of the steps that must be completed before this step.
    """

    kind: str
    file: int
    number: int = 0
    chunk: Window | None = None
    after: Sequence[int] = ()


class FileSteps:
    """Divides the writing of many files into steps, runs the steps, and keeps the writers of the open files.

    Parameters
    ----------
    plans
        Chunk plan of each file.
    open_file
        Function that returns the writer of a file by its index; called when the first step of the file runs.
    recorder
        Records the written chunks.
    """

    def __init__(
        self, plans: Sequence[ChunkPlan], open_file: Callable[[int], FileWriter], recorder: Recorder | None = None
    ) -> None:
        self._plans, self._open_file, self._recorder = plans, open_file, recorder
        self._open: dict[int, FileWriter] = {}
        self._lock = threading.Lock()

    def steps(self) -> list[Step]:
        """Return the steps of all files. Each large file is read back while the next file is written."""
        steps: list[Step] = []
        closed: list[tuple[int, int]] = []
        places = itertools.count()
        for number, chunks in enumerate(self._plans):
            if chunks.count == 1:
                steps.append(Step("whole", number, next(places)))
                continue
            begin = len(steps)
            steps += [Step("write", number, next(places), window) for window in chunks.windows()]
            written = range(begin, len(steps))
            for each in closed:
                steps += self._read_back_steps(*each, len(steps))
            steps.append(Step("close", number, after=written))
            closed = [(number, len(steps) - 1)]
        for each in closed:
            steps += self._read_back_steps(*each, len(steps))
        return steps

    def _read_back_steps(self, number: int, close: int, begin: int) -> list[Step]:
        """Return the steps of a file that follow its "close" step; `begin` is the index of the first returned step."""
        count = self._plans[number].count
        compared = [Step("compare", number, share, after=(close,)) for share in range(count)]
        return [*compared, Step("enter", number, after=range(begin, begin + count))]

    def work(self, step: Step, stop: Stop) -> None:
        """Run one step."""
        with self._lock:
            writer = self._open.get(step.file)
            if writer is None:
                writer = self._open[step.file] = self._open_file(step.file)
        started = time.monotonic()
        if step.kind == "whole":
            write_whole(writer, stop)
        elif step.chunk is not None:
            writer.write(step.chunk, stop)
        elif step.kind == "close":
            writer.close(stop)
        elif step.kind == "compare":
            writer.compare(step.number, stop)
        else:
            writer.enter(stop)
        if self._recorder is not None and step.kind in ("whole", "write"):
            self._recorder.note(step.number, time.monotonic() - started)
        if step.kind in ("whole", "enter"):
            with self._lock:
                del self._open[step.file]

    def abandon(self) -> None:
        """Remove the unfinished files. Call this only when no worker is running."""
        for writer in self._open.values():
            writer.abandon()
