"""Filters with weights: Gaussian, Sobel and Laplace, computed in float64 from physical values.

The results are bit-identical to the results of `scipy.ndimage` on the whole raster. scipy's `correlate1d` computes each
pixel only from its neighbours, always in the same order, so the results do not depend on the division into chunks.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import numpy as np

from ...pixels.stack import Array
from .strip import Strip

PRODUCTS = 2**26
"""Number of multiplications (weight times value) between two checks of `stop`, about a tenth of a second of work."""


def gaussian_weights(sigma: float, radius: int) -> tuple[float, ...]:
    """Return the weights of a Gaussian filter along one axis, bit-identical to scipy's."""
    if not radius:
        return (1.0,)  # the square of a very small sigma would be 0
    distances = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 / (sigma * sigma) * distances**2)
    return tuple((weights / weights.sum()).tolist())


def gaussian(strip: Strip, weights: Sequence[float]) -> Array:
    """Return the weighted mean of the valid neighbours.

    Where all neighbours are valid, the weighted sum is not divided by the sum of the weights, so that the result is
    bit-identical to scipy's: because of rounding, the sum of the weights is not exactly 1.
    """
    smooth = correlated(strip, strip.physical, weights)
    if strip.complete:
        return smooth
    share = correlated(strip, strip.flat(strip.valid, np.uint8), weights)
    return np.where(strip.has_all, smooth, smooth / share)


def correlated(strip: Strip, flat: Array, weights: Sequence[float]) -> Array:
    """Return the weighted sum of the neighbours of each pixel, computed along columns first and then along rows."""
    from scipy.ndimage import correlate1d

    radius, (rows, cols) = strip.neighbours.radius, strip.shape
    around = strip.rows_of(flat)
    down, across = np.empty((rows, around.shape[1])), np.empty(strip.shape)
    correlate = functools.partial(correlate1d, weights=weights, output=np.float64, mode="constant")
    for part in _lines(strip, around.shape[1], around.shape[0] * len(weights)):
        down[:, part] = correlate(around[:, part], axis=0)[radius : radius + rows]
    for part in _lines(strip, rows, around.shape[1] * len(weights)):
        across[part] = correlate(down[part], axis=1)[:, radius : radius + cols]
    return across


def _lines(strip: Strip, count: int, products: int) -> Iterator[slice]:
    """Split `count` rows or columns into slices with about `PRODUCTS` multiplications each; check `stop` before each.

    `products` is the number of multiplications per row or column.
    """
    step = max(1, PRODUCTS // products)
    for start in range(0, count, step):
        strip.stop.check()
        yield slice(start, start + step)


def sobel(strip: Strip) -> Array:
    """Return sqrt(gx^2 + gy^2), where gx and gy are scipy's Sobel filters along rows and columns."""
    flat, width = strip.physical, strip.width
    across = flat[2:] - flat[:-2]
    gx = 2 * across[width:-width] + (across[: -2 * width] + across[2 * width :])
    down = flat[2 * width :] - flat[: -2 * width]
    gy = 2 * down[1:-1] + (down[:-2] + down[2:])
    gx, gy = (strip.shaped(each).astype(np.float64) for each in (gx, gy))
    return np.sqrt(gx * gx + gy * gy)


def laplace(strip: Strip) -> Array:
    """Return the sum of the second differences along rows and columns, as scipy computes it."""
    flat, width = strip.physical, strip.width
    count = flat.size - 2 * width - 2
    above, left, centre, right, below = (
        flat[start : start + count] for start in (1, width, width + 1, width + 2, 2 * width + 1)
    )
    return strip.shaped((above + below - 2 * centre) + (left + right - 2 * centre)).astype(np.float64)
