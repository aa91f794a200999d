"""Measure the cost per file: 500 files of 512 x 512 pixels, compared to one raster with the same number of pixels.

/usr/bin/python3 benchmarks/tiles_difference.py [--files 500] [--repeats 3]

The commands run in turn, each in a new process of the core or of `qgis_process`. Old outputs are removed before each
run.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
from pathlib import Path

from measure import interleaved, median, print_table, qgis_process, scene

HERE = Path(__file__).resolve().parent
EDGE = 512
MEMORY = 512
CUT = """
import sys
import rasterio
from rasterio.windows import Window
source, folder, edge, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with rasterio.open(source) as dataset:
    across = dataset.width // edge
    for number in range(count):
        window = Window(number % across * edge, number // across * edge, edge, edge)
        profile = {**dataset.profile, "width": edge, "height": edge, "transform": dataset.window_transform(window)}
        with rasterio.open(f"{folder}/tile_{number:04}.tif", "w", **profile) as tile:
            tile.write(dataset.read(window=window))
"""


def main() -> None:
    """Measure all commands; print a table and, for core and `qgis_process`, the time ratio of files to one raster."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "bench")
    given = parser.parse_args()
    tiles, source, across = set_of_tiles(given.folder, given.files)
    one, many = (given.folder / name for name in ("out_one.tif", "out_tiles"))
    program, environment = qgis_process(given.folder)
    core = [sys.executable, str(HERE / "run_core.py")]
    single, set_of = (f"parallelraster:normalizeddifference{end}" for end in ("", "tiles"))
    commands = {
        "core, one raster": [*core, "normalized_difference", source, str(one), f"memory={MEMORY}"],
        "core, files": [*core, "normalized_difference_tiles", str(tiles), str(many), f"memory={MEMORY}"],
        "qgis_process, one raster": [
            *program, "run", single, f"--INPUT={source}", f"--OUTPUT={one}", f"--MEMORY={MEMORY}",
        ],
        "qgis_process, files": [
            *program, "run", set_of, f"--INPUT_FOLDER={tiles}", f"--OUTPUT={many}", f"--MEMORY={MEMORY}",
        ],
    }  # fmt: skip
    pixels = (across * EDGE) ** 2 / (given.files * EDGE**2)
    print(f"{given.files} files of {EDGE} x {EDGE} pixels, and one raster of {across * EDGE} x {across * EDGE} pixels")
    runs = interleaved(commands, given.repeats, environment, [one, many])
    print_table(runs, next(iter(commands)))
    for way in ("core", "qgis_process"):
        ratio = median(runs[f"{way}, files"], "wall") / median(runs[f"{way}, one raster"], "wall") * pixels
        print(f"{way}: the files take {ratio:.2f} times as long as one raster with the same number of pixels")


def set_of_tiles(folder: Path, files: int) -> tuple[Path, str, int]:
    """Return a folder of `files` tiles, the square raster they are cut from, and the raster's edge length in tiles.

    The folder and the raster are created if missing. The raster is the smallest square of whole tiles from which
    `files` tiles can be cut.
    """
    across = math.ceil(math.sqrt(files))
    source, tiles = scene(folder, across * EDGE), folder / f"tiles_{files}"
    if not tiles.is_dir():
        tiles.mkdir()
        subprocess.run([sys.executable, "-c", CUT, source, str(tiles), str(EDGE), str(files)], check=True)
    return tiles, source, across


if __name__ == "__main__":
    main()
