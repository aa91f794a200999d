"""The objects of one window: provisional labels, and sums over the pixels of each object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

Labels = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint8]
Sums = npt.NDArray[np.int64]

FIRST, PIXELS, LAST_ROW, FIRST_COL, LAST_COL, ROW_SUM, COL_SUM = range(7)
"""Columns of an array of sums, which has one row per object. `FIRST` is the number of the object's first pixel, counted
row by row from 0; `PIXELS` is the number of pixels; `ROW_SUM` and `COL_SUM` are the sums of the row numbers and of the
column numbers of all its pixels."""

COMBINED: tuple[Any, ...] = (np.minimum, np.add, np.maximum, np.minimum, np.maximum, np.add, np.add)
"""For each column of sums, the function that combines the values of two parts of an object."""

WITHOUT_TABLE = 2
"""Number of columns (see `FIRST`) that are computed if no table of objects is requested."""


@dataclass(frozen=True)
class ObjectRule:
    """Connectivity (4 or 8 neighbours), size limits in pixels, and the number of sums to compute for each object.

    `max_size` is None if there is no maximum. Only the first `columns` sums (see `FIRST`) are computed.
    """

    connectivity: int
    min_size: int
    max_size: int | None
    columns: int

    @property
    def selects(self) -> bool:
        """True if the size limits can exclude objects."""
        return self.min_size > 1 or self.max_size is not None

    def admits(self, sizes: npt.NDArray[np.integer[Any]]) -> Mask:
        """Return a boolean array, true for each size that is within the limits."""
        found = sizes >= self.min_size
        return found if self.max_size is None else found & (sizes <= self.max_size)


def pack_mask(mask: Mask) -> Bits:
    """Return a boolean mask packed into bytes, one bit per pixel."""
    return np.packbits(mask)


def unpack_mask(bits: Bits, window: Window) -> Mask:
    """Return the mask of a window, unpacked from the result of `pack_mask`."""
    pixels = np.unpackbits(bits, count=window.height * window.width)
    return pixels.view(bool).reshape(window.height, window.width)


class Edges(NamedTuple):
    """Labels of the pixels along the four edges of a window."""

    top: Labels
    bottom: Labels
    left: Labels
    right: Labels


def edges_of(labels: Labels) -> Edges:
    """Return copies of the first and last row, and the first and last column, of the labels of a window."""
    return Edges(labels[0].copy(), labels[-1].copy(), labels[:, 0].copy(), labels[:, -1].copy())


def label_window(mask: Mask, rule: ObjectRule) -> tuple[Labels, int]:
    """Return the labels of the objects in a window, counted from 1, and the number of objects.

    Objects that `rule` excludes by size get label 0, unless they touch an edge and may continue in another window.
    """
    from scipy.ndimage import label

    labels = np.empty(mask.shape, np.int32)
    count = label(mask, np.ones((3, 3), bool) if rule.connectivity == 8 else None, output=labels)
    if not count or not rule.selects:
        return labels, count
    kept = rule.admits(np.bincount(labels.ravel(), minlength=count + 1))
    for line in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        kept[line] = True
    kept[0] = False
    if kept[1:].all():
        return labels, count
    numbers = np.cumsum(kept, dtype=np.int32)
    numbers[~kept] = 0
    return numbers[labels], int(np.count_nonzero(kept))


class Runs(NamedTuple):
    """Horizontal runs of pixels of one object, row by row: label, row, first column and last column."""

    label: npt.NDArray[np.int32]
    row: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]


def find_runs(labels: Labels) -> Runs:
    """Return the horizontal runs of the objects in a window.

    Two runs in the same row cannot touch: touching pixels belong to the same object.
    """
    rows, cols = labels.shape
    shown = np.zeros((rows, cols + 2), bool)
    np.not_equal(labels, 0, out=shown[:, 1:-1])
    # Positions where the label changes, in rows one pixel wider than the window: starts and ends of runs alternate.
    changes = np.flatnonzero(shown[:, 1:] != shown[:, :-1])
    starts, ends = changes[::2], changes[1::2]
    row, first = np.divmod(starts, cols + 1)
    return Runs(labels[row, first], row, first, ends - row * (cols + 1) - 1)


def object_sums(labels: Labels, count: int, window: Window, width: int, columns: int) -> Sums:
    """Return an array of sums (count, columns) with one row per object in a window; see `FIRST` for the columns.

    Parameters
    ----------
    labels, count
        Labels of the pixels of a window: 1 to `count`, or 0 for pixels outside objects.
    window
        The window. Sums use row and column numbers of the raster, not of the window.
    width
        Width of the raster in pixels.
    columns
        Number of sums to compute per object, in the order of the columns.
    """
    runs = find_runs(labels)
    length = runs.last - runs.first + 1
    row, first, last = runs.row + window.row_off, runs.first + window.col_off, runs.last + window.col_off
    sums = np.empty((count + 1, columns), np.int64)
    # If an index occurs repeatedly in an assignment, numpy keeps the last value.
    sums[runs.label[::-1], FIRST] = (row * width + first)[::-1]
    sums[:, PIXELS] = _summed(runs.label, length, count)
    if columns > WITHOUT_TABLE:
        sums[runs.label, LAST_ROW] = row
        narrow = np.min_scalar_type(labels.shape[1])  # numpy sorts 16-bit integers several times faster
        order = np.argsort(runs.first.astype(narrow), kind="stable")[::-1]
        sums[runs.label[order], FIRST_COL] = first[order]
        order = np.argsort(runs.last.astype(narrow), kind="stable")
        sums[runs.label[order], LAST_COL] = last[order]
        sizes = sums[:, PIXELS]
        sums[:, ROW_SUM] = _summed(runs.label, runs.row * length, count) + sizes * window.row_off
        doubled = _summed(runs.label, (runs.first + runs.last) * length, count)
        sums[:, COL_SUM] = doubled // 2 + sizes * window.col_off
    return sums[1:]


def _summed(labels: npt.NDArray[np.int32], values: npt.NDArray[np.int64], count: int) -> Sums:
    """Return the sum of `values` for each label. Sums within a window are small enough to be exact in float64."""
    return np.bincount(labels, weights=values, minlength=count + 1).astype(np.int64)
