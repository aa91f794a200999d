"""`make example` creates a project with the results of all algorithms."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from harness import ROOT

SCRIPTS = ROOT / "scripts"


@pytest.fixture
def example(monkeypatch):
    """The module `scripts/example.py`, which imports other scripts."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module("example")


def test_every_algorithm_has_an_example_with_results(provider, example):
    assert set(example.EXAMPLES) == {algorithm.id().partition(":")[2] for algorithm in provider.algorithms()}
    assert [name for name, each in example.EXAMPLES.items() if not (each.layers or each.reports)] == []


def test_runs_begin_after_those_that_they_need(example):
    names = list(example.EXAMPLES)
    needs = [(name, each.needs) for name, each in example.EXAMPLES.items() if each.needs]
    assert needs and all(names.index(before) < names.index(name) for name, before in needs)


def test_parameters_are_known(provider, example):
    """The algorithms have all parameters that the examples set, and the examples set all mandatory parameters."""
    from qgis.core import QgsProcessingParameterDefinition

    optional = QgsProcessingParameterDefinition.Flag.FlagOptional
    for algorithm in provider.algorithms():
        given = example.values_of(algorithm, example.EXAMPLES[algorithm.id().partition(":")[2]])
        definitions = {each.name(): each for each in algorithm.parameterDefinitions()}
        assert set(given) <= set(definitions), algorithm.id()
        for name, each in definitions.items():
            assert name in given or each.flags() & optional or each.defaultValue() is not None, (algorithm.id(), name)


@pytest.mark.long
def test_the_project_opens(provider, example, tmp_path):
    """In a copy of the folder, all layers are valid, and each algorithm that has layers has a group with layers."""
    from qgis.core import QgsProject

    made, moved = tmp_path / "made", tmp_path / "moved"
    script = [sys.executable, str(SCRIPTS / "example.py"), "--folder", str(made)]
    done = subprocess.run(script, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    made.rename(moved)
    project = QgsProject()
    assert project.read(str(moved / example.PROJECT))
    layers = project.mapLayers().values()
    assert len(layers) > len(example.EXAMPLES)
    assert [layer.name() for layer in layers if not layer.isValid()] == []
    for algorithm in provider.algorithms():
        each = example.EXAMPLES[algorithm.id().partition(":")[2]]
        group = project.layerTreeRoot().findGroup(algorithm.displayName())
        assert (group is not None and len(group.findLayers()) >= len(each.layers)) or not each.layers
        assert all((moved / name).stat().st_size > 1000 for name in each.reports)
