"""Median of a time series as the documentation of xarray and Dask shows it, for comparison.

python3 benchmarks/series.py dask|tuned DESTINATION SCENE...
"""

from __future__ import annotations

import sys

import rioxarray
import xarray as xr

CHUNK = {"dask": {"x": 2048, "y": 2048}, "tuned": {"x": 512, "y": 512}}
"""Chunks of the rows and columns: those of the examples, and the blocks of the files."""

OPTIONS = {
    "driver": "GTiff", "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "predictor": 3,
    "bigtiff": "if_safer", "num_threads": "all_cpus",
}  # fmt: skip


def main(way: str, destination: str, *scenes: str) -> None:
    """Write the median of the scenes; "tuned" computes chunks of the size of blocks with bottleneck."""
    arrays = [rioxarray.open_rasterio(path, chunks={"band": -1, **CHUNK[way]}, masked=True) for path in scenes]
    stack = xr.concat(arrays, "time").chunk({"time": -1})
    if way == "tuned":
        import bottleneck

        median = xr.apply_ufunc(
            lambda values: bottleneck.nanmedian(values, axis=-1), stack, input_core_dims=[["time"]],
            dask="parallelized", output_dtypes=["float32"],
        )  # fmt: skip
    else:
        median = stack.median("time", skipna=True)
    median.astype("float32").rio.to_raster(destination, windowed=True, **OPTIONS)


if __name__ == "__main__":
    main(*sys.argv[1:])
