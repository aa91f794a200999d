"""The range of every period contains its scenes, and ends after the last of them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from parallel_raster.core.choices import PERIODS
from parallel_raster.core.scenes.moments import format_moment, parse_moment
from parallel_raster.core.scenes.periods import CYCLIC, all_periods

TIMES = ("2024-01-01", "2024-01-04T10:15:59.024Z", "2024-02-29T23:59:59.999999Z", "2024-12-31")


@pytest.mark.parametrize(
    ("period", "climatology"), [*((each, False) for each in PERIODS), *((each, True) for each in CYCLIC)]
)
def test_the_range_of_a_period_contains_its_moments(period, climatology):
    for text in TIMES:
        moment = parse_moment(text).time
        for zone in (timezone.utc, timezone(timedelta(hours=13))):
            (found,) = all_periods([moment.astimezone(zone)], period, climatology, longitude=170)
            assert found.begin <= moment < found.end


@pytest.mark.parametrize(
    ("period", "times", "start", "end"),
    [
        ("all", ["2024-01-04", "2024-01-01"], "2024-01-01T00:00:00Z", "2024-01-05T00:00:00Z"),
        ("all", ["2024-01-01T10:00", "2024-01-04T22:15:59.5"], "2024-01-01T10:00:00Z", "2024-01-05T00:00:00Z"),
        ("scene", ["2024-12-31"], "2024-12-31T00:00:00Z", "2025-01-01T00:00:00Z"),
        ("scene", ["2024-12-31T23:59:59"], "2024-12-31T23:59:59Z", "2025-01-01T00:00:00Z"),
        ("scene", ["2024-05-03T10:15"], "2024-05-03T10:15:00Z", "2024-05-03T10:15:01Z"),
        ("month", ["2024-12-31T10:15"], "2024-12-01T00:00:00Z", "2025-01-01T00:00:00Z"),
    ],
)
def test_ranges(period, times, start, end):
    moments: list[datetime] = [parse_moment(each).time for each in times]
    (found,) = all_periods(moments, period)
    assert (format_moment(found.begin), format_moment(found.end)) == (start, end)
