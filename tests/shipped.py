"""The source of what runs inside QGIS, the names that it takes from elsewhere, and the programs of `scripts`."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
MODULES = [
    ROOT / "__init__.py",
    *sorted((ROOT / "algorithms").rglob("*.py")),
    *sorted((ROOT / "plugin").rglob("*.py")),
]


def check_plugin() -> ModuleType:
    """Return `scripts/check_plugin.py` as a module."""
    return script("check_plugin")


def script(name: str) -> ModuleType:
    """Return a program of `scripts/` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LOADING = """
import importlib, importlib.util, sys
root, modules, packages = sys.argv[1], sys.argv[2].split(), sys.argv[3].split()
spec = importlib.util.spec_from_file_location("parallel_raster", root + "/__init__.py",
                                              submodule_search_locations=[root])
module = importlib.util.module_from_spec(spec)
sys.modules["parallel_raster"] = module
spec.loader.exec_module(module)
for name in modules:
    importlib.import_module("parallel_raster." + name)
print(*[name for name in packages if name in sys.modules])
"""


def packages_loaded_with(modules: Sequence[str], packages: Sequence[str]) -> list[str]:
    """Return which of the packages a new Python has loaded when it has imported these modules of the plugin."""
    command = [sys.executable, "-c", LOADING, str(ROOT), " ".join(modules), " ".join(packages)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def name(path: Path) -> str:
    """Return a module's path in the checkout."""
    return path.relative_to(ROOT).as_posix()


def chains(tree: ast.AST) -> Iterator[tuple[int, list[str]]]:
    """Yield line and names of every `A.B.C`, each once in its full length."""
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and id(node) not in inner:
            names = _names(node)
            if names:
                yield node.lineno, names


def _names(node: ast.expr) -> list[str]:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return [node.id, *names] if isinstance(node, ast.Name) else []


def taken_from(tree: ast.AST, package: str) -> dict[str, tuple[str, str]]:
    """Return what is imported from a package: the name used -> its module and its name there."""
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and not node.level and f"{node.module}.".startswith(f"{package}.")
        for alias in node.names
    }


def full_names(path: Path, package: str) -> set[tuple[str, ...]]:
    """Return all that a module takes from a package: (module, class) and (module, class, attribute ...)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    homes = taken_from(tree, package)
    return set(homes.values()) | {(*homes[first], *rest) for _, (first, *rest) in chains(tree) if first in homes}
