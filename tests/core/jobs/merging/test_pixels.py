"""Tests for merged windows of in-memory arrays, compared with a simple reference on full arrays."""

from __future__ import annotations

import math
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.windows import Window

from cases import long
from parallel_raster.core.errors import Cancelled, InputError
from parallel_raster.core.jobs.merging import pixels
from parallel_raster.core.jobs.merging.accumulate import METHODS, MergeRules
from parallel_raster.core.jobs.merging.pixels import Pixels, WindowMerger
from parallel_raster.core.jobs.merging.rules import Marking, resolve_types
from parallel_raster.core.progress import Stop
from parallel_raster.core.raster.windows import subdivide

WHOLE = Window(0, 0, 12, 11)
USUAL = ["first", "mean", "median", "feather"]
"""Methods that are compared with the reference in all test runs; the others, only in the long ones."""


def placed(values, col=0, row=0, *, nodata=None, visible=None, alpha=False, core=None):
    """Return an input whose `values` (bands, rows, columns) begin at column `col` and row `row` of the mosaic."""
    values = np.asarray(values)
    window = Window(col, row, values.shape[2], values.shape[1])
    return SimpleNamespace(
        path=f"at_{col}_{row}.tif", window=window, core=core or window, nodata=[nodata] * len(values),
        is_masked=visible is not None or alpha, is_resampled=False, values=values,
        visible=values[-1] != 0 if alpha else visible,
    )  # fmt: skip


def merger(method, inputs, *, marking=None, wanted="auto", alpha=-1, given_nodata=False, feather=3):
    types = resolve_types(method, [str(each.values.dtype) for each in inputs], len(inputs), wanted)
    if marking is None:
        marking = Marking(None, np.dtype(types.stored).kind in "iu")
    rules = MergeRules(method, types, marking, len(inputs[0].values), alpha, given_nodata, feather, len(inputs))

    def read(number, window):
        each = inputs[number]
        assert window.intersection(each.window) == window, "the window lies outside the input"
        rows = slice(window.row_off - each.window.row_off, window.row_off - each.window.row_off + window.height)
        cols = slice(window.col_off - each.window.col_off, window.col_off - each.window.col_off + window.width)
        return Pixels(each.values[:, rows, cols], None if each.visible is None else each.visible[rows, cols])

    return WindowMerger(rules, inputs, read)


def assembled(merging, shape):
    """Merge the mosaic in windows of at most `shape`; return its pixels and its mask (None if there is no mask)."""
    parts = []
    for window in subdivide(WHOLE, shape):
        found = merging.merge(window)
        parts.append((window, found))
    stored = np.zeros((parts[0][1].stored.shape[0], WHOLE.height, WHOLE.width), parts[0][1].stored.dtype)
    shown = None if parts[0][1].shown is None else np.zeros(stored.shape[1:], bool)
    for window, found in parts:
        place = window.toslices()
        stored[(slice(None), *place)] = found.stored
        if shown is not None:
            shown[place] = found.shown
    return stored, shown


def test_a_merge_can_be_cancelled_between_two_inputs():
    """After a cancellation, no further input of the window is read."""
    stop, read = Stop(), []
    inputs = [placed(np.ones((1, 11, 12), "uint8")) for _ in range(5)]
    merging = merger("sum", inputs)
    real = merging._read

    def counting(number, window):
        read.append(number)
        stop.set()
        return real(number, window)

    merging._read = counting
    with pytest.raises(Cancelled):
        merging.merge(WHOLE, stop)
    assert len(read) == 1


def valid_pixels(each):
    """Return a boolean array (bands, rows, columns) that is True where a pixel of the input is valid."""
    nodata = np.reshape([np.nan if value is None else value for value in each.nodata], (-1, 1, 1))
    return (each.values != nodata) & np.isfinite(each.values) & (True if each.visible is None else each.visible)


def weights_of(valid, limit):
    """Return each pixel's distance to the nearest invalid or outside pixel, as a fraction of `limit` (at most 1)."""
    rows, cols = np.nonzero(~np.pad(valid, 1))
    at = np.indices(valid.shape)[..., np.newaxis] + 1
    return np.minimum(np.hypot(at[0] - rows, at[1] - cols).min(axis=-1), limit) / limit


