"""The work of a run: the statistics of the zones in a window, which threads or cluster workers compute."""

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
from .distinct import ValueCounts, count_values, joined_counts, merged
from .sums import ZonePixels, ZoneSums, joined, unit_sums, zone_pixels
from .zones import Zones

ADVICE = "Convert the band to Float64 first."
"""What to do about 64-bit integers that float64 does not hold exactly."""


class WindowRecord(NamedTuple):
    """Statistics of the zones in a window: numbers of pixels, and for each band sums and counts of distinct values.

    A band without valid pixels in the zones has no sums. Values that are not counted are None.
    """

    pixels: tuple[ZonePixels, ...]
    sums: tuple[ZoneSums | None, ...]
    values: tuple[ValueCounts | None, ...]


@dataclass(frozen=True)
class ZonalWork:
    """Computes the statistics of the zones in a window of the raster.

    `unit` is the shape (rows, columns) of the units. `counts_values` and `counts_pixels` are True if distinct values
    and all pixels, valid or not, are also counted.
    """

    inputs: JobInputs
    zones: Zones
    unit: Shape
    files: tuple[str, ...]
    counts_values: bool
    counts_pixels: bool

    @property
    def name(self) -> str:
        """Name of the work's tasks in Dask diagnostics."""
        return self.inputs.name

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory per pixel of a chunk: inputs, labels, and sorted keys if values are counted."""
        return self.inputs.read_bytes_per_pixel + self.zones.bytes_per_pixel + 40 * self.counts_values + 2

    @property
    def scratch_bytes(self) -> int:
        """Bytes of memory per chunk for decoded blocks, polygons and the arrays of a unit."""
        unit = 64 * self.unit[0] * self.unit[1]
        return self.inputs.input_block_bytes + self.zones.scratch_bytes + unit

    def value(self, window: Window, readers: Readers, stop: Stop) -> WindowRecord:
        """Return the record of a window.

        Raises
        ------
        Cancelled
            The run was stopped.
        InputError
            A block is damaged, or a 64-bit integer exceeds 2^53.
        """
        stop.check()
        layers = list(self.zones.layers(window, readers, stop))
        count = len(self.inputs.sources)
        sums: list[list[ZoneSums]] = [[] for _ in range(count)]
        values: list[list[ValueCounts]] = [[] for _ in range(count)]
        for rows in self._rows_of_units(window):
            parts = [(layer, part) for layer in layers if (part := overlap(layer.window, rows)) is not None]
            if not parts:
                continue
            for band, (stored, valid) in enumerate(read_inputs(readers, self.inputs, rows, stop)):
                numbers = self._numbers(band, stored, valid)
                for layer, part in parts:
                    stop.check()
                    place, there = offset_slices(part, layer.window), offset_slices(part, rows)
                    labels, shown = layer.labels[place], layer.inside[place] & valid[there]
                    sums[band] += self._sums(numbers[there], labels, shown, part)
                    if self.counts_values:
                        values[band].append(count_values(numbers[there], labels, shown))
        return WindowRecord(
            tuple(zone_pixels(layer.labels, layer.inside) for layer in layers if self.counts_pixels),
            tuple(joined(each) if each else None for each in sums),
            tuple(merged(joined_counts(each)) if each else None for each in values),
        )

    def _rows_of_units(self, window: Window) -> Iterator[Window]:
        """Yield parts of a window that have its full width and the height of a unit, from top to bottom."""
        for row in touched_blocks(Window(window.col_off, window.row_off, 1, window.height), self.unit):
            part = overlap(window, Window(window.col_off, row.row_off, window.width, row.height))
            if part is not None:
                yield part

    def _numbers(self, band: int, stored: npt.NDArray[Any], valid: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
        """Return stored values in a type that `unit_sums` accepts."""
        if stored.dtype.name not in WIDE_INTEGERS:
            return stored
        source = self.inputs.sources[band].band
        return exact_floats(stored, valid, f"Band {source.band} of {source.place}", "src", ADVICE)

    def _sums(
        self, values: npt.NDArray[Any], labels: npt.NDArray[Any], shown: npt.NDArray[np.bool_], window: Window
    ) -> Iterator[ZoneSums]:
        """Yield the sums of each unit that a window touches."""
        across = -(-self.inputs.first.grid.width // self.unit[1])
        for block in touched_blocks(window, self.unit):
            part = overlap(block, window)
            if part is None:
                continue
            number = block.row_off // self.unit[0] * across + block.col_off // self.unit[1]
            place = offset_slices(part, window)
            found = unit_sums(values[place], labels[place], shown[place], number)
            if found is not None:
                yield found
