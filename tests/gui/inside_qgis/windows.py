"""Access to the windows of QGIS: the toolbox, the dialog of an algorithm, the loaded layers."""

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
"""Parameters that split a raster into many chunks, so that the progress has many values."""


def toolbox() -> Any:
    """Return the panel of the toolbox."""
    return iface.mainWindow().findChild(QDockWidget, "ProcessingToolbox")


def toolbox_with(algorithm: str = ALGORITHM, words: str = "") -> tuple[Any, list[str]]:
    """Search for `words` in the toolbox and select an algorithm; return the toolbox and the algorithm's path in it."""
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
    """Return the index of an algorithm in the tree of the toolbox."""
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
    """Return the open dialog of an algorithm, or None."""
    shown = [each for each in QApplication.topLevelWidgets() if isinstance(each, QgsProcessingAlgorithmDialogBase)]
    return next((each for each in shown if each.isVisible()), None)


def log_text(window: Any) -> str:
    """Return the text of the dialog's log."""
    return window.findChild(QTextEdit, "txtLog").toPlainText()


def finished(window: Any) -> bool:
    """Return True if the dialog is ready for another run."""
    return window.runButton().isEnabled() and not window.cancelButton().isEnabled()


def load_raster(path: str) -> QgsRasterLayer:
    """Add a raster to the project, zoom the map to it and return the layer."""
    layer = QgsRasterLayer(path, Path(path).stem)
    QgsProject.instance().addMapLayer(layer)
    iface.mapCanvas().setDestinationCrs(layer.crs())
    iface.mapCanvas().setExtent(layer.extent())
    return layer


def map_drawn() -> Iterator[None]:
    """Let QGIS process events until the map is drawn; use it with `yield from`."""
    yield from a_moment()
    yield from until(lambda: not iface.mapCanvas().isDrawing(), "the map is drawn")
    yield from a_moment()


def loaded(path: str | Path) -> QgsRasterLayer | None:
    """Return the layer of the project that shows a file, or None if the file is not loaded."""
    layers = QgsProject.instance().mapLayers().values()
    return next((layer for layer in layers if os.path.realpath(layer.source()) == os.path.realpath(path)), None)


def layer_info(layer: QgsRasterLayer | None) -> dict[str, Any] | None:
    """Return name, renderer, value range and statistics of a layer, or None if `layer` is None."""
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
    """Return the stops of a layer's colour ramp, each as [value, red, green, blue]."""
    items = layer.renderer().shader().rasterShaderFunction().colorRampItemList()
    return [[item.value, item.color.red(), item.color.green(), item.color.blue()] for item in items]


def files(folder: Path) -> list[str]:
    """Return the names of all files in a folder, including hidden ones."""
    return sorted(os.listdir(folder))
