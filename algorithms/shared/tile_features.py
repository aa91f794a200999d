"""Converts polygon features to GeoJSON for the core, and writes the tile index as features."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from qgis.core import (
    NULL,
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsFields,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingFeatureSource,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime

from ...core.errors import OptionError
from .bridge import layer_file, raster_crs
from .sinks import add_features, check_sink, make_fields

POLYGON = Qgis.WkbType.Polygon if hasattr(Qgis, "WkbType") else QgsWkbTypes.Type.Polygon

DIGITS = 17
"""Decimal places of GeoJSON coordinates, enough to preserve their exact values."""

INDEX_FIELDS = {
    "file": "QString", "row": "Int", "col": "Int", "id": "QString",
    "core_col": "Int", "core_row": "Int", "core_w": "Int", "core_h": "Int",
    "win_col": "Int", "win_row": "Int", "win_w": "Int", "win_h": "Int", "valid": "Double",
}  # fmt: skip
"""Fields of the tile index, with names short enough for shapefiles; `core_*` and `win_*` are in source pixels."""


def polygon_features(
    layer: QgsProcessingFeatureSource, raster: str, field: str | None, context: QgsProcessingContext
) -> list[dict[str, Any]]:
    """Return the features of a layer as GeoJSON in the CRS of a raster, with `field` as the only property.

    Raises
    ------
    OptionError
        A feature cannot be reprojected, or the field does not exist.
    """
    if field and layer.fields().lookupField(field) < 0:
        raise OptionError(
            f"NAME_FIELD is {field}, but the polygon layer {layer.sourceName()} has no such field. "
            "Choose a field of this layer.",
            parameter="name_field",
        )
    transform = _transform(layer.sourceCrs(), raster_crs(raster), context)
    flags = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
    return [_geojson(feature, field, transform) for feature in layer.getFeatures(QgsFeatureRequest(), flags)]


def _transform(
    source: QgsCoordinateReferenceSystem, target: QgsCoordinateReferenceSystem, context: QgsProcessingContext
) -> QgsCoordinateTransform | None:
    if not source.isValid() or not target.isValid() or source == target:
        return None
    return QgsCoordinateTransform(source, target, context.transformContext())


def _geojson(feature: QgsFeature, field: str | None, transform: QgsCoordinateTransform | None) -> dict[str, Any]:
    geometry = QgsGeometry(feature.geometry())
    if not geometry.isNull():
        if QgsWkbTypes.isCurvedType(geometry.wkbType()):
            geometry = QgsGeometry(geometry.constGet().segmentize())
        if transform is not None:
            try:
                geometry.transform(transform)
            except QgsCsException as error:
                raise OptionError(
                    f"Polygon {feature.id()} cannot be reprojected to the CRS of the raster: {error}. "
                    "Check the coordinates of the polygon.",
                    parameter="polygons",
                ) from error
    value = _plain(feature[field]) if field else None
    return {
        "type": "Feature",
        "id": feature.id(),
        "geometry": None if geometry.isNull() else json.loads(geometry.asJson(DIGITS)),
        "properties": {field: value} if field else {},
    }


def _plain(value: Any) -> Any:
    """Return a field value as a Python object, with dates and times as ISO text."""
    if value is None or value == NULL:
        return None
    return value.toString(Qt.DateFormat.ISODate) if isinstance(value, (QDate, QDateTime, QTime)) else value


def check_index(path: str, folder: str, polygons: QgsVectorLayer | None) -> None:
    """Raise OutputError if the tile index cannot be written to `path`.

    Raises
    ------
    OutputError
        The folder is missing or not writable, or `path` is the file of the polygon layer.
    """
    in_new_folder = not os.path.exists(folder) and os.path.realpath(os.path.dirname(path)) == os.path.realpath(folder)
    if not in_new_folder:  # the run creates this folder for the tiles before it writes the index
        check_sink(path, "TILE_INDEX", "tile index", [layer_file(polygons)] if polygons is not None else [])


def index_fields() -> QgsFields:
    """Return the fields of the tile index."""
    return make_fields(INDEX_FIELDS)


def write_index(sink: QgsFeatureSink, result: Any) -> None:
    """Write one feature per tile of a `core.TileResult`, with the outline of the tile file and the index fields.

    Raises
    ------
    OutputError
        A feature cannot be written.
    """
    add_features(sink, _index_features(result), "The tile index could not be written ({}). The tiles are complete.")


def _index_features(result: Any) -> Iterator[QgsFeature]:
    fields = index_fields()
    for path, tile in zip(result.tiles, result.manifest.tiles):
        transform, (_, _, width, height) = result.manifest.tile_transform(tile), tile.window
        corners = [transform * corner for corner in ((0, 0), (width, 0), (width, height), (0, height), (0, 0))]
        feature = QgsFeature(fields)
        feature.setGeometry(QgsGeometry.fromPolygonXY([[QgsPointXY(*corner) for corner in corners]]))
        attributes = (path, tile.row, tile.col, str(tile.id), *tile.core, *tile.window, tile.valid_share)
        feature.setAttributes(list(attributes))
        yield feature
