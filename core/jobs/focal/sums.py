"""Mean, sum and standard deviation of the valid neighbours, in physical values.

Sums of 8-bit and 16-bit integers are exact. Other values are added in float64, always in the same order, so the
results are identical to the last digit however the raster is divided into chunks. With a running sum, as in scipy's
`uniform_filter`, rounding would depend on the chunks.
"""

from __future__ import annotations

import numpy as np

from ...pixels.stack import Array
from ...raster.dtypes import is_small_integer
from .strip import Strip
from .weights import correlated


def mean(strip: Strip) -> Array:
    """Return the mean of the valid neighbours."""
    return strip.term.scaled(np.divide(_sum(strip, _numbers(strip)), strip.count))


def total(strip: Strip) -> Array:
    """Return the sum of the valid neighbours."""
    stored = _sum(strip, _numbers(strip)).astype(np.float64)
    if strip.term.is_scaled:
        stored = stored * strip.term.scale + np.asarray(strip.count, np.float64) * strip.term.offset
    return stored


def deviation(strip: Strip) -> Array:
    """Return the population standard deviation of the valid neighbours.

    For small integers, the variance times n^2 is computed exactly as n sum(x^2) - sum(x)^2. For other values, this
    would be a small difference of large sums, and rounding errors could exceed it. Sums of squared differences from the
    mean are combined instead.
    """
    if is_small_integer(strip.term.dtype):
        numbers, squares = _numbers(strip), _numbers(strip, 2)
        squares *= squares
        sums, count = _sum(strip, numbers).astype(np.int64), np.asarray(strip.count, np.int64)
        sums *= sums
        squares = _sum(strip, squares) * count
        squares -= sums
        result: Array = np.sqrt(squares) / count
    else:
        moments = np.zeros((3, strip.values.size + 2 * strip.neighbours.radius))
        moments[0] = strip.flat(strip.valid)
        moments[1] = strip.filled(0, np.float64)
        count, _, squares = map(strip.shaped, strip.neighbours.combined(_combined_moments, moments, strip.width))
        result = np.sqrt(squares / count)
    return result * abs(strip.term.scale)


def _combined_moments(one: Array, other: Array) -> Array:
    """Combine two groups of values, each given by its count, mean and sum of squared differences from the mean."""
    result = np.empty((3, one.shape[-1]))
    count, mean, squares = result
    np.add(one[0], other[0], out=count)
    difference = other[1] - one[1]
    share = other[0] / np.maximum(count, 1)
    np.multiply(difference, share, out=mean)
    np.multiply(difference, mean, out=squares)
    squares *= one[0]
    squares += one[2]
    squares += other[2]
    mean += one[1]
    return result


def _numbers(strip: Strip, power: int = 1) -> Array:
    """Return the stored values in a data type that is wide enough for sums, with 0 where invalid.

    Small integers are converted to an integer type that is large enough for sums of values raised to `power`; all other
    values are converted to float64.
    """
    dtype = np.dtype(strip.term.dtype)
    if not is_small_integer(dtype.name):
        return strip.filled(0, np.float64)
    limits = np.iinfo(dtype)
    largest = strip.neighbours.cells * max(limits.max, -limits.min) ** power
    return strip.filled(0, np.int32 if largest < 2**31 else np.int64)


def _sum(strip: Strip, flat: Array) -> Array:
    if flat.dtype.kind == "f" and not strip.neighbours.circle:
        return correlated(strip, flat, [1.0] * (2 * strip.neighbours.radius + 1))
    return strip.combined(np.add, flat)
