"""How large a chunk is and how many are under way at once: arithmetic on sizes, no file and no array."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rasterio.windows import Window

from ..errors import OptionError, ResourceError
from ..raster.windows import Shape, subdivide
from ..units import MEBIBYTE

PREFERRED_EDGE = 2048
"""Pixels: large enough that the cost of a chunk is its pixels."""

HALO_EDGE = 1024
"""Pixels: the same for chunks that see their neighbours, whose intermediate arrays then fit the processor's cache; with
a bounded cache of decoded blocks 1024 was quicker than 2048."""

LARGEST_UNIT = 2048
"""Pixels: blocks of input and output are brought to a common multiple up to this edge, no further."""

SLICE_PIXELS = 2**20
"""A larger chunk is worked through in slices of about this many pixels: a cancel is heard in between, and temporaries
stay so small that the system need not map and clear new memory for each."""


class SharedBytes(NamedTuple):
    """Memory that all chunks share: `wanted` bytes, and fewer than `least` are of no use."""

    wanted: int = 0
    least: int = 0


NOTHING_SHARED = SharedBytes()


@dataclass(frozen=True)
class ChunkPlan:
    """The division of a raster into chunks, and how many of them may be in memory at once.

    `chunk` and `unit` are (rows, columns); chunks are whole multiples of the output's blocks, `unit` is the
    smallest piece that begins and ends on block edges. `memory` is the working memory in bytes; a chunk takes
    `bytes_per_pixel` for each of its pixels, and of the `halo` pixels around them, and `input_block_bytes` besides;
    `shared_bytes` are kept for all.
    """

    width: int
    height: int
    block: Shape
    unit: Shape
    chunk: Shape
    in_flight: int
    memory: int
    bytes_per_pixel: int = 0
    input_block_bytes: int = 0
    shared_bytes: int = 0
    halo: int = 0

    @property
    def count(self) -> int:
        """Number of chunks."""
        return math.ceil(self.height / self.chunk[0]) * math.ceil(self.width / self.chunk[1])

    def windows(self) -> Iterator[Window]:
        """Yield the chunks, row by row, cut at the raster's edge."""
        return subdivide(Window(0, 0, self.width, self.height), self.chunk)

    def slices(self, chunk: Window) -> Iterator[Window]:
        """Yield full-width slices of `chunk` that begin and end on unit edges."""
        rows = max(self.unit[0], SLICE_PIXELS // chunk.width // self.unit[0] * self.unit[0])
        return subdivide(chunk, (rows, chunk.width))

    def __str__(self) -> str:
        return (
            f"{self.count} chunks of {self.chunk[1]} x {self.chunk[0]} pixels "
            f"(output blocks {self.block[1]} x {self.block[0]}), {self.in_flight} at a time, "
            f"{math.ceil(self.memory / MEBIBYTE)} MB of working memory"
        )


def resolve_chunk_size(pixels: int) -> int:
    """Return the wanted edge of a chunk; 0 leaves the choice to `plan_chunks`.

    Raises
    ------
    OptionError
        It is negative.
    """
    if pixels < 0:
        raise OptionError(
            f"CHUNK_SIZE is {pixels}; give the edge of a chunk in pixels, or 0 to choose.", parameter="chunk_size"
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
    halo: int = 0,
    shared: SharedBytes = NOTHING_SHARED,
) -> ChunkPlan:
    """Return the chunks for an output of `size` in blocks of `block`, within `memory` bytes.

    Parameters
    ----------
    size, block
        Rows and columns of the output and of its blocks.
    input_blocks
        Rows and columns of the blocks of every input band that a chunk reads.
    bytes_per_pixel
        What a pixel of a chunk under way costs: inputs, temporaries and result.
    input_block_bytes
        What one decoded block of every input costs; each chunk under way needs them once.
    workers
        Threads; as many chunks are under way at once, fewer where the memory asks for it.
    memory
        Bound on all chunks under way together, bytes.
    chunk_size
        Edge of a chunk in pixels, rounded up to whole blocks; 0 chooses. It gives way to the memory bound.
    halo
        How many pixels around it a chunk reads.
    shared
        What is kept for all chunks: at most a quarter of `memory`, and nothing where fewer chunks would be under way.

    Raises
    ------
    ResourceError
        The memory does not hold one block of every band that a chunk needs; says how much would.
    """
    area = (_round_up(size[0], block[0]), _round_up(size[1], block[1]))
    unit = _common_unit(area, block, input_blocks)
    wanted = _wanted_shape(area, unit, block, input_blocks, workers, chunk_size, HALO_EDGE if halo else PREFERRED_EDGE)
    candidates = list(_candidates(wanted, unit, block, workers))
    kept = min(shared.wanted, memory // 4)
    keeping = [(kept, *each) for each in candidates if kept and kept >= shared.least and each[1] == workers]
    for shared_bytes, chunk, in_flight in [*keeping, *((0, *each) for each in candidates)]:
        in_flight = min(in_flight, math.ceil(area[0] / chunk[0]) * math.ceil(area[1] / chunk[1]))
        cost = shared_bytes + in_flight * _chunk_bytes(chunk, halo, bytes_per_pixel, input_block_bytes)
        if cost <= memory:
            slice_unit = unit if chunk[0] % unit[0] == 0 else block
            return ChunkPlan(
                size[1], size[0], block, slice_unit, chunk, in_flight, cost, bytes_per_pixel, input_block_bytes,
                shared_bytes, halo,
            )  # fmt: skip
    needed = math.ceil(_chunk_bytes(block, halo, bytes_per_pixel, input_block_bytes) / MEBIBYTE)
    raise ResourceError(
        f"One block of every band that a chunk needs takes {needed} MB, but the memory bound is "
        f"{memory / MEBIBYTE:.4g} MB. Set MEMORY to at least {needed}.",
        parameter="memory",
    )


def share_out(plan: ChunkPlan, *, threads: int, memory: float, keep: bool) -> ChunkPlan:
    """Return a plan for so many threads elsewhere, each with so many bytes: chunks as large, or smaller.

    Parameters
    ----------
    plan
        For this machine.
    threads
        On all machines together; there are at least four chunks for each, if there are blocks enough.
    memory
        What the chunk of one thread may take, bytes.
    keep
        Only memory makes the chunks smaller: their size is the user's.

    Raises
    ------
    ResourceError
        The memory does not hold one block of every band that a chunk needs; says how much would.
    """
    wide = plan.chunk[1] >= plan.width  # narrower chunks might decode strips again and again
    unit = (plan.unit[0], plan.chunk[1]) if wide else plan.unit
    chunk, slice_unit = plan.chunk, plan.unit

    def cost() -> int:
        return _chunk_bytes(chunk, plan.halo, plan.bytes_per_pixel, plan.input_block_bytes)

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
                    f"One block of every band that a chunk needs takes {needed} MB, but a thread of the cluster "
                    f"has {memory / MEBIBYTE:.4g} MB. Set a larger MEMORY, or give the workers more memory or less "
                    "threads.",
                    parameter="memory",
                )
            unit = slice_unit = plan.block
        chunk = smaller
    in_flight = min(threads, count())
    return replace(plan, chunk=chunk, unit=slice_unit, in_flight=in_flight, memory=in_flight * cost(), shared_bytes=0)


def _chunk_bytes(chunk: Shape, halo: int, bytes_per_pixel: int, input_block_bytes: int) -> int:
    """Return what a chunk under way takes."""
    return (chunk[0] + 2 * halo) * (chunk[1] + 2 * halo) * bytes_per_pixel + input_block_bytes


def _candidates(wanted: Shape, unit: Shape, block: Shape, workers: int) -> Iterator[tuple[Shape, int]]:
    """Yield chunk shapes and chunks in flight from the most wanted to the least costly."""
    chunk = wanted
    yield chunk, workers
    for smallest in (unit, block):
        while chunk[0] > smallest[0] or chunk[1] > smallest[1]:
            chunk = _shrunk(chunk, smallest)
            yield chunk, workers
    yield from ((block, in_flight) for in_flight in range(workers - 1, 0, -1))


def _shrunk(chunk: Shape, smallest: Shape) -> Shape:
    """Return the shape with its longer side halved, in whole multiples of `smallest` and no less than that."""
    rows, cols = math.ceil(chunk[0] / smallest[0]), math.ceil(chunk[1] / smallest[1])
    if cols == 1 or rows > 1 and chunk[0] >= chunk[1]:
        rows = math.ceil(rows / 2)
    else:
        cols = math.ceil(cols / 2)
    return rows * smallest[0], cols * smallest[1]


def _common_unit(area: Shape, block: Shape, input_blocks: Sequence[Shape]) -> Shape:
    """Return the smallest common multiple of all blocks, as long as it stays a reasonable chunk."""
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
    """Return the chunk shape to try first: the user's, or one that suits the blocks and keeps all workers busy."""
    if chunk_size:
        return tuple(min(_round_up(chunk_size, block[axis]), area[axis]) for axis in (0, 1))  # type: ignore[return-value]
    rows = min(_round_up(edge, unit[0]), area[0])
    cols = min(_round_up(edge, unit[1]), area[1])
    if any(each[1] > cols for each in input_blocks):
        # Strips: a narrow chunk would decode the whole width again and again.
        unit = (unit[0], area[1])
        least = max(1, edge * edge // area[1])  # a row can be longer than the whole chunk wanted
        rows, cols = min(_round_up(least, unit[0]), area[0]), area[1]
    while (rows, cols) != unit and math.ceil(area[0] / rows) * math.ceil(area[1] / cols) < 4 * workers:
        rows, cols = _shrunk((rows, cols), unit)
    return rows, cols


def _round_up(value: int, step: int) -> int:
    return math.ceil(value / step) * step
