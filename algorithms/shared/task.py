"""Every run is a QgsTask, however QGIS starts it.

Off the main thread the algorithm already runs inside a QgsTask (toolbox, and on newer versions models and
batches), so the job runs there. On the main thread (`processing.run`, `qgis_process`, models and batches of
QGIS 3.22) the job gets a task of its own, while a local event loop keeps QGIS alive.
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
    """Progress and log of a job that runs in the thread that owns the feedback."""

    def __init__(self, feedback: QgsProcessingFeedback) -> None:
        self._feedback = feedback

    def report(self, done: int, total: int) -> None:
        """Move the progress bar."""
        self._feedback.setProgress(100 * done / total)

    def is_cancelled(self) -> bool:
        """Return whether the user pressed Cancel."""
        return self._feedback.isCanceled()

    def info(self, msg: str) -> None:
        """Write a line to the log."""
        self._feedback.pushInfo(msg)

    def warning(self, msg: str) -> None:
        """Write a warning to the log."""
        self._feedback.pushWarning(msg)


class JobTask(QgsTask):
    """Runs one job in the task manager's pool; what it reports waits in `events` for the thread that watches."""

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
        """Run the job; an exception that left this method would end QGIS."""
        self.started = True
        try:
            self.result = self._job(self, self)
        except BaseException as error:  # raised again in the thread that waits
            self.error = error
        self.ended = True
        return self.error is None

    def cancel(self) -> None:
        """Ask the job to stop, from the task manager or from the algorithm's dialog."""
        self._stop.set()
        super().cancel()

    def report(self, done: int, total: int) -> None:
        """Show the progress in the task manager and queue it for the feedback."""
        self.setProgress(100 * done / total)
        self.events.put(("progress", 100 * done / total))

    def is_cancelled(self) -> bool:
        """Return whether somebody asked the job to stop."""
        return self._stop.is_set()

    def info(self, msg: str) -> None:
        """Queue a line of the log."""
        self.events.put(("info", msg))

    def warning(self, msg: str) -> None:
        """Queue a warning."""
        self.events.put(("warning", msg))


def run_job(description: str, job: Job[Result], feedback: QgsProcessingFeedback) -> Result:
    """Return what `job(progress, log)` returns, run inside a QgsTask.

    Raises
    ------
    Cancelled
        The user stopped it, also before it began.
    Exception
        Whatever the job raised.
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
    """Return whether this is the thread of QGIS's windows."""
    return QThread.currentThread() == QCoreApplication.instance().thread()


def _wait_for(task: JobTask, feedback: QgsProcessingFeedback) -> None:
    """Run the task to its end while the main thread's events go on."""
    loop = QEventLoop()
    task.taskCompleted.connect(loop.quit)
    task.taskTerminated.connect(loop.quit)

    def drain() -> None:
        _drain(task, feedback)
        # From its end on QGIS may delete the task, all but what Python keeps of it.
        if feedback.isCanceled() and not task.is_cancelled() and not task.ended:
            task.cancel()

    timer = QTimer()
    timer.timeout.connect(drain)
    timer.start(DRAIN_MILLISECONDS)
    pool = _task_pool()
    # This thread only waits, so the pool may use one thread more: a pool of one would never start the task.
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
