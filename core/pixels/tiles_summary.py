"""What is said of a set when all its files are done: in the log, and in a report of the run."""

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
from .run import PixelResult, log_counts, report_counts
from .stack import Counts
from .tiles_plan import PlannedTile


@dataclass(frozen=True)
class DoneSet:
    """The files that were planned, the results by their sources, and what was wrong with those that failed."""

    planned: Sequence[PlannedTile]
    results: Mapping[str, PixelResult]
    failed: Mapping[str, InputError]

    @property
    def counts(self) -> Mapping[str, int]:
        """The counts of all files together."""
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
        """Number of pixels of the files that were computed."""
        return sum(each.plan.pixels for each in self.planned if each.source in self.results)

    @property
    def valid(self) -> int:
        """Number of valid pixels in them."""
        return sum(result.valid for result in self.results.values())


def log_summary(log: Log, done: DoneSet, seconds: float) -> None:
    """Log how many files were done, how fast, and what was found in them."""
    log_counts(log, done.planned[0].plan.job, done.counts)
    if done.empty:
        log.warning(f"{done.empty} files hold no valid pixel.")
    for source, error in done.failed.items():
        log.warning(f"Not computed: {source}: {error}")
    log.info(f"{len(done.results)} of {len(done.planned)} files, {format_speed(done.pixels, seconds)}")


def report_set(recorder: Recorder, done: DoneSet, folder: str, title: str, run: RunOptions) -> None:
    """Write the report of a run whose files are complete: each file is one piece of work."""
    in_turn = sorted(done.planned, key=lambda each: not each.small)
    width, height, places = _side_by_side([(each.plan.chunks.width, each.plan.chunks.height) for each in in_turn])
    counts = {
        "Files": len(done.planned),
        "Files without a valid pixel": done.empty,
        **report_counts(done.planned[0].plan.job, done.counts),
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
        valid=done.valid,
        counts=counts,
        unit="file",
    )
    write_report(recorder, record)


def _side_by_side(sizes: Sequence[tuple[int, int]]) -> tuple[int, int, list[Place]]:
    """Return width and height of a drawing of rectangles in rows, about a square, and their places in it."""
    edge = max(math.isqrt(sum(width * height for width, height in sizes)), *(width for width, _ in sizes))
    places: list[Place] = []
    col = row = highest = 0
    for width, height in sizes:
        if col + width > edge:
            col, row, highest = 0, row + highest, 0
        places.append((col, row, width, height))
        col, highest = col + width, max(highest, height)
    return edge, row + highest, places
