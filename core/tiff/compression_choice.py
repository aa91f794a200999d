"""Choice of the fastest DEFLATE compressor whose blocks are only slightly larger than at the default level."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from . import deflate, isal
from .pixel_codec import PixelCoding

Array = np.ndarray[Any, Any]
Compress = Callable[[Array], Array]

USUAL_LEVEL = 6
"""GDAL's default compression level, used if ZLEVEL is not set."""

GROWTH = 1.05
"""A faster compressor is used if its output is at most this many times the size of the output at `USUAL_LEVEL`."""

TRIAL_STEP = 128
"""Every `TRIAL_STEP`-th block is compressed with several compressors, to compare the sizes of the results."""

LARGE_BLOCKS = 64
"""Minimum number of blocks in a file with its own compressor; smaller files with equal `PixelCoding` share one."""

SAMPLE_STEP = 16
"""During verification, GDAL decodes every `SAMPLE_STEP`-th of the blocks that were encoded in Python."""


class Turns:
    """Thread-safe counter that selects the first call and every `step`-th call after it."""

    def __init__(self, step: int) -> None:
        self._step, self._numbers = step, itertools.count()

    def is_due(self) -> bool:
        """Count this call and return True if it is selected."""
        return not next(self._numbers) % self._step


class LevelChoice:
    """Compressor for the blocks of one large file, or of all small files with equal `PixelCoding`.

    It uses the fastest method whose streams are small enough (see `GROWTH`).
    """

    def __init__(self) -> None:
        self._methods: list[Compress] = [
            functools.partial(deflate.compressed, level=level) for level in (1, USUAL_LEVEL)
        ]
        if isal.library() is not None:
            self._methods.insert(0, _compress_with_isal)
        self._chosen = self._methods[0]
        self._trials = Turns(TRIAL_STEP)

    def __call__(self, content: Array) -> Array:
        """Return the compressed stream of one block. Thread-safe."""
        if not self._trials.is_due():
            return self._chosen(content)
        *faster, usual = self._methods
        stream = usual(content)
        for method in faster:
            found = method(content)
            if len(found) <= GROWTH * len(stream):
                self._chosen = method
                return found
        self._chosen = usual
        return stream


# Small files with the same coding share one choice and one counter, so that not every file needs its own trial.
@functools.lru_cache(maxsize=64)
def choice_of(coding: PixelCoding) -> LevelChoice:
    """Return the compressor shared by all small files with this data type, number of samples and predictor."""
    return LevelChoice()


@functools.lru_cache(maxsize=64)
def samples_of(coding: PixelCoding) -> Turns:
    """Return the counter that selects blocks for GDAL to decode, shared by all small files with equal `PixelCoding`."""
    return Turns(SAMPLE_STEP)


def _compress_with_isal(content: Array) -> Array:
    """Return the ISA-L stream of a block, or a libdeflate stream if ISA-L fails."""
    stream = isal.compressed(content)
    return deflate.compressed(content, USUAL_LEVEL) if stream is None else stream
