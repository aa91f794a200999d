"""Tests for bands that are resampled to a different grid: data types, valid pixels and memory."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from rasterio.windows import Window

from parallel_raster.core.reading.readers import Readers, read_bands
from parallel_raster.core.regrid import placement
from parallel_raster.core.regrid.resampled import Resampled, resolve_placement

WINDOW = Window(0, 0, 12, 10)


@pytest.fixture
def opened(make_raster):
    """Return a function that creates a `Resampled` from bands and a grid with half their pixel size."""

    def make(bands, method, *, as_stored=False, step=0.5, **options):
        path = str(make_raster(bands, **options))
        metadata = tuple(read_bands(path, list(range(1, len(bands) + 1))))
        fine = metadata[0].grid.cropped(WINDOW)
        fine = type(fine)(fine.crs, fine.transform * Affine.scale(step), 12, 10)
        place = resolve_placement(fine, metadata[0].grid, "grid", path)
        return Resampled(metadata, tuple(band.nodata for band in metadata), place, method, as_stored=as_stored)

    return make


def read(resampled, **rules):
    with Readers() as readers:
        return resampled.read(readers, WINDOW, **rules)


def ramp(dtype="uint8"):
    return np.add.outer(np.arange(20) * 3, np.arange(20)).astype(dtype)


def test_interpolated_values_are_float64_or_of_the_band_type(opened):
    exact, shown = read(opened([ramp()], "bilinear"))
    rounded, same = read(opened([ramp()], "bilinear", as_stored=True))
    assert (exact.dtype, rounded.dtype) == ("float64", "uint8") and shown.all() and np.array_equal(shown, same)
    assert (exact % 1 != 0).any() and np.array_equal(np.rint(exact), rounded)
    nearest, _ = read(opened([ramp()], "nearest"))
    assert nearest.dtype == "uint8" and np.array_equal(nearest[0], ramp()[:5, :6].repeat(2, 0).repeat(2, 1))


def test_values_beyond_the_type_are_clipped(opened):
    """Values that cubic resampling puts beyond the range of the data type are clipped."""
    edge = np.where(np.arange(20) < 3, 0, 255).astype("uint8") * np.ones((20, 1), "uint8")
    exact, _ = read(opened([edge], "cubic"))
    stored, _ = read(opened([edge], "cubic", as_stored=True))
    assert exact.min() < 0 and exact.max() > 255
    assert np.array_equal(stored, np.clip(np.rint(exact), 0, 255))


def test_an_alpha_band_is_not_interpolated_for_stored_pixels(opened):
    alpha = np.where(np.arange(20) < 3, 0, 255).astype("uint8") * np.ones((20, 1), "uint8")
    stored, _ = read(opened([ramp(), alpha], "bilinear", as_stored=True, alpha=True))
    assert set(np.unique(stored[1])) == {0, 255}
    computed, shown = read(opened([ramp(), alpha], "bilinear", alpha=True))
    assert shown.any() and computed.dtype == "float64"


def test_pixel_rules_select_valid_pixels(opened):
    one, two = ramp(), ramp() + np.uint8(1)
    two[:, 2:4] = 0
    resampled = opened([one, two], "bilinear", as_stored=True, nodata=0)
    one_shown, two_shown = read(resampled)[1]
    assert one_shown.sum() > two_shown.sum() > 0
    every = read(resampled, pixel_rule="all")[1]
    assert np.array_equal(every[0], every[1]) and not (every[0] & ~two_shown).any()
    values, shown = read(opened([one + np.uint8(1), two], "bilinear", as_stored=True, nodata=0), pixel_rule="any")
    assert (values[1][~shown[1]] == 0).all() and shown[0].all() and not shown[1].all()


def test_pieces_do_not_change_the_result(opened, monkeypatch):
    resampled = opened([ramp(), ramp()[::-1].copy()], "cubic", as_stored=True, nodata=7)
    whole = read(resampled)
    monkeypatch.setattr(placement, "OUTPUT_PIXELS", 9)
    for found, expected in zip(read(resampled), whole):
        assert np.array_equal(found, expected)


def test_memory_grows_with_the_number_of_bands(opened):
    """Each additional band needs memory only for its stored pixels, because bands are interpolated one at a time."""
    one, two = opened([ramp()], "bilinear").scratch_bytes, opened([ramp()] * 2, "bilinear").scratch_bytes
    assert two - one == placement.SOURCE_PIXELS * 2
