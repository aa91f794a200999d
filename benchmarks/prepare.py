"""What the comparisons need besides the scene: a result as flat pixels, a set of tiles, a copy without nodata.

/usr/bin/python3 benchmarks/prepare.py pixels difference|tile|merge SOURCE PIXELS.npy
/usr/bin/python3 benchmarks/prepare.py tiles SOURCE FOLDER
/usr/bin/python3 benchmarks/prepare.py bare SOURCE COPY
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window

EDGE = 2048


def pixels(job: str, source: str, destination: str) -> None:
    """Write the pixels (bands, rows, columns) of a job's result."""
    with rasterio.open(source) as dataset:
        bands = 1 if job == "difference" else dataset.count
        dtype = "float32" if job == "difference" else dataset.dtypes[0]
        shape = (bands, dataset.height, dataset.width)
        result = np.lib.format.open_memmap(destination, mode="w+", dtype=dtype, shape=shape)
        for row in range(0, dataset.height, 512):
            window = Window(0, row, dataset.width, min(512, dataset.height - row))
            if job == "difference":
                a, b = dataset.read([4, 3], window=window).astype("float32")
                result[0, row : row + 512] = (a - b) / (a + b)
            else:
                result[:, row : row + 512] = dataset.read(window=window)


def tiles(source: str, folder: str) -> None:
    """Cut the raster into tiles whose edges lie on the edges of its blocks."""
    target = Path(folder)
    target.mkdir()
    with rasterio.open(source) as dataset:
        for row in range(0, dataset.height, EDGE):
            for col in range(0, dataset.width, EDGE):
                window = Window(col, row, min(EDGE, dataset.width - col), min(EDGE, dataset.height - row))
                profile = {**dataset.profile, "transform": dataset.window_transform(window), "num_threads": "all_cpus"}
                profile.update(width=window.width, height=window.height)
                name = target / f"tile_{row // EDGE:02}_{col // EDGE:02}.tif"
                with rasterio.open(name, "w", **profile) as tile:
                    tile.write(dataset.read(window=window))


def bare(source: str, copy: str) -> None:
    """Copy a raster, byte for byte but for its nodata value, which the copy does not declare."""
    unfinished = Path(copy).with_suffix(".part.tif")
    shutil.copyfile(source, unfinished)
    with rasterio.open(unfinished, "r+") as dataset:
        dataset.nodata = None
    unfinished.rename(copy)


if __name__ == "__main__":
    {"pixels": pixels, "tiles": tiles, "bare": bare}[sys.argv[1]](*sys.argv[2:])
