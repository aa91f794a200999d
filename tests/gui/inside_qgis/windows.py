"""Handles of the windows that a user works with: the toolbox, the algorithm's dialog, the loaded layers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsRasterLayer
from qgis.gui import QgsProcessingAlgorithmDialogBase
from qgis.PyQt.QtCore import QModelIndex
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QTextEdit
from qgis.utils import iface

from .player import a_moment, until

ALGORITHM = "parallelraster:normalizeddifference"
MANY_CHUNKS = {"CREATION_OPTIONS": "COMPRESS=DEFLATE|BLOCKXSIZE=256|BLOCKYSIZE=256", "CHUNK_SIZE": 256, "WORKERS": 2}
"""Parameters that give the progress many values to show."""


def toolbox() -> Any:
    """Return the toolbox's panel."""
    return iface.mainWindow().findChild(QDockWidget, "ProcessingToolbox")


def toolbox_with(algorithm: str = ALGORITHM, words: str = "") -> tuple[Any, list[str]]:
    """Return the toolbox with that algorithm selected after a search, and the path of texts down to it."""
    panel = toolbox()
    panel.show()
    panel.searchBox.setText(words)
    tree = panel.algorithmTree
    index = algorithm_index(tree, algorithm)
    tree.setCurrentIndex(index)
    tree.scrollTo(index)
    path = []
    while index.isValid():
        path.insert(0, index.data())
        index = index.parent()
    return panel, path


def algorithm_index(tree: Any, algorithm: str) -> QModelIndex:
    """Return where the algorithm stands in the toolbox's tree."""
    index = _find(tree, QModelIndex(), algorithm)
    if index is None:
        raise LookupError(f"{algorithm} is not in the toolbox")
    return index


def _find(tree: Any, parent: QModelIndex, algorithm: str) -> QModelIndex | None:
    model = tree.model()
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        found = tree.algorithmForIndex(index)
        if found is not None and found.id() == algorithm and index.parent().data() != "Recently used":
            return index
        deeper = _find(tree, index, algorithm)
        if deeper is not None:
            return deeper
    return None


def dialog() -> Any:
    """Return the algorithm's dialog that is open; None where none is."""
    shown = [each for each in QApplication.topLevelWidgets() if isinstance(each, QgsProcessingAlgorithmDialogBase)]
    return next((each for each in shown if each.isVisible()), None)


def log_text(window: Any) -> str:
    """Return what the dialog's log says."""
    return window.findChild(QTextEdit, "txtLog").toPlainText()


def finished(window: Any) -> bool:
    """Return whether the dialog is ready for another run."""
    return window.runButton().isEnabled() and not window.cancelButton().isEnabled()


def load_raster(path: str) -> QgsRasterLayer:
    """Return the raster as a layer of the project, with the map on it."""
    layer = QgsRasterLayer(path, Path(path).stem)
    QgsProject.instance().addMapLayer(layer)
    iface.mapCanvas().setDestinationCrs(layer.crs())
    iface.mapCanvas().setExtent(layer.extent())
    return layer


def map_drawn() -> Iterator[None]:
    """Let QGIS go on until the map shows its layers; used with `yield from`."""
    yield from a_moment()
    yield from until(lambda: not iface.mapCanvas().isDrawing(), "the map is drawn")
    yield from a_moment()


def loaded(path: str | Path) -> QgsRasterLayer | None:
    """Return the project's layer of that file; None where it was not loaded."""
    layers = QgsProject.instance().mapLayers().values()
    return next((layer for layer in layers if os.path.realpath(layer.source()) == os.path.realpath(path)), None)


def facts(layer: QgsRasterLayer | None) -> dict[str, Any] | None:
    """Return what a user sees of a result: its colours and its statistics."""
    if layer is None:
        return None
    renderer = layer.renderer()
    statistics = layer.dataProvider().bandStatistics(1)
    return {
        "name": layer.name(),
        "renderer": renderer.type(),
        "range": [renderer.classificationMin(), renderer.classificationMax()]
        if renderer.type() == "singlebandpseudocolor"
        else None,
        "statistics": [statistics.minimumValue, statistics.maximumValue, statistics.mean, statistics.stdDev],
    }


def ramp(layer: QgsRasterLayer) -> list[list[Any]]:
    """Return the stops of a layer's colour ramp: value, red, green, blue."""
    items = layer.renderer().shader().rasterShaderFunction().colorRampItemList()
    return [[item.value, item.color.red(), item.color.green(), item.color.blue()] for item in items]


def files(folder: Path) -> list[str]:
    """Return the names of all files in a folder, the hidden ones too."""
    return sorted(os.listdir(folder))
