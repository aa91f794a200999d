"""Property tests for the labels of windows and how they are joined, in memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.windows import Window
from scipy import ndimage

from cases import long, mostly_long
from parallel_raster.core.engine.parts import window_tuple
from parallel_raster.core.jobs.labelling.joining import MOST_OBJECTS, ObjectsOfAll, Seams, WindowObjects
from parallel_raster.core.jobs.labelling.objects import COMBINED, ObjectRule, edges_of, label_window, object_sums
from parallel_raster.core.raster.windows import subdivide


def spiral(size):
    """Return a mask with a spiral one pixel wide, which crosses many windows."""
    mask = np.zeros((size, size), bool)
    row, col, step, turn = 0, 0, size - 1, ((0, 1), (1, 0), (0, -1), (-1, 0))
    for number in range(2 * size):
        down, right = turn[number % 4]
        for _ in range(step):
            mask[row, col] = True
            row, col = row + down, col + right
        if number % 2 == 0 and number:
            step -= 2
        if step <= 0:
            break
    return mask


def comb(size, *, upright):
    """Return a mask with the shape of a comb, whose teeth are joined only along one side of the raster."""
    mask = np.zeros((size, size), bool)
    mask[::2] = True
    mask[:, -1] = True
    return mask.T if upright else mask


@st.composite
def divided_masks(draw):
    """Draw a mask with a density from 0.3 to 0.7, and windows of any size that cover the mask, in any order."""
    rows, cols, seed = draw(st.integers(1, 60)), draw(st.integers(1, 60)), draw(st.integers(0, 10_000))
    mask = np.random.default_rng(seed).random((rows, cols)) < draw(st.floats(0.3, 0.7))
    lefts = sorted({0, *draw(st.lists(st.integers(0, cols - 1), max_size=4))})
    windows = []
    for left, right in zip(lefts, [*lefts[1:], cols]):
        tops = sorted({0, *draw(st.lists(st.integers(0, rows - 1), max_size=4))})
        windows += [
            Window(left, top, right - left, bottom - top) for top, bottom in zip(tops, [*tops[1:], rows])
        ]  # fmt: skip
    return mask, draw(st.permutations(windows))


def numbered(mask, windows, rule, rows=10_000):
    """Return the ids of a mask that is labelled window by window, and the sums of all objects.

    `rows` are the rows of a chunk.
    """
    found, labelled = ObjectsOfAll(*mask.shape, rows, rule, MOST_OBJECTS, memory_helps=False), {}
    for window in windows:
        labels, count = label_window(mask[window.toslices()], rule)
        sums = object_sums(labels, count, window, mask.shape[1], rule.columns)
        found.add(WindowObjects(window_tuple(window), sums, edges_of(labels), 0, None))
        labelled[window_tuple(window)] = labels
    numbering, sums = found.numbered()
    ids = np.zeros(mask.shape, np.uint32)
    for each, labels in labelled.items():
        window = Window(*each)
        ids[window.toslices()] = numbering.table(numbering.places[each])[labels]
    return ids, sums


def wanted_ids(mask, rule):
    """Return the ids that scipy gives the objects of the whole mask."""
    labels, count = ndimage.label(mask, np.ones((3, 3)) if rule.connectivity == 8 else None)
    kept = rule.admits(np.bincount(labels.ravel(), minlength=count + 1))
    kept[0] = False
    return (np.cumsum(kept) * kept)[labels]


def wanted_sums(ids):
    """Return the sums of all objects, computed with scipy from the whole mask."""
    numbers, (rows, cols) = np.arange(1, ids.max(initial=0) + 1), np.indices(ids.shape)
    places = rows * ids.shape[1] + cols
    columns = (
        ndimage.minimum(places, ids, numbers), ndimage.sum_labels(ids > 0, ids, numbers),
        ndimage.maximum(rows, ids, numbers), ndimage.minimum(cols, ids, numbers), ndimage.maximum(cols, ids, numbers),
        ndimage.sum_labels(rows, ids, numbers), ndimage.sum_labels(cols, ids, numbers),
    )  # fmt: skip
    return np.stack([np.asarray(each, np.int64) for each in columns], axis=1)


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize("examples", [100, *long(500)])
def test_ids_and_sums_are_those_of_scipy_for_the_whole_mask(connectivity, examples):
    @settings(max_examples=examples)
    @given(divided_masks(), st.sampled_from([(1, None), (2, None), (1, 9), (3, 30)]))
    def check(divided, sizes):
        (mask, windows), rule = divided, ObjectRule(connectivity, *sizes, len(COMBINED))
        ids, sums = numbered(mask, windows, rule)
        wanted = wanted_ids(mask, rule)
        np.testing.assert_array_equal(ids, wanted)
        np.testing.assert_array_equal(sums, wanted_sums(wanted))

    check()


MASKS = {
    "spiral": spiral(97), "between": ~spiral(97), "upright comb": comb(97, upright=True),
    "comb": comb(97, upright=False), "diagonal": np.eye(97), "other diagonal": np.eye(97)[::-1],
    "full": np.ones((97, 97)), "empty": np.zeros((97, 97)), "checkerboard": np.indices((97, 97)).sum(0) % 2,
}  # fmt: skip


@pytest.mark.parametrize(("mask", "edge", "connectivity"), mostly_long(MASKS, [7, 40], [8, 4], every=5))
def test_objects_that_cross_many_windows_are_joined(mask, edge, connectivity):
    mask, rule = np.asarray(MASKS[mask], bool), ObjectRule(connectivity, 1, None, len(COMBINED))
    windows = list(subdivide(Window(0, 0, *mask.shape), (edge, edge)))
    ids, sums = numbered(mask, windows, rule, edge)
    wanted = wanted_ids(mask, rule)
    np.testing.assert_array_equal(ids, wanted)
    np.testing.assert_array_equal(sums, wanted_sums(wanted))


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize("chunk", [(40, 20), (16, 90), (90, 16)])
def test_slices_of_chunks_are_joined_in_any_order(chunk, connectivity):
    """Slices are joined correctly in any order, and with different heights in each column of chunks."""
    rng = np.random.default_rng(7)
    mask, rule = rng.random((90, 90)) < 0.55, ObjectRule(connectivity, 2, None, len(COMBINED))
    windows = []
    for each in subdivide(Window(0, 0, 90, 90), chunk):
        windows += subdivide(each, (3 + each.col_off % 7, each.width))
    ids, sums = numbered(mask, [windows[place] for place in rng.permutation(len(windows))], rule, chunk[0])
    wanted = wanted_ids(mask, rule)
    np.testing.assert_array_equal(ids, wanted)
    np.testing.assert_array_equal(sums, wanted_sums(wanted))


def test_memory_for_seams_does_not_grow_with_the_height():
    """Only the pairs of labels of complete lines are kept, so an empty raster of any height needs little memory."""
    edges, seams, most = edges_of(np.zeros((2, 30), np.int32)), Seams(4000, 60, 20, 8), 0
    for chunk in subdivide(Window(0, 0, 60, 4000), (20, 30)):
        for window in subdivide(chunk, (2, 30)):
            seams.add(window, edges, 0)
            most = max(most, seams.unfinished)
    assert (most <= 4, seams.unfinished, len(seams.pairs())) == (True, 0, 0)


@pytest.mark.parametrize("connectivity", [4, 8])
def test_the_first_sums_do_not_depend_on_the_number_of_columns(connectivity):
    mask = np.random.default_rng(2).random((40, 50)) < 0.5
    windows = [Window(0, 0, 20, 40), Window(20, 0, 30, 25), Window(20, 25, 30, 15)]
    few, every = (numbered(mask, windows, ObjectRule(connectivity, 1, None, count)) for count in (2, len(COMBINED)))
    np.testing.assert_array_equal(few[0], every[0])
    np.testing.assert_array_equal(few[1], every[1][:, :2])


def test_small_objects_count_only_if_they_touch_an_edge_of_their_window():
    mask = np.zeros((9, 9), bool)
    mask[0, 0] = mask[4, 4] = mask[6, 2:5] = True
    labels, count = label_window(mask, ObjectRule(4, 2, None, 2))
    assert count == 2
    assert labels[0, 0] == 1
    assert labels[4, 4] == 0
    assert labels[6, 2:5].tolist() == [2, 2, 2]


def test_sums_of_large_rasters_are_exact():
    """Sums of rows and columns far from the origin are exact, although float64 could not represent them."""
    labels = np.ones((3, 4), np.int32)
    window = Window(2**40, 2**41, 4, 3)
    (sums,) = object_sums(labels, 1, window, 2**20, len(COMBINED))
    rows, cols = [2**41 + row for row in range(3)], [2**40 + col for col in range(4)]
    assert sums.tolist() == [
        2**41 * 2**20 + 2**40, 12, rows[-1], cols[0], cols[-1], 4 * sum(rows), 3 * sum(cols)
    ]  # fmt: skip
