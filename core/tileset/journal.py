"""The journal of a tile set that is not complete: what the run makes, and each tile that it has finished.

Lines of JSON, appended one by one, so that a run that is killed leaves at most its last line torn. A tile is entered
before it takes its name: what is in the journal may be missing, but no tile of the run is unknown to it.
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
from .manifest import JOURNAL_NAME, is_plain_name

FORMAT = 1


@dataclass(frozen=True)
class Entry:
    """A tile that was finished, with the size and checksum of its file; left out where `size` is None."""

    file: str
    valid_share: float | None
    size: int | None = None
    checksum: int = 0

    @property
    def left_out(self) -> bool:
        """Whether the tile has too few valid pixels to be kept."""
        return self.size is None

    def is_intact(self, path: str, stop: Stop) -> bool:
        """Return whether the tile's file is still what it was when it was entered."""
        if self.left_out:
            return True
        try:
            return os.path.getsize(path) == self.size and file_checksum(path, stop) == self.checksum
        except OSError:
            return False


class Journal:
    """The journal in a room; read when it is opened, appended to by any thread."""

    def __init__(self, staging: str) -> None:
        self._path = os.path.join(staging, JOURNAL_NAME)
        self._lock = threading.Lock()
        self._file: Any = None
        self.identity: Any = None
        self.entries: dict[str, Entry] = {}
        self.swapping: list[str] | None = None
        for line in self._lines():
            self._take(line)

    def begin(self, identity: Mapping[str, Any]) -> None:
        """Start to append; what an older run entered is forgotten unless it had the same identity.

        Raises
        ------
        OutputError
            The journal cannot be written.
        """
        goes_on = self.identity == identity
        try:
            self._file = open(self._path, "a" if goes_on else "w", encoding="utf-8")  # noqa: SIM115 - closed by `close`
        except OSError as error:
            raise OutputError(f"{self._path} cannot be written: {error.strerror}.") from error
        if goes_on:
            self._file.write("\n")  # the last line may be torn
        else:
            self.identity, self.entries = identity, {}
            self._append({"format": FORMAT, "identity": identity})

    def enter(self, entry: Entry) -> None:
        """Note a finished tile, before its file takes its name.

        Raises
        ------
        OutputError
            The journal cannot be written.
        """
        with self._lock:
            self.entries[entry.file] = entry
            self._append({"tile": asdict(entry)})

    def begin_swap(self, others: Iterable[str]) -> None:
        """Note, on the disk when this returns, that tiles begin to take their places, and these files with them.

        Raises
        ------
        OutputError
            The journal cannot be written.
        """
        self.swapping = list(others)
        self._append({"swap": self.swapping})
        os.fsync(self._file.fileno())

    def end_swap(self) -> None:
        """Note that the files are back where they were; an `OSError` is the caller's."""
        self.swapping = None
        with open(self._path, "a", encoding="utf-8") as file:
            file.write("\n" + json.dumps({"swap": None}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def forget(self) -> None:
        """Forget what an older run entered."""
        self.identity, self.entries, self.swapping = None, {}, None

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _append(self, facts: Mapping[str, Any]) -> None:
        try:
            self._file.write(json.dumps(facts, ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            raise OutputError(f"{self._path} cannot be written: {error.strerror}.") from error

    def _lines(self) -> list[str]:
        try:
            with open(self._path, encoding="utf-8", errors="replace") as file:
                return file.read().splitlines()
        except OSError:
            return []

    def _take(self, line: str) -> None:
        try:
            facts = json.loads(line)
            if facts.get("format") == FORMAT:
                self.identity, self.entries, self.swapping = facts["identity"], {}, None
            elif "tile" in facts:
                entry = Entry(**facts["tile"])
                if is_plain_name(entry.file):  # a folder may come from somebody else, and its names with it
                    self.entries[entry.file] = entry
            elif "swap" in facts:
                names = facts["swap"]
                self.swapping = None if names is None else [name for name in names if is_plain_name(name)]
        except (ValueError, TypeError, AttributeError, KeyError):
            return  # torn by the end of the run
