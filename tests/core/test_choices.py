"""Tests for the tables of choices and for looking up values in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from parallel_raster.core.choices import (
    ALIGNMENT,
    INDEX_TYPES,
    INDEXES,
    MARKS,
    REMAINDER,
    RESAMPLING,
    SCALING,
    TILING,
    ZERO_SUM,
    resolve_choice,
)
from parallel_raster.core.errors import OptionError

STYLES = Path(__file__).resolve().parents[2] / "resources" / "styles"


def test_the_order_of_choices_is_fixed():
    """The order of choices must not change, because users' models and scripts store choices by number."""
    assert [index.name for index in INDEXES.values()] == [
        "ND", "NDVI", "NDWI", "NDMI", "MNDWI", "NDBI", "NDSI", "NBR", "GNDVI", "NDRE"
    ]  # fmt: skip
    assert list(SCALING) == ["stored", "none", "given"]
    assert list(ZERO_SUM) == ["nodata", "zero"]
    assert list(RESAMPLING) == ["refuse", "nearest", "bilinear", "cubic", "average"]
    assert list(INDEX_TYPES) == ["float32", "int16", "uint8"]
    assert list(MARKS) == ["input", "nodata", "mask"]
    assert list(TILING) == ["grid", "pixels", "map_units", "polygons"]
    assert list(REMAINDER) == ["trim", "pad", "shift", "drop"]
    assert list(ALIGNMENT) == ["corner", "crs"]


def test_every_index_has_a_reference():
    assert (INDEXES["ndvi"].term_a, INDEXES["ndvi"].term_b) == ("near infrared", "red")
    for word, index in INDEXES.items():
        if word != "normalized_difference":
            assert re.search(r"^[A-Z].* \((19|20)\d\d\), \w", index.reference), index


@pytest.mark.parametrize("word", INDEXES)
def test_every_index_has_a_colour_ramp_over_its_range(word):
    """Each ramp goes from -1 to 1 and has a stop at 0; the first line of its file names the index."""
    lines = (STYLES / f"{word}.txt").read_text(encoding="utf-8").splitlines()
    stops = [[float(part) for part in line.split()] for line in lines if not line.startswith(("#", "nv"))]
    values = [stop[0] for stop in stops]
    assert values == sorted(set(values)) and values[0] == -1 and values[-1] == 1 and 0 in values
    assert all(0 <= part <= 255 for stop in stops for part in stop[1:]) and len(set(map(tuple, stops))) >= 5
    assert INDEXES[word].label.split(",")[0] in lines[0]


def test_case_is_ignored():
    assert resolve_choice(INDEXES, "NdVi", "INDEX") == "ndvi"


@pytest.mark.parametrize("value", ["evi", "", None, 3])
def test_an_unknown_choice_raises_an_error(value):
    with pytest.raises(OptionError) as caught:
        resolve_choice(SCALING, value, "SCALING")
    assert str(caught.value) == f"SCALING is {value!r}; it must be one of stored, none, given."
