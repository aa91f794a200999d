"""Read DEFLATE-compressed GeoTIFF blocks and verify their checksums.

libtiff does not report a damaged block that decompresses to more bytes than expected: about one in four corrupted bytes
yields wrong pixels without an error. Windows that consist of whole blocks are therefore decoded here, as fast as in
GDAL. GDAL reads all other windows, and each of their blocks is verified here once.
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
"""Maximum decoded size in bytes of blocks decoded here. GDAL decodes larger blocks, such as a single large strip."""


class BlockReader:
    """Thread-safe reader of the blocks of one file.

    Parameters
    ----------
    layout
        Layout of the file, whose blocks are DEFLATE streams.
    dtype
        Data type of the bands.
    """

    def __init__(self, layout: TiffLayout, dtype: str) -> None:
        self._layout, self._dtype = layout, array_dtype(dtype)
        coding = resolve_coding(layout, dtype)
        is_small = coding is not None and coding.block_bytes(layout.block) <= LARGEST_BLOCK
        self._coding = coding if is_small else None
        self._verified: set[EncodedBlock] = set()
        self._lock = threading.Lock()

    def read(self, bands: Sequence[int], window: Window) -> Array | None:
        """Return the stored pixels (bands, rows, columns) of `bands` (counted from 0); None if GDAL has to decode them.

        None is returned if the window does not consist of whole blocks or contains a sparse block, or if the encoding
        of the file is not supported here. Even then, the blocks are verified.

        Raises
        ------
        InputError
            A block is damaged. The error names the file, band, row and column.
        """
        planes = sorted(set(bands)) if self._layout.separate else [0]
        coding = self._coding
        stored = {
            (block, plane): self._encoded(block, plane)
            for block in touched_blocks(window, self._layout.block)
            for plane in planes
        }
        if (
            coding is None
            or not self._layout.has_whole(window)
            or not all(encoded.length for encoded in stored.values())
        ):
            for (block, plane), encoded in stored.items():
                self._check(block, [plane] if self._layout.separate else bands, encoded)
            return None
        pixels = np.empty((len(bands), window.height, window.width), self._dtype)
        for (block, plane), encoded in stored.items():
            shape = self._shape(block)
            content = self._content(block, [plane] if self._layout.separate else bands, encoded, coding)
            inside = block.intersection(window)
            rows, cols = offset_slices(inside, window)
            if not self._layout.separate:
                coding.to_pixels(content, shape, bands, pixels[:, rows, cols])
                continue
            first, *others = (index for index, band in enumerate(bands) if band == plane)
            coding.to_pixels(content, shape, [0], pixels[first : first + 1, rows, cols])
            for index in others:
                pixels[index, rows, cols] = pixels[first, rows, cols]
        return pixels

    def _encoded(self, block: Window, plane: int) -> EncodedBlock:
        rows, cols = self._layout.block
        return self._layout.encoded(self._layout.number(block.row_off // rows, block.col_off // cols, plane))

    def _shape(self, block: Window) -> Shape:
        """Return the number of stored rows and columns of a block. The last strip ends at the raster's last row."""
        rows = block.height if self._layout.tiled else min(block.height, self._layout.height - block.row_off)
        return rows, block.width

    def _check(self, block: Window, bands: Sequence[int], encoded: EncodedBlock) -> None:
        """Verify a block's checksum unless it has already been verified; raise InputError if the block is damaged."""
        if not encoded.length or encoded in self._verified:
            return
        if self._coding is not None:
            self._content(block, bands, encoded, self._coding)
            self._verified.add(encoded)
            return
        with self._lock:  # verification is slow, so only one thread verifies a block that several chunks need
            if encoded not in self._verified:
                self._raise_damage(block, bands, lambda: check_stream(_read_pieces(encoded)))
                self._verified.add(encoded)

    def _content(self, block: Window, bands: Sequence[int], encoded: EncodedBlock, coding: PixelCoding) -> Array:
        """Return the decompressed bytes of a block; raise InputError if the block is damaged."""
        content = np.empty(coding.block_bytes(self._shape(block)), np.uint8)
        self._raise_damage(block, bands, lambda: inflate(read_encoded([encoded]), content))
        return content

    def _raise_damage(self, block: Window, bands: Sequence[int], call: Callable[[], None]) -> None:
        """Call `call` and convert its errors to an InputError that names the file, bands and block."""
        try:
            call()
        except (DamagedStream, OSError) as error:
            listed = sorted(set(bands))
            numbers = ("band " if len(listed) == 1 else "bands ") + ", ".join(str(band + 1) for band in listed)
            raise InputError(
                f"{self._layout.path}, {numbers}: the block at row {block.row_off}, column {block.col_off} is "
                f"damaged or missing. Download or create the file again. ({error})"
            ) from error


def resolve_block_reader(path: str, dtype: str) -> BlockReader | None:
    """Return the block reader of a local DEFLATE-compressed TIFF, or None for any other file."""
    if not os.path.isfile(path):
        return None
    try:
        layout = read_layout(path)
    except InputError:  # not a TIFF
        return None
    return BlockReader(layout, dtype) if layout.compression in DEFLATE_CODECS else None


def _read_pieces(encoded: EncodedBlock) -> Iterator[bytes]:
    with open(encoded.path, "rb") as file:
        file.seek(encoded.offset)
        left = encoded.length
        while left and (piece := file.read(min(left, PIECE_BYTES))):
            left -= len(piece)
            yield piece
