"""Positions of blocks and checksums of byte ranges, stored in arrays."""

from __future__ import annotations

import sys

import pytest

from parallel_raster.core.tiff import block_map
from parallel_raster.core.tiff.block_map import BlockMap, SpanChecksums
from parallel_raster.core.tiff.layout import EncodedBlock


def test_a_block_map_behaves_like_a_dictionary():
    expected, found = {}, BlockMap()
    for number, path, offset, length in ((7, "b", 2**40, 3), (0, "a", 8, 0), (7, "a", 9, 2**33), (3, "b", 0, 1)):
        expected[number] = found[number] = EncodedBlock(path, offset, length)
    assert dict(found) == expected and len(found) == 3
    assert 1 not in found and 8 not in found and -1 not in found
    with pytest.raises(KeyError):
        found[-1]
    assert not BlockMap()


def test_a_block_takes_few_bytes():
    found = BlockMap()
    for number in range(10_000):
        found[number] = EncodedBlock("a", number, 1)
    assert sum(map(sys.getsizeof, (found._offsets, found._lengths, found._files))) < 30 * 10_000


def test_spans_are_grouped_where_they_are_consecutive(monkeypatch):
    """Groups end at gaps and when they have reached `GROUP_BYTES`; the order in which spans are added is irrelevant."""
    monkeypatch.setattr(block_map, "GROUP_BYTES", 10)
    spans = SpanChecksums("file")
    for offset, length in ((30, 4), (8, 5), (13, 6), (19, 2), (21, 9), (50, 20)):
        spans.add(offset, length, 1000 + offset)
    other = SpanChecksums("file")
    other.add(34, 1, 2**32 - 1)
    spans.extend(other)
    assert [(span.offset, checksum) for span, checksum in spans] == [
        *((offset, 1000 + offset) for offset in (8, 13, 19, 21, 30)), (34, 2**32 - 1), (50, 1050),
    ]  # fmt: skip
    found = [(group.path, group.offset, list(group.lengths), list(checksums)) for group, checksums in spans.groups()]
    assert found == [
        ("file", 8, [5, 6], [1008, 1013]),
        ("file", 19, [2, 9], [1019, 1021]),
        ("file", 30, [4, 1], [1030, 2**32 - 1]),
        ("file", 50, [20], [1050]),
    ]
    assert not list(SpanChecksums("file").groups())
