"""The chip index of Training chips: a layer with one polygon feature per chip."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from affine import Affine
from qgis.core import QgsCoordinateReferenceSystem, QgsFeature

from .polygon_features import POLYGON, rectangle
from .sinks import NewLayer, make_fields

INDEX_FIELDS = {
    "id": "QString", "split": "QString", "image": "QString", "label": "QString",
    "col": "Int", "row": "Int", "size": "Int", "nan": "Double", "cloud": "Double", "classes": "QString",
}  # fmt: skip
"""Fields of the chip index, with names short enough for shapefiles; `nan` and `cloud` are percentages."""


def chip_layer(crs: QgsCoordinateReferenceSystem) -> NewLayer:
    """Return the definition of the chip index layer."""
    return NewLayer(make_fields(INDEX_FIELDS), POLYGON, crs)


def chip_features(result: Any) -> Iterator[QgsFeature]:
    """Yield one feature per chip of a `core.ChipResult`: the outline of the chip, and the values of `INDEX_FIELDS`."""
    fields = make_fields(INDEX_FIELDS)
    for chip in result.chips:
        col, row, width, height = chip.window
        feature = QgsFeature(fields)
        feature.setGeometry(rectangle(result.grid.transform * Affine.translation(col, row), width, height))
        label = os.path.join(result.output, chip.label) if chip.label else None
        classes = ", ".join(f"{code}: {share:.4g} %" for code, share in chip.class_percent.items())
        image = os.path.join(result.output, chip.image)
        shares = (chip.nan_percent, chip.cloud_percent, classes)
        feature.setAttributes([chip.id, chip.split, image, label, col, row, width, *shares])
        yield feature
