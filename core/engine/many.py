"""Sets of files: planned by one thread while the others compute what is planned already, and written step by step.

Planning opens each file, which libraries do under Python's lock: more threads would not be quicker. Computing a small
file takes some ten times as long, so with fewer threads than that the planner is far ahead, and a file that cannot be
used ends the run early.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import rasterio
from rasterio.windows import Window

from ..parallel.chunks import ChunkPlan
from ..parallel.recorder import Recorder
from ..progress import Progress, Stop

POLL_SECONDS = 0.02


class PlannedFile(Protocol):
    """The plan of a file."""

    @property
    def small(self) -> bool:
        """Whether the file is one task."""


Output = TypeVar("Output")
Planned = TypeVar("Planned", bound=PlannedFile)


class PlanAhead(Generic[Output, Planned]):
    """The plans of a set's files, as far as they are made; any thread may call.

    Parameters
    ----------
    outputs
        The files.
    plan
        Plans one of them; called by one thread at a time, in their order.
    check
        Called once with all plans, in their order.
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
        """Whether all files are planned, and checked together."""
        return self._complete.is_set()

    def next_small(self, stop: Stop) -> tuple[int, Planned] | None:
        """Return the next small file and its number among the small ones; None where all are taken.

        Before that, plan what is left, unless another thread does.

        Raises
        ------
        ParallelRasterError
            A file cannot be used, or all of them together cannot.
        Cancelled
            The run was stopped.
        """
        while True:
            if self._planning.acquire(blocking=False):
                try:
                    self._plan_left(stop)
                finally:
                    self._planning.release()
            complete = self.is_complete  # asked first: what is planned last is ready before that
            if self._ready:
                try:
                    return self._ready.popleft()
                except IndexError:  # another thread took it
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
    """Reports files planned, and from the end of planning on files computed; a `Progress`.

    Parameters
    ----------
    ahead
        The plans.
    planning
        Takes the files planned.
    begin
        Called once when all are planned, in the thread that reports; returns what takes the files computed.
    """

    def __init__(self, ahead: PlanAhead[Any, Any], planning: Progress, begin: Callable[[], Progress]) -> None:
        self._ahead, self._planning, self._begin = ahead, planning, begin
        self._computing: Progress | None = None

    def report(self, done: int, total: int) -> None:
        """Pass on how far the run is."""
        if self._computing is None:
            complete = self._ahead.is_complete
            self._planning.report(len(self._ahead.planned), self._ahead.count)
            if not complete:
                return
            self._computing = self._begin()
        self._computing.report(done, total)

    def is_cancelled(self) -> bool:
        """Ask the run's `Progress`."""
        return self._planning.is_cancelled()


class FileWriter(Protocol):
    """Writes one file of a set; any thread may call.

    Whoever calls sees to it that all chunks are written before `close`, and all shares compared before `enter`.
    """

    @property
    def chunks(self) -> ChunkPlan:
        """The chunks of the file."""

    def write(self, chunk: Window, stop: Stop) -> None:
        """Write one chunk."""

    def close(self, stop: Stop) -> None:
        """Close the file."""

    def compare(self, number: int, stop: Stop) -> None:
        """Compare the share of this number, of as many as there are chunks, with what was written."""

    def enter(self, stop: Stop) -> None:
        """Enter the file in the set."""

    def abandon(self) -> None:
        """Remove the file where it has not been entered."""


def write_whole(writer: FileWriter, stop: Stop) -> None:
    """Take all steps of a file in this thread."""
    for chunk in writer.chunks.windows():
        writer.write(chunk, stop)
    writer.close(stop)
    for number in range(writer.chunks.count):
        writer.compare(number, stop)
    writer.enter(stop)


class Step(NamedTuple):
    """A share of the work on the file of this number.

    `kind` is "whole" for a small file, else "write", "close", "compare" or "enter". `number` counts the chunks that are
    written through all files, and the shares that are compared within one. `after` are the steps, by their place in the
    list, that have to be done before.
    """

    kind: str
    file: int
    number: int = 0
    chunk: Window | None = None
    after: Sequence[int] = ()


class FileSteps:
    """The steps of a set's files, and the files under way.

    Parameters
    ----------
    plans
        The chunks of each file.
    open_file
        Returns the writer of the file of this number; called when its first step is taken.
    recorder
        Takes note of the chunks that are written.
    """

    def __init__(
        self, plans: Sequence[ChunkPlan], open_file: Callable[[int], FileWriter], recorder: Recorder | None = None
    ) -> None:
        self._plans, self._open_file, self._recorder = plans, open_file, recorder
        self._open: dict[int, FileWriter] = {}
        self._lock = threading.Lock()

    def steps(self) -> list[Step]:
        """Return all steps. A large file is read back while the next one is written, so that no worker has to wait."""
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
                steps += self._reading_back(*each, len(steps))
            steps.append(Step("close", number, after=written))
            closed = [(number, len(steps) - 1)]
        for each in closed:
            steps += self._reading_back(*each, len(steps))
        return steps

    def _reading_back(self, number: int, close: int, begin: int) -> list[Step]:
        """Return the last steps of a file that the step `close` closes; they begin at a place in the list."""
        count = self._plans[number].count
        compared = [Step("compare", number, share, after=(close,)) for share in range(count)]
        return [*compared, Step("enter", number, after=range(begin, begin + count))]

    def work(self, step: Step, stop: Stop) -> None:
        """Take one step."""
        with rasterio.Env():  # one for all files of the step, since each file would make its own
            self._take(step, stop)

    def _take(self, step: Step, stop: Stop) -> None:
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
        """Remove the unfinished files, when no worker is under way any more."""
        for writer in self._open.values():
            writer.abandon()
