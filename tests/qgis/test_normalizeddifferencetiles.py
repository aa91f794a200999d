"""Normalized difference of tiles in QGIS: lists, folders and layers as inputs, and `qgis_process`."""

from __future__ import annotations

import json
import os
import shutil

import numpy as np
import pytest
import rasterio

from cancels import Cancel, chunk_functions
from harness import pump, recording_feedback

ALGORITHM = "parallelraster:normalizeddifferencetiles"
BANDS = {"BAND_A": 2, "BAND_B": 1}


@pytest.fixture
def run_tiles(provider):
    """Function that runs Normalized difference of tiles with `processing.run`."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    def run_algorithm(feedback=None, **parameters):
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        return processing.run(
            ALGORITHM, {**BANDS, **parameters}, context=context, feedback=feedback or recording_feedback()
        )

    return run_algorithm


@pytest.fixture
def folder(scene, tmp_path):
    """Folder with three rasters of different sizes."""
    (tmp_path / "in").mkdir()
    for number in range(3):
        scene(200 + 50 * number, name=f"in/t{number}.tif", seed=number)
    return tmp_path / "in"


def names(folder):
    """Return the sorted file names of a folder."""
    return sorted(os.listdir(folder))


def test_a_folder_as_input(run_tiles, run, folder, tmp_path):
    """Every result is identical to that of Parallel normalized difference for the same raster."""
    results = run_tiles(INPUT_FOLDER=str(folder), OUTPUT=str(tmp_path / "new" / "out"))
    assert results["OUTPUT"] == str(tmp_path / "new" / "out")
    assert results["TILES"] == [f"{results['OUTPUT']}/NDVI_t{number}.tif" for number in range(3)]
    assert results["TILE_COUNT"] == 3
    assert names(results["OUTPUT"]) == ["NDVI_t0.tif", "NDVI_t1.tif", "NDVI_t2.tif"]
    for number in range(3):
        alone = run(INPUT=str(folder / f"t{number}.tif"), OUTPUT=str(tmp_path / "alone.tif"), **BANDS)
        with rasterio.open(alone["OUTPUT"]) as expected, rasterio.open(results["TILES"][number]) as found:
            np.testing.assert_array_equal(found.read(), expected.read())
            assert found.tags(1) == expected.tags(1)
            assert found.descriptions == expected.descriptions


def test_lists_of_paths_and_layers(run_tiles, folder, tmp_path):
    """INPUTS accepts paths, layers, layer IDs and names, nested lists from models, and paths joined by semicolons."""
    from qgis.core import QgsProject, QgsRasterLayer

    first, second, third = (str(folder / name) for name in names(folder))
    layer = QgsRasterLayer(second, "my tile")
    QgsProject.instance().addMapLayer(layer)
    try:
        for given in ([first, layer, third], [[first, layer.id()], third], f"{first};my tile;{third}"):
            results = run_tiles(INPUTS=given, INDEX=7, OUTPUT=str(tmp_path / "out"))
            assert names(results["OUTPUT"]) == ["NBR_t0.tif", "NBR_t1.tif", "NBR_t2.tif"]
            shutil.rmtree(results["OUTPUT"])
    finally:
        QgsProject.instance().removeMapLayer(layer)


def test_inputs_are_not_opened_as_layers(run_tiles, folder, tmp_path, monkeypatch):
    """A VRT file named .tif is rejected without QGIS opening it as a layer."""
    (folder / "t1.tif").write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>')
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match=r"t1\.tif is not a raster"):
        run_tiles(INPUTS=[str(folder / name) for name in names(folder)], OUTPUT=str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
    assert names(folder) == ["t0.tif", "t1.tif", "t2.tif"]


def test_a_temporary_folder(run_tiles, folder):
    results = run_tiles(INPUT_FOLDER=str(folder), OUTPUT="TEMPORARY_OUTPUT")
    assert names(results["OUTPUT"]) == ["NDVI_t0.tif", "NDVI_t1.tif", "NDVI_t2.tif"]


def test_the_report_is_a_result(run_tiles, folder, tmp_path):
    """REPORT is written and returned only if it is set."""
    given = {"INPUT_FOLDER": str(folder), "OUTPUT": str(tmp_path / "out")}
    results = run_tiles(REPORT=str(tmp_path / "report.html"), **given)
    assert results["REPORT"] == str(tmp_path / "report.html")
    assert "NDVI of 3 files" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "REPORT" not in run_tiles(**given)


def test_cloud_optimized(run_tiles, folder, tmp_path):
    results = run_tiles(
        INPUT_FOLDER=str(folder), COG=True, CREATION_OPTIONS="BLOCKSIZE=128", OUTPUT=str(tmp_path / "out")
    )
    for path in results["TILES"]:
        with rasterio.open(path) as dataset:
            assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert dataset.overviews(1)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "either input rasters"),
        ({"INPUT_FOLDER": "{tmp}/in", "INPUTS": "{tmp}/in/t0.tif"}, "either input rasters"),
        ({"INPUT_FOLDER": "{tmp}/none"}, "none is not a folder"),
        ({"INPUT_FOLDER": "{tmp}/in", "PATTERN": "*.jp2"}, "*.jp2"),
        ({"INPUT_FOLDER": "{tmp}/in", "BAND_A": 9}, "band 9 does not exist"),
        ({"INPUT_FOLDER": "{tmp}/in", "BAND_B": 0}, "BAND_B"),
        ({"INPUT_FOLDER": "{tmp}/in", "OUTPUT": "{tmp}/in"}, "contains inputs"),
        ({"INPUTS": "{tmp}/missing.tif"}, "missing.tif does not exist"),
        ({"INPUT_FOLDER": "{tmp}/in", "CREATION_OPTIONS": "FOO=1"}, "FOO"),
    ],
)
def test_invalid_input_gives_a_clear_message(check_refused, folder, parameters, message):
    check_refused(ALGORITHM, {**BANDS, "OUTPUT": "{tmp}/out", **parameters}, message)


@pytest.mark.long
def test_invalid_input_in_qgis_process(check_refused_by_qgis_process, folder):
    given = {**BANDS, "OUTPUT": "{tmp}/out", "INPUTS": "{tmp}/missing.tif"}
    check_refused_by_qgis_process(ALGORITHM, given, "missing.tif does not exist")


def test_qgis_process(qgis_process, folder, tmp_path):
    done = qgis_process(
        "run", ALGORITHM, "--json", f"--INPUTS={folder}/t0.tif", f"--INPUTS={folder}/t2.tif", "--BAND_A=2",
        "--BAND_B=1", f"--OUTPUT={tmp_path}/out",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    assert results["TILE_COUNT"] == 2
    assert names(tmp_path / "out") == ["NDVI_t0.tif", "NDVI_t2.tif"]


def test_a_damaged_file_fails_the_run_after_the_others(run_tiles, folder, tmp_path):
    """A damaged file ends the run with an error that names the file, after the other files have been written."""
    from qgis.core import QgsProcessingException

    with rasterio.open(folder / "t1.tif") as dataset:
        offset = int(dataset.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1))
    os.truncate(folder / "t1.tif", offset + 100)
    with pytest.raises(QgsProcessingException, match=r"not computed: 1 of 3 .*t1\.tif.*completed in .*: 2\."):
        run_tiles(INPUT_FOLDER=str(folder), OUTPUT=str(tmp_path / "out"))
    assert names(tmp_path / "out") == ["NDVI_t0.tif", "NDVI_t2.tif"]


def test_cancel(provider, scene, tmp_path):
    """A cancelled run skips the remaining files and leaves no output folder."""
    from qgis.core import QgsApplication, QgsProcessingAlgRunnerTask, QgsProcessingContext, QgsProject

    source = scene(1500)
    (tmp_path / "in").mkdir()
    for number in range(30):
        os.link(source, tmp_path / "in" / f"t{number}.tif")
    context, feedback = QgsProcessingContext(), recording_feedback()
    context.setProject(QgsProject.instance())
    values = {**BANDS, "WORKERS": 2, "INPUT_FOLDER": str(tmp_path / "in"), "OUTPUT": str(tmp_path / "out")}
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(ALGORITHM)
    task, outcome = QgsProcessingAlgRunnerTask(algorithm, values, context, feedback), []
    task.executed.connect(lambda ok, results: outcome.append(ok))
    with Cancel(*chunk_functions(), at=20) as cancel:
        QgsApplication.taskManager().addTask(task)
        pump(lambda: cancel.is_due)
        feedback.cancel()
        pump(lambda: outcome)
    assert outcome == [False]
    assert 20 < cancel.begun <= 24 and cancel.begun_later <= 2
    assert not (tmp_path / "out").exists()
