"""Converts polygon features to GeoJSON for the core, and outlines of rasters to polygons."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from qgis.core import (
    NULL,
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingFeatureSource,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime

from ...core.errors import OptionError
from .bridge import raster_crs

POLYGON = Qgis.WkbType.Polygon if hasattr(Qgis, "WkbType") else QgsWkbTypes.Type.Polygon

DIGITS = 17
"""Decimal places of GeoJSON coordinates, enough to preserve their exact values."""


def layer_features(layer: QgsProcessingFeatureSource, value: Any) -> list[QgsFeature]:
    """Return the features of a layer in the layer's order, without checking whether their geometries are valid.

    `value` is the value of the parameter; it states whether only the selected features are used.
    """
    flags = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
    features = list(layer.getFeatures(QgsFeatureRequest(), flags))
    if getattr(value, "selectedFeaturesOnly", False):
        # Some providers return selected features in arbitrary order. Features that are not saved have negative ids.
        features.sort(key=lambda feature: (feature.id() < 0, abs(feature.id())))
    return features


def check_field(layer: QgsProcessingFeatureSource, field: str | None, parameter: str) -> None:
    """Raise OptionError if a parameter names a field that the layer does not have. An empty name is accepted.

    Raises
    ------
    OptionError
        The field does not exist.
    """
    if field and layer.fields().lookupField(field) < 0:
        raise OptionError(
            f"{parameter.upper()} is {field}, but the polygon layer {layer.sourceName()} has no such field. "
            "Choose a field of this layer.",
            parameter=parameter,
        )


def polygon_features(
    features: Iterable[QgsFeature],
    source_crs: QgsCoordinateReferenceSystem,
    raster: str,
    field: str | None,
    context: QgsProcessingContext,
    parameter: str = "polygons",
) -> list[dict[str, Any]]:
    """Return the features as GeoJSON in the CRS of a raster, with `field` as the only property.

    Raises
    ------
    OptionError
        A feature cannot be reprojected.
    """
    transform = _transform(source_crs, raster_crs(raster), context)
    return [_geojson(feature, field, transform, parameter) for feature in features]


def _transform(
    source: QgsCoordinateReferenceSystem, target: QgsCoordinateReferenceSystem, context: QgsProcessingContext
) -> QgsCoordinateTransform | None:
    if not source.isValid() or not target.isValid() or source == target:
        return None
    return QgsCoordinateTransform(source, target, context.transformContext())


def _geojson(
    feature: QgsFeature, field: str | None, transform: QgsCoordinateTransform | None, parameter: str
) -> dict[str, Any]:
    geometry = QgsGeometry(feature.geometry())
    if not geometry.isNull():
        if QgsWkbTypes.isCurvedType(geometry.wkbType()):
            geometry = QgsGeometry(geometry.constGet().segmentize())
        if transform is not None:
            try:
                geometry.transform(transform)
            except QgsCsException as error:
                raise OptionError(
                    f"Feature {feature.id()} cannot be reprojected to the CRS of the raster: {error}. "
                    "Check the coordinates of the feature.",
                    parameter=parameter,
                ) from error
    value = _plain(feature[field]) if field else None
    return {
        "type": "Feature",
        "id": feature.id(),
        "geometry": None if geometry.isNull() else json.loads(geometry.asJson(DIGITS)),
        "properties": {field: value} if field else {},
    }


def _plain(value: Any) -> Any:
    """Return a field value as a Python object, with dates and times as ISO strings."""
    if value is None or value == NULL:
        return None
    return value.toString(Qt.DateFormat.ISODate) if isinstance(value, (QDate, QDateTime, QTime)) else value


def rectangle(transform: Any, width: int, height: int) -> QgsGeometry:
    """Return the outline of a raster with the given transform and `width` x `height` pixels, as a geometry."""
    corners = [transform * corner for corner in ((0, 0), (width, 0), (width, height), (0, height), (0, 0))]
    return QgsGeometry.fromPolygonXY([[QgsPointXY(*corner) for corner in corners]])
