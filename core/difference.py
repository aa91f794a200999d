"""Normalized difference of two bands, files to file: (A - B) / (A + B), chunk by chunk in parallel."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasterio.windows import Window

from .compute import Stop, run_chunks
from .grid import shifted
from .index_job import IndexOptions, IndexPlan, plan_index
from .index_pixels import normalized_difference_pixels
from .planner import subdivide
from .progress import DEFAULT_LOG, Log, NoProgress, Progress, stages
from .raster_io import InputSnapshot, Readers
from .statistics import Statistics, block_statistics, combine
from .writer import CreateFile, RasterWriter


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
    index: str = "ndvi",
    scaling: str = "stored",
    scale: float = 1.0,
    offset: float = 0.0,
    nodata: float | None = None,
    zero_sum: str = "nodata",
    clamp: bool = False,
    extent: tuple[float, float, float, float] | None = None,
    data_type: str = "float32",
    output_nodata: float | None = None,
    creation_options: str | Mapping[str, object] = "",
    workers: int = 0,
    memory: int = 0,
    chunk_size: int = 0,
    verify: bool = True,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    create: CreateFile | None = None,
) -> IndexResult:
    """Write the normalized difference (A - B) / (A + B) of two bands to a GeoTIFF and return its statistics.

    Parameters
    ----------
    src, dst
        The raster with band A (and band B), and the GeoTIFF to write.
    band_a, band_b
        Bands of `src`, from 1: the positive and the negative term (near infrared and red for NDVI).
    input_b, input_b_band
        Raster and band of the negative term where it lies in a file of its own, on the same grid.
    index
        Names the result: a word of `options.INDEXES`.
    scaling, scale, offset
        "stored": reflectance = stored * scale + offset of each band's metadata; "none"; or "given", by `scale`
        and `offset`.
    nodata
        Nodata of all inputs, over what they declare.
    zero_sum
        What A + B = 0 gives: "nodata" or "zero".
    clamp
        Clip to [-1, 1].
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
    verify
        False leaves out reading the result back; for measurements only.
    progress, log
        Hear of chunks done, and of the plan, the decisions and the summary.
    create
        Makes the file that is written, see `writer.CreateFile`; None: rasterio does.

    Returns
    -------
    IndexResult
        Path and statistics; NaN where no pixel is valid.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the run was cancelled; `dst` is then as it was.
    """
    options = IndexOptions(
        band_a=band_a, band_b=band_b, input_b=os.fspath(input_b) if input_b else None, input_b_band=input_b_band,
        index=index, scaling=scaling, scale=scale, offset=offset, nodata=nodata, zero_sum=zero_sum, clamp=clamp,
        extent=extent, data_type=data_type, output_nodata=output_nodata, creation_options=creation_options,
        workers=workers, memory=memory, chunk_size=chunk_size,
    )  # fmt: skip
    plan = plan_index(os.fspath(src), os.fspath(dst), options)
    for line in plan.decisions():
        log.info(line)
    return _write_index(plan, verify, progress or NoProgress(), log, create)


def check_normalized_difference(src: str, dst: str, **options: Any) -> None:
    """Raise what `normalized_difference` would raise before it reads a pixel, and write nothing.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    plan_index(src, dst, IndexOptions(**options))


def _write_index(plan: IndexPlan, verify: bool, progress: Progress, log: Log, create: CreateFile | None) -> IndexResult:
    started = time.monotonic()
    inputs = InputSnapshot(plan.job.files)
    computing, verifying = stages(progress, plan.chunks.count, plan.chunks.count if verify else 0)
    with RasterWriter(plan.destination, plan.profile, create) as writer:
        with Readers() as readers:
            run = _ChunkRun(plan, readers, writer)
            run_chunks(run.work, plan.chunks.windows(), workers=plan.chunks.in_flight, progress=computing)
        inputs.check()
        statistics = combine(run.statistics.ravel())
        writer.describe(1, plan.job.band_facts, statistics.tags())
        writer.finish(workers=plan.workers, progress=verifying, verify=verify)
    _log_summary(log, plan, statistics, run, time.monotonic() - started)
    shown = plan.in_index_units(statistics)
    return IndexResult(
        output=plan.destination,
        minimum=shown.minimum,
        maximum=shown.maximum,
        mean=shown.mean,
        std_dev=shown.std_dev,
        valid_percent=100 * statistics.count / plan.pixels,
        outside_count=run.outside,
    )


class _ChunkRun:
    """What the chunks of one run share: where they read and write, and the counts they leave."""

    def __init__(self, plan: IndexPlan, readers: Readers, writer: RasterWriter) -> None:
        self._plan, self._readers, self._writer = plan, readers, writer
        chunks = plan.chunks
        rows, cols = (-(-size // edge) for size, edge in zip((chunks.height, chunks.width), chunks.block))
        self.statistics = np.full((rows, cols), None, dtype=object)
        self.outside = 0
        self.overflowed = 0
        self._lock = threading.Lock()

    def work(self, chunk: Window, stop: Stop) -> None:
        """Read, compute and write one chunk."""
        job = self._plan.job
        for piece in self._plan.chunks.slices(chunk):
            stop.check()
            source = shifted(piece, self._plan.window)
            a, b = self._readers.read(job.bands, source)
            visible = self._readers.read_visible(job.bands, source)
            result = normalized_difference_pixels(a, b, visible, job.rules)
            self._count_blocks(piece, result.stored, result.valid)
            self._writer.write(result.stored[np.newaxis], piece)
            with self._lock:
                self.outside += result.outside
                self.overflowed += result.overflowed

    def _count_blocks(self, piece: Window, stored: np.ndarray[Any, Any], valid: np.ndarray[Any, Any]) -> None:
        rows, cols = self._plan.chunks.block
        for block in subdivide(Window(0, 0, piece.width, piece.height), (rows, cols)):
            place = block.toslices()
            at = (piece.row_off + block.row_off) // rows, (piece.col_off + block.col_off) // cols
            self.statistics[at] = block_statistics(stored[place][valid[place]])


def _log_summary(log: Log, plan: IndexPlan, statistics: Statistics, run: _ChunkRun, seconds: float) -> None:
    if run.outside:
        action = "clipped" if plan.job.rules.clamp or plan.job.rules.encoding.is_integer else "kept"
        log.warning(f"{run.outside} valid pixels lie outside [-1, 1], where a term is negative; they were {action}.")
    if run.overflowed:
        log.warning(f"{run.overflowed} pixels overflowed and are nodata.")
    if not statistics.count:
        log.warning("No pixel is valid; the file carries no statistics.")
    shown = plan.in_index_units(statistics)
    log.info(
        f"{statistics.count} of {plan.pixels} pixels are valid; minimum {shown.minimum:.10g}, "
        f"maximum {shown.maximum:.10g}, mean {shown.mean:.10g}, standard deviation {shown.std_dev:.10g}"
    )
    speed = plan.pixels / 1e6 / seconds
    log.info(f"{plan.pixels / 1e6:.2f} megapixels in {seconds:.2f} s, {speed:.1f} megapixels per second")
