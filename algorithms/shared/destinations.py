"""Check that no output of a run would replace one of its input files or another of its outputs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from qgis.core import (
    QgsDataSourceUri,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorLayer,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from ...core.errors import InputError, about
from ...core.raster.subdatasets import input_file
from ...core.reading.safe_paths import check_raster_path
from ...core.writing.checks import check_distinct, check_no_input, check_no_input_in, replaced_files
from .bridge import extent_grid, is_extent_path, layer_file, open_vector, project_layer, split_source
from .given_values import given
from .sinks import is_provider_uri, sink_path

if TYPE_CHECKING:
    from .given_values import GivenValues

DATABASES = (".gpkg", ".sqlite", ".db")
"""Extensions of files in which QGIS replaces one table and keeps the others."""

WHAT = {"TILE_INDEX": "tile index", "INDEX_LAYER": "chip index", "TABLE": "table", "REPORT": "report"}
"""Descriptions of destination parameters in error messages."""


class Place(NamedTuple):
    """A file that a parameter value refers to; `table` is the table in a database, or empty for the whole file."""

    file: str
    table: str = ""
    is_raster: bool = False


def check_destinations(algorithm: GivenValues, parameters: Mapping[str, Any], context: QgsProcessingContext) -> None:
    """Raise OutputError if an output of the algorithm would replace one of its inputs or another output.

    The core checks the files that it reads and writes. This function checks what the core does not know: vector layers
    and tables, rasters that only define an extent, and files that contain dates, items or scenes.

    Raises
    ------
    OutputError
        An output is the same file as an input or as an earlier output, or the same table in the same file. Or the
        output is a folder that contains one of the input rasters.
    """
    values = dict(parameters)
    inputs: list[Place] | None = None
    others: list[Place] = []
    for definition in algorithm.parameterDefinitions():
        if not definition.isDestination() or values.get(definition.name()) in (None, ""):
            continue
        for place in _destination_places(algorithm, values, definition, context):
            if not place.file:  # an expression whose result is empty
                continue
            if inputs is None and any(map(os.path.exists, replaced_files(place.file))):
                # Inputs are listed only if a file could be replaced: there can be thousands of inputs.
                inputs = list(_input_places(algorithm, values, context))
            with about(definition.name().lower()):
                _check(definition, place, inputs or [], others)
            if definition.type() != QgsProcessingParameterFolderDestination.typeName():
                others.append(place)


def _check(
    definition: QgsProcessingParameterDefinition, place: Place, inputs: list[Place], others: list[Place]
) -> None:
    kind, what = definition.type(), WHAT.get(definition.name(), "output")
    if kind == QgsProcessingParameterFolderDestination.typeName():
        check_no_input_in(os.path.abspath(place.file), [each.file for each in inputs if each.is_raster])
        return
    replaced = [each.file for each in inputs if _replaces(place, each)]
    if kind == QgsProcessingParameterRasterDestination.typeName():
        check_no_input(os.path.abspath(place.file), replaced)
    else:
        check_distinct(what, place.file, replaced)
    check_distinct(what, place.file, [each.file for each in others if _replaces(place, each)])


def _replaces(destination: Place, other: Place) -> bool:
    """Return True if writing `destination` would replace `other`, provided that both are in the same file.

    A table replaces only the table with the same name; if the table of `other` is unknown, it is assumed to be the
    same. It never replaces a raster in a GeoPackage: GDAL does not create a table with the name of a raster.
    """
    if not destination.table:
        return True
    return not other.is_raster and (not other.table or other.table.casefold() == destination.table.casefold())


def _destination_places(
    algorithm: GivenValues,
    parameters: dict[str, Any],
    definition: QgsProcessingParameterDefinition,
    context: QgsProcessingContext,
) -> Iterator[Place]:
    """Yield the file, folder or table that a destination parameter refers to; nothing for layers that are not files."""
    name = definition.name()
    if definition.type() == QgsProcessingParameterFileDestination.typeName():
        yield Place(algorithm.parameterAsFileOutput(parameters, name, context))
    elif definition.type() == QgsProcessingParameterFolderDestination.typeName():
        yield Place(algorithm.parameterAsString(parameters, name, context))
    elif definition.type() == QgsProcessingParameterFeatureSink.typeName():
        yield from sink_places(sink_path(algorithm, parameters, name, context))
    else:
        yield Place(sink_path(algorithm, parameters, name, context))


def sink_places(path: str) -> Iterator[Place]:
    """Yield the files that QGIS may replace if it writes a vector layer to `path`.

    A provider URI such as `ogr:dbname='x.gpkg' table="plots" (geom)` refers to a table. QGIS appends the default
    extension to a path that does not have the extension of a vector format.
    """
    if is_provider_uri(path):
        provider, _, rest = path.partition(":")
        uri = QgsDataSourceUri(rest)
        file = uri.database() or rest
        if provider.lower() in ("ogr", "spatialite") and file:
            yield Place(file, uri.table() if file.lower().endswith(DATABASES) else "")
    elif path:
        yield Place(path)
        if os.path.splitext(path)[1][1:].lower() not in QgsVectorFileWriter.supportedFormatExtensions():
            yield Place(f"{path}.{QgsProcessingUtils.defaultVectorExtension()}")


def _input_places(algorithm: GivenValues, parameters: dict[str, Any], context: QgsProcessingContext) -> Iterator[Place]:
    """Yield the files and tables to which the input parameters of an algorithm refer."""
    for definition in algorithm.parameterDefinitions():
        kind, name = definition.type(), definition.name()
        if parameters.get(name) in (None, "") or definition.isDestination():
            continue
        if kind == QgsProcessingParameterMultipleLayers.typeName():
            yield from (Place(input_file(path), "", True) for path in algorithm.rasters(parameters, name, context))
        elif kind == QgsProcessingParameterRasterLayer.typeName():
            yield from _raster_places(algorithm.raster(parameters, name, context))
        elif kind in (QgsProcessingParameterFeatureSource.typeName(), QgsProcessingParameterVectorLayer.typeName()):
            source = _source(parameters[name], context)
            yield from _layer_places(algorithm.parameterAsVectorLayer({name: source}, name, context))
        elif kind == QgsProcessingParameterFile.typeName():
            yield Place(algorithm.parameterAsFile(parameters, name, context))
        elif kind == QgsProcessingParameterExtent.typeName():
            yield from _extent_places(_source(parameters[name], context), context)


def _source(value: Any, context: QgsProcessingContext) -> Any:
    """Return the layer or path in a source definition or property, or the value itself."""
    if isinstance(value, QgsProcessingFeatureSourceDefinition):
        value = value.source
    return given({"SOURCE": value}, "SOURCE", context)


def _raster_places(path: str) -> Iterator[Place]:
    """Yield the files of a raster: its own, and those of its sources if it is a VRT."""
    try:
        files = check_raster_path(path) if path else ()
    except InputError:
        files = (input_file(path),)  # the core raises the error
    yield from (Place(file, "", True) for file in files)


def _extent_places(value: Any, context: QgsProcessingContext) -> Iterator[Place]:
    """Yield the files of the layer or path that an extent parameter names; nothing for coordinates."""
    layer = value if isinstance(value, QgsMapLayer) else project_layer(str(value), context)
    if isinstance(layer, QgsVectorLayer):
        yield from _layer_places(layer)
    elif layer is not None:
        yield from _raster_places(layer_file(layer))
    elif is_extent_path(value) and extent_grid(value) is not None:
        yield from _raster_places(split_source(value)[0])
    elif is_extent_path(value):
        yield from _layer_places(open_vector(value))


def _layer_places(layer: QgsVectorLayer | None) -> Iterator[Place]:
    """Yield the file of a vector layer, and its table if the file is a database."""
    if layer is None or not layer.isValid():
        return
    file = layer_file(layer)
    if not file.lower().endswith(DATABASES):
        yield Place(file)
        return
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    table = parts.get("layerName") or QgsDataSourceUri(layer.source()).table()
    yield Place(file, str(table or _table_by_number(file, parts.get("layerId") or 0)))


def _table_by_number(file: str, number: int) -> str:
    """Return the name of a table in a database, or "" if the database cannot be opened.

    The function `subLayers` of QGIS's provider is not used: QGIS would keep the database open, and would then fail to
    add a table to it.
    """
    from osgeo import gdal

    try:
        dataset = gdal.OpenEx(file, gdal.OF_VECTOR)
        return str(dataset.GetLayer(number).GetName())
    except (AttributeError, RuntimeError):  # GDAL returns None, or raises an error if the user has called UseExceptions
        return ""
