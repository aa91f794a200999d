"""Tile raster in QGIS: `processing.run`, polygons, tile index, models and `qgis_process`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from rasterio.features import geometry_mask

from harness import cancelled, recording_feedback

TILE = "parallelraster:tileraster"
LANDSAT_CHECKSUMS = [55419, 40578, 55175, 60139, 54027, 58050]


@pytest.fixture
def tile(provider):
    """Function that runs Tile raster with `processing.run` and adds the log lines and the context to the results."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    def run_algorithm(feedback=None, **parameters):
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        feedback = feedback or recording_feedback()
        results = processing.run(TILE, parameters, context=context, feedback=feedback)
        return {**results, "context": context, "lines": feedback.lines}

    return run_algorithm


def read_all(path):
    with rasterio.open(path) as dataset:
        return dataset.read()


def test_landsat(tile, landsat, tmp_path):
    results = tile(INPUT=str(landsat), TILE_WIDTH=100, TILE_HEIGHT=100, OUTPUT=str(tmp_path / "out"))
    assert results["TILE_COUNT"] == len(results["TILES"]) == 16 and results["OUTPUT"] == str(tmp_path / "out")
    with rasterio.open(results["TILES"][0]) as dataset:
        assert [dataset.checksum(band) for band in dataset.indexes] == LANDSAT_CHECKSUMS
    assert np.array_equal(read_all(results["VRT"]), read_all(landsat))
    assert sorted(os.listdir(tmp_path / "out"))[-1] == "tiles.json" and len(os.listdir(tmp_path / "out")) == 18


@pytest.mark.long
def test_landsat_through_qgis_process(qgis_process, landsat, tmp_path):
    done = qgis_process("run", TILE, "--json", f"--INPUT={landsat}", "--TILING=0", f"--OUTPUT={tmp_path}/out")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    assert int(results["TILE_COUNT"]) == 16 and len(results["TILES"]) == 16
    assert np.array_equal(read_all(results["VRT"]), read_all(landsat))


@pytest.mark.long
def test_help_reads_as_plain_text(qgis_process):
    text = qgis_process("help", TILE).stdout
    for name in (
        "INPUT", "TILING", "COLUMNS", "ROWS", "TILE_WIDTH", "TILE_HEIGHT", "POLYGONS", "NAME_FIELD", "OVERLAP",
        "REMAINDER", "ALIGNMENT", "EXTENT", "BANDS", "MIN_VALID", "SKIP_EMPTY", "NAME_TEMPLATE", "RESUME", "MAX_TILES",
        "CREATION_OPTIONS", "COG", "WORKERS", "MEMORY", "CHUNK_SIZE", "CLUSTER", "REPORT", "OUTPUT", "TILE_INDEX",
        "TILES", "VRT", "TILE_COUNT",
    ):  # fmt: skip
        assert f"\n{name}" in text, name


def test_defaults(provider):
    algorithm = provider.algorithm("tileraster")
    defaults = {each.name(): each.defaultValue() for each in algorithm.parameterDefinitions()}
    assert {name: defaults[name] for name in ("TILING", "COLUMNS", "ROWS", "TILE_WIDTH", "OVERLAP", "REMAINDER")} == {
        "TILING": 1, "COLUMNS": 4, "ROWS": 4, "TILE_WIDTH": 2048, "OVERLAP": 0, "REMAINDER": 0,
    }  # fmt: skip
    assert (defaults["MIN_VALID"], defaults["MAX_TILES"], defaults["ALIGNMENT"]) == (0, 100_000, 0)
    options = {each.name(): each.options() for each in algorithm.parameterDefinitions() if hasattr(each, "options")}
    assert [len(options[name]) for name in ("TILING", "REMAINDER", "ALIGNMENT")] == [4, 4, 2]


