"""Check that the docstrings of the public functions (`core.__all__`) are complete in the numpydoc format.

Three rules apply in addition to numpydoc's checks. The type of a parameter with a default value must contain this value
or `optional`: `int, default 4` or `str, optional`. Functions must list the errors that they raise. Result classes must
list their attributes. The script prints all problems and exits with code 1 if there are any.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numpydoc.docscrape import get_doc_object
from numpydoc.validate import validate

ROOT = Path(__file__).resolve().parent.parent

IGNORED = {
    "ES01",  # Extended Summary: the guide explains the functions
    "SA01",  # See Also: the guide has links
    "EX01",  # Examples: the guide has examples
    "PR01",  # undocumented parameters: checked below, because results document attributes instead
    "PR02",  # unknown parameters: checked below
}


def public_names() -> dict[str, Any]:
    """Import the core of this checkout, whatever the name of its folder, and return its public objects by name."""
    spec = importlib.util.spec_from_file_location(
        "parallel_raster", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["parallel_raster"] = module
    spec.loader.exec_module(module)
    core = importlib.import_module("parallel_raster.core")
    return {name: getattr(core, name) for name in core.__all__}


def problems(public: Any) -> list[str]:
    """Return the problems in the docstring of a function, a result class or an error class."""
    found = validate(f"{public.__module__}.{public.__qualname__}")["errors"]
    lines = [f"{code} {text}" for code, text in found if code not in IGNORED]
    doc = get_doc_object(public)
    if dataclasses.is_dataclass(public):
        names = [field.name for field in dataclasses.fields(public)]
        lines += _undescribed(doc["Attributes"], names, {})
    elif inspect.isfunction(public):
        parameters = inspect.signature(public).parameters
        defaults = {name: each.default for name, each in parameters.items() if each.default is not each.empty}
        lines += _undescribed(doc["Parameters"], list(parameters), defaults)
        lines += [] if doc["Raises"] else ["the Raises section is missing"]
    return lines


def _undescribed(described: list[Any], names: list[str], defaults: dict[str, object]) -> Iterator[str]:
    types = {name.strip(): each.type for each in described for name in each.name.split(",")}
    if list(types) != names:
        yield f"the docstring describes {list(types)}, but the code has {names}"
    for name, kind in types.items():
        if not kind:
            yield f"{name} has no type"
        elif name in defaults and not _contains_default(kind, defaults[name]):
            yield f"{name} : {kind} contains neither `optional` nor the default {defaults[name]!r}"


def _contains_default(kind: str, default: object) -> bool:
    if kind.endswith(", optional"):
        return True
    _, found, text = kind.rpartition(", default ")
    return bool(found) and ast.literal_eval(text) == default


def main() -> int:
    """Print the problems in all public docstrings; return the exit code."""
    lines = [f"{name}: {line}" for name, public in public_names().items() for line in problems(public)]
    print(*lines, sep="\n", end="\n" if lines else "")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
