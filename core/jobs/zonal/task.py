"""Compute the statistics of the zones in a window, on threads or cluster workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ...pixels.job import JobInputs, read_inputs
from ...pixels.terms import exact_floats
from ...progress import Stop
from ...raster.dtypes import WIDE_INTEGERS
from ...raster.windows import Shape, offset_slices, overlap, touched_blocks
from ...reading.readers import Readers
from .distinct import Ranks, ValueCounts, count_values, ranks, split
from .sums import Needed, ZonePixels, ZoneSums, joined, unit_sums, zone_pixels
from .zones import Layer, Zones

ADVICE = "Convert the band to Float64 first."
"""Advice in the error for 64-bit integers that float64 cannot represent exactly."""


class BandRecord(NamedTuple):
    """Statistics of the zones in a window, for one band.

    `sums` is None if no zone has a valid pixel. `values` are the counts of distinct values in zones that may have
    pixels in other windows. `ranks` are the medians and majorities of zones that are completely inside the window.
    `values` and `ranks` are None if distinct values are not counted.
    """

    sums: ZoneSums | None
    values: ValueCounts | None = None
    ranks: Ranks | None = None


class WindowRecord(NamedTuple):
    """Statistics of the zones in a window: pixel counts (empty if not needed), and a record for each band."""

    pixels: tuple[ZonePixels, ...]
    bands: tuple[BandRecord, ...]


class _Band:
    """Collects the statistics of a band in a window, one `Layer` of zones after another.

    `highest` is True if the highest of several equally frequent stored values is the majority.
    """

    def __init__(self, *, highest: bool) -> None:
        self._highest = highest
        self.sums: list[ZoneSums] = []
        self.values: list[npt.NDArray[Any]] = []
        self.labels: list[npt.NDArray[Any]] = []
        self._counts: list[ValueCounts] = []
        self._ranks: list[Ranks] = []

    def finish_layer(self, zones: Zones, window: Window) -> None:
        """Count how often each value occurs in each zone of a layer. Later layers of the window have other zones."""
        if self.values:
            counts = count_values(np.concatenate(self.values), np.concatenate(self.labels))
            inner, outer = split(counts, lambda labels: zones.within(labels, window))
            self._counts.append(outer)
            self._ranks.append(ranks(inner, highest=self._highest))
            self.values, self.labels = [], []

    def record(self) -> BandRecord:
        """Return the statistics of the band, collected from all layers."""
        sums = joined(self.sums) if self.sums else None
        if not self._counts:
            return BandRecord(sums)
        return BandRecord(sums, joined(self._counts), joined(self._ranks))


@dataclass(frozen=True)
class ZonalWork:
    """Computes the statistics of the zones in a window of the raster.

    `unit` is the shape (rows, columns) of a unit, a rectangle whose pixels are summed by zone in one step.
    `needed` selects the statistics to compute in addition to counts and totals. If `counts_values` is True, distinct
    values are counted; if `counts_pixels` is True, all pixels are counted, valid or not.
    """

    inputs: JobInputs
    zones: Zones
    unit: Shape
    needed: Needed
    files: tuple[str, ...]
    counts_values: bool
    counts_pixels: bool

    @property
    def name(self) -> str:
        """Name of the tasks in Dask's diagnostics."""
        return self.inputs.name

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory per pixel of a chunk: inputs, labels, and sorted keys if values are counted."""
        return self.inputs.read_bytes_per_pixel + self.zones.bytes_per_pixel + 64 * self.counts_values + 2

    @property
    def scratch_bytes(self) -> int:
        """Bytes of memory per chunk for decoded blocks, polygons and the arrays of a unit."""
        unit = 64 * self.unit[0] * self.unit[1]
        return self.inputs.input_block_bytes + self.zones.scratch_bytes + unit

    def value(self, window: Window, readers: Readers, stop: Stop) -> WindowRecord:
        """Return the statistics of the zones in a window.

        Raises
        ------
        Cancelled
            The run was stopped.
        InputError
            A block is damaged, or a 64-bit integer exceeds 2^53.
        """
        stop.check()
        bands = [_Band(highest=source.term.is_reversed) for source in self.inputs.sources]
        pixels = []
        read: dict[int, list[tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]]] = {}
        # Layers are processed one after another because many overlapping polygons need many layers.
        for layer in self.zones.layers(window, readers, stop):
            for rows in self._rows_of_units(window):
                part = overlap(layer.window, rows)
                if part is None:
                    continue
                if rows.row_off not in read:
                    read[rows.row_off] = list(self._read(readers, rows, stop))
                for band, (values, valid) in zip(bands, read[rows.row_off]):
                    self._add(band, values, valid, rows, layer, part, stop)
            for band in bands:
                band.finish_layer(self.zones, window)
            if self.counts_pixels:
                found = zone_pixels(layer.numbers, layer.inside)
                pixels.append(found._replace(zone=layer.labels(found.zone)))
        return WindowRecord(tuple(pixels), tuple(band.record() for band in bands))

    def _read(
        self, readers: Readers, rows: Window, stop: Stop
    ) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]]:
        """Yield the values of each band, in a type that `unit_sums` accepts, and a boolean array of valid pixels."""
        for source, (stored, valid) in zip(self.inputs.sources, read_inputs(readers, self.inputs, rows, stop)):
            name = f"Band {source.band.band} of {source.band.place}"
            wide = stored.dtype.name in WIDE_INTEGERS
            yield exact_floats(stored, valid, name, "src", ADVICE) if wide else stored, valid

    def _add(
        self,
        band: _Band,
        values: npt.NDArray[Any],
        valid: npt.NDArray[np.bool_],
        rows: Window,
        layer: Layer,
        part: Window,
        stop: Stop,
    ) -> None:
        """Add a layer's pixels in window `part` to the statistics of a band; `values` and `valid` cover window `rows`.

        Raises
        ------
        Cancelled
            The run was stopped.
        """
        place, there = offset_slices(part, layer.window), offset_slices(part, rows)
        numbers, shown = layer.numbers[place], layer.inside[place] & valid[there]
        for sums in self._sums(values[there], numbers, shown, part, stop):
            band.sums.append(sums._replace(zone=layer.labels(sums.zone)))
        if self.counts_values:
            band.values.append(values[there][shown])
            band.labels.append(layer.labels(numbers[shown]))

    def _rows_of_units(self, window: Window) -> Iterator[Window]:
        """Yield one part of a window for each row of units, as wide as the window, from top to bottom."""
        for block in touched_blocks(Window(window.col_off, window.row_off, 1, window.height), self.unit):
            yield window.intersection(Window(window.col_off, block.row_off, window.width, block.height))

    def _sums(
        self,
        values: npt.NDArray[Any],
        labels: npt.NDArray[Any],
        shown: npt.NDArray[np.bool_],
        window: Window,
        stop: Stop,
    ) -> Iterator[ZoneSums]:
        """Yield the sums of each unit (a rectangle whose pixels are summed in one step) that a window touches."""
        across = -(-self.inputs.first.grid.width // self.unit[1])
        for block in touched_blocks(window, self.unit):
            part = block.intersection(window)
            number = block.row_off // self.unit[0] * across + block.col_off // self.unit[1]
            stop.check()
            place = offset_slices(part, window)
            found = unit_sums(values[place], labels[place], shown[place], number, self.needed)
            if found is not None:
                yield found
