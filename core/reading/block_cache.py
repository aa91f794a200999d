"""Decoded blocks of the inputs, kept for the chunks beside: a chunk that sees its neighbours reads their blocks too."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import numpy as np
from rasterio.windows import Window

from ..raster.grid import Grid
from ..raster.windows import Shape, offset_slices, touched_blocks

Array = np.ndarray[Any, Any]

SMALLEST_UNIT = (64, 256)
"""Rows and columns: smaller blocks are read and kept several at once."""

KEPT_UNITS = 2
"""A cache that holds fewer blocks is not worth its memory."""


class BlockKey(NamedTuple):
    """What is kept: pixels or masks of some bands of a source, and the first row and column of a block."""

    what: Hashable
    row: int
    col: int


class BlockCache:
    """Decoded blocks, at most so many bytes of them; any thread may call.

    A block is decoded by the first thread that asks for it, the others wait. Chunks are done row by row, from the top
    or, by newer versions of Dask, from the bottom: the blocks nearest to where the run began are the first to go.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._bytes = 0
        self._blocks: dict[BlockKey, Array] = {}
        self._places: dict[BlockKey, tuple[float, float]] = {}
        self._begin: tuple[float, float] | None = None
        self._decoding: dict[BlockKey, threading.Event] = {}
        self._lock = threading.Lock()

    def takes(self, block_bytes: int) -> bool:
        """Return whether blocks of so many bytes are worth keeping: that more than one finds a place."""
        return KEPT_UNITS * block_bytes <= self._capacity

    def read(self, what: Hashable, grid: Grid, block: Shape, window: Window, read: Callable[[Window], Array]) -> Array:
        """Return the pixels (bands, rows, columns) of a window, put together from blocks, read-only.

        Parameters
        ----------
        what
            Tells these pixels from others of the run.
        grid
            The raster that they belong to.
        block
            Rows and columns of what is read and kept as one, see `unit_of`.
        window
            The window, inside the raster.
        read
            Reads the pixels of a block, which is cut at the raster's edge.
        """
        whole = Window(0, 0, grid.width, grid.height)
        parts = []
        for each in touched_blocks(window, block):
            inside = each.intersection(whole)
            place = each.row_off / grid.height, each.col_off / grid.width
            key = BlockKey(what, each.row_off, each.col_off)
            parts.append((inside, self._block(key, place, functools.partial(read, inside))))
        inside, first = parts[0]
        if len(parts) == 1:
            rows, cols = offset_slices(window, inside)
            return first[:, rows, cols]
        pixels = np.empty((len(first), window.height, window.width), first.dtype)
        for inside, found in parts:
            part = inside.intersection(window)
            to, of = offset_slices(part, window), offset_slices(part, inside)
            pixels[:, to[0], to[1]] = found[:, of[0], of[1]]
        pixels.flags.writeable = False  # as those of a single block, which others have too
        return pixels

    def _block(self, key: BlockKey, place: tuple[float, float], read: Callable[[], Array]) -> Array:
        while True:
            with self._lock:
                if key in self._blocks:
                    return self._blocks[key]
                decoded = self._decoding.get(key)
                if decoded is None:
                    mine = self._decoding[key] = threading.Event()
            if decoded is not None:
                decoded.wait()
                continue  # it may be gone again, or could not be decoded
            try:
                found = read()
                self._keep(key, place, found)
                return found
            finally:
                with self._lock:
                    del self._decoding[key]
                mine.set()

    def _keep(self, key: BlockKey, place: tuple[float, float], found: Array) -> None:
        """Keep a block, whose `place` is the share of the raster's height and width before it."""
        found.flags.writeable = False  # several threads have it
        with self._lock:
            self._blocks[key], self._places[key] = found, place
            self._bytes += found.nbytes
            self._begin = self._begin or place
            farthest = min if place >= self._begin else max
            while self._bytes > self._capacity:
                oldest = farthest(self._places, key=self._places.__getitem__)
                del self._places[oldest]
                self._bytes -= self._blocks.pop(oldest).nbytes


def unit_of(block: Shape, grid: Grid) -> Shape:
    """Return rows and columns of what is read and kept as one: a block, or several small ones."""
    rows, cols = (-(-least // edge) * edge for least, edge in zip(SMALLEST_UNIT, block))
    return min(rows, max(grid.height, block[0])), min(cols, max(grid.width, block[1]))


def wanted_bytes(unit: Shape, grid: Grid, halo: int, chunk_edge: int, workers: int) -> int:
    """Return how many bytes, for each byte of a pixel, keep chunks with a halo from decoding a block twice.

    Those are the blocks that the next row of chunks will ask for again, as wide as the raster, and those of the chunks
    under way.
    """
    around = 2 * (halo + unit[0]), 2 * (halo + unit[1])
    kept = min(grid.height, around[0]) * grid.width
    under_way = min(grid.height, chunk_edge + around[0]) * min(grid.width, chunk_edge + around[1])
    return kept + workers * under_way
