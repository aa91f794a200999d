"""The hidden, locked folder of an unfinished set of files, inside the output folder."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from ..errors import OutputError
from ..writing.partial_file import lock_now

LOCK = "lock"


class StagingFolder:
    """A hidden folder that only one run at a time can claim.

    Parameters
    ----------
    folder
        Output folder. It is created if it does not exist.
    name
        Name of the hidden folder.
    subfolders
        Subfolders of the hidden folder.
    content
        What the run writes, such as "tiles", for the message if another run has claimed the folder.
    """

    def __init__(self, folder: str, name: str, subfolders: Sequence[str], content: str) -> None:
        self.folder = os.path.abspath(folder)
        self.path = os.path.join(self.folder, name)
        self._subfolders, self._content = subfolders, content
        self._created: list[str] = []
        self._descriptor = -1

    def claim(self) -> None:
        """Create the folder and lock it.

        Raises
        ------
        OutputError
            The folder cannot be created, or another run has claimed it.
        """
        missing = [self.folder, *map(str, Path(self.folder).parents)]
        self._created = [path for path in missing if not os.path.lexists(path)]
        lock = os.path.join(self.path, LOCK)
        while self._descriptor < 0:
            try:
                self._make_subfolders()
                descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
            except OSError as error:
                raise OutputError(
                    f"Files cannot be written to {self.folder}: {error.strerror}. Choose another folder.",
                    parameter="folder",
                ) from error
            if not lock_now(descriptor):
                os.close(descriptor)
                self._created = []
                raise OutputError(
                    f"Another run is writing {self._content} to {self.folder}. Wait until it ends, or choose another "
                    "folder.",
                    parameter="folder",
                )
            if os.path.exists(lock) and os.path.samestat(os.stat(lock), os.fstat(descriptor)):
                self._descriptor = descriptor
            else:
                os.close(descriptor)  # the previous run has just removed the staging folder

    def empty(self) -> None:
        """Remove everything in the folder except the lock, and create the subfolders again."""
        for path in Path(self.path).iterdir():
            if path.name != LOCK:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
        self._make_subfolders()

    def release(self, *, keep: bool, complete: bool) -> None:
        """Release the lock, and remove the hidden folder unless `keep` is True.

        If `keep` and `complete` are both False, the output folders that `claim` created are also removed,
        unless they contain other files.
        """
        if self._descriptor < 0:
            return
        if os.name == "nt":
            os.close(self._descriptor)
        if not keep:
            shutil.rmtree(self.path, ignore_errors=True)
        if os.name != "nt":
            os.close(self._descriptor)
        self._descriptor = -1
        for path in self._created if not keep and not complete else ():
            with contextlib.suppress(OSError):
                os.rmdir(path)

    def _make_subfolders(self) -> None:
        for name in self._subfolders:
            os.makedirs(os.path.join(self.path, name), exist_ok=True)