def test_every_option_reaches_the_core(tile, scene, tmp_path):
    source = scene(200)
    results = tile(
        INPUT=source, TILING=2, TILE_WIDTH=500, TILE_HEIGHT=400, OVERLAP=3, REMAINDER=1, ALIGNMENT=1,
        EXTENT="400000,401000,4999000,5000000 [EPSG:32633]", BANDS=[2], MIN_VALID=10, SKIP_EMPTY=True,
        NAME_TEMPLATE="t{id}", RESUME=True, MAX_TILES=100, CREATION_OPTIONS="COMPRESS=LZW", WORKERS=1, MEMORY=64,
        CHUNK_SIZE=64, OUTPUT=str(tmp_path / "out"),
    )  # fmt: skip
    given = json.loads((tmp_path / "out" / "tiles.json").read_text())["parameters"]
    stored = given.pop("creation_options")
    assert stored["COMPRESS"] == "LZW"
    assert given == {
        "tiling": "map_units", "columns": 4, "rows": 4, "tile_width": 500, "tile_height": 400, "name_field": None,
        "overlap": 3, "remainder": "pad", "alignment": "crs", "extent": [400000, 4999000, 401000, 5000000],
        "bands": [2], "min_valid": 10, "skip_empty": True, "count_valid": False, "name_template": "t{id}", "cog": False,
    }  # fmt: skip
    assert np.array_equal(read_all(results["VRT"]), read_all(source)[1:, :100, :100])
    assert "Tile size: 50 x 40 pixels" in results["lines"]


TRIANGLE = "MULTIPOLYGON(((400103 4999897, 400703 4999897, 400103 4999193, 400103 4999897)))"
FAR = "MULTIPOLYGON(((0 0, 10 0, 0 10, 0 0)))"
BOX = "MULTIPOLYGON(((401000 4999000, 401100 4999000, 401100 4998900, 401000 4998900, 401000 4999000)))"


@pytest.mark.parametrize("crs", ["EPSG:32633", "EPSG:4326"])
def test_polygons(tile, scene, polygons, tmp_path, crs):
    """One tile is written per polygon, with nodata outside, even if the layer and the raster have different CRSs."""
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsGeometry, QgsProject

    rows = [("north/west", TRIANGLE), ("far", FAR), (None, BOX)]
    if crs != "EPSG:32633":
        target, source_crs = (QgsCoordinateReferenceSystem(each) for each in (crs, "EPSG:32633"))
        transform = QgsCoordinateTransform(source_crs, target, QgsProject.instance())
        moved = []
        for plot, text in rows:
            geometry = QgsGeometry.fromWkt(text)
            geometry.transform(transform)
            moved.append((plot, geometry.asWkt(14)))
        rows = moved
    source = scene(300, nodata=0)
    results = tile(
        INPUT=source, TILING=3, POLYGONS=polygons(rows, crs), NAME_FIELD="plot", OUTPUT=str(tmp_path / "out")
    )
    names = [os.path.basename(path) for path in results["TILES"]]
    assert names[0] == "scene_north_west.tif" and len(names) == 2
    assert any("Polygon far was skipped: it lies outside the raster" in line for line in results["lines"])
    with rasterio.open(results["TILES"][0]) as dataset, rasterio.open(source) as whole:
        ring = [(400103, 4999897), (400703, 4999897), (400103, 4999193), (400103, 4999897)]
        inside = geometry_mask(
            [{"type": "Polygon", "coordinates": [ring]}], dataset.shape, dataset.transform, invert=True
        )
        found = dataset.read()
        window = whole.window(*dataset.bounds).round_offsets().round_lengths()
        expected = np.where(inside, whole.read(window=window), 0)
        assert np.count_nonzero(found != expected) == 0


def test_the_tile_index(tile, scene, tmp_path):
    from qgis.core import QgsVectorLayer

    path = str(tmp_path / "index.gpkg")
    results = tile(
        INPUT=scene(100), TILE_WIDTH=60, TILE_HEIGHT=60, OVERLAP=5, OUTPUT=str(tmp_path / "out"), TILE_INDEX=path
    )
    layer = QgsVectorLayer(results["TILE_INDEX"], "index", "ogr")
    assert layer.crs().authid() == "EPSG:32633" and layer.featureCount() == 4
    metadata = [feature.attributeMap() for feature in layer.getFeatures()]
    assert metadata[1]["file"] == results["TILES"][1]
    wanted = {"row": 0, "col": 1, "id": "1", "core_col": 60, "core_row": 0, "core_w": 40, "core_h": 60,
              "win_col": 55, "win_row": 0, "win_w": 45, "win_h": 65, "valid": 1.0}  # fmt: skip
    assert {name: metadata[1][name] for name in wanted} == wanted
    box = next(layer.getFeatures()).geometry().boundingBox()
    assert (box.xMinimum(), box.yMaximum(), box.width(), box.height()) == (4e5, 5e6, 650, 650)


