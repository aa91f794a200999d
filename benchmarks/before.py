"""Compare the run time and memory use of this checkout with an earlier commit, for several file layouts.

/usr/bin/python3 benchmarks/before.py COMMIT [--size 5120] [--pairs 15] [--cases "strips,LZW"]

The two checkouts take turns computing the normalized difference. The exit code is 1 if a case takes more than 1.03
times as long as before, or needs more than 1.05 times as much memory.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from measure import ROOT, cloud_mask, compiled, interleaved, median, scene
from tiles_difference import set_of_tiles

TIME_LIMIT, MEMORY_LIMIT = 1.03, 1.05
"""Maximum run time and memory, as multiples of the earlier commit's."""

FILES = 500


class Case(NamedTuple):
    """A case: gdal_translate options that convert the scene (None: no conversion), and the job's keyword arguments."""

    convert: tuple[str, ...] | None = None
    keywords: tuple[str, ...] = ()


CASES = {
    f"{FILES} files": Case(),
    "pixel interleaved": Case(),
    "band interleaved": Case(("-co", "TILED=YES", "-co", "COMPRESS=DEFLATE", "-co", "INTERLEAVE=BAND")),
    "strips": Case(("-co", "COMPRESS=DEFLATE", "-co", "PREDICTOR=2"), ("creation_options='TILED=NO'",)),
    "mask band": Case(("-mask", "4", "-a_nodata", "none", "-co", "TILED=YES", "-co", "COMPRESS=DEFLATE")),
    "mask layer": Case(),
    "COG": Case(keywords=("cog=True",)),
    "LZW": Case(("-co", "TILED=YES", "-co", "COMPRESS=LZW"), ("creation_options='COMPRESS=LZW'",)),
    "ZSTD": Case(("-co", "TILED=YES", "-co", "COMPRESS=ZSTD"), ("creation_options='COMPRESS=ZSTD'",)),
}


def main() -> None:
    """Run each case alternately in both checkouts and print a table; fail if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit")
    parser.add_argument("--size", type=int, default=5120)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench")
    given = parser.parse_args()
    earlier, output = given.folder / "before", given.folder / "out_before.tif"
    checkout(given.commit, earlier)
    programs = {"before": earlier / "benchmarks" / "run_core.py", "now": ROOT / "benchmarks" / "run_core.py"}
    print(f"{given.size} x {given.size} pixels, {given.pairs} pairs of runs, compared with {given.commit}")
    print(
        "| case | before, wall s | now, wall s | time, median ratio | before, peak MB | now, peak MB | memory, ratio |"
    )
    print("|---|---|---|---|---|---|---|")
    slow = []
    for name in given.cases.split(","):
        job = arguments(name, given.folder, given.size, output)
        commands = {each: [sys.executable, str(program), *job] for each, program in programs.items()}
        runs = interleaved(commands, given.pairs + 1, {}, [output])  # the first runs fill the caches
        before, now = runs["before"][1:], runs["now"][1:]
        time = statistics.median(new.wall / old.wall for new, old in zip(now, before))
        walls, peaks = ([median(each, field) for each in (before, now)] for field in ("wall", "peak"))
        print(
            f"| {name} | {walls[0]:.2f} | {walls[1]:.2f} | {time:.2f} "
            f"| {peaks[0]:.0f} | {peaks[1]:.0f} | {peaks[1] / peaks[0]:.2f} |",
            flush=True,
        )
        slow += [name] * (time > TIME_LIMIT or peaks[1] > MEMORY_LIMIT * peaks[0])
    if slow:
        sys.exit(f"A limit is exceeded for {', '.join(slow)}.")


def checkout(commit: str, folder: Path) -> None:
    """Export a commit's package to a folder, add run_core.py, and compile the modules to bytecode."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "benchmarks").mkdir(parents=True)
    shutil.copy(ROOT / "benchmarks" / "run_core.py", folder / "benchmarks")
    archive = subprocess.run(
        ["git", "archive", commit, "__init__.py", "core", "plugin"], cwd=ROOT, check=True, stdout=subprocess.PIPE
    ).stdout
    subprocess.run(["tar", "--extract", "--directory", str(folder)], input=archive, check=True)
    compiled(folder / "core")


def arguments(name: str, folder: Path, size: int, output: Path) -> list[str]:
    """Return a case's arguments for run_core.py: function, input, output and keywords. Create the input if missing."""
    case, source = CASES[name], scene(folder, size)
    if name == f"{FILES} files":
        return ["normalized_difference_tiles", str(set_of_tiles(folder, FILES)[0]), str(output), "memory=512"]
    keywords = list(case.keywords)
    if name == "mask layer":
        keywords += [f"mask={cloud_mask(folder, size)!r}", "mask_values='9'"]
    if case.convert is not None:
        converted = folder / f"before_{size}_{name.replace(' ', '_')}.tif"
        if not converted.exists():
            options = ("--config", "GDAL_TIFF_INTERNAL_MASK", "YES")
            subprocess.run(["gdal_translate", "-q", *options, *case.convert, source, str(converted)], check=True)
        source = str(converted)
    return ["normalized_difference", source, str(output), *keywords, "memory=512"]


if __name__ == "__main__":
    main()
