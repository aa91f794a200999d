"""Positions of chips: on a grid, centred on features, or at random positions that depend only on a hash."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rasterio.windows import Window

from ...raster.grid import Grid
from .splits import SplitRule, hashed

TRIES = 100
"""Number of random positions tried per chip before fewer chips than requested are returned."""


@dataclass(frozen=True)
class Frame:
    """Size of a raster and of its chips in pixels, and the rule for chips that extend beyond the raster."""

    width: int
    height: int
    size: int
    remainder: str

    def fitted(self, col: int, row: int) -> Window | None:
        """Return the window of the chip with the given upper left corner; None if the chip is left out."""
        starts = [self._fitted(start, length) for start, length in ((col, self.width), (row, self.height))]
        if None in starts:
            return None
        return Window(*starts, self.size, self.size)

    def _fitted(self, start: int, length: int) -> int | None:
        inside = start >= 0 and start + self.size <= length
        if inside or self.remainder == "pad":
            return start
        return max(0, min(start, length - self.size)) if self.remainder == "shift" else None


def grid_places(frame: Frame, stride: int) -> Iterator[Window]:
    """Yield the windows of chips on a grid that begins in the upper left corner, row by row."""
    cols, rows = (_starts(length, frame, stride) for length in (frame.width, frame.height))
    for row in rows:
        for col in cols:
            yield Window(col, row, frame.size, frame.size)


def _starts(length: int, frame: Frame, stride: int) -> list[int]:
    """Return the first pixel of each chip along one axis, until a chip reaches the edge."""
    starts = []
    for start in range(0, length, stride):
        beyond = start + frame.size > length
        if not beyond or frame.remainder == "pad":
            starts.append(start)
        elif frame.remainder == "shift":
            starts.append(max(0, length - frame.size))
        if start + frame.size >= length:
            break
    return starts


def centred_places(frame: Frame, points: Iterable[tuple[float, float]]) -> Iterator[Window | None]:
    """Yield the window of the chip around each point (column, row); None if the chip of a point is left out.

    The pixel that contains the point has the index `size // 2` in both directions.
    """
    half = frame.size // 2
    for x, y in points:
        inside = 0 <= x < frame.width and 0 <= y < frame.height
        yield frame.fitted(math.floor(x) - half, math.floor(y) - half) if inside else None


def random_places(frame: Frame, grid: Grid, splits: SplitRule, count: int) -> list[Window]:
    """Return up to `count` different windows of chips, each inside the blocks of one split.

    Positions are tried in rounds. In each round, a hash determines the centre of one chip in every block of the splits,
    and the order in which the chips are tried. A larger `count` therefore adds chips without moving others.
    """
    if frame.fitted(0, 0) is None:
        return []
    blocks = splits.blocks_of(Window(0, 0, frame.width, frame.height))
    found: dict[tuple[int, int], Window] = {}
    for number in range(-(-TRIES * count // len(blocks)) + TRIES):
        ranked = sorted((hashed("order", splits.seed, i, j, number), i, j) for i, j in blocks)
        for _, i, j in ranked:
            window = _random_place(frame, grid, splits, (i, j, number))
            if window is not None and splits.split_of(window):
                found.setdefault((window.col_off, window.row_off), window)
                if len(found) == count:
                    return list(found.values())
    return list(found.values())


def _random_place(frame: Frame, grid: Grid, splits: SplitRule, key: tuple[int, int, int]) -> Window | None:
    """Return a window whose centre is in block (i, j) of the splits; None if the window extends beyond the raster."""
    x, y = (
        splits.block * (index + hashed(axis, splits.seed, *key) / 2**64)
        for axis, index in (("x", key[0]), ("y", key[1]))
    )
    col, row = (math.floor(number) - frame.size // 2 for number in splits.to_pixels(x, y))
    if frame.width < frame.size:
        col = 0
    if frame.height < frame.size:
        row = 0
    fits = col >= 0 and row >= 0 and col + frame.size <= max(frame.width, frame.size)
    return (
        Window(col, row, frame.size, frame.size) if fits and row + frame.size <= max(frame.height, frame.size) else None
    )


def chip_id(window: Window) -> str:
    """Return the ID of a chip: the row and the column of its upper left pixel."""
    return f"r{_padded(window.row_off)}_c{_padded(window.col_off)}"


def _padded(number: int) -> str:
    return f"{'-' if number < 0 else ''}{abs(number):06d}"


def distinct(windows: Sequence[Window]) -> list[Window]:
    """Return the windows without repetitions, in their original order."""
    return list({(window.col_off, window.row_off): window for window in windows}.values())
