"""Runs every job in a QgsTask, regardless of how QGIS starts the algorithm.

If QGIS calls the algorithm outside the main thread (toolbox; in newer versions also models and batches), the algorithm
already runs in a QgsTask, and the job runs in that task. If QGIS calls it in the main thread (`processing.run`,
`qgis_process`; in QGIS 3.22 also models and batches), a new task runs the job while a local event loop keeps QGIS
responsive.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from qgis.core import QgsApplication, QgsProcessingFeedback, QgsTask
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, QThread, QThreadPool, QTimer

from ...core.errors import Cancelled
from ...core.progress import Log, Progress

Result = TypeVar("Result")
Job = Callable[[Progress, Log], Result]

DRAIN_MILLISECONDS = 50


class FeedbackReporter:
    """Passes progress and log messages directly to the feedback; used in the thread to which the feedback belongs."""

    def __init__(self, feedback: QgsProcessingFeedback) -> None:
        self._feedback = feedback

    def report(self, done: int, total: int) -> None:
        """Move the progress bar."""
        self._feedback.setProgress(100 * done / total)

    def is_cancelled(self) -> bool:
        """Return True if the user pressed Cancel."""
        return self._feedback.isCanceled()

    def info(self, msg: str) -> None:
        """Write a line to the log."""
        self._feedback.pushInfo(msg)

    def warning(self, msg: str) -> None:
        """Write a warning to the log."""
        self._feedback.pushWarning(msg)


class JobTask(QgsTask):
    """Task that runs one job in the task manager's pool and queues its progress and log messages in `events`."""

    def __init__(self, description: str, job: Job[Any]) -> None:
        super().__init__(description, QgsTask.Flag.CanCancel)
        self.events: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.result: Any = None
        self.error: BaseException | None = None
        self.started = False
        self.ended = False
        self._job = job
        self._stop = threading.Event()

    def run(self) -> bool:
        """Run the job and store its result or exception; an uncaught exception here would crash QGIS."""
        self.started = True
        try:
            self.result = self._job(self, self)
        except BaseException as error:  # stored, and raised in the waiting thread
            self.error = error
        self.ended = True
        return self.error is None

    def cancel(self) -> None:
        """Ask the job to stop; called by the task manager or the algorithm dialog."""
        self._stop.set()
        super().cancel()

    def report(self, done: int, total: int) -> None:
        """Show the progress in the task manager and queue it for the feedback."""
        self.setProgress(100 * done / total)
        self.events.put(("progress", 100 * done / total))

    def is_cancelled(self) -> bool:
        """Return True if a stop was requested."""
        return self._stop.is_set()

    def info(self, msg: str) -> None:
        """Queue an info message for the log."""
        self.events.put(("info", msg))

    def warning(self, msg: str) -> None:
        """Queue a warning for the log."""
        self.events.put(("warning", msg))


def run_job(description: str, job: Job[Result], feedback: QgsProcessingFeedback) -> Result:
    """Run `job(progress, log)` in a QgsTask and return its result.

    Raises
    ------
    Cancelled
        The user cancelled the run, possibly before it started.
    Exception
        Any exception that the job raises.
    """
    if not in_main_thread():
        reporter = FeedbackReporter(feedback)
        return job(reporter, reporter)
    task = JobTask(description, job)
    _wait_for(task, feedback)
    if task.error is not None:
        raise task.error
    if not task.started:
        raise Cancelled
    result: Result = task.result
    return result


def in_main_thread() -> bool:
    """Return True if the current thread is the main thread, which runs the user interface."""
    return QThread.currentThread() == QCoreApplication.instance().thread()


def _wait_for(task: JobTask, feedback: QgsProcessingFeedback) -> None:
    """Run the task and wait until it ends; meanwhile, the main thread keeps processing events."""
    loop = QEventLoop()
    task.taskCompleted.connect(loop.quit)
    task.taskTerminated.connect(loop.quit)

    def drain() -> None:
        _drain(task, feedback)
        # Once the task has ended, QGIS may delete its C++ object.
        if feedback.isCanceled() and not task.is_cancelled() and not task.ended:
            task.cancel()

    timer = QTimer()
    timer.timeout.connect(drain)
    timer.start(DRAIN_MILLISECONDS)
    pool = _task_pool()
    # This thread only waits, so its slot in the pool is released. Otherwise, a pool of one thread would never start the
    # task.
    pool.releaseThread()
    try:
        QgsApplication.taskManager().addTask(task)
        loop.exec()
    finally:
        pool.reserveThread()
        timer.stop()
    _drain(task, feedback)


def _drain(task: JobTask, feedback: QgsProcessingFeedback) -> None:
    show = {"progress": feedback.setProgress, "info": feedback.pushInfo, "warning": feedback.pushWarning}
    while not task.events.empty():
        kind, value = task.events.get()
        show[kind](value)


def _task_pool() -> QThreadPool:
    manager = QgsApplication.taskManager()
    return manager.threadPool() if hasattr(manager, "threadPool") else QThreadPool.globalInstance()
