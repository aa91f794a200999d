"""Menu entries for the algorithms in the Raster menu of QGIS."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtWidgets import QAction

from ..algorithms import ALGORITHMS
from ..algorithms.shared.plugin_algorithm import PluginAlgorithm


class RasterMenu:
    """The menu Raster > Parallel Raster. Each entry opens the dialog of one algorithm."""

    def __init__(self, iface: Any, provider: str, title: str) -> None:
        self._iface = iface
        self._provider = provider
        self._title = title
        self._actions: list[QAction] = []

    def add(self) -> None:
        """Add the entries to the menu."""
        for kind in ALGORITHMS:
            algorithm = kind()
            action = QAction(algorithm.icon(), f"{algorithm.displayName()}…", self._iface.mainWindow())
            action.setObjectName(f"{self._provider}:{algorithm.name()}")
            action.setToolTip(algorithm.shortDescription())
            action.triggered.connect(lambda _=False, algorithm=algorithm: self._open(algorithm))
            self._iface.addPluginToRasterMenu(self._title, action)
            self._actions.append(action)

    def remove(self) -> None:
        """Remove the entries. QGIS removes the submenu when its last entry is removed."""
        for action in self._actions:
            self._iface.removePluginRasterMenu(self._title, action)
            action.deleteLater()
        self._actions.clear()

    def _open(self, algorithm: PluginAlgorithm) -> None:
        """Open the algorithm dialog, or show which package is missing, as the toolbox does."""
        can_run, reason = algorithm.canExecute()
        if not can_run:
            self._iface.messageBar().pushWarning(algorithm.displayName(), reason)
            return
        # The Processing plugin is loaded when the user clicks, but may not be loaded yet when this module is imported.
        import processing

        # Like the toolbox: show() first makes the dialog non-modal, and exec() keeps a reference while it is open.
        # execAlgorithmDialog is not used: it reads results from the dialog, which may already be deleted.
        dialog = processing.createAlgorithmDialog(f"{self._provider}:{algorithm.name()}")
        dialog.show()
        dialog.exec()
