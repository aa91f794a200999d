"""Decides which items become one scene: leaves out duplicates, and joins the items of a day."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from ..errors import InputError, OptionError
from ..scenes.moments import Moment, parse_moment
from ..scenes.periods import period_of, solar_time
from ..tileset.names import name_key, safe_stem
from .chosen import listed
from .items import Item

PERIODS = {"solar_day": "solar_day", "utc_day": "day"}
"""Mapping from the daily steps in `choices.STEPS` to the keys of the corresponding periods in `choices.PERIODS`."""


@dataclass(frozen=True)
class Step:
    """Name and time of a scene, and the indices of its items; pixels of the items listed first take precedence.

    `moment` is the time of the earliest item with a time of day; if no item has one, it is the date of the scene.
    """

    name: str
    moment: Moment
    items: tuple[int, ...]


def newest_first(items: Mapping[int, Item], numbers: Iterable[int]) -> list[int]:
    """Return indices of items sorted by baseline, then by last update (both newest first), then by ID."""
    by_name = sorted(numbers, key=lambda number: items[number].id)
    return sorted(by_name, key=lambda number: (items[number].baseline, _updated(items[number])), reverse=True)


def _updated(item: Item) -> datetime:
    """Return when an item was last updated or, if unknown, processed or created; `datetime.min` if all are unknown."""
    for name in ("updated", "s2:generation_time", "created"):
        with contextlib.suppress(ValueError):
            return parse_moment(item.text(name)).time
    return datetime.min.replace(tzinfo=timezone.utc)


def duplicates(items: Sequence[Item], rule: str) -> dict[int, int]:
    """Return the indices of duplicate items, each mapped to the index of the item that is used instead.

    Items are duplicates if they have the same platform, tile and time (to the second) or, if the platform or tile is
    unknown, the same collection and ID. The item with the highest processing baseline is kept; if several have this
    baseline, the one with the latest update.

    Parameters
    ----------
    items
        All items.
    rule
        A key of `choices.DUPLICATES`. Only "newest" drops items; "all" returns an empty mapping.

    Raises
    ------
    InputError
        An item has duplicates, and `rule` is "refuse".
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, item in enumerate(items):
        own = (item.platform, item.tile, item.datetime.replace(microsecond=0).isoformat())
        groups.setdefault(own if all(own) else ("", item.collection, item.id), []).append(number)
    dropped, by_number = {}, dict(enumerate(items))
    for numbers in groups.values():
        first, *others = newest_first(by_number, numbers)
        if others and rule == "refuse":
            raise InputError(
                f"These items show the same scene: {listed(items[number].id for number in numbers)}. Remove all but "
                "one of them, or set DUPLICATES to 'newest'.",
                parameter="duplicates",
            )
        if rule == "newest":
            dropped.update(dict.fromkeys(others, first))
    return dropped


def resolve_steps(items: Mapping[int, Item], step: str, longitude: float) -> list[Step]:
    """Return the items grouped into scenes, ordered by time.

    Parameters
    ----------
    items
        Items by index.
    step
        A key of `choices.STEPS`.
    longitude
        Longitude of the centre of the output in degrees, for the solar day.

    Raises
    ------
    OptionError
        The scenes of two items would have the same file name.
    """
    groups: dict[str, list[int]] = {}
    for number, item in items.items():
        if step == "item":
            name = safe_stem(item.id)
        else:
            time = solar_time(item.moment, longitude) if step == "solar_day" else item.datetime
            name = period_of(time, PERIODS[step], False, longitude).name
        groups.setdefault(name_key(name) if step == "item" else name, []).append(number)
    steps = []
    for name, numbers in groups.items():
        if step == "item" and len(numbers) > 1:
            names = listed(items[number].name for number in numbers)
            raise OptionError(
                f"The scenes of these items would have the same file name: {names}. Set STEP to 'solar_day', or remove "
                "all but one.",
                parameter="step",
            )
        ordered = tuple(newest_first(items, numbers))
        shown = safe_stem(items[numbers[0]].id) if step == "item" else name
        first = min((items[number].moment for number in numbers), key=lambda moment: (moment.is_day, moment.time))
        steps.append(Step(shown, first, ordered))
    return sorted(steps, key=lambda each: (each.moment.time, each.name))
