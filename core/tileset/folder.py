"""The folder of a tile set: complete with its list, or not there; an older set stays until the new one is complete.

A run works in a hidden room inside the folder, which it holds a lock on. Finished tiles take their names at once,
or, where the folder holds a complete set, wait in the room until all can change places. The journal in the room tells
the next run what a dead one left.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape  # nosec B406 - it parses nothing

from ..errors import InputError, OutputError
from ..progress import Log
from ..raster.subdatasets import raster_stem
from ..writing.partial_file import AUXILIARY, SIDECARS, StagedFile, lock_now, sync_folder, with_auxiliary
from .journal import Entry, Journal
from .manifest import JOURNAL_NAME, MANIFEST_NAME, STAGING_NAME, Manifest, has_manifest, read_manifest, write_manifest
from .names import name_key, safe_stem

WORK, WAITING, REPLACED = "work", "new", "old"
"""Folders in the room: files being written, finished tiles that wait, and what they replace."""


class TileSet(AbstractContextManager["TileSet"]):
    """A folder while tiles are written to it; leaving the `with` block without `complete` leaves it as it was.

    Parameters
    ----------
    folder
        Where the tiles go; made where it does not exist.
    names
        The files that the set may have, the virtual mosaic among them.
    identity
        What decides the content of the tiles: the source and the parameters, in types that JSON knows.
    resume
        Keep what an unfinished run with the same identity finished, and after a failure what this run finished.
    log
        Hears what becomes of an older run's tiles.
    """

    def __init__(
        self, folder: str, names: Collection[str], identity: Mapping[str, Any], *, resume: bool, log: Log
    ) -> None:
        self.folder = os.path.abspath(folder)
        self._staging = os.path.join(self.folder, STAGING_NAME)
        self._names, self._identity, self._resume, self._log = names, identity, resume, log
        self._made: list[str] = []
        self._descriptor = -1
        self._replaced: list[str] = []
        self._waits = False
        self._complete = False
        self._journal: Journal

    def __enter__(self) -> TileSet:
        try:
            self._make_staging()
            self._take_over()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._journal.close()
        if not self._complete and not self._resume:
            self._discard()
        self._leave()

    @property
    def work(self) -> str:
        """The hidden folder of files being written."""
        return os.path.join(self._staging, WORK)

    def entry(self, file: str) -> Entry | None:
        """Return what is known of a tile that was finished, by this run or by the one that it goes on with."""
        return self._journal.entries.get(file)

    def path(self, file: str) -> str:
        """Return where a finished tile is now."""
        waiting = os.path.join(self._staging, WAITING, file)
        return waiting if os.path.lexists(waiting) else os.path.join(self.folder, file)

    def staged(self, file: str) -> StagedFile:
        """Return where to write a tile, and where it goes when it is finished."""
        place = os.path.join(self._staging, WAITING) if self._waits else self.folder
        return StagedFile(os.path.join(self._staging, WORK, file), os.path.join(place, file))

    def enter(self, entry: Entry) -> None:
        """Note that a tile is finished, before it is committed.

        Raises
        ------
        OutputError
            The journal cannot be written.
        """
        self._journal.enter(entry)

    def complete(self, manifest: Manifest, others: Mapping[str, str]) -> None:
        """Make the set whole: all tiles under their names, `others` (name and text) beside them, the list last.

        Raises
        ------
        OutputError
            A file cannot take its place; the folder is as it was.
        """
        new = {tile.file for tile in manifest.tiles}
        try:
            for name, text in others.items():
                Path(self._staging, WAITING, name).write_text(text, encoding="utf-8")
            write_manifest(os.path.join(self._staging, MANIFEST_NAME), manifest)
            self._journal.begin_swap(others)
            self._swap(new | set(others))
        except (OSError, OutputError) as error:
            self._swap_back()
            words = error.strerror if isinstance(error, OSError) else str(error)
            raise OutputError(
                f"The tiles in {self.folder} could not be completed: {words}. Close the programs that use them.",
                parameter="folder",
            ) from error
        self._complete = True

    def _make_staging(self) -> None:
        missing = [self.folder, *map(str, Path(self.folder).parents)]
        self._made = [path for path in missing if not os.path.lexists(path)]
        lock = os.path.join(self._staging, "lock")
        while self._descriptor < 0:
            try:
                self._make_places()
                descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
            except OSError as error:
                raise OutputError(
                    f"Nothing can be written in {self.folder}: {error.strerror}.", parameter="folder"
                ) from error
            if not lock_now(descriptor):
                os.close(descriptor)
                self._made = []
                raise OutputError(
                    f"Another run is writing tiles to {self.folder}; wait for it or choose another folder.",
                    parameter="folder",
                )
            if os.path.exists(lock) and os.path.samestat(os.stat(lock), os.fstat(descriptor)):
                self._descriptor = descriptor
            else:
                os.close(descriptor)  # the run before has just removed the room

    def _take_over(self) -> None:
        """Bring the folder of a dead run in order, and look at what it holds."""
        self._journal = Journal(self._staging)
        self._recover()
        old = self._older_set()
        listed = {tile.file for tile in old.tiles} if old else set()
        entries = self._journal.entries
        if entries and not (self._resume and self._journal.identity == self._identity):
            why = "it had another input or other parameters" if self._resume else "RESUME is off"
            self._log.info(f"Removed {len(entries)} tiles of an unfinished run: {why}.")
            self._remove_tiles(listed)
        else:
            self._resume_with(entries, listed)
        mosaic = mosaic_of(self.folder, old) if old else ()
        self._waits, self._replaced = old is not None, [*listed, *mosaic]
        self._check_names({name_key(name) for name in (*self._replaced, *self._journal.entries)})
        if old is not None:
            self._log.info(
                f"The {len(listed)} tiles of the set in {self.folder} are replaced when the new ones are done."
            )
        self._journal.begin(self._identity)

    def _older_set(self) -> Manifest | None:
        try:
            return read_manifest(self.folder) if has_manifest(self.folder) else None
        except InputError as error:
            raise OutputError(
                f"{error} To use {self.folder}, remove {MANIFEST_NAME} and its tiles first.", parameter="folder"
            ) from error

    def _resume_with(self, entries: Mapping[str, Entry], listed: Collection[str]) -> None:
        """Bring an unfinished run's tiles together where this run puts its own."""
        for file in entries:
            path = os.path.join(self.folder, file)
            if listed and file not in listed and os.path.isfile(path):
                self._move_tile(file, self.folder, os.path.join(self._staging, WAITING))
            elif not listed and os.path.lexists(os.path.join(self._staging, WAITING, file)):
                self._move_tile(file, os.path.join(self._staging, WAITING), self.folder)
        if entries:
            self._log.info(f"Resumed: {len(entries)} tiles of the unfinished run are looked at and kept.")

    def _recover(self) -> None:
        """Undo, or finish, an exchange of tiles in which a run died."""
        if self._journal.swapping is None:
            return
        if os.path.lexists(os.path.join(self._staging, MANIFEST_NAME)):
            self._swap_back()
        else:
            self._empty_staging()  # the set is complete; only the room was left

    def _check_names(self, ours: Collection[str]) -> None:
        """Raise when a new file would replace one that is of no tile set."""
        there = {name_key(name): name for name in os.listdir(self.folder)}
        for name in self._names:
            key = name_key(name)
            if key in there and key not in ours:
                raise OutputError(
                    f"{os.path.join(self.folder, there[key])} exists and belongs to no tile set, so it is not "
                    "replaced. Choose another folder or remove it.",
                    parameter="folder",
                )

    def _swap(self, new: Collection[str]) -> None:
        """Let the new files take the places of the old ones, the list first out and last in."""
        if has_manifest(self.folder):
            self._move(MANIFEST_NAME, self.folder, os.path.join(self._staging, REPLACED))
        for name in self._replaced:
            for file in (*(name + suffix for suffix in SIDECARS), name):  # a tile outside has nothing left inside
                path = os.path.join(self.folder, file)
                if os.path.lexists(path) and not os.path.isdir(path):
                    self._move(file, self.folder, os.path.join(self._staging, REPLACED))
        for name in new:
            if os.path.lexists(os.path.join(self._staging, WAITING, name)):
                self._move_tile(name, os.path.join(self._staging, WAITING), self.folder)
        self._move(MANIFEST_NAME, self._staging, self.folder)
        sync_folder(self.folder)

    @staticmethod
    def _move(name: str, source: str, target: str) -> None:
        os.replace(os.path.join(source, name), os.path.join(target, name))

    def _move_tile(self, name: str, source: str, target: str) -> None:
        """Move a tile, and before it what it has beside it."""
        for path in reversed(with_auxiliary(os.path.join(source, name))):
            self._move(os.path.basename(path), source, target)

    def _swap_back(self) -> None:
        """Put everything back that `_swap` moved out, the list last, and take out what it brought besides tiles."""
        replaced = os.path.join(self._staging, REPLACED)
        for name in self._journal.swapping or ():
            if not any(os.path.lexists(os.path.join(self._staging, place, name)) for place in (WAITING, REPLACED)):
                with contextlib.suppress(OSError):
                    os.remove(os.path.join(self.folder, name))
        names = os.listdir(replaced)
        for name in names:
            with contextlib.suppress(OSError):
                os.remove(os.path.join(self.folder, name + AUXILIARY))  # of the new tile of that name
        for name in sorted(names, key=lambda name: name == MANIFEST_NAME):
            self._move(name, replaced, self.folder)
        self._journal.end_swap()
        with contextlib.suppress(OSError):
            os.remove(os.path.join(self._staging, MANIFEST_NAME))

    def _discard(self) -> None:
        """Remove what this run made, and what it took over."""
        listed = {tile.file for tile in read_manifest(self.folder).tiles} if has_manifest(self.folder) else set()
        self._remove_tiles(listed)

    def _remove_tiles(self, listed: Collection[str]) -> None:
        """Remove every tile in the journal that is not of the complete set, and empty the room."""
        for file in self._journal.entries:
            if file not in listed:
                for path in _with_sidecars(os.path.join(self.folder, file)):
                    with contextlib.suppress(OSError):
                        os.remove(path)
        self._empty_staging()

    def _empty_staging(self) -> None:
        self._journal.forget()
        for path in Path(self._staging).iterdir():
            if path.name != "lock":
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
        self._make_places()

    def _make_places(self) -> None:
        for name in (WORK, WAITING, REPLACED):
            os.makedirs(os.path.join(self._staging, name), exist_ok=True)

    def _leave(self) -> None:
        """Give the lock back; the room goes unless an unfinished run may be resumed."""
        if self._descriptor < 0:
            return
        keep = self._resume and not self._complete and os.path.exists(os.path.join(self._staging, JOURNAL_NAME))
        if os.name == "nt":
            os.close(self._descriptor)
        if not keep:
            shutil.rmtree(self._staging, ignore_errors=True)
        if os.name != "nt":
            os.close(self._descriptor)
        self._descriptor = -1
        for path in self._made if not keep and not self._complete else ():
            with contextlib.suppress(OSError):
                os.rmdir(path)


def _with_sidecars(path: str) -> Iterator[str]:
    yield path
    yield from (path + suffix for suffix in SIDECARS)


_SOURCE = re.compile("<SourceFilename[^>]*>([^<]*)</SourceFilename>")


def mosaic_of(folder: str, manifest: Manifest) -> tuple[str, ...]:
    """Return the name of a set's virtual mosaic where it is there; a set that was made from another has none."""
    name = safe_stem(raster_stem(manifest.source.path)) + ".vrt"
    try:
        text = Path(folder, name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    first = _SOURCE.search(text)
    if first is None:
        return () if manifest.tiles else (name,)
    return (name,) if unescape(first.group(1)) in {tile.file for tile in manifest.tiles} else ()
