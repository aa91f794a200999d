"""List the input files of a job, given by name or by folder, with their records in a tile set's manifest."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Sequence
from typing import NamedTuple

from rasterio.windows import Window

from ..errors import InputError, OptionError
from ..raster.alignment import pixel_offset
from ..raster.grid import Grid, same_crs
from ..writing.partial_file import SIDECARS
from .folder import mosaic_of
from .manifest import MANIFEST_NAME, Manifest, TileRecord, has_manifest, is_unfinished, read_manifest

SHOWN = 5
"""Maximum number of file names in a message."""


class ListedFile(NamedTuple):
    """An input file; if it belongs to a tile set, also the manifest of this tile set and the file's record in it."""

    path: str
    manifest: Manifest | None = None
    record: TileRecord | None = None


def list_inputs(
    inputs: Sequence[str], folder: str | None, pattern: str, destination: str, *, records: bool
) -> list[ListedFile]:
    """Return the input files in order.

    Parameters
    ----------
    inputs
        Paths of the files.
    folder
        Folder to read instead of `inputs`: all tiles of its manifest, or, without a manifest, all files whose names
        match `pattern`, sorted by name.
    pattern
        Pattern of file names, used with `folder`. An empty pattern means `*.tif`.
    destination
        Path of the output. It is rejected if a later run would read the output as an input.
    records
        True to look up the files in `inputs` in the manifest of their folder.

    Raises
    ------
    OptionError
        Neither or both of `inputs` and `folder` are given, or the output would become an input.
    InputError
        The folder does not exist or has no matching files, or its tile set is incomplete. The message names the files.
    """
    if bool(inputs) == bool(folder):
        raise OptionError("Specify either INPUTS or INPUT_FOLDER, but not both.", parameter="sources")
    if not folder:
        return _with_records(inputs) if records else [ListedFile(path) for path in inputs]
    if not os.path.isdir(folder):
        raise InputError(
            f"{folder} is not a folder. Set INPUT_FOLDER to the folder that contains the tiles.",
            parameter="input_folder",
        )
    _check_destination(folder, pattern, destination)
    found = _matching(folder, pattern)
    if has_manifest(folder):
        return _listed(folder, pattern, found)
    if is_unfinished(folder):
        raise InputError(
            f"The tile set in {folder} is not complete: it contains the journal of an unfinished run but no "
            f"{MANIFEST_NAME}. Run Tile raster again."
        )
    if not found:
        raise InputError(f"No file in {folder} matches {pattern}. Choose another folder or pattern.")
    return [ListedFile(os.path.join(folder, name)) for name in found]


def _matches(name: str, pattern: str) -> bool:
    """Return True if a name matches the pattern, ignoring case on every system so that `.TIF` files are found."""
    return fnmatch.fnmatchcase(name.lower(), (pattern or "*.tif").lower())


def _matching(folder: str, pattern: str) -> list[str]:
    """Return the sorted names of the files in a folder that match a pattern, except hidden files."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}.") from error
    return [
        name
        for name in names
        if _matches(name, pattern) and not name.startswith(".") and os.path.isfile(os.path.join(folder, name))
    ]


def _check_destination(folder: str, pattern: str, destination: str) -> None:
    where, name = os.path.split(os.path.realpath(destination))
    if where == os.path.realpath(folder) and _matches(name, pattern):
        raise OptionError(
            f"The output {destination} is in the folder of the tiles and matches {pattern}, so the next run would read "
            "the output as an input. Choose another output folder.",
            parameter="dst",
        )


def _listed(folder: str, pattern: str, found: Sequence[str]) -> list[ListedFile]:
    """Return the files that a folder's manifest lists; raise InputError if files are missing or unlisted.

    The manifest itself, the virtual mosaic of the set and sidecar files belong to the set and need not be listed.
    """
    manifest = read_manifest(folder)
    listed = [ListedFile(os.path.join(folder, tile.file), manifest, tile) for tile in manifest.tiles]
    if not listed:
        raise InputError(f"{os.path.join(folder, MANIFEST_NAME)} lists no tiles, so there is nothing to merge.")
    missing = [each.path for each in listed if not os.path.isfile(each.path)]
    ours = [*(tile.file for tile in manifest.tiles), *mosaic_of(folder, manifest)]
    known = {MANIFEST_NAME, *ours, *(name + suffix for name in ours for suffix in SIDECARS)}
    extra = [os.path.join(folder, name) for name in found if name not in known]
    problems = [f"missing: {_joined(missing)}"] * bool(missing) + [f"not listed: {_joined(extra)}"] * bool(extra)
    if problems:
        raise InputError(
            f"{os.path.join(folder, MANIFEST_NAME)} does not match the files in its folder ({'; '.join(problems)}). "
            f"Run Tile raster again, or remove the files that {MANIFEST_NAME} does not list."
        )
    return listed


def _joined(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return ", ".join(paths[:SHOWN]) + more


def _with_records(inputs: Sequence[str]) -> list[ListedFile]:
    """Return the given files, each with its record if the manifest in its folder lists the file."""
    sets: dict[str, tuple[Manifest, dict[str, TileRecord]] | None] = {}
    files = []
    for path in inputs:
        folder, name = os.path.split(path)
        if folder not in sets:
            manifest = read_manifest(folder) if has_manifest(folder) else None
            sets[folder] = (manifest, {tile.file: tile for tile in manifest.tiles}) if manifest else None
        known = sets[folder]
        record = known[1].get(name) if known else None
        files.append(ListedFile(path, known[0], record) if known and record else ListedFile(path))
    return files


def recorded_core(file: ListedFile, grid: Grid) -> Window | None:
    """Return the core of a tile in pixels of its file; None if the file does not belong to any tile set.

    Raises
    ------
    InputError
        The size, transform or CRS of the file does not match its record in the manifest.
    """
    if file.manifest is None or file.record is None:
        return None
    width, height = file.record.window[2:]
    offset = pixel_offset(Grid(grid.crs, file.manifest.tile_transform(file.record), width, height), grid)
    if (grid.width, grid.height) != (width, height):
        problem = f"{grid.width} x {grid.height} pixels instead of {width} x {height}"
    elif not _has_crs(grid, file.manifest.crs_wkt):
        problem = "its CRS is different"
    else:
        moved = offset[:2] != (0, 0)
        problem = offset.reason or (f"it is shifted (columns: {offset.col}, rows: {offset.row})" if moved else "")
    if problem:
        raise InputError(
            f"{file.path} no longer matches its record in {MANIFEST_NAME}: {problem}. Run Tile raster again, or set "
            "TRIM_OVERLAP to false."
        )
    return file.manifest.core_in_tile(file.record)


def _has_crs(grid: Grid, wkt: str) -> bool:
    """Return True if the CRS of a grid equals the CRS given as WKT; an empty string means that there is no CRS."""
    if grid.crs is None or not wkt:
        return grid.crs is None and not wkt
    return bool(grid.crs.to_wkt() == wkt) or same_crs(type(grid.crs).from_wkt(wkt), grid.crs)
