"""Run typical code from tutorials, for comparison: serial, with processes, with Dask, and with geowombat.

python3 benchmarks/tutorial.py difference serial|processes|dask|geowombat SOURCE DESTINATION
python3 benchmarks/tutorial.py merge serial DESTINATION TILE...
python3 benchmarks/tutorial.py mask SOURCE MASK DESTINATION
"""

from __future__ import annotations

import multiprocessing
import sys

import numpy as np
import rasterio
from rasterio.windows import Window

EDGE = 2048
OPTIONS = {
    "driver": "GTiff", "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate",
    "bigtiff": "if_safer", "num_threads": "all_cpus",
}  # fmt: skip


def ndvi(source: str, window: Window) -> np.ndarray:
    """Return the NDVI of a window, computed as tutorials usually do."""
    with rasterio.open(source) as dataset:
        near_infrared = dataset.read(4, window=window).astype("float32")
        red = dataset.read(3, window=window).astype("float32")
    with np.errstate(all="ignore"):
        return (near_infrared - red) / (near_infrared + red)


def _ndvi(arguments: tuple[str, Window]) -> tuple[Window, np.ndarray]:
    return arguments[1], ndvi(*arguments)


def difference(way: str, source: str, destination: str) -> None:
    """Write the NDVI of a raster; `way` is "serial", "processes", "dask" or "geowombat"."""
    if way in ("dask", "geowombat"):
        return difference_dask(source, destination) if way == "dask" else difference_geowombat(source, destination)
    with rasterio.open(source) as dataset:
        profile = {**dataset.profile, **OPTIONS, "count": 1, "dtype": "float32", "nodata": None, "predictor": 3}
        windows = [
            Window(col, row, min(EDGE, dataset.width - col), min(EDGE, dataset.height - row))
            for row in range(0, dataset.height, EDGE)
            for col in range(0, dataset.width, EDGE)
        ]
    work = [(source, window) for window in windows]
    with rasterio.open(destination, "w", **profile) as output:
        if way == "serial":
            for window, pixels in map(_ndvi, work):
                output.write(pixels, 1, window=window)
            return None
        with multiprocessing.Pool() as pool:
            for window, pixels in pool.imap_unordered(_ndvi, work):
                output.write(pixels, 1, window=window)
    return None


def difference_dask(source: str, destination: str) -> None:
    """Write the NDVI with rioxarray's chunks and a lock, as tutorials usually do."""
    import threading

    import rioxarray

    bands = rioxarray.open_rasterio(source, chunks={"band": 1, "x": EDGE, "y": EDGE}, lock=False)
    near_infrared, red = bands.sel(band=4).astype("float32"), bands.sel(band=3).astype("float32")
    index = (near_infrared - red) / (near_infrared + red)
    index.attrs.pop("_FillValue", None)
    options = {key: value for key, value in OPTIONS.items() if key != "driver"}
    index.rio.to_raster(destination, **options, predictor=3, lock=threading.Lock())


def difference_geowombat(source: str, destination: str) -> None:
    """Write the NDVI with geowombat's own function."""
    import geowombat

    with geowombat.open(source, chunks=EDGE, band_names=["blue", "green", "red", "nir"]) as bands:
        bands.attrs["sensor"] = "bgrn"
        index = bands.gw.ndvi(sensor="bgrn", scale_factor=1.0)
        index.gw.save(destination, overwrite=True, num_workers=multiprocessing.cpu_count(), compress="deflate")


def merge(destination: str, tiles: list[str]) -> None:
    """Write the mosaic of tiles, which rasterio.merge assembles completely in memory."""
    from rasterio.merge import merge as mosaic

    pixels, transform = mosaic(tiles)
    with rasterio.open(tiles[0]) as first:
        profile = {**first.profile, **OPTIONS, "transform": transform}
    profile.update(height=pixels.shape[1], width=pixels.shape[2])
    with rasterio.open(destination, "w", **profile) as output:
        output.write(pixels)


def mask(source: str, classes: str, destination: str) -> None:
    """Write the raster with the pixels of class 9 set to nodata; rioxarray reads the whole raster into memory."""
    import rioxarray

    raster, clouds = rioxarray.open_rasterio(source), rioxarray.open_rasterio(classes).squeeze()
    masked = raster.where(clouds != 9, other=raster.rio.nodata)
    options = {key: value for key, value in OPTIONS.items() if key != "driver"}
    masked.rio.to_raster(destination, **options, predictor=2)


if __name__ == "__main__":
    if sys.argv[1] == "difference":
        difference(*sys.argv[2:5])
    elif sys.argv[1] == "mask":
        mask(*sys.argv[2:5])
    else:
        merge(sys.argv[3], sys.argv[4:])
