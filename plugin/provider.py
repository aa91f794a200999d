"""The Processing provider: the algorithms under one name, and the settings they share."""

from __future__ import annotations

import os

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ..algorithms import ALGORITHMS
from .settings import register_settings, unregister_settings

ICON = os.path.join(os.path.dirname(os.path.dirname(__file__)), "resources", "icons", "provider.svg")


class ParallelRasterProvider(QgsProcessingProvider):
    """Offers the algorithms of `ALGORITHMS`."""

    def id(self) -> str:
        """Return the part of the algorithms' ids before the colon."""
        return "parallelraster"

    def name(self) -> str:
        """Return the name shown in the toolbox."""
        return "Parallel Raster"

    def icon(self) -> QIcon:
        """Return the provider's icon."""
        return QIcon(ICON)

    def load(self) -> bool:
        """Register settings and algorithms."""
        register_settings(self.name(), self.icon())
        self.refreshAlgorithms()
        return True

    def unload(self) -> None:
        """Take the settings back."""
        unregister_settings()

    def loadAlgorithms(self) -> None:
        """Make one of each algorithm."""
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        """Return the extensions of the files that the algorithms write."""
        return ["tif", "tiff"]
