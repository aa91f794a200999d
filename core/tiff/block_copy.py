"""Encoded blocks moved from file to file: which blocks of an output equal blocks of an input, and their bytes copied.

A block is copied where its bytes mean the same pixels in both files: the files are encoded alike, the edges of the
two blocks coincide, and both show equally many of the block's pixels. Everything else is decoded and encoded.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rasterio.windows import Window

from ..errors import InputError, OutputError
from ..progress import Stop
from ..raster.windows import Shape, subdivide
from .layout import EncodedBlock, TiffLayout, patch_blocks, read_encoded, read_layout, read_own_layout

SPAN_BYTES = 2**20
"""Blocks are copied and compared in spans of about so many bytes."""

SYNC_FILE_RANGE_WRITE = 2
"""From <linux/fs.h>: begin to write, wait for nothing."""

ZLIB = b"zlib"
BLOCK_HEADS = {7: b"\xff\xd8", 8: ZLIB, 32946: ZLIB, 50000: b"\x28\xb5\x2f\xfd", 50001: b"RIFF"}
"""How the blocks of JPEG, DEFLATE, ZSTD and WEBP begin; DEFLATE by a rule, not by fixed bytes."""


@dataclass(frozen=True)
class BlockMatch:
    """Which blocks of `target` are blocks of `source`, whose first pixel lies at (`row`, `col`) of the target.

    `bands` are the bands of the source, from 0, that the target's bands are.
    """

    source: TiffLayout
    target: TiffLayout
    row: int
    col: int
    bands: tuple[int, ...]

    def numbers(self, block_row: int, block_col: int) -> list[tuple[int, EncodedBlock]] | None:
        """Return what to copy for the target's block at this row and column of blocks; None where it differs.

        A block that is sparse in the source is left out of the list: it is sparse in the target as well.
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
    """Return how blocks of `source` serve `target`; None where none can.

    Parameters
    ----------
    source, target
        The two files; only the target's blocks, not its offsets, count.
    row, col
        Where the source's first pixel lies in the target; negative where the target is a part of the source.
    bands
        The source's bands, from 0, that the target's bands are; None: all in their order.
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
    """A block of an output: its window, the number of the input it comes from, and its bytes by their numbers.

    There are several numbers where bands lie apart, and none where the block is sparse.
    """

    window: Window
    source: int
    encoded: list[tuple[int, EncodedBlock]]


class SplitPiece(NamedTuple):
    """A piece of an output: blocks that are copied, and windows that are decoded and encoded."""

    copied: list[CopiedBlock]
    rest: list[Window]


def split_piece(piece: Window, block: Shape, find: Callable[[Window], CopiedBlock | None]) -> SplitPiece:
    """Return which blocks of a piece are copied, and the rest in windows as wide as can be.

    Parameters
    ----------
    piece
        Its edges lie on edges of the output's blocks, or of the output.
    block
        Rows and columns of a block.
    find
        Returns the block for a window, None where it is not copied.
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
        rest += _runs(left)
    return SplitPiece(copied, rest) if copied else SplitPiece([], [piece])


def _runs(windows: list[Window]) -> Iterator[Window]:
    """Yield windows of one row of blocks, those that touch joined."""
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


class AppendedBlocks(NamedTuple):
    """Blocks behind the end of a TIFF: the place of each by its number, and the checksums of spans of bytes.

    `masks` are the places of the blocks of its mask.
    """

    places: dict[int, EncodedBlock]
    spans: dict[EncodedBlock, int]
    masks: dict[int, EncodedBlock]

    @classmethod
    def none(cls) -> AppendedBlocks:
        """Return that there are none."""
        return cls({}, {}, {})


class _Span(NamedTuple):
    """Blocks of one file that are moved together, to one place."""

    numbers: list[int]
    sources: list[EncodedBlock]
    begin: int

    def places(self, path: str) -> dict[int, EncodedBlock]:
        """Return where each block goes, by its number."""
        ends = itertools.accumulate((source.length for source in self.sources), initial=self.begin)
        return {
            number: EncodedBlock(path, begin, source.length)
            for number, source, begin in zip(self.numbers, self.sources, ends)
        }


Runner = Callable[[Callable[[Any, Stop], None], Sequence[Any]], None]
"""Calls a function with each item of a list, in parallel or not."""


