"""The Processing provider: the algorithms under one name, and the settings they share."""

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
        """Make one of each algorithm, and of each model that comes with the plugin."""
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
        if QgsApplication.processingRegistry().providerById(self.id()) is not None:
            self._add_models()

    def offer_models(self) -> None:
        """Add the models, whose steps QGIS finds as soon as it knows this provider, and not before."""
        self._add_models()
        self.algorithmsLoaded.emit()

    def _add_models(self) -> None:
        for model in read_models():
            self.addAlgorithm(model)

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        """Return the extensions of the files that the algorithms write; only Merge tiles makes the last."""
        return ["tif", "tiff", "vrt"]
