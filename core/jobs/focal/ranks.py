"""Filters that select one of the valid neighbours, by rank or frequency: minimum, maximum, median and majority.

The filters compare stored values. If the scale is negative, the physical values are in reverse order; the filters take
this into account.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...pixels.median import median_of_3_by_3, select_rank
from ...pixels.stack import Array
from ...raster.dtypes import is_small_integer
from .neighbours import Neighbourhood
from .strip import Strip

NETWORK_CELLS = 225
"""Largest neighbourhood, in pixels, whose median is selected by a comparison network. Medians of larger neighbourhoods
are found by counting."""

COUNTS_PER_CELL = 6
"""Maximum number of counting passes over a strip to find medians, as a multiple of the number of neighbours. Medians
that are still unknown after these passes are found by sorting."""

PART_BYTES = 2**22
PART_PIXELS = 2**16
"""Size limits, in bytes and in pixels, of the parts into which a strip is divided, so that the values of all neighbours
fit in the CPU cache."""

FEW_CLASSES = 32
"""Maximum number of distinct values, as a multiple of the number of neighbours, for which counting finds the majority
faster than sorting."""


def minimum(strip: Strip) -> Array:
    """Return the lowest valid neighbour."""
    return _extreme(strip, highest=strip.term.scale < 0)


def maximum(strip: Strip) -> Array:
    """Return the highest valid neighbour."""
    return _extreme(strip, highest=strip.term.scale >= 0)


def spread(strip: Strip) -> Array:
    """Return the difference between the highest and the lowest valid neighbour, in physical values."""
    high, low = (_extreme(strip, highest=highest).astype(np.float64) for highest in (True, False))
    return (high - low) * abs(strip.term.scale)


def median(strip: Strip) -> Array:
    """Return element n // 2 of the n valid neighbours, sorted by their physical values."""
    count = strip.flat_count
    rank = count // 2 if strip.term.scale >= 0 else (count - 1) // 2
    large = strip.neighbours.cells > NETWORK_CELLS
    return strip.shaped(_median_by_counting(strip, rank) if large else _median_by_network(strip, rank))


def majority(strip: Strip) -> Array:
    """Return the most frequent valid neighbour; of equally frequent values, the one with the lowest physical value."""
    few = _different_values(strip)
    counted = 0 < few.size <= FEW_CLASSES * strip.neighbours.cells
    return strip.shaped(_majority_by_counting(strip, few) if counted else _majority_by_sorting(strip))


def _extreme(strip: Strip, *, highest: bool) -> Array:
    low, high = _limits(strip.values.dtype)
    flat = _without_negative_zero(strip.filled(low if highest else high))
    return strip.combined(np.maximum if highest else np.minimum, flat)


def _limits(dtype: np.dtype[Any]) -> tuple[Any, Any]:
    """Return the lowest and the highest value of the data type (for floats, minus and plus infinity)."""
    if dtype.kind == "f":
        return -np.inf, np.inf
    return np.iinfo(dtype).min, np.iinfo(dtype).max


def _without_negative_zero(flat: Array) -> Array:
    """Return the values with -0.0 replaced by 0.0. Otherwise, a pixel's position would decide which zero is selected.

    numpy orders 0.0 and -0.0 differently in vector instructions and at the end of an array.
    """
    return flat + flat.dtype.type(0) if flat.dtype.kind == "f" else flat


def _different_values(strip: Strip) -> Array:
    """Return the distinct valid values in ascending order."""
    values = strip.values if strip.complete else strip.values[strip.valid]
    if not is_small_integer(values.dtype.name):
        return np.unique(_without_negative_zero(values))
    lowest = np.iinfo(values.dtype).min
    occurs = np.zeros(2 ** (8 * values.itemsize), bool)
    occurs[values.astype(np.int32) - lowest] = True
    return (np.flatnonzero(occurs) + lowest).astype(values.dtype)


def _median_by_counting(strip: Strip, rank: Any) -> Array:
    """Return a flat array of medians: for each pixel, element `rank` (counted from 0) of its sorted valid neighbours.

    Medians are found by bisection: each pass counts neighbours, for all pixels at once. The number of passes depends on
    the number of distinct medians, not on the size of the neighbourhood. After too many passes, the neighbours of the
    remaining pixels are sorted instead.
    """
    different, flat = _different_values(strip), _without_invalid(strip)
    remaining = COUNTS_PER_CELL * strip.neighbours.cells
    lowest = np.zeros(strip.size, np.uint32)  # lowest index in `different` that may be the median's
    ranges = [(0, different.size - 1)]
    while ranges and remaining:
        strip.stop.check()
        first, last = ranges.pop()
        inside = lowest == first
        if first >= last or not inside.any():
            continue
        remaining -= 1
        middle = (first + last) // 2
        inside &= _counted(strip, flat <= different[middle]) <= rank
        np.copyto(lowest, np.uint32(middle + 1), where=inside)
        ranges += [(first, middle), (middle + 1, last)]
    result = different[lowest] if different.size else np.zeros(strip.size, flat.dtype)
    unknown = np.flatnonzero(np.isin(lowest, [first for first, last in ranges if first < last]))
    _sort_medians(strip, flat, rank, unknown, result)
    return result


