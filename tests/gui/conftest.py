"""Fixtures for the desktop tests: QGIS Desktop on a virtual screen, and rasters.

`desktop.py` starts QGIS with `inside_qgis/start.py`, which plays the scenes of one module ("play") in `inside_qgis/`.
The scenes act like a user and write their observations to `build/gui/<play>.json`, next to screenshots. Each
`test_*.py` starts one play and checks the observations of its scenes. `checks.py` contains the checks that several
tests share.
"""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

import desktop


@pytest.fixture(scope="session")
def qgis_desktop(tmp_path_factory):
    """QGIS desktop on a virtual screen. The tests are skipped if QGIS or Xvfb is not installed."""
    reason = desktop.missing()
    if reason:
        pytest.skip(reason)
    screen = desktop.Screen()
    yield desktop.Desktop(screen, tmp_path_factory.mktemp("home"))
    screen.close()


@pytest.fixture(scope="session")
def big_scene(tmp_path_factory):
    """Path of a raster whose index takes several seconds, long enough to cancel the run or close its dialog."""
    return write_scene(tmp_path_factory.mktemp("scenes") / "big.tif", 4000)


@pytest.fixture(scope="session")
def small_scene(tmp_path_factory):
    """Path of a raster whose index takes about a second to compute."""
    return write_scene(tmp_path_factory.mktemp("scenes") / "small.tif", 1500)


def write_scene(path, size):
    """Write a raster that compresses badly, with red in band 3 and near infrared in band 4; return its path."""
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 400, (500, size), dtype="uint16")
    columns = np.arange(size) * 12 / size
    keywords = {
        "driver": "GTiff", "width": size, "height": size, "count": 4, "dtype": "uint16", "tiled": True,
        "interleave": "band", "blockxsize": 256, "blockysize": 256, "crs": "EPSG:32633",
        "transform": from_origin(4e5, 5e6, 10, 10),
    }  # fmt: skip
    with rasterio.open(path, "w", **keywords) as dataset:
        for top in range(0, size, 500):
            rows = (np.arange(top, top + 500) * 12 / size)[:, np.newaxis]
            wave = (np.sin(columns) * np.cos(rows) + 1) * 2000
            red = (3200 - wave / 2 + noise).astype("uint16")
            infrared = (1200 + wave + noise[:, ::-1]).astype("uint16")
            bands = np.stack([red // 3, red // 2, red, infrared])
            dataset.write(bands, window=((top, top + 500), (0, size)))
    return path
