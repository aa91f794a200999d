"""Compares the items that we read with those of pystac, and the pixels with those of odc-stac.

Neither package is a dependency: `scripts/stac-setup.sh` installs them in a separate environment, where they read the
same items from the same server.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import catalogues
import numpy as np
import pytest
import rasterio
import server as range_server
from catalogues import LEFT, TOP
from rasterio.crs import CRS
from rasterio.warp import transform_bounds

from parallel_raster.core import stac_stack
from parallel_raster.core.stac.addresses import resolve_address
from parallel_raster.core.stac.chosen import ChosenAsset
from parallel_raster.core.stac.items import read_items

PYTHON = Path(__file__).resolve().parents[2] / "build" / "stac" / "venv" / "bin" / "python"

PYSTAC = """
import json, sys
import pystac
from pystac.extensions.eo import EOExtension
from pystac.extensions.projection import ProjectionExtension
from pystac.extensions.raster import RasterExtension

def asset(item, each):
    grid = ProjectionExtension.ext(each)
    found = {"href": each.get_absolute_href(), "media": (each.media_type or "").lower(),
             "grid": [grid.code, grid.shape, grid.transform]}
    if item["stac_version"] == "1.0.0":
        names, bands = EOExtension.ext(each).bands or [], RasterExtension.ext(each).bands or []
        found["names"] = [[band.name, band.common_name] for band in names]
        found["bands"] = [[band.data_type, band.nodata, band.scale, band.offset] for band in bands]
    return found

with open(sys.argv[1]) as file:
    written = json.load(file)["features"]
read = [
    {"id": item.id, "time": (item.datetime or item.common_metadata.start_datetime).isoformat(),
     "cloud": EOExtension.ext(item).cloud_cover,
     "assets": {key: asset(each, found) for key, found in item.assets.items()}}
    for each, item in zip(written, pystac.ItemCollection.from_file(sys.argv[1]))
]
json.dump(read, sys.stdout)
"""

ODC_STAC = """
import json, sys
import numpy as np, odc.stac, pystac
from affine import Affine
from odc.geo.geobox import GeoBox

given = json.loads(sys.argv[3])
items = list(pystac.ItemCollection.from_file(sys.argv[1]))
box = GeoBox(given["shape"], Affine(*given["transform"]), given["crs"])
found = odc.stac.load(items, bands=given["bands"], geobox=box, groupby=given["groupby"], resampling="nearest")
np.savez(sys.argv[2], time=found.time.values.astype("datetime64[s]").astype(str),
         **{name: found[name].values for name in given["bands"]})
"""

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="`make test-stac` installs pystac and odc-stac first")


def in_environment(code, *arguments):
    """Run code in the environment of pystac and odc-stac, and return its output."""
    command = [PYTHON, "-W", "ignore", "-c", code, *map(str, arguments)]
    own = {name: value for name, value in os.environ.items() if name not in ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA")}
    own["no_proxy"] = "127.0.0.1"
    done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_items_are_read_as_by_pystac(tmp_path):
    """Times, URLs, grids and bands are equal; relative URLs are resolved against the item's URL."""
    base = "https://files.example.org/data"
    makers = (
        catalogues.earth_search, catalogues.planetary_computer, catalogues.cdse, catalogues.landsat_look,
        catalogues.usgs_3dep,
    )  # fmt: skip
    path = catalogues.write(tmp_path / "items.json", *(make(base) for make in makers))
    wanted = json.loads(in_environment(PYSTAC, path))
    for item, other in zip(read_items(path), wanted):
        assert (item.id, item.datetime.isoformat(), item.cloud_cover) == (other["id"], other["time"], other["cloud"])
        assert list(item.assets) == list(other["assets"])
        for key, asset in item.assets.items():
            known = other["assets"][key]
            assert (asset.media, [asset.crs, list(asset.shape), list(asset.transform)]) == (
                known["media"],
                known["grid"],
            )
            if asset.href.startswith("s3://"):
                assert asset.href == known["href"]
            else:
                assert resolve_address(ChosenAsset(item, asset, 0)).href == known["href"]
            if "names" in known:
                names = [tuple(dict.fromkeys(each)) for each in known["names"]]
                assert [band.names for band in asset.bands if band.names] == names
                numbers = [[band.dtype, band.nodata, band.scale, band.offset] for band in asset.bands]
                assert numbers == known["bands"] or not known["bands"]


