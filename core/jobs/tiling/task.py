"""A tile as the engine makes it: blocks that are the source's own are copied, the pixels of the others cut out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rasterio.windows import Window

from ...engine.task import Chunk, Copied
from ...parallel.chunks import ChunkPlan
from ...progress import Stop
from ...raster.alignment import union_window
from ...raster.windows import offset_slices
from ...reading.readers import Readers
from ...tiff.block_copy import CopiedBlock
from ...tiff.layout import TiffLayout
from ...writing.creation_options import OutputProfile
from .copied_blocks import TileBlocks, TileFinder
from .layout import Tile
from .pixels import count_valid, read_piece
from .plan import TilePlan


@dataclass(frozen=True)
class TileTask:
    """One tile to be made; its records are numbers of valid pixels, None where nobody asked for them."""

    plan: TilePlan
    tile: Tile

    @property
    def name(self) -> str:
        """What Dask's diagnostics call the job's tasks."""
        return "tile"

    @cached_property
    def output(self) -> OutputProfile:
        """The tile's file."""
        return self.plan.tile_profile(self.tile)

    @cached_property
    def chunks(self) -> ChunkPlan:
        """Its chunks."""
        return self.plan.tile_chunks(self.tile)

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that the source consists of."""
        return self.plan.source.files

    @property
    def open_files(self) -> int | None:
        """All inputs, which is one, stay open."""
        return None

    def open(self, readers: Readers, blocks: TileBlocks | None = None) -> OpenTile:
        """Return the task with its source at hand; `blocks` are those of the source, where they are known already."""
        return OpenTile(self, readers, blocks or TileBlocks(self.plan))


class OpenTile:
    """A tile whose source can be read; any thread may call."""

    def __init__(self, task: TileTask, readers: Readers, blocks: TileBlocks) -> None:
        self._plan, self._tile, self._profile = task.plan, task.tile, task.output
        self._readers, self._blocks = readers, blocks
        wanted = task.plan.parameters
        self._counts = bool(wanted["count_valid"] or wanted["skip_empty"] or wanted["min_valid"])

    def find_blocks(self, layout: Callable[[], TiffLayout]) -> TileFinder | None:
        """Return what finds the blocks that are the source's own; None where none can be."""
        match = self._blocks.match(self._tile, self._profile, layout)
        return None if match is None else TileFinder(match)

    def compute(self, window: Window, stop: Stop) -> Chunk:
        """Return the pixels of a window of the tile, and how many are valid."""
        found = read_piece(self._readers, self._plan, self._tile, window)
        return Chunk(found.pixels, found.shown() if self._profile.masked else None, found.valid)

    def copied(self, blocks: Sequence[CopiedBlock]) -> Sequence[Copied]:
        """Return the masks of blocks that are copied, and how many of their pixels are valid if that is to be known."""
        if not self._profile.masked and not self._counts:
            shows_all = self._blocks.shows_all
            return [Copied(None, _pixels(block.window) if shows_all else None) for block in blocks]
        around = union_window([block.window for block in blocks])
        if _pixels(around) != sum(_pixels(block.window) for block in blocks):  # others lie between them
            return [copied for block in blocks for copied in self._read(block.window, [block])]
        return self._read(around, blocks)

    def _read(self, window: Window, blocks: Sequence[CopiedBlock]) -> list[Copied]:
        """Return the same of blocks that make up a window, all valid pixels with the first."""
        counts: list[int] = [0] * len(blocks)
        if not self._profile.masked:
            counts[0] = count_valid(self._readers, self._plan, self._tile, window)
            return [Copied(None, count) for count in counts]
        found = read_piece(self._readers, self._plan, self._tile, window)
        shown, counts[0] = found.shown(), found.valid
        return [Copied(shown[offset_slices(block.window, window)], count) for block, count in zip(blocks, counts)]


def _pixels(window: Window) -> int:
    return int(window.width * window.height)
