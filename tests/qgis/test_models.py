"""The models that come with the plugin are listed by the provider and give correct results."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio

from harness import recording_feedback

MODEL = "parallelraster:NDVI by way of tiles"
MASKING = "parallelraster:Mask, then index"
FIELDS = "parallelraster:NDVI per field"
OBJECTS = "parallelraster:Objects by threshold"


@pytest.fixture
def model(provider):
    """The model as loaded in QGIS."""
    from qgis.core import QgsApplication

    return QgsApplication.processingRegistry().algorithmById(MODEL)


@pytest.fixture
def masking(provider):
    """The model that masks a raster and computes the index of the result, as loaded in QGIS."""
    from qgis.core import QgsApplication

    return QgsApplication.processingRegistry().algorithmById(MASKING)


@pytest.fixture
def fields(provider):
    """The model that finds the NDVI of each polygon, as loaded in QGIS."""
    from qgis.core import QgsApplication

    return QgsApplication.processingRegistry().algorithmById(FIELDS)


@pytest.fixture
def objects(provider):
    """The model that smooths a raster and outlines the objects above a threshold, as loaded in QGIS."""
    from qgis.core import QgsApplication

    return QgsApplication.processingRegistry().algorithmById(OBJECTS)


def destination(model):
    """Return the name of the model's output, which depends on the QGIS version."""
    return next(each.name() for each in model.destinationParameterDefinitions())


def content(path):
    with rasterio.open(path) as dataset:
        return dataset.read().tobytes(), dataset.nodata, dataset.transform, dataset.crs, dataset.descriptions


def test_the_provider_lists_the_models(model, masking, fields):
    for each, last in (
        (model, ["TILE_SIZE", "OVERLAP"]), (masking, ["MASK", "MASK_VALUES"]), (fields, ["POLYGONS"]),
    ):  # fmt: skip
        assert each is not None and each.canExecute()[0]
        names = [definition.name() for definition in each.parameterDefinitions()]
        assert names[: 3 + len(last)] == ["INPUT", "BAND_A", "BAND_B", *last]


def test_all_steps_are_valid(provider):
    """No step lacks a mandatory parameter; the model designer would show such a step in red."""
    models = [each for each in provider.algorithms() if hasattr(each, "childAlgorithms")]
    assert len(models) == 7
    for each in models:
        problems = {step: each.validateChildAlgorithm(step) for step in each.childAlgorithms()}
        assert problems and all(valid for valid, _ in problems.values()), problems


def test_defaults_that_differ_from_those_of_the_steps_are_set_in_the_steps(provider):
    """QGIS passes no value to a step if a model parameter is not set, so the step would use its own default."""
    models = [each for each in provider.algorithms() if hasattr(each, "childAlgorithms")]
    sources = [
        (
            source.parameterName(),
            model.parameterDefinition(source.parameterName()).defaultValue(),
            step.algorithm().parameterDefinition(name).defaultValue(),
        )
        for model in models
        for step in model.childAlgorithms().values()
        for name, given in step.parameterSources().items()
        for source in given
        if source.parameterName()
    ]
    assert sources
    for name, default, default_of_step in sources:
        assert default in (None, "") or default == default_of_step, name


def test_defaults_of_a_model_hold(objects, scene, tmp_path):
    """A run without optional values equals a run with the defaults that the dialog shows."""
    import processing

    raster, polygons = (each.name() for each in objects.destinationParameterDefinitions())
    defaults = {"EXPRESSION": "A@1", "SIGMA": 2, "MIN_SIZE": 1}
    for name, values in (("left_out", {}), ("given", defaults)):
        outputs = {raster: str(tmp_path / f"{name}.tif"), polygons: str(tmp_path / f"{name}.gpkg")}
        given = {"INPUT": scene(100), "THRESHOLD": 5000, **values, **outputs}
        processing.run(OBJECTS, given, feedback=recording_feedback())
    assert content(tmp_path / "left_out.tif") == content(tmp_path / "given.tif")


@pytest.mark.parametrize("values", ["", "9"])
def test_masking_and_then_the_index_equals_the_index_with_a_mask(masking, run, scene, tmp_path, values):
    """Masking and then computing the index equals the index with a mask; by default, SCL's clouds are hidden."""
    import processing

    source, mask = scene(300), str(tmp_path / "SCL.tif")
    with rasterio.open(source) as dataset:
        profile = {**dataset.profile, "count": 1, "dtype": "uint8"}
    with rasterio.open(mask, "w", **profile) as dataset:
        dataset.write(np.random.default_rng(3).integers(0, 12, (1, 300, 300), dtype="uint8"))
    common = {"INPUT": source, "BAND_A": 2, "BAND_B": 1, "MASK": mask}
    given = {**common, "MASK_VALUES": values, destination(masking): str(tmp_path / "model.tif")}
    processing.run(MASKING, given, feedback=recording_feedback())
    run(**common, MASK_VALUES=values or "3,8-10", OUTPUT=str(tmp_path / "index.tif"))
    assert content(tmp_path / "model.tif") == content(tmp_path / "index.tif")


