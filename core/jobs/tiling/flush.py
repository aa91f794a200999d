"""Finished tiles on the disk: one flush of the file system for the whole set, and what the system says of each file."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Sequence

from ...errors import Cancelled, OutputError
from ...parallel.threads import run_chunks
from ...progress import Progress, Stop
from ...tileset.journal import Entry
from ...writing.partial_file import with_auxiliary

POLL_SECONDS = 0.05


def flush_tiles(tiles: Sequence[tuple[str, Entry]], *, workers: int, progress: Progress, verify: bool = True) -> None:
    """Return when the tiles (paths and entries) are on the disk and their bytes are those that were written.

    A tile with other bytes is removed: it has its name already, and a run that may be resumed keeps its tiles.

    Raises
    ------
    OutputError
        The operating system could not write a file, or its bytes changed.
    Cancelled
        `progress` asked for it.
    """
    if not tiles:
        return
    _flush_file_system(progress)

    def check(tile: tuple[str, Entry], stop: Stop) -> None:
        path, entry = tile
        try:
            # Nothing is left to write, so this only asks whether all that was to be written could be.
            for each in with_auxiliary(path):
                with open(each, "rb+") as file:
                    os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{path} could not be written: {error.strerror}.") from error
        if verify and not entry.is_intact(path, stop):
            with contextlib.suppress(OSError):
                os.remove(path)
            raise OutputError(f"{path} could not be written: its bytes are not those that were written.")

    run_chunks(check, tiles, name="verify-tile", workers=workers, progress=progress)


def _flush_file_system(progress: Progress) -> None:
    """Flush in a thread of its own, since nothing else can be cancelled while the system writes."""
    if not hasattr(os, "sync"):
        return  # Windows flushes each file
    flushing = threading.Thread(target=os.sync, name="parallel-raster-flush", daemon=True)
    flushing.start()
    while flushing.is_alive():
        if progress.is_cancelled():
            raise Cancelled
        flushing.join(POLL_SECONDS)
