"""DEFLATE and CRC-32 with Intel's ISA-L library: much faster than libdeflate, with equally small output for noisy data.

ISA-L is optional: if it is not installed (package `libisal2` in Debian, `isa-l` in conda-forge), libdeflate is used.
Interface: igzip_lib.h, version 2.
"""

from __future__ import annotations

import ctypes
import functools
import threading
from typing import Any

import numpy as np

LIBRARIES = ("libisal.so.2", "libisal.2.dylib", "isa-l.dll")

LEVEL = 2
"""Compression level. Of the four levels, 2 gives the best compression ratio for most data (`benchmarks/levels.py`)."""

ZLIB_FORMAT = 3
"""Output format with the header and checksum of RFC 1950."""

STATE_BYTES = WORK_BYTES = 2**20
"""Sizes in bytes of `internal_state` in `_Stream` and of the working memory; each exceeds what any version needs."""

MARGIN_BYTES = 4096
"""Bytes of the output buffer in addition to 9/8 of the input size: enough for the headers of incompressible data."""

Bytes = np.ndarray[Any, Any]

_thread_local = threading.local()


class _Stream(ctypes.Structure):
    """The C structure `isal_zstream`."""

    _fields_ = (
        ("next_in", ctypes.c_void_p), ("avail_in", ctypes.c_uint32), ("total_in", ctypes.c_uint32),
        ("next_out", ctypes.c_void_p), ("avail_out", ctypes.c_uint32), ("total_out", ctypes.c_uint32),
        ("hufftables", ctypes.c_void_p), ("level", ctypes.c_uint32), ("level_buf_size", ctypes.c_uint32),
        ("level_buf", ctypes.c_void_p), ("end_of_stream", ctypes.c_uint16), ("flush", ctypes.c_uint16),
        ("gzip_flag", ctypes.c_uint16), ("hist_bits", ctypes.c_uint16),
        ("internal_state", ctypes.c_ubyte * STATE_BYTES),
    )  # fmt: skip


@functools.cache
def library() -> Any:
    """Return the ISA-L library; None if it is not found or a required function is missing."""
    for name in LIBRARIES:
        try:
            found = ctypes.CDLL(name)
            found.isal_deflate_init.restype, found.isal_deflate.restype = None, ctypes.c_int
            found.isal_deflate_init.argtypes = found.isal_deflate.argtypes = [ctypes.POINTER(_Stream)]
            found.crc32_gzip_refl.restype = ctypes.c_uint32
            found.crc32_gzip_refl.argtypes = [ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint64]
        except (OSError, AttributeError):
            continue
        return found
    return None


def compressed(content: Bytes) -> Bytes | None:
    """Compress contiguous bytes; return a newly allocated zlib stream, or None if compression fails.

    ISA-L must be available (see `library`).
    """
    found = library()
    stream, work = _work_buffers()
    result = np.empty(content.nbytes + content.nbytes // 8 + MARGIN_BYTES, np.uint8)
    found.isal_deflate_init(stream)
    stream.next_in, stream.avail_in = content.ctypes.data, content.nbytes
    stream.next_out, stream.avail_out = result.ctypes.data, result.nbytes
    stream.level, stream.level_buf, stream.level_buf_size = LEVEL, work.ctypes.data, work.nbytes
    stream.end_of_stream, stream.flush, stream.gzip_flag = 1, 0, ZLIB_FORMAT
    failed = found.isal_deflate(stream) != 0 or stream.avail_in or not stream.avail_out
    return None if failed else result[: stream.total_out]


def _work_buffers() -> tuple[_Stream, Bytes]:
    """Return the stream structure and working memory of the current thread."""
    if not hasattr(_thread_local, "stream"):
        _thread_local.stream, _thread_local.work = _Stream(), np.empty(WORK_BYTES, np.uint8)
    return _thread_local.stream, _thread_local.work
