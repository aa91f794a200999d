"""Runs a pixelwise job, from the plan to the finished file, log and report."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..engine.options import RunOptions
from ..engine.run import Executor, Watch, connect_workers, executor_of, run_task
from ..engine.values import ValueRun
from ..parallel.machine import keep_freed_memory
from ..parallel.recorder import Recorder
from ..progress import Log, Progress, format_speed, log_plan, stages
from ..report.page import write_report
from ..report.record import run_record
from ..writing.cog import raster_writer
from ..writing.writer import RasterWriter
from .raster_plan import Counted, PixelResult, RasterPlan
from .stack import VISIBLE

if TYPE_CHECKING:
    from ..cluster.workers import ClusterWorkers

FirstPass = Callable[[Any, ValueRun], RasterPlan]
"""Function that runs the first pass of a two-pass job: takes the job's plan, returns the plan of the second pass."""


def run_pixels(
    plan_job: Callable[[RunOptions], RasterPlan],
    parameters: Mapping[str, object],
    run: RunOptions,
    first_pass: FirstPass | None = None,
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
    first_pass
        First pass of a job with two passes; None for jobs with one pass.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the run was cancelled.
    """
    run, recorder = run.recorded(parameters)
    plan = plan_job(run)
    with connect_workers(run.cluster, run.progress, run.log) as cluster_workers:
        if cluster_workers is not None:
            chunks = cluster_workers.fit(plan.chunks, chunk_size=run.chunk_size, memory=run.memory)
            plan = plan.with_chunks(chunks)
        log_plan(run.log, plan.decisions(), plan.warnings)
        warn_of_functions(run.log, plan.inexact, cluster_workers)
        open_writer = functools.partial(raster_writer, plan.destination, plan.profile, create=run.create, copy=run.copy)
        return write_pixels(plan, open_writer, run, recorder, cluster_workers, first_pass)


def warn_of_functions(log: Log, inexact: bool, cluster_workers: ClusterWorkers | None) -> None:
    """Log a warning if a job uses functions whose results differ in the last bit between workers and this machine."""
    if cluster_workers is not None and inexact and cluster_workers.functions_differ:
        log.warning(
            "exp, ln, powers and trigonometric functions differ in the last bit between the workers and this machine, "
            "so the output is not reproducible bit for bit. Use the same numpy version and kind of CPU on all machines."
        )


def write_pixels(
    plan: RasterPlan,
    open_writer: Callable[[], RasterWriter],
    run: RunOptions,
    recorder: Recorder | None = None,
    cluster_workers: ClusterWorkers | None = None,
    first_pass: FirstPass | None = None,
) -> PixelResult:
    """Compute and write the planned output in parallel chunks, and return the result."""
    started = time.monotonic()
    if cluster_workers is not None:
        cluster_workers.check_packages(plan.packages)
    keep_freed_memory()
    inputs = plan.snapshot()
    with open_writer() as writer:
        shares = writer.shares(plan.chunks.count, run.verify)
        reading, computing, finishing = stages(run.progress, shares[0] if first_pass else 0, *shares)
        if first_pass is not None:
            folder = os.path.dirname(plan.destination)
            plan = first_pass(plan, ValueRun(plan.chunks, reading, cluster_workers, folder=folder))
        executor = executor_of(cluster_workers, workers=plan.workers, verify=run.verify)
        result = write_chunks(plan, writer, executor, computing, recorder)
        writer.finish(workers=plan.workers, progress=finishing, verify=run.verify, check_inputs=inputs.check)
    _log_summary(run.log, plan, result, time.monotonic() - started)
    if recorder is not None:
        counts = {**report_counts(plan.counted, result.counts), **plan.reported(result)}
        record = run_record(recorder, plan.chunks, plan.title, plan.destination, result.valid, counts)
        write_report(recorder, record)
    return result


def write_chunks(
    plan: RasterPlan, writer: RasterWriter, executor: Executor, progress: Progress, recorder: Recorder | None = None
) -> PixelResult:
    """Write all chunks and the band descriptions, and return the result; the caller must finish the writer."""
    totals = plan.totals()
    copied = run_task(plan.task, writer, executor, Watch(progress, totals.add, recorder))
    totals.describe(writer)
    return totals.result(plan.destination, copied)


def log_counts(log: Log, counted: Sequence[Counted], counts: Mapping[str, int]) -> None:
    """Log a warning for each nonzero pixel count that has a warning text."""
    for each in counted:
        number = counts.get(each.key, 0)
        if number and each.warning:
            log.warning(each.warning.format(number))


def report_counts(counted: Sequence[Counted], counts: Mapping[str, int]) -> dict[str, object]:
    """Return the pixel counts to report, by label."""
    return {each.name: counts.get(each.key, 0) for each in counted}


def _log_summary(log: Log, plan: RasterPlan, result: PixelResult, seconds: float) -> None:
    log_counts(log, plan.counted, result.counts)
    if result.counts.get(VISIBLE) == 0:
        log.warning("The mask hides all pixels of the output. Check MASK, MASK_VALUES and MASK_BITS.")
    if not result.valid:
        log.warning(f"{result.nothing}{', so the output has no statistics' * bool(result.statistics)}.")
    for line in plan.summary(result):
        log.info(line)
    log.info(format_speed(result.pixels, seconds))
