"""The engine task that calls a user's function, and the check that results do not depend on the size of the blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ...engine.task import Chunk
from ...errors import Cancelled, OptionError
from ...parallel.chunks import ChunkPlan, chunk_bytes
from ...pixels.job import OpenPixels, PixelJob, PixelRecord, PixelTask, PixelTotals, read_stack, with_visible
from ...pixels.plan import PixelPlan
from ...pixels.stack import Counts, Pixels
from ...progress import NoProgress, Progress, Stop
from ...raster.windows import Shape, offset_slices, overlap, shifted, touched_blocks
from ...reading.readers import Readers
from ...writing.writer import RasterWriter
from .kernel import FunctionKernel

SAMPLES = 4
"""Maximum number of windows that are computed a second time, for comparison."""

SAMPLE_EDGE = 60
"""Edge length in pixels of the windows that are computed a second time; deliberately not a common block size. In small
rasters, windows are smaller: if one covered the whole raster, it would be the same block as in the first computation,
and results that depend on the block would not differ."""


@dataclass(frozen=True)
class BlocksJob(PixelJob):
    """A job that calls a user's function; `unit` is the size of the function's blocks, or None for any size."""

    kernel: FunctionKernel
    unit: Shape | None = None

    @property
    def input_blocks(self) -> list[Shape]:
        """Shapes to which chunks are aligned: the block shapes of all inputs, and `unit`."""
        return [*super().input_blocks, *([self.unit] if self.unit else [])]

    def least_bytes(self, size: Shape) -> int:
        """Return the bytes of memory for one block of the function; 0 if the blocks can have any size."""
        if self.unit is None:
            return 0
        unit = min(self.unit[0], size[0]), min(self.unit[1], size[1])
        return chunk_bytes(unit, self.kernel.halo, self.bytes_per_pixel, self.input_block_bytes)


@dataclass(frozen=True)
class BlocksTask(PixelTask):
    """Engine task that calls a user's function. If `proved` is True, sample pixels are kept and later recomputed."""

    job: BlocksJob
    proved: bool = False

    @cached_property
    def samples(self) -> tuple[Window, ...]:
        """Windows of the output that are computed a second time, for comparison."""
        return tuple(sample_windows(self.chunks)) if self.proved else ()

    def open(self, readers: Readers) -> OpenBlocks:
        """Return the open task, which reads its inputs through `readers`."""
        return OpenBlocks(self, readers)


class Sample(NamedTuple):
    """Stored pixels (bands, rows, columns) of a window, kept for comparison with the same pixels computed again."""

    window: Window
    stored: npt.NDArray[Any]


class BlocksRecord(NamedTuple):
    """Statistics and counts of a slice of a chunk, and the pixels of the slice that are computed a second time."""

    pixels: PixelRecord
    samples: tuple[Sample, ...]


class OpenBlocks(OpenPixels):
    """A `BlocksTask` with open inputs. Thread-safe."""

    _task: BlocksTask

    def pixels(self, window: Window, stop: Stop) -> Pixels:
        """Call the function for each block that touches a window of the output, and return the pixels of the window."""
        unit = self._task.job.unit
        return self._call(window, stop) if unit is None else self._joined(window, unit, stop)

    def compute(self, window: Window, stop: Stop) -> Chunk:
        """Return the pixels and the mask of a window of the output, with statistics, counts and sample pixels."""
        chunk = super().compute(window, stop)
        samples = tuple(
            Sample(part, cut(chunk.pixels, part, window).copy())
            for part in (overlap(sample, window) for sample in self._task.samples)
            if part is not None
        )
        return chunk._replace(record=BlocksRecord(chunk.record, samples))

    def _call(self, window: Window, stop: Stop) -> Pixels:
        task = self._task
        stop.check()
        stack = read_stack(self._readers, task.job, shifted(window, task.window), stop)
        return with_visible(task.job.kernel(stack), stack)

    def _joined(self, window: Window, unit: Shape, stop: Stop) -> Pixels:
        """Return the pixels of a window, taken from the blocks that touch it. These blocks are computed completely."""
        task = self._task
        stored = np.empty((task.job.kernel.count, window.height, window.width), task.output.dtype)
        valid = np.empty(stored.shape, bool)
        counts = Counts()
        for block in units(task.chunks, window, unit):
            found = self._call(block, stop)
            part = block.intersection(window)
            cut(stored, part, window)[...] = cut(found.stored, part, block)
            cut(valid, part, window)[...] = cut(found.valid, part, block)
            if (part.col_off, part.row_off) == (block.col_off, block.row_off):  # count pixels once
                counts.add(found.counts)
        return Pixels(stored, valid, counts.numbers)


