"""Plan a benchmark: the configurations to compare, and the part of the raster to use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rasterio.windows import Window

from ..engine.options import RunOptions
from ..errors import OptionError, ResourceError
from ..parallel.machine import resolve_memory, resolve_workers
from ..pixels.plan import PixelPlan
from ..raster.grid import Grid
from ..raster.windows import Shape
from ..reading.readers import InputBand
from ..units import MEBIBYTE, format_workers
from ..writing.creation_options import parse_creation_options

EDGE = 6144
"""Without an extent, a benchmark uses at most `EDGE` x `EDGE` pixels of a raster, so that it takes only minutes."""


class PlanWay(Protocol):
    """Function that plans a job for one configuration."""

    def __call__(self, dst: str, run: RunOptions, creation_options: Mapping[str, object]) -> PixelPlan:
        """Return the plan of a job that writes to `dst`."""


@dataclass(frozen=True)
class Way:
    """A configuration to measure.

    `workers` is the number of Dask threads; 0 means a plain loop over the chunks in the calling thread. `chunk_size` is
    the requested edge length of a chunk in pixels; 0 means that the planner chooses it.
    """

    workers: int
    chunk_size: int
    plan: PixelPlan

    @property
    def chunk(self) -> Shape:
        """Shape (rows, columns) of a chunk."""
        return self.plan.chunks.chunk

    def __str__(self) -> str:
        return f"{format_workers(self.workers)}, chunks of {format_shape(self.chunk)} pixels"


@dataclass(frozen=True)
class BenchmarkPlan:
    """The configurations to compare, serial ones first.

    `memory` is the memory limit of every run in MB. `automatic` is the chunk shape that the planner chooses for the
    largest number of workers. `left_out` contains log lines about chunk sizes that are not measured.
    """

    memory: float
    ways: tuple[Way, ...]
    automatic: Shape
    left_out: tuple[str, ...]

    @property
    def first(self) -> PixelPlan:
        """Plan of the first configuration; all plans have the same grid, bands and data type."""
        return self.ways[0].plan

    @property
    def source(self) -> InputBand:
        """First input band, whose grid is the grid of the job."""
        return self.first.job.first


def format_shape(shape: Shape) -> str:
    """Return a shape (rows, columns) as a string: columns x rows."""
    return f"{shape[1]} x {shape[0]}"


def worker_counts(most: int) -> list[int]:
    """Return the powers of two up to `most`, and `most` itself, in ascending order."""
    return sorted({2**power for power in range(most.bit_length())} | {most})


def plan_benchmark(
    plan_way: PlanWay,
    dst: str,
    *,
    workers: int,
    chunk_sizes: Sequence[int],
    creation_options: str | Mapping[str, object],
    memory: float,
) -> BenchmarkPlan:
    """Read the metadata of the rasters, and return the configurations to compare.

    Parameters
    ----------
    plan_way
        Function that plans the job for one configuration.
    dst
        Path to which each result is written.
    workers, chunk_sizes, creation_options, memory
        As for `benchmark_normalized_difference`.

    Raises
    ------
    ParallelRasterError
        A parameter or a raster cannot be used, or the memory limit is too small for every chunk size.
    """
    if not chunk_sizes or min(chunk_sizes) < 1:
        raise OptionError(
            f"CHUNK_SIZES is {list(chunk_sizes)}; it must list at least one size, and each must be 1 pixel or more.",
            parameter="chunk_sizes",
        )
    most = resolve_workers(workers)
    # The memory limit is resolved once for all configurations because the available memory varies while they run.
    run = RunOptions(workers=most, memory=resolve_memory(memory) / MEBIBYTE)
    options = parse_creation_options(creation_options)
    automatic = plan_way(dst, run, options)
    sizes = sorted({_up(size, automatic.profile.block[0]) for size in chunk_sizes})
    left_out: dict[str, None] = {}

    def planned(count: int) -> Iterator[Way]:
        # In a serial run, GDAL must not compress on other threads.
        gdal = options if count else {**options, "NUM_THREADS": "1"}
        base = replace(run, workers=count or 1)
        return _ways(lambda size: plan_way(dst, replace(base, chunk_size=size), gdal), count, sizes, left_out, base)

    ways = [way for count in (0, *worker_counts(most)) for way in planned(count)]
    if not any(way.workers == most for way in ways) or ways[0].workers:
        raise ResourceError(
            f"Serial and parallel runs cannot be compared. {' '.join(left_out)} Use smaller CHUNK_SIZES or a "
            "higher MEMORY.",
            parameter="chunk_sizes",
        )
    if not any((way.workers, way.chunk) == (most, automatic.chunks.chunk) for way in ways):
        ways.append(Way(most, 0, automatic))
    return BenchmarkPlan(run.memory, tuple(ways), automatic.chunks.chunk, tuple(left_out))


def _ways(
    plan_size: Callable[[int], PixelPlan],
    workers: int,
    sizes: Sequence[int],
    left_out: dict[str, None],
    run: RunOptions,
) -> Iterator[Way]:
    """Yield the configurations for a number of workers; add a line to `left_out` for each skipped chunk size."""
    found = False
    for size in sizes:
        plan = plan_size(size)
        chunks = plan.chunks
        area = tuple(_up(edge, block) for edge, block in zip((chunks.height, chunks.width), chunks.block))
        requested = tuple(min(_up(size, block), edge) for edge, block in zip(area, chunks.block))
        if chunks.chunk != requested or chunks.in_flight < min(run.workers, chunks.count):
            count = format_workers(workers)
            reason = f"they do not fit into {run.memory:.0f} MB"
            left_out[f"Chunks of {size} pixels are not measured ({count}): {reason}."] = None
        elif chunks.count == 1 and found:
            left_out[f"Chunks of {size} pixels are not measured: one chunk would cover all pixels."] = None
        else:
            found = True
            yield Way(workers, size, plan)


def _up(value: int, step: int) -> int:
    return -(-value // step) * step


def middle(grid: Grid, block: Shape) -> tuple[float, float, float, float] | None:
    """Return the extent that a benchmark uses in the middle of a large raster; None for a smaller raster.

    A raster is large if it has more than `EDGE` x `EDGE` pixels. The extent starts at a block corner. If the raster is
    stored in strips, the extent has the full width because a strip can only be read as a whole.
    """
    if grid.width * grid.height <= EDGE * EDGE:
        return None
    width = grid.width if block[1] > EDGE else min(grid.width, EDGE)
    height = min(grid.height, max(1, EDGE * EDGE // width))
    col, row = (
        (full - part) // 2 // edge * edge
        for full, part, edge in zip((grid.width, grid.height), (width, height), (block[1], block[0]))
    )
    part = grid.cropped(Window(col, row, width, height))
    corners = [part.transform * (x, y) for x in (0, width) for y in (0, height)]
    xs, ys = zip(*corners)
    return min(xs), min(ys), max(xs), max(ys)
