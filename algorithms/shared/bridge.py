"""Between QGIS and the core: layers become paths, limits become numbers, errors become QgsProcessingException."""

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
    QgsProviderRegistry,
    QgsRectangle,
    QgsReferencedRectangle,
)

from ...core.errors import InputError, ParallelRasterError, about
from .messages import name_parameter

if TYPE_CHECKING:
    from ...core.raster.grid import Grid

_SETTING = re.compile(r"\|(?:option:([^|]*)|credential:[^|]*)")
"""What QGIS puts behind the path in a layer's source: open options of GDAL, and credentials."""

_NUMBER = r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*"
_FOUR_NUMBERS = re.compile(rf"{_NUMBER}(?:,{_NUMBER}){{3}}(?:\[[^\]]*\]\s*)?")
"""An extent in words: `xmin,xmax,ymin,ymax [CRS]`."""


def raster_path(value: Any, context: QgsProcessingContext) -> str:
    """Return the file of a raster parameter, without opening it.

    Parameters
    ----------
    value
        A path, a layer, or the id or name of a layer in the project.
    context
        Knows the project and its temporary layers.

    Raises
    ------
    InputError
        The layer is no raster file (a web service, a database, a vector layer).
    """
    if isinstance(value, QgsMapLayer):
        return _layer_path(value)
    text = "" if value is None else str(value)
    layer = project_layer(text, context) if text else None
    return split_source(text)[0] if layer is None else _layer_path(layer)


def raster_source(value: Any, context: QgsProcessingContext) -> str:
    """Return the source of a raster parameter's value, with the open options that QGIS puts behind its path."""
    layer = layer_of(value, context)
    return str(value) if layer is None else str(layer.source())


def layer_of(value: Any, context: QgsProcessingContext) -> QgsMapLayer | None:
    """Return the layer that a raster parameter's value is or names; None where it is a path."""
    return value if isinstance(value, QgsMapLayer) else project_layer(str(value), context)


def project_layer(text: str, context: QgsProcessingContext) -> QgsMapLayer | None:
    project = context.project()
    if project is not None:
        layer = project.mapLayer(text)
        if layer is not None:
            return layer
        named = project.mapLayersByName(text)
        if named:
            return named[0]
    return context.temporaryLayerStore().mapLayer(text)


def _layer_path(layer: QgsMapLayer) -> str:
    if layer.providerType() != "gdal":
        raise InputError(
            f"The layer {layer.name()} is not a raster file ({layer.providerType()}); export it to a GeoTIFF first."
        )
    return layer_file(layer)


def layer_file(layer: QgsMapLayer) -> str:
    """Return the file of a layer, or its subdataset name; its whole source where it is neither."""
    if layer.providerType() == "gdal":
        return split_source(layer.source())[0]
    facts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    return str(facts.get("path") or layer.source())


def split_source(source: str) -> tuple[str, list[str]]:
    """Return the path or subdataset name in a source of QGIS's gdal provider, and the open options behind it.

    QGIS's own way takes subdataset names and paths in archives apart.
    """
    if os.path.exists(source):
        return source, []
    path = _SETTING.sub("", source)
    return path, [match[1] for match in _SETTING.finditer(source) if match[1]]


def raster_crs(path: str) -> QgsCoordinateReferenceSystem:
    """Return the CRS of a raster file; invalid where it has none.

    Raises
    ------
    InputError
        The file cannot be opened.
    """
    from ...core.reading.readers import read_bands

    with about("src"):
        (facts,) = read_bands(path, [1])
    return _qgis_crs(facts.grid)


def _qgis_crs(grid: Grid) -> QgsCoordinateReferenceSystem:
    return QgsCoordinateReferenceSystem.fromWkt(grid.crs.to_wkt()) if grid.crs else QgsCoordinateReferenceSystem()


def extent_value(value: Any, context: QgsProcessingContext) -> Any:
    """Return an extent parameter's value so that QGIS opens no raster to see its extent.

    Parameters
    ----------
    value
        Four numbers, a rectangle, a layer, the id or name of one in the project, or a path.
    context
        Knows the project and its temporary layers.

    Raises
    ------
    InputError
        There is no such file, or it must not be opened.
    """
    if not isinstance(value, str) or not value or _FOUR_NUMBERS.fullmatch(value) or project_layer(value, context):
        return value
    from ...core.reading.readers import read_bands
    from ...core.reading.safe_paths import check_raster_path

    path = split_source(value)[0]
    check_raster_path(path)
    try:
        grid = read_bands(path, [1])[0].grid
    except InputError:
        return value  # a file of vectors has an extent as well
    corners = [grid.transform * (col, row) for col in (0, grid.width) for row in (0, grid.height)]
    xs, ys = zip(*corners)
    return QgsReferencedRectangle(QgsRectangle(min(xs), min(ys), max(xs), max(ys)), _qgis_crs(grid))


def qgis_threads(context: QgsProcessingContext) -> int:
    """Return the number of threads that QGIS's settings allow, within the processors of this process."""
    from ...core.parallel.machine import usable_cpus

    limit = context.maximumThreads() if hasattr(context, "maximumThreads") else QgsApplication.maxThreads()
    return min(limit, usable_cpus()) if limit > 0 else usable_cpus()


@contextmanager
def processing_errors(algorithm: QgsProcessingAlgorithm, parameters: Mapping[str, Any]) -> Iterator[None]:
    """Turn whatever goes wrong inside into a QgsProcessingException with one sentence.

    Parameters
    ----------
    algorithm
        Has the parameter that an error may be about.
    parameters
        The values that it was given.

    Raises
    ------
    QgsProcessingException
        QGIS shows its text and stops; for any other exception it would show the whole traceback.
    """
    try:
        yield
    except QgsProcessingException:
        raise
    except ParallelRasterError as error:
        raise QgsProcessingException(name_parameter(error, algorithm.parameterDefinitions(), parameters)) from None
    except MemoryError:
        raise QgsProcessingException(
            "There was not enough memory for the run. Set a smaller MEMORY, CHUNK_SIZE or number of WORKERS."
        ) from None
    except ImportError as error:
        raise QgsProcessingException(
            f"A Python package cannot be imported: {error}. The algorithm Check installation says how to mend it."
        ) from None
    except Exception as error:
        QgsMessageLog.logMessage(traceback.format_exc(), "Parallel Raster", Qgis.MessageLevel.Critical)
        raise QgsProcessingException(
            f"An unexpected error ended the run: {type(error).__name__}: {error}. "
            "The message log (Parallel Raster) has what the developers need to mend it."
        ) from None
