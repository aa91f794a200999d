"""One run of a benchmark: a job done from file to file in one way, timed, and its pixels."""

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
    """What a run made: statistics to the last digit, the checksum of the pixels of each window, and the seconds."""

    statistics: str
    pixels: dict[PixelWindow, int]
    seconds: float


class _SilentLog:
    """A `Log` that nobody reads."""

    def info(self, msg: str) -> None:
        """Ignore the line."""

    def warning(self, msg: str) -> None:
        """Ignore the line."""


def make_result(way: Way, create: CreateFile | None, progress: Progress) -> TimedRun:
    """Return what was made, after writing it to the plan's destination and reading that; the reading is not timed.

    Parameters
    ----------
    way
        How it is made.
    create
        Makes the file, see `gdal_file.CreateFile`; None: rasterio does.
    progress
        Is told how far this run is.

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
    """Reports a step and listens for a cancel whenever it is asked: before each slice is computed, or read back."""

    def __init__(self, progress: Progress, total: int) -> None:
        super().__init__()
        self._progress, self._total, self._done = progress, total, 0

    def check(self) -> None:
        """Return while the run goes on.

        Raises
        ------
        Cancelled
            The user stopped it.
        """
        check_cancel(self._progress)
        self._progress.report(min(self._done, self._total), self._total)
        self._done += 1


def check_cancel(progress: Progress) -> None:
    """Return while nobody wants the run to stop.

    Raises
    ------
    Cancelled
        The user stopped it.
    """
    if progress.is_cancelled():
        raise Cancelled


def check_equal(first: TimedRun, made: TimedRun, way: Way) -> None:
    """Return where two runs made the same pixels and statistics.

    Raises
    ------
    OutputError
        They did not; names the way of the second and the place.
    """
    differs = [place for place, checksum in first.pixels.items() if made.pixels[place] != checksum]
    if differs or made.statistics != first.statistics:
        what = f"the pixels {format_place(differs[0])} are" if differs else "the statistics are"
        raise OutputError(
            f"The benchmark was stopped: with {way}, {what} not those of the serial run. The memory or the disk may be "
            "failing; if it happens again, please report it with this raster."
        )


def _pixels(plan: PixelPlan, progress: Progress) -> dict[PixelWindow, int]:
    """Return the checksums of the result in windows that are the same for all ways."""
    path, width = plan.destination, plan.chunks.width
    rows = plan.chunks.block[0]
    windows = subdivide(
        Window(0, 0, width, plan.chunks.height), (max(rows, SLICE_PIXELS // width // rows * rows), width)
    )
    found = {}
    with open_dataset(path, driver="GTiff", sharing=False) as dataset:
        for window in windows:
            check_cancel(progress)
            pixels: Any = named(path, functools.partial(dataset.read, window=window), "cannot be read")
            found[PixelWindow.of(window)] = checksum_of(pixels)
    return found
