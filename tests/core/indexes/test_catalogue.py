"""Tests for the catalogue: the number of entries, the formulas in the formula language, and the names of indexes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from parallel_raster.core.errors import OptionError
from parallel_raster.core.expression.evaluate import Values, evaluate
from parallel_raster.core.expression.parser import parse_formula
from parallel_raster.core.expression.tokens import Place
from parallel_raster.core.expression.tree import Band, Number
from parallel_raster.core.indexes.catalogue import FILE, catalogue, find_indexes

RANDOM = np.random.default_rng(4)
VALUES = {letter: RANDOM.uniform(0.02, 0.6, 500) for letter in catalogue().letters}
CONSTANTS = {name: RANDOM.uniform(0.5, 2) for name in catalogue().constants}


def test_version_and_licence_are_in_the_file():
    with open(FILE, encoding="utf-8") as file:
        content = json.load(file)
    assert catalogue().title == f"Awesome Spectral Indices, spyndex {content['version']}"
    assert content["license"] == "MIT" and "Permission is hereby granted" in content["notice"]
    assert "Copyright (c) 2021 David Montero Loaiza" in content["notice"]


def test_most_indexes_need_only_bands_and_constants_with_defaults():
    known = catalogue()
    defaults = {name for name, each in known.constants.items() if each.default is not None}
    easy = [each for each in known.indexes.values() if set(each.symbols) <= {*known.letters, *defaults}]
    assert len(known.indexes) == 262 and len(easy) == 255
    assert {each.domain for each in known.indexes.values()} == {
        "vegetation", "water", "burn", "urban", "soil", "snow", "clouds",
    }  # fmt: skip


@pytest.mark.parametrize("name", catalogue().indexes)
def test_the_formula_language_reads_formulas_as_python_does(name):
    """The formulas of the catalogue give the same numbers in Python and in the formula language."""
    index = catalogue().indexes[name]
    places = {letter: Band(0, number) for number, letter in enumerate(VALUES, 1)}
    symbols = {**places, **{constant: Number(value) for constant, value in CONSTANTS.items()}}
    assert set(index.symbols) <= set(symbols)
    tree = parse_formula(index.formula, (), Place(), symbols).tree
    found = evaluate(tree, {places[letter]: Values(values) for letter, values in VALUES.items()})
    with np.errstate(all="ignore"):
        wanted = eval(index.formula, {}, {**VALUES, **CONSTANTS})  # noqa: S307
    np.testing.assert_allclose(found.values, wanted, rtol=1e-12)


def test_names_are_separated_by_commas_and_blanks_do_not_count():
    for given in ("EVI,NDVI", " EVI , NDVI,", ["EVI", " NDVI"], ("EVI, NDVI", "EVI")):
        assert [each.short_name for each in find_indexes(given)] == ["EVI", "NDVI"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ndvi", "Did you mean `NDVI`?"),
        ("NDRE", "Did you mean `NDREI`?"),
        ("bai", "Did you mean `BAI` or `BaI`?"),
        ("SAWI", "Did you mean"),
        ("qqqq", "0)."),
    ],
)
def test_other_names_are_rejected(name, hint):
    with pytest.raises(OptionError) as error:
        find_indexes(f"EVI,{name}")
    assert error.value.parameter == "index"
    assert f"INDEX contains {name!r}" in str(error.value) and hint in str(error.value)


@pytest.mark.parametrize("given", ["", " , ", []])
def test_at_least_one_name(given):
    with pytest.raises(OptionError, match="INDEX is empty"):
        find_indexes(given)