def reference(method, inputs, feather):
    """Return the merged values of the full mosaic, with NaN for missing pixels."""
    stack = np.full((len(inputs), len(inputs[0].values), WHOLE.height, WHOLE.width), np.nan)
    weights = np.zeros_like(stack)
    for number, each in enumerate(inputs):
        place, valid = (number, slice(None), *each.window.toslices()), valid_pixels(each)
        stack[place] = np.where(valid, each.values.astype(float), np.nan)
        weights[place] = np.stack([weights_of(band, feather) for band in valid])
    kept = np.isfinite(stack)
    order = np.argsort(~(kept if method != "last" else kept[::-1]), axis=0, kind="stable")[:1]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # numpy warns about missing pixels
        found = {
            "first": lambda: np.take_along_axis(stack, order, 0)[0],
            "last": lambda: np.take_along_axis(stack[::-1], order, 0)[0],
            "min": lambda: np.nanmin(stack, axis=0), "max": lambda: np.nanmax(stack, axis=0),
            "mean": lambda: np.nanmean(stack, axis=0), "sum": lambda: np.nansum(stack, axis=0),
            "count": lambda: kept.sum(axis=0).astype(float), "median": lambda: np.nanmedian(stack, axis=0),
            "feather": lambda: np.nansum(stack * weights, axis=0) / np.where(kept, weights, 0).sum(axis=0),
        }[method]()  # fmt: skip
    return np.where(kept.any(axis=0), found, np.nan)


@st.composite
def any_inputs(draw):
    dtype = draw(st.sampled_from(["uint8", "int16", "float32"]))
    bands = draw(st.integers(1, 2))
    nodata = draw(st.sampled_from([None, 0]))
    inputs = []
    for _ in range(draw(st.integers(1, 4))):
        col, row = draw(st.integers(0, 8)), draw(st.integers(0, 8))
        width, height = draw(st.integers(1, 12 - col)), draw(st.integers(1, 11 - row))
        random = np.random.default_rng(draw(st.integers(0, 10)))
        values = random.integers(0, 5, (bands, height, width)).astype(dtype)
        visible = random.random((height, width)) < 0.7 if draw(st.booleans()) else None
        if dtype == "float32":
            values[random.random(values.shape) < 0.1] = np.nan
        inputs.append(placed(values, col, row, nodata=nodata, visible=visible))
    return inputs


@pytest.mark.repeated
@pytest.mark.parametrize("method", [*USUAL, *long(*(name for name in METHODS if name not in USUAL))])
@settings(settings.get_profile("mosaics"))
@given(inputs=any_inputs(), shape=st.tuples(st.integers(1, 11), st.integers(1, 12)))
def test_a_mosaic_equals_the_reference_for_all_windows(method, inputs, shape):
    dtype = resolve_types(method, [str(inputs[0].values.dtype)], 1, "auto").stored
    nodata = math.nan if np.dtype(dtype).kind == "f" else 99
    merging = merger(method, inputs, marking=Marking(None if method == "count" else nodata, False))
    stored, _ = assembled(merging, shape)
    whole, _ = assembled(merging, (99, 99))
    assert stored.tobytes() == whole.tobytes()
    wanted = reference(method, inputs, 3)
    filled = np.isfinite(wanted)
    found, expected = stored[filled], wanted[filled]
    # "first" and "last" keep infinity and NaN unchanged, because these values mark missing pixels too
    empty = stored[~filled] == (0 if method == "count" else nodata)
    assert (empty | np.isnan(stored[~filled])).all()
    if np.dtype(dtype).kind == "f":
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    else:
        assert ((found == np.rint(expected)) | (np.abs(expected % 1 - 0.5) < 1e-9)).all()


