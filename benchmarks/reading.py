"""Compare two ways of reading two bands chunk by chunk: rioxarray's chunked arrays and windowed reads in Dask tasks.

    /usr/bin/python3 benchmarks/reading.py [--size 10980] [--repeats 5]

Each method runs in a new process that reads bands 4 and 3, computes the normalized difference in float32 and
discards it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from measure import interleaved, print_table, scene

HERE = Path(__file__).resolve().parent
CHUNK = 1024
COMMON = """
import sys, threading
import dask, numpy as np
from concurrent.futures import ThreadPoolExecutor
path, edge = sys.argv[1], int(sys.argv[2])
def index(a, b):
    a, b = a.astype("float32"), b.astype("float32")
    (a - b) / (a + b)
"""
RIOXARRAY = (
    COMMON
    + """
import rioxarray
array = rioxarray.open_rasterio(path, chunks={"x": edge, "y": edge}, lock=False)
a, b = (array.sel(band=number).data.to_delayed().ravel() for number in (4, 3))
with ThreadPoolExecutor(2) as pool:
    dask.compute(*[dask.delayed(index)(*pair) for pair in zip(a, b)], scheduler="threads", pool=pool)
"""
)
WINDOWED = (
    COMMON
    + """
import rasterio
from rasterio.windows import Window
own = threading.local()
def work(col, row):
    if not hasattr(own, "dataset"):
        own.dataset = rasterio.open(path, sharing=False)
    index(*own.dataset.read([4, 3], window=Window(col, row, min(edge, size - col), min(edge, size - row))))
with rasterio.open(path) as dataset:
    size = dataset.width
places = [(col, row) for row in range(0, size, edge) for col in range(0, size, edge)]
with ThreadPoolExecutor(2) as pool:
    dask.compute(*[dask.delayed(work)(*place) for place in places], scheduler="threads", pool=pool)
"""
)


def main() -> None:
    """Measure both methods and print a table for each interleaving."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_980)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "bench")
    given = parser.parse_args()
    for interleave in ("pixel", "band"):
        source = scene(given.folder, given.size, interleave)
        commands = {
            "windowed rasterio reads": [sys.executable, "-c", WINDOWED, source, str(CHUNK)],
            "rioxarray chunks": [sys.executable, "-c", RIOXARRAY, source, str(CHUNK)],
        }
        print(
            f"{given.size} x {given.size} pixels, {interleave} interleaved, chunks of {CHUNK} x {CHUNK} pixels, "
            "two threads; GDAL_CACHEMAX=128"
        )
        print_table(interleaved(commands, given.repeats, {"GDAL_CACHEMAX": "128"}), "windowed rasterio reads")


if __name__ == "__main__":
    main()
