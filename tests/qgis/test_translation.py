"""Every text that people see can be translated: it stands in the source where translators' tools find it."""

from __future__ import annotations

import ast
import importlib.util

import pytest

import shipped
from harness import ROOT

SOURCES = [*sorted((ROOT / "algorithms").rglob("*.py")), *sorted((ROOT / "plugin").glob("*.py"))]


def marked_in(path):
    """The literals that a module translates or marks, and the lines where it translates outside a class by `tr`."""
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
def asked(monkeypatch):
    """All texts that are looked up, and the contexts in which."""
    from parallel_raster.algorithms.shared import translation

    texts = set()

    class Recorder:
        @staticmethod
        def translate(context, text):
            texts.add((context, text))
            return text

    monkeypatch.setattr(translation, "QCoreApplication", Recorder)
    return texts


def test_all_that_is_looked_up_is_marked(provider, asked, monkeypatch):
    import qgis.utils

    from parallel_raster.algorithms import ALGORITHMS
    from parallel_raster.plugin import settings

    for kind in ALGORITHMS:
        algorithm = kind()
        algorithm.initAlgorithm()
        for desktop in (None, object()):
            monkeypatch.setattr(qgis.utils, "iface", desktop)
            algorithm.shortHelpString()
        for shown in (algorithm.displayName, algorithm.group, algorithm.tags, algorithm.shortDescription):
            shown()
    settings.register_settings("Parallel Raster", provider.icon())
    assert len(asked) > 200
    assert {context for context, _ in asked} == {"ParallelRaster"}
    assert {text for _, text in asked} - all_marked() == set()


def test_every_label_of_the_core_is_marked():
    """The core cannot mark them itself: it knows nothing of languages."""
    from parallel_raster.algorithms.shared.labels import LABELS
    from parallel_raster.core import choices

    tables = (
        choices.SCALING, choices.ZERO_SUM, choices.RESAMPLING, choices.INDEX_TYPES, choices.MERGE_METHODS,
        choices.PIXEL_RULES, choices.RESOLUTIONS, choices.MERGE_TYPES, choices.TILING, choices.REMAINDER,
        choices.ALIGNMENT,
    )  # fmt: skip
    labels = {label for table in tables for label in table.values()}
    for index in choices.INDEXES.values():
        labels |= {index.label, *((index.term_a, index.term_b) if index.reference else ())}
    assert labels == LABELS


def test_nothing_is_hidden_from_the_tools():
    """They take `tr` for a method, and find no context for it outside a class."""
    assert [line for path in SOURCES for line in marked_in(path)[1]] == []


@pytest.mark.skipif(importlib.util.find_spec("PyQt6") is None, reason="PyQt6 is not installed, which has pylupdate")
def test_pylupdate_finds_them_all():
    """Each once, as `make translations` collects them."""
    assert sorted(shipped.script("translations").collect()) == sorted(all_marked())
