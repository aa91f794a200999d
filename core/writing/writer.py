"""Write a GeoTIFF from several threads; the file appears under its final name only when complete and verified."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NoReturn, TypeVar

import numpy as np
from rasterio.windows import Window

from ..errors import OutputError, ParallelRasterError
from ..parallel.threads import run_chunks
from ..progress import Progress, Stop, stages
from ..raster.dtypes import array_dtype
from ..raster.windows import offset_slices, subdivide
from ..reading.datasets import Handles, keep_environment, open_dataset
from ..tiff.block_copy import AppendedBlocks, Runner, append_blocks, one_after_another
from ..tiff.block_map import BlockMap
from ..tiff.checksum import file_checksum
from ..tiff.layout import EncodedBlock, TiffLayout, read_own_layout
from .creation_options import OutputProfile
from .encoded_file import EncodedFile, open_output
from .gdal_file import BandDescription, CreateFile, OutputFile
from .partial_file import Partial, PartialFile
from .read_back import Check, MaskWindow, PixelWindow, checksum_of, filled_bands, format_place, stored_checksum
from .sidecar import has_sidecar, sidecar_text, write_sidecar
from .value_limits import cleared, first_out_of_range
from .write_failure import required_bytes, write_failure

Result = TypeVar("Result")

TASKS_PER_WORKER = 32
"""Maximum number of Dask tasks per worker for copying encoded blocks or verifying the written file. Dask spends 0.07 ms
on each task, so each task handles several blocks of a large file."""

REOPEN_BYTES = 4 * 2**20
"""During verification, the file is reopened after this many decoded bytes, to free GDAL's cache of blocks."""


