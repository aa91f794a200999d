"""Tests for neighbourhoods: their pixels, and the combined values of flat arrays."""

from __future__ import annotations

import numpy as np
import pytest

from parallel_raster.core.jobs.focal.neighbours import Neighbourhood, moving


@pytest.mark.parametrize("circle", [False, True])
@pytest.mark.parametrize("radius", [*range(1, 13), 56, 100])
def test_pixels_of_a_neighbourhood(radius, circle):
    distance = np.arange(-radius, radius + 1) ** 2
    inside = (distance[:, np.newaxis] + distance <= radius**2) | (not circle)
    found = Neighbourhood(radius, circle)
    assert found.cells == inside.sum()
    width = 2 * radius + 4
    assert [divmod(each, width) for each in found.offsets(width)] == [*zip(*np.nonzero(inside))]


@pytest.mark.parametrize("combine", [np.add, np.maximum])
@pytest.mark.parametrize("count", [*range(1, 18), 25, 201])
def test_moving_windows(count, combine):
    values = np.random.default_rng(count).integers(0, 100, 700)
    for step in (1, 3):
        found = moving(combine, values, count, step)
        windows = np.lib.stride_tricks.sliding_window_view(values, (count - 1) * step + 1)[:, ::step]
        assert found.tolist() == combine.reduce(windows, axis=1).tolist()
