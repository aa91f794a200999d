"""Tests for mask growth, compared with a plain loop over all pairs of pixels."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from rasterio.crs import CRS

from parallel_raster.core import InputError, OptionError
from parallel_raster.core.pixels.mask_growth import disk_reach, grown, resolve_disk
from parallel_raster.core.raster.grid import Grid

METRES = CRS.from_epsg(32633)
TRANSFORMS = {
    "square": Affine(20, 0, 4e5, 0, -20, 5e6),
    "oblong": Affine(10, 0, 4e5, 0, -30, 5e6),
    "south up": Affine(20, 0, 4e5, 0, 20, 5e6),
    "rotated": Affine.translation(4e5, 5e6) * Affine.rotation(30) * Affine.scale(20, -20),
    "sheared": Affine(20, 8, 4e5, 3, -25, 5e6),
}


def grown_by_loop(hidden, transform, distance):
    """Return a boolean array, computed by plain loops: True within `distance` (plus 0.01 pixel) of a hidden pixel."""
    a, b, _, d, e, _ = tuple(transform)[:6]
    reach = distance + 0.01 * min(np.hypot(a, d), np.hypot(b, e))
    rows, cols = np.nonzero(hidden)
    found = np.zeros_like(hidden)
    for row, col in np.ndindex(hidden.shape):
        across, down = cols - col, rows - row
        found[row, col] = (np.hypot(across * a + down * b, across * d + down * e) <= reach).any()
    return found


@pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS)
@pytest.mark.parametrize("distance", [0, 5, 20, 28.284, 60, 137, 400])
def test_all_pixels_within_the_distance_are_hidden(transform, distance):
    hidden = np.random.default_rng(1).random((41, 37)) < 0.01
    disk = resolve_disk(distance, Grid(METRES, transform, 37, 41), "mask.tif")
    assert np.array_equal(grown(hidden, disk), grown_by_loop(hidden, transform, distance))


def test_a_centre_at_exactly_the_distance_counts():
    """A pixel whose centre is at exactly the given distance is hidden, although multiples of 0.1 m are not exact."""
    hidden = np.zeros((1, 9), bool)
    hidden[0, 0] = True
    grid = Grid(METRES, Affine(0.1, 0, 0, 0, -0.1, 0), 9, 1)
    for pixels in range(1, 9):
        assert grown(hidden, resolve_disk(sum([0.1] * pixels), grid, "mask.tif")).sum() == pixels + 1


def test_disk_reach():
    assert disk_reach(()) == (0, 0)
    disk = resolve_disk(90, Grid(METRES, TRANSFORMS["oblong"], 9, 9), "mask.tif")
    assert disk_reach(disk) == (3, 9)


def test_a_distance_without_a_transform_is_rejected():
    with pytest.raises(OptionError, match="mask.tif has no transform, so MASK_GROW") as caught:
        resolve_disk(20, Grid(None, Affine.identity(), 9, 9), "mask.tif")
    assert caught.value.parameter == "mask_grow"
    assert resolve_disk(0, Grid(None, Affine.identity(), 9, 9), "mask.tif") == ()


def test_invalid_distances_raise_errors():
    grid = Grid(METRES, TRANSFORMS["square"], 9, 9)
    assert disk_reach(resolve_disk(4000, grid, "mask.tif")) == (200, 200)
    with pytest.raises(OptionError, match=r"MASK_GROW is 4020, which is 201 pixels of mask.tif; the maximum is 200"):
        resolve_disk(4020, grid, "mask.tif")
    for invalid in (-1, float("nan"), float("inf")):
        with pytest.raises(OptionError, match="a distance of at least 0"):
            resolve_disk(invalid, grid, "mask.tif")
    degrees = Grid(CRS.from_epsg(4326), Affine(0.1, 0, 0, 0, -0.1, 0), 9, 9)
    assert resolve_disk(0, degrees, "mask.tif") == ()
    with pytest.raises(InputError, match=r"mask.tif uses degrees .* Reproject the mask"):
        resolve_disk(1, degrees, "mask.tif")
