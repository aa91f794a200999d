"""Write an unfinished result through GDAL: create the empty file with its metadata, then write pixels and masks.

GDAL caches written pixels and encodes them when the cache is full or the file is closed. Regular flushing lets encoding
run in parallel with reading, and shortens the final close, which cannot be cancelled.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import rasterio
from rasterio.io import MemoryFile
from rasterio.windows import Window

from ..raster.dtypes import WIDE_COMPLEX
from ..reading.datasets import open_dataset
from ..reading.gdal_errors import raised_errors
from ..reading.gdal_quirks import rasterio_pixels
from ..reading.metadata import RasterMetadata, apply_metadata
from ..tiff.block_copy import AppendedBlocks
from ..tiff.directory import NODATA_TAG, replace_numbers, replace_text
from ..tiff.layout import COMPLEX_INTEGER, SAMPLE_FORMAT, TiffLayout, layout_of, read_own_layout
from .creation_options import OutputProfile
from .partial_file import remove_file

CreateFile = Callable[[str, OutputProfile], Any]
"""Function that creates the empty file at a path; it returns a dataset like rasterio's, but with a `flush` method."""

FLUSH_BYTES = (2 * 2**20, 8 * 2**20, 32 * 2**20)
"""Bytes between flushes per encoding thread: minimum, initial value, maximum.

A run with fewer flushes is faster. A run with more flushes can be cancelled sooner if the codec is slow.
"""

FLUSH_SECONDS = 0.5
"""Target maximum duration of a flush in seconds; a cancelled run has to wait until the flush has ended."""

TWIN = ".twin"
"""Suffix of an empty copy of an unfinished file, created to find out how its blocks will be encoded."""


@dataclass(frozen=True)
class BandDescription:
    """Description, scale, offset and metadata items of an output band."""

    description: str = ""
    scale: float = 1.0
    offset: float = 0.0
    tags: tuple[tuple[str, str], ...] = ()

    def enter(self, dataset: Any, band: int, count: int, tags: dict[str, str]) -> None:
        """Write the band's metadata and the items `tags` (such as statistics) to an open dataset with `count` bands."""
        dataset.set_band_description(band, self.description)
        if (self.scale, self.offset) != (1.0, 0.0):
            dataset.scales = [self.scale] * count
            dataset.offsets = [self.offset] * count
        dataset.update_tags(band, **dict(self.tags), **tags)


class OutputFile:
    """An unfinished file that GDAL encodes and writes. Thread-safe.

    Parameters
    ----------
    path
        Path of the file; an existing empty file is overwritten.
    profile
        Grid, bands, data type, nodata, creation options and metadata.
    create
        Function that creates the file; None uses rasterio.
    """

    def __init__(self, path: str, profile: OutputProfile, create: CreateFile | None) -> None:
        self._path, self._profile, self._create = path, profile, create
        self._lock = threading.Lock()
        self._unflushed = 0
        self._flush_bytes = FLUSH_BYTES[1]
        self._dataset = self._create_dataset(path)

    def write(self, array: np.ndarray[Any, Any], window: Window) -> list[Window]:
        """Write the pixels (bands, rows, columns) of a window; return the windows to verify: only this window."""
        with self._lock:
            if self._create is None:
                array = rasterio_pixels(array, self._profile.dtype)
            self._dataset.write(array, window=window)
            self._unflushed += array.nbytes
            if self._unflushed >= self._flush_bytes * self._profile.threads:
                self._flush()
        return [window]

    def write_mask(self, mask: np.ndarray[Any, Any], window: Window) -> list[Window]:
        """Write a window's mask (rows, columns), 255 for valid pixels; return the windows to verify: only this window.

        The writer later reads these windows back and compares their checksums with the checksums of the pixels written.
        """
        with self._lock:
            self._dataset.write_mask(mask, window=window)
        return [window]

    def describe(self, band: int, metadata: BandDescription, tags: dict[str, str]) -> None:
        """Store a band's description, scale, offset and metadata items."""
        with self._lock:
            metadata.enter(self._dataset, band, self._profile.count, tags)

    def close(self) -> AppendedBlocks:
        """Close the file, so that GDAL writes its cached blocks; return an empty `AppendedBlocks`."""
        with raised_errors():
            self._dataset.close()
        self._patch(self._path)
        return AppendedBlocks.none(self._path)

    def layout(self) -> TiffLayout:
        """Return the block layout of the file, read from an empty copy created for this purpose."""
        twin = self._path + TWIN
        try:
            self._create_dataset(twin).close()
            self._patch(twin)
            return read_own_layout(twin)
        finally:
            remove_file(twin)

    def _patch(self, path: str) -> None:
        """Write the tags that could not be written when the file was created. The file must be closed."""
        if self._profile.patched_nodata:
            replace_text(path, NODATA_TAG, self._profile.patched_nodata)
        if self._create is None and self._profile.dtype == WIDE_COMPLEX:
            replace_numbers(path, SAMPLE_FORMAT, COMPLEX_INTEGER)

    def _create_dataset(self, path: str) -> Any:
        """Create the empty file with its metadata and mask, and return the open dataset."""
        if self._create is not None:
            dataset = self._create(path, self._profile)
        else:
            dataset = open_dataset(path, "w", **self._profile.creation_keywords())
        try:
            if self._profile.metadata is not None:
                apply_metadata(dataset, _without_derived_table(self._profile, self._profile.metadata))
            if self._profile.masked:
                with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):  # writing a pixel creates the mask
                    dataset.write_mask(np.zeros((1, 1), np.uint8), window=Window(0, 0, 1, 1))
        except BaseException:
            dataset.close()
            raise
        return dataset

    def _flush(self) -> None:
        """Write cached pixels to the file, if possible, and adapt the flush interval to the duration of this flush."""
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
        """Close and reopen the file because rasterio datasets cannot be flushed."""
        with raised_errors():
            self._dataset.close()
        options = {"NUM_THREADS": self._profile.options["NUM_THREADS"]}
        self._dataset = rasterio.open(self._path, "r+", driver="GTiff", sharing=False, **options)


def layout_in_memory(profile: OutputProfile) -> TiffLayout:
    """Return the block layout that GDAL would give an output, read from an empty one-block file in memory."""
    grid, (rows, cols) = profile.grid, profile.block
    small = replace(grid, crs=None, width=min(grid.width, cols), height=min(grid.height, rows))
    nodata = None if profile.patched_nodata else profile.nodata
    with MemoryFile(ext=".tif") as memory:
        OutputFile(memory.name, replace(profile, grid=small, nodata=nodata), None).close()
        layout = layout_of(io.BytesIO(memory.read()), memory.name)
    return replace(layout, width=grid.width, height=grid.height, block=profile.block)


def _without_derived_table(profile: OutputProfile, metadata: RasterMetadata) -> RasterMetadata:
    """Return the metadata without the colour table that GDAL derives from PHOTOMETRIC=MINISWHITE.

    If the table were written, GDAL would store the file as MINISBLACK with this colour table.
    """
    if profile.options.get("PHOTOMETRIC") != "MINISWHITE":
        return metadata
    bands = (band if band.colour == "palette" else replace(band, colormap=None) for band in metadata.bands)
    return replace(metadata, bands=tuple(bands))
