"""Resampling kernels: values of a raster at positions between its pixels, independent of chunk boundaries.

Each result is the weighted mean of the valid pixels within the radius of a kernel, summed in a fixed order. The step is
the number of source pixels per output pixel. When a raster is downsampled, the kernel is widened according to the step,
as in GDAL's warper. A kernel reproduces a plane (values that change linearly) exactly only if its width is a whole
number of pixels, so a step close to a whole number is rounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .placement import Positions, take_nearest

Array = np.ndarray[Any, Any]

NEGLIGIBLE = 1e-6
"""An overlap of two pixels counts as zero if it is less than this fraction of the smaller pixel."""

ROUNDING = 1e-12
"""Sums of weights count as equal up to this relative difference, because the order of summation affects rounding."""


CLOSE_TO_WHOLE = 0.05
"""A step (source pixels per output pixel) within this distance of a whole number is rounded, as in GDAL's warper."""


class Kernel(NamedTuple):
    """A resampling kernel: its weight as a function of (distance, step), and its radius as a function of the step.

    Distances and radii are in source pixels. A step is the number of source pixels per output pixel.
    """

    weigh: Callable[[Array, Array], Array]
    radius: Callable[[float], float]


def _widening(step: Any) -> Any:
    """Return the factor by which a kernel is widened: the absolute step, at least 1, rounded if near a whole number."""
    size = np.maximum(1.0, np.abs(step))
    whole = np.rint(size)
    return np.where(np.abs(size - whole) < CLOSE_TO_WHOLE, whole, size)


def _scaled_distance(distance: Array, step: Array) -> Array:
    """Return the absolute distance divided by the factor by which the kernel is widened."""
    far: Array = np.abs(distance) / _widening(step)
    return far


def _triangle(distance: Array, step: Array) -> Array:
    weight: Array = np.maximum(1 - _scaled_distance(distance, step), 0)
    return weight


def _cubic(distance: Array, step: Array) -> Array:
    """Return the weight of the cubic convolution kernel with a = -0.5.

    After Keys (1981), IEEE Transactions on Acoustics, Speech, and Signal Processing 29(6).
    """
    far = _scaled_distance(distance, step)
    near_weight = (1.5 * far - 2.5) * far * far + 1
    far_weight = ((-0.5 * far + 2.5) * far - 4) * far + 2
    return np.where(far <= 1, near_weight, np.where(far < 2, far_weight, 0))


def _overlap(distance: Array, step: Array) -> Array:
    half = np.abs(step) / 2
    overlap = np.minimum(distance + 0.5, half) - np.maximum(distance - 0.5, -half)
    return np.where(overlap < NEGLIGIBLE * np.minimum(1.0, 2 * half), 0, overlap)


KERNELS = {
    "bilinear": Kernel(_triangle, lambda step: float(_widening(step))),
    "cubic": Kernel(_cubic, lambda step: 2 * float(_widening(step))),
    "average": Kernel(_overlap, lambda step: abs(step) / 2 + 0.5),
}
"""Kernels by their name in `choices.RESAMPLING`."""


def reach(method: str, steps: tuple[float, float]) -> tuple[float, float]:
    """Return the kernel radius in rows and columns of the source."""
    if method == "nearest":
        return 0.0, 0.0
    radius = KERNELS[method].radius
    return radius(steps[0]), radius(steps[1])


@dataclass(frozen=True)
class _Taps:
    """Kernel taps along one axis: the source pixels that contribute to the result at each of the `positions`.

    The source array contains `size` pixels, beginning with pixel `start`. `steps` contains the number of source pixels
    per output pixel at each position. All positions have the same number of taps: the number required for `step`, the
    largest step.
    """

    positions: Array
    steps: Array
    kernel: Kernel
    step: float
    start: int
    size: int

    @property
    def count(self) -> int:
        return math.ceil(2 * self.kernel.radius(self.step))

    @property
    def inside(self) -> bool:
        """True if no kernel extends beyond the array."""
        radius = self.kernel.radius(self.step)
        return bool(
            self.positions.min() >= self.start + radius and self.positions.max() <= self.start + self.size - radius
        )

    def tap(self, number: int) -> tuple[Array, Array, Array]:
        """Return tap `number` at each position: its index, its weight, and its weight set to 0 outside the array."""
        first = np.floor(self.positions - self.kernel.radius(self.step) - 0.5) + 1
        index = first + number
        weight = self.kernel.weigh(index + 0.5 - self.positions, self.steps)
        inside = (index >= self.start) & (index < self.start + self.size)
        return np.where(inside, index - self.start, 0).astype(np.intp), weight, np.where(inside, weight, 0.0)


