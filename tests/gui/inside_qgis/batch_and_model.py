"""Scenes for the batch dialog and for models, with task pools of one thread and of eight threads."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterRasterLayer,
    QgsProxyProgressTask,
)
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QThreadPool

from cancels import Cancel, chunk_functions

from .player import Player, until
from .watch import Watch, idle
from .windows import (
    ALGORITHM,
    MANY_CHUNKS,
    dialog,
    files,
    finished,
    layer_info,
    loaded,
    log_text,
    map_drawn,
    toolbox_with,
)

ROWS = 2
MODEL = "twice"
BATCH_ENDS = ("Batch execution completed", "Execution canceled after")


def batch(player: Player, threads: int) -> Iterator[None]:
    """Run two rows in the batch dialog and load their results."""
    window, folder, outputs = yield from _fill_in_batch(player, player.job["small"])
    seen = yield from _watch_run(player, threads, window.runButton().click, lambda: _batch_ended(window))
    yield from map_drawn()
    player.picture("done")
    seen.update(log=log_text(window), files=files(folder), layers=[layer_info(loaded(output)) for output in outputs])
    window.close()
    return seen


def batch_cancelled(player: Player) -> Iterator[None]:
    """Click the Cancel button of the batch dialog during the first row."""
    window, folder, _ = yield from _fill_in_batch(player, player.job["big"])
    watch = Watch().begin()
    with Cancel(*chunk_functions(), at=200) as cancel:
        player.later(window.runButton().click)
        yield from until(lambda: watch.reached(10) and cancel.is_due, "progress moves")
        window.cancelButton().click()
        yield from until(lambda: _batch_ended(window), "the batch ends")
    _end_entry_of_batch()
    yield from until(idle, "the task manager is idle")
    player.picture("stopped")
    seen = {**watch.end(), "begun": cancel.begun, "begun_later": cancel.begun_later}
    seen.update(log=log_text(window), files=files(folder))
    window.close()
    return seen


def model_from_python(player: Player, threads: int) -> Iterator[None]:
    """Run a model file with `processing.run`."""
    folder = player.new_folder()
    model = QgsProcessingModelAlgorithm()
    model.fromFile(_write_model(folder / f"{MODEL}.model3"))
    ended: list[dict[str, Any]] = []

    def run() -> None:
        import processing

        ended.append(processing.run(model, _model_parameters(model, player, folder)))

    seen = yield from _watch_run(player, threads, run, lambda: ended)
    return {**seen, "files": files(folder)}


def model_from_the_toolbox(player: Player, threads: int) -> Iterator[None]:
    """Save the model in the user's model folder and run it in its dialog."""
    from processing.modeler.ModelerUtils import ModelerUtils

    folder = player.new_folder()
    _write_model(Path(ModelerUtils.modelsFolders()[0]) / f"{MODEL}.model3")
    QgsApplication.processingRegistry().providerById("model").refreshAlgorithms()
    toolbox, _ = toolbox_with(f"model:{MODEL}")
    player.later(toolbox.executeAlgorithm)
    yield from until(dialog, "the model's dialog opens")
    window = dialog()
    window.setParameters(_model_parameters(window.algorithm(), player, folder))
    seen = yield from _watch_run(
        player, threads, window.runButton().click, lambda: finished(window) and "Results" in log_text(window)
    )
    yield from map_drawn()
    player.picture("done")
    layers = [layer_info(loaded(folder / name)) for name in ("first.tif", "second.tif")]
    seen.update(log=log_text(window), files=files(folder), layers=layers)
    window.close()
    return seen


def _watch_run(player: Player, threads: int, start: Any, ended: Any) -> Iterator[None]:
    """Watch a run with a task pool of `threads` threads and return the observations."""
    manager = QgsApplication.taskManager()
    pool = manager.threadPool() if hasattr(manager, "threadPool") else QThreadPool.globalInstance()
    before = pool.maxThreadCount()
    pool.setMaxThreadCount(threads)
    watch = Watch().begin()
    player.later(start)
    # A fast run may end before a progress of 60 % is sampled.
    yield from until(lambda: watch.reached(60) or ended(), "progress moves")
    player.picture("running")
    yield from until(lambda: ended() and idle(), "the run ends")
    seen = watch.end()
    seen["pool_threads_after"] = pool.maxThreadCount()
    pool.setMaxThreadCount(before)
    return seen