@pytest.mark.repeated
@settings(settings.get_profile("mosaics"))
@given(inputs=any_inputs(), shape=st.tuples(st.integers(1, 11), st.integers(1, 12)))
def test_the_mask_shows_pixels_that_an_input_shows(inputs, shape):
    """The mask shows every pixel that is visible in an input, even if the pixel holds the nodata value."""
    merging = merger("first", inputs, marking=Marking(0, True))
    for each in inputs:
        each.nodata[:] = [0] * len(each.nodata)
    stored, shown = assembled(merging, shape)
    wanted = np.zeros(shown.shape, bool)
    for each in inputs:
        rows, cols = each.window.toslices()
        wanted[rows, cols] |= True if each.visible is None else each.visible
    assert (shown == wanted).all()
    empty = stored[shown & ~np.isfinite(reference("first", inputs, 3))]
    assert ((empty == 0) | ~np.isfinite(empty)).all()
    assert stored.tobytes() == assembled(merging, (99, 99))[0].tobytes()


A, B = np.array([[[1, 2], [3, 0]]], "uint8"), np.array([[[9, 8], [7, 6]]], "uint8")
SMALL = Window(0, 0, 2, 2)


def test_a_hidden_pixel_does_not_replace_a_visible_one():
    hidden = np.array([[True, False], [True, True]])
    for method, wanted in (("first", [[1, 8], [3, 6]]), ("last", [[9, 8], [7, 6]]), ("min", [[1, 8], [3, 6]])):
        inputs = [placed(A, nodata=0, visible=hidden), placed(B, nodata=0)]
        assert merger(method, inputs, marking=Marking(0, False)).merge(SMALL).stored[0].tolist() == wanted


def test_a_pixel_with_alpha_zero_is_not_used():
    rgba = np.array([[[50, 60]], [[0, 255]]], "uint8"), np.array([[[70, 80]], [[200, 100]]], "uint8")
    inputs = [placed(each, alpha=True) for each in rgba]
    line = Window(0, 0, 2, 1)
    found = merger("first", inputs, marking=Marking(None, False), alpha=1).merge(line).stored
    assert found.tolist() == [[[70, 60]], [[200, 255]]]
    found = merger("max", inputs, marking=Marking(None, False), alpha=1).merge(line).stored
    assert found.tolist() == [[[70, 80]], [[200, 255]]]
    found = merger("mean", inputs, marking=Marking(math.nan, False), alpha=1).merge(line).stored
    assert found.tolist() == [[[70, 70]], [[200, 255]]]
    found = merger("count", inputs, marking=Marking(None, False), alpha=1).merge(line).stored
    assert found.tolist() == [[[1, 2]], [[1, 2]]]


def test_hidden_pixels_keep_their_stored_values():
    """Pixels under a mask or alpha 0, and NaN or infinity in rasters with nodata, are kept bit for bit."""
    hidden = np.zeros((2, 2), bool)
    found = merger("first", [placed(A, visible=hidden)], marking=Marking(None, True)).merge(SMALL)
    assert (found.stored == A).all() and not found.shown.any()
    rgba = np.array([[[50, 60]], [[0, 255]]], "uint8")
    found = merger("first", [placed(rgba, alpha=True)], marking=Marking(None, False), alpha=1).merge(Window(0, 0, 2, 1))
    assert (found.stored == rgba).all()
    odd = np.array([[[np.inf, np.nan], [-9999, 3]]], "float32")
    for inputs in ([placed(odd, nodata=-9999)], [placed(odd, nodata=-9999, visible=~hidden)]):
        found = merger("first", inputs, marking=Marking(-9999, False)).merge(SMALL)
        assert found.stored.tobytes() == odd.tobytes()


def test_a_hidden_pixel_that_the_output_would_show_becomes_nodata():
    hidden = np.zeros((2, 2), bool)
    found = merger("first", [placed(A, nodata=200, visible=hidden)], marking=Marking(200, False)).merge(SMALL)
    assert (found.stored == 200).all()


def test_a_hidden_value_is_not_shown_by_the_mask_or_alpha_of_another_input():
    hidden = np.zeros((2, 2), bool)
    for method in ("first", "last"):
        inputs = [placed(A, nodata=0, visible=hidden), placed(np.zeros_like(A), nodata=0, visible=~hidden)]
        found = merger(method, inputs, marking=Marking(0, True)).merge(SMALL)
        assert found.shown.all() and not found.stored.any()
        inputs = [placed([[[5]], [[0]]], nodata=0, alpha=True), placed([[[0]], [[9]]], nodata=0, alpha=True)]
        found = merger(method, inputs, marking=Marking(0, False), alpha=1).merge(Window(0, 0, 1, 1))
        assert found.stored.tolist() == [[[0]], [[9]]]
    hiding, half = placed([[[5]], [[6]]], nodata=0, visible=hidden[:1, :1]), placed([[[0]], [[7]]], nodata=0)
    found = merger("first", [hiding, half], marking=Marking(None, True)).merge(Window(0, 0, 1, 1))
    assert found.stored.tolist() == [[[0]], [[7]]] and found.counts.unmarked == 1


