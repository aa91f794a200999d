"""Writes small nested sets of text files, in this process or in processes that tests kill."""

from __future__ import annotations

import json
from pathlib import Path

from parallel_raster.core.errors import InputError
from parallel_raster.core.tileset.journal import Entry
from parallel_raster.core.tileset.nested_set import MemberStore, NestedSet, SetLayout, entry_name


class Lines(list):
    """A `Log` that stores its lines."""

    info = warning = list.append


def listed(path):
    try:
        return json.loads(Path(path).read_text())["files"]
    except ValueError as error:
        raise InputError(f"{path} is damaged.") from error


LAYOUT = SetLayout(".set", ("images", "labels"), ("numbers.txt", "list.json"), "pictures", listed)


def write_set(folder, names, *, resume=False, log=None, identity="x", fail=False):
    """Write a set of files, each of which contains its own name."""
    with NestedSet(str(folder), LAYOUT, {"is": identity}, resume=resume, log=Lines() if log is None else log) as files:
        store = MemberStore(files.work, files.new, "t")
        for name in names:
            if files.entry(entry_name(name)) is None:
                staged = store.staged(name)
                Path(staged.path).write_text(name)
                staged.commit()
                files.enter(Entry(entry_name(name), None, len(name), 0))
        if fail:
            raise KeyboardInterrupt
        files.complete({"numbers.txt": str(len(names)), "list.json": json.dumps({"files": names})})