def units(chunks: ChunkPlan, window: Window, unit: Shape) -> Iterator[Window]:
    """Yield the blocks of size `unit` that touch a window of the output. Blocks are cropped to the output."""
    output = Window(0, 0, chunks.width, chunks.height)
    for block in touched_blocks(window, unit):
        yield block.intersection(output)


def cut(array: npt.NDArray[Any], part: Window, window: Window) -> npt.NDArray[Any]:
    """Return a view of the pixels in window `part`, from an array (bands, rows, columns) of the pixels in `window`."""
    rows, cols = offset_slices(part, window)
    return array[:, rows, cols]


def sample_windows(chunks: ChunkPlan) -> Iterator[Window]:
    """Yield the windows to compute twice: around some chunk corners or, with only one chunk, around its centre."""
    lines, edges = [], []
    for size, chunk in ((chunks.height, chunks.chunk[0]), (chunks.width, chunks.chunk[1])):
        lines.append(range(chunk, size, chunk) or (size // 2,))
        edges.append(min(SAMPLE_EDGE, size * 3 // 4 or 1))
    rows, cols = lines
    corners = len(rows) * len(cols)
    for number in sorted({corners * share // SAMPLES for share in range(SAMPLES)}):
        row, col = rows[number // len(cols)], cols[number % len(cols)]
        top, left = max(0, row - edges[0] // 2), max(0, col - edges[1] // 2)
        yield Window(left, top, min(edges[1], chunks.width - left), min(edges[0], chunks.height - top))


class ProvedTotals(PixelTotals):
    """Collects the totals of a run, and recomputes some windows for comparison before the output is finished."""

    def __init__(self, task: BlocksTask, progress: Progress) -> None:
        super().__init__(task.chunks, task.job.bands, task.job.scales)
        self._task, self._progress = task, progress
        self._samples: list[Sample] = []

    def add(self, record: BlocksRecord) -> None:  # type: ignore[override]
        """Add the statistics, counts and sample pixels of a slice of a chunk."""
        super().add(record.pixels)
        self._samples += record.samples

    def describe(self, writer: RasterWriter) -> None:
        """Check that results do not depend on the division into blocks, and write statistics and band descriptions.

        Raises
        ------
        OptionError
            Pixels differed when they were computed again; the message contains their number and the largest difference.
        Cancelled
            The run was cancelled.
        """
        self._prove()
        super().describe(writer)

    def _prove(self) -> None:
        count = total = 0
        largest = 0.0
        with Readers(self._task.open_files) as readers:
            opened = self._task.open(readers)
            for window in self._task.samples:
                if self._progress.is_cancelled():
                    raise Cancelled
                again = opened.pixels(window, Stop()).stored
                for part, stored in self._samples:
                    inside = overlap(part, window)
                    if inside is None:
                        continue
                    first = cut(stored, inside, part)
                    second = cut(again, inside, window)
                    differs = ~((first == second) | (first != first) & (second != second))
                    count, total = count + int(np.count_nonzero(differs)), total + differs.size
                    if differs.any():
                        off = np.abs(first[differs].astype(np.float64) - second[differs].astype(np.float64))
                        largest = max(largest, float(np.nanmax(off, initial=0)))
        if count:
            raise OptionError(_difference_text(count, total, largest, self._task), parameter="function")


def _difference_text(count: int, total: int, largest: float, task: BlocksTask) -> str:
    found = f"{count} of {total} pixels differed, by up to {largest:.6g}, when they were computed again from"
    if task.job.unit is not None:
        return (
            f"{found} the same blocks. The function is random, or its result depends on earlier calls. Use a fixed "
            "seed, or turn the check off with prove=False."
        )
    return (
        f"{found} different blocks. The halo ({task.job.kernel.halo} pixels) is too small, or the function is random "
        "or depends on the position or size of its block. Use a larger `halo`, set a fixed block size with `block`, or "
        "turn the check off with prove=False."
    )


@dataclass(frozen=True)
class BlocksPlan(PixelPlan):
    """Plan of a run that calls a function. If `proved` is True, some windows are computed twice and compared."""

    job: BlocksJob
    proved: bool = True
    progress: Progress = field(default_factory=NoProgress)

    @property
    def task(self) -> BlocksTask:
        """Engine task that computes the output."""
        return BlocksTask(self.job, self.window, self.profile, self.chunks, self.proved)

    def totals(self) -> PixelTotals:
        """Return an empty collector of statistics, pixel counts and samples."""
        return ProvedTotals(self.task, self.progress)
