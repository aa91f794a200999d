"""The models that come with the plugin are listed by the provider and give correct results."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio

from harness import recording_feedback

MODEL = "parallelraster:NDVI by way of tiles"


@pytest.fixture
def model(provider):
    """The model as loaded in QGIS."""
    from qgis.core import QgsApplication

    return QgsApplication.processingRegistry().algorithmById(MODEL)


def destination(model):
    """Return the name of the model's output, which depends on the QGIS version."""
    return next(each.name() for each in model.destinationParameterDefinitions())


def content(path):
    with rasterio.open(path) as dataset:
        return dataset.read().tobytes(), dataset.nodata, dataset.transform, dataset.crs, dataset.descriptions


def test_the_provider_lists_the_model(model):
    assert model is not None and model.canExecute()[0]
    names = [each.name() for each in model.parameterDefinitions()]
    assert names[:5] == ["INPUT", "BAND_A", "BAND_B", "TILE_SIZE", "OVERLAP"]


def test_all_steps_are_valid(model):
    """No step lacks a mandatory parameter; the model designer would show such a step in red."""
    problems = {step: model.validateChildAlgorithm(step) for step in model.childAlgorithms()}
    assert problems and all(valid for valid, _ in problems.values()), problems


@pytest.mark.parametrize("overlap", [0, 20])
def test_the_result_is_the_same_with_and_without_tiles(model, run, scene, tmp_path, overlap):
    import processing

    bands = {"BAND_A": 2, "BAND_B": 1}
    source = scene(300)
    values = {"INPUT": source, "TILE_SIZE": 128, "OVERLAP": overlap, destination(model): str(tmp_path / "tiles.tif")}
    processing.run(MODEL, {**bands, **values}, feedback=recording_feedback())
    run(INPUT=source, OUTPUT=str(tmp_path / "whole.tif"), **bands)
    assert content(tmp_path / "tiles.tif") == content(tmp_path / "whole.tif")


def test_qgis_process(qgis_process, model, scene, tmp_path):
    source = scene(300)
    values = {"INPUT": source, "BAND_A": 2, "BAND_B": 1, "TILE_SIZE": 100, destination(model): tmp_path / "out.tif"}
    done = qgis_process("--json", "run", MODEL, *(f"--{name}={value}" for name, value in values.items()))
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "out.tif") in json.dumps(json.loads(done.stdout)["results"])
    with rasterio.open(source) as dataset:
        red, infrared = dataset.read().astype("float64")
    with rasterio.open(tmp_path / "out.tif") as dataset:
        np.testing.assert_array_equal(dataset.read(1), ((infrared - red) / (infrared + red)).astype("float32"))


def test_a_failing_step_stops_the_model(qgis_process, model, scene, tmp_path):
    values = {"INPUT": scene(100), "BAND_A": 7, "BAND_B": 1, destination(model): tmp_path / "out.tif"}
    done = qgis_process("run", MODEL, *(f"--{name}={value}" for name, value in values.items()))
    assert done.returncode != 0 and not (tmp_path / "out.tif").exists()