def _sort_medians(strip: Strip, flat: Array, rank: Any, places: Array, result: Array) -> None:
    """Find the medians at the flat positions `places` by sorting the neighbours, and store them in `result`.

    Some invalid neighbours are set to the lowest value of the data type, and the other invalid neighbours to the
    highest value. The median of the valid neighbours then has the same rank for all pixels.
    """
    offsets, middle = np.array(strip.neighbours.offsets(strip.width)), strip.neighbours.cells // 2
    low, lows = _limits(flat.dtype)[0], np.broadcast_to(middle - rank, strip.size)
    invalid = None if strip.complete else ~strip.flat(strip.valid)
    step = max(1, PART_BYTES // (8 * offsets.size))
    for start in range(0, places.size, step):
        strip.stop.check()
        part = places[start : start + step]
        near = part[:, np.newaxis] + offsets
        values = flat[near]
        if invalid is not None:
            hidden = invalid[near]
            hidden &= np.cumsum(hidden, axis=1, dtype=np.int32) <= lows[part, np.newaxis]
            values[hidden] = low
        values.partition(middle, axis=1)
        result[part] = values[:, middle]


def _median_by_network(strip: Strip, rank: Any) -> Array:
    """Return a flat array of the medians, selected by a comparison network."""
    middle, result = strip.neighbours.cells // 2, np.empty(strip.size, strip.values.dtype)
    values, is_3_by_3 = _without_invalid(strip), strip.neighbours == Neighbourhood(1)
    for part, planes, complete in _parts(strip, values, middle - rank):
        if is_3_by_3 and complete:
            rows = [values[start + part.start : start + part.stop + 2] for start in (0, strip.width, 2 * strip.width)]
            result[part] = median_of_3_by_3(rows)
        else:
            result[part] = select_rank(planes, middle)
    return result


def _without_invalid(strip: Strip) -> Array:
    """Return the values as a flat array, with the highest value of the data type in place of invalid pixels."""
    return _without_negative_zero(strip.filled(_limits(strip.values.dtype)[1]))


def _parts(strip: Strip, values: Array, lows: Any) -> Iterator[tuple[slice, list[Array], bool]]:
    """Yield slices of the flat results, each with the values of the neighbours and whether all of them are valid.

    The values are a list of arrays: the first neighbour of each pixel, the second neighbour and so on. `lows` is the
    number of invalid neighbours of each pixel that are set to the lowest value of the data type. The other invalid
    neighbours have the highest value, as in `values`, the result of `_without_invalid`. The median of the valid
    neighbours then has the same rank for all pixels.
    """
    low = _limits(values.dtype)[0]
    invalid = None if strip.complete else ~strip.flat(strip.valid)
    offsets = strip.neighbours.offsets(strip.width)
    step = max(1, min(PART_PIXELS, PART_BYTES // (len(offsets) * values.itemsize)))
    for start in range(0, strip.size, step):
        strip.stop.check()
        part = slice(start, min(start + step, strip.size))
        planes = [values[part.start + offset : part.stop + offset] for offset in offsets]
        complete = invalid is None or not invalid[part.start : part.stop + offsets[-1]].any()
        if invalid is not None and not complete:
            left = lows[part].astype(strip.count_dtype)
            for number, distance in enumerate(offsets):
                below = invalid[part.start + distance : part.stop + distance] & (left > 0)
                left -= below
                planes[number] = planes[number].copy()
                np.copyto(planes[number], values.dtype.type(low), where=below)
        yield part, planes, complete


def _counted(strip: Strip, chosen: Array) -> Array:
    """Return, for each pixel in flat order, the number of neighbours for which the flat array `chosen` is true."""
    return strip.neighbours.combined(np.add, chosen.astype(strip.count_dtype), strip.width)


def _majority_by_counting(strip: Strip, different: Array) -> Array:
    """Return a flat array of the most frequent neighbours, found by counting each distinct value."""
    flat, valid = strip.filled(0), strip.flat(strip.valid)
    most, result = np.zeros(strip.size, strip.count_dtype), np.zeros(strip.size, different.dtype)
    for value in different if strip.term.scale >= 0 else different[::-1]:
        strip.stop.check()
        count = _counted(strip, (flat == value) & valid)
        np.copyto(result, value, where=count > most)
        np.maximum(most, count, out=most)
    return result


def _majority_by_sorting(strip: Strip) -> Array:
    """Return a flat array of the most frequent neighbours, found as the longest runs of equal sorted values."""
    result = np.empty(strip.size, strip.values.dtype)
    better = np.greater if strip.term.scale >= 0 else np.greater_equal
    for part, planes, _ in _parts(strip, _without_invalid(strip), np.zeros(strip.size, np.int16)):
        ordered, count = np.sort(np.stack(planes), axis=0), np.broadcast_to(strip.flat_count, strip.size)[part]
        run = np.ones(ordered.shape[1], np.int16)
        most, found = run.copy(), ordered[0].copy()
        for number in range(1, len(planes)):
            run = np.where(ordered[number] == ordered[number - 1], run + np.int16(1), np.int16(1))
            longer = better(run, most) & (number < count)  # invalid neighbours come last
            np.copyto(found, ordered[number], where=longer)
            np.copyto(most, run, where=longer)
        result[part] = found
    return result
