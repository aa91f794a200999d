"""Pixel windows: subdivision, change of origin, and search for intersecting windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

Shape = tuple[int, int]
"""Size as (rows, columns)."""


def subdivide(window: Window, shape: Shape) -> Iterator[Window]:
    """Yield windows of at most `shape` (rows, columns) that partition `window`, in row-major order."""
    for row in range(window.row_off, window.row_off + window.height, shape[0]):
        for col in range(window.col_off, window.col_off + window.width, shape[1]):
            height = min(shape[0], window.row_off + window.height - row)
            width = min(shape[1], window.col_off + window.width - col)
            yield Window(col, row, width, height)


def touched_blocks(window: Window, block: Shape) -> Iterator[Window]:
    """Yield the blocks that intersect `window`, in row-major order.

    Blocks have the size `block` (rows, columns) and are aligned to the raster's origin. Blocks at the raster's edge are
    not clipped.
    """
    top, left = window.row_off // block[0] * block[0], window.col_off // block[1] * block[1]
    for row in range(top, window.row_off + window.height, block[0]):
        for col in range(left, window.col_off + window.width, block[1]):
            yield Window(col, row, block[1], block[0])


def shifted(window: Window, origin: Window) -> Window:
    """Convert `window` from coordinates relative to the window `origin` to raster coordinates."""
    return Window(window.col_off + origin.col_off, window.row_off + origin.row_off, window.width, window.height)


def relative(window: Window, origin: Window) -> Window:
    """Convert `window` from raster coordinates to coordinates relative to the window `origin`."""
    return Window(window.col_off - origin.col_off, window.row_off - origin.row_off, window.width, window.height)


def overlap(first: Window, second: Window) -> Window | None:
    """Return the intersection of two windows; None if they have no pixel in common."""
    left, top = max(first.col_off, second.col_off), max(first.row_off, second.row_off)
    right = min(first.col_off + first.width, second.col_off + second.width)
    bottom = min(first.row_off + first.height, second.row_off + second.height)
    return Window(left, top, right - left, bottom - top) if right > left and bottom > top else None


def contains(window: Window, part: Window) -> bool:
    """Return True if all pixels of `part` are in `window`."""
    return bool(overlap(window, part) == part)


def offset_slices(part: Window, window: Window) -> tuple[slice, slice]:
    """Return slices (rows, columns) that select `part` from an array of the pixels of `window`."""
    top, left = part.row_off - window.row_off, part.col_off - window.col_off
    return slice(top, top + part.height), slice(left, left + part.width)


def window_bounds(window: Window) -> tuple[int, int, int, int]:
    """Return the bounds of a window: (first column, first row, last column + 1, last row + 1)."""
    return window.col_off, window.row_off, window.col_off + window.width, window.row_off + window.height


PAIRS_AT_ONCE = 2**18
"""Maximum number of pairs of windows compared in one step, so that the temporary arrays fit in the CPU cache."""


class WindowIndex:
    """Search index for windows of one grid.

    A query compares all windows at once, which takes less than a millisecond for a hundred thousand windows.
    """

    def __init__(self, windows: Sequence[Window]) -> None:
        bounds = np.array([window_bounds(window) for window in windows], dtype=np.int64).reshape(-1, 4)
        self._left, self._top, self._right, self._bottom = bounds.T
        self._filled = (self._left < self._right) & (self._top < self._bottom)

    def touching(self, window: Window) -> list[int]:
        """Return the indices of the windows that share a pixel with `window`, in ascending order."""
        left, top, right, bottom = window_bounds(window)
        hit = (self._left < right) & (self._right > left) & (self._top < bottom) & (self._bottom > top)
        return [int(number) for number in np.flatnonzero(hit & self._filled)]

    def overlapping(self) -> npt.NDArray[np.bool_]:
        """Return a boolean array, true for each window that shares a pixel with another one; compares all pairs."""
        found: npt.NDArray[np.bool_] = np.zeros(self._left.size, bool)
        rows = max(1, PAIRS_AT_ONCE // max(1, found.size))
        for start in range(0, found.size, rows):
            left, top, right, bottom = (
                each[start : start + rows, np.newaxis] for each in (self._left, self._top, self._right, self._bottom)
            )
            hit = (self._left < right) & (self._right > left) & (self._top < bottom) & (self._bottom > top)
            found[start : start + rows] = (hit & self._filled).sum(axis=1) > 1
        found &= self._filled
        return found

    def coverage(self, window: Window) -> Coverage:
        """Return how many pixels of `window` the indexed windows cover, and the maximum number of windows per pixel."""
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
    """Number of covered pixels, maximum number of windows per pixel, and True if all pixels are covered."""

    pixels: int
    depth: int
    complete: bool


def _covered_line(starts: Any, stops: Any) -> tuple[int, int]:
    """Return the length of the union of intervals and the maximum number of intervals that share a point."""
    if not starts.size:
        return 0, 0
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(stops[order])
    begins = np.concatenate([[True], starts[1:] > reach[:-1]])
    ends = np.concatenate([begins[1:], [True]])
    depth = np.arange(1, len(starts) + 1) - np.searchsorted(np.sort(stops), starts, side="right")
    return int((reach[ends] - starts[begins]).sum()), int(depth.max())
