"""Median of a stack of planes, computed for many pixels at once by a sorting network.

A sorting network is a fixed list of comparisons. Each comparison is one `minimum` and one `maximum` over whole planes,
which numpy computes with vector instructions. Sorting pixel by pixel takes many times as long.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

STRIP_PIXELS = 16_384
"""Pixels sorted at once: a dozen planes of this size fit in the CPU cache."""


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
        Medians, shape (pixels,); undefined where the count is 0. A zero is +0.0 if the pixel has several valid values.
    """
    depth, pixels = planes.shape
    result = np.empty(pixels, np.float64)
    buffer = np.empty((depth + 1, min(pixels, STRIP_PIXELS)), planes.dtype)
    for start in range(0, pixels, STRIP_PIXELS):
        strip = slice(start, min(start + STRIP_PIXELS, pixels))
        length = strip.stop - start
        scratch = buffer[:, :length]
        np.copyto(scratch[:depth], planes[:, strip])
        _middle(list(scratch[:depth]), scratch[depth], np.maximum(counts[strip], 1), result[strip])
    if planes.dtype.kind == "f":
        # numpy orders 0.0 and -0.0 differently in vector instructions and at the end of a strip.
        np.copyto(result, 0.0, where=(result == 0) & (counts > 1))
    return result


def _middle(rows: list[Any], spare: Any, counts: npt.NDArray[Any], out: npt.NDArray[np.float64]) -> None:
    """Write the median of each pixel's `counts` smallest values to `out`; `rows` and `spare` are overwritten."""
    least, most = int(counts.min()), int(counts.max())
    first, last = (least - 1) // 2, most // 2
    for low, high in comparators(len(rows), first, last):
        np.minimum(rows[low], rows[high], out=spare)
        np.maximum(rows[low], rows[high], out=rows[high])
        rows[low], spare = spare, rows[low]
    if least == most:
        np.add(rows[first], rows[last], out=out, dtype=np.float64)
    else:
        middle, pixels = np.stack(rows[first : last + 1]).ravel(), np.arange(counts.size)
        below, above = (((counts - odd) >> 1) - first for odd in (1, 0))
        np.add(middle[below * counts.size + pixels], middle[above * counts.size + pixels], out=out, dtype=np.float64)
    out /= 2


def select_rank(planes: Sequence[npt.NDArray[Any]], rank: int) -> npt.NDArray[Any]:
    """Return the value of a rank among the planes, for each pixel; rank 0 is the lowest. The planes are not changed.

    Parameters
    ----------
    planes
        One-dimensional arrays of the same length and data type, without NaN.
    rank
        Rank from 0 to the number of planes - 1.
    """
    current, spare = list(planes), [np.empty_like(planes[0])]
    own = [False] * len(current)  # whether the plane is one of the buffers allocated here
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


@functools.lru_cache(maxsize=256)
def selection(count: int, rank: int) -> tuple[tuple[int, int, bool, bool], ...]:
    """Return the comparisons that move the value of a rank into place, and which of their two results are needed.

    Each item is (low, high, whether the lower value is needed at `low`, whether the higher one is needed at `high`).
    """
    needed, kept = {rank}, []
    for low, high in reversed(comparators(count, rank, rank)):
        kept.append((low, high, low in needed, high in needed))
        needed.update((low, high))
    return tuple(reversed(kept))


@functools.lru_cache(maxsize=256)
def comparators(count: int, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """Return the comparisons that move the values of ranks `first` to `last` of `count` values into place.

    Each pair (low, high) moves the smaller of two values to index `low`. The pairs are those of Batcher's merge
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
