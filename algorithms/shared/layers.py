"""Layers of the project whose files a run has replaced."""

from __future__ import annotations

import os
from collections.abc import Iterable

from qgis.core import QgsDataProvider, QgsProject, QgsProviderRegistry, QgsRasterLayer


def refresh_layers(project: QgsProject | None, paths: Iterable[str]) -> None:
    """Have the project's layers show the files at `paths` as they are now; in the main thread.

    A layer keeps its file open: until it is told, it shows the replaced one, statistics and overviews included.
    """
    replaced = {os.path.realpath(path) for path in paths}
    if project is None or not replaced:
        return
    for layer in project.mapLayers().values():
        if isinstance(layer, QgsRasterLayer) and layer.providerType() == "gdal":
            path = QgsProviderRegistry.instance().decodeUri("gdal", layer.source()).get("path") or layer.source()
            if os.path.realpath(str(path)) in replaced:
                # Not reload(): that leaves the provider with the statistics it computed before.
                layer.setDataSource(layer.source(), layer.name(), "gdal", QgsDataProvider.ProviderOptions())
                layer.triggerRepaint()
