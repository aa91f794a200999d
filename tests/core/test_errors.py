"""Every error from a job names the keyword of the parameter that caused it."""

from __future__ import annotations

import inspect
import os
import pickle

import numpy as np
import pytest
import rasterio

import parallel_raster
from parallel_raster.core import Cancelled, InputError, OptionError, OutputError, ParallelRasterError, ResourceError
from parallel_raster.core.benchmark.job import benchmark_normalized_difference, check_benchmark
from parallel_raster.core.cluster.worker import Failure, Order, perform, take_order
from parallel_raster.core.dependencies import MissingDependency
from parallel_raster.core.engine.options import RunOptions
from parallel_raster.core.errors import about, renamed
from parallel_raster.core.pixels.files import FileOutcome, FileWork
from parallel_raster.core.pixels.tiles_run import SetRun
from parallel_raster.core.versions import VERSION

KINDS = [ParallelRasterError, OptionError, InputError, OutputError, ResourceError, MissingDependency]

BROKEN = "broken.tif"
"""Name of a file that is not a raster."""

DIFFERENCE = [
    ({"src": "missing.tif"}, "src"),
    ({"src": BROKEN}, "src"),
    ({"band_a": 3}, "band_a"),
    ({"band_b": 0}, "band_b"),
    ({"input_b": "missing.tif"}, "input_b"),
    ({"input_b": BROKEN}, "input_b"),
    ({"input_b": "in.tif", "input_b_band": 9}, "input_b_band"),
    ({"input_b": "shifted.tif"}, "input_b"),
    ({"input_b": "far.tif", "resampling": "nearest"}, "input_b"),
    ({"input_b": "shifted.tif", "resampling": "all"}, "resampling"),
    ({"mask": "missing.tif"}, "mask"),
    ({"mask": "in.tif", "mask_band": 9}, "mask_band"),
    ({"mask": "in.tif", "mask_values": "x"}, "mask_values"),
    ({"mask": "in.tif", "mask_bits": "99"}, "mask_bits"),
    ({"mask": "in.tif", "mask_grow": -1}, "mask_grow"),
    ({"scaling": "given", "scale": 0}, "scale"),
    ({"scaling": "given", "offset": float("inf")}, "offset"),
    ({"extent": (0, 0, 1, 1)}, "extent"),
    ({"output_nodata": 0}, "output_nodata"),
    ({"creation_options": "COMPRESS"}, "creation_options"),
    ({"creation_options": "COMPRESS=ZIP"}, "creation_options"),
    ({"creation_options": "TILED=YES", "cog": True}, "creation_options"),
    ({"dst": "out.png"}, "dst"),
    ({"dst": "nowhere/out.tif"}, "dst"),
    ({"dst": "in.tif"}, "dst"),
    ({"report": "out.txt"}, "report"),
    ({"report": "in.html/out.html"}, "report"),
    ({"workers": -1}, "workers"),
    ({"memory": -1}, "memory"),
    ({"memory": 1, "creation_options": "BLOCKXSIZE=4096|BLOCKYSIZE=4096"}, "memory"),
    ({"chunk_size": -1}, "chunk_size"),
    ({"cluster": "nowhere"}, "cluster"),
]

TILES = [
    ({"sources": []}, "sources"),
    ({"sources": "nowhere"}, "sources"),
    ({"sources": ["missing.tif"]}, "sources"),
    ({"sources": ["in.tif", "in.tif"]}, "sources"),
    ({"band_a": 3}, "band_a"),
    ({"folder": "."}, "folder"),
    ({"folder": "in.tif"}, "folder"),
]

TILING = [
    ({"src": "missing.tif"}, "src"),
    ({"bands": [9]}, "bands"),
    ({"bands": [1, 1]}, "bands"),
    ({"folder": "in.tif"}, "folder"),
    ({"folder": "."}, "folder"),
    ({"tiling": "grid", "columns": 0}, "columns"),
    ({"tiling": "grid", "rows": 999}, "rows"),
    ({"tile_width": 2.5}, "tile_width"),
    ({"tile_height": 1e12}, "tile_height"),
    ({"tiling": "map_units", "tile_height": 0.1, "tile_width": 100}, "tile_height"),
    ({"alignment": "crs", "src": "turned.tif"}, "alignment"),
    ({"tiling": "polygons"}, "polygons"),
    ({"tiling": "polygons", "polygons": [3]}, "polygons"),
    ({"tiling": "map_units", "src": "unplaced.tif"}, "tiling"),
    ({"remainder": "drop", "tile_width": 999}, "remainder"),
    ({"name_template": "same", "tile_width": 5, "tile_height": 5}, "name_template"),
    ({"max_tiles": 1, "tile_width": 5, "tile_height": 5}, "max_tiles"),
    ({"report": "out.txt"}, "report"),
]

