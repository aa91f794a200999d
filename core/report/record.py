"""Record of a run as plain values for the report: parameters, log, chunks, timings, memory and pixel counts."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ..parallel.recorder import MemorySample, Recorder, Span
from ..versions import library_versions

if TYPE_CHECKING:
    from ..parallel.chunks import ChunkPlan

THROUGHPUT_STEPS = 48
"""Number of time steps in the throughput chart."""

Place = tuple[int, int, int, int]
"""Column, row, width and height of a window in pixels."""


class GivenParameter(NamedTuple):
    """Value of a parameter of the calling program.

    If `preferred` is False, the report shows the value that the job recorded, and `value` only if there is none.
    """

    value: object
    preferred: bool = False


@dataclass
class ReportFile(os.PathLike):  # type: ignore[type-arg]
    """Path of a report, and the software versions and parameters that the caller adds to the report.

    `parameters` contains all parameters of the calling program by name, in the order in which the report lists them. If
    it is empty, the report lists the parameters of the job. `written` is true once the report has been written.
    """

    path: str
    versions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, GivenParameter] = field(default_factory=dict)
    written: bool = False

    def __fspath__(self) -> str:
        return self.path

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True)
class RunRecord:
    """Contents of the report of a run.

    `chunks` are the windows of the chunks in order, within `width` x `height` pixels. `workers` is the maximum number
    of chunks processed at the same time. `valid` is the number of valid pixels; None if they were not counted.
    `memory_bound` is the planned memory for chunks computed at the same time, and `memory_limit` the memory limit of
    the run, both in bytes. `unit` is the name of a unit of work, such as "chunk" or "file"; units other than chunks
    have no position and are drawn side by side. `written` is the number of pixels in all output files; if it is None,
    the pixels of `chunks` are counted. `sections` are further headings with their content as HTML.
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
    memory_limit: int
    valid: int | None
    counts: Mapping[str, object]
    parameters: Mapping[str, object]
    versions: Mapping[str, str]
    spans: Sequence[Span] = ()
    memory: Sequence[MemorySample] = ()
    log: Sequence[tuple[str, str]] = ()
    unit: str = "chunk"
    written: int | None = None
    sections: Sequence[tuple[str, str]] = ()

    @property
    def pixels(self) -> int:
        """Number of pixels of the output."""
        return sum(width * height for _, _, width, height in self.chunks) if self.written is None else self.written

    @property
    def computing(self) -> tuple[float, float]:
        """Start of the first chunk and end of the last chunk, in seconds since the start of the run."""
        return min((each.start for each in self.spans), default=0.0), max(
            (each.end for each in self.spans), default=0.0
        )

    @property
    def megapixels_per_second(self) -> float:
        """Mean throughput of the whole run."""
        return self.pixels / 1e6 / max(self.seconds, 1e-9)


def run_record(
    recorder: Recorder, plan: ChunkPlan, title: str, output: str, valid: int | None, counts: Mapping[str, object]
) -> RunRecord:
    """Return the record of a finished run from its recorder, chunk plan and pixel counts."""
    return recorded(
        recorder,
        title=title,
        output=output,
        width=plan.width,
        height=plan.height,
        chunks=[(each.col_off, each.row_off, each.width, each.height) for each in plan.windows()],
        workers=plan.in_flight,
        memory_bound=plan.memory,
        memory_limit=plan.limit,
        valid=valid,
        counts=counts,
    )


def recorded(recorder: Recorder, **fields: Any) -> RunRecord:
    """Return the record of a finished run from its recorder and the remaining fields of `RunRecord`."""
    recorder.sample()
    return RunRecord(
        finished=time.strftime("%Y-%m-%d %H:%M:%S"),
        seconds=recorder.seconds,
        parameters=_parameters(recorder),
        versions=all_versions(recorder),
        spans=tuple(recorder.spans),
        memory=tuple(recorder.memory),
        log=tuple(recorder.lines),
        **fields,
    )


def _parameters(recorder: Recorder) -> dict[str, object]:
    """Return the parameters of the calling program, or those of the job if the caller did not list its own."""
    known = recorder.parameters
    given = recorder.report.parameters if isinstance(recorder.report, ReportFile) else {}
    if not given:
        return known
    return {name: each.value if each.preferred else known.get(name.lower(), each.value) for name, each in given.items()}


def all_versions(recorder: Recorder) -> dict[str, str]:
    """Return the versions of the calling program and of the libraries that the run used."""
    host = recorder.report.versions if isinstance(recorder.report, ReportFile) else {}
    return {**host, **run_versions()}


def throughput(record: RunRecord) -> list[tuple[float, float]]:
    """Return the throughput as (seconds, megapixels per second) points at the start and end of each time step."""
    spans = record.spans
    start, end = record.computing
    count = THROUGHPUT_STEPS
    step = (end - start) / count
    if step <= 0:
        return []
    done = [0.0] * count
    for span in spans:
        _, _, width, height = record.chunks[span.chunk]
        # The pixels of a chunk are spread evenly over its duration.
        speed = width * height / 1e6 / max(span.end - span.start, 1e-9)
        first, last = int((span.start - start) / step), min(count - 1, int((span.end - start) / step))
        for index in range(first, last + 1):
            inside = min(span.end, start + (index + 1) * step) - max(span.start, start + index * step)
            done[index] += speed * max(0.0, inside)
    edges = ((start + index * step, start + (index + 1) * step) for index in range(count))
    return [(edge, amount / step) for pair, amount in zip(edges, done) for edge in pair]


def run_versions() -> dict[str, str]:
    """Return the versions of the libraries that a run uses, by name; unknown versions are left out."""
    import rasterio

    gdal = {"GDAL": str(rasterio.__gdal_version__), "PROJ": str(getattr(rasterio, "__proj_version__", ""))}
    return {name: version for name, version in {**library_versions(), **gdal}.items() if version}
