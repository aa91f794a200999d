"""Assigns chips to the train, val or test split by a hash of map blocks, so that no pixel is in two splits."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from affine import Affine
from rasterio.windows import Window

from ...errors import OptionError
from ...raster.grid import Grid

SPLITS = ("train", "val", "test")

BLOCK_CHIPS = 4
"""Edge length of a block, as a multiple of the chip's width, if SPLIT_BLOCK is 0."""

SUM_TOLERANCE = 1e-6

ROUNDING = 1e-6
"""Tolerance in pixels for rounding errors in the corners of blocks, used for rotated grids."""


def hashed(purpose: str, seed: int, *numbers: int) -> int:
    """Return an integer from 0 to 2^64 - 1: the first 8 bytes of a SHA-256 hash, big-endian.

    The hashed string is ASCII: `parallel-raster-chips`, the purpose, the seed and the numbers, separated by colons. An
    example is `parallel-raster-chips:split:0:12:-7`.
    """
    text = ":".join(["parallel-raster-chips", purpose, str(seed), *map(str, numbers)])
    return int.from_bytes(hashlib.sha256(text.encode("ascii")).digest()[:8], "big")


def parse_split(text: str | Sequence[float]) -> tuple[float, float, float]:
    """Return the percentages of train, val and test.

    Raises
    ------
    OptionError
        The value is not three numbers from 0 to 100 that add up to 100.
    """
    try:
        parts = [float(part) for part in (text.split(",") if isinstance(text, str) else text)]
    except (TypeError, ValueError):
        parts = []
    if len(parts) != 3 or not all(0 <= part <= 100 for part in parts) or abs(sum(parts) - 100) > SUM_TOLERANCE:
        raise OptionError(
            f"SPLIT is {text!r}. Enter percentages of train, val and test that add up to 100, such as 70,15,15.",
            parameter="split",
        )
    return parts[0], parts[1], parts[2]


@dataclass(frozen=True)
class SplitRule:
    """Decides the split of a chip from the square blocks that contain its pixels.

    `transform` converts pixel positions to block coordinates: map coordinates or, without a CRS, pixel positions. In
    block coordinates, `block` is the edge length of a block, and (0, 0) is a corner of a block. `width` and `height`
    are the size of the raster.
    """

    seed: int
    percents: tuple[float, float, float]
    block: float
    transform: Affine
    width: int
    height: int

    def to_pixels(self, x: float, y: float) -> tuple[float, float]:
        """Convert a point from block coordinates to a pixel position (column, row)."""
        col, row = ~self.transform * (x, y)
        return col, row

    def blocks_of(self, window: Window) -> list[tuple[int, int]]:
        """Return the blocks (i, j) that may contain pixel centres of `window`, ignoring pixels outside the raster."""
        left, top = max(0, window.col_off) + 0.5, max(0, window.row_off) + 0.5
        right = min(self.width, window.col_off + window.width) - 0.5
        bottom = min(self.height, window.row_off + window.height) - 0.5
        corners = [self.transform * (x, y) for x in (left, right) for y in (top, bottom)]
        ranges = []
        for positions in zip(*corners):
            first, last = (math.floor(each / self.block) for each in (min(positions), max(positions)))
            ranges.append(range(first, last + 1))
        blocks = [(i, j) for i in ranges[0] for j in ranges[1]]
        if len(blocks) < 4 or self.transform.b == self.transform.d == 0:
            return blocks
        return [each for each in blocks if self._touches(each, left, top, right, bottom)]

    def _touches(self, block: tuple[int, int], left: float, top: float, right: float, bottom: float) -> bool:
        """Return True if a block overlaps a rectangle that is given in pixels; needed for rotated grids."""
        corners = [
            self.to_pixels((block[0] + x) * self.block, (block[1] + y) * self.block) for x in (0, 1) for y in (0, 1)
        ]
        (first, last), (upper, lower) = ((min(each), max(each)) for each in zip(*corners))
        across = first <= right + ROUNDING and last >= left - ROUNDING
        return bool(across and upper <= bottom + ROUNDING and lower >= top - ROUNDING)

    def split_of(self, window: Window) -> str | None:
        """Return the split of a chip; None if its pixels are in blocks of different splits."""
        splits = {split_of_block(self.seed, self.percents, i, j) for i, j in self.blocks_of(window)}
        return splits.pop() if len(splits) == 1 else None


@functools.lru_cache(maxsize=2**16)
def split_of_block(seed: int, percents: tuple[float, float, float], i: int, j: int) -> str:
    """Return the split of a block: the first whose cumulative percentage exceeds 100 * hash / 2^64."""
    number, total = 100 * (hashed("split", seed, i, j) / 2**64), 0.0
    chosen = SPLITS[0]
    for name, percent in zip(SPLITS, percents):
        total += percent
        chosen = name if percent else chosen
        if number < total:
            break
    return chosen


def split_units(grid: Grid) -> str:
    """Return the units of SPLIT_BLOCK: map units, or pixels if the raster has no CRS."""
    return "map units" if grid.crs is not None else "pixels"


def split_rule(grid: Grid, size: int, *, seed: int, split: str | Sequence[float], split_block: float) -> SplitRule:
    """Return the rule that assigns chips of `size` pixels to splits; SPLIT_BLOCK 0 means four times the chip width.

    Raises
    ------
    OptionError
        SPLIT or SPLIT_BLOCK cannot be used.
    """
    percents = parse_split(split)
    transform = grid.transform if grid.crs is not None else Affine.identity()
    chip = size * max(math.hypot(transform.a, transform.d), math.hypot(transform.b, transform.e))
    if not (math.isfinite(split_block) and (split_block == 0 or split_block >= chip * (1 - 1e-9))):
        units = split_units(grid)
        raise OptionError(
            f"SPLIT_BLOCK is {split_block:g} {units}, but a chip is {chip:g} {units} wide. Choose at least the width "
            "of a chip, or 0 for four times this width.",
            parameter="split_block",
        )
    return SplitRule(seed, percents, split_block or BLOCK_CHIPS * chip, transform, grid.width, grid.height)