MERGING = [
    ({"sources": []}, "sources"),
    ({"sources": ["missing.tif"]}, "sources"),
    ({"sources": ["in.tif", BROKEN]}, "sources"),
    ({"sources": ["in.tif", "shifted.tif"]}, "sources"),
    ({"sources": [], "input_folder": "nowhere"}, "input_folder"),
    ({"sources": [], "input_folder": ".", "dst": "out/new.tif"}, "input_folder"),
    ({"sources": [], "input_folder": "."}, "dst"),
    ({"dst": "nowhere/out.tif"}, "dst"),
    ({"dst": "in.tif"}, "dst"),
    ({"method": "best"}, "method"),
    ({"method": "mean", "pixel_rule": "any"}, "pixel_rule"),
    ({"resolution": "user"}, "pixel_size"),
    ({"output_nodata": 1e9}, "output_nodata"),
    ({"extent": (0, 0, 1, 1)}, "extent"),
    ({"sources": ["painted.tif"], "method": "mean"}, "method"),
]

BENCHMARK = [
    ({"src": "missing.tif"}, "src"),
    ({"band_a": 9}, "band_a"),
    ({"repeats": 0}, "repeats"),
    ({"chunk_sizes": ()}, "chunk_sizes"),
    ({"table": "out.txt"}, "table"),
    ({"report": "out.txt"}, "report"),
    ({"folder": "in.tif"}, "folder"),
]


@pytest.fixture
def files(make_raster, random_bands, tmp_path, monkeypatch):
    """Create rasters in the working directory, one valid and several with one defect each; return the directory."""
    monkeypatch.chdir(tmp_path)
    path = make_raster(random_bands())
    with rasterio.open(path) as dataset:
        transform = dataset.transform
    shift, turn = transform.translation, transform.rotation
    make_raster(random_bands(), "shifted.tif", transform=transform * shift(0.3, 0.3))
    make_raster(random_bands(), "far.tif", transform=transform * shift(5000.5, 5000.5))
    make_raster(random_bands(), "turned.tif", transform=transform * turn(10))
    with rasterio.open(path) as dataset, rasterio.open(
        "unplaced.tif", "w", driver="GTiff", width=9, height=9, count=1, dtype="uint8"
    ) as bare, rasterio.open(
        "painted.tif", "w", driver="GTiff", width=9, height=9, count=1, dtype="uint8", transform=transform,
        photometric="palette",
    ) as painted:  # fmt: skip
        for each in (bare, painted):
            each.write(np.ones((1, 9, 9), np.uint8))
        painted.write_colormap(1, {1: (255, 0, 0, 255)})
    (tmp_path / BROKEN).write_text("no raster")
    (tmp_path / "out").mkdir()
    return tmp_path


def error_of(job, valid, changed):
    """Run a job with invalid values; assert that the error's parameter is a keyword of the job; return the error."""
    values = {**valid, **changed}
    positional = [values.pop(name) for name in list(inspect.signature(job).parameters)[:2] if name in valid]
    with pytest.raises(ParallelRasterError) as error:
        job(*positional, **values)
    assert error.value.parameter in inspect.signature(job).parameters
    return error.value


@pytest.mark.parametrize(("changed", "parameter"), DIFFERENCE, ids=str)
def test_normalized_difference(files, changed, parameter):
    valid = {"src": "in.tif", "dst": "new.tif", "band_a": 2, "band_b": 1}
    assert error_of(parallel_raster.core.normalized_difference, valid, changed).parameter == parameter


@pytest.mark.parametrize(("changed", "parameter"), TILES, ids=str)
def test_normalized_difference_of_tiles(files, changed, parameter):
    """Errors name the keywords of the function for many rasters, although the plan of one raster uses other names."""
    valid = {"sources": ["in.tif"], "folder": "new", "band_a": 2, "band_b": 1}
    assert error_of(parallel_raster.core.normalized_difference_tiles, valid, changed).parameter == parameter


@pytest.mark.parametrize(("changed", "parameter"), TILING, ids=str)
def test_tiling(files, changed, parameter):
    valid = {"src": "in.tif", "folder": "new"}
    assert error_of(parallel_raster.core.tile_raster, valid, changed).parameter == parameter


@pytest.mark.parametrize(("changed", "parameter"), MERGING, ids=str)
def test_merging(files, changed, parameter):
    valid = {"sources": ["in.tif"], "dst": "new.tif"}
    assert error_of(parallel_raster.core.merge_tiles, valid, changed).parameter == parameter


@pytest.mark.parametrize(("changed", "parameter"), BENCHMARK, ids=str)
def test_benchmark(files, changed, parameter):
    valid = {"src": "in.tif", "band_a": 2, "band_b": 1}
    assert error_of(benchmark_normalized_difference, valid, changed).parameter == parameter


