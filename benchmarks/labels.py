"""Read band 4 of a raster, label the objects above a threshold with scipy or dask-image, and write the labels.

python3 benchmarks/labels.py scipy|dask-image THRESHOLD SOURCE DESTINATION
"""

from __future__ import annotations

import sys

import numpy as np
import rasterio
from filters import CHUNK, OPTIONS

BAND = 4


def with_scipy(threshold: float, source: str, destination: str) -> None:
    """Label the objects of the whole raster at once with scipy."""
    from scipy import ndimage

    with rasterio.open(source) as dataset:
        values, profile = dataset.read(BAND), dataset.profile
    labels = np.empty(values.shape, "uint32")
    ndimage.label(values > threshold, output=labels)
    profile.update(OPTIONS, driver="GTiff", count=1, dtype="uint32", nodata=0, predictor=2)
    with rasterio.open(destination, "w", **profile) as dataset:
        dataset.write(labels, 1)


def with_dask_image(threshold: float, source: str, destination: str) -> None:
    """Label the chunks of the raster with dask-image, which joins objects across chunks."""
    import threading

    import rioxarray
    from dask_image import ndmeasure

    bands = rioxarray.open_rasterio(source, chunks={"band": 1, "x": CHUNK, "y": CHUNK}, lock=False)
    band = bands.sel(band=BAND)
    labels, _ = ndmeasure.label(band.data > threshold)
    result = band.copy(data=labels.astype("uint32")).rio.write_nodata(0)
    result.rio.to_raster(destination, **OPTIONS, predictor=2, lock=threading.Lock())


def main() -> None:
    """Label the objects with the package named on the command line."""
    way, threshold, *paths = sys.argv[1:]
    {"scipy": with_scipy, "dask-image": with_dask_image}[way](float(threshold), *paths)


if __name__ == "__main__":
    main()
