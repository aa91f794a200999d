"""Scenes of the toolbox: the dialog of one run, its end, and the three ways to leave it before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qgis.core import QgsApplication, QgsProject

from cancels import Cancel, chunk_functions

from .player import Player, a_moment, until
from .watch import Watch, idle
from .windows import MANY_CHUNKS, dialog, facts, files, finished, load_raster, loaded, log_text, map_drawn, toolbox_with


def runs_to_the_end(player: Player) -> Iterator[None]:
    """Search, double click, fill in, Run: one entry, progress, a live window, and a coloured layer at the end."""
    layer = load_raster(player.job["big"])
    yield from map_drawn()
    window, output, path = yield from _filled_in(player, layer.id())
    told: dict[str, Any] = {"toolbox_path": path}
    watch = Watch().begin()
    window.runButton().click()
    yield from until(lambda: watch.reached(30), "progress moves")
    player.picture("running")
    yield from until(idle, "the run ends")
    told.update(watch.end())
    yield from until(lambda: finished(window), "the dialog is ready again")
    yield from a_moment()
    player.picture("done")
    told.update(layer=facts(loaded(output)), log=log_text(window), files=files(output.parent), output=str(output))
    window.close()
    yield from map_drawn()
    player.picture("map")
    return told


def cancelled_in_the_dialog(player: Player) -> Iterator[None]:
    """Cancel button."""
    return (yield from _stopped(player, lambda window: window.cancelButton().click()))


def cancelled_in_the_task_manager(player: Player) -> Iterator[None]:
    """The cross beside the entry in the status bar's list."""
    return (yield from _stopped(player, lambda window: QgsApplication.taskManager().activeTasks()[0].cancel()))


def closed_while_it_runs(player: Player) -> Iterator[None]:
    """Close button: QGIS lets the run go on in the background."""
    window, output, _ = yield from _filled_in(player, player.job["big"])
    watch = Watch().begin()
    window.runButton().click()
    yield from until(lambda: watch.reached(20), "progress moves")
    window.close()
    yield
    told: dict[str, Any] = {"still_running": not idle(), "dialog_gone": dialog() is None}
    yield from a_moment()
    player.picture("closed")
    yield from until(idle, "the run ends or is cancelled")
    told.update(watch.end())
    yield from map_drawn()
    player.picture("map")
    told.update(layer=facts(loaded(output)), files=files(output.parent), output=str(output))
    return told


def temporary_output(player: Player) -> Iterator[None]:
    """Nothing typed into the field of the output, as most people do."""
    window, _, _ = yield from _filled_in(player, player.job["small"], OUTPUT="TEMPORARY_OUTPUT")
    window.runButton().click()
    yield from until(lambda: idle() and finished(window), "the run ends")
    yield from map_drawn()
    player.picture("done")
    told = {"layers": [facts(layer) for layer in QgsProject.instance().mapLayers().values()], "log": log_text(window)}
    window.close()
    return told


def _filled_in(player: Player, source: str, **parameters: Any) -> Iterator[None]:
    """Open the algorithm from the toolbox and fill in its dialog; return dialog, output and path in the toolbox."""
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


def _stopped(player: Player, stop: Any) -> Iterator[None]:
    """Start a run, stop it at about a fifth, and tell what it did after that and what is left."""
    window, output, _ = yield from _filled_in(player, player.job["big"])
    watch = Watch().begin()
    with Cancel(*chunk_functions(), at=200) as cancel:
        window.runButton().click()
        yield from until(lambda: watch.reached(10) and cancel.is_due, "progress moves")
        during = files(output.parent)
        stop(window)
        yield from until(lambda: idle() and finished(window), "the run ends")
    told = {**watch.end(), "begun": cancel.begun, "begun_later": cancel.begun_later, "files_during": during}
    yield from a_moment()
    player.picture("stopped")
    told.update(log=log_text(window), files=files(output.parent), layer=facts(loaded(output)))
    window.close()
    return told


SCENES = {
    "runs_to_the_end": runs_to_the_end,
    "cancelled_in_the_dialog": cancelled_in_the_dialog,
    "cancelled_in_the_task_manager": cancelled_in_the_task_manager,
    "closed_while_it_runs": closed_while_it_runs,
    "temporary_output": temporary_output,
}
