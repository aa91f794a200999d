"""Copy encoded blocks from input to output TIFFs without decoding them.

A block can be copied if its bytes represent the same pixels in both files: both files use the same encoding, the edges
of the two blocks coincide, and the raster edge cuts off the same part of both. Other blocks are decoded and re-encoded.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import FileIO
from typing import Any, NamedTuple

from rasterio.windows import Window

from ..errors import InputError
from ..progress import Stop
from ..raster.windows import Shape, subdivide
from .block_map import BlockMap, SpanChecksums
from .deflate import crc32
from .layout import EncodedBlock, TiffLayout, merged_ranges, patch_blocks, read_encoded, read_layout, read_own_layout

SPAN_BYTES = 2**20
"""Approximate size in bytes of a span: blocks of one file that are read and written together."""

SYNC_FILE_RANGE_WRITE = 2
"""Flag from <linux/fs.h>: start writing to disk without waiting."""

ZLIB = b"zlib"
BLOCK_HEADS = {7: b"\xff\xd8", 8: ZLIB, 32946: ZLIB, 50000: b"\x28\xb5\x2f\xfd", 50001: b"RIFF"}
"""First bytes of JPEG, ZSTD and WEBP blocks by TIFF compression number; `_is_zlib` checks DEFLATE blocks instead."""


@dataclass(frozen=True)
class BlockMatch:
    """Mapping from the blocks of `target` to identical blocks of `source`.

    The first pixel of the source is at (`row`, `col`) of the target. `bands` lists the source band, counted from
    0, of each target band.
    """

    source: TiffLayout
    target: TiffLayout
    row: int
    col: int
    bands: tuple[int, ...]

    def numbers(self, block_row: int, block_col: int) -> list[tuple[int, EncodedBlock]] | None:
        """Return (target block number, source block) pairs for a block position; None if the block cannot be copied.

        Blocks that are sparse in the source are omitted, so they are sparse in the target too.
        """
        rows, cols = self.target.block
        source_row, source_col = block_row - self.row // rows, block_col - self.col // cols
        source, target = self.source, self.target
        if not (0 <= source_row < source.down and 0 <= source_col < source.across):
            return None
        if min(rows, source.height - source_row * rows) != min(rows, target.height - block_row * rows):
            return None
        if min(cols, source.width - source_col * cols) != min(cols, target.width - block_col * cols):
            return None
        planes = range(target.bands) if target.separate else range(1)
        pairs = []
        for plane in planes:
            band = self.bands[plane] if target.separate else 0
            block = source.encoded(source.number(source_row, source_col, band))
            if block.length:
                pairs.append((target.number(block_row, block_col, plane), block))
            elif source.fill != target.fill:
                return None
        return pairs


def match_blocks(
    source: TiffLayout, target: TiffLayout, row: int, col: int, bands: Sequence[int] | None = None
) -> BlockMatch | None:
    """Return a mapping from blocks of `target` to blocks of `source`; None if no block can be copied.

    Parameters
    ----------
    source, target
        Layouts of the two files. The offsets of the target are not used.
    row, col
        Position of the first source pixel in the target; negative if the target is a subset of the source.
    bands
        Source band, counted from 0, of each target band; None for all bands in order.
    """
    chosen = tuple(range(source.bands)) if bands is None else tuple(bands)
    if source.encoding != target.encoding or source.block != target.block or len(chosen) != target.bands:
        return None
    if not target.separate and chosen != tuple(range(source.bands)):
        return None
    if row % target.block[0] or col % target.block[1]:
        return None
    return BlockMatch(source, target, row, col, chosen)


class CopiedBlock(NamedTuple):
    """A block copied to an output: its window, the index of its input, and (block number, encoded block) pairs.

    `encoded` has one pair per band if bands are stored separately, and none if the block is sparse.
    """

    window: Window
    source: int
    encoded: list[tuple[int, EncodedBlock]]


class SplitPiece(NamedTuple):
    """A window of an output, split into blocks to copy and windows to decode and encode."""

    copied: list[CopiedBlock]
    rest: list[Window]


def split_piece(piece: Window, block: Shape, find: Callable[[Window], CopiedBlock | None]) -> SplitPiece:
    """Split a window into blocks to copy, and windows (as wide as possible) to decode and encode.

    Parameters
    ----------
    piece
        Window whose edges coincide with block edges or with the edges of the output.
    block
        Shape (rows, columns) of a block.
    find
        Function that returns the copied block for a window, or None if the window must be decoded.
    """
    copied: list[CopiedBlock] = []
    rest: list[Window] = []
    for row in subdivide(piece, (block[0], piece.width)):
        left: list[Window] = []
        for window in subdivide(row, block):
            found = find(window)
            if found is None:
                left.append(window)
            else:
                copied.append(found)
        rest += _merge_adjacent(left)
    return SplitPiece(copied, rest) if copied else SplitPiece([], [piece])


def _merge_adjacent(windows: list[Window]) -> Iterator[Window]:
    """Merge adjacent windows of one row of blocks and yield the results."""
    run: Window | None = None
    for window in windows:
        if run is not None and run.col_off + run.width == window.col_off:
            run = Window(run.col_off, run.row_off, run.width + window.width, run.height)
            continue
        if run is not None:
            yield run
        run = window
    if run is not None:
        yield run


@dataclass(frozen=True)
class AppendedBlocks:
    """Blocks appended to a TIFF.

    `places` and `masks` map block numbers to positions: `places` for pixel blocks, `masks` for mask blocks. `spans`
    contains the checksums of all appended bytes.
    """

    places: BlockMap
    spans: SpanChecksums
    masks: BlockMap
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def none(cls, path: str) -> AppendedBlocks:
        """Return an `AppendedBlocks` without blocks for the file `path`."""
        return cls(BlockMap(), SpanChecksums(path), BlockMap())

    def add(self, places: BlockMap, begin: int, blocks: Iterable[tuple[int, int]], checksum: int) -> None:
        """Add blocks to the map `places`; they are stored one after another, beginning at byte `begin`. Thread-safe.

        Each block is (number, length in bytes).
        """
        end = begin
        with self._lock:
            for number, length in blocks:
                places[number] = EncodedBlock(self.spans.path, end, length)
                end += length
            self.spans.add(begin, end - begin, checksum)

    def extend(self, copied: AppendedBlocks) -> None:
        """Add the blocks in `copied`, which `append_blocks` has appended to the same file."""
        for number, block in copied.places.items():
            self.places[number] = block
        self.spans.extend(copied.spans)


class Span(NamedTuple):
    """Blocks of one file that are copied together: their numbers in the target, where their bytes start at `begin`."""

    numbers: array[int]
    begin: int


Runner = Callable[[Callable[[Any, Stop], None], Sequence[Any]], None]
"""Function that calls another function for each item of a list, possibly in parallel."""


def one_after_another(stop: Stop, work: Callable[[Any, Stop], None], items: Sequence[Any]) -> None:
    """Call `work` for each item in the current thread.

    Raises
    ------
    Cancelled
        The run was stopped before the last item.
    """
    for item in items:
        stop.check()
        work(item, stop)


def append_blocks(path: str, blocks: Mapping[int, EncodedBlock], run: Runner) -> AppendedBlocks:
    """Append encoded blocks to a TIFF, update its offset and length arrays, and return the appended blocks.

    Parameters
    ----------
    path
        Path of the TIFF. The blocks whose numbers are in `blocks` must still be empty.
    blocks
        Source blocks by block number in the TIFF.
    run
        Function that runs the copies, one after another or in parallel; see `Runner`.

    Raises
    ------
    InputError
        A block cannot be read, or its first bytes show that it is damaged.
    OSError
        An offset is too large for the file format, or a block cannot be written.
    """
    appended = AppendedBlocks.none(path)
    spans = list(group_spans(os.path.getsize(path), blocks))
    if not spans:
        return appended

    def copy(span: Span, stop: Stop) -> None:
        stop.check()
        copy_span(appended, span, blocks, compression)

    compression = read_own_layout(path).compression
    run(copy, spans)
    try:
        patch_blocks(path, appended.places)
    except ValueError as error:
        raise OSError(f"the block positions could not be stored: {error}") from error
    return appended


def copy_span(appended: AppendedBlocks, span: Span, blocks: Mapping[int, EncodedBlock], compression: int) -> None:
    """Copy the blocks of a span to a TIFF with the compression number `compression`, and add them to `appended`.

    Raises
    ------
    InputError
        A block cannot be read, or its first bytes show that it is damaged.
    OSError
        The blocks cannot be written.
    """
    sources = [blocks[number] for number in span.numbers]
    try:
        content = read_encoded(sources)
    except OSError as error:
        raise _unreadable(sources, error) from error
    _check_heads(sources, content, BLOCK_HEADS.get(compression, b""))
    path = appended.spans.path
    if not _copy_at(path, span.begin, sources):
        write_at(path, span.begin, [content])
    lengths = ((number, block.length) for number, block in zip(span.numbers, sources))
    appended.add(appended.places, span.begin, lengths, crc32(content))


def _check_heads(blocks: Sequence[EncodedBlock], content: memoryview, head: bytes) -> None:
    """Raise InputError if a block does not start with its codec's signature; the remaining bytes are not checked."""
    begin = 0
    for block in blocks:
        if bytes(content[begin : begin + len(head)]) != head and not (head == ZLIB and _is_zlib(content[begin:])):
            raise InputError(f"{_name_block(block)} is damaged. Download or create the file again.")
        begin += block.length


