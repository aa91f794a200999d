"""The list of a tile set, `tiles.json`, carried from a set to another that is made of it, tile by tile."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..errors import InputError
from ..writing.partial_file import SIDECARS
from .inputs import ListedFile
from .manifest import MANIFEST_NAME, Manifest, has_manifest, read_manifest


def complete_set(listed: Sequence[ListedFile]) -> Manifest | None:
    """Return the list of the tile set that the files are, all of it and nothing else; None where they are no such."""
    manifest = listed[0].manifest
    if manifest is None or any(each.manifest is not manifest for each in listed):
        return None
    given = {each.record.file for each in listed if each.record}
    return manifest if given == {tile.file for tile in manifest.tiles} and len(given) == len(listed) else None


def derived_manifest(manifest: Manifest, made: Mapping[str, tuple[str, float]]) -> Manifest:
    """Return the list of a set that was made of another: of each tile's name, its new name and its valid share."""
    tiles = (replace(tile, file=made[tile.file][0], valid_share=made[tile.file][1]) for tile in manifest.tiles)
    return replace(manifest, tiles=tuple(tiles))


def outdated_files(folder: str, names: Sequence[str], complete: bool) -> tuple[list[str], list[str]]:
    """Return the paths that go from a folder which may hold an older set: before the new names are taken, and after.

    Parameters
    ----------
    folder
        Where the new files go.
    names
        Their names.
    complete
        Whether they come with a list of their own. Then the older set goes, with what lies beside its files; else its
        list goes where it names one of the new files, since it no longer says what the folder holds.
    """
    if not has_manifest(folder):
        return [], []
    path = os.path.join(folder, MANIFEST_NAME)
    try:
        listed = {tile.file for tile in read_manifest(folder).tiles}
    except InputError:
        listed = set()  # a list that nobody can read names no tiles
    if complete:
        gone = [os.path.join(folder, name) for name in sorted(listed - set(names))]
        return [path], [each for old in gone for each in (old, *(old + suffix for suffix in SIDECARS))]
    return ([path] if listed & set(names) else []), []
