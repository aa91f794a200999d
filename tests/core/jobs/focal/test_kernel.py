"""The focal kernel gives the results of a plain loop and of scipy, for the whole array and for windows."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest

from focal_reference import NODATA, filtered, looped, make_kernel
from parallel_raster.core.choices import FOCAL_EDGES, FOCAL_METHODS, NODATA_RULES
from parallel_raster.core.errors import Cancelled, InputError
from parallel_raster.core.jobs.focal import kernel as kernel_module
from parallel_raster.core.jobs.focal import ranks
from parallel_raster.core.jobs.focal import weights as weights_module
from parallel_raster.core.pixels.stack import Stack
from parallel_raster.core.progress import Stop

ndimage = pytest.importorskip("scipy.ndimage", reason="the focal filter requires scipy")

SHAPE = (13, 16)
TERMS = {
    "uint8": (1, 0), "int8": (1, 0), "int16": (-0.5, 3), "uint16": (1, 0), "int32": (2, 1), "float32": (1, 0),
    "float64": (0.5, -2),
}  # fmt: skip
SELECTIONS = ("median", "min", "max", "majority")


def pixels(dtype, shape=SHAPE, seed=0, share=0.8):
    """Return random values, some of them equal, and a random valid mask with a hole; invalid floats are NaN."""
    random = np.random.default_rng(seed)
    low, high = (0, 60) if np.dtype(dtype).kind == "u" else (-30, 30)
    values = random.integers(low, high, shape).astype(dtype)
    if values.dtype.kind == "f":
        values += random.integers(0, 4, shape).astype(dtype) / 4
    valid = random.random(shape) < share
    valid[2:8, 3:10] = share == 1
    if values.dtype.kind == "f":
        values[~valid] = np.nan
    return values, valid


def cases(method):
    """Return all settings of a method: data type, edge, rule, and radius and shape, or sigma."""
    dtypes = [dtype for dtype in TERMS if method != "majority" or not dtype.startswith("f")]
    rules = ["strict"] if method in ("sobel", "laplace") else NODATA_RULES
    if method == "gaussian":
        sizes = [{"sigma": sigma} for sigma in (0.4, 1, 2.3)]
    elif method in ("sobel", "laplace"):
        sizes = [{}]
    else:
        sizes = [{"radius": radius, "circle": circle} for radius in range(1, 13) for circle in (False, True)]
    return list(itertools.product(dtypes, FOCAL_EDGES, rules, sizes))


def compare(method, case, number):
    """Compare the results for one case with those of the loop."""
    dtype, edge, rule, size = case
    scale, offset = TERMS[dtype]
    kernel = make_kernel(method, dtype, edge=edge, rule=rule, scale=scale, offset=offset, **size)
    values, valid = pixels(dtype, seed=number, share=(1, 0.8, 0.1)[number % 3])
    found, shown = filtered(kernel, values, valid)
    expected, expected_shown = looped(kernel, np.where(valid, values, 0), valid)
    assert np.array_equal(shown, expected_shown), case
    exact = method in (*SELECTIONS, "count")
    close = found == expected if exact else np.isclose(found, expected, rtol=1e-12, atol=1e-12)
    assert close[shown].all(), case
    assert (found[~shown] == NODATA).all(), case


@pytest.mark.parametrize("method", FOCAL_METHODS)
def test_results_are_those_of_a_loop(method):
    settings = cases(method)
    for number in range(9):
        compare(method, settings[number * 7919 % len(settings)], number)


@pytest.mark.long
@pytest.mark.parametrize("method", FOCAL_METHODS)
def test_settings_of_each_kind_give_the_results_of_a_loop(method):
    """Results of every fifth setting equal those of a loop; these settings include every value of every parameter.

    All values occur because no parameter has a multiple of five values. Methods with few settings are tested
    completely.
    """
    settings = cases(method)
    for number, case in enumerate(settings[:: 5 if len(settings) > 500 else 1]):
        compare(method, case, number)


SCIPY = {
    "gaussian": lambda values, mode: ndimage.gaussian_filter(values, 1.7, mode=mode),
    "median": lambda values, mode: ndimage.median_filter(values, 5, mode=mode),
    "min": lambda values, mode: ndimage.minimum_filter(values, 5, mode=mode),
    "max": lambda values, mode: ndimage.maximum_filter(values, 5, mode=mode),
    "sobel": lambda values, mode: np.sqrt(
        ndimage.sobel(values, 1, mode=mode) ** 2 + ndimage.sobel(values, 0, mode=mode) ** 2
    ),
    "laplace": lambda values, mode: ndimage.laplace(values, mode=mode),
    "sum": lambda values, mode: ndimage.correlate(values, np.ones((5, 5)), mode=mode),
}


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
@pytest.mark.parametrize("method", SCIPY)
def test_bits_are_those_of_scipy_on_the_whole_array(method, dtype):
    random = np.random.default_rng(5)
    values = random.normal(100, 40, (60, 75)).clip(0, 255).astype(dtype)
    if method == "sum":
        values = np.rint(values).astype(dtype)
    for edge, scale in itertools.product(("reflect", "nearest"), (1.0, 0.0275)):
        if scale != 1 and method in (*SELECTIONS, "sum"):
            continue
        kernel = make_kernel(method, dtype, radius=2, sigma=1.7, edge=edge, scale=scale)
        expected = SCIPY[method](values.astype(np.float64) * scale, edge)
        assert filtered(kernel, values)[0].tobytes() == expected.tobytes()


@pytest.mark.parametrize("radius", [3, 8, 9])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_circular_medians_are_those_of_scipy(radius, dtype):
    """Medians equal scipy's, whether a comparison network selects them (radius 3, 8) or neighbours are counted (9)."""
    values = np.random.default_rng(radius).integers(0, 250, (40, 45)).astype(dtype)
    distance = np.arange(-radius, radius + 1) ** 2
    circle = distance[:, np.newaxis] + distance <= radius**2
    kernel = make_kernel("median", dtype, radius=radius, circle=True, edge="reflect")
    assert np.array_equal(filtered(kernel, values)[0], ndimage.median_filter(values, footprint=circle))


