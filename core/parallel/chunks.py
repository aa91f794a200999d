"""Calculates chunk sizes and the number of concurrent chunks from raster, block and memory sizes; opens no files."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rasterio.windows import Window

from ..errors import OptionError, ResourceError
from ..raster.windows import Shape, subdivide
from ..units import MEBIBYTE, format_megabytes

PREFERRED_EDGE = 2048
"""Edge length of a chunk in pixels, large enough to make the fixed cost of a chunk negligible."""

SMALLEST_EDGE = 512
"""Minimum edge length in pixels if chunks are made smaller to keep all workers busy. It is also the preferred edge
length if a chunk reads many rasters: larger chunks need more memory and are not faster."""

HALO_EDGE = 1024
"""Preferred edge length, in pixels, of chunks with a halo: their temporary arrays then fit in the CPU cache. With a
limited cache of decoded blocks, 1024 was faster than 2048."""

STRIPE_COLUMNS = 3 * 2**12
"""Maximum width in pixels of a stripe. If chunks have a halo, a wide raster is divided into vertical stripes: the
memory for blocks shared by two rows of chunks then does not depend on the width of the raster."""

STRIPE_ROWS = 8
"""A raster is divided into stripes only if it has at least this many rows of chunks."""

LARGEST_UNIT = 2048
"""Maximum edge length, in pixels, of the unit to which chunks are aligned. The unit is a multiple of the output's block
size and, if this limit permits, of the inputs' block sizes."""

SLICE_PIXELS = 2**20
"""Approximate number of pixels of a slice; larger chunks are processed slice by slice. A run can be cancelled between
slices, and the system does not have to map and clear new memory for each temporary array."""


class SharedBytes(NamedTuple):
    """Memory requested for all chunks together, in bytes: the amount `wanted`, and `least`, the useful minimum."""

    wanted: int = 0
    least: int = 0


NOTHING_SHARED = SharedBytes()


