"""The table of zonal statistics as a layer: one feature per zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qgis.core import (
    QgsFeature,
    QgsFields,
    QgsGeometry,
    QgsProcessingFeatureSource,
    QgsProcessingUtils,
)

from .polygon_features import POLYGON, rectangle
from .sinks import NO_GEOMETRY, make_fields

PREFERRED = ("_mean", "_median", "_share", "_sum", "_max")
"""Suffixes of the fields by which zones can be coloured, in order of preference."""

LARGEST_INTEGER = 2**63 - 1
"""Largest integer that a field can store. Pixels of UInt64 can be larger."""


@dataclass(frozen=True)
class ZoneLayer:
    """The layer that zonal statistics are written to: its fields, geometry type and features.

    `shown` is the name of the field by which the zones are coloured, or empty if they are not coloured.
    """

    fields: QgsFields
    geometry: Any
    features: Iterator[QgsFeature]
    shown: str


def zone_layer(table: Any, polygons: QgsProcessingFeatureSource | None, features: Sequence[QgsFeature]) -> ZoneLayer:
    """Return the definition and features of the layer for a `ZonalTable`.

    The field `zone` is text if the zones are polygons, or if a zone number is too large for an integer field.

    Parameters
    ----------
    table
        Result of the job.
    polygons, features
        Polygon layer and its features, in the order of the table's records. The fields of the polygon layer come first
        in the result. None and an empty list if the zones are not polygons.
    """
    names = [name for name in ("zone", "row", "col") if polygons is None and name in _first(table)] or ["zone"]
    text = polygons is not None or any(record["zone"] > LARGEST_INTEGER for record in table.records)
    kinds = {name: "QString" if text else "LongLong" for name in names}
    kinds.update({name: "LongLong" if name.endswith("_count") else "Double" for name in table.fields})
    own = make_fields(kinds)
    fields = own if polygons is None else QgsProcessingUtils.combineFields(polygons.fields(), own)
    geometry = polygons.wkbType() if polygons is not None else POLYGON if table.has_outlines else NO_GEOMETRY
    named = dict(zip(kinds, fields.names()[-len(kinds) :]))  # names of a polygon's own fields get a number
    shown = next((named[name] for end in PREFERRED for name in table.fields if name.endswith(end)), "")
    made = _features(table, fields, kinds, features)  # created one by one: there can be millions
    return ZoneLayer(fields, geometry, made, shown if polygons is not None or table.has_outlines else "")


def _first(table: Any) -> Any:
    return table.records[0] if table.records else {}


def _features(
    table: Any, fields: QgsFields, kinds: Mapping[str, str], polygons: Sequence[QgsFeature]
) -> Iterator[QgsFeature]:
    for number, record in enumerate(table.records):
        feature = QgsFeature(fields)
        values = [record[table.keys.get(name, name)] for name in kinds]
        if kinds["zone"] == "QString" and values[0] is not None:
            values[0] = str(values[0])
        if polygons:
            values = [*polygons[number].attributes(), *values]
            feature.setGeometry(QgsGeometry(polygons[number].geometry()))
        elif table.has_outlines:
            feature.setGeometry(rectangle(*table.outline(number)))
        feature.setAttributes(values)
        yield feature
