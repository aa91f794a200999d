"""Zones on the grid of a raster: cells, polygons, and the values of a zone raster."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ...pixels.job import JobInputs, read_inputs
from ...progress import Stop
from ...raster.windows import Shape, WindowIndex, offset_slices, overlap, relative, window_bounds
from ...reading.readers import Readers
from ...vector.polygons import CELL, PixelPolygon, draw_polygons

DRAWN_AT_ONCE = 2**16 - 1
"""Maximum number of polygons drawn in one call: their numbers are uint16, and 0 means no polygon."""

MOST_COMPARED = 2**12
"""Maximum number of polygons whose windows are compared pairwise to find polygons that may overlap."""

OUTSIDE = -1
"""Placeholder for the label of pixels that are in no polygon."""

Labelled = tuple[PixelPolygon, int]
"""A polygon and its label."""


class Layer(NamedTuple):
    """Non-overlapping zones in a window: an integer per pixel (rows, columns), and a mask of the pixels in zones.

    The integer of a pixel is the index of its zone's label in `known` or, if `known` is None, the label itself.
    """

    window: Window
    numbers: npt.NDArray[np.integer[Any]]
    inside: npt.NDArray[np.bool_]
    known: npt.NDArray[np.int64] | None = None

    def labels(self, numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the zone labels for integers from `self.numbers`."""
        return numbers if self.known is None else self.known[numbers]


class Zones(Protocol):
    """Zones of a raster; a zone is identified by an integer label. Implementations are frozen dataclasses."""

    @property
    def count(self) -> int | None:
        """Number of zones, whose labels are 0 to count - 1; None if the labels are unknown before pixels are read."""

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory that the labels need per pixel of a chunk."""

    @property
    def scratch_bytes(self) -> int:
        """Bytes of memory per chunk, in addition to `bytes_per_pixel`."""

    def touching(self, window: Window) -> npt.NDArray[np.int64]:
        """Return the labels of the zones that may have pixels in a window; empty if the labels are unknown."""

    def within(self, labels: npt.NDArray[Any], window: Window) -> npt.NDArray[np.bool_]:
        """Return a boolean array, true for each label whose zone is known to be entirely inside a window."""

    def layers(self, window: Window, readers: Readers, stop: Stop) -> Iterator[Layer]:
        """Yield `Layer`s that together contain all pixels of all zones in a window; each zone is in one of them."""


@dataclass(frozen=True)
class CellZones:
    """Rectangular zones of `size` (rows, columns), numbered row by row from the upper left corner of `area`."""

    area: Window
    size: Shape

    bytes_per_pixel = 9
    scratch_bytes = 0

    @property
    def columns(self) -> int:
        """Number of cells in a row of cells."""
        return -(-int(self.area.width) // self.size[1])

    @property
    def count(self) -> int:
        """Number of cells."""
        return self.columns * -(-int(self.area.height) // self.size[0])

    def cell(self, label: int) -> Window:
        """Return the window of a cell on the grid of the raster."""
        row, col = label // self.columns * self.size[0], label % self.columns * self.size[1]
        height, width = min(self.size[0], self.area.height - row), min(self.size[1], self.area.width - col)
        return Window(self.area.col_off + col, self.area.row_off + row, width, height)

    def touching(self, window: Window) -> npt.NDArray[np.int64]:
        """Return the labels of the cells that share a pixel with a window."""
        rows, cols = (np.unique(each) for each in self._places(window))
        return (rows[:, None] * self.columns + cols).ravel()

    def within(self, labels: npt.NDArray[Any], window: Window) -> npt.NDArray[np.bool_]:
        """Return a boolean array, true for each label whose cell is inside a window."""
        rows, cols = labels // self.columns * self.size[0], labels % self.columns * self.size[1]
        left, top, right, bottom = window_bounds(relative(window, self.area))
        found: npt.NDArray[np.bool_] = (
            (rows >= top) & (np.minimum(rows + self.size[0], self.area.height) <= bottom)
            & (cols >= left) & (np.minimum(cols + self.size[1], self.area.width) <= right)
        )  # fmt: skip
        return found

    def layers(self, window: Window, readers: Readers, stop: Stop) -> Iterator[Layer]:
        """Yield one `Layer` with all cells of the window; one is enough because cells do not overlap."""
        rows, cols = self._places(window)
        dtype = np.int32 if self.count < 2**31 else np.int64
        numbers = (rows * self.columns).astype(dtype)[:, None] + cols.astype(dtype)
        yield Layer(window, numbers, np.ones((window.height, window.width), bool))

    def _places(self, window: Window) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return, for each pixel row and column of a window, the row or column of cells to which it belongs."""
        top, left = window.row_off - self.area.row_off, window.col_off - self.area.col_off
        rows = np.arange(top, top + window.height, dtype=np.int64) // self.size[0]
        return rows, np.arange(left, left + window.width, dtype=np.int64) // self.size[1]