@pytest.mark.parametrize(
    "limits",
    [{"NETWORK_CELLS": 0}, {"NETWORK_CELLS": 0, "COUNTS_PER_CELL": 0}, {"FEW_CLASSES": 0}, {"FEW_CLASSES": 1000}],
)
@pytest.mark.parametrize("method", ["median", "majority"])
def test_all_ways_to_the_result_agree(method, limits, monkeypatch):
    for name, value in limits.items():
        monkeypatch.setattr(ranks, name, value)
    for number, case in enumerate(cases(method)[::97]):
        compare(method, case, number)


@pytest.mark.parametrize("method", ["median", "min", "max"])
def test_a_selected_zero_is_positive(method):
    """A selected zero is always 0.0; otherwise, the position in an array could decide between 0.0 and -0.0."""
    values = np.where(np.random.default_rng(1).random((40, 53)) < 0.5, 0.0, -0.0)
    found, _ = filtered(make_kernel(method, edge="reflect"), values)
    assert not np.signbit(found).any()


@pytest.mark.parametrize("share", [1, 0.9])
@pytest.mark.parametrize("method", FOCAL_METHODS)
def test_bits_do_not_depend_on_window_and_strip(method, share, monkeypatch):
    """The results of a window of any size and position are bit-identical to those of the whole raster."""
    dtype = "int16" if method == "majority" else "float32"
    values, valid = pixels(dtype, (90, 110), seed=2, share=share)
    if dtype == "float32":
        values = np.where(valid, np.round(values / 8) * np.float32(0.1), values).astype(dtype)
    random = np.random.default_rng(3)
    for edge, circle in (("nodata", True), ("reflect", False), ("nearest", True)):
        kernel = make_kernel(method, dtype, radius=6 if circle else 2, circle=circle, sigma=1.3, edge=edge)
        whole, shown = filtered(kernel, values, valid)
        for _ in range(4):
            rows, cols = (slice(*sorted(random.choice(size + 1, 2, replace=False))) for size in values.shape)
            monkeypatch.setattr(kernel_module, "STRIP_PIXELS", int(random.integers(1, 5000)))
            monkeypatch.setattr(kernel_module, "STRIP_HALOS", int(random.integers(0, 3)))
            found, found_shown = filtered(kernel, values, valid, (rows, cols))
            assert found.tobytes() == np.ascontiguousarray(whole[rows, cols]).tobytes()
            assert np.array_equal(found_shown, shown[rows, cols])


