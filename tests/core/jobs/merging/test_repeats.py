"""Tests for warnings about files that are listed more than once, even under different names."""

from __future__ import annotations

import os

import numpy as np
import pytest
from affine import Affine

from parallel_raster.core.jobs.merging.job import merge_tiles

BASE = Affine(10, 0, 500_000, 0, -10, 5_000_000)


@pytest.fixture
def repeat_warnings(make_raster, tmp_path, log):
    """Return a function that merges the named files and returns the warnings about files listed more than once."""
    for name, col in (("a.tif", 0), ("b.tif", 5), ("far.tif", 50)):
        make_raster([np.ones((10, 10), "uint8")], name, transform=BASE * Affine.translation(col, 0))
    os.symlink(tmp_path / "a.tif", tmp_path / "link.tif")
    os.link(tmp_path / "a.tif", tmp_path / "hard.tif")
    os.makedirs(tmp_path / "out")

    def call(names, method):
        merge_tiles([tmp_path / name for name in names], tmp_path / "out" / "o.tif", method=method, log=log)
        return [line for line in log.warnings if "more than once" in line]

    return call


@pytest.mark.parametrize("method", ["sum", "mean", "count", "median", "feather"])
@pytest.mark.parametrize("again", ["a.tif", "link.tif", "hard.tif", "out/../a.tif"])
def test_a_repeated_file_is_named(again, method, repeat_warnings, tmp_path):
    (line,) = repeat_warnings(["a.tif", "b.tif", again], method)
    assert f"{tmp_path / 'a.tif'} (2 times" in line and method in line
    assert again == "a.tif" or f"also as {tmp_path / again}" in line


@pytest.mark.parametrize("method", ["first", "last", "min", "max"])
def test_no_warning_if_a_repeated_file_does_not_change_the_result(method, repeat_warnings):
    assert repeat_warnings(["a.tif", "b.tif", "link.tif"], method) == []


@pytest.mark.parametrize(("method", "count"), [("mean", 0), ("median", 0), ("feather", 0), ("sum", 1), ("count", 1)])
def test_a_repeated_file_that_overlaps_no_other(method, count, repeat_warnings):
    """A file listed twice changes sums and counts, which causes a warning, but not means, medians and feathering."""
    assert len(repeat_warnings(["a.tif", "a.tif", "far.tif"], method)) == count


def test_different_files_are_not_reported(repeat_warnings):
    assert repeat_warnings(["a.tif", "b.tif", "far.tif"], "sum") == []


def test_many_repeated_files_give_one_warning(make_raster, tmp_path, log):
    paths = [make_raster([np.ones((2, 2), "uint8")], f"{number}.tif", transform=BASE) for number in range(8)]
    merge_tiles(paths * 2, tmp_path / "o.tif", method="sum", log=log)
    (line,) = [line for line in log.warnings if "more than once" in line]
    assert line.count("(2 times)") == 5 and "and 3 more" in line
