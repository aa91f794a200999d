"""Parts of an output: cluster workers write one file per chunk, and this machine joins these files.

A part has the encoding of the output, and chunks consist of whole blocks, so encoded blocks are copied unchanged.
If a block of the output does not match a block of a part (such as a short last strip), or encoded blocks cannot be
copied into the output, the pixels are decoded and re-encoded.
"""

from __future__ import annotations

import functools
import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Union

import numpy as np
import rasterio
from rasterio.windows import Window

from ..errors import InputError, OutputError
from ..parallel.recorder import this_worker
from ..parallel.threads import run_chunks
from ..progress import Progress, Stop
from ..raster.windows import relative, subdivide
from ..reading.gdal_quirks import read_pixels
from ..reading.readers import Readers
from ..tiff.block_copy import BlockMatch, match_blocks
from ..tiff.checksum import file_checksum
from ..tiff.layout import TiffLayout, read_layout
from ..writing.creation_options import OutputProfile
from ..writing.partial_file import StagedFile
from ..writing.writer import RasterWriter
from .task import OpenTask, RasterTask

Array = np.ndarray[Any, Any]
Write = Callable[[Array, Window, Union[Array, None]], None]
"""Function that writes the pixels (bands, rows, columns) and the mask of a window, with the arguments of
`RasterWriter.write`."""

WindowTuple = tuple[int, int, int, int]
"""Window as (column, row, width, height)."""


def window_tuple(window: Window) -> WindowTuple:
    """Return a window as four integers, which can be unpickled without importing rasterio."""
    return int(window.col_off), int(window.row_off), int(window.width), int(window.height)


class Part(NamedTuple):
    """The file that a worker wrote for one chunk: path, window of the chunk, checksum, and records of its slices.

    Records are data that the job collects, such as statistics (see `task.Chunk`). `worker` is the name of the worker,
    and `seconds` is the time that the worker needed.
    """

    path: str
    window: WindowTuple
    checksum: int
    records: list[Any]
    worker: str
    seconds: float


@dataclass(frozen=True)
class PartWork:
    """Callable that runs on a worker and writes one chunk to a separate file, a part of the output.

    `folder` is the folder for parts. If `copies` is True, parts have the encoding of the output, so that blocks can be
    copied; otherwise, parts use lossless DEFLATE. If `verify` is True, parts are read back.
    """

    task: RasterTask
    folder: str
    copies: bool
    verify: bool

    def __call__(self, window: WindowTuple, stop: Stop) -> Part:
        """Write the part of a chunk under a file name unique to this attempt, and return the `Part`."""
        started = time.monotonic()
        worker = this_worker()
        chunk = Window(*window)
        name = f"{'-'.join(map(str, window))}-{secrets.token_hex(4)}.tif"
        path = os.path.join(self.folder, name)
        unfinished = os.path.join(self.folder, f"unfinished-{name}")
        profile = _part_profile(self.task.output, chunk, self.copies)

        def write(array: Array, window: Window, mask: Array | None = None) -> None:
            writer.write(array, relative(window, chunk), mask)

        claim = functools.partial(StagedFile, unfinished)
        try:
            with RasterWriter(path, profile, claim=claim) as writer:
                with Readers(self.task.open_files) as readers:
                    records = write_chunk(self.task, self.task.open(readers), chunk, write, stop)
                writer.finish_here(stop, verify=self.verify)
        except OutputError as error:
            raise OutputError(
                f"The worker {socket.gethostname()} could not write its part of the output. {error}"
            ) from error
        return Part(path, window, file_checksum(path, stop), records, worker, time.monotonic() - started)


def write_chunk(
    task: RasterTask,
    opened: OpenTask,
    chunk: Window,
    write: Write,
    stop: Stop,
    copy: Callable[[Window, list[Any], Stop], Sequence[Window]] | None = None,
) -> list[Any]:
    """Compute and write one chunk slice by slice, and return the records of the slices (see `task.Chunk`).

    Parameters
    ----------
    task, opened
        The task, and the open task that reads its inputs.
    chunk
        Window to write.
    write
        Function that writes the pixels and the mask of a window.
    stop
        Checked before each slice.
    copy
        Function that copies encoded blocks of a slice, appends their records to the given list, and returns the windows
        left to compute; None to compute all pixels.
    """
    records: list[Any] = []
    for piece in task.chunks.slices(chunk):
        stop.check()
        for window in copy(piece, records, stop) if copy else [piece]:
            stop.check()
            computed = opened.compute(window, stop)
            write(computed.pixels, window, computed.mask)
            records.append(computed.record)
    return records


