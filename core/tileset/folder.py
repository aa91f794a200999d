"""Write a set of files to a folder. An older set stays in the folder until the new one is complete.

A run writes to a hidden, locked staging folder inside the output folder. Each finished tile gets its final name
immediately, unless the folder contains a complete older tile set: the new tiles then stay in the staging folder until
the old files are replaced together. The journal in the staging folder lists the tiles that an interrupted run finished.
"""

from __future__ import annotations

import contextlib
import functools
import html
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError, OutputError
from ..progress import Log
from ..raster.subdatasets import raster_stem
from ..writing.partial_file import AUXILIARY, SIDECARS, StagedFile, sync_folder, with_auxiliary
from .journal import Entry, Journal
from .manifest import MANIFEST_NAME, STAGING_NAME, Manifest, has_manifest, read_manifest, write_manifest
from .names import name_key, safe_stem
from .staged_set import WORK, StagedSet
from .staging import StagingFolder

WAITING, REPLACED = "new", "old"
"""Subfolders of the staging folder: finished tiles, and the older files that they replace."""


class ListedSet(StagedSet):
    """An output folder that contains a set of files and a list of these files.

    If the `with` block ends before the set is complete, the folder is restored.

    Parameters
    ----------
    folder
        Output folder. It is created if it does not exist.
    names
        Names of all files that the set may contain (tiles or scenes, and others), except the file that lists the set.
    identity, resume, log
        As for `StagedSet`.
    """

    list_name, staging_name, noun, not_ours = "", "", "", ""
    """Name of the file that lists the set, name of the hidden folder of an unfinished run, the word for a file of the
    set in messages, and the message about an existing file that does not belong to a set and must not be replaced."""

    def __init__(
        self, folder: str, names: Collection[str], identity: Mapping[str, Any], *, resume: bool, log: Log
    ) -> None:
        staging = StagingFolder(folder, self.staging_name, (WORK, WAITING, REPLACED), f"{self.noun}s")
        super().__init__(staging, identity, resume=resume, log=log)
        self._names = names
        self._replaced: list[str] = []
        self._replaces_set = False

    def path(self, file: str) -> str:
        """Return the current path of a finished tile."""
        waiting = os.path.join(self._staging, WAITING, file)
        return waiting if os.path.lexists(waiting) else os.path.join(self.folder, file)

    def staged(self, file: str) -> StagedFile:
        """Return the file to write for a tile, with its destination."""
        target = os.path.join(self._staging, WAITING) if self._replaces_set else self.folder
        return StagedFile(os.path.join(self._staging, WORK, file), os.path.join(target, file))

    def older_set(self) -> tuple[Collection[str], Collection[str]] | None:
        """Return the tiles and other files of the complete set in the folder; None if the folder has no list of files.

        Raises
        ------
        InputError
            The list of files is damaged.
        """
        raise NotImplementedError

    def _complete_with(self, new: set[str], others: Mapping[str, str], write_list: Callable[[str], None]) -> None:
        """Give the files `new` their final names, write the text files `others` (name to text), and the list last.

        Raises
        ------
        OutputError
            A file cannot be moved. The folder is then restored.
        """
        try:
            for name, text in others.items():
                Path(self._staging, WAITING, name).write_text(text, encoding="utf-8")
            write_list(os.path.join(self._staging, self.list_name))
            self._journal.begin_swap(others)
            self._swap(new | set(others))
        except (OSError, OutputError) as error:
            self._swap_back()
            reason = error.strerror if isinstance(error, OSError) else str(error).rstrip(".")
            raise OutputError(
                f"The {self.noun} set in {self.folder} could not be completed: {reason}. Close all programs that are "
                "using files in this folder, then start the run again.",
                parameter="folder",
            ) from error
        self._complete = True

    def _take_over(self) -> None:
        """Recover from an interrupted run, and decide which existing tiles to keep, remove or replace."""
        self._journal = Journal(self._staging)
        self._recover()
        old = self._older_set()
        listed, others = (set(old[0]), old[1]) if old else (set(), ())
        entries = self._journal.entries
        if entries and not (self._resume and self._journal.identity == self._identity):
            reason = "That run had different inputs or parameters" if self._resume else "RESUME is off"
            self._log.info(f"Removed {self.noun}s left by an unfinished run: {len(entries)}. {reason}.")
            self._remove_tiles(listed)
        else:
            self._resume_with(entries, listed)
        self._replaces_set, self._replaced = old is not None, [*listed, *others]
        self._check_names({name_key(name) for name in (*self._replaced, *self._journal.entries)})
        if old is not None:
            self._log.info(
                f"The old {self.noun} set in {self.folder} ({self.noun}s: {len(listed)}) is replaced when the new one "
                "is complete."
            )
        self._journal.begin(self._identity)

    def _older_set(self) -> tuple[Collection[str], Collection[str]] | None:
        try:
            return self.older_set()
        except InputError as error:
            raise OutputError(
                f"{error} To write new {self.noun}s to {self.folder}, first remove {self.list_name} and the old "
                f"{self.noun}s.",
                parameter="folder",
            ) from error

    def _resume_with(self, entries: Mapping[str, Entry], listed: Collection[str]) -> None:
        """Move finished tiles of an earlier, unfinished run to the folder where this run keeps its finished tiles."""
        for file in entries:
            path = os.path.join(self.folder, file)
            if listed and file not in listed and os.path.isfile(path):
                self._move_tile(file, self.folder, os.path.join(self._staging, WAITING))
            elif not listed and os.path.lexists(os.path.join(self._staging, WAITING, file)):
                self._move_tile(file, os.path.join(self._staging, WAITING), self.folder)
        if entries:
            self._log.info(
                f"Resumed with {self.noun}s left by an unfinished run: {len(entries)}. They are kept if they are "
                "unchanged."
            )

    def _recover(self) -> None:
        """Undo or finish a replacement of old files that an earlier run left incomplete."""
        if self._journal.swapping is None:
            return
        if os.path.lexists(os.path.join(self._staging, self.list_name)):
            self._swap_back()
        else:
            self._empty_staging()  # the replacement is complete, and only the staging folder is left to remove

    def _check_names(self, ours: Collection[str]) -> None:
        """Raise OutputError if a new file would replace a file that does not belong to a tile set."""
        existing = {name_key(name): name for name in os.listdir(self.folder)}
        for name in self._names:
            key = name_key(name)
            if key in existing and key not in ours:
                raise OutputError(
                    f"{os.path.join(self.folder, existing[key])} {self.not_ours}",
                    parameter="folder",
                )

    def _swap(self, new: Collection[str]) -> None:
        """Replace the old files with the new ones: remove the old list of files first, and add the new list last."""
        if os.path.lexists(os.path.join(self.folder, self.list_name)):
            self._move(self.list_name, self.folder, os.path.join(self._staging, REPLACED))
        for name in self._replaced:
            for file in (
                *(name + suffix for suffix in SIDECARS),
                name,
            ):  # sidecar files first, so that none is left without its tile
                path = os.path.join(self.folder, file)
                if os.path.lexists(path) and not os.path.isdir(path):
                    self._move(file, self.folder, os.path.join(self._staging, REPLACED))
        for name in new:
            if os.path.lexists(os.path.join(self._staging, WAITING, name)):
                self._move_tile(name, os.path.join(self._staging, WAITING), self.folder)
        self._move(self.list_name, self._staging, self.folder)
        sync_folder(self.folder)

    @staticmethod
    def _move(name: str, source: str, target: str) -> None:
        os.replace(os.path.join(source, name), os.path.join(target, name))

    def _move_tile(self, name: str, source: str, target: str) -> None:
        """Move a tile; its sidecar file is moved first."""
        for path in reversed(with_auxiliary(os.path.join(source, name))):
            self._move(os.path.basename(path), source, target)

    def _swap_back(self) -> None:
        """Undo `_swap`: remove the new files other than tiles, then restore the old files, with their list last."""
        replaced = os.path.join(self._staging, REPLACED)
        for name in self._journal.swapping or ():
            if not any(os.path.lexists(os.path.join(self._staging, sub, name)) for sub in (WAITING, REPLACED)):
                with contextlib.suppress(OSError):
                    os.remove(os.path.join(self.folder, name))
        names = os.listdir(replaced)
        for name in names:
            with contextlib.suppress(OSError):
                os.remove(os.path.join(self.folder, name + AUXILIARY))  # belongs to the new tile with that name
        for name in sorted(names, key=lambda name: name == self.list_name):
            self._move(name, replaced, self.folder)
        self._journal.end_swap()
        with contextlib.suppress(OSError):
            os.remove(os.path.join(self._staging, self.list_name))

    def _discard(self) -> None:
        """Remove the tiles of this run, including the tiles that it reused from an earlier run."""
        old = self.older_set()
        self._remove_tiles(old[0] if old else ())

    def _remove_tiles(self, listed: Collection[str]) -> None:
        """Remove all tiles in the journal except those in `listed`, and empty the staging folder."""
        for file in self._journal.entries:
            if file not in listed:
                for path in _with_sidecars(os.path.join(self.folder, file)):
                    with contextlib.suppress(OSError):
                        os.remove(path)
        self._empty_staging()