def test_an_invalid_index_path_is_rejected_before_the_run(tile, scene, polygons, tmp_path):
    from qgis.core import (
        QgsCoordinateTransformContext,
        QgsProcessingException,
        QgsVectorFileWriter,
        QgsVectorLayer,
    )

    drawn = str(tmp_path / "plots.gpkg")
    metadata = QgsVectorFileWriter.SaveVectorOptions()
    QgsVectorFileWriter.writeAsVectorFormatV3(
        polygons([("a", TRIANGLE)]), drawn, QgsCoordinateTransformContext(), metadata
    )
    before = Path(drawn).read_bytes()
    source = scene(100)
    (tmp_path / "folder.gpkg").mkdir()
    for index, message in (
        (str(tmp_path / "missing" / "index.gpkg"), "missing does not exist"),
        (str(tmp_path / "folder.gpkg"), "is a folder"),
        (drawn, "is the same file as .*, which this run also uses"),
    ):
        with pytest.raises(QgsProcessingException, match=message):
            tile(INPUT=source, TILING=3, POLYGONS=drawn, OUTPUT=str(tmp_path / "out"), TILE_INDEX=index)
        assert not (tmp_path / "out").exists() and Path(drawn).read_bytes() == before
    results = tile(INPUT=source, OUTPUT=str(tmp_path / "out"), TILE_INDEX=str(tmp_path / "out" / "index.gpkg"))
    assert QgsVectorLayer(results["TILE_INDEX"], "index", "ogr").featureCount() == 1


def test_a_failure_while_writing_the_index_is_an_error(tile, scene, tmp_path, monkeypatch):
    from qgis.core import QgsFeatureSink, QgsProcessingException

    monkeypatch.setattr(QgsFeatureSink, "addFeature", lambda *arguments: False)
    with pytest.raises(QgsProcessingException, match="tile index could not be written"):
        tile(INPUT=scene(100), OUTPUT=str(tmp_path / "out"), TILE_INDEX="memory:")


def test_an_incomplete_index_is_an_error(tile, scene, tmp_path, monkeypatch):
    """An incomplete tile index is an error: on a full disk, GDAL can lose features without reporting an error."""
    from qgis.core import QgsFeatureSink, QgsProcessingException

    monkeypatch.setattr(QgsFeatureSink, "addFeature", lambda *arguments: True)
    with pytest.raises(QgsProcessingException, match=r"tile index could not be written \(.*index.gpkg is incomplete"):
        tile(INPUT=scene(100), OUTPUT=str(tmp_path / "out"), TILE_INDEX=str(tmp_path / "index.gpkg"))
    assert not (tmp_path / "index.gpkg").exists()


@pytest.mark.parametrize(
    ("kind", "value", "name"),
    [("date", "2020-01-02", "2020-01-02"), ("datetime", "2020-01-02T03:04:05", "2020-01-02T03_04_05"),
     ("int", 7, "7"), ("double", 2.5, "2.5")],
)  # fmt: skip
def test_tiles_are_named_by_fields_of_any_type(tile, scene, tmp_path, kind, value, name):
    from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer

    layer = QgsVectorLayer(f"MultiPolygon?crs=EPSG:32633&field=plot:{kind}", "plots", "memory")
    feature = QgsFeature(layer.fields())
    assert feature.setAttribute(0, layer.fields()[0].convertCompatible(value))
    feature.setGeometry(QgsGeometry.fromWkt(TRIANGLE))
    layer.dataProvider().addFeature(feature)
    results = tile(INPUT=scene(100), TILING=3, POLYGONS=layer, NAME_FIELD="plot", OUTPUT=str(tmp_path / "out"))
    assert [os.path.basename(path) for path in results["TILES"]] == [f"scene_{name}.tif"]


