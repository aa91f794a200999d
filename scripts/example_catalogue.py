"""The catalogue of the example project: the synthetic scenes as STAC items on a server on 127.0.0.1."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from example_data import BANDS, CRS, DAYS, LEFT, PIXEL, SIZE, TOP, scene_file
from qgis_runs import ROOT
from rasterio.warp import transform_bounds

RIGHT, BOTTOM = LEFT + SIZE * PIXEL, TOP - SIZE * PIXEL
EXTENT = f"{LEFT},{RIGHT},{BOTTOM},{TOP} [{CRS}]"
"""Extent of the scenes, in QGIS's notation for extents."""

COLLECTION = "sentinel-2-l2a"


@contextlib.contextmanager
def catalogue(folder: Path) -> Iterator[str]:
    """Yield the URL of a catalogue with the scenes in `folder`; every search finds all scenes."""
    sys.path.insert(0, str(ROOT / "tests" / "core" / "stac"))
    from server import running

    with running() as state:
        items = {"type": "FeatureCollection", "features": [item(state.url, folder, day) for day in DAYS]}
        state.files = {f"/{path.name}": path.read_bytes() for path in (folder / "scenes").iterdir()}
        state.routes["/search"] = lambda *_: (200, json.dumps(items).encode())
        yield state.url


def item(address: str, folder: Path, day: str) -> dict[str, Any]:
    """Return the STAC item of the given day's scene."""
    grid = {"proj:shape": [SIZE, SIZE], "proj:transform": [PIXEL, 0, LEFT, 0, -PIXEL, TOP]}
    reflectance = {"nodata": 0, "data_type": "uint16", "scale": 0.0001, "offset": 0}
    assets = {
        name: {
            "href": f"{address}/{scene_file(folder, day, name).name}", "roles": ["data"], **grid,
            "raster:bands": [reflectance if name in BANDS else {"nodata": 0, "data_type": "uint8"}],
        }
        for name in (*BANDS, "SCL")
    }  # fmt: skip
    west, south, east, north = transform_bounds(CRS, "EPSG:4326", LEFT, BOTTOM, RIGHT, TOP)
    ring = [[west, north], [west, south], [east, south], [east, north], [west, north]]
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": f"S2A_33TVL_{day}_0_L2A", "collection": COLLECTION,
        "bbox": [west, south, east, north], "geometry": {"type": "Polygon", "coordinates": [ring]}, "links": [],
        "properties": {
            "datetime": f"{day[:4]}-{day[4:6]}-{day[6:]}T10:05:59Z", "proj:epsg": int(CRS.partition(":")[2]),
            "platform": "sentinel-2a", "eo:cloud_cover": 7,
        },
        "assets": assets,
    }  # fmt: skip
