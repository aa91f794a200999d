"""Compare "Training chips" with a plain rasterio loop that writes the same chips and labels, and with gdal_retile.py.

/usr/bin/python3 benchmarks/chips.py [--chips 10000] [--edge 256] [--repeats 3]

gdal_retile.py writes only the images. After the first round, all chips and labels are compared with those of the loop.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
from pathlib import Path

import rasterio
from measure import Run, fields, measured, print_table, scene
from rasterio.features import rasterize
from rasterio.windows import Window

HERE = Path(__file__).resolve().parent
IMAGE = {"driver": "GTiff", "compress": "deflate", "predictor": 2, "interleave": "band"}
LABEL = {"driver": "GTiff", "count": 1, "dtype": "uint8", "nodata": 255, "compress": "deflate", "predictor": 2}
LIMIT = 0.5
"""Maximum run time of "Training chips", as a fraction of the run time of the tool it is compared with."""


def loop(source: str, polygons: str, folder: str, edge: int) -> None:
    """Write the chips and labels of a raster one after another, with rasterio in a single thread."""
    shapes = [(each["geometry"], 1) for each in read_features(polygons)]
    target = Path(folder)
    target.mkdir(parents=True)
    with rasterio.open(source) as dataset:
        for row in range(0, dataset.height, edge):
            for col in range(0, dataset.width, edge):
                window = Window(col, row, edge, edge)
                pixels, transform = dataset.read(window=window), dataset.window_transform(window)
                place = {"width": edge, "height": edge, "crs": dataset.crs, "transform": transform}
                kind = {"count": dataset.count, "dtype": pixels.dtype, "nodata": dataset.nodata}
                with rasterio.open(target / f"image_{row}_{col}.tif", "w", **IMAGE, **kind, **place) as image:
                    image.write(pixels)
                codes = rasterize(shapes, (edge, edge), transform=transform, dtype="uint8")
                codes[(pixels == dataset.nodata).any(axis=0)] = 255
                with rasterio.open(target / f"label_{row}_{col}.tif", "w", **LABEL, **place) as label:
                    label.write(codes, 1)


def read_features(polygons: str) -> list[dict]:
    """Return the features of a GeoJSON file."""
    return json.loads(Path(polygons).read_text())["features"]


def ours(source: str, polygons: str, folder: str, edge: int) -> None:
    """Write the chips with the core of this checkout; labels are written if polygons are given."""
    from run_core import load_checkout

    load_checkout()
    from parallel_raster import core

    labels = read_features(polygons) if polygons else None
    core.training_chips(source, folder, size=edge, labels=labels, split="100,0,0", memory=1024)


def verify(folder: Path, reference: Path) -> int:
    """Compare all chips with those of the rasterio loop, and return their number; exit if a pixel differs."""
    chips = json.loads((folder / "chips.json").read_text())["chips"]
    for chip in chips:
        col, row, *_ = chip["window"]
        for kind in ("image", "label"):
            with (
                rasterio.open(folder / chip[kind]) as found,
                rasterio.open(reference / f"{kind}_{row}_{col}.tif") as wanted,
            ):
                if (found.read() != wanted.read()).any() or found.transform != wanted.transform:
                    sys.exit(f"{chip[kind]} differs from the file that the rasterio loop wrote.")
    return len(chips)


def main() -> None:
    """Compare the chips, measure all commands, and print a table and the ratios; fail if a ratio exceeds its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chips", type=int, default=10_000)
    parser.add_argument("--edge", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "bench")
    given = parser.parse_args()
    size = math.isqrt(given.chips) * given.edge
    source, polygons = scene(given.folder, size), fields(given.folder, size)
    out = {name: given.folder / f"chips_{name}" for name in ("loop", "retile", "core", "images")}
    me = [sys.executable, str(Path(__file__).resolve())]
    options = ("-co", "COMPRESS=DEFLATE", "-co", "PREDICTOR=2", "-co", "INTERLEAVE=BAND")
    retile = ["gdal_retile.py", "-q", "-ps", str(given.edge), str(given.edge), *options, "-targetDir"]
    commands = {
        "rasterio loop": [*me, "loop", source, polygons, str(out["loop"]), str(given.edge)],
        "gdal_retile.py": ["bash", "-c", 'mkdir "$1" && shift && exec "$@"', "-", str(out["retile"]),
                                        *retile, str(out["retile"]), source],
        "Training chips": [*me, "ours", source, polygons, str(out["core"]), str(given.edge)],
        "Training chips, images only": [*me, "ours", source, "", str(out["images"]), str(given.edge)],
    }  # fmt: skip
    environment = {"GDAL_CACHEMAX": "512"}
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    count = 0
    for _ in range(given.repeats):
        for (name, command), folder in zip(commands.items(), out.values()):
            shutil.rmtree(folder, ignore_errors=True)
            runs[name].append(measured(command, environment))
        count = count or verify(out["core"], out["loop"])
    print(
        f"{count:,} chips of {given.edge} x {given.edge} pixels, four uint16 bands, with labels; all pixels identical "
        "to those of the rasterio loop"
    )
    print_table(runs, "rasterio loop")
    best = {name: min(run.wall for run in each) for name, each in runs.items()}
    slow = []
    for one, other in (("Training chips", "rasterio loop"), ("Training chips, images only", "gdal_retile.py")):
        slow += [other] * (best[one] > LIMIT * best[other])
        print(
            f"`{one}`: {best[one] / best[other]:.2f} times the time of `{other}` "
            f"(best of {given.repeats}; limit: at most {LIMIT})"
        )
    if slow:
        sys.exit(f'"Training chips" is too slow compared with {" and ".join(slow)}.')


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in ("loop", "ours"):
        {"loop": loop, "ours": ours}[sys.argv[1]](*sys.argv[2:5], int(sys.argv[5]))
    else:
        main()
