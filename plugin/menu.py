"""The algorithms as entries of QGIS's menu Raster."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtWidgets import QAction

from ..algorithms import ALGORITHMS
from ..algorithms.shared.plugin_algorithm import PluginAlgorithm


class RasterMenu:
    """Raster > Parallel Raster, with an entry per algorithm that opens its dialog."""

    def __init__(self, iface: Any, provider: str, title: str) -> None:
        self._iface = iface
        self._provider = provider
        self._title = title
        self._actions: list[QAction] = []

    def add(self) -> None:
        """Put the entries into the menu."""
        for kind in ALGORITHMS:
            algorithm = kind()
            action = QAction(algorithm.icon(), f"{algorithm.displayName()}…", self._iface.mainWindow())
            action.setObjectName(f"{self._provider}:{algorithm.name()}")
            action.setToolTip(algorithm.shortDescription())
            action.triggered.connect(lambda _=False, algorithm=algorithm: self._open(algorithm))
            self._iface.addPluginToRasterMenu(self._title, action)
            self._actions.append(action)

    def remove(self) -> None:
        """Take the entries out of the menu; QGIS removes the submenu with the last of them."""
        for action in self._actions:
            self._iface.removePluginRasterMenu(self._title, action)
            action.deleteLater()
        self._actions.clear()

    def _open(self, algorithm: PluginAlgorithm) -> None:
        """Open the dialog, or say what is missing, as the toolbox does."""
        can, why_not = algorithm.canExecute()
        if not can:
            self._iface.messageBar().pushWarning(algorithm.displayName(), why_not)
            return
        # The Processing plugin is there when somebody clicks, but not when this module is only imported.
        import processing

        # As the toolbox does it: shown first, so that the map can be used beside it, and held here while it is open.
        # Not execAlgorithmDialog, which asks the dialog for results when that may have deleted itself.
        dialog = processing.createAlgorithmDialog(f"{self._provider}:{algorithm.name()}")
        dialog.show()
        dialog.exec()