def test_ndvi_per_field(fields, run, scene, polygons, tmp_path):
    import processing

    source = scene(300)
    box = "MULTIPOLYGON(((400100 4999900, 400400 4999900, 400400 4999500, 400100 4999500, 400100 4999900)))"
    layer = polygons([("rye", box)])
    given = {"INPUT": source, "BAND_A": 2, "BAND_B": 1, "POLYGONS": layer, destination(fields): "memory:"}
    results = processing.run(FIELDS, given, feedback=recording_feedback())
    (feature,) = results[destination(fields)].getFeatures()
    with rasterio.open(
        run(INPUT=source, BAND_A=2, BAND_B=1, INDEX=1, OUTPUT=str(tmp_path / "index.tif"))["OUTPUT"]
    ) as index:
        values = index.read(1)[10:50, 10:40].astype(float)
    assert (feature["plot"], feature["b1_count"], feature["b1_share"]) == ("rye", values.size, 1)
    assert feature["b1_mean"] == pytest.approx(values.mean(), rel=1e-12)
    assert feature["b1_std"] == pytest.approx(values.std(), rel=1e-12)


def test_objects_by_threshold_are_those_of_scipy(objects, scene, tmp_path):
    """The ids and outlines are those of the objects that scipy finds in the whole smoothed raster."""
    import processing
    from qgis.core import QgsVectorLayer

    ndimage = pytest.importorskip("scipy.ndimage", reason="the model requires scipy")
    source = scene(120)
    with rasterio.open(source) as dataset:
        values = dataset.read().astype("float64").mean(axis=0)
        pixel = abs(dataset.transform.determinant)
    threshold = round(float(np.median(values)), 1)
    raster, polygons = (each.name() for each in objects.destinationParameterDefinitions())
    given = {
        "INPUT": source, "EXPRESSION": "(A@1 + A@2) / 2", "SIGMA": 3, "THRESHOLD": threshold, "MIN_SIZE": 20,
        raster: str(tmp_path / "ids.tif"), polygons: str(tmp_path / "objects.gpkg"),
    }  # fmt: skip
    processing.run(OBJECTS, given, feedback=recording_feedback())
    with rasterio.open(tmp_path / "ids.tif") as dataset:
        ids = dataset.read(1)
    inside = slice(14, -14)  # Focal filter ignores pixels outside the raster
    smooth = ndimage.gaussian_filter(values, 3)
    assert ((ids > 0) <= (smooth > threshold))[inside, inside].all()
    assert ids.max() > 1 and np.bincount(ids.ravel())[1:].min() >= 20
    np.testing.assert_array_equal(ndimage.label(ids > 0)[0], ids)
    layer = QgsVectorLayer(str(tmp_path / "objects.gpkg"), "objects", "ogr")
    areas = np.zeros(ids.max() + 1)
    for feature in layer.getFeatures():
        areas[feature["id"]] += feature.geometry().area()
    np.testing.assert_allclose(areas[1:], np.bincount(ids.ravel())[1:] * pixel)


def test_models_are_listed_once_the_provider_of_their_steps_is_loaded(provider, monkeypatch):
    """Models are listed even if QGIS loads the GDAL algorithms, which their steps use, after the plugin."""
    from qgis.core import QgsApplication

    from parallel_raster.plugin import provider as module

    registry, real = QgsApplication.processingRegistry(), module.read_models
    monkeypatch.setattr(module, "read_models", lambda: [each for each in real() if each.id() not in OBJECTS])
    provider.refreshAlgorithms()
    assert registry.algorithmById(OBJECTS) is None
    monkeypatch.setattr(module, "read_models", real)
    registry.providerAdded.emit("other")
    assert registry.algorithmById(OBJECTS) is None
    registry.providerAdded.emit("gdal")
    assert registry.algorithmById(OBJECTS) is not None


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


def test_bands_have_defaults_in_qgis_process(qgis_process, model, scene, tmp_path):
    with rasterio.open(scene(100)) as two, rasterio.open(
        tmp_path / "four.tif", "w", **{**two.profile, "count": 4}
    ) as four:  # fmt: skip
        four.write(np.concatenate([two.read() // 2, two.read()]))
        red, infrared = two.read().astype("float64")
    output = tmp_path / "out.tif"
    done = qgis_process("run", MODEL, f"--INPUT={tmp_path / 'four.tif'}", f"--{destination(model)}={output}")
    assert done.returncode == 0, done.stderr
    with rasterio.open(output) as dataset:
        np.testing.assert_array_equal(dataset.read(1), ((infrared - red) / (infrared + red)).astype("float32"))


def test_a_failing_step_stops_the_model(qgis_process, model, scene, tmp_path):
    values = {"INPUT": scene(100), "BAND_A": 7, "BAND_B": 1, destination(model): tmp_path / "out.tif"}
    done = qgis_process("run", MODEL, *(f"--{name}={value}" for name, value in values.items()))
    assert done.returncode != 0 and not (tmp_path / "out.tif").exists()
