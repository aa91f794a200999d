"""A file that is in the list twice is warned of where that changes the result, under whichever names."""

from __future__ import annotations

import os

import numpy as np
import pytest
from affine import Affine

from parallel_raster.core.jobs.merging.job import merge_tiles

BASE = Affine(10, 0, 500_000, 0, -10, 5_000_000)


@pytest.fixture
def warned(make_raster, tmp_path, log):
    """Merge a list of names; return the warnings about files that are in it more than once."""
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
def test_a_file_twice(again, method, warned, tmp_path):
    (line,) = warned(["a.tif", "b.tif", again], method)
    assert f"{tmp_path / 'a.tif'} (2 times" in line and method in line
    assert again == "a.tif" or f"also as {tmp_path / again}" in line


@pytest.mark.parametrize("method", ["first", "last", "min", "max"])
def test_where_it_changes_nothing_there_is_no_warning(method, warned):
    assert warned(["a.tif", "b.tif", "link.tif"], method) == []


@pytest.mark.parametrize(("method", "count"), [("mean", 0), ("median", 0), ("feather", 0), ("sum", 1), ("count", 1)])
def test_a_file_that_meets_no_other(method, count, warned):
    """The mean of a file and itself is the file."""
    assert len(warned(["a.tif", "a.tif", "far.tif"], method)) == count


def test_different_files_are_no_repeats(warned):
    assert warned(["a.tif", "b.tif", "far.tif"], "sum") == []


def test_many_repeats_are_one_line(make_raster, tmp_path, log):
    paths = [make_raster([np.ones((2, 2), "uint8")], f"{number}.tif", transform=BASE) for number in range(8)]
    merge_tiles(paths * 2, tmp_path / "o.tif", method="sum", log=log)
    (line,) = [line for line in log.warnings if "more than once" in line]
    assert line.count("(2 times)") == 5 and "and 3 more files" in line
