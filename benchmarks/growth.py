"""Measure how the core's run time and memory use grow with raster size, and compare the growth with a limit.

/usr/bin/python3 benchmarks/growth.py [--sizes 10980 32940] [--repeats 2] [--jobs difference,tile,merge,mask]

The inputs are scenes of one uint16 band. The exit code is 1 if the time per pixel or the peak memory for the large
raster is more than 1.1 times that for the small raster.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from contenders import FILTERS, keywords
from measure import Run, cloud_mask, interleaved, make_tiles, median, print_table, series, series_folder

HERE = Path(__file__).resolve().parent
MEMORY = 512
LIMIT = 1.1
"""Maximum factor by which time per pixel and peak memory may grow from the small to the large raster."""

FREE_BYTES_PER_PIXEL = 9
"""Free disk space required per pixel: three scenes (1.6 bytes each) and the output of a job (at most 3.3 bytes)."""


def difference(core: list[str], scenes: Sequence[str], folder: Path, size: int) -> list[str]:
    """Return the command for the normalized difference of two rasters."""
    options = ["band_a=1", f"input_b={scenes[1]!r}", "input_b_band=1"]
    return [*core, "normalized_difference", scenes[0], str(folder / "out" / "result.tif"), *options]


def tile(core: list[str], scenes: Sequence[str], folder: Path, size: int) -> list[str]:
    """Return the command for splitting a raster into tiles."""
    return [*core, "tile_raster", scenes[0], str(folder / "out" / "result")]


def merge(core: list[str], scenes: Sequence[str], folder: Path, size: int) -> list[str]:
    """Return the command for merging tiles; create the tiles if they are missing."""
    tiles = folder / f"tiles_{size}_1"
    if not tiles.exists():
        make_tiles(scenes[0], tiles)
    return [*core, "merge_tiles", str(tiles), str(folder / "out" / "result.tif")]


def mask(core: list[str], scenes: Sequence[str], folder: Path, size: int) -> list[str]:
    """Return the command for masking clouds."""
    options = [f"mask={cloud_mask(folder, size)!r}", "mask_values='9'"]
    return [*core, "mask_raster", scenes[0], str(folder / "out" / "result.tif"), *options]


def gaussian(core: list[str], scenes: Sequence[str], folder: Path, size: int) -> list[str]:
    """Return the command for a Gaussian filter."""
    options = keywords(FILTERS["gaussian"].keywords)
    return [*core, "focal_filter", scenes[0], str(folder / "out" / "result.tif"), *options]


def composite(core: list[str], scenes: Sequence[str], folder: Path, size: int) -> list[str]:
    """Return the command for the median of three scenes."""
    return [*core, "temporal_composite", str(Path(scenes[0]).parent), str(folder / "out" / "result"), "period='all'"]


JOBS: Mapping[str, Callable[[list[str], Sequence[str], Path, int], list[str]]] = {
    "difference": difference, "tile": tile, "merge": merge, "mask": mask, "gaussian": gaussian, "composite": composite,
}  # fmt: skip


def main() -> None:
    """Measure the jobs; for each, print a table and how time per pixel and memory grow with raster size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs=2, default=[10_980, 32_940])
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--jobs", default=",".join(JOBS), help=f"some of {', '.join(JOBS)}")
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "bench")
    given = parser.parse_args()
    check_space(given.folder, max(given.sizes))
    scenes = {size: series(given.folder, size, 3, bands=1) for size in given.sizes}
    core, out = [sys.executable, str(HERE / "run_core.py")], given.folder / "out"
    is_kept = True
    for job in given.jobs.split(","):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        commands = {
            f"{size} x {size}": [*JOBS[job](core, scenes[size], given.folder, size), f"memory={MEMORY}"]
            for size in given.sizes
        }
        runs = interleaved(commands, given.repeats, {}, outputs=[out / "result.tif", out / "result"])
        print(f"\n{job}, MEMORY={MEMORY}")
        print_table(runs, next(iter(commands)))
        is_kept = report(*runs.values(), (given.sizes[1] / given.sizes[0]) ** 2) and is_kept
        shutil.rmtree(out)
        for size in given.sizes:
            shutil.rmtree(given.folder / f"tiles_{size}_1", ignore_errors=True)
    if not is_kept:
        sys.exit(1)


def check_space(folder: Path, size: int) -> None:
    """End the program if the disk has too little space for rasters of `size` x `size` pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    existing = sum(path.stat().st_size for path in series_folder(folder, size, 3, bands=1).glob("scene_*[0-9].tif"))
    needed = (FREE_BYTES_PER_PIXEL * size * size - existing) / 1e9
    free = shutil.disk_usage(folder).free / 1e9
    if free < needed:
        sys.exit(f"{folder} needs {needed:.0f} GB of free space, but has only {free:.0f} GB.")


def report(small: Sequence[Run], large: Sequence[Run], pixels: float) -> bool:
    """Print the factors by which time per pixel and memory grow; return True if both are within the limit."""
    time = median(large, "wall") / median(small, "wall") / pixels
    memory = max(run.peak for run in large) / max(run.peak for run in small)
    is_kept = max(time, memory) <= LIMIT
    print(
        f"With {pixels:.0f} times as many pixels, a run takes {time:.2f} times as long per pixel and {memory:.2f} "
        f"times as much memory (limit: at most {LIMIT}{'' if is_kept else ', EXCEEDED'})"
    )
    return is_kept


if __name__ == "__main__":
    main()
