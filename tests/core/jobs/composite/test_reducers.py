"""Reducers give the results of a plain numpy reference, regardless of how pixels are divided into windows."""

from __future__ import annotations

import numpy as np
import pytest

import composite_reference as reference
from parallel_raster.core.choices import REDUCERS
from parallel_raster.core.jobs.composite.reducers import METHODS, Observation, Reduction, reduce_observations

DTYPES = (
    "uint16",
    "float32",
    *(pytest.param(dtype, marks=pytest.mark.long) for dtype in ("uint8", "int8", "int16", "int32", "float64")),
)


def score(bands):
    return bands[0] - bands[-1]


def observations(dtype, depth, bands=3, shape=(9, 11), *, levels=0, seed=0):
    """Return random values and valid masks; `levels` limits the number of different values, so that there are ties."""
    random = np.random.default_rng((seed, depth, np.dtype(dtype).num))
    found = []
    for _ in range(depth):
        if levels:
            values = random.integers(0, levels, (bands, *shape)).astype(dtype)
        elif np.dtype(dtype).kind == "f":
            values = (random.normal(size=(bands, *shape)) * 1000).astype(dtype)
        else:
            limits = np.iinfo(dtype)
            values = random.integers(limits.min, limits.max, (bands, *shape), dtype=dtype, endpoint=True)
        valid = random.random((bands, *shape)) < 0.7
        valid[:, 0, :3] = False
        valid[:, 1, :3] = True
        found.append((values, valid))
    return found


def reduce(given, reducer, *, percent=25.0, rows=slice(None)):
    """Return results and counts of `reduce_observations` for the given rows."""
    whole = METHODS[reducer].whole
    stream = [
        Observation(
            values[:, rows], valid[:, rows].all(axis=0, keepdims=True) if whole else valid[:, rows], day,
            score(values[:, rows].astype(float)) if reducer == "best" else None,
        )
        for day, (values, valid) in enumerate(given)
    ]  # fmt: skip
    values = given[0][0][:, rows]
    with np.errstate(all="ignore"):
        return reduce_observations(stream, Reduction(reducer, percent), values.shape, values.dtype, len(given))


def assert_close(found, wanted, reducer):
    """Assert that selected values, counts and integer sums are equal, and other results equal to within 1e-12."""
    if METHODS[reducer].selects or reducer in ("count", "median"):
        assert np.array_equal(found, wanted)
    else:
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


def test_every_reducer_has_a_method():
    assert list(METHODS) == list(REDUCERS)


@pytest.mark.parametrize("reducer", REDUCERS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_results_equal_the_reference(reducer, dtype):
    for depth in (1, 2, 5, 12):
        given = observations(dtype, depth)
        wanted, _, counts, days = reference.composite(given, reducer, score=score if reducer == "best" else None)
        found, number = reduce(given, reducer)
        seen = counts > 0
        assert np.array_equal(np.broadcast_to(number, counts.shape), counts)
        assert_close(found.values[seen], wanted[seen], reducer)
        if METHODS[reducer].whole:
            assert np.array_equal(found.days[seen[0]], days[seen[0]])


@pytest.mark.parametrize("reducer", ["medoid", "best", "first", "last", "median", "percentile"])
def test_ties_go_to_the_earliest(reducer):
    given = observations("uint8", 7, bands=2, levels=2)
    wanted, _, counts, days = reference.composite(given, reducer, score=score if reducer == "best" else None)
    found, _ = reduce(given, reducer)
    seen = counts > 0
    assert np.array_equal(found.values[seen], wanted[seen])
    if METHODS[reducer].whole:
        assert np.array_equal(found.days[seen[0]], days[seen[0]])


@pytest.mark.parametrize("percent", [0, 10, 33.3, 50, 90, 100])
def test_percentiles_are_those_of_numpy(percent):
    for dtype, depth in (("uint16", 10), ("float32", 23), ("int16", 2)):
        given = observations(dtype, depth)
        wanted, _, counts, _ = reference.composite(given, "percentile", percent=percent)
        found, _ = reduce(given, "percentile", percent=percent)
        assert np.array_equal(found.values[counts > 0], wanted[counts > 0])


@pytest.mark.parametrize("reducer", REDUCERS)
@pytest.mark.parametrize("dtype", ["float32", "uint16"])
def test_the_same_bits_for_any_division_into_windows(reducer, dtype):
    given = observations(dtype, 9, bands=9, shape=(13, 1))
    whole, _ = reduce(given, reducer)
    for step in (1, 2, 7):
        for top in range(0, 13, step):
            part, _ = reduce(given, reducer, rows=slice(top, top + step))
            assert part.values.tobytes() == np.ascontiguousarray(whole.values[:, top : top + step]).tobytes()


def test_the_deviation_of_large_numbers_keeps_its_digits():
    values = [np.full((1, 1, 1), 1e9 + number) for number in (0, 1, 2, 3)]
    found, _ = reduce([(each, np.ones(each.shape, bool)) for each in values], "std")
    assert found.values.item() == pytest.approx(np.std([0, 1, 2, 3]), rel=1e-12)


def test_a_negative_scale_reverses_the_order():
    given = observations("int16", 6, bands=2)
    stream = [Observation(values, valid, 0) for values, valid in given]
    for falling, plain in (("min", "max"), ("max", "min")):
        found, counts = reduce_observations(
            stream, Reduction(falling, falling=(True, False)), given[0][0].shape, np.dtype("int16"), 6
        )  # fmt: skip
        seen = counts[0] > 0
        assert np.array_equal(found.values[0][seen], reduce(given, plain)[0].values[0][seen])
        assert np.array_equal(found.values[1], reduce(given, falling)[0].values[1])
    found, counts = reduce_observations(
        stream, Reduction("percentile", 10, falling=(True, False)), given[0][0].shape, np.dtype("int16"), 6
    )
    assert np.array_equal(found.values[0], reduce(given, "percentile", percent=90)[0].values[0])


def test_scales_weigh_the_distances_of_medoids():
    values = [np.array([[[0]], [[0]]]), np.array([[[1]], [[9]]]), np.array([[[5]], [[1]]])]
    stream = [Observation(each, np.ones((1, 1, 1), bool), day) for day, each in enumerate(values)]
    for scales, day in (((1.0, 0.001), 1), ((0.001, 1.0), 2)):
        found, _ = reduce_observations(stream, Reduction("medoid", scales=scales), (2, 1, 1), np.dtype(int), 3)
        assert found.days.item() == day


def test_the_deviation_of_large_and_similar_numbers_is_that_of_numpy():
    random = np.random.default_rng(1)
    values = [1e6 + random.normal(size=(1, 3, 4)) * 1e-3 for _ in range(6)]
    found, _ = reduce([(each, np.ones(each.shape, bool)) for each in values], "std")
    np.testing.assert_allclose(found.values, np.std(values, axis=0), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_the_medoid_of_numbers_beyond_float64(dtype):
    values = [np.array([[[2**62 + small]]], dtype) for small in (9, 5, 1, 0)]
    hidden = (np.zeros((1, 1, 1), dtype), np.zeros((1, 1, 1), bool))
    found, _ = reduce([hidden, *((each, np.ones(each.shape, bool)) for each in values[:3])], "medoid")
    assert found.values.item() == 2**62 + 5 and found.days.item() == 2
