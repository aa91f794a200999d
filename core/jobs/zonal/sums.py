"""Count, sum, lowest and highest value of zones, computed for each unit and then combined for the whole raster.

A unit is a rectangle of fixed size on the grid of the raster. Within a unit, the pixels of a zone are added up row by
row; the sums of the units are then added up in the order of the units. The results for a zone therefore depend neither
on the chunks nor on other zones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from ...raster.dtypes import is_small_integer

Array = npt.NDArray[Any]

Collected = TypeVar("Collected", bound=tuple[Array, ...])
"""A named tuple of arrays of equal length."""


class ZoneSums(NamedTuple):
    """Statistics of the valid pixels of zones: one element for each zone in each unit (a part of the raster).

    `squares` are the sums of squared values for 8-bit and 16-bit integers, otherwise the sums of squared deviations
    from the mean of the zone in the unit. `low` and `high` are the lowest and highest values. Numbers that are not
    needed are 0.
    """

    zone: Array
    unit: npt.NDArray[np.int64]
    pixels: npt.NDArray[np.int64]
    total: Array
    squares: Array
    low: Array
    high: Array


class ZonePixels(NamedTuple):
    """Number of pixels, valid or not, in each zone."""

    zone: Array
    pixels: npt.NDArray[np.int64]


class Moments(NamedTuple):
    """Statistics of zones in the whole raster: one element for each zone that has a valid pixel."""

    zone: Array
    pixels: npt.NDArray[np.int64]
    total: Array
    mean: npt.NDArray[np.float64]
    std: npt.NDArray[np.float64]
    low: Array
    high: Array


def run_starts(labels: Array, shown: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Return the positions, in row-major order, at which runs of equal labels begin.

    A run consists of adjacent pixels in a row that have the same label and the same value of `shown`.
    """
    begins = np.empty(labels.shape, bool)
    begins[:, 0] = True
    np.not_equal(labels[:, 1:], labels[:, :-1], out=begins[:, 1:])
    begins[:, 1:] |= shown[:, 1:] != shown[:, :-1]
    return np.flatnonzero(begins)


class _Groups:
    """Combines one number per run of pixels (see `run_starts`), in row-major order, into one number per zone."""

    def __init__(self, labels: Array, shown: npt.NDArray[np.bool_]) -> None:
        self.starts = run_starts(labels, shown)
        self.lengths = np.diff(self.starts, append=labels.size)
        self.kept = shown.reshape(-1)[self.starts]
        self.zones, self.numbers = np.unique(labels.reshape(-1)[self.starts][self.kept], return_inverse=True)
        self._order = np.argsort(self.numbers, kind="stable")
        self._begins = np.searchsorted(self.numbers[self._order], np.arange(len(self.zones)))

    def combined(self, of_runs: Array, combine: Any = np.add) -> Array:
        """Combine one number per run of pixels into one number per zone, leaving out runs where `shown` is false."""
        found: Array = combine.reduceat(of_runs[self.kept][self._order], self._begins)
        return found

    def of_pixels(self, values: Array, combine: Any = np.add) -> Array:
        """Combine the values of pixels (a one-dimensional array) into one number per zone."""
        return self.combined(combine.reduceat(values, self.starts), combine)


class Needed(NamedTuple):
    """Flags for the optional statistics in `ZoneSums`: `squares`, and `extremes` for `low` and `high`."""

    squares: bool
    extremes: bool


