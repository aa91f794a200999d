"""What a job gives the engine: a raster to be made chunk by chunk, as plain values that can be sent to a worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ..parallel.chunks import ChunkPlan
from ..progress import Stop
from ..reading.readers import Readers
from ..tiff.block_copy import CopiedBlock, SplitPiece
from ..tiff.layout import TiffLayout
from ..writing.creation_options import OutputProfile


class Chunk(NamedTuple):
    """What a task makes of a window.

    `pixels` are stored values (bands, rows, columns); `mask`, uint8 (rows, columns), is 255 where a pixel shows and 0
    elsewhere, None for an output without a mask; `record` is whatever the job keeps of them: counts, statistics.
    """

    pixels: npt.NDArray[Any]
    mask: npt.NDArray[np.uint8] | None
    record: Any


class Copied(NamedTuple):
    """What goes with a block that is copied as it is encoded: its mask and the record of its pixels, as in `Chunk`."""

    mask: npt.NDArray[np.uint8] | None
    record: Any


class BlockFinder(Protocol):
    """Tells which blocks of the output are blocks of an input; any thread may call."""

    def split(self, piece: Window) -> SplitPiece:
        """Return which blocks of a piece are copied, and the windows that are not."""


class OpenTask(Protocol):
    """A task whose inputs can be read; any thread may call."""

    def find_blocks(self, layout: Callable[[], TiffLayout]) -> BlockFinder | None:
        """Return what finds blocks that can be copied into a file of this layout; None: all pixels are computed."""

    def compute(self, window: Window, stop: Stop) -> Chunk:
        """Return the pixels of a window of the output. They do not depend on the window they are asked for with."""

    def copied(self, blocks: Sequence[CopiedBlock]) -> Sequence[Copied]:
        """Return what goes with each of the blocks of a piece that are copied."""


class RasterTask(Protocol):
    """A raster to be made: a frozen dataclass of plain values."""

    @property
    def name(self) -> str:
        """What Dask's diagnostics call the job's tasks."""

    @property
    def output(self) -> OutputProfile:
        """The output."""

    @property
    def chunks(self) -> ChunkPlan:
        """Its chunks."""

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that the inputs consist of."""

    @property
    def open_files(self) -> int | None:
        """How many inputs a thread may keep open; None: all."""

    def open(self, readers: Readers) -> OpenTask:
        """Return the task with its inputs at hand."""


class ComputedOnly:
    """The part of an `OpenTask` that copies no blocks."""

    def find_blocks(self, layout: Callable[[], TiffLayout]) -> BlockFinder | None:
        """Return None: all pixels are computed."""
        return None

    def copied(self, blocks: Sequence[CopiedBlock]) -> Sequence[Copied]:
        """Never called, since no block is copied."""
        return []
