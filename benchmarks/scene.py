"""Create a synthetic satellite scene for benchmarks: four or five smooth uint16 bands with noise.

/usr/bin/python3 benchmarks/scene.py PATH SIZE pixel|band [BANDS]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

LOW_AND_RANGE = ((300, 400), (500, 600), (400, 1500), (1500, 4000), (1000, 2000))
"""Lowest value and range of the smooth part of each band: blue, green, red, near infrared and shortwave infrared."""

KNOTS = 64
NOISE = 40


def make_scene(path: Path, size: int, interleave: str, count: int = 4) -> None:
    """Write a scene of `size` x `size` pixels with DEFLATE-compressed blocks of 512 x 512 pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(7)
    knots, positions = random.random((KNOTS, KNOTS)), np.linspace(0, KNOTS - 1, size)
    columns = np.stack([np.interp(positions, np.arange(KNOTS), row) for row in knots]).astype("float32")
    profile = {
        "driver": "GTiff", "width": size, "height": size, "count": count, "dtype": "uint16", "nodata": 0, "tiled": True,
        "blockxsize": 512, "blockysize": 512, "compress": "deflate", "interleave": interleave, "bigtiff": "if_safer",
        "num_threads": "all_cpus", "crs": "EPSG:32633", "transform": from_origin(4e5, 5.2e6, 10, 10),
    }  # fmt: skip
    unfinished = path.with_suffix(".part.tif")
    with rasterio.open(unfinished, "w", **profile) as dataset:
        for row in range(0, size, 512):
            rows = positions[row : row + 512]
            below = np.minimum(rows.astype(int), KNOTS - 2)
            share = (rows - below)[:, None].astype("float32")
            smooth = columns[below] * (1 - share) + columns[below + 1] * share
            bands = [
                low + reach * (1 - smooth if number == 2 else smooth) + random.normal(0, NOISE, smooth.shape)
                for number, (low, reach) in enumerate(LOW_AND_RANGE[:count])
            ]
            dataset.write(np.clip(bands, 1, 20_000).astype("uint16"), window=Window(0, row, size, len(rows)))
    unfinished.rename(path)


if __name__ == "__main__":
    make_scene(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], *map(int, sys.argv[4:]))