@dataclass(frozen=True)
class PolygonZones:
    """Polygons, which may overlap; None stands for a polygon without pixels."""

    polygons: tuple[PixelPolygon | None, ...]

    bytes_per_pixel = 10
    scratch_bytes = 12 * CELL * CELL

    @property
    def count(self) -> int:
        """Number of polygons."""
        return len(self.polygons)

    @cached_property
    def _index(self) -> WindowIndex:
        nowhere = Window(0, 0, 0, 0)
        return WindowIndex([nowhere if each is None else each.window for each in self.polygons])

    def touching(self, window: Window) -> npt.NDArray[np.int64]:
        """Return the labels of the polygons whose windows overlap the given window."""
        return np.array(self._index.touching(window), np.int64)

    def within(self, labels: npt.NDArray[Any], window: Window) -> npt.NDArray[np.bool_]:
        """Return a boolean array, true for each label whose polygon's window is inside `window`."""
        left, top, right, bottom = window_bounds(window)
        windows = (polygon.window for label in labels.tolist() if (polygon := self.polygons[label]))
        bounds = np.array([window_bounds(each) for each in windows]).reshape(-1, 4)
        found: npt.NDArray[np.bool_] = ((bounds[:, :2] >= (left, top)) & (bounds[:, 2:] <= (right, bottom))).all(axis=1)
        return found

    def layers(self, window: Window, readers: Readers, stop: Stop) -> Iterator[Layer]:
        """Yield a `Layer` per group of polygons: first polygons without overlaps in `window`, then the others."""
        found = [(polygon, int(label)) for label in self.touching(window) if (polygon := self.polygons[label])]
        if not found:
            return
        around = _around(found, window)
        batches = [found[start : start + DRAWN_AT_ONCE] for start in range(0, len(found), DRAWN_AT_ONCE)]
        drawn = []
        for batch in batches:
            stop.check()
            drawn.append(_draw(batch, around))
        several, others = _several(found, batches, drawn, around), []
        for batch, numbers in zip(batches, drawn):
            if several is not None:
                alone = np.array([False, *(not _touches(polygon, several, around) for polygon, _ in batch)])
                others += [each for each, is_alone in zip(batch, alone[1:]) if not is_alone]
                numbers[several] = 0
                numbers[~alone[numbers]] = 0
            yield _layer(batch, around, numbers)
        for group in _apart(others):
            stop.check()
            place = _around(group, window)
            yield _layer(group, place, _draw(group, place))


def _draw(polygons: Sequence[Labelled], window: Window) -> npt.NDArray[np.uint16]:
    """Return, for each pixel, the number (from 1) of the last polygon that contains it; 0 outside all polygons."""
    return draw_polygons([(polygon, number) for number, (polygon, _) in enumerate(polygons, 1)], window, "uint16")


def _layer(polygons: Sequence[Labelled], window: Window, numbers: npt.NDArray[np.uint16]) -> Layer:
    """Return the `Layer` of some polygons; `numbers` is the number (from 1) of the polygon at each pixel, 0 outside."""
    return Layer(window, numbers, numbers != 0, np.array([OUTSIDE, *(label for _, label in polygons)], np.int64))


def _around(polygons: Sequence[Labelled], area: Window) -> Window:
    """Return the smallest window that contains all polygons, clipped to `area`; each polygon must overlap `area`."""
    lefts, tops, rights, bottoms = zip(*(window_bounds(polygon.window) for polygon, _ in polygons))
    left, top = max(min(lefts), area.col_off), max(min(tops), area.row_off)
    right, bottom = min(max(rights), area.col_off + area.width), min(max(bottoms), area.row_off + area.height)
    return Window(left, top, right - left, bottom - top)


