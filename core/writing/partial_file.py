"""A file that appears under its name complete or not at all.

It is written under a hidden name in the destination folder, so that the last step is a rename inside one file
system. Its owner holds an operating system lock on it: a partial file whose lock is free belongs to a dead run
and is removed by the next one.
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
"""Seconds after which another host's partial file counts as left behind; its lock cannot be asked for from here."""

SIDECARS = (".ovr", AUXILIARY, ".msk", ".msk.ovr", ".ovr.msk")

OUTDATED = ".old"
"""Behind the name of an unfinished file, before that of a sidecar: one of the file that is replaced."""

TEMPORARIES = (".ovr.tmp", ".msk.ovr.tmp")
"""What GDAL's COG driver keeps beside the file while it makes it."""

PARTS = ".parts"
"""Behind the name of an unfinished file: the folder of what it is put together from."""


class Partial(Protocol):
    """An unfinished file: where to write, and what it becomes; `PartialFile` says more."""

    path: str
    destination: str

    def sync(self) -> None:
        """Return when the file's bytes have reached the disk."""

    def commit(self) -> None:
        """Give the file its name."""

    def discard(self) -> None:
        """Remove the file."""

    def for_copy(self) -> Partial:
        """Return an unfinished file for a copy of this one that takes the destination's name in its stead."""


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
            for path in with_auxiliary(self.path):
                with open(path, "rb+") as file:
                    os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{self.destination} could not be written: {error.strerror}.") from error

    def commit(self) -> None:
        """Give the file and its `.aux.xml` their names, in place of an older file and of what lies beside that.

        Raises
        ------
        OutputError
            The name cannot be taken, e.g. because another program holds the old file open.
        """
        replace_file(self.path, self.destination, self._release if os.name == "nt" else None)
        self._release()
        sync_folder(os.path.dirname(self.destination))

    def discard(self) -> None:
        """Remove the file and whatever a library left beside it; no error where nothing is left."""
        self._release()
        remove_file(self.path)

    def for_copy(self) -> PartialFile:
        """Return an unfinished file for a copy of this one that takes the destination's name in its stead."""
        return PartialFile(self.destination)

    def _release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


class StagedFile:
    """A file of a set: written at `path`, renamed to `destination`; the set's owner flushes, locks and tidies up.

    A copy of it that takes its place is written at `copy_path`, or else beside it.
    """

    def __init__(self, path: str, destination: str, copy_path: str = "") -> None:
        self.path, self.destination = path, destination
        self._copy_path = copy_path or f"{path}.copy.tif"

    def sync(self) -> None:
        """Leave the file to the flush of the whole set."""

    def commit(self) -> None:
        """Give the file its name.

        Raises
        ------
        OutputError
            The name cannot be taken.
        """
        replace_file(self.path, self.destination)

    def discard(self) -> None:
        """Remove the file where it was not renamed, and whatever a library left beside it."""
        remove_file(self.path)

    def for_copy(self) -> StagedFile:
        """Return where a copy of this file is written that is renamed to the destination in its stead."""
        return StagedFile(self._copy_path, self.destination)


def write_texts(texts: Mapping[str, str]) -> None:
    """Write texts to the files of these paths; none takes its name before all are on the disk.

    Raises
    ------
    OutputError
        One cannot be written.
    """
    with contextlib.ExitStack() as stack:
        partials = []
        for path, text in texts.items():
            partials.append(PartialFile(path))
            stack.callback(partials[-1].discard)
            try:
                with open(partials[-1].path, "w", encoding="utf-8", newline="\n") as file:
                    file.write(text)
            except OSError as error:
                raise OutputError(f"{os.path.abspath(path)} could not be written: {error.strerror}.") from error
            partials[-1].sync()
        for partial in partials:
            partial.commit()


def remove_file(path: str) -> None:
    """Remove an unfinished file and whatever lies beside it; no error where nothing is left."""
    shutil.rmtree(path + PARTS, ignore_errors=True)
    outdated = (path + OUTDATED + suffix for suffix in SIDECARS)
    for each in (path, *(path + suffix for suffix in (*SIDECARS, *TEMPORARIES)), *outdated):
        with contextlib.suppress(OSError):
            os.remove(each)


def with_auxiliary(path: str) -> tuple[str, ...]:
    """Return a file, and its `.aux.xml` where there is one."""
    return (path, path + AUXILIARY) if os.path.lexists(path + AUXILIARY) else (path,)


def make_parts_folder(path: str) -> str:
    """Return the new folder of what an unfinished file is put together from; it goes with that file.

    Raises
    ------
    OutputError
        It cannot be made.
    """
    try:
        os.mkdir(path + PARTS)
    except OSError as error:
        raise OutputError(f"Nothing can be written in {os.path.dirname(path)}: {error.strerror}.") from error
    return path + PARTS


def replace_file(path: str, destination: str, before: Callable[[], None] | None = None) -> None:
    """Give a finished file and its `.aux.xml` their names, in place of an older file and of what lies beside that.

    The file comes last, so that it never stands there without what belongs to it.

    Parameters
    ----------
    path, destination
        The file, and its name in the same file system.
    before
        Is called just before the name changes: Windows renames no open file.

    Raises
    ------
    OutputError
        The name cannot be taken; the older file and what lies beside it are then as they were.
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
        for here, there in reversed(moved):
            with contextlib.suppress(OSError):
                os.replace(there, here)
        raise OutputError(
            f"{destination} could not be replaced: {error.strerror}. Close the programs that use it."
        ) from error
    remove_file(path)  # what lay beside the old file, and what a library left beside the new one


def remove_dead_partials(folder: str) -> None:
    """Remove the partial files in `folder` whose owners are dead: a free lock, or another host's after a day."""
    for path in Path(folder).glob(f".*{MARK}*"):
        with contextlib.suppress(OSError, ValueError):
            # What lies beside a partial file has no lock of its own; it goes with its owner.
            owner = path.with_name(path.name[: path.name.rindex(".tif") + 4])
            if owner.exists() and not _is_dead(owner):
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def _is_dead(path: Path) -> bool:
    if f"{MARK}{_host()}-" not in path.name:
        return time.time() - path.stat().st_mtime > FOREIGN_AGE
    descriptor = os.open(path, os.O_RDWR)
    try:
        return lock_now(descriptor)
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
        if lock_now(descriptor) and os.path.exists(path):
            return path, descriptor
        # Another run took the new file for a dead one in the moment before it was locked.
        os.close(descriptor)


def lock_now(descriptor: int) -> bool:
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


def sync_folder(folder: str) -> None:
    """Return when the names in a folder have reached the disk, where the system can say so."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):  # some network file systems cannot flush a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
