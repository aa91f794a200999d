"""Positions of blocks and checksums of byte ranges, in arrays because a raster can have many thousands of blocks."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from .layout import EncodedBlock

GROUP_BYTES = 2**20
"""Approximate size in bytes of a group of consecutive byte ranges, which are read together."""


class SpanGroup(NamedTuple):
    """Consecutive byte ranges of the file `path`, given by the offset of the first range and the length of each."""

    path: str
    offset: int
    lengths: array[int]


class BlockMap(Mapping[int, EncodedBlock]):
    """Maps block numbers to encoded blocks; uses 24 bytes of memory for each number from 0 to the largest."""

    def __init__(self) -> None:
        self._offsets, self._lengths = array("Q"), array("Q")
        self._files = array("Q")  # 0 if the map does not contain the number, otherwise the index of the path plus 1
        self._paths: list[str] = []
        self._indices: dict[str, int] = {}
        self._count = 0

    def __setitem__(self, number: int, block: EncodedBlock) -> None:
        missing = number + 1 - len(self._files)
        if missing > 0:
            for numbers in (self._offsets, self._lengths, self._files):
                numbers.frombytes(bytes(missing * numbers.itemsize))
        if block.path not in self._indices:
            self._paths.append(block.path)
            self._indices[block.path] = len(self._paths)
        self._count += not self._files[number]
        self._files[number] = self._indices[block.path]
        self._offsets[number], self._lengths[number] = block.offset, block.length

    def __getitem__(self, number: int) -> EncodedBlock:
        file = self._files[number] if 0 <= number < len(self._files) else 0
        if not file:
            raise KeyError(number)
        return EncodedBlock(self._paths[file - 1], self._offsets[number], self._lengths[number])

    def __iter__(self) -> Iterator[int]:
        return (number for number, file in enumerate(self._files) if file)

    def __len__(self) -> int:
        return self._count


class SpanChecksums:
    """Byte ranges of the file `path` with their checksums; uses 24 bytes of memory for each range."""

    def __init__(self, path: str) -> None:
        self.path, self._numbers = path, array("Q")

    def add(self, offset: int, length: int, checksum: int) -> None:
        """Add a byte range."""
        self._numbers.extend((offset, length, checksum))

    def extend(self, other: SpanChecksums) -> None:
        """Add all byte ranges of `other`, which must refer to the same file."""
        self._numbers.extend(other._numbers)

    def __iter__(self) -> Iterator[tuple[EncodedBlock, int]]:
        """Yield each byte range with its checksum, ordered by offset."""
        numbers = np.frombuffer(self._numbers, np.uint64).reshape(-1, 3)
        for number in np.argsort(numbers[:, 0]):
            offset, length, checksum = numbers[number].tolist()
            yield EncodedBlock(self.path, offset, length), checksum

    def groups(self) -> Iterator[tuple[SpanGroup, array[int]]]:
        """Yield groups of consecutive byte ranges with their checksums."""
        group, end, checksums = SpanGroup(self.path, 0, array("Q")), 0, array("Q")
        for span, checksum in self:
            if checksums and (span.offset != end or end - group.offset >= GROUP_BYTES):
                yield group, checksums
                checksums = array("Q")
            if not checksums:
                group = SpanGroup(self.path, span.offset, array("Q"))
            group.lengths.append(span.length)
            checksums.append(checksum)
            end = span.offset + span.length
        if checksums:
            yield group, checksums
