"""Bytes on their way to the disk while others are still computed, so that the flush at the end finds little to do."""

from __future__ import annotations

import ctypes
import functools
import sys
from typing import Any

WRITE = 2
"""SYNC_FILE_RANGE_WRITE of <linux/fs.h>: begin to write, wait for nothing."""


def write_at(path: str, begin: int, content: memoryview) -> None:
    """Write bytes into a file, from a position on, and have the system begin to bring them to the disk.

    That all arrived, and whether it could, only a flush tells. Where the system cannot be asked to begin, it does so by
    itself, later.

    Raises
    ------
    OSError
        The disk takes no more.
    """
    with open(path, "rb+", buffering=0) as file:
        file.seek(begin)
        written = 0
        while written < len(content):
            written += file.write(content[written:])
        call = _sync_file_range()
        if call is not None:
            call(file.fileno(), begin, len(content), WRITE)


@functools.cache
def _sync_file_range() -> Any:
    """Return Linux's call of that name; None elsewhere."""
    if sys.platform != "linux":
        return None
    call = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if call is not None:
        call.argtypes, call.restype = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint), ctypes.c_int
    return call
