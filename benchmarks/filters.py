"""Read, filter and write a raster with scipy, dask-image or xarray-spatial, as their documentation suggests.

python3 benchmarks/filters.py scipy|dask-image|xarray-spatial gaussian|mean|median SOURCE DESTINATION
"""

from __future__ import annotations

import sys
import threading
from typing import Any

import numpy as np
import rasterio

SIGMA, EDGE, MEDIAN_EDGE = 2, 5, 3
"""Standard deviation of the Gaussian filter, and window widths of the mean and the median filter, in pixels."""

CHUNK = 2048
OPTIONS = {
    "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "bigtiff": "if_safer",
    "num_threads": "all_cpus",
}  # fmt: skip


def with_scipy(method: str, source: str, destination: str) -> None:
    """Filter all pixels of band 1 at once with scipy."""
    from scipy import ndimage

    with rasterio.open(source) as dataset:
        values, profile = dataset.read(1), dataset.profile
    if method == "median":
        result = ndimage.median_filter(values, MEDIAN_EDGE)
    elif method == "mean":
        result = ndimage.uniform_filter(values.astype("float32"), EDGE)
    else:
        result = ndimage.gaussian_filter(values.astype("float32"), SIGMA)
    profile.update(OPTIONS, driver="GTiff", count=1, dtype=result.dtype, predictor=predictor(result.dtype))
    with rasterio.open(destination, "w", **profile) as dataset:
        dataset.write(result, 1)


def with_dask_image(method: str, source: str, destination: str) -> None:
    """Filter the chunks of band 1 with dask-image, which extends each chunk with pixels of its neighbours."""
    from dask_image import ndfilters

    band = opened(source)
    values = band.data if method == "median" else band.data.astype("float32")
    if method == "median":
        result = ndfilters.median_filter(values, MEDIAN_EDGE)
    elif method == "mean":
        result = ndfilters.uniform_filter(values, EDGE)
    else:
        result = ndfilters.gaussian_filter(values, SIGMA)
    write(band.copy(data=result), destination)


def with_xarray_spatial(method: str, source: str, destination: str) -> None:
    """Filter the chunks of band 1 with xarray-spatial, which extends each chunk with pixels of its neighbours."""
    from xrspatial.convolution import convolve_2d

    band = opened(source).astype("float32")
    if method == "mean":
        kernel = np.full((EDGE, EDGE), 1 / EDGE**2)
    else:
        distances = np.arange(-4 * SIGMA, 4 * SIGMA + 1)
        weights = np.exp(-0.5 * (distances / SIGMA) ** 2)
        kernel = np.outer(weights, weights) / weights.sum() ** 2
    write(band.copy(data=convolve_2d(band.data, kernel).astype("float32")), destination)


def opened(source: str) -> Any:
    """Return band 1 as a lazy array in chunks of `CHUNK` x `CHUNK` pixels."""
    import rioxarray

    bands = rioxarray.open_rasterio(source, chunks={"band": 1, "x": CHUNK, "y": CHUNK}, lock=False)
    return bands.sel(band=1)


def write(result: Any, destination: str) -> None:
    """Compute the chunks and write them, one at a time."""
    result.rio.to_raster(destination, **OPTIONS, predictor=predictor(result.dtype), lock=threading.Lock())


def predictor(dtype: Any) -> int:
    """Return the predictor that suits a data type."""
    return 3 if np.dtype(dtype).kind == "f" else 2


def main() -> None:
    """Run the filter named on the command line."""
    ways = {"scipy": with_scipy, "dask-image": with_dask_image, "xarray-spatial": with_xarray_spatial}
    way, *arguments = sys.argv[1:]
    ways[way](*arguments)


if __name__ == "__main__":
    main()
