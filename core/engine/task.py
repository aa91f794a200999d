"""What a job gives the engine: its chunks as plain values, and the function that computes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from rasterio.windows import Window

from ..parallel.chunks import ChunkPlan
from ..progress import Stop
from ..reading.readers import Readers
from ..writing.creation_options import OutputProfile


class Write(Protocol):
    """Takes the pixels (bands, rows, columns) of a window, and its mask, as `RasterWriter.write` does."""

    def __call__(self, array: np.ndarray[Any, Any], window: Window, mask: np.ndarray[Any, Any] | None = None) -> None:
        """Write them."""


ComputeChunk = Callable[[Window, Stop, Write], Any]
"""Reads, computes and writes one chunk, and returns the facts about it; many threads may call."""


class ChunkWork(Protocol):
    """A job's chunks as plain values, which can be sent to a worker."""

    @property
    def name(self) -> str:
        """What Dask's diagnostics call the job's tasks."""

    @property
    def profile(self) -> OutputProfile:
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

    def open(self, readers: Readers) -> ComputeChunk:
        """Return the function that computes a chunk."""
