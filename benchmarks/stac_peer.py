"""Write the items of a STAC catalogue as one GeoTIFF per day with odc-stac, for comparison.

python3 benchmarks/stac_peer.py ITEMS FOLDER SIZE
"""

from __future__ import annotations

import sys
from pathlib import Path

import odc.stac
import pystac
import rioxarray  # noqa: F401 - registers the .rio accessor
from affine import Affine
from odc.geo.geobox import GeoBox

from stac import BANDS, CRS, PIXEL, extent

OPTIONS = {
    "driver": "GTiff", "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "predictor": 2,
    "num_threads": "all_cpus",
}  # fmt: skip


def main(items: str, folder: str, size: str) -> None:
    """Load all items with 8 threads, and write one file per day."""
    odc.stac.configure_rio(cloud_defaults=True)
    xmin, _, _, ymax = extent(int(size))
    side = int(size) // 2
    box = GeoBox((side, side), Affine(PIXEL, 0, xmin, 0, -PIXEL, ymax), CRS)
    found = odc.stac.load(
        list(pystac.ItemCollection.from_file(items)), bands=BANDS, geobox=box, groupby="solar_day", pool=8
    )
    Path(folder).mkdir()
    for day in found.time.values:
        scene = found.sel(time=day).to_array("band")
        scene.rio.to_raster(Path(folder) / f"{str(day)[:10]}.tif", **OPTIONS)


if __name__ == "__main__":
    main(*sys.argv[1:])
