"""The checksum of a file, combined from known checksums of its parts, equals the checksum of all its bytes."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import long
from parallel_raster.core import Cancelled
from parallel_raster.core.progress import Stop
from parallel_raster.core.tiff import deflate, isal
from parallel_raster.core.tiff.checksum import PIECE, file_checksum, joined_checksum
from parallel_raster.core.tiff.layout import EncodedBlock


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_joined_parts(first, second):
    assert joined_checksum(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)


@pytest.mark.parametrize("length", [2**16, 2**20 + 1, 3 * 2**24])
def test_joined_long_parts(length):
    second = bytes(length)
    assert joined_checksum(zlib.crc32(b"head"), zlib.crc32(second), length) == zlib.crc32(b"head" + second)


def test_joined_parts_of_more_than_4_gb():
    """The checksum does not depend on the order in which neighbouring parts are joined, even for more than 4 GB."""
    half, a, b = 2**33 + 5, 0x12345678, 0x9ABCDEF0
    together = joined_checksum(a, b, half)
    assert joined_checksum(joined_checksum(7, a, half), b, half) == joined_checksum(7, together, 2 * half)


@pytest.fixture
def path(tmp_path):
    content = bytes(number * number % 251 for number in range(3 * PIECE + 17))
    (tmp_path / "file").write_bytes(content)
    return str(tmp_path / "file")


def spans(path, *edges):
    with open(path, "rb") as file:
        content = file.read()
    return [(EncodedBlock(path, a, b - a), zlib.crc32(content[a:b])) for a, b in edges]


@pytest.mark.parametrize(
    "edges",
    [
        [(5, PIECE + 9)],
        [(100, 200), (10, 100), (300, 300)],
        *long([], [(0, 10)], [(2 * PIECE, 3 * PIECE + 17)]),
    ],
)
def test_a_file_has_the_checksum_of_all_its_bytes(path, edges):
    with open(path, "rb") as file:
        expected = zlib.crc32(file.read())
    assert file_checksum(path, Stop(), spans(path, *edges)) == expected == file_checksum(path, Stop())


def test_known_spans_are_not_read(path):
    known = spans(path, (1000, PIECE))
    expected = file_checksum(path, Stop())
    with open(path, "rb+") as file:
        file.seek(5000)
        file.write(b"damage")
    assert file_checksum(path, Stop(), known) == expected != file_checksum(path, Stop())


def test_a_stopped_run_raises_cancelled(path):
    stop = Stop()
    stop.set()
    with pytest.raises(Cancelled):
        file_checksum(path, stop)


@pytest.mark.parametrize("missing", [(), (isal,), (isal, deflate)])
def test_checksums_of_pieces_equal_those_of_zlib(monkeypatch, missing):
    for each in missing:
        monkeypatch.setattr(each, "library", lambda: None)
    content = np.random.default_rng(3).integers(0, 256, (50, 70), np.uint8)
    assert deflate.crc32(content) == zlib.crc32(content)
    assert deflate.crc32(memoryview(b"tail"), zlib.crc32(b"head")) == zlib.crc32(b"headtail")
