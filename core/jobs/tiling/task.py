"""The engine task for one tile: copy blocks from the source where possible, and compute the other blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rasterio.windows import Window

from ...engine.task import Chunk, Copied
from ...parallel.chunks import ChunkPlan
from ...progress import Stop
from ...raster.alignment import union_window
from ...raster.windows import offset_slices, relative
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
    """Task that writes one tile and records the number of valid pixels of each chunk (None if not counted)."""

    plan: TilePlan
    tile: Tile

    @property
    def name(self) -> str:
        """Name of the task in Dask's diagnostics."""
        return "tile"

    @cached_property
    def output(self) -> OutputProfile:
        """Output profile of the tile."""
        return self.plan.tile_profile(self.tile)

    @cached_property
    def chunks(self) -> ChunkPlan:
        """Chunk plan of the tile."""
        return self.plan.tile_chunks(self.tile)

    @property
    def files(self) -> tuple[str, ...]:
        """All files of the source."""
        return self.plan.source.files

    @property
    def open_files(self) -> int | None:
        """Maximum number of open inputs per thread: None (no limit) because there is only one input."""
        return None

    def open(self, readers: Readers, blocks: TileBlocks | None = None) -> OpenTile:
        """Return the task with its source open. `blocks` is an existing block finder; by default, a new one is used."""
        return OpenTile(self, readers, blocks or TileBlocks(self.plan))


class OpenTile:
    """A tile task whose source is open. Thread-safe."""

    def __init__(self, task: TileTask, readers: Readers, blocks: TileBlocks) -> None:
        self._plan, self._tile, self._profile = task.plan, task.tile, task.output
        self._readers, self._blocks = readers, blocks
        parameters = task.plan.parameters
        self._counts = bool(parameters["count_valid"] or parameters["skip_empty"] or parameters["min_valid"])

    def find_blocks(self, layout: Callable[[], TiffLayout]) -> TileFinder | None:
        """Return an object that finds blocks to copy from the source; None if no block can be copied."""
        match = self._blocks.match(self._tile, self._profile, layout)
        return None if match is None else TileFinder(match, relative(self._plan.area, self._tile.window))

    def compute(self, window: Window, stop: Stop) -> Chunk:
        """Return the pixels in a window of the tile, their mask and the number of valid pixels."""
        piece = read_piece(self._readers, self._plan, self._tile, window)
        return Chunk(piece.pixels, piece.mask() if self._profile.masked else None, piece.valid)

    def copied(self, blocks: Sequence[CopiedBlock]) -> Sequence[Copied]:
        """Return the mask and the number of valid pixels of each block; either is None if the run does not need it."""
        if not self._profile.masked and not self._counts:
            all_valid = self._blocks.all_valid
            return [Copied(None, _pixels(block.window) if all_valid else None) for block in blocks]
        around = union_window([block.window for block in blocks])
        if _pixels(around) != sum(_pixels(block.window) for block in blocks):  # the blocks do not fill `around`
            return [copied for block in blocks for copied in self._read(block.window, [block])]
        return self._read(around, blocks)

    def _read(self, window: Window, blocks: Sequence[CopiedBlock]) -> list[Copied]:
        """Return the mask and the number of valid pixels of each block. The blocks fill `window`.

        The first block gets the number of valid pixels in the whole window, and all other blocks get 0.
        """
        counts: list[int] = [0] * len(blocks)
        if not self._profile.masked:
            counts[0] = count_valid(self._readers, self._plan, self._tile, window)
            return [Copied(None, count) for count in counts]
        piece = read_piece(self._readers, self._plan, self._tile, window)
        mask, counts[0] = piece.mask(), piece.valid
        return [Copied(mask[offset_slices(block.window, window)], count) for block, count in zip(blocks, counts)]


def _pixels(window: Window) -> int:
    return int(window.width * window.height)
