"""Synthetic rasters of sensors for the tests of spectral indexes, and a comparison of float32 values."""

from __future__ import annotations

import numpy as np
import rasterio
from affine import Affine

from georeference import METRES
from parallel_raster.core.indexes.catalogue import catalogue

STACKS = {
    "Sentinel-2": (["A", "B", "G", "R", "RE1", "RE2", "RE3", "N", "N2", "WV", "S1", "S2"], 1e-4, -0.1),
    "Landsat 8-9": (["A", "B", "G", "R", "N2", "S1", "S2", "-", "-", "T1", "T2"], 2.75e-5, -0.2),
    "none": (list(catalogue().letters), 1e-4, 0.0),
}
"""Stacks by sensor, each with the letters of its bands, scale and offset. Bands are found by the sensor's order or,
without a sensor, by their letters."""


def write_stack(path, letters, descriptions=(), scale=1e-4, offset=-0.1, shape=(20, 30), seed=6):
    """Write a stack of uint16 bands with scale, offset and nodata 0; return the reflectance of each letter."""
    random = np.random.default_rng(seed)
    top = 60_000 if scale < 1e-4 else 9000
    values = random.integers(1, top, (len(letters), *shape), dtype="uint16")
    profile = {"driver": "GTiff", "count": len(letters), "height": shape[0], "width": shape[1], "dtype": "uint16"}
    place = {"crs": METRES, "transform": Affine(30, 0, 400_000, 0, -30, 5_000_000), "nodata": 0}
    with rasterio.open(path, "w", **profile, **place) as dataset:
        dataset.write(values)
        dataset.descriptions = tuple(descriptions) or tuple(letters)
        dataset.scales, dataset.offsets = [scale] * len(letters), [offset] * len(letters)
    return {letter: band * scale + offset for letter, band in zip(letters, values) if letter != "-"}


def sensor_stack(path, sensor, **options):
    """Write the stack of a sensor; return reflectances by letter. A single near infrared band is both N and N2."""
    letters, scale, offset = STACKS[sensor]
    descriptions = letters if sensor == "none" else [""] * len(letters)
    values = write_stack(path, letters, descriptions, scale, offset, **options)
    values.setdefault("N", values["N2"])
    return values


def computable(letters, constants):
    """Return those indexes of the catalogue whose bands and constants are all in `known`."""
    return [each for each in catalogue().indexes.values() if set(each.symbols) <= {*letters, *constants}]


def check_close(found, wanted):
    """Assert that float32 values are within one unit in the last place."""
    steps = np.abs(found.view("int32").astype("int64") - wanted.view("int32").astype("int64"))
    apart = (np.sign(found) != np.sign(wanted)) & (found != wanted)
    assert not apart.any() and steps.max(initial=0) <= 1
