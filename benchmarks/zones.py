"""Compute zonal statistics with this package, or with rasterstats or exactextract as their documentation suggests.

python3 benchmarks/zones.py polygons PATH SIZE
python3 benchmarks/zones.py core|rasterstats|exactextract SOURCE POLYGONS DESTINATION
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

COUNT = 10_000
STATISTICS = ("count", "min", "max", "mean", "std")

CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}
LEFT, TOP, PIXEL = 4e5, 5.2e6, 10
"""Coordinates of the scene's upper left corner, and the pixel size."""


def write_polygons(path: str, size: int) -> None:
    """Write a GeoJSON file with 10,000 irregular hexagons that resemble farm fields and cover most of the scene."""
    import numpy as np

    across = round(COUNT**0.5)
    step, random = size * PIXEL / across, np.random.default_rng(8)
    features = []
    for number in range(COUNT):
        row, col = divmod(number, across)
        centre = LEFT + (col + 0.5) * step, TOP - (row + 0.5) * step
        angles = (np.arange(6) + random.uniform(-0.2, 0.2, 6)) * np.pi / 3
        radii = step * random.uniform(0.35, 0.5, 6)
        ring = [[centre[0] + r * np.cos(a), centre[1] + r * np.sin(a)] for r, a in zip(radii, angles)]
        geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        features.append({"type": "Feature", "id": number, "properties": {"id": number}, "geometry": geometry})
    Path(path).write_text(json.dumps({"type": "FeatureCollection", "crs": CRS, "features": features}))


def with_core(source: str, polygons: str, destination: str) -> None:
    """Write the statistics that this package computes."""
    from run_core import load_checkout

    load_checkout()
    from parallel_raster.core import zonal_statistics

    shapes = json.loads(Path(polygons).read_text())
    zonal_statistics(source, destination, zones="polygons", polygons=shapes, bands=[1], statistics=STATISTICS)


def with_rasterstats(source: str, polygons: str, destination: str) -> None:
    """Write the statistics that rasterstats computes."""
    from rasterstats import zonal_stats

    write(destination, zonal_stats(polygons, source, band=1, stats=list(STATISTICS)))


def with_exactextract(source: str, polygons: str, destination: str) -> None:
    """Write the statistics that exactextract computes; it weights pixels by their area inside the polygon."""
    import rasterio
    from exactextract import exact_extract
    from exactextract.raster import RasterioRasterSource

    features = json.loads(Path(polygons).read_text())["features"]
    names = ["count", "min", "max", "mean", "stdev"]
    with rasterio.open(source) as dataset:
        found = exact_extract(RasterioRasterSource(dataset, 1), features, names)
    write(destination, [each["properties"] for each in found])


def write(destination: str, records: Iterable[Mapping[str, Any]]) -> None:
    """Write records as CSV."""
    rows = list(records)
    with open(destination, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    if what == "polygons":
        write_polygons(arguments[0], int(arguments[1]))
    else:
        {"core": with_core, "rasterstats": with_rasterstats, "exactextract": with_exactextract}[what](*arguments)
