"""What is said of a set of indexes when all its files are done: in the log, and in a report of the run."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...choices import INDEXES
from ...errors import InputError
from ...parallel.recorder import Recorder
from ...progress import Log, speed_in_words
from ...report.page import write_report
from ...report.record import Place, recorded
from ...units import MEBIBYTE
from .plan import IndexOptions
from .tiles_plan import OF_ONE_RASTER, PlannedTile

if TYPE_CHECKING:
    from .job import IndexResult


@dataclass(frozen=True)
class DoneSet:
    """The files that were planned, the results by their sources, and what was wrong with those that failed."""

    planned: Sequence[PlannedTile]
    results: Mapping[str, IndexResult]
    failed: Mapping[str, InputError]

    @property
    def outside(self) -> int:
        """Number of valid pixels outside [-1, 1]."""
        return sum(result.outside_count for result in self.results.values())

    @property
    def empty(self) -> int:
        """Number of files without a valid pixel."""
        return sum(result.valid_percent == 0 for result in self.results.values())

    @property
    def pixels(self) -> int:
        """Number of pixels of the files that were computed."""
        return sum(each.plan.pixels for each in self.planned if each.source in self.results)

    @property
    def valid(self) -> int:
        """Number of valid pixels in them."""
        return sum(
            round(self.results[each.source].valid_percent * each.plan.pixels / 100)
            for each in self.planned
            if each.source in self.results
        )


def log_summary(log: Log, done: DoneSet, seconds: float) -> None:
    """Log how many files were done, how fast, and what was found in them."""
    if done.outside:
        log.warning(f"{done.outside} valid pixels in all lie outside [-1, 1], where a term is negative.")
    if done.empty:
        log.warning(f"{done.empty} files hold no valid pixel.")
    for source, error in done.failed.items():
        log.warning(f"Not computed: {source}: {error}")
    log.info(f"{len(done.results)} of {len(done.planned)} files, {speed_in_words(done.pixels, seconds)}")


def set_recorder(
    report: str | os.PathLike[str], sources: object, folder: object, pattern: str, options: IndexOptions, log: Log
) -> Recorder:
    """Return the recorder of a run, which knows its parameters."""
    own = {name: value for name, value in vars(options).items() if name not in OF_ONE_RASTER}
    return Recorder(report, {"inputs": sources, "output": folder, "pattern": pattern, **own}, log)


def report_set(recorder: Recorder, done: DoneSet, folder: str, options: IndexOptions) -> None:
    """Write the report of a run whose files are complete: each file is one piece of work."""
    in_turn = sorted(done.planned, key=lambda each: not each.small)
    width, height, places = _side_by_side([(each.plan.chunks.width, each.plan.chunks.height) for each in in_turn])
    counts = {
        "Files": len(done.planned),
        "Files without a valid pixel": done.empty,
        "Pixels outside [-1, 1]": done.outside,
    }
    record = recorded(
        recorder,
        title=f"{INDEXES[options.index.lower()].name} of {len(done.planned)} files",
        output=folder,
        width=width,
        height=height,
        chunks=places,
        workers=options.workers,
        memory_bound=int(options.memory * MEBIBYTE),
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
