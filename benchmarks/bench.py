"""Compare each job of this package with the same job in other tools. The tools run in turn.

Complete processes are measured, from start to exit.

/usr/bin/python3 benchmarks/bench.py [--size 5490] [--repeats 3] [--jobs difference,tile,merge] [--write [PAGE]]
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import contenders
import results
from bounds import check
from contenders import Contender, Paths
from measure import Run, cloud_mask, fields, measured, qgis_process, scene, series, tiles

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs" / "benchmarks"
TITLES = {
    "difference": "Normalized difference of two bands",
    "evi": "EVI from three bands",
    "evi_by_name": "EVI by name and by formula",
    "five_bands": "A five-band formula",
    "mask": "Masking clouds in four bands with a nodata value",
    "mask_inside": "Masking clouds in four bands with an internal mask",
    "gaussian": "Gaussian filter on one band, sigma 2",
    "mean": "5 x 5 mean filter on one band",
    "median": "3 x 3 median filter on one band",
    "labels": "Labelling objects above a threshold",
    "zones": "Statistics of one band in 10,000 polygons",
    "tile": "Splitting a raster into tiles of 2,048 pixels",
    "merge": "Merging tiles of 2,048 pixels",
    "composite": "Median of 12 scenes of four bands with clouds, 2,560 x 2,560 pixels",
}
COMPOSITE_SIZE, COMPOSITE_SCENES = 2_560, 12

REFERENCES = {
    "difference": "gdal_calc.py", "evi": "gdal_calc.py", "evi_by_name": "Parallel Raster, core, by formula",
    "five_bands": "gdal_calc.py", "gaussian": "scipy (whole array)", "mean": "scipy (whole array)",
    "median": "scipy (whole array)", "mask": "gdal_calc.py", "mask_inside": "cp (reference)",
    "zones": "QGIS Zonal statistics", "labels": "scipy (whole array)", "tile": "gdal_retile.py",
    "merge": "gdal_merge.py", "composite": "xarray with Dask",
}  # fmt: skip


def main() -> None:
    """Run all measurements and print the tables; with --write, also write the tables to docs/benchmarks.

    The exit code is 1 if a job exceeds one of its limits on time and memory (`bounds.py`), or if a tool failed.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=5_490, help="pixels along an edge of the scene")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--jobs", default=",".join(TITLES))
    parser.add_argument(
        "--only", default="", help="measure only tools whose names contain one of these strings, separated by |"
    )
    parser.add_argument(
        "--time-limit",
        type=float,
        default=300,
        help="seconds after which a tool other than this package is stopped; it is not run again",
    )
    parser.add_argument(
        "--once-above", type=float, default=math.inf, help="tools that take more seconds than this are run only once"
    )
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench")
    parser.add_argument(
        "--write", nargs="?", const="comparison", help=f"write a page with this name to {DOCS.relative_to(ROOT)}/"
    )
    given = parser.parse_args()
    qgis, environment = qgis_process(given.folder)
    lines, all_runs, is_kept = [], {}, True
    for job in given.jobs.split(","):
        paths = prepare(job, given.folder, given.size)
        everyone = getattr(contenders, job)(paths, qgis)
        chosen = [each for each in everyone if any(text in each.name for text in given.only.split("|"))]
        runs = compare(chosen, paths, given.repeats, environment, given.time_limit, given.once_above)
        all_runs[job] = runs
        failed = {each.name for each in chosen if each.command and each.name not in runs}
        chosen = [each._replace(command=(), absent="it failed") if each.name in failed else each for each in chosen]
        is_finished = not any(run.is_stopped for run in runs.get(REFERENCES[job], [Run(0, 0, 0, is_stopped=True)]))
        reference = REFERENCES[job] if is_finished else next(iter(runs))
        lines += [f"## {TITLES[job]}", "", *results.table(chosen, runs, reference), ""]
        bounds = check(job, runs)
        is_kept = is_kept and not failed and all(each.is_kept is not False for each in bounds)
        lines += ["Limits set in `benchmarks/bounds.py`:", "", *(f"- {each.text}" for each in bounds), ""]
        if given.write:
            chart = f"{job}.svg" if given.write == "comparison" else f"{given.write}-{job}.svg"
            title = TITLES[job] if job == "composite" else f"{TITLES[job]}, {given.size:,} x {given.size:,} pixels"
            results.draw(DOCS / chart, title, chosen, runs)
            lines += [f"![Bar chart of the wall times in the table]({chart})", ""]
    once = "" if math.isinf(given.once_above) else f", or 1 for tools that take more than {given.once_above:g} s"
    head = [
        "# All tools in one run", "",
        f"`/usr/bin/python3 benchmarks/bench.py {' '.join(sys.argv[1:])}`: {given.size} x {given.size} pixels, four "
        "or five uint16 bands, 512 x 512 DEFLATE blocks. The tools run in turn; number of runs per tool: "
        f"{given.repeats}{once}. Complete processes are measured, from start to exit.", "",
        'For comparison, rows marked "(reference)" show the time of one step alone: copying the files, or '
        'decoding and encoding the blocks. Rows that begin with "tutorial" show the time of typical tutorial code '
        '(`benchmarks/tutorial.py`). In the "without counts" row, the number of observations of each pixel is not '
        'written; in rows with "bottleneck", the bottleneck package computes the medians.', "",
        "; ".join(results.machine()), "",
    ]  # fmt: skip
    print("\n".join([*head, *lines]))
    if given.write:
        (DOCS / f"{given.write}.md").write_text("\n".join([*head, *lines]).rstrip() + "\n")
        results.write_csv(DOCS / f"{given.write}.csv", all_runs)
    if not is_kept:
        sys.exit(1)


