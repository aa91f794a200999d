"""Cloud Optimized GeoTIFFs: written as a plain file first, copied by GDAL's COG driver, and verified as every file.

The plain file and the copy are hidden partial files in the folder of the destination; only the verified copy takes
the destination's name.
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
from .sidecar import write_sidecar
from .writer import RasterWriter

COPY_SHARE = 2
"""How long the copy takes, beside the chunks and beside the verification."""

STEPS = 1000
"""In how many steps the progress of the copy is told."""

LEVEL_MARK = "\0"
"""Divides a path and the number of an overview; no path holds it."""

NEEDED_FOR_COPY = 1.5
"""Times the plain file: what the copy and its overviews take besides. Less room than this after a failed copy means
that the disk was full: GDAL has taken its files away before anybody can look."""


class CopyToCog(Protocol):
    """Copies a plain GeoTIFF to a Cloud Optimized one by GDAL's COG driver."""

    def __call__(
        self, source: str, target: str, options: Mapping[str, str], stop: Stop, tell: Callable[[float], None]
    ) -> None:
        """Return when `target` is written and closed.

        Parameters
        ----------
        source, target
            Paths of the plain file and of the empty file that is overwritten.
        options
            Creation options of the COG driver.
        stop
            Is set when the run is over: the copy then ends early, with any error.
        tell
            Takes the share that is done, 0 to 1.
        """


class OverviewBlock(NamedTuple):
    """A block of an overview, or of the full resolution where `level` is -1, by its window there."""

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
    """Return the writer of the file that a profile describes: a Cloud Optimized GeoTIFF or a plain one.

    Parameters
    ----------
    destination, profile, create, claim
        As for `RasterWriter`.
    copy
        Makes the Cloud Optimized GeoTIFF; None: rasterio does.
    """
    if profile.is_cog:
        return CogWriter(destination, profile, create, claim, copy)
    return RasterWriter(destination, profile, create, claim)


