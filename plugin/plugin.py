"""The plugin class, which registers the Processing provider and, in QGIS Desktop, adds the menu."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from .language import install_translator
from .menu import RasterMenu
from .provider import ParallelRasterProvider


class ParallelRasterPlugin:
    """Registers the provider and the menu. In `qgis_process`, `iface` is None and there is no menu."""

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._provider: ParallelRasterProvider | None = None
        self._menu: RasterMenu | None = None
        self._translator: QTranslator | None = None

    def initProcessing(self) -> None:
        """Load the translation and register the provider."""
        if self._provider is None:
            self._translator = install_translator()
            self._provider = ParallelRasterProvider()
            registry = QgsApplication.processingRegistry()
            registry.addProvider(self._provider)
            self._provider.offer_models()
            registry.providerAdded.connect(self._offer_models_again)

    def _offer_models_again(self, provider: str) -> None:
        """Add the models that use GDAL's algorithms, in case QGIS registers the GDAL provider after this plugin."""
        if provider == "gdal" and self._provider is not None:
            self._provider.refreshAlgorithms()

    def initGui(self) -> None:
        """Register the provider and add the menu."""
        self.initProcessing()
        if self._iface is not None and self._provider is not None:
            self._menu = RasterMenu(self._iface, self._provider.id(), self._provider.name())
            self._menu.add()

    def unload(self) -> None:
        """Remove menu, provider and translation."""
        if self._menu is not None:
            self._menu.remove()
            self._menu = None
        if self._provider is not None:
            QgsApplication.processingRegistry().providerAdded.disconnect(self._offer_models_again)
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None
