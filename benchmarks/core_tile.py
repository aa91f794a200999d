"""Run the core's `tile_raster` in a new process: core_tile.py SRC FOLDER [KEYWORD=VALUE ...]."""

from __future__ import annotations

import ast
import shutil
import sys

from run_core import load_checkout


def main() -> None:
    """Register the checkout as the `parallel_raster` package, delete the output folder, and call `tile_raster`."""
    load_checkout()
    from parallel_raster.core import tile_raster

    source, folder, *pairs = sys.argv[1:]
    shutil.rmtree(folder, ignore_errors=True)
    keywords = {key: ast.literal_eval(value) for key, value in (pair.split("=", 1) for pair in pairs)}
    print(tile_raster(source, folder, **keywords).tile_count)


if __name__ == "__main__":
    main()
