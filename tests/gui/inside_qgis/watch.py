"""What a user notices while an algorithm runs: entries of the task manager, their progress, and whether QGIS reacts."""

from __future__ import annotations

import time
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, QTimer

TICK_MILLISECONDS = 10


class Watch:
    """Looks every 10 ms from `begin` to `end`; a window that hangs looks less often."""

    def __init__(self) -> None:
        self._manager = QgsApplication.taskManager()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._ticks: list[float] = []
        self._progress: dict[str, list[float]] = {}
        self._added: list[str] = []
        self._most = 0

    def begin(self) -> Watch:
        """Begin to look."""
        self._manager.taskAdded.connect(self._note_added)
        self._start = time.monotonic()
        self._timer.start(TICK_MILLISECONDS)
        return self

    def end(self) -> dict[str, Any]:
        """Stop looking and return what was seen."""
        self._timer.stop()
        self._manager.taskAdded.disconnect(self._note_added)
        seconds = time.monotonic() - self._start
        times = [self._start, *self._ticks, self._start + seconds]
        return {
            "seconds": round(seconds, 3),
            "ticks_per_second": round(len(self._ticks) / seconds, 1),
            "longest_gap": round(max(b - a for a, b in zip(times, times[1:])), 3),
            "tasks_added": self._added,
            "most_at_once": self._most,
            "progress": self._progress,
        }

    def reached(self, percent: float) -> bool:
        """Return whether some task has shown that much progress."""
        return any(max(values, default=0) >= percent for values in self._progress.values())

    def _note_added(self, number: int) -> None:
        self._added.append(self._manager.task(number).description())

    def _tick(self) -> None:
        self._ticks.append(time.monotonic())
        tasks = self._manager.activeTasks()
        self._most = max(self._most, len(tasks))
        for task in tasks:
            seen = self._progress.setdefault(task.description(), [])
            if task.progress() > 0 and (not seen or seen[-1] != task.progress()):
                seen.append(task.progress())


def idle() -> bool:
    """Return whether the task manager has nothing to do."""
    return not QgsApplication.taskManager().activeTasks()
