"""Where a TIFF keeps its encoded blocks, and what decides how their bytes are to be read.

GDAL makes the file with all its tags; blocks that it did not encode are written behind it, and their offsets and
lengths are filled in here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError
from .directory import DAMAGE, NODATA_TAG, TILE_OFFSETS, Entry, read_entries, text_of

if TYPE_CHECKING:  # the bytes of a file are read without rasterio
    from rasterio.windows import Window

    from ..raster.windows import Shape

OFFSET_TAGS = {TILE_OFFSETS: 325, 273: 279}
"""Tags of the offsets of tiles and of strips, each with the tag of the lengths."""

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, SAMPLES, ROWS_PER_STRIP = (
    256, 257, 258, 259, 262, 266, 277, 278,
)  # fmt: skip
PLANAR, PREDICTOR, TILE_WIDTH, TILE_HEIGHT, EXTRA_SAMPLES, SAMPLE_FORMAT = 284, 317, 322, 323, 338, 339

COMPLEX_INTEGER = 5
"""TIFF's number of the kind of samples that are pairs of integers."""

UNLIKE_BLACK_IS_ZERO = (0, 6)
"""Photometric interpretations under which a band's bytes mean something else: white is zero, and YCbCr."""

ENCODING_TAGS = {258: (1,), 259: (1,), 262: (1,), 266: (1,), 277: (1,), 317: (1,), 338: (), 339: (1,), 347: (),
                 513: (), 514: (), 529: (), 530: (2, 2), 532: (), 50674: ()}  # fmt: skip
"""Tags on which the meaning of a block's bytes depends, with what they are when absent: bits, compression, colours,
order of bits, samples, predictor, extra samples, sample format, JPEG tables and subsampling, LERC parameters."""


TAGS_PLACE = 3
"""Where their values begin in `TiffLayout.encoding`, behind byte order, planes and tiles."""

LEAST_BUFFER = 2**21
"""Bytes: about as much as the processor's caches hold, so that bytes are read, summed up and written from there."""

_own = threading.local()


@dataclass(frozen=True)
class EncodedBlock:
    """The encoded bytes of a block where they lie: a file, an offset in it, and a length; a length of 0 is sparse."""

    path: str
    offset: int
    length: int


