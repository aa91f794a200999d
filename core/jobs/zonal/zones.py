"""Zones on the grid of a raster: cells, polygons, and the values of a zone raster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ...pixels.job import JobInputs, read_inputs
from ...progress import Stop
from ...raster.windows import Shape, WindowIndex, offset_slices, overlap, window_bounds
from ...reading.readers import Readers
from ...vector.polygons import CELL, PixelPolygon, draw_polygons

DRAWN_AT_ONCE = 2**15 - 1
"""Polygons that are drawn in one call. Sums of 2^16 + number then fit in 32 bits, however many of them overlap."""

OUTSIDE = -1
"""Label of pixels that are in no polygon."""

Labelled = tuple[PixelPolygon, int]
"""A polygon and its label."""


class Layer(NamedTuple):
    """Zones in a window that do not overlap: integer labels (rows, columns), and which pixels are in a zone."""

    window: Window
    labels: npt.NDArray[np.integer[Any]]
    inside: npt.NDArray[np.bool_]


class Zones(Protocol):
    """Zones of a raster; a zone is identified by an integer label. Implementations are frozen dataclasses."""

    @property
    def count(self) -> int | None:
        """Number of zones, whose labels are 0 to count - 1; None if the labels are only known from the pixels."""

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory per pixel of a chunk for the labels."""

    @property
    def scratch_bytes(self) -> int:
        """Further bytes of memory per chunk."""

    def touching(self, window: Window) -> npt.NDArray[np.int64]:
        """Return the labels of the zones that may have pixels in a window; empty if they are not known."""

    def layers(self, window: Window, readers: Readers, stop: Stop) -> Iterator[Layer]:
        """Yield layers that together contain all pixels of all zones in a window. A zone is in only one layer."""


@dataclass(frozen=True)
class CellZones:
    """Cells of a size (rows, columns), from the upper left corner of `area`, in row-major order."""

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

    def layers(self, window: Window, readers: Readers, stop: Stop) -> Iterator[Layer]:
        """Yield one layer."""
        rows, cols = self._places(window)
        yield Layer(window, rows[:, None] * self.columns + cols, np.ones((window.height, window.width), bool))

    def _places(self, window: Window) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the row of cells of each pixel row of a window, and the column of cells of each pixel column."""
        top, left = window.row_off - self.area.row_off, window.col_off - self.area.col_off
        rows = np.arange(top, top + window.height, dtype=np.int64) // self.size[0]
        return rows, np.arange(left, left + window.width, dtype=np.int64) // self.size[1]


@dataclass(frozen=True)
class PolygonZones:
    """Polygons, which may overlap; None stands for a polygon without pixels."""

    polygons: tuple[PixelPolygon | None, ...]

    bytes_per_pixel = 14
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
        """Return the labels of the polygons whose window shares a pixel with a window."""
        return np.array(self._index.touching(window), np.int64)

    def layers(self, window: Window, readers: Readers, stop: Stop) -> Iterator[Layer]:
        """Yield a layer of the polygons that overlap no other polygon in a window, then layers of the others."""
        found = [(polygon, int(label)) for label in self.touching(window) if (polygon := self.polygons[label])]
        if not found:
            return
        around = _around([polygon.window for polygon, _ in found], window)
        labels, overlapped = _draw_together(found, around, stop)
        alone: list[Labelled] = []
        others: list[Labelled] = []
        for polygon, label in found:
            part = overlap(polygon.window, around)
            several = part is not None and overlapped[offset_slices(part, around)].any()
            (others if several else alone).append((polygon, label))
        if others:
            labels[np.isin(labels, [label for _, label in others])] = OUTSIDE
        if alone:
            yield Layer(around, labels, labels != OUTSIDE)
        for group in _apart(others):
            stop.check()
            place = _around([polygon.window for polygon, _ in group], window)
            drawn = draw_polygons([(polygon, label + 1) for polygon, label in group], place, "int32") - 1
            yield Layer(place, drawn, drawn != OUTSIDE)


def _around(windows: Sequence[Window], area: Window) -> Window:
    """Return the part of `area` that contains all windows, each of which shares a pixel with it."""
    lefts, tops, rights, bottoms = zip(*map(window_bounds, windows))
    left, top = max(min(lefts), area.col_off), max(min(tops), area.row_off)
    right, bottom = min(max(rights), area.col_off + area.width), min(max(bottoms), area.row_off + area.height)
    return Window(left, top, right - left, bottom - top)


def _draw_together(
    polygons: Sequence[Labelled], window: Window, stop: Stop
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Return the label of the only polygon at each pixel, and the pixels at which there may be several.

    The numbers of all polygons are added up, so that one call of the rasterizer, which holds Python's global lock,
    shows both.
    """
    labels = np.full((window.height, window.width), OUTSIDE, np.int32)
    several = np.zeros(labels.shape, bool)
    for start in range(0, len(polygons), DRAWN_AT_ONCE):
        stop.check()
        batch = polygons[start : start + DRAWN_AT_ONCE]
        numbered = [(polygon, 2**16 + number) for number, (polygon, _) in enumerate(batch)]
        drawn = draw_polygons(numbered, window, "uint32", add=True)
        depth = drawn >> 16
        once = depth == 1
        several |= depth > 1
        several |= (labels != OUTSIDE) & (depth > 0)
        labels[once] = np.array([label for _, label in batch], np.int32)[drawn[once] & (2**16 - 1)]
    return labels, several


def _apart(polygons: Sequence[Labelled]) -> list[list[Labelled]]:
    """Return groups of polygons whose windows do not overlap within a group."""
    groups: list[list[Labelled]] = []
    for each in polygons:
        for group in groups:
            if not any(overlap(each[0].window, other.window) for other, _ in group):
                group.append(each)
                break
        else:
            groups.append([each])
    return groups


@dataclass(frozen=True)
class RasterZones:
    """Zones given by the values of an integer band; invalid pixels of the band are in no zone."""

    inputs: JobInputs

    count = None

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory per pixel of a chunk for the labels."""
        return self.inputs.read_bytes_per_pixel

    @property
    def scratch_bytes(self) -> int:
        """Bytes of memory for a block of the zone raster."""
        return self.inputs.input_block_bytes

    def touching(self, window: Window) -> npt.NDArray[np.int64]:
        """Return an empty array: the zones are only known from the pixels."""
        return np.empty(0, np.int64)

    def layers(self, window: Window, readers: Readers, stop: Stop) -> Iterator[Layer]:
        """Yield one layer."""
        for labels, inside in read_inputs(readers, self.inputs, window, stop):
            yield Layer(window, labels, inside)
