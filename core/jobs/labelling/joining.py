"""Join objects that touch across the edges of windows, and number all objects."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ...engine.parts import WindowTuple
from ...errors import ResourceError
from ...parallel.chunks import ChunkPlan
from .objects import COMBINED, FIRST, PIXELS, Bits, Edges, Labels, ObjectRule, Sums

MOST_OBJECTS = 20_000_000
"""Maximum number of objects, summed over all windows."""

Ids = npt.NDArray[np.uint32]
Codes = npt.NDArray[np.int64]


class WindowObjects(NamedTuple):
    """Objects of a window: sums over each object's pixels (see `objects.FIRST`), and labels along the window's edges.

    `bits` is the mask of the pixels that belong to objects, with one bit per pixel, or None if the mask is not kept.
    `checksum` is the checksum of this mask. `visible` is the number of pixels that the job's mask layer does not hide;
    None without a mask layer.
    """

    window: WindowTuple
    sums: Sums
    edges: Edges
    checksum: int
    bits: Bits | None
    visible: int | None = None


class Place(NamedTuple):
    """Data of a window for the second pass: `Numbering.ids[start:stop]` are the ids of the window's objects.

    `checksum` and `bits` are the same as in `WindowObjects`.
    """

    start: int
    stop: int
    checksum: int
    bits: Bits | None


@dataclass(frozen=True, eq=False)
class Numbering:
    """Ids of objects, window by window; `places` contains each window's range in `ids`.

    In the range of a window, ids are in the order of the window's labels. Objects that are left out have id 0.
    """

    ids: Ids
    places: Mapping[WindowTuple, Place]

    def table(self, place: Place) -> Ids:
        """Return the ids of the labels of a window, as an array indexed by label. Label 0 (no object) has id 0."""
        return np.concatenate([np.zeros(1, np.uint32), self.ids[place.start : place.stop]])


NO_OBJECTS = Numbering(np.empty(0, np.uint32), {})


class Line:
    """A line along which windows meet; collects the labels of the pixels on both sides."""

    def __init__(self, length: int) -> None:
        self._before, self._after = np.zeros(length, np.int32), np.zeros(length, np.int32)
        self._missing = 2 * length

    def set(self, along: slice, labels: Labels, *, after: bool) -> bool:
        """Set the labels along part of one side of the line; return True if both sides are now complete."""
        (self._after if after else self._before)[along] = labels
        self._missing -= len(labels)
        return not self._missing

    def pairs(self, connectivity: int) -> Codes:
        """Return the pairs of labels that touch across the line, each pair as one number."""
        before, after = self._before, self._after
        sides = [(before, after)]
        if connectivity == 8:
            sides += [(before[1:], after[:-1]), (before[:-1], after[1:])]
        found: Codes = np.unique(np.concatenate([_codes(*each) for each in sides]))
        return found


class Seams:
    """Finds the labels that touch across the edges of windows.

    Windows are slices of chunks, as wide as the chunk, and meet along lines. A line between two rows of chunks extends
    across the whole raster. All other lines end at the edges of chunks. Where a line ends at another line, pixels that
    touch diagonally at the junction are compared along the line that continues. When a line is complete, only its pairs
    of labels are kept, so the memory does not grow with the number of lines.
    """

    def __init__(self, height: int, width: int, rows: int, connectivity: int) -> None:
        self._size, self._rows, self._connectivity = (height, width), rows, connectivity
        self._lines: dict[tuple[int, int, int], Line] = {}
        self._pairs = [np.empty(0, np.int64)]

    def add(self, window: Window, edges: Edges, before: int) -> None:
        """Add a window's edges. Labels are made unique by adding `before`, the number of objects in earlier windows."""
        (top, bottom), (left, right) = window.toranges()
        for row, labels, after in ((top, edges.top, True), (bottom, edges.bottom, False)):
            start, length = (left, window.width) if row % self._rows else (0, self._size[1])
            self._set(0, row, start, length, slice(left - start, right - start), _moved(labels, before), after)
        start = top // self._rows * self._rows
        length = min(self._rows, self._size[0] - start)
        for col, labels, after in ((left, edges.left, True), (right, edges.right, False)):
            self._set(1, col, start, length, slice(top - start, bottom - start), _moved(labels, before), after)

    def _set(self, axis: int, at: int, start: int, length: int, part: slice, labels: Labels, after: bool) -> None:
        if not 0 < at < self._size[axis]:
            return
        key = axis, at, start
        if key not in self._lines:
            self._lines[key] = Line(length)
        if self._lines[key].set(part, labels, after=after):
            self._pairs.append(self._lines.pop(key).pairs(self._connectivity))

    @property
    def unfinished(self) -> int:
        """Number of lines that are not complete."""
        return len(self._lines)

    def pairs(self) -> npt.NDArray[np.int64]:
        """Return the pairs of labels that belong to the same object, as an array with the shape (count, 2)."""
        codes = np.unique(np.concatenate(self._pairs))
        return np.stack([codes >> 32, codes & 0xFFFFFFFF], axis=1)


