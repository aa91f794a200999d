"""Runs a pixelwise job, from the plan to the finished file, log and report."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..engine.options import RunOptions
from ..engine.run import Executor, Watch, connect_workers, executor_of, run_task
from ..parallel.machine import keep_freed_memory
from ..parallel.recorder import Recorder
from ..progress import Log, Progress, format_speed, log_plan, stages
from ..raster.statistics import Statistics
from ..report.page import write_report
from ..report.record import run_record
from ..writing.cog import raster_writer
from ..writing.writer import RasterWriter
from .job import PixelJob, PixelTotals
from .plan import PixelPlan

if TYPE_CHECKING:
    from ..cluster.workers import ClusterWorkers


@dataclass(frozen=True)
class PixelResult:
    """Result of a finished file.

    `valid` is the number of `pixels` that are valid in at least one band. `statistics` describe the valid pixels of
    each band, after scale and offset were applied; `counts` are the kernel's pixel counts.
    """

    output: str
    pixels: int
    valid: int
    statistics: tuple[Statistics, ...]
    counts: Mapping[str, int]

    @property
    def valid_percent(self) -> float:
        """Percentage of pixels that are valid."""
        return 100 * self.valid / self.pixels


def run_pixels(
    plan_job: Callable[[RunOptions], PixelPlan], parameters: Mapping[str, object], run: RunOptions
) -> PixelResult:
    """Plan a job, write its output on local threads or cluster workers, and return the result.

    Parameters
    ----------
    plan_job
        Function that returns the plan of a run with the given options.
    parameters
        Parameters of the job by name, for the report.
    run
        Run options.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the run was cancelled.
    """
    run, recorder = run.recorded(parameters)
    plan = plan_job(run)
    with connect_workers(run.cluster, run.progress, run.log) as cluster_workers:
        if cluster_workers is not None:
            plan = replace(plan, chunks=cluster_workers.fit(plan.chunks, chunk_size=run.chunk_size, memory=run.memory))
        log_plan(run.log, plan.decisions(), plan.warnings)
        warn_of_functions(run.log, plan.job, cluster_workers)
        open_writer = functools.partial(raster_writer, plan.destination, plan.profile, create=run.create, copy=run.copy)
        return write_pixels(plan, open_writer, run, recorder, cluster_workers)


def warn_of_functions(log: Log, job: PixelJob, cluster_workers: ClusterWorkers | None) -> None:
    """Log a warning if the job uses functions whose results differ in the last bit between workers and this machine."""
    if cluster_workers is not None and job.inexact and cluster_workers.functions_differ:
        log.warning(
            "exp, ln, powers and trigonometric functions differ in the last bit between the workers and this machine, "
            "so the output is not reproducible bit for bit. Use the same numpy version and kind of CPU on all machines."
        )


def write_pixels(
    plan: PixelPlan,
    open_writer: Callable[[], RasterWriter],
    run: RunOptions,
    recorder: Recorder | None = None,
    cluster_workers: ClusterWorkers | None = None,
) -> PixelResult:
    """Compute and write the planned output in parallel chunks, and return the result."""
    started = time.monotonic()
    if cluster_workers is not None:
        cluster_workers.check_packages(plan.packages)
    keep_freed_memory()
    inputs = plan.snapshot()
    with open_writer() as writer:
        computing, finishing = stages(run.progress, *writer.shares(plan.chunks.count, run.verify))
        executor = executor_of(cluster_workers, workers=plan.workers, verify=run.verify)
        totals = write_chunks(plan, writer, executor, computing, recorder)
        writer.finish(workers=plan.workers, progress=finishing, verify=run.verify, check_inputs=inputs.check)
    result = pixel_result(plan, totals)
    _log_summary(run.log, plan.job, result, time.monotonic() - started)
    if recorder is not None:
        counts = {**report_counts(plan.job, result.counts), **_format_statistics(plan.job, result)}
        record = run_record(recorder, plan.chunks, plan.job.title, plan.destination, result.valid, counts)
        write_report(recorder, record)
    return result


def write_chunks(
    plan: PixelPlan, writer: RasterWriter, executor: Executor, progress: Progress, recorder: Recorder | None = None
) -> PixelTotals:
    """Write all chunks and the band descriptions, and return the totals; the caller must finish the writer."""
    totals = PixelTotals(plan.task)
    run_task(plan.task, writer, executor, Watch(progress, totals.add, recorder))
    totals.describe(writer)
    return totals


def pixel_result(plan: PixelPlan, totals: PixelTotals) -> PixelResult:
    """Return the result of the finished file."""
    statistics = tuple(stored.scaled(*scale) for stored, scale in zip(totals.statistics, plan.job.scales))
    counts = dict(sorted(totals.counts.numbers.items()))  # sorted, since chunks finish in any order
    return PixelResult(plan.destination, plan.pixels, totals.valid, statistics, counts)


def log_counts(log: Log, job: PixelJob, counts: Mapping[str, int]) -> None:
    """Log a warning for each nonzero pixel count that has a warning text."""
    for counted in job.counted:
        number = counts.get(counted.key, 0)
        if number and counted.warning:
            log.warning(counted.warning.format(number))


def report_counts(job: PixelJob, counts: Mapping[str, int]) -> dict[str, object]:
    """Return the pixel counts to report, by their labels in the report."""
    return {counted.name: counts.get(counted.key, 0) for counted in job.counted}


def _log_summary(log: Log, job: PixelJob, result: PixelResult, seconds: float) -> None:
    log_counts(log, job, result.counts)
    if not result.valid:
        log.warning("No pixel is valid, so the output has no statistics.")
    several = len(result.statistics) > 1
    if several:
        log.info(f"{result.valid} of {result.pixels} pixels are valid in at least one band")
    for band, found in zip(job.kernel.bands, result.statistics):
        name = f"{band.description}: " if several else ""
        log.info(
            f"{name}{found.count} of {result.pixels} pixels are valid; minimum {found.minimum:.10g}, "
            f"maximum {found.maximum:.10g}, mean {found.mean:.10g}, standard deviation {found.std_dev:.10g}"
        )
    log.info(format_speed(result.pixels, seconds))


def _format_statistics(job: PixelJob, result: PixelResult) -> dict[str, object]:
    several = len(result.statistics) > 1
    return {
        f"{band.description}: {name.lower()}" if several else name: value
        for band, found in zip(job.kernel.bands, result.statistics)
        for name, value in (
            ("Minimum", found.minimum),
            ("Maximum", found.maximum),
            ("Mean", found.mean),
            ("Standard deviation", found.std_dev),
        )
    }
