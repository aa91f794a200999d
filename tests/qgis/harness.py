"""Helper functions for the tests and for the QGIS processes that the tests start."""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALGORITHM = "parallelraster:normalizeddifference"
SMALL_BLOCKS = "BLOCKXSIZE=128|BLOCKYSIZE=128"


def start_qgis():
    """Start QGIS without a GUI but with the Processing plugin, and return the QgsApplication."""
    from qgis.core import QgsApplication

    app = QgsApplication([], False)
    app.initQgis()
    sys.path.append(os.path.join(app.pkgDataPath(), "python", "plugins"))
    from processing.core.Processing import Processing

    Processing.initialize()
    return app


def register_package():
    """Import this checkout as the `parallel_raster` package and return the module."""
    spec = importlib.util.spec_from_file_location(
        "parallel_raster", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["parallel_raster"] = module
    spec.loader.exec_module(module)
    return module


def load_plugin():
    """Return the plugin of this checkout with its provider registered."""
    plugin = register_package().classFactory(None)
    plugin.initProcessing()
    return plugin


def recording_feedback():
    """Return a feedback that records log messages in `lines`, progress in `steps` and calling threads in `threads`."""
    from qgis.core import QgsProcessingFeedback

    class Recording(QgsProcessingFeedback):
        def __init__(self):
            super().__init__(False)
            self.lines, self.steps, self.threads = [], [], set()
            self.progressChanged.connect(self.steps.append)

        def pushInfo(self, text):
            self.threads.add(threading.get_ident())
            self.lines.append(text)

        def pushWarning(self, text):
            self.pushInfo(text)

    return Recording()


def pump(until, seconds=300):
    """Process events of the main thread until `until()` is true; fail after `seconds`."""
    from qgis.PyQt.QtCore import QCoreApplication

    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.005)
    assert until(), f"the condition was not met within {seconds} seconds"


def run_in_background(values, feedback, algorithm_id=ALGORITHM):
    """Start the algorithm as the toolbox does; return the task, a list for its outcome, and objects to keep alive."""
    from qgis.core import QgsApplication, QgsProcessingAlgRunnerTask, QgsProcessingContext, QgsProject

    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm_id)
    task = QgsProcessingAlgRunnerTask(algorithm, values, context, feedback)
    outcome = []
    task.executed.connect(lambda ok, results: outcome.append((ok, results)))
    QgsApplication.taskManager().addTask(task)
    return task, outcome, (context, algorithm, feedback)


@contextmanager
def now_and_then(call):
    """Call `call` every 10 ms from the main thread's event loop while the `with` block is running."""
    from qgis.PyQt.QtCore import QTimer

    timer = QTimer()
    timer.timeout.connect(call)
    timer.start(10)
    yield
    timer.stop()


@contextmanager
def cancelled(stop, *functions, **options):
    """Call `stop` in the middle of the run in the `with` block and assert that the run is cancelled.

    The run must use two workers, raise an error and skip the remaining chunks. `functions` and `options` are
    passed to `Cancel`. The block gets the `ExceptionInfo` of the error.
    """
    import pytest
    from qgis.core import QgsProcessingException

    from cancels import Cancel, chunk_functions

    options = {"at": 20, **options}
    run = Cancel(*functions or chunk_functions(), **options)
    error = pytest.raises(QgsProcessingException, match="cancelled")
    with run, now_and_then(lambda: run.is_due and stop()), error as caught:
        yield caught
    assert options["at"] < run.begun <= options["at"] + 4 and run.begun_later <= 2


def hidden_files(folder) -> list[str]:
    """Return the partial files in a folder."""
    return sorted(name for name in os.listdir(folder) if "parallelraster" in name)


def wait_for_progress(child):
    """Wait until a `qgis_process` child has printed a progress of 10 percent."""
    text = ""
    while "10" not in text:
        letter = child.stdout.read(1)
        assert letter, "the child process ended before it reported progress"
        text = text + letter if letter in "0123456789." else ""
