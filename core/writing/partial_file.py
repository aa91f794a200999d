"""Write files under a hidden name and rename them to their final name only when they are complete.

The hidden file is in the destination folder, so the last step is a rename within one file system. The run that writes
the file holds an operating system lock on it: a partial file without a lock was left by a crashed run and is removed by
the next run.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from ..errors import OutputError
from ..reading.safe_paths import AUXILIARY as AUXILIARY

MARK = ".parallelraster-"
FOREIGN_AGE = 24 * 3600
"""Age in seconds after which a partial file from another host, whose lock cannot be checked, counts as abandoned."""

SIDECARS = (".ovr", AUXILIARY, ".msk", ".msk.ovr", ".ovr.msk")

OUTDATED = ".old"
"""While a file is replaced, its old sidecars are renamed to the name of the new, unfinished file plus this suffix and
their own, for example `.old.ovr`."""

TEMPORARIES = (".ovr.tmp", ".msk.ovr.tmp")
"""Suffixes of the temporary files that GDAL's COG driver creates next to its output."""

PARTS = ".parts"
"""The folder with the parts of an unfinished file has the name of the file plus this suffix."""


class Partial(Protocol):
    """An unfinished file that is written to `path` and renamed to `destination`; see `PartialFile`."""

    path: str
    destination: str

    def sync(self) -> None:
        """Flush the file to disk."""

    def commit(self) -> None:
        """Rename the file to its destination."""

    def discard(self) -> None:
        """Remove the file."""

    def for_copy(self) -> Partial:
        """Return another unfinished file with the same destination, for a copy that replaces this file."""


