"""Refreshes project layers whose files a run has replaced."""

from __future__ import annotations

import os
from collections.abc import Iterable

from qgis.core import QgsDataProvider, QgsProject, QgsProviderRegistry, QgsRasterLayer


def refresh_layers(project: QgsProject | None, paths: Iterable[str]) -> None:
    """Reload the project's layers that show the files at `paths`. Call this function in the main thread.

    A layer keeps its file open. Without a reload, the layer shows the old pixels, statistics and overviews.
    """
    replaced = {os.path.realpath(path) for path in paths}
    if project is None or not replaced:
        return
    for layer in project.mapLayers().values():
        if isinstance(layer, QgsRasterLayer) and layer.providerType() == "gdal":
            path = QgsProviderRegistry.instance().decodeUri("gdal", layer.source()).get("path") or layer.source()
            if os.path.realpath(str(path)) in replaced:
                # reload() is not enough: the provider would keep its old statistics.
                layer.setDataSource(layer.source(), layer.name(), "gdal", QgsDataProvider.ProviderOptions())
                layer.triggerRepaint()
