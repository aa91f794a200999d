"""Measure how the core's run time and memory use grow from a small to a large raster (by default, 9 times the pixels).

/usr/bin/python3 benchmarks/growth.py [--sizes 10980 32940] [--repeats 2] [--jobs difference,evi,gaussian,tile,merge]
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from contenders import EVI, FILTERS, expression, keywords
from measure import interleaved, median, print_table, scene, tiles

HERE = Path(__file__).resolve().parent
MEMORY = 512


def main() -> None:
    """Measure and print a table for each job, with the ratio of the times per pixel and the ratio of the memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs=2, default=[10_980, 32_940])
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--jobs", default="difference,evi,gaussian,tile,merge")
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "bench")
    given = parser.parse_args()
    small, large = given.sizes
    out = given.folder / "out"
    for job in given.jobs.split(","):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        commands = {f"{size} x {size}": command(job, given.folder, size) for size in given.sizes}
        runs = interleaved(commands, given.repeats, {}, outputs=[out / "result.tif", out / "result"])
        print(f"\n{job}, MEMORY={MEMORY}")
        print_table(runs, next(iter(commands)))
        first, second = (runs[name] for name in commands)
        pixels = (large / small) ** 2
        time = median(second, "wall") / median(first, "wall") / pixels
        memory = max(run.peak for run in second) / max(run.peak for run in first)
        print(f"{pixels:.0f} times the pixels: {time:.2f} times the time per pixel, {memory:.2f} times the memory")


def command(job: str, folder: Path, size: int) -> list[str]:
    """Return the command that runs a job on a scene of the given size; create its input if it is missing."""
    source, out = scene(folder, size), folder / "out"
    core = [sys.executable, str(HERE / "run_core.py")]
    if job == "difference":
        return [*core, "normalized_difference", source, str(out / "result.tif"), f"memory={MEMORY}"]
    if job == "evi":
        formula = f"expression={expression(EVI)!r}"
        return [*core, "raster_calculator", source, str(out / "result.tif"), formula, f"memory={MEMORY}"]
    if job == "gaussian":
        filtered = ["bands=[1]", *keywords(FILTERS["gaussian"].keywords)]
        return [*core, "focal_filter", source, str(out / "result.tif"), *filtered, f"memory={MEMORY}"]
    if job == "tile":
        return [*core, "tile_raster", source, str(out / "result"), f"memory={MEMORY}"]
    return [*core, "merge_tiles", str(tiles(folder, size)), str(out / "result.tif"), f"memory={MEMORY}"]


if __name__ == "__main__":
    main()
