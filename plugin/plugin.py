"""The plugin: nothing but the Processing provider."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication

from .provider import ParallelRasterProvider


class ParallelRasterPlugin:
    """Registers the provider, with and without a desktop (`iface` is None under `qgis_process`)."""

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._provider: ParallelRasterProvider | None = None

    def initProcessing(self) -> None:
        """Register the provider."""
        if self._provider is None:
            self._provider = ParallelRasterProvider()
            QgsApplication.processingRegistry().addProvider(self._provider)
            self._provider.offer_models()

    def initGui(self) -> None:
        """Register the provider in the desktop."""
        self.initProcessing()

    def unload(self) -> None:
        """Take the provider back."""
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