def test_nodata_of_one_band_does_not_hide_the_others():
    one = placed([[[0, 5]], [[7, 0]]], nodata=0)
    two = placed([[[3, 4]], [[2, 1]]], nodata=0)
    found = merger("first", [one, two], marking=Marking(0, False)).merge(Window(0, 0, 2, 1))
    assert found.stored.tolist() == [[[3, 5]], [[7, 1]]]


def test_pixels_that_a_mask_cannot_mark_are_counted():
    """If one of two bands is empty, the mask marks the pixel as valid, the band holds 0, and the pixel is counted."""
    one = placed(np.array([[[0, 5]], [[7, 6]]], "uint8"), nodata=0)
    two = placed(np.array([[[255, 4]], [[2, 1]]], "uint8"), nodata=255)
    found = merger("first", [one, two], marking=Marking(None, True)).merge(Window(0, 0, 2, 1))
    assert found.stored.tolist() == [[[0, 5]], [[7, 6]]] and found.shown.all() and found.counts.unmarked == 1
    assert merger("first", [one, two], marking=Marking(99, False)).merge(Window(0, 0, 2, 1)).counts.unmarked == 0


def test_only_the_cores_are_merged():
    one, two = placed(A, nodata=0, core=Window(0, 0, 1, 2)), placed(B, nodata=0, core=Window(1, 0, 1, 2))
    assert merger("first", [one, two], marking=Marking(0, False)).merge(SMALL).stored[0].tolist() == [[1, 8], [3, 6]]


def test_an_error_names_a_valid_pixel_with_the_given_nodata_value():
    inputs = [placed(A, nodata=0), placed(B, 2, nodata=0)]
    with pytest.raises(InputError, match=r"at_2_0.tif, row 1, column 0 \(row 1, column 2 of the mosaic\).*value 7,"):
        merger("first", inputs, marking=Marking(7, False), given_nodata=True).merge(Window(0, 0, 4, 2))


@pytest.mark.parametrize(
    ("method", "wanted", "dtype", "value"),
    [("sum", "uint8", "uint8", "260"), ("first", "uint8", "int16", "300"), ("first", "int16", "float32", "1.5")],
)
def test_an_error_names_a_result_that_the_type_cannot_hold(method, wanted, dtype, value):
    numbers = {"260": [130, 130], "300": [300, 1], "1.5": [1.5, 1]}[value]
    inputs = [placed(np.full((1, 1, 1), number, dtype)) for number in numbers]
    with pytest.raises(InputError, match=rf"at_0_0.tif, row 0, column 0.*{value}.*{method}.*{wanted}.*DATA_TYPE"):
        merger(method, inputs, wanted=wanted).merge(Window(0, 0, 1, 1))


@pytest.mark.parametrize("method", ["sum", "mean", "median", "feather"])
@pytest.mark.parametrize("shape", [(1, 1), (9, 9)])
def test_an_error_names_a_64_bit_integer_that_would_be_rounded_for_all_windows(method, shape):
    """The error for 2**53 + 1, which float64 cannot hold, is the same in windows with one input and with two."""
    inputs = [placed(np.array([[[2**53 + 1, 5]]], "int64"), 1), placed(np.array([[[3, 7]]], "int64"), 2)]
    with pytest.raises(InputError, match=f"at_1_0.tif, row 0, column 0: METHOD {method!r} .* 9007199254740993 of band"):
        assembled(merger(method, inputs), shape)
    inputs[0].values[..., 0] = 2**53
    stored, _ = assembled(merger(method, inputs), shape)
    assert stored[0, 0, 1] == 2**53


