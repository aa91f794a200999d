"""Applies the colour ramp of an index to a layer."""

from __future__ import annotations

import os

from qgis.core import (
    QgsColorRampShader,
    QgsRasterLayer,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

STYLES = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "resources", "styles")


def apply_index_style(layer: QgsRasterLayer, index: str) -> None:
    """Draw the layer's first band with the colour ramp of the index."""
    items = [
        QgsColorRampShader.ColorRampItem(value, QColor(*colour), f"{value:g}") for value, colour in read_ramp(index)
    ]
    ramp = QgsColorRampShader(items[0].value, items[-1].value)
    ramp.setColorRampType(QgsColorRampShader.Type.Interpolated)
    ramp.setColorRampItemList(items)
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(ramp)
    renderer = QgsSingleBandPseudoColorRenderer(layer.dataProvider(), 1, shader)
    renderer.setClassificationMin(items[0].value)
    renderer.setClassificationMax(items[-1].value)
    layer.setRenderer(renderer)
    layer.triggerRepaint()


def read_ramp(index: str) -> list[tuple[float, tuple[int, int, int]]]:
    """Return the colour stops of an index as (value, (red, green, blue)), in ascending order."""
    path = os.path.join(STYLES, f"{index}.txt")
    with open(path, encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith(("#", "nv"))]
    return sorted((float(row[0]), (int(row[1]), int(row[2]), int(row[3]))) for row in rows)
