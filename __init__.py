"""Parallel Raster: a QGIS Processing plugin for rasters that are too big for other tools."""

from __future__ import annotations

from typing import Any


def classFactory(iface: Any) -> Any:
    """Return the plugin, as QGIS asks for it when it loads the package."""
    from .plugin.plugin import ParallelRasterPlugin

    return ParallelRasterPlugin(iface)
