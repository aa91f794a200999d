"""DEFLATE by ISA-L, Intel's library for storage: several times as quick as any other, and of noise as small.

It is used where it is installed (Debian's package libisal2, `isa-l` of conda-forge); libdeflate does without it. Its
interface: igzip_lib.h of version 2.
"""

from __future__ import annotations

import ctypes
import functools
import threading
from typing import Any

import numpy as np

LIBRARIES = ("libisal.so.2", "libisal.2.dylib", "isa-l.dll")

LEVEL = 2
"""Of its four the one that makes most kinds of blocks smallest; `benchmarks/levels.py` measures them."""

ZLIB_FORMAT = 3
"""Header and checksum of RFC 1950 around the stream."""

STATE_BYTES = WORK_BYTES = 2**20
"""More than any version asks for: of its state behind the fields below, and of a level's working memory."""

ROOM_BYTES = 4096
"""Besides an eighth of what is compressed, more than the headers of what does not become smaller."""

Bytes = np.ndarray[Any, Any]

_own = threading.local()


class _Stream(ctypes.Structure):
    """`struct isal_zstream`."""

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
    """Return ISA-L; None where it is not found or lacks a function."""
    for name in LIBRARIES:
        try:
            found = ctypes.CDLL(name)
            found.isal_deflate_init.restype, found.isal_deflate.restype = None, ctypes.c_int
            found.isal_deflate_init.argtypes = found.isal_deflate.argtypes = [ctypes.POINTER(_Stream)]
        except (OSError, AttributeError):
            continue
        return found
    return None


def compressed(content: Bytes) -> Bytes | None:
    """Return a zlib stream of contiguous bytes, in memory of its own; None where the library makes none.

    `library()` must be there.
    """
    found = library()
    stream, work = _tools()
    result = np.empty(content.nbytes + content.nbytes // 8 + ROOM_BYTES, np.uint8)
    found.isal_deflate_init(stream)
    stream.next_in, stream.avail_in = content.ctypes.data, content.nbytes
    stream.next_out, stream.avail_out = result.ctypes.data, result.nbytes
    stream.level, stream.level_buf, stream.level_buf_size = LEVEL, work.ctypes.data, work.nbytes
    stream.end_of_stream, stream.flush, stream.gzip_flag = 1, 0, ZLIB_FORMAT
    failed = found.isal_deflate(stream) != 0 or stream.avail_in or not stream.avail_out
    return None if failed else result[: stream.total_out]


def _tools() -> tuple[_Stream, Bytes]:
    """Return this thread's stream and working memory."""
    if not hasattr(_own, "stream"):
        _own.stream, _own.work = _Stream(), np.empty(WORK_BYTES, np.uint8)
    return _own.stream, _own.work
