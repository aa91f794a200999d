"""Periods of time: the period to which a moment belongs, all periods of a series, and the range from START to END."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone

from ..choices import PERIODS, resolve_choice
from ..errors import OptionError
from .moments import Moment, parse_moment

CYCLIC = ("season", "month", "dekad", "week")
"""Periods for which climatologies can be computed, because they recur every year."""

SEASONS = ("djf", "mam", "jja", "son")
"""Names of the seasons: the initials of their months."""

DEKADS = (1, 11, 21)
"""Days of the month on which dekads (thirds of a month) begin."""


@dataclass(frozen=True, order=True)
class Period:
    """A period: its name in file names, and its range in UTC from `begin` up to but not including `end`.

    Periods with the same `key` are equal. Keys sort by time (for climatologies, by time of the year). `period_of`
    sets the range of "all" to the rest of the moment's day, and the range of a climatological period to one occurrence.
    `all_periods` extends these ranges to cover a time series.
    """

    name: str = field(compare=False)
    begin: datetime = field(compare=False)
    end: datetime = field(compare=False)
    key: tuple[int | datetime, ...]


def period_of(moment: datetime, period: str, climatology: bool = False, longitude: float = 0.0) -> Period:
    """Return the period to which a moment belongs.

    Parameters
    ----------
    moment : datetime
        Time with a time zone.
    period : str
        A key of `choices.PERIODS`. Winter is named after the year of its January. The range of "scene" is the whole
        day if the moment is midnight, because only the date of the scene may be known, and one second otherwise.
    climatology : bool, default False
        True to give the period the same name and key in every year.
    longitude : float, default 0.0
        Longitude of the raster in degrees, for "solar_day".

    Raises
    ------
    OptionError
        There is no such period, or the period has no climatology.
    """
    period = resolve_choice(PERIODS, period, "PERIOD")
    if climatology and period not in CYCLIC:
        raise OptionError(
            f"CLIMATOLOGY combines the same period across all years, but PERIOD is {period!r}. Set PERIOD to one "
            f"of {', '.join(CYCLIC)}.",
            parameter="climatology",
        )
    moment = moment.astimezone(timezone.utc)
    if period == "all":
        return Period("all", moment, _next_day(moment), ())
    if period == "scene":
        end = _next_day(moment) if _is_midnight(moment) else moment + timedelta(seconds=1)
        return Period(_time_name(moment), moment, end, (moment,))
    if period == "solar_day":
        day = solar_day(moment, longitude)
        return _of_days(day.isoformat(), day, day + timedelta(1), (day.toordinal(),), _solar_offset(longitude))
    return _calendar_period(moment.date(), period, climatology)


def all_periods(
    moments: Iterable[datetime],
    period: str,
    climatology: bool = False,
    longitude: float = 0.0,
    *,
    empty: bool = True,
) -> list[Period]:
    """Return the periods in order, from the first to the last moment; their ranges cover all moments.

    Parameters
    ----------
    moments : Iterable of datetime
        Times with a time zone, in any order.
    period, climatology, longitude
        See `period_of`. "all" is one period from the first moment to the end of the last moment's day (UTC); the range
        of a climatological period, such as January, is from its first to its last occurrence.
    empty : bool, default True
        True to include periods without moments between the first and the last moment.

    Raises
    ------
    OptionError
        See `period_of`.
    """
    ordered = sorted(moments)
    starts: Iterable[datetime] = ordered
    if empty and ordered and period not in ("all", "scene"):
        starts = _starts(ordered[0], ordered[-1], period, longitude)
    periods: dict[Period, Period] = {}
    for start in starts:
        each = period_of(start, period, climatology, longitude)
        known = periods.get(each, each)
        periods[each] = replace(known, begin=min(known.begin, each.begin), end=max(known.end, each.end))
    return sorted(periods.values())


def time_range(start: str, end: str) -> tuple[datetime | None, datetime | None]:
    """Return the first and last moment (UTC) of the range from START to END; None for a limit that is not set.

    Parameters
    ----------
    start, end : str
        ISO 8601 dates or times, both inclusive. A date without a time means the whole day. If empty, no limit.

    Raises
    ------
    OptionError
        A string is not a date, or the range ends before it starts.
    """
    first, last = limits(start, end)
    begin = first.time if first else None
    stop = last.time if last else None
    if last and last.is_day:
        stop = datetime.combine(last.time, time.max, timezone.utc)
    if begin and stop and stop < begin:
        raise OptionError(f"END {end.strip()} is before START {start.strip()}. Swap the two values.", parameter="end")
    return begin, stop


def limits(start: str, end: str) -> tuple[Moment | None, Moment | None]:
    """Return START and END as moments; None for a limit that is not set.

    Raises
    ------
    OptionError
        A string is not a date.
    """
    return _limit(start, "start"), _limit(end, "end")


def solar_day(moment: datetime, longitude: float) -> date:
    """Return the date in mean solar time at a longitude in degrees; 15 degrees correspond to one hour."""
    return (moment.astimezone(timezone.utc) + _solar_offset(longitude)).date()


def solar_time(moment: Moment, longitude: float) -> datetime:
    """Return the time that determines the solar day: `moment`, or noon in mean solar time if only a date is known.

    A date without a time is therefore never shifted to the day before or after.
    """
    return moment.time + timedelta(hours=12) - _solar_offset(longitude) if moment.is_day else moment.time


def _solar_offset(longitude: float) -> timedelta:
    """Return mean solar time minus UTC, from -12 to 12 hours, also for longitudes from 180 to 360 degrees."""
    return timedelta(hours=((longitude + 180) % 360 - 180) / 15)


def _time_name(moment: datetime) -> str:
    """Format a time for file names, without colons, which Windows does not allow; at midnight, return only the date."""
    if _is_midnight(moment):
        return moment.strftime("%Y-%m-%d")
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return moment.strftime("%Y-%m-%dT%H%M%S") + fraction


def _is_midnight(moment: datetime) -> bool:
    return moment.time() == time.min


def _next_day(moment: datetime) -> datetime:
    return datetime.combine(moment.date() + timedelta(1), time.min, timezone.utc)


def _of_days(name: str, first: date, following: date, key: tuple[int, ...], offset: timedelta = timedelta(0)) -> Period:
    """Return the period from the start of day `first` to the start of `following`; `offset` is local time minus UTC."""
    begin, end = (datetime.combine(day, time.min, timezone.utc) - offset for day in (first, following))
    return Period(name, begin, end, key)


def _calendar_period(day: date, period: str, climatology: bool) -> Period:
    if period == "year":
        return _of_days(f"{day.year}", date(day.year, 1, 1), date(day.year + 1, 1, 1), (day.year,))
    if period == "day":
        return _of_days(day.isoformat(), day, day + timedelta(1), (day.toordinal(),))
    year, number, part, first, following = _PARTS[period](day)
    if climatology:
        return _of_days(part, first, following, (number,))
    return _of_days(f"{year}-{part}", first, following, (year, number))


def _season(day: date) -> tuple[int, int, str, date, date]:
    year, number = day.year + day.month // 12, day.month % 12 // 3
    first = _month_start(year, 3 * number)
    return year, number, SEASONS[number], first, _month_start(year, 3 * number + 3)


def _month(day: date) -> tuple[int, int, str, date, date]:
    return day.year, day.month, f"{day.month:02d}", day.replace(day=1), _month_start(day.year, day.month + 1)


def _dekad(day: date) -> tuple[int, int, str, date, date]:
    number = min((day.day - 1) // 10, 2)
    following = day.replace(day=DEKADS[number + 1]) if number < 2 else _month_start(day.year, day.month + 1)
    part = f"{day.month:02d}-d{number + 1}"
    return day.year, 3 * day.month + number, part, day.replace(day=DEKADS[number]), following


def _week(day: date) -> tuple[int, int, str, date, date]:
    year, week, weekday = day.isocalendar()
    first = day - timedelta(weekday - 1)
    return year, week, f"W{week:02d}", first, first + timedelta(7)


_PARTS = {"season": _season, "month": _month, "dekad": _dekad, "week": _week}
"""Functions that take a day and return the period that contains it.

They return the year, the period's number in the year, its name, its first day, and the first day of the next period.
"""


def _month_start(year: int, month: int) -> date:
    """Return the first day of a month; month 0 is December of the year before, month 13 January of the year after."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _starts(first: datetime, last: datetime, period: str, longitude: float) -> Iterable[datetime]:
    """Yield one moment in each period, from the period that contains `first` to the one that contains `last`."""
    each, final = (period_of(moment, period, longitude=longitude) for moment in (first, last))
    while each < final:
        yield each.begin
        each = period_of(each.end, period, longitude=longitude)
    yield each.begin


def _limit(text: str, parameter: str) -> Moment | None:
    if not text.strip():
        return None
    try:
        return parse_moment(text)
    except ValueError as error:
        raise OptionError(f"{parameter.upper()} {error}.", parameter=parameter) from error
