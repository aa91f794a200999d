"""The record of a run: what was asked, decided, done and counted, as plain values that a report is made from."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..parallel.recorder import MemorySample, Recorder, Span
from ..versions import library_versions

if TYPE_CHECKING:
    from ..parallel.chunks import ChunkPlan

THROUGHPUT_STEPS = 48
"""Steps of time in which the throughput is told."""

Place = tuple[int, int, int, int]
"""Column, row, width and height of a window, pixels."""


@dataclass
class ReportFile(os.PathLike):  # type: ignore[type-arg]
    """The path of a report, the versions of the program that asks for it, and whether it has been written since."""

    path: str
    versions: Mapping[str, str] = field(default_factory=dict)
    written: bool = False

    def __fspath__(self) -> str:
        return self.path

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True)
class RunRecord:
    """All that a report tells.

    `chunks` are the windows of the chunks in the order of their numbers, within `width` x `height` pixels; `workers` is
    how many were done at once. `valid` counts pixels; None where pixels were not judged. `memory_bound` is in bytes.
    `unit` says what a chunk is: files have no place of their own and are drawn side by side.
    `written` is the number of pixels of several files; None: those of the one output.
    """

    title: str
    output: str
    finished: str
    seconds: float
    width: int
    height: int
    chunks: Sequence[Place]
    workers: int
    memory_bound: int
    valid: int | None
    counts: Mapping[str, object]
    parameters: Mapping[str, object]
    versions: Mapping[str, str]
    spans: Sequence[Span] = ()
    memory: Sequence[MemorySample] = ()
    log: Sequence[tuple[str, str]] = ()
    unit: str = "chunk"
    written: int | None = None

    @property
    def pixels(self) -> int:
        """Number of pixels of the output."""
        return sum(width * height for _, _, width, height in self.chunks) if self.written is None else self.written

    @property
    def computing(self) -> tuple[float, float]:
        """When the first chunk was begun and the last was done, seconds."""
        return min((each.start for each in self.spans), default=0.0), max(
            (each.end for each in self.spans), default=0.0
        )

    @property
    def megapixels_per_second(self) -> float:
        """The mean of the whole run."""
        return self.pixels / 1e6 / max(self.seconds, 1e-9)


def run_record(
    recorder: Recorder, plan: ChunkPlan, title: str, output: str, valid: int | None, counts: Mapping[str, object]
) -> RunRecord:
    """Return the record of a run that has just ended: what the recorder noted, the plan and what was counted."""
    return recorded(
        recorder,
        title=title,
        output=output,
        width=plan.width,
        height=plan.height,
        chunks=[(each.col_off, each.row_off, each.width, each.height) for each in plan.windows()],
        workers=plan.in_flight,
        memory_bound=plan.memory,
        valid=valid,
        counts=counts,
    )


def recorded(recorder: Recorder, **facts: Any) -> RunRecord:
    """Return the record of a run that has just ended, from other facts of `RunRecord` and what the recorder noted."""
    recorder.sample()
    return RunRecord(
        finished=time.strftime("%Y-%m-%d %H:%M:%S"),
        seconds=recorder.seconds,
        parameters=recorder.parameters,
        versions=all_versions(recorder),
        spans=tuple(recorder.spans),
        memory=tuple(recorder.memory),
        log=tuple(recorder.lines),
        **facts,
    )


def all_versions(recorder: Recorder) -> dict[str, str]:
    """Return the versions of the program that asked for the report, and of all that its run used."""
    host = recorder.report.versions if isinstance(recorder.report, ReportFile) else {}
    return {**host, **run_versions()}


def throughput(record: RunRecord) -> list[tuple[float, float]]:
    """Return the megapixels per second in equal steps of time: each step as its begin and its end."""
    spans = record.spans
    start, end = record.computing
    count = THROUGHPUT_STEPS
    step = (end - start) / count
    if step <= 0:
        return []
    done = [0.0] * count
    for span in spans:
        _, _, width, height = record.chunks[span.chunk]
        # A chunk counts for the steps that it lasted, evenly.
        speed = width * height / 1e6 / max(span.end - span.start, 1e-9)
        first, last = int((span.start - start) / step), min(count - 1, int((span.end - start) / step))
        for index in range(first, last + 1):
            inside = min(span.end, start + (index + 1) * step) - max(span.start, start + index * step)
            done[index] += speed * max(0.0, inside)
    edges = ((start + index * step, start + (index + 1) * step) for index in range(count))
    return [(edge, amount / step) for pair, amount in zip(edges, done) for edge in pair]


def run_versions() -> dict[str, str]:
    """Return the versions of all that a run uses."""
    import rasterio

    gdal = {"GDAL": str(rasterio.__gdal_version__), "PROJ": str(getattr(rasterio, "__proj_version__", ""))}
    return {name: version for name, version in {**library_versions(), **gdal}.items() if version}
