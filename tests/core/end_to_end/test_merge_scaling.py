"""Merge methods apply to physical values, which are stored values with the band's scale and offset applied."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import mostly_long
from parallel_raster.core.errors import InputError
from parallel_raster.core.jobs.merging.job import merge_tiles
from parallel_raster.core.jobs.merging.rules import offset_shifts

pytestmark = [
    pytest.mark.filterwarnings("ignore:Mean of empty slice:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:All-NaN slice:RuntimeWarning"),
]

BASE = rasterio.Affine(10, 0, 500_000, 0, -10, 5_000_000)
SHAPE = (20, 30)
PLACES = ((0, 0), (9, 4), (4, 11), (2, 2))
"""Column and row of each raster in the mosaic."""

REFERENCE = {
    "first": lambda stack: np.take_along_axis(stack, np.argmax(np.isfinite(stack), axis=0)[None], 0)[0],
    "last": lambda stack: REFERENCE["first"](stack[::-1]),
    "min": lambda stack: np.nanmin(stack, axis=0),
    "max": lambda stack: np.nanmax(stack, axis=0),
    "mean": lambda stack: np.nanmean(stack, axis=0),
    "sum": lambda stack: np.where(np.isfinite(stack).any(axis=0), np.nansum(stack, axis=0), np.nan),
    "median": lambda stack: np.nanmedian(stack, axis=0),
    "count": lambda stack: np.isfinite(stack).sum(axis=0).astype(float),
}


@pytest.fixture
def rasters(make_raster):
    """Return a function that creates four overlapping rasters and returns their paths and physical values."""

    def make(dtype="int16", scalings=((1.0, 0.0),), nodata=-5, seed=1, alpha=False, low=-5, high=50):
        random = np.random.default_rng(seed)
        paths, stack = [], np.full((len(PLACES), len(scalings), SHAPE[0] + 11, SHAPE[1] + 9), np.nan)
        for number, (col, row) in enumerate(PLACES):
            values = random.integers(low + (low == nodata), high, (len(scalings), *SHAPE)).astype(dtype)
            if low == nodata:  # hide the same pixels in all bands, because a mask applies to all bands
                values[:, random.random(SHAPE) < 0.05] = nodata
            shown = values != nodata
            bands = list(values)
            if alpha:
                bands.append(np.where(random.random(SHAPE) < 0.7, 255, 0).astype(dtype))
                shown &= bands[-1] != 0
            scales, offsets = ([pair[at] for pair in scalings] + [1 - at] * alpha for at in (0, 1))
            options = {"scales": scales, "offsets": offsets, "alpha": alpha, "nodata": nodata, "blocks": 16}
            paths.append(make_raster(bands, f"{number}.tif", transform=BASE * BASE.translation(col, row), **options))
            scale, offset = (np.reshape([pair[at] for pair in scalings], (-1, 1, 1)) for at in (0, 1))
            physical = np.where(shown, values * scale + offset, np.nan)
            stack[number, :, row : row + SHAPE[0], col : col + SHAPE[1]] = physical
        return paths, stack

    return make


def physical(path, bands):
    """Return the physical values of the first `bands` bands of a file, with NaN for invalid pixels."""
    with rasterio.open(path) as dataset:
        numbers = list(range(1, bands + 1))
        shown = dataset.read_masks(numbers) != 0
        scale, offset = (np.reshape(each[:bands], (-1, 1, 1)) for each in (dataset.scales, dataset.offsets))
        values = dataset.read(numbers).astype(float)
        return np.where(shown & np.isfinite(values), values * scale + offset, np.nan)


SCALINGS = st.tuples(
    st.sampled_from([1.0, -1.0, 0.1, -0.1, 0.0001, 0.25, 2.75e-5, -3.0]),
    st.sampled_from([0.0, 7.0, -0.1, 0.3, -1000.0, 1 / 3]),
)


@pytest.mark.repeated
@pytest.mark.parametrize("method", mostly_long(REFERENCE, every=3))
@settings(settings.get_profile("few"), suppress_health_check=list(HealthCheck))
@given(scalings=st.lists(SCALINGS, min_size=1, max_size=3), seed=st.integers(0, 99))
def test_methods_apply_to_physical_values(method, rasters, tmp_path_factory, scalings, seed):
    paths, stack = rasters(scalings=scalings, seed=seed)
    folder = tmp_path_factory.mktemp("merged")
    found = []
    for chunk_size, workers in ((16, 2), (1000, 1)):
        options = {"chunk_size": chunk_size, "workers": workers, "creation_options": "BLOCKXSIZE=16|BLOCKYSIZE=16"}
        result = merge_tiles(paths, folder / f"{chunk_size}.tif", method=method, **options)
        found.append(physical(result.output, len(scalings)))
    assert found[0].tobytes() == found[1].tobytes()
    wanted = REFERENCE[method](stack)
    np.testing.assert_allclose(found[0], wanted, rtol=1e-6, atol=1e-4)
    if method in ("min", "max", "sum", "first"):
        np.testing.assert_allclose(found[0], wanted, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize(
    ("dtype", "scale", "offset", "stored"),
    [
        ("uint16", 0.1, 7.0, "uint32"),
        ("uint16", 0.0001, -0.1, "int32"),
        ("uint8", 0.1, -0.7, "int32"),
        ("int16", 0.1, 7.0, "int32"),
        ("uint16", 2.75e-5, -0.2, "float64"),
        ("uint16", 0.1, 0.0, "uint32"),
    ],
)
def test_the_type_of_a_sum_includes_the_offset(dtype, scale, offset, stored, rasters, tmp_path):
    paths, stack = rasters(dtype, [(scale, offset)], nodata=0, low=0)
    merge_tiles(paths, tmp_path / "m.tif", method="sum")
    with rasterio.open(tmp_path / "m.tif") as dataset:
        assert dataset.dtypes == (stored,) and (dataset.scales, dataset.offsets) == ((scale,), (offset,))
    np.testing.assert_allclose(physical(tmp_path / "m.tif", 1), REFERENCE["sum"](stack), atol=1e-9)


def test_a_sum_beyond_the_requested_type_is_an_error(rasters, tmp_path):
    paths, _ = rasters("uint16", [(2.75e-5, -0.2)], nodata=0, low=1)
    with pytest.raises(InputError, match="is not a valid int32 value"):
        merge_tiles(paths, tmp_path / "m.tif", method="sum", data_type="int32")
    paths, _ = rasters("uint16", [(1.0, -1000.0)], nodata=0, low=1)
    with pytest.raises(InputError, match="is not a valid uint16 value"):
        merge_tiles(paths, tmp_path / "m.tif", method="sum", data_type="uint16")
    assert not (tmp_path / "m.tif").exists()


@pytest.mark.parametrize("method", ["sum", "min", "max"])
def test_an_alpha_band_has_no_physical_values(method, rasters, tmp_path):
    paths, stack = rasters("uint8", [(-1.0, 7.0), (2.0, 3.0)], nodata=None, low=1, alpha=True)
    merge_tiles(paths, tmp_path / "m.tif", method=method)
    with rasterio.open(tmp_path / "m.tif") as dataset:
        covered = np.isfinite(stack).any(axis=(0, 1))
        assert (dataset.read(3)[covered] == 255).all()
        values = dataset.read([1, 2]) * np.reshape([-1.0, 2.0], (2, 1, 1)) + np.reshape([7.0, 3.0], (2, 1, 1))
    wanted = REFERENCE[method](stack)
    np.testing.assert_allclose(values[:, covered], wanted[:, covered])


def test_resampled_rasters_are_summed_as_physical_values(make_raster, tmp_path):
    paths = [
        make_raster([np.full((10, 10), 30, "int16")], f"{size}.tif", scales=[0.5], offsets=[-2.0],
                    transform=BASE * BASE.scale(size / 10))
        for size in (10, 20)
    ]  # fmt: skip
    merge_tiles(paths, tmp_path / "m.tif", method="sum", resampling="bilinear", resolution="user", pixel_size=10)
    assert (physical(tmp_path / "m.tif", 1)[0, :10, :10] == 2 * (30 * 0.5 - 2)).all()


def test_the_log_mentions_physical_values(rasters, tmp_path, log):
    for scaling, method, words in (((0.1, 7.0), "sum", "scale and offset"), ((-1.0, 0.0), "min", "negative scale")):
        log.infos.clear()
        merge_tiles(rasters(scalings=[scaling])[0], tmp_path / "m.tif", method=method, log=log)
        assert words in log.line("Values: physical")
    log.infos.clear()
    merge_tiles(rasters(scalings=[(0.1, 0.0)])[0], tmp_path / "m.tif", method="sum", log=log)
    assert not [line for line in log.infos if line.startswith("Values")]


def test_offset_shifts():
    assert offset_shifts([(0.1, 0.0), (0.5, 0.0)]) == ()
    assert offset_shifts([(0.1, 0.7), (2.0, 0.0), (0.0, 0.0)]) == (7.0, 0.0, 0.0)
    assert offset_shifts([(2.75e-5, -0.2)]) == (-0.2 / 2.75e-5,)
    for scaling in ((0.0, 1.0), (1.0, float("nan")), (1e-300, 1e300)):
        with pytest.raises(InputError, match="Band 2 of the inputs has scale"):
            offset_shifts([(1.0, 0.0), scaling])
