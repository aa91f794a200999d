"""Option errors store their parameter in a field; texts in the core do not mention menus, dialogs or option numbers."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from parallel_raster.core import choices

ROOT = Path(__file__).resolve().parents[2]

CHOICES = [name for name, table in vars(choices).items() if name.isupper() and isinstance(table, dict)]
ENUMS = ["METHOD", "RESOLUTION", "DATA_TYPE", "INDEX", *CHOICES]

NUMBERED = re.compile(rf"\b({'|'.join(ENUMS)})\b(?: (?:is|to|=))? \d")
MENU = re.compile(r" > (?!\d)|\b(?:menu|dialog|toolbox|as set in QGIS)\b", re.IGNORECASE)


def sources(folder):
    return sorted((ROOT / folder).rglob("*.py"))


def option_errors(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "OptionError":
            yield node


def texts(path):
    """Yield the line number and text of each string in a module, except docstrings and the values in f-strings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(part.value for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not {id(node)} & (bare | inside):
            yield node.lineno, node.value


@pytest.mark.parametrize("folder", ["core", "algorithms"])
def test_option_errors_have_a_parameter(folder):
    found = [(path, call) for path in sources(folder) for call in option_errors(path)]
    assert len(found) >= 5
    missing = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, call in found
        if not any(keyword.arg == "parameter" for keyword in call.keywords)
    ]
    assert missing == []


def test_texts_of_the_core_contain_no_menus_and_option_numbers():
    found = [
        f"{path.relative_to(ROOT)}:{line} {text}"
        for path in sources("core")
        for line, text in texts(path)
        if NUMBERED.search(text) or MENU.search(text)
    ]
    assert found == []


@pytest.mark.parametrize("text", ["Set ALIGNMENT to 0.", "METHOD 4 takes", "TILING is 3", "Settings > Options"])
def test_menus_and_option_numbers_are_found(text):
    assert NUMBERED.search(text) or MENU.search(text)