@dataclass(frozen=True)
class TiffLayout:
    """The first image of a TIFF: its size, the division into blocks, and where each block's bytes lie.

    `block` is (rows, columns); with strips the columns are the image's. `separate` tells whether each band has
    blocks of its own, as a single band always has. `encoding` is equal for two files where equal bytes mean equal
    pixels; `fill` is the text of the nodata value, which a sparse block reads as.
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
    offsets: tuple[int, ...]
    lengths: tuple[int, ...]

    @property
    def compression(self) -> int:
        """TIFF's number of the codec."""
        return self.number_of(COMPRESSION)

    def number_of(self, tag: int) -> int:
        """Return the number that is the same for all bands under one of `ENCODING_TAGS`; -1 where there is none."""
        numbers = self.encoding[TAGS_PLACE + list(ENCODING_TAGS).index(tag)]
        return numbers[0] if isinstance(numbers, tuple) and len(numbers) == 1 else -1

    @property
    def across(self) -> int:
        """Number of blocks from left to right."""
        return -(-self.width // self.block[1])

    @property
    def down(self) -> int:
        """Number of blocks from top to bottom."""
        return -(-self.height // self.block[0])

    def number(self, row: int, col: int, band: int = 0) -> int:
        """Return the number of a block in the file, by its row and column of blocks and, from 0, its band."""
        return (band * self.down + row) * self.across + col

    def has_whole(self, window: Window) -> bool:
        """Return whether a window begins and ends on edges of blocks, or of the raster."""
        ends = (
            (window.row_off, window.row_off + window.height, self.block[0], self.height),
            (window.col_off, window.col_off + window.width, self.block[1], self.width),
        )
        return all(not start % edge and (not stop % edge or stop == size) for start, stop, edge, size in ends)

    def encoded(self, number: int) -> EncodedBlock:
        """Return where the bytes of the block of this number lie."""
        offset = self.offsets[number]
        return EncodedBlock(self.path, offset, self.lengths[number] if offset else 0)


MASK_DIRECTORY = 1
"""Where GDAL puts the mask of a file without overviews."""


def read_layout(path: str, directory: int = 0) -> TiffLayout:
    """Return the blocks of a TIFF's first image, or of a later one, and how they are encoded.

    Raises
    ------
    InputError
        The file is no TIFF, or ends before its directory does.
    """
    try:
        with open(path, "rb") as file:
            entries = read_entries(file, directory)
            values = {tag: entry.read(file) for tag, entry in entries.items() if tag in _SMALL_TAGS}
            offsets, lengths = (entry.read(file) for entry in _block_arrays(entries))
            return _layout(path, entries[WIDTH].order, values, offsets, lengths)
    except (*DAMAGE, OSError) as error:
        raise InputError(f"{path} is not a TIFF whose blocks can be found: {error}.") from error


def read_own_layout(path: str, directory: int = 0) -> TiffLayout:
    """Return the same of a file that is being written.

    Raises
    ------
    OSError
        It is not whole, as on a full disk.
    """
    try:
        return read_layout(path, directory)
    except InputError as error:
        raise OSError(str(error)) from error


def patch_blocks(path: str, places: Mapping[int, EncodedBlock], directory: int = 0) -> None:
    """Enter where blocks lie in the arrays of the TIFF's first image, or of a later one, by their numbers.

    Raises
    ------
    OSError
        The file cannot be written.
    ValueError
        An offset does not fit the file's kind (a classic TIFF ends at 4 GB), or there is no block of that number.
    """
    try:
        with open(path, "rb+") as file:
            offsets, lengths = _block_arrays(read_entries(file, directory))
            for number, place in places.items():
                if not 0 <= number < offsets.count:
                    raise ValueError(f"there is no block {number}")
                offsets.write(file, number, place.offset)
                lengths.write(file, number, place.length)
    except DAMAGE as error:
        raise ValueError(f"{error}; BIGTIFF=YES holds more than 4 GB") from error


def read_encoded(blocks: Sequence[EncodedBlock]) -> memoryview:
    """Return the bytes of encoded blocks of one file, one behind the other, until this thread reads the next.

    Raises
    ------
    OSError
        The file cannot be read, or ends inside a block.
    """
    content = thread_buffer(sum(block.length for block in blocks))
    with open(blocks[0].path, "rb", buffering=0) as source:
        filled = 0
        for offset, length in _joined(blocks):
            source.seek(offset)
            end = filled + length
            while filled < end:
                count = source.readinto(content[filled:end])
                if not count:
                    raise OSError(f"{blocks[0].path} ends inside a block")
                filled += count
    return content


def thread_buffer(size: int) -> memoryview:
    """Return so many bytes of memory that this thread uses again and again: fresh memory costs more than the copy."""
    buffer: memoryview | None = getattr(_own, "buffer", None)
    if buffer is None or len(buffer) < size:
        buffer = _own.buffer = memoryview(bytearray(max(size, LEAST_BUFFER)))
    return buffer[:size]


def _joined(blocks: Sequence[EncodedBlock]) -> Iterator[tuple[int, int]]:
    """Yield offsets and lengths, those that follow one another in the file as one."""
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
    offsets: tuple[int, ...],
    lengths: tuple[int, ...],
) -> TiffLayout:
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
    encoding = order, separate, tiled, *_meaning(values, separate)
    fill = text_of(values.get(NODATA_TAG, ()))
    layout = TiffLayout(path, width, height, block, tiled, bands, separate, encoding, fill, offsets, lengths)
    needed = layout.across * layout.down * (bands if separate else 1)
    if not len(offsets) == len(lengths) == needed:
        raise ValueError(f"it has {len(offsets)} blocks in place of {needed}")
    return layout


def _meaning(values: Mapping[int, tuple[int, ...]], separate: bool) -> tuple[object, ...]:
    """Return the tags that say what a block's bytes mean; an array of equal numbers is one number."""
    found = {tag: values.get(tag, absent) for tag, absent in ENCODING_TAGS.items()}
    found = {tag: value[:1] if len(set(value)) == 1 else value for tag, value in found.items()}
    if separate:
        # A band with blocks of its own is read alike whatever bands lie beside it.
        found[SAMPLES] = found[EXTRA_SAMPLES] = ()
        if found[PHOTOMETRIC][0] not in UNLIKE_BLACK_IS_ZERO:
            found[PHOTOMETRIC] = (1,)
    return tuple(found.values())


def _block_arrays(entries: Mapping[int, Entry]) -> tuple[Entry, Entry]:
    """Return the arrays of offsets and lengths of a directory."""
    tag = next(tag for tag in OFFSET_TAGS if tag in entries)
    return entries[tag], entries[OFFSET_TAGS[tag]]