def _several(
    found: Sequence[Labelled],
    batches: Sequence[Sequence[Labelled]],
    drawn: Sequence[npt.NDArray[np.uint16]],
    window: Window,
) -> npt.NDArray[np.bool_] | None:
    """Return a boolean array, true for pixels that are in several polygons; None if there is no such pixel.

    `batches` are the polygons in `found`, divided into groups. `drawn` contains an array for each batch, in which the
    polygons of the batch were drawn in order. They are drawn again in reverse order: a pixel then gets a different
    number only if it is in several polygons. Drawing twice is faster than drawing once into larger arrays in which the
    numbers are added up. A polygon whose window does not overlap another polygon's window is not drawn again.
    """
    crowded = _crowded(found)
    if not crowded.any():
        return None
    several = np.zeros(drawn[0].shape, bool)
    covered = several.copy()
    for start, batch, numbers in zip(range(0, len(found), DRAWN_AT_ONCE), batches, drawn):
        chosen = np.flatnonzero(crowded[start : start + len(batch)])[::-1].tolist()
        if chosen:
            first = draw_polygons([(batch[index][0], index + 1) for index in chosen], window, "uint16")
            several |= (first != 0) & (first != numbers)
        if len(batches) > 1:
            inside = numbers != 0
            several |= covered & inside
            covered |= inside
    return several if several.any() else None


def _crowded(polygons: Sequence[Labelled]) -> npt.NDArray[np.bool_]:
    """Return a boolean array, true for polygons whose windows may overlap another polygon's window."""
    if len(polygons) > MOST_COMPARED:
        return np.ones(len(polygons), bool)
    return WindowIndex([polygon.window for polygon, _ in polygons]).overlapping()


def _touches(polygon: PixelPolygon, pixels: npt.NDArray[np.bool_], window: Window) -> bool:
    """Return True if any of `pixels`, a boolean array that covers `window`, is true in the window of a polygon."""
    part = overlap(polygon.window, window)
    return part is not None and bool(pixels[offset_slices(part, window)].any())


def _apart(polygons: Sequence[Labelled]) -> Iterator[list[Labelled]]:
    """Yield groups of at most `DRAWN_AT_ONCE` polygons whose windows do not overlap within a group."""
    index = WindowIndex([polygon.window for polygon, _ in polygons])
    groups: list[list[Labelled]] = []
    group_of: list[int] = []
    for number, each in enumerate(polygons):
        taken = {group_of[other] for other in index.touching(each[0].window) if other < number}
        group_of.append(next(group for group in itertools.count() if group not in taken))
        if group_of[-1] == len(groups):
            groups.append([])
        groups[group_of[-1]].append(each)
    for group in groups:
        yield from (group[start : start + DRAWN_AT_ONCE] for start in range(0, len(group), DRAWN_AT_ONCE))


@dataclass(frozen=True)
class RasterZones:
    """Zones given by the values of an integer band; invalid pixels of the band are in no zone."""

    inputs: JobInputs

    count = None

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory that the labels need per pixel of a chunk."""
        return self.inputs.read_bytes_per_pixel

    @property
    def scratch_bytes(self) -> int:
        """Bytes of memory for a block of the zone raster."""
        return self.inputs.input_block_bytes

    def touching(self, window: Window) -> npt.NDArray[np.int64]:
        """Return an empty array: the zones are unknown before pixels are read."""
        return np.empty(0, np.int64)

    def within(self, labels: npt.NDArray[Any], window: Window) -> npt.NDArray[np.bool_]:
        """Return False for all labels: every zone can have pixels outside the window."""
        return np.zeros(len(labels), bool)

    def layers(self, window: Window, readers: Readers, stop: Stop) -> Iterator[Layer]:
        """Yield one `Layer` with all zones of the window; one is enough because a pixel has only one zone value."""
        for labels, inside in read_inputs(readers, self.inputs, window, stop):
            yield Layer(window, labels, inside)
