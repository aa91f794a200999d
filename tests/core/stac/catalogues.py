"""Items in the form of several public catalogues, according to their published schemas, and files for their assets."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.io import MemoryFile

CRS = "EPSG:32632"
LEFT, TOP = 600000, 5100000
SHAPE = [64, 64]
COG = "image/tiff; application=geotiff; profile=cloud-optimized"


def geotiff(
    pixels: np.ndarray, *, left: float = LEFT, top: float = TOP, size: float = 10, crs: str = CRS,
    nodata: float | None = 0, block: int = 16, overviews: tuple[int, ...] = (),
) -> bytes:  # fmt: skip
    """Return the bytes of a tiled GeoTIFF."""
    pixels = pixels if pixels.ndim == 3 else pixels[np.newaxis]
    profile = {
        "driver": "GTiff", "count": pixels.shape[0], "height": pixels.shape[1], "width": pixels.shape[2],
        "dtype": pixels.dtype.name, "crs": crs, "transform": Affine(size, 0, left, 0, -size, top), "nodata": nodata,
        "tiled": True, "blockxsize": block, "blockysize": block,
    }  # fmt: skip
    with MemoryFile() as memory:
        with memory.open(**profile) as dataset:
            dataset.write(pixels)
        if overviews:
            with rasterio.Env(GDAL_TIFF_OVR_BLOCKSIZE=64), rasterio.open(memory.name, "r+") as dataset:
                dataset.build_overviews(overviews)
        return bytes(memory.getbuffer())


def item(identifier: str, assets: dict[str, Any], *, version: str = "1.0.0", **properties: Any) -> dict[str, Any]:
    properties = {
        "datetime": "2024-05-03T10:15:59Z",
        **{key.replace("__", ":"): value for key, value in properties.items()},
    }
    collection = properties.pop("collection", "sentinel-2-l2a")
    schema = "v2.0.0" if version == "1.1.0" else "v1.1.0"
    return {
        "type": "Feature", "stac_version": version, "id": identifier, "collection": collection, "links": [],
        "stac_extensions": [
            f"https://stac-extensions.github.io/{name}/{schema}/schema.json" for name in ("eo", "projection", "raster")
        ],
        "bbox": [0, 0, 1, 1], "geometry": None, "properties": properties, "assets": assets,
    }  # fmt: skip


def collection(*items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(items)}


def write(path: Path, *items: dict[str, Any]) -> str:
    path.write_text(json.dumps(collection(*items)), encoding="utf-8")
    return str(path)


def place(size: float = 10, shape: list[int] | None = None, left: float = LEFT, top: float = TOP) -> dict[str, Any]:
    return {"proj:shape": shape or SHAPE, "proj:transform": [size, 0, left, 0, -size, top]}


def earth_search(base: str, number: int = 0, **properties: Any) -> dict[str, Any]:
    """Return an item as Earth Search v1 writes it: with an offset, although the offset was already applied."""
    identifier = f"S2A_32TPS_20240503_{number}_L2A"

    def band(name: str, alternative: bool = False) -> dict[str, Any]:
        ending, media = ("jp2", "image/jp2") if alternative else ("tif", COG)
        href = (
            f"s3://sentinel-s2-l2a/tiles/32/T/PS/{name}.jp2" if alternative else f"{base}/{identifier}/{name}.{ending}"
        )
        return {
            "href": href, "type": media, "title": f"{name} - 10m", "eo:bands": [{"name": name, "common_name": name}],
            "gsd": 10, **place(),
            "raster:bands": [
                {
                    "nodata": 0, "data_type": "uint16", "bits_per_sample": 15, "spatial_resolution": 10,
                    "scale": 0.0001, "offset": -0.1,
                }
            ],
            "roles": ["data", "reflectance"],
        }  # fmt: skip

    assets = {name: band(name) for name in ("blue", "green", "red", "nir")}
    assets |= {f"{name}-jp2": band(name, True) for name in ("red", "nir")}
    assets["visual"] = {
        "href": f"{base}/{identifier}/TCI.tif", "type": COG,
        "eo:bands": [{"name": name, "common_name": name} for name in ("red", "green", "blue")], **place(),
        "roles": ["visual"],
    }  # fmt: skip
    assets["scl"] = {
        "href": f"{base}/{identifier}/SCL.tif", "type": COG,
        "raster:bands": [{"nodata": 0, "data_type": "uint8", "spatial_resolution": 20}],
        "roles": ["data", "reflectance"],
        **place(20, [32, 32]),
    }  # fmt: skip
    return item(
        identifier, assets, **{
            "platform": "sentinel-2a", "proj__epsg": 32632, "mgrs__utm_zone": 32, "mgrs__latitude_band": "T",
            "mgrs__grid_square": "PS", "grid__code": "MGRS-32TPS", "s2__processing_baseline": "05.10",
            "earthsearch__boa_offset_applied": True, "updated": "2024-05-04T00:00:00Z", "eo__cloud_cover": 12.5,
            **properties,
        },
    )  # fmt: skip


def planetary_computer(base: str, baseline: str = "05.10", **properties: Any) -> dict[str, Any]:
    """Return an item as Planetary Computer writes it: without scale, offset and nodata value."""
    identifier = "S2A_MSIL2A_20240503T101559_R065_T32TPS_20240503T150000"
    names = {"B02": "blue", "B03": "green", "B04": "red", "B08": "nir"}
    assets: dict[str, Any] = {
        key: {
            "href": f"{base}/{identifier}/{key}_10m.tif", "type": COG,
            "roles": ["data"], "eo:bands": [{"name": key, "common_name": name}], "gsd": 10, "proj:bbox": [], **place(),
        }
        for key, name in names.items()
    }  # fmt: skip
    assets["visual"] = {
        "href": f"{base}/{identifier}/TCI_10m.tif", "roles": ["data"], **place(),
        "eo:bands": [{"name": key, "common_name": names[key]} for key in ("B04", "B03", "B02")],
    }  # fmt: skip
    assets["SCL"] = {"href": f"{base}/{identifier}/SCL_20m.tif", "roles": ["data"], **place(20, [32, 32])}
    return item(
        identifier, assets, platform="Sentinel-2A", proj__epsg=32632, s2__mgrs_tile="32TPS",
        s2__processing_baseline=baseline, s2__generation_time="2024-05-03T15:00:00Z", eo__cloud_cover=3.0, **properties,
    )  # fmt: skip


def cdse(base: str) -> dict[str, Any]:
    """Return a STAC 1.1 item as CDSE writes it: with files on S3 and alternative HTTPS URLs."""
    identifier = "S2B_MSIL2A_20240503T101609_N0510_R065_T32TPS_20240503T150000"

    def band(key: str, name: str, size: int) -> dict[str, Any]:
        return {
            "href": f"s3://eodata/Sentinel-2/{key}.jp2", "type": "image/jp2", "roles": ["data", "reflectance"],
            "alternate": {"https": {"href": f"{base}/{key}.jp2", "storage:refs": []}},
            "data_type": "uint16", "nodata": 0,
            "bands": [{"name": key[:3], "eo:common_name": name}], "raster:scale": 0.0001, "raster:offset": -0.1,
            "proj:code": CRS, **place(size, [640 // size, 640 // size]),
        }  # fmt: skip

    assets = {
        f"{key}_{size}m": band(f"{key}_{size}m", name, size)
        for key, name in (("B02", "blue"), ("B04", "red"))
        for size in (20, 10)
    }
    assets["SCL_20m"] = {
        "href": "s3://eodata/SCL_20m.jp2", "type": "image/jp2", "roles": ["data"], "data_type": "uint8", "nodata": 0,
        "alternate": {"https": {"href": f"{base}/SCL_20m.jp2"}}, "proj:code": CRS, **place(20, [32, 32]),
    }  # fmt: skip
    return item(
        identifier, assets, version="1.1.0", platform="sentinel-2b", grid__code="MGRS-32TPS",
        processing__version="05.10",
        updated="2024-05-04T00:00:00Z", eo__cloud_cover=40,
    )  # fmt: skip


def landsat_look(base: str) -> dict[str, Any]:
    """Return an item as Landsat Look (USGS) writes it: with the grid in the properties and alternatives on S3."""
    identifier = "LC08_L2SP_193028_20240503_20240511_02_T1"

    def band(key: str, file: str, name: str) -> dict[str, Any]:
        return {
            "title": key, "type": "image/vnd.stac.geotiff; cloud-optimized=true", "roles": ["data"],
            "eo:bands": [{"name": file, "common_name": name, "gsd": 30}], "href": f"{base}/{identifier}_{file}.TIF",
            "alternate": {"s3": {"storage:requester_pays": True, "href": f"s3://usgs-landsat/{identifier}_{file}.TIF"}},
        }  # fmt: skip

    assets: dict[str, Any] = {key: band(key, f"SR_B{number}", key) for key, number in (("red", 4), ("nir08", 5))}
    assets["qa_pixel"] = {"href": f"{base}/{identifier}_QA_PIXEL.TIF", "roles": ["cloud", "cloud-shadow"]}
    return item(
        identifier, assets, collection="landsat-c2l2-sr", platform="LANDSAT_8", proj__epsg=32632, proj__shape=SHAPE,
        proj__transform=[30, 0, LEFT + 15, 0, -30, TOP + 15], landsat__wrs_path="193", landsat__wrs_row="28",
        landsat__correction="L2SP", eo__cloud_cover=0,
    )  # fmt: skip


def usgs_3dep(base: str) -> dict[str, Any]:
    """Return an item as static catalogues write it: with relative URLs, a link to itself and a time range."""
    band = {"data_type": "float32", "nodata": -999999}
    found = item(
        "n47w122", {"data": {"href": "../tiles/n47w122.tif", "bands": [band], "proj:code": CRS, **place()}},
        version="1.1.0", collection="3dep", datetime=None, start_datetime="2019-01-01T00:00:00Z",
        end_datetime="2020-01-01T00:00:00Z",
    )  # fmt: skip
    found["links"] = [{"rel": "self", "href": f"{base}/items/n47w122.json"}]
    return found


def pixels(
    seed: int, low: int = 1, high: int = 5000, shape: tuple[int, int] = (64, 64), dtype: str = "uint16"
) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, shape).astype(dtype)


def as_bytes(document: Any) -> bytes:
    stream = io.StringIO()
    json.dump(document, stream)
    return stream.getvalue().encode()
