"""A pixelwise job: its sources, mask and kernel, the memory that a chunk needs, and the task for the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ..engine.task import Chunk, ComputedOnly
from ..parallel.chunks import HALO_EDGE, NOTHING_SHARED, STRIPE_COLUMNS, ChunkPlan, SharedBytes
from ..progress import Stop
from ..raster.nodata import both_valid, mask_band, valid_pixels
from ..raster.statistics import EMPTY, Statistics, block_statistics, combine
from ..raster.windows import Shape, offset_slices, shifted, subdivide
from ..reading.block_cache import KEPT_UNITS, unit_of, wanted_pixels
from ..reading.metadata import BandMetadata
from ..reading.readers import InputBand, Readers
from ..writing.creation_options import OutputProfile
from ..writing.gdal_file import BandDescription
from ..writing.writer import RasterWriter
from .encoding import Encoding
from .raster_plan import Counted, PixelResult
from .sources import MaskLayer, place_block
from .stack import VISIBLE, Counts, Kernel, Outside, Pixels, Source, Stack

STRIP_PIXELS = 32_000
"""Number of pixels passed at once to a kernel without a halo: its temporaries then fit in the CPU cache."""


@dataclass(frozen=True)
class JobInputs:
    """Inputs of a job, on the grid of its first source. `name` labels the job's chunks in Dask's diagnostics."""

    name: str
    sources: tuple[Source, ...]
    mask: MaskLayer | None

    @property
    def first(self) -> InputBand:
        """Band whose grid is the grid of the job."""
        return self.sources[0].band

    @property
    def inputs(self) -> tuple[InputBand, ...]:
        """All bands to read, including the mask band."""
        return (*(source.band for source in self.sources), *((self.mask.band,) if self.mask else ()))

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of all files that make up the inputs."""
        return tuple(dict.fromkeys(file for band in self.inputs for file in band.files))

    @property
    def read_bytes_per_pixel(self) -> int:
        """Bytes of memory per pixel of a chunk for reading: stored values and validity masks."""
        read = sum(np.dtype(source.term.dtype).itemsize for source in self.sources)
        hiding = sum(2 * len(source.band.hiders) for source in self.sources) + 2 * bool(self.mask)
        resampled = sum(2 for source in self.sources if source.resampled)
        return read + hiding + resampled + 3 * len(self.sources)

    @property
    def input_block_bytes(self) -> int:
        """Bytes of memory for one decoded block of each file and for the buffers that resampling needs."""
        blocks = {source.band.source: source.band.block_bytes for source in self.sources}
        resampling = [source.resampled.scratch_bytes for source in self.sources if source.resampled]
        return sum(blocks.values()) + sum(resampling) + (self.mask.scratch_bytes if self.mask else 0)

    @property
    def input_blocks(self) -> list[Shape]:
        """Block shapes (rows, columns) of all inputs, in pixels of the job's grid."""
        blocks: list[Shape] = []
        for band, resampled in ((source.band, source.resampled) for source in self.sources):
            blocks += place_block(resampled.place, band) if resampled else [band.block]
        return blocks + (place_block(self.mask.place, self.mask.band) if self.mask else [])