def test_the_folder_of_the_benchmarks_results(files):
    options = {"band_a": 2, "band_b": 1, "workers": 1, "repeats": 1, "chunk_sizes": (512,), "extent": None}
    options.update(table=None, report=None, creation_options="", memory=0)
    with pytest.raises(OutputError) as error:
        check_benchmark("in.tif", folder="nowhere", **options)
    assert error.value.parameter == "folder"


def test_the_innermost_parameter_is_kept():
    """The parameter set closest to the cause is kept; outer contexts set a parameter only if there is none yet."""
    with pytest.raises(InputError) as error, about("outer"), about("inner"):
        raise InputError("text")
    assert (error.value.parameter, str(error.value)) == ("inner", "text")
    with pytest.raises(OptionError) as error, about("src"):
        raise OptionError("text", parameter="extent")
    assert error.value.parameter == "extent"


def test_a_cancellation_has_no_parameter():
    with pytest.raises(Cancelled) as error, about("src"):
        raise Cancelled
    assert error.value.parameter == ""


def test_renamed_translates_the_keyword_of_another_job():
    with pytest.raises(InputError) as error, renamed({"src": "sources"}):
        raise InputError("text", parameter="src")
    assert error.value.parameter == "sources"
    with pytest.raises(InputError) as error, renamed({"src": "sources"}):
        raise InputError("text", parameter="band_a")
    assert error.value.parameter == "band_a"


@pytest.mark.parametrize("kind", KINDS)
def test_errors_survive_pickling_and_transfer_from_a_worker(kind):
    error = kind("text", parameter="band_a")
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(copied), str(copied), copied.parameter) == (kind, "text", "band_a")
    received = pickle.loads(pickle.dumps(Failure.of(error))).error()  # noqa: S301
    assert (str(received), received.parameter) == ("text", "band_a")


def test_cancelled_can_be_pickled():
    assert str(pickle.loads(pickle.dumps(Cancelled()))) == str(Cancelled())  # noqa: S301


def test_a_worker_returns_its_failure(tmp_path):
    def fails(item, stop):
        raise InputError("text", parameter=item)

    (tmp_path / "go").touch()
    order = Order(str(tmp_path), VERSION, (), fails)
    assert take_order(order) == ""
    assert perform(order.folder, 0, "data_type") == Failure("InputError", "text", "data_type")


def test_a_file_of_a_set_that_a_worker_could_not_read(tmp_path, monkeypatch):
    """If a worker cannot read a file, the error of this file keeps its parameter; the final error names `sources`."""
    from types import SimpleNamespace

    from parallel_raster.core.pixels import files as module

    def fails(*_, **__):
        raise InputError("text", parameter="src")

    monkeypatch.setattr(module, "write_here", fails)
    plan = SimpleNamespace(task=SimpleNamespace(files=()), snapshot=lambda: None)
    done = FileWork(False)(SimpleNamespace(plan=plan, path=str(tmp_path), number=0), None)
    assert isinstance(done, FileOutcome) and done.outcome == Failure("InputError", "text", "src")

    cluster_workers = SimpleNamespace(run=lambda *_, collect, **__: collect(done), check_packages=lambda _: None)
    folder = SimpleNamespace(member=lambda _: SimpleNamespace(path=""), folder=str(tmp_path), staging="")
    run = SetRun(SimpleNamespace(name="a"), folder, RunOptions(), 0, cluster_workers, None)
    small = SimpleNamespace(source="a.tif", plan=SimpleNamespace(destination="", task=plan.task, packages=()))
    run._send_small(cluster_workers, [small], None)
    assert run.failed["a.tif"].parameter == "src"
    with pytest.raises(InputError) as error:
        run.check()
    assert error.value.parameter == "sources"


def test_a_converted_error_keeps_its_parameter(tmp_path, monkeypatch):
    from parallel_raster.core.reading import readers, safe_paths

    def fails(*_, **__):
        raise InputError("text", parameter="src")

    monkeypatch.setattr(safe_paths, "_check_local", fails)
    monkeypatch.setattr(readers, "open_dataset", fails)
    monkeypatch.setattr(readers, "Grid", fails)
    monkeypatch.setattr(readers, "check_raster_path", lambda _: ())
    monkeypatch.setattr(readers, "_has_driver", lambda _: False)
    dataset = type("Dataset", (), {"crs": None, "transform": None, "width": 1, "height": 1})
    calls = [
        lambda: safe_paths.check_raster_path("a.tif"),
        lambda: readers._grid(dataset, "a.tif"),
        lambda: readers.open_raster(f'NETCDF:"{tmp_path}{os.sep}a.nc":Band1').__enter__(),
    ]
    for call in calls:
        with pytest.raises(InputError) as error:
            call()
        assert str(error.value) != "text"
        assert error.value.parameter == "src"
