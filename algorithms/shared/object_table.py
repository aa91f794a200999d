"""Writes the table of objects of Label objects as features without geometry."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from qgis.core import Qgis, QgsFeature, QgsFeatureSink, QgsFields, QgsWkbTypes

from .sinks import add_features, make_fields

NO_GEOMETRY = Qgis.WkbType.NoGeometry if hasattr(Qgis, "WkbType") else QgsWkbTypes.Type.NoGeometry

OBJECT_FIELDS = {
    "id": "LongLong", "pixels": "LongLong", "area": "Double", "xmin": "Double", "ymin": "Double", "xmax": "Double",
    "ymax": "Double", "x": "Double", "y": "Double",
}  # fmt: skip
"""Fields of the table: the columns of the core's table, and their types."""


def object_fields() -> QgsFields:
    """Return the fields of the table of objects."""
    return make_fields(OBJECT_FIELDS)


def write_objects(sink: QgsFeatureSink, table: Mapping[str, Any]) -> None:
    """Write one feature per object of the `table` of a `core.LabelResult`; an area that is NaN is NULL.

    Raises
    ------
    OutputError
        A feature cannot be written.
    """
    add_features(sink, _features(table), "The table of objects could not be written ({}). The raster is complete.")


def _features(table: Mapping[str, Any]) -> Iterator[QgsFeature]:
    fields = object_fields()
    for row in zip(*(table[name].tolist() for name in OBJECT_FIELDS)):
        feature = QgsFeature(fields)
        feature.setAttributes([None if isinstance(value, float) and math.isnan(value) else value for value in row])
        yield feature
