"""Normalized difference of two bands, files to file: (A - B) / (A + B), chunk by chunk in parallel."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ...engine.run import Watch, crew_of, executor_of, run_task, shared_path
from ...parallel.machine import keep_freed_memory
from ...parallel.recorder import Recorder
from ...pixels.job import PixelTotals
from ...progress import DEFAULT_LOG, Log, NoProgress, Progress, stages
from ...reading.readers import InputSnapshot
from ...report.page import write_report
from ...report.record import run_record
from ...writing.cog import CopyToCog, raster_writer
from ...writing.gdal_file import CreateFile
from ...writing.writer import RasterWriter
from .plan import IndexOptions, IndexPlan, plan_index

if TYPE_CHECKING:
    from ...cluster.workers import Crew


@dataclass(frozen=True)
class IndexResult:
    """The file written and what is in it; the statistics are those of the stored pixels, in index units."""

    output: str
    minimum: float
    maximum: float
    mean: float
    std_dev: float
    valid_percent: float
    outside_count: int


def normalized_difference(
    src: str | os.PathLike[str],
    dst: str | os.PathLike[str],
    *,
    band_a: int = 4,
    band_b: int = 3,
    input_b: str | os.PathLike[str] | None = None,
    input_b_band: int = 1,
    resampling: str = "refuse",
    index: str = "ndvi",
    scaling: str = "stored",
    scale: float = 1.0,
    offset: float = 0.0,
    nodata: float | None = None,
    zero_sum: str = "nodata",
    clamp: bool = False,
    mask: str | os.PathLike[str] | None = None,
    mask_band: int = 1,
    mask_values: str = "3,8-10",
    mask_bits: str | None = None,
    mask_grow: float = 0,
    extent: tuple[float, float, float, float] | None = None,
    data_type: str = "float32",
    output_nodata: float | None = None,
    creation_options: str | Mapping[str, object] = "",
    workers: int = 0,
    memory: int = 0,
    chunk_size: int = 0,
    cog: bool = False,
    cluster: str = "",
    report: str | os.PathLike[str] | None = None,
    overview: int = -1,
    verify: bool = True,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    create: CreateFile | None = None,
    copy: CopyToCog | None = None,
) -> IndexResult:
    """Write the normalized difference (A - B) / (A + B) of two bands to a GeoTIFF and return its statistics.

    Parameters
    ----------
    src, dst
        The raster with band A (and band B), and the GeoTIFF to write.
    band_a, band_b
        Bands of `src`, from 1: the positive and the negative term (near infrared and red for NDVI).
    input_b, input_b_band
        Raster and band of the negative term where it lies in a file of its own.
    resampling
        How that file comes onto the grid of `src` where it has another: "refuse", "nearest", "bilinear", "cubic" or
        "average". Interpolated values are not rounded. A pixel is valid where the one under its centre is; with
        "average" where any under it is.
    index
        Names the result: a word of `options.INDEXES`.
    scaling, scale, offset
        "stored": reflectance = stored * scale + offset of each band's metadata; "none"; or "given", by `scale`
        and `offset`.
    nodata
        Nodata of both terms, over what they declare.
    zero_sum
        What A + B = 0 gives: "nodata" or "zero".
    clamp
        Clip to [-1, 1].
    mask, mask_band
        Raster and band of a class or quality layer that hides pixels, in the CRS of `src` and not rotated against it;
        the nearest pixel counts. Outside its extent, and where it is nodata itself, pixels are hidden.
    mask_values
        Values of `mask` that hide a pixel: a list of numbers and ranges, `3,8-10`.
    mask_bits
        Bits of `mask` that hide a pixel, the lowest being 0: `1-4`; or fields of neighbouring bits with the numbers
        for which they hide: `8-9=2-3`. When given, `mask_values` is not used.
    mask_grow
        Distance in map units by which pixels that the values or bits of `mask` hide grow, on the mask's own grid and
        from centre to centre; not in a geographic CRS, and no more than 200 pixels of the mask.
    extent
        (xmin, ymin, xmax, ymax) in the CRS of `src`, snapped outward to whole pixels; None: all.
    data_type
        "float32" (nodata -9999), "int16" (index x 10000, nodata -32768) or "uint8" (0 to 200, nodata 255).
    output_nodata
        Another nodata value, outside the values in use.
    creation_options
        `KEY=VALUE|KEY=VALUE` or a mapping, over a tiled DEFLATE GeoTIFF.
    workers, memory, chunk_size
        Threads, working memory in MB, edge of a chunk in pixels; 0 chooses.
    cog
        Make a Cloud Optimized GeoTIFF, with averaged overviews; `creation_options` are then GDAL's COG driver's.
    cluster
        The workers of a cluster do the work: `tcp://host:port`, `tls://host:port`, `scheduler-file:/path.json` or
        `slurm?min=1&max=20`, each with `timeout=300` if wanted. `memory` then bounds each worker, and `workers` counts
        the threads here that put the output together. Empty: threads of this process.
    report
        HTML file that tells of the run; written when `dst` is complete.
    overview
        Overview of `src` that is read, from 0 as GDAL's OVERVIEW_LEVEL and rioxarray's `overview_level` count; -1: the
        raster itself. The result has its grid. `input_b` is then read at the overview that lies on that grid, else
        itself, so that `resampling` decides; `mask` keeps its own resolution.
    verify
        False leaves out reading the result back; for measurements only.
    progress, log
        Hear of chunks done, and of the plan, the decisions and the summary.
    create
        Makes the file that is written, see `gdal_file.CreateFile`; None: rasterio does.
    copy
        Makes the Cloud Optimized GeoTIFF, see `cog.CopyToCog`; None: rasterio does.

    Returns
    -------
    IndexResult
        Path and statistics; NaN where no pixel is valid.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the run was cancelled; `dst` is then as it was.
    """
    place = shared_path if cluster else os.fspath
    options = IndexOptions(
        band_a=band_a, band_b=band_b, input_b=place(input_b) if input_b else None, input_b_band=input_b_band,
        resampling=resampling, index=index, scaling=scaling, scale=scale, offset=offset, nodata=nodata,
        zero_sum=zero_sum, clamp=clamp, mask=place(mask) if mask else None, mask_band=mask_band,
        mask_values=mask_values, mask_bits=mask_bits, mask_grow=mask_grow, extent=extent, data_type=data_type,
        output_nodata=output_nodata,
        creation_options=creation_options, workers=workers, memory=memory, chunk_size=chunk_size, cog=cog,
        report=report, cluster=cluster, overview=overview,
    )  # fmt: skip
    recorder = Recorder(report, {"input": src, "output": dst, **vars(options)}, log) if report else None
    log = recorder or log
    progress = progress or NoProgress()
    progress = recorder.watch(progress) if recorder else progress
    plan = plan_index(place(src), os.fspath(dst), options)
    with crew_of(cluster, progress, log) as crew:
        if crew is not None:
            plan = replace(plan, chunks=crew.fit(plan.chunks, chunk_size=chunk_size, memory=memory))
        for line in plan.decisions():
            log.info(line)
        for line in plan.warnings:
            log.warning(line)
        open_writer = functools.partial(raster_writer, plan.destination, plan.profile, create=create, copy=copy)
        return write_index(plan, open_writer, verify, progress, log, recorder, crew)


def check_normalized_difference(src: str, dst: str, **options: Any) -> None:
    """Raise what `normalized_difference` would raise before it reads a pixel, and write nothing.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    plan_index(src, dst, IndexOptions(**options))


