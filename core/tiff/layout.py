"""Positions and encoding of the blocks of a TIFF.

GDAL creates the file with all its tags. Blocks that GDAL did not encode are appended to the file, and this module
writes their offsets and lengths to the tags.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from ..errors import InputError
from .directory import DAMAGE, NODATA_TAG, TILE_OFFSETS, Entry, describe_damage, read_entries, text_of

if TYPE_CHECKING:  # reading the bytes of a file does not need rasterio
    from rasterio.windows import Window

    from ..raster.windows import Shape

OFFSET_TAGS = {TILE_OFFSETS: 325, 273: 279}
"""Tags of tile and strip offsets, each with the tag of the corresponding lengths."""

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, SAMPLES, ROWS_PER_STRIP = (
    256, 257, 258, 259, 262, 266, 277, 278,
)  # fmt: skip
PLANAR, PREDICTOR, TILE_WIDTH, TILE_HEIGHT, EXTRA_SAMPLES, SAMPLE_FORMAT = 284, 317, 322, 323, 338, 339

COMPLEX_INTEGER = 5
"""TIFF sample format of complex integers."""

UNLIKE_BLACK_IS_ZERO = (0, 6)
"""Photometric interpretations that change the meaning of a single band's bytes: WhiteIsZero and YCbCr."""

ENCODING_TAGS = {258: (1,), 259: (1,), 262: (1,), 266: (1,), 277: (1,), 317: (1,), 338: (), 339: (1,), 347: (),
                 513: (), 514: (), 529: (), 530: (2, 2), 532: (), 50674: ()}  # fmt: skip
"""Tags that determine the encoding of a block, with their default values: bits, compression, colours, bit order,
samples, predictor, extra samples, sample format, JPEG tables and subsampling, LERC parameters."""


FIRST_TAG = 3
"""Index of the first tag value in `TiffLayout.encoding`, after byte order, planar configuration and tiling."""

MIN_BUFFER_BYTES = 2**21
"""Minimum buffer size in bytes. A buffer of this size roughly fits into the CPU caches, so its data stays cached."""

_thread_local = threading.local()


@dataclass(frozen=True)
class EncodedBlock:
    """Position of a block's encoded bytes: file, offset and length. A block of length 0 is sparse."""

    path: str
    offset: int
    length: int


