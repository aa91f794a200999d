"""Measure the peak memory of qgis_process with MEMORY=512 for two raster sizes, with and without GDAL_CACHEMAX=128.

/usr/bin/python3 benchmarks/memory.py [--sizes 10980 21960] [--repeats 1]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from measure import interleaved, print_table, qgis_process, scene

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Measure the peak memory for all raster sizes, and print a table for each limit of GDAL's block cache."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_980, 21_960])
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "bench")
    given = parser.parse_args()
    program, environment = qgis_process(given.folder)
    for cache in ("128", None):
        commands = {}
        for size in given.sizes:
            source = scene(given.folder, size)
            commands[f"{size} x {size}"] = [
                *program, "run", "parallelraster:normalizeddifference", f"--INPUT={source}", "--MEMORY=512",
                f"--OUTPUT={given.folder / 'out_memory.tif'}",
            ]  # fmt: skip
        print("GDAL_CACHEMAX=128" if cache else "GDAL's default cache limit")
        limits = {"GDAL_CACHEMAX": cache} if cache else {}
        print_table(interleaved(commands, given.repeats, {**environment, **limits}), next(iter(commands)))


if __name__ == "__main__":
    main()