def test_a_failed_run_leaves_no_index(tile, scene, tmp_path):
    from qgis.core import QgsProcessingException

    path = tmp_path / "index.gpkg"
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "scene_0_0.tif").write_text("mine")
    with pytest.raises(QgsProcessingException, match="does not belong to any tile set"):
        tile(INPUT=scene(100), OUTPUT=str(tmp_path / "out"), TILE_INDEX=str(path))
    assert not path.exists() and os.listdir(tmp_path / "out") == ["scene_0_0.tif"]


def test_the_report_is_a_result(tile, scene, tmp_path):
    path = tmp_path / "report.html"
    results = tile(INPUT=scene(100), TILE_WIDTH=60, TILE_HEIGHT=60, OUTPUT=str(tmp_path / "out"), REPORT=str(path))
    text = path.read_text(encoding="utf-8")
    assert results["REPORT"] == str(path) and "4 of 4 chunks done" in text and "Tile raster" in text
    assert "worker 1" in text and "OVERLAP" in text
    without = tile(INPUT=scene(100), TILE_WIDTH=60, TILE_HEIGHT=60, OUTPUT=str(tmp_path / "out"))
    assert "REPORT" not in without


def test_a_temporary_folder(tile, scene):
    results = tile(INPUT=scene(100), TILE_WIDTH=60, TILE_HEIGHT=60, OUTPUT="TEMPORARY_OUTPUT")
    assert {os.path.dirname(path) for path in results["TILES"]} == {results["OUTPUT"]}
    assert Path(results["OUTPUT"], "tiles.json").is_file() and results["TILE_COUNT"] == 4


def add_metadata(path, kind):
    """Add to a raster all the metadata that tiles must keep."""
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions, dataset.units = ["red", "grün"], ["m", "K"]
        dataset.scales, dataset.offsets = [0.5, 2], [1, 0]
        dataset.update_tags(SENSOR="x=y", AREA_OR_POINT="Area" if kind == "gcps" else "Point")
        dataset.update_tags(ns="DOMAIN", key="value")
        dataset.update_tags(1, GAIN="3")
        if kind == "mask":
            with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
                dataset.write_mask(np.random.default_rng(1).integers(0, 2, dataset.shape).astype(bool))
        elif kind == "gcps":
            points = [GroundControlPoint(r, c, 4e5 + c, 5e6 - r) for r, c in ((0, 0), (0, 100), (100, 0))]
            dataset.gcps = points, rasterio.crs.CRS.from_epsg(32633)
        elif kind == "nodata":
            dataset.nodata = 7


