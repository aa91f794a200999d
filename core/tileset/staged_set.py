"""Base class of file sets that are written in a locked staging folder, with a journal of the finished files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from ..errors import Cancelled
from ..progress import Log
from .journal import Entry, Journal
from .manifest import JOURNAL_NAME
from .staging import StagingFolder

WORK = "work"
"""Subfolder of the staging folder for files being written."""

Set = TypeVar("Set", bound="StagedSet")


class StagedSet(AbstractContextManager["StagedSet"]):
    """A set of files that a run writes to a staging folder first. The `with` block claims and releases the folder.

    Parameters
    ----------
    staging
        The staging folder, not yet claimed.
    identity
        Everything that determines the content of the files, as JSON values.
    resume
        True to reuse the finished files of an unfinished run with the same identity, and to keep the finished files of
        this run if it fails.
    log
        Receives messages about files of earlier runs.
    """

    noun = "file"
    """Word for a file of the set in messages."""

    def __init__(self, staging: StagingFolder, identity: Mapping[str, Any], *, resume: bool, log: Log) -> None:
        self._locked, self.folder, self._staging = staging, staging.folder, staging.path
        self._identity, self._resume, self._log = identity, resume, log
        self._complete = False
        self._journal: Journal

    def __enter__(self: Set) -> Set:
        try:
            self._locked.claim()
            self._take_over()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        self._journal.close()
        if not self._complete and not self._resume:
            self._discard()
        self._leave()
        kept = sum(not entry.left_out for entry in self._journal.entries.values())
        if isinstance(error, Cancelled) and self._resume and not self._complete and kept:
            raise Cancelled(
                f"The run was cancelled. Finished {self.noun}s kept: {kept}. To continue, run again with RESUME, the "
                "same inputs and the same parameters."
            ) from error

    @property
    def work(self) -> str:
        """Path of the hidden folder for files being written."""
        return os.path.join(self._staging, WORK)

    def entry(self, name: str) -> Entry | None:
        """Return the journal entry of a file that this run or the resumed run finished; None for any other file."""
        return self._journal.entries.get(name)

    def enter(self, entry: Entry) -> None:
        """Enter a finished file in the journal. A tile must be entered before its file is renamed.

        Raises
        ------
        OutputError
            The journal cannot be written.
        """
        self._journal.enter(entry)

    def _take_over(self) -> None:
        """Open the journal, recover from an interrupted run, and decide which finished files to keep."""
        raise NotImplementedError

    def _discard(self) -> None:
        """Remove the files of this run that are already outside the staging folder; by default, there are none."""

    def _empty_staging(self) -> None:
        self._journal.forget()
        self._locked.empty()

    def _leave(self) -> None:
        """Release the lock, and remove the staging folder unless the run can be resumed."""
        keep = self._resume and not self._complete and os.path.exists(os.path.join(self._staging, JOURNAL_NAME))
        self._locked.release(keep=keep, complete=self._complete)
