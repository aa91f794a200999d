"""Scenes for the Python console: `processing.run` runs on the main thread while the user continues working."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qgis.core import QgsApplication, QgsProcessingFeedback, QgsProject
from qgis.PyQt.QtCore import QPoint
from qgis.utils import iface

from cancels import Cancel, chunk_functions

from .player import Player, a_moment, until
from .watch import Watch, idle
from .windows import ALGORITHM, MANY_CHUNKS, files, layer_info, load_raster, map_drawn


class Complaints(QgsProcessingFeedback):
    """Feedback that stores the errors reported to it."""

    def __init__(self) -> None:
        super().__init__(False)
        self.lines: list[str] = []

    def reportError(self, error: str, *_: Any) -> None:
        """Store the message."""
        self.lines.append(error)


class Call:
    """Calls a `processing` function, as in the console, and stores its result or error when the function has ended."""

    def __init__(self, player: Player, function: str = "run", feedback: Any = None, **parameters: Any) -> None:
        self.ended = False
        self.result: Any = None
        self.error = ""
        self._function = function
        self._feedback = feedback
        self._parameters = {"BAND_A": 4, "BAND_B": 3, **MANY_CHUNKS, **parameters}
        player.later(self._run)

    def _run(self) -> None:
        import processing

        try:
            function = getattr(processing, self._function)
            self.result = function(ALGORITHM, self._parameters, feedback=self._feedback)
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"
        self.ended = True


def works_meanwhile(player: Player) -> Iterator[None]:
    """Zoom the map and open a menu during a run in the console."""
    load_raster(player.job["big"])
    yield from map_drawn()
    canvas = iface.mapCanvas()
    output = player.new_folder() / "ndvi.tif"
    watch = Watch().begin()
    call = Call(player, INPUT=player.job["big"], OUTPUT=str(output))
    yield from until(lambda: watch.reached(10), "progress moves")
    watch.hold()
    before = canvas.scale()
    canvas.zoomByFactor(0.5)
    menu = iface.rasterMenu()
    menu.popup(iface.mainWindow().mapToGlobal(QPoint(400, 20)))
    yield from a_moment()
    seen: dict[str, Any] = {"menu_open": menu.isVisible(), "zoomed": canvas.scale() < before, "waiting": not call.ended}
    player.picture("running")
    menu.close()
    watch.go_on()
    yield from until(lambda: call.ended, "processing.run returns")
    seen.update(watch.end(), result=call.result, error=call.error, files=files(output.parent), output=str(output))
    return seen


def cancelled_in_the_task_manager(player: Player) -> Iterator[None]:
    """Cancel a run in the task manager; `processing.run` then raises an error."""
    output = player.new_folder() / "ndvi.tif"
    watch = Watch().begin()
    with Cancel(*chunk_functions(), at=200) as cancel:
        call = Call(player, INPUT=player.job["big"], OUTPUT=str(output))
        yield from until(lambda: watch.reached(10) and cancel.is_due, "progress moves")
        QgsApplication.taskManager().activeTasks()[0].cancel()
        yield from until(lambda: call.ended, "processing.run returns")
    seen = {**watch.end(), "begun": cancel.begun, "begun_later": cancel.begun_later}
    seen.update(error=call.error, files=files(output.parent))
    yield from until(idle, "the task manager is idle")
    return seen


def loads_a_temporary_result(player: Player) -> Iterator[None]:
    """Load a temporary result with `processing.runAndLoadResults`, which reports errors to the feedback."""
    feedback = Complaints()
    call = Call(player, "runAndLoadResults", feedback, INPUT=player.job["small"], OUTPUT="TEMPORARY_OUTPUT")
    yield from until(lambda: call.ended, "processing.runAndLoadResults returns")
    yield from map_drawn()
    player.picture("done")
    layers = [layer_info(layer) for layer in QgsProject.instance().mapLayers().values()]
    return {"error": call.error, "complaints": feedback.lines, "layers": layers}


def one_run_beside_another(player: Player) -> Iterator[None]:
    """Start a second run, as a timer or button would, while the first is running; both must end."""
    folder = player.new_folder()
    watch = Watch().begin()
    first = Call(player, INPUT=player.job["big"], OUTPUT=str(folder / "first.tif"))
    yield from until(lambda: watch.reached(10), "progress moves")
    second = Call(player, INPUT=player.job["small"], OUTPUT=str(folder / "second.tif"))
    yield from until(lambda: first.ended and second.ended, "both return")
    yield from until(idle, "the task manager is idle")
    return {**watch.end(), "errors": [first.error, second.error], "files": files(folder)}


SCENES = {
    "works_meanwhile": works_meanwhile,
    "cancelled_in_the_task_manager": cancelled_in_the_task_manager,
    "loads_a_temporary_result": loads_a_temporary_result,
    "one_run_beside_another": one_run_beside_another,
}
