"""An unfinished result whose blocks are encoded here, by the threads that computed them.

GDAL makes the empty file with all its tags; each block is compressed where its pixels still lie in the processor's
cache, and written behind what is there. GDAL's own way copies every pixel into its cache and encodes it later.
"""

from __future__ import annotations

import functools
import itertools
import os
import threading
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from rasterio.windows import Window

from . import deflate, isal
from .block_copy import AppendedBlocks
from .encoded_pixels import PixelCoding, resolve_coding
from .errors import OutputError
from .handles import open_dataset
from .output_file import BandFacts, CreateFile, OutputFile
from .planner import subdivide
from .profiles import OutputProfile
from .tiff_blocks import EncodedBlock, TiffLayout, patch_blocks, read_layout

Array = np.ndarray[Any, Any]
Compress = Callable[[Array], Array]

USUAL_LEVEL = 6
"""GDAL's, where no ZLEVEL is given."""

GROWTH = 1.03
"""Quicker ways are taken in its place while they make blocks hardly larger: of noisy measurements rather smaller."""

TRIAL_STEP = 64
"""Of so many blocks one is compressed in every way."""

SAMPLE_STEP = 16
"""Of so many blocks one is decoded by GDAL when the file is verified."""


class EncodedFile:
    """The file at `path` while its blocks are encoded and written; any thread may call `write`.

    Parameters
    ----------
    path
        The empty file, as GDAL closed it.
    profile
        Its bands, type, nodata and creation options.
    layout
        Its blocks.
    coding
        How pixels become their bytes.
    """

    def __init__(self, path: str, profile: OutputProfile, layout: TiffLayout, coding: PixelCoding) -> None:
        self._path, self._profile, self._layout, self._coding = path, profile, layout, coding
        self._end = os.path.getsize(path)
        self._appended = AppendedBlocks({}, {})
        self._descriptions: list[tuple[BandFacts, int, dict[str, str]]] = []
        self._lock = threading.Lock()
        given = profile.options.get("ZLEVEL", "")
        self._compress = functools.partial(deflate.compressed, level=int(given)) if given else _choice(coding)
        self._samples = _samples(coding)

    def write(self, array: Array, window: Window) -> list[Window]:
        """Encode and write the blocks of a window; return those that GDAL is to decode when the file is verified.

        Raises
        ------
        ValueError
            The window begins or ends inside a block.
        OSError
            The disk takes no more.
        """
        numbers: list[int] = []
        streams: list[Array] = []
        samples: list[Window] = []
        for block in self._blocks(window):
            at = block.row_off // self._layout.block[0], block.col_off // self._layout.block[1]
            pixels = self._whole(array[:, slice(*_span(block.row_off, block.height, window.row_off)),
                                       slice(*_span(block.col_off, block.width, window.col_off))])  # fmt: skip
            for plane, bands in enumerate(pixels[:, np.newaxis] if self._layout.separate else (pixels,)):
                if not self._is_sparse(bands):
                    numbers.append(self._layout.number(*at, plane))
                    streams.append(self._compress(self._coding.to_bytes(bands)))
            if self._samples.is_due():
                samples.append(block)
        if streams:
            self._append(numbers, streams)
        return samples

    def describe(self, band: int, facts: BandFacts, tags: dict[str, str]) -> None:
        """Keep a band's description, scale, offset and metadata items for `close`."""
        self._descriptions.append((facts, band, tags))

    def close(self) -> AppendedBlocks:
        """Enter descriptions and blocks in the file's tags, and return the blocks.

        Raises
        ------
        OutputError
            An offset does not fit the file's kind.
        """
        if self._descriptions:
            with open_dataset(self._path, "r+", driver="GTiff", sharing=False) as dataset:
                for facts, band, tags in self._descriptions:
                    facts.enter(dataset, band, self._profile.count, tags)
        try:
            patch_blocks(self._path, self._appended.places)
        except ValueError as error:
            raise OutputError(f"{self._path}: encoded blocks cannot be entered: {error}.") from error
        return self._appended

    def layout(self) -> TiffLayout:
        """Return the blocks of the file and how they are encoded."""
        return self._layout

    def _blocks(self, window: Window) -> Iterator[Window]:
        rows, cols = self._layout.block
        ends = window.row_off + window.height, window.col_off + window.width
        whole = all(not end % edge or end == size for end, edge, size in
                    zip(ends, (rows, cols), (self._layout.height, self._layout.width)))  # fmt: skip
        if window.row_off % rows or window.col_off % cols or not whole:
            raise ValueError(f"the window {window} is not made of whole blocks")
        return subdivide(window, (rows, cols))

    def _whole(self, pixels: Array) -> Array:
        """Return the pixels of a block, those beyond the raster's edge as the last ones inside; strips end there."""
        rows, cols = self._layout.block
        short = rows - pixels.shape[1] if self._layout.tiled else 0, cols - pixels.shape[2]
        return np.pad(pixels, ((0, 0), (0, short[0]), (0, short[1])), mode="edge") if any(short) else pixels

    def _is_sparse(self, pixels: Array) -> bool:
        """Return whether a block is all that a block which is not there reads as."""
        # By their bits: -0.0 is no 0.0, and one NaN is not another.
        bits = f"u{pixels.itemsize}"
        fill, stored = np.array(self._profile.nodata or 0, pixels.dtype).view(bits), pixels.view(bits)
        return bool(stored[0, 0, 0] == fill and (stored == fill).all())

    def _append(self, numbers: list[int], streams: list[Array]) -> None:
        content = np.concatenate(streams)
        with self._lock:
            begin = self._end
            self._end += content.nbytes
        with open(self._path, "rb+", buffering=0) as file:
            file.seek(begin)
            written = 0
            while written < content.nbytes:
                written += file.write(content[written:].data)
        with self._lock:
            self._appended.spans[EncodedBlock(self._path, begin, content.nbytes)] = zlib.crc32(content.data)
            for number, stream in zip(numbers, streams):
                self._appended.places[number] = EncodedBlock(self._path, begin, stream.nbytes)
                begin += stream.nbytes


