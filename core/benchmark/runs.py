"""A single benchmark run: time a job in one configuration, and compare the result with another run's result."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import Any

from rasterio.windows import Window

from ..engine.options import RunOptions
from ..errors import Cancelled, OutputError
from ..parallel.chunks import SLICE_PIXELS
from ..pixels.files import write_here
from ..pixels.plan import PixelPlan
from ..pixels.run import write_pixels
from ..progress import Progress, Stop
from ..raster.windows import subdivide
from ..reading.datasets import open_dataset
from ..reading.readers import named
from ..writing.gdal_file import CreateFile
from ..writing.read_back import PixelWindow, checksum_of, format_place
from ..writing.writer import RasterWriter
from .ways import Way


@dataclass(frozen=True)
class TimedRun:
    """Result of one run: exact statistics, a checksum for the pixels in each window, and the time in seconds."""

    statistics: str
    pixels: dict[PixelWindow, int]
    seconds: float


class _SilentLog:
    """A `Log` that ignores all lines."""

    def info(self, msg: str) -> None:
        """Ignore the log line."""

    def warning(self, msg: str) -> None:
        """Ignore the log line."""


def make_result(way: Way, create: CreateFile | None, progress: Progress) -> TimedRun:
    """Run the job once, and return its statistics, checksums and time. The checksums are not timed.

    Parameters
    ----------
    way
        The configuration to run.
    create
        Function that creates the output file (see `gdal_file.CreateFile`). If None, rasterio creates it.
    progress
        Receives the progress of this run.

    Raises
    ------
    ParallelRasterError
        As for `normalized_difference`.
    """
    plan = way.plan
    open_writer = functools.partial(RasterWriter, plan.destination, plan.profile, create)
    started = time.perf_counter()
    if way.workers:
        result = write_pixels(plan, open_writer, RunOptions(progress=progress, log=_SilentLog()))
    else:
        steps = _Steps(progress, 2 * sum(1 for chunk in plan.chunks.windows() for _ in plan.chunks.slices(chunk)))
        result = write_here(plan, open_writer, plan.snapshot(), steps, verify=True)
    seconds = time.perf_counter() - started
    return TimedRun(repr(result), _pixels(plan, progress), seconds)


class _Steps(Stop):
    """Stop flag for serial runs; each check of the flag also reports progress.

    A run checks the flag for each slice (some rows of a chunk), when the slice is computed and when it is read back.
    """

    def __init__(self, progress: Progress, total: int) -> None:
        super().__init__()
        self._progress, self._total, self._done = progress, total, 0

    def check(self) -> None:
        """Report one more step of progress.

        Raises
        ------
        Cancelled
            The user cancelled the run.
        """
        check_cancel(self._progress)
        self._progress.report(min(self._done, self._total), self._total)
        self._done += 1


def check_cancel(progress: Progress) -> None:
    """Raise Cancelled if the run was cancelled.

    Raises
    ------
    Cancelled
        The user cancelled the run.
    """
    if progress.is_cancelled():
        raise Cancelled


def check_equal(first: TimedRun, made: TimedRun, way: Way) -> None:
    """Raise OutputError unless two runs gave the same pixels and statistics.

    Raises
    ------
    OutputError
        The results differ. The message states the configuration of the second run and the first pixels that differ.
    """
    different = [window for window, checksum in first.pixels.items() if made.pixels[window] != checksum]
    if different or made.statistics != first.statistics:
        what = f"the pixels {format_place(different[0])}" if different else "the statistics"
        raise OutputError(
            f"The benchmark was stopped: with {way}, {what} differ from those of the serial run. The memory or disk of "
            "this computer may be faulty. If this happens again, report the problem and include this raster."
        )


def _pixels(plan: PixelPlan, progress: Progress) -> dict[PixelWindow, int]:
    """Return one checksum per window of the result.

    The windows do not depend on the configuration, so checksums of different runs can be compared.
    """
    path, width = plan.destination, plan.chunks.width
    rows = plan.chunks.block[0]
    windows = subdivide(
        Window(0, 0, width, plan.chunks.height), (max(rows, SLICE_PIXELS // width // rows * rows), width)
    )
    checksums = {}
    with open_dataset(path, driver="GTiff", sharing=False) as dataset:
        for window in windows:
            check_cancel(progress)
            pixels: Any = named(path, functools.partial(dataset.read, window=window), "cannot be read")
            checksums[PixelWindow.of(window)] = checksum_of(pixels)
    return checksums
