"""The finished-file writer: one GeoTIFF, written in chunks by many threads, whole under its name or not there."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, NoReturn, TypeVar

import numpy as np
from rasterio.windows import Window

from ..errors import OutputError, ParallelRasterError
from ..parallel.threads import run_chunks
from ..progress import Progress, Stop, stages
from ..raster.dtypes import array_dtype
from ..raster.windows import offset_slices, subdivide
from ..reading.datasets import Handles, open_dataset
from ..tiff.block_copy import AppendedBlocks, Runner, append_blocks, one_after_another
from ..tiff.checksum import file_checksum
from ..tiff.layout import EncodedBlock, TiffLayout, read_own_layout
from .creation_options import OutputProfile
from .encoded_file import EncodedFile, open_output
from .gdal_file import BandDescription, CreateFile, OutputFile
from .partial_file import Partial, PartialFile
from .read_back import MaskWindow, PixelWindow, checksum_of, filled_bands, format_place, stored_checksum
from .sidecar import has_sidecar, sidecar_text, write_sidecar
from .value_limits import cleared, first_out_of_range
from .write_failure import required_bytes, write_failure

Result = TypeVar("Result")


class RasterWriter(AbstractContextManager["RasterWriter"]):
    """Writes one GeoTIFF; leaving the `with` block without `finish` leaves nothing behind.

    Parameters
    ----------
    destination
        The result's path; its folder exists.
    profile
        Grid, bands, type, nodata and creation options.
    create
        Makes the file that is written, see `gdal_file.CreateFile`; None: rasterio does.
    claim
        Makes the unfinished file of a destination; a set of files has a way of its own.
    """

    takes_encoded, compares_all_pixels = True, False
    """Whether `write_encoded` may be used; whether also the pixels are compared whose encoded bytes are."""

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
        self._filled: dict[PixelWindow, list[int]] = {}
        self._encoded: dict[int, EncodedBlock] = {}
        self._appended = AppendedBlocks.none()
        self._beside = ""
        self._written = self._writes = 0
        self._finished = False
        self._file: OutputFile | EncodedFile

    def __enter__(self) -> RasterWriter:
        try:
            self._file = self._guarded(lambda: open_output(self._partial.path, self._profile, self._create_file))
        except BaseException:
            self._partial.discard()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if not self._finished:
            # The file is thrown away, and the first error is already on its way.
            with contextlib.suppress(Exception):
                self._file.close()
            self._partial.discard()

    @property
    def path(self) -> str:
        """The unfinished file."""
        return self._partial.path

    @property
    def profile(self) -> OutputProfile:
        """What is written."""
        return self._profile

    def keep_alive(self) -> None:
        """Touch the unfinished file: another machine takes one that nobody touches for a day for left behind."""
        os.utime(self._partial.path)

    def write(self, array: np.ndarray[Any, Any], window: Window, mask: np.ndarray[Any, Any] | None = None) -> None:
        """Write the pixels (bands, rows, columns) of one window. Any thread may call.

        Windows must not overlap, and begin and end on edges of blocks or of the raster. `mask`, uint8 (rows, columns),
        is 255 where a pixel shows and 0 elsewhere; for a profile with a mask only.

        Raises
        ------
        OutputError
            The disk is full, the creation options would clip a value, or the file cannot be written for another reason.
        """
        array = self._fitting(array, window, mask)
        places = self._guarded(lambda: self._file.write(array, window))
        self._note(places, array, window, PixelWindow)
        with self._lock:
            self._written += array.nbytes
            self._writes += 1
        if mask is not None:
            self.write_mask(mask, window)

    def write_mask(self, mask: np.ndarray[Any, Any], window: Window) -> None:
        """Write the mask alone, uint8 (rows, columns), of a window whose blocks are copied. Any thread may call.

        Raises
        ------
        OutputError
            The disk is full, or the file cannot be written for another reason.
        """
        self._note(self._guarded(lambda: self._file.write_mask(mask, window)), mask[np.newaxis], window, MaskWindow)

    def _note(self, places: Sequence[Window], array: Any, window: Window, kind: type[PixelWindow]) -> None:
        """Keep the checksums of what was written at places inside a window."""
        by_blocks = kind is PixelWindow and not self._profile.lossless
        for place in subdivide(window, self._profile.block) if by_blocks else self._compared(window, places):
            rows, cols = offset_slices(place, window)
            pixels = array[:, rows, cols]
            checksum = checksum_of(pixels)
            with self._lock:
                self._checksums[kind.of(place)] = checksum
                if by_blocks:
                    self._filled[kind.of(place)] = filled_bands(pixels, self._profile.nodata)

    def _compared(self, window: Window, places: Sequence[Window]) -> Sequence[Window]:
        return [window] if self.compares_all_pixels else places

    def _fitting(
        self, array: np.ndarray[Any, Any], window: Window, mask: np.ndarray[Any, Any] | None
    ) -> np.ndarray[Any, Any]:
        """Return the pixels as they are stored: those that the mask hides and the options cannot hold become 0."""
        limits = self._profile.limits
        if limits is None:
            return array
        array = cleared(array, mask, limits)
        found = first_out_of_range(array, limits)
        if found is not None:
            raise OutputError(
                f"{self._partial.destination} could not be written: the pixel at row {window.row_off + found.row}, "
                f"column {window.col_off + found.col} of band {found.band + 1} is {found.value}, and {limits.option} "
                f"in CREATION_OPTIONS stores {limits.low} to {limits.high}. Leave that option out, or choose one that "
                "holds the value.",
                parameter="creation_options",
            )
        return array

    def write_encoded(self, number: int, block: EncodedBlock) -> None:
        """Take the bytes of a block as another file has them, encoded alike, for the block of this number.

        Blocks are numbered as in the file: row by row, and band after band where bands lie apart. They are copied
        by `finish`; until then their files must stay as they are. Any thread may call.
        """
        with self._lock:
            self._encoded[number] = block

    def layout(self) -> TiffLayout:
        """Return the blocks of the file and how they will be encoded, to be compared with those of another.

        Raises
        ------
        OutputError
            The folder cannot be written.
        """
        return self._guarded(self._file.layout)

    def describe(self, band: int, metadata: BandDescription, tags: dict[str, str]) -> None:
        """Store a band's description, scale, offset and metadata items."""
        self._guarded(lambda: self._file.describe(band, metadata, tags))

    def shares(self, chunks: int, verify: bool) -> tuple[int, int]:
        """Return how much of a run is writing so many chunks, and how much is `finish`."""
        return chunks * (8 if isinstance(self._file, EncodedFile) else 1), chunks if verify else 0  # bytes are quick

    def finish(
        self, *, workers: int, progress: Progress, verify: bool = True, check_inputs: Callable[[], None] | None = None
    ) -> None:
        """Return when the result is whole under its name: closed, on the disk, read back and compared, renamed.

        Parameters
        ----------
        workers
            Threads that copy encoded blocks and read back.
        progress
            Is told how much is copied and compared.
        verify
            False leaves out the comparison; for measurements only.
        check_inputs
            Called when no input is read any more; raises when one of them has changed.

        Raises
        ------
        OutputError
            What was read back is not what was written, or the file cannot take its name.
        Cancelled
            `progress` asked for it.
        """
        copying, comparing = stages(progress, len(self._encoded), self._writes + len(self._encoded))
        self.close(lambda work, spans: run_chunks(work, spans, name="copy-blocks", workers=workers, progress=copying))
        if check_inputs is not None:
            check_inputs()
        comparing = self._convert(comparing, verify)
        self._partial.sync()
        if verify:
            with Handles(self._open_back) as handles:
                compare = functools.partial(self._compare, handles=handles)
                run_chunks(compare, self.checks(), name="verify", workers=workers, progress=comparing)
        self.commit()

    def finish_here(self, stop: Stop, *, verify: bool = True, check_inputs: Callable[[], None] | None = None) -> None:
        """Do as `finish` does, in this thread alone: for a small file among many that are written at once."""
        self.close(functools.partial(one_after_another, stop))
        if check_inputs is not None:
            check_inputs()
        self.convert_here(stop)
        self._partial.sync()
        if verify:
            self.compare(self.checks(), stop)
        self.commit()

    def close(self, run: Runner) -> None:
        """Close the file and append the encoded blocks; the first step of `finish`.

        Raises
        ------
        OutputError
            It could not be written.
        """
        made = self._guarded(self._file.close)
        copied = self._guarded(lambda: append_blocks(self._partial.path, self._encoded, run))
        self._appended = AppendedBlocks({**made.places, **copied.places}, {**made.spans, **copied.spans}, made.masks)
        self._write_sidecar()

    def _write_sidecar(self) -> None:
        """Write beside the closed file what a GeoTIFF cannot carry, and nothing else."""
        self._beside = sidecar_text(self._profile)
        self._guarded(lambda: write_sidecar(self._partial.path, self._beside))

    def compare(self, checks: Sequence[tuple[Any, int]], stop: Stop) -> None:
        """Read back in this thread what `checks` names; a step of `finish`, for a file that is one of many.

        Raises
        ------
        OutputError
            What was read back is not what was written.
        Cancelled
            The run was stopped.
        """
        with Handles(self._open_back) as handles:
            one_after_another(stop, functools.partial(self._compare, handles=handles), checks)

    def commit(self) -> None:
        """Give the file its name; the last step of `finish`.

        Raises
        ------
        OutputError
            The name cannot be taken, or what lies beside the file is not what was written.
        """
        if not has_sidecar(self._partial.path, self._beside):
            self._raise("what was read back beside it is not what was written; the disk may be failing")
        self._partial.commit()
        self._finished = True

    def _convert(self, progress: Progress, verify: bool) -> Progress:
        """Make of the closed file what is to be verified; return the `Progress` that is left for that."""
        return progress

    def convert_here(self, stop: Stop) -> None:
        """Do the same in this thread; the second step of `finish_here`."""

    def checksum(self, stop: Stop) -> int:
        """Return the checksum that the closed file has where its encoded bytes are those that were written.

        Raises
        ------
        OSError
            The other bytes, head and arrays, cannot be read.
        """
        return file_checksum(self._partial.path, stop, self._appended.spans)

    def checks(self, *, encoded: bool = True) -> list[tuple[Any, int]]:
        """Return the places of the closed file to compare, each with the checksum of what was written there.

        Those of encoded bytes are left out where `encoded` is False, for a file that is compared as a whole.
        """
        for directory, places in enumerate((self._appended.places, self._appended.masks)):
            if not places:
                continue
            layout = self._guarded(functools.partial(read_own_layout, self._partial.path, directory))
            if any(layout.encoded(number) != place for number, place in places.items()):
                self._raise("the list of its blocks, read back, is not what was written; the disk may be failing")
        return [*self._checksums.items(), *(self._appended.spans.items() if encoded else ())]

    def _open_back(self, path: str) -> Any:
        return open_dataset(path, driver="GTiff", sharing=False)

    def _compare(self, check: tuple[Any, int], stop: Stop, *, handles: Handles) -> None:
        (place, checksum), dtype = check, self._profile.dtype
        found = self._guarded(lambda: stored_checksum(place, dtype, lambda pixels: self._opened(handles, pixels)))
        if found == checksum:
            return
        if self._profile.lossless or type(place) is not PixelWindow:
            self._raise(f"what was read back {format_place(place)} is not what was written; the disk may be failing")
        self._guarded(lambda: self._check_present(place, handles))

    def _check_present(self, place: PixelWindow, handles: Handles) -> None:
        """Raise unless every band with pixels there has a block; one that GDAL could not encode is missing."""
        dataset = self._opened(handles, place.width * place.height)
        for band in self._filled[place]:
            rows, cols = dataset.block_shapes[band - 1]
            item = f"BLOCK_OFFSET_{place.col // cols}_{place.row // rows}"
            if dataset.get_tag_item(item, "TIFF", bidx=band) is None:
                self._raise(f"the block {format_place(place)} of band {band} is missing: GDAL could not encode it")

    def _opened(self, handles: Handles, pixels: int) -> Any:
        """Return the written file, open for reading so many pixels."""
        pixel_bytes = self._profile.count * array_dtype(self._profile.dtype).itemsize
        return handles.dataset(self._partial.path, pixels * pixel_bytes, self._profile.block_bytes)

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
        free = shutil.disk_usage(os.path.dirname(self._partial.destination)).free
        raise write_failure(self._partial.destination, words, self._required_bytes(free), free) from cause

    def _required_bytes(self, free: int) -> float:
        """Return about how many bytes the whole takes, where want of room is what is wrong; else 0."""
        copied = sum(block.length for block in self._encoded.values())
        return required_bytes(self._partial.path, self._profile, copied, self._written, free)
