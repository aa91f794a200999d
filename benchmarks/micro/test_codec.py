"""Run times of encoding and decoding DEFLATE blocks of 512 x 512 pixels: predictors, compression, checksum."""

from __future__ import annotations

import zlib
from typing import NamedTuple

import numpy as np
import pytest

from parallel_raster.core.tiff import deflate, isal
from parallel_raster.core.tiff.pixel_codec import FLOATING_POINT, HORIZONTAL, NONE, PixelCoding

EDGE = 512
LEVEL = 6


class Case(NamedTuple):
    """Test data: a block (bands, rows, columns), its encoding, the uncompressed bytes and the compressed stream."""

    block: np.ndarray
    coding: PixelCoding
    content: np.ndarray
    stream: bytes


@pytest.fixture(params=["uint8", "uint16", "uint16 x 4", "float32"])
def case(request):
    """Return a smooth block with noise, encoded with the predictor for its data type."""
    dtype, _, bands = request.param.partition(" x ")
    random = np.random.default_rng(3)
    rows, cols = np.mgrid[:EDGE, :EDGE]
    smooth = 120 + 90 * np.sin(rows / 90) * np.cos(cols / 140)
    block = np.stack([smooth + random.normal(0, 4, smooth.shape) for _ in range(int(bands or 1))]).astype(dtype)
    predictor = {"uint8": NONE, "uint16": HORIZONTAL, "float32": FLOATING_POINT}[dtype]
    coding = PixelCoding(block.dtype, len(block), predictor)
    content = coding.to_bytes(block)
    return Case(block, coding, content, zlib.compress(content, LEVEL))


def test_apply_predictor(benchmark, case):
    assert benchmark(case.coding.to_bytes, case.block).nbytes == case.block.nbytes


def test_undo_predictor(benchmark, case):
    pixels = np.empty_like(case.block)

    def decode(content):
        case.coding.to_pixels(content, (EDGE, EDGE), range(len(pixels)), pixels)

    # Decoding overwrites the bytes, so each round gets its own copy.
    benchmark.pedantic(decode, setup=lambda: ((case.content.copy(),), {}), rounds=100, warmup_rounds=3)
    np.testing.assert_array_equal(pixels, case.block)


@pytest.mark.parametrize("encoder", [isal, deflate], ids=["ISA-L", "libdeflate"])
def test_compress(benchmark, case, encoder):
    if encoder.library() is None:
        pytest.skip("the encoder's library (ISA-L or libdeflate) is not installed")
    stream = benchmark(encoder.compressed, case.content, *([LEVEL] if encoder is deflate else []))
    benchmark.extra_info["size"] = len(stream) / case.content.nbytes
    assert zlib.decompress(stream) == case.content.tobytes()


def test_decompress(benchmark, case):
    content = np.empty_like(case.content)
    benchmark(deflate.inflate, memoryview(case.stream), content)
    np.testing.assert_array_equal(content, case.content)


def test_checksum(benchmark, case):
    assert benchmark(deflate.crc32, case.content) == zlib.crc32(case.content)