def test_a_raster_smaller_than_the_neighbourhood():
    """If the raster is smaller than the neighbourhood, reflection is repeated as often as necessary, as in scipy."""
    values = np.arange(6.0).reshape(2, 3)
    for edge in ("reflect", "nearest"):
        kernel = make_kernel("gaussian", sigma=3, edge=edge)
        expected = ndimage.gaussian_filter(values, 3, mode=edge)
        assert filtered(kernel, values)[0].tobytes() == expected.tobytes()


@pytest.mark.parametrize(("dtype", "radius"), [("uint16", 100), ("int16", 100), ("uint8", 40)])
def test_sums_of_the_largest_integers_do_not_wrap(dtype, radius):
    limits = np.iinfo(dtype)
    values = np.full((4, 4), limits.min if limits.min else limits.max, dtype)
    cells = (2 * radius + 1) ** 2
    for method, expected in (("sum", cells * float(values[0, 0])), ("mean", float(values[0, 0])), ("std", 0)):
        found, _ = filtered(make_kernel(method, dtype, radius=radius, edge="nearest"), values)
        assert (found == expected).all()
    half = np.where(np.indices((1, 3)).sum(axis=0) == 1, limits.max, limits.min).astype(dtype)
    found, _ = filtered(make_kernel("std", dtype, radius=1, edge="reflect"), half)
    assert found[0, 1] == pytest.approx(np.std(half[0].astype(float)), rel=1e-15)


@pytest.mark.parametrize("circle", [False, True])
@pytest.mark.parametrize(
    ("dtype", "base", "spread"), [("float32", 3000, 0.002), ("float64", 1e6, 1e-4), ("int32", 1.7e9, 100)]
)
def test_small_deviations_of_large_values(dtype, base, spread, circle):
    values = (base + np.random.default_rng(6).normal(0, spread, (16, 18))).astype(dtype)
    kernel = make_kernel("std", dtype, radius=5, circle=circle, edge="reflect")
    assert filtered(kernel, values)[0] == pytest.approx(looped(kernel, values, values > 0)[0], rel=1e-5)
    assert not filtered(kernel, np.full_like(values, base + 0.1))[0].any()


@pytest.mark.parametrize("circle", [False, True])
@pytest.mark.parametrize(
    ("method", "dtype"),
    [("std", "uint16"), ("std", "float64"), ("sum", "float32"), ("mean", "int16"), ("range", "int16")],
)
def test_arrays_of_a_large_strip_fit_into_the_memory_that_is_charged(method, dtype, circle):
    values = np.random.default_rng(7).integers(1, 200, (360, 360)).astype(dtype)
    valid = values > 3
    kernel = make_kernel(method, dtype, radius=50, circle=circle, edge="reflect", stored="float32")
    stack = Stack((values,), (valid,), kernel.halo)
    tracemalloc.start()
    kernel(stack)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= values.size * (kernel.temporaries + 5)


