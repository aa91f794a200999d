"""Self-test: compute the normalized difference of a small GeoTIFF, and check the output file."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..writing.gdal_file import CreateFile

EDGE = 64
BLOCK = 16


def self_test_failure(create: CreateFile | None = None) -> str:
    """Run the self-test in a temporary folder; return an error message, empty if the result is correct.

    Parameters
    ----------
    create
        Function that creates the output file, see `gdal_file.CreateFile`; None uses rasterio.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="parallel_raster_") as folder:
            return _wrong_pixels(folder, create)
    except Exception as error:  # a broken library can raise any exception
        return " ".join(f"{type(error).__name__}: {error}".split())


def _wrong_pixels(folder: str, create: CreateFile | None) -> str:
    import numpy as np
    import rasterio
    from rasterio.transform import from_origin

    from ..jobs.difference.job import normalized_difference

    source, result = os.path.join(folder, "bands.tif"), os.path.join(folder, "index.tif")
    values = np.arange(1, 2 * EDGE * EDGE + 1, dtype="uint16").reshape(2, EDGE, EDGE)
    keywords = {"driver": "GTiff", "width": EDGE, "height": EDGE, "count": 2, "dtype": "uint16"}
    with rasterio.open(source, "w", crs="EPSG:32633", transform=from_origin(5e5, 5e6, 10, 10), **keywords) as dataset:
        dataset.write(values)
    blocks = f"BLOCKXSIZE={BLOCK}|BLOCKYSIZE={BLOCK}"
    normalized_difference(
        source, result, band_a=2, band_b=1, creation_options=blocks, chunk_size=BLOCK, workers=2, create=create
    )
    with rasterio.open(result) as dataset:
        found = dataset.read(1)
        lost = "" if dataset.crs == rasterio.crs.CRS.from_epsg(32633) else f"; the CRS changed to {dataset.crs}"
    b, a = values.astype("float64")
    wrong = np.count_nonzero(found != ((a - b) / (a + b)).astype("float32"))
    return f"{wrong} of {EDGE * EDGE} pixels are wrong{lost}" if wrong or lost else ""