def part_copies(writer: RasterWriter) -> bool:
    """Return True if the encoded blocks of parts can be copied into the output unchanged."""
    profile = writer.profile
    # Writing the output from decoded parts detects values that the creation options clip, and names their position.
    return writer.takes_encoded and profile.lossless and (profile.limits is None or profile.own_bits)


def collect_parts(
    parts: Sequence[Part],
    writer: RasterWriter,
    task: RasterTask,
    *,
    copies: bool,
    workers: int,
    progress: Progress,
) -> None:
    """Pass the pixels of all parts to the writer, which can postpone copying encoded blocks until `finish` is called.

    Raises
    ------
    InputError
        A part differs from the file that its worker wrote.
    OutputError
        The output cannot be written.
    Cancelled
        The run was cancelled through `progress`.
    """
    target = writer.layout() if copies else None

    def take(part: Part, stop: Stop) -> None:
        stop.check()
        if file_checksum(part.path, stop) != part.checksum:
            raise InputError(
                f"{part.path} differs from what the worker wrote. Check that all machines share one file system."
            )
        if target is None or not _copy_blocks(part, target, writer):
            _decode(part, writer, task, masks_only=False, stop=stop)
        elif task.output.masked:
            _decode(part, writer, task, masks_only=True, stop=stop)

    run_chunks(take, parts, name="take-part", workers=workers, progress=progress)


def _part_profile(output: OutputProfile, chunk: Window, copies: bool) -> OutputProfile:
    """Return the profile of a part, encoded like the output if `copies` is True, otherwise with lossless DEFLATE."""
    options = {**output.options, "NUM_THREADS": "1"}
    if not copies:
        kept = ("TILED", "BLOCKXSIZE", "BLOCKYSIZE", "NUM_THREADS", "INTERLEAVE")
        options = {**{key: value for key, value in options.items() if key in kept}, "COMPRESS": "DEFLATE"}
    return OutputProfile(
        replace(output.grid.cropped(chunk), crs=None),
        output.count,
        output.dtype,
        output.nodata,
        options,
        output.block,
        masked=output.masked,
        own_bits=output.own_bits and copies,
    )


def _copy_blocks(part: Part, target: TiffLayout, writer: RasterWriter) -> bool:
    """Copy all blocks of a part through the writer; return False, without copying, if they do not match the output."""
    col, row, width, height = part.window
    match = match_blocks(read_layout(part.path), target, row, col)
    if match is None:
        return False
    pairs = _match_chunk(match, Window(col, row, width, height))
    if pairs is None:
        return False
    writer.write_encoded(dict(pairs))
    return True


def _match_chunk(match: BlockMatch, chunk: Window) -> list[Any] | None:
    rows, cols = match.target.block
    pairs = []
    for block in subdivide(chunk, (rows, cols)):
        found = match.numbers(block.row_off // rows, block.col_off // cols)
        if found is None:
            return None
        pairs += found
    return pairs


def _decode(part: Part, writer: RasterWriter, task: RasterTask, *, masks_only: bool, stop: Stop) -> None:
    """Decode a part, and write its pixels or, if `masks_only` is True, only its mask."""
    col, row, width, height = part.window
    with rasterio.open(part.path, driver="GTiff", sharing=False) as dataset:
        for place in task.chunks.slices(Window(col, row, width, height)):
            stop.check()
            piece = Window(place.col_off - col, place.row_off - row, place.width, place.height)
            mask = dataset.read_masks(1, window=piece) if task.output.masked else None
            if masks_only and mask is not None:
                writer.write_mask(mask, place)
                continue
            writer.write(read_pixels(dataset, task.output.dtype, piece), place, mask)