def open_output(path: str, profile: OutputProfile, create: CreateFile | None) -> OutputFile | EncodedFile:
    """Return the unfinished file at `path`, made by GDAL: its blocks are encoded here where that can be, else by GDAL.

    Parameters
    ----------
    path, profile, create
        As for `OutputFile`.
    """
    made = OutputFile(path, profile, create)
    if not is_encoded_here(profile):
        return made
    made.close()
    layout = read_layout(path)
    coding = resolve_coding(layout, profile.dtype)
    return OutputFile(path, profile, create) if coding is None else EncodedFile(path, profile, layout, coding)


def is_encoded_here(profile: OutputProfile) -> bool:
    """Return whether the blocks of an output are encoded here, as far as its profile tells."""
    level = profile.options.get("ZLEVEL", str(USUAL_LEVEL))
    return (
        profile.options.get("COMPRESS") == "DEFLATE"
        and level.isdigit()
        and int(level) in deflate.LEVELS
        and profile.lossless
        and not profile.masked
        and not profile.patched_nodata
        and deflate.library() is not None
    )


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


# Of a kind of blocks, for all files together: a set of small ones needs no trial and no sample of each.
@functools.lru_cache(maxsize=64)
def _choice(coding: PixelCoding) -> LevelChoice:
    return LevelChoice()


@functools.lru_cache(maxsize=64)
def _samples(coding: PixelCoding) -> Turns:
    return Turns(SAMPLE_STEP)


def _by_isal(content: Array) -> Array:
    stream = isal.compressed(content)
    return deflate.compressed(content, USUAL_LEVEL) if stream is None else stream


def _span(start: int, size: int, origin: int) -> tuple[int, int]:
    return start - origin, start - origin + size
