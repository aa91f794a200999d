"""Run a function of the core in a new process: run_core.py FUNCTION SOURCE DESTINATION [KEYWORD=VALUE ...]."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def load_checkout() -> None:
    """Register this checkout as the `parallel_raster` package."""
    spec = importlib.util.spec_from_file_location(
        "parallel_raster", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["parallel_raster"] = module
    spec.loader.exec_module(module)


def main() -> None:
    """Call the core function whose name is on the command line, and print its result."""
    load_checkout()
    from parallel_raster import core

    function, source, destination, *pairs = sys.argv[1:]
    keywords = {key: ast.literal_eval(value) for key, value in (pair.split("=", 1) for pair in pairs)}
    print(getattr(core, function)(source, destination, **keywords))


if __name__ == "__main__":
    main()