def write_index(
    plan: IndexPlan,
    open_writer: Callable[[], RasterWriter],
    verify: bool,
    progress: Progress,
    log: Log,
    recorder: Recorder | None = None,
    crew: Crew | None = None,
) -> IndexResult:
    """Compute and write what was planned, chunk by chunk in parallel, and return what is in the file."""
    started = time.monotonic()
    keep_freed_memory()
    inputs = InputSnapshot(plan.task.files, plan.task.job.inputs)
    with open_writer() as writer:
        computing, finishing = stages(progress, *writer.shares(plan.chunks.count, verify))
        totals = PixelTotals(plan.task)
        executor = executor_of(crew, workers=plan.workers, verify=verify)
        run_task(plan.task, writer, executor, Watch(computing, totals.add, recorder))
        totals.describe(writer)
        writer.finish(workers=plan.workers, progress=finishing, verify=verify, check_inputs=inputs.check)
    result = index_result(plan, totals)
    _log_summary(log, plan, totals, result, time.monotonic() - started)
    if recorder is not None:
        _write_report(recorder, plan, totals, result)
    return result


def index_result(plan: IndexPlan, totals: PixelTotals) -> IndexResult:
    """Return what is in the finished file."""
    (stored,) = totals.statistics
    shown = plan.in_index_units(stored)
    return IndexResult(
        output=plan.destination,
        minimum=shown.minimum,
        maximum=shown.maximum,
        mean=shown.mean,
        std_dev=shown.std_dev,
        valid_percent=100 * stored.count / plan.pixels,
        outside_count=totals.counts.numbers.get("outside", 0),
    )


def _log_summary(log: Log, plan: IndexPlan, totals: PixelTotals, result: IndexResult, seconds: float) -> None:
    overflowed = totals.counts.numbers.get("overflowed", 0)
    if result.outside_count:
        action = "clipped" if plan.job.rules.clamp or plan.job.rules.encoding.is_integer else "kept"
        log.warning(
            f"{result.outside_count} valid pixels lie outside [-1, 1], where a term is negative; they were {action}."
        )
    if overflowed:
        log.warning(f"{overflowed} pixels overflowed and are nodata.")
    count = totals.statistics[0].count
    if not count:
        log.warning("No pixel is valid; the file carries no statistics.")
    log.info(
        f"{count} of {plan.pixels} pixels are valid; minimum {result.minimum:.10g}, "
        f"maximum {result.maximum:.10g}, mean {result.mean:.10g}, standard deviation {result.std_dev:.10g}"
    )
    speed = plan.pixels / 1e6 / seconds
    log.info(f"{plan.pixels / 1e6:.2f} megapixels in {seconds:.2f} s, {speed:.1f} megapixels per second")


def _write_report(recorder: Recorder, plan: IndexPlan, totals: PixelTotals, result: IndexResult) -> None:
    counts = {
        "Pixels outside [-1, 1]": result.outside_count,
        "Pixels that overflowed": totals.counts.numbers.get("overflowed", 0),
        "Minimum": result.minimum,
        "Maximum": result.maximum,
        "Mean": result.mean,
        "Standard deviation": result.std_dev,
    }
    valid = totals.statistics[0].count
    record = run_record(recorder, plan.chunks, plan.job.description, plan.destination, valid, counts)
    write_report(recorder, record)