@pytest.mark.parametrize("shape", [(1, 1), (9, 9)])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_error_names_a_sum_of_64_bit_integers_that_would_be_rounded(sign, shape):
    inputs = [placed(np.array([[[4, value]]], "int64") * sign) for value in (2**53, 1)]
    with pytest.raises(InputError, match="row 0, column 1 .*'sum'.* the sum of band 1, .*exactly"):
        assembled(merger("sum", inputs), shape)
    inputs[1].values[...] = 2 * sign
    stored, _ = assembled(merger("sum", inputs), shape)
    assert stored[0, 0, :2].tolist() == [6 * sign, (2**53 + 2) * sign]


@pytest.mark.parametrize("shape", [(1, 1), (9, 9)])
def test_a_requested_type_gives_the_same_result_for_all_windows(shape):
    inputs = [placed(np.array([[[2**24 + 1, 5]]], "int32")), placed(np.array([[[3, 7]]], "int32"), 1)]
    stored, _ = assembled(merger("mean", inputs, wanted="float32", marking=Marking(math.nan, False)), shape)
    assert stored[0, 0, :3].tolist() == [2**24, 4, 7]


@pytest.mark.parametrize("shape", [(1, 1), (9, 9)])
def test_integers_and_floats_in_a_requested_type(shape):
    inputs = [placed(np.array([[[7]]], "int64")), placed(np.array([[[1.5]]], "float32"), 1)]
    marking = Marking(math.nan, False)
    stored, _ = assembled(merger("first", inputs, wanted="float64", marking=marking), shape)
    assert stored[0, 0, :2].tolist() == [7, 1.5]
    inputs[0].values[...] = 2**53 + 1
    with pytest.raises(InputError, match="9007199254740993"):
        assembled(merger("first", inputs, wanted="float64", marking=marking), shape)


@pytest.mark.parametrize("shape", [(1, 1), (9, 9)])
@pytest.mark.parametrize("method", ["first", "last", "min", "max"])
@pytest.mark.parametrize("alpha", [-1, 1])
def test_nan_and_infinity_are_hidden_in_integers(alpha, method, shape):
    values = np.array([[[5, np.nan, np.inf, 0]]], "float32")
    if alpha > 0:
        values = np.concatenate([values, np.full_like(values, 255)])
    inputs = [placed(values, alpha=alpha > 0)]
    merging = merger(method, inputs, wanted="int16", marking=Marking(None, True), alpha=alpha)
    stored, shown = assembled(merging, shape)
    assert shown[0, :4].tolist() == [True, False, False, True]
    assert stored[0, 0, :4].tolist() == [5, 0, 0, 0] and (alpha < 0 or stored[1, 0, :4].tolist() == [255, 0, 0, 255])


@pytest.mark.long
def test_sums_that_overflow_their_type_are_an_error():
    inputs = [placed(np.full((1, 1, 1), 65_535, "uint16"))] * 65_538
    with pytest.raises(InputError, match="4295032830.*is not a valid uint32 value"):
        merger("sum", inputs).merge(Window(0, 0, 1, 1))


def test_a_window_without_inputs_is_empty():
    inputs = [placed(A)]
    far = Window(50, 50, 3, 2)
    found = merger("first", inputs, marking=Marking(None, True)).merge(far)
    assert found.stored.sum() == 0 and not found.shown.any()
    assert (merger("first", inputs, marking=Marking(7, False)).merge(far).stored == 7).all()
    assert (merger("count", inputs, marking=Marking(None, False)).merge(far).stored == 0).all()
    assert np.isnan(merger("mean", inputs, marking=Marking(math.nan, False)).merge(far).stored).all()


def test_distances_are_computed_once_for_bands_that_share_a_mask(monkeypatch):
    calls = []
    computed = pixels.edge_distance
    monkeypatch.setattr(pixels, "edge_distance", lambda *given: calls.append(1) or computed(*given))
    values, visible = np.ones((3, 11, 12), "uint8"), np.ones((11, 12), bool)
    inputs = [placed(values), placed(values, visible=visible), placed(values, nodata=0)]
    for count, each in zip((1, 1, 3), inputs):
        calls.clear()
        merger("feather", [each], alpha=-1)._layer(0, WHOLE)
        assert len(calls) == count