@pytest.mark.parametrize("kind", ["mask", "nodata", "alpha", "gcps", "table"])
def test_tiles_written_in_qgis_keep_all_metadata(tile, scene, tmp_path, kind):
    """Tiles written by GDAL's bindings in QGIS and by rasterio outside QGIS have the same pixels and metadata."""
    from parallel_raster.core import tile_raster
    from parallel_raster.core.reading.metadata import lost_metadata, read_source

    if kind == "table":
        source = str(tmp_path / "scene.tif")
        profile = {"driver": "GTiff", "width": 100, "height": 100, "count": 1, "dtype": "uint8", "crs": "EPSG:32633"}
        with rasterio.open(source, "w", **profile, transform=rasterio.transform.from_origin(1, 2, 3, 4)) as dataset:
            dataset.write_colormap(1, {1: (9, 8, 7, 255), 2: (6, 5, 4, 255)})
            dataset.write(np.ones((1, 100, 100), "uint8"))
    else:
        plain = {"crs": None, "transform": None} if kind == "gcps" else {}
        source = scene(100, **plain)
        if kind == "alpha":
            with rasterio.open(source, "r+") as dataset:
                dataset.colorinterp = [ColorInterp.gray, ColorInterp.alpha]
        add_metadata(source, kind)
    options = {"tile_width": 60, "tile_height": 60}
    ours = tile(INPUT=source, TILE_WIDTH=60, TILE_HEIGHT=60, OUTPUT=str(tmp_path / "qgis"))
    other = tile_raster(source, tmp_path / "core", **options)
    assert not [line for line in ours["lines"] if "Not kept" in line]
    for here, there in zip(ours["TILES"], other.tiles):
        first, second = (read_source(each).metadata for each in (there, here))
        assert lost_metadata(first, second) == lost_metadata(second, first) == [] and first.grid == second.grid
        with rasterio.open(here) as one, rasterio.open(there) as two:
            assert np.array_equal(one.read(), two.read()) and np.array_equal(one.read_masks(), two.read_masks())
            assert one.profile == two.profile


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [("int64", -(2**63)), ("uint64", 2**64 - 1), ("int8", None), ("uint8", -9999), ("float32", float("nan"))],
)
def test_data_types_and_nodata_written_with_gdal(tile, tmp_path, dtype, nodata):
    from osgeo import gdal

    from parallel_raster.core.reading.metadata import read_source

    names = {"int64": "Int64", "uint64": "UInt64", "int8": "Byte", "uint8": "Byte", "float32": "Float32"}
    if dtype == "int8" and hasattr(gdal, "GDT_Int8"):
        names["int8"] = "Int8"
    kind = gdal.GetDataTypeByName(names[dtype])
    options = ["PIXELTYPE=SIGNEDBYTE"] if dtype == "int8" and names["int8"] == "Byte" else []
    source = str(tmp_path / "in.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(source, 50, 50, 1, kind, options)
    if nodata is not None:
        dataset.GetRasterBand(1).SetNoDataValue(nodata)
    values = np.arange(2500).reshape(50, 50) % 100
    dataset.GetRasterBand(1).WriteArray((values - (50 if dtype in ("int8", "int64") else 0)).astype(dtype))
    dataset = None
    results = tile(INPUT=source, TILE_WIDTH=30, TILE_HEIGHT=30, OUTPUT=str(tmp_path / "out"))
    metadata = read_source(results["TILES"][0]).metadata.bands[0]
    assert metadata.dtype == dtype and (metadata.nodata == nodata or nodata != nodata)
    one, two = gdal.Open(source), gdal.Open(results["VRT"])
    assert np.array_equal(one.ReadAsArray(), two.ReadAsArray())


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"INPUT": "{tmp}/missing.tif"}, "missing.tif does not exist"),
        ({"TILE_WIDTH": 0}, "TILE_WIDTH is 0"),
        ({"TILE_WIDTH": 1, "TILE_HEIGHT": 1, "MAX_TILES": 100}, "10,000 tiles; MAX_TILES is 100"),
        ({"TILING": 3}, "POLYGONS is not set"),
        ({"OUTPUT": "{tmp}"}, "contains the input"),
        ({"OUTPUT": "{tmp}/scene.tif"}, "is not a folder"),
        ({"NAME_TEMPLATE": "x", "TILE_WIDTH": 50}, "Two tiles would have the same file name, x.tif"),
        ({"CREATION_OPTIONS": "FOO=1"}, "FOO"),
        ({"BANDS": 9}, "band 9 does not exist"),
    ],
)
def test_invalid_input_gives_a_clear_message(check_refused, scene, parameters, message):
    check_refused(TILE, {"INPUT": scene(100), "OUTPUT": "{tmp}/out", **parameters}, message)


@pytest.mark.long
def test_invalid_input_in_qgis_process(check_refused_by_qgis_process, scene):
    given = {"INPUT": scene(100), "OUTPUT": "{tmp}/out", "BANDS": 9}
    check_refused_by_qgis_process(TILE, given, "band 9 does not exist")