class TileSet(ListedSet):
    """The output folder of a tile set, whose list is `tiles.json`."""

    list_name, staging_name, noun = MANIFEST_NAME, STAGING_NAME, "tile"
    not_ours = (
        "exists and does not belong to any tile set, so it was not replaced. Choose another folder or remove this file."
    )

    def older_set(self) -> tuple[Collection[str], Collection[str]] | None:
        """Return the tiles and the virtual mosaic of the complete set in the folder; None if there is no manifest.

        Raises
        ------
        InputError
            The manifest is damaged.
        """
        if not has_manifest(self.folder):
            return None
        manifest = read_manifest(self.folder)
        return [tile.file for tile in manifest.tiles], mosaic_of(self.folder, manifest)

    def complete(self, manifest: Manifest, others: Mapping[str, str]) -> None:
        """Give all tiles their final names, write the text files `others` (name to text), and the manifest last.

        Raises
        ------
        OutputError
            A file cannot be moved. The folder is then restored.
        """
        new = {tile.file for tile in manifest.tiles}
        self._complete_with(new, others, functools.partial(write_manifest, manifest=manifest))


def _with_sidecars(path: str) -> Iterator[str]:
    yield path
    yield from (path + suffix for suffix in SIDECARS)


_SOURCE = re.compile("<SourceFilename[^>]*>([^<]*)</SourceFilename>")


def mosaic_of(folder: str, manifest: Manifest) -> tuple[str, ...]:
    """Return a tuple with the file name of a tile set's virtual mosaic; empty if there is no mosaic."""
    name = safe_stem(raster_stem(manifest.source.path)) + ".vrt"
    try:
        text = Path(folder, name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    first = _SOURCE.search(text)
    if first is None:
        return () if manifest.tiles else (name,)
    return (name,) if html.unescape(first.group(1)) in {tile.file for tile in manifest.tiles} else ()
