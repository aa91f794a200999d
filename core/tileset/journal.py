"""The journal of an unfinished tile set: the identity of the run, and each tile that the run has finished.

The identity is everything that determines the content of the files. The journal consists of JSON lines that are
appended one by one, so a killed run can damage only the last line. A tile's entry is written before its file gets
its final name, so the file of an entry may be missing, but every tile file has an entry.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import OutputError
from ..progress import Stop
from ..tiff.checksum import file_checksum
from .documents import is_plain_name
from .manifest import JOURNAL_NAME

FORMAT = 1


@dataclass(frozen=True)
class Entry:
    """A finished tile, with the size and checksum of its file. `size` is None if the tile was left out.

    `record` contains any other data that the run stores for the tile, as JSON values.
    """

    file: str
    valid_share: float | None
    size: int | None = None
    checksum: int = 0
    record: Any = None

    @property
    def left_out(self) -> bool:
        """True if the tile was not kept because it has too few valid pixels."""
        return self.size is None

    def is_intact(self, path: str, stop: Stop) -> bool:
        """Return True if the file still has the size and checksum of this entry, or if the tile was left out."""
        if self.left_out:
            return True
        try:
            return os.path.getsize(path) == self.size and file_checksum(path, stop) == self.checksum
        except OSError:
            return False


class Journal:
    """The journal in a staging folder. `__init__` reads the existing lines; any thread may append new lines."""

    def __init__(self, staging: str) -> None:
        self._path = os.path.join(staging, JOURNAL_NAME)
        self._lock = threading.Lock()
        self._file: Any = None
        self.identity: Any = None
        self.entries: dict[str, Entry] = {}
        self.swapping: list[str] | None = None
        for line in self._lines():
            self._read_line(line)

    def begin(self, identity: Mapping[str, Any]) -> None:
        """Open the journal for appending. Entries of an older run are dropped unless that run has the same identity.

        Raises
        ------
        OutputError
            The journal cannot be written.
        """
        resumes = self.identity == identity
        try:
            self._file = open(self._path, "a" if resumes else "w", encoding="utf-8")  # noqa: SIM115 - closed by `close`
        except OSError as error:
            raise OutputError(f"{self._path} cannot be written: {error.strerror}.") from error
        if resumes:
            self._file.write("\n")  # the last line of the interrupted run may be incomplete
        else:
            self.identity, self.entries = identity, {}
            self._append({"format": FORMAT, "identity": identity})

    def enter(self, entry: Entry) -> None:
        """Add the entry of a finished tile. Must be called before the tile's file gets its final name.

        Raises
        ------
        OutputError
            The journal cannot be written.
        """
        with self._lock:
            self.entries[entry.file] = entry
            self._append({"tile": asdict(entry)})

    def begin_swap(self, others: Iterable[str]) -> None:
        """Record that the replacement of old files by new ones has started, and flush the journal.

        `others` are the names of the new files that are not tiles.

        Raises
        ------
        OutputError
            The journal cannot be written.
        """
        self.swapping = list(others)
        self._append({"swap": self.swapping})
        os.fsync(self._file.fileno())

    def end_swap(self) -> None:
        """Record that the replacement of old files by new ones was undone. May raise OSError."""
        self.swapping = None
        with open(self._path, "a", encoding="utf-8") as file:
            file.write("\n" + json.dumps({"swap": None}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def forget(self) -> None:
        """Drop all entries of an older run from memory."""
        self.identity, self.entries, self.swapping = None, {}, None

    def close(self) -> None:
        """Close the journal file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _append(self, record: Mapping[str, Any]) -> None:
        try:
            self._file.write(json.dumps(record) + "\n")
            self._file.flush()
        except OSError as error:
            raise OutputError(f"{self._path} cannot be written: {error.strerror}.") from error

    def _lines(self) -> list[str]:
        try:
            with open(self._path, encoding="utf-8", errors="replace") as file:
                return file.read().splitlines()
        except OSError:
            return []

    def _read_line(self, line: str) -> None:
        try:
            record = json.loads(line)
            if record.get("format") == FORMAT:
                self.identity, self.entries, self.swapping = record["identity"], {}, None
            elif "tile" in record:
                entry = Entry(**record["tile"])
                if is_plain_name(entry.file):  # the folder may come from an untrusted source
                    self.entries[entry.file] = entry
            elif "swap" in record:
                names = record["swap"]
                self.swapping = None if names is None else [name for name in names if is_plain_name(name)]
        except (ValueError, TypeError, AttributeError, KeyError):
            return  # the run was killed while this line was being written
