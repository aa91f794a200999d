"""The models that come with the plugin: listed by the provider, run as they are, and right."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio

from harness import recording_feedback

MODEL = "parallelraster:NDVI by way of tiles"


@pytest.fixture
def model(provider):
    """The model as QGIS has it."""
    from qgis.core import QgsApplication

    return QgsApplication.processingRegistry().algorithmById(MODEL)


def destination(model):
    """The name of the model's output, which QGIS makes from the steps' names, each version in its way."""
    return next(each.name() for each in model.destinationParameterDefinitions())


def content(path):
    with rasterio.open(path) as dataset:
        return dataset.read().tobytes(), dataset.nodata, dataset.transform, dataset.crs, dataset.descriptions


def test_the_provider_offers_it(model):
    assert model is not None and model.canExecute()[0]
    names = [each.name() for each in model.parameterDefinitions()]
    assert names[:5] == ["INPUT", "BAND_A", "BAND_B", "TILE_SIZE", "OVERLAP"]


def test_its_steps_have_all_that_they_need(model):
    """The designer shows a step in red that leaves out a parameter that is not optional."""
    problems = {step: model.validateChildAlgorithm(step) for step in model.childAlgorithms()}
    assert problems and all(valid for valid, _ in problems.values()), problems


@pytest.mark.parametrize("overlap", [0, 20])
def test_by_tiles_and_as_a_whole_is_the_same(model, run, scene, tmp_path, overlap):
    import processing

    bands = {"BAND_A": 2, "BAND_B": 1}
    source = scene(300)
    values = {"INPUT": source, "TILE_SIZE": 128, "OVERLAP": overlap, destination(model): str(tmp_path / "tiles.tif")}
    processing.run(MODEL, {**bands, **values}, feedback=recording_feedback())
    run(INPUT=source, OUTPUT=str(tmp_path / "whole.tif"), **bands)
    assert content(tmp_path / "tiles.tif") == content(tmp_path / "whole.tif")


def test_in_a_process_of_its_own(qgis_process, model, scene, tmp_path):
    source = scene(300)
    values = {"INPUT": source, "BAND_A": 2, "BAND_B": 1, "TILE_SIZE": 100, destination(model): tmp_path / "out.tif"}
    done = qgis_process("--json", "run", MODEL, *(f"--{name}={value}" for name, value in values.items()))
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "out.tif") in json.dumps(json.loads(done.stdout)["results"])
    with rasterio.open(source) as dataset:
        red, infrared = dataset.read().astype("float64")
    with rasterio.open(tmp_path / "out.tif") as dataset:
        np.testing.assert_array_equal(dataset.read(1), ((infrared - red) / (infrared + red)).astype("float32"))


def test_a_step_that_fails_stops_it(qgis_process, model, scene, tmp_path):
    values = {"INPUT": scene(100), "BAND_A": 7, "BAND_B": 1, destination(model): tmp_path / "out.tif"}
    done = qgis_process("run", MODEL, *(f"--{name}={value}" for name, value in values.items()))
    assert done.returncode != 0 and not (tmp_path / "out.tif").exists()
