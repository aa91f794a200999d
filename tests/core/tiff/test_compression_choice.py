"""Tests for choosing the fastest compressor whose blocks are hardly larger than those of the default level."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from parallel_raster.core.tiff import deflate, isal
from parallel_raster.core.tiff.compression_choice import (
    GROWTH,
    SAMPLE_STEP,
    TRIAL_STEP,
    USUAL_LEVEL,
    LevelChoice,
    Turns,
)

pytestmark = pytest.mark.skipif(deflate.library() is None, reason="libdeflate is not installed")

KINDS = {
    "noise": np.random.default_rng(1).integers(0, 200, 100_000).astype(np.uint8),
    "steps": (np.add.outer(np.arange(300) // 7, np.arange(333) // 5 % 9) ** 2).astype(np.uint8).reshape(-1),
    "nothing": np.zeros(100_000, np.uint8),
    "one byte": np.ones(1, np.uint8),
}


@pytest.fixture(params=["with ISA-L", "without"])
def engine(request, monkeypatch):
    if request.param == "without":
        monkeypatch.setattr(isal, "library", lambda: None)
    elif isal.library() is None:
        pytest.skip("ISA-L is not installed")


@pytest.mark.parametrize("kind", KINDS)
def test_blocks_are_hardly_larger(engine, kind):
    """Blocks after the first one, which is a trial, are also at most slightly larger than at the default level."""
    content = KINDS[kind]
    choice, usual = LevelChoice(), len(deflate.compressed(content, USUAL_LEVEL))
    for _ in range(3):
        stream = choice(content)
        assert zlib.decompress(stream.tobytes()) == content.tobytes()
        assert len(stream) <= GROWTH * usual


def test_noise_uses_a_fast_compressor(engine, monkeypatch):
    levels = []
    original = deflate.compressed
    monkeypatch.setattr(deflate, "compressed", lambda content, level: levels.append(level) or original(content, level))
    choice = LevelChoice()
    for _ in range(TRIAL_STEP):
        choice(KINDS["noise"])
    assert levels.count(USUAL_LEVEL) == 1


def test_regular_pixels_use_the_default_level(engine):
    choice = LevelChoice()
    fast = min(len(method(KINDS["steps"])) for method in choice._methods[:-1])
    usual = len(deflate.compressed(KINDS["steps"], USUAL_LEVEL))
    assert fast > GROWTH * usual, "the test data does not distinguish the compressors"
    choice(KINDS["noise"])
    for _ in range(TRIAL_STEP):
        last = choice(KINDS["steps"])
    assert len(last) == usual  # the next trial changed the choice


def test_turns_select_every_nth_call():
    turns = Turns(SAMPLE_STEP)
    due = [turns.is_due() for _ in range(3 * SAMPLE_STEP)]
    assert due[0] and due[SAMPLE_STEP] and sum(due) == 3


@pytest.mark.skipif(isal.library() is None, reason="ISA-L is not installed")
@pytest.mark.parametrize("size", [0, 1, 2, 1000, 2**16 - 1, 2**16, 2**21 + 1])
@pytest.mark.parametrize("values", [1, 20, 256])
def test_isal_creates_zlib_streams(size, values):
    content = np.random.default_rng(size).integers(0, values, size).astype(np.uint8)
    assert zlib.decompress(isal.compressed(content).tobytes()) == content.tobytes()
