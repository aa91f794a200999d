"""Helpers for tests of the source code: find the modules that run inside QGIS and their imports; import scripts."""

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
    """Import `scripts/check_plugin.py` as a module."""
    return script("check_plugin")


def script(name: str) -> ModuleType:
    """Import a script from `scripts/` as a module."""
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
    """Import modules of the plugin in a new Python process; return those of `packages` that are loaded afterwards."""
    command = [sys.executable, "-c", LOADING, str(ROOT), " ".join(modules), " ".join(packages)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def name(path: Path) -> str:
    """Return the path of a module relative to the checkout."""
    return path.relative_to(ROOT).as_posix()


def chains(tree: ast.AST) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, names) for every complete attribute chain such as `A.B.C`, but not for its part `A.B`."""
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
    """Return the names that a module imports from a package: local name -> (module, original name)."""
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and not node.level and f"{node.module}.".startswith(f"{package}.")
        for alias in node.names
    }


def full_names(path: Path, package: str) -> set[tuple[str, ...]]:
    """Return the names from a package that a module uses: (module, class) and (module, class, attribute, ...)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = taken_from(tree, package)
    return set(imported.values()) | {
        (*imported[first], *rest) for _, (first, *rest) in chains(tree) if first in imported
    }
