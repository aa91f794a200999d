"""The log summary and the report of a run on many files."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..engine.options import RunOptions
from ..errors import InputError
from ..parallel.recorder import Recorder
from ..progress import Log, format_speed
from ..report.page import write_report
from ..report.record import Place, recorded
from ..units import MEBIBYTE
from .raster_plan import PixelResult
from .run import log_counts, report_counts
from .stack import Counts
from .tiles_plan import PlannedTile


@dataclass(frozen=True)
class DoneSet:
    """Outcome of a run on many files: the planned files, and results and errors of files by source path."""

    planned: Sequence[PlannedTile]
    results: Mapping[str, PixelResult]
    failed: Mapping[str, InputError]

    @property
    def counts(self) -> Mapping[str, int]:
        """Pixel counts by key, summed over all computed files."""
        total = Counts()
        for result in self.results.values():
            total.add(result.counts)
        return total.numbers

    @property
    def empty(self) -> int:
        """Number of files without a valid pixel."""
        return sum(not result.valid for result in self.results.values())

    @property
    def pixels(self) -> int:
        """Number of pixels of all computed files."""
        return sum(each.plan.pixels for each in self.planned if each.source in self.results)

    @property
    def valid(self) -> int:
        """Number of valid pixels of all computed files."""
        return sum(result.valid for result in self.results.values())


def log_summary(log: Log, done: DoneSet, seconds: float) -> None:
    """Log the pixel counts, failures and speed of a finished run on many files."""
    log_counts(log, done.planned[0].plan.counted, done.counts)
    if done.empty:
        log.warning(f"Files without valid pixels: {done.empty}.")
    for source, error in done.failed.items():
        log.warning(f"Not computed: {source}: {error}")
    log.info(f"Files computed: {len(done.results)} of {len(done.planned)}; {format_speed(done.pixels, seconds)}")


def report_set(recorder: Recorder, done: DoneSet, folder: str, title: str, run: RunOptions) -> None:
    """Write the report of a run on many files, in which each file is shown as one chunk."""
    ordered = sorted(done.planned, key=lambda each: not each.small)
    width, height, places = _arrange([(each.plan.chunks.width, each.plan.chunks.height) for each in ordered])
    counts = {
        "Files": len(done.planned),
        "Files without a valid pixel": done.empty,
        **report_counts(done.planned[0].plan.counted, done.counts),
    }
    record = recorded(
        recorder,
        title=f"{title} of {len(done.planned)} files",
        output=folder,
        width=width,
        height=height,
        chunks=places,
        workers=run.workers,
        memory_bound=int(run.memory * MEBIBYTE),
        memory_limit=int(run.memory * MEBIBYTE),
        valid=done.valid,
        counts=counts,
        unit="file",
    )
    write_report(recorder, record)


def _arrange(sizes: Sequence[tuple[int, int]]) -> tuple[int, int, list[Place]]:
    """Arrange rectangles in rows that form roughly a square; return the total width and height, and all positions."""
    edge = max(math.isqrt(sum(width * height for width, height in sizes)), *(width for width, _ in sizes))
    places: list[Place] = []
    col = row = highest = 0
    for width, height in sizes:
        if col + width > edge:
            col, row, highest = 0, row + highest, 0
        places.append((col, row, width, height))
        col, highest = col + width, max(highest, height)
    return edge, row + highest, places
