"""Create inputs for benchmarks: a synthetic satellite scene of four or five uint16 bands, a mask, or several scenes.

/usr/bin/python3 benchmarks/scene.py PATH SIZE pixel|band [BANDS [nodata|plain]]
/usr/bin/python3 benchmarks/scene.py PATH SIZE mask
/usr/bin/python3 benchmarks/scene.py FOLDER SIZE series COUNT [BANDS]
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
SHIFTS = 4096
"""Number of possible start columns in the noise array; one is chosen at random for each band in each row of blocks."""

CLOUD_PIXELS, CLOUDY = 844, 0.2
"""Distance in pixels between the knots of the random field that forms clouds, and the share of cloudy pixels."""


def make_scene(
    path: Path,
    size: int,
    interleave: str,
    count: int = 4,
    *,
    nodata: float | None = 0,
    seed: int = 7,
    clouds: Clouds | None = None,
) -> None:
    """Write a scene of `size` x `size` pixels with DEFLATE-compressed blocks; pixels under clouds are nodata."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    knots, positions = random.random((KNOTS, KNOTS)), np.linspace(0, KNOTS - 1, size)
    columns = np.stack([np.interp(positions, np.arange(KNOTS), row) for row in knots]).astype("float32")
    profile = {
        "driver": "GTiff", "width": size, "height": size, "count": count, "dtype": "uint16", "nodata": nodata,
        "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "interleave": interleave,
        "bigtiff": "if_safer", "num_threads": "all_cpus", "crs": "EPSG:32633",
        "transform": from_origin(4e5, 5.2e6, 10, 10),
    }  # fmt: skip
    # Each row of blocks takes its noise from a random part of a larger array, which is faster than new noise.
    noise = random.normal(0, NOISE, (512, size + SHIFTS)).astype("float32")
    unfinished = path.with_suffix(".part")
    with rasterio.open(unfinished, "w", **profile) as dataset:
        for row in range(0, size, 512):
            rows = positions[row : row + 512]
            below = np.minimum(rows.astype(int), KNOTS - 2)
            share = (rows - below)[:, None].astype("float32")
            smooth = columns[below] * (1 - share) + columns[below + 1] * share
            bands = []
            for number, (low, reach) in enumerate(LOW_AND_RANGE[:count]):
                shift = int(random.integers(SHIFTS))
                values = (1 - smooth if number == 2 else smooth) * reach + low
                values += noise[: len(rows), shift : shift + size]
                bands.append(np.clip(values, 1, 20_000).astype("uint16"))
            pixels = np.stack(bands)
            if clouds is not None:
                pixels[:, clouds.rows(row, row + len(rows))] = 0
            dataset.write(pixels, window=Window(0, row, size, len(rows)))
    unfinished.rename(path)


class Clouds:
    """Clouds over a scene of `size` x `size` pixels: the areas where a smooth random field exceeds a threshold."""

    def __init__(self, size: int, seed: int = 9) -> None:
        count = 2 + size // CLOUD_PIXELS
        knots, positions = np.random.default_rng(seed).random((count, count)), np.arange(size) / CLOUD_PIXELS
        self._columns = np.stack([np.interp(positions, np.arange(count), row) for row in knots]).astype("float32")
        sample = self._field(np.arange(0, size, 8), self._columns[:, ::8])
        self._threshold = np.quantile(sample, 1 - CLOUDY)

    def rows(self, start: int, stop: int) -> np.ndarray:
        """Return a boolean array for the rows from `start` to `stop`, true under clouds."""
        clouds: np.ndarray = self._field(np.arange(start, stop), self._columns) > self._threshold
        return clouds

    @staticmethod
    def _field(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        below, share = rows // CLOUD_PIXELS, (rows % CLOUD_PIXELS / CLOUD_PIXELS).astype("float32")[:, None]
        field: np.ndarray = columns[below] * (1 - share) + columns[below + 1] * share
        return field


def make_series(folder: Path, size: int, count: int, bands: int) -> None:
    """Write scenes of one year, each with its own noise and clouds; pixels under clouds are nodata."""
    for number in range(count):
        path = folder / f"scene_2024-{number % 12 + 1:02d}-{15 + number // 12:02d}.tif"
        if not path.exists():
            make_scene(path, size, "pixel", bands, seed=number, clouds=Clouds(size, 100 + number))


def make_mask(path: Path, size: int) -> None:
    """Write a class layer on the grid of the scene, with class 9 under clouds and class 4 elsewhere."""
    profile = {
        "driver": "GTiff", "width": size, "height": size, "count": 1, "dtype": "uint8", "tiled": True,
        "blockxsize": 512, "blockysize": 512, "compress": "deflate", "crs": "EPSG:32633",
        "transform": from_origin(4e5, 5.2e6, 10, 10),
    }  # fmt: skip
    clouds = Clouds(size)
    with rasterio.open(path, "w", **profile) as dataset:
        for row in range(0, size, 512):
            stop = min(row + 512, size)
            classes = np.where(clouds.rows(row, stop), 9, 4).astype("uint8")
            dataset.write(classes, 1, window=Window(0, row, size, stop - row))


if __name__ == "__main__":
    target, edge, kind, *more = sys.argv[1:]
    if kind == "mask":
        make_mask(Path(target), int(edge))
    elif kind == "series":
        make_series(Path(target), int(edge), int(more[0]), int(more[1]) if more[1:] else 4)
    else:
        make_scene(Path(target), int(edge), kind, int(more[0]) if more else 4, nodata=None if "plain" in more else 0)
