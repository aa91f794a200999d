"""DEFLATE by libdeflate, the library that GDAL's own TIFF library uses, and by Python's zlib where it is not found.

libdeflate is quicker than zlib, and lets Python's other threads go on. Its interface: libdeflate.h of version 1.0 and
later.
"""

from __future__ import annotations

import ctypes
import functools
import threading
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

LIBRARIES = (
    "libdeflate.so.0",
    "libdeflate.so",
    "libdeflate.0.dylib",
    "libdeflate.dylib",
    "libdeflate.dll",
    "deflate.dll",
)
"""Its names on Linux, macOS and Windows. They are tried as they are: looking for a library starts other programs."""

LEVELS = range(1, 13)
"""From the quickest to the smallest."""

SUCCESS, _, SHORT_OUTPUT, INSUFFICIENT_SPACE = range(4)

PIECE_BYTES = 2**20
"""What zlib inflates at once: a stream may hold a thousand times what it takes."""

STEP_BYTES = 2**16
"""What zlib is given at once: it hands back a copy of what it has not used each time."""

WRONG = "its bytes or their checksum are wrong"

Bytes = np.ndarray[Any, Any]
"""One-dimensional, uint8."""

_own = threading.local()


class DamagedStream(ValueError):
    """Bytes are no DEFLATE stream with a right checksum, or give fewer bytes than expected."""


@functools.cache
def library() -> Any:
    """Return libdeflate; None where it is not found or lacks a function."""
    for name in LIBRARIES:
        try:
            return _typed(ctypes.CDLL(name))
        except (OSError, AttributeError):
            continue
    return None


def _typed(found: Any) -> Any:
    size, pointer = ctypes.c_size_t, ctypes.c_void_p
    for name, result, arguments in (
        ("alloc_compressor", pointer, [ctypes.c_int]),
        ("free_compressor", None, [pointer]),
        ("zlib_compress", size, [pointer, pointer, size, pointer, size]),
        ("zlib_compress_bound", size, [pointer, size]),
        ("alloc_decompressor", pointer, []),
        ("free_decompressor", None, [pointer]),
        ("zlib_decompress", ctypes.c_int, [pointer, pointer, size, pointer, size, pointer]),
    ):
        function = getattr(found, f"libdeflate_{name}")
        function.restype, function.argtypes = result, arguments
    return found


class _Tool:
    """A compressor of some level, or with level 0 the decompressor, for one thread at a time."""

    def __init__(self, found: Any, level: int) -> None:
        self._free = found.libdeflate_free_compressor if level else found.libdeflate_free_decompressor
        self.pointer = found.libdeflate_alloc_compressor(level) if level else found.libdeflate_alloc_decompressor()
        if not self.pointer:
            raise MemoryError

    def __del__(self) -> None:
        if getattr(self, "pointer", None):
            self._free(self.pointer)


def _tool(found: Any, level: int) -> Any:
    tools: dict[int, _Tool] = _own.__dict__.setdefault("tools", {})
    if level not in tools:
        tools[level] = _Tool(found, level)
    return tools[level].pointer


def compressed(content: Bytes, level: int) -> Bytes:
    """Return a zlib stream (RFC 1950) of contiguous bytes, in memory of its own; `library()` must be there.

    Parameters
    ----------
    content
        What to compress.
    level
        One of `LEVELS`.
    """
    found = library()
    tool = _tool(found, level)
    stream = np.empty(found.libdeflate_zlib_compress_bound(tool, content.nbytes), np.uint8)
    length = found.libdeflate_zlib_compress(
        tool, content.ctypes.data, content.nbytes, stream.ctypes.data, stream.nbytes
    )
    return stream[:length]


def inflate(stream: memoryview, content: Bytes) -> None:
    """Fill `content` with the first bytes that a zlib stream holds; the stream's checksum is compared.

    Raises
    ------
    DamagedStream
        The stream is damaged, or holds less.
    """
    found = library()
    if found is not None:
        outcome = found.libdeflate_zlib_decompress(
            _tool(found, 0), _address(stream), stream.nbytes, content.ctypes.data, content.nbytes, None
        )
        if outcome == SUCCESS:
            return
        if outcome != INSUFFICIENT_SPACE:
            raise DamagedStream("it ends early" if outcome == SHORT_OUTPUT else WRONG)
    filled = 0
    for piece in _inflated([stream]):
        end = min(filled + len(piece), content.nbytes)
        content[filled:end] = np.frombuffer(piece, np.uint8, end - filled)
        filled = end
    if filled < content.nbytes:
        raise DamagedStream("it ends early")


def check_stream(pieces: Iterable[bytes]) -> None:
    """Return when the zlib stream that the pieces make is sound; it is not held in memory.

    Raises
    ------
    DamagedStream
        The stream is damaged.
    """
    for _ in _inflated(pieces):
        pass


def _inflated(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Yield what a zlib stream holds, a piece at a time."""
    engine = zlib.decompressobj()
    try:
        for piece in pieces:
            for start in range(0, len(piece), STEP_BYTES):
                rest: bytes | memoryview = piece[start : start + STEP_BYTES]
                while rest and not engine.eof:
                    yield engine.decompress(rest, PIECE_BYTES)
                    rest = engine.unconsumed_tail
    except zlib.error as error:
        raise DamagedStream(WRONG) from error
    if not engine.eof:
        raise DamagedStream("it ends early")


def _address(content: memoryview) -> int:
    return int(np.frombuffer(content, np.uint8).ctypes.data)
