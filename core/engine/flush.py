"""Flush the finished tiles of a set to disk together, then check each file."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Sequence

from ..errors import Cancelled, OutputError
from ..parallel.threads import run_chunks
from ..progress import Progress, Stop
from ..tileset.journal import Entry
from ..writing.partial_file import with_auxiliary

POLL_SECONDS = 0.05


def flush_tiles(tiles: Sequence[tuple[str, Entry]], *, workers: int, progress: Progress, verify: bool = True) -> None:
    """Flush tiles to disk and, if `verify` is true, compare the bytes of their files with the bytes written.

    `tiles` contains a path and a journal entry for each tile. A tile with different bytes is deleted because it
    already has its final name and a resumed run could keep it.

    Raises
    ------
    OutputError
        The operating system could not write a file, or the bytes of a file differ from those written.
    Cancelled
        The run was cancelled.
    """
    if not tiles:
        return
    _flush_file_system(progress)

    def check(tile: tuple[str, Entry], stop: Stop) -> None:
        path, entry = tile
        try:
            # All data is already flushed; `fsync` only reports errors from earlier writes.
            for each in with_auxiliary(path):
                with open(each, "rb+") as file:
                    os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{path} could not be written: {error.strerror}.") from error
        if verify and not entry.is_intact(path, stop):
            with contextlib.suppress(OSError):
                os.remove(path)
            raise OutputError(
                f"{path} was not written correctly: its bytes on disk differ from the bytes written. Check the disk "
                "for errors, or choose a folder on another disk."
            )

    run_chunks(check, tiles, name="verify-tile", workers=workers, progress=progress)


def _flush_file_system(progress: Progress) -> None:
    """Flush the file system in a separate thread, so that the run can be cancelled in the meantime."""
    if not hasattr(os, "sync"):
        return  # on Windows, the caller flushes each file
    flushing = threading.Thread(target=os.sync, name="parallel-raster-flush", daemon=True)
    flushing.start()
    while flushing.is_alive():
        if progress.is_cancelled():
            raise Cancelled
        flushing.join(POLL_SECONDS)
