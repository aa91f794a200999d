"""Interface between jobs and the engine: raster tasks, computed chunk by chunk, that can be sent to workers."""

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
    """Computed pixels of a window.

    `pixels` are stored values (bands, rows, columns). `mask`, uint8 (rows, columns), is 255 for valid pixels and 0 for
    others, or None if the output has no mask. `record` is any data for the job to collect, such as statistics.
    """

    pixels: npt.NDArray[Any]
    mask: npt.NDArray[np.uint8] | None
    record: Any


class Copied(NamedTuple):
    """The mask and the record of an encoded block that is copied without decoding; see `Chunk`."""

    mask: npt.NDArray[np.uint8] | None
    record: Any


class BlockFinder(Protocol):
    """Finds blocks of the output that can be copied from an input. Thread-safe."""

    def split(self, piece: Window, stop: Stop) -> SplitPiece:
        """Split a slice of a chunk into blocks that can be copied and windows to compute."""

    def copies(self, piece: Window, stop: Stop) -> bool:
        """Return True if all blocks of a slice can be copied. No pixels are decoded to find this out."""


class OpenTask(Protocol):
    """A task with open inputs. Thread-safe."""

    def find_blocks(self, layout: Callable[[], TiffLayout]) -> BlockFinder | None:
        """Return an object that finds blocks to copy into a file with this layout; None if no block can be copied."""

    def compute(self, window: Window, stop: Stop) -> Chunk:
        """Return the pixels of a window of the output. Pixel values must not depend on the choice of window."""

    def copied(self, blocks: Sequence[CopiedBlock]) -> Sequence[Copied]:
        """Return the mask and record of each copied block of a slice."""


class RasterTask(Protocol):
    """A raster to compute. Implementations must be frozen dataclasses of plain values."""

    @property
    def name(self) -> str:
        """Name of the job's tasks in Dask's diagnostics."""

    @property
    def output(self) -> OutputProfile:
        """Profile of the output."""

    @property
    def chunks(self) -> ChunkPlan:
        """Chunk plan of the output."""

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of all files that make up the inputs."""

    @property
    def open_files(self) -> int | None:
        """Number of inputs that a thread may keep open; None for no limit."""

    def open(self, readers: Readers) -> OpenTask:
        """Return the open task, which reads its inputs through `readers`."""


class ComputedOnly:
    """Base class of open tasks that copy no blocks."""

    def find_blocks(self, layout: Callable[[], TiffLayout]) -> BlockFinder | None:
        """Return None: no block can be copied, so all pixels are computed."""
        return None

    def copied(self, blocks: Sequence[CopiedBlock]) -> Sequence[Copied]:
        """Return an empty list. The engine never calls this method because no blocks are copied."""
        return []
