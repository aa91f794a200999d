"""Compute the median of a time series with rioxarray and Dask, with odc-stac or with stackstac, as documented or tuned.

python3 benchmarks/series.py dask|tuned|odc-stac|odc-stac-tuned|stackstac DESTINATION SCENE...
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Any

import rasterio.warp
import rioxarray
import xarray as xr

CHUNKS = {"x": 2048, "y": 2048}
"""Chunk size in columns and rows, as in the packages' examples."""

BLOCKS = {"x": 512, "y": 512}
"""Chunk size of the tuned variants, equal to the block size of the files."""

BANDS = ("1", "2", "3", "4")
OPTIONS = {
    "driver": "GTiff", "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "predictor": 3,
    "bigtiff": "if_safer", "num_threads": "all_cpus",
}  # fmt: skip


def main(way: str, destination: str, *scenes: str) -> None:
    """Write the median of the scenes; the tuned variants use small chunks and the bottleneck package."""
    if way in ("dask", "tuned"):
        chunks = CHUNKS if way == "dask" else BLOCKS
        arrays = [rioxarray.open_rasterio(path, chunks={"band": -1, **chunks}, masked=True) for path in scenes]
        stack = xr.concat(arrays, "time").chunk({"time": -1})
    elif way == "stackstac":
        stack = with_stackstac(scenes, Path(destination).parent)
    else:
        stack = with_odc_stac(scenes, CHUNKS if way == "odc-stac" else {**BLOCKS, "time": -1})
    median = in_bottleneck(stack) if way.endswith("tuned") else stack.median("time", skipna=True)
    median.astype("float32").rio.to_raster(destination, windowed=True, **OPTIONS)


def in_bottleneck(stack: Any) -> Any:
    """Return the median over time, computed with the bottleneck package."""
    import bottleneck

    return xr.apply_ufunc(
        lambda values: bottleneck.nanmedian(values, axis=-1), stack, input_core_dims=[["time"]], dask="parallelized",
        output_dtypes=["float32"],
    )  # fmt: skip


def with_odc_stac(scenes: tuple[str, ...], chunks: dict[str, int]) -> Any:
    """Return the scenes as odc-stac loads them, with NaN for nodata."""
    import odc.stac

    names = [f"image.{band}" for band in BANDS]
    loaded = odc.stac.load([item(path, {"image": path}) for path in scenes], bands=names, chunks=chunks)
    stack = loaded.to_array("band").astype("float32")
    return stack.where(stack != 0).transpose("time", "band", "y", "x")


def with_stackstac(scenes: tuple[str, ...], folder: Path) -> Any:
    """Return the scenes as stackstac loads them. stackstac needs one file per band, so each band becomes a VRT."""
    import stackstac

    items = []
    for path in scenes:
        assets = {band: str(folder / f"{Path(path).stem}_{band}.vrt") for band in BANDS}
        for band, asset in assets.items():
            band_vrt(path, int(band), asset)
        items.append(item(path, assets).to_dict())
    with rasterio.open(scenes[0]) as dataset:
        epsg, resolution = dataset.crs.to_epsg(), dataset.res[0]
    return stackstac.stack(items, assets=list(BANDS), epsg=epsg, resolution=resolution, chunksize=CHUNKS["x"])


def band_vrt(path: str, band: int, destination: str) -> None:
    """Write a VRT with one band of a raster."""
    with rasterio.open(path) as dataset:
        a, b, c, d, e, f = dataset.transform[:6]
        Path(destination).write_text(
            f'<VRTDataset rasterXSize="{dataset.width}" rasterYSize="{dataset.height}">'
            f"<SRS>{dataset.crs.to_string()}</SRS><GeoTransform>{c}, {a}, {b}, {f}, {d}, {e}</GeoTransform>"
            '<VRTRasterBand dataType="UInt16" band="1"><NoDataValue>0</NoDataValue><SimpleSource>'
            f"<SourceFilename>{path}</SourceFilename><SourceBand>{band}</SourceBand></SimpleSource></VRTRasterBand>"
            "</VRTDataset>"
        )


def item(path: str, assets: dict[str, str]) -> Any:
    """Return the STAC item of a scene, with the fields of the projection extension."""
    import pystac

    with rasterio.open(path) as dataset:
        crs, transform, shape, bounds = dataset.crs, dataset.transform, dataset.shape, dataset.bounds
        scaling = {"scale": dataset.scales[0], "offset": dataset.offsets[0]}
    moment = datetime.datetime.strptime(Path(path).stem.removeprefix("scene_"), "%Y-%m-%d")
    west, south, east, north = rasterio.warp.transform_bounds(crs, "EPSG:4326", *bounds)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    fields = {"proj:epsg": crs.to_epsg(), "proj:transform": list(transform)[:6], "proj:shape": list(shape)}
    found = pystac.Item(
        Path(path).stem, {"type": "Polygon", "coordinates": [ring]}, [west, south, east, north], moment, dict(fields)
    )
    found.stac_extensions.append("https://stac-extensions.github.io/projection/v1.1.0/schema.json")
    band = {"nodata": 0, "data_type": "uint16", **scaling}
    described = {"raster:bands": [band] * (4 if "image" in assets else 1), **fields}
    for name, href in assets.items():
        found.add_asset(
            name,
            pystac.Asset(
                str(Path(href).resolve()),
                "image/tiff; application=geotiff",
                name,
                roles=["data"],
                extra_fields=described,
            ),
        )
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
