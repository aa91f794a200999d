"""Open datasets of one run: one per thread and file, closed and opened anew before GDAL's cache grows with them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import rasterio
import rasterio.env
from rasterio.io import DatasetReader


class BandRangeReader(DatasetReader):  # type: ignore[misc]
    """A dataset that looks up a band at once: for each band it reads, rasterio makes and searches lists of all."""

    @property
    def indexes(self) -> range:
        """The numbers of all bands."""
        return range(1, self.count + 1)

    @cached_property
    def dtypes(self) -> tuple[str, ...]:
        """The type of each band."""
        return tuple(super().dtypes)

    @cached_property
    def nodatavals(self) -> tuple[float | None, ...]:
        """The nodata value of each band."""
        return tuple(super().nodatavals)


def open_dataset(path: Any, mode: str = "r", **keywords: Any) -> Any:
    """Return what `rasterio.open` returns.

    rasterio starts an environment of its own at each call, also inside another one: half of what opening a small file
    costs. Inside a `rasterio.Env` it is left out.
    """
    inside = getattr(rasterio.open, "__wrapped__", None) if rasterio.env.hasenv() else None
    dataset = (inside or rasterio.open)(path, mode, **keywords)
    if type(dataset) is DatasetReader:
        dataset.__class__ = BandRangeReader
    return dataset


def keep_environment() -> None:
    """Start rasterio's environment of this thread, for as long as it lives: a start takes as long as opening a file."""
    rasterio.Env().__enter__()


REOPEN_BYTES = 32 * 2**20
"""Decoded bytes that a handle may leave in GDAL's cache. Nobody asks for them again: chunks do not overlap, or the
blocks that they share are kept by `block_cache`. Closing the file is the one way to have that memory used again, in
place of more and more of it (a quarter of a run's system time, and five percent of the machine's memory)."""

REOPEN_BLOCKS = 16
"""A handle serves at least so many blocks: where one block is a whole image, opening anew would decode it again."""


@dataclass(eq=False)
class _Handle:
    dataset: Any
    bytes_read: int = 0


class Handles(AbstractContextManager["Handles"]):
    """The open datasets of one run; closed when the `with` block ends.

    Parameters
    ----------
    open_dataset
        Returns a new open dataset for a path.
    limit
        As many a thread keeps open, at least 1; beyond, the one least recently used is closed. None: all.
    """

    def __init__(self, open_dataset: Callable[[str], Any], limit: int | None = None) -> None:
        self._open = open_dataset
        self._limit = limit
        self._own = threading.local()
        self._all: list[_Handle] = []
        self._lock = threading.Lock()

    def __exit__(self, *_: object) -> None:
        for handle in self._all:
            handle.dataset.close()

    def dataset(self, path: str, window_bytes: int = 0, block_bytes: int = 0) -> Any:
        """Return this thread's dataset of the file.

        Parameters
        ----------
        path
            The file.
        window_bytes
            What is to be read through the dataset now, decoded.
        block_bytes
            What one block of the file takes, decoded.
        """
        handles: OrderedDict[str, _Handle] = self._own.__dict__.setdefault("handles", OrderedDict())
        if path not in handles:
            self._close_oldest(handles)
            handles[path] = _Handle(self._open(path))
            with self._lock:
                self._all.append(handles[path])
        handles.move_to_end(path)
        handle = handles[path]
        if handle.bytes_read > max(REOPEN_BYTES, REOPEN_BLOCKS * block_bytes):
            handle.dataset.close()
            handle.dataset, handle.bytes_read = self._open(path), 0
        handle.bytes_read += window_bytes
        return handle.dataset

    def _close_oldest(self, handles: OrderedDict[str, _Handle]) -> None:
        """Close what this thread used least recently, until it may open one more."""
        while self._limit is not None and len(handles) >= self._limit:
            _, oldest = handles.popitem(last=False)
            oldest.dataset.close()
            with self._lock:
                self._all.remove(oldest)
