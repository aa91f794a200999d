"""Defines the fields of vector outputs, checks their paths, and writes their features after the run."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType, QVariant

from ...core.errors import OutputError, about
from ...core.writing.checks import check_further

NO_GEOMETRY = Qgis.WkbType.NoGeometry if hasattr(Qgis, "WkbType") else QgsWkbTypes.Type.NoGeometry

SHAPEFILE = (".shp", ".dbf")
"""Extensions for which QGIS would write a table without geometry as a dBASE file, but return the path of a shapefile
that does not exist."""

PROVIDER_URI = re.compile("[A-Za-z]{2,}:")
"""Prefix of a vector layer destination that is not a file: `memory:`, `ogr:`, `postgis:`."""


def is_provider_uri(path: str) -> bool:
    """Return True for a vector layer destination such as `memory:` or `ogr:dbname=...`, False for the path of a file.

    On Windows, a path begins with a single letter and a colon.
    """
    return PROVIDER_URI.match(path) is not None


def make_fields(kinds: Mapping[str, str]) -> QgsFields:
    """Return the fields of a new layer; `kinds` maps field names to names of `QMetaType.Type` values."""
    fields = QgsFields()
    for name, kind in kinds.items():
        fields.append(QgsField(name, _field_type(kind)))
    return fields


def _field_type(kind: str) -> Any:
    if Qgis.QGIS_VERSION_INT >= 33800:
        return getattr(QMetaType.Type, kind)
    return getattr(QVariant.Type, {"QString": "String"}.get(kind, kind))


def sink_path(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], name: str, context: QgsProcessingContext
) -> str:
    """Return the path of a raster or vector output before the run, without registering it for loading."""
    separate = QgsProcessingContext()
    separate.copyThreadSafeSettings(context)
    return str(algorithm.parameterAsOutputLayer(parameters, name, separate))


def check_sink(path: str, name: str, what: str, inputs: Iterable[str] = ()) -> None:
    """Raise OutputError if a vector output cannot be written to `path`.

    Parameters
    ----------
    path
        Path of a file, or a provider URI such as `memory:`, which only `destinations.py` checks.
    name
        Name of the parameter.
    what
        Description of the output for the error message, such as "table".
    inputs
        Files that must not be replaced.

    Raises
    ------
    OutputError
        The folder is missing or not writable, or `path` is an input.
    """
    if path and not is_provider_uri(path):
        with about(name.lower()):
            check_further(what, path, list(inputs))


def check_without_geometry(path: str, name: str) -> None:
    """Raise OutputError if `path` is a shapefile, which cannot store a table without geometry.

    Parameters
    ----------
    path
        Path of a file, or a provider URI.
    name
        Name of the parameter.

    Raises
    ------
    OutputError
        The path has the extension .shp or .dbf.
    """
    if path.lower().endswith(SHAPEFILE):
        raise OutputError(
            f"{path}: the table has no geometry, so it cannot be a shapefile. Use the extension .gpkg or .csv.",
            parameter=name.lower(),
        )


def check_sink_after(path: str, name: str, what: str, folder: str, inputs: Iterable[str] = ()) -> None:
    """Raise OutputError as `check_sink` does, unless `path` is in a folder that the run will create.

    Parameters
    ----------
    path, name, what, inputs
        As for `check_sink`.
    folder
        Output folder of the run.

    Raises
    ------
    OutputError
        The folder of `path` is missing or not writable, or `path` is an input.
    """
    in_new_folder = not os.path.exists(folder) and os.path.realpath(os.path.dirname(path)) == os.path.realpath(folder)
    if not in_new_folder:
        check_sink(path, name, what, inputs)


class NewLayer(NamedTuple):
    """Properties of a new vector layer: fields, geometry type and CRS."""

    fields: QgsFields
    geometry: Any
    crs: QgsCoordinateReferenceSystem


def write_sink(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict[str, Any],
    name: str,
    context: QgsProcessingContext,
    layer: NewLayer,
    features: Iterable[QgsFeature],
    failure: str,
) -> str:
    """Write features to a vector output, and return its path.

    Parameters
    ----------
    algorithm, parameters, name, context
        The algorithm, its parameter values and context, and the name of the output parameter.
    layer
        The layer to create. It is created after the run, so that a failed run leaves no empty layer.
    features
        The features.
    failure
        Error message if a feature cannot be written; {} stands for the reason.

    Raises
    ------
    QgsProcessingException
        The layer cannot be created.
    OutputError
        A feature cannot be written. An incomplete file is removed.
    """
    sink, path = algorithm.parameterAsSink(parameters, name, context, *layer)
    if sink is None:
        raise QgsProcessingException(algorithm.invalidSinkError(parameters, name))
    count, problem = 0, ""
    for feature in features:
        if not sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            problem = f"{path}: {sink.lastError() or 'unknown error'}"
            break
        count += 1
    del sink  # deleting the sink closes the file
    if not problem and not _is_complete(path, count):
        problem = f"{path} is incomplete; check that there is enough disk space"
    if problem:
        with contextlib.suppress(OSError):
            os.remove(path)
        raise OutputError(failure.format(problem))
    return str(path)


def _is_complete(path: str, count: int) -> bool:
    """Return False if a file has fewer than `count` features: GDAL does not report all errors when a disk is full."""
    if not count or not os.path.isfile(path.partition("|")[0]):
        return True  # there are no features, or the layer is in memory or in a database
    if path.lower().endswith(".csv") and not _ends_with_line_end(path):
        return False
    layer = QgsVectorLayer(path, "", "ogr")
    request = QgsFeatureRequest().setNoAttributes().setFlags(QgsFeatureRequest.Flag.NoGeometry)
    return layer.isValid() and sum(1 for _ in layer.getFeatures(request)) == count


def _ends_with_line_end(path: str) -> bool:
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"
