"""Interface of jobs that write one raster, for running a job once or on each of many files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ..engine.task import RasterTask
from ..parallel.chunks import ChunkPlan
from ..raster.statistics import Statistics
from ..reading.readers import InputSnapshot
from ..writing.creation_options import OutputProfile
from ..writing.writer import RasterWriter


class Counted(NamedTuple):
    """A pixel count to report: key in the job's counts, label in reports, and a warning in which {} is the count."""

    key: str
    name: str
    warning: str = ""


@dataclass(frozen=True)
class PixelResult:
    """Result of a job that wrote one raster.

    `valid` is the number of `pixels` that are valid in at least one band. `statistics` describe the valid pixels of
    each band, after scale and offset were applied; they are empty if the job does not compute them. `counts` are the
    job's pixel counts, and `copied` is the number of pixels that were copied without decoding. `nothing` is the text of
    the warning that is logged if no pixel is valid.
    """

    output: str
    pixels: int
    valid: int
    statistics: tuple[Statistics, ...]
    counts: Mapping[str, int]
    copied: int = 0
    nothing: str = "No pixel is valid"

    @property
    def valid_percent(self) -> float:
        """Percentage of pixels that are valid."""
        return self.percent(self.valid)

    def percent(self, pixels: int) -> float:
        """Return a number of pixels as a percentage of all pixels."""
        return 100 * pixels / self.pixels


class Totals(Protocol):
    """Collects the records of a run. Each slice of a chunk yields one record, such as statistics and pixel counts."""

    def add(self, record: Any) -> None:
        """Add the record of one slice of a chunk, such as its statistics."""

    def describe(self, writer: RasterWriter) -> None:
        """Write the band metadata that is known only after the last slice."""

    def result(self, destination: str, copied: int) -> PixelResult:
        """Return the result; `destination` is the output, and `copied` the number of pixels copied without decoding."""


class RasterPlan(Protocol):
    """Plan of a run that writes one raster. No pixels are read to make the plan."""

    @property
    def destination(self) -> str:
        """Absolute path of the output."""

    @property
    def profile(self) -> OutputProfile:
        """Profile of the output."""

    @property
    def chunks(self) -> ChunkPlan:
        """Chunk plan of the output."""

    @property
    def workers(self) -> int:
        """Number of threads."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings that are logged before the run starts."""

    @property
    def title(self) -> str:
        """Name of the result in reports."""

    @property
    def counted(self) -> Sequence[Counted]:
        """Pixel counts to report."""

    @property
    def inexact(self) -> bool:
        """True if the last bit of the results depends on the numpy version and the kind of CPU."""

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages that the job needs in addition to those that the plugin requires."""

    @property
    def pixels(self) -> int:
        """Number of pixels of the output."""

    @property
    def task(self) -> RasterTask:
        """Engine task that computes the output."""

    def with_chunks(self, chunks: ChunkPlan) -> RasterPlan:
        """Return a copy of the plan with the given chunks."""

    def snapshot(self) -> InputSnapshot:
        """Return a snapshot of the inputs, to detect later changes."""

    def decisions(self) -> list[str]:
        """Return the log lines that describe the plan."""

    def totals(self) -> Totals:
        """Return an empty collector for the records of a run."""

    def summary(self, result: PixelResult) -> list[str]:
        """Return the log lines that describe the result."""

    def reported(self, result: PixelResult) -> Mapping[str, object]:
        """Return numbers for the report, by label, in addition to the pixel counts."""
