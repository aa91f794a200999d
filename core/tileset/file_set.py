"""Files that appear in a folder together: written in a hidden folder inside it, flushed once, then renamed.

Nothing of a set is seen before its end, and a run that is stopped leaves nothing. A single file in it needs no lock, no
flush and no look at the folder of its own, which would cost more than a small file's pixels.
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
    """One file of a set, used like a `PartialFile`: `path` is where to write, `destination` what it becomes."""

    def __init__(self, path: str, destination: str, finished: dict[str, str]) -> None:
        self.path, self.destination = path, destination
        self._finished = finished

    def sync(self) -> None:
        """Leave the flush to the set."""

    def commit(self) -> None:
        """Enter the file among those that the set gives their names."""
        self._finished[self.destination] = self.path

    def discard(self) -> None:
        """Remove the file and whatever a library left beside it."""
        remove_file(self.path)

    def for_copy(self) -> SetMember:
        """Return the file for a copy of this one that becomes the destination in its stead."""
        return SetMember(f"{self.path}.copy.tif", self.destination, self._finished)


class FileSet(AbstractContextManager["FileSet"]):
    """A hidden folder inside `folder`, which is made when it does not exist; what is not committed is removed.

    Parameters
    ----------
    folder
        Where the files are to appear.
    """

    @about("folder")
    def __init__(self, folder: str) -> None:
        self.folder = os.path.abspath(folder)
        self._finished: dict[str, str] = {}
        self._numbers = itertools.count()
        self._made = _make_folders(self.folder)
        try:
            # Its lock says that the hidden folder, which is named after it, has a living owner.
            self._owner = PartialFile(os.path.join(self.folder, "set"))
            self._hidden = self._owner.path + ".files"
            os.mkdir(self._hidden)
        except OSError as error:
            self._remove_made()
            raise OutputError(f"Nothing can be written in {self.folder}: {error.strerror}.") from error
        except OutputError:
            self._remove_made()
            raise

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._hidden, ignore_errors=True)
        self._owner.discard()
        self._remove_made()

    @property
    def staging(self) -> str:
        """The hidden folder."""
        return self._hidden

    def member(self, destination: str) -> SetMember:
        """Return the file to write for a destination inside the folder; any thread may call."""
        return SetMember(os.path.join(self._hidden, f"{next(self._numbers)}.tif"), destination, self._finished)

    def commit(self, *, before: Sequence[str] = (), after: Sequence[str] = ()) -> None:
        """Give all finished files their names in the order in which they were finished, after one flush.

        Parameters
        ----------
        before, after
            Older files that go before the first name is taken, and after the last.

        Raises
        ------
        OutputError
            A name cannot be taken, e.g. because another program holds the old file open.
        """
        _flush([each for path in self._finished.values() for each in with_auxiliary(path)])
        _remove(before)
        for destination, path in self._finished.items():
            replace_file(path, destination)
        _remove(after)
        sync_folder(self.folder)

    def _remove_made(self) -> None:
        for folder in reversed(self._made):
            with contextlib.suppress(OSError):
                os.rmdir(folder)


def _make_folders(folder: str) -> list[str]:
    """Return the folders that had to be made, the outermost first."""
    missing = []
    while not os.path.lexists(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    made: list[str] = []
    for each in reversed(missing):
        try:
            os.mkdir(each)
        except OSError as error:
            for other in reversed(made):
                os.rmdir(other)
            raise OutputError(f"The output folder {each} cannot be made: {error.strerror}.") from error
        made.append(each)
    return made


def _remove(paths: Sequence[str]) -> None:
    for path in paths:
        try:
            os.remove(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise OutputError(f"{path} cannot be removed: {error.strerror}. Close the programs that use it.") from error


def _flush(paths: Sequence[str]) -> None:
    """Return when the files' bytes have reached the disk."""
    if hasattr(os, "sync"):
        os.sync()
        return
    for path in paths:
        with open(path, "rb+") as file:
            os.fsync(file.fileno())
