"""Medians and majorities of zones, computed from the number of pixels of each distinct value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...errors import ResourceError
from ...units import format_megabytes
from .sums import joined

Array = npt.NDArray[Any]

ENTRY_BYTES = 72
"""Bytes of memory per distinct value of a zone: label, value and count, including two copies for merging entries."""

FEW = 2**16
"""Minimum number of new entries to collect before they are merged with existing entries, unless memory is short."""


class ValueCounts(NamedTuple):
    """Number of pixels with each distinct value in each zone: one element per combination of zone and value."""

    zone: Array
    value: Array
    pixels: npt.NDArray[np.int64]


class Ranks(NamedTuple):
    """Medians and majorities of zones."""

    zone: Array
    median: npt.NDArray[np.float64]
    mode: Array


def count_values(values: Array, labels: Array) -> ValueCounts:
    """Return the number of pixels with each distinct value in each zone, sorted by zone and value.

    `values` and `labels` are one-dimensional: the values of valid pixels in zones, and the labels of these zones.
    """
    if not values.size:
        return ValueCounts(labels, values, np.empty(0, np.int64))
    codes, decode = _encoded(values)
    keys, unnumber = _numbered(labels)
    keys <<= np.uint64(32)
    keys |= codes
    del codes
    keys.sort()
    begins = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    counts = np.diff(begins, append=len(keys))
    keys = keys[begins]
    return ValueCounts(unnumber(keys >> np.uint64(32)), decode(keys & np.uint64(2**32 - 1)), counts)


def split(counts: ValueCounts, is_first: Callable[[Array], npt.NDArray[np.bool_]]) -> tuple[ValueCounts, ValueCounts]:
    """Split sorted elements into two sets: those of zones for which `is_first(labels)` is true, and all others."""
    begins = np.flatnonzero(np.concatenate([[True], counts.zone[1:] != counts.zone[:-1]])[: len(counts.zone)])
    first = np.repeat(is_first(counts.zone[begins]), np.diff(begins, append=len(counts.zone)))
    return ValueCounts(*(each[first] for each in counts)), ValueCounts(*(each[~first] for each in counts))


def _numbered(zones: Array) -> tuple[npt.NDArray[np.uint64], Callable[[Array], Array]]:
    """Return labels as numbers below 2^32 that sort like the labels, and a function that converts them back."""
    low, high = int(zones.min()), int(zones.max())
    if high - low < 2**32 and low >= -(2**63) and high < 2**63:
        return (zones.astype(np.int64) - low).astype(np.uint64), lambda numbers: (
            numbers.astype(np.int64) + low
        ).astype(zones.dtype)  # fmt: skip
    known, numbers = np.unique(zones, return_inverse=True)
    return numbers.astype(np.uint64), lambda numbers: known[numbers.astype(np.intp)]


def _encoded(values: Array) -> tuple[npt.NDArray[np.uint64], Callable[[Array], Array]]:
    """Return values as numbers below 2^32 that sort like the values, and a function that converts them back."""
    dtype = values.dtype
    if dtype.kind in "iu" and dtype.itemsize <= 4:
        low = int(np.iinfo(dtype).min)
        return (values.astype(np.int64) - low).astype(np.uint64), lambda codes: (codes.astype(np.int64) + low).astype(
            dtype
        )
    if dtype == np.float32:
        return _encoded_floats(values), _decoded_floats
    if dtype.kind == "f":
        values = values + dtype.type(0)  # turns -0 into 0; np.unique would keep the one that comes first
    known, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.uint64), lambda codes: known[codes.astype(np.intp)]


SIGN = np.uint32(2**31)


def _encoded_floats(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint64]:
    bits = (values + np.float32(0)).view(np.uint32)  # adding 0 turns -0 into 0
    return np.where(bits & SIGN, ~bits, bits | SIGN).astype(np.uint64)


def _decoded_floats(codes: Array) -> npt.NDArray[np.float32]:
    bits = codes.astype(np.uint32)
    return np.where(bits & SIGN, bits & ~SIGN, ~bits).astype(np.uint32).view(np.float32)


def merged(counts: ValueCounts) -> ValueCounts:
    """Return the elements sorted by zone and value; pixel counts for the same zone and value are added up."""
    if not len(counts.zone):
        return counts
    order = np.lexsort((counts.value, counts.zone))
    zone, value, count = (each[order] for each in counts)
    begins = np.flatnonzero(np.concatenate([[True], (zone[1:] != zone[:-1]) | (value[1:] != value[:-1])]))
    return ValueCounts(zone[begins], value[begins], np.add.reduceat(count, begins))


def ranks(counts: ValueCounts, *, highest: bool = False) -> Ranks:
    """Return the median and majority of each zone. `counts` must be sorted by zone and value, without duplicates.

    The median of an even number of values is the mean of the two middle values. If several values are equally frequent,
    the majority is the lowest of them or, if `highest` is True, the highest.
    """
    zone, value, count = counts
    if not len(zone):
        return Ranks(zone, np.empty(0), value)
    begins = np.flatnonzero(np.concatenate([[True], zone[1:] != zone[:-1]]))
    sizes = np.add.reduceat(count, begins)
    ends = np.cumsum(count)
    before = ends[begins] - count[begins]
    lower, upper = (
        value[np.searchsorted(ends, before + place, side="right")].astype(np.float64)
        for place in ((sizes - 1) // 2, sizes // 2)
    )
    most = np.repeat(np.maximum.reduceat(count, begins), np.diff(begins, append=len(zone)))
    frequent = np.flatnonzero(count == most)
    if highest:
        chosen = frequent[np.searchsorted(frequent, np.append(begins[1:], len(zone))) - 1]
    else:
        chosen = frequent[np.searchsorted(frequent, begins)]
    median = np.where(lower == upper, lower, lower / 2 + upper / 2)  # the sum of both values can overflow
    return Ranks(zone[begins], median, value[chosen])


class DistinctValues:
    """Collects the distinct values of the zones in one band, to compute medians and majorities. Not thread-safe.

    Parameters
    ----------
    limit
        Maximum number of entries to keep, one for each distinct value of a zone. Entries of complete zones are dropped.
    memory
        Memory limit of the run in bytes, for the error message.
    highest
        True to choose the highest of several equally frequent values as the majority, False to choose the lowest.
    """

    def __init__(self, limit: int, memory: int, *, highest: bool = False) -> None:
        self._limit, self._memory, self._highest = limit, memory, highest
        self._parts: list[ValueCounts] = []
        self._new = self._kept = 0
        self._done: list[Ranks] = []

    def add(self, counts: ValueCounts, finished: Ranks, complete: Callable[[Array], npt.NDArray[np.bool_]]) -> None:
        """Add the counts of a chunk, and the results of zones that are completely inside this chunk.

        `complete` is called with labels. It returns a boolean array, true for each label whose zone has no pixels in
        the chunks that are still to be added.

        Raises
        ------
        ResourceError
            There are too many distinct values.
        """
        self._done.append(finished)
        self._parts.append(counts)
        self._new += len(counts.zone)
        if self._new <= max(FEW, self._kept) and self._new + self._kept <= self._limit:
            return
        kept = merged(joined(self._parts))
        done, kept = split(kept, complete)
        self._done.append(ranks(done, highest=self._highest))
        self._parts, self._kept, self._new = [kept], len(kept.zone), 0
        if self._kept > self._limit:
            raise ResourceError(
                f"Median and majority need the number of pixels of each distinct value in a zone. The zones that are "
                f"being read have more than {self._limit:,} distinct values in total, the maximum for the memory limit "
                f"of {format_megabytes(self._memory)} MB. Set a higher MEMORY, leave out median and majority, or round "
                "the values first.",
                parameter="memory",
            )

    def result(self) -> Ranks:
        """Return the medians and majorities of all zones that have a valid pixel."""
        return joined([*self._done, ranks(merged(joined(self._parts)), highest=self._highest)])
