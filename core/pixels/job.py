"""A pixelwise job: its sources, its mask and its kernel, what a chunk costs, and the task that makes the output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ..engine.task import Chunk, ComputedOnly
from ..parallel.chunks import HALO_EDGE, NOTHING_SHARED, ChunkPlan, SharedBytes
from ..progress import Stop
from ..raster.nodata import both_valid, mask_band, valid_pixels
from ..raster.statistics import EMPTY, Statistics, block_statistics, combine
from ..raster.windows import Shape, offset_slices, shifted, subdivide
from ..reading.block_cache import KEPT_UNITS, unit_of, wanted_bytes
from ..reading.readers import InputBand, Readers
from ..writing.creation_options import OutputProfile
from ..writing.writer import RasterWriter
from .encoding import Encoding
from .sources import MaskLayer, place_block
from .stack import Counts, Kernel, Pixels, Source, Stack

STRIP_PIXELS = 32_000
"""Pixels that a kernel without a halo is given at once: its temporaries stay in the processor's cache."""


class Counted(NamedTuple):
    """A count of a kernel: its key there, its name in a report, and a warning, in which {} stands for the number."""

    key: str
    name: str
    warning: str = ""


@dataclass(frozen=True)
class PixelJob:
    """What a pixelwise job reads and what it makes of it; its grid is that of the first source.

    `name` is what Dask's diagnostics call its chunks, `title` what a report calls the result, and `counted` tells which
    of the kernel's counts people are told of.
    """

    name: str
    sources: tuple[Source, ...]
    mask: MaskLayer | None
    kernel: Kernel
    encoding: Encoding
    title: str = ""
    counted: tuple[Counted, ...] = ()
    base: InputBand | None = None

    @property
    def first(self) -> InputBand:
        """The band whose grid is that of the job: `base`, by default that of the first source."""
        return self.base or self.sources[0].band

    @property
    def inputs(self) -> tuple[InputBand, ...]:
        """The bands that are read, that of the mask among them."""
        return (*(source.band for source in self.sources), *((self.mask.band,) if self.mask else ()))

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that the inputs consist of."""
        return tuple(dict.fromkeys(file for band in self.inputs for file in band.files))

    @property
    def bytes_per_pixel(self) -> int:
        """What a pixel under way costs: the sources as read, which of them are valid, temporaries and the result."""
        read = sum(np.dtype(source.term.dtype).itemsize for source in self.sources)
        hiding = sum(2 for source in self.sources if source.band.hidden_by) + 2 * bool(self.mask)
        resampled = sum(2 for source in self.sources if source.resampled)
        result = len(self.kernel.bands) * (np.dtype(self.encoding.dtype).itemsize + 1)
        return read + hiding + resampled + 3 * len(self.sources) + self.kernel.temporaries + result + 7

    @property
    def input_block_bytes(self) -> int:
        """What one decoded block of every file costs, and what bringing inputs onto the grid costs besides."""
        blocks = {source.band.source: source.band.block_bytes for source in self.sources}
        brought = [source.resampled.scratch_bytes for source in self.sources if source.resampled]
        return sum(blocks.values()) + sum(brought) + (self.mask.scratch_bytes if self.mask else 0)

    def shared_bytes(self, workers: int) -> SharedBytes:
        """Return how many bytes of decoded blocks are worth keeping for the chunks beside; none without a halo."""
        if not self.kernel.halo:
            return NOTHING_SHARED
        pixel_bytes = Counter[str]()
        for band in self.inputs:
            pixel_bytes[band.source] += np.dtype(band.dtype).itemsize + bool(band.hidden_by)
        wanted = least = 0
        for source, band in {band.source: band for band in self.inputs}.items():
            unit = unit_of(band.block, band.grid)
            least = max(least, KEPT_UNITS * unit[0] * unit[1] * pixel_bytes[source])
            wanted += wanted_bytes(unit, band.grid, self.kernel.halo, HALO_EDGE, workers) * pixel_bytes[source]
        return SharedBytes(wanted, least)

    @property
    def input_blocks(self) -> list[Shape]:
        """Rows and columns of every input's blocks, in pixels of the job's grid."""
        blocks: list[Shape] = []
        for band, resampled in ((source.band, source.resampled) for source in self.sources):
            blocks += place_block(resampled.place, band) if resampled else [band.block]
        return blocks + (place_block(self.mask.place, self.mask.band) if self.mask else [])


class PixelRecord(NamedTuple):
    """What a piece leaves besides its pixels: the statistics of each block by its band, row and column, and counts.

    `valid` is the number of pixels that are valid in at least one band.
    """

    blocks: dict[tuple[int, int, int], Statistics]
    counts: Mapping[str, int]
    valid: int


@dataclass(frozen=True)
class PixelTask:
    """The output of a pixelwise job, which covers `window` of its grid."""

    job: PixelJob
    window: Window
    output: OutputProfile
    chunks: ChunkPlan

    @property
    def name(self) -> str:
        """What Dask's diagnostics call the job's tasks."""
        return self.job.name

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that the inputs consist of."""
        return self.job.files

    @property
    def open_files(self) -> int | None:
        """All of the few files of a job."""
        return None

    def open(self, readers: Readers) -> OpenPixels:
        """Return the task with its inputs at hand."""
        return OpenPixels(self, readers)