@dataclass(frozen=True)
class PixelJob(JobInputs):
    """Inputs, kernel and output encoding of a pixelwise job.

    `title` labels the result in reports, and `counted` lists the pixel counts that are reported. The grid of the job is
    the grid of the band `base` or, if `base` is None, of the first source. `inexact` is True if the kernel uses
    functions whose results can differ in the last bit between numpy versions and kinds of CPU. `kept` is the metadata,
    including scale and offset, that the output bands keep from the input; it is empty if the kernel computes new
    values. If `all_valid` is True, no result can be invalid, and the output has no nodata value. `packages` are the
    packages that the kernel needs in addition to those that the plugin requires.
    """

    kernel: Kernel
    encoding: Encoding
    title: str = ""
    counted: tuple[Counted, ...] = ()
    base: InputBand | None = None
    inexact: bool = False
    kept: tuple[BandMetadata, ...] = ()
    all_valid: bool = False
    packages: tuple[str, ...] = ()

    @property
    def first(self) -> InputBand:
        """Band whose grid is the grid of the job: `base` or, by default, the band of the first source."""
        return self.base or self.sources[0].band

    @property
    def nodata(self) -> float | None:
        """Nodata value of the output; None if the output has no nodata value."""
        return None if self.all_valid else self.encoding.nodata

    @property
    def scales(self) -> tuple[tuple[float, float], ...]:
        """Scale and offset of each output band."""
        if self.kept:
            return tuple((band.scale, band.offset) for band in self.kept)
        return ((self.encoding.scale, self.encoding.offset),) * len(self.kernel.bands)

    @property
    def bands(self) -> tuple[BandDescription, ...]:
        """Descriptions of the output bands, with the scale and offset of the encoding."""
        scale, offset = self.encoding.scale, self.encoding.offset
        return tuple(replace(band, scale=scale, offset=offset) for band in self.kernel.bands)

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory per pixel of a chunk: stored values, validity masks, temporaries and result."""
        result = len(self.kernel.bands) * (np.dtype(self.encoding.dtype).itemsize + 1)
        return self.read_bytes_per_pixel + self.kernel.temporaries + result + 7

    def least_bytes(self, size: Shape) -> int:
        """Return the bytes of memory that an output of `size` (rows, columns) needs, however small its chunks are."""
        return 0

    def shared_bytes(self, workers: int) -> SharedBytes:
        """Return the memory for the decoded blocks that neighbouring chunks share; zero if the kernel has no halo."""
        if not self.kernel.halo:
            return NOTHING_SHARED
        pixel_bytes = Counter[str]()
        for band in self.inputs:
            pixel_bytes[band.source] += np.dtype(band.dtype).itemsize + len(band.hiders)
        wanted = least = 0
        for source, band in {band.source: band for band in self.inputs}.items():
            unit = unit_of(band.block, band.grid)
            least = max(least, KEPT_UNITS * unit[0] * unit[1] * pixel_bytes[source])
            wanted += (
                wanted_pixels(unit, band.grid, self.kernel.halo, HALO_EDGE, STRIPE_COLUMNS, workers)
                * pixel_bytes[source]
            )
        return SharedBytes(wanted, least)


class PixelRecord(NamedTuple):
    """Statistics and pixel counts of one slice of a chunk; chunks are computed slice by slice.

    `blocks` maps (band, row, column) of each output block to its statistics, `counts` are the kernel's pixel counts,
    and `valid` is the number of pixels that are valid in at least one band.
    """

    blocks: dict[tuple[int, int, int], Statistics]
    counts: Mapping[str, int]
    valid: int


@dataclass(frozen=True)
class PixelTask:
    """A pixelwise job as a task for the engine; the output covers `window` of the job's grid."""

    job: PixelJob
    window: Window
    output: OutputProfile
    chunks: ChunkPlan

    @property
    def name(self) -> str:
        """Name of the job's tasks in Dask's diagnostics."""
        return self.job.name

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of all files that make up the inputs."""
        return self.job.files

    @property
    def open_files(self) -> int | None:
        """Number of inputs that a thread may keep open: None (no limit) because a job has few inputs."""
        return None

    def open(self, readers: Readers) -> OpenPixels:
        """Return the open task, which reads its inputs through `readers`."""
        return OpenPixels(self, readers)


class OpenPixels(ComputedOnly):
    """A `PixelTask` with open inputs, which computes windows of its output. Thread-safe."""

    def __init__(self, task: PixelTask, readers: Readers) -> None:
        self._task, self._readers = task, readers

    def pixels(self, window: Window, stop: Stop) -> Pixels:
        """Apply the kernel to a window of the output, and return its pixels."""
        task, kernel = self._task, self._task.job.kernel
        stack = read_stack(self._readers, task.job, shifted(window, task.window), stop)
        made = kernel(stack) if kernel.halo else in_strips(kernel, stack, task.output.dtype)
        return with_visible(made, stack)

    def compute(self, window: Window, stop: Stop) -> Chunk:
        """Return the stored values and mask of a window of the output, and a record of statistics and pixel counts."""
        task, result = self._task, self.pixels(window, stop)
        record, any_valid = pixel_record(task.chunks.block, window, result)
        return Chunk(result.stored, mask_band(any_valid) if task.output.masked else None, record)


def read_stack(readers: Readers, job: PixelJob, window: Window, stop: Stop) -> Stack:
    """Read all sources for a window of the job's grid, extended by the kernel's halo on each side.

    Raises
    ------
    Cancelled
        The run was stopped.
    InputError
        A block is damaged; the message names file, band, row and column.
    """
    halo = job.kernel.halo
    first = job.first.grid
    around = Window(window.col_off - halo, window.row_off - halo, window.width + 2 * halo, window.height + 2 * halo)
    inner = around.intersection(Window(0, 0, first.width, first.height)) if halo else around
    shown = _read_visible(readers, job, inner, stop)
    values, valid = [], []
    for stored, found in _read_masked(readers, job, shown, inner, stop):
        values.append(stored if inner == around else _padded(stored, inner, around))
        valid.append(found if inner == around else _padded(found, inner, around))
    visible = None if shown is None else shown[offset_slices(window, inner)]
    for array in (*values, *valid, *([] if visible is None else [visible])):
        array.flags.writeable = False  # cached arrays are shared with other chunks
    return Stack(tuple(values), tuple(valid), halo, _outside(inner, around), stop, window, visible)


def _outside(inner: Window, around: Window) -> Outside:
    """Return how many rows and columns `around` extends beyond `inner` on each side; `inner` is inside `around`."""
    top, left = inner.row_off - around.row_off, inner.col_off - around.col_off
    return Outside(top, around.height - inner.height - top, left, around.width - inner.width - left)


def read_inputs(
    readers: Readers, job: JobInputs, window: Window, stop: Stop
) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]]:
    """Yield, for each source, the stored values and a boolean array of valid pixels in a window of the job's grid.

    Raises
    ------
    Cancelled
        The run was stopped.
    InputError
        A block is damaged; the message names file, band, row and column.
    """
    yield from _read_masked(readers, job, _read_visible(readers, job, window, stop), window, stop)


def _read_visible(readers: Readers, job: JobInputs, window: Window, stop: Stop) -> npt.NDArray[np.bool_] | None:
    """Return a boolean array, false where the mask hides a pixel of a window; None if the job has no mask."""
    return None if job.mask is None else job.mask.read_visible(readers, window, stop)


def _read_masked(
    readers: Readers, job: JobInputs, visible: npt.NDArray[np.bool_] | None, window: Window, stop: Stop
) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]]:
    """Yield the stored values and valid pixels of each source; pixels that are not `visible` are not valid."""
    for stored, found in _read_sources(readers, job.sources, window, stop):
        yield stored, found if visible is None else found & visible


def _read_sources(readers: Readers, sources: Sequence[Source], window: Window, stop: Stop) -> Iterator[tuple[Any, Any]]:
    """Yield the stored values and validity mask of each source; bands of one file are read together."""
    plain = [source.band for source in sources if source.resampled is None]
    stored = iter(readers.read(plain, window) if plain else ())
    visible = iter(readers.read_visible_bands(plain, window))
    for source in sources:
        if source.resampled is not None:
            (values,), (valid,) = source.resampled.read(readers, window, stop)
            yield values, valid
            continue
        values = next(stored)
        found = both_valid(valid_pixels(values, source.term.nodata), next(visible))
        yield values, np.ones(values.shape, bool) if found is None else found


def _padded(array: npt.NDArray[Any], inner: Window, around: Window) -> npt.NDArray[Any]:
    """Return `array`, which covers the window `inner`, padded with 0 or False to the window `around`."""
    padded = np.zeros((around.height, around.width), array.dtype)
    rows, cols = offset_slices(inner, around)
    padded[rows, cols] = array
    return padded


def in_strips(kernel: Kernel, stack: Stack, dtype: str) -> Pixels:
    """Apply a kernel without a halo to a stack in strips of `STRIP_PIXELS` pixels, and return the joined result."""
    shape = stack.values[0].shape
    shown = [] if stack.visible is None else [stack.visible]
    flat = [np.ascontiguousarray(array).reshape(1, -1) for array in (*stack.values, *stack.valid, *shown)]
    count, pixels = len(stack.values), flat[0].size
    stored = np.empty((len(kernel.bands), 1, pixels), dtype)
    valid = np.empty(stored.shape, bool)
    counts = Counts()
    for start in range(0, pixels, STRIP_PIXELS):
        strip = slice(start, start + STRIP_PIXELS)
        parts = [array[:, strip] for array in flat]
        visible = parts.pop() if shown else None
        result = kernel(Stack(tuple(parts[:count]), tuple(parts[count:]), visible=visible))
        stored[:, :, strip], valid[:, :, strip] = result.stored, result.valid
        counts.add(result.counts)
    return Pixels(stored.reshape(-1, *shape), valid.reshape(-1, *shape), counts.numbers)


def with_visible(made: Pixels, stack: Stack) -> Pixels:
    """Return the result of a kernel; if the job has a mask, add the number of pixels that the mask does not hide."""
    if stack.visible is None:
        return made
    return made._replace(counts={**made.counts, VISIBLE: int(np.count_nonzero(stack.visible))})


def pixel_record(block: Shape, window: Window, new: Pixels) -> tuple[PixelRecord, npt.NDArray[np.bool_]]:
    """Return statistics and counts of the pixels of a window, and a mask that is true where any band is valid."""
    blocks = dict(_block_statistics(block, window, new))
    if len(new.valid) == 1:
        return PixelRecord(blocks, new.counts, sum(each.count for each in blocks.values())), new.valid[0]
    any_valid: npt.NDArray[np.bool_] = new.valid.any(axis=0)
    return PixelRecord(blocks, new.counts, int(np.count_nonzero(any_valid))), any_valid


def _block_statistics(block: Shape, window: Window, new: Pixels) -> Iterator[tuple[tuple[int, int, int], Statistics]]:
    """Yield ((band, row, column), statistics) for each output block inside a window."""
    rows, cols = block
    for each in subdivide(Window(0, 0, window.width, window.height), block):
        place = each.toslices()
        row, col = (window.row_off + each.row_off) // rows, (window.col_off + each.col_off) // cols
        for band, (stored, valid) in enumerate(zip(new.stored, new.valid)):
            pixels, shown = stored[place], valid[place]
            yield (band, row, col), block_statistics(pixels.ravel() if shown.all() else pixels[shown])


class PixelTotals:
    """Totals of a run: the statistics of each band, and the sum of each pixel count.

    Parameters
    ----------
    chunks
        Chunks of the output.
    bands
        Descriptions of the output bands.
    scales
        Scale and offset of each band, which are applied to the statistics in the result.
    """

    def __init__(
        self, chunks: ChunkPlan, bands: Sequence[BandDescription], scales: Sequence[tuple[float, float]]
    ) -> None:
        self._pixels = chunks.width * chunks.height
        rows, cols = (-(-size // edge) for size, edge in zip((chunks.height, chunks.width), chunks.block))
        self._bands, self._scales = bands, scales
        self._blocks = np.zeros((len(self._bands), rows, cols, len(EMPTY.numbers)))
        self.statistics: tuple[Statistics, ...] = (EMPTY,) * len(self._bands)
        self.counts = Counts()
        self.valid = 0

    def add(self, record: PixelRecord) -> None:
        """Add the statistics and pixel counts of one slice of a chunk."""
        for place, statistics in record.blocks.items():
            self._blocks[place] = statistics.numbers
        self.valid += record.valid
        self.counts.add(record.counts)

    def describe(self, writer: RasterWriter) -> None:
        """Combine the statistics of each band, and write them and the band descriptions to the file."""
        self.statistics = tuple(
            combine(Statistics.of_numbers(numbers.tolist()) for row in blocks for numbers in row)
            for blocks in self._blocks
        )
        for number, (band, statistics) in enumerate(zip(self._bands, self.statistics), 1):
            writer.describe(number, band, statistics.tags())

    def result(self, destination: str, copied: int) -> PixelResult:
        """Return the result; `destination` is the output, and `copied` the number of pixels copied without decoding."""
        statistics = tuple(stored.scaled(*scale) for stored, scale in zip(self.statistics, self._scales))
        counts = dict(sorted(self.counts.numbers.items()))  # sorted, since chunks finish in any order
        return PixelResult(destination, self._pixels, self.valid, statistics, counts, copied)
