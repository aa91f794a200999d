"""Run the core's Tile raster as a process of its own: core_tile.py SRC FOLDER [KEYWORD=VALUE ...]."""

from __future__ import annotations

import ast
import importlib.util
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Register the checkout as the package and call the core on an empty folder."""
    spec = importlib.util.spec_from_file_location(
        "parallel_raster", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["parallel_raster"] = module
    spec.loader.exec_module(module)
    from parallel_raster.core import tile_raster

    source, folder, *pairs = sys.argv[1:]
    shutil.rmtree(folder, ignore_errors=True)
    keywords = {key: ast.literal_eval(value) for key, value in (pair.split("=", 1) for pair in pairs)}
    print(tile_raster(source, folder, **keywords).tile_count)


if __name__ == "__main__":
    main()
