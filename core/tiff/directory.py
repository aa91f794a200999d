"""Read the entries of TIFF directories and change them in place.

Layout according to the TIFF 6.0 specification (Adobe, 1992) and the BigTIFF design (Aware Systems, 2007).
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

NODATA_TAG = 42113
"""GDAL's tag that stores the nodata value as text."""

TILE_OFFSETS = 324

TYPE_CODES = {1: "B", 2: "B", 3: "H", 4: "I", 5: "Q", 6: "B", 7: "B", 8: "H", 9: "I", 10: "Q", 11: "I", 12: "Q",
              13: "I", 16: "Q", 17: "Q", 18: "Q"}  # fmt: skip
"""`struct` codes of the TIFF types; fractions and floats are read as integers of the same size."""

BEYOND = "its directory extends beyond the end of the file"

LARGE_BYTES = 2**20
"""Maximum number of bytes that are read without first checking whether the file is that long."""

DAMAGE = (struct.error, LookupError, ValueError, OverflowError, StopIteration)
"""Exceptions that reading a damaged directory can raise."""


@dataclass(frozen=True)
class Entry:
    """An entry of a directory, with its position in the file, its byte order and the `struct` code of offsets."""

    tag: int
    kind: int
    count: int
    value: int
    position: int
    order: str
    number_code: str

    @property
    def inline(self) -> int:
        """Bytes that can be stored in the entry itself: 4, or 8 in a BigTIFF."""
        return struct.calcsize(f"<{self.number_code}")

    @property
    def code(self) -> str:
        """`struct` code of one value, including the byte order."""
        return self.order + TYPE_CODES[self.kind]

    @property
    def data_position(self) -> int:
        """Position of the values in the file: inside the entry if they fit, otherwise at the offset in the entry."""
        fits = self.count * struct.calcsize(self.code) <= self.inline
        return self.position + 4 + self.inline if fits else self.value

    def read(self, file: BinaryIO) -> tuple[int, ...]:
        """Return the values of the entry."""
        file.seek(self.data_position)
        data = _read_exactly(file, self.count * struct.calcsize(self.code))
        return struct.unpack(f"{self.order}{self.count}{TYPE_CODES[self.kind]}", data)

    def write(self, file: BinaryIO, values: Sequence[int]) -> None:
        """Write new values of the entry to the file; there must be as many as the entry already has."""
        file.seek(self.data_position)
        file.write(struct.pack(f"{self.order}{self.count}{TYPE_CODES[self.kind]}", *values))


def read_entries(file: BinaryIO, directory: int = 0) -> dict[int, Entry]:
    """Return a mapping from tags to entries for the directory with the number `directory` (counted from 0).

    Raises
    ------
    struct.error, LookupError, ValueError, OverflowError
        The file is not a TIFF or is damaged. The tuple `DAMAGE` lists these exceptions.
    """
    file.seek(0)
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}[head[:2]]
    (version,) = struct.unpack(f"{order}H", head[2:4])
    big = {42: False, 43: True}[version]
    (start,) = struct.unpack(f"{order}Q", head[8:16]) if big else struct.unpack(f"{order}I", head[4:8])
    count_code, number_code = ("Q", "Q") if big else ("H", "I")
    size, width = struct.calcsize(f"<HH{number_code}{number_code}"), struct.calcsize(f"<{number_code}")
    for _ in range(directory + 1):
        if not start:
            raise ValueError(f"it has no directory {directory + 1}")
        file.seek(start)
        (count,) = struct.unpack(f"{order}{count_code}", file.read(struct.calcsize(f"<{count_code}")))
        first = file.tell()
        data = _read_exactly(file, count * size)
        (start,) = struct.unpack(f"{order}{number_code}", file.read(width).ljust(width, b"\0"))
    found = {}
    for place in range(0, count * size, size):
        tag, kind, length, value = struct.unpack_from(f"{order}HH{number_code}{number_code}", data, place)
        if kind in TYPE_CODES:
            found[tag] = Entry(tag, kind, length, value, first + place, order, number_code)
    return found


def is_tiled(path: str) -> bool:
    """Return True if the file is a tiled TIFF; False for other files and files that cannot be read."""
    try:
        with open(path, "rb") as file:
            return TILE_OFFSETS in read_entries(file)
    except (*DAMAGE, OSError):
        return False


def read_text(path: str, tag: int) -> str:
    """Return the text of a tag in the first directory; "" if the tag is missing or the file cannot be read."""
    try:
        with open(path, "rb") as file:
            entry = read_entries(file).get(tag)
            return "" if entry is None else text_of(entry.read(file))
    except (*DAMAGE, OSError):
        return ""


def text_of(numbers: tuple[int, ...]) -> str:
    """Decode the values of a text entry as ASCII, without trailing NULs and spaces."""
    return bytes(numbers).rstrip(b"\0 ").decode("ascii")


def replace_text(path: str, tag: int, text: str) -> None:
    """Replace the text of an existing tag in the first directory of a TIFF.

    Raises
    ------
    OSError
        The tag does not exist, or the file cannot be written. The message does not name the file.
    """
    with _open_for_update(path) as file:
        set_text(file, tag, text)


def replace_numbers(path: str, tag: int, value: int) -> None:
    """Set all values of an existing tag in the first directory of a TIFF to `value`.

    Raises
    ------
    OSError
        The tag does not exist, or the file cannot be written. The message does not name the file.
    """
    with _open_for_update(path) as file:
        entry = _existing(file, tag)
        entry.write(file, [value] * entry.count)


@contextlib.contextmanager
def _open_for_update(path: str) -> Iterator[BinaryIO]:
    """Open a file to change a tag; if its directory is damaged, raise OSError."""
    try:
        with open(path, "rb+") as file:
            yield file
    except DAMAGE as error:
        raise OSError(describe_damage(error)) from error


def describe_damage(error: Exception) -> str:
    """Return what is wrong with a TIFF; `error` is one of `DAMAGE`, raised while its directory was being read."""
    plain = type(error) is ValueError or isinstance(error, OverflowError)
    return str(error) if plain else "its directory is damaged"


def _existing(file: BinaryIO, tag: int) -> Entry:
    """Return the entry of a tag in the first directory; raise ValueError if the directory has no such tag."""
    entry = read_entries(file).get(tag)
    if entry is None:
        raise ValueError(f"the TIFF tag {tag} is missing")
    return entry


def set_text(file: BinaryIO, tag: int, text: str) -> None:
    """Replace the text of a tag in the first directory of an open TIFF; a long text is appended to the file.

    Raises
    ------
    struct.error, LookupError, ValueError, OverflowError
        The tag does not exist, or the directory is damaged. The tuple `DAMAGE` lists these exceptions.
    """
    data = text.encode("ascii") + b"\0"
    entry = _existing(file, tag)
    value = data.ljust(entry.inline, b"\0")
    if len(data) > entry.inline:
        value = struct.pack(f"{entry.order}{entry.number_code}", file.seek(0, os.SEEK_END))
        file.write(data)
    file.seek(entry.position + 4)
    file.write(struct.pack(f"{entry.order}{entry.number_code}", len(data)) + value)


def _read_exactly(file: BinaryIO, length: int) -> bytes:
    """Read `length` bytes; raise ValueError, without allocating much memory, if the file is shorter."""
    if length > LARGE_BYTES:  # for fewer bytes, looking for the end of the file takes longer than reading
        position, end = file.tell(), file.seek(0, os.SEEK_END)
        if position + length > end:
            raise ValueError(BEYOND)
        file.seek(position)
    data = file.read(length)
    if len(data) < length:
        raise ValueError(BEYOND)
    return data
