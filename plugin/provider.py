"""The Processing provider with its algorithms, models and settings."""

from __future__ import annotations

import os

from qgis.core import QgsApplication, QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ..algorithms import ALGORITHMS
from .models import read_models
from .settings import register_settings, unregister_settings

RESOURCES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "resources")
ICON = os.path.join(RESOURCES, "icons", "provider.svg")


class ParallelRasterProvider(QgsProcessingProvider):
    """Processing provider of the algorithms in `ALGORITHMS` and of the bundled models."""

    def id(self) -> str:
        """Return the provider id, the prefix of all algorithm ids."""
        return "parallelraster"

    def name(self) -> str:
        """Return the name shown in the toolbox."""
        return "Parallel Raster"

    def icon(self) -> QIcon:
        """Return the provider's icon."""
        return QIcon(ICON)

    def load(self) -> bool:
        """Register the settings and algorithms; return True."""
        register_settings(self.name(), self.icon())
        self.refreshAlgorithms()
        return True

    def unload(self) -> None:
        """Remove the plugin's settings from the Processing options; stored values are kept."""
        unregister_settings()

    def loadAlgorithms(self) -> None:
        """Add all algorithms and, if the provider is registered, the bundled models."""
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
        if QgsApplication.processingRegistry().providerById(self.id()) is not None:
            self._add_models()

    def offer_models(self) -> None:
        """Add the bundled models. Call this after QGIS has registered the provider, whose algorithms the models use."""
        self._add_models()
        self.algorithmsLoaded.emit()

    def _add_models(self) -> None:
        for model in read_models():
            self.addAlgorithm(model)

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        """Return the file extensions of output rasters, including .vrt, which only Merge tiles can write."""
        return ["tif", "tiff", "vrt"]
