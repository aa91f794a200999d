"""Modules of the core import only from the folders that the table allows, and there are no circular imports."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from shipped import packages_loaded_with

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core"

ALL_BELOW_ENGINE = (
    "raster", "scenes", "tiff", "parallel", "cluster", "reading", "regrid", "writing", "tileset", "report"
)  # fmt: skip
ALL_BELOW_JOBS = (*ALL_BELOW_ENGINE, "engine", "pixels", "expression", "indexes", "vector")

ARROWS = {
    "raster": (),
    "scenes": ("raster",),
    "tiff": ("raster",),
    "parallel": ("raster",),
    "cluster": ("parallel",),
    "reading": ("raster", "tiff"),
    "regrid": ("raster", "reading"),
    "writing": ("raster", "tiff", "reading", "parallel"),
    "tileset": ("raster", "scenes", "tiff", "writing"),
    "report": ("parallel", "writing"),
    "engine": ALL_BELOW_ENGINE,
    "pixels": (*ALL_BELOW_ENGINE, "engine"),
    "expression": (*ALL_BELOW_ENGINE, "engine", "pixels"),
    "indexes": (*ALL_BELOW_ENGINE, "engine", "pixels", "expression"),
    "vector": (*ALL_BELOW_ENGINE, "engine", "pixels"),
    "jobs": ALL_BELOW_JOBS,
    "benchmark": (*ALL_BELOW_JOBS, "jobs"),
    "diagnostics": (*ALL_BELOW_JOBS, "jobs"),
}
"""Folder -> other folders from which its modules may import. All modules may also import the modules in core/ itself.

The modules directly in core/ import only each other. Jobs never import each other.
"""

HEAVY = ("dask", "distributed", "rasterio", "xarray", "rioxarray")
PLAIN = ("scenes.dates", "scenes.periods", "tileset.journal", "tileset.manifest", "tileset.names", "tileset.scene_list")
"""Modules that must not import Dask or rasterio."""


def modules() -> dict[str, Path]:
    """Return the modules of the core, except `__init__.py` files, as a dict: dotted name -> path."""
    return {
        ".".join(path.relative_to(CORE).with_suffix("").parts): path
        for path in sorted(CORE.rglob("*.py"))
        if path.name != "__init__.py"
    }


def imported(name: str, path: Path, known: dict[str, Path]) -> dict[str, int]:
    """Return the core modules that a module imports, including imports only for type checking: name -> line number."""
    package = ["core", *name.split(".")[:-1]]
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = package[: len(package) - node.level + 1] + (node.module.split(".") if node.module else [])
        for alias in node.names:
            for dotted in (".".join([*base[1:], alias.name]), ".".join(base[1:])):
                if dotted in known:
                    found[dotted] = node.lineno
                    break
            else:
                raise AssertionError(f"{path}:{node.lineno} imports {alias.name}, which is not in a module of the core")
    return found


def folder_of(name: str) -> str:
    return name.split(".")[0] if "." in name else ""


def job_of(name: str) -> str:
    return name.split(".")[1] if name.startswith("jobs.") else ""


def is_allowed(source: str, target: str) -> bool:
    here, there = folder_of(source), folder_of(target)
    if here == there:
        return job_of(source) == job_of(target)
    return here != "" and (there == "" or there in ARROWS[here])


def test_each_folder_is_in_the_table():
    folders = {folder_of(name) for name in modules()} - {""}
    assert len(folders) >= 10
    assert folders <= set(ARROWS)


def test_the_table_has_no_cycle():
    """Each folder may import only folders that are above it in the table."""
    order = list(ARROWS)
    assert set(ARROWS["vector"]) | {"vector", "expression", "indexes"} == set(ALL_BELOW_JOBS)
    rank = {name: number for number, name in enumerate(order)}
    assert [(name, other) for name in order for other in ARROWS[name] if rank[other] >= rank[name]] == []


def test_imports_follow_the_arrows():
    known = modules()
    wrong = [
        f"{name}:{line} imports {other}"
        for name, path in known.items()
        for other, line in imported(name, path, known).items()
        if not is_allowed(name, other)
    ]
    assert wrong == []


def test_no_circular_imports():
    known = modules()
    left = {name: set(imported(name, path, known)) for name, path in known.items()}
    while free := [name for name, others in left.items() if not others & set(left)]:
        for name in free:
            del left[name]
    assert left == {}, "these modules import each other, or import modules that do"


def test_packages_contain_only_a_docstring():
    for path in CORE.rglob("*/__init__.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert len(body) == 1 and isinstance(body[0], ast.Expr), path


def test_every_package_is_listed_for_setuptools():
    """pyproject.toml lists all packages: setuptools cannot find them, because the root folder has a different name."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.findall(r'"([\w.]+)"', re.search(r"^packages = \[(.*?)\]", text, re.DOTALL | re.MULTILINE)[1])
    packages = [*CORE.rglob("__init__.py"), ROOT / "shell" / "__init__.py"]
    there = [".".join(path.parent.relative_to(ROOT).parts) for path in packages]
    assert sorted(listed) == sorted(["parallel_raster", *(f"parallel_raster.{name}" for name in there)])
    assert {path.parent for path in modules().values()} == {path.parent for path in CORE.rglob("__init__.py")} - (
        {CORE / "jobs"}
    )


def test_one_module_imports_distributed_and_none_imports_pickle():
    for name, path in modules().items():
        text = path.read_text(encoding="utf-8")
        known = re.search(r"^\s*(import|from) (distributed|dask_jobqueue)\b", text, re.MULTILINE)
        assert bool(known) == (name == "cluster.connection"), path
        assert not re.search(r"^\s*(import|from) (pickle|cloudpickle|shelve|marshal)\b", text, re.MULTILINE), path


def test_plain_modules_import_no_large_packages():
    assert packages_loaded_with([f"core.{name}" for name in PLAIN], HEAVY) == []
