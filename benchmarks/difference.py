"""Compare complete, alternating runs of normalized_difference and gdal_calc.py that use the same creation options.

/usr/bin/python3 benchmarks/difference.py [--size 10980] [--repeats 5] [--interleave pixel|band]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from measure import interleaved, print_table, qgis_process, scene

HERE = Path(__file__).resolve().parent
OPTIONS = {
    "TILED": "YES", "BLOCKXSIZE": "512", "BLOCKYSIZE": "512", "COMPRESS": "DEFLATE", "PREDICTOR": "3",
    "BIGTIFF": "IF_SAFER", "NUM_THREADS": "ALL_CPUS",
}  # fmt: skip
CALCULATIONS = {
    "gdal_calc.py, float32": "(A.astype(numpy.float32)-B)/(A.astype(numpy.float32)+B)",
    "gdal_calc.py, astype(float)": "(A.astype(float)-B)/(A.astype(float)+B)",
}
"""Two expressions for gdal_calc.py: the one that needs the least memory, and the one that tutorials use."""


def main() -> None:
    """Measure all commands and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_980)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--interleave", choices=("pixel", "band"), default="pixel")
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "bench")
    given = parser.parse_args()
    source = scene(given.folder, given.size, given.interleave)
    program, environment = qgis_process(given.folder)
    out = {name: str(given.folder / f"out_{name}.tif") for name in ("peer", "core", "fast", "qgis")}
    gdal_options = [part for key, value in OPTIONS.items() for part in ("--co", f"{key}={value}")]
    core = [sys.executable, str(HERE / "run_core.py"), "normalized_difference", source]
    ours = [f"creation_options={'|'.join(f'{key}={value}' for key, value in OPTIONS.items())!r}", "memory=512"]
    peer = [
        "gdal_calc.py", "--quiet", "--overwrite", "-A", source, "--A_band=4", "-B", source, "--B_band=3",
        f"--outfile={out['peer']}", "--type=Float32", "--NoDataValue=-9999", *gdal_options,
    ]  # fmt: skip
    commands = {
        **{name: [*peer, f"--calc={calculation}"] for name, calculation in CALCULATIONS.items()},
        "core": [*core, out["core"], *ours],
        "core, not verified": [*core, out["fast"], *ours, "verify=False"],
        "qgis_process": [
            *program, "run", "parallelraster:normalizeddifference", f"--INPUT={source}", f"--OUTPUT={out['qgis']}",
            f"--CREATION_OPTIONS={'|'.join(f'{key}={value}' for key, value in OPTIONS.items())}", "--MEMORY=512",
        ],
    }  # fmt: skip
    print(f"{given.size} x {given.size} pixels, four uint16 bands, {given.interleave} interleaved")
    print_table(interleaved(commands, given.repeats, environment), next(iter(CALCULATIONS)))


if __name__ == "__main__":
    main()
