"""Scenes for the toolbox: complete runs, cancelled runs, and a dialog that is closed during its run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qgis.core import QgsApplication, QgsProject

from cancels import Cancel, chunk_functions

from .player import Player, a_moment, until
from .watch import Watch, idle
from .windows import (
    MANY_CHUNKS,
    dialog,
    files,
    finished,
    layer_info,
    load_raster,
    loaded,
    log_text,
    map_drawn,
    toolbox_with,
)


def runs_to_the_end(player: Player) -> Iterator[None]:
    """Search for the algorithm, fill in its dialog and run it; record its task, its progress and its result."""
    layer = load_raster(player.job["big"])
    yield from map_drawn()
    window, output, path = yield from _fill_in(player, layer.id())
    seen: dict[str, Any] = {"toolbox_path": path}
    watch = Watch().begin()
    window.runButton().click()
    yield from until(lambda: watch.reached(30), "progress moves")
    player.picture("running")
    yield from until(idle, "the run ends")
    seen.update(watch.end())
    yield from until(lambda: finished(window), "the dialog is ready again")
    yield from a_moment()
    player.picture("done")
    seen.update(layer=layer_info(loaded(output)), log=log_text(window), files=files(output.parent), output=str(output))
    window.close()
    yield from map_drawn()
    player.picture("map")
    return seen


def cancelled_in_the_dialog(player: Player) -> Iterator[None]:
    """Cancel a run with the Cancel button of its dialog."""
    return (yield from _run_and_stop(player, lambda window: window.cancelButton().click()))


def cancelled_in_the_task_manager(player: Player) -> Iterator[None]:
    """Cancel a run in the task list of the status bar."""
    return (yield from _run_and_stop(player, lambda window: QgsApplication.taskManager().activeTasks()[0].cancel()))


def closed_while_it_runs(player: Player) -> Iterator[None]:
    """Close the dialog during a run; QGIS continues the run in the background."""
    window, output, _ = yield from _fill_in(player, player.job["big"])
    watch = Watch().begin()
    window.runButton().click()
    yield from until(lambda: watch.reached(20), "progress moves")
    window.close()
    yield
    seen: dict[str, Any] = {"still_running": not idle(), "dialog_gone": dialog() is None}
    yield from a_moment()
    player.picture("closed")
    yield from until(idle, "the run ends or is cancelled")
    seen.update(watch.end())
    yield from map_drawn()
    player.picture("map")
    seen.update(layer=layer_info(loaded(output)), files=files(output.parent), output=str(output))
    return seen


def temporary_output(player: Player) -> Iterator[None]:
    """Run without an output file name; the result is a temporary layer."""
    window, _, _ = yield from _fill_in(player, player.job["small"], OUTPUT="TEMPORARY_OUTPUT")
    window.runButton().click()
    yield from until(lambda: idle() and finished(window), "the run ends")
    yield from map_drawn()
    player.picture("done")
    seen = {
        "layers": [layer_info(layer) for layer in QgsProject.instance().mapLayers().values()],
        "log": log_text(window),
    }
    window.close()
    return seen


def _fill_in(player: Player, source: str, **parameters: Any) -> Iterator[None]:
    """Open the algorithm from the toolbox and fill in its dialog.

    Return the dialog, the path of the output, and the labels of the algorithm and its parents in the toolbox.
    """
    output = player.new_folder() / "ndvi.tif"
    toolbox, path = toolbox_with(words="normalized difference")
    player.later(toolbox.executeAlgorithm)
    yield from until(dialog, "the dialog opens")
    window = dialog()
    usual = {"INPUT": source, "BAND_A": 4, "BAND_B": 3, "OUTPUT": str(output), **MANY_CHUNKS}
    window.setParameters({**usual, **parameters})
    yield from a_moment()
    player.picture("filled_in")
    return window, output, path


def _run_and_stop(player: Player, stop: Any) -> Iterator[None]:
    """Start a run, stop it midway by calling `stop`, and return observations of the run and the remaining files."""
    window, output, _ = yield from _fill_in(player, player.job["big"])
    watch = Watch().begin()
    with Cancel(*chunk_functions(), at=200) as cancel:
        window.runButton().click()
        yield from until(lambda: watch.reached(10) and cancel.is_due, "progress moves")
        during = files(output.parent)
        stop(window)
        yield from until(lambda: idle() and finished(window), "the run ends")
    seen = {**watch.end(), "begun": cancel.begun, "begun_later": cancel.begun_later, "files_during": during}
    yield from a_moment()
    player.picture("stopped")
    seen.update(log=log_text(window), files=files(output.parent), layer=layer_info(loaded(output)))
    window.close()
    return seen


SCENES = {
    "runs_to_the_end": runs_to_the_end,
    "cancelled_in_the_dialog": cancelled_in_the_dialog,
    "cancelled_in_the_task_manager": cancelled_in_the_task_manager,
    "closed_while_it_runs": closed_while_it_runs,
    "temporary_output": temporary_output,
}
