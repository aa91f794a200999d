"""Cache of decoded input blocks, shared by neighbouring chunks whose halos overlap."""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from rasterio.windows import Window

from ..raster.alignment import union_window
from ..raster.grid import Grid
from ..raster.windows import Shape, offset_slices, touched_blocks

Array = np.ndarray[Any, Any]

SMALLEST_UNIT = (64, 256)
"""Minimum rows and columns of a cache unit. Smaller blocks are read and cached in groups."""

KEPT_UNITS = 2
"""Minimum number of cache units (see `unit_of`) that must fit into a cache. If fewer fit, blocks are not cached."""

NEW_STRIPE = 0.5
"""A new stripe has begun if successively cached blocks are farther apart than this fraction of the raster's height."""


class BlockKey(NamedTuple):
    """Key of a cached block or group of blocks: bands or mask (`what`), and the row and column of the first pixel."""

    what: Hashable
    row: int
    col: int


class BlockCache:
    """Thread-safe cache of decoded blocks, limited to `capacity` bytes.

    The first thread to request a block decodes it; other threads wait. Chunks run row by row, from the top or, in newer
    versions of Dask, from the bottom; in wide rasters, one vertical stripe of chunks is completed before the next. When
    the cache is full, blocks of earlier stripes are therefore dropped first, then the blocks nearest to the row in
    which the current stripe began.

    If `together` is true, the missing blocks of a window are read in as few windows as possible, which saves requests
    to a server.
    """

    def __init__(self, capacity: int, *, together: bool = False) -> None:
        self._capacity = capacity
        self._together = together
        self._bytes = 0
        self._blocks: dict[BlockKey, Array] = {}
        self._positions: dict[BlockKey, tuple[int, float, float]] = {}
        self._start: tuple[float, float] | None = None
        self._row = 0.0
        self._stripe = 0
        self._decoding: dict[BlockKey, threading.Event] = {}
        self._lock = threading.Lock()

    def can_hold(self, block_bytes: int) -> bool:
        """Return True if at least `KEPT_UNITS` cache units of `block_bytes` bytes fit into the cache."""
        return KEPT_UNITS * block_bytes <= self._capacity

    def read(self, what: Hashable, grid: Grid, block: Shape, window: Window, read: Callable[[Window], Array]) -> Array:
        """Return the pixels (bands, rows, columns) of a window as a read-only array assembled from cached blocks.

        Parameters
        ----------
        what
            Identifier of the pixels, unique within the run.
        grid
            Grid of the raster.
        block
            Rows and columns of a cache unit, see `unit_of`.
        window
            Window inside the raster.
        read
            Function that returns the pixels of a cache unit, given the unit's window clipped to the raster.
        """
        whole = Window(0, 0, grid.width, grid.height)
        blocks = {
            BlockKey(what, each.row_off, each.col_off): each.intersection(whole)
            for each in touched_blocks(window, block)
        }

        def position(key: BlockKey) -> tuple[float, float]:
            return key.row / grid.height, key.col / grid.width

        held = self._read_together(blocks, block, position, read) if self._together else {}
        parts = []
        for key, inside in blocks.items():
            found = held.get(key)
            if found is None:
                found = self._block(key, position(key), functools.partial(read, inside))
            parts.append((inside, found))
        inside, first = parts[0]
        if len(parts) == 1:
            rows, cols = offset_slices(window, inside)
            return first[:, rows, cols]
        pixels = np.empty((len(first), window.height, window.width), first.dtype)
        for inside, found in parts:
            part = inside.intersection(window)
            to, of = offset_slices(part, window), offset_slices(part, inside)
            pixels[:, to[0], to[1]] = found[:, of[0], of[1]]
        pixels.flags.writeable = False  # read-only, like an array from a single block, which other threads share
        return pixels

    def _read_together(
        self,
        blocks: Mapping[BlockKey, Window],
        block: Shape,
        position: Callable[[BlockKey], tuple[float, float]],
        read: Callable[[Window], Array],
    ) -> dict[BlockKey, Array]:
        """Read the blocks that are neither cached nor being read by a thread, and return them."""
        with self._lock:
            missing = [key for key in blocks if key not in self._blocks and key not in self._decoding]
            self._decoding.update((key, threading.Event()) for key in missing)
        held = {}
        try:
            for keys in _rectangles(missing, block):
                outer = union_window([blocks[keys[0]], blocks[keys[-1]]])
                pixels = read(outer)
                for key in keys:
                    rows, cols = offset_slices(blocks[key], outer)
                    held[key] = pixels[:, rows, cols].copy()
                    self._store(key, position(key), held[key])
        finally:
            with self._lock:
                events = [self._decoding.pop(key) for key in missing]
            for event in events:
                event.set()
        return held

    def _block(self, key: BlockKey, position: tuple[float, float], read: Callable[[], Array]) -> Array:
        while True:
            with self._lock:
                if key in self._blocks:
                    return self._blocks[key]
                decoded = self._decoding.get(key)
                if decoded is None:
                    mine = self._decoding[key] = threading.Event()
            if decoded is not None:
                decoded.wait()
                continue  # the block may have been dropped already, or its decoding may have failed
            try:
                found = read()
                self._store(key, position, found)
                return found
            finally:
                with self._lock:
                    del self._decoding[key]
                mine.set()

    def _store(self, key: BlockKey, position: tuple[float, float], found: Array) -> None:
        """Add a block, and drop others if the cache is full.

        `position` is the block's first row and column as fractions of the raster's height and width.
        """
        found.flags.writeable = False  # several threads share the array
        with self._lock:
            self._start = self._start or position
            if abs(position[0] - self._row) > NEW_STRIPE:
                self._stripe += 1
            self._row = position[0]
            self._blocks[key], self._positions[key] = found, (self._stripe, *position)
            self._bytes += found.nbytes
            while self._bytes > self._capacity:
                oldest = self._oldest(downwards=position >= self._start)
                del self._positions[oldest]
                self._bytes -= self._blocks.pop(oldest).nbytes

    def _oldest(self, *, downwards: bool) -> BlockKey:
        """Return the key of the block that was probably used least recently."""
        first = min(stripe for stripe, _, _ in self._positions.values())
        blocks = (key for key, (stripe, _, _) in self._positions.items() if stripe == first)
        return (min if downwards else max)(blocks, key=self._positions.__getitem__)


