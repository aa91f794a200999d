"""Tests for DEFLATE: libdeflate and Python's zlib return the same content and detect the same damage."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from parallel_raster.core.tiff import deflate
from parallel_raster.core.tiff.deflate import DamagedStream, check_stream, compressed, inflate, library

WORDS = np.random.default_rng(2).integers(0, 30, 200_000).astype(np.uint8)
NOISE = np.random.default_rng(3).integers(0, 256, 70_000).astype(np.uint8)
STREAM = zlib.compress(WORDS.tobytes())

needs_library = pytest.mark.skipif(library() is None, reason="libdeflate is not installed")


@pytest.fixture(params=["libdeflate", "zlib"])
def engine(request, monkeypatch):
    if request.param == "zlib":
        monkeypatch.setattr(deflate, "library", lambda: None)
    elif library() is None:
        pytest.skip("libdeflate is not installed")
    return request.param


@needs_library
@pytest.mark.parametrize("level", deflate.LEVELS)
@pytest.mark.parametrize("words", [WORDS, WORDS[:1], NOISE])
def test_compressed_data_is_a_zlib_stream(level, words):
    assert zlib.decompress(compressed(words, level).tobytes()) == words.tobytes()


def test_inflated_content_is_complete(engine):
    content = np.zeros_like(WORDS)
    inflate(memoryview(STREAM), content)
    assert np.array_equal(content, WORDS)


def test_a_stream_may_hold_more_than_requested(engine):
    """A short last strip may be stored in full size; only the requested part is returned, but all of it is checked."""
    content = np.zeros(1000, np.uint8)
    inflate(memoryview(STREAM), content)
    assert np.array_equal(content, WORDS[:1000])
    with pytest.raises(DamagedStream):
        inflate(memoryview(STREAM[:-1] + b"\0"), content)


def test_a_stream_that_holds_too_little_is_damaged(engine):
    with pytest.raises(DamagedStream, match="truncated"):
        inflate(memoryview(STREAM), np.zeros(WORDS.size + 1, np.uint8))


@pytest.mark.parametrize("place", range(0, len(STREAM), len(STREAM) // 50))
def test_every_changed_byte_is_detected(engine, place):
    damaged = bytearray(STREAM)
    damaged[place] ^= 1
    with pytest.raises(DamagedStream):
        inflate(memoryview(damaged), np.zeros_like(WORDS))


@pytest.mark.parametrize("length", [0, 1, 2, 1000, len(STREAM) - 5, len(STREAM) - 1])
def test_a_truncated_stream_is_damaged(engine, length):
    with pytest.raises(DamagedStream):
        inflate(memoryview(STREAM[:length]), np.zeros_like(WORDS))


def test_a_stream_can_be_checked_in_pieces():
    pieces = [STREAM[start : start + 1000] for start in range(0, len(STREAM), 1000)]
    check_stream(pieces)
    with pytest.raises(DamagedStream, match="truncated"):
        check_stream(pieces[:-1])
    with pytest.raises(DamagedStream, match="checksum"):
        check_stream([*pieces[:-1], pieces[-1][:-1] + b"\0"])


def test_a_decompression_bomb_is_not_held_in_memory():
    """If content is far larger than its compressed stream, it is produced in small pieces."""
    engine = zlib.compressobj()
    bomb = b"".join([*(engine.compress(bytes(2**20)) for _ in range(64)), engine.flush()])
    largest = max(map(len, deflate._inflated([bomb])))
    assert len(bomb) < 2**20 // 10 and largest <= deflate.PIECE_BYTES
