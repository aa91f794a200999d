"""GDAL's side of an unfinished result: the empty file with all that it says of itself, its pixels, and its blocks.

GDAL keeps what is written in its cache, and encodes it when that is full or the file is closed. Flushing now and then
keeps the encoding beside the reading, and leaves little to do at the end, where no cancel is heard.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import rasterio
from rasterio.windows import Window

from ..raster.dtypes import WIDE_COMPLEX
from ..reading.datasets import open_dataset
from ..reading.gdal_errors import raised_errors
from ..reading.gdal_quirks import rasterio_pixels
from ..reading.metadata import apply_metadata
from ..tiff.block_copy import AppendedBlocks
from ..tiff.directory import NODATA_TAG, replace_numbers, replace_text
from ..tiff.layout import COMPLEX_INTEGER, SAMPLE_FORMAT, TiffLayout, read_own_layout
from .creation_options import OutputProfile
from .partial_file import remove_file

CreateFile = Callable[[str, OutputProfile], Any]
"""Makes the empty file at a path. What it returns is used like rasterio's dataset, and has `flush()` besides."""

FLUSH_BYTES = (2 * 2**20, 8 * 2**20, 32 * 2**20)
"""Least, first and most, per encoding thread. Seldom is faster; often is heard sooner where a codec is slow."""

FLUSH_SECONDS = 0.5
"""How long a flush should take at most: a run that is cancelled waits for it."""

TWIN = ".twin"
"""Behind the name of an unfinished file: the empty one that shows how its blocks will be encoded."""


@dataclass(frozen=True)
class BandDescription:
    """What a band of the output says of itself."""

    description: str = ""
    scale: float = 1.0
    offset: float = 0.0

    def enter(self, dataset: Any, band: int, count: int, tags: dict[str, str]) -> None:
        """Store them in an open dataset for a band of so many, with its metadata items."""
        dataset.set_band_description(band, self.description)
        if (self.scale, self.offset) != (1.0, 0.0):
            dataset.scales = [self.scale] * count
            dataset.offsets = [self.offset] * count
        dataset.update_tags(band, **tags)


class OutputFile:
    """The file at `path` while GDAL encodes and writes it; any thread may call.

    Parameters
    ----------
    path
        Where it is made, or an empty file is overwritten.
    profile
        Grid, bands, type, nodata, creation options, and what it says of itself.
    create
        Makes the file; None: rasterio does.
    """

    def __init__(self, path: str, profile: OutputProfile, create: CreateFile | None) -> None:
        self._path, self._profile, self._create = path, profile, create
        self._lock = threading.Lock()
        self._unflushed = 0
        self._flush_bytes = FLUSH_BYTES[1]
        self._dataset = self._made(path)

    def write(self, array: np.ndarray[Any, Any], window: Window) -> list[Window]:
        """Write the pixels (bands, rows, columns) of one window; return what is to be read back of it: all."""
        with self._lock:
            if self._create is None:
                array = rasterio_pixels(array, self._profile.dtype)
            self._dataset.write(array, window=window)
            self._unflushed += array.nbytes
            if self._unflushed >= self._flush_bytes * self._profile.threads:
                self._flush()
        return [window]

    def write_mask(self, mask: np.ndarray[Any, Any], window: Window) -> list[Window]:
        """Write the mask (rows, columns) of one window, 255 where a pixel shows; return what is to be read back."""
        with self._lock:
            self._dataset.write_mask(mask, window=window)
        return [window]

    def describe(self, band: int, metadata: BandDescription, tags: dict[str, str]) -> None:
        """Store a band's description, scale, offset and metadata items."""
        with self._lock:
            metadata.enter(self._dataset, band, self._profile.count, tags)

    def close(self) -> AppendedBlocks:
        """Have GDAL encode and write what is left; return the blocks that were encoded here: none."""
        with raised_errors():
            self._dataset.close()
        self._patch(self._path)
        return AppendedBlocks.none()

    def layout(self) -> TiffLayout:
        """Return the blocks of the file and how they will be encoded, as an empty twin of it has them."""
        twin = self._path + TWIN
        try:
            self._made(twin).close()
            self._patch(twin)
            return read_own_layout(twin)
        finally:
            remove_file(twin)

    def _patch(self, path: str) -> None:
        """Enter in a closed file what the library that made it cannot store."""
        if self._profile.patched_nodata:
            replace_text(path, NODATA_TAG, self._profile.patched_nodata)
        if self._create is None and self._profile.dtype == WIDE_COMPLEX:
            replace_numbers(path, SAMPLE_FORMAT, COMPLEX_INTEGER)

    def _made(self, path: str) -> Any:
        if self._create is not None:
            dataset = self._create(path, self._profile)
        else:
            dataset = open_dataset(path, "w", **self._profile.creation_keywords())
        try:
            if self._profile.metadata is not None:
                apply_metadata(dataset, self._profile.metadata)
            if self._profile.masked:
                with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):  # the first pixel makes the mask
                    dataset.write_mask(np.zeros((1, 1), np.uint8), window=Window(0, 0, 1, 1))
        except BaseException:
            dataset.close()
            raise
        return dataset

    def _flush(self) -> None:
        started = time.monotonic()
        if self._create is not None:
            self._dataset.flush()
        elif self._profile.reopens_alike:
            self._reopen()
        self._unflushed = 0
        seconds = time.monotonic() - started
        if seconds > FLUSH_SECONDS:
            self._flush_bytes = max(FLUSH_BYTES[0], self._flush_bytes // 2)
        elif seconds < FLUSH_SECONDS / 2:
            self._flush_bytes = min(FLUSH_BYTES[2], self._flush_bytes * 2)

    def _reopen(self) -> None:
        with raised_errors():
            self._dataset.close()
        options = {"NUM_THREADS": self._profile.options["NUM_THREADS"]}
        self._dataset = rasterio.open(self._path, "r+", driver="GTiff", sharing=False, **options)
