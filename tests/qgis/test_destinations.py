"""No algorithm replaces one of its inputs, whichever parameters name the input and the output."""

from __future__ import annotations

import os
import shutil

import pytest

ALGORITHMS = (
    "benchmark", "focalfilter", "focalfiltertiles", "labelobjects", "maskraster", "mergetiles", "normalizeddifference",
    "normalizeddifferencetiles", "rastercalculator", "rastercalculatortiles", "spectralindex", "stacsearch",
    "stacstack", "temporalcomposite", "tileraster", "trainingchips", "zonalstatistics",
)  # fmt: skip
"""All algorithms that have inputs: all except `checkinstallation`."""

SQUARE = "MULTIPOLYGON(((400100 4999500, 400500 4999500, 400500 4999900, 400100 4999500)))"
TEXT_INPUTS = {"ITEMS": "items.json", "SCENES": "scenes.json", "DATES_FILE": "dates.csv"}


@pytest.fixture
def plots(polygons, tmp_path):
    """Function that writes a polygon layer to the table `plots` of a file, and returns the path of the file."""
    from qgis.core import QgsCoordinateTransformContext, QgsVectorFileWriter

    def make(name="plots.gpkg", driver="GPKG"):
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = driver, "plots"
        path = str(tmp_path / name)
        layer = polygons([("a", SQUARE)])
        QgsVectorFileWriter.writeAsVectorFormatV3(layer, path, QgsCoordinateTransformContext(), options)
        return path

    return make


def owned(path):
    """Return the tables of a GeoPackage, and the values of the field `plot` of the table `plots`."""
    from osgeo import ogr

    dataset = ogr.Open(path)
    names = sorted(dataset.GetLayer(number).GetName() for number in range(dataset.GetLayerCount()))
    return names, [feature.GetField("plot") for feature in dataset.GetLayerByName("plots")]


def test_the_table_of_algorithms_is_complete(provider):
    from parallel_raster.algorithms import ALGORITHMS as ALL

    assert sorted(each().name() for each in ALL) == sorted([*ALGORITHMS, "checkinstallation"])


@pytest.mark.parametrize("name", ALGORITHMS)
def test_no_destination_may_be_an_input(provider, scene, plots, tmp_path, name):
    """Every destination is checked against every input file; the names of the outputs are links to the inputs."""
    from qgis.core import QgsProcessingContext

    from parallel_raster.algorithms.shared.destinations import check_destinations
    from parallel_raster.core.errors import OutputError

    raster, vector = scene(40), plots("plots.geojson", "GeoJSON")
    for text in TEXT_INPUTS.values():
        (tmp_path / text).write_text("{}")
    files = {"raster": (raster,), "multilayer": (raster,), "source": (vector,), "extent": (raster, vector)}
    endings = {"fileDestination": ".html", "sink": ".gpkg", "rasterDestination": ".tif"}
    algorithm = provider.algorithm(name).create()
    parameters = algorithm.parameterDefinitions()
    inputs = [
        (each.name(), file)
        for each in parameters
        for file in files.get(each.type(), [str(tmp_path / TEXT_INPUTS.get(each.name(), "."))])
        if each.type() in files or each.name() in TEXT_INPUTS
    ]
    for destination in (each for each in parameters if each.isDestination()):
        for number, (given, file) in enumerate(inputs):
            if destination.type() == "folderDestination":
                output = os.path.dirname(file)
                if file != raster:
                    continue  # only rasters would be mistaken for outputs
            else:
                output = str(tmp_path / f"{destination.name()}{number}{endings[destination.type()]}")
                os.symlink(os.path.relpath(file, tmp_path), output)
            values = {given: file, destination.name(): output}
            with pytest.raises(OutputError, match="same file|which would be mistaken") as error:
                check_destinations(algorithm, values, QgsProcessingContext())
            assert error.value.parameter == destination.name().lower(), (given, destination.name())
            values[destination.name()] = str(tmp_path / "new" / "out") + endings.get(destination.type(), "")
            check_destinations(algorithm, values, QgsProcessingContext())


