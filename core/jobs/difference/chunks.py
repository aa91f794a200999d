"""The chunks of a normalized difference: read, computed and written one by one, wherever that is."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from rasterio.windows import Window

from ...engine.task import ComputeChunk, Write
from ...parallel.chunks import ChunkPlan
from ...pixels.sources import read_terms
from ...progress import Stop
from ...raster.statistics import Statistics, block_statistics
from ...raster.windows import Shape, shifted, subdivide
from ...reading.readers import Readers
from ...writing.creation_options import OutputProfile
from .kernel import normalized_difference_pixels
from .plan import IndexPlan


class IndexFacts(NamedTuple):
    """What a chunk leaves besides its pixels: the statistics of each block by its row and column, and counts."""

    blocks: dict[tuple[int, int], Statistics]
    outside: int
    overflowed: int


@dataclass(frozen=True)
class IndexWork:
    """The chunks of a normalized difference."""

    plan: IndexPlan

    @property
    def name(self) -> str:
        """What Dask's diagnostics call the job's tasks."""
        return "normalized-difference"

    @property
    def profile(self) -> OutputProfile:
        """The output."""
        return self.plan.profile

    @property
    def chunks(self) -> ChunkPlan:
        """Its chunks."""
        return self.plan.chunks

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that the inputs consist of."""
        return self.plan.job.files

    @property
    def open_files(self) -> int | None:
        """All of the three files at most."""
        return None

    def open(self, readers: Readers) -> ComputeChunk:
        """Return the function that computes a chunk."""
        return functools.partial(_compute_chunk, self.plan, readers)


def _compute_chunk(plan: IndexPlan, readers: Readers, chunk: Window, stop: Stop, write: Write) -> IndexFacts:
    """Read, compute and write one chunk."""
    job = plan.job
    blocks: dict[tuple[int, int], Statistics] = {}
    outside = overflowed = 0
    for piece in plan.chunks.slices(chunk):
        stop.check()
        source = shifted(piece, plan.window)
        a, b, visible = read_terms(readers, job.bands, job.resampled, job.mask, source, stop)
        result = normalized_difference_pixels(a, b, visible, job.rules)
        blocks.update(_count_blocks(plan.chunks.block, piece, result.stored, result.valid))
        mask = result.valid.astype(np.uint8) * np.uint8(255) if plan.profile.masked else None
        write(result.stored[np.newaxis], piece, mask)
        outside += result.outside
        overflowed += result.overflowed
    return IndexFacts(blocks, outside, overflowed)


def _count_blocks(
    block: Shape, piece: Window, stored: np.ndarray[Any, Any], valid: np.ndarray[Any, Any]
) -> Iterator[tuple[tuple[int, int], Statistics]]:
    rows, cols = block
    for each in subdivide(Window(0, 0, piece.width, piece.height), block):
        place = each.toslices()
        at = (piece.row_off + each.row_off) // rows, (piece.col_off + each.col_off) // cols
        yield at, block_statistics(stored[place][valid[place]])
