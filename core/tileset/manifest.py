"""The list of a tile set, `tiles.json`: written last, so that a set without it is not complete.

Beside it stands the room of an unfinished run: a hidden folder with the run's journal and the tiles that have not
taken their names yet.
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
"""The hidden folder of an unfinished run, inside the folder of the tiles."""

JOURNAL_NAME = "journal.jsonl"
LARGEST_MANIFEST = 2**30
"""Bytes; a hundred thousand tiles take about 20 MB."""

WindowNumbers = tuple[int, int, int, int]
"""Column, row, width and height of a window in the grid of the source."""


@dataclass(frozen=True)
class SourceIdentity:
    """The raster that was tiled; size and time are None where it is no local file."""

    path: str
    size: int | None
    mtime_ns: int | None


@dataclass(frozen=True)
class TileRecord:
    """A tile of a set: its file, its place in the tiling, its pixels and its own pixels in the source's grid.

    `window` may reach beyond the source where a tile was padded; `core` never does. `valid_share` is the share of
    the file's pixels that are valid in at least one band, 0 to 1; None where nobody looked.
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
    """All that `tiles.json` says: the source and its grid, the parameters of the run, and the tiles."""

    source: SourceIdentity
    crs_wkt: str
    transform: tuple[float, float, float, float, float, float]
    width: int
    height: int
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tiles: tuple[TileRecord, ...] = ()

    def tile_transform(self, tile: TileRecord) -> Affine:
        """Return the transform that the tile's file has."""
        return Affine(*self.transform) * Affine.translation(tile.window[0], tile.window[1])

    def core_in_tile(self, tile: TileRecord) -> Window:
        """Return the tile's own pixels in the pixels of its file."""
        # Here, so that a list and a journal are read without rasterio.
        from rasterio.windows import Window

        return Window(tile.core[0] - tile.window[0], tile.core[1] - tile.window[1], tile.core[2], tile.core[3])


def has_manifest(folder: str) -> bool:
    """Return whether the folder holds the list of a tile set."""
    return os.path.lexists(os.path.join(folder, MANIFEST_NAME))


def is_unfinished(folder: str) -> bool:
    """Return whether the folder holds the journal of a tile set that is not complete (yet)."""
    return os.path.lexists(os.path.join(folder, STAGING_NAME, JOURNAL_NAME)) and not has_manifest(folder)


def write_manifest(path: str, manifest: Manifest) -> None:
    """Write the list to a file, on the disk when this returns; an `OSError` is the caller's."""
    tiles = [asdict(tile) for tile in manifest.tiles]
    facts = {"format": FORMAT, **{key: value for key, value in vars(manifest).items() if key != "tiles"}}
    facts["source"] = asdict(manifest.source)
    lines = ",\n".join(json.dumps(tile, ensure_ascii=False) for tile in tiles)
    head = json.dumps(facts, ensure_ascii=False, indent=1).rstrip("}").rstrip()
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'{head},\n "tiles": [\n{lines}\n]}}\n')
        file.flush()
        os.fsync(file.fileno())


def read_manifest(folder: str) -> Manifest:
    """Return the list of the tile set in a folder.

    Raises
    ------
    InputError
        There is none, it is damaged, of another format, or names files outside the folder.
    """
    path = os.path.join(folder, MANIFEST_NAME)
    try:
        if os.path.getsize(path) > LARGEST_MANIFEST:
            raise InputError(f"{path} has more than {LARGEST_MANIFEST // 2**20} MB; it is no list of tiles.")
        facts = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is damaged: {error}. Make the tiles again.") from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT or isinstance(facts["format"], bool):
        found = facts.get("format") if isinstance(facts, dict) else None
        raise InputError(f"{path} has the format {found!r}; this version reads format {FORMAT} only.")
    try:
        return _manifest(facts)
    except (_Damage, KeyError) as error:
        what = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise InputError(f"{path} is damaged: {what}. Make the tiles again.") from error


class _Damage(Exception):
    """A field that is not as it should be."""


def _manifest(facts: dict[str, Any]) -> Manifest:
    source = _checked(facts["source"], dict, "source")
    size, time = (source.get(key) for key in ("size", "mtime_ns"))
    _require(all(each is None or _is_whole(each) for each in (size, time)), "source")
    manifest = Manifest(
        SourceIdentity(_checked(source["path"], str, "source path"), size, time),
        _checked(facts["crs_wkt"], str, "crs_wkt"),
        _numbers(facts["transform"], 6, float, "transform"),
        _checked(facts["width"], int, "width"),
        _checked(facts["height"], int, "height"),
        _checked(facts["parameters"], dict, "parameters"),
        tuple(_record(tile, number) for number, tile in enumerate(_checked(facts["tiles"], list, "tiles"))),
    )
    _require(manifest.width > 0 and manifest.height > 0, "width or height")
    names = [tile.file.casefold() for tile in manifest.tiles]
    _require(len(set(names)) == len(names), "tiles: a file is listed twice")
    for tile in manifest.tiles:
        col, row, width, height = tile.core
        inside = min(col, row) >= 0 and col + width <= manifest.width and row + height <= manifest.height
        _require(inside, f"tile {tile.file}: core outside the source")
    return manifest


def _record(facts: Any, number: int) -> TileRecord:
    name = f"tile {number}"
    _checked(facts, dict, name)
    file = _checked(facts["file"], str, f"{name} file")
    if not is_plain_name(file):
        raise _Damage(f"{name}: {file!r} is no plain file name")
    share = facts["valid_share"]
    _require(share is None or (_is_number(share) and 0 <= share <= 1), f"{name} valid_share")
    _require(_is_whole(facts["id"]) or isinstance(facts["id"], str), f"{name} id")
    window, core = (_numbers(facts[key], 4, int, f"{name} {key}") for key in ("window", "core"))
    left, top = core[0] - window[0], core[1] - window[1]
    fits = min(left, top, *core[2:]) >= 0 and left + core[2] <= window[2] and top + core[3] <= window[3]
    _require(fits and min(window[2:]) > 0, f"{name} window and core")
    row, col = (_checked(facts[key], int, f"{name} {key}") for key in ("row", "col"))
    return TileRecord(file, row, col, facts["id"], window, core, share)


def is_plain_name(name: Any) -> bool:
    """Return whether a name is that of a file in the folder itself, on every system."""
    return isinstance(name, str) and bool(name) and not set(name) & set("/\\:\0") and name not in (".", "..")


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise _Damage(f"{what} is not as it should be")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _checked(value: Any, kind: type, what: str) -> Any:
    _require(isinstance(value, kind) and not (kind is int and isinstance(value, bool)), what)
    return value


def _numbers(values: Any, count: int, kind: type, what: str) -> Any:
    fine = isinstance(values, list) and len(values) == count
    check = _is_whole if kind is int else _is_number
    _require(fine and all(map(check, values)), what)
    return tuple(kind(value) for value in values)
