"""Blocks of DEFLATE GeoTIFFs read with the checksum that each carries.

GDAL's TIFF library takes a damaged block for sound where it inflates to more bytes than the block has: about every
fourth changed byte gives wrong pixels without a word. Windows made of whole blocks are decoded here, as quickly as by
GDAL; of other windows GDAL reads the pixels, and each block is looked at once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from rasterio.windows import Window

from ..errors import InputError
from ..raster.dtypes import array_dtype
from ..raster.windows import Shape, offset_slices, touched_blocks
from ..tiff.deflate import PIECE_BYTES, DamagedStream, check_stream, inflate
from ..tiff.layout import EncodedBlock, TiffLayout, read_encoded, read_layout
from ..tiff.pixel_codec import DEFLATE_CODECS, PixelCoding, resolve_coding

Array = np.ndarray[Any, Any]


LARGEST_BLOCK = 2**24
"""Decoded bytes; a larger block, a whole image as one strip say, is not held in memory but looked at in passing."""


class BlockReader:
    """The blocks of one file; any thread may call.

    Parameters
    ----------
    layout
        The file, whose blocks are DEFLATE streams.
    dtype
        Type of its bands.
    """

    def __init__(self, layout: TiffLayout, dtype: str) -> None:
        self._layout, self._dtype = layout, array_dtype(dtype)
        coding = resolve_coding(layout, dtype)
        is_small = coding is not None and coding.block_bytes(layout.block) <= LARGEST_BLOCK
        self._coding = coding if is_small else None
        self._sound: set[EncodedBlock] = set()
        self._lock = threading.Lock()

    def read(self, bands: Sequence[int], window: Window) -> Array | None:
        """Return the stored pixels (bands, rows, columns) of bands (from 0); None where GDAL has to decode them.

        That is where the window is not made of whole blocks, one of them is sparse, or the file is encoded in an
        unusual way. The blocks have been looked at then.

        Raises
        ------
        InputError
            A block is damaged; names file, band, row and column.
        """
        planes = sorted(set(bands)) if self._layout.separate else [0]
        coding = self._coding
        places = {
            (block, plane): self._place(block, plane)
            for block in touched_blocks(window, self._layout.block)
            for plane in planes
        }
        if coding is None or not self._layout.has_whole(window) or not all(place.length for place in places.values()):
            for (block, plane), place in places.items():
                self._check(block, [plane] if self._layout.separate else bands, place)
            return None
        pixels = np.empty((len(bands), window.height, window.width), self._dtype)
        for (block, plane), place in places.items():
            shape = self._shape(block)
            content = self._content(block, [plane] if self._layout.separate else bands, place, coding)
            inside = block.intersection(window)
            rows, cols = offset_slices(inside, window)
            if self._layout.separate:
                (found,) = coding.to_pixels(content, shape, [0])
                for index in (index for index, band in enumerate(bands) if band == plane):
                    pixels[index, rows, cols] = found[: inside.height, : inside.width]
            else:
                pixels[:, rows, cols] = coding.to_pixels(content, shape, bands)[:, : inside.height, : inside.width]
        return pixels

    def _place(self, block: Window, plane: int) -> EncodedBlock:
        rows, cols = self._layout.block
        return self._layout.encoded(self._layout.number(block.row_off // rows, block.col_off // cols, plane))

    def _shape(self, block: Window) -> Shape:
        """Return rows and columns that are stored of a block: a strip ends with the raster."""
        rows = block.height if self._layout.tiled else min(block.height, self._layout.height - block.row_off)
        return rows, block.width

    def _check(self, block: Window, bands: Sequence[int], place: EncodedBlock) -> None:
        """Look at a block once, without keeping its pixels."""
        if not place.length or place in self._sound:
            return
        if self._coding is not None:
            self._content(block, bands, place, self._coding)
            self._sound.add(place)
            return
        with self._lock:  # a large block takes long, and all chunks may lie in it
            if place not in self._sound:
                self._guarded(block, bands, lambda: check_stream(_pieces(place)))
                self._sound.add(place)

    def _content(self, block: Window, bands: Sequence[int], place: EncodedBlock, coding: PixelCoding) -> Array:
        """Return the decompressed bytes of a block."""
        content = np.empty(coding.block_bytes(self._shape(block)), np.uint8)
        self._guarded(block, bands, lambda: inflate(read_encoded([place]), content))
        return content

    def _guarded(self, block: Window, bands: Sequence[int], call: Callable[[], None]) -> None:
        try:
            call()
        except (DamagedStream, OSError) as error:
            numbers = ", ".join(str(band + 1) for band in bands)
            raise InputError(
                f"{self._layout.path}, band {numbers}: the block at row {block.row_off}, column {block.col_off} is "
                f"damaged or missing. Fetch or write the file again. ({error})"
            ) from error


def resolve_block_reader(path: str, dtype: str) -> BlockReader | None:
    """Return the reader of a file's blocks; None where it is no local file of DEFLATE blocks."""
    if not os.path.isfile(path):
        return None
    try:
        layout = read_layout(path)
    except InputError:  # another format
        return None
    return BlockReader(layout, dtype) if layout.compression in DEFLATE_CODECS else None


def _pieces(place: EncodedBlock) -> Iterator[bytes]:
    with open(place.path, "rb") as file:
        file.seek(place.offset)
        left = place.length
        while left and (piece := file.read(min(left, PIECE_BYTES))):
            left -= len(piece)
            yield piece
