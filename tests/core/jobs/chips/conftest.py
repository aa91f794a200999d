"""Fixtures for training chips: a raster, and a list of scenes with mask layers."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from chip_scenes import TRANSFORM, scene_values
from georeference import METRES
from parallel_raster.core.tileset.scene_list import Scene, SceneList, write_scene_list

BEGIN = datetime(2024, 5, 3, 10, 30, tzinfo=timezone.utc)


@pytest.fixture
def source(make_raster):
    """Return the path of a raster of 70 x 60 pixels with three bands; some pixels are nodata (0)."""
    values = np.random.default_rng(4).integers(0, 12, (3, 60, 70)).astype("uint16")
    return str(make_raster(list(values), nodata=0, blocks=16))


@pytest.fixture
def make_scenes(make_raster, tmp_path):
    """Return a function that writes scenes with mask layers (SCL) and their list, and returns the path of the list.

    `days` are the dates of the scenes, in days after the first scene. `values(day)` returns the pixels and the mask of
    a scene.
    """

    def make(days=(0, 5, 12), shape=(60, 70), bands=("B03", "B04"), scales=None, masks=True, crs=METRES):
        (tmp_path / "scenes").mkdir(exist_ok=True)
        scenes = []
        for number, day in enumerate(days):
            values, classes = scene_values(number, shape, len(bands))
            name = f"scene_{number}.tif"
            make_raster(list(values), f"scenes/{name}", nodata=0, blocks=16, crs=crs)
            if masks:
                make_raster([classes], f"scenes/scene_{number}_SCL.tif", nodata=0, blocks=16, crs=crs)
            scale = (1.0,) * len(bands) if scales is None else scales[number]
            scenes.append(
                Scene(
                    name,
                    f"scene_{number}_SCL.tif" if masks else None,
                    BEGIN + timedelta(day),
                    (f"item-{number}",),
                    scale,
                    (0.0,) * len(bands),
                    cloud_cover=10.0 * number,
                )  # fmt: skip
            )
        path = tmp_path / "scenes" / "scenes.json"
        write_scene_list(str(path), SceneList("", tuple(TRANSFORM)[:6], shape[1], shape[0], bands, tuple(scenes)))
        return str(path)

    return make