def prepare(job: str, folder: Path, size: int) -> Paths:
    """Create the inputs for a job; return their paths."""
    if job == "composite":
        return prepare_composite(folder)
    nodata = "plain" if job == "mask_inside" else "nodata"
    source = scene(folder, size, bands=5 if job == "five_bands" else 4, nodata=nodata)
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    if job in ("evi_by_name", "labels", *contenders.FILTERS):
        return Paths([source], folder, "", "")
    if job in ("mask", "mask_inside"):
        return Paths([source, cloud_mask(folder, size)], folder, "", "")
    if job == "zones":
        return Paths([source, fields(folder, size)], folder, "", "")
    script = str(Path(__file__).resolve().parent / "prepare.py")
    kinds = ("blocks",) if job in ("evi", "five_bands") else ("pixels", "blocks")
    arrays = {kind: folder / f"{kind}_{job}_{size}.npy" for kind in kinds}
    for kind, path in arrays.items():
        if not path.exists():
            subprocess.run([sys.executable, script, kind, job, source, str(path)], check=True)
    pixels, blocks = str(arrays.get("pixels", "")), str(arrays["blocks"])
    if job != "merge":
        return Paths([source], folder, pixels, blocks)
    return Paths(sorted(map(str, tiles(folder, size).glob("*.tif"))), folder, pixels, blocks)


def prepare_composite(folder: Path) -> Paths:
    """Create the scenes for the composite job and a file with their per-pixel median; return the paths."""
    sources = series(folder, COMPOSITE_SIZE, COMPOSITE_SCENES)
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    pixels = folder / f"pixels_composite_{COMPOSITE_SIZE}.npy"
    if not pixels.exists():
        script = str(Path(__file__).resolve().parent / "prepare.py")
        subprocess.run([sys.executable, script, "median", str(pixels), *sources], check=True)
    return Paths(sources, folder, str(pixels), "")


def compare(
    chosen: list[Contender],
    paths: Paths,
    repeats: int,
    environment: dict[str, str],
    time_limit: float,
    once_above: float,
) -> dict[str, list[Run]]:
    """Run all available tools in turn; return the runs by tool. Each run starts with an empty output folder.

    The inputs are read once beforehand, so that they are in the system's cache for every tool. A tool that exceeds the
    time limit or takes more than `once_above` seconds is run only once. If a tool other than this package fails, its
    error is printed, and its runs are left out.
    """
    subprocess.run(["cat", *paths.sources], stdout=subprocess.DEVNULL, check=True)
    runs: dict[str, list[Run]] = {each.name: [] for each in chosen if each.command}
    for _ in range(repeats):
        for each in chosen:
            if each.name in runs and not any(run.is_stopped or run.wall > once_above for run in runs[each.name]):
                os.sync()
                limit = None if each.ours else time_limit
                try:
                    runs[each.name].append(measured(each.command, environment, time_limit=limit))
                except SystemExit as error:
                    if each.ours or each.limit:
                        raise
                    print(error.code, file=sys.stderr)
                    del runs[each.name]
                shutil.rmtree(paths.folder / "out")
                (paths.folder / "out" / "retile").mkdir(parents=True)
                (paths.folder / "out" / "retile2").mkdir()
    return runs


if __name__ == "__main__":
    main()