def _unreadable(blocks: Sequence[EncodedBlock], error: OSError) -> InputError:
    """Return the error for blocks that cannot be read together; it names the first block that cannot be read."""
    for block in blocks:
        try:
            read_encoded([block])
        except OSError as reason:
            return InputError(
                f"{_name_block(block)} is damaged or missing. Download or create the file again. ({reason})"
            )
    return InputError(f"{blocks[0].path} cannot be read: {error}.")


def _name_block(block: EncodedBlock) -> str:
    """Return the file, row and column of a block; and the band, if the file stores its bands separately.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    layout = read_layout(block.path)
    if block.offset not in layout.offsets:  # the file was replaced during the run
        return f"{block.path}: a block"
    plane, place = divmod(layout.offsets.index(block.offset), layout.across * layout.down)
    band = f", band {plane + 1}" if layout.separate and layout.bands > 1 else ""
    row, col = place // layout.across * layout.block[0], place % layout.across * layout.block[1]
    return f"{block.path}{band}: the block at row {row}, column {col}"


def _is_zlib(content: memoryview) -> bool:
    """Return True if the bytes begin with a zlib header (RFC 1950)."""
    return len(content) > 1 and content[0] & 15 == 8 and (content[0] * 256 + content[1]) % 31 == 0


def group_spans(end: int, blocks: Mapping[int, EncodedBlock]) -> Iterator[Span]:
    """Group non-sparse blocks into spans by source file and offset; in the target, the first span begins at `end`."""

    def place(number: int) -> tuple[str, int]:
        block = blocks[number]
        return block.path, block.offset

    span, path, length = Span(array("Q"), end), "", 0
    for number in sorted((number for number, block in blocks.items() if block.length), key=place):
        block = blocks[number]
        if span.numbers and (length >= SPAN_BYTES or block.path != path):
            yield span
            span, length = Span(array("Q"), span.begin + length), 0
        span.numbers.append(number)
        path, length = block.path, length + block.length
    if span.numbers:
        yield span


def write_at(path: str, begin: int, pieces: Sequence[memoryview]) -> None:
    """Write byte buffers one after another to a file, from position `begin`, and start flushing them to disk.

    Only a later flush confirms that the bytes have reached the disk. On systems without `sync_file_range`, the system
    starts writing on its own schedule.

    Raises
    ------
    OSError
        The bytes cannot be written, for example because the disk is full.
    """
    with open(path, "rb+", buffering=0) as file:
        file.seek(begin)
        for piece in pieces:
            written = 0
            while written < len(piece):
                written += file.write(piece[written:])
        _start_flush(file, begin, sum(map(len, pieces)))


def _copy_at(path: str, begin: int, blocks: Sequence[EncodedBlock]) -> bool:
    """Copy blocks of one file to position `begin` of another with `copy_file_range`, and start flushing them to disk.

    Returns False if the system cannot copy between the two files; some bytes may then have been copied.
    """
    # In a file system with large folios, such as ext4 since Linux 6.16, a write of 1 MiB needs contiguous memory: while
    # files fill the page cache, the system spends most of the time making room for it. This call needs single pages.
    if not hasattr(os, "copy_file_range"):
        return False
    try:
        with open(blocks[0].path, "rb", buffering=0) as source, open(path, "rb+", buffering=0) as target:
            end = begin
            for offset, length in merged_ranges(blocks):
                done = 0
                while done < length:
                    count = os.copy_file_range(
                        source.fileno(), target.fileno(), length - done, offset + done, end + done
                    )
                    if not count:
                        return False
                    done += count
                end += length
            _start_flush(target, begin, end - begin)
    except OSError:  # for example, the files are on different file systems; if the disk is full, `write_at` says so
        return False
    return True


def _start_flush(file: FileIO, begin: int, length: int) -> None:
    """Start writing a byte range to disk, without waiting, on systems that have `sync_file_range`."""
    call = _sync_file_range()
    if call is not None:
        call(file.fileno(), begin, length, SYNC_FILE_RANGE_WRITE)


@functools.cache
def _sync_file_range() -> Any:
    """Return the Linux system call `sync_file_range`; None on other systems."""
    if sys.platform != "linux":
        return None
    call = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if call is not None:
        call.argtypes, call.restype = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint), ctypes.c_int
    return call
