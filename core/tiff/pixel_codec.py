"""Convert pixels to and from the uncompressed bytes of DEFLATE blocks, with or without a predictor.

Only DEFLATE with whole bytes per sample is supported; GDAL handles other codecs, bit depths and non-native byte orders.
The predictors follow the TIFF 6.0 specification, section 14, and Adobe Photoshop TIFF Technical Note 3 (2005).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..raster.dtypes import array_dtype
from ..raster.windows import Shape
from .layout import BITS, FILL_ORDER, PHOTOMETRIC, PREDICTOR, SAMPLE_FORMAT, TiffLayout

Array = np.ndarray[Any, Any]

DEFLATE_CODECS = (8, 32946)
"""TIFF compression codes of DEFLATE: Adobe's code, and an older code for the same encoding."""

NONE, HORIZONTAL, FLOATING_POINT = 1, 2, 3
"""TIFF predictor numbers."""

SAMPLE_FORMATS = {"u": 1, "i": 2, "f": 3}
"""TIFF sample formats by NumPy type kind."""

PLAIN_COLOURS = (1, 2, 3)
"""Photometric interpretations in which samples are stored unchanged: BlackIsZero, RGB and palette."""


@dataclass(frozen=True)
class PixelCoding:
    """Converts between pixels and uncompressed block bytes for one data type, sample count per pixel and predictor."""

    dtype: np.dtype[Any]
    samples: int
    predictor: int

    def block_bytes(self, shape: Shape) -> int:
        """Return the decoded size in bytes of a block with the given shape (rows, columns)."""
        return shape[0] * shape[1] * self.samples * self.dtype.itemsize

    def to_bytes(self, block: Array) -> Array:
        """Return the bytes to compress for a block (samples, rows, columns), as a one-dimensional uint8 array."""
        samples, rows, cols = block.shape
        if self.predictor == FLOATING_POINT:
            # Per row: the most significant bytes of all values first, then the second bytes, and so on.
            size = self.dtype.itemsize
            parts = np.empty((rows, size, cols, samples), np.uint8)
            for band, values in enumerate(
                np.ascontiguousarray(block).view(np.uint8).reshape(samples, rows, cols, size)
            ):
                for byte in range(size):
                    parts[:, byte, :, band] = values[..., size - 1 - byte]
            lines = parts.reshape(rows, -1)
            steps = np.empty_like(lines)
            steps[:, :samples] = lines[:, :samples]
            np.subtract(lines[:, samples:], lines[:, :-samples], out=steps[:, samples:])
            return steps.reshape(-1)
        bits = f"u{self.dtype.itemsize}" if self.predictor == HORIZONTAL else self.dtype
        result: Array = np.empty((rows, cols, samples), bits)
        # Bands are copied one by one because numpy is slower at interleaving several bands at once.
        for band, values in enumerate(block.view(bits)):
            if self.predictor == HORIZONTAL:
                result[:, 0, band] = values[:, 0]
                np.subtract(values[:, 1:], values[:, :-1], out=result[:, 1:, band])
            else:
                result[..., band] = values
        return result.reshape(-1).view(np.uint8)

    def to_pixels(self, content: Array, shape: Shape, bands: Sequence[int], pixels: Array) -> None:
        """Store the given bands (counted from 0) of a decompressed block in `pixels` (bands, rows, columns).

        `pixels` may have fewer rows and columns than the block of the given shape. `content` may be overwritten if
        there is a predictor.
        """
        rows, cols = shape
        _, down, across = pixels.shape
        if self.predictor == FLOATING_POINT:
            steps = content.reshape(rows, -1, self.samples)
            np.cumsum(steps, axis=1, dtype=np.uint8, out=steps)
            parts = content.reshape(rows, self.dtype.itemsize, cols, self.samples)[:down, ::-1, :across]
            for band, out in zip(bands, pixels):
                values = out.view(np.uint8).reshape(down, across, self.dtype.itemsize)
                for byte in range(self.dtype.itemsize):  # byte by byte: faster than a single assignment of all bytes
                    values[..., byte] = parts[:, byte, :, band]
            return
        bits = f"u{self.dtype.itemsize}" if self.predictor == HORIZONTAL else self.dtype
        samples: Array = content.view(bits).reshape(rows, cols, self.samples)[:down, :across]
        for band, out in zip(bands, pixels.view(bits)):
            if self.predictor == HORIZONTAL:
                np.cumsum(samples[..., band], axis=1, dtype=bits, out=out)
            else:
                out[...] = samples[..., band]


def resolve_coding(layout: TiffLayout, dtype: str) -> PixelCoding | None:
    """Return the conversion between pixels and block bytes; None if only GDAL supports the encoding of the file."""
    kind = array_dtype(dtype)
    predictor = layout.number_of(PREDICTOR)
    known = (
        layout.compression in DEFLATE_CODECS
        and layout.encoding[0] == {"little": "<", "big": ">"}[sys.byteorder]
        and layout.number_of(BITS) == 8 * kind.itemsize
        and layout.number_of(SAMPLE_FORMAT) == SAMPLE_FORMATS.get(kind.kind)
        and layout.number_of(FILL_ORDER) == 1
        and layout.number_of(PHOTOMETRIC) in PLAIN_COLOURS
        and (predictor in (NONE, HORIZONTAL) or predictor == FLOATING_POINT and kind.name in ("float32", "float64"))
    )
    return PixelCoding(kind, 1 if layout.separate else layout.bands, predictor) if known else None


def is_plain_mask(layout: TiffLayout) -> bool:
    """Return True if mask blocks are DEFLATE streams with one bit per pixel, most significant bit first."""
    return (
        layout.compression in DEFLATE_CODECS
        and layout.bands == 1
        and layout.number_of(BITS) == 1
        and layout.number_of(FILL_ORDER) == 1
        and layout.number_of(PREDICTOR) == NONE
    )