def _rectangles(keys: Iterable[BlockKey], block: Shape) -> list[list[BlockKey]]:
    """Return groups of blocks that form rectangles without gaps. `keys` must be sorted by row and column."""
    found: list[list[BlockKey]] = []
    for row, line in itertools.groupby(keys, key=lambda key: key.row):
        runs: list[list[BlockKey]] = []
        for key in line:
            if runs and key.col == runs[-1][-1].col + block[1]:
                runs[-1].append(key)
            else:
                runs.append([key])
        for run in runs:
            ends = run[0].col, run[-1].col
            for above in found:
                if (above[0].col, above[-1].col) == ends and above[-1].row + block[0] == row:
                    above += run
                    break
            else:
                found.append(run)
    return found


def unit_of(block: Shape, grid: Grid) -> Shape:
    """Return the rows and columns of a cache unit: a block, or enough small blocks to reach `SMALLEST_UNIT`."""
    rows, cols = (-(-least // edge) * edge for least, edge in zip(SMALLEST_UNIT, block))
    return min(rows, max(grid.height, block[0])), min(cols, max(grid.width, block[1]))


def wanted_pixels(unit: Shape, grid: Grid, halo: int, chunk_edge: int, stripe: int, workers: int) -> int:
    """Return the number of pixels that a cache must hold so that no block of a stripe is decoded twice.

    A stripe is a vertical strip of chunks, `stripe` pixels wide. Chunks with a halo share blocks. The cache must hold
    the blocks of the chunks that are running and, across the full width of a stripe, the blocks that the next row of
    chunks reads again. Even for a single worker, two running chunks are counted because the cache drops whole rows of
    blocks.
    """
    around = 2 * (halo + unit[0]), 2 * (halo + unit[1])
    across = grid.width if unit[1] > stripe else min(grid.width, stripe + around[1])
    kept = min(grid.height, around[0]) * across
    under_way = min(grid.height, chunk_edge + around[0]) * min(grid.width, chunk_edge + around[1])
    return kept + max(workers, 2) * under_way
