"""The finished-file writer: one GeoTIFF, written in chunks by many threads, whole under its name or not there."""

from __future__ import annotations

import contextlib
import threading
import zlib
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
import rasterio
from rasterio.windows import Window

from .compute import Stop, run_chunks
from .errors import OutputError, ParallelRasterError
from .partial_file import PartialFile
from .profiles import OutputProfile
from .progress import Progress

FLUSH_BYTES = 64 * 2**20
"""GDAL keeps what is written in its cache and encodes it when that is full or the file is closed. Closing the file
now and then keeps the encoding beside the reading, and leaves little to do at the end, where no cancel is heard."""


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
    """

    def __init__(self, destination: str, profile: OutputProfile) -> None:
        self._profile = profile
        self._partial = PartialFile(destination)
        self._lock = threading.Lock()
        self._checksums: dict[tuple[int, int, int, int], int] = {}
        self._unflushed = 0
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
            self._unflushed += array.nbytes
            if self._unflushed >= FLUSH_BYTES and self._profile.reopens_alike:
                self._guarded(self._reopen)

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
            Is told the windows compared.
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
        self._partial.sync()
        if verify:
            run_chunks(self._compare, self._checksums, workers=workers, progress=progress)
        self._partial.commit()
        self._finished = True

    def _create(self) -> Any:
        return rasterio.open(self._partial.path, "w", SPARSE_OK="TRUE", **self._profile.creation_keywords())

    def _reopen(self) -> None:
        self._dataset.close()
        self._dataset = rasterio.open(
            self._partial.path, "r+", driver="GTiff", sharing=False, NUM_THREADS=self._profile.options["NUM_THREADS"]
        )
        self._unflushed = 0

    def _compare(self, key: tuple[int, int, int, int], stop: Stop) -> None:
        with self._guarded(lambda: rasterio.open(self._partial.path, driver="GTiff", sharing=False)) as dataset:
            array = self._guarded(lambda: dataset.read(window=Window(*key)))
        if self._profile.lossless and _checksum(array) != self._checksums[key]:
            raise OutputError(
                f"{self._partial.destination} was not written as it should be: the pixels read back at row {key[1]}, "
                f"column {key[0]} differ. The disk may be full or failing; nothing was kept."
            )

    def _guarded(self, call: Any) -> Any:
        """Return what `call` returns; raise what a library says as a sentence that names the destination."""
        try:
            return call()
        except ParallelRasterError:
            raise
        except Exception as error:
            words = " ".join(str(error).split()).rstrip(".")
            raise OutputError(f"{self._partial.destination} could not be written: {words}.") from error


def _checksum(array: np.ndarray[Any, Any]) -> int:
    return zlib.crc32(np.ascontiguousarray(array).data)
