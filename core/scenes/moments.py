"""Parses ISO 8601 dates and times, and returns datetimes in UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

EXAMPLES = "an ISO date or time such as 2024-05-03 or 2024-05-03T10:15:59Z"
"""Description of valid dates and times for error messages."""

YEARS = range(1800, 2200)
"""Valid years of acquisition. Scenes with acquisition dates in other years are not accepted."""

_MOMENT = re.compile(
    r"(?P<year>\d{4})(?:(?P<dash>-?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)|-?(?P<doy>\d{3}))"
    r"(?:[T _]?(?P<hour>\d\d)(?P<colon>:?)(?P<minute>\d\d)(?:(?P=colon)(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)


class Moment(NamedTuple):
    """A time in UTC. `is_day` is True if only a date was given; `time` is then midnight of that date."""

    time: datetime
    is_day: bool


def parse_moment(text: str) -> Moment:
    """Return the time given by an ISO 8601 string, with or without separators. Times without a UTC offset are in UTC.

    Raises
    ------
    ValueError
        The string is not a date or time, or the calendar has no such date.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} must be {EXAMPLES}")
    try:
        time, is_day = moment_of(match.groupdict())
        zone = match["zone"] or "Z"
        if zone.upper() != "Z":
            time -= timedelta(hours=int(zone[:3]), minutes=int(zone[0] + (zone[3:].strip(":") or "0")))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is not a valid date or time; use {EXAMPLES}") from error
    return Moment(time, is_day)


def parse_scene_time(text: str) -> Moment:
    """Return the time at which a scene was acquired.

    Raises
    ------
    ValueError
        The string is not a date or time between 1800 and 2199.
    """
    moment = parse_moment(text)
    if moment.time.year not in YEARS:
        raise ValueError(f"{text!r} must be between {YEARS[0]} and {YEARS[-1]}")
    return moment


def format_moment(time: datetime) -> str:
    """Return a time as an ISO 8601 string in UTC, with a fraction of a second only if there is one."""
    return time.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z"


def format_known(moment: Moment) -> str:
    """Return a time as an ISO 8601 string in UTC, without the time of day if it is not known."""
    return f"{moment.time:%Y-%m-%d}" if moment.is_day else format_moment(moment.time)


def moment_of(parts: Mapping[str, str | None]) -> Moment:
    """Return the time in UTC that is described by a mapping of strings.

    The keys are year, month and day (or doy, the day of the year), hour, minute, second and fraction. Only the keys
    of the date are required.

    Raises
    ------
    ValueError
        The calendar has no such date or time.
    """
    year, month, day, doy, hour, minute, second = (
        int(parts.get(name) or 0) for name in ("year", "month", "day", "doy", "hour", "minute", "second")
    )
    microsecond = int((parts.get("fraction") or "0")[:6].ljust(6, "0"))
    start = datetime(
        year, 1 if doy else month, 1 if doy else day, hour, minute, second, microsecond, tzinfo=timezone.utc
    )
    time = start + timedelta(days=max(doy - 1, 0))
    if time.year != year:
        raise ValueError(f"{year} has no day {doy}")
    return Moment(time, not parts.get("hour"))
