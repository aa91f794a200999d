"""Errors for files that cannot be written, with a separate message if the disk is full."""

from __future__ import annotations

import os

from ..errors import OutputError
from ..units import MEBIBYTE
from .creation_options import OutputProfile

FULL_BYTES = 2**20
"""The disk is considered full if its free space is less than this number of bytes plus two decoded blocks per band.

The free space is checked because GDAL may not report a full disk."""


def write_failure(destination: str, words: str, needed: float, free: int) -> OutputError:
    """Return the OutputError for a failed write.

    Parameters
    ----------
    destination
        Path of the output.
    words
        Description of the failure, used if the disk is not full.
    needed
        Bytes of disk space required; 0 if the disk is not full.
    free
        Free disk space in bytes.
    """
    if not needed:
        return OutputError(f"{destination} could not be written: {words}.")
    return OutputError(
        f"Not enough space on {os.path.dirname(destination)}: about {max(needed, free) / MEBIBYTE:.0f} MB needed, "
        f"{free / MEBIBYTE:.0f} MB free (not counting the unfinished file). {destination} was not written. "
        "Free up some disk space or choose another folder."
    )


def required_bytes(path: str, profile: OutputProfile, copied: int, written: int, free: int) -> float:
    """Return the estimated size of the finished file in bytes if the disk is full; otherwise 0.

    Parameters
    ----------
    path, profile
        Path of the unfinished file, and profile of the output.
    copied
        Encoded bytes still to be copied.
    written
        Uncompressed bytes written so far.
    free
        Free disk space in bytes.
    """
    if free >= FULL_BYTES + 2 * profile.block_bytes * profile.count:
        return 0
    size = os.path.getsize(path) if os.path.exists(path) else 0  # GDAL 3.10 removes a file that it failed to create
    rate = profile.raw_bytes / written if written else 0
    return copied + size * rate or profile.raw_bytes
