"""A value that cannot be used is refused before the run, by a sentence that names its parameter."""

from __future__ import annotations

import re

import pytest

INDEX = "normalizeddifference"
TILES = "normalizeddifferencetiles"
TILE = "tileraster"
MERGE = "mergetiles"

REFUSED = [
    (INDEX, {"INPUT": None}, "INPUT"),
    (INDEX, {"INPUT": "/nowhere/a.tif"}, "INPUT"),
    (INDEX, {"BAND_A": 9}, "BAND_A"),
    (INDEX, {"BAND_B": 0}, "BAND_B"),
    (INDEX, {"INPUT_B": "/nowhere/b.tif"}, "INPUT_B"),
    (INDEX, {"INPUT_B": "INPUT", "INPUT_B_BAND": 7}, "INPUT_B_BAND"),
    (INDEX, {"INDEX": 10}, "INDEX"),
    (INDEX, {"SCALING": 3}, "SCALING"),
    (INDEX, {"SCALING": 2, "SCALE": 0}, "SCALE"),
    (INDEX, {"NODATA": "x"}, "NODATA"),
    (INDEX, {"ZERO_SUM": 2}, "ZERO_SUM"),
    (INDEX, {"MASK": "/nowhere/m.tif"}, "MASK"),
    (INDEX, {"MASK": "INPUT", "MASK_BAND": 5}, "MASK_BAND"),
    (INDEX, {"MASK": "INPUT", "MASK_VALUES": "3-x"}, "MASK_VALUES"),
    (INDEX, {"MASK": "INPUT", "MASK_BITS": "99"}, "MASK_BITS"),
    (INDEX, {"RESAMPLING": 5}, "RESAMPLING"),
    (INDEX, {"EXTENT": "0,1,0,1"}, "EXTENT"),
    (INDEX, {"EXTENT": "there"}, "EXTENT"),
    (INDEX, {"DATA_TYPE": 3}, "DATA_TYPE"),
    (INDEX, {"OUTPUT_NODATA": 0}, "OUTPUT_NODATA"),
    (INDEX, {"OUTPUT": "/nowhere/out.tif"}, "OUTPUT"),
    (INDEX, {"OUTPUT": "out.png"}, "OUTPUT"),
    (INDEX, {"OUTPUT": "INPUT"}, "OUTPUT"),
    (INDEX, {"CREATION_OPTIONS": "COMPRESS"}, "CREATION_OPTIONS"),
    (INDEX, {"CREATION_OPTIONS": "SPEED=HIGH"}, "CREATION_OPTIONS"),
    (INDEX, {"CREATION_OPTIONS": "COMPRESS=ZIP"}, "CREATION_OPTIONS"),
    (INDEX, {"CREATION_OPTIONS": "TILED=YES", "COG": True}, "CREATION_OPTIONS"),
    (INDEX, {"WORKERS": -1}, "WORKERS"),
    (INDEX, {"MEMORY": -1}, "MEMORY"),
    (INDEX, {"MEMORY": 1, "CREATION_OPTIONS": "BLOCKXSIZE=4096|BLOCKYSIZE=4096"}, "MEMORY"),
    (INDEX, {"CHUNK_SIZE": -1}, "CHUNK_SIZE"),
    (INDEX, {"CLUSTER": "http://here"}, "CLUSTER"),
    (INDEX, {"REPORT": "report.txt"}, "REPORT"),
    (TILES, {"INPUTS": None}, "INPUTS"),
    (TILES, {"INPUTS": None, "INPUT_FOLDER": "/nowhere"}, "INPUT_FOLDER"),
    (TILES, {"BAND_A": 0}, "BAND_A"),
    (TILES, {"BAND_B": 9}, "BAND_B"),
    (TILES, {"OUTPUT_NODATA": 0}, "OUTPUT_NODATA"),
    (TILES, {"OUTPUT": "INPUT"}, "OUTPUT"),
    (TILE, {"INPUT": "/nowhere/a.tif"}, "INPUT"),
    (TILE, {"TILING": 4}, "TILING"),
    (TILE, {"TILING": 0, "COLUMNS": 0}, "COLUMNS"),
    (TILE, {"TILING": 0, "ROWS": 999}, "ROWS"),
    (TILE, {"TILE_WIDTH": 0}, "TILE_WIDTH"),
    (TILE, {"TILE_HEIGHT": -1}, "TILE_HEIGHT"),
    (TILE, {"TILING": 3}, "POLYGONS"),
    (TILE, {"OVERLAP": -1}, "OVERLAP"),
    (TILE, {"REMAINDER": 4}, "REMAINDER"),
    (TILE, {"ALIGNMENT": 2}, "ALIGNMENT"),
    (TILE, {"EXTENT": "0,1,0,1"}, "EXTENT"),
    (TILE, {"BANDS": [9]}, "BANDS"),
    (TILE, {"BANDS": [1, 1]}, "BANDS"),
    (TILE, {"MIN_VALID": 101}, "MIN_VALID"),
    (TILE, {"NAME_TEMPLATE": "same", "TILE_WIDTH": 50}, "NAME_TEMPLATE"),
    (TILE, {"TILE_WIDTH": 1, "TILE_HEIGHT": 1, "MAX_TILES": 10}, "MAX_TILES"),
    (TILE, {"OUTPUT": "INPUT"}, "OUTPUT"),
    (MERGE, {"INPUTS": None}, "INPUTS"),
    (MERGE, {"INPUTS": None, "INPUT_FOLDER": "/nowhere"}, "INPUT_FOLDER"),
    (MERGE, {"METHOD": 9}, "METHOD"),
    (MERGE, {"METHOD": 8, "FEATHER": 0}, "FEATHER"),
    (MERGE, {"RESOLUTION": 5}, "RESOLUTION"),
    (MERGE, {"RESAMPLING": 5}, "RESAMPLING"),
    (MERGE, {"DATA_TYPE": 8}, "DATA_TYPE"),
    (MERGE, {"OUTPUT": "/nowhere/out.tif"}, "OUTPUT"),
]


