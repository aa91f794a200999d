"""Read parts of a written file back and compute their checksums, to compare them with the data written."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasterio.windows import Window

from ..raster.nodata import Nodata, stored_nodata
from ..reading.gdal_quirks import read_pixels
from ..tiff.block_map import SpanGroup
from ..tiff.deflate import crc32
from ..tiff.layout import EncodedBlock, read_encoded


@dataclass(frozen=True)
class PixelWindow:
    """A window whose pixels in all bands are read back; can be a dictionary key."""

    col: int
    row: int
    width: int
    height: int

    @classmethod
    def of(cls, window: Window) -> PixelWindow:
        """Return the equivalent of a rasterio window."""
        return cls(window.col_off, window.row_off, window.width, window.height)


class MaskWindow(PixelWindow):
    """A window whose mask is read back; can be a dictionary key."""


Check = tuple[Any, Any]
"""A window to read back and its expected checksum, or a `SpanGroup` and the expected checksum of each byte range."""


def checksum_of(array: np.ndarray[Any, Any]) -> int:
    """Return the CRC-32 of the bytes of an array."""
    return crc32(np.ascontiguousarray(array))


def filled_bands(array: np.ndarray[Any, Any], nodata: Nodata) -> list[int]:
    """Return the numbers, counted from 1, of the bands that GDAL stores for a block.

    GDAL omits a band whose pixels in the block are all nodata (or all 0 if no nodata value is set).
    """
    marker = stored_nodata(nodata, array.dtype)
    empty = array.dtype.type(0) if marker is None else marker
    same = array == empty if empty == empty else np.isnan(array)
    return [band for band, all_empty in enumerate(same.all(axis=(1, 2)), 1) if not all_empty]


def stored_checksum(place: PixelWindow | SpanGroup, dtype: str, opened: Callable[[int], Any]) -> int | array[int]:
    """Return the checksum of the pixels stored in a window, or the checksum of each byte range of a `SpanGroup`.

    `opened` is a function that takes the number of pixels to read and returns the open dataset.
    """
    if isinstance(place, SpanGroup):
        content = read_encoded([EncodedBlock(place.path, place.offset, sum(place.lengths))])
        ends = list(itertools.accumulate(place.lengths))
        return array("Q", (crc32(content[end - length : end]) for end, length in zip(ends, place.lengths)))
    window = Window(place.col, place.row, place.width, place.height)
    dataset = opened(place.width * place.height)
    return checksum_of(
        dataset.read_masks(1, window=window) if isinstance(place, MaskWindow) else read_pixels(dataset, dtype, window)
    )


def format_place(place: PixelWindow | SpanGroup) -> str:
    """Describe the position of a window or `SpanGroup` in the file for an error message."""
    if isinstance(place, SpanGroup):
        return f"in the blocks starting at byte {place.offset}"
    return f"at row {place.row}, column {place.col}{' of the mask' if isinstance(place, MaskWindow) else ''}"
