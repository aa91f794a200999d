"""Data of the example project: fields and a lake in synthetic Sentinel-2 scenes of one summer, with moving clouds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin

CRS = "EPSG:32633"
SIZE, PIXEL, FIELD = 300, 20, 20
"""Width of the scenes in pixels, width of a pixel in metres, and width of a field in pixels."""

LEFT, TOP = 400_000, 5_000_000
DAYS = tuple(f"2024{month:02}{day}" for month in (5, 6, 7) for day in (10, 20, 30))
BANDS = {
    "B04": (1900, 350, 300), "B03": (1500, 750, 500), "B02": (1100, 400, 650), "B08": (2300, 4500, 150),
}  # fmt: skip
"""Pixel values of bare soil, dense vegetation and water in each band."""

COLOURS = {4: (34, 139, 34), 5: (205, 170, 125), 6: (65, 105, 225), 9: (255, 255, 255)}
"""Colours of the classes vegetation, bare soil, water and cloud in the scene classification."""

CROPS = {"wheat": -0.35, "maize": 0.35, "meadow": 0.0}
"""Change in each crop's fractional vegetation cover during each half of the series of scenes."""


def make_data(folder: Path) -> None:
    """Write `fields.geojson`, all scenes in `scenes`, and the middle scene again as `scene.tif` and `scl.tif`."""
    (folder / "scenes").mkdir(parents=True)
    random = np.random.default_rng(7)
    count = SIZE // FIELD
    names = random.choice(list(CROPS), (count, count))
    cover = random.uniform(0.1, 0.9, (count, count))
    y, x = np.mgrid[:SIZE, :SIZE]
    lake = np.hypot(x - 200, (y - 110) * 1.6) < 55 + 8 * np.sin(x / 9)
    change = np.vectorize(CROPS.get)(names)
    for number, day in enumerate(DAYS):
        step = number / (len(DAYS) - 1) * 2 - 1
        plants = np.kron(np.clip(cover + change * step, 0, 1), np.ones((FIELD, FIELD)))
        cloud = np.hypot(x - number * 61 % SIZE, y - number * 97 % SIZE) < 45
        bands = [_band(counts, plants, lake, cloud, random) for counts in BANDS.values()]
        classes = np.select([cloud, lake, plants > 0.4], [9, 6, 4], 5).astype("uint8")
        for name, values in zip((*BANDS, "SCL"), (*bands, classes)):
            _write(scene_file(folder, day, name), [values])
        if number == len(DAYS) // 2:
            _write(folder / "scene.tif", bands)
            _write(folder / "scl.tif", [classes])
    _write_fields(folder / "fields.geojson", names)


def scene_file(folder: Path, day: str, band: str) -> Path:
    """Return the path of the file that contains one band of the given day's scene."""
    return folder / "scenes" / f"T33TVL_{day}T100559_{band}_20m.tif"


def _band(
    counts: tuple[int, int, int], plants: np.ndarray, lake: np.ndarray, cloud: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    soil, dense, water = counts
    values = np.select([cloud, lake], [6000, water], soil + (dense - soil) * plants)
    return np.clip(values + random.normal(0, 15, values.shape), 1, 10_000).astype("uint16")


def _write(path: Path, bands: list[np.ndarray]) -> None:
    profile = {
        "driver": "GTiff", "width": SIZE, "height": SIZE, "count": len(bands), "dtype": bands[0].dtype.name,
        "crs": CRS, "transform": from_origin(LEFT, TOP, PIXEL, PIXEL), "nodata": 0, "tiled": True,
        "blockxsize": 128, "blockysize": 128, "compress": "DEFLATE",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as dataset:
        if len(bands) == len(BANDS):
            dataset.descriptions = list(BANDS)
        if bands[0].dtype == "uint8":
            dataset.write_colormap(1, COLOURS)
        else:
            dataset.scales = [1e-4] * len(bands)
        dataset.write(np.stack(bands))


def _write_fields(path: Path, names: np.ndarray) -> None:
    """Write a square polygon for each field, inset by two pixels on all sides, with its crop as an attribute."""
    features = []
    for (row, column), crop in np.ndenumerate(names):
        left, right = (LEFT + PIXEL * (FIELD * (column + side) + margin) for side, margin in ((0, 2), (1, -2)))
        top, bottom = (TOP - PIXEL * (FIELD * (row + side) + margin) for side, margin in ((0, 2), (1, -2)))
        ring = [[left, top], [left, bottom], [right, bottom], [right, top], [left, top]]
        properties = {"field": f"{row + 1}-{column + 1}", "crop": str(crop)}
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{CRS.partition(':')[2]}"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), encoding="utf-8")
