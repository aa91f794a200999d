"""Reducers, which combine the observations of each pixel, one after another or all at once.

Each reducer has an accumulator, which receives the observations of a window in chronological order. Each pixel is
reduced independently of its neighbours, so results do not depend on chunks. This module does not access files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from ...pixels.median import largest, median_of_planes, percentile_of_planes
from ...progress import Stop
from ...raster.dtypes import is_small_integer

Array = np.ndarray[Any, Any]

MOST_EXACT_SQUARES = 2**15
"""Largest number of 16-bit values for which the product of count and sum of squares fits into int64."""

MEDOID_VALUES = 2**19
"""Approximate number of values for which medoids are computed at once, so that the values fit in the CPU cache."""


class Observation(NamedTuple):
    """Pixels of one observation in a window.

    `values` has the shape (bands, rows, columns). `valid` has the same shape, or only one band if the bands of a pixel
    are either all valid or all invalid. `day` is the number of days since 1970-01-01, or an array (rows, columns) of
    such numbers. `score`, for the reducer "best", has the shape (rows, columns).
    """

    values: Array
    valid: Array
    day: int | Array
    score: Array | None = None


class Reduced(NamedTuple):
    """Values of a window (bands, rows, columns) and, if a scene is chosen per pixel, its day (rows, columns)."""

    values: Array
    days: Array | None = None


@dataclass(frozen=True)
class Reduction:
    """What to compute: a key of `choices.REDUCERS`, and its parameters.

    `percent` is the percentile. `falling` contains one boolean per band, true if its scale is negative. `scales` are
    the scales of the bands, which weight the distances between observations for medoids.
    """

    reducer: str
    percent: float = 50.0
    falling: tuple[bool, ...] = ()
    scales: tuple[float, ...] = ()


class Accumulator(Protocol):
    """Combines the observations of a window, which are added one after another in chronological order."""

    def add(self, new: Observation) -> None:
        """Add the next observation."""

    def result(self, counts: Array, stop: Stop) -> Reduced:
        """Return the results; `counts` is the number of valid observations, with the shape of `Observation.valid`.

        Results are undefined for pixels whose count is 0. Long computations check `stop`.
        """


class Method(NamedTuple):
    """How a reducer is computed.

    `start` returns an empty accumulator; its arguments are the reduction, the shape and data type of the values, and
    the largest number of observations. If `whole` is true, the bands of a pixel come from one scene. If `stacks` is
    true, all observations are in memory at once. `selects` is true if each result is a value of one scene. `state` is
    the memory in bytes per pixel and band, not counting the observations.
    """

    start: Callable[[Reduction, tuple[int, ...], np.dtype[Any], int], Accumulator]
    whole: bool = False
    stacks: bool = False
    selects: bool = False
    state: int = 0


class _Mean:
    """Mean: sums in int64 or, for floats, in float64, added in chronological order."""

    def __init__(self, _: Reduction, shape: tuple[int, ...], dtype: np.dtype[Any], __: int) -> None:
        self._total = np.zeros(shape, sum_dtype(dtype))

    def add(self, new: Observation) -> None:
        """Add the valid values to the sums."""
        np.add(self._total, new.values, out=self._total, where=new.valid)

    def result(self, counts: Array, stop: Stop) -> Reduced:
        """Return the sums divided by the counts, float64."""
        return Reduced(self._total / np.maximum(counts, 1))


class _Extreme:
    """Minimum or maximum of physical values; with a negative scale, the minimum is the maximum of stored values."""

    def __init__(self, reduction: Reduction, shape: tuple[int, ...], dtype: np.dtype[Any], _: int) -> None:
        self._best, self._seen = np.zeros(shape, dtype), np.zeros(shape, bool)
        falling = reduction.falling or (False,) * shape[0]
        self._takes_greater = [falls != (reduction.reducer == "max") for falls in falling]

    def add(self, new: Observation) -> None:
        """Keep the lower (or higher) of the current and the new value."""
        for band, greater in enumerate(self._takes_greater):
            values, best, seen = new.values[band], self._best[band], self._seen[band]
            better = values > best if greater else values < best
            better |= ~seen
            better &= new.valid[band]
            np.copyto(best, values, where=better)
            seen |= better

    def result(self, counts: Array, stop: Stop) -> Reduced:
        """Return the minima or maxima."""
        return Reduced(self._best)


class _Deviation:
    """Population standard deviation by Welford's method in float64 (Technometrics 4(3), 1962).

    The first value is subtracted from all others, so that little precision is lost if the values are large and similar.
    """

    def __init__(self, _: Reduction, shape: tuple[int, ...], __: np.dtype[Any], ___: int) -> None:
        self._mean, self._squares = np.zeros(shape), np.zeros(shape)
        self._count, self._origin = np.zeros(shape), np.zeros(shape)

    def add(self, new: Observation) -> None:
        """Update the means and the sums of squared deviations."""
        valid = np.broadcast_to(new.valid, new.values.shape)
        np.copyto(self._origin, new.values, where=valid & (self._count == 0))
        self._count += valid
        values = np.subtract(new.values, self._origin, dtype=np.float64)
        step = values - self._mean
        np.add(self._mean, step / np.maximum(self._count, 1), out=self._mean, where=valid)
        step *= values - self._mean
        np.add(self._squares, step, out=self._squares, where=valid)

    def result(self, counts: Array, stop: Stop) -> Reduced:
        """Return the standard deviations, float64."""
        return Reduced(np.sqrt(self._squares / np.maximum(counts, 1)))


class _ExactDeviation:
    """Population standard deviation of small integers, from exact sums in int64."""

    def __init__(self, _: Reduction, shape: tuple[int, ...], __: np.dtype[Any], ___: int) -> None:
        self._total, self._squares = np.zeros(shape, np.int64), np.zeros(shape, np.int64)

    def add(self, new: Observation) -> None:
        """Add the valid values and their squares to the sums."""
        values = new.values.astype(np.int64)
        np.add(self._total, values, out=self._total, where=new.valid)
        np.add(self._squares, values * values, out=self._squares, where=new.valid)

    def result(self, counts: Array, stop: Stop) -> Reduced:
        """Return the standard deviations, float64."""
        number = np.maximum(counts, 1).astype(np.int64)
        return Reduced(np.sqrt(number * self._squares - self._total * self._total) / number)


def _deviation(reduction: Reduction, shape: tuple[int, ...], dtype: np.dtype[Any], depth: int) -> Accumulator:
    exact = is_small_integer(dtype.name) and depth <= MOST_EXACT_SQUARES
    return (_ExactDeviation if exact else _Deviation)(reduction, shape, dtype, depth)


class _Count:
    """Counts valid observations."""

    def __init__(self, _: Reduction, __: tuple[int, ...], ___: np.dtype[Any], ____: int) -> None:
        """Do nothing: `reduce_observations` counts the valid observations for every reducer."""

    def add(self, new: Observation) -> None:
        """Do nothing: `result` receives the counts."""

    def result(self, counts: Array, stop: Stop) -> Reduced:
        """Return the counts."""
        return Reduced(counts)


class _Chosen:
    """The pixel of the first, the last or the best observation."""

    def __init__(self, reduction: Reduction, shape: tuple[int, ...], dtype: np.dtype[Any], _: int) -> None:
        self._reducer = reduction.reducer
        self._values, self._days = np.zeros(shape, dtype), np.zeros(shape[1:], np.int32)
        self._seen = np.zeros(shape[1:], bool)
        self._score = np.zeros(shape[1:] if self._reducer == "best" else (0,))

    def add(self, new: Observation) -> None:
        """Replace the pixels for which the new observation is preferred."""
        taken = new.valid[0]
        if self._reducer == "first":
            taken = taken & ~self._seen
        elif new.score is not None:
            taken = taken & (~self._seen | (new.score > self._score))
            np.copyto(self._score, new.score, where=taken)
        np.copyto(self._values, new.values, where=taken)
        np.copyto(self._days, new.day, where=taken)
        self._seen |= taken

    def result(self, counts: Array, stop: Stop) -> Reduced:
        """Return the pixels and the days of their observations."""
        return Reduced(self._values, self._days)


class _Ranked:
    """Median or percentile. Keeps all observations, with the largest possible number in place of invalid values."""

    def __init__(self, reduction: Reduction, shape: tuple[int, ...], dtype: np.dtype[Any], depth: int) -> None:
        self._reduction = reduction
        self._planes = np.empty((shape[0], depth, *shape[1:]), dtype)
        self._used = 0

    def add(self, new: Observation) -> None:
        """Store the values of an observation, with the result of `largest` in place of invalid values."""
        layer = self._planes[:, self._used]
        layer[...] = new.values
        if not new.valid.all():
            np.copyto(layer, largest(layer.dtype), where=~new.valid)
        self._used += 1

    def result(self, counts: Array, stop: Stop) -> Reduced:
        """Return the medians or percentiles, float64."""
        result = np.zeros(counts.shape)
        falling = self._reduction.falling or (False,) * len(counts)
        for planes, count, falls, band in zip(self._planes, counts, falling, result):
            stop.check()
            if self._used:
                flat = planes[: self._used].reshape(self._used, -1)
                band[...] = self._of_band(flat, count.ravel(), falls).reshape(band.shape)
        return Reduced(result)

    def _of_band(self, planes: Array, counts: Array, falls: bool) -> Array:
        if self._reduction.reducer == "median":
            return median_of_planes(planes, counts)
        percent = self._reduction.percent
        return percentile_of_planes(planes, counts, 100 - percent if falls else percent)


class _Medoid:
    """The observation with the smallest total distance to all others (Flood 2013, Remote Sensing 5(12), 6481-6500)."""

    def __init__(self, reduction: Reduction, shape: tuple[int, ...], dtype: np.dtype[Any], depth: int) -> None:
        self._scales = np.abs(reduction.scales or (1.0,) * shape[0])
        self._planes = np.empty((depth, *shape), dtype)
        self._valid = np.empty((depth, *shape[1:]), bool)
        self._days: list[int | Array] = []

    def add(self, new: Observation) -> None:
        """Store the values, valid pixels and day of an observation."""
        number = len(self._days)
        self._planes[number], self._valid[number] = new.values, new.valid[0]
        self._days.append(new.day)

    def result(self, counts: Array, stop: Stop) -> Reduced:
        """Return the pixels of the medoids and the days of their observations."""
        depth, shape = len(self._days), self._planes.shape[1:]
        values, days = np.zeros(shape, self._planes.dtype), np.zeros(shape[1:], np.int32)
        if depth:
            planes, valid = self._planes[:depth].reshape(depth, shape[0], -1), self._valid[:depth].reshape(depth, -1)
            for strip in _strips(valid.shape[1], depth * shape[0]):
                stop.check()
                chosen = self._nearest(planes[:, :, strip], valid[:, strip])
                values.reshape(shape[0], -1)[:, strip] = np.take_along_axis(
                    planes[:, :, strip], chosen[np.newaxis, np.newaxis], axis=0
                )[0]
                for number, day in enumerate(self._days):
                    own = day if isinstance(day, int) else day.reshape(-1)[strip]
                    np.copyto(days.reshape(-1)[strip], own, where=chosen == number)
        return Reduced(values, days)

    def _nearest(self, planes: Array, valid: Array) -> Array:
        """Return, for each pixel, the index of the observation that is the medoid; if several are, the earliest one."""
        depth = len(planes)
        if planes.dtype.kind in "iu" and planes.dtype.itemsize > 4:  # float64 cannot hold all 64-bit integers
            least = planes.min(axis=0, where=valid[:, np.newaxis], initial=np.iinfo(planes.dtype).max)
            planes = (planes - least).view(np.uint64)
        scaled = planes * self._scales[:, np.newaxis]
        totals = np.where(valid, 0.0, np.inf)
        for one in range(depth):
            for other in range(one + 1, depth):  # so that each total is summed in chronological order
                squares = np.zeros(valid.shape[1])
                for a, b in zip(scaled[one], scaled[other]):  # the order of numpy's `sum` depends on the shape
                    squares += np.square(a - b)
                distance = np.where(valid[one] & valid[other], np.sqrt(squares), 0)
                totals[one] += distance
                totals[other] += distance
        nearest: Array = np.argmin(totals, axis=0)
        return nearest


def _strips(pixels: int, values: int) -> Iterator[slice]:
    """Yield slices of pixels, short enough to limit temporary arrays. `values` is the number of values per pixel."""
    length = max(1, MEDOID_VALUES // values)
    for start in range(0, pixels, length):
        yield slice(start, start + length)


METHODS: dict[str, Method] = {
    "median": Method(_Ranked, stacks=True, state=8),
    "mean": Method(_Mean, state=16),
    "min": Method(_Extreme, selects=True, state=10),
    "max": Method(_Extreme, selects=True, state=10),
    "std": Method(_deviation, state=64),
    "percentile": Method(_Ranked, stacks=True, state=8),
    "count": Method(_Count),
    "first": Method(_Chosen, whole=True, selects=True, state=8),
    "last": Method(_Chosen, whole=True, selects=True, state=8),
    "medoid": Method(_Medoid, whole=True, stacks=True, selects=True, state=8),
    "best": Method(_Chosen, whole=True, selects=True, state=8),
}
"""Reducers, by key of `choices.REDUCERS`."""


def sum_dtype(dtype: np.dtype[Any]) -> type[np.number[Any]]:
    """Return int64 for integers of up to 32 bits, whose sums are then exact; float64 for all other numbers."""
    return np.int64 if dtype.kind in "iu" and dtype.itemsize <= 4 else np.float64


def reduce_observations(
    observations: Sequence[Observation] | Iterator[Observation],
    reduction: Reduction,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    depth: int,
    stop: Stop | None = None,
) -> tuple[Reduced, Array]:
    """Return, for a window, the results and the number of valid observations of each pixel.

    Parameters
    ----------
    observations
        Observations in chronological order.
    reduction
        What to compute.
    shape, dtype
        Shape (bands, rows, columns) and data type of the values.
    depth
        Number of observations, or an upper limit.
    stop
        Checked during long computations; None if they cannot be cancelled.

    Raises
    ------
    Cancelled
        The run was stopped.
    """
    method = METHODS[reduction.reducer]
    accumulator = method.start(reduction, shape, dtype, depth)
    counts = np.zeros((1 if method.whole else shape[0], *shape[1:]), count_dtype(depth))
    for each in observations:
        accumulator.add(each)
        counts += each.valid
    return accumulator.result(counts, stop or Stop()), counts


def count_dtype(most: int) -> str:
    """Return the data type of counts up to `most`: UInt16, or UInt32 if UInt16 cannot hold `most`."""
    return "uint16" if most <= np.iinfo(np.uint16).max else "uint32"
