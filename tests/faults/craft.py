"""Handcrafted TIFF files whose headers declare sizes and blocks that no library would write."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

SHORT, LONG, DOUBLE, LONG8 = 3, 4, 12, 16
FORMATS = {SHORT: "H", LONG: "I", DOUBLE: "d", LONG8: "Q"}

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_COUNTS, PLANAR = 273, 277, 278, 279, 284
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = 322, 323, 324, 325
MODEL_TRANSFORMATION = 34264
DEFLATE = 8

PLACED = {MODEL_TRANSFORMATION: (DOUBLE, [1, 0, 0, 1000, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])}
"""Tag with the transform: the pixel size is 1, the first pixel is at x = 1000, y = 0, and y increases with the row."""


def write_tiff(path: Path, tags: dict[int, tuple[int, Sequence[int]]], blocks: Sequence[bytes] = ()) -> Path:
    """Write a BigTIFF with the given tags (number -> type and values); return its path.

    The blocks directly follow the header: the offset of a block is 16 plus the total size of the blocks before it.
    """
    body = b"".join(blocks)
    directory = 16 + len(body)
    entries, more = [], b""
    for tag, (kind, values) in sorted(tags.items()):
        packed = struct.pack(f"<{len(values)}{FORMATS[kind]}", *values)
        if len(packed) > 8:
            place = directory + 8 + 20 * len(tags) + 8 + len(more)
            more += packed
            packed = struct.pack("<Q", place)
        entries.append(struct.pack("<HHQ", tag, kind, len(values)) + packed.ljust(8, b"\0"))
    header = b"II+\0" + struct.pack("<HHQ", 8, 0, directory)
    count = struct.pack("<Q", len(entries))
    path.write_bytes(header + body + count + b"".join(entries) + struct.pack("<Q", 0) + more)
    return path


def empty_tiff(path: Path, width: int, height: int, bands: int = 2, edge: int = 512) -> Path:
    """Write a file of a few hundred bytes that declares `width` x `height` pixels but stores none."""
    sizes = {WIDTH: (LONG, [width]), HEIGHT: (LONG, [height]), SAMPLES: (SHORT, [bands])}
    kinds = {BITS: (SHORT, [8]), COMPRESSION: (SHORT, [1]), PHOTOMETRIC: (SHORT, [1]), PLANAR: (SHORT, [1])}
    tiles = {TILE_WIDTH: (LONG, [edge]), TILE_HEIGHT: (LONG, [edge])}
    places = {TILE_OFFSETS: (LONG8, [0]), TILE_COUNTS: (LONG8, [0])}
    return write_tiff(path, {**sizes, **kinds, **tiles, **places})


def deflate_bomb(path: Path, edge: int = 38_000) -> Path:
    """Write a TIFF with two bands of zeros in one strip each: gigabytes of pixels, compressed to a few megabytes."""
    strip = _deflated_zeros(edge * edge)
    sizes = {WIDTH: (LONG, [edge]), HEIGHT: (LONG, [edge]), SAMPLES: (SHORT, [2]), ROWS_PER_STRIP: (LONG, [edge])}
    kinds = {BITS: (SHORT, [8, 8]), COMPRESSION: (SHORT, [DEFLATE]), PHOTOMETRIC: (SHORT, [1]), PLANAR: (SHORT, [2])}
    places = {STRIP_OFFSETS: (LONG8, [16, 16 + len(strip)]), STRIP_COUNTS: (LONG8, [len(strip)] * 2)}
    return write_tiff(path, {**sizes, **kinds, **places, **PLACED}, [strip, strip])


def tiled_bomb(path: Path, edge: int = 40_960, tile: int = 2048) -> Path:
    """Write a TIFF with two bands. Its blocks have an ordinary size, but all use the same few kilobytes of the file."""
    block = _deflated_zeros(tile * tile)
    count = (edge // tile) ** 2 * 2
    sizes = {WIDTH: (LONG, [edge]), HEIGHT: (LONG, [edge]), SAMPLES: (SHORT, [2])}
    kinds = {BITS: (SHORT, [8, 8]), COMPRESSION: (SHORT, [DEFLATE]), PHOTOMETRIC: (SHORT, [1]), PLANAR: (SHORT, [2])}
    tiles = {TILE_WIDTH: (LONG, [tile]), TILE_HEIGHT: (LONG, [tile])}
    places = {TILE_OFFSETS: (LONG8, [16] * count), TILE_COUNTS: (LONG8, [len(block)] * count)}
    return write_tiff(path, {**sizes, **kinds, **tiles, **places}, [block])


def tiny_tiles(path: Path, pixels: np.ndarray[Any, Any], width: int, height: int) -> Path:
    """Write a uint8 array (rows, columns) in blocks of `width` x `height`. Libraries may be unable to write them."""
    rows, cols = pixels.shape
    blocks = [
        pixels[row : row + height, col : col + width].tobytes()
        for row in range(0, rows, height)
        for col in range(0, cols, width)
    ]
    sizes = {WIDTH: (LONG, [cols]), HEIGHT: (LONG, [rows]), SAMPLES: (SHORT, [1])}
    kinds = {BITS: (SHORT, [8]), COMPRESSION: (SHORT, [1]), PHOTOMETRIC: (SHORT, [1]), PLANAR: (SHORT, [1])}
    tiles = {TILE_WIDTH: (LONG, [width]), TILE_HEIGHT: (LONG, [height])}
    places = [16 + number * width * height for number in range(len(blocks))]
    lists = {TILE_OFFSETS: (LONG8, places), TILE_COUNTS: (LONG8, [width * height] * len(blocks))}
    return write_tiff(path, {**sizes, **kinds, **tiles, **lists}, blocks)


def _deflated_zeros(count: int) -> bytes:
    """Return `count` zeros compressed with DEFLATE. One compressed part is repeated, which takes little memory."""
    size = 2**20
    piece = _raw_deflated(bytes(size), zlib.Z_FULL_FLUSH)  # a full flush makes the parts independent of each other
    rest = _raw_deflated(bytes(count % size), zlib.Z_FINISH)
    checksum = struct.pack(">I", count % 65521 << 16 | 1)  # Adler-32 of `count` zeros
    return b"\x78\xda" + piece * (count // size) + rest + checksum


def _raw_deflated(data: bytes, flush: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush(flush)
