"""Run times of the jobs' kernels and of shared functions (median, resampling, statistics) for 512 x 512 pixels."""

from __future__ import annotations

import numpy as np
import pytest

from focal_reference import filtered, make_kernel
from parallel_raster.core.choices import FOCAL_METHODS
from parallel_raster.core.expression.kernel import FormulaKernel, used_bands
from parallel_raster.core.expression.lines import parse_expression
from parallel_raster.core.expression.rasters import Raster
from parallel_raster.core.jobs.difference.kernel import ENCODINGS, IndexKernel, PixelRules
from parallel_raster.core.pixels.encoding import Encoding
from parallel_raster.core.pixels.median import median_of_planes
from parallel_raster.core.pixels.stack import Stack
from parallel_raster.core.pixels.terms import Term
from parallel_raster.core.raster.statistics import block_statistics
from parallel_raster.core.regrid.kernels import KERNELS, resample
from parallel_raster.core.regrid.placement import Positions
from parallel_raster.core.writing.gdal_file import BandDescription

EDGE = 512
EVI = "2.5 * (A@3 - A@2) / (A@3 + 6 * A@2 - 7.5 * A@1 + 10000)"


def bands(count, dtype="uint16"):
    """Return bands with random reflectances in steps of 0.0001, and masks that hide one pixel in ten."""
    random = np.random.default_rng(1)
    return random.integers(1, 9000, (count, EDGE, EDGE)).astype(dtype), random.random((count, EDGE, EDGE)) > 0.1


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_normalized_difference(benchmark, dtype, encoding):
    values, valid = bands(2, dtype)
    term = Term(dtype, None)
    kernel = IndexKernel(PixelRules(term, term, ENCODINGS[encoding]), "ND")
    found = benchmark(kernel, Stack(tuple(values), tuple(valid)))
    assert (found.valid[0] == valid.all(axis=0)).all()


def test_formula(benchmark):
    values, valid = bands(3)
    (formula,) = parse_expression(EVI, [Raster("", ("",) * 3)])
    inputs = used_bands([formula.tree])
    kernel = FormulaKernel(
        (formula.tree,), (BandDescription("EVI"),), inputs, ("",) * 3, (Term("uint16", None),) * 3,
        Encoding("float32", -9999.0),
    )  # fmt: skip
    order = [band.band - 1 for band in inputs]
    found = benchmark(kernel, Stack(tuple(values[order]), tuple(valid[order])))
    blue, red, near = values.astype("float64")
    expected = 2.5 * (near - red) / (near + 6 * red - 7.5 * blue + 10000)
    shown = found.valid[0]
    np.testing.assert_allclose(found.stored[0][shown], expected[shown], rtol=1e-6)


@pytest.mark.parametrize("method", FOCAL_METHODS)
def test_focal_filter(benchmark, method):
    values, valid = (array[0] for array in bands(1))
    kernel = make_kernel(method, "uint16", radius=2, sigma=1.5)
    stored, _ = benchmark(filtered, kernel, values, valid)
    assert stored.shape == values.shape


@pytest.mark.parametrize("count", [3, 12])
def test_median_of_scenes(benchmark, count):
    planes = bands(count)[0].reshape(count, -1)
    counts = np.full(planes.shape[1], count)
    np.testing.assert_array_equal(benchmark(median_of_planes, planes, counts), np.median(planes, axis=0))


@pytest.mark.parametrize("method", KERNELS)
@pytest.mark.parametrize("step", [0.5, 2.0])
def test_resample(benchmark, method, step):
    values, valid = (array[0] for array in bands(1, "float64"))
    along = (np.arange(int(EDGE / step)) + 0.3) * step
    places = Positions(along[:, None], along[None], *(np.full((1, 1), step),) * 2)
    found, shown = benchmark(resample, values, valid, places, steps=(step, step), method=method, parallel=True)
    assert shown.any() and np.isfinite(found[shown]).all()


@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_statistics(benchmark, dtype):
    values = bands(1, dtype)[0].ravel()
    found = benchmark(block_statistics, values)
    assert found.mean == pytest.approx(values.mean(dtype="float64"))