@pytest.mark.parametrize(("name", "given", "parameter"), REFUSED, ids=lambda value: str(value)[:60])
def test_the_message_names_the_parameter(name, given, parameter, provider, scene, tmp_path, monkeypatch):
    from qgis.core import QgsApplication, QgsProcessingContext, QgsProject

    monkeypatch.chdir(tmp_path)
    source = scene(100)
    usual = {
        INDEX: {"INPUT": source, "BAND_A": 2, "BAND_B": 1, "OUTPUT": "new.tif"},
        TILES: {"INPUTS": [source], "BAND_A": 2, "BAND_B": 1, "OUTPUT": "new"},
        TILE: {"INPUT": source, "OUTPUT": "new"},
        MERGE: {"INPUTS": [source], "OUTPUT": "new.tif"},
    }[name]
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"parallelraster:{name}")
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    assert algorithm.checkParameterValues(usual, context) == (True, "")
    values = {key: source if value == "INPUT" else value for key, value in given.items()}
    fine, message = algorithm.checkParameterValues({**usual, **values}, context)
    assert not fine
    assert re.search(rf"\b{parameter}\b", message), message


def test_a_layer_that_is_no_file(provider, tmp_path):
    """It has no path; the message still names the parameter that it was given for."""
    from qgis.core import QgsApplication, QgsProcessingContext, QgsProject, QgsVectorLayer

    layer = QgsVectorLayer("Point?crs=EPSG:4326", "places", "memory")
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"parallelraster:{INDEX}")
    values = {"INPUT": layer, "OUTPUT": str(tmp_path / "out.tif")}
    fine, message = algorithm.checkParameterValues(values, context)
    assert not fine
    assert message.startswith("Input raster (INPUT): The layer places is not a raster file")


def test_an_output_as_the_dialog_gives_it(provider, scene, tmp_path):
    from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingOutputLayerDefinition, QgsProject

    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"parallelraster:{INDEX}")
    output = QgsProcessingOutputLayerDefinition(str(tmp_path / "no" / "out.tif"), QgsProject.instance())
    fine, message = algorithm.checkParameterValues(
        {"INPUT": scene(100), "BAND_A": 2, "BAND_B": 1, "OUTPUT": output}, context
    )
    assert not fine and message.startswith("Normalized difference (OUTPUT): The output folder")
