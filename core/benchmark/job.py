"""Benchmark: measure how fast a pixelwise job runs serially and in parallel, for several chunk sizes.

Each run performs the complete job from input file to output file, including verification. Every result is compared
with the first result, pixel by pixel.
"""

from __future__ import annotations

import contextlib
import os
import platform
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..choices import BENCHMARK_CHUNK_SIZES
from ..engine.options import RunOptions
from ..errors import OptionError, OutputError, about, renamed
from ..jobs.difference.job import plan_normalized_difference
from ..parallel.machine import available_memory, keep_freed_memory, processor_name, usable_cpus
from ..pixels.plan import PixelPlan
from ..progress import DEFAULT_LOG, Log, NoProgress, Progress, stages
from ..reading.readers import read_bands
from ..report.page import duration
from ..report.record import ReportFile, run_versions
from ..units import MEBIBYTE
from ..writing.checks import check_report, check_table
from ..writing.gdal_file import CreateFile
from ..writing.partial_file import write_texts
from .page import BenchmarkRecord, Measurement, benchmark_page, benchmark_table, outcome
from .runs import check_equal, make_result
from .ways import BenchmarkPlan, PlanWay, format_shape, middle, plan_benchmark

STEPS = 1000
"""Number of progress steps per run."""

RESULT = "benchmark.tif"


@dataclass(frozen=True)
class BenchmarkResult:
    """Result of a benchmark.

    Attributes
    ----------
    table : str or None
        Path of the CSV file; None if no table was requested.
    report : str or None
        Path of the HTML file; None if no report was requested.
    speedup : float
        Median time of the fastest serial configuration, divided by the median time of the fastest parallel one.
    best_chunk_size : int
        Chunk size of the fastest parallel configuration, in pixels.
    measurements : tuple of core.benchmark.page.Measurement
        Run times of every configuration.
    """

    table: str | None
    report: str | None
    speedup: float
    best_chunk_size: int
    measurements: tuple[Measurement, ...]


def benchmark_normalized_difference(
    src: str | os.PathLike[str],
    *,
    table: str | os.PathLike[str] | None = None,
    report: str | os.PathLike[str] | None = None,
    band_a: int = 4,
    band_b: int = 3,
    workers: int = 0,
    repeats: int = 3,
    chunk_sizes: Sequence[int] = BENCHMARK_CHUNK_SIZES,
    extent: tuple[float, float, float, float] | None = None,
    creation_options: str | Mapping[str, object] = "",
    memory: float = 0,
    folder: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    create: CreateFile | None = None,
) -> BenchmarkResult:
    """Measure how fast the normalized difference of a raster is computed serially and in parallel.

    A configuration is a number of workers and a chunk size. Each round runs every configuration once, so that other
    load on the computer affects all of them alike.

    Parameters
    ----------
    src : str or os.PathLike
        Input raster. If it has more than 6144 x 6144 pixels, only a part of that size in the middle is used, unless
        `extent` is given.
    table : str or os.PathLike, optional
        CSV file with all measurements, written at the end.
    report : str or os.PathLike, optional
        HTML file with charts, written at the end.
    band_a : int, default 4
        Band with the positive term, counted from 1.
    band_b : int, default 3
        Band with the negative term, counted from 1.
    workers : int, default 0
        Maximum number of threads. Runs with 1, 2, 4, ... threads and with this number are measured. 0 uses one thread
        per available CPU core.
    repeats : int, default 3
        Number of runs of each configuration.
    chunk_sizes : sequence of int, default (256, 512, 1024, 2048, 4096)
        Edge lengths of chunks in pixels, each rounded up to whole blocks of the result.
    extent : tuple of float, optional
        (xmin, ymin, xmax, ymax) in the CRS of `src`, snapped outward to whole pixels.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping, in addition to those of a tiled DEFLATE GeoTIFF.
    memory : float, default 0
        Memory limit in MB. 0 uses a quarter of the available memory.
    folder : str or os.PathLike, optional
        Folder in which a temporary folder for the results is created. By default, the system's temporary folder.
    progress : core.progress.Progress, optional
        Receives the progress of all runs, and can cancel the benchmark.
    log : core.progress.Log, optional
        Receives the time of each run and the outcome. By default, the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Function that creates the result files. By default, rasterio creates them.

    Returns
    -------
    BenchmarkResult
        Paths of the table and the report, speedup, best chunk size and all measurements.

    Raises
    ------
    OptionError
        A parameter has an invalid value.
    InputError
        The raster cannot be read or is not suitable.
    OutputError
        A file cannot be written, or two configurations gave different results.
    ResourceError
        The memory limit is too small for one block.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    After an error or a cancellation, neither the table nor the report is written.
    """
    difference = _difference(os.fspath(src), band_a, band_b, extent)
    return benchmark(
        difference, table=table, report=report, workers=workers, repeats=repeats, chunk_sizes=chunk_sizes,
        creation_options=creation_options, memory=memory, folder=folder, progress=progress, log=log, create=create,
    )  # fmt: skip