@dataclass(frozen=True)
class TiffLayout:
    """Size, block structure and block positions of one image of a TIFF.

    `block` is (rows, columns); a strip is as wide as the image. `separate` is True if each block contains one band,
    as in any single-band file. Two files with the same `encoding` have equal pixels wherever their bytes are equal.
    `fill` is the nodata value as a string; sparse blocks are read as this value.
    """

    path: str
    width: int
    height: int
    block: Shape
    tiled: bool
    bands: int
    separate: bool
    encoding: tuple[object, ...]
    fill: str
    offsets: Sequence[int]
    lengths: Sequence[int]

    @property
    def compression(self) -> int:
        """TIFF compression number."""
        return self.number_of(COMPRESSION)

    def number_of(self, tag: int) -> int:
        """Return the value of a tag in `ENCODING_TAGS` if it is the same for all bands; otherwise -1."""
        numbers = self.encoding[FIRST_TAG + list(ENCODING_TAGS).index(tag)]
        return numbers[0] if isinstance(numbers, tuple) and len(numbers) == 1 else -1

    @property
    def across(self) -> int:
        """Number of block columns."""
        return -(-self.width // self.block[1])

    @property
    def down(self) -> int:
        """Number of block rows."""
        return -(-self.height // self.block[0])

    def number(self, row: int, col: int, band: int = 0) -> int:
        """Return the index of a block in the file from its block row, block column and band (counted from 0)."""
        return (band * self.down + row) * self.across + col

    def has_whole(self, window: Window) -> bool:
        """Return True if the window consists of whole blocks: all its edges are block edges or raster edges."""
        ends = (
            (window.row_off, window.row_off + window.height, self.block[0], self.height),
            (window.col_off, window.col_off + window.width, self.block[1], self.width),
        )
        return all(not start % edge and (not stop % edge or stop == size) for start, stop, edge, size in ends)

    def encoded(self, number: int) -> EncodedBlock:
        """Return the position of the encoded bytes of a block, given its index."""
        offset = self.offsets[number]
        return EncodedBlock(self.path, offset, self.lengths[number] if offset else 0)


MASK_DIRECTORY = 1
"""Number of the TIFF directory in which GDAL stores the mask of a file without overviews."""


def read_layout(path: str, directory: int = 0) -> TiffLayout:
    """Return the block layout and encoding of an image of a TIFF; `directory` is the number of the image, from 0.

    Raises
    ------
    InputError
        The file is not a TIFF, is damaged, or cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return layout_of(file, path, directory)
    except OSError as error:
        raise InputError(f"{path} is not a valid TIFF: {error}.") from error


def layout_of(file: BinaryIO, path: str, directory: int = 0) -> TiffLayout:
    """Return the block layout and encoding of an image of an open TIFF, as `read_layout` does.

    Raises
    ------
    InputError
        The file is not a TIFF or is damaged. The message refers to the file as `path`.
    """
    try:
        entries = read_entries(file, directory)
        values = {tag: entry.read(file) for tag, entry in entries.items() if tag in _SMALL_TAGS}
        # An array takes 8 bytes per block, a tuple of integers 40.
        offsets, lengths = (array("Q", entry.read(file)) for entry in _block_arrays(entries))
        return _layout(path, entries[WIDTH].order, values, offsets, lengths)
    except DAMAGE as error:
        raise InputError(f"{path} is not a valid TIFF: {describe_damage(error)}.") from error


def read_own_layout(path: str, directory: int = 0) -> TiffLayout:
    """Return the layout of a file that this run is writing, as `read_layout` does.

    Raises
    ------
    OSError
        The file is incomplete, for example because the disk is full.
    """
    try:
        return read_layout(path, directory)
    except InputError as error:
        raise OSError(str(error)) from error


def patch_blocks(path: str, places: Mapping[int, EncodedBlock], directory: int = 0) -> None:
    """Write block positions, given by block number, to the offset and length arrays of an image in a TIFF.

    Raises
    ------
    OSError
        The file cannot be written.
    ValueError
        An offset is too large for the format (4 GB in a classic TIFF), or a block number does not exist.
    """
    try:
        with open(path, "rb+") as file:
            entries = _block_arrays(read_entries(file, directory))
            offsets, lengths = (array("Q", entry.read(file)) for entry in entries)
            for number, place in places.items():
                if not 0 <= number < len(offsets):
                    raise ValueError(f"there is no block {number}")
                offsets[number], lengths[number] = place.offset, place.length
            for entry, values in zip(entries, (offsets, lengths)):
                entry.write(file, values)
    except DAMAGE as error:
        words = f"{describe_damage(error)}. For files larger than 4 GB, set BIGTIFF=YES in CREATION_OPTIONS"
        raise ValueError(words) from error


def read_encoded(blocks: Sequence[EncodedBlock]) -> memoryview:
    """Return the concatenated bytes of encoded blocks of one file.

    The buffer is reused by the next call in the same thread.

    Raises
    ------
    OSError
        The file cannot be read, or ends inside a block.
    """
    content = thread_buffer(sum(block.length for block in blocks))
    with open(blocks[0].path, "rb", buffering=0) as source:
        filled = 0
        for offset, length in merged_ranges(blocks):
            source.seek(offset)
            end = filled + length
            while filled < end:
                count = source.readinto(content[filled:end])
                if not count:
                    raise OSError(f"{blocks[0].path} ends inside a block")
                filled += count
    return content


def thread_buffer(size: int) -> memoryview:
    """Return a buffer of `size` bytes. The thread reuses it: allocating a buffer takes longer than filling it."""
    buffer: memoryview | None = getattr(_thread_local, "buffer", None)
    if buffer is None or len(buffer) < size:
        buffer = _thread_local.buffer = memoryview(bytearray(max(size, MIN_BUFFER_BYTES)))
    return buffer[:size]


def merged_ranges(blocks: Sequence[EncodedBlock]) -> Iterator[tuple[int, int]]:
    """Yield the byte ranges of the blocks as (offset, length); blocks that are adjacent in the file share a range."""
    offset, length = blocks[0].offset, 0
    for block in blocks:
        if block.offset != offset + length:
            yield offset, length
            offset, length = block.offset, 0
        length += block.length
    yield offset, length


_SMALL_TAGS = {WIDTH, HEIGHT, SAMPLES, ROWS_PER_STRIP, PLANAR, TILE_WIDTH, TILE_HEIGHT, NODATA_TAG, *ENCODING_TAGS}


def _layout(
    path: str,
    order: str,
    values: Mapping[int, tuple[int, ...]],
    offsets: Sequence[int],
    lengths: Sequence[int],
) -> TiffLayout:
    """Build the layout from the tag values; raise ValueError if they are inconsistent."""
    (width,), (height,) = values[WIDTH], values[HEIGHT]
    (bands,) = values.get(SAMPLES, (1,))
    separate = bands == 1 or values.get(PLANAR, (1,)) == (2,)
    tiled = TILE_WIDTH in values
    if tiled:
        block = values[TILE_HEIGHT][0], values[TILE_WIDTH][0]
    else:
        block = min(values.get(ROWS_PER_STRIP, (height,))[0], height), width
    if min(width, height, bands, *block) < 1:
        raise ValueError("it has no pixels")
    encoding = order, separate, tiled, *_encoding_values(values, separate)
    fill = text_of(values.get(NODATA_TAG, ()))
    layout = TiffLayout(path, width, height, block, tiled, bands, separate, encoding, fill, offsets, lengths)
    needed = layout.across * layout.down * (bands if separate else 1)
    if not len(offsets) == len(lengths) == needed:
        raise ValueError(f"it has {len(offsets)} blocks instead of {needed}")
    return layout


def _encoding_values(values: Mapping[int, tuple[int, ...]], separate: bool) -> tuple[object, ...]:
    """Return the values of `ENCODING_TAGS`; an array of equal values is reduced to one value."""
    found = {tag: values.get(tag, absent) for tag, absent in ENCODING_TAGS.items()}
    found = {tag: value[:1] if len(set(value)) == 1 else value for tag, value in found.items()}
    if separate:
        # The encoding of a separately stored band does not depend on the other bands.
        found[SAMPLES] = found[EXTRA_SAMPLES] = ()
        if found[PHOTOMETRIC][0] not in UNLIKE_BLACK_IS_ZERO:
            found[PHOTOMETRIC] = (1,)
    return tuple(found.values())


def _block_arrays(entries: Mapping[int, Entry]) -> tuple[Entry, Entry]:
    """Return the entries with the block offsets and block lengths of a directory."""
    tag = next(tag for tag in OFFSET_TAGS if tag in entries)
    return entries[tag], entries[OFFSET_TAGS[tag]]
