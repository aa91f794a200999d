"""What no tool can be faster than: copying the files, and the pure codec on all processors.

/usr/bin/python3 benchmarks/limits.py copy DESTINATION SOURCE...
/usr/bin/python3 benchmarks/limits.py codec DESTINATION PIXELS.npy SOURCE...
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
OPTIONS = ["TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "COMPRESS=DEFLATE", "BIGTIFF=IF_SAFER"]
WINDOW = 2048


def copy(destination: str, sources: list[str]) -> None:
    """Append the bytes of all sources to one file and wait for the disk."""
    with open(destination, "wb") as target:
        for source in sources:
            with open(source, "rb") as file:
                shutil.copyfileobj(file, target, 2**22)
        os.fsync(target.fileno())


def codec(destination: str, pixels: str, sources: list[str]) -> None:
    """Decode every pixel of the sources, and encode those of an array (bands, rows, columns) as the result."""
    threads = len(os.sched_getaffinity(0))
    own = threading.local()

    def decode(place: tuple[str, int, int]) -> None:
        path, row, col = place
        handles = own.__dict__.setdefault("handles", {})
        dataset = handles.setdefault(path, None) or gdal.Open(path)
        handles[path] = dataset
        width, height = min(WINDOW, dataset.RasterXSize - col), min(512, dataset.RasterYSize - row)
        dataset.ReadAsArray(col, row, width, height)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(decode, [place for source in sources for place in _places(source)]))
    result = np.load(pixels, mmap_mode="r")
    bands, rows, cols = result.shape
    kind = gdal.GDT_Float32 if result.dtype == np.float32 else gdal.GDT_UInt16
    options = [*OPTIONS, f"PREDICTOR={3 if result.dtype == np.float32 else 2}", f"NUM_THREADS={threads}"]
    dataset = gdal.GetDriverByName("GTiff").Create(destination, cols, rows, bands, kind, options=options)
    for row in range(0, rows, 512):
        dataset.WriteArray(np.ascontiguousarray(result[:, row : row + 512]), 0, row)
        dataset.FlushCache()


def _places(path: str) -> list[tuple[str, int, int]]:
    dataset = gdal.Open(path)
    return [
        (path, row, col) for row in range(0, dataset.RasterYSize, 512) for col in range(0, dataset.RasterXSize, WINDOW)
    ]


if __name__ == "__main__":
    if sys.argv[1] == "copy":
        copy(sys.argv[2], sys.argv[3:])
    else:
        codec(sys.argv[2], sys.argv[3], sys.argv[4:])
