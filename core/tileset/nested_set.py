"""Sets of files in subfolders, with a list of the files. The files of an older run stay until the new set is complete.

A run writes to a hidden, locked folder inside the output folder. At the end, a few renames replace the subfolders and
documents of the older set with the new ones; the list is removed first and added last. The journal records the files
that an interrupted run finished, and whether the replacement had begun.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError, OutputError
from ..progress import Log
from ..writing.partial_file import AUXILIARY, StagedFile, sync_folder
from .journal import Journal
from .staged_set import WORK, StagedSet
from .staging import StagingFolder

NEW, OLD = "new", "old"
"""Names of subfolders of the hidden folder: for the new set, and for the older set while it is being replaced."""


@dataclass(frozen=True)
class SetLayout:
    """Names of a set's hidden folder, subfolders and documents, and the word for its content in messages.

    The last document is the list of files. `read_files` returns the paths that a list contains, relative to its folder,
    with `/` as separator.
    """

    staging: str
    subfolders: tuple[str, ...]
    documents: tuple[str, ...]
    content: str
    read_files: Callable[[str], Collection[str]]

    @property
    def list_name(self) -> str:
        """Name of the document that lists the files of the set."""
        return self.documents[-1]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all subfolders and documents, in the order in which they are moved into the folder."""
        return (*self.subfolders, *self.documents)


class NestedSet(StagedSet):
    """A set of files in subfolders. If the `with` block ends before `complete` is called, the folder is unchanged.

    Parameters
    ----------
    folder
        Output folder. It is created if it does not exist.
    layout
        Names of the subfolders and documents of the set.
    identity, resume, log
        As for `StagedSet`.
    """

    def __init__(self, folder: str, layout: SetLayout, identity: Mapping[str, Any], *, resume: bool, log: Log) -> None:
        staging = StagingFolder(folder, layout.staging, (WORK, NEW, OLD), layout.content)
        super().__init__(staging, json.loads(json.dumps(identity)), resume=resume, log=log)
        self._layout = layout

    @property
    def new(self) -> str:
        """Path of the hidden folder with the finished files in their subfolders."""
        return os.path.join(self._staging, NEW)

    def complete(self, texts: Mapping[str, str]) -> None:
        """Write the documents, and replace the older set with the new one.

        Raises
        ------
        OutputError
            A file cannot be written or renamed. The older set is then restored.
        """
        try:
            for name in self._layout.documents:
                path = os.path.join(self.new, name)
                with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                    file.write(texts[name])
                    file.flush()
                    os.fsync(file.fileno())
            made = [name for name in self._layout.names if os.path.lexists(os.path.join(self.new, name))]
            self._journal.begin_swap(made)
            self._swap(made)
        except OSError as error:
            self._swap_back()
            raise OutputError(
                f"The {self._layout.content} in {self.folder} could not be completed: {error.strerror}. Close all "
                "programs that are using files in this folder, then start the run again.",
                parameter="folder",
            ) from error
        self._complete = True

    def _take_over(self) -> None:
        """Recover from an interrupted run: undo an incomplete replacement, and decide which finished files to keep."""
        self._journal = Journal(self._staging)
        if self._journal.swapping is not None:
            if os.path.lexists(os.path.join(self.new, self._layout.list_name)):
                self._swap_back()
            else:
                self._empty_staging()  # the replacement is complete; only the hidden folder remains to be removed
        self._check_folder()
        count = len(self._journal.entries)
        if count and self._resume and self._journal.identity == self._identity:
            self._log.info(
                f"Resumed with files left by an unfinished run: {count}. They are kept if they are unchanged."
            )
        else:
            if count:
                reason = "That run had different inputs or parameters" if self._resume else "RESUME is off"
                self._log.info(f"Removed files left by an unfinished run: {count}. {reason}.")
            self._empty_staging()
        self._journal.begin(self._identity)

    def _check_folder(self) -> None:
        """Raise OutputError if the folder contains files that do not belong to an older set."""
        listed = self._listed()
        for path in self._existing():
            name = path.relative_to(self.folder).as_posix()
            if name not in listed and name.removesuffix(AUXILIARY) not in listed:
                raise OutputError(
                    f"{path} does not belong to a set of {self._layout.content}, so it was not replaced. Choose "
                    "another folder or remove this file.",
                    parameter="folder",
                )
        if listed:
            self._log.info(
                f"The old {self._layout.content} in {self.folder} are replaced when the new ones are complete."
            )

    def _listed(self) -> set[str]:
        """Return the names of all files of the older set, relative to the folder."""
        path = os.path.join(self.folder, self._layout.list_name)
        if not os.path.lexists(path):
            return set()
        try:
            return {*self._layout.read_files(path), *self._layout.documents}
        except InputError as error:
            raise OutputError(
                f"{error} To write a new set to {self.folder}, first remove {self._layout.list_name} and the files of "
                "the old set.",
                parameter="folder",
            ) from error

    def _existing(self) -> Iterator[Path]:
        """Yield the paths of the files in the folder that the new set would replace."""
        for name in self._layout.names:
            path = Path(self.folder, name)
            if path.is_dir() and not path.is_symlink():
                yield from (each for each in sorted(path.rglob("*")) if each.is_symlink() or not each.is_dir())
            elif os.path.lexists(path):
                yield path

    def _swap(self, made: Collection[str]) -> None:
        for name in reversed(self._layout.names):
            if os.path.lexists(os.path.join(self.folder, name)):
                self._move(name, self.folder, OLD)
        for name in made:
            os.replace(os.path.join(self.new, name), os.path.join(self.folder, name))
        sync_folder(self.folder)

    def _swap_back(self) -> None:
        """Undo a complete or partial `_swap`. The file list of the older set is restored last."""
        made = self._journal.swapping or ()
        for name in self._layout.names:
            here, old, new = (os.path.join(each, name) for each in (self.folder, self._path(OLD), self.new))
            if name in made and os.path.lexists(here) and not os.path.lexists(new):
                self._move(name, self.folder, NEW)
            if os.path.lexists(old):
                os.replace(old, here)
        self._journal.end_swap()
        for name in self._layout.documents:
            with contextlib.suppress(OSError):
                os.remove(os.path.join(self.new, name))

    def _move(self, name: str, source: str, subfolder: str) -> None:
        os.replace(os.path.join(source, name), os.path.join(self._path(subfolder), name))

    def _path(self, subfolder: str) -> str:
        return os.path.join(self._staging, subfolder)


class MemberStore:
    """Folders `work` and `new` of a `NestedSet`, for writing its files in this process or on a worker.

    `token` is a prefix that distinguishes the files of different writers in `work`.
    """

    def __init__(self, work: str, new: str, token: str) -> None:
        self._work, self._new, self._token = work, new, token

    def staged(self, name: str) -> StagedFile:
        """Return the staged file to write for `name`, a path relative to the set's folder, with `/` as separator."""
        destination = os.path.join(self._new, *name.split("/"))
        os.makedirs(os.path.dirname(destination), exist_ok=True)
        return StagedFile(os.path.join(self._work, f"{self._token}-{entry_name(name)}"), destination)


def entry_name(name: str) -> str:
    """Return the name of a file in the journal: its path relative to the set's folder, with `-` instead of `/`."""
    return name.replace("/", "-")
