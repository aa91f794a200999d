"""The manifest of a tile set, `tiles.json`. It is written last, so a tile set without a manifest is not complete.

An unfinished run has a hidden staging folder in the folder of the tiles. It contains the run's journal and the tiles
that do not have their final names yet.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from affine import Affine

from ..errors import InputError

if TYPE_CHECKING:
    from rasterio.windows import Window

MANIFEST_NAME = "tiles.json"
FORMAT = 1
STAGING_NAME = ".parallelraster-tiles"
"""Hidden folder of an unfinished run, inside the folder of the tiles."""

JOURNAL_NAME = "journal.jsonl"
LARGEST_MANIFEST = 2**30
"""Maximum size in bytes. The manifest of a hundred thousand tiles takes about 20 MB."""

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
    tiles = [asdict(tile) for tile in manifest.tiles]
    document = {"format": FORMAT, **{key: value for key, value in vars(manifest).items() if key != "tiles"}}
    document["source"] = asdict(manifest.source)
    lines = ",\n".join(json.dumps(tile, ensure_ascii=False) for tile in tiles)
    head = json.dumps(document, ensure_ascii=False, indent=1).rstrip("}").rstrip()
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'{head},\n "tiles": [\n{lines}\n]}}\n')
        file.flush()
        os.fsync(file.fileno())


def read_manifest(folder: str) -> Manifest:
    """Return the manifest of the tile set in a folder.

    Raises
    ------
    InputError
        The manifest is missing or damaged, has a different format, or lists files outside the folder.
    """
    path = os.path.join(folder, MANIFEST_NAME)
    try:
        if os.path.getsize(path) > LARGEST_MANIFEST:
            raise InputError(f"{path} is larger than {LARGEST_MANIFEST // 2**20} MB, so it cannot be a list of tiles.")
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is damaged: {error}. Run Tile raster again.") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT or isinstance(document["format"], bool):
        found = document.get("format") if isinstance(document, dict) else None
        raise InputError(
            f"{path} has format {found!r}, but this version of Parallel Raster can only read format {FORMAT}."
        )
    try:
        return _manifest(document)
    except (_InvalidField, KeyError) as error:
        problem = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise InputError(f"{path} is damaged: {problem}. Run Tile raster again.") from error


class _InvalidField(Exception):
    """Raised if a field of the manifest is invalid. The message names the field."""


def _manifest(document: dict[str, Any]) -> Manifest:
    source = _checked(document["source"], dict, "source")
    size, time = (source.get(key) for key in ("size", "mtime_ns"))
    _require(all(each is None or _is_integer(each) for each in (size, time)), "source")
    manifest = Manifest(
        SourceIdentity(_checked(source["path"], str, "source path"), size, time),
        _checked(document["crs_wkt"], str, "crs_wkt"),
        _numbers(document["transform"], 6, float, "transform"),
        _checked(document["width"], int, "width"),
        _checked(document["height"], int, "height"),
        _checked(document["parameters"], dict, "parameters"),
        tuple(_record(tile, number) for number, tile in enumerate(_checked(document["tiles"], list, "tiles"))),
    )
    _require(manifest.width > 0 and manifest.height > 0, "width or height")
    names = [tile.file.casefold() for tile in manifest.tiles]
    _require(len(set(names)) == len(names), "tiles", "lists a file more than once")
    for tile in manifest.tiles:
        col, row, width, height = tile.core
        inside = min(col, row) >= 0 and col + width <= manifest.width and row + height <= manifest.height
        _require(inside, f"the core of tile {tile.file}", "is outside the source")
    return manifest


def _record(fields: Any, number: int) -> TileRecord:
    name = f"tile {number}"
    _checked(fields, dict, name)
    file = _checked(fields["file"], str, f"{name} file")
    if not is_plain_name(file):
        raise _InvalidField(f"{name}: {file!r} must be a file name without a folder")
    share = fields["valid_share"]
    _require(share is None or (_is_number(share) and 0 <= share <= 1), f"{name} valid_share")
    _require(_is_integer(fields["id"]) or isinstance(fields["id"], str), f"{name} id")
    window, core = (_numbers(fields[key], 4, int, f"{name} {key}") for key in ("window", "core"))
    left, top = core[0] - window[0], core[1] - window[1]
    fits = min(left, top, *core[2:]) >= 0 and left + core[2] <= window[2] and top + core[3] <= window[3]
    _require(fits and min(window[2:]) > 0, f"{name} window or core")
    row, col = (_checked(fields[key], int, f"{name} {key}") for key in ("row", "col"))
    return TileRecord(file, row, col, fields["id"], window, core, share)


def is_plain_name(name: Any) -> bool:
    """Return True if a name is a file name without a folder on every operating system."""
    return isinstance(name, str) and bool(name) and not set(name) & set("/\\:\0") and name not in (".", "..")


def _require(condition: bool, field: str, problem: str = "is invalid") -> None:
    if not condition:
        raise _InvalidField(f"{field} {problem}")


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _checked(value: Any, kind: type, field: str) -> Any:
    _require(isinstance(value, kind) and not (kind is int and isinstance(value, bool)), field)
    return value


def _numbers(values: Any, count: int, kind: type, field: str) -> Any:
    complete = isinstance(values, list) and len(values) == count
    check = _is_integer if kind is int else _is_number
    _require(complete and all(map(check, values)), field)
    return tuple(kind(value) for value in values)
