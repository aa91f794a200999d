"""Conversions between QGIS and the core: layers to paths, extents to rectangles, errors to QgsProcessingException."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapLayer,
    QgsMessageLog,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorLayer,
)

from ...core.errors import OUT_OF_MEMORY, InputError, OptionError, ParallelRasterError, about
from .messages import name_parameter

if TYPE_CHECKING:
    from ...core.raster.grid import Grid

_SETTING = re.compile(r"\|(?:option:([^|]*)|credential:[^|]*)")
"""Matches GDAL open options and credentials that QGIS appends to the path in a layer source."""

_VECTOR_PART = re.compile(r"\|(?:layername|layerid|subset|geometrytype|uniqueGeometryType)=", re.IGNORECASE)
"""Matches the first option after the path in the source of a vector layer."""

GEOJSON = (".geojson", ".json")
"""Extensions of vector files that `check_raster_path` rejects, because JSON can also refer to rasters."""

_NUMBER = r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*"
_FOUR_NUMBERS = re.compile(rf"{_NUMBER}(?:,{_NUMBER}){{3}}(?:\[.*\]\s*)?", re.DOTALL)
"""Matches an extent given as a string: `xmin,xmax,ymin,ymax [CRS]`."""


def raster_path(value: Any, context: QgsProcessingContext) -> str:
    """Return the file path of a raster parameter value without opening the file.

    Parameters
    ----------
    value
        A path, a layer, or the id or name of a layer in the project.
    context
        Context with the project and the temporary layers.

    Raises
    ------
    InputError
        The layer is not a raster file but a web service, a database or a vector layer.
    """
    if isinstance(value, QgsMapLayer):
        return _layer_path(value)
    text = "" if value is None else str(value)
    layer = project_layer(text, context, QgsProcessingUtils.LayerHint.Raster) if text else None
    return split_source(text)[0] if layer is None else _layer_path(layer)


def raster_source(value: Any, context: QgsProcessingContext) -> str:
    """Return the layer source of a raster parameter value, including the open options that QGIS appends to the path."""
    layer = layer_of(value, context)
    return str(value) if layer is None else str(layer.source())


def layer_of(value: Any, context: QgsProcessingContext) -> QgsMapLayer | None:
    """Return the layer given by a raster parameter value (a layer, an id or a name), or None for a path."""
    hint = QgsProcessingUtils.LayerHint.Raster
    return value if isinstance(value, QgsMapLayer) else project_layer(str(value), context, hint)


def project_layer(
    text: str, context: QgsProcessingContext, hint: Any = QgsProcessingUtils.LayerHint.UnknownType
) -> QgsMapLayer | None:
    """Return the project layer with the id or name `text`, the temporary layer with this id, or None.

    If several layers have this name, the result is the layer that QGIS chooses for a parameter of the type `hint`.
    """
    project = context.project()
    if project is not None:
        layer = project.mapLayer(text)
        if layer is not None:
            return layer
        named = project.mapLayersByName(text)
        chosen = QgsProcessingUtils.mapLayerFromString(text, context, False, hint) if len(named) > 1 else None
        if named:
            return chosen or named[0]
    return context.temporaryLayerStore().mapLayer(text)


def _layer_path(layer: QgsMapLayer) -> str:
    if layer.providerType() != "gdal":
        raise InputError(
            f"The layer {layer.name()} is not a raster file; its data provider is {layer.providerType()}. Choose a "
            "raster file, or export the layer to a GeoTIFF and choose the GeoTIFF."
        )
    return layer_file(layer)


def layer_file(layer: QgsMapLayer) -> str:
    """Return the file path or subdataset name of a layer, or the layer's whole source if it contains neither."""
    if layer.providerType() == "gdal":
        return split_source(layer.source())[0]
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    return str(parts.get("path") or layer.source())


def split_source(source: str) -> tuple[str, list[str]]:
    """Split a layer source of QGIS's gdal provider into the path or subdataset name and the list of open options.

    The list is empty if the whole source is the path of a file. QGIS's `decodeUri` is not used because it also
    splits subdataset names and paths in archives.
    """
    if os.path.exists(source):
        return source, []
    path = _SETTING.sub("", source)
    return path, [match[1] for match in _SETTING.finditer(source) if match[1]]


def raster_crs(path: str) -> QgsCoordinateReferenceSystem:
    """Return the CRS of a raster file, or an invalid CRS if the file has no CRS.

    Raises
    ------
    InputError
        The file cannot be opened.
    """
    from ...core.reading.readers import read_bands

    with about("src"):
        (band,) = read_bands(path, [1])
    return _qgis_crs(band.grid)


def _qgis_crs(grid: Grid) -> QgsCoordinateReferenceSystem:
    return QgsCoordinateReferenceSystem.fromWkt(grid.crs.to_wkt()) if grid.crs else QgsCoordinateReferenceSystem()


