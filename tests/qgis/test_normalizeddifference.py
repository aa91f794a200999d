"""The algorithm as QGIS users call it: `processing.run`, layers, models and `qgis_process`."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import rasterio

from harness import ALGORITHM, SMALL_BLOCKS, hidden_files, recording_feedback

LANDSAT = {"MINIMUM": -0.7534246575, "MAXIMUM": 0.5866666667, "MEAN": -0.0643246375, "STD_DEV": 0.3206644513}


def test_landsat_figures(run, landsat, tmp_path):
    """The figures that gdal_calc.py and plain numpy agree on."""
    results = run(INPUT=str(landsat), OUTPUT=str(tmp_path / "ndvi.tif"))
    assert {name: results[name] for name in LANDSAT} == pytest.approx(LANDSAT, abs=1e-6)
    assert (results["VALID_PERCENT"], results["OUTSIDE_COUNT"]) == (100, 0)
    with rasterio.open(results["OUTPUT"]) as dataset:
        assert dataset.descriptions == ("NDVI (B4-B3)/(B4+B3)",)
        assert np.count_nonzero(dataset.read(1) != -9999) == 122_848


def test_landsat_figures_through_qgis_process(qgis_process, landsat, tmp_path):
    """The same from the shell, where nothing of the defaults needs to be said."""
    output = tmp_path / "ndvi.tif"
    done = qgis_process("run", ALGORITHM, "--json", f"--INPUT={landsat}", f"--OUTPUT={output}")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    assert {name: float(results[name]) for name in LANDSAT} == pytest.approx(LANDSAT, abs=1e-6)
    with rasterio.open(output) as dataset:
        assert np.count_nonzero(dataset.read(1) != -9999) == 122_848


def test_help_reads_as_plain_text(qgis_process):
    """Every public parameter is named with its default."""
    text = qgis_process("help", ALGORITHM).stdout
    for name in (
        "INPUT", "BAND_A", "BAND_B", "INPUT_B", "INPUT_B_BAND", "INDEX", "SCALING", "SCALE", "OFFSET", "NODATA",
        "ZERO_SUM", "CLAMP", "EXTENT", "DATA_TYPE", "OUTPUT_NODATA", "CREATION_OPTIONS", "WORKERS", "MEMORY",
        "CHUNK_SIZE", "OUTPUT", "MINIMUM", "MAXIMUM", "MEAN", "STD_DEV", "VALID_PERCENT", "OUTSIDE_COUNT",
    ):  # fmt: skip
        assert f"\n{name}" in text, name


def test_every_option_reaches_the_core(run, scene, tmp_path):
    """One run with all options away from their defaults, against plain numpy."""
    source, other = scene(), scene(name="other.tif", seed=2)
    results = run(
        INPUT=source, BAND_A=2, INPUT_B=other, INPUT_B_BAND=2, INDEX=3, SCALING=2, SCALE=0.5, OFFSET=-1000, NODATA=7,
        ZERO_SUM=1, CLAMP=True, EXTENT="400000,401000,4999000,5000000 [EPSG:32633]", DATA_TYPE=1, OUTPUT_NODATA=-30000,
        CREATION_OPTIONS=SMALL_BLOCKS + "|COMPRESS=LZW", WORKERS=1, MEMORY=64, CHUNK_SIZE=128,
        OUTPUT=str(tmp_path / "out.tif"),
    )  # fmt: skip
    with rasterio.open(source) as first, rasterio.open(other) as second, rasterio.open(results["OUTPUT"]) as out:
        stored_a, stored_b = (dataset.read(2)[:100, :100] for dataset in (first, second))
        a, b = (stored.astype(float) * 0.5 - 1000 for stored in (stored_a, stored_b))
        with np.errstate(all="ignore"):
            index = np.where(a + b == 0, 0, (a - b) / (a + b))
        expected = np.rint(np.clip(index, -1, 1) * 10_000)
        expected[(stored_a == 7) | (stored_b == 7)] = -30000
        np.testing.assert_array_equal(out.read(1), expected)
        assert out.nodata == -30000
        assert out.descriptions == ("NDMI (scene:B2-other:B2)/(scene:B2+other:B2)",)
        assert out.compression.name == "lzw"
        assert out.block_shapes == [(128, 128)]
    assert results["OUTSIDE_COUNT"] == np.count_nonzero((np.abs(index) > 1) & (expected != -30000))


def test_layers_by_object_id_and_name(run, scene, tmp_path):
    """A raster may be given as a layer of the project in every way that QGIS knows."""
    from qgis.core import QgsProject, QgsRasterLayer

    layer = QgsRasterLayer(scene(), "my scene")
    QgsProject.instance().addMapLayer(layer)
    try:
        means = {
            run(INPUT=value, BAND_A=2, BAND_B=1, OUTPUT=str(tmp_path / "out.tif"))["MEAN"]
            for value in (layer, layer.id(), "my scene", layer.source())
        }
    finally:
        QgsProject.instance().removeMapLayer(layer)
    assert len(means) == 1


def test_vector_and_web_layers_are_refused(run, tmp_path):
    """A layer that is no raster file is named, not opened."""
    from qgis.core import QgsProcessingException, QgsProject, QgsVectorLayer

    layer = QgsVectorLayer("Point?crs=EPSG:4326", "points", "memory")
    QgsProject.instance().addMapLayer(layer)
    try:
        with pytest.raises(QgsProcessingException, match="points"):
            run(INPUT="points", OUTPUT=str(tmp_path / "out.tif"))
    finally:
        QgsProject.instance().removeMapLayer(layer)


def test_result_is_styled_when_loaded(run, scene, tmp_path):
    """A layer that QGIS loads gets the ramp of its index over the index's range, for stored codes as well."""
    from qgis.core import QgsProcessingContext, QgsProcessingUtils, QgsProject, QgsSingleBandPseudoColorRenderer

    project = QgsProject()
    for data_type in (0, 1, 2):
        context = QgsProcessingContext()
        context.setProject(project)
        path = str(tmp_path / f"out{data_type}.tif")
        context.addLayerToLoadOnCompletion(path, QgsProcessingContext.LayerDetails("x", project, "OUTPUT"))
        run(context=context, INPUT=scene(), BAND_A=2, BAND_B=1, DATA_TYPE=data_type, OUTPUT=path)
        details = context.layerToLoadOnCompletionDetails(path)
        layer = QgsProcessingUtils.mapLayerFromString(path, context)
        details.postProcessor().postProcessLayer(layer, context, recording_feedback())
        renderer = layer.renderer()
        assert isinstance(renderer, QgsSingleBandPseudoColorRenderer)
        assert (renderer.classificationMin(), renderer.classificationMax()) == (-1, 1)
        value, ok = layer.dataProvider().sample(layer.extent().center(), 1)
        assert ok
        assert -1 <= value <= 1


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"BAND_A": 9}, "band 9 does not exist"),
        ({"BAND_B": 0}, "band 0 does not exist"),
        ({"INPUT": "{tmp}/missing.tif"}, "missing.tif does not exist"),
        ({"INPUT": "{tmp}/text.tif"}, "text.tif is not a raster"),
        ({"CREATION_OPTIONS": "FOO=1"}, "FOO"),
        ({"OUTPUT": "{tmp}/nowhere/out.tif"}, "nowhere does not exist"),
        ({"OUTPUT": "{tmp}/out.jpg"}, "out.jpg"),
        ({"OUTPUT": "{tmp}/noextension"}, "noextension"),
        ({"MEMORY": 1}, "Set MEMORY to at least"),
        ({"OUTPUT_NODATA": 0.5}, "OUTPUT_NODATA"),
    ],
)
def test_bad_input_is_one_clear_sentence(qgis_process, scene, tmp_path, parameters, words):
    """Exit code not 0, one sentence with the name, no traceback, nothing left behind."""
    (tmp_path / "text.tif").write_text("no raster")
    given = {"INPUT": scene(), "BAND_A": 2, "BAND_B": 1, "OUTPUT": "{tmp}/out.tif", **parameters}
    before = sorted(os.listdir(tmp_path))
    arguments = [f"--{name}={value}".replace("{tmp}", str(tmp_path)) for name, value in given.items()]
    done = qgis_process("run", ALGORITHM, *arguments)
    assert done.returncode == 1
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert sorted(os.listdir(tmp_path)) == before


def test_output_may_be_a_layer_of_the_project(run, scene, tmp_path):
    """A file that QGIS shows can be written again, and the layer then shows the new pixels."""
    from qgis.core import QgsRasterLayer

    path = str(tmp_path / "out.tif")
    run(INPUT=scene(), BAND_A=2, BAND_B=1, OUTPUT=path)
    layer = QgsRasterLayer(path, "result")
    centre = layer.extent().center()
    old = layer.dataProvider().sample(centre, 1)[0]
    run(INPUT=scene(), BAND_A=1, BAND_B=2, OUTPUT=path)
    layer.reload()
    assert layer.dataProvider().sample(centre, 1)[0] == -old
    assert hidden_files(tmp_path) == []
