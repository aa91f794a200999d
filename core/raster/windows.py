"""Windows of pixels: cut into pieces, moved to another origin, and found by a window they touch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from rasterio.windows import Window

Shape = tuple[int, int]
"""(rows, columns)"""


def subdivide(window: Window, shape: Shape) -> Iterator[Window]:
    """Yield the windows of at most `shape` (rows, columns) that partition `window`, row by row."""
    for row in range(window.row_off, window.row_off + window.height, shape[0]):
        for col in range(window.col_off, window.col_off + window.width, shape[1]):
            height = min(shape[0], window.row_off + window.height - row)
            width = min(shape[1], window.col_off + window.width - col)
            yield Window(col, row, width, height)


def touched_blocks(window: Window, block: Shape) -> Iterator[Window]:
    """Yield the blocks of `block` (rows, columns), counted from the raster's origin, that share a pixel with `window`.

    They are whole: those at the edge may reach beyond the raster.
    """
    top, left = window.row_off // block[0] * block[0], window.col_off // block[1] * block[1]
    for row in range(top, window.row_off + window.height, block[0]):
        for col in range(left, window.col_off + window.width, block[1]):
            yield Window(col, row, block[1], block[0])


def shifted(window: Window, origin: Window) -> Window:
    """Return `window`, given in the pixels of the window `origin`, in the pixels that `origin` is given in."""
    return Window(window.col_off + origin.col_off, window.row_off + origin.row_off, window.width, window.height)


def relative(window: Window, origin: Window) -> Window:
    """Return `window`, given in the pixels that the window `origin` is given in, in the pixels of `origin`."""
    return Window(window.col_off - origin.col_off, window.row_off - origin.row_off, window.width, window.height)


def offset_slices(part: Window, window: Window) -> tuple[slice, slice]:
    """Return the rows and columns of `part` in an array of the pixels of `window`, which it lies in."""
    top, left = part.row_off - window.row_off, part.col_off - window.col_off
    return slice(top, top + part.height), slice(left, left + part.width)


def window_bounds(window: Window) -> tuple[int, int, int, int]:
    """Return first column and row, and the column and row behind the last."""
    return window.col_off, window.row_off, window.col_off + window.width, window.row_off + window.height


class WindowIndex:
    """Windows in the pixels of one grid, asked for those that touch another.

    All are compared at once: for a hundred thousand windows that takes less than a millisecond.
    """

    def __init__(self, windows: Sequence[Window]) -> None:
        bounds = np.array([window_bounds(window) for window in windows], dtype=np.int64).reshape(-1, 4)
        self._left, self._top, self._right, self._bottom = bounds.T
        self._filled = (self._left < self._right) & (self._top < self._bottom)

    def touching(self, window: Window) -> list[int]:
        """Return the numbers of the windows that share a pixel with `window`, in their order."""
        left, top, right, bottom = window_bounds(window)
        hit = (self._left < right) & (self._right > left) & (self._top < bottom) & (self._bottom > top)
        return [int(number) for number in np.flatnonzero(hit & self._filled)]

    def coverage(self, window: Window) -> Coverage:
        """Return how much of `window` the windows cover, and how many lie over one pixel at most."""
        left, top, right, bottom = window_bounds(window)
        lefts, rights = self._left.clip(left, right), self._right.clip(left, right)
        tops, bottoms = self._top.clip(top, bottom), self._bottom.clip(top, bottom)
        inside = (lefts < rights) & (tops < bottoms)
        lefts, rights, tops, bottoms = (array[inside] for array in (lefts, rights, tops, bottoms))
        covered, depth = 0, 0
        edges = np.unique(np.concatenate([tops, bottoms]))
        for upper, lower in zip(edges[:-1], edges[1:]):
            here = (tops <= upper) & (bottoms >= lower)
            width, deepest = _covered_line(lefts[here], rights[here])
            covered += width * int(lower - upper)
            depth = max(depth, deepest)
        return Coverage(covered, depth, covered == window.width * window.height)


class Coverage(NamedTuple):
    """Pixels covered by any window, the most windows over one pixel, and whether no pixel is left out."""

    pixels: int
    depth: int
    complete: bool


def _covered_line(starts: Any, stops: Any) -> tuple[int, int]:
    """Return the length that intervals cover together, and how many lie over one place at most."""
    if not starts.size:
        return 0, 0
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(stops[order])
    begins = np.concatenate([[True], starts[1:] > reach[:-1]])
    ends = np.concatenate([begins[1:], [True]])
    depth = np.arange(1, len(starts) + 1) - np.searchsorted(np.sort(stops), starts, side="right")
    return int((reach[ends] - starts[begins]).sum()), int(depth.max())