@pytest.mark.parametrize(
    ("name", "source", "destination", "more"),
    [
        ("tileraster", "POLYGONS", "TILE_INDEX", {"TILING": 3, "OUTPUT": "{tmp}/out"}),
        ("trainingchips", "LABELS", "INDEX_LAYER", {"SIZE": 16, "OUTPUT": "{tmp}/out"}),
        ("zonalstatistics", "POLYGONS", "TABLE", {"ZONES": 1}),
    ],
)
def test_a_table_that_is_an_input_is_not_replaced(
    provider, scene, plots, tmp_path, monkeypatch, name, source, destination, more
):
    """*Save to GeoPackage* replaces a table. The table of the input is rejected; other tables can be added."""
    import processing
    from qgis.core import (
        QgsProcessingContext,
        QgsProcessingException,
        QgsProcessingFeatureSourceDefinition,
        QgsVectorLayer,
    )

    path, link = plots(), str(tmp_path / "link.gpkg")
    os.symlink(path, link)
    monkeypatch.chdir(tmp_path)
    values = {"INPUT": scene(100), **{key: str(value).format(tmp=tmp_path) for key, value in more.items()}}
    algorithm = provider.algorithm(name).create()
    tables = (
        f"dbname='{path}' table=\"plots\" (geom)", f"dbname={path} table=PLOTS", f"dbname='{link}' table=\"plots\"",
        "dbname='plots.gpkg' table=\"plots\" (geom)", f"dbname='{path}'", path,
    )  # fmt: skip
    layer = f"{path}|layername=plots"
    for given in (path, layer, f"{path}|layerid=0|subset=plot='a'", link, QgsVectorLayer(layer, "plots", "ogr"),
                  QgsProcessingFeatureSourceDefinition(layer)):  # fmt: skip
        for table in tables:
            chosen = {**values, source: given, destination: f"ogr:{table}"}
            ok, text = algorithm.checkParameterValues(chosen, QgsProcessingContext())
            assert not ok and "which this run also uses" in text, (given, table)
    for table in (tables[0], path, path.removesuffix(".gpkg")):
        with pytest.raises(QgsProcessingException, match="same file as .*, which this run also uses"):
            processing.run(
                algorithm, {**values, source: layer, destination: table if table.startswith("/") else f"ogr:{table}"}
            )
    assert owned(path) == (["plots"], ["a"]) and not (tmp_path / "out").exists()
    other = f"ogr:dbname='{path}' table=\"other\" (geom)"
    processing.run(algorithm, {**values, source: layer, destination: other})
    assert owned(path) == (["other", "plots"], ["a"])


def test_a_step_of_a_model_does_not_replace_an_input(provider, scene, tmp_path):
    """A model does not call `checkParameterValues` of its steps, so the run itself checks the outputs."""
    from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback

    extent, context, feedback = scene(60, name="extent.tif"), QgsProcessingContext(), QgsProcessingFeedback()
    shutil.copy(extent, tmp_path / "before.tif")
    values = {"INPUT": scene(100), "EXTENT": extent, "OUTPUT": extent}
    algorithm = provider.algorithm("normalizeddifference").create()
    with pytest.raises(QgsProcessingException, match="Output is one of the inputs"):
        algorithm.prepareAlgorithm(values, context, feedback)
    assert (tmp_path / "extent.tif").read_bytes() == (tmp_path / "before.tif").read_bytes()


def test_outputs_of_a_run_are_different_files(provider, scene, plots, tmp_path):
    """Two outputs may not be the same file."""
    from qgis.core import QgsProcessingContext

    (tmp_path / "table.gpkg").touch()
    os.symlink("table.gpkg", tmp_path / "report.html")
    values = {"INPUT": scene(100), "TABLE": str(tmp_path / "table.gpkg"), "REPORT": str(tmp_path / "report.html")}
    ok, text = provider.algorithm("zonalstatistics").create().checkParameterValues(values, QgsProcessingContext())
    assert not ok and "The report" in text and "is the same file as" in text


def test_outputs_in_a_new_folder_and_empty_expressions(provider, scene, plots, tmp_path):
    """The folder of an index may be created by the run; an output whose expression is empty is left out."""
    from qgis.core import QgsProcessingContext, QgsProperty

    folder, context = tmp_path / "new", QgsProcessingContext()
    values = {"INPUT": scene(100), "OUTPUT": str(folder), "TILE_INDEX": str(folder / "index.gpkg")}
    for report in (str(tmp_path / "report.html"), QgsProperty.fromExpression("NULL"), QgsProperty.fromValue("")):
        algorithm = provider.algorithm("tileraster").create()
        assert algorithm.checkParameterValues({**values, "REPORT": report}, context) == (True, "")
