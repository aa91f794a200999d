"""Float results that are equal to the nodata value."""

from __future__ import annotations

import numpy as np
import pytest

from parallel_raster.core.pixels.encoding import mark_nodata


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("nodata", [-9999.0, 0.0, 7.0])
def test_valid_values_equal_to_nodata_become_the_next_float(dtype, nodata):
    values = np.array([nodata, nodata, 1.5], dtype)
    mark_nodata(values, np.array([True, False, True]), nodata)
    assert values[0] != nodata and abs(values[0] - nodata) < 1e-3
    assert abs(values[0]) < abs(nodata) or nodata == 0
    assert values[1:].tolist() == [nodata, 1.5]
