"""Files of a set planned by one thread while the others compute what is planned already.

Planning opens each file, which libraries do under Python's lock: more threads would not be quicker. Computing a small
file takes some ten times as long, so with fewer threads than that the planner is far ahead, and a file that cannot be
used ends the run early.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

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
