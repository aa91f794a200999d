"""Tests for the warning if a term is an alpha band, as with the default bands of an RGBA image."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine

from parallel_raster.core import normalized_difference, normalized_difference_tiles


@pytest.fixture
def rgba(make_raster):
    """Return a function that creates a raster of four bands, the last of which is an alpha band."""

    def make(name="rgba.tif"):
        values = [np.full((20, 20), value, "uint8") for value in (90, 80, 70, 255)]
        return make_raster(values, name, alpha=True, transform=Affine(10, 0, 500_000, 0, -10, 5_000_000))

    return make


def warnings_of(log):
    return [line for line in log.warnings if "alpha band" in line]


@pytest.mark.parametrize(
    ("options", "letters"),
    [
        ({}, "A"),
        ({"band_a": 1, "band_b": 4}, "B"),
        ({"band_a": 4, "band_b": 4}, "AB"),
        ({"band_a": 1, "band_b": 2}, ""),
    ],
)
def test_bands_of_one_file(options, letters, rgba, tmp_path, log):
    source = rgba()
    normalized_difference(source, tmp_path / "n.tif", log=log, **options)
    assert [line[:2] for line in warnings_of(log)] == [f"{letter}:" for letter in letters]
    assert all(f"band 4 of {source}" in line for line in warnings_of(log))


def test_a_term_in_a_second_file(rgba, tmp_path, log):
    one, other = rgba("one.tif"), rgba("other.tif")
    normalized_difference(one, tmp_path / "n.tif", band_a=1, input_b=other, input_b_band=4, log=log)
    (line,) = warnings_of(log)
    assert line.startswith(f"B: band 4 of {other}")


def test_several_files(rgba, tmp_path, log):
    normalized_difference_tiles([rgba("one.tif"), rgba("other.tif")], tmp_path / "out", log=log)
    assert len(warnings_of(log)) == 2
