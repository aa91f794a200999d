"""Tests for the statistics of chips, which are exact for integers whatever the size of the chips."""

from __future__ import annotations

import numpy as np
import pytest

from parallel_raster.core.jobs.chips.counting import BandTotals, band_counts
from parallel_raster.core.jobs.chips.images import Pixels


def record(values, valid):
    shape = (1, 1, *values.shape)
    return band_counts(Pixels(values.reshape(shape), valid.reshape(shape), ~valid[np.newaxis], ~valid[np.newaxis]))[0]


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16"])
@pytest.mark.parametrize("span", [1, 100, 256, None], ids=str)
@pytest.mark.parametrize("share", [0, 0.01, 1])
def test_statistics_of_integers_are_exact(dtype, span, share):
    """Few pixels are recorded by value, many pixels as counts from the lowest value to the highest."""
    rng, kind = np.random.default_rng(1), np.iinfo(dtype)
    low, high = (kind.min, kind.max) if span is None else (-5 if kind.min else 3, min(kind.max, 3 + span))
    totals, pixels = BandTotals(dtype), []
    for number, edge in enumerate((5, 40, 300)):
        values = rng.integers(low, high, (edge, edge), endpoint=True).astype(dtype)
        valid = rng.random(values.shape) < share
        totals.add(number, record(values, valid))
        pixels.append(values[valid])
    everything, found = np.concatenate(pixels), totals.statistics()
    assert found.count == everything.size
    if everything.size:
        assert (found.minimum, found.maximum) == (everything.min(), everything.max())
        assert found.mean == pytest.approx(everything.mean(), rel=1e-12)
        assert found.std == pytest.approx(everything.std(), rel=1e-9)
        assert found.percentiles[25] == pytest.approx(np.percentile(everything, 25), rel=1e-12)
    else:
        assert np.isnan(found.mean) and found.percentiles == {}


def test_a_record_is_never_much_larger_than_its_chip():
    """A single high value must not make the record of a small chip large: workers of a cluster send records back."""
    values = np.zeros((16, 16), "uint16")
    values[0, 0] = 2**16 - 1
    assert record(values, np.ones(values.shape, bool)).counts.size == 2