def check_benchmark(
    src: str,
    *,
    band_a: int,
    band_b: int,
    extent: tuple[float, float, float, float] | None,
    folder: str | None = None,
    **options: Any,
) -> None:
    """Check the parameters of `benchmark_normalized_difference` without reading pixels or writing files.

    Raises
    ------
    ParallelRasterError
        A parameter or the raster cannot be used.
    """
    difference = _difference(src, band_a, band_b, extent)
    _plan(difference, os.path.join(folder or tempfile.gettempdir(), RESULT), **options)


def _difference(src: str, band_a: int, band_b: int, extent: tuple[float, float, float, float] | None) -> PlanWay:
    """Return a function that plans the normalized difference of a raster, or of the middle of a large raster."""
    with about("src"):
        bands = read_bands(src, [band_a, band_b], ["band_a", "band_b"])
    extent = extent or middle(bands[0].grid, bands[0].block)

    def plan(dst: str, run: RunOptions, creation_options: Mapping[str, object]) -> PixelPlan:
        return plan_normalized_difference(
            src, dst, band_a=band_a, band_b=band_b, index="normalized_difference", extent=extent,
            creation_options=creation_options, workers=run.workers, memory=run.memory, chunk_size=run.chunk_size,
        )  # fmt: skip

    return plan


def benchmark(
    plan_way: PlanWay,
    *,
    table: str | os.PathLike[str] | None = None,
    report: str | os.PathLike[str] | None = None,
    workers: int = 0,
    repeats: int = 3,
    chunk_sizes: Sequence[int] = BENCHMARK_CHUNK_SIZES,
    creation_options: str | Mapping[str, object] = "",
    memory: float = 0,
    folder: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    create: CreateFile | None = None,
) -> BenchmarkResult:
    """Measure how fast a pixelwise job runs serially and in parallel, for several chunk sizes.

    Parameters
    ----------
    plan_way
        Function that plans the job for one configuration.
    table, report, workers, repeats, chunk_sizes, creation_options, memory, folder, progress, log, create
        As for `benchmark_normalized_difference`.

    Raises
    ------
    ParallelRasterError
        As for `benchmark_normalized_difference`.
    """
    with _temporary(folder) as temporary:
        plan = _plan(
            plan_way, os.path.join(temporary, RESULT), table, report, repeats, workers=workers, chunk_sizes=chunk_sizes,
            creation_options=creation_options, memory=memory,
        )  # fmt: skip
        for line in _plan_lines(plan, repeats):
            log.info(line)
        measurements = _measure(plan, repeats, create, progress or NoProgress(), log)
    record = _record(plan, repeats, measurements, report)
    outputs = ((table, benchmark_table), (report, benchmark_page))
    write_texts({os.fspath(path): format_record(record) for path, format_record in outputs if path})
    if isinstance(report, ReportFile):
        report.written = True
    log.info(outcome(record))
    return BenchmarkResult(
        table=os.fspath(table) if table else None,
        report=os.fspath(report) if report else None,
        speedup=record.speedup,
        best_chunk_size=record.parallel.chunk_size,
        measurements=tuple(measurements),
    )


def _plan(plan_way: PlanWay, dst: str, table: Any, report: Any, repeats: int, **options: Any) -> BenchmarkPlan:
    if repeats < 1:
        raise OptionError(f"REPEATS is {repeats}; it must be 1 or more.", parameter="repeats")
    with renamed({"dst": "folder"}):
        plan = plan_benchmark(plan_way, dst, **options)
    files: list[str] = [*plan.first.job.files]
    if table:
        files.append(check_table(os.fspath(table), files))
    if report:
        check_report(os.fspath(report), files)
    return plan