def one_after_another(stop: Stop, work: Callable[[Any, Stop], None], items: Sequence[Any]) -> None:
    """Call `work` with each item in this thread, until the run is stopped.

    Raises
    ------
    Cancelled
        The run was stopped.
    """
    for item in items:
        stop.check()
        work(item, stop)


def append_blocks(path: str, blocks: Mapping[int, EncodedBlock], run: Runner) -> AppendedBlocks:
    """Copy the bytes of blocks to the end of a TIFF, enter them in its arrays by their numbers, and return them.

    Parameters
    ----------
    path
        The TIFF, which has empty blocks of these numbers.
    blocks
        What to copy, by the numbers.
    run
        Copies spans of blocks, any number at once.

    Raises
    ------
    InputError
        A block cannot be read.
    OutputError
        An offset does not fit the file's kind, or a block cannot be written.
    """
    filled = {number: block for number, block in blocks.items() if block.length}
    appended = AppendedBlocks.none()
    if not filled:
        return appended

    def copy(span: _Span, stop: Stop) -> None:
        stop.check()
        try:
            content = read_encoded(span.sources)
        except OSError as error:
            raise InputError(f"{span.sources[0].path} cannot be read: {error}.") from error
        _check_heads(span.sources, content, head)
        write_at(path, span.begin, content)
        appended.spans[EncodedBlock(path, span.begin, len(content))] = zlib.crc32(content)

    head = BLOCK_HEADS.get(read_own_layout(path).compression, b"")
    spans = list(_spans(os.path.getsize(path), filled))
    run(copy, spans)
    for span in spans:
        appended.places.update(span.places(path))
    try:
        patch_blocks(path, appended.places)
    except ValueError as error:
        raise OutputError(f"{path}: encoded blocks cannot be entered: {error}.") from error
    return appended


def _check_heads(blocks: Sequence[EncodedBlock], content: memoryview, head: bytes) -> None:
    """Raise when a block does not begin as its codec's blocks do; the rest of it is not looked at."""
    begin = 0
    for block in blocks:
        if bytes(content[begin : begin + len(head)]) != head and not (head == ZLIB and _is_zlib(content[begin:])):
            layout = read_layout(block.path)
            place = layout.offsets.index(block.offset) % (layout.across * layout.down)
            row, col = (place // layout.across * layout.block[0], place % layout.across * layout.block[1])
            raise InputError(
                f"{block.path}: the block at row {row}, column {col} is damaged. Fetch or write the file again."
            )
        begin += block.length


def _is_zlib(content: memoryview) -> bool:
    """Return whether bytes begin with a header of zlib, RFC 1950."""
    return len(content) > 1 and content[0] & 15 == 8 and (content[0] * 256 + content[1]) % 31 == 0


def _spans(end: int, blocks: Mapping[int, EncodedBlock]) -> Iterator[_Span]:
    """Yield the blocks in the order of their files, with places one behind the other from `end` on."""
    span = _Span([], [], end)
    length = 0
    for number, block in sorted(blocks.items(), key=lambda item: (item[1].path, item[1].offset)):
        if span.sources and (length >= SPAN_BYTES or block.path != span.sources[0].path):
            yield span
            span, length = _Span([], [], span.begin + length), 0
        span.numbers.append(number)
        span.sources.append(block)
        length += block.length
    yield span


def write_at(path: str, begin: int, content: memoryview) -> None:
    """Write bytes into a file, from a position on, and have the system begin to bring them to the disk.

    That all arrived, and whether it could, only a flush tells. Where the system cannot be asked to begin, it does so by
    itself, later.

    Raises
    ------
    OSError
        The disk takes no more.
    """
    with open(path, "rb+", buffering=0) as file:
        file.seek(begin)
        written = 0
        while written < len(content):
            written += file.write(content[written:])
        call = _sync_file_range()
        if call is not None:
            call(file.fileno(), begin, len(content), SYNC_FILE_RANGE_WRITE)


@functools.cache
def _sync_file_range() -> Any:
    """Return Linux's call of that name; None elsewhere."""
    if sys.platform != "linux":
        return None
    call = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if call is not None:
        call.argtypes, call.restype = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint), ctypes.c_int
    return call
