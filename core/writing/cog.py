"""Write Cloud Optimized GeoTIFFs: write a plain GeoTIFF, copy it with GDAL's COG driver and verify the copy.

The plain file and the copy are hidden files in the destination folder; only the verified copy is renamed to the
destination.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

import rasterio
import rasterio.shutil
from rasterio.windows import Window

from ..parallel.threads import run_in_thread
from ..progress import Progress, Stop, stages
from ..raster.dtypes import array_dtype
from ..raster.windows import subdivide
from ..reading.datasets import Handles, open_dataset
from ..tiff.block_copy import AppendedBlocks
from .cog_options import SPACE_FACTOR
from .creation_options import OutputProfile
from .gdal_file import CreateFile
from .partial_file import Partial, PartialFile
from .read_back import Check
from .sidecar import write_sidecar
from .writer import RasterWriter

COPY_SHARE = 2
"""Assumed duration of the copy, as a multiple of the time to write the chunks.

Verification is assumed to take as long as writing the chunks."""

STEPS = 1000
"""Number of steps in which the progress of the copy is reported."""

LEVEL_MARK = "\0"
"""Separator between a path and an overview number; it cannot occur in a path."""

NEEDED_FOR_COPY = 1.5
"""Disk space that the copy and its overviews need, as a multiple of the size of the plain file.

A failed copy is assumed to have filled the disk if less than this is free afterwards. By then, GDAL has removed its
temporary files, so the disk is no longer full."""


class CopyToCog(Protocol):
    """Function that copies a plain GeoTIFF to a Cloud Optimized GeoTIFF with GDAL's COG driver."""

    def __call__(
        self, source: str, target: str, options: Mapping[str, str], stop: Stop, tell: Callable[[float], None]
    ) -> None:
        """Write and close `target`.

        Parameters
        ----------
        source, target
            Paths of the plain file and of the empty file to overwrite.
        options
            Creation options of the COG driver.
        stop
            Set when the run is stopped. The copy must then end early and may raise any exception.
        tell
            Function that receives the completed fraction, from 0 to 1.
        """


class OverviewBlock(NamedTuple):
    """A block of an overview, or of the full resolution if `level` is -1, and its window (col, row, width, height)."""

    level: int
    window: tuple[int, int, int, int]


def raster_writer(
    destination: str,
    profile: OutputProfile,
    *,
    create: CreateFile | None = None,
    claim: Callable[[str], Partial] = PartialFile,
    copy: CopyToCog | None = None,
) -> RasterWriter:
    """Return a `CogWriter` if the profile describes a COG, otherwise a `RasterWriter`.

    Parameters
    ----------
    destination, profile, create, claim
        As for `RasterWriter`.
    copy
        Function that copies the plain file to the Cloud Optimized GeoTIFF; None uses rasterio.
    """
    if profile.is_cog:
        return CogWriter(destination, profile, create, claim, copy)
    return RasterWriter(destination, profile, create, claim)


