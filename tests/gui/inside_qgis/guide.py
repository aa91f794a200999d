"""Scenes for the user guide: the steps on its pages, and the screenshots."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QModelIndex, QTimer
from qgis.PyQt.QtWidgets import QApplication, QDialog, QDialogButtonBox, QDockWidget, QToolButton, QTreeView, QWidget
from qgis.utils import iface

from .hands import Hands
from .player import Player, a_moment, until
from .watch import Watch, idle
from .windows import (
    ALGORITHM,
    algorithm_index,
    dialog,
    files,
    finished,
    layer_info,
    loaded,
    map_drawn,
    ramp,
    toolbox,
    toolbox_with,
)

WIDTH, HEIGHT = 1000, 560
"""Size of the main window in the screenshots: large enough to be readable, small enough for small files."""

DIALOG = 860, 560

DIALOGS = {
    "calculator": ("rastercalculator", {"EXPRESSION": "ratio: A@4 / A@3\nbright: (A@1 + A@2 + A@3) / 3 > 100"}),
    "index": ("spectralindex", {"SENSOR": "Landsat 7", "INDEX": ["NDVI", "GNDVI", "NDII"]}),
    "mask": ("maskraster", {"MASK": "SCL_20m", "MASK_VALUES": "3,8-10"}),
    "filter": ("focalfilter", {"METHOD": 1, "SIGMA": 2}),
    "objects": ("labelobjects", {"EXPRESSION": "A@4 < 25", "MIN_SIZE": 10}),
    "zones": ("zonalstatistics", {"CELL_WIDTH": 240, "CELL_HEIGHT": 240}),
    "composite": ("temporalcomposite", {"INPUT_FOLDER": "/data/year", "BANDS": "B04,B08", "MASK_BAND": "SCL"}),
    "stac": (
        "stacsearch",
        {
            "URL": "https://earth-search.aws.element84.com/v1",
            "COLLECTIONS": "sentinel-2-l2a",
            "EXTENT": "12.4,12.6,45.0,45.1 [EPSG:4326]",
            "START": "2024-05-01",
            "END": "2024-05-31",
            "CLOUD_COVER": 30,
        },
    ),
    "chips": ("trainingchips", {"SIZE": 64, "SPLIT": "70,20,10"}),
}
"""Name of the screenshot of each dialog, with the algorithm and the parameters that are filled in. Algorithms that need
an input raster get the Landsat scene on the map; the layer SCL_20m is a copy of it."""

SLOW = "COMPRESS=DEFLATE|ZLEVEL=11"
"""Creation options that slow a run down enough for a screenshot."""


def first_ndvi(player: Player) -> Iterator[None]:
    """Compute the NDVI of a loaded raster as a new user would, from the toolbox to the map, and count the clicks."""
    yield from _set_up_window(player)
    hands = Hands(player)
    yield from hands.click(toolbox().searchBox)
    yield from hands.type(toolbox().searchBox, "ndvi")
    yield from a_moment()
    player.picture_of("toolbox", toolbox())
    tree = toolbox().algorithmTree
    yield from hands.double_click(tree, algorithm_index(tree, ALGORITHM))
    yield from until(dialog, "the dialog opens")
    window = dialog()
    window.resize(*DIALOG)
    yield from a_moment()
    for name, text in (("BAND_A", "Band 4"), ("BAND_B", "Band 3")):
        yield from hands.choose(_combo_box(window, name), text)
    yield from a_moment()
    player.picture_of("dialog", window)
    yield from hands.click(window.runButton())
    yield from until(lambda: idle() and finished(window), "the run ends")
    yield from a_moment()
    player.picture_of("log", window)
    yield from hands.click(window.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close))
    yield from until(lambda: dialog() is None, "the dialog closes")
    yield from map_drawn()
    player.picture_of("map", iface.mainWindow())
    layer = iface.activeLayer()
    return {"clicks": hands.clicks, "layer": layer_info(layer), "ramp": ramp(layer)}


def tiles_and_back(player: Player) -> Iterator[None]:
    """Fill in and run the dialogs of Tile raster and Merge tiles."""
    yield from _set_up_window(player)
    folder, merged = player.new_folder() / "tiles", Path(player.job["folder"]) / "merged.tif"
    window = yield from _fill_in("tileraster", TILE_WIDTH=128, TILE_HEIGHT=128, OVERLAP=16)
    player.picture_of("tile", window)
    yield from _run(window, OUTPUT=str(folder))
    # The screenshot shows a short path; the run uses the real one.
    window = yield from _fill_in("mergetiles", INPUT_FOLDER="/data/tiles")
    player.picture_of("merge", window)
    yield from _run(window, INPUT_FOLDER=str(folder), OUTPUT=str(merged))
    return {"tiles": files(folder), "merged": loaded(merged) is not None}


def dialogs(player: Player) -> Iterator[None]:
    """Fill in the dialogs of the other algorithms; return each dialog's algorithm and parameters."""
    yield from _set_up_window(player)
    scene = player.job["landsat"]
    copy = shutil.copy(scene, player.new_folder() / "SCL_20m.tif")
    mask = iface.addRasterLayer(str(copy), "SCL_20m")
    seen = {}
    for name, (algorithm, parameters) in DIALOGS.items():
        given = {key: mask.source() if value == mask.name() else value for key, value in parameters.items()}
        window = yield from _fill_in(algorithm, **given)
        if "INPUT_FOLDER" not in parameters:
            window.setParameters({**given, "INPUT": scene, "INPUTS": [scene]})
            yield from a_moment()
        player.picture_of(name, window)
        held = window.createProcessingParameters()
        seen[name] = {"algorithm": window.algorithm().displayName(), "held": {key: held.get(key) for key in parameters}}
        window.close()
        yield from until(lambda: dialog() is None, "the dialog closes")
    return seen


