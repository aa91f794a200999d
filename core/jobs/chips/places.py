"""Positions of chips: on a grid, centred on features, or random. Random positions are derived from a hash."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rasterio.windows import Window

from .splits import SplitRule, hashed

TRIES = 100
"""Number of random positions to try per requested chip. If too few positions are suitable, fewer chips are returned."""


@dataclass(frozen=True)
class Frame:
    """Size of a raster and of its chips in pixels, and the rule for chips that extend beyond the raster."""

    width: int
    height: int
    size: int
    remainder: str

    def contains(self, x: float, y: float) -> bool:
        """Return True if a point (column, row) is inside the raster."""
        return 0 <= x < self.width and 0 <= y < self.height

    def fitted(self, col: int, row: int) -> Window | None:
        """Return the window of a chip with this upper left corner, moved inward if required; None if it is left out."""
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
    """Return the first pixel of each chip along one axis, up to the chip that reaches the edge of the raster."""
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

    The pixel that contains the point is in row and column `size // 2` of its chip, counted from 0.
    """
    half = frame.size // 2
    for x, y in points:
        yield frame.fitted(math.floor(x) - half, math.floor(y) - half) if frame.contains(x, y) else None


def random_places(frame: Frame, splits: SplitRule, count: int) -> list[Window]:
    """Return up to `count` different windows of chips, each inside the blocks of one split.

    Positions are tried in rounds. In each round, a hash determines the centre of one chip for every block of the
    splits, within the part of the block that can contain centres. Blocks in which this part is small are used in fewer
    rounds. The hash also determines the order in which the chips of a round are tried. The positions do not depend on
    `count`, so a larger `count` adds chips without moving others.
    """
    if frame.fitted(0, 0) is None:
        return []
    parts = _parts(frame, splits)
    largest = max(part.area for part in parts)
    count = min(count, max(1, frame.width - frame.size + 1) * max(1, frame.height - frame.size + 1))
    found: dict[tuple[int, int], Window] = {}
    for number in range(-(-TRIES * count // len(parts)) + TRIES):
        shares = functools.partial(_share, splits.seed, number)
        for part in sorted(parts, key=functools.partial(shares, "order")):
            if shares("keep", part) * largest >= part.area:
                continue
            window = _placed(frame, splits.to_pixels(part.x(shares("x", part)), part.y(shares("y", part))))
            if window is not None and splits.split_of(window):
                found.setdefault((window.col_off, window.row_off), window)
                if len(found) == count:
                    return list(found.values())
    return list(found.values())


class _Part(NamedTuple):
    """The part of block (i, j) that can contain chip centres, in the block coordinates of `SplitRule`."""

    i: int
    j: int
    left: float
    lower: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height

    def x(self, share: float) -> float:
        return self.left + self.width * share

    def y(self, share: float) -> float:
        return self.lower + self.height * share


def _share(seed: int, number: int, purpose: str, part: _Part) -> float:
    """Return a pseudo-random number from 0 to 1, derived from a hash, for a block in a round."""
    return hashed(purpose, seed, part.i, part.j, number) / 2**64


def _parts(frame: Frame, splits: SplitRule) -> list[_Part]:
    """Return, for each block, the part that can contain chip centres; blocks without such a part are left out."""
    cols, rows = (_centres(length, frame.size) for length in (frame.width, frame.height))
    corners = [splits.transform * (x, y) for x in cols for y in rows]
    (first_x, last_x), (first_y, last_y) = ((min(each), max(each)) for each in zip(*corners))
    found = []
    for i, left, width in _cuts(first_x, last_x, splits.block):
        found += [_Part(i, j, left, lower, width, height) for j, lower, height in _cuts(first_y, last_y, splits.block)]
    return found


def _centres(length: int, size: int) -> tuple[int, int]:
    """Return the range of pixels, along one axis, that can contain the centre of a chip."""
    return (0, length) if length < size else (size // 2, length - size + size // 2 + 1)


def _cuts(first: float, last: float, block: float) -> list[tuple[int, float, float]]:
    """Divide a range along one axis at block edges; return the block index, start and length of each part."""
    found = []
    for index in range(math.floor(first / block), math.floor(last / block) + 1):
        start, end = max(first, index * block), min(last, (index + 1) * block)
        if start < end:
            found.append((index, start, end - start))
    return found


def _placed(frame: Frame, centre: tuple[float, float]) -> Window | None:
    """Return the window of a chip around its centre (column, row); None if it extends beyond the raster."""
    starts = [
        0 if length < frame.size else math.floor(each) - frame.size // 2
        for each, length in zip(centre, (frame.width, frame.height))
    ]
    fits = all(0 <= start <= max(0, length - frame.size) for start, length in zip(starts, (frame.width, frame.height)))
    return Window(*starts, frame.size, frame.size) if fits else None


def chip_id(window: Window) -> str:
    """Return the ID of a chip: the row and the column of its upper left pixel."""
    return f"r{_padded(window.row_off)}_c{_padded(window.col_off)}"


def _padded(number: int) -> str:
    return f"{'-' if number < 0 else ''}{abs(number):06d}"


def distinct(windows: Sequence[Window]) -> list[Window]:
    """Return the windows without duplicates, in their original order."""
    return list({(window.col_off, window.row_off): window for window in windows}.values())
