"""Serve files for the STAC benchmark, or check the rasters that were written from these files.

python3 benchmarks/stac_server.py serve FOLDER ITEMS SIZE SCENES LATENCY
python3 benchmarks/stac_server.py check FOLDER WRITTEN SIZE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from measure import ROOT
from rasterio.transform import from_origin
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from stac import BANDS, CRS, LEFT, PIXEL, TOP


def main() -> None:
    """Serve files or check rasters, depending on the command line."""
    what, folder, other, *numbers = sys.argv[1:]
    if what == "serve":
        size, count, latency = numbers
        serve(Path(folder), Path(other), int(size), int(count), float(latency))
    else:
        check(Path(folder), Path(other), int(numbers[0]))


def serve(folder: Path, items: Path, size: int, count: int, latency: float) -> None:
    """Write the items of all scenes, then serve the files until standard input is closed."""
    sys.path.insert(0, str(ROOT / "tests" / "core" / "stac"))
    import server

    files = scenes(folder, size, count)
    with server.running() as state:
        state.latency = latency / 1000
        state.files = {f"/{path.name}": path.read_bytes() for path in files}
        items.write_text(json.dumps(collection(state.url, size, count)))
        print("ready", flush=True)
        sys.stdin.read()


def scenes(folder: Path, size: int, count: int) -> list[Path]:
    """Return the paths of all scene files, one file per band. Missing files are created."""
    paths = [folder / f"{number}_{band}.tif" for number in range(count) for band in BANDS]
    profile = {
        "driver": "GTiff", "count": 1, "height": size, "width": size, "dtype": "uint16", "crs": CRS, "nodata": 0,
        "transform": from_origin(LEFT, TOP, PIXEL, PIXEL), "tiled": True, "blockxsize": 512, "blockysize": 512,
        "compress": "deflate",
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for seed, path in enumerate(paths):
        if not path.exists():
            smooth = np.add.outer(np.arange(size), np.arange(size)) // 8
            noise = np.random.default_rng(seed).integers(1, 64, (size, size))
            with rasterio.open(path, "w", **profile) as dataset:
                dataset.write((smooth + noise).astype("uint16"), 1)
    return paths


def collection(url: str, size: int, count: int) -> dict[str, Any]:
    """Return the items of all scenes, with the fields that stac_stack and odc-stac read."""
    side = size * PIXEL
    west, south, east, north = bounds = transform_bounds(CRS, "EPSG:4326", LEFT, TOP - side, LEFT + side, TOP)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    grid = {"proj:shape": [size, size], "proj:transform": [PIXEL, 0, LEFT, 0, -PIXEL, TOP]}
    about = {"raster:bands": [{"nodata": 0, "data_type": "uint16", "scale": 1, "offset": 0}], **grid}
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature", "stac_version": "1.0.0", "id": f"scene-{number}", "collection": "benchmark",
                "bbox": bounds, "geometry": {"type": "Polygon", "coordinates": [ring]}, "links": [],
                "stac_extensions": [
                    "https://stac-extensions.github.io/projection/v1.1.0/schema.json",
                    "https://stac-extensions.github.io/raster/v1.1.0/schema.json",
                ],
                "properties": {"datetime": f"2024-05-{number + 1:02d}T10:00:00Z", "proj:epsg": int(CRS[5:])},
                "assets": {
                    band: {
                        "href": f"{url}/{number}_{band}.tif", "roles": ["data"],
                        "type": "image/tiff; application=geotiff; profile=cloud-optimized", **about,
                    }
                    for band in BANDS
                },
            }
            for number in range(count)
        ],
    }  # fmt: skip


def check(folder: Path, target: Path, size: int) -> None:
    """Exit with an error unless the written scenes have the same pixels as the source files."""
    window = Window(size // 4, size // 4, size // 2, size // 2)
    written = sorted(target.glob("2024-*.tif"))
    if len(written) != len(list(folder.glob("*.tif"))) // len(BANDS):
        sys.exit(f"{target} has {len(written)} scenes.")
    for number, path in enumerate(written):
        with rasterio.open(path) as dataset:
            found = dataset.read()
        for band, pixels in zip(BANDS, found):
            with rasterio.open(folder / f"{number}_{band}.tif") as dataset:
                wanted = dataset.read(1, window=window)
            if pixels.shape != wanted.shape or (pixels != wanted).any():
                sys.exit(f"{path} differs from {dataset.name}.")


if __name__ == "__main__":
    main()
