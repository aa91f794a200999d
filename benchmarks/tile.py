"""Compare Tile raster with gdal_retile.py: complete processes, the same tiles and creation options, alternating runs.

/usr/bin/python3 benchmarks/tile.py [--size 10980] [--edge 2048] [--repeats 5] [--interleave pixel|band]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from measure import interleaved, print_table, qgis_process, scene

HERE = Path(__file__).resolve().parent
OPTIONS = {
    "TILED": "YES", "BLOCKXSIZE": "512", "BLOCKYSIZE": "512", "COMPRESS": "DEFLATE", "PREDICTOR": "2",
    "BIGTIFF": "IF_SAFER", "NUM_THREADS": "ALL_CPUS",
}  # fmt: skip


def main() -> None:
    """Measure all commands and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_980)
    parser.add_argument("--edge", type=int, default=2048)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--interleave", choices=("pixel", "band"), default="pixel")
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "bench")
    given = parser.parse_args()
    source = scene(given.folder, given.size, given.interleave)
    program, environment = qgis_process(given.folder)
    out = {name: str(given.folder / f"tiles_{name}") for name in ("peer", "core", "fast", "qgis")}
    Path(out["peer"]).mkdir(exist_ok=True)
    gdal_options = [part for key, value in OPTIONS.items() for part in ("-co", f"{key}={value}")]
    edge, options = str(given.edge), "|".join(f"{key}={value}" for key, value in OPTIONS.items())
    core = [sys.executable, str(HERE / "core_tile.py"), source]
    ours = [f"tile_width={edge}", f"tile_height={edge}", f"creation_options={options!r}", "memory=512"]
    commands = {
        "gdal_retile.py": ["gdal_retile.py", "-q", "-ps", edge, edge, *gdal_options, "-targetDir", out["peer"], source],
        "core": [*core, out["core"], *ours],
        "core, not verified": [*core, out["fast"], *ours, "verify=False"],
        "qgis_process": [
            *program, "run", "parallelraster:tileraster", f"--INPUT={source}", f"--OUTPUT={out['qgis']}",
            f"--TILE_WIDTH={edge}", f"--TILE_HEIGHT={edge}", f"--CREATION_OPTIONS={options}", "--MEMORY=512",
        ],
    }  # fmt: skip
    print(
        f"Scene of {given.size} x {given.size} pixels, four uint16 bands, {given.interleave} interleaved, "
        f"tiles of {edge} x {edge} pixels:"
    )
    print_table(interleaved(commands, given.repeats, {**environment, "GDAL_CACHEMAX": "128"}), "gdal_retile.py")


if __name__ == "__main__":
    main()
