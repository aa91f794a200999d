"""Small rasters for the commands, and a function that runs a command in this process."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from georeference import METRES
from parallel_raster.shell.main import main

POLYGONS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"field": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, 4999990], [x + 300, 4999990], [x + 300, 4999500], [x, 4999990]]],
            },
        }
        for name, x in (("wheat", 400010), ("maize", 400250))
    ],
}


@pytest.fixture
def command(capfd):
    """Function that runs a command line and returns its exit code, standard output and standard error.

    With `terminal`, standard error is treated as a terminal.
    """

    def run(*words, terminal=False):
        with mock.patch.object(sys.stderr, "isatty", lambda: terminal), pytest.raises(SystemExit) as ended:
            main([str(word) for word in words], prog_name="parallel-raster")
        printed = capfd.readouterr()
        return SimpleNamespace(code=ended.value.code, out=printed.out, err=printed.err)

    return run


@pytest.fixture
def write_raster():
    """Function that writes an array (bands, rows, columns) to a GeoTIFF."""
    return write


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Return the working folder of the commands.

    It contains `scene.tif` with four bands, `classes.tif`, `polygons.json`, two tiles in `tiles`, scenes of two months
    in `year`, and the empty folder `out`.
    """
    random = np.random.default_rng(8)
    folder = tmp_path / "desk"
    for name in ("out", "tiles", "year"):
        (folder / name).mkdir(parents=True)
    write(folder / "scene.tif", random.integers(1, 250, (4, 60, 70), dtype="uint8"))
    write(folder / "classes.tif", random.integers(0, 4, (1, 60, 70), dtype="uint8"))
    for col in (0, 1):
        write(folder / "tiles" / f"{col}.tif", random.integers(1, 250, (4, 30, 35), dtype="uint8"), left=350 * col)
    for month in (1, 2):
        for day in (3, 9, 20):
            path = folder / "year" / f"T33UUP_2024{month:02d}{day:02d}T101559_B04.tif"
            write(path, random.integers(1, 9000, (1, 20, 20), dtype="uint16"))
    (folder / "polygons.json").write_text(json.dumps(POLYGONS), encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def write(path, pixels, left=0):
    """Write an array (bands, rows, columns) to a GeoTIFF with 10 m pixels, shifted to the right by `left` metres."""
    count, height, width = pixels.shape
    grid = {"crs": METRES, "transform": from_origin(4e5 + left, 5e6, 10, 10), "width": width, "height": height}
    with rasterio.open(
        path, "w", driver="GTiff", count=count, dtype=pixels.dtype, photometric="minisblack", **grid
    ) as dataset:
        dataset.write(pixels)
