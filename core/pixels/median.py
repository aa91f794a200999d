"""Median and percentiles of a stack of planes, computed for many pixels at once by a sorting network.

A sorting network is a fixed list of comparisons. Each comparison is one `minimum` and one `maximum` over whole planes,
which numpy computes with vector instructions. Sorting the values of each pixel separately takes many times as long.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

STRIP_PIXELS = 16_384
"""Number of pixels sorted at once: a dozen planes of this size fit in the CPU cache."""


def largest(dtype: npt.DTypeLike) -> Any:
    """Return the value that marks invalid pixels of a plane; no valid value is greater."""
    kind = np.dtype(dtype)
    return np.inf if kind.kind == "f" else np.iinfo(kind).max


def median_of_planes(planes: npt.NDArray[Any], counts: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.float64]:
    """Return the median of the valid values of each pixel; for an even count, the mean of the middle two.

    Parameters
    ----------
    planes
        Real numbers, shape (depth, pixels), C-contiguous. Invalid values must be `largest(dtype)`.
    counts
        Number of valid values of each pixel, shape (pixels,).

    Returns
    -------
    numpy.ndarray
        Medians, shape (pixels,); undefined where the count is 0. If the pixel has several valid values, a median of
        zero is always +0.0.
    """
    return _from_ranks(planes, counts, _middle)


def percentile_of_planes(
    planes: npt.NDArray[Any], counts: npt.NDArray[np.integer[Any]], percent: float
) -> npt.NDArray[np.float64]:
    """Return a percentile of the valid values of each pixel, interpolated linearly in float64 like `numpy.percentile`.

    Parameters
    ----------
    planes, counts
        As for `median_of_planes`.
    percent
        Number from 0 to 100.

    Returns
    -------
    numpy.ndarray
        Percentiles, shape (pixels,); undefined where the count is 0. If the pixel has several valid values, a
        result of zero is always +0.0.
    """
    return _from_ranks(planes, counts, functools.partial(_between, share=percent / 100))


def _from_ranks(
    planes: npt.NDArray[Any],
    counts: npt.NDArray[np.integer[Any]],
    compute: Callable[[list[Any], Any, npt.NDArray[Any], npt.NDArray[np.float64]], None],
) -> npt.NDArray[np.float64]:
    """Return the result for each pixel, shape (pixels,), which `compute` writes strip by strip.

    `compute` is called with copies of the planes of a strip, a spare plane, the counts of valid values (at least 1),
    and the array to write to.
    """
    depth, pixels = planes.shape
    result = np.empty(pixels, np.float64)
    buffer = np.empty((depth + 1, min(pixels, STRIP_PIXELS)), planes.dtype)
    for start in range(0, pixels, STRIP_PIXELS):
        strip = slice(start, min(start + STRIP_PIXELS, pixels))
        length = strip.stop - start
        scratch = buffer[:, :length]
        np.copyto(scratch[:depth], planes[:, strip])
        compute(list(scratch[:depth]), scratch[depth], np.maximum(counts[strip], 1), result[strip])
    if planes.dtype.kind == "f":
        # numpy orders 0.0 and -0.0 differently in vector instructions and at the end of a strip.
        np.copyto(result, 0.0, where=(result == 0) & (counts > 1))
    return result


def _middle(rows: list[Any], spare: Any, counts: npt.NDArray[Any], out: npt.NDArray[np.float64]) -> None:
    """Write the median of each pixel's `counts` smallest values to `out`; `rows` and `spare` are overwritten."""
    low, high = _taken(rows, spare, (counts - 1) >> 1, counts >> 1)
    np.add(low, high, out=out, dtype=np.float64)
    out /= 2


def _between(
    rows: list[Any], spare: Any, counts: npt.NDArray[Any], out: npt.NDArray[np.float64], *, share: float
) -> None:
    """Write the quantile `share` (0 to 1) of each pixel's `counts` smallest values to `out`, interpolated linearly."""
    position = (counts.astype(np.int64) - 1) * share
    below = np.floor(position).astype(np.int64)
    low, high = (
        found.astype(np.float64)
        for found in _taken(rows, spare, below, np.minimum(below + 1, counts.astype(np.int64) - 1))
    )
    part, step = position - below, high - low
    # Like numpy, interpolate from the nearer of the two values, which makes the result monotonic.
    np.copyto(out, np.where(part >= 0.5, high - step * (1 - part), low + step * part))


