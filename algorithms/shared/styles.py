"""Colour ramps of index layers, and random colours of objects."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qgis.core import (
    QgsColorRampShader,
    QgsRasterLayer,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

STYLES = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "resources", "styles")


DIVERGING = "normalized_difference"
"""Ramp of an index that has no ramp of its own; its colours diverge from the middle."""


MOST_COLOURS = 4096
"""Number of random colours; the ids of more objects get colours between them."""


@dataclass(frozen=True)
class Colours:
    """A colour ramp, named after an index, and the values of its first and last colour."""

    index: str
    ends: tuple[float, float] = (-1.0, 1.0)


def diverging_colours(minimum: float, maximum: float, mean: float, std_dev: float) -> Colours:
    """Return the diverging ramp over the values within two standard deviations of the mean.

    If these include 0, it is in the middle of the ramp.
    """
    low, high = max(minimum, mean - 2 * std_dev), min(maximum, mean + 2 * std_dev)
    if low < 0 < high:
        high = max(-low, high)
        low = -high
    return Colours(DIVERGING, (low, high)) if low < high else Colours(DIVERGING)


@dataclass(frozen=True)
class RandomColours:
    """Random colours for the ids of objects, from 1 to `count`."""

    count: int


def apply_colours(layer: QgsRasterLayer, colours: Colours | RandomColours) -> None:
    """Draw the layer's first band with a colour ramp or random colours."""
    if isinstance(colours, RandomColours):
        stops: Iterable[tuple[float, QColor]] = _random_stops(colours.count)
    else:
        low, high = colours.ends
        ramp = read_ramp(colours.index)
        stops = (((low + high) / 2 + value * (high - low) / 2, QColor(*colour)) for value, colour in ramp)
    _draw(layer, [QgsColorRampShader.ColorRampItem(value, colour, f"{value:.4g}") for value, colour in stops])


def _random_stops(count: int) -> list[tuple[float, QColor]]:
    """Return a random colour for each id or, if there are too many, for equally spaced ids.

    QGIS's own random colours are those of classes, each of which would have a line in the layer tree.
    """
    colours = random.Random(0)  # noqa: S311 - the same colours in each run
    number = max(2, min(count, MOST_COLOURS))
    hues = [QColor.fromHsv(colours.randrange(360), colours.randrange(120, 256), colours.randrange(150, 256))
            for _ in range(number)]  # fmt: skip
    return [(1 + place * max(1, count - 1) / (number - 1), hue) for place, hue in enumerate(hues)]


def _draw(layer: QgsRasterLayer, items: Sequence[QgsColorRampShader.ColorRampItem]) -> None:
    """Draw the layer's first band with colours between those of the items."""
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
    """Return the colour stops of an index from -1 to 1 as (value, (red, green, blue)), in ascending order."""
    path = os.path.join(STYLES, f"{index}.txt")
    with open(path, encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith(("#", "nv"))]
    return sorted((float(row[0]), (int(row[1]), int(row[2]), int(row[3]))) for row in rows)
