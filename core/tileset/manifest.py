"""The manifest of a tile set, `tiles.json`. It is written last, so a tile set without a manifest is not complete.

An unfinished run has a hidden staging folder in the folder of the tiles. The staging folder contains the run's journal
and the tiles that do not have their final names yet.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from affine import Affine

from .documents import (
    InvalidField,
    checked,
    is_integer,
    is_number,
    is_plain_name,
    numbers,
    read_document,
    require,
    write_document,
)

if TYPE_CHECKING:
    from rasterio.windows import Window

MANIFEST_NAME = "tiles.json"
FORMAT = 1
STAGING_NAME = ".parallelraster-tiles"
"""Hidden folder of an unfinished run, inside the folder of the tiles."""

JOURNAL_NAME = "journal.jsonl"

WindowNumbers = tuple[int, int, int, int]
"""Column, row, width and height of a window, in pixels of the source."""


@dataclass(frozen=True)
class SourceIdentity:
    """The raster that was tiled. `size` and `mtime_ns` are None if the raster is not a local file."""

    path: str
    size: int | None
    mtime_ns: int | None


@dataclass(frozen=True)
class TileRecord:
    """A tile of a tile set: file name, row, column and ID, and its window and core in pixels of the source.

    The window of a padded tile may extend beyond the source, but its core does not. `valid_share` (0 to 1) is the share
    of the file's pixels that are valid in at least one band; None if it was not counted.
    """

    file: str
    row: int
    col: int
    id: int | str
    window: WindowNumbers
    core: WindowNumbers
    valid_share: float | None = None


@dataclass(frozen=True)
class Manifest:
    """Content of `tiles.json`: the source and its grid, the parameters of the run, and the tiles."""

    source: SourceIdentity
    crs_wkt: str
    transform: tuple[float, float, float, float, float, float]
    width: int
    height: int
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tiles: tuple[TileRecord, ...] = ()

    def tile_transform(self, tile: TileRecord) -> Affine:
        """Return the transform of a tile's file."""
        return Affine(*self.transform) * Affine.translation(tile.window[0], tile.window[1])

    def core_in_tile(self, tile: TileRecord) -> Window:
        """Return the core of a tile in pixels of its file."""
        # Imported here, so that manifests and journals can be read without rasterio.
        from rasterio.windows import Window

        return Window(tile.core[0] - tile.window[0], tile.core[1] - tile.window[1], tile.core[2], tile.core[3])


def has_manifest(folder: str) -> bool:
    """Return True if the folder contains a `tiles.json`."""
    return os.path.lexists(os.path.join(folder, MANIFEST_NAME))


def is_unfinished(folder: str) -> bool:
    """Return True if the folder contains the journal of a tile set that is not complete."""
    return os.path.lexists(os.path.join(folder, STAGING_NAME, JOURNAL_NAME)) and not has_manifest(folder)


def write_manifest(path: str, manifest: Manifest) -> None:
    """Write the manifest to a file and flush it to disk. May raise OSError."""
    head = {"format": FORMAT, **{key: value for key, value in vars(manifest).items() if key != "tiles"}}
    head["source"] = asdict(manifest.source)
    write_document(path, head, "tiles", [asdict(tile) for tile in manifest.tiles])


def read_manifest(folder: str) -> Manifest:
    """Return the manifest of the tile set in a folder.

    Raises
    ------
    InputError
        The manifest is missing or damaged, has an unsupported format, or lists files outside the folder.
    """
    return read_document(os.path.join(folder, MANIFEST_NAME), FORMAT, _manifest, "tiles", "Run Tile raster again.")


def _manifest(document: dict[str, Any]) -> Manifest:
    source = checked(document["source"], dict, "source")
    size, time = (source.get(key) for key in ("size", "mtime_ns"))
    require(all(each is None or is_integer(each) for each in (size, time)), "source")
    manifest = Manifest(
        SourceIdentity(checked(source["path"], str, "source path"), size, time),
        checked(document["crs_wkt"], str, "crs_wkt"),
        numbers(document["transform"], 6, float, "transform"),
        checked(document["width"], int, "width"),
        checked(document["height"], int, "height"),
        checked(document["parameters"], dict, "parameters"),
        tuple(_record(tile, number) for number, tile in enumerate(checked(document["tiles"], list, "tiles"))),
    )
    require(all(0 < edge < 2**31 for edge in (manifest.width, manifest.height)), "width or height")
    names = [tile.file.casefold() for tile in manifest.tiles]
    require(len(set(names)) == len(names), "tiles", "lists a file more than once")
    for tile in manifest.tiles:
        col, row, width, height = tile.core
        inside = min(col, row) >= 0 and col + width <= manifest.width and row + height <= manifest.height
        require(inside, f"the core of tile {tile.file}", "is outside the source")
    return manifest


def _record(fields: Any, number: int) -> TileRecord:
    name = f"tile {number}"
    checked(fields, dict, name)
    file = checked(fields["file"], str, f"{name} file")
    if not is_plain_name(file):
        raise InvalidField(f"{name}: {file!r} must be a file name without a folder")
    share = fields["valid_share"]
    require(share is None or (is_number(share) and 0 <= share <= 1), f"{name} valid_share")
    require(is_integer(fields["id"]) or isinstance(fields["id"], str), f"{name} id")
    window, core = (numbers(fields[key], 4, int, f"{name} {key}") for key in ("window", "core"))
    left, top = core[0] - window[0], core[1] - window[1]
    fits = min(left, top, *core[2:]) >= 0 and left + core[2] <= window[2] and top + core[3] <= window[3]
    require(fits and min(window[2:]) > 0, f"{name} window or core")
    row, col = (checked(fields[key], int, f"{name} {key}") for key in ("row", "col"))
    return TileRecord(file, row, col, fields["id"], window, core, share)
