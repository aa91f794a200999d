"""Colours of loaded layers: indexes, counts, standard deviations, masks, zones and objects."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Union

from qgis.core import (
    Qgis,
    QgsClassificationQuantile,
    QgsColorRampShader,
    QgsFillSymbol,
    QgsGradientColorRamp,
    QgsGradientStop,
    QgsGraduatedSymbolRenderer,
    QgsPalettedRasterRenderer,
    QgsRasterLayer,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from .translation import translate

STYLES = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "resources", "styles")


DIVERGING = "normalized_difference"
"""Name of the diverging colour ramp, which is used for indexes without a specific ramp."""

COUNTS, DEVIATIONS = "counts", "deviations"
"""Names of the colour ramps for counts (of pixels or observations) and for standard deviations; both begin at 0."""

FALSE_COLOUR, TRUE_COLOUR = "#e8e8e8", "#1b7a5a"
"""Colours of false (0) and true (1) pixels in a mask."""

ZONE_CLASSES = 7
"""Number of colour classes in a zone layer."""


MOST_COLOURS = 4096
"""Maximum number of colours for object ids. If there are more ids, the remaining ids get interpolated colours."""

GOLDEN = (5**0.5 - 1) / 2
"""Fraction of the colour wheel between consecutive ids (golden ratio), so that nearby ids have different hues."""


@dataclass(frozen=True)
class Colours:
    """A colour ramp and the values of its first and last colour; `index` is an index name, `COUNTS` or `DEVIATIONS`."""

    index: str
    ends: tuple[float, float] = (-1.0, 1.0)


@dataclass(frozen=True)
class MaskColours:
    """Colours for a mask: a raster with one Byte band whose values are 0 (false) and 1 (true)."""


@dataclass(frozen=True)
class ZoneColours:
    """Colours for a polygon layer: zones are classified by a field, with about the same number of zones per class."""

    field: str


def diverging_colours(minimum: float, maximum: float, mean: float, std_dev: float) -> Colours:
    """Return the diverging ramp for values within two standard deviations of the mean.

    If this range includes 0, then 0 is in the middle of the ramp.
    """
    low, high = max(minimum, mean - 2 * std_dev), min(maximum, mean + 2 * std_dev)
    if low < 0 < high:
        high = max(-low, high)
        low = -high
    return Colours(DIVERGING, (low, high)) if low < high else Colours(DIVERGING)


def statistic_colours(name: str, values: Any) -> Colours | None:
    """Return colours for the output of the filter or reducer `name`; None unless `name` is "count" or "std".

    `values` contains the output's statistics `maximum`, `mean` and `std_dev`, which are NaN if no pixel is valid. The
    colours begin at 0. For "count", they end at the maximum; for "std", they end two standard deviations above the
    mean, or at the maximum if it is lower.
    """
    if name == "count":
        return Colours(COUNTS, (0, values.maximum if values.maximum > 0 else 1))
    if name == "std":
        high = min(values.maximum, values.mean + 2 * values.std_dev)
        return Colours(DEVIATIONS, (0, high if high > 0 and math.isfinite(high) else 1))
    return None


@dataclass(frozen=True)
class MixedColours:
    """Easily distinguishable colours for the ids of objects, from 1 to `count`."""

    count: int


RasterColours = Union[Colours, MaskColours, MixedColours]
AnyColours = Union[RasterColours, ZoneColours]


def apply_colours(layer: QgsRasterLayer, colours: RasterColours) -> None:
    """Draw the layer's first band with a colour ramp, distinguishable colours for object ids, or mask colours."""
    if isinstance(colours, MaskColours):
        _draw_mask(layer)
        return
    if isinstance(colours, MixedColours):
        stops: Iterable[tuple[float, QColor]] = _mixed_stops(colours.count)
    else:
        low, high = colours.ends
        ramp = read_ramp(colours.index)
        stops = (((low + high) / 2 + value * (high - low) / 2, QColor(*colour)) for value, colour in ramp)
    _draw(layer, [QgsColorRampShader.ColorRampItem(value, colour, f"{value:.4g}") for value, colour in stops])


def _draw_mask(layer: QgsRasterLayer) -> None:
    """Draw a layer of one Byte band in two colours; the style of any other layer is not changed."""
    provider = layer.dataProvider()
    if layer.bandCount() != 1 or provider.dataType(1) != Qgis.DataType.Byte:
        return
    texts = (translate("ParallelRaster", "false (0)"), translate("ParallelRaster", "true (1)"))
    classes = [
        QgsPalettedRasterRenderer.Class(value, QColor(colour), text)
        for value, (colour, text) in enumerate(zip((FALSE_COLOUR, TRUE_COLOUR), texts))
    ]
    layer.setRenderer(QgsPalettedRasterRenderer(provider, 1, classes))
    layer.triggerRepaint()


def _mixed_stops(count: int) -> list[tuple[float, QColor]]:
    """Return a colour for each id or, if there are too many ids, for equally spaced ids; successive colours differ.

    QGIS's own random colours need a class for each id, and each class would be listed in the layer tree.
    """
    number = max(2, min(count, MOST_COLOURS))
    step = max(1, count - 1) / (number - 1)
    return [
        (1 + place * step, QColor.fromHsvF(place * GOLDEN % 1, 0.5 + place * 0.3 % 0.5, 0.65 + place * 0.23 % 0.35))
        for place in range(number)
    ]


def _draw(layer: QgsRasterLayer, items: Sequence[QgsColorRampShader.ColorRampItem]) -> None:
    """Draw the layer's first band with a colour ramp that interpolates between the values and colours of `items`."""
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


def apply_zone_colours(layer: QgsVectorLayer, colours: ZoneColours) -> None:
    """Draw the polygons of a layer with the upper half of the NDVI colour ramp, from yellow to green."""
    stops = [(value, QColor(*colour)) for value, colour in read_ramp("ndvi") if value >= 0]
    low, high = stops[0][0], stops[-1][0]
    between = [QgsGradientStop((value - low) / (high - low), colour) for value, colour in stops[1:-1]]
    renderer = QgsGraduatedSymbolRenderer(colours.field)
    renderer.setSourceColorRamp(QgsGradientColorRamp(stops[0][1], stops[-1][1], False, between))
    renderer.setSourceSymbol(QgsFillSymbol.createSimple({"outline_color": "#5d666d", "outline_width": "0.1"}))
    renderer.setClassificationMethod(QgsClassificationQuantile())
    renderer.updateClasses(layer, ZONE_CLASSES)
    layer.setRenderer(renderer)
    layer.triggerRepaint()


def read_ramp(index: str) -> list[tuple[float, tuple[int, int, int]]]:
    """Return the colour stops of an index as (value, (red, green, blue)), with values ascending from -1 to 1."""
    path = os.path.join(STYLES, f"{index}.txt")
    with open(path, encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith(("#", "nv"))]
    return sorted((float(row[0]), (int(row[1]), int(row[2]), int(row[3]))) for row in rows)