class OpenPixels(ComputedOnly):
    """A pixelwise task whose inputs can be read; any thread may call."""

    def __init__(self, task: PixelTask, readers: Readers) -> None:
        self._task, self._readers = task, readers

    def compute(self, window: Window, stop: Stop) -> Chunk:
        """Return the pixels of a window of the output."""
        task, kernel = self._task, self._task.job.kernel
        stack = read_stack(self._readers, task.job, shifted(window, task.window), stop)
        made = kernel(stack) if kernel.halo else in_strips(kernel, stack, task.output.dtype)
        blocks = dict(_block_statistics(task.chunks.block, window, made))
        if len(made.valid) == 1:
            shown, valid = made.valid[0], sum(statistics.count for statistics in blocks.values())
        else:
            shown = made.valid.any(axis=0)
            valid = int(np.count_nonzero(shown))
        mask = mask_band(shown) if task.output.masked else None
        return Chunk(made.stored, mask, PixelRecord(blocks, made.counts, valid))


def read_stack(readers: Readers, job: PixelJob, window: Window, stop: Stop) -> Stack:
    """Return the pixels of all sources in a window of the job's grid, with the kernel's halo around it.

    Raises
    ------
    Cancelled
        The run was stopped.
    InputError
        A block is damaged; names file, band, row and column.
    """
    halo = job.kernel.halo
    first = job.first.grid
    around = Window(window.col_off - halo, window.row_off - halo, window.width + 2 * halo, window.height + 2 * halo)
    inner = around.intersection(Window(0, 0, first.width, first.height)) if halo else around
    shown = None if job.mask is None else job.mask.read_visible(readers, inner, stop)
    values, valid = [], []
    for stored, found in _read_sources(readers, job.sources, inner, stop):
        if shown is not None:
            found = found & shown
        values.append(stored if inner == around else _padded(stored, inner, around))
        valid.append(found if inner == around else _padded(found, inner, around))
    for array in (*values, *valid):
        array.flags.writeable = False  # some belong to other chunks too
    return Stack(tuple(values), tuple(valid), halo)


def _read_sources(readers: Readers, sources: Sequence[Source], window: Window, stop: Stop) -> Iterator[tuple[Any, Any]]:
    """Yield stored values of each source, and where they are valid; bands of one file are read together."""
    plain = [source.band for source in sources if source.resampled is None]
    stored = iter(readers.read(plain, window) if plain else ())
    visible = {band.source: readers.read_visible([band], window) for band in plain if band.hidden_by}
    for source in sources:
        if source.resampled is not None:
            (values,), (valid,) = source.resampled.read(readers, window, stop)
            yield values, valid
            continue
        values = next(stored)
        found = both_valid(valid_pixels(values, source.term.nodata), visible.get(source.band.source))
        yield values, np.ones(values.shape, bool) if found is None else found


def _padded(array: npt.NDArray[Any], inner: Window, around: Window) -> npt.NDArray[Any]:
    """Return an array of `around` whose pixels inside `inner` are those of the given one; the others are 0 or False."""
    whole = np.zeros((around.height, around.width), array.dtype)
    rows, cols = offset_slices(inner, around)
    whole[rows, cols] = array
    return whole


def in_strips(kernel: Kernel, stack: Stack, dtype: str) -> Pixels:
    """Return what a kernel without a halo makes of a stack, which it is given in strips of bounded size."""
    shape = stack.values[0].shape
    flat = [np.ascontiguousarray(array).reshape(1, -1) for array in (*stack.values, *stack.valid)]
    count, pixels = len(stack.values), flat[0].size
    stored = np.empty((len(kernel.bands), 1, pixels), dtype)
    valid = np.empty(stored.shape, bool)
    counts = Counts()
    for start in range(0, pixels, STRIP_PIXELS):
        strip = slice(start, start + STRIP_PIXELS)
        parts = [array[:, strip] for array in flat]
        made = kernel(Stack(tuple(parts[:count]), tuple(parts[count:])))
        stored[:, :, strip], valid[:, :, strip] = made.stored, made.valid
        counts.add(made.counts)
    return Pixels(stored.reshape(-1, *shape), valid.reshape(-1, *shape), counts.numbers)


def _block_statistics(block: Shape, window: Window, made: Pixels) -> Iterator[tuple[tuple[int, int, int], Statistics]]:
    """Yield the statistics of each block of the output inside a window, by its band, row and column."""
    rows, cols = block
    for each in subdivide(Window(0, 0, window.width, window.height), block):
        place = each.toslices()
        row, col = (window.row_off + each.row_off) // rows, (window.col_off + each.col_off) // cols
        for band, (stored, valid) in enumerate(zip(made.stored, made.valid)):
            yield (band, row, col), block_statistics(stored[place][valid[place]])


class PixelTotals:
    """What the pieces of one run leave: the statistics of each band, and the counts of all."""

    def __init__(self, task: PixelTask) -> None:
        chunks = task.chunks
        rows, cols = (-(-size // edge) for size, edge in zip((chunks.height, chunks.width), chunks.block))
        self._bands, self._encoding = task.job.kernel.bands, task.job.encoding
        self._blocks = np.full((len(self._bands), rows, cols), None, dtype=object)
        self.statistics: tuple[Statistics, ...] = (EMPTY,) * len(self._bands)
        self.counts = Counts()
        self.valid = 0

    def add(self, record: PixelRecord) -> None:
        """Take the record of a piece."""
        for place, statistics in record.blocks.items():
            self._blocks[place] = statistics
        self.valid += record.valid
        self.counts.add(record.counts)

    def describe(self, writer: RasterWriter) -> None:
        """Combine the statistics of all pieces, and store them and the names of the bands in the file."""
        self.statistics = tuple(combine(blocks.ravel()) for blocks in self._blocks)
        scale, offset = self._encoding.scale, self._encoding.offset
        for number, (band, statistics) in enumerate(zip(self._bands, self.statistics), 1):
            writer.describe(number, replace(band, scale=scale, offset=offset), statistics.tags())
