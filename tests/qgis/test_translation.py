"""Every text that users see is marked for translation where translation tools find it."""

from __future__ import annotations

import ast
import importlib.util

import pytest

import shipped
from harness import ROOT

SOURCES = [*sorted((ROOT / "algorithms").rglob("*.py")), *sorted((ROOT / "plugin").glob("*.py"))]


def marked_in(path):
    """Return the texts that a module translates or marks, and the lines with `tr` outside a class."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(each) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for each in ast.walk(node)}
    found, hidden = set(), []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        place = {"tr": 0, "translate": 1, "QT_TRANSLATE_NOOP": 1}.get(name)
        if place is None or len(node.args) <= place or not isinstance(node.args[place], ast.Constant):
            continue
        found.add(node.args[place].value)
        if name == "tr" and id(node) not in inside:
            hidden.append(f"{path.name}:{node.lineno}")
    return found, hidden


def all_marked():
    return set().union(*(marked_in(path)[0] for path in SOURCES))


@pytest.fixture
def lookups(monkeypatch):
    """Set that collects (context, text) of every translation lookup."""
    from parallel_raster.algorithms.shared import translation

    texts = set()

    class Recorder:
        @staticmethod
        def translate(context, text):
            texts.add((context, text))
            return text

    monkeypatch.setattr(translation, "QCoreApplication", Recorder)
    return texts


def test_every_text_that_is_looked_up_is_marked(provider, lookups, monkeypatch):
    import qgis.utils

    from parallel_raster.algorithms import ALGORITHMS
    from parallel_raster.plugin import settings

    for kind in ALGORITHMS:
        algorithm = kind()
        algorithm.initAlgorithm()
        for desktop in (None, object()):
            monkeypatch.setattr(qgis.utils, "iface", desktop)
            algorithm.shortHelpString()
        for text in (algorithm.displayName, algorithm.group, algorithm.tags, algorithm.shortDescription):
            text()
    settings.register_settings("Parallel Raster", provider.icon())
    assert len(lookups) > 200
    assert {context for context, _ in lookups} == {"ParallelRaster"}
    assert {text for _, text in lookups} - all_marked() == set()


def test_every_label_of_the_core_is_marked():
    """`LABELS` contains the labels of all choices of the core, which cannot be marked for translation in the core."""
    from parallel_raster.algorithms.shared.labels import LABELS
    from parallel_raster.core import choices

    tables = (
        choices.SCALING, choices.ZERO_SUM, choices.RESAMPLING, choices.INDEX_TYPES, choices.MERGE_METHODS,
        choices.PIXEL_RULES, choices.RESOLUTIONS, choices.MERGE_TYPES, choices.PIXEL_TYPES, choices.TILING,
        choices.REMAINDER, choices.ALIGNMENT, choices.FOCAL_METHODS, choices.FOCAL_SHAPES, choices.FOCAL_EDGES,
        choices.NODATA_RULES, choices.MARKS, choices.ZONES, choices.ZONAL_STATISTICS,
        choices.PERIODS, choices.EMPTY_PERIODS, choices.SCENE_VALUES,
        choices.REDUCERS, choices.LAYOUTS, choices.STEPS, choices.DUPLICATES, choices.STAC_SCALING, choices.SIGNING,
        choices.ON_ERROR, choices.CHIP_MODES, choices.CHIP_REMAINDER, choices.NORMALIZE, choices.CHIP_FORMATS,
    )  # fmt: skip
    labels = {label for table in tables for label in table.values()}
    for index in choices.INDEXES.values():
        labels |= {index.label, *((index.term_a, index.term_b) if index.reference else ())}
    assert labels == LABELS


def test_tr_is_used_only_inside_classes():
    """`tr` is not used outside classes, where translation tools would find no context for it."""
    assert [line for path in SOURCES for line in marked_in(path)[1]] == []


@pytest.mark.skipif(importlib.util.find_spec("PyQt6") is None, reason="needs pylupdate from PyQt6")
def test_pylupdate_finds_every_marked_text():
    """`make translations` collects every marked text exactly once."""
    assert sorted(shipped.script("translations").collect()) == sorted(all_marked())
