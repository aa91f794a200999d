"""Plans a pixelwise job without reading pixels: the output, its chunks, log lines and warnings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rasterio.windows import Window

from ..cluster.address import parse_cluster
from ..engine.options import RunOptions
from ..errors import about
from ..parallel.chunks import ChunkPlan, plan_chunks, resolve_chunk_size
from ..parallel.machine import resolve_memory, resolve_workers
from ..raster.grid import Grid, has_transform
from ..reading.metadata import POINTS_UNKEPT, RasterMetadata, points_metadata
from ..reading.readers import InputSnapshot
from ..units import format_workers
from ..writing.checks import check_output, check_report
from ..writing.cog_options import resolve_cog_profile
from ..writing.creation_options import OutputProfile, resolve_profile
from ..writing.sidecar import lost_crs
from ..writing.storage_selftest import settle_storage, storage_decisions
from .job import PixelJob, PixelTask, PixelTotals
from .raster_plan import Counted, PixelResult


class OutputRequest(NamedTuple):
    """A requested output: arguments of `resolve_profile`, and `cog`, which is true for a Cloud Optimized GeoTIFF."""

    grid: Grid
    bands: int
    dtype: str
    nodata: float | None
    creation_options: str | Mapping[str, object]
    workers: int
    cog: bool


ResolveProfile = Callable[[OutputRequest], OutputProfile]
"""Function, such as `storable_profile`, that returns the profile of a requested output."""


@dataclass(frozen=True)
class PixelPlan:
    """Plan of a run: the job, the window to compute on the job's grid, the output, and the chunks of the output.

    `decided` contains log lines about the inputs and settings of the job; `warnings` are logged before the run starts.
    """

    job: PixelJob
    window: Window
    destination: str
    profile: OutputProfile
    chunks: ChunkPlan
    workers: int
    decided: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def task(self) -> PixelTask:
        """Engine task that computes the output."""
        return PixelTask(self.job, self.window, self.profile, self.chunks)

    @property
    def title(self) -> str:
        """Name of the result in reports."""
        return self.job.title

    @property
    def counted(self) -> tuple[Counted, ...]:
        """Pixel counts to report."""
        return self.job.counted

    @property
    def inexact(self) -> bool:
        """True if the last bit of the results depends on the numpy version and the kind of CPU."""
        return self.job.inexact

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages that the kernel needs in addition to those that the plugin requires."""
        return self.job.packages

    @property
    def pixels(self) -> int:
        """Number of pixels of the output."""
        return self.chunks.width * self.chunks.height

    def with_chunks(self, chunks: ChunkPlan) -> PixelPlan:
        """Return a copy of the plan with the given chunks."""
        return replace(self, chunks=chunks)

    def snapshot(self) -> InputSnapshot:
        """Return a snapshot of the inputs, to detect later changes."""
        return InputSnapshot(self.job.files, self.job.inputs)

    def totals(self) -> PixelTotals:
        """Return an empty collector of statistics and pixel counts."""
        return PixelTotals(self.chunks, self.job.bands, self.job.scales)

    def summary(self, result: PixelResult) -> list[str]:
        """Return log lines with the number of valid pixels and the statistics of each band."""
        lines = []
        several = len(result.statistics) > 1
        if several:
            lines.append(f"{result.valid} of {result.pixels} pixels are valid in at least one band")
        for band, found in zip(self.job.kernel.bands, result.statistics):
            name = f"{band.description}: " if several else ""
            lines.append(
                f"{name}{found.count} of {result.pixels} pixels are valid; minimum {found.minimum:.10g}, "
                f"maximum {found.maximum:.10g}, mean {found.mean:.10g}, standard deviation {found.std_dev:.10g}"
            )
        return lines

    def reported(self, result: PixelResult) -> dict[str, object]:
        """Return the statistics of each band for the report, by label."""
        several = len(result.statistics) > 1
        return {
            f"{band.description}: {name.lower()}" if several else name: value
            for band, found in zip(self.job.kernel.bands, result.statistics)
            for name, value in (
                ("Minimum", found.minimum),
                ("Maximum", found.maximum),
                ("Mean", found.mean),
                ("Standard deviation", found.std_dev),
            )
        }

    def decisions(self) -> list[str]:
        """Return the log lines that describe the plan."""
        options = "|".join(f"{key}={value}" for key, value in self.profile.final_options.items())
        return [
            f"Grid: {self.profile.grid}",
            *self.decided,
            f"Creation options: {options}",
            *storage_decisions(self.profile),
            f"Plan: {self.chunks}; {format_workers(self.workers)}",
        ]


def plan_pixels(
    job: PixelJob,
    dst: str,
    run: RunOptions,
    *,
    window: Window | None = None,
    creation_options: str | Mapping[str, object] = "",
    cog: bool = False,
    decided: Sequence[str] = (),
    warnings: Sequence[str] = (),
    resolve: ResolveProfile | None = None,
) -> PixelPlan:
    """Check that the output of a pixelwise job can be written, and return the plan of the run.

    Parameters
    ----------
    job, dst, run
        The job, the path of its output, and the run options.
    window
        Part of the job's grid that the output covers; None for the whole grid.
    creation_options, cog
        As in `normalized_difference`.
    decided, warnings
        Further log lines and warnings about the job.
    resolve
        Function that returns the profile of the output; None uses `storable_profile`.

    Raises
    ------
    ParallelRasterError
        An option or the output cannot be used, or the memory limit is too small.
    """
    parse_cluster(run.cluster)
    first, encoding, count = job.first, job.encoding, len(job.kernel.bands)
    window = window or Window(0, 0, first.grid.width, first.grid.height)
    workers, grid = resolve_workers(run.workers), first.grid.cropped(window)
    request = OutputRequest(grid, count, encoding.dtype, job.nodata, creation_options, workers, cog)
    profile = (resolve or storable_profile)(request)
    placing = points_metadata(first, encoding.dtype, job.nodata, window, count)
    if placing is not None:
        profile = replace(profile, grid=placing.grid, metadata=placing)
    if job.kept:
        metadata = profile.metadata or RasterMetadata(profile.grid, ())
        profile = replace(profile, metadata=replace(metadata, bands=job.kept))
    with about("dst"):
        destination = check_output(dst, job.files, profile)
    if run.report:
        check_report(os.fspath(run.report), (*job.files, destination))
    chunks = plan_chunks(
        (grid.height, grid.width),
        profile.block,
        job.input_blocks,
        bytes_per_pixel=job.bytes_per_pixel,
        input_block_bytes=job.input_block_bytes,
        workers=workers,
        memory=resolve_memory(run.memory),
        chunk_size=resolve_chunk_size(run.chunk_size),
        halo=job.kernel.halo,
        shared=job.shared_bytes(workers),
        least=job.least_bytes((grid.height, grid.width)),
    )
    all_warnings = (*_georeference_warnings(job), *warnings)
    return PixelPlan(job, window, destination, profile, chunks, workers, tuple(decided), all_warnings)


def storable_profile(request: OutputRequest) -> OutputProfile:
    """Check that a file with the requested creation options can be written, and return the output's profile."""
    resolve = resolve_cog_profile if request.cog else resolve_profile
    return settle_storage(resolve(*request[:-1]))


def _georeference_warnings(job: PixelJob) -> Iterator[str]:
    """Yield a warning for each part of the first input's georeferencing that the output cannot store."""
    first = job.first
    lost = lost_crs(first.grid.crs if has_transform(first.grid) else first.points.crs)
    for words in (lost, POINTS_UNKEPT if first.points.gcps and has_transform(first.grid) else ""):
        if words:
            yield f"Not kept in the result: {words}"
