"""The directories of a TIFF: their entries, read and changed in place.

Layout after the TIFF 6.0 specification (Adobe, 1992) and the BigTIFF design (Aware Systems, 2007).
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ..errors import OutputError

NODATA_TAG = 42113
"""GDAL's tag for the nodata value, as text."""

TILE_OFFSETS = 324

TYPE_CODES = {1: "B", 2: "B", 3: "H", 4: "I", 5: "Q", 6: "B", 7: "B", 8: "H", 9: "I", 10: "Q", 11: "I", 12: "Q",
              13: "I", 16: "Q", 17: "Q", 18: "Q"}  # fmt: skip
"""How a number of each type is stored; fractions and floats as the whole number of the same bytes."""

DAMAGE = (struct.error, LookupError, ValueError, OverflowError, StopIteration)
"""What reading the numbers of a damaged file raises."""


@dataclass(frozen=True)
class Entry:
    """An entry of a directory: where it lies, what it counts, and how this kind of TIFF writes numbers."""

    tag: int
    kind: int
    count: int
    value: int
    position: int
    order: str
    number_code: str

    @property
    def inline(self) -> int:
        """Bytes that fit in the entry itself, which is also the width of its numbers."""
        return struct.calcsize(f"<{self.number_code}")

    @property
    def code(self) -> str:
        """How one of its numbers is stored."""
        return self.order + TYPE_CODES[self.kind]

    @property
    def data_position(self) -> int:
        """Where its numbers lie in the file: in the entry where they fit, else where its value says."""
        fits = self.count * struct.calcsize(self.code) <= self.inline
        return self.position + 4 + self.inline if fits else self.value

    def read(self, file: BinaryIO) -> tuple[int, ...]:
        """Return its numbers."""
        file.seek(self.data_position)
        data = _read_exactly(file, self.count * struct.calcsize(self.code))
        return struct.unpack(f"{self.order}{self.count}{TYPE_CODES[self.kind]}", data)

    def write(self, file: BinaryIO, index: int, value: int) -> None:
        """Change one of its numbers."""
        file.seek(self.data_position + index * struct.calcsize(self.code))
        file.write(struct.pack(self.code, value))


def read_entries(file: BinaryIO, directory: int = 0) -> dict[int, Entry]:
    """Return the entries of the first directory, or of a later one, by tag.

    Raises
    ------
    struct.error, LookupError, ValueError, OverflowError
        The file is no TIFF, or damaged (`DAMAGE`).
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
    """Return whether a file is a TIFF in tiles; False where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return TILE_OFFSETS in read_entries(file)
    except (*DAMAGE, OSError):
        return False


def read_text(path: str, tag: int) -> str:
    """Return a text of a TIFF's first directory; "" where there is none, or the file cannot be read."""
    try:
        with open(path, "rb") as file:
            entry = read_entries(file).get(tag)
            return "" if entry is None else text_of(entry.read(file))
    except (*DAMAGE, OSError):
        return ""


def text_of(numbers: tuple[int, ...]) -> str:
    """Return the text that the numbers of an entry are."""
    return bytes(numbers).rstrip(b"\0 ").decode("ascii")


def replace_text(path: str, tag: int, text: str) -> None:
    """Give a text of a TIFF's first directory another value; the directory has an entry of that tag.

    Raises
    ------
    OutputError
        The file has no such entry, or cannot be written.
    """
    with _opened_to_change(path, tag) as file:
        set_text(file, tag, text)


def replace_numbers(path: str, tag: int, value: int) -> None:
    """Give all numbers of a tag of a TIFF's first directory another value; the directory has an entry of that tag.

    Raises
    ------
    OutputError
        The file has no such entry, or cannot be written.
    """
    with _opened_to_change(path, tag) as file:
        entry = read_entries(file)[tag]
        for index in range(entry.count):
            entry.write(file, index, value)


@contextlib.contextmanager
def _opened_to_change(path: str, tag: int) -> Iterator[BinaryIO]:
    """Yield the open file; raise whatever is wrong with it or its directory as one sentence that names the tag."""
    try:
        with open(path, "rb+") as file:
            yield file
    except (*DAMAGE, OSError) as error:
        raise OutputError(f"{path}: its tag {tag} cannot be written: {error}.") from error


def set_text(file: BinaryIO, tag: int, text: str) -> None:
    """Give a text of the first directory of an open TIFF another value, behind its end where it does not fit.

    Raises
    ------
    struct.error, LookupError, ValueError, OverflowError
        There is no such entry (`DAMAGE`).
    """
    data = text.encode("ascii") + b"\0"
    entry = read_entries(file)[tag]
    value = data.ljust(entry.inline, b"\0")
    if len(data) > entry.inline:
        value = struct.pack(f"{entry.order}{entry.number_code}", file.seek(0, os.SEEK_END))
        file.write(data)
    file.seek(entry.position + 4)
    file.write(struct.pack(f"{entry.order}{entry.number_code}", len(data)) + value)


def _read_exactly(file: BinaryIO, length: int) -> bytes:
    """Return so many bytes; a damaged length beyond the file's end must not be allocated first."""
    position, end = file.tell(), file.seek(0, os.SEEK_END)
    file.seek(position)
    if length > end:
        raise ValueError("its directory reaches beyond its end")
    return file.read(length)
