"""Create the `tiles.json` of a tile set that was computed from another tile set, tile by tile."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..errors import InputError
from ..writing.partial_file import SIDECARS
from .inputs import ListedFile
from .manifest import MANIFEST_NAME, Manifest, has_manifest, read_manifest


def complete_set(listed: Sequence[ListedFile]) -> Manifest | None:
    """Return the manifest of a tile set if the files are exactly the tiles of that set; otherwise None."""
    manifest = listed[0].manifest
    if manifest is None or any(each.manifest is not manifest for each in listed):
        return None
    names = {each.record.file for each in listed if each.record}
    return manifest if names == {tile.file for tile in manifest.tiles} and len(names) == len(listed) else None


def derived_manifest(manifest: Manifest, made: Mapping[str, tuple[str, float]]) -> Manifest:
    """Return the manifest of a derived tile set. `made` maps old file names to (new name, share of valid pixels)."""
    tiles = (replace(tile, file=made[tile.file][0], valid_share=made[tile.file][1]) for tile in manifest.tiles)
    return replace(manifest, tiles=tuple(tiles))


def outdated_files(folder: str, names: Sequence[str], complete: bool) -> tuple[list[str], list[str]]:
    """Return the older files to remove before the new files are renamed, and the older files to remove afterwards.

    Parameters
    ----------
    folder
        Output folder, which may contain an older tile set.
    names
        File names of the new files.
    complete
        True if the new files have their own manifest. The older tile set is then removed, including sidecar files.
        Otherwise, only the older manifest is removed, and only if it lists one of the new files.
    """
    if not has_manifest(folder):
        return [], []
    path = os.path.join(folder, MANIFEST_NAME)
    try:
        listed = {tile.file for tile in read_manifest(folder).tiles}
    except InputError:
        listed = set()  # an unreadable manifest lists no tiles
    if complete:
        outdated = [os.path.join(folder, name) for name in sorted(listed - set(names))]
        return [path], [each for old in outdated for each in (old, *(old + suffix for suffix in SIDECARS))]
    return ([path] if listed & set(names) else []), []
