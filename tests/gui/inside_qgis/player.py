"""Play scenes one after another inside QGIS's event loop and write their observations to a file.

A scene is a generator that operates QGIS Desktop, yields to let QGIS process events, and returns its observations. A
scene must not make blocking calls such as `dialog.exec()` itself; it passes such calls to `player.later`.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsProject
from qgis.PyQt.QtCore import QPoint, QRect, QTimer
from qgis.PyQt.QtWidgets import QApplication, QWidget
from qgis.utils import iface

STEP_MILLISECONDS = 20


def until(condition: Callable[[], Any], what: str, seconds: float = 300) -> Iterator[None]:
    """Let QGIS process events until the condition is true; use it with `yield from`.

    Raises
    ------
    TimeoutError
        The condition was not true within `seconds`.
    """
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise TimeoutError(f"waited {seconds} s without success until {what}")
        yield


def a_moment(seconds: float = 0.4) -> Iterator[None]:
    """Let QGIS process events for a while, for example to paint; use it with `yield from`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield


class Player:
    """Plays the scenes of one module and records their observations, uncaught exceptions and logged errors."""

    def __init__(self, job: dict[str, str]) -> None:
        self.job = job
        self._results: dict[str, Any] = {"version": Qgis.QGIS_VERSION, "scenes": {}, "uncaught": [], "complaints": []}
        self._failure: BaseException | None = None
        self._timer = QTimer()
        self._timer.timeout.connect(self._step)

    def start(self) -> None:
        """Start the first scene."""
        Path(self.job["started"]).touch()
        # QGIS would show the traceback in a window that blocks until it is closed.
        sys.excepthook = lambda *error: self._results["uncaught"].append("".join(traceback.format_exception(*error)))
        QgsApplication.messageLog().messageReceived.connect(self._note_message)
        iface.mainWindow().setGeometry(QApplication.primaryScreen().geometry())
        self._scenes = dict(importlib.import_module(f"inside_qgis.{self.job['play']}").SCENES)
        self._next_scene()
        self._timer.start(STEP_MILLISECONDS)

    def later(self, call: Callable[[], Any]) -> None:
        """Schedule `call`, which may block, as a separate event, so that the scene continues in the meantime."""

        def guarded() -> None:
            try:
                call()
            except Exception as error:
                self._failure = error

        QTimer.singleShot(0, guarded)

    def new_folder(self) -> Path:
        """Create an empty folder for the files of the scene and return its path."""
        folder = Path(self.job["folder"]) / self._name
        folder.mkdir()
        return folder

    def picture(self, name: str) -> None:
        """Save a screenshot of the whole screen."""
        path = Path(self.job["pictures"]) / f"{self.job['play']}_{self._name}_{name}.png"
        QApplication.primaryScreen().grabWindow(0).save(str(path))

    def picture_of(self, name: str, window: QWidget) -> None:
        """Save a screenshot of a window or panel."""
        corner = window.mapToGlobal(QPoint(0, 0))
        screen = QApplication.primaryScreen().grabWindow(0)
        path = Path(self.job["pictures"]) / f"{self.job['play']}_{name}.png"
        screen.copy(QRect(corner, window.size())).save(str(path))

    def _next_scene(self) -> None:
        self._name = next(iter(self._scenes))
        iface.newProject(False)
        self._playing = self._scenes.pop(self._name)(self)

    def _step(self) -> None:
        try:
            if self._failure is not None:
                raise self._failure
            next(self._playing)
        except StopIteration as end:
            self._results["scenes"][self._name] = end.value
            self._write()
            if self._scenes:
                self._next_scene()
            else:
                self._leave()
        except Exception:
            self._results["scenes"][self._name] = {"failure": traceback.format_exc()}
            self.picture("failed")
            self._write()
            os._exit(1)  # open dialogs would prevent QGIS from closing

    def _leave(self) -> None:
        """Close QGIS through its menu, as a user does, so that a crash at exit is detected."""
        self._timer.stop()
        iface.newProject(False)
        QgsProject.instance().setDirty(False)
        if 33800 <= Qgis.QGIS_VERSION_INT < 34200:
            # These versions can crash if an idle thread of the task manager ends while QGIS is closing (fixed by
            # https://github.com/qgis/QGIS/pull/62429).
            QgsApplication.taskManager().threadPool().waitForDone()
        iface.actionExit().trigger()

    def _note_message(self, text: str, tag: str, level: Any) -> None:
        if tag == "Parallel Raster":
            self._results["complaints"].append(text)

    def _write(self) -> None:
        Path(self.job["results"]).write_text(json.dumps(self._results, indent=1))
