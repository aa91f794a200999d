"""Assign the scenes of a composite to periods, group them into observations, and list all scenes in a table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

from rasterio.warp import transform

from ...pixels.scenes import Scene
from ...raster.grid import Grid
from ...scenes.moments import Moment
from ...scenes.periods import Period, all_periods, limits, period_of, solar_day, solar_time, time_range
from .options import CompositeOptions
from .placed import PlacedScene
from .task import PlacedPeriod

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
USED = "yes"


class TableRow(NamedTuple):
    """A row of the table of scenes: `used` is "yes" or the reason why the scene is not used."""

    scene: Scene
    period: str
    used: str


def day_number(moment: datetime) -> int:
    """Return the number of whole days (UTC) since 1970-01-01."""
    return (moment - EPOCH) // timedelta(1)


def resolve_periods(
    scenes: Sequence[Scene], placed: Mapping[int, PlacedScene], grid: Grid, options: CompositeOptions
) -> list[PlacedPeriod]:
    """Return the periods in order, each with its scenes grouped into steps; a step is one observation.

    Parameters
    ----------
    scenes, placed
        All scenes, and the scenes that are used, by their index in `scenes`.
    grid
        Grid of the output. The longitude of its centre determines the solar day.
    options
        Options of the composite.
    """
    longitude, period = _longitude(grid), options.period.lower()
    if period == "scene":
        return _each_scene(scenes, placed)
    solar = {number: solar_time(_moment(scenes[number]), longitude) for number in placed}
    times = solar if period == "solar_day" else {number: scenes[number].date for number in placed}
    moments = list(times.values())
    if options.empty.lower() == "nodata":
        moments += _limits(options, longitude)
    groups: dict[Period, list[int]] = {
        each: []
        for each in all_periods(
            moments, period, options.climatology, longitude, empty=options.empty.lower() == "nodata"
        )
    }
    for number in placed:
        groups[period_of(times[number], period, options.climatology, longitude)].append(number)
    found = []
    for each, numbers in groups.items():
        steps: dict[date | int, list[PlacedScene]] = {}
        for number in numbers:
            step = solar_day(solar[number], longitude) if options.fuse else number
            steps.setdefault(step, []).append(placed[number])
        found.append(PlacedPeriod(each, tuple(map(tuple, steps.values()))))
    return found


def _moment(scene: Scene) -> Moment:
    return Moment(scene.date, scene.is_day)


def _limits(options: CompositeOptions, longitude: float) -> list[datetime]:
    """Return the times of START and END, if set; with PERIOD "solar_day", a date without a time means the solar day."""
    if options.period.lower() == "solar_day":
        return [solar_time(limit, longitude) for limit in limits(options.start, options.end) if limit]
    return [limit for limit in time_range(options.start, options.end) if limit]


def _each_scene(scenes: Sequence[Scene], placed: Mapping[int, PlacedScene]) -> list[PlacedPeriod]:
    """Return one period per scene. If scenes have the same time, the names of their periods include the scene names."""
    periods = [period_of(scenes[number].date, "scene") for number in placed]
    names = Counter(period.name for period in periods)
    found = []
    for number, period in zip(placed, periods):
        if names[period.name] > 1:
            period = replace(period, name=f"{period.name}_{scenes[number].name}")
        found.append(PlacedPeriod(period, ((placed[number],),)))
    return found


def _longitude(grid: Grid) -> float:
    """Return the longitude of a grid's centre in degrees; 0 if the grid has no CRS or the transformation fails."""
    if grid.crs is None:
        return 0.0
    x, y = grid.transform * (grid.width / 2, grid.height / 2)
    try:
        (longitude,), _ = transform(grid.crs, "EPSG:4326", [x], [y])
    except Exception:  # GDAL's errors have no public base class
        return 0.0
    return longitude if math.isfinite(longitude) else 0.0


def table_rows(
    scenes: Sequence[Scene], reasons: Mapping[int, str], periods: Iterable[PlacedPeriod]
) -> tuple[TableRow, ...]:
    """Return the rows of the table of scenes; `reasons` says why scenes are not used, keyed by index in `scenes`."""
    names = {scene.number: period.period.name for period in periods for scene in period.scenes}
    return tuple(
        TableRow(scene, names.get(number, ""), reasons.get(number, USED)) for number, scene in enumerate(scenes)
    )