def test_a_cancelled_run_leaves_no_output(tile, scene, tmp_path):
    from parallel_raster.core.jobs.tiling import task as tile_task

    feedback = recording_feedback()
    with cancelled(feedback.cancel, (tile_task, "read_piece"), at=100):
        tile(feedback, INPUT=scene(500), TILE_WIDTH=10, TILE_HEIGHT=10, WORKERS=2, OUTPUT=str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_cancelled_run_with_resume_says_that_finished_tiles_are_kept(tile, scene, tmp_path):
    from parallel_raster.core.jobs.tiling import task as tile_task

    feedback, out = recording_feedback(), tmp_path / "out"
    options = {"INPUT": scene(500), "TILE_WIDTH": 10, "TILE_HEIGHT": 10, "WORKERS": 2, "RESUME": True}
    with cancelled(feedback.cancel, (tile_task, "read_piece"), at=100) as caught:
        tile(feedback, **options, OUTPUT=str(out))
    kept = len(list(out.glob("*.tif")))
    assert kept and f"Finished tiles kept: {kept}. To continue, run again with RESUME" in str(caught.value)


@pytest.mark.long
def test_tiles_as_input_of_later_model_steps(provider, qgis_process, scene, tmp_path):
    """In a model, GDAL's merge and the normalized difference accept the tiles, also in a run of `qgis_process`."""
    import processing
    from qgis.core import (
        QgsProcessingContext,
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingModelOutput,
        QgsProcessingModelParameter,
        QgsProcessingParameterFolderDestination,
        QgsProcessingParameterRasterLayer,
        QgsProject,
    )  # fmt: skip

    model = QgsProcessingModelAlgorithm("tiles", "tests")
    model.addModelParameter(QgsProcessingParameterRasterLayer("INPUT", "Input"), QgsProcessingModelParameter("INPUT"))
    source = QgsProcessingModelChildParameterSource

    tiling = QgsProcessingModelChildAlgorithm(TILE)
    tiling.setChildId("tile")
    tiling.addParameterSources("INPUT", [source.fromModelParameter("INPUT")])
    tiling.addParameterSources("TILING", [source.fromStaticValue(0)])
    folder = QgsProcessingModelOutput("folder", "folder")
    folder.setChildOutputName("OUTPUT")
    folder.setChildId("tile")
    tiling.setModelOutputs({"folder": folder})
    model.addChildAlgorithm(tiling)

    merging = QgsProcessingModelChildAlgorithm("gdal:merge")
    merging.setChildId("merge")
    merging.addParameterSources("INPUT", [source.fromChildOutput("tile", "TILES")])
    merging.addParameterSources("DATA_TYPE", [source.fromStaticValue(2)])
    result = QgsProcessingModelOutput("merged", "merged")
    result.setChildOutputName("OUTPUT")
    result.setChildId("merge")
    merging.setModelOutputs({"merged": result})
    model.addChildAlgorithm(merging)

    index = QgsProcessingModelChildAlgorithm("parallelraster:normalizeddifference")
    index.setChildId("index")
    index.addParameterSources("INPUT", [source.fromChildOutput("tile", "VRT")])
    for name, band in (("BAND_A", 2), ("BAND_B", 1)):
        index.addParameterSources(name, [source.fromStaticValue(band)])
    difference = QgsProcessingModelOutput("difference", "difference")
    difference.setChildOutputName("OUTPUT")
    difference.setChildId("index")
    index.setModelOutputs({"difference": difference})
    model.addChildAlgorithm(index)

    path = scene(300)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    values = {"INPUT": path}
    for output in model.destinationParameterDefinitions():
        is_folder = isinstance(output, QgsProcessingParameterFolderDestination)
        values[output.name()] = str(tmp_path / ("tiles" if is_folder else output.name().replace(":", "_") + ".tif"))
    feedback = recording_feedback()
    processing.run(model, values, context=context, feedback=feedback)

    def check_results():
        assert len(list((tmp_path / "tiles").glob("*.tif"))) == 16
        merged, difference = (next(tmp_path.glob(f"*{name}*.tif")) for name in ("merged", "difference"))
        assert np.array_equal(read_all(merged), read_all(path))
        assert read_all(difference).shape == (1, 300, 300)
        return merged, difference

    for result in check_results():
        result.unlink()
    assert model.toFile(str(tmp_path / "tiles.model3"))
    done = qgis_process("run", str(tmp_path / "tiles.model3"), *(f"--{name}={value}" for name, value in values.items()))
    assert done.returncode == 0, done.stderr
    check_results()
