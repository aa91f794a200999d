"""Refreshes project layers whose files a run has replaced."""

from __future__ import annotations

import os
from collections.abc import Iterable

from qgis.core import QgsDataProvider, QgsProject, QgsProviderRegistry, QgsRasterLayer


def refresh_layers(project: QgsProject | None, paths: Iterable[str]) -> None:
    """Reload the project's layers that show the files at `paths`. Call this function in the main thread.

    A layer keeps its file open. Without a reload, the layer shows the old pixels, statistics and overviews. Settings of
    the layers are kept.
    """
    replaced = {os.path.realpath(path) for path in paths}
    if project is None or not replaced:
        return
    for layer in project.mapLayers().values():
        if isinstance(layer, QgsRasterLayer) and layer.providerType() == "gdal":
            path = QgsProviderRegistry.instance().decodeUri("gdal", layer.source()).get("path") or layer.source()
            if os.path.realpath(str(path)) in replaced:
                _read_again(layer)
                layer.triggerRepaint()


def _read_again(layer: QgsRasterLayer) -> None:
    """Open the layer's file again, and keep the CRS and the nodata settings that the user set on the layer.

    `QgsRasterLayer.reload` is not enough: the provider would keep its old statistics. `setDataSource` keeps the style,
    but takes the CRS and the nodata settings from the file. If the CRS of the file has changed, it is used.
    """
    provider, own_crs, old_crs, nodata = layer.dataProvider(), layer.crs(), None, []
    if provider is not None:
        old_crs = provider.crs()
        nodata = [
            (provider.userNoDataValues(band), provider.useSourceNoDataValue(band))
            for band in range(1, provider.bandCount() + 1)
        ]
    layer.setDataSource(layer.source(), layer.name(), "gdal", QgsDataProvider.ProviderOptions())
    if not layer.isValid():
        return
    if layer.dataProvider().crs() == old_crs:
        layer.setCrs(own_crs)
    for band, (ranges, used) in enumerate(nodata[: layer.bandCount()], 1):
        layer.dataProvider().setUserNoDataValue(band, ranges)
        layer.dataProvider().setUseSourceNoDataValue(band, used)
