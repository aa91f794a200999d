"""Measure the share of run time that each stage takes: decoding, predictors, pixels, statistics, encoding, files.

/usr/bin/python3 benchmarks/stages.py [--size 10980] [--jobs difference,formula,mask,gaussian,tile,merge] [--rate 250]

The jobs are sampled with py-spy. Samples of threads that wait for other threads are not counted.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from contenders import EVI, FILTERS, expression, keywords
from measure import cloud_mask, scene, tiles

HERE = Path(__file__).resolve().parent

IDLE = re.compile(r"parallel/threads\.py:(_watch|_compute)$|/threading\.py:wait$|futures/thread\.py:_worker$")
"""Matches each FILE:FUNCTION in which a thread waits for other threads. Samples in these functions are not counted."""

REST = "other Python code"

STAGES = {
    "inflate (libdeflate)": (r"tiff/deflate\.py:inflate$",),
    "deflate (ISA-L)": (r"tiff/(isal|deflate)\.py:compressed$",),
    "undo the predictor": (r"tiff/pixel_codec\.py:PixelCoding\.to_pixels$",),
    "apply the predictor": (r"tiff/pixel_codec\.py:PixelCoding\.to_bytes$",),
    "checksums and reading back": (
        r"tiff/checksum\.py:", r"writing/read_back\.py:", r"tiff/deflate\.py:(crc32|check_stream)$",
        r"RasterWriter\._(record_checksums|compare)$", r"RasterWriter\.finish$",
    ),
    "statistics": (r"raster/statistics\.py:", r"pixels/job\.py:_block_statistics$"),
    "read files": (r"tiff/layout\.py:read_encoded$", r"reading/gdal_quirks\.py:read_pixels$"),
    "write files": (r"tiff/block_copy\.py:", r"writing/encoded_file\.py:", r"writing/early_flush\.py:"),
    "compute pixels": (
        r"core/jobs/[a-z]+/(kernel|strip|sums|ranks|weights|neighbours|pixels|accumulate|task)\.py:",
        r"core/expression/(evaluate|kernel)\.py:",
        r"core/pixels/(job|stack|storing|encoding|median|edges|masks|terms)\.py:",
        r"raster/nodata\.py:",
    ),
    "imports": (r"<frozen importlib\._bootstrap>", r":<module>$"),
}  # fmt: skip
"""Patterns for FILE:FUNCTION, by stage. The innermost function that matches a pattern determines a sample's stage."""


def main() -> None:
    """Measure the jobs and print a table with a column for each job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_980)
    parser.add_argument("--jobs", default="difference,formula,mask,gaussian,tile,merge")
    parser.add_argument("--rate", type=int, default=250)
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "bench")
    given = parser.parse_args()
    jobs = given.jobs.split(",")
    out = given.folder / "out"
    shares = {}
    for job in jobs:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        shares[job] = profile(command(job, given.folder, given.size), out / "samples.txt", given.rate)
    shutil.rmtree(out, ignore_errors=True)
    print(f"| stage | {' | '.join(jobs)} |")
    print(f"|---|{'---|' * len(jobs)}")
    for stage in (*STAGES, REST):
        cells = (f"{shares[job][stage] / shares[job].total():.0%}" for job in jobs)
        print(f"| {stage} | {' | '.join(cells)} |")


def profile(command: list[str], samples: Path, rate: int) -> Counter[str | None]:
    """Run a command under py-spy and return the number of samples of each stage."""
    py_spy = shutil.which("py-spy") or str(HERE.parent / "build" / "bench" / "profile" / "bin" / "py-spy")
    record = [py_spy, "record", "--format", "raw", "--full-filenames", "--rate", str(rate), "--output", str(samples)]
    subprocess.run([*record, "--", *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    counts: Counter[str | None] = Counter()
    for line in samples.read_text().splitlines():
        stack, count = line.rsplit(" ", 1)
        counts[stage_of(stack.split(";"))] += int(count)
    del counts[None]
    return counts


def stage_of(frames: list[str]) -> str | None:
    """Return the stage of a sample, given its frames from the outermost to the innermost; None for a waiting thread."""
    for frame in reversed(frames):
        place = re.sub(r"^(.*) \((.*?)(:\d+)?\)$", r"\2:\1", frame)
        if IDLE.search(place):
            return None
        for stage, patterns in STAGES.items():
            if any(re.search(pattern, place) for pattern in patterns):
                return stage
    return REST


def command(job: str, folder: Path, size: int) -> list[str]:
    """Return the command that runs a job on the scene of the given size."""
    source, result = scene(folder, size), str(folder / "out" / "result.tif")
    core = [sys.executable, str(HERE / "run_core.py")]
    if job == "formula":
        return [*core, "raster_calculator", source, result, f"expression={expression(EVI)!r}"]
    if job == "mask":
        return [*core, "mask_raster", source, result, f"mask={cloud_mask(folder, size)!r}", "mask_values='9'"]
    if job == "gaussian":
        return [*core, "focal_filter", source, result, "bands=[1]", *keywords(FILTERS["gaussian"].keywords)]
    if job == "tile":
        return [
            *core,
            "tile_raster",
            source,
            str(folder / "out" / "tiles"),
            "creation_options='COMPRESS=DEFLATE|PREDICTOR=2'",
        ]
    if job == "merge":
        return [*core, "merge_tiles", str(tiles(folder, size)), result, "method='mean'", "data_type='uint16'"]
    return [*core, "normalized_difference", source, result]


if __name__ == "__main__":
    main()