def model(player: Player) -> Iterator[None]:
    """Open the dialog of the plugin's model, then open the model in the model designer."""
    from processing.modeler.ModelerDialog import ModelerDialog

    yield from _set_up_window(player)
    window = yield from _fill_in("NDVI by way of tiles")
    player.picture_of("model", window)
    steps = window.algorithm().create()
    seen = {"steps": sorted(steps.childAlgorithms())}
    window.close()
    designer = ModelerDialog.create(steps)
    designer.setGeometry(0, 0, 1250, HEIGHT)
    designer.show()
    designer.view().scale(0.72, 0.72)
    designer.view().centerOn(600, 330)
    yield from a_moment(1)
    player.picture_of("designer", designer)
    designer.close()
    return seen


def long_run(player: Player) -> Iterator[None]:
    """Close the dialog during a run; the status bar lists the run, and the results viewer lists its report."""
    yield from _set_up_window(player)
    output = player.new_folder() / "ndvi.tif"
    page = Path(player.job["pictures"]) / "guide_report.html"
    window = yield from _fill_in("normalizeddifference", INPUT=player.job["big"], CHUNK_SIZE=512, CREATION_OPTIONS=SLOW)
    window.setParameters({**window.createProcessingParameters(), "OUTPUT": str(output), "REPORT": str(page)})
    watch = Watch().begin()
    window.runButton().click()
    yield from until(lambda: watch.reached(20), "progress moves")
    watch.hold()
    window.close()
    toolbox().hide()
    hands = Hands(player)
    yield from hands.click(_task_button())
    yield from a_moment()
    player.picture_of("progress", iface.mainWindow())
    watch.go_on()
    yield from until(idle, "the run ends")
    watch.end()
    viewer = iface.mainWindow().findChild(QDockWidget, "ResultsViewer")
    yield from until(viewer.isVisible, "the results viewer opens")
    results = viewer.treeResults
    seen = {"files": files(output.parent), "listed": results.topLevelItem(0).filename, "page": str(page)}
    viewer.hide()
    yield from map_drawn()
    return seen


def settings(player: Player) -> Iterator[None]:
    """Open the plugin's settings in QGIS's options."""
    player.later(lambda: iface.showOptionsDialog(iface.mainWindow(), "processingOptions"))
    yield from until(lambda: _options_dialog() is not None, "the options open")
    window = _options_dialog()
    window.resize(900, 560)
    tree = window.findChild(QWidget, "processingOptions").findChild(QTreeView)
    providers = _row(tree, QModelIndex(), "Providers")
    tree.expand(providers)
    group = _row(tree, providers, "Parallel Raster")
    tree.expand(group)
    tree.scrollTo(group, QTreeView.ScrollHint.PositionAtCenter)
    yield from a_moment()
    player.picture_of("settings", window)
    shown = [tree.model().index(row, 0, group).data() for row in range(tree.model().rowCount(group))]
    window.reject()
    return {"settings": shown}


SCENES = {
    "first_ndvi": first_ndvi,
    "tiles_and_back": tiles_and_back,
    "dialogs": dialogs,
    "model": model,
    "long_run": long_run,
    "settings": settings,
}


def _fill_in(name: str, **parameters: Any) -> Iterator[None]:
    """Open an algorithm from the toolbox, fill in its dialog and return the dialog."""
    panel, _ = toolbox_with(f"parallelraster:{name}")
    QTimer.singleShot(0, panel.executeAlgorithm)
    yield from until(dialog, "the dialog opens")
    window = dialog()
    window.resize(*DIALOG)
    window.setParameters(parameters)
    yield from a_moment()
    return window


def _run(window: Any, **parameters: Any) -> Iterator[None]:
    """Set additional parameters in the dialog, run the algorithm and close the dialog."""
    values = window.createProcessingParameters()
    window.setParameters({**values, **parameters})
    window.runButton().click()
    yield from until(lambda: idle() and finished(window), "the run ends")
    window.close()
    yield from map_drawn()


def _task_button() -> QWidget:
    buttons = iface.mainWindow().findChildren(QToolButton)
    return next(each for each in buttons if each.metaObject().className() == "QgsTaskManagerStatusBarWidget")


def _options_dialog() -> QDialog | None:
    shown = [each for each in QApplication.topLevelWidgets() if each.metaObject().className() == "QgsOptions"]
    return next((each for each in shown if each.isVisible()), None)


def _row(tree: QTreeView, parent: QModelIndex, text: str) -> QModelIndex:
    """Return the index of the row that has the given text and is a child of the row `parent`."""
    rows = (tree.model().index(row, 0, parent) for row in range(tree.model().rowCount(parent)))
    return next(each for each in rows if each.data() == text)


def _set_up_window(player: Player) -> Iterator[None]:
    """Set up a small main window with the Landsat scene on the map and the toolbox next to the map."""
    iface.mainWindow().setGeometry(0, 0, WIDTH, HEIGHT)
    iface.mainWindow().findChild(QDockWidget, "Browser").hide()
    toolbox().show()
    toolbox().searchBox.clear()
    layer = iface.addRasterLayer(player.job["landsat"], "landsat")  # with QGIS's default contrast
    iface.mapCanvas().setDestinationCrs(layer.crs())
    iface.mapCanvas().setExtent(layer.extent())
    yield from map_drawn()


def _combo_box(window: Any, name: str) -> QWidget:
    """Return the combo box of a parameter in a dialog."""
    return window.mainWidget().wrappers[name].wrappedWidget()
