"""Parallel Raster: a QGIS Processing plugin for rasters that are too large for other tools."""

from __future__ import annotations

from typing import Any


def classFactory(iface: Any) -> Any:
    """Return the plugin object; QGIS calls this function when it loads the package."""
    from .plugin.plugin import ParallelRasterPlugin

    return ParallelRasterPlugin(iface)