def seam_bytes(chunks: ChunkPlan) -> int:
    """Return the maximum memory, in bytes, of the lines that `Seams` keeps until all labels along them are known."""
    across = math.ceil(chunks.width / chunks.chunk[1])
    rows = 2 + chunks.in_flight // across
    return 8 * rows * (chunks.width + across * min(chunks.chunk[0], chunks.height))


def _moved(labels: Labels, before: int) -> Labels:
    return np.where(labels > 0, labels + np.int32(before), 0).astype(np.int32)


def _codes(one: Labels, other: Labels) -> Codes:
    both = (one > 0) & (other > 0)
    return one[both].astype(np.int64) << 32 | other[both]


class ObjectsOfAll:
    """Collects the objects of all windows, in any order, and numbers them. Not thread-safe.

    Parameters
    ----------
    height, width
        Rows and columns of the raster.
    rows
        Number of rows of a chunk. Each window must be inside one chunk and as wide as this chunk.
    rule
        Connectivity and size limits of the objects.
    limit
        Largest number of objects.
    memory_helps
        True if a higher memory limit would allow more objects.
    """

    def __init__(self, height: int, width: int, rows: int, rule: ObjectRule, limit: int, *, memory_helps: bool) -> None:
        self._rule, self._limit, self._memory_helps = rule, limit, memory_helps
        self._seams = Seams(height, width, rows, rule.connectivity)
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
            advice = (
                "Set MIN_SIZE to leave out small objects, smooth the raster first, or set a higher MEMORY."
                if self._memory_helps
                else "Set MIN_SIZE to leave out small objects, or smooth the raster first. A higher MEMORY does not "
                "allow more objects."
            )
            raise ResourceError(
                f"There are more than {self._limit} objects. The raster is read in parts, and an object counts once in "
                f"each part that it touches. {advice}",
                parameter="min_size",
            )
        self._places[found.window] = Place(start, self._count, found.checksum, found.bits)
        self._sums.append(found.sums)
        self._seams.add(Window(*found.window), found.edges, start)

    def numbered(self) -> tuple[Numbering, Sums]:
        """Return the ids of all objects, and an array with one row of sums per object, in the order of the ids.

        Ids start at 1, in the order of the first pixels of the objects, row by row.
        """
        sums = np.concatenate(self._sums)
        self._sums.clear()
        whole = _join(sums, self._seams.pairs() - 1)
        kept = np.flatnonzero((whole == np.arange(self._count)) & self._rule.admits(sums[:, PIXELS]))
        kept = kept[np.argsort(sums[kept, FIRST])]
        ids = np.zeros(self._count, np.uint32)
        ids[kept] = np.arange(1, len(kept) + 1)
        return Numbering(ids[whole], self._places), sums[kept]


def _join(sums: Sums, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Combine the sums of each object's parts in the row of its first part; return the index of that row for each part.

    `sums` is changed in place. Each part is inside one window. `pairs` (count, 2) contains the indices of parts that
    touch.
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
