"""Temporal composite in QGIS: parameters, loaded layers and their time ranges, errors, the model, `qgis_process`."""

from __future__ import annotations

import csv
import json
import os

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from harness import recording_feedback
from test_loaded_results import groups, project, run_in_dialog  # noqa: F401 - fixtures

COMPOSITE = "parallelraster:temporalcomposite"
MODEL = "parallelraster:NDVI median of a season"
DAYS = ("2024-05-03", "2024-05-13", "2024-06-02", "2024-06-12")


@pytest.fixture
def folder(tmp_path):
    """Folder with four scenes of four bands and a mask band, named SCL in its description."""
    path = tmp_path / "scenes"
    path.mkdir()
    random = np.random.default_rng(4)
    for number, day in enumerate(DAYS):
        values = random.integers(1, 3000, (5, 60, 50), dtype="uint16")
        values[4] = 4
        values[4, :20, number * 10 : number * 10 + 10] = 9
        profile = {"count": 5, "dtype": "uint16", "crs": "EPSG:32633", "transform": from_origin(4e5, 5e6, 10, 10)}
        with rasterio.open(path / f"x_{day}.tif", "w", driver="GTiff", width=50, height=60, **profile) as dataset:
            dataset.write(values)
            dataset.descriptions = ("B02", "B03", "B04", "B08", "SCL")
    return path


