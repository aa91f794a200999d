"""Scenes for the menu Raster > Parallel Raster: open each entry's dialog and its help, and load the results of runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qgis.core import QgsLayerTreeGroup, QgsProcessingContext, QgsProject
from qgis.PyQt.QtCore import QPoint, QUrl
from qgis.PyQt.QtGui import QTextDocument
from qgis.PyQt.QtWidgets import QApplication, QMessageBox, QTextBrowser
from qgis.utils import iface

from .player import Player, a_moment, until
from .watch import idle
from .windows import dialog, files, finished, layer_info, load_raster, loaded, log_text, map_drawn, toolbox_with


def dialogs(player: Player) -> Iterator[None]:
    """Open the dialog of every menu entry, one after another."""
    load_raster(player.job["small"])
    yield from map_drawn()
    seen: dict[str, Any] = {}
    yield from _show_menu(player)
    for action in _entries():
        player.later(action.trigger)
        yield from until(dialog, "the dialog opens")
        yield from a_moment(1)
        window = dialog()
        shown = window.findChild(QTextBrowser, "textShortHelp")
        player.picture(action.objectName().partition(":")[2])
        image = shown.document().resource(QTextDocument.ResourceType.ImageResource, QUrl(_picture(shown.toHtml())))
        seen[action.text()] = {
            "title": window.windowTitle(),
            "help": shown.toPlainText(),
            "picture": image is not None and [image.width(), image.height()],
            "help_button": window.buttonBox().button(window.buttonBox().StandardButton.Help) is not None,
        }
        window.close()
        yield from until(lambda: dialog() is None, "the dialog closes")
    return seen


def tiles(player: Player) -> Iterator[None]:
    """Run Tile raster, then Normalized difference of tiles; each tile set is loaded as one group."""
    layer = load_raster(player.job["small"])
    folder = player.new_folder()
    entries = {action.objectName(): action for action in _entries()}
    seen: dict[str, Any] = {}
    for name, values in (
        ("tileraster", {"INPUT": layer.id(), "TILING": 0, "COLUMNS": 3, "ROWS": 2}),
        ("normalizeddifferencetiles", {"INPUT_FOLDER": str(folder / "tileraster")}),
    ):
        player.later(entries[f"parallelraster:{name}"].trigger)
        yield from until(dialog, "the dialog opens")
        window = dialog()
        window.setParameters({**values, "OUTPUT": str(folder / name)})
        window.runButton().click()
        yield from until(lambda window=window: idle() and finished(window), "the run ends")
        seen[name] = log_text(window)
        window.close()
        yield from map_drawn()
        player.picture(name)
    seen["groups"] = {
        node.name(): [layer_info(each.layer()) for each in node.findLayers()]
        for node in QgsProject.instance().layerTreeRoot().children()
        if isinstance(node, QgsLayerTreeGroup)
    }
    return seen


def calculator(player: Player) -> Iterator[None]:
    """Run the raster calculator from its dialog: first with a formula for a missing band, then with two valid lines."""
    layer = load_raster(player.job["small"])
    output = player.new_folder() / "calculated.tif"
    entries = {action.objectName(): action for action in _entries()}
    player.later(entries["parallelraster:rastercalculator"].trigger)
    yield from until(dialog, "the dialog opens")
    window = dialog()
    window.setParameters({"INPUTS": [layer.id()], "EXPRESSION": "A@99", "OUTPUT": str(output)})
    player.later(window.runButton().click)
    yield from until(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox), "the error is shown")
    box = QApplication.activeModalWidget()
    seen: dict[str, Any] = {"rejected": box.text()}
    box.close()
    yield from until(lambda: QApplication.activeModalWidget() is None, "the error is closed")
    window.setParameters(
        {"INPUTS": [layer.id()], "EXPRESSION": "ratio: A@4 / A@3\nbright: A@1 > 100", "OUTPUT": str(output)}
    )
    window.runButton().click()
    yield from until(lambda: idle() and finished(window) and loaded(output), "the run ends")
    player.picture("calculator")
    seen.update(log=log_text(window), layer=layer_info(loaded(output)), bands=loaded(output).bandCount())
    window.close()
    yield from map_drawn()
    return seen


def calculator_batch(player: Player) -> Iterator[None]:
    """Run the raster calculator in the batch dialog, with a different formula in each of two rows."""
    folder = player.new_folder()
    toolbox, _ = toolbox_with("parallelraster:rastercalculator")
    player.later(toolbox.executeAlgorithmAsBatchProcess)
    yield from until(dialog, "the batch dialog opens")
    window = dialog()
    panel = window.mainWidget()
    panel.addRow(2 - panel.batchRowCount())
    context = QgsProcessingContext()
    for row, expression in enumerate(("A@1 + A@2", "max(A@1, A@2); A@3")):
        for name, value in (("INPUTS", [player.job["small"]]), ("EXPRESSION", expression)):
            panel.wrappers[row][panel.parameter_to_column[name]].setParameterValue(value, context)
        widget = panel.tblParameters.cellWidget(row + 1, panel.parameter_to_column["OUTPUT"])
        widget.setValue(str(folder / f"row{row}.tif"))
    player.later(window.runButton().click)
    yield from until(
        lambda: "Batch execution completed" in log_text(window) and finished(window) and idle(), "the batch ends"
    )
    seen = {"log": log_text(window), "files": files(folder)}
    window.close()
    return seen


def spectral(player: Player) -> Iterator[None]:
    """Run Spectral index from its dialog with two of the many indexes in its list."""
    layer = load_raster(player.job["small"])
    output = player.new_folder() / "indexes.tif"
    entries = {action.objectName(): action for action in _entries()}
    player.later(entries["parallelraster:spectralindex"].trigger)
    yield from until(dialog, "the dialog opens")
    window = dialog()
    given = {"INPUTS": [layer.id()], "INDEX": ["GCC", "NDVI"], "BANDS": "B=1,G=2,R=3,N=4", "OUTPUT": str(output)}
    window.setParameters(given)
    window.runButton().click()
    yield from until(lambda: idle() and finished(window) and loaded(output), "the run ends")
    player.picture("spectral")
    seen = {"log": log_text(window), "layer": layer_info(loaded(output)), "bands": loaded(output).bandCount()}
    window.close()
    yield from map_drawn()
    return seen


def _show_menu(player: Player) -> Iterator[None]:
    """Open the menu and its submenu, and take a screenshot."""
    for menu in (iface.rasterMenu(), _menu()):
        menu.popup(iface.mainWindow().mapToGlobal(QPoint(420 if menu is _menu() else 100, 60)))
        yield from a_moment()
    player.picture("menu")
    _menu().close()
    iface.rasterMenu().close()
    yield from a_moment()


def _menu() -> Any:
    (menu,) = [action.menu() for action in iface.rasterMenu().actions() if action.text() == "Parallel Raster"]
    return menu


def _entries() -> list[Any]:
    return _menu().actions()


def _picture(page: str) -> str:
    """Return the URL of the first image in an HTML page."""
    return page.partition('<img src="')[2].partition('"')[0]


SCENES = {
    "dialogs": dialogs,
    "tiles": tiles,
    "calculator": calculator,
    "calculator_batch": calculator_batch,
    "spectral": spectral,
}
