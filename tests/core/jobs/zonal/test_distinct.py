"""Medians and majorities computed from counts of distinct values equal those computed from all values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from parallel_raster.core.jobs.zonal.distinct import DistinctValues, Ranks, count_values, merged, ranks
from parallel_raster.core.jobs.zonal.sums import joined

NOTHING = Ranks(np.empty(0, int), np.empty(0), np.empty(0, int))

DTYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "float16", "float32", "float64")


@pytest.mark.repeated
@given(st.data(), st.sampled_from(DTYPES))
@settings(settings.get_profile("mosaics"))
def test_ranks_equal_those_of_all_values(data, dtype):
    size = data.draw(st.integers(1, 40))
    elements = {"allow_nan": False, "allow_infinity": False} if dtype.startswith("f") else {}
    values = data.draw(arrays.arrays(dtype, size, elements=arrays.from_dtype(np.dtype(dtype), **elements)))
    values = np.concatenate([values, values[::2]])  # some values are equal
    spread = data.draw(st.sampled_from([1, 2**40]))
    labels = data.draw(arrays.arrays("int64", values.size, elements=st.integers(-2, 2))) * spread
    shown = data.draw(arrays.arrays("bool", values.size))
    found = ranks(count_values(values[shown], labels[shown]))
    assert found.zone.tolist() == sorted(set(labels[shown].tolist()))
    for zone, median, mode in zip(*found):
        own = values[shown & (labels == zone)].astype(np.float64)
        known, counts = np.unique(own, return_counts=True)
        with np.errstate(over="ignore"):
            assert median == np.median(own)
        assert mode == known[counts.argmax()]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_both_zeros_are_one_value(dtype):
    for zeros in ([-0.0, 0.0], [0.0, -0.0]):
        counts = count_values(np.array([*zeros, -1.5, 2.5], dtype), np.zeros(4, int))
        assert counts.value.tolist() == [-1.5, 0, 2.5] and counts.pixels.tolist() == [1, 2, 1]
        assert counts.value.dtype == dtype and not np.signbit(counts.value[1])


@pytest.mark.parametrize("few", [1, 5, 10_000])
def test_values_arrive_in_parts(monkeypatch, few):
    """A zone's result is computed when its last part has arrived, and includes all its parts."""
    monkeypatch.setattr("parallel_raster.core.jobs.zonal.distinct.FEW", few)
    random = np.random.default_rng(2)
    collected, parts = DistinctValues(10_000, 2**20), []
    for number in range(30):  # part n holds values of the zones n and n + 1
        labels = random.integers(number, number + 2, 40)
        counts = count_values(random.integers(0, 9, 40), labels)
        parts.append(counts)
        collected.add(counts, NOTHING, lambda zones, last=number: zones <= last)
    found = collected.result()
    wanted = ranks(merged(joined(parts)))
    order = np.argsort(found.zone)
    for got, expected in zip(found, wanted):
        np.testing.assert_array_equal(got[order], expected)
