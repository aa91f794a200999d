"""Tests for totals that exceed 64 bits when the sums of units are added up."""

from __future__ import annotations

import numpy as np
import pytest

from parallel_raster.core.jobs.zonal.sums import ZoneSums, moments


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_sums_beyond_64_bits():
    pixels = np.full(3, 2**30)
    total = pixels * (2**32 - 1)
    sums = ZoneSums(np.zeros(3, int), np.arange(3), pixels, total, np.zeros(3), total, total)
    found = moments(sums, exact=False)
    assert found.total.tolist() == [3 * 2**30 * (2**32 - 1)]
    assert found.mean.tolist() == [2**32 - 1] and found.std.tolist() == [0]