class CogWriter(RasterWriter):
    """Writes one Cloud Optimized GeoTIFF; used like a `RasterWriter`, but takes decoded chunks only.

    Parameters
    ----------
    destination, create, claim
        As for `RasterWriter`.
    profile
        Says how the plain file is made, and how the copy; `is_cog`.
    copy
        Copies one to the other; None: rasterio does.
    """

    takes_encoded = False
    compares_all_pixels = True  # the copy's bytes are its own

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
        """Return how much of a run is writing so many chunks, and how much is `finish`."""
        return STEPS * chunks, STEPS * chunks * (COPY_SHARE + verify)

    def _convert(self, progress: Progress, verify: bool) -> Progress:
        """Put the copy in the place of the plain file; return the `Progress` of the verification."""
        copying, verifying = stages(progress, STEPS * COPY_SHARE, STEPS * verify)
        self._replace(lambda copy: run_in_thread(copy, progress=copying))
        return verifying

    def convert_here(self, stop: Stop) -> None:
        """Do the same in this thread."""
        self._replace(lambda copy: copy(stop, lambda share: None))

    def _replace(self, run: Callable[[Callable[[Stop, Callable[[float], None]], None]], None]) -> None:
        """Have the plain file copied by `run`, and go on with the copy."""
        plain, self._plain_bytes = self._partial, os.path.getsize(self._partial.path)
        self._partial = plain.for_copy()
        source, target, options = plain.path, self._partial.path, self._profile.final_options
        try:
            self._guarded(lambda: run(lambda stop, tell: self._copy(source, target, options, stop, tell)))
            self._guarded(self._check_overviews)
        finally:
            plain.discard()
        self._appended = AppendedBlocks.none()  # those of the plain file
        super()._write_sidecar()

    def _write_sidecar(self) -> None:
        """Leave nothing beside the plain file: what belongs to the copy is written when that is made."""
        write_sidecar(self._partial.path, "")

    def checks(self, *, encoded: bool = True) -> list[tuple[Any, int]]:
        """Return what is to be compared: the chunks written, and that the blocks of each overview decode."""
        checks = super().checks(encoded=encoded)
        with self._open_back(self._partial.path) as dataset:
            levels = range(0 if self._profile.lossless else -1, len(dataset.overviews(1)))
        for level in levels:
            with self._open_back(self._level_key(level)) as overview:
                whole = Window(0, 0, overview.width, overview.height)
                rows, cols = overview.block_shapes[0]
            for block in subdivide(whole, (rows, cols)):
                place = block.col_off, block.row_off, block.width, block.height
                checks.append((OverviewBlock(level, place), 0))
        return checks

    def _compare(self, check: tuple[Any, int], stop: Stop, *, handles: Handles) -> None:
        if isinstance(check[0], OverviewBlock):
            self._guarded(lambda: self._check_block(check[0], handles))
        else:
            super()._compare(check, stop, handles=handles)

    def _check_overviews(self) -> None:
        with self._open_back(self._partial.path) as dataset:
            layout = dataset.tags(ns="IMAGE_STRUCTURE").get("LAYOUT")
            overviews = dataset.overviews(1)
        if layout != "COG" or bool(overviews) != self._profile.has_overviews:
            self._raise(f"GDAL's COG driver made something else (layout {layout}, overviews {overviews})")

    def _check_block(self, block: OverviewBlock, handles: Handles) -> None:
        """Raise unless a block is there, lies inside the file and decodes."""
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
        """Return what stands for an overview among the open handles; for the full resolution it is the path."""
        return f"{self._partial.path}{LEVEL_MARK}{level}" if level >= 0 else self._partial.path

    def _open_back(self, path: str) -> Any:
        path, _, level = path.partition(LEVEL_MARK)
        options: dict[str, Any] = {"overview_level": int(level)} if level else {}
        return open_dataset(path, driver="GTiff", sharing=False, **options)

    def _required_bytes(self, free: int) -> float:
        if not self._plain_bytes:
            return SPACE_FACTOR * super()._required_bytes(free)
        copied = os.path.getsize(self._partial.path) if os.path.exists(self._partial.path) else 0
        is_full = free + copied < NEEDED_FOR_COPY * self._plain_bytes
        return SPACE_FACTOR * self._plain_bytes if is_full else 0


class _StoppableFile:
    """A file for GDAL to read that ends when the run is over, so that GDAL's copy of it ends as well.

    rasterio's copy has no progress and hears no cancel. Each read comes back to Python, though.
    """

    def __init__(self, path: str, stop: Stop, tell: Callable[[float], None]) -> None:
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by whoever opened this
        self._stop, self._tell = stop, tell
        self._whole, self._read = os.path.getsize(path), 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; none when the run is over."""
        if self._stop.is_set():
            return b""
        data = self._file.read(size)
        self._read += len(data)
        self._tell(min(1.0, self._read / (2 * self._whole)))  # for the overviews, and for the copy
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a place and return it."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place of the next read."""
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
    """Copy a plain GeoTIFF to a Cloud Optimized one with rasterio; a `CopyToCog`.

    A cancel is heard whenever the source is read. What GDAL has in its cache by then is not read again, so of a raster
    smaller than that cache (5 % of the memory, unless GDAL_CACHEMAX says otherwise) the last part is copied to its end.
    Python's other threads go on meanwhile.
    """
    # Nothing lies beside the file; rasterio would report each miss as an error.
    with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"), _open_stoppable(source, stop, tell) as dataset:
        rasterio.shutil.copy(dataset, target, driver="COG", **options)


@contextmanager
def _open_stoppable(path: str, stop: Stop, tell: Callable[[float], None]) -> Iterator[Any]:
    """Open a file through Python; from 1.4 on rasterio reads a file object whole, and takes an `opener` instead."""
    if "opener" in inspect.signature(rasterio.open).parameters:
        with rasterio.open(path, opener=lambda path, mode="rb": _StoppableFile(path, stop, tell)) as dataset:
            yield dataset
    else:
        with _StoppableFile(path, stop, tell) as file, rasterio.open(file) as dataset:
            yield dataset
