"""Sets the time ranges of time-series layers for QGIS's temporal controller, and the same stretch for all periods."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from qgis.core import (
    Qgis,
    QgsContrastEnhancement,
    QgsDateTimeRange,
    QgsMapLayer,
    QgsMultiBandColorRenderer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsRasterLayer,
    QgsSingleBandGrayRenderer,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime

from .loading import load_set
from .styles import apply_colours, statistic_colours
from .translation import translate

MOST_LAYERS = 24
"""Maximum number of layers that one run loads into QGIS."""

PER_BAND = 33800
"""First QGIS version in which each band of a layer can have a time range."""

DEVIATIONS = 2
"""Width of the stretch on each side of the mean, in standard deviations."""

Range = tuple[float, float]


def load_periods(
    result: Any, reducer: str, title: str, context: QgsProcessingContext, feedback: QgsProcessingFeedback
) -> None:
    """Register composites for loading as one layer group; each layer gets the time range of its period.

    All periods have the same stretch or, if the reducer is "count" or "std" and there is one band, the same colours.
    """
    ranges = [time_range(period.begin, period.end) for period in result.periods]
    stretches = [stretch_of(each) for each in result.statistics]
    colours = statistic_colours(reducer, result.statistics[0])

    def finish(layer: QgsMapLayer, number: int) -> None:
        if not isinstance(layer, QgsRasterLayer):
            return
        if colours is not None and layer.bandCount() == 1:
            apply_colours(layer, colours)
        else:
            apply_stretches(layer, stretches)
        if result.stack:
            bands = len(stretches)
            apply_band_ranges(
                layer, {1 + band: each for band, each in enumerate(r for r in ranges for _ in range(bands))}
            )
        else:
            apply_range(layer, ranges[number])

    _load_first([result.stack] if result.stack else result.rasters, title, context, feedback, finish)


def load_moments(
    paths: Sequence[str],
    times: Sequence[datetime],
    title: str,
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
) -> None:
    """Register scenes for loading as one layer group; each layer gets the acquisition time of its scene."""

    def finish(layer: QgsMapLayer, number: int) -> None:
        if isinstance(layer, QgsRasterLayer):
            apply_range(layer, time_range(times[number], times[number]))

    _load_first(paths, title, context, feedback, finish)


def _load_first(
    paths: Sequence[str],
    title: str,
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
    finish: Callable[[QgsMapLayer, int], None],
) -> None:
    """Register the first `MOST_LAYERS` rasters as a layer group, and list the names of all others in the log."""
    load_set(paths[:MOST_LAYERS], title, None, context, finish)
    left_out = [os.path.basename(path) for path in paths[MOST_LAYERS:]]
    if left_out:
        text = translate("ParallelRaster", "Only the first layers were loaded. Not loaded: {names}")
        feedback.pushInfo(text.format(names=", ".join(left_out)))


def time_range(begin: datetime, end: datetime) -> QgsDateTimeRange:
    """Return the range between two times in UTC. The end is part of the range only if both times are equal."""
    return QgsDateTimeRange(_moment(begin), _moment(end), True, begin == end)


def _moment(time: datetime) -> QDateTime:
    day, clock = QDate(time.year, time.month, time.day), QTime(time.hour, time.minute, time.second)
    return QDateTime(day, clock, Qt.TimeSpec.UTC)


def stretch_of(statistics: Any) -> Range | None:
    """Return the value range within two standard deviations of the mean; None if it is empty or no pixel is valid."""
    if not statistics.count:
        return None
    spread = DEVIATIONS * statistics.std_dev
    low, high = max(statistics.minimum, statistics.mean - spread), min(statistics.maximum, statistics.mean + spread)
    return (low, high) if low < high else None


def apply_range(layer: QgsRasterLayer, found: QgsDateTimeRange) -> None:
    """Let the temporal controller show the layer only within a time range."""
    properties = layer.temporalProperties()
    properties.setMode(Qgis.RasterTemporalMode.FixedTemporalRange)
    properties.setFixedTemporalRange(found)
    properties.setIsActive(True)


def apply_band_ranges(layer: QgsRasterLayer, ranges: Mapping[int, QgsDateTimeRange]) -> None:
    """Set the time range of each band; do nothing before QGIS 3.38, which introduced time ranges of bands."""
    if Qgis.QGIS_VERSION_INT < PER_BAND:
        return
    properties = layer.temporalProperties()
    properties.setMode(Qgis.RasterTemporalMode.FixedRangePerBand)
    properties.setFixedRangePerBand(dict(ranges))
    properties.setIsActive(True)


def apply_stretches(layer: QgsRasterLayer, stretches: Sequence[Range | None]) -> None:
    """Stretch the displayed bands; `stretches` has one range per band of a period and is reused for every period."""
    renderer = layer.renderer()

    def enhancement(band: int) -> QgsContrastEnhancement | None:
        found = stretches[(band - 1) % len(stretches)] if band > 0 else None
        if found is None:
            return None
        made = QgsContrastEnhancement(layer.dataProvider().dataType(band))
        made.setContrastEnhancementAlgorithm(
            QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum, True
        )
        made.setMinimumValue(found[0])
        made.setMaximumValue(found[1])
        return made

    if isinstance(renderer, QgsSingleBandGrayRenderer):
        found = enhancement(renderer.grayBand())
        if found:
            renderer.setContrastEnhancement(found)
    elif isinstance(renderer, QgsMultiBandColorRenderer):
        for band, apply in (
            (renderer.redBand(), renderer.setRedContrastEnhancement),
            (renderer.greenBand(), renderer.setGreenContrastEnhancement),
            (renderer.blueBand(), renderer.setBlueContrastEnhancement),
        ):
            found = enhancement(band)
            if found:
                apply(found)
    layer.triggerRepaint()
