"""The finished-file writer: one GeoTIFF, written in chunks by many threads, whole under its name or not there."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import numpy as np
import rasterio
from rasterio.windows import Window

from .compute import Stop, run_chunks
from .errors import OutputError, ParallelRasterError
from .machine import MEBIBYTE
from .partial_file import PartialFile
from .profiles import OutputProfile
from .progress import Progress
from .tiff_blocks import EncodedBlock, append_blocks, read_encoded

Result = TypeVar("Result")
WindowKey = tuple[int, int, int, int]
"""Column, row, width and height of a window."""

CreateFile = Callable[[str, OutputProfile], Any]
"""Makes the empty file at a path. What it returns is used like rasterio's dataset, and has `flush()` besides."""

FLUSH_BYTES = (2 * 2**20, 8 * 2**20, 32 * 2**20)
"""Least, first and most, per encoding thread. GDAL keeps what is written in its cache, and encodes it when that is full
or the file is closed. Flushing the file now and then keeps the encoding beside the reading, and leaves little to do at
the end, where no cancel is heard. Seldom is faster; often is heard sooner where a codec is slow.
"""

FLUSH_SECONDS = 0.5
"""How long a flush should take at most: a run that is cancelled waits for it."""

FULL_BYTES = 2**20
"""Less free space than this, and two blocks, means that the disk is full; GDAL does not always say so."""


@dataclass(frozen=True)
class BandFacts:
    """What a band of the output says of itself."""

    description: str = ""
    scale: float = 1.0
    offset: float = 0.0


