"""Parameters of a kind of our own."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingParameterRasterLayer


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
        return copy