class PartialFile:
    """A locked hidden file in the folder of `destination`, to be committed or discarded.

    Callers write to `path`. If the destination is a symbolic link, its target is replaced and the link is kept.
    """

    def __init__(self, destination: str) -> None:
        self.destination = os.path.realpath(destination)
        folder = os.path.dirname(self.destination)
        remove_dead_partials(folder)
        self.path, self._lock = _create_locked(folder, Path(self.destination).name)

    def sync(self) -> None:
        """Flush the file and its `.aux.xml` to disk.

        Raises
        ------
        OutputError
            The operating system could not write the data.
        """
        try:
            for path in with_auxiliary(self.path):
                with open(path, "rb+") as file:
                    os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{self.destination} could not be written: {error.strerror}.") from error

    def commit(self) -> None:
        """Rename the file and its `.aux.xml`, replacing an older file and its sidecars.

        Raises
        ------
        OutputError
            The old file cannot be replaced, e.g. because another program has it open.
        """
        replace_file(self.path, self.destination, self._release if os.name == "nt" else None)
        self._release()
        sync_folder(os.path.dirname(self.destination))

    def discard(self) -> None:
        """Remove the file and all files that libraries created next to it; missing files are ignored."""
        self._release()
        remove_file(self.path)

    def for_copy(self) -> PartialFile:
        """Return another unfinished file with the same destination, for a copy that replaces this file."""
        return PartialFile(self.destination)

    def _release(self) -> None:
        """Release the lock by closing its file descriptor."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


class StagedFile:
    """One of several files, written to `path` and renamed to `destination`; the caller flushes, locks and cleans up.

    If a copy replaces the file, the copy is written to `copy_path`, by default next to the file.
    """

    def __init__(self, path: str, destination: str, copy_path: str = "") -> None:
        self.path, self.destination = path, destination
        self._copy_path = copy_path or f"{path}.copy.tif"

    def sync(self) -> None:
        """Do nothing; the caller flushes all files together."""

    def commit(self) -> None:
        """Rename the file to its destination.

        Raises
        ------
        OutputError
            The destination cannot be replaced.
        """
        replace_file(self.path, self.destination)

    def discard(self) -> None:
        """Remove the file, if it was not renamed, and all files that libraries created next to it."""
        remove_file(self.path)

    def for_copy(self) -> StagedFile:
        """Return another unfinished file with the same destination, for a copy that replaces this file."""
        return StagedFile(self._copy_path, self.destination)


def chunk_file(staged: StagedFile, is_cog: bool) -> StagedFile:
    """Return the file that chunks are written to: `staged` or, for a COG, a plain GeoTIFF that is copied later."""
    if not is_cog:
        return staged
    return StagedFile(f"{staged.path}.plain.tif", staged.destination, copy_path=staged.path)


def write_texts(texts: Mapping[str, str]) -> None:
    """Write text files from a mapping of path to content; flush all files to disk before the first is renamed.

    Surrogates, which UTF-8 cannot store, are written as escape sequences, as in JSON.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    with contextlib.ExitStack() as stack:
        partials = []
        for path, text in texts.items():
            partials.append(PartialFile(path))
            stack.callback(partials[-1].discard)
            try:
                target = partials[-1].path
                with open(target, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                    file.write(text)
            except OSError as error:
                raise OutputError(f"{os.path.abspath(path)} could not be written: {error.strerror}.") from error
            partials[-1].sync()
        for partial in partials:
            partial.commit()


def remove_file(path: str) -> None:
    """Remove an unfinished file with its sidecars and part files; missing files are ignored."""
    shutil.rmtree(path + PARTS, ignore_errors=True)
    outdated = (path + OUTDATED + suffix for suffix in SIDECARS)
    for each in (path, *(path + suffix for suffix in (*SIDECARS, *TEMPORARIES)), *outdated):
        with contextlib.suppress(OSError):
            os.remove(each)


def with_auxiliary(path: str) -> tuple[str, ...]:
    """Return the paths of a file and, if it exists, of its `.aux.xml`."""
    return (path, path + AUXILIARY) if os.path.lexists(path + AUXILIARY) else (path,)


def make_parts_folder(path: str) -> str:
    """Create and return a folder for the parts of an unfinished file; it is removed together with the file.

    Raises
    ------
    OutputError
        The folder cannot be created.
    """
    try:
        os.mkdir(path + PARTS)
    except OSError as error:
        raise OutputError(
            f"Cannot write to {os.path.dirname(path)}: {error.strerror}. Choose another folder."
        ) from error
    return path + PARTS


def replace_file(path: str, destination: str, before: Callable[[], None] | None = None) -> None:
    """Rename a finished file and its `.aux.xml`, replacing an older file and its sidecars.

    The file itself is renamed last, so that it never appears without its sidecar.

    Parameters
    ----------
    path, destination
        The finished file and its final name, on the same file system.
    before
        Function called just before the rename, for example to close the file: Windows cannot rename an open file.

    Raises
    ------
    OutputError
        The older file cannot be replaced. In this case, the older file and its sidecars are unchanged.
    """
    moved: list[tuple[str, str]] = []
    try:
        for suffix in SIDECARS:
            if os.path.lexists(destination + suffix):
                moved.append((destination + suffix, path + OUTDATED + suffix))
                os.replace(*moved[-1])
        if os.path.lexists(path + AUXILIARY):
            moved.append((path + AUXILIARY, destination + AUXILIARY))
            os.replace(*moved[-1])
        if before is not None:
            before()
        os.replace(path, destination)
    except OSError as error:
        for source, target in reversed(moved):
            with contextlib.suppress(OSError):
                os.replace(target, source)
        raise OutputError(
            f"{destination} could not be replaced: {error.strerror}. Close any program that is using it."
        ) from error
    remove_file(path)  # sidecars of the old file, and files that libraries created next to the new one


def remove_dead_partials(folder: str) -> None:
    """Remove partial files of crashed runs: unlocked files, and files from other hosts after a day without changes."""
    for path in Path(folder).glob(f".*{MARK}*"):
        with contextlib.suppress(OSError, ValueError):
            # Sidecars of a partial file have no lock; they are removed together with the file.
            owner = path.with_name(path.name[: path.name.rindex(".tif") + 4])
            if owner.exists() and not _is_dead(owner):
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def _is_dead(path: Path) -> bool:
    """Return True if the run that created a partial file has ended without removing the file."""
    if f"{MARK}{_host()}-" not in path.name:
        return time.time() - path.stat().st_mtime > FOREIGN_AGE
    descriptor = os.open(path, os.O_RDWR)
    try:
        return lock_now(descriptor)
    finally:
        os.close(descriptor)


def _create_locked(folder: str, name: str) -> tuple[str, int]:
    """Create a partial file in a folder; return its path and locked descriptor."""
    while True:
        path = os.path.join(folder, f".{Path(name).stem[:40]}{MARK}{_host()}-{os.getpid()}-{secrets.token_hex(4)}.tif")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o666)
        except FileExistsError:
            continue
        except OSError as error:
            raise OutputError(f"Cannot write to {folder}: {error.strerror}. Choose another folder.") from error
        if lock_now(descriptor) and os.path.exists(path):
            return path, descriptor
        # Another run removed the new file as abandoned before it was locked.
        os.close(descriptor)


def lock_now(descriptor: int) -> bool:
    """Try to lock a file; return True on success. The lock lasts until the descriptor is closed or the process ends."""
    try:
        import fcntl
    except ImportError:
        return _lock_on_windows(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _lock_on_windows(descriptor: int) -> bool:
    """Try to lock a file on Windows; return True on success."""
    import msvcrt

    try:
        # Lock a byte far beyond the end: Windows denies other handles, including GDAL's, access to locked bytes.
        os.lseek(descriptor, 2**62, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True


def _host() -> str:
    """Return the host name in a form that is valid in file names."""
    return "".join(c if c.isalnum() else "_" for c in socket.gethostname())[:40]


def sync_folder(folder: str) -> None:
    """Flush a folder's directory entries to disk on POSIX systems; do nothing on other systems."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):  # some network file systems cannot flush a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