def _fill_in_batch(player: Player, source: str) -> Iterator[None]:
    """Open the batch dialog from the toolbox and fill in its rows; return the dialog, the folder and the outputs."""
    folder = player.new_folder()
    outputs = [folder / f"row{row}.tif" for row in range(ROWS)]
    toolbox, _ = toolbox_with()
    player.later(toolbox.executeAlgorithmAsBatchProcess)
    yield from until(dialog, "the batch dialog opens")
    window = dialog()
    _fill_rows(window.mainWidget(), source, outputs)
    return window, folder, outputs


def _fill_rows(panel: Any, source: str, outputs: list[Path]) -> None:
    """Fill in the rows of the batch dialog, one per output."""
    panel.checkLoadLayersOnCompletion.setChecked(True)
    panel.addRow(len(outputs) - panel.batchRowCount())
    context = QgsProcessingContext()
    for row, output in enumerate(outputs):
        for name, value in {"INPUT": source, "BAND_A": 4, "BAND_B": 3, **MANY_CHUNKS}.items():
            panel.wrappers[row][panel.parameter_to_column[name]].setParameterValue(value, context)
        panel.tblParameters.cellWidget(row + 1, panel.parameter_to_column["OUTPUT"]).setValue(str(output))


def _batch_ended(window: Any) -> bool:
    """Return True if the batch has ended. Later versions of QGIS log a different text for a cancelled batch."""
    return any(word in log_text(window) for word in BATCH_ENDS) and finished(window)


def _end_entry_of_batch() -> None:
    """End the batch's entry in the task manager: QGIS 3.22 keeps the entry if a Python algorithm fails in one row."""
    for task in QgsApplication.taskManager().activeTasks():
        if task.description().startswith("Batch Processing"):
            sip.cast(task, QgsProxyProgressTask).finalize(False)


def _write_model(path: Path) -> str:
    """Write a model whose second step uses the result of the first; return its path."""
    model = QgsProcessingModelAlgorithm(MODEL, "Tests")
    model.addModelParameter(QgsProcessingParameterRasterLayer("scene", "Scene"), QgsProcessingModelParameter("scene"))
    source = QgsProcessingModelChildParameterSource
    scene = source.fromModelParameter("scene")
    _add_step(model, "first", INPUT=scene, BAND_A=source.fromStaticValue(4), BAND_B=source.fromStaticValue(3))
    first = source.fromChildOutput("first", "OUTPUT")
    _add_step(model, "second", INPUT=first, BAND_A=source.fromStaticValue(1), BAND_B=source.fromStaticValue(1))
    model.updateDestinationParameters()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not model.toFile(str(path)):
        raise OSError(f"{path} could not be written")
    return str(path)


def _add_step(model: QgsProcessingModelAlgorithm, name: str, **sources: Any) -> None:
    child = QgsProcessingModelChildAlgorithm(ALGORITHM)
    child.setChildId(name)
    child.setDescription(name)
    for parameter, value in MANY_CHUNKS.items():
        sources[parameter] = QgsProcessingModelChildParameterSource.fromStaticValue(value)
    for parameter, source in sources.items():
        child.addParameterSources(parameter, [source])
    output = QgsProcessingModelOutput(name, name)
    output.setChildId(name)
    output.setChildOutputName("OUTPUT")
    child.setModelOutputs({name: output})
    model.addChildAlgorithm(child)


def _model_parameters(model: Any, player: Player, folder: Path) -> dict[str, str]:
    """Return the model's parameters: the scene, and one file per output. Output names depend on the QGIS version."""
    outputs = [definition.name() for definition in model.destinationParameterDefinitions()]
    return {"scene": player.job["small"], **{name: str(folder / f"{name.split(':')[0]}.tif") for name in outputs}}


SCENES = {
    **{
        f"{scene.__name__}_{threads}": partial(scene, threads=threads)
        for threads in (1, 8)
        for scene in (batch, model_from_python, model_from_the_toolbox)
    },
    "batch_cancelled": batch_cancelled,
}
