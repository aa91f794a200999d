"""How DEFLATE blocks are compressed: the quickest way that makes them hardly larger than the usual level does."""

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
"""GDAL's, where no ZLEVEL is given."""

GROWTH = 1.05
"""Quicker ways are taken in its place while they make blocks hardly larger: of noisy measurements rather smaller."""

TRIAL_STEP = 64
"""Of so many blocks one is compressed in every way."""

SAMPLE_STEP = 16
"""Of so many blocks one is decoded by GDAL when the file is verified."""


class Turns:
    """Says of the first of many, and of every so many after it, that it is due; any thread may ask."""

    def __init__(self, step: int) -> None:
        self._step, self._numbers = step, itertools.count()

    def is_due(self) -> bool:
        """Return whether this one is."""
        return not next(self._numbers) % self._step


class LevelChoice:
    """Compresses blocks of one kind in the quickest way that makes them hardly larger than the usual level does."""

    def __init__(self) -> None:
        self._ways: list[Compress] = [functools.partial(deflate.compressed, level=level) for level in (1, USUAL_LEVEL)]
        if isal.library() is not None:
            self._ways.insert(0, _by_isal)
        self._chosen = self._ways[0]
        self._trials = Turns(TRIAL_STEP)

    def __call__(self, content: Array) -> Array:
        """Return the stream of one block; any thread may call."""
        if not self._trials.is_due():
            return self._chosen(content)
        streams = [way(content) for way in self._ways]
        place = next(place for place, stream in enumerate(streams) if len(stream) <= GROWTH * len(streams[-1]))
        self._chosen = self._ways[place]
        return streams[place]


# Of a kind of blocks, for all small files together: a set of them needs no trial and no sample of each.
@functools.lru_cache(maxsize=64)
def choice_of(coding: PixelCoding) -> LevelChoice:
    """Return the choice for a kind of blocks."""
    return LevelChoice()


@functools.lru_cache(maxsize=64)
def samples_of(coding: PixelCoding) -> Turns:
    """Return what says which blocks of a kind GDAL is to decode."""
    return Turns(SAMPLE_STEP)


def _by_isal(content: Array) -> Array:
    stream = isal.compressed(content)
    return deflate.compressed(content, USUAL_LEVEL) if stream is None else stream
