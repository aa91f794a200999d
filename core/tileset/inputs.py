"""Which files a merge reads, and what a tile set's list says of each: named one by one, or all of a folder."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Sequence
from typing import NamedTuple

from rasterio.windows import Window

from ..errors import InputError, OptionError
from ..raster.alignment import pixel_offset
from ..raster.grid import Grid, same_crs
from .manifest import MANIFEST_NAME, Manifest, TileRecord, has_manifest, is_unfinished, read_manifest

SHOWN = 5
"""File names that a message shows."""


class ListedFile(NamedTuple):
    """A file to merge, and its record in the list of a tile set; None where it is in none."""

    path: str
    manifest: Manifest | None = None
    record: TileRecord | None = None


def list_inputs(
    inputs: Sequence[str], folder: str | None, pattern: str, destination: str, *, records: bool
) -> list[ListedFile]:
    """Return the files to merge, in their order.

    Parameters
    ----------
    inputs
        Files by name, in their order.
    folder
        Instead: all of a tile set's list, or all files of the folder whose names match `pattern`, sorted by name.
    pattern
        See `folder`.
    destination
        The output; no later run may find it among its inputs.
    records
        Whether the list of a tile set beside a file given by name is asked which of the pixels are its own.

    Raises
    ------
    OptionError
        Neither or both of `inputs` and `folder` are given, or the output would become an input.
    InputError
        There is no such folder, nothing to merge in it, or its tile set is not complete; names the files.
    """
    if bool(inputs) == bool(folder):
        raise OptionError("Either INPUTS or INPUT_FOLDER must be given, and not both.", parameter="sources")
    if not folder:
        return _with_records(inputs) if records else [ListedFile(path) for path in inputs]
    if not os.path.isdir(folder):
        raise InputError(
            f"{folder} is not a folder; INPUT_FOLDER is the folder that holds the tiles.", parameter="input_folder"
        )
    _check_destination(folder, pattern, destination)
    found = _matching(folder, pattern)
    if has_manifest(folder):
        return _listed(folder, pattern, found)
    if is_unfinished(folder):
        raise InputError(
            f"The tile set in {folder} is not complete: it has a journal and no {MANIFEST_NAME}. Run Tile raster again."
        )
    if not found:
        raise InputError(f"No file in {folder} matches {pattern}.")
    return [ListedFile(os.path.join(folder, name)) for name in found]


def _matches(name: str, pattern: str) -> bool:
    """Return whether a name matches, upper and lower case alike on every system: a .TIF is not to be left out."""
    return fnmatch.fnmatchcase(name.lower(), (pattern or "*.tif").lower())


def _matching(folder: str, pattern: str) -> list[str]:
    """Return the names of the files that match, hidden ones left out, sorted."""
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
            f"The output {destination} lies in the folder of the tiles and matches {pattern}, so that it would be one "
            "of the next run's inputs. Choose another folder for it.",
            parameter="dst",
        )


def _listed(folder: str, pattern: str, found: Sequence[str]) -> list[ListedFile]:
    """Return what the folder's list names, when it is what the folder holds."""
    manifest = read_manifest(folder)
    listed = [ListedFile(os.path.join(folder, tile.file), manifest, tile) for tile in manifest.tiles]
    if not listed:
        raise InputError(f"{os.path.join(folder, MANIFEST_NAME)} lists no tile, so there is nothing to merge.")
    missing = [each.path for each in listed if not os.path.isfile(each.path)]
    known = {tile.file for tile in manifest.tiles}
    foreign = [os.path.join(folder, name) for name in found if name not in known]
    problems = [f"missing: {_named(missing)}"] * bool(missing) + [f"not in the list: {_named(foreign)}"] * bool(foreign)
    if problems:
        raise InputError(
            f"{os.path.join(folder, MANIFEST_NAME)} lists the tiles of this folder, which are other ones now. "
            f"{'; '.join(problems)}. Run Tile raster again, or remove what does not belong there."
        )
    return listed


def _named(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return ", ".join(paths[:SHOWN]) + more


def _with_records(inputs: Sequence[str]) -> list[ListedFile]:
    """Return files given by name, each with its record where a list beside it has one."""
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
    """Return the tile's own pixels in the pixels of its file; None where no list has it.

    Raises
    ------
    InputError
        Its size, transform or CRS is no longer what the list says.
    """
    if file.manifest is None or file.record is None:
        return None
    width, height = file.record.window[2:]
    offset = pixel_offset(Grid(grid.crs, file.manifest.tile_transform(file.record), width, height), grid)
    if (grid.width, grid.height) != (width, height):
        problem = f"{grid.width} x {grid.height} pixels instead of {width} x {height}"
    elif not _has_crs(grid, file.manifest.crs_wkt):
        problem = "its CRS is another"
    else:
        moved = offset[:2] != (0, 0)
        problem = offset.reason or (f"it lies {offset.col} columns and {offset.row} rows off" if moved else "")
    if problem:
        raise InputError(
            f"{file.path} is not the tile that {MANIFEST_NAME} lists any more: {problem}. Run Tile raster again, or "
            "set TRIM_OVERLAP to false."
        )
    return file.manifest.core_in_tile(file.record)


def _has_crs(grid: Grid, wkt: str) -> bool:
    """Return whether a grid has the CRS that a list records."""
    if grid.crs is None or not wkt:
        return grid.crs is None and not wkt
    return bool(grid.crs.to_wkt() == wkt) or same_crs(type(grid.crs).from_wkt(wkt), grid.crs)
