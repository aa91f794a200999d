"""Join the objects of all windows along the edges of the windows, and number them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ...engine.parts import WindowTuple
from ...errors import ResourceError
from ...parallel.chunks import ChunkPlan
from .objects import COMBINED, FIRST, PIXELS, Bits, Edges, ObjectRule, Sums

MOST_OBJECTS = 20_000_000
"""Largest number of objects of all windows together."""

Ids = npt.NDArray[np.uint32]
Line = npt.NDArray[np.int32]


class WindowObjects(NamedTuple):
    """Objects of a window: their sums, the labels along its edges, a checksum of its mask and, if kept, its mask."""

    window: WindowTuple
    sums: Sums
    edges: Edges
    checksum: int
    bits: Bits | None


class Place(NamedTuple):
    """Where the ids of a window's objects begin and end, the checksum of its mask and, if it was kept, its mask."""

    start: int
    stop: int
    checksum: int
    bits: Bits | None


@dataclass(frozen=True, eq=False)
class Numbering:
    """Ids of the objects of each window, in the order of their labels; 0 for objects that are left out."""

    ids: Ids
    places: Mapping[WindowTuple, Place]

    def table(self, place: Place) -> Ids:
        """Return the ids for the labels of a window, from label 0."""
        return np.concatenate([np.zeros(1, np.uint32), self.ids[place.start : place.stop]])


NO_OBJECTS = Numbering(np.empty(0, np.uint32), {})


class Seams:
    """Labels on both sides of each line along which windows touch.

    Lines between columns reach from the top to the bottom of the raster, and lines between rows from its left to its
    right edge, so that windows of different sizes can touch in any way.
    """

    def __init__(self, height: int, width: int) -> None:
        self._size = height, width
        self._lines: dict[tuple[int, int], tuple[Line, Line]] = {}

    def add(self, window: Window, edges: Edges, before: int) -> None:
        """Add the edges of a window; `before` is the number of objects of the windows that were added before."""
        rows, cols = window.toslices()
        for axis, across, along, first, last in (
            (0, rows, cols, edges.top, edges.bottom),
            (1, cols, rows, edges.left, edges.right),
        ):
            if across.start > 0:
                self._line(axis, across.start)[1][along] = _moved(first, before)
            if across.stop < self._size[axis]:
                self._line(axis, across.stop)[0][along] = _moved(last, before)

    def _line(self, axis: int, at: int) -> tuple[Line, Line]:
        """Return the labels before and after a line, created when first needed."""
        if (axis, at) not in self._lines:
            length = self._size[1 - axis]
            self._lines[axis, at] = np.zeros(length, np.int32), np.zeros(length, np.int32)
        return self._lines[axis, at]

    def pairs(self, connectivity: int) -> npt.NDArray[np.int64]:
        """Return the pairs (count, 2) of labels that belong to one object."""
        found = [np.empty(0, np.int64)]
        for before, after in self._lines.values():
            found.append(np.unique(np.concatenate(list(_touching(before, after, connectivity)))))
        codes = np.unique(np.concatenate(found))
        return np.stack([codes >> 32, codes & 0xFFFFFFFF], axis=1)


def seam_bytes(chunks: ChunkPlan) -> int:
    """Return the memory in bytes that `Seams` needs for the slices of all chunks."""
    rows: set[int] = set()
    cols: set[int] = set()
    for chunk in chunks.windows():
        cols.add(chunk.col_off)
        rows.update(piece.row_off for piece in chunks.slices(chunk))
    return 8 * (len(rows) * chunks.width + len(cols) * chunks.height)


def _moved(labels: Line, before: int) -> Line:
    return np.where(labels > 0, labels + np.int32(before), 0).astype(np.int32)


def _touching(before: Line, after: Line, connectivity: int) -> Iterator[npt.NDArray[np.int64]]:
    """Yield the pairs of labels that touch across a line, each as one number."""
    sides = [(before, after)]
    if connectivity == 8:
        sides += [(before[1:], after[:-1]), (before[:-1], after[1:])]
    for one, other in sides:
        both = (one > 0) & (other > 0)
        yield one[both].astype(np.int64) << 32 | other[both]


class ObjectsOfAll:
    """Collects the objects of all windows, in any order, and numbers them. Not thread-safe.

    Parameters
    ----------
    height, width
        Rows and columns of the raster.
    rule
        Which objects there are.
    limit
        Largest number of objects.
    memory_helps
        True if a higher memory limit would allow more objects.
    """

    def __init__(self, height: int, width: int, rule: ObjectRule, limit: int, *, memory_helps: bool) -> None:
        self._rule, self._limit, self._memory_helps = rule, limit, memory_helps
        self._seams = Seams(height, width)
        self._sums: list[Sums] = [np.empty((0, rule.columns), np.int64)]
        self._places: dict[WindowTuple, Place] = {}
        self._count = 0

    def add(self, found: WindowObjects) -> None:
        """Add the objects of a window.

        Raises
        ------
        ResourceError
            There are more objects than the limit.
        """
        start = self._count
        self._count += len(found.sums)
        if self._count > self._limit:
            more = (
                ", smooth the raster first, or set a higher MEMORY" if self._memory_helps else " or smooth the raster"
            )
            raise ResourceError(
                f"There are more than {self._limit} objects; an object counts once in each part of the raster that is "
                f"read at a time. Set MIN_SIZE to leave out small objects{more}.",
                parameter="min_size",
            )
        self._places[found.window] = Place(start, self._count, found.checksum, found.bits)
        self._sums.append(found.sums)
        self._seams.add(Window(*found.window), found.edges, start)

    def numbered(self) -> tuple[Numbering, Sums]:
        """Return the ids of all objects, and the sums of each object in the order of the ids.

        Ids are 1 and up, in the order of the first pixels of the objects, row by row.
        """
        sums = np.concatenate(self._sums)
        self._sums.clear()
        whole = _join(sums, self._seams.pairs(self._rule.connectivity) - 1)
        kept = np.flatnonzero((whole == np.arange(self._count)) & self._rule.admits(sums[:, PIXELS]))
        kept = kept[np.argsort(sums[kept, FIRST])]
        ids = np.zeros(self._count, np.uint32)
        ids[kept] = np.arange(1, len(kept) + 1)
        return Numbering(ids[whole], self._places), sums[kept]


def _join(sums: Sums, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Combine the sums of all parts of an object in one of its parts, and return the number of this part for each part.

    `pairs` (count, 2) are the numbers of parts that touch each other, counted from 0.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    whole = np.arange(len(sums))
    if not len(pairs):
        return whole
    parts, ends = np.unique(pairs, return_inverse=True)
    one, other = ends.reshape(-1, 2).T
    graph = coo_matrix((np.ones(len(pairs), np.int8), (one, other)), shape=(len(parts), len(parts)))
    _, groups = connected_components(graph, directed=False)
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    members = parts[order]
    firsts = members[starts]
    for column, combine in enumerate(COMBINED[: sums.shape[1]]):
        sums[firsts, column] = combine.reduceat(sums[members, column], starts)
    whole[members] = np.repeat(firsts, np.diff(starts, append=len(members)))
    return whole
