"""Tests for the nine merge methods on arrays, compared with plain numpy on a stack of all inputs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from parallel_raster.core.choices import MERGE_METHODS
from parallel_raster.core.jobs.merging.accumulate import (
    METHODS,
    all_valid,
    any_band,
    edge_distance,
    empty_accumulator,
    shares_mask,
)

WORKING = {"sum": "int64", "mean": "int64", "feather": "float64"}


def merged(method, layers, dtype="int16", weights=None):
    """Merge layers, each a pair of values (bands, rows, columns) and a mask; return merged values and their mask."""
    entry = METHODS[method]
    shape = layers[0][0].shape
    working = WORKING.get(method, dtype) if np.dtype(dtype).kind in "iu" else dtype
    accumulator = empty_accumulator(entry, shape, working, len(layers))
    order = list(enumerate(layers))
    with np.errstate(all="ignore"):
        for number, (values, valid) in reversed(order) if entry.from_last else order:
            shown = np.broadcast_to(valid, values.shape)
            entry.add(accumulator, values, shown, 1.0 if weights is None else weights[number])
        values, valid = entry.result(accumulator)
    assert valid.shape == values.shape
    return values, valid


def test_every_choice_of_method_is_implemented():
    assert list(MERGE_METHODS) == list(METHODS)


def expected(method, values, valid):
    """Return the expected result of one pixel from its values in input order, or None if no value is valid."""
    kept = [value for value, shown in zip(values, valid) if shown]
    if not kept:
        return None
    return {
        "count": lambda: len(kept),
        "first": lambda: kept[0], "last": lambda: kept[-1], "min": lambda: min(kept), "max": lambda: max(kept),
        "mean": lambda: sum(kept) / len(kept), "sum": lambda: sum(kept), "median": lambda: float(np.median(kept)),
        "feather": lambda: sum(kept) / len(kept),
    }[method]()  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=15)  # for each method
@given(data=st.data())
def test_each_pixel_is_merged_by_its_method(method, data):
    shape = (2, 2, 3)
    layers = data.draw(
        st.lists(
            st.tuples(hnp.arrays("int16", shape, elements=st.integers(-5, 5)), hnp.arrays(bool, shape)),
            min_size=1,
            max_size=5,
        )
    )
    values, valid = merged(method, layers)
    for place in np.ndindex(shape):
        result = expected(method, [int(layer[0][place]) for layer in layers], [layer[1][place] for layer in layers])
        assert bool(valid[place]) == (result is not None)
        if result is not None:
            assert values[place] == pytest.approx(result, rel=1e-15)


def test_invalid_values_are_ignored():
    """Invalid pixels do not affect the result, even if they hold NaN, infinity or very large numbers."""
    shape = (1, 1, 3)
    bad = np.array([[[np.nan, np.inf, -3e38]]], "float32")
    good = np.full(shape, 7, "float32")
    nowhere, everywhere = np.zeros(shape, bool), np.ones(shape, bool)
    for method in METHODS:
        for layers in ([(bad, nowhere), (good, everywhere)], [(good, everywhere), (bad, nowhere)]):
            values, valid = merged(method, layers, "float32" if method == "median" else "float64")
            assert valid.all()
            assert (values == (1 if method == "count" else 7)).all(), method


def test_a_single_element_can_mark_all_pixels_as_valid():
    values = np.array([[[3, 1]]], "uint8")
    for method in METHODS:
        found, valid = merged(method, [(values, np.True_), (values + np.uint8(2), np.True_)], "uint8")
        assert valid.all()
        assert found.tolist() != [[[0, 0]]], method


def test_a_shared_mask_applies_to_each_band():
    values = np.arange(6, dtype="uint8").reshape(2, 1, 3)
    mask = np.array([[[True, False, True]]])
    for method in METHODS:
        _, valid = merged(method, [(values, mask)], "uint8")
        assert (valid == mask).all()


def test_masks_that_repeat_elements_are_evaluated_like_full_arrays():
    """Masks broadcast by numpy give the same results as full arrays, even with axes of length 0 and 1."""
    mask = np.array([[True, False], [False, False]])
    for shape in ((3, 2, 2), (1, 2, 2), (2, 1, 1), (1, 1, 1), (0, 2, 2)):
        for shown in (True, False, mask[: shape[1], : shape[2]]):
            view = np.broadcast_to(shown, shape)
            for valid in (view, view.copy()):
                assert all_valid(valid) == view.all()
                assert np.array_equal(any_band(valid), view.any(axis=0))
    assert shares_mask(np.broadcast_to(mask, (3, 2, 2))) and not shares_mask(np.stack([mask, mask]))


def test_inside_returns_a_view_of_the_accumulator():
    entry = METHODS["first"]
    accumulator = empty_accumulator(entry, (1, 4, 5), "uint8", 1)
    part = accumulator.inside(slice(1, 3), slice(2, 4))
    entry.add(part, np.full((1, 2, 2), 9, "uint8"), np.ones((1, 2, 2), bool), None)
    assert accumulator.total.sum() == 36
    assert accumulator.seen.sum() == 4 and accumulator.seen[0, 1:3, 2:4].all()


def test_the_median_of_partly_overlapping_inputs():
    """The median of four inputs, of which at most three overlap at any pixel, needs only three layers."""
    rng = np.random.default_rng(3)
    shape = (2, 9, 11)
    parts = [
        (slice(0, 6), slice(0, 7)),
        (slice(2, 9), slice(5, 11)),
        (slice(4, 8), slice(0, 11)),
        (slice(0, 3), slice(8, 11)),
    ]
    layers = [np.full(shape, np.nan) for _ in parts]
    accumulator = empty_accumulator(METHODS["median"], shape, "int16", 3)
    for layer, (rows, cols) in zip(layers, parts):
        values = rng.integers(-9, 9, layer[:, rows, cols].shape).astype("int16")
        valid = rng.random(values.shape) < 0.8
        layer[:, rows, cols] = np.where(valid, values, np.nan)
        METHODS["median"].add(accumulator.inside(rows, cols), values, valid, None)
    found, valid = METHODS["median"].result(accumulator)
    stacked = np.stack(layers)
    assert (valid == ~np.isnan(stacked).all(axis=0)).all()
    np.testing.assert_array_equal(found[valid], np.nanmedian(stacked[:, valid], axis=0))


@pytest.mark.parametrize("value", [0.1, 1 / 3, 2**53 + 0.0, 1e-300])
@pytest.mark.parametrize("weight", [0.3, 1.7, 32.0])
def test_feather_of_equal_values_is_exactly_that_value(value, weight):
    layer = (np.full((1, 1, 1), value), np.True_)
    for count in (1, 2, 3):
        found, _ = merged("feather", [layer] * count, weights=[weight] * count)
        assert found[0, 0, 0] == value


def test_feather_computes_a_weighted_mean():
    layers = [(np.array([[[2.0]]]), np.True_), (np.array([[[10.0]]]), np.True_)]
    found, _ = merged("feather", layers, weights=[3.0, 1.0])
    assert found[0, 0, 0] == 4.0


def test_sums_of_small_integers_do_not_overflow():
    layer = (np.full((1, 1, 1), 255, "uint8"), np.True_)
    found, _ = merged("sum", [layer] * 300)
    assert found[0, 0, 0] == 300 * 255


def distances(valid, limit):
    """Return each pixel's distance to the nearest invalid pixel, at most `limit`, computed from all pairs of pixels."""
    rows, cols = np.nonzero(~valid)
    found = np.full(valid.shape, float(limit))
    for place in np.ndindex(valid.shape):
        if rows.size:
            found[place] = min(limit, np.hypot(rows - place[0], cols - place[1]).min())
    return found


@given(
    valid=hnp.arrays(
        bool, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.sampled_from([True, True, False])
    ),
    limit=st.integers(1, 12),
)
def test_distances_are_euclidean(valid, limit):
    np.testing.assert_allclose(edge_distance(valid, limit), distances(valid, limit), rtol=1e-15)


def test_distances_do_not_exceed_the_limit():
    valid = np.ones((50, 60), bool)
    valid[25, 30] = False
    assert edge_distance(valid, 5).max() == 5
    assert edge_distance(valid, 1).sum() == 50 * 60 - 1