@dataclass(frozen=True)
class ChunkPlan:
    """Division of a raster into chunks, and the number of chunks that may be in memory at once.

    `chunk` and `unit` are (rows, columns). Chunks are multiples of the output's blocks. `unit` is the smallest shape
    whose edges are block edges of the output and, if possible, of the inputs; slices of chunks are aligned to it.
    `memory` is the working memory that the plan needs, and `limit` the memory limit of the run, in bytes. A chunk takes
    `bytes_per_pixel` for each pixel of the chunk and of a border of `halo` pixels, plus `input_block_bytes`.
    `shared_bytes` is the memory shared by all chunks.
    """

    width: int
    height: int
    block: Shape
    unit: Shape
    chunk: Shape
    in_flight: int
    memory: int
    limit: int
    bytes_per_pixel: int = 0
    input_block_bytes: int = 0
    shared_bytes: int = 0
    halo: int = 0

    @property
    def count(self) -> int:
        """Number of chunks."""
        return math.ceil(self.height / self.chunk[0]) * math.ceil(self.width / self.chunk[1])

    @property
    def stripe(self) -> int:
        """Width in pixels of vertical stripes of chunks; stripes are processed one after another."""
        if not self.halo or self.chunk[1] > STRIPE_COLUMNS or self.height < STRIPE_ROWS * self.chunk[0]:
            return self.width
        count = math.ceil(self.width / STRIPE_COLUMNS)
        return _round_up(math.ceil(self.width / count), self.chunk[1])

    def windows(self) -> Iterator[Window]:
        """Yield the windows of the chunks, cropped to the raster: stripe by stripe, and row by row in each stripe."""
        for stripe in subdivide(Window(0, 0, self.width, self.height), (self.height, self.stripe)):
            yield from subdivide(stripe, self.chunk)

    def slices(self, chunk: Window) -> Iterator[Window]:
        """Yield the slices of `chunk`: each has the full width of the chunk and is aligned to `unit`."""
        rows = max(self.unit[0], SLICE_PIXELS // chunk.width // self.unit[0] * self.unit[0])
        return subdivide(chunk, (rows, chunk.width))

    def __str__(self) -> str:
        return (
            f"{self.count} {'chunk' if self.count == 1 else 'chunks'} of {self.chunk[1]} x {self.chunk[0]} pixels "
            f"(output blocks {self.block[1]} x {self.block[0]}), {self.in_memory}"
        )

    @property
    def in_memory(self) -> str:
        """Text for the log: the number of chunks in memory at once, the memory they need, and the memory limit."""
        return (
            f"{self.in_flight} at a time, {math.ceil(self.memory / MEBIBYTE)} MB of working memory, memory limit "
            f"{math.ceil(self.limit / MEBIBYTE)} MB"
        )


def resolve_chunk_size(pixels: int) -> int:
    """Validate and return the requested edge length of a chunk in pixels; 0 lets `plan_chunks` choose it.

    Raises
    ------
    OptionError
        `pixels` is negative.
    """
    if pixels < 0:
        raise OptionError(
            f"CHUNK_SIZE is {pixels}; it must be the edge length of a chunk in pixels, or 0 for automatic.",
            parameter="chunk_size",
        )
    return pixels


def plan_chunks(
    size: Shape,
    block: Shape,
    input_blocks: Sequence[Shape],
    *,
    bytes_per_pixel: int,
    input_block_bytes: int,
    workers: int,
    memory: int,
    chunk_size: int = 0,
    edge: int = PREFERRED_EDGE,
    halo: int = 0,
    shared: SharedBytes = NOTHING_SHARED,
    half: bool = False,
    least: int = 0,
) -> ChunkPlan:
    """Return the chunk plan for an output of `size` with blocks of `block`, within `memory` bytes.

    Parameters
    ----------
    size, block
        Rows and columns of the output and of its blocks.
    input_blocks
        Rows and columns of the blocks of every input band that a chunk reads.
    bytes_per_pixel
        Bytes of memory per pixel of a chunk: inputs, temporaries and result.
    input_block_bytes
        Bytes for one decoded block of every input, needed by each running chunk.
    workers
        Number of threads. This many chunks run at once, or fewer if the memory limit requires this.
    memory
        Memory limit of the run, in bytes.
    chunk_size
        Edge length of a chunk in pixels, rounded up to whole blocks; 0 chooses it automatically. The memory limit takes
        precedence.
    edge
        Preferred edge length of a chunk in pixels; with a halo, it is at most `HALO_EDGE`.
    halo
        Number of pixels that a chunk reads on each side.
    shared
        Memory to share between all chunks. At most a quarter of the memory for chunks is used; nothing is shared if
        this would reduce the number of concurrent chunks.
    half
        True if all running chunks together may use only half of `memory`.
    least
        Memory in bytes that the run needs in any case. It is not checked here, but the error does not ask for less.

    Raises
    ------
    ResourceError
        The memory is too small for the smallest possible chunk; the message states the memory required.
    """
    area = (_round_up(size[0], block[0]), _round_up(size[1], block[1]))
    unit = _common_unit(area, block, input_blocks)
    wanted = _wanted_shape(area, unit, block, input_blocks, workers, chunk_size, min(edge, HALO_EDGE) if halo else edge)
    candidates = list(_candidates(wanted, unit, block, workers))
    usable = memory // 2 if half else memory
    kept = min(shared.wanted, usable // 4)
    keeping = [(kept, *each) for each in candidates if kept and kept >= shared.least and each[1] == workers]
    for shared_bytes, chunk, in_flight in [*keeping, *((0, *each) for each in candidates)]:
        in_flight = min(in_flight, math.ceil(area[0] / chunk[0]) * math.ceil(area[1] / chunk[1]))
        cost = shared_bytes + in_flight * chunk_bytes(chunk, halo, bytes_per_pixel, input_block_bytes)
        if cost <= usable:
            slice_unit = unit if chunk[0] % unit[0] == 0 else block
            return ChunkPlan(
                size[1], size[0], block, slice_unit, chunk, in_flight, cost, memory, bytes_per_pixel,
                input_block_bytes, shared_bytes, halo,
            )  # fmt: skip
    cost = chunk_bytes(block, halo, bytes_per_pixel, input_block_bytes)
    needed = math.ceil(max(2 * cost if half else cost, least) / MEBIBYTE)
    part = " Chunks can use only half of the memory limit." if half else ""
    around = f" Each chunk is read with {halo} extra pixels on each side." if halo else ""
    raise ResourceError(
        f"The smallest possible chunk needs {math.ceil(cost / MEBIBYTE)} MB for one block of every band, but the "
        f"memory limit is {format_megabytes(memory)} MB. Set MEMORY to at least {needed}.{part}{around}",
        parameter="memory",
    )


def plan_units(
    size: Shape, unit: Shape, *, bytes_per_pixel: int, input_block_bytes: int, workers: int, memory: int, halo: int
) -> ChunkPlan:
    """Return a plan with chunks of exactly the shape `unit` for a run without an output; arguments as in `plan_chunks`.

    Raises
    ------
    ResourceError
        The memory is too small for one chunk; the message states the memory required.
    """
    cost = chunk_bytes(unit, halo, bytes_per_pixel, input_block_bytes)
    count = math.ceil(size[0] / unit[0]) * math.ceil(size[1] / unit[1])
    in_flight = min(workers, memory // cost, count)
    if not in_flight:
        needed = math.ceil(cost / MEBIBYTE)
        raise ResourceError(
            f"A block of {unit[1]} x {unit[0]} pixels with a halo of {halo} pixels needs {needed} MB, but the memory "
            f"limit is {format_megabytes(memory)} MB. Set MEMORY to at least {needed}, or choose a smaller block.",
            parameter="memory",
        )
    return ChunkPlan(
        size[1], size[0], unit, unit, unit, in_flight, in_flight * cost, memory, bytes_per_pixel, input_block_bytes,
        halo=halo,
    )  # fmt: skip


def edge_of_files(size: Shape, files: int, least: int) -> int:
    """Return the preferred chunk edge length, or less if all files together would have fewer than `least` chunks."""
    edge = PREFERRED_EDGE
    while edge > SMALLEST_EDGE and files * math.ceil(size[0] / edge) * math.ceil(size[1] / edge) < least:
        edge //= 2
    return edge


def plan_files(plan: Callable[[int], ChunkPlan], *, memory: int, workers: int) -> ChunkPlan:
    """Return the chunk plan of one of many files whose chunks run at once; `in_flight` counts the chunks of all files.

    Parameters
    ----------
    plan
        Function that returns the plan of a file for a single worker and a memory limit in bytes.
    memory
        Memory limit for all running chunks together, in bytes.
    workers
        Number of threads. This many chunks run at once, or fewer if memory is short.

    Raises
    ------
    ResourceError
        The memory is too small for the smallest possible chunk.
    """
    for in_flight in range(workers, 1, -1):
        with contextlib.suppress(ResourceError):
            one = plan(memory // in_flight)
            return replace(one, in_flight=in_flight, memory=one.memory * in_flight, limit=memory)
    return plan(memory)


def share_out(plan: ChunkPlan, *, threads: int, memory: float, keep: bool) -> ChunkPlan:
    """Return a chunk plan for the threads of a cluster, with the chunk size of `plan` or a smaller one.

    In the returned plan, `limit` is the memory limit of all threads together.

    Parameters
    ----------
    plan
        Plan for this machine.
    threads
        Number of threads on all machines together. Each thread gets at least four chunks if there are enough blocks.
    memory
        Memory limit for the chunk of one thread, in bytes.
    keep
        True if the user has set the chunk size, which is then reduced only to fit into memory.

    Raises
    ------
    ResourceError
        The memory is too small for the smallest possible chunk; the message states the memory required.
    """
    wide = plan.chunk[1] >= plan.width  # narrower chunks might decode the same strips repeatedly
    unit = (plan.unit[0], plan.chunk[1]) if wide else plan.unit
    chunk, slice_unit = plan.chunk, plan.unit

    def cost() -> int:
        return chunk_bytes(chunk, plan.halo, plan.bytes_per_pixel, plan.input_block_bytes)

    def count() -> int:
        return math.ceil(plan.height / chunk[0]) * math.ceil(plan.width / chunk[1])

    while (not keep and count() < 4 * threads) or cost() > memory:
        smaller = _shrunk(chunk, unit)
        if smaller == chunk:
            if cost() <= memory:
                break
            if unit == plan.block:
                needed = math.ceil(cost() / MEBIBYTE)
                raise ResourceError(
                    f"The smallest possible chunk needs {needed} MB for one block of every band, but a thread of the "
                    f"cluster has {format_megabytes(memory)} MB. Set a higher MEMORY, or give the workers more "
                    "memory or fewer threads.",
                    parameter="memory",
                )
            unit = slice_unit = plan.block
        chunk = smaller
    in_flight = min(threads, count())
    return replace(
        plan, chunk=chunk, unit=slice_unit, in_flight=in_flight, memory=in_flight * cost(), limit=int(threads * memory),
        shared_bytes=0,
    )  # fmt: skip


def chunk_bytes(chunk: Shape, halo: int, bytes_per_pixel: int, input_block_bytes: int) -> int:
    """Return the memory that a running chunk needs, in bytes."""
    return (chunk[0] + 2 * halo) * (chunk[1] + 2 * halo) * bytes_per_pixel + input_block_bytes


def _candidates(wanted: Shape, unit: Shape, block: Shape, workers: int) -> Iterator[tuple[Shape, int]]:
    """Yield (chunk shape, chunks in flight), from the preferred plan to the plan that needs the least memory."""
    chunk = wanted
    yield chunk, workers
    for smallest in (unit, block):
        while chunk[0] > smallest[0] or chunk[1] > smallest[1]:
            chunk = _shrunk(chunk, smallest)
            yield chunk, workers
    yield from ((block, in_flight) for in_flight in range(workers - 1, 0, -1))


def _shrunk(chunk: Shape, smallest: Shape) -> Shape:
    """Return the shape with its longer side halved, rounded to a multiple of `smallest` and at least `smallest`."""
    rows, cols = math.ceil(chunk[0] / smallest[0]), math.ceil(chunk[1] / smallest[1])
    if cols == 1 or rows > 1 and chunk[0] >= chunk[1]:
        rows = math.ceil(rows / 2)
    else:
        cols = math.ceil(cols / 2)
    return rows * smallest[0], cols * smallest[1]


def _common_unit(area: Shape, block: Shape, input_blocks: Sequence[Shape]) -> Shape:
    """Return the least common multiple of all block shapes, limited to `LARGEST_UNIT` and the raster."""
    unit = list(block)
    for each in input_blocks:
        for axis in (0, 1):
            common = math.lcm(unit[axis], each[axis])
            if common <= LARGEST_UNIT:
                unit[axis] = common
    return min(unit[0], area[0]), min(unit[1], area[1])


def _wanted_shape(
    area: Shape, unit: Shape, block: Shape, input_blocks: Sequence[Shape], workers: int, chunk_size: int, edge: int
) -> Shape:
    """Return the preferred chunk shape: the user's, or one that fits the blocks and keeps all workers busy."""
    if chunk_size:
        return tuple(min(_round_up(chunk_size, block[axis]), area[axis]) for axis in (0, 1))  # type: ignore[return-value]
    rows = min(_round_up(edge, unit[0]), area[0])
    cols = min(_round_up(edge, unit[1]), area[1])
    if any(each[1] > cols for each in input_blocks):
        # If blocks are strips, narrow chunks would decode the full width repeatedly.
        unit = (unit[0], area[1])
        least = max(1, edge * edge // area[1])  # a single row can exceed the preferred chunk size
        rows, cols = min(_round_up(least, unit[0]), area[0]), area[1]
    while (rows, cols) != unit and math.ceil(area[0] / rows) * math.ceil(area[1] / cols) < 4 * workers:
        rows, cols = _shrunk((rows, cols), unit)
    return rows, cols


def _round_up(value: int, step: int) -> int:
    return math.ceil(value / step) * step
