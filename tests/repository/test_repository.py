"""Rules for the source code: allowed imports, docstrings, no prints and asserts, equal version numbers."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from shipped import packages_loaded_with

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("core", "algorithms", "plugin", "shell")


def sources(*folders):
    """Return the paths of the modules in the given folders of the package."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path):
    """Yield (absolute name, whether the import is relative) for each import in a module, also inside functions."""
    package = ("parallel_raster", *path.relative_to(ROOT).parent.parts)
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, False
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            for alias in node.names:
                yield f"{module}.{alias.name}", bool(node.level)


def offenders(paths, forbidden):
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in paths
        for name, _ in imports(path)
        if name.startswith(tuple(f"{each}." for each in forbidden)) or name in forbidden
    ]


def test_imports_are_found():
    """Modules and imports are found; if none were found, the other tests would pass without checking anything."""
    assert len(sources("core")) >= 15
    assert any(name.startswith("rasterio") for path in sources("core") for name, _ in imports(path))
    assert "parallel_raster.core.errors.InputError" in {name for path in sources("core") for name, _ in imports(path)}


def test_the_core_and_the_shell_do_not_import_qgis():
    forbidden = ["qgis", "osgeo", "gdal", "ogr", "osr", "PyQt5", "PyQt6", "processing"]
    forbidden += ["parallel_raster.algorithms", "parallel_raster.plugin"]
    assert offenders(sources("core", "shell"), forbidden) == []


def test_the_core_imports_nothing_above_it():
    """All relative imports in the core import from the core; `from .. import x`, for example, would import QGIS."""
    own = [name for path in sources("core") for name, relative in imports(path) if relative]
    assert own and all(name.startswith("parallel_raster.core.") for name in own)


def test_algorithms_do_not_import_the_plugin():
    assert offenders(sources("algorithms"), ["parallel_raster.plugin"]) == []


def test_algorithms_do_not_import_each_other():
    """Only `algorithms/__init__.py` imports the algorithms; code that they share is in `algorithms/shared/`."""
    others = sources("algorithms")
    others.remove(listing := ROOT / "algorithms" / "__init__.py")
    jobs = {name.rsplit(".", 1)[0] for name, relative in imports(listing) if relative}
    assert jobs
    wrong = [
        f"{path.name} imports {name}"
        for path in others
        for name, _ in imports(path)
        if jobs & {name, name.rsplit(".", 1)[0]}
    ]
    assert wrong == []


def test_imports_inside_the_package_are_relative():
    """Imports are relative: a checkout may have any name, and `import core` could import another plugin's package."""
    own = ["parallel_raster", *FOLDERS]
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in [ROOT / "__init__.py", *sources(*FOLDERS)]
        for name, relative in imports(path)
        if not relative and name.split(".")[0] in own
    ]
    assert wrong == []


@pytest.mark.parametrize("path", sources(*FOLDERS), ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_have_docstrings(path):
    assert ast.get_docstring(tree(path)) or not path.read_text().strip()


def test_no_prints_and_asserts_in_shipped_code():
    """Shipped code has no `print`, whose output is lost in QGIS, and no `assert`, which `python -O` removes."""
    wrong = []
    for path in [ROOT / "__init__.py", *sources(*FOLDERS)]:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Assert):
                wrong.append(f"{path}:{node.lineno} assert")
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("print", "breakpoint")
            ):
                wrong.append(f"{path}:{node.lineno} {node.func.id}")
    assert wrong == []


def public_definitions(body, prefix=""):
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body, f"{node.name}.")


@pytest.mark.parametrize("path", sources("core"), ids=lambda path: path.name)
def test_public_names_have_docstrings(path):
    missing = [name for name, node in public_definitions(tree(path).body) if not ast.get_docstring(node)]
    assert missing == []


def test_light_modules_import_no_large_packages():
    """The modules that QGIS imports at startup do not import large packages, which load slowly or may be missing."""
    light = (
        "core",
        "core.choices",
        "core.reading.safe_paths",
        "core.parallel.machine",
        "core.errors",
        "core.progress",
        "core.dependencies",
        "core.diagnostics.libraries",
        "core.diagnostics.installation",
        "core.diagnostics.page",
        "core.report.html",
        "core.diagnostics.self_test",
    )
    heavy = (
        "dask",
        "distributed",
        "xarray",
        "rioxarray",
        "rasterio",
        "affine",
        "pandas",
        "pyproj",
        "numpy",
        "qgis",
        "osgeo",
    )
    assert packages_loaded_with(light, heavy) == []


def test_versions_are_the_same_everywhere():
    from parallel_raster.core.versions import VERSION

    for name in ("metadata.txt", "pyproject.toml"):
        assert re.search(rf'^version ?= ?"?{re.escape(VERSION)}\b', (ROOT / name).read_text(), re.MULTILINE), name


def test_the_changelog_is_complete():
    """Algorithms and the version have entries in CHANGELOG.md; the version has a date unless it is unreleased.

    Labels of new algorithms are in the changelog of metadata.txt, which QGIS's plugin manager shows.
    """
    from parallel_raster.core.versions import VERSION

    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    title = re.search(r"^## (.+)$", text, re.MULTILINE).group(1)
    assert title == "[Unreleased]" if "dev" in VERSION else re.fullmatch(rf"\[{VERSION}\] - \d{{4}}-\d\d-\d\d", title)
    names = [path.stem.removesuffix("_help") for path in (ROOT / "algorithms").glob("*_help.py")]
    assert [name for name in names if f"`parallelraster:{name}`" not in text] == []
    metadata = (ROOT / "metadata.txt").read_text(encoding="utf-8")
    shown = re.search(rf"^changelog={VERSION}: (.+)$", metadata, re.MULTILINE).group(1)
    section = text[text.index(f"## {title}") : text.index("\n## [", text.index(f"## {title}") + 1)]
    new = re.findall(r"(?:New algorithms?|and) ([A-Z][^(.]+) \(`parallelraster:", " ".join(section.split()))
    assert len(new) >= 13 and [name for name in new if name not in shown] == []


def test_public_names_of_the_core():
    """Every name in `core.__all__` can be imported; an unknown name raises AttributeError."""
    from parallel_raster import core

    for name in core.__all__:
        assert getattr(core, name).__module__.startswith("parallel_raster.core.")
    with pytest.raises(AttributeError, match="no_such_name"):
        core.no_such_name  # noqa: B018