class RasterWriter(AbstractContextManager["RasterWriter"]):
    """Writes one GeoTIFF; leaving the `with` block without `finish` leaves nothing behind.

    Parameters
    ----------
    destination
        The result's path; its folder exists.
    profile
        Grid, bands, type, nodata and creation options.
    create
        Makes the file that is written; None: rasterio does.
    """

    def __init__(self, destination: str, profile: OutputProfile, create: CreateFile | None = None) -> None:
        self._profile = profile
        self._create_file = create
        self._partial = PartialFile(destination)
        self._lock = threading.Lock()
        self._checksums: dict[WindowKey, int] = {}
        self._encoded: dict[int, EncodedBlock] = {}
        self._written = 0
        self._unflushed = 0
        self._flush_bytes = FLUSH_BYTES[1]
        self._finished = False
        self._dataset: Any = None

    def __enter__(self) -> RasterWriter:
        try:
            self._dataset = self._guarded(self._create)
        except BaseException:
            self._partial.discard()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if not self._finished:
            # The file is thrown away, and the first error is already on its way.
            with contextlib.suppress(Exception):
                self._dataset.close()
            self._partial.discard()

    def write(self, array: np.ndarray[Any, Any], window: Window) -> None:
        """Write the pixels (bands, rows, columns) of one window; windows must not overlap. Any thread may call.

        Raises
        ------
        OutputError
            The disk is full, or the file cannot be written for another reason.
        """
        checksum = _checksum(array)
        with self._lock:
            self._checksums[window.col_off, window.row_off, window.width, window.height] = checksum
            self._guarded(lambda: self._dataset.write(array, window=window))
            self._written += array.nbytes
            self._unflushed += array.nbytes
            if self._unflushed >= self._flush_bytes * self._profile.threads:
                self._guarded(self._flush)

    def write_encoded(self, number: int, block: EncodedBlock) -> None:
        """Take the bytes of a block as another file has them, encoded alike, for the block of this number.

        Blocks are numbered as in the file: row by row, and band after band where bands lie apart. They are copied
        by `finish`; until then their files must stay as they are. Any thread may call.
        """
        with self._lock:
            self._encoded[number] = block

    def describe(self, band: int, facts: BandFacts, tags: dict[str, str]) -> None:
        """Store a band's description, scale, offset and metadata items."""

        def store() -> None:
            self._dataset.set_band_description(band, facts.description)
            if (facts.scale, facts.offset) != (1.0, 0.0):
                self._dataset.scales = [facts.scale] * self._profile.count
                self._dataset.offsets = [facts.offset] * self._profile.count
            self._dataset.update_tags(band, **tags)

        with self._lock:
            self._guarded(store)

    def finish(self, *, workers: int, progress: Progress, verify: bool = True) -> None:
        """Return when the result is whole under its name: closed, on the disk, read back and compared, renamed.

        Parameters
        ----------
        workers
            Threads that read back.
        progress
            Is told the windows and encoded blocks compared.
        verify
            False leaves out the comparison; for measurements only.

        Raises
        ------
        OutputError
            What was read back is not what was written, or the file cannot take its name.
        Cancelled
            `progress` asked for it.
        """
        self._guarded(self._dataset.close)
        appended = self._guarded(lambda: append_blocks(self._partial.path, self._encoded))
        self._partial.sync()
        if verify:
            checks: list[tuple[WindowKey | EncodedBlock, int]] = [*self._checksums.items(), *appended.items()]
            run_chunks(self._compare, checks, workers=workers, progress=progress)
        self._partial.commit()
        self._finished = True

    def _flush(self) -> None:
        started = time.monotonic()
        if self._create_file is not None:
            self._dataset.flush()
        elif self._profile.reopens_alike:
            self._reopen()
        self._unflushed = 0
        seconds = time.monotonic() - started
        if seconds > FLUSH_SECONDS:
            self._flush_bytes = max(FLUSH_BYTES[0], self._flush_bytes // 2)
        elif seconds < FLUSH_SECONDS / 2:
            self._flush_bytes = min(FLUSH_BYTES[2], self._flush_bytes * 2)

    def _create(self) -> Any:
        if self._create_file is not None:
            return self._create_file(self._partial.path, self._profile)
        return rasterio.open(self._partial.path, "w", **self._profile.creation_keywords())

    def _reopen(self) -> None:
        self._dataset.close()
        self._dataset = rasterio.open(
            self._partial.path, "r+", driver="GTiff", sharing=False, NUM_THREADS=self._profile.options["NUM_THREADS"]
        )

    def _compare(self, check: tuple[WindowKey | EncodedBlock, int], stop: Stop) -> None:
        place, checksum = check
        if isinstance(place, EncodedBlock):
            found = zlib.crc32(self._guarded(lambda: read_encoded(place)))
            where = f"in the block at byte {place.offset}"
        else:
            with self._guarded(lambda: rasterio.open(self._partial.path, driver="GTiff", sharing=False)) as dataset:
                found = _checksum(self._guarded(lambda: dataset.read(window=Window(*place))))
            found = found if self._profile.lossless else checksum
            where = f"at row {place[1]}, column {place[0]}"
        if found != checksum:
            self._raise(f"what was read back {where} is not what was written; the disk may be failing")

    def _guarded(self, call: Callable[[], Result]) -> Result:
        """Return what `call` returns; raise what a library says as a sentence that names the destination."""
        try:
            return call()
        except ParallelRasterError:
            raise
        except Exception as error:
            self._raise(" ".join(str(error).split()).rstrip("."), error)

    def _raise(self, words: str, cause: Exception | None = None) -> NoReturn:
        """Raise an OutputError: about the disk where that is full, else about the file."""
        folder = os.path.dirname(self._partial.destination)
        free = shutil.disk_usage(folder).free
        block_bytes = self._profile.block[0] * self._profile.block[1] * np.dtype(self._profile.dtype).itemsize
        if free < FULL_BYTES + 2 * block_bytes * self._profile.count:
            share = max(self._written, 1) / self._profile.raw_bytes
            needed = max(os.path.getsize(self._partial.path) / share, free)
            raise OutputError(
                f"Not enough space on {folder}: about {needed / MEBIBYTE:.0f} MB needed, {free / MEBIBYTE:.0f} MB free "
                f"beside the unfinished file. {self._partial.destination} was not written."
            ) from cause
        raise OutputError(f"{self._partial.destination} could not be written: {words}.") from cause


def _checksum(array: np.ndarray[Any, Any]) -> int:
    return zlib.crc32(np.ascontiguousarray(array).data)