def resample(
    values: Array,
    valid: Array,
    places: Positions,
    *,
    origin: tuple[int, int] = (0, 0),
    steps: tuple[float, float],
    method: str,
    parallel: bool,
) -> tuple[Array, Array]:
    """Return the float64 values at the given positions, and a boolean array that is True for valid results.

    Invalid pixels have zero weight. With "bilinear" and "cubic", a result is valid if the pixel at its position is
    valid. If a cubic kernel includes an invalid pixel or crosses the edge, the bilinear result is used instead. With
    "average", a result is valid if it covers any valid pixel.

    Parameters
    ----------
    values, valid
        Arrays (rows, columns): finite float64 pixels of the source, and a mask that is True for valid pixels.
    places
        Positions of the results in the source, in pixels; the first source pixel extends from 0 to 1.
    origin
        Row and column in the source at which `values` begins. It does not affect the results, not even their rounding.
    steps
        Maximum number of source rows and columns per output pixel.
    method
        Key of `KERNELS`.
    parallel
        True if the rows of both grids are parallel. Sums are then computed along one axis after the other, otherwise
        along both at once. The caller must decide because `places` may contain a single pixel, which always looks
        parallel, and because the order of a sum affects its last digits.
    """
    kernel, absolute = KERNELS[method], method == "cubic"
    down, across = (
        _Taps(where, each_step, kernel, step, start, size)
        for where, each_step, step, start, size in zip(places[:2], places[2:], steps, origin, values.shape)
    )
    weighted = _weighted_by_axis if parallel else _weighted_in_2d
    total = weighted(np.where(valid, values, 0.0), down, across, False)
    full = _full_weight(down, absolute) * _full_weight(across, absolute)
    if valid.all() and down.inside and across.inside:
        found = full
    else:
        found = weighted(valid.astype(np.float64), down, across, absolute)
    # The divisor must not depend on whether other pixels of the chunk are invalid.
    complete = found >= full * (1 - ROUNDING)
    if method == "average":
        shown = found > full * NEGLIGIBLE
    else:
        shown = take_nearest(valid, places, origin)
    if absolute:
        result = total / (_full_weight(down) * _full_weight(across))
        if not complete.all():
            bilinear, _ = resample(
                values, valid, places, origin=origin, steps=steps, method="bilinear", parallel=parallel
            )
            result = np.where(complete, result, bilinear)
        return result, shown
    with np.errstate(invalid="ignore", divide="ignore"):
        return total / np.where(complete, full, found), shown


def _full_weight(taps: _Taps, absolute: bool = False) -> Array:
    """Return the sum of all weights at each position, added in the order of the taps."""
    total = np.zeros(taps.positions.shape)
    for number in range(taps.count):
        weight = taps.tap(number)[1]
        total += np.abs(weight) if absolute else weight
    return total


def _weighted_by_axis(array: Array, rows: _Taps, cols: _Taps, absolute: bool) -> Array:
    """Return the weighted sum over the taps of each position, first along columns, then along rows."""
    return _sum_along(_sum_along(array, rows, 0, absolute), cols, 1, absolute)


def _weighted_in_2d(array: Array, rows: _Taps, cols: _Taps, absolute: bool) -> Array:
    """Return the weighted sum over the taps of each position, adding one row of the kernel after another."""
    total = np.zeros(np.broadcast(rows.positions, cols.positions).shape)
    across = [cols.tap(number) for number in range(cols.count)]
    for number in range(rows.count):
        row, _, row_weight = rows.tap(number)
        for col, _, col_weight in across:
            weight = row_weight * col_weight
            total += (np.abs(weight) if absolute else weight) * array[row, col]
    return total


def _sum_along(array: Array, taps: _Taps, axis: int, absolute: bool) -> Array:
    """Return the weighted sums along one axis, with the same taps for all columns (axis 0) or all rows (axis 1)."""
    total: Any = 0.0
    for number in range(taps.count):
        index, _, weight = taps.tap(number)
        total = total + array.take(index.ravel(), axis=axis) * (np.abs(weight) if absolute else weight)
    result: Array = total
    return result