def extent_value(value: Any, context: QgsProcessingContext) -> Any:
    """Return the value of an extent parameter or, if this value is a path, the extent of the raster or vector file.

    QGIS does not open rasters: the core reads the extent of a raster, and any other file is opened as a vector file
    only.

    Parameters
    ----------
    value
        Four numbers, a rectangle, a layer, the id or name of a layer in the project, or a path.
    context
        Context with the project and the temporary layers.

    Raises
    ------
    InputError
        The file does not exist, or its type is not allowed because opening it could run code.
    OptionError
        The file is neither a raster nor a vector file with features.
    """
    if not is_extent_path(value) or project_layer(value, context):
        return value
    grid = extent_grid(value)
    if grid is None:
        return _vector_extent(value)
    corners = [grid.transform * (col, row) for col in (0, grid.width) for row in (0, grid.height)]
    xs, ys = zip(*corners)
    return QgsReferencedRectangle(QgsRectangle(min(xs), min(ys), max(xs), max(ys)), _qgis_crs(grid))


def extent_grid(path: str) -> Grid | None:
    """Return the grid of the raster at a path, or None if it is not a raster (it may be a vector file).

    Raises
    ------
    InputError
        The file does not exist, or its type is not allowed because opening it could run code.
    """
    from ...core.reading.readers import read_bands
    from ...core.reading.safe_paths import check_geojson, check_raster_path

    path, _ = split_source(path)
    file = path if os.path.exists(path) else _VECTOR_PART.split(path)[0]
    if file.lower().endswith(GEOJSON):
        check_geojson(file)
        return None
    check_raster_path(file)
    try:
        return read_bands(path, [1])[0].grid if file == path else None
    except InputError:
        return None


def is_extent_path(value: Any) -> bool:
    """Return True if the value of an extent parameter is a path or the name of a layer, False for coordinates."""
    return isinstance(value, str) and bool(value) and not _FOUR_NUMBERS.fullmatch(value)


def open_vector(source: str) -> QgsVectorLayer:
    """Return the layer of a vector file, without its style; QGIS does not ask for a missing CRS."""
    options = QgsVectorLayer.LayerOptions(False)
    options.skipCrsValidation = True
    return QgsVectorLayer(source, "", "ogr", options)


def _vector_extent(source: str) -> QgsReferencedRectangle:
    """Return the extent of a vector file. QGIS's own conversion would also try to open the file as a raster."""
    layer = open_vector(source)
    if not layer.isValid() or layer.extent().isNull():
        raise OptionError(
            f"EXTENT is {source!r}, which cannot be read as an extent. Enter four coordinates (xmin,xmax,ymin,ymax) or "
            "choose a layer.",
            parameter="extent",
        )
    return QgsReferencedRectangle(layer.extent(), layer.crs())


def extent_across_180(value: Any, crs: QgsCoordinateReferenceSystem) -> tuple[float, float, float, float] | None:
    """Return an extent in degrees that was typed with west > east, or None for any other extent.

    Such an extent crosses the 180th meridian; QGIS would swap west and east. The returned extent is (west, south, east,
    north). If `crs` is invalid because neither the extent nor the project has one, the extent is taken to be in degrees
    if its coordinates are in the range of degrees.
    """
    if not isinstance(value, str) or not _FOUR_NUMBERS.fullmatch(value) or (crs.isValid() and not crs.isGeographic()):
        return None
    west, east, south, north = (float(number) for number in value.partition("[")[0].split(","))
    in_degrees = crs.isValid() or max(abs(west), abs(east)) <= 360 and max(abs(south), abs(north)) <= 90
    return (west, min(south, north), east, max(south, north)) if west > east and in_degrees else None


def crs_text(crs: QgsCoordinateReferenceSystem) -> str | None:
    """Return the code of a CRS, or its WKT if the code is missing or user-defined; None if the CRS is invalid."""
    if not crs.isValid():
        return None
    if crs.authid() and not crs.authid().startswith("USER:"):
        return str(crs.authid())
    return str(crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED_GDAL))


def qgis_threads(context: QgsProcessingContext) -> int:
    """Return the maximum number of threads set in QGIS, or fewer if this process can use fewer CPU cores."""
    from ...core.parallel.machine import usable_cpus

    limit = context.maximumThreads() if hasattr(context, "maximumThreads") else QgsApplication.maxThreads()
    return min(limit, usable_cpus()) if limit > 0 else usable_cpus()


@contextmanager
def processing_errors(algorithm: QgsProcessingAlgorithm, parameters: Mapping[str, Any]) -> Iterator[None]:
    """Convert exceptions raised in the `with` block to a QgsProcessingException with a message for the user.

    Parameters
    ----------
    algorithm
        Algorithm with the parameters that an error can refer to.
    parameters
        Parameter values of the run.

    Raises
    ------
    QgsProcessingException
        Replaces any exception raised in the block. QGIS shows the message of a QgsProcessingException and ends the
        run; for any other exception, QGIS would show the traceback.
    """
    try:
        yield
    except QgsProcessingException:
        raise
    except ParallelRasterError as error:
        raise QgsProcessingException(name_parameter(error, algorithm.parameterDefinitions(), parameters)) from None
    except MemoryError:
        raise QgsProcessingException(OUT_OF_MEMORY) from None
    except ImportError as error:
        raise QgsProcessingException(
            f'A Python package cannot be imported: {error}. Run "Check installation" to find out how to fix '
            "the installation."
        ) from None
    except Exception as error:
        QgsMessageLog.logMessage(traceback.format_exc(), "Parallel Raster", Qgis.MessageLevel.Critical)
        raise QgsProcessingException(
            f"An unexpected error ended the run: {type(error).__name__}: {error}. "
            "Report the error to the developers, with the traceback from the Parallel Raster tab of the Log Messages "
            "panel."
        ) from None