class CogWriter(RasterWriter):
    """Writer of a Cloud Optimized GeoTIFF; used like a `RasterWriter` but without `write_encoded`.

    Parameters
    ----------
    destination, create, claim
        As for `RasterWriter`.
    profile
        Profile of the plain file and the copy; `is_cog` is True.
    copy
        Function that copies the plain file to the Cloud Optimized GeoTIFF; None uses rasterio.
    """

    takes_encoded = False
    compares_all_pixels = True  # the COG driver encodes all blocks again

    def __init__(
        self,
        destination: str,
        profile: OutputProfile,
        create: CreateFile | None = None,
        claim: Callable[[str], Partial] = PartialFile,
        copy: CopyToCog | None = None,
    ) -> None:
        super().__init__(destination, profile, create, claim)
        self._copy = copy or copy_with_rasterio
        self._plain_bytes = 0

    def shares(self, chunks: int, verify: bool) -> tuple[int, int]:
        """Return the number of progress steps for writing `chunks` chunks, and the number for `finish`."""
        return STEPS * chunks, STEPS * chunks * (COPY_SHARE + verify)

    def _convert(self, progress: Progress, verify: bool) -> Progress:
        """Replace the plain file with the COG copy; return the `Progress` of the verification."""
        copying, verifying = stages(progress, STEPS * COPY_SHARE, STEPS * verify)
        self._replace_plain_file(lambda copy: run_in_thread(copy, progress=copying))
        return verifying

    def convert_here(self, stop: Stop) -> None:
        """Replace the plain file with the COG copy, in the current thread."""
        self._replace_plain_file(lambda copy: copy(stop, lambda share: None))

    def _replace_plain_file(self, run: Callable[[Callable[[Stop, Callable[[float], None]], None]], None]) -> None:
        """Replace the plain file with its COG copy; `run` calls the copying function in this thread or another."""
        plain, self._plain_bytes = self._partial, os.path.getsize(self._partial.path)
        self._partial = plain.for_copy()
        source, target, options = plain.path, self._partial.path, self._profile.final_options
        try:
            self._wrap_errors(lambda: run(lambda stop, tell: self._copy(source, target, options, stop, tell)))
            self._wrap_errors(self._check_overviews)
        finally:
            plain.discard()
        self._appended = AppendedBlocks.none(self._partial.path)  # the appended blocks belonged to the plain file
        super()._write_sidecar()

    def _write_sidecar(self) -> None:
        """Remove the sidecar of the plain file; the copy gets its own sidecar later."""
        write_sidecar(self._partial.path, "")

    def checks(self, *, encoded: bool = True) -> list[Check]:
        """Return the checks of the written chunks, and for each overview block a check that decodes the block.

        With lossy options, each block of the full resolution is decoded too.
        """
        checks = super().checks(encoded=encoded)
        with self._open_back(self._partial.path) as dataset:
            levels = range(0 if self._profile.lossless else -1, len(dataset.overviews(1)))
        for level in levels:
            with self._open_back(self._level_key(level)) as overview:
                full = Window(0, 0, overview.width, overview.height)
                rows, cols = overview.block_shapes[0]
            for block in subdivide(full, (rows, cols)):
                place = block.col_off, block.row_off, block.width, block.height
                checks.append((OverviewBlock(level, place), 0))
        return checks

    def _compare(self, check: Check, stop: Stop, *, handles: Handles) -> None:
        """Run one check: decode an overview block, or compare written pixels."""
        if isinstance(check[0], OverviewBlock):
            self._wrap_errors(lambda: self._check_block(check[0], handles))
        else:
            super()._compare(check, stop, handles=handles)

    def _check_overviews(self) -> None:
        """Raise OutputError unless the copy is a COG with the expected overviews."""
        with self._open_back(self._partial.path) as dataset:
            layout = dataset.tags(ns="IMAGE_STRUCTURE").get("LAYOUT")
            overviews = dataset.overviews(1)
        if layout != "COG" or bool(overviews) != self._profile.has_overviews:
            self._raise(f"GDAL's COG driver wrote an unexpected file (layout {layout}, overviews {overviews})")

    def _check_block(self, block: OverviewBlock, handles: Handles) -> None:
        """Raise an error if a block is missing, extends beyond the end of the file or cannot be decoded."""
        level, (col, row, width, height) = block
        block_bytes = width * height * self._profile.count * array_dtype(self._profile.dtype).itemsize
        dataset = handles.dataset(self._level_key(level), block_bytes, block_bytes)
        rows, cols = dataset.block_shapes[0]
        item = f"BLOCK_OFFSET_{col // cols}_{row // rows}"
        if dataset.get_tag_item(item, "TIFF", bidx=1) is None and not self._profile.sparse:
            where = "the raster" if level < 0 else f"overview {level + 1}"
            self._raise(f"the block at row {row}, column {col} of {where} is missing; the disk may be failing")
        dataset.read(window=Window(col, row, width, height))

    def _level_key(self, level: int) -> str:
        """Return the key for opening an overview; for level -1 (full resolution), the key is the path."""
        return f"{self._partial.path}{LEVEL_MARK}{level}" if level >= 0 else self._partial.path

    def _open_back(self, path: str) -> Any:
        """Open the written file, or one of its overviews, by a key from `_level_key`."""
        path, _, level = path.partition(LEVEL_MARK)
        options: dict[str, Any] = {"overview_level": int(level)} if level else {}
        return open_dataset(path, driver="GTiff", sharing=False, **options)

    def _required_bytes(self, free: int) -> float:
        """Return the estimated bytes of disk space for the plain file and its copy if the disk is full; otherwise 0."""
        if not self._plain_bytes:
            return SPACE_FACTOR * super()._required_bytes(free)
        copied = os.path.getsize(self._partial.path) if os.path.exists(self._partial.path) else 0
        is_full = free + copied < NEEDED_FOR_COPY * self._plain_bytes
        return SPACE_FACTOR * self._plain_bytes if is_full else 0


class _StoppableFile:
    """Source file for GDAL that stops returning data once the run is stopped, so that GDAL's copy fails.

    rasterio's copy function has no progress callback and cannot be cancelled, but GDAL uses this class for every read.
    """

    def __init__(self, path: str, stop: Stop, tell: Callable[[float], None]) -> None:
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by `close`
        self._stop, self._tell = stop, tell
        self._size, self._read = os.path.getsize(path), 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, or no bytes if the run is stopped."""
        if self._stop.is_set():
            return b""
        data = self._file.read(size)
        self._read += len(data)
        self._tell(min(1.0, self._read / (2 * self._size)))  # GDAL reads the file twice: for overviews and copy
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Set the read position and return it."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the read position."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> _StoppableFile:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def copy_with_rasterio(
    source: str, target: str, options: Mapping[str, str], stop: Stop, tell: Callable[[float], None]
) -> None:
    """Copy a plain GeoTIFF to a Cloud Optimized GeoTIFF with rasterio; implements `CopyToCog`.

    Cancellation takes effect the next time GDAL reads the source. Data in GDAL's cache (5 % of RAM unless
    GDAL_CACHEMAX is set) is not read again, so copying cached data cannot be cancelled. Other Python threads keep
    running during the copy.
    """
    # The file has no sidecars; rasterio would report each missing sidecar as an error.
    with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"), _open_stoppable(source, stop, tell) as dataset:
        rasterio.shutil.copy(dataset, target, driver="COG", **options)


@contextmanager
def _open_stoppable(path: str, stop: Stop, tell: Callable[[float], None]) -> Iterator[Any]:
    """Open a dataset whose reads go through `_StoppableFile`.

    Since version 1.4, rasterio reads a whole file object into memory, so an `opener` is used instead.
    """
    if "opener" in inspect.signature(rasterio.open).parameters:
        with rasterio.open(path, opener=lambda path, mode="rb": _StoppableFile(path, stop, tell)) as dataset:
            yield dataset
    else:
        with _StoppableFile(path, stop, tell) as file, rasterio.open(file) as dataset:
            yield dataset
