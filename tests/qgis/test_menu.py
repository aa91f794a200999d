"""Loading the plugin adds a menu whose entries open the dialogs of the algorithms; unloading removes the menu."""

from __future__ import annotations

import pytest


class Desktop:
    """Substitute for QGIS's `iface` with the methods that the menu uses."""

    def __init__(self):
        from qgis.PyQt.QtWidgets import QMainWindow

        self.window, self.entries, self.warnings = QMainWindow(), [], []

    def mainWindow(self):
        return self.window

    def addPluginToRasterMenu(self, name, action):
        self.entries.append((name, action))

    def removePluginRasterMenu(self, name, action):
        self.entries.remove((name, action))

    def messageBar(self):
        return self

    def pushWarning(self, title, text):
        self.warnings.append((title, text))


@pytest.fixture
def desktop(qgis_app):
    return Desktop()


@pytest.fixture
def menu(desktop, provider):
    from parallel_raster.plugin.menu import RasterMenu

    menu = RasterMenu(desktop, "parallelraster", "Parallel Raster")
    menu.add()
    yield menu
    menu.remove()


def test_an_entry_for_each_algorithm(menu, desktop, provider):
    from parallel_raster.algorithms import ALGORITHMS

    assert {name for name, _ in desktop.entries} == {"Parallel Raster"}
    ids = [action.objectName() for _, action in desktop.entries]
    assert ids == [f"parallelraster:{kind().name()}" for kind in ALGORITHMS]
    for (_, action), name in zip(desktop.entries, ids):
        assert action.text() == f"{provider.algorithm(name.partition(':')[2]).displayName()}…"
        assert not action.icon().isNull()


def test_an_entry_opens_the_dialog(menu, desktop, monkeypatch):
    import processing

    steps = []

    class Dialog:
        def __init__(self, algorithm):
            steps.append(algorithm)

        def show(self):
            steps.append("show")

        def exec(self):
            steps.append("exec")

    monkeypatch.setattr(processing, "createAlgorithmDialog", Dialog, raising=False)
    desktop.entries[4][1].trigger()
    assert steps == ["parallelraster:rastercalculator", "show", "exec"]


def test_an_entry_warns_about_a_missing_package(menu, desktop, monkeypatch):
    from parallel_raster.algorithms.shared import base

    monkeypatch.setattr(base, "dependency_problems", lambda _: ["The Python package dask is missing."])
    desktop.entries[0][1].trigger()
    assert desktop.warnings == [("Tile raster", "The Python package dask is missing.")]


def test_the_plugin_adds_and_removes_the_menu(desktop, provider):
    from parallel_raster.plugin import plugin

    instance = plugin.ParallelRasterPlugin(desktop)
    # A provider is already registered for the test session, so the plugin must not register another one.
    instance._provider = provider
    instance.initGui()
    assert desktop.entries
    instance._provider = None
    instance.unload()
    assert desktop.entries == []
