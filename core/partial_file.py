"""A file that appears under its name complete or not at all.

It is written under a hidden name in the destination folder, so that the last step is a rename inside one file
system. Its owner holds an operating system lock on it: a partial file whose lock is free belongs to a dead run
and is removed by the next one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import time
from pathlib import Path

from .errors import OutputError

MARK = ".parallelraster-"
FOREIGN_AGE = 24 * 3600
"""Seconds after which another host's partial file counts as left behind; its lock cannot be asked for from here."""

SIDECARS = (".ovr", ".aux.xml", ".msk", ".msk.ovr", ".ovr.msk")


class PartialFile:
    """A locked hidden file beside `destination`, to be committed or discarded.

    `path` is where to write. A destination that is a symbolic link keeps the link; its target is replaced.
    """

    def __init__(self, destination: str) -> None:
        self.destination = os.path.realpath(destination)
        folder = os.path.dirname(self.destination)
        remove_dead_partials(folder)
        self.path, self._lock = _claimed(folder, Path(self.destination).name)

    def sync(self) -> None:
        """Return when the file's bytes have reached the disk.

        Raises
        ------
        OutputError
            The operating system could not write them.
        """
        try:
            with open(self.path, "rb+") as file:
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{self.destination} could not be written: {error.strerror}.") from error

    def commit(self) -> None:
        """Give the file its name, in place of an older file of that name and of what lies beside it.

        Raises
        ------
        OutputError
            The name cannot be taken, e.g. because another program holds the old file open.
        """
        aside: dict[str, str] = {}
        try:
            for suffix in SIDECARS:
                path, hidden = self.destination + suffix, self.path + suffix
                if os.path.lexists(path):
                    os.replace(path, hidden)
                    aside[path] = hidden
            if os.name == "nt":
                self._release()  # Windows renames no open file
            os.replace(self.path, self.destination)
        except OSError as error:
            for path, hidden in aside.items():
                with contextlib.suppress(OSError):
                    os.replace(hidden, path)
            raise OutputError(
                f"{self.destination} could not be replaced: {error.strerror}. Close the programs that use it."
            ) from error
        self._release()
        for hidden in aside.values():
            with contextlib.suppress(OSError):
                os.remove(hidden)
        _sync_folder(os.path.dirname(self.destination))

    def discard(self) -> None:
        """Remove the file and whatever a library left beside it; no error where nothing is left."""
        self._release()
        for path in (self.path, *(self.path + suffix for suffix in SIDECARS)):
            with contextlib.suppress(OSError):
                os.remove(path)

    def _release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def remove_dead_partials(folder: str) -> None:
    """Remove the partial files in `folder` whose owners are dead: a free lock, or another host's after a day."""
    for path in Path(folder).glob(f".*{MARK}*"):
        with contextlib.suppress(OSError, ValueError):
            # What lies beside a partial file has no lock of its own; it goes with its owner.
            owner = path.with_name(path.name[: path.name.rindex(".tif") + 4])
            if not owner.exists() or _is_dead(owner):
                path.unlink()


def _is_dead(path: Path) -> bool:
    if f"{MARK}{_host()}-" not in path.name:
        return time.time() - path.stat().st_mtime > FOREIGN_AGE
    descriptor = os.open(path, os.O_RDWR)
    try:
        return _locked(descriptor)
    finally:
        os.close(descriptor)


def _claimed(folder: str, name: str) -> tuple[str, int]:
    """Return the path and the locked descriptor of a new partial file."""
    while True:
        path = os.path.join(folder, f".{Path(name).stem[:40]}{MARK}{_host()}-{os.getpid()}-{secrets.token_hex(4)}.tif")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o666)
        except FileExistsError:
            continue
        except OSError as error:
            raise OutputError(f"Nothing can be written in {folder}: {error.strerror}.") from error
        if _locked(descriptor) and os.path.exists(path):
            return path, descriptor
        # Another run took the new file for a dead one in the moment before it was locked.
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Return whether the lock was free and is ours now; it lasts until the descriptor is closed or we die."""
    try:
        import fcntl
    except ImportError:
        return _locked_on_windows(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _locked_on_windows(descriptor: int) -> bool:
    import msvcrt

    try:
        # A byte far beyond the end, since Windows keeps other handles, GDAL's too, from locked bytes.
        os.lseek(descriptor, 2**62, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True


def _host() -> str:
    return "".join(c if c.isalnum() else "_" for c in socket.gethostname())[:40]


def _sync_folder(folder: str) -> None:
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):  # some network file systems cannot flush a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