def test_64_bit_integers():
    """Methods that select 64-bit integers are exact; methods that compute with values beyond 2^53 raise an error."""
    values = np.array([[2**53 + 1, 2**53 + 3, 2**62 + 5]])
    for method, expected in (("median", [2**53 + 3, 2**53 + 3, 2**62 + 5]), ("min", [2**53 + 1] * 2 + [2**53 + 3])):
        kernel = make_kernel(method, "int64", edge="nodata", stored="int64")
        assert filtered(kernel, values)[0].tolist() == [expected]
    with pytest.raises(InputError, match=r"band 1 contains 9007199254740993, which is beyond 2\^53"):
        filtered(make_kernel("mean", "int64"), values)
    for method, stored in itertools.product(SELECTIONS, ("float64", "float32")):
        kernel = make_kernel(method, "int64", stored=stored)
        with pytest.raises(InputError, match=r"band 1 contains 9007199254740993, .* Set DATA_TYPE to 'auto'") as caught:
            filtered(kernel, values)
        assert caught.value.parameter == "data_type"
        assert filtered(kernel, values - 2**53, values < 2**60)[1].tolist() == [[True, True, False]]
    _, shown = filtered(make_kernel("min", "int64", stored="int32"), values)
    assert not shown.any(), "these values do not fit into int32"
    assert filtered(make_kernel("mean", "int64"), values - 2**53, values < 2**60)[0].tolist() == [[2, 2, NODATA]]


def test_counts_of_64_bit_integers():
    """The "count" method accepts 64-bit integers beyond 2^53."""
    assert filtered(make_kernel("count", "int64", edge="nearest"), np.full((2, 3), 2**60))[0].tolist() == [[9] * 3] * 2


def test_a_neighbourhood_with_more_than_65535_pixels():
    """With rule "strict", one invalid pixel hides exactly the pixels within the filter's radius of 128 pixels."""
    values = np.random.default_rng(1).normal(size=(270, 4))
    valid = np.ones(values.shape, bool)
    valid[5, 2] = False
    kernel = make_kernel("gaussian", sigma=32, edge="reflect", rule="strict")
    found, shown = filtered(kernel, values, valid)
    assert not shown[:134].any() and shown[134:].all()
    assert np.array_equal(found[134:], ndimage.gaussian_filter(np.where(valid, values, 0), 32)[134:])
    for part in (slice(0, 140), slice(100, 270)):
        assert np.array_equal(filtered(kernel, values, valid, (part, slice(0, 4)))[0], found[part])


def test_large_medians_of_many_different_values():
    """With 10,000 different values, neighbours are sorted: counting them would take ten times as long."""
    values = np.random.default_rng(4).random((80, 80)).astype("float32")
    counted = []
    with pytest.MonkeyPatch.context() as patch:
        count = ranks._counted
        patch.setattr(ranks, "_counted", lambda *given: counted.append(1) or count(*given))
        found, _ = filtered(make_kernel("median", "float32", radius=8, edge="reflect"), values)
    assert np.array_equal(found, ndimage.median_filter(values, 17))
    assert len(counted) <= ranks.COUNTS_PER_CELL * 17**2


def test_a_gaussian_filter_stops_between_lines(monkeypatch):
    """A large Gaussian filter can be stopped within a strip; the results are bit-identical however it is divided."""
    values = np.random.default_rng(9).normal(size=(40, 50))
    kernel = make_kernel("gaussian", sigma=3, edge="reflect")
    expected, _ = filtered(kernel, values)
    monkeypatch.setattr(weights_module, "PRODUCTS", 64 * 25 * 7)
    assert np.array_equal(filtered(kernel, values)[0], expected)

    class CountingStop(Stop):
        checks = 0

        def check(self):
            self.checks += 1

    stop = CountingStop()
    kernel(Stack((values,), (values < 9,), 12, stop=stop))
    assert stop.checks > 5


def test_a_kernel_stops():
    kernel, stop = make_kernel("median", "float32", radius=12), Stop()
    stop.set()
    values = np.ones((60, 60), "float32")
    with pytest.raises(Cancelled):
        kernel(Stack((values,), (values > 0,), 12, stop=stop))
