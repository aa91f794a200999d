"""Where a TIFF keeps its encoded blocks: the two arrays of the first directory, read and patched in place.

GDAL makes the file with all its tags; blocks that it did not encode are appended behind it, and their offsets and
lengths are filled in here. Layout after the TIFF 6.0 specification (Adobe, 1992) and the BigTIFF design (Aware
Systems, 2007).
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from .errors import InputError, OutputError

OFFSET_TAGS = {324: 325, 273: 279}
"""Tags of the offsets of tiles and of strips, each with the tag of the lengths."""

FIELD_CODES = {3: "H", 4: "I", 16: "Q"}
"""SHORT, LONG and LONG8, the types such an array may have."""


_DAMAGE = (struct.error, LookupError, ValueError, OverflowError, StopIteration)
"""What reading the numbers of a damaged file raises."""


@dataclass(frozen=True)
class EncodedBlock:
    """The encoded bytes of a block where they lie: a file, an offset in it, and a length; a length of 0 is sparse."""

    path: str
    offset: int
    length: int


@dataclass(frozen=True)
class _Array:
    """An array of a directory: where its numbers lie in the file and how they are written."""

    position: int
    code: str
    order: str
    count: int

    @property
    def width(self) -> int:
        return struct.calcsize(f"{self.order}{self.code}")

    def read(self, file: BinaryIO) -> tuple[int, ...]:
        file.seek(self.position)
        return struct.unpack(f"{self.order}{self.count}{self.code}", _read_exactly(file, self.count * self.width))

    def write(self, file: BinaryIO, index: int, value: int) -> None:
        file.seek(self.position + index * self.width)
        file.write(struct.pack(f"{self.order}{self.code}", value))


def read_blocks(path: str) -> list[EncodedBlock]:
    """Return the blocks of a TIFF's first directory, in the order that the file numbers them.

    Raises
    ------
    InputError
        The file is no TIFF, or ends before its directory does.
    """
    try:
        with open(path, "rb") as file:
            offsets, lengths = _block_arrays(file)
            pairs = zip(offsets.read(file), lengths.read(file))
            return [EncodedBlock(path, offset, length if offset else 0) for offset, length in pairs]
    except (*_DAMAGE, OSError) as error:
        raise InputError(f"{path} is not a TIFF whose blocks can be found: {error}.") from error


def append_blocks(path: str, blocks: Mapping[int, EncodedBlock]) -> dict[EncodedBlock, int]:
    """Return the appended blocks where they lie now, each with the checksum of the bytes that were to be written.

    The blocks are copied to the end of the TIFF and entered in its arrays by their numbers.

    Raises
    ------
    OutputError
        An offset does not fit the file's kind (a classic TIFF ends at 4 GB), or a block cannot be read or written.
    """
    if not blocks:
        return {}
    try:
        with open(path, "rb+") as file:
            offsets, lengths = _block_arrays(file)
            file.seek(0, os.SEEK_END)
            appended = {}
            for index, block in blocks.items():
                data = read_encoded(block)
                place = EncodedBlock(path, file.tell() if data else 0, len(data))
                file.write(data)
                appended[index] = place, zlib.crc32(data)
            for index, (place, _) in appended.items():
                offsets.write(file, index, place.offset)
                lengths.write(file, index, place.length)
            return dict(appended.values())
    except (*_DAMAGE, OSError) as error:
        raise OutputError(f"{path}: encoded blocks cannot be appended: {error}. BIGTIFF=YES holds more.") from error


def read_encoded(block: EncodedBlock) -> bytes:
    """Return the bytes of an encoded block.

    Raises
    ------
    OSError
        The file cannot be read, or ends inside the block.
    """
    with open(block.path, "rb") as source:
        source.seek(block.offset)
        data = source.read(block.length)
    if len(data) != block.length:
        raise OSError(f"{block.path} ends inside a block")
    return data


def _read_exactly(file: BinaryIO, length: int) -> bytes:
    """Return so many bytes; a damaged length beyond the file's end must not be allocated first."""
    if length > os.fstat(file.fileno()).st_size:
        raise ValueError("its directory reaches beyond its end")
    return file.read(length)


def _block_arrays(file: BinaryIO) -> tuple[_Array, _Array]:
    """Return the arrays of offsets and lengths of the first directory."""
    fields = _first_directory(file)
    tag = next(tag for tag in OFFSET_TAGS if tag in fields)
    return fields[tag], fields[OFFSET_TAGS[tag]]


def _first_directory(file: BinaryIO) -> dict[int, _Array]:
    """Return the arrays of the first directory by tag, those of whole numbers only."""
    file.seek(0)
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}[head[:2]]
    (version,) = struct.unpack(f"{order}H", head[2:4])
    big = {42: False, 43: True}[version]
    (start,) = struct.unpack(f"{order}Q", head[8:16]) if big else struct.unpack(f"{order}I", head[4:8])
    count_code, number_code = ("Q", "Q") if big else ("H", "I")
    file.seek(start)
    (count,) = struct.unpack(f"{order}{count_code}", file.read(struct.calcsize(f"<{count_code}")))
    first_entry, size = file.tell(), struct.calcsize(f"<HH{number_code}{number_code}")
    entries = _read_exactly(file, count * size)
    arrays = {}
    for number in range(count):
        tag, kind, length, value = struct.unpack_from(f"{order}HH{number_code}{number_code}", entries, number * size)
        if kind in FIELD_CODES:
            array = _Array(0, FIELD_CODES[kind], order, length)
            inline = struct.calcsize(f"<{number_code}")
            here = first_entry + number * size + size - inline
            position = here if length * array.width <= inline else value
            arrays[tag] = _Array(position, array.code, order, length)
    return arrays