@contextlib.contextmanager
def _temporary(folder: str | os.PathLike[str] | None) -> Iterator[str]:
    """Yield the path of a new folder, which is removed with its contents at the end of the `with` block."""
    try:
        temporary = tempfile.TemporaryDirectory(prefix="parallel_raster_", dir=folder)
    except OSError as error:
        raise OutputError(
            f"A temporary folder cannot be created: {error.strerror} ({error.filename}). Choose another folder.",
            parameter="folder",
        ) from error
    with temporary as path:
        yield path


def _measure(
    plan: BenchmarkPlan, repeats: int, create: CreateFile | None, progress: Progress, log: Log
) -> list[Measurement]:
    """Run all rounds after one warm-up run, and return the run times of each configuration."""
    keep_freed_memory()
    order = list(enumerate(plan.ways))
    parts = iter(stages(progress, *[STEPS] * (1 + repeats * len(order))))
    first = make_result(plan.ways[0], create, part := next(parts))
    part.report(1, 1)
    log.info(f"Warm-up run, not counted: {plan.ways[0]}: {duration(first.seconds)}")
    seconds: list[list[float]] = [[] for _ in order]
    for turn in range(repeats):
        # The order is reversed in every other round, so that changes over time affect all configurations alike.
        for index, way in order if turn % 2 == 0 else reversed(order):
            run = make_result(way, create, part := next(parts))
            check_equal(first, run, way)
            seconds[index].append(run.seconds)
            log.info(f"Round {turn + 1} of {repeats}: {way}: {duration(run.seconds)}")
            part.report(1, 1)
    return [
        Measurement(
            way.workers, way.chunk_size, way.chunk, way.plan.chunks.count, plan.first.pixels / 1e6, tuple(times)
        )
        for way, times in zip(plan.ways, seconds)
    ]


def _plan_lines(plan: BenchmarkPlan, repeats: int) -> Iterator[str]:
    yield f"Grid: {plan.first.profile.grid}"
    yield from (f"{name}: {value}" for name, value in _method(plan, repeats).items())
    yield from plan.left_out


def _method(plan: BenchmarkPlan, repeats: int) -> dict[str, str]:
    """Return a description of how the runs are measured, as names and values."""
    first, full = plan.first, plan.source.grid
    threads = ", ".join(str(count) for count in sorted({way.workers for way in plan.ways} - {0}))
    part = "the full raster"
    if first.pixels != full.width * full.height:
        part = f"part of a raster of {full.width} x {full.height} pixels"
    options = {key: value for key, value in first.profile.final_options.items() if key != "NUM_THREADS"}
    return {
        "Pixels": f"{first.chunks.width} x {first.chunks.height} ({first.pixels / 1e6:.2f} megapixels), {part}",
        "Bands": "; ".join(
            f"{band.band} ({band.dtype}, blocks of {format_shape(band.block)})"
            for band in (source.band for source in first.job.sources)
        ),
        "Result": "|".join(f"{key}={value}" for key, value in options.items()),
        "Runs": f"{len(plan.ways)} configurations, each run once per round; number of rounds: {repeats}; every other "
        "round in reverse order; medians are reported",
        "Each run": "reads the input; computes, compresses and writes the output; flushes the output to disk; reads it "
        "back to verify it",
        "Serial": "one thread that loops over the chunks, without Dask; GDAL compresses in the same thread",
        "Parallel": f"Dask threads: {threads}; GDAL compresses with the same number of threads unless "
        "NUM_THREADS is set",
        "Memory": f"limited to {plan.memory:.0f} MB in each run",
    }


def _record(plan: BenchmarkPlan, repeats: int, measurements: Sequence[Measurement], report: Any) -> BenchmarkRecord:
    count = sum(len(each.seconds) for each in measurements)
    comparison = f"{count} results compared with the first result: pixels and statistics are identical to the last bit"
    machine = {
        "System": platform.platform(),
        "Processor": processor_name(),
        "CPU cores available to this process": str(usable_cpus()),
        "Memory available": f"{available_memory() // MEBIBYTE} MB",
    }
    return BenchmarkRecord(
        subject=f"{plan.first.job.title} of {plan.source.path}",
        finished=time.strftime("%Y-%m-%d %H:%M:%S"),
        measurements=measurements,
        automatic=plan.automatic,
        method={**_method(plan, repeats), "Results": comparison},
        machine=machine,
        versions={**(report.versions if isinstance(report, ReportFile) else {}), **run_versions()},
        left_out=plan.left_out,
    )
