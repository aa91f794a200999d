"""Watch a run as a user does: entries of the task manager, their progress, and the responsiveness of QGIS."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QTimer

from cancels import PATIENCE, before_each, chunk_functions

TICK_MILLISECONDS = 10
PACE = 8
"""Number of chunks after which the run waits for the next iteration of the event loop."""


class Watch:
    """Samples the task manager every 10 ms from `begin` to `end`.

    The run regularly waits for a sample, so that the test does not depend on the speed of the machine. If a chunk waits
    without getting a sample, the event loop is not running, so the window is unresponsive.
    """

    def __init__(self) -> None:
        self._manager = QgsApplication.taskManager()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._progress: dict[str, list[float]] = {}
        self._added: list[str] = []
        self._most_tasks = 0
        self._turned = threading.Condition()
        self._turns = self._begun = self._waited = self._in_vain = 0
        self._held = self._over = False
        self._stack = ExitStack()

    def begin(self) -> Watch:
        """Start sampling."""
        self._manager.taskAdded.connect(self._note_added)
        self._stack.enter_context(before_each(self._wait_for_a_turn, *chunk_functions()))
        self._timer.start(TICK_MILLISECONDS)
        return self

    def end(self) -> dict[str, Any]:
        """Stop sampling and return the observations."""
        self._timer.stop()
        self._manager.taskAdded.disconnect(self._note_added)
        self._stack.close()
        with self._turned:
            self._over = True
            self._turned.notify_all()
        return {
            "waited_for_a_turn": self._waited,
            "waited_in_vain": self._in_vain,
            "tasks_added": self._added,
            "most_at_once": self._most_tasks,
            "progress": self._progress,
        }

    def reached(self, percent: float) -> bool:
        """Return True if a task has reached a progress of `percent`."""
        return any(max(values, default=0) >= percent for values in self._progress.values())

    def hold(self) -> None:
        """Pause the run until `go_on` is called, so that the run does not end before the scene's next actions."""
        self._held = True

    def go_on(self) -> None:
        """Continue a run paused by `hold`."""
        self._held = False

    def _wait_for_a_turn(self) -> None:
        with self._turned:
            self._begun += 1
            if self._begun % PACE or self._in_vain:
                return
            self._waited += 1
            seen = self._turns
            goes_on = self._turned.wait_for(lambda: self._over or self._turns > seen and not self._held, PATIENCE)
            self._in_vain += not goes_on

    def _note_added(self, number: int) -> None:
        self._added.append(self._manager.task(number).description())

    def _tick(self) -> None:
        with self._turned:
            self._turns += 1
            self._turned.notify_all()
        tasks = self._manager.activeTasks()
        self._most_tasks = max(self._most_tasks, len(tasks))
        for task in tasks:
            seen = self._progress.setdefault(task.description(), [])
            if task.progress() > 0 and (not seen or seen[-1] != task.progress()):
                seen.append(task.progress())


def idle() -> bool:
    """Return True if no task is active."""
    return not QgsApplication.taskManager().activeTasks()
