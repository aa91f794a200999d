"""Polygons and scenes for the tests of training chips."""

from __future__ import annotations

import numpy as np
from affine import Affine

TRANSFORM = Affine(30, 0, 400_000, 0, -30, 5_000_000)


def polygon(corners, transform=TRANSFORM, **properties):
    """Return a GeoJSON polygon feature whose corners are given as (column, row)."""
    ring = [transform * corner for corner in (*corners, corners[0])]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def scene_values(number, shape, bands):
    """Return the pixels of a scene and the classes of its mask layer."""
    random = np.random.default_rng(100 + number)
    return random.integers(0, 9, (bands, *shape)).astype("uint16"), random.integers(2, 12, shape).astype("uint8")