def unit_sums(values: Array, labels: Array, shown: npt.NDArray[np.bool_], unit: int, needed: Needed) -> ZoneSums | None:
    """Return the statistics of the zones in a unit; None if no pixel of the unit is valid and in a zone.

    Parameters
    ----------
    values
        Integers of at most 32 bits, or floats, with shape (rows, columns).
    labels
        Labels of the zones, with the same shape.
    shown
        Boolean array, true for pixels that are valid and in a zone.
    unit
        Number of the unit (a rectangle of fixed size on the grid of the raster).
    needed
        Statistics to compute in addition to counts and totals. Each of them takes about as long as the totals.
    """
    if not shown.any():
        return None
    groups = _Groups(labels, shown)
    flat = values.reshape(-1)
    with np.errstate(all="ignore"):  # warnings for pixels that are not shown, and for values that overflow
        wide = flat.astype(np.int64 if flat.dtype.kind in "iu" else np.float64)
        count, total = groups.combined(groups.lengths), groups.of_pixels(wide)
        squares = low = high = np.zeros_like(total)
        if needed.squares and is_small_integer(flat.dtype.name):
            squares = groups.of_pixels(wide * wide)
        elif needed.squares:
            means = np.zeros(len(groups.starts))
            means[groups.kept] = (total / count)[groups.numbers]
            off = wide - np.repeat(means, groups.lengths)
            squares = groups.of_pixels(np.multiply(off, off, out=off))
        if needed.extremes:
            low, high = groups.of_pixels(flat, np.minimum), groups.of_pixels(flat, np.maximum)
    return ZoneSums(groups.zones, np.full(len(count), unit, np.int64), count, total, squares, low, high)


def zone_pixels(labels: Array, inside: npt.NDArray[np.bool_]) -> ZonePixels:
    """Return the number of pixels of each zone; `inside` is true for pixels that are in a zone."""
    if not inside.any():
        return ZonePixels(labels.reshape(-1)[:0], np.empty(0, np.int64))
    groups = _Groups(labels, inside)
    return ZonePixels(groups.zones, groups.combined(groups.lengths))


def total_pixels(parts: Sequence[ZonePixels]) -> ZonePixels:
    """Add up the pixel counts of each zone in several parts of the raster."""
    zone, pixels = joined(parts)
    zones, numbers = np.unique(zone, return_inverse=True)
    counts = np.zeros(len(zones), np.int64)
    np.add.at(counts, numbers, pixels)
    return ZonePixels(zones, counts)


def joined(parts: Sequence[Collected]) -> Collected:
    """Concatenate several named tuples of arrays into one, array by array."""
    kind: Any = type(parts[0])
    found: Collected = kind(*(np.concatenate(each) for each in zip(*parts)))
    return found


def moments(sums: ZoneSums, *, exact: bool) -> Moments:
    """Return the statistics of each zone in the whole raster; `exact` is True for 8-bit and 16-bit integers.

    The sum of squared deviations combines the deviations within units and the deviations of the units' means, after
    Chan, Golub and LeVeque (1983), "Algorithms for computing the sample variance", The American Statistician 37(3).
    """
    order = np.lexsort((sums.unit, sums.zone))
    zone, _, counts, totals, squares, low, high = (each[order] for each in sums)
    begins = np.flatnonzero(np.concatenate([[True], zone[1:] != zone[:-1]]))
    count, total = np.add.reduceat(counts, begins), _total(totals, begins)
    with np.errstate(all="ignore"):
        mean = (total / count).astype(np.float64)
        if exact:
            variance = _exact_variance(count, total, np.add.reduceat(squares.astype(object), begins))
        else:
            off = totals / counts - np.repeat(mean, np.diff(begins, append=len(zone)))
            variance = np.add.reduceat(squares + counts * off * off, begins) / count
        std = np.sqrt(variance)
    return Moments(
        zone[begins], count, total, mean, std, np.minimum.reduceat(low, begins), np.maximum.reduceat(high, begins)
    )


def _total(totals: Array, begins: npt.NDArray[np.intp]) -> Array:
    """Return the sums of the groups that begin at the given positions, as Python integers if int64 could overflow."""
    if totals.dtype.kind == "i" and np.abs(totals.astype(np.float64)).sum() >= 2**62:
        totals = totals.astype(object)
    found: Array = np.add.reduceat(totals, begins)
    return found


def _exact_variance(count: Array, total: Array, squares: Array) -> npt.NDArray[np.float64]:
    """Compute variances exactly from integers, so that only the results are rounded."""
    numbers = zip(count.tolist(), total.tolist(), squares.tolist())
    return np.array([(n * square - all_ * all_) / (n * n) for n, all_, square in numbers])
