"""Resampling: the values of a raster at positions between its pixels, with kernels that never ask where a chunk ends.

Each result is the weighted mean of the valid pixels that a kernel of a fixed size around the position reaches, summed
in a fixed order. Where a raster is made coarser, the kernels grow with it, as those of GDAL's warper do: only at a
whole number of pixels does a kernel give a plane back exactly, so a step close to one counts as that number.
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
"""A share of a pixel too small to count."""

ROUNDING = 1e-12
"""What the order of a sum may change of it, as a share."""


CLOSE_TO_WHOLE = 0.05
"""Pixels of the source by which a step may differ from a whole number and yet count as that; GDAL's warper has it."""


class Kernel(NamedTuple):
    """A weight for each distance, both in pixels of the source; `step` is how many of them one result covers."""

    weigh: Callable[[Array, Array], Array]
    radius: Callable[[float], float]


def _widening(step: Any) -> Any:
    """Return how much wider a kernel is than for a result that covers one pixel or less."""
    size = np.maximum(1.0, np.abs(step))
    whole = np.rint(size)
    return np.where(np.abs(size - whole) < CLOSE_TO_WHOLE, whole, size)


def _stretched(distance: Array, step: Array) -> Array:
    """Return the distance in units of the kernel, which grows where a result covers more than a pixel."""
    far: Array = np.abs(distance) / _widening(step)
    return far


def _triangle(distance: Array, step: Array) -> Array:
    weight: Array = np.maximum(1 - _stretched(distance, step), 0)
    return weight


def _cubic(distance: Array, step: Array) -> Array:
    """Return Keys' kernel with a = -0.5 (1981, IEEE Transactions on Acoustics, Speech, and Signal Processing 29(6))."""
    far = _stretched(distance, step)
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
"""By the words of `choices.RESAMPLING`."""


def reach(method: str, steps: tuple[float, float]) -> tuple[float, float]:
    """Return how far from its position, in rows and columns of the source, a result needs pixels."""
    if method == "nearest":
        return 0.0, 0.0
    radius = KERNELS[method].radius
    return radius(steps[0]), radius(steps[1])


@dataclass(frozen=True)
class _Taps:
    """The pixels along one axis, `start` to `start + size`, that go into results at `positions`.

    Each result covers its own of `steps` pixels, but all look at as many as the largest `step` needs.
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
        """Whether no kernel reaches beyond the array."""
        radius = self.kernel.radius(self.step)
        return bool(
            self.positions.min() >= self.start + radius and self.positions.max() <= self.start + self.size - radius
        )

    def tap(self, number: int) -> tuple[Array, Array, Array]:
        """Return each position's tap of this number: index in the array, weight, and weight if it lies in the array."""
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
    """Return the values at the given positions, float64, and where they are valid.

    Invalid pixels have no weight. With "bilinear" and "cubic" a result is valid where the pixel that its position
    lies in is; where a cubic kernel meets an invalid pixel or the edge, the bilinear result takes its place. With
    "average" a result is valid where any valid pixel lies under it.

    Parameters
    ----------
    values, valid
        (rows, columns): finite float64 numbers, and which of them count.
    places
        Where the results lie in the source, whose first pixel reaches from 0 to 1.
    origin
        Row and column of the source that `values` begins at. Where it begins changes nothing, not by rounding either.
    steps
        Rows and columns of the source that any result covers at most.
    method
        A key of `KERNELS`.
    parallel
        Whether rows lie along rows, and so the axes can be summed one after the other. To be said, since a single
        pixel always looks so, and the order of a sum shows in its last digits.
    """
    kernel, absolute = KERNELS[method], method == "cubic"
    down, across = (
        _Taps(where, each_step, kernel, step, start, size)
        for where, each_step, step, start, size in zip(places[:2], places[2:], steps, origin, values.shape)
    )
    weighted = _weighted_apart if parallel else _weighted_together
    total = weighted(np.where(valid, values, 0.0), down, across, False)
    full = _full_weight(down, absolute) * _full_weight(across, absolute)
    if valid.all() and down.inside and across.inside:
        found = full
    else:
        found = weighted(valid.astype(np.float64), down, across, absolute)
    # Divided alike whether or not another pixel of the chunk is invalid.
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
    """Return the sum of all weights of each position, in the order of the taps."""
    total = np.zeros(taps.positions.shape)
    for number in range(taps.count):
        weight = taps.tap(number)[1]
        total += np.abs(weight) if absolute else weight
    return total


def _weighted_apart(array: Array, rows: _Taps, cols: _Taps, absolute: bool) -> Array:
    """Return the sum of weight times element over the taps of each position, first along columns, then along rows."""
    return _along(_along(array, rows, 0, absolute), cols, 1, absolute)


def _weighted_together(array: Array, rows: _Taps, cols: _Taps, absolute: bool) -> Array:
    """Return the sum of weight times element over the taps of each position, row by row of the kernel."""
    total = np.zeros(np.broadcast(rows.positions, cols.positions).shape)
    across = [cols.tap(number) for number in range(cols.count)]
    for number in range(rows.count):
        row, _, row_weight = rows.tap(number)
        for col, _, col_weight in across:
            weight = row_weight * col_weight
            total += (np.abs(weight) if absolute else weight) * array[row, col]
    return total


def _along(array: Array, taps: _Taps, axis: int, absolute: bool) -> Array:
    """Return the weighted sums along one axis, where every row, or every column, has the same taps."""
    total: Any = 0.0
    for number in range(taps.count):
        index, _, weight = taps.tap(number)
        total = total + array.take(index.ravel(), axis=axis) * (np.abs(weight) if absolute else weight)
    result: Array = total
    return result
