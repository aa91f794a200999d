"""What the tests share that is no fixture; also used by the QGIS processes that the tests start."""

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
    """Return a QgsApplication without a desktop, with QGIS's Processing plugin started."""
    from qgis.core import QgsApplication

    app = QgsApplication([], False)
    app.initQgis()
    sys.path.append(os.path.join(app.pkgDataPath(), "python", "plugins"))
    from processing.core.Processing import Processing

    Processing.initialize()
    return app


def register_package():
    """Return this checkout imported as the package `parallel_raster`."""
    spec = importlib.util.spec_from_file_location(
        "parallel_raster", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["parallel_raster"] = module
    spec.loader.exec_module(module)
    return module


def load_plugin():
    """Return the plugin of this checkout, its provider registered."""
    plugin = register_package().classFactory(None)
    plugin.initProcessing()
    return plugin


def recording_feedback():
    """Return a feedback whose `lines` and `steps` hold what it was told, and in which threads."""
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
    """Turn the main thread's event loop until a condition holds."""
    from qgis.PyQt.QtCore import QCoreApplication

    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.005)
    assert until(), "it did not come about in time"


def run_in_background(values, feedback):
    """Return the started task that QGIS's toolbox uses, the list its outcome will be in, and what must be kept."""
    from qgis.core import QgsApplication, QgsProcessingAlgRunnerTask, QgsProcessingContext, QgsProject

    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(ALGORITHM)
    task = QgsProcessingAlgRunnerTask(algorithm, values, context, feedback)
    outcome = []
    task.executed.connect(lambda fine, results: outcome.append((fine, results)))
    QgsApplication.taskManager().addTask(task)
    return task, outcome, (context, algorithm, feedback)


@contextmanager
def now_and_then(call):
    """Call a function every 10 ms of the main thread's event loop, inside the block."""
    from qgis.PyQt.QtCore import QTimer

    timer = QTimer()
    timer.timeout.connect(call)
    timer.start(10)
    yield
    timer.stop()


@contextmanager
def cancelled(stop, *functions, **options):
    """Stop the block's run, which has two workers, in its middle; assert that it says so, and leaves out the rest.

    Functions and options are those of `Cancel`.
    """
    import pytest
    from qgis.core import QgsProcessingException

    from cancels import Cancel, chunk_functions

    options = {"at": 20, **options}
    run = Cancel(*functions or chunk_functions(), **options)
    refused = pytest.raises(QgsProcessingException, match="cancelled")
    with run, now_and_then(lambda: run.is_due and stop()), refused:
        yield
    assert options["at"] < run.begun <= options["at"] + 4 and run.begun_later <= 2


def hidden_files(folder) -> list[str]:
    """Return the partial files in a folder."""
    return sorted(name for name in os.listdir(folder) if "parallelraster" in name)


def wait_for_progress(child):
    """Return when a child of `qgis_process` has shown its first tenth."""
    text = ""
    while "10" not in text:
        letter = child.stdout.read(1)
        assert letter, "the child ended before it showed any progress"
        text = text + letter if letter in "0123456789." else ""