def items_on_a_server(server, folder):
    """Put parts of one image with nodata on the server, some with the same day, and return the path of their items."""
    truth = {"red": catalogues.pixels(1, shape=(300, 300)), "nir": catalogues.pixels(2, 1, 9999, shape=(300, 300))}
    classes = catalogues.pixels(3, 1, 12, (150, 150), "uint8")
    places = [(0, 0, "2024-05-03T10:15:59Z"), (60, 100, "2024-05-03T10:16:13Z"), (100, 40, "2024-05-13T10:15:59Z")]
    items = []
    for number, (row, col, time) in enumerate(places):
        tile = f"MGRS-32TP{'STU'[number]}"
        item = catalogues.earth_search(f"{server.url}/data", number, datetime=time, grid__code=tile)
        left, top, side = LEFT + 10 * col, TOP - 10 * row, 200
        holes = np.random.default_rng(number).random((side, side)) < 0.2
        for key, pixels in truth.items():
            cut = np.where(holes, 0, pixels[row : row + side, col : col + side]).astype("uint16")
            put(server, item, key, cut, left, top, 10)
        put(server, item, "scl", classes[row // 2 : (row + side) // 2, col // 2 : (col + side) // 2], left, top, 20)
        bounds = transform_bounds(CRS.from_string(catalogues.CRS), "EPSG:4326", left, top - 2000, left + 2000, top)
        west, south, east, north = item["bbox"] = list(bounds)
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        item["geometry"] = {"type": "Polygon", "coordinates": [ring]}
        items.append(item)
    return catalogues.write(folder / "items.json", *items)


def put(server, item, key, pixels, left, top, size):
    asset = item["assets"][key]
    data = catalogues.geotiff(pixels, left=left, top=top, size=size, block=64)
    server.files[asset["href"].removeprefix(server.url)] = data
    asset.update(catalogues.place(size, list(pixels.shape), left, top))


@pytest.mark.parametrize(
    ("step", "groupby", "extent", "size", "crs", "most"),
    [
        ("item", "id", (LEFT + 200, TOP - 2700, LEFT + 2800, TOP - 130), 10, catalogues.CRS, 0),
        ("solar_day", "solar_day", (LEFT - 100, TOP - 3000, LEFT + 3000, TOP + 50), 10, catalogues.CRS, 0),
        ("solar_day", "solar_day", (LEFT + 216, TOP - 2700, LEFT + 2792, TOP - 216), 7, catalogues.CRS, 0),
        # GDAL interpolates pixel positions when it reprojects, with an error of up to an eighth of a pixel.
        ("item", "id", (136000, 5107500, 138000, 5109500), 10, "EPSG:32633", 0.02),
    ],
)
def test_pixels_are_those_of_odc_stac(tmp_path, monkeypatch, step, groupby, extent, size, crs, most):
    """The pixels are identical if both packages copy pixels or use the nearest pixel."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with range_server.running() as server:
        items = items_on_a_server(server, tmp_path)
        result = stac_stack(
            items, tmp_path / "out", assets="red,nir", mask_asset="scl", extent=extent, pixel_size=size, crs=crs,
            step=step, resampling="nearest",
        )  # fmt: skip
        with rasterio.open(result.rasters[0]) as dataset:
            given = {
                "bands": ["red", "nir", "scl"], "shape": dataset.shape, "transform": list(dataset.transform)[:6],
                "crs": crs, "groupby": groupby,
            }  # fmt: skip
        in_environment(ODC_STAC, items, tmp_path / "wanted.npz", json.dumps(given))
    wanted = np.load(tmp_path / "wanted.npz")
    assert [f"{time:%Y-%m-%dT%H:%M:%S}" for time in result.times] == wanted["time"].tolist()
    for number, (path, mask) in enumerate(zip(result.rasters, result.masks)):
        with rasterio.open(path) as dataset, rasterio.open(mask) as classes:
            found = dict(zip(("red", "nir", "scl"), (*dataset.read(), classes.read(1))))
        assert found["red"].any()
        for name, pixels in found.items():
            assert np.mean(pixels != wanted[name][number]) <= most, (number, name)
