"""The focal filters in QGIS: parameters, errors, layers, missing scipy, and `qgis_process`."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
import rasterio

from harness import recording_feedback

ndimage = pytest.importorskip("scipy.ndimage", reason="the focal filter requires scipy")

FILTER = "parallelraster:focalfilter"
TILES = "parallelraster:focalfiltertiles"


@pytest.fixture
def apply(provider, tmp_path):
    """Function that runs a focal filter with `processing.run`."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    def run_algorithm(source, feedback=None, algorithm=FILTER, **parameters):
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        given = {"INPUT": source, "OUTPUT": str(tmp_path / "out.tif"), **parameters}
        return processing.run(algorithm, given, context=context, feedback=feedback or recording_feedback())

    return run_algorithm


def bands(path):
    """Return the pixels of a raster as float64."""
    with rasterio.open(path) as dataset:
        return dataset.read().astype("float64")


def test_defaults(apply, scene):
    """By default, the mean of 3 x 3 pixels of every band is computed."""
    source = scene()
    found = apply(source)
    values = bands(source)
    expected = [ndimage.uniform_filter(band, 3)[1:-1, 1:-1] for band in values]
    np.testing.assert_allclose(bands(found["OUTPUT"])[:, 1:-1, 1:-1], expected, rtol=1e-6)
    assert (found["BAND_COUNT"], found["INVALID_COUNT"], found["VALID_PERCENT"]) == (2, 0, 100)
    assert found["MEAN"] == pytest.approx(values[0].mean(), rel=0.01)


def test_every_parameter_reaches_the_core(apply, scene):
    values = bands(source := scene())
    found = apply(source, BANDS=[2], METHOD=1, SIGMA=1.5, TRUNCATE=3, EDGE=1, DATA_TYPE=7)
    expected = ndimage.gaussian_filter(values[1], 1.5, truncate=3)
    np.testing.assert_array_equal(bands(found["OUTPUT"]), [expected])
    found = apply(source, METHOD=2, RADIUS=2, SHAPE=1, EDGE=2, OUTPUT_NODATA=7)
    distance = np.arange(-2, 3) ** 2
    circle = distance[:, np.newaxis] + distance <= 4
    expected = [ndimage.median_filter(band, footprint=circle, mode="nearest") for band in values]
    np.testing.assert_array_equal(bands(found["OUTPUT"]), expected)
    with rasterio.open(found["OUTPUT"]) as dataset:
        assert (set(dataset.dtypes), dataset.nodata) == ({"uint16"}, 7)
        assert dataset.descriptions[0] == "median (circle, radius 2) of band 1"
    strict = bands(apply(source, METHOD=8, NODATA_RULE=2)["OUTPUT"])
    assert (strict[:, 0] == 65535).all() and (strict[:, 1:-1, 1:-1] == 9).all()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"METHOD": 2, "RADIUS": 60}, "A square with RADIUS 60 covers 14641 pixels"),
        ({"METHOD": 1, "SIGMA": 1e6}, "With SIGMA 1e+06 and TRUNCATE 4, the radius of the Gaussian filter is 4e+06"),
        ({"BANDS": [5]}, "band 5 does not exist"),
    ],
)
def test_parameters_are_checked_before_the_run(provider, scene, tmp_path, parameters, message):
    """Invalid values are reported by `checkParameterValues`, which the dialog calls before the run."""
    from qgis.core import QgsProcessingContext

    algorithm = provider.algorithm("focalfilter").create()
    given = {"INPUT": scene(), "OUTPUT": str(tmp_path / "out.tif"), **parameters}
    ok, text = algorithm.checkParameterValues(given, QgsProcessingContext())
    assert not ok and message in text
    assert not (tmp_path / "out.tif").exists()


def test_only_algorithms_that_need_scipy_are_disabled_without_it(provider, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "scipy" else real(name))
    for algorithm in provider.algorithms():
        runs, reason = algorithm.canExecute()
        if algorithm.name().startswith("focalfilter") or algorithm.name() == "labelobjects":
            assert not runs and "scipy (1.10 or newer) is missing. Install it with:" in reason
        else:
            assert runs, algorithm.name()


def test_the_overview_of_a_layer_is_filtered(apply, scene):
    from qgis.core import QgsProject, QgsRasterLayer

    source = scene()
    with rasterio.open(source, "r+") as dataset:
        dataset.build_overviews([2])
    layer = QgsRasterLayer(f"{source}|option:OVERVIEW_LEVEL=0", "half")
    QgsProject.instance().addMapLayer(layer)
    try:
        found = apply(layer.id(), METHOD=4)
    finally:
        QgsProject.instance().removeMapLayer(layer)
    assert bands(found["OUTPUT"]).shape == (2, 300, 300)


def test_a_folder_of_tiles(apply, scene, tmp_path):
    (tmp_path / "in").mkdir()
    paths = [scene(200, name=f"in/t{number}.tif", seed=number) for number in range(3)]
    found = apply(
        None, algorithm=TILES, INPUT_FOLDER=str(tmp_path / "in"), OUTPUT=str(tmp_path / "out"), METHOD=3, EDGE=1,
        BANDS="2",
    )  # fmt: skip
    assert found["TILES"] == [f"{tmp_path}/out/min_t{number}.tif" for number in range(3)]
    for path, source in zip(found["TILES"], paths):
        np.testing.assert_array_equal(bands(path), [ndimage.minimum_filter(bands(source)[1], 3)])


@pytest.mark.parametrize(
    ("given", "expected"),
    [([2], [2]), (["2"], [2]), ([2, 1], [2, 1]), (2, [2]), ("2;1", [2, 1]), (" 1 , 2", [1, 2]), ([], [1, 2])],
)
def test_band_numbers_of_tiles(apply, scene, tmp_path, given, expected):
    """BANDS of the tiles accepts all forms that BANDS of Focal filter accepts."""
    source = scene(40)
    found = apply(None, algorithm=TILES, INPUTS=[source], OUTPUT=str(tmp_path / "out"), METHOD=3, BANDS=given)
    alone = apply(source, METHOD=3, BANDS=expected)
    np.testing.assert_array_equal(bands(found["TILES"][0]), bands(alone["OUTPUT"]))


@pytest.mark.parametrize(("given", "shown"), [("1-2", "'1-2'"), (["red"], "'red'"), ({"a": 1}, "{'a': 1}")])
def test_band_numbers_of_tiles_are_checked(provider, scene, tmp_path, given, shown):
    from qgis.core import QgsProcessingContext

    algorithm = provider.algorithm("focalfiltertiles").create()
    values = {"INPUTS": [scene()], "OUTPUT": str(tmp_path / "out"), "BANDS": given}
    ok, text = algorithm.checkParameterValues(values, QgsProcessingContext())
    assert not ok and f"BANDS is {shown}. Enter " in text


def test_from_a_shell(qgis_process, scene, tmp_path):
    source = scene()
    done = qgis_process(
        "run", FILTER, f"--INPUT={source}", "--METHOD=10", "--EDGE=2", f"--OUTPUT={tmp_path / 'out.tif'}"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    gradients = [[ndimage.sobel(band, axis, mode="nearest") for axis in (0, 1)] for band in bands(source)]
    expected = [np.sqrt(across**2 + down**2).astype("float32") for across, down in gradients]
    np.testing.assert_array_equal(bands(tmp_path / "out.tif"), expected)
