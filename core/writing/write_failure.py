"""What is said when a file cannot be written: about the disk where that is full, else about the file."""

from __future__ import annotations

import os

from ..errors import OutputError
from ..units import MEBIBYTE
from .creation_options import OutputProfile

FULL_BYTES = 2**20
"""Less free space than this, and two blocks, means that the disk is full; GDAL does not always say so."""


def write_failure(destination: str, words: str, needed: float, free: int) -> OutputError:
    """Return the error to raise; `needed` bytes are 0 where room is not what is wrong."""
    if not needed:
        return OutputError(f"{destination} could not be written: {words}.")
    return OutputError(
        f"Not enough space on {os.path.dirname(destination)}: about {max(needed, free) / MEBIBYTE:.0f} MB needed, "
        f"{free / MEBIBYTE:.0f} MB free beside the unfinished file. {destination} was not written."
    )


def required_bytes(path: str, profile: OutputProfile, copied: int, written: int, free: int) -> float:
    """Return about how many bytes a file takes as a whole, where want of room is what is wrong; else 0.

    Parameters
    ----------
    path, profile
        The unfinished file, and what it is to become.
    copied, written
        Encoded bytes that are still to be copied, and decoded ones that were written.
    free
        Bytes that the disk still takes.
    """
    if free >= FULL_BYTES + 2 * profile.block_bytes * profile.count:
        return 0
    begun = os.path.getsize(path) if os.path.exists(path) else 0  # GDAL 3.10 removes what it could not begin
    rate = profile.raw_bytes / written if written else 0
    return copied + begun * rate or profile.raw_bytes
