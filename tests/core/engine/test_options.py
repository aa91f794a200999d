"""Tests for the run options: all jobs have the same defaults, and unknown keywords raise an error."""

from __future__ import annotations

import inspect
import json
from dataclasses import fields

import numpy as np
import pytest

from parallel_raster import core
from parallel_raster.core import InputError, OptionError
from parallel_raster.core.engine.options import RunOptions, split_options
from parallel_raster.core.jobs.chips.options import ChipOptions
from parallel_raster.core.jobs.difference.job import check_normalized_difference
from parallel_raster.core.jobs.difference.plan import IndexOptions
from parallel_raster.core.jobs.difference.tiles import check_normalized_difference_tiles
from parallel_raster.core.jobs.focal.plan import FocalOptions
from parallel_raster.core.jobs.merging.job import check_merge_tiles
from parallel_raster.core.jobs.tiling.job import check_tile_raster

JOBS = ["normalized_difference", "normalized_difference_tiles", "tile_raster", "merge_tiles"]


@pytest.mark.parametrize("name", JOBS)
def test_every_job_has_the_same_defaults(name):
    parameters = inspect.signature(getattr(core, name)).parameters
    for field in fields(RunOptions):
        if field.name == "progress":
            assert parameters["progress"].default is None
        else:
            assert parameters[field.name].default == field.default, field.name


def test_keywords_are_split_by_class():
    given = {**core.normalized_difference.__kwdefaults__, "workers": 3, "clamp": True, "src": "a.tif"}
    options, run = split_options(given, IndexOptions, RunOptions, but=("src",))
    assert (options.clamp, run.workers, run.verify) == (True, 3, True)
    assert run.progress.is_cancelled() is False


def test_numbers_of_numpy_become_python_numbers():
    """JSON cannot store numbers of numpy, and QGIS cannot show them."""
    given = {
        "size": np.int64(16), "min_valid": np.float32(0.5), "resume": np.bool_(True), "bands": np.array([1, 2]),
        "split": (np.float64(70), 15, 15), "creation_options": {"ZLEVEL": np.int64(6)}, "memory": np.int64(100),
    }  # fmt: skip
    options, run = split_options(given, ChipOptions, RunOptions)
    found = {name: getattr(run if name == "memory" else options, name) for name in given}
    assert found == {
        "size": 16, "min_valid": 0.5, "resume": True, "bands": [1, 2], "split": (70, 15, 15),
        "creation_options": {"ZLEVEL": 6}, "memory": 100,
    }  # fmt: skip
    assert json.loads(json.dumps(found))["split"] == [70, 15, 15]


@pytest.mark.parametrize(
    "check", [check_normalized_difference, check_normalized_difference_tiles, check_merge_tiles, check_tile_raster]
)
def test_a_misspelt_keyword_raises_an_error(check):
    with pytest.raises(TypeError, match="worker"):
        check("a.tif", "b.tif", worker=3)


@pytest.mark.parametrize(
    ("parameter", "options"),
    [
        ("cluster", {"cluster": "nowhere"}),
        ("workers", {"workers": -1}),
        ("memory", {"memory": -1}),
        ("chunk_size", {"chunk_size": -1}),
    ],
)
def test_each_option_is_checked(parameter, options):
    with pytest.raises(OptionError) as error:
        RunOptions(**options).check()
    assert error.value.parameter == parameter


WRONG_TYPES = {
    "bands": (1, ["1"], "1,2", [1.5], [None]),
    "extent": ((0, 0, 1), "0,0,1,1", 5, ("0", 0, 1, 1)),
    "output_nodata": ("5", [5]),
    "truncate": ("x",),
    "mask_grow": ("10", None),
    "mask_band": ("1", None),
    "sigma": ("1", None),
    "workers": ("2", None),
    "memory": ("1 GB",),
    "overview": ("0", None),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG_TYPES.items() for value in values])
def test_values_of_another_type_are_rejected(name, value):
    expected = f"^{name.upper()} is .*It must be (a number|a list of|four numbers)"
    with pytest.raises(OptionError, match=expected) as caught:
        core.focal_filter("a.tif", "b.tif", "gaussian", **{name: value})
    assert caught.value.parameter == name


@pytest.mark.parametrize("name", ["tile_raster", "merge_tiles", "mask_raster_tiles", "training_chips", "stac_stack"])
def test_every_job_checks_types(name):
    parameters = inspect.signature(getattr(core, name)).parameters.values()
    needed = [each.name for each in parameters if each.default is each.empty]
    with pytest.raises(OptionError, match="WORKERS is 'all'. It must be a number"):
        getattr(core, name)(**dict.fromkeys(needed, "a"), workers="all")


def test_values_of_the_right_type_are_accepted():
    numbers = {"extent": np.array([0, 0, 1, 1.5]), "output_nodata": np.float32(1), "radius": np.int16(3)}
    for given in (
        {**numbers, "bands": range(1, 3)},
        {"extent": [0, 0, 1, 1], "output_nodata": None, "radius": 3, "bands": None},
    ):
        options, _ = split_options(given, FocalOptions, RunOptions)
        assert options.radius == 3


def test_a_band_number_must_be_whole(make_raster, tmp_path):
    with pytest.raises(InputError, match=r"band 1.5 does not exist. Choose band 1") as caught:
        core.normalized_difference(make_raster([np.ones((4, 4), "uint8")]), tmp_path / "nd.tif", band_a=1.5, band_b=1)
    assert caught.value.parameter == "band_a"
