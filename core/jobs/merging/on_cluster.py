"""The chunks of a merge on a cluster: those whose blocks are all an input's own are copied here, the others sent."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rasterio.windows import Window

from ...engine.run import run_work
from ...engine.task import ComputeChunk, Write
from ...parallel.chunks import ChunkPlan
from ...parallel.recorder import Recorder
from ...parallel.threads import run_chunks
from ...progress import Progress, Stop, stages
from ...reading.readers import Readers
from ...writing.creation_options import OutputProfile
from ...writing.writer import RasterWriter
from .pixels import MergeCounts, PieceMerger
from .plan import MergePlan
from .reader import InputReader
from .task import PieceRun, merge_window

if TYPE_CHECKING:
    from ...cluster.workers import Crew


@dataclass(frozen=True)
class MergeWork:
    """The chunks of a merge, decoded and merged."""

    plan: MergePlan

    @property
    def name(self) -> str:
        """What Dask's diagnostics call the job's tasks."""
        return "merge"

    @property
    def profile(self) -> OutputProfile:
        """The output."""
        return self.plan.profile

    @property
    def chunks(self) -> ChunkPlan:
        """Its chunks."""
        return self.plan.chunks

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that the inputs consist of."""
        return self.plan.files

    @property
    def open_files(self) -> int | None:
        """How many inputs a thread may keep open."""
        return self.plan.open_files

    def open(self, readers: Readers) -> ComputeChunk:
        """Return the function that merges a chunk."""
        reader = InputReader(self.plan.inputs, readers, self.plan.rules.pixel_rule)
        return functools.partial(_merge_chunk, self.plan, PieceMerger(self.plan.rules, self.plan.inputs, reader))


def _merge_chunk(plan: MergePlan, merger: PieceMerger, chunk: Window, stop: Stop, write: Write) -> MergeCounts:
    """Read, merge and write one chunk; return the counts of its pixels."""
    counts = MergeCounts()
    for piece in plan.chunks.slices(chunk):
        stop.check()
        counts = counts.plus(merge_window(merger, piece, write))
    return counts


def merge_on_cluster(
    run: PieceRun,
    plan: MergePlan,
    writer: RasterWriter,
    crew: Crew,
    *,
    verify: bool,
    progress: Progress,
    recorder: Recorder | None,
) -> None:
    """Copy and merge all chunks; return when all are there.

    Raises
    ------
    ParallelRasterError
        What a chunk raised, or the run was cancelled.
    """
    here: list[Window] = []
    there: list[Window] = []
    for window in plan.chunks.windows():
        (here if run.copies(window) else there).append(window)
    copying, merging = stages(progress, len(here), 10 * len(there))
    if here:
        run_chunks(run.work, here, name="merge", workers=plan.workers, progress=copying)
    if there:
        run_work(
            MergeWork(plan), writer, crew=crew, windows=there, workers=plan.workers, verify=verify, collect=run.add,
            progress=merging, recorder=recorder,
        )  # fmt: skip
