"""Vector outputs that are written after the raster: their fields, the check of their path, and their features."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from qgis.core import (
    Qgis,
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
)
from qgis.PyQt.QtCore import QMetaType, QVariant

from ...core.errors import OutputError, about
from ...core.writing.checks import check_further

PROVIDER_URI = re.compile("[A-Za-z]{2,}:")
"""Prefix of a vector layer destination that is not a file: `memory:`, `ogr:`, `postgis:`."""


def make_fields(kinds: Mapping[str, str]) -> QgsFields:
    """Return fields; `kinds` maps their names to types of `QMetaType.Type`."""
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
    """Return the path of a vector output before the run, without registering it for loading."""
    separate = QgsProcessingContext()
    separate.copyThreadSafeSettings(context)
    return str(algorithm.parameterAsOutputLayer(parameters, name, separate))


def check_sink(path: str, name: str, what: str, inputs: Iterable[str] = ()) -> None:
    """Raise OutputError if a vector output cannot be written to `path`.

    Parameters
    ----------
    path
        Path, or the URI of a provider, which is not checked.
    name
        Name of the parameter.
    what
        What the output is, for the message.
    inputs
        Files that must not be replaced.

    Raises
    ------
    OutputError
        The folder is missing or not writable, or `path` is an input.
    """
    if path and not PROVIDER_URI.match(path):
        with about(name.lower()):
            check_further(what, path, list(inputs))


def add_features(sink: QgsFeatureSink, features: Iterable[QgsFeature], failure: str) -> None:
    """Write features to a sink; `failure` is the message if one cannot be written, in which {} is the reason.

    Raises
    ------
    OutputError
        A feature cannot be written.
    """
    for feature in features:
        if not sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            raise OutputError(failure.format(sink.lastError()))
