"""Parallel Raster: a QGIS Processing plugin for rasters of any size, including those that do not fit in memory."""

from __future__ import annotations

from typing import Any


def classFactory(iface: Any) -> Any:
    """Return the plugin object; QGIS calls this function when it loads the package."""
    from .plugin.plugin import ParallelRasterPlugin

    return ParallelRasterPlugin(iface)
