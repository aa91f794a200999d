"""Parts of an output: files that a cluster's workers write, one for each chunk, and that are put together here.

A part has the output's own encoding, and chunks are whole blocks, so blocks are copied as they are. Where a block of
the output is none of a part (a short last strip, say), or the output takes no blocks, pixels are decoded and written.
"""

from __future__ import annotations

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
"""Takes the pixels (bands, rows, columns) of a window, and its mask, as `RasterWriter.write` does."""

WindowTuple = tuple[int, int, int, int]
"""Column, row, width and height."""


class Part(NamedTuple):
    """A part that is written: its file, the chunk, the checksum of the file's bytes, and the records of its pieces.

    `worker` did it, in so many `seconds`.
    """

    path: str
    window: WindowTuple
    checksum: int
    records: list[Any]
    worker: str
    seconds: float


@dataclass(frozen=True)
class PartWork:
    """Writes the part of a chunk on a worker.

    `folder` takes the parts; `copies` tells that they have the output's encoding; `verify` that they are read back.
    """

    task: RasterTask
    folder: str
    copies: bool
    verify: bool

    def __call__(self, window: WindowTuple, stop: Stop) -> Part:
        """Return the part of a chunk, written under a name that no other attempt at this chunk has."""
        started = time.monotonic()
        worker = this_worker()
        chunk = Window(*window)
        name = f"{'-'.join(map(str, window))}-{secrets.token_hex(4)}.tif"
        path = os.path.join(self.folder, name)
        unfinished = os.path.join(self.folder, f"unfinished-{name}")
        profile = _part_profile(self.task.output, chunk, self.copies)

        def write(array: Array, window: Window, mask: Array | None = None) -> None:
            writer.write(array, relative(window, chunk), mask)

        try:
            with RasterWriter(path, profile, claim=lambda destination: StagedFile(unfinished, destination)) as writer:
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
    copy: Callable[[Window, list[Any]], Sequence[Window]] | None = None,
) -> list[Any]:
    """Compute and write one chunk piece by piece, and return the records of the pieces.

    Parameters
    ----------
    task, opened
        The task, and the same with its inputs at hand.
    chunk
        The window to write.
    write
        Takes the pixels of a window, and its mask.
    stop
        Is asked before each piece.
    copy
        Copies what it can of a piece, appends the records of that, and returns the windows that are left; None: nothing
        is copied.
    """
    records: list[Any] = []
    for piece in task.chunks.slices(chunk):
        stop.check()
        for window in copy(piece, records) if copy else [piece]:
            stop.check()
            made = opened.compute(window, stop)
            write(made.pixels, window, made.mask)
            records.append(made.record)
    return records


def part_copies(writer: RasterWriter) -> bool:
    """Return whether the encoded blocks of parts can be copied into an output as they are."""
    profile = writer.profile
    # A value that the options would clip is found where the whole is written, with its place there.
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
    """Hand the pixels of all parts to the writer; blocks that are copied are read when that finishes.

    Raises
    ------
    InputError
        A part is not what its worker wrote.
    OutputError
        The output cannot be written.
    Cancelled
        `progress` asked for it.
    """
    target = writer.layout() if copies else None

    def take(part: Part, stop: Stop) -> None:
        stop.check()
        if file_checksum(part.path, stop) != part.checksum:
            raise InputError(f"{part.path} is not what its worker wrote; see that all machines share one file system.")
        if target is None or not _copy_blocks(part, target, writer):
            _decode(part, writer, task, masks_only=False, stop=stop)
        elif task.output.masked:
            _decode(part, writer, task, masks_only=True, stop=stop)

    run_chunks(take, parts, name="take-part", workers=workers, progress=progress)


def _part_profile(whole: OutputProfile, chunk: Window, copies: bool) -> OutputProfile:
    """Return the profile of a chunk's part: a plain file in the whole's encoding, or in one that loses nothing."""
    options = {**whole.options, "NUM_THREADS": "1"}
    if not copies:
        kept = ("TILED", "BLOCKXSIZE", "BLOCKYSIZE", "NUM_THREADS", "INTERLEAVE")
        options = {**{key: value for key, value in options.items() if key in kept}, "COMPRESS": "DEFLATE"}
    return OutputProfile(
        replace(whole.grid.cropped(chunk), crs=None),
        whole.count,
        whole.dtype,
        whole.nodata,
        options,
        whole.block,
        masked=whole.masked,
        own_bits=whole.own_bits and copies,
    )


def _copy_blocks(part: Part, target: TiffLayout, writer: RasterWriter) -> bool:
    """Have the writer copy all blocks of a part; return whether it can."""
    col, row, width, height = part.window
    match = match_blocks(read_layout(part.path), target, row, col)
    if match is None:
        return False
    pairs = _pairs(match, Window(col, row, width, height))
    if pairs is None:
        return False
    for number, block in pairs:
        writer.write_encoded(number, block)
    return True


def _pairs(match: BlockMatch, chunk: Window) -> list[Any] | None:
    rows, cols = match.target.block
    pairs = []
    for block in subdivide(chunk, (rows, cols)):
        found = match.numbers(block.row_off // rows, block.col_off // cols)
        if found is None:
            return None
        pairs += found
    return pairs


def _decode(part: Part, writer: RasterWriter, task: RasterTask, *, masks_only: bool, stop: Stop) -> None:
    """Write the pixels of a part, or its mask alone."""
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