@pytest.fixture
def compose(provider, folder, tmp_path):
    """Function that runs the algorithm with `processing.run`."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    def run_algorithm(feedback=None, **parameters):
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        given = {"INPUT_FOLDER": str(folder), "OUTPUT": str(tmp_path / "out"), **parameters}
        return processing.run(COMPOSITE, given, context=context, feedback=feedback or recording_feedback())

    return run_algorithm


def pixels(path):
    with rasterio.open(path) as dataset:
        return dataset.read()


def scene(folder, number):
    return pixels(folder / f"x_{DAYS[number]}.tif").astype(float)


def test_all_parameters_have_defaults(compose, folder, tmp_path):
    found = compose()
    assert [os.path.basename(path) for path in found["RASTERS"]] == ["median_2024-05.tif", "median_2024-06.tif"]
    assert found["PERIOD_COUNT"] == 2 and found["OUTPUT"] == str(tmp_path / "out") and "STACK" not in found
    wanted = np.median([scene(folder, 0), scene(folder, 1)], axis=0)
    np.testing.assert_array_equal(pixels(found["RASTERS"][0]), wanted)
    with open(found["TABLE"], encoding="utf-8") as file:
        assert [row["scene"] for row in csv.DictReader(file)] == [f"x_{day}" for day in DAYS]


def test_every_parameter(compose, folder, tmp_path):
    (tmp_path / "dates.csv").write_text("file,datetime\nx_2024-05-03.tif,2023-05-04\n")
    found = compose(
        PATTERN="x*.tif", START="2023-01-01", END="2024-06-02", PERIOD=3, REDUCER=9, BANDS=["B04", 4], MASK_BAND="scl",
        MASK_VALUES=[9], EXTENT="400000,400400,4999500,5000000 [EPSG:32633]", NAME_REGEX="x_(?P<date>.{10})",
        DATES_FILE=str(tmp_path / "dates.csv"), CLIMATOLOGY=True, EMPTY=1, FUSE=False, MASK_BITS="", MASK_GROW=10,
        VALUE=0, EXPRESSION="A@1", PERCENTILE=10, MIN_COUNT=1, SCALING=2, SCALE=0.5, OFFSET=1, NODATA=7, RESOLUTION=0,
        RESAMPLING=1, DATA_TYPE=4, OUTPUT_NODATA=-5, LAYOUT=1, COUNTS=False, DATES=True, WORKERS=1, MEMORY=200,
        CHUNK_SIZE=64, CREATION_OPTIONS="COMPRESS=LZW",
    )  # fmt: skip
    assert found["RASTERS"] == [] and os.path.basename(found["STACK"]) == "medoid_stack.tif"
    with rasterio.open(found["STACK"]) as dataset:
        assert dataset.descriptions[8:11] == ("05 B04 medoid", "05 B08 medoid", "06 B04 medoid")
        assert (dataset.count, dataset.dtypes[0], dataset.nodata, dataset.scales[0]) == (24, "int32", -5, 0.5)
        assert (dataset.width, dataset.height) == (40, 50)
    assert sorted(os.listdir(found["OUTPUT"])) == ["medoid_stack.tif", "medoid_stack_date.tif", "scenes.csv"]


@pytest.mark.parametrize("stacked", [False, True])
def test_loaded_layers_have_the_range_of_their_period(run_in_dialog, project, folder, tmp_path, stacked):  # noqa: F811
    from qgis.core import Qgis, QgsMultiBandColorRenderer, QgsProject

    run_in_dialog(
        "temporalcomposite", INPUT_FOLDER=str(folder), OUTPUT=str(tmp_path / "out"), LAYOUT=int(stacked), BANDS="1,2,3"
    )
    names = ["median_stack"] if stacked else ["median_2024-05", "median_2024-06"]
    assert groups(QgsProject.instance()) == {"Composites": names}
    stretches = set()
    for number, name in enumerate(names):
        (layer,) = QgsProject.instance().mapLayersByName(name)
        renderer, properties = layer.renderer(), layer.temporalProperties()
        assert isinstance(renderer, QgsMultiBandColorRenderer)
        red = renderer.redContrastEnhancement()
        stretches.add((red.minimumValue(), red.maximumValue()))
        if not stacked:
            found = properties.fixedTemporalRange()
            assert properties.isActive()
            assert found.begin().toString("yyyy-MM-dd") == f"2024-0{5 + number}-01"
            assert found.end().toString("yyyy-MM-dd") == f"2024-0{6 + number}-01" and not found.includeEnd()
        elif Qgis.QGIS_VERSION_INT >= 33800:
            assert properties.fixedRangePerBand()[4].begin().toString("yyyy-MM-dd") == "2024-06-01"
    assert len(stretches) == 1


@pytest.mark.parametrize("reducer", ["count", "std"])
def test_counts_and_deviations_have_the_same_colours_in_all_periods(run_in_dialog, project, folder, tmp_path, reducer):  # noqa: F811
    from parallel_raster.core.choices import REDUCERS

    values = {"REDUCER": list(REDUCERS).index(reducer), "BANDS": "1", "COUNTS": False}
    run_in_dialog("temporalcomposite", INPUT_FOLDER=str(folder), OUTPUT=str(tmp_path / "out"), **values)
    renderers = [layer.renderer() for layer in project.mapLayers().values()]
    assert [each.type() for each in renderers] == ["singlebandpseudocolor"] * 2
    assert {each.classificationMin() for each in renderers} == {0}
    assert len({each.classificationMax() for each in renderers}) == 1


def test_an_overview_is_read(compose, folder):
    for path in folder.iterdir():
        with rasterio.open(path, "r+") as dataset:
            dataset.build_overviews([2], rasterio.enums.Resampling.nearest)
    result = compose(OVERVIEW=0, MASK_BAND="SCL")
    with rasterio.open(result["RASTERS"][0]) as dataset:
        assert (dataset.width, dataset.height, dataset.res) == (25, 30, (20, 20))


def test_layers_beyond_the_limit_are_named_in_the_log(run_in_dialog, project, folder, tmp_path, monkeypatch):  # noqa: F811
    from parallel_raster.algorithms.shared import time_layers

    monkeypatch.setattr(time_layers, "MOST_LAYERS", 3)
    _, lines = run_in_dialog(
        "temporalcomposite", INPUT_FOLDER=str(folder), OUTPUT=str(tmp_path / "out"), PERIOD=8, COUNTS=False
    )
    assert "Only the first layers were loaded. Not loaded: median_2024-06-12.tif" in lines


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"BANDS": "B04,B9"}, "BANDS 'B9' is not a band of the input"),
        ({"REDUCER": 0, "DATES": True}, "DATES needs a REDUCER that chooses a scene"),
        ({"START": "May"}, "START 'May' must be an ISO date"),
        ({"MASK_BAND": "1"}, "MASK_VALUES is ''"),
        ({"SCENES": "{tmp}/scenes.json"}, "Specify exactly one of INPUTS, INPUT_FOLDER and SCENES."),
    ],
)
def test_what_is_rejected(check_refused, folder, parameters, message):
    check_refused(COMPOSITE, {"INPUT_FOLDER": str(folder), "OUTPUT": "{tmp}/out", **parameters}, message)


def test_in_qgis_process(qgis_process, folder, tmp_path):
    done = qgis_process(
        "run", COMPOSITE, f"--INPUT_FOLDER={folder}", "--REDUCER=6", "--PERIOD=0", "--MASK_BAND=SCL",
        f"--OUTPUT={tmp_path / 'out'}", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (path,) = json.loads(done.stdout)["results"]["RASTERS"]
    counts = pixels(path)
    assert counts.dtype == np.uint16 and (counts[:, 30:] == 4).all() and (counts[:, :20, :40] == 3).all()


def test_the_model(provider, folder, tmp_path):
    import processing
    from qgis.core import QgsApplication

    model = QgsApplication.processingRegistry().algorithmById(MODEL)
    assert model is not None and model.canExecute()[0]
    (output,) = (each.name() for each in model.destinationParameterDefinitions())
    given = {"INPUT_FOLDER": str(folder), "START": "2024-05-10", "MASK_BAND": "SCL", output: str(tmp_path / "out")}
    processing.run(MODEL, given, feedback=recording_feedback())
    index = []
    for number in (1, 2, 3):
        bands = scene(folder, number)
        ndvi = (bands[3] - bands[2]) / (bands[3] + bands[2])
        index.append(np.where(bands[4] == 9, np.nan, ndvi))
    found = pixels(tmp_path / "out" / "median_all.tif")
    np.testing.assert_array_max_ulp(found[0], np.nanmedian(index, axis=0).astype("float32"), 1)
