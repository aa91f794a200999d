"""Statistics of the pixels of all training chips. They do not depend on the order in which chips are read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ...raster.dtypes import is_small_integer
from ...raster.statistics import Statistics, block_statistics, combine
from .images import Pixels

PERCENTILES = (0, 1, 2, 5, 25, 50, 75, 95, 98, 99, 100)


class Histogram(NamedTuple):
    """Number of pixels with each value of a band.

    `places`, a slice or an array of indices, selects the values to which `counts` belong; index 0 is the lowest value
    of the data type.
    """

    places: slice | npt.NDArray[np.int32]
    counts: npt.NDArray[np.int64]


def band_counts(pixels: Pixels) -> tuple[Any, ...]:
    """Return one record per band of a chip: a histogram for integers of up to 16 bits, otherwise statistics."""
    found: list[Any] = []
    for band in range(pixels.values.shape[1]):
        values, shown = pixels.values[:, band], pixels.valid[:, band]
        valid = values.ravel() if shown.all() else values[shown]
        found.append(_histogram(valid) if is_small_integer(valid.dtype.name) else block_statistics(valid))
    return tuple(found)


def _histogram(values: npt.NDArray[Any]) -> Histogram:
    low = int(np.iinfo(values.dtype).min)
    counts = np.bincount(values if not low else values.astype(np.int32) - low).astype(np.int64, copy=False)
    if counts.size >= values.size:  # a small chip: its counts are mostly 0
        used = np.flatnonzero(counts).astype(np.int32)
        return Histogram(used, counts[used])
    first = int(values.min()) - low
    return Histogram(slice(first, counts.size), counts[first:])


@dataclass(frozen=True)
class BandStatistics:
    """Statistics of the valid pixels of a band. `percentiles` is empty unless the values are integers of up to 16 bits.

    Attributes
    ----------
    count : int
        Number of pixels. A pixel that is in several chips is counted once for each chip.
    mean, std : float
        Mean and population standard deviation; NaN if there are no pixels.
    minimum, maximum : float
        Lowest and highest value; NaN if there are no pixels.
    percentiles : mapping of int to float
        Percentiles, with linear interpolation as in `numpy.percentile`.
    """

    count: int
    mean: float
    std: float
    minimum: float
    maximum: float
    percentiles: Mapping[int, float]


class BandTotals:
    """Computes the statistics of a band in all chips, from the records that `band_counts` returns for each chip."""

    def __init__(self, dtype: str) -> None:
        self._kind = np.dtype(dtype)
        self._counts = np.zeros(2 ** (8 * self._kind.itemsize), np.int64) if is_small_integer(dtype) else None
        self._chips: dict[int, Statistics] = {}

    def add(self, number: int, record: Any) -> None:
        """Add the result of `band_counts` for the band in the chip with index `number`."""
        if self._counts is None:
            self._chips[number] = record
        else:
            self._counts[record.places] += record.counts

    def statistics(self) -> BandStatistics:
        """Return the statistics of the band in all chips."""
        if self._counts is None:
            total = combine(self._chips[number] for number in sorted(self._chips))
            return BandStatistics(total.count, total.mean, total.std_dev, total.minimum, total.maximum, {})
        return _of_histogram(
            np.flatnonzero(self._counts) + int(np.iinfo(self._kind).min), self._counts[self._counts > 0]
        )


def _of_histogram(values: npt.NDArray[Any], counts: npt.NDArray[Any]) -> BandStatistics:
    pairs = list(zip(values.tolist(), counts.tolist()))
    count = sum(number for _, number in pairs)
    if not count:
        return BandStatistics(0, math.nan, math.nan, math.nan, math.nan, {})
    total = sum(value * number for value, number in pairs)
    squares = sum(value * value * number for value, number in pairs)
    std = math.sqrt((count * squares - total * total) / count**2)
    ends = np.cumsum(counts)
    percentiles = {percent: _percentile(values, ends, percent) for percent in PERCENTILES}
    return BandStatistics(count, total / count, std, float(values[0]), float(values[-1]), percentiles)


def _percentile(values: npt.NDArray[Any], ends: npt.NDArray[Any], percent: int) -> float:
    """Return a percentile, interpolated linearly; `ends[i]` is the number of pixels with values up to `values[i]`."""
    last = int(ends[-1]) - 1
    place, rest = divmod(percent * last, 100)
    low, high = (int(values[np.searchsorted(ends, min(each, last), side="right")]) for each in (place, place + 1))
    return low + (high - low) * rest / 100


def class_totals(records: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """Return the number of pixels of each label code in several chips, sorted by code."""
    totals: dict[int, int] = {}
    for record in records:
        for code, count in record.items():
            totals[code] = totals.get(code, 0) + count
    return dict(sorted(totals.items()))


def normalization(bands: Sequence[BandStatistics], method: str) -> tuple[tuple[float, float], ...]:
    """Return (zero, length) for each band; normalized values are (value - zero) / length, and length is never 0.

    Raises
    ------
    InputError
        A band has no valid pixel.
    """
    found = []
    for number, band in enumerate(bands, 1):
        if not band.count:
            raise InputError(
                f"Band {number} of the chips has no valid pixel in the train split, so it cannot be normalized. Set "
                "NORMALIZE to 'none', or choose other chips.",
                parameter="normalize",
            )
        low, high = (
            (band.mean, band.mean + band.std) if method == "std" else (band.percentiles[2], band.percentiles[98])
        )
        found.append((low, (high - low) or 1.0))
    return tuple(found)
