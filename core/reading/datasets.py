"""The open datasets of a run: one per thread and file, reopened regularly to limit GDAL's block cache."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import rasterio
import rasterio.env
from rasterio.io import DatasetReader

from .safe_paths import is_remote

Kept = TypeVar("Kept")


class BandRangeReader(DatasetReader):  # type: ignore[misc]
    """Dataset with cached band properties. rasterio itself queries all bands for each band that it reads."""

    @property
    def indexes(self) -> range:
        """Numbers of all bands, counted from 1."""
        return range(1, self.count + 1)

    @cached_property
    def dtypes(self) -> tuple[str, ...]:
        """Data type of each band."""
        return tuple(super().dtypes)

    @cached_property
    def nodatavals(self) -> tuple[float | None, ...]:
        """Nodata value of each band."""
        return tuple(super().nodatavals)


def open_dataset(path: Any, mode: str = "r", **keywords: Any) -> Any:
    """Open a dataset like `rasterio.open`, but faster inside a `rasterio.Env`.

    `rasterio.open` starts a new environment on each call, which accounts for half the time of opening a small file.
    Inside a `rasterio.Env`, this function skips that step, except for remote files, for which rasterio looks up
    credentials.
    """
    known = rasterio.env.hasenv() and not (isinstance(path, str) and is_remote(path))
    inside = getattr(rasterio.open, "__wrapped__", None) if known else None
    dataset = (inside or rasterio.open)(path, mode, **keywords)
    if type(dataset) is DatasetReader:
        dataset.__class__ = BandRangeReader
    return dataset


def keep_environment() -> None:
    """Start a rasterio environment for this thread, so that `open_dataset` does not start one for each file.

    The environment ends with the thread, so call this only in threads that end with the run.
    """
    rasterio.Env.from_defaults().__enter__()


REOPEN_BYTES = 32 * 2**20
"""Number of decoded bytes after which a dataset is reopened.

GDAL caches the blocks that it decodes, but a run does not read them again: chunks do not overlap, or `block_cache`
keeps the blocks that chunks share. Only closing the dataset frees GDAL's cache. If no dataset is reopened, the cache
grows to five percent of the computer's RAM and accounts for a quarter of a run's system time.
"""

REOPEN_BLOCKS = 16
"""Minimum number of blocks read from a dataset before it is reopened: reopening discards the decoded blocks."""


@dataclass(eq=False)
class _Handle:
    dataset: Any
    bytes_read: int = 0


class Handles(AbstractContextManager["Handles"]):
    """The open datasets of a run, closed at the end of the `with` block.

    Parameters
    ----------
    open_dataset
        Function that opens the dataset at a path.
    limit
        Maximum number of open datasets per thread, at least 1. At the limit, a thread closes its least recently used
        dataset before it opens a new one. None means no limit.
    reopen_bytes
        Number of decoded bytes after which a dataset is reopened.
    """

    def __init__(
        self, open_dataset: Callable[[str], Any], limit: int | None = None, reopen_bytes: int = REOPEN_BYTES
    ) -> None:
        self._open = open_dataset
        self._limit = limit
        self._reopen_bytes = reopen_bytes
        self._own = threading.local()
        self._all: list[_Handle] = []
        self._kept = ExitStack()
        self._lock = threading.Lock()

    def __exit__(self, *_: object) -> None:
        self._kept.close()
        for handle in self._all:
            handle.dataset.close()

    def keep(self, context: AbstractContextManager[Kept]) -> Kept:
        """Enter a context and return its value. The context ends when the datasets are closed."""
        return self._kept.enter_context(context)

    def dataset(self, path: str, window_bytes: int = 0, block_bytes: int = 0) -> Any:
        """Return this thread's dataset for a file; open it if necessary.

        Parameters
        ----------
        path
            Path of the file.
        window_bytes
            Decoded size in bytes of the window that will be read next.
        block_bytes
            Decoded size in bytes of one block of the file.
        """
        handles: OrderedDict[str, _Handle] = self._own.__dict__.setdefault("handles", OrderedDict())
        if path not in handles:
            self._close_oldest(handles)
            handles[path] = _Handle(self._open(path))
            with self._lock:
                self._all.append(handles[path])
        handles.move_to_end(path)
        handle = handles[path]
        if handle.bytes_read > max(self._reopen_bytes, REOPEN_BLOCKS * block_bytes):
            handle.dataset.close()
            handle.dataset, handle.bytes_read = self._open(path), 0
        handle.bytes_read += window_bytes
        return handle.dataset

    def _close_oldest(self, handles: OrderedDict[str, _Handle]) -> None:
        """Close this thread's least recently used datasets until the limit allows opening another."""
        while self._limit is not None and len(handles) >= self._limit:
            _, oldest = handles.popitem(last=False)
            oldest.dataset.close()
            with self._lock:
                self._all.remove(oldest)
