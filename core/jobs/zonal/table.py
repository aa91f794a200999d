"""Collects the statistics of all windows, and creates the table of zones."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from affine import Affine
from rasterio.windows import Window

from ...errors import ResourceError
from ...pixels.terms import Term
from ...raster.dtypes import is_small_integer
from ...units import format_megabytes
from .distinct import ENTRY_BYTES, DistinctValues, Ranks
from .plan import RANKS, ZonalPlan, check_count
from .sums import Moments, ZonePixels, ZoneSums, joined, moments, total_pixels
from .task import WindowRecord
from .zones import CellZones, Zones

SUMS_BYTES = 112
"""Bytes of memory for the sums of one zone in one unit (see `UNIT_EDGE` in `plan`), including a copy for sorting."""

PIXELS_BYTES = 64
"""Bytes of memory for the pixel count of one zone in one chunk, including copies for sorting."""

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class ZonalTable:
    """The statistics of all zones.

    Attributes
    ----------
    records : list of dict
        For each zone, the values that identify it and its statistics. A statistic without a value is None.
    too_large : int
        Number of statistics without a value because the result is beyond the range of float64.
    fields : tuple of str
        Names of the columns with statistics: band and statistic, such as `b1_mean`.
    zones : Zones
        The zones. For cells, they contain the window of each cell on the grid of the raster.
    transform : affine.Affine
        Transform of the raster.
    keys : mapping of str to str
        Key in the records for `zone` and for each name in `fields`: this name, with a number appended if a property of
        the polygons has the same name.
    """

    records: list[dict[str, Any]]
    fields: tuple[str, ...]
    zones: Zones
    transform: Affine
    keys: Mapping[str, str]
    too_large: int = 0

    @property
    def has_outlines(self) -> bool:
        """True if the zones are cells; `outline` can be called only for cells."""
        return isinstance(self.zones, CellZones)

    def outline(self, zone: int) -> tuple[Affine, int, int]:
        """Return the transform, width and height (in pixels) of the cell with the label `zone`."""
        if not isinstance(self.zones, CellZones):
            raise TypeError("the zones are not cells")
        cell = self.zones.cell(zone)
        return self.transform * Affine.translation(cell.col_off, cell.row_off), cell.width, cell.height

    def text(self) -> str:
        """Return the table as CSV text with a header; statistics without a value are empty."""
        out = io.StringIO()
        names = list(dict.fromkeys(name for record in self.records for name in record)) or ["zone", *self.fields]
        if not self.has_outlines:  # properties that the first polygon does not have also come first
            computed = frozenset(self.keys.values())
            names.sort(key=computed.__contains__)
        rows = csv.DictWriter(out, names, lineterminator="\n")
        rows.writeheader()
        rows.writerows(self.records)
        return out.getvalue()


def field_names(bands: Iterable[int], statistics: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns with statistics of the given bands."""
    return tuple(f"b{band}_{name}" for band in bands for name in statistics)


def free_names(names: Sequence[str], taken: Iterable[object]) -> dict[str, str]:
    """Return a dictionary that maps `names` to unused names: if a name is taken, a number (from 2) is appended.

    QGIS uses the same rule. Upper and lower case are not distinguished.
    """
    used, own = {str(name).lower() for name in taken}, {name.lower() for name in names}
    found = {}
    for name in names:
        free, number = name, 2
        while free.lower() in used or (free != name and free.lower() in own):
            free, number = f"{name}_{number}", number + 1
        found[name] = free
        used.add(free.lower())
    return found


