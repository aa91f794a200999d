"""The merge as a task of the engine: blocks are copied from an input where possible; all other blocks are merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from rasterio.windows import Window

from ...engine.task import Chunk, Copied
from ...parallel.chunks import ChunkPlan
from ...progress import Stop
from ...raster.nodata import mask_band
from ...reading.readers import Readers
from ...tiff.block_copy import CopiedBlock
from ...tiff.layout import TiffLayout
from ...writing.creation_options import OutputProfile
from .copied_blocks import MergeBlocks
from .pixels import MergeCounts, WindowMerger
from .plan import MergePlan
from .reader import InputReader


@dataclass(frozen=True)
class MergeTask:
    """Engine task that writes a mosaic and counts the pixels that the log warns about."""

    plan: MergePlan

    @property
    def name(self) -> str:
        """Name of the tasks in Dask's diagnostics."""
        return "merge"

    @property
    def output(self) -> OutputProfile:
        """Profile of the output."""
        return self.plan.profile

    @property
    def chunks(self) -> ChunkPlan:
        """Chunks of the output."""
        return self.plan.chunks

    @property
    def files(self) -> tuple[str, ...]:
        """All files that the inputs consist of."""
        return self.plan.files

    @property
    def open_files(self) -> int | None:
        """Maximum number of inputs that a thread keeps open."""
        return self.plan.open_files

    def open(self, readers: Readers) -> OpenMerge:
        """Return the object that computes the chunks, with a reader for the inputs."""
        return OpenMerge(self.plan, InputReader(self.plan.inputs, readers, self.plan.rules.pixel_rule))


class OpenMerge:
    """Computes the chunks of a merge with a reader for its inputs; thread-safe."""

    def __init__(self, plan: MergePlan, reader: InputReader) -> None:
        self._plan, self._reader = plan, reader
        self._merger = WindowMerger(plan.rules, plan.inputs, reader)

    def find_blocks(self, layout: Callable[[], TiffLayout]) -> MergeBlocks | None:
        """Return a finder for the blocks that can be copied from an input; None if no block can be copied."""
        return MergeBlocks(self._plan, layout()) if self._plan.copies_blocks else None

    def compute(self, window: Window, stop: Stop) -> Chunk:
        """Return the merged pixels of a window, with their mask and pixel counts."""
        merged = self._merger.merge(window, stop)
        return Chunk(merged.stored, None if merged.shown is None else mask_band(merged.shown), merged.counts)

    def copied(self, blocks: Sequence[CopiedBlock]) -> Sequence[Copied]:
        """Return the mask (None if the output has no mask band) and the pixel counts (all 0) of each copied block."""
        return [self._copied(block) for block in blocks]

    def _copied(self, block: CopiedBlock) -> Copied:
        if not self._plan.rules.marking.mask:
            return Copied(None, MergeCounts())
        visible = self._reader.visible(block.source, block.window)
        shown = np.ones((block.window.height, block.window.width), bool) if visible is None else visible
        return Copied(mask_band(shown), MergeCounts())
