"""Parameter classes for files that QGIS must not open during validation, and for names that the core checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterRasterLayer,
    QgsProperty,
)


class RasterPathParameter(QgsProcessingParameterRasterLayer):
    """Raster parameter whose file QGIS does not open during validation.

    QGIS and `qgis_process` would otherwise open the file with GDAL before any code of this plugin runs. Opening a file
    can run code contained in it, access the network, and write statistics next to the input. `checkParameterValues`
    checks the file instead.
    """

    def checkValueIsAcceptable(self, value: Any, context: QgsProcessingContext | None = None) -> bool:
        """Return True if the value has a form that a raster parameter accepts; the file is not opened."""
        return super().checkValueIsAcceptable(value, None)

    def clone(self) -> RasterPathParameter:
        """Return a copy with the same class, flags and help."""
        copy = RasterPathParameter(self.name(), self.description(), self.defaultValue())
        copy.setFlags(self.flags())
        copy.setHelp(self.help())
        return copy


class RasterPathsParameter(QgsProcessingParameterMultipleLayers):
    """Raster list parameter whose files QGIS does not open, as opening thousands of files would be slow or fail."""

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, description, QgsProcessing.SourceType.TypeRaster, optional=True)

    def checkValueIsAcceptable(self, value: Any, context: QgsProcessingContext | None = None) -> bool:
        """Return True if the value has a form that a raster list parameter accepts; the files are not opened."""
        return super().checkValueIsAcceptable(value, None)

    def clone(self) -> RasterPathsParameter:
        """Return a copy with the same class, flags and help."""
        copy = RasterPathsParameter(self.name(), self.description())
        copy.setFlags(self.flags())
        copy.setHelp(self.help())
        return copy


class ExtentPathParameter(QgsProcessingParameterExtent):
    """Extent parameter that accepts a raster as its value without letting QGIS open the file."""

    def checkValueIsAcceptable(self, value: Any, context: QgsProcessingContext | None = None) -> bool:
        """Return True if the value has a form that an extent parameter accepts; no file is opened."""
        return super().checkValueIsAcceptable(value, None)

    def clone(self) -> ExtentPathParameter:
        """Return a copy with the same class, flags and help."""
        copy = ExtentPathParameter(self.name(), self.description(), self.defaultValue())
        copy.setFlags(self.flags())
        copy.setHelp(self.help())
        return copy


class NamesParameter(QgsProcessingParameterEnum):
    """Parameter for one or several names, given as a string such as `NDVI,EVI`. The core checks their spelling.

    If a value contained a misspelled name, or a space after a comma, QGIS's own enum parameter would reject the value
    without suggesting a name, or use the default instead. `GivenValues.names` reads the value.
    """

    def __init__(self, name: str, description: str, names: Sequence[str], default: str, several: bool = False) -> None:
        super().__init__(name, description, list(names), several, default, usesStaticStrings=True)

    def checkValueIsAcceptable(self, value: Any, context: QgsProcessingContext | None = None) -> bool:
        """Return True if the value is a string, or several strings if several names are allowed."""
        if isinstance(value, (list, tuple)):
            return self.allowMultiple() and all(isinstance(each, str) for each in value)
        return value is None or isinstance(value, (str, QgsProperty))

    def clone(self) -> NamesParameter:
        """Return a copy with the same class, flags and help."""
        copy = NamesParameter(
            self.name(), self.description(), self.options(), self.defaultValue(), self.allowMultiple()
        )
        copy.setFlags(self.flags())
        copy.setHelp(self.help())
        return copy
