"""Which ways of making a result a benchmark compares, on which part of the raster; decided before a pixel is read."""

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
from ..units import MEBIBYTE
from ..writing.creation_options import parse_creation_options

EDGE = 6144
"""Pixels: of a larger raster a square of this edge is measured, in minutes where the whole might take hours."""


class PlanWay(Protocol):
    """Plans a job for one of the ways."""

    def __call__(self, dst: str, run: RunOptions, creation_options: Mapping[str, object]) -> PixelPlan:
        """Return the plan."""


@dataclass(frozen=True)
class Way:
    """A way to make the result.

    `workers` is the number of Dask's threads; 0 stands for a plain loop over the chunks in the calling thread.
    `chunk_size` is the edge that was asked for, pixels; 0 left it to the planner.
    """

    workers: int
    chunk_size: int
    plan: PixelPlan

    @property
    def chunk(self) -> Shape:
        """Rows and columns of a chunk."""
        return self.plan.chunks.chunk

    def __str__(self) -> str:
        return f"{format_workers(self.workers)}, chunks of {format_shape(self.chunk)} pixels"


@dataclass(frozen=True)
class BenchmarkPlan:
    """The ways to compare, serial ones first.

    `memory` is the bound of every run in MB, `automatic` the shape of the chunks that the planner chooses for the most
    workers, and `left_out` tells of the chunk sizes that are not measured.
    """

    memory: float
    ways: tuple[Way, ...]
    automatic: Shape
    left_out: tuple[str, ...]

    @property
    def first(self) -> PixelPlan:
        """The plan of the first way; all have its grid, its bands and its kind of output."""
        return self.ways[0].plan

    @property
    def source(self) -> InputBand:
        """The first band that is read, on whose grid the job works."""
        return self.first.job.first


def format_workers(workers: int) -> str:
    """Return how many threads work, for reading."""
    return "serial" if not workers else f"{workers} worker{'s' if workers > 1 else ''}"


def format_shape(shape: Shape) -> str:
    """Return columns and rows, for reading."""
    return f"{shape[1]} x {shape[0]}"


def worker_counts(most: int) -> list[int]:
    """Return 1, 2, 4 and so on, and the most."""
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
    """Return the ways to compare, after looking at the rasters' metadata and at the place of the results.

    Parameters
    ----------
    plan_way
        Plans the job.
    dst
        Where each result is written.
    workers, chunk_sizes, creation_options, memory
        As for `benchmark_normalized_difference`.

    Raises
    ------
    ParallelRasterError
        A parameter or a raster cannot be used, or no chunk size can be compared.
    """
    if not chunk_sizes or min(chunk_sizes) < 1:
        raise OptionError(
            f"CHUNK_SIZES is {list(chunk_sizes)}; give at least one size of 1 pixel or more.", parameter="chunk_sizes"
        )
    most = resolve_workers(workers)
    # Decided once for all ways: what is available varies while they run.
    run = RunOptions(workers=most, memory=resolve_memory(memory) / MEBIBYTE)
    options = parse_creation_options(creation_options)
    automatic = plan_way(dst, run, options)
    sizes = sorted({_up(size, automatic.profile.block[0]) for size in chunk_sizes})
    left_out: dict[str, None] = {}

    def planned(count: int) -> Iterator[Way]:
        # A serial run does not have GDAL compress on other threads.
        own = options if count else {**options, "NUM_THREADS": "1"}
        chosen = replace(run, workers=count or 1)
        return _ways(lambda size: plan_way(dst, replace(chosen, chunk_size=size), own), count, sizes, left_out, chosen)

    ways = [way for count in (0, *worker_counts(most)) for way in planned(count)]
    if not any(way.workers == most for way in ways) or ways[0].workers:
        raise ResourceError(f"No chunk size can be compared. {' '.join(left_out)}", parameter="chunk_sizes")
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
    """Yield the ways with so many workers; say of a chunk size why it is none of them."""
    found = False
    for size in sizes:
        plan = plan_size(size)
        chunks = plan.chunks
        area = tuple(_up(edge, block) for edge, block in zip((chunks.height, chunks.width), chunks.block))
        wanted = tuple(min(_up(size, block), edge) for edge, block in zip(area, chunks.block))
        if chunks.chunk != wanted or chunks.in_flight < min(run.workers, chunks.count):
            who = format_workers(workers)
            left_out[f"Chunks of {size} pixels are not measured ({who}): {run.memory:.0f} MB do not hold them."] = None
        elif chunks.count == 1 and found:
            left_out[f"Chunks of {size} pixels are not measured: one of them would be the whole."] = None
        else:
            found = True
            yield Way(workers, size, plan)


def _up(value: int, step: int) -> int:
    return -(-value // step) * step


def middle(grid: Grid, block: Shape) -> tuple[float, float, float, float] | None:
    """Return the extent of so much of a large raster as is measured, from a block's corner on; None where that is all.

    Strips stay whole, since no part of one can be read alone.
    """
    if grid.width * grid.height <= EDGE * EDGE:
        return None
    width = grid.width if block[1] > EDGE else min(grid.width, EDGE)
    height = min(grid.height, max(1, EDGE * EDGE // width))
    col, row = (
        (whole - part) // 2 // edge * edge
        for whole, part, edge in zip((grid.width, grid.height), (width, height), (block[1], block[0]))
    )
    part = grid.cropped(Window(col, row, width, height))
    corners = [part.transform * (x, y) for x in (0, width) for y in (0, height)]
    xs, ys = zip(*corners)
    return min(xs), min(ys), max(xs), max(ys)
