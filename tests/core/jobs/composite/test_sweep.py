"""Composites of random series equal the reference, for many depths, scales, mask resolutions, extents and chunks."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine

import composite_reference as reference
from georeference import METRES
from parallel_raster.core import temporal_composite
from parallel_raster.core.choices import REDUCERS
from parallel_raster.core.jobs.composite.reducers import METHODS

TRANSFORM = Affine(20, 0, 400_000, 0, -20, 5_000_000)
ROWS, COLS, EDGE = 12, 14, 4


def write(path, values, transform, **options):
    count, height, width = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=count, height=height, width=width, dtype=values.dtype, crs=METRES,
        transform=transform, nodata=options.get("nodata"),
    ) as dataset:  # fmt: skip
        dataset.write(values)
        if "scale" in options:
            dataset.scales, dataset.offsets = [options["scale"]] * count, [options["offset"]] * count


def series(folder, random, depth, dtype, *, unequal):
    """Write random scenes with masks, and return them as observations on the grid of all scenes."""
    found = []
    for number in range(depth):
        # The first scene determines the grid, so it covers the whole grid.
        row, col = (0, 0) if not number else random.integers(0, 3, 2) * 2
        height, width = ROWS - row, COLS - col
        if np.dtype(dtype).kind == "f":
            values = random.normal(size=(2, height, width)).astype(dtype)
            values[random.random(values.shape) < 0.1] = np.nan
        else:
            values = random.integers(0, 200, (2, height, width)).astype(dtype)
        mask = random.integers(0, 4, (1, height // 2, width // 2)).astype("uint8")
        scale, offset = (float(random.choice([0.5, 2])), float(random.integers(0, 3))) if unequal else (0.5, 1.0)
        day = np.datetime64("2024-01-01") + number
        transform = TRANSFORM * Affine.translation(col, row)
        write(folder / f"x_{day}.tif", values, transform, nodata=7, scale=scale, offset=offset)
        write(folder / f"x_{day}_mask.tif", mask, transform * Affine.scale(2))
        valid = np.zeros((2, ROWS, COLS), bool)
        shown = np.repeat(np.repeat(mask[0] != 3, 2, axis=0), 2, axis=1)
        valid[:, row:, col:] = np.isfinite(values) & (values != 7) & shown
        whole = np.zeros((2, ROWS, COLS), np.float64 if unequal else dtype)
        whole[:, row:, col:] = values.astype(float) * scale + offset if unequal else values
        found.append((np.nan_to_num(whole), valid))
    return found


@pytest.mark.parametrize("seed", [1, *(pytest.param(number, marks=pytest.mark.long) for number in range(2, 24))])
def test_a_random_series_equals_the_reference(tmp_path, seed):
    random = np.random.default_rng(seed)
    depth = int(random.choice([2, 5, 13, 40, 80])) if seed > 1 else 6
    dtype = str(random.choice(["uint8", "int16", "uint16", "float32"]))
    unequal = bool(random.integers(0, 2))
    (tmp_path / "in").mkdir()
    given = series(tmp_path / "in", random, depth, dtype, unequal=unequal)
    for reducer in REDUCERS if seed > 1 else ("median", "medoid", "std"):
        percent, least = float(random.integers(0, 101)), int(random.integers(1, 4))
        result = temporal_composite(
            tmp_path / "in", tmp_path / reducer, period="all", reducer=reducer, percentile=percent, min_count=least,
            expression="A@1 - A@2", mask_pattern="{scene}_mask.tif", mask_values="3", workers=2, chunk_size=16,
            creation_options="TILED=YES|BLOCKXSIZE=16|BLOCKYSIZE=16",
        )  # fmt: skip
        wanted, valid, counts, _ = reference.composite(
            given, reducer, percent=percent, min_count=least,
            score=(lambda pixel: pixel[0] - pixel[1]) if reducer == "best" else None,
        )  # fmt: skip
        with rasterio.open(result.rasters[0]) as dataset:
            found, nodata = dataset.read(), dataset.nodata
        with rasterio.open(result.count_rasters[0]) as dataset:
            assert np.array_equal(dataset.read(), counts[:1] if METHODS[reducer].whole else counts)
        if reducer == "count":
            assert np.array_equal(found, counts)
            continue
        assert np.array_equal(found != nodata, valid), reducer
        expected = wanted[valid].astype(found.dtype)
        if METHODS[reducer].selects:
            assert np.array_equal(found[valid], expected), reducer
        else:
            np.testing.assert_array_max_ulp(found[valid], expected, 1)
