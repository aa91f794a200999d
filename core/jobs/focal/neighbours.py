"""The neighbours of a pixel, and how their values are combined for many pixels at once.

The functions work on flat arrays: the rows of a strip of pixels, one after another. In a flat array, a neighbour at a
given offset in rows and columns is at a fixed distance from its pixel, so a single numpy call on contiguous memory
handles this neighbour for all pixels of the strip. Results near the end of a row mix pixels of two rows and must be
ignored.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...pixels.stack import Array

Combine = Callable[[Array, Array], Array]
"""Function such as `numpy.add` or `numpy.minimum` that combines two arrays, pixel by pixel."""


@dataclass(frozen=True)
class Neighbourhood:
    """The pixels within a radius of a pixel, including the pixel: a square, or a circle (dx^2 + dy^2 <= radius^2)."""

    radius: int
    circle: bool = False

    @property
    def half_widths(self) -> tuple[int, ...]:
        """Number of columns on each side of the centre, for each row of the neighbourhood."""
        rows = range(-self.radius, self.radius + 1)
        return tuple(math.isqrt(self.radius**2 - row**2) if self.circle else self.radius for row in rows)

    @property
    def cells(self) -> int:
        """Number of pixels in the neighbourhood."""
        return sum(2 * half + 1 for half in self.half_widths)

    def offsets(self, width: int) -> tuple[int, ...]:
        """Return the positions of the neighbours in a flat array, relative to the first pixel of the bounding square.

        `width` is the number of pixels in a row of the flat array.
        """
        starts = (row * width + self.radius - half for row, half in enumerate(self.half_widths))
        return tuple(
            start + col for start, half in zip(starts, self.half_widths) for col in range(2 * half + 1)
        )  # fmt: skip

    def combined(self, combine: Combine, flat: Array, width: int) -> Array:
        """Return one combined value per neighbourhood; element i is for the bounding square that begins at pixel i.

        Values are combined in the same order for each pixel, so a result does not depend on the position of the pixel.

        Parameters
        ----------
        combine
            Associative function of two arrays.
        flat
            Rows of `width` pixels, one after another along the last axis. Other axes may precede the last one.
        width
            Pixels per row.
        """
        if self.circle:
            return functools.reduce(combine, self._rows_of_circle(combine, flat, width))
        edge = 2 * self.radius + 1
        return moving(combine, moving(combine, flat, edge, width), edge, 1)

    def _rows_of_circle(self, combine: Combine, flat: Array, width: int) -> Iterator[Array]:
        """Yield the combined values of each row of the circular neighbourhood, from the shortest row to the longest."""
        radius, halves = self.radius, self.half_widths
        reach = flat.shape[-1] - 2 * radius
        count = reach - 2 * radius * width
        row = flat[..., radius : radius + reach]
        for half in range(radius + 1):
            if half:
                left, right = (flat[..., start : start + reach] for start in (radius - half, radius + half))
                row = combine(row, combine(left, right))
            for number in (number for number, each in enumerate(halves) if each == half):
                yield row[..., number * width : number * width + count]


def moving(combine: Combine, flat: Array, count: int, step: int) -> Array:
    """Return, for each position, the combination of `count` values: every `step`-th value from this position on.

    Groups of 2, 4, 8 and more values are combined first, so the number of calls grows with the logarithm of `count`.
    """
    length = flat.shape[-1] - (count - 1) * step
    result: Array | None = None
    done, size = 0, 1
    while True:
        if count & size:
            piece = flat[..., done * step : done * step + length]
            result = piece if result is None else combine(result, piece)
            done += size
        if result is not None and done == count:
            return result
        flat = combine(flat[..., : flat.shape[-1] - size * step], flat[..., size * step :])
        size *= 2
