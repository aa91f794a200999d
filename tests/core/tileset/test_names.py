"""Tests for tile file names, which must be unique and valid on every file system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parallel_raster.core.errors import OptionError
from parallel_raster.core.tileset.documents import is_plain_name
from parallel_raster.core.tileset.names import LONGEST_STEM, check_names, padded, safe_stem, tile_name

VALUES = {"name": "scene", "row": "03", "col": "11", "id": "7", "x": "400000", "y": "5000000"}


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{name}_{row}_{col}", "scene_03_11.tif"),
        ("{id}", "7.tif"),
        ("x{x}y{y}", "x400000y5000000.tif"),
        ("{row}{row}", "0303.tif"),
        ("{unknown} {Name} {} {{row}}", "{unknown} {Name} {} {03}.tif"),
        ("tile {id}.TIF", "tile 7.tif"),
        ("{row}/{col}", "03_11.tif"),
        ("%d #1 'q'", "%d #1 'q'.tif"),
        ("é 日本", "é 日本.tif"),
    ],
)
def test_templates(template, name):
    assert tile_name(template, VALUES) == name


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("../../etc/passwd", "_._.._etc_passwd"),
        ("/etc/passwd", "_etc_passwd"),
        ("C:\\x", "C__x"),
        ("a\0b\nc\td", "a_b_c_d"),
        ("CON", "_CON"),
        ("nul.x", "_nul.x"),
        ("com1", "_com1"),
        ("console", "console"),
        ("", "_"),
        (".", "_"),
        ("..", "_"),
        ("name. . ", "name"),
        (".hidden", "_hidden"),
        ('<a>|b?*"', "_a__b___"),
        ("e\u0301", "é"),
        ("a\udc80b", "a_b"),
    ],
)  # fmt: skip
def test_names_are_made_safe(text, stem):
    assert safe_stem(text) == stem


@given(st.text(max_size=400))
def test_any_text_becomes_a_plain_name(text):
    name = tile_name("{id}", {**VALUES, "id": text})
    assert is_plain_name(name) and name.endswith(".tif") and len(name.encode()) <= LONGEST_STEM + 5
    assert not set(name) & set('<>:"/\\|?*') and not name.startswith(".") and "\n" not in name
    assert safe_stem(name[:-4]) == name[:-4], "safe names are not changed"


def test_long_names_are_cut_between_characters():
    assert safe_stem("é" * 300) == "é" * 100


@pytest.mark.parametrize("template", ["{name}_{row}_{col}", "{name} {name} {col}", "{id}-{name}"])
@pytest.mark.parametrize("name", ["x" * 250, "é" * 100, "日本" * 40])
def test_long_names_stay_unique(template, name):
    names = {tile_name(template, {**VALUES, "name": safe_stem(name), "col": col, "id": col}) for col in ("11", "12")}
    assert len(names) == 2
    assert all(name[:20] in each for each in names)
    assert all(LONGEST_STEM - 5 <= len(each.encode()) - 4 <= LONGEST_STEM for each in names)


def test_padded_numbers():
    assert padded([0, 7, 12, 100]) == {0: "000", 7: "007", 12: "012", 100: "100"}
    assert padded([-3, 12]) == {-3: "-03", 12: "12"}
    assert padded([]) == {}


@pytest.mark.parametrize("other", ["a.tif", "A.TIF", "e\u0301.tif"])
def test_duplicate_names_are_rejected(other):
    first = "é.tif" if other.startswith("e") else "a.tif"
    with pytest.raises(OptionError, match="row 0, column 0 and row 1, column 0"):
        check_names([("row 0, column 0", first), ("another", "b.tif"), ("row 1, column 0", other)])


def test_unique_names_are_accepted():
    check_names([("a", "a.tif"), ("b", "b.tif")])