def _taken(
    rows: list[Any], spare: Any, below: npt.NDArray[Any], above: npt.NDArray[Any]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return each pixel's values at two ranks, `below` <= `above`; `rows` and `spare` are overwritten."""
    first, last = int(below.min()), int(above.max())
    for one, other in comparators(len(rows), first, last):
        np.minimum(rows[one], rows[other], out=spare)
        np.maximum(rows[one], rows[other], out=rows[other])
        rows[one], spare = spare, rows[one]
    if first == int(below.max()) and last == int(above.min()):
        return rows[first], rows[last]
    middle, pixels = np.stack(rows[first : last + 1]).ravel(), np.arange(below.size)
    # The data type of the counts may be too small for an index.
    low, high = ((ranks.astype(np.intp) - first) * below.size + pixels for ranks in (below, above))
    return middle[low], middle[high]


def select_rank(planes: Sequence[npt.NDArray[Any]], rank: int) -> npt.NDArray[Any]:
    """Return, for each pixel, the value with the given rank among the planes; 0 is the lowest. Planes are not changed.

    Parameters
    ----------
    planes
        One-dimensional arrays of the same length and data type, without NaN.
    rank
        Rank from 0 to the number of planes - 1.
    """
    current, spare = list(planes), [np.empty_like(planes[0])]
    own = [False] * len(current)  # True if the plane is one of the buffers allocated here
    for low, high, keep_low, keep_high in selection(len(current), rank):
        lower, higher = current[low], current[high]
        if keep_low:
            current[low] = np.minimum(lower, higher, out=spare.pop() if spare else None)
        if keep_high:
            target = higher if own[high] else lower if own[low] else spare.pop() if spare else None
            current[high] = np.maximum(lower, higher, out=target)
        spare += [each for each, mine in ((lower, own[low]), (higher, own[high])) if mine and each is not current[high]]
        own[low], own[high] = keep_low, keep_high
    return current[rank]


def median_of_3_by_3(rows: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Return, for each window of 3 x 3 pixels in three rows, the median of its values.

    Each column is sorted once for the three windows that contain it, so half as many comparisons are needed as with
    `select_rank`. The median of a window is the median of three values: the highest of the columns' lowest values, the
    median of their middle values, and the lowest of their highest values (Smith 1996, "Implementing Median Filters in
    XC4000E FPGAs").

    Parameters
    ----------
    rows
        Three one-dimensional arrays of the same length and data type, without NaN. They are not changed.
    """
    upper, centre, lower = rows
    low, high = np.minimum(upper, centre), np.maximum(upper, centre)
    middle = np.minimum(high, lower)
    np.maximum(high, lower, out=high)
    spare = np.minimum(low, middle)
    np.maximum(low, middle, out=middle)
    low, spare = spare, low[2:]
    highest = np.maximum(low[:-2], low[1:-1])
    np.maximum(highest, low[2:], out=highest)
    lowest = np.minimum(high[:-2], high[1:-1])
    np.minimum(lowest, high[2:], out=lowest)
    result = high[2:]
    _median_of_3(middle[:-2], middle[1:-1], middle[2:], out=low[2:], spare=spare)
    _median_of_3(highest, low[2:], lowest, out=result, spare=spare)
    return result


def _median_of_3(one: Any, two: Any, three: Any, *, out: Any, spare: Any) -> None:
    """Write the median of three values at each position to `out`; `spare` is overwritten."""
    np.minimum(one, two, out=spare)
    np.maximum(one, two, out=out)
    np.minimum(out, three, out=out)
    np.maximum(out, spare, out=out)


@functools.lru_cache(maxsize=256)
def selection(count: int, rank: int) -> tuple[tuple[int, int, bool, bool], ...]:
    """Return the comparisons that move the value with rank `rank` to index `rank`, and which results are needed.

    Each item is (low, high, is_low_needed, is_high_needed): two indices, whether the lower value is needed
    at `low`, and whether the higher value is needed at `high`.
    """
    needed, kept = {rank}, []
    for low, high in reversed(comparators(count, rank, rank)):
        kept.append((low, high, low in needed, high in needed))
        needed.update((low, high))
    return tuple(reversed(kept))


@functools.lru_cache(maxsize=256)
def comparators(count: int, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """Return comparisons that move the values of ranks `first` to `last`, out of `count`, to indices `first` to `last`.

    Each pair (low, high) moves the smaller of two values to index `low`. The pairs are the ones in Batcher's merge
    exchange (Knuth, The Art of Computer Programming 3, 5.2.2, algorithm M) that affect the requested ranks.
    """
    wanted = set(range(first, last + 1))
    kept = []
    for low, high in reversed(list(_merge_exchange(count))):
        if low in wanted or high in wanted:
            wanted.update((low, high))
            kept.append((low, high))
    return tuple(reversed(kept))


def _merge_exchange(count: int) -> Iterator[tuple[int, int]]:
    """Yield the comparisons (low, high) that sort `count` values by Batcher's merge exchange."""
    top = 1 << max(0, (count - 1).bit_length() - 1)
    step = top
    while step > 0:
        limit, offset, distance = top, 0, step
        while distance > 0:
            for low in range(count - distance):
                if low & step == offset:
                    yield low, low + distance
            distance, limit, offset = limit - step, limit // 2, step
        step //= 2
