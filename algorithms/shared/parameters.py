"""Parameters of a kind of our own."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingParameterExtent,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterRasterLayer,
)


class RasterPathParameter(QgsProcessingParameterRasterLayer):
    """A raster that QGIS does not open to see whether the value is acceptable.

    QGIS, also `qgis_process` before any of our code, would open the file with GDAL: that can run code which the
    file carries, reach the network, and writes statistics beside the input. `checkParameterValues` looks instead.
    """

    def checkValueIsAcceptable(self, value: Any, context: QgsProcessingContext | None = None) -> bool:
        """Return whether the value could name a raster, whatever is in the file."""
        return super().checkValueIsAcceptable(value, None)

    def clone(self) -> RasterPathParameter:
        """Return a copy that is of this kind too."""
        copy = RasterPathParameter(self.name(), self.description(), self.defaultValue())
        copy.setFlags(self.flags())
        copy.setHelp(self.help())
        return copy


class RasterPathsParameter(QgsProcessingParameterMultipleLayers):
    """Several rasters that QGIS does not open either; opening thousands as layers would also take long, or fail."""

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, description, QgsProcessing.SourceType.TypeRaster, optional=True)

    def checkValueIsAcceptable(self, value: Any, context: QgsProcessingContext | None = None) -> bool:
        """Return whether the value could name rasters, whatever is in the files."""
        return super().checkValueIsAcceptable(value, None)

    def clone(self) -> RasterPathsParameter:
        """Return a copy that is of this kind too."""
        copy = RasterPathsParameter(self.name(), self.description())
        copy.setFlags(self.flags())
        copy.setHelp(self.help())
        return copy


class ExtentPathParameter(QgsProcessingParameterExtent):
    """An extent that may be that of a raster, which QGIS does not open either."""

    def checkValueIsAcceptable(self, value: Any, context: QgsProcessingContext | None = None) -> bool:
        """Return whether the value could be an extent or name a raster that has one."""
        return super().checkValueIsAcceptable(value, None)

    def clone(self) -> ExtentPathParameter:
        """Return a copy that is of this kind too."""
        copy = ExtentPathParameter(self.name(), self.description(), self.defaultValue())
        copy.setFlags(self.flags())
        copy.setHelp(self.help())
        return copy
