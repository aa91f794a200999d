"""Statistics of a result, computed for each output block when the block is written, and combined in block order.

The statistics must not depend on the chunk size, the number of workers or the scheduler. The values of a block are
therefore summed in a fixed order, and the block statistics are combined in the order of the blocks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Statistics:
    """Count, mean, sum of squared deviations, minimum and maximum of the valid pixels.

    If no pixel is valid, mean, minimum and maximum are NaN.
    """

    count: int
    mean: float
    squares: float
    minimum: float
    maximum: float

    @classmethod
    def of_numbers(cls, numbers: Sequence[float]) -> Statistics:
        """Return the statistics whose property `numbers` has the given values."""
        count, *rest = numbers
        return cls(int(count), *rest)

    @property
    def numbers(self) -> tuple[float, ...]:
        """All fields as numbers, in order. An array of them is much smaller than a list of `Statistics` objects."""
        return self.count, self.mean, self.squares, self.minimum, self.maximum

    @property
    def std_dev(self) -> float:
        """Population standard deviation."""
        return math.sqrt(self.squares / self.count) if self.count else math.nan

    def scaled(self, scale: float, offset: float) -> Statistics:
        """Return the statistics of `value * scale + offset`; a number beyond the range of float64 becomes infinite."""
        low, high = self.minimum * scale + offset, self.maximum * scale + offset
        if scale < 0:
            low, high = high, low
        squares = self.squares * (scale * scale) if self.squares else 0.0  # scale**2 could raise OverflowError
        return Statistics(self.count, self.mean * scale + offset, squares, low, high)

    def tags(self) -> dict[str, str]:
        """Return GDAL's `STATISTICS_*` metadata items, or {} if no pixel is valid."""
        if not self.count:
            return {}
        return {
            "STATISTICS_MINIMUM": repr(self.minimum),
            "STATISTICS_MAXIMUM": repr(self.maximum),
            "STATISTICS_MEAN": repr(self.mean),
            "STATISTICS_STDDEV": repr(self.std_dev),
        }


EMPTY = Statistics(0, math.nan, 0.0, math.nan, math.nan)


def block_statistics(values: np.ndarray[Any, Any]) -> Statistics:
    """Return the statistics of a one-dimensional array of valid pixels (any real data type), computed in float64."""
    if not values.size:
        return EMPTY
    wide = values.astype(np.float64)
    mean = float(wide.sum() / wide.size)
    wide -= mean
    np.multiply(wide, wide, out=wide)
    return Statistics(wide.size, mean, float(wide.sum()), float(values.min()), float(values.max()))


def combine(blocks: Iterable[Statistics]) -> Statistics:
    """Return the combined statistics of several blocks.

    Pairwise update of mean and sum of squares after Chan, Golub and LeVeque (1983), "Algorithms for computing the
    sample variance", The American Statistician 37(3).
    """
    total = EMPTY
    for block in blocks:
        if not block.count:
            continue
        if not total.count:
            total = block
            continue
        count = total.count + block.count
        delta = block.mean - total.mean
        total = Statistics(
            count,
            total.mean + delta * block.count / count,
            total.squares + block.squares + delta * delta * total.count * block.count / count,
            min(total.minimum, block.minimum),
            max(total.maximum, block.maximum),
        )
    return total
