"""The plugin uses only Qt names that also exist in Qt 6, as QGIS 4 requires."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys

import pytest

import shipped

OTHER_QT = ("PyQt5", "PyQt6", "PySide2", "PySide6", "sip")
GONE = ("exec_", "print_")
MOVED = {"QAction": "QtGui", "QActionGroup": "QtGui", "QShortcut": "QtGui"}
"""Classes that Qt 6 moved to another module; QGIS 4 still has them in `qgis.PyQt.QtWidgets`."""

OLD = ["QVariant", "Type"]
"""Enum that the plugin uses only in QGIS versions before 3.38, which never use Qt 6."""

ENUMS = (OLD, ["QMetaType", "Type"])
"""Enum classes that the plugin refers to without a member, because it looks up the members by name."""

LOOK_UP = """
import importlib, json, sys
missing = []
for module, *names in json.load(sys.stdin):
    found = importlib.import_module("PyQt6." + module)
    for name in names:
        found = getattr(found, name, None)
    if found is None:
        missing.append(".".join(names))
print(json.dumps(missing))
"""

needs_pyqt6 = pytest.mark.skipif(importlib.util.find_spec("PyQt6") is None, reason="PyQt6 is not installed")


def problems(source):
    """Yield imports, attributes and enum members in a Python source that do not work with Qt 6."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        yield from (f"import {module}" for module in modules if module.split(".")[0] in OTHER_QT)
        if isinstance(node, ast.Attribute) and node.attr in GONE:
            yield f".{node.attr}"
    taken = shipped.taken_from(tree, "qgis.PyQt")
    for _, names in shipped.chains(tree):
        if names not in ENUMS and len(names) == 2 and names[0] in taken and names[1][0].isupper():
            yield f"{'.'.join(names)} without its scope"


def missing_in_qt6(names):
    """Return the names that PyQt6 lacks. A child process looks them up, because a process can load only one Qt."""
    wanted = [
        (MOVED.get(first, module.rpartition(".")[2]), first, *rest)
        for module, first, *rest in sorted(names)
        if [first, *rest] != OLD
    ]
    done = subprocess.run(
        [sys.executable, "-c", LOOK_UP], input=json.dumps(wanted), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("path", shipped.MODULES, ids=shipped.name)
def test_source_works_with_both_versions(path):
    assert list(problems(path.read_text(encoding="utf-8"))) == []


@needs_pyqt6
def test_every_name_exists_in_qt6():
    names = set().union(*(shipped.full_names(path, "qgis.PyQt") for path in shipped.MODULES))
    assert ("qgis.PyQt.QtCore", "QThread", "currentThread") in names
    assert missing_in_qt6(names) == []


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("from PyQt5.QtCore import Qt", "import PyQt5.QtCore"),
        ("import PyQt6", "import PyQt6"),
        ("from qgis.PyQt.QtCore import Qt\nx = Qt.AlignLeft", "Qt.AlignLeft without its scope"),
        ("def f(loop):\n    loop.exec_()", ".exec_"),
    ],
)
def test_problem_is_found(source, problem):
    assert list(problems(source)) == [problem]


def test_scoped_names_are_accepted():
    assert list(problems("from qgis.PyQt.QtCore import Qt\nx = Qt.AlignmentFlag.AlignLeft\nQt.foo()")) == []


@needs_pyqt6
def test_missing_name_is_found(tmp_path):
    module = tmp_path / "module.py"
    module.write_text(
        "from qgis.PyQt.QtCore import Qt\nfrom qgis.PyQt.QtWidgets import QAction, QWidget\n"
        "Qt.AlignmentFlag.AlignLeft, Qt.AlignLeft, QAction.trigger"
    )
    assert missing_in_qt6(shipped.full_names(module, "qgis.PyQt")) == ["Qt.AlignLeft"]