class ZoneTotals:
    """Collects the statistics of all windows of a run, and combines them into the table of zones. Not thread-safe."""

    def __init__(self, plan: ZonalPlan, windows: Sequence[Window]) -> None:
        self._plan, self._windows = plan, windows
        count = len(plan.bands)
        self._limit = max(1, plan.table_bytes // count)
        self._pixels: list[ZonePixels] = []
        self._sums: list[list[ZoneSums]] = [[] for _ in range(count)]
        self._pairs, self._counted = [0] * count, 0
        entries = self._limit // 2 // ENTRY_BYTES
        self._values = [DistinctValues(entries, plan.memory, highest=source.term.is_reversed) for source in plan.bands]
        self._left = self._window_counts(plan.work.zones) if plan.work.counts_values else np.empty(0, np.int64)

    def _window_counts(self, zones: Zones) -> npt.NDArray[np.int64]:
        """Return, for each zone, the number of windows in which it may have pixels; empty if the zones are unknown."""
        counts = np.zeros(zones.count or 0, np.int64)
        for window in self._windows:
            counts[zones.touching(window)] += 1
        return counts

    def add(self, number: int, record: WindowRecord) -> None:
        """Add the record of window `number`.

        Raises
        ------
        ResourceError
            The statistics do not fit into memory.
        """
        if self._left.size:
            self._left[self._plan.work.zones.touching(self._windows[number])] -= 1
        self._pixels += record.pixels
        self._counted += sum(len(each.zone) for each in record.pixels)
        self._check(self._counted, PIXELS_BYTES)
        for number_of_band, band in enumerate(record.bands):
            if band.sums is not None:
                self._sums[number_of_band].append(band.sums)
                self._pairs[number_of_band] += len(band.sums.zone)
                self._check(self._pairs[number_of_band], SUMS_BYTES)
            if band.values is not None and band.ranks is not None:
                self._values[number_of_band].add(band.values, band.ranks, self._complete)

    def _complete(self, labels: Array) -> npt.NDArray[np.bool_]:
        return self._left[labels] == 0 if self._left.size else np.zeros(len(labels), bool)

    def _check(self, pairs: int, size: int) -> None:
        if pairs * size > self._limit:
            raise ResourceError(
                f"The memory limit of {format_megabytes(self._plan.memory)} MB is too small: statistics are kept "
                f"for each zone in each part of the raster, {pairs:,} in total. Set a higher MEMORY, or use "
                "fewer zones.",
                parameter="memory",
            )

    def table(self) -> ZonalTable:
        """Return the table of all zones, in the order of their labels.

        Raises
        ------
        ResourceError
            The table does not fit into memory.
        """
        plan = self._plan
        zones, pixels = self._all_pixels(plan.work.zones.count)
        check_count(plan.work.zones, len(zones), len(plan.bands), plan.statistics, plan.memory)
        columns: dict[str, list[Any]] = {}
        for band, source in enumerate(plan.bands):
            found = self._band(band, zones, pixels, source.term)
            columns.update(zip(field_names([source.band.band], plan.statistics), found))
        too_large = sum(map(_drop_infinite, columns.values()))
        own = {name for properties, _ in plan.named.names or () for name in properties}
        keys = free_names(("zone", *columns), own)
        named = [keys[name] for name in columns]
        records = [
            {**name, **dict(zip(named, row))}
            for name, row in zip(zone_names(plan, zones, keys["zone"]), zip(*columns.values()))
        ]
        transform = plan.work.inputs.first.grid.transform
        return ZonalTable(records, tuple(columns), plan.work.zones, transform, keys, too_large)

    def _all_pixels(self, count: int | None) -> tuple[Array, npt.NDArray[np.int64]]:
        """Return the labels of all zones and their pixel counts."""
        found = total_pixels(self._pixels) if self._pixels else ZonePixels(np.empty(0, int), np.empty(0, np.int64))
        if count is None:
            return found.zone, found.pixels
        pixels = np.zeros(count, np.int64)
        pixels[found.zone] = found.pixels
        return np.arange(count), pixels

    def _band(self, band: int, zones: Array, pixels: Array, term: Term) -> list[list[Any]]:
        """Return one table column per statistic of a band, with the values for all zones."""
        parts, statistics = self._sums[band], self._plan.statistics
        valid = np.zeros(len(zones), np.int64)
        found, ranked = None, None
        if parts:
            found = moments(joined(parts), exact=is_small_integer(term.dtype))
            valid[np.searchsorted(zones, found.zone)] = found.pixels
            if self._plan.work.counts_values:
                ranked = self._values[band].result()
        return [_column(name, _Found(zones, pixels, valid, found, ranked, term)) for name in statistics]


def zone_names(plan: ZonalPlan, zones: Array, key: str) -> Iterable[Mapping[str, Any]]:
    """Return the values that identify each zone, as dictionaries; `key` is the key for the name of a polygon."""
    if plan.named.names is not None:
        return ({**properties, key: name} for properties, name in plan.named.names)
    known = plan.work.zones
    if isinstance(known, CellZones):
        columns = known.columns
        return ({"zone": int(zone), "row": int(zone) // columns, "col": int(zone) % columns} for zone in zones)
    return ({"zone": int(zone)} for zone in zones)


class _Found(NamedTuple):
    """Collected results for a band: pixel counts of all zones, and statistics of zones with valid pixels."""

    zones: Array
    pixels: npt.NDArray[np.int64]
    valid: npt.NDArray[np.int64]
    moments: Moments | None
    ranks: Ranks | None
    term: Term


def _column(name: str, found: _Found) -> list[Any]:
    """Return the value of a statistic for each zone, or None for zones in which the statistic has no value."""
    if name == "count":
        return list(found.valid.tolist())
    if name == "share":
        return [
            valid / pixels if pixels else None for valid, pixels in zip(found.valid.tolist(), found.pixels.tolist())
        ]
    column: list[Any] = [None] * len(found.zones)
    if name in RANKS and found.ranks is not None:
        labels, values = found.ranks.zone, _scaled(getattr(found.ranks, name), found.term)
    elif name in _STATISTICS and found.moments is not None:
        labels, values = found.moments.zone, _STATISTICS[name](found.moments, found.term)
    else:
        return column
    for place, value in zip(np.searchsorted(found.zones, labels).tolist(), values.tolist()):
        column[place] = value
    return column


def _drop_infinite(column: list[Any]) -> int:
    """Replace values that are not finite with None, and return the number of these values."""
    places = [place for place, value in enumerate(column) if value is not None and not math.isfinite(value)]
    for place in places:
        column[place] = None
    return len(places)


def _scaled(values: Array, term: Term) -> npt.NDArray[np.float64]:
    return term.scaled(values.astype(np.float64))


_STATISTICS: dict[str, Callable[[Moments, Term], Array]] = {
    "min": lambda found, term: _scaled(found.high if term.is_reversed else found.low, term),
    "max": lambda found, term: _scaled(found.low if term.is_reversed else found.high, term),
    "mean": lambda found, term: _scaled(found.mean, term),
    "sum": lambda found, term: found.total.astype(np.float64) * term.scale + found.pixels * term.offset,
    "std": lambda found, term: found.std * abs(term.scale),
}
"""For each statistic, the function that computes it for zones with valid pixels, from statistics of stored values."""
