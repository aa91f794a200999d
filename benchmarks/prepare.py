"""Create inputs for the comparisons: the pixels and the uncompressed blocks of a result, and the tiles of a scene.

/usr/bin/python3 benchmarks/prepare.py pixels difference|tile|merge SOURCE PIXELS.npy
/usr/bin/python3 benchmarks/prepare.py blocks difference|evi|five_bands|tile|merge SOURCE BLOCKS.npy
/usr/bin/python3 benchmarks/prepare.py tiles SOURCE FOLDER
/usr/bin/python3 benchmarks/prepare.py median PIXELS.npy SCENE...
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import rasterio
from contenders import EVI, FIVE_BANDS, expression
from rasterio.windows import Window
from run_core import load_checkout

EDGE = 2048
FORMULAS = {"evi": EVI, "five_bands": FIVE_BANDS}


def pixels(job: str, source: str, destination: str) -> None:
    """Write the pixels of a job's result as an array (bands, rows, columns)."""
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


def blocks(job: str, source: str, destination: str) -> None:
    """Write the uncompressed blocks of a job's result, with the predictor applied, as an array (blocks, bytes)."""
    load_checkout()
    from parallel_raster import core
    from parallel_raster.core.tiff import deflate
    from parallel_raster.core.tiff.layout import read_encoded, read_layout
    from parallel_raster.core.tiff.pixel_codec import resolve_coding

    output = str(Path(destination).with_suffix(".tif"))
    dtype = "float32"
    if job == "difference":
        core.normalized_difference(source, output)
    elif job in FORMULAS:
        core.raster_calculator(source, output, expression(FORMULAS[job]))
    else:
        dtype = "uint16"
        core.merge_tiles([source], output, method="mean", data_type=dtype)
    layout = read_layout(output)
    size = resolve_coding(layout, dtype).block_bytes(layout.block)
    result = np.lib.format.open_memmap(destination, mode="w+", dtype="uint8", shape=(len(layout.offsets), size))
    for number, content in enumerate(result):
        deflate.inflate(read_encoded([layout.encoded(number)]), content)
    Path(output).unlink()


def median(destination: str, *scenes: str) -> None:
    """Write the median of several scenes, computed with numpy, as an array (bands, rows, columns)."""
    with rasterio.open(scenes[0]) as first:
        shape, step = (first.count, first.height, first.width), 128
    result = np.lib.format.open_memmap(destination, mode="w+", dtype="float32", shape=shape)
    for row in range(0, shape[1], step):
        window = Window(0, row, shape[2], min(step, shape[1] - row))
        stack = []
        for scene in scenes:
            with rasterio.open(scene) as dataset:
                stack.append(dataset.read(window=window, masked=True).astype("float32").filled(np.nan))
        result[:, row : row + step] = np.nan_to_num(np.nanmedian(stack, axis=0), nan=-9999)


def tiles(source: str, folder: str) -> None:
    """Split the raster into tiles of 2048 x 2048 pixels, aligned with the blocks of the raster."""
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


if __name__ == "__main__":
    {"pixels": pixels, "blocks": blocks, "tiles": tiles, "median": median}[sys.argv[1]](*sys.argv[2:])
