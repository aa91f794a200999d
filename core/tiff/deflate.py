"""DEFLATE with libdeflate, as in GDAL's TIFF library. Without libdeflate, zlib decompresses.

Compression requires libdeflate, which is faster than zlib and does not block other Python threads.
Interface: libdeflate.h, version 1.0 and later.
"""

from __future__ import annotations

import ctypes
import functools
import threading
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from . import isal

LIBRARIES = (
    "libdeflate.so.0",
    "libdeflate.so",
    "libdeflate.0.dylib",
    "libdeflate.dylib",
    "libdeflate.dll",
    "deflate.dll",
)
"""Library names on Linux, macOS and Windows. `find_library` is not used because it would start other programs."""

LEVELS = range(1, 13)
"""Compression levels, from the fastest to the one with the smallest output."""

SUCCESS, _, SHORT_OUTPUT, INSUFFICIENT_SPACE = range(4)

PIECE_BYTES = 2**20
"""Maximum output in bytes per zlib call; a stream can decompress to a thousand times its size."""

STEP_BYTES = 2**16
"""Maximum input in bytes per zlib call. A call copies all input that it does not use, so this number is small."""

DAMAGED = "it is corrupt or its checksum does not match"

Bytes = np.ndarray[Any, Any]
"""One-dimensional uint8 array."""

_thread_local = threading.local()


class DamagedStream(ValueError):
    """A DEFLATE stream is invalid, has a wrong checksum, or contains fewer bytes than expected."""


@functools.cache
def library() -> Any:
    """Return the libdeflate library; None if it is not found or does not have all required functions."""
    for name in LIBRARIES:
        try:
            return _with_signatures(ctypes.CDLL(name))
        except (OSError, AttributeError):
            continue
    return None


def _with_signatures(found: Any) -> Any:
    """Declare the result and argument types of the library functions; return the library."""
    size, pointer = ctypes.c_size_t, ctypes.c_void_p
    for name, result, arguments in (
        ("alloc_compressor", pointer, [ctypes.c_int]),
        ("free_compressor", None, [pointer]),
        ("zlib_compress", size, [pointer, pointer, size, pointer, size]),
        ("zlib_compress_bound", size, [pointer, size]),
        ("alloc_decompressor", pointer, []),
        ("free_decompressor", None, [pointer]),
        ("zlib_decompress", ctypes.c_int, [pointer, pointer, size, pointer, size, pointer]),
        ("crc32", ctypes.c_uint32, [ctypes.c_uint32, pointer, size]),
    ):
        function = getattr(found, f"libdeflate_{name}")
        function.restype, function.argtypes = result, arguments
    return found


class _Codec:
    """A libdeflate compressor of a given level, or a decompressor if the level is 0; not thread-safe."""

    def __init__(self, found: Any, level: int) -> None:
        self._free = found.libdeflate_free_compressor if level else found.libdeflate_free_decompressor
        self.pointer = found.libdeflate_alloc_compressor(level) if level else found.libdeflate_alloc_decompressor()
        if not self.pointer:
            raise MemoryError

    def __del__(self) -> None:
        if getattr(self, "pointer", None):
            self._free(self.pointer)


def _codec(found: Any, level: int) -> Any:
    """Return a pointer to this thread's compressor for a compression level or, for level 0, to its decompressor."""
    codecs: dict[int, _Codec] = _thread_local.__dict__.setdefault("codecs", {})
    if level not in codecs:
        codecs[level] = _Codec(found, level)
    return codecs[level].pointer


def compressed(content: Bytes, level: int) -> Bytes:
    """Return a newly allocated zlib stream (RFC 1950) of the given bytes; requires libdeflate.

    Parameters
    ----------
    content
        Contiguous bytes to compress.
    level
        Compression level, one of `LEVELS`.
    """
    found = library()
    codec = _codec(found, level)
    stream = np.empty(found.libdeflate_zlib_compress_bound(codec, content.nbytes), np.uint8)
    length = found.libdeflate_zlib_compress(
        codec, content.ctypes.data, content.nbytes, stream.ctypes.data, stream.nbytes
    )
    return stream[:length]


def inflate(stream: memoryview, content: Bytes) -> None:
    """Decompress a zlib stream into `content` and verify its checksum; excess output is dropped.

    Raises
    ------
    DamagedStream
        The stream is damaged or contains fewer bytes than `content`.
    """
    found = library()
    if found is not None:
        outcome = found.libdeflate_zlib_decompress(
            _codec(found, 0), _address(stream), stream.nbytes, content.ctypes.data, content.nbytes, None
        )
        if outcome == SUCCESS:
            return
        if outcome != INSUFFICIENT_SPACE:
            raise DamagedStream("it is truncated" if outcome == SHORT_OUTPUT else DAMAGED)
    filled = 0
    for piece in _inflated([stream]):
        end = min(filled + len(piece), content.nbytes)
        content[filled:end] = np.frombuffer(piece, np.uint8, end - filled)
        filled = end
    if filled < content.nbytes:
        raise DamagedStream("it is truncated")


def crc32(content: memoryview | Bytes, start: int = 0) -> int:
    """Return the CRC-32 of contiguous bytes, continued from `start`, the checksum of the preceding bytes.

    It is computed by ISA-L, libdeflate or zlib: the first of these libraries that is available, which is the fastest.
    """
    fastest, found = isal.library(), library()
    if fastest is not None:
        return int(fastest.crc32_gzip_refl(start, _address(content), content.nbytes))
    if found is not None:
        return int(found.libdeflate_crc32(start, _address(content), content.nbytes))
    return zlib.crc32(np.frombuffer(content, np.uint8).data, start)


def check_stream(pieces: Iterable[bytes]) -> None:
    """Verify a zlib stream given as consecutive pieces, without holding all its content in memory.

    Raises
    ------
    DamagedStream
        The stream is damaged or truncated.
    """
    for _ in _inflated(pieces):
        pass


def _inflated(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Decompress a zlib stream and yield its content in pieces."""
    engine = zlib.decompressobj()
    try:
        for piece in pieces:
            for start in range(0, len(piece), STEP_BYTES):
                rest: bytes | memoryview = piece[start : start + STEP_BYTES]
                while rest and not engine.eof:
                    yield engine.decompress(rest, PIECE_BYTES)
                    rest = engine.unconsumed_tail
    except zlib.error as error:
        raise DamagedStream(DAMAGED) from error
    if not engine.eof:
        raise DamagedStream("it is truncated")


def _address(content: memoryview | Bytes) -> int:
    return int(np.frombuffer(content, np.uint8).ctypes.data)
