"""Files that appear in a folder together: written to a hidden folder inside it, flushed once, then renamed.

No file is visible before the end, and a cancelled run leaves no files. All files share one lock and one flush: for
small files, a lock and a flush for each file would take longer than writing the pixels.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager

from ..errors import OutputError, about
from ..writing.partial_file import PartialFile, remove_file, replace_file, sync_folder, with_auxiliary


class SetMember:
    """One file of a `FileSet`, used like a `PartialFile`: it is written to `path`, then renamed to `destination`."""

    def __init__(self, path: str, destination: str, finished: dict[str, str]) -> None:
        self.path, self.destination = path, destination
        self._finished = finished

    def sync(self) -> None:
        """Do nothing: the `FileSet` flushes all files together."""

    def commit(self) -> None:
        """Mark the file as finished, so that the `FileSet` renames the file to its destination."""
        self._finished[self.destination] = self.path

    def discard(self) -> None:
        """Remove the file and any files that libraries left next to it."""
        remove_file(self.path)

    def for_copy(self) -> SetMember:
        """Return another unfinished file with the same destination, for a copy that replaces this file."""
        return SetMember(f"{self.path}.copy.tif", self.destination, self._finished)


class FileSet(AbstractContextManager["FileSet"]):
    """Set of files, written to a hidden subfolder of `folder`; `commit` moves all of them into `folder`.

    Without `commit`, no file appears, and the hidden subfolder is removed when the context ends.

    Parameters
    ----------
    folder
        Folder in which the files appear. It is created if it does not exist.
    """

    @about("folder")
    def __init__(self, folder: str) -> None:
        self.folder = os.path.abspath(folder)
        self._finished: dict[str, str] = {}
        self._numbers = itertools.count()
        self._created = _make_folders(self.folder)
        try:
            # The hidden folder is named after this locked file; the lock shows that the run is still active.
            self._owner = PartialFile(os.path.join(self.folder, "set"))
            self._hidden = self._owner.path + ".files"
            os.mkdir(self._hidden)
        except OSError as error:
            self._remove_created()
            raise OutputError(
                f"Files cannot be written to {self.folder}: {error.strerror}. Choose another folder."
            ) from error
        except OutputError:
            self._remove_created()
            raise

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._hidden, ignore_errors=True)
        self._owner.discard()
        self._remove_created()

    @property
    def staging(self) -> str:
        """Path of the hidden folder."""
        return self._hidden

    def member(self, destination: str) -> SetMember:
        """Return a new file in the hidden folder; `commit` renames the file to `destination`. Thread-safe."""
        return SetMember(os.path.join(self._hidden, f"{next(self._numbers)}.tif"), destination, self._finished)

    def commit(self, *, before: Sequence[str] = (), after: Sequence[str] = ()) -> None:
        """Flush all finished files, then rename them in the order in which they were finished.

        Parameters
        ----------
        before, after
            Older files to remove before the first and after the last new file is renamed, respectively.

        Raises
        ------
        OutputError
            A file cannot be replaced or removed, e.g. because another program has it open.
        """
        _flush([each for path in self._finished.values() for each in with_auxiliary(path)])
        _remove(before)
        for destination, path in self._finished.items():
            replace_file(path, destination)
        _remove(after)
        sync_folder(self.folder)

    def _remove_created(self) -> None:
        for folder in reversed(self._created):
            with contextlib.suppress(OSError):
                os.rmdir(folder)


def _make_folders(folder: str) -> list[str]:
    """Create a folder and its missing parents, and return the created folders, outermost first."""
    missing = []
    while not os.path.lexists(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    created: list[str] = []
    for each in reversed(missing):
        try:
            os.mkdir(each)
        except OSError as error:
            for other in reversed(created):
                os.rmdir(other)
            raise OutputError(
                f"The output folder {each} cannot be created: {error.strerror}. Choose another folder."
            ) from error
        created.append(each)
    return created


def _remove(paths: Sequence[str]) -> None:
    for path in paths:
        try:
            os.remove(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise OutputError(
                f"{path} cannot be removed: {error.strerror}. Close any program that is using it."
            ) from error


def _flush(paths: Sequence[str]) -> None:
    """Flush the files to disk."""
    if hasattr(os, "sync"):
        os.sync()
        return
    for path in paths:
        with open(path, "rb+") as file:
            os.fsync(file.fileno())
