"""Tests for `tiles.json`: reading returns what was written, and damage is reported in one line."""

from __future__ import annotations

import json

import pytest
from affine import Affine
from rasterio.windows import Window

from parallel_raster.core.errors import InputError
from parallel_raster.core.tileset.documents import is_plain_name
from parallel_raster.core.tileset.manifest import (
    JOURNAL_NAME,
    MANIFEST_NAME,
    STAGING_NAME,
    Manifest,
    SourceIdentity,
    TileRecord,
    has_manifest,
    is_unfinished,
    read_manifest,
    write_manifest,
)

TILES = (
    TileRecord("ä 0_0.tif", 0, 0, 0, (0, 0, 60, 50), (0, 0, 50, 40), 0.25),
    TileRecord("a_0_1.tif", 0, 1, "x/y", (40, 0, 60, 50), (50, 0, 50, 40)),
)
MANIFEST = Manifest(
    SourceIdentity("/data/ö.tif", 123, 2**62), 'LOCAL_CS["x"]', (30.0, 0.5, 4e5, 0.0, -30.0, 1 / 3), 100, 90,
    {"tiling": "pixels", "extent": [1, 2.5, 3, 4], "bands": None}, TILES,
)  # fmt: skip


def write(folder, manifest=MANIFEST):
    write_manifest(str(folder / MANIFEST_NAME), manifest)


@pytest.mark.parametrize("tiles", [TILES, ()])
def test_round_trip(tmp_path, tiles):
    manifest = Manifest(**{**vars(MANIFEST), "tiles": tiles})
    write(tmp_path, manifest)
    assert read_manifest(str(tmp_path)) == manifest
    document = json.loads((tmp_path / MANIFEST_NAME).read_text(encoding="utf-8"))
    assert list(document) == ["format", "source", "crs_wkt", "transform", "width", "height", "parameters", "tiles"]
    assert document["format"] == 1 and list(document["source"]) == ["path", "size", "mtime_ns"]
    for tile in document["tiles"]:
        assert list(tile) == ["file", "row", "col", "id", "window", "core", "valid_share"]


def test_transform_and_core_of_a_tile():
    assert MANIFEST.tile_transform(TILES[1]) == Affine(*MANIFEST.transform) * Affine.translation(40, 0)
    assert MANIFEST.core_in_tile(TILES[1]) == Window(10, 0, 50, 40)


def test_unfinished_set(tmp_path):
    folder = str(tmp_path)
    assert not has_manifest(folder) and not is_unfinished(folder)
    (tmp_path / STAGING_NAME).mkdir()
    (tmp_path / STAGING_NAME / JOURNAL_NAME).touch()
    assert is_unfinished(folder)
    write(tmp_path)
    assert has_manifest(folder) and not is_unfinished(folder)


def change(path, value):
    """Return a function that sets the value at a path of keys in a document; the value None deletes the last key."""

    def apply(document):
        *parents, last = path
        for key in parents:
            document = document[key]
        if value is None:
            del document[last]
        else:
            document[last] = value

    return apply


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["format"], 2, "format 2"),
        (["format"], True, "format True"),
        (["format"], None, "is not a list of tiles"),
        (["crs_wkt"], None, "crs_wkt"),
        (["crs_wkt"], 5, "crs_wkt"),
        (["source"], [], "source"),
        (["source", "path"], None, "path"),
        (["source", "size"], "big", "source"),
        (["transform"], [1, 2, 3], "transform"),
        (["transform", 0], "1", "transform"),
        (["transform", 0], float("nan"), "transform"),
        (["transform", 0], 10**400, "transform"),
        (["width"], 0, "width"),
        (["width"], 10**400, "width"),
        (["width"], 99.0, "width"),
        (["parameters"], [], "parameters"),
        (["tiles"], {}, "tiles"),
        (["tiles", 0], 5, "tile 0"),
        (["tiles", 1, "file"], "ä 0_0.tif", "more than once"),
        (["tiles", 1, "file"], "Ä 0_0.TIF", "more than once"),
        (["tiles", 0, "file"], "../a.tif", "without a folder"),
        (["tiles", 0, "file"], "/etc/passwd", "without a folder"),
        (["tiles", 0, "file"], "C:\\a.tif", "without a folder"),
        (["tiles", 0, "file"], "", "without a folder"),
        (["tiles", 0, "file"], "..", "without a folder"),
        (["tiles", 0, "row"], None, "row"),
        (["tiles", 0, "row"], 1.5, "row"),
        (["tiles", 0, "id"], [1], "id"),
        (["tiles", 0, "window"], [0, 0, 10, 10], "core"),
        (["tiles", 0, "window"], [0, 0, 10], "window"),
        (["tiles", 0, "core"], [0, 0, 50.5, 40], "core"),
        (["tiles", 1, "core"], [50, 60, 50, 40], "core"),
        (["tiles", 0, "valid_share"], 7, "valid_share"),
        (["tiles", 0, "valid_share"], 10**400, "valid_share"),
        (["tiles", 0, "valid_share"], "half", "valid_share"),
    ],
)
def test_damage_is_reported_in_one_line(tmp_path, path, value, words):
    write(tmp_path)
    file = tmp_path / MANIFEST_NAME
    document = json.loads(file.read_text(encoding="utf-8"))
    change(path, value)(document)
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_manifest(str(tmp_path))
    assert str(file) in str(caught.value) and words in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("text", [b"", b"[", b"[]", b"5", b"null", b"\xff\xfe", b"[" * 100_000, b'{"format": 1}'])
def test_file_that_is_not_a_list(tmp_path, text):
    (tmp_path / MANIFEST_NAME).write_bytes(text)
    with pytest.raises(InputError, match=MANIFEST_NAME):
        read_manifest(str(tmp_path))


def test_missing_list(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_manifest(str(tmp_path))


@pytest.mark.parametrize("name", ["a.tif", "a b.tif", ".hidden", "..a", "ä%#'.tif"])
def test_plain_names(name):
    assert is_plain_name(name)