class RasterWriter(AbstractContextManager["RasterWriter"]):
    """Writer of one GeoTIFF; if `finish` is not called in the `with` block, the unfinished file is removed.

    Parameters
    ----------
    destination
        Path of the result, in an existing folder.
    profile
        Grid, bands, data type, nodata and creation options.
    create
        Function that creates the file to write, see `gdal_file.CreateFile`; None uses rasterio.
    claim
        Function that creates the unfinished file for a destination, for example in the staging folder of a tile set.
    """

    takes_encoded, compares_all_pixels = True, False
    """Whether `write_encoded` is supported, and whether verification compares all pixels, not only sample blocks."""

    def __init__(
        self,
        destination: str,
        profile: OutputProfile,
        create: CreateFile | None = None,
        claim: Callable[[str], Partial] = PartialFile,
    ) -> None:
        self._profile = profile
        self._create_file = create
        self._partial = claim(destination)
        self._lock = threading.Lock()
        self._checksums: dict[PixelWindow | MaskWindow, int] = {}
        self._filled_bands: dict[PixelWindow, list[int]] = {}
        self._encoded = BlockMap()
        self._appended = AppendedBlocks.none(self._partial.path)
        self._sidecar = ""
        self._written_bytes = self._write_count = 0
        self._finished = False
        self._file: OutputFile | EncodedFile

    def __enter__(self) -> RasterWriter:
        try:
            self._file = self._wrap_errors(lambda: open_output(self._partial.path, self._profile, self._create_file))
        except BaseException:
            self._partial.discard()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if not self._finished:
            # The file is removed anyway, and the first error is already being raised.
            with contextlib.suppress(Exception):
                self._file.close()
            self._partial.discard()

    @property
    def path(self) -> str:
        """Path of the unfinished file."""
        return self._partial.path

    @property
    def profile(self) -> OutputProfile:
        """Profile of the output."""
        return self._profile

    def keep_alive(self) -> None:
        """Update the file's modification time: other hosts remove unfinished files that have not changed for a day."""
        os.utime(self._partial.path)

    def write(self, array: np.ndarray[Any, Any], window: Window, mask: np.ndarray[Any, Any] | None = None) -> None:
        """Write the pixels (bands, rows, columns) of one window. Thread-safe.

        Windows must not overlap, and their edges must be block edges or raster edges. `mask`, uint8 (rows, columns),
        is 255 for valid pixels and 0 elsewhere; it is only allowed if the profile has a mask.

        Raises
        ------
        OutputError
            The disk is full, the creation options would clip a value, or the file cannot be written for another reason.
        """
        array = self._storable(array, window, mask)
        places = self._wrap_errors(lambda: self._file.write(array, window))
        self._record_checksums(places, array, window, PixelWindow)
        with self._lock:
            self._written_bytes += array.nbytes
            self._write_count += 1
        if mask is not None:
            self.write_mask(mask, window)

    def write_mask(self, mask: np.ndarray[Any, Any], window: Window) -> None:
        """Write only the mask, uint8 (rows, columns), of a window whose encoded blocks are copied. Thread-safe.

        Raises
        ------
        OutputError
            The disk is full, or the file cannot be written for another reason.
        """
        places = self._wrap_errors(lambda: self._file.write_mask(mask, window))
        self._record_checksums(places, mask[np.newaxis], window, MaskWindow)

    def _record_checksums(self, places: Sequence[Window], array: Any, window: Window, kind: type[PixelWindow]) -> None:
        """Store checksums for verification: of all pixels in `window`, or only of the sample blocks in `places`.

        With lossy options, each block of pixels gets its own checksum.
        """
        by_blocks = kind is PixelWindow and not self._profile.lossless
        for place in subdivide(window, self._profile.block) if by_blocks else self._windows_to_compare(window, places):
            rows, cols = offset_slices(place, window)
            pixels = array[:, rows, cols]
            checksum = checksum_of(pixels)
            with self._lock:
                self._checksums[kind.of(place)] = checksum
                if by_blocks:
                    self._filled_bands[kind.of(place)] = filled_bands(pixels, self._profile.nodata)

    def _windows_to_compare(self, window: Window, places: Sequence[Window]) -> Sequence[Window]:
        """Return the windows to compare during verification: all of `window`, or only its sample blocks."""
        return [window] if self.compares_all_pixels else places

    def _storable(
        self, array: np.ndarray[Any, Any], window: Window, mask: np.ndarray[Any, Any] | None
    ) -> np.ndarray[Any, Any]:
        """Return the pixels with 0 instead of masked values that the creation options cannot store.

        Raises
        ------
        OutputError
            The creation options cannot store the value of a valid pixel.
        """
        limits = self._profile.limits
        if limits is None:
            return array
        array = cleared(array, mask, limits)
        found = first_out_of_range(array, limits)
        if found is not None:
            raise OutputError(
                f"{self._partial.destination} could not be written: the pixel at row {window.row_off + found.row}, "
                f"column {window.col_off + found.col} of band {found.band + 1} is {found.value}, but {limits.option} "
                f"in CREATION_OPTIONS can only store {limits.low} to {limits.high}. Remove this option, or choose one "
                "that can store this value.",
                parameter="creation_options",
            )
        return array

    def write_encoded(self, blocks: Mapping[int, EncodedBlock]) -> None:
        """Write encoded blocks of other files with the same encoding, given by block number in this file. Thread-safe.

        Blocks are numbered row by row, then band by band if bands are stored separately. If the output has a mask, the
        bytes are copied immediately, so that the system writes them to disk while masks are computed. Otherwise,
        `finish` copies the bytes in the order of the source files. The source files must not change before `finish`
        returns.

        Raises
        ------
        InputError
            A block cannot be read, or its first bytes show that it is damaged.
        OutputError
            The disk is full, or the file cannot be written for another reason.
        """
        file = self._file
        if isinstance(file, EncodedFile) and self._profile.masked:
            self._wrap_errors(lambda: file.copy(blocks))
            with self._lock:
                self._written_bytes += len(blocks) * self._profile.block_bytes
                self._write_count += len(blocks)
            return
        with self._lock:
            for number, block in blocks.items():
                self._encoded[number] = block

    def layout(self) -> TiffLayout:
        """Return the block layout of the file, for comparison with other files.

        Raises
        ------
        OutputError
            The file cannot be written.
        """
        return self._wrap_errors(self._file.layout)

    def describe(self, band: int, metadata: BandDescription, tags: dict[str, str]) -> None:
        """Store a band's description, scale, offset and metadata items."""
        self._wrap_errors(lambda: self._file.describe(band, metadata, tags))

    def shares(self, chunks: int, verify: bool) -> tuple[int, int]:
        """Return the number of progress steps for writing `chunks` chunks, and the number for `finish`."""
        # Verifying an `EncodedFile` only compares bytes, which is fast relative to writing.
        return chunks * (8 if isinstance(self._file, EncodedFile) else 1), chunks if verify else 0

    def finish(
        self, *, workers: int, progress: Progress, verify: bool = True, check_inputs: Callable[[], None] | None = None
    ) -> None:
        """Complete the result: close the file, flush it to disk, verify it and rename it to its destination.

        Parameters
        ----------
        workers
            Number of threads that copy encoded blocks and verify.
        progress
            Receives the progress of copying and verification.
        verify
            False skips the verification; for benchmarks only.
        check_inputs
            Function called after the last input has been read; it raises an error if an input has changed.

        Raises
        ------
        OutputError
            The data read back differs from the data written, or the file cannot be renamed.
        Cancelled
            `progress` reported a cancellation.
        """
        copying, comparing = stages(progress, len(self._encoded), self._write_count + len(self._encoded))
        grouped = functools.partial(
            run_chunks, workers=workers, most_tasks=TASKS_PER_WORKER * workers, begin=keep_environment
        )
        self.close(lambda work, spans: grouped(work, spans, name="copy-blocks", progress=copying))
        if check_inputs is not None:
            check_inputs()
        comparing = self._convert(comparing, verify)
        self._partial.sync()
        if verify:
            with self._handles() as handles:
                compare = functools.partial(self._compare, handles=handles)
                grouped(compare, self.checks(), name="verify", progress=comparing)
        self.commit()

    def finish_here(self, stop: Stop, *, verify: bool = True, check_inputs: Callable[[], None] | None = None) -> None:
        """Complete the result like `finish`, but in the current thread; used for small files written in parallel."""
        self.close(functools.partial(one_after_another, stop))
        if check_inputs is not None:
            check_inputs()
        self.convert_here(stop)
        self._partial.sync()
        if verify:
            self.compare(self.checks(), stop)
        self.commit()

    def close(self, run: Runner) -> None:
        """Close the dataset, then append the encoded blocks to its file; the first step of `finish`.

        Raises
        ------
        OutputError
            The file could not be written.
        """
        self._appended = self._wrap_errors(self._file.close)
        copied = self._wrap_errors(lambda: append_blocks(self._partial.path, self._encoded, run))
        self._appended.extend(copied)
        self._encoded = copied.places  # blocks of the same lengths, without the paths and positions of the inputs
        self._write_sidecar()

    def _write_sidecar(self) -> None:
        """Write the sidecar with metadata that a GeoTIFF cannot store, or remove an existing sidecar."""
        self._sidecar = sidecar_text(self._profile)
        self._wrap_errors(lambda: write_sidecar(self._partial.path, self._sidecar))

    def compare(self, checks: Sequence[Check], stop: Stop) -> None:
        """Run verification checks in the current thread; called by `finish_here`, and by jobs that write many files.

        Raises
        ------
        OutputError
            The data read back differs from the data written.
        Cancelled
            The run was stopped.
        """
        with self._handles() as handles:
            one_after_another(stop, functools.partial(self._compare, handles=handles), checks)

    def commit(self) -> None:
        """Rename the file to its destination; the last step of `finish`.

        Raises
        ------
        OutputError
            The destination cannot be replaced, or the sidecar read back differs from the one written.
        """
        if not has_sidecar(self._partial.path, self._sidecar):
            self._raise("the .aux.xml read back differs from the one written; the disk may be failing")
        self._partial.commit()
        self._finished = True

    def _convert(self, progress: Progress, verify: bool) -> Progress:
        """Convert the closed file to a COG if the output is one; return the `Progress` of the verification."""
        return progress

    def convert_here(self, stop: Stop) -> None:
        """Convert the closed file to a COG in this thread if the output is one; the second step of `finish_here`."""

    def checksum(self, stop: Stop) -> int:
        """Return the expected checksum of the closed file; encoded blocks, whose checksums are known, are not read.

        Raises
        ------
        OSError
            The header or the block index cannot be read.
        """
        return file_checksum(self._partial.path, stop, self._appended.spans)

    def checks(self, *, encoded: bool = True) -> list[Check]:
        """Return the windows and byte ranges of the closed file to compare, each with its expected checksum.

        If `encoded` is False, byte ranges are omitted; the caller then verifies the whole file with `checksum`.
        """
        for directory, places in enumerate((self._appended.places, self._appended.masks)):
            if not places:
                continue
            layout = self._wrap_errors(functools.partial(read_own_layout, self._partial.path, directory))
            if any(layout.encoded(number) != place for number, place in places.items()):
                self._raise("the block index read back differs from the one written; the disk may be failing")
        return [*self._checksums.items(), *(self._appended.spans.groups() if encoded else ())]

    def _handles(self) -> Handles:
        """Return handles to the written file; verification uses them to read each block once."""
        return Handles(self._open_back, reopen_bytes=REOPEN_BYTES)

    def _open_back(self, path: str) -> Any:
        """Open the written file for verification."""
        return open_dataset(path, driver="GTiff", sharing=False)

    def _compare(self, check: Check, stop: Stop, *, handles: Handles) -> None:
        """Raise OutputError if the data read back from a window or byte range differs from the data written."""
        (place, checksum), dtype = check, self._profile.dtype
        found = self._wrap_errors(
            lambda: stored_checksum(place, dtype, lambda pixels: self._open_for_reading(handles, pixels))
        )
        if found == checksum:
            return
        if self._profile.lossless or type(place) is not PixelWindow:
            self._raise(
                f"the data read back {format_place(place)} differs from the data written; the disk may be failing"
            )
        self._wrap_errors(lambda: self._check_present(place, handles))

    def _check_present(self, place: PixelWindow, handles: Handles) -> None:
        """Raise OutputError if a block with valid pixels is missing because GDAL could not encode it."""
        dataset = self._open_for_reading(handles, place.width * place.height)
        for band in self._filled_bands[place]:
            rows, cols = dataset.block_shapes[band - 1]
            item = f"BLOCK_OFFSET_{place.col // cols}_{place.row // rows}"
            if dataset.get_tag_item(item, "TIFF", bidx=band) is None:
                self._raise(f"the block {format_place(place)} of band {band} is missing: GDAL could not encode it")

    def _open_for_reading(self, handles: Handles, pixels: int) -> Any:
        """Return the written file, open for reading; `pixels` is the number of pixels to read."""
        pixel_bytes = self._profile.count * array_dtype(self._profile.dtype).itemsize
        return handles.dataset(self._partial.path, pixels * pixel_bytes)

    def _wrap_errors(self, call: Callable[[], Result]) -> Result:
        """Call `call` and return its result; convert library errors to an OutputError that names the destination."""
        try:
            return call()
        except ParallelRasterError:
            raise
        except Exception as error:
            self._raise(" ".join(str(error).split()).rstrip("."), error)

    def _raise(self, words: str, cause: Exception | None = None) -> NoReturn:
        """Raise an OutputError that reports a full disk or, if the disk is not full, the message `words`."""
        free = shutil.disk_usage(os.path.dirname(self._partial.destination)).free
        words = words.replace(self._partial.path, self._partial.destination)  # the unfinished file is removed
        raise write_failure(self._partial.destination, words, self._required_bytes(free), free) from cause

    def _required_bytes(self, free: int) -> float:
        """Return the estimated size of the finished file in bytes if the disk is full; otherwise 0."""
        copied = sum(block.length for block in self._encoded.values())
        return required_bytes(self._partial.path, self._profile, copied, self._written_bytes, free)
