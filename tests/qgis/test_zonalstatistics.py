"""Zonal and block statistics in QGIS: layers of polygons and cells, parameters, errors, and QGIS's own algorithm."""

from __future__ import annotations

import json
import resource
import signal

import numpy as np
import pytest
import rasterio
from rasterio.features import geometry_mask

from harness import recording_feedback

ZONAL = "parallelraster:zonalstatistics"
ALL = list(range(9))
TRIANGLE = "MULTIPOLYGON(((400103 4999897, 400703 4999897, 400103 4999193, 400103 4999897)))"
RING = (
    "MULTIPOLYGON(((401000 4999000, 401500 4999000, 401500 4998500, 401000 4998500, 401000 4999000), "
    "(401101 4998899, 401399 4998899, 401399 4998601, 401101 4998601, 401101 4998899)))"
)
FAR = "MULTIPOLYGON(((0 0, 10 0, 0 10, 0 0)))"


@pytest.fixture
def zonal(provider):
    """Function that runs the algorithm with `processing.run`, and returns its results and the features of the table."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject, QgsVectorLayer

    def run_algorithm(feedback=None, **parameters):
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        given = {"TABLE": "memory:", **parameters}
        results = processing.run(ZONAL, given, context=context, feedback=feedback or recording_feedback())
        table = results["TABLE"]
        layer = QgsVectorLayer(table, "table") if isinstance(table, str) else table
        return results, layer, list(layer.getFeatures())

    return run_algorithm


@pytest.mark.parametrize("crs", ["EPSG:32633", "EPSG:4326"])
def test_polygons(zonal, scene, polygons, crs):
    """The polygons keep their CRS, geometry and fields; polygons without pixels have no statistics."""
    from qgis.core import NULL, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsGeometry, QgsProject

    transform = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:32633"), QgsCoordinateReferenceSystem(crs), QgsProject.instance()
    )
    shapes = []
    for text in (TRIANGLE, RING, FAR):
        geometry = QgsGeometry.fromWkt(text)
        if text != FAR:
            geometry.transform(transform)
        shapes.append(geometry.asWkt(17))
    layer = polygons(list(zip(("rye", "oats", None), shapes)), crs)
    source = scene(300, nodata=0)
    feedback = recording_feedback()
    results, table, found = zonal(feedback, INPUT=source, ZONES=1, POLYGONS=layer, FIELD="plot", STATISTICS=ALL)
    assert results["ZONE_COUNT"] == 3 and table.crs().authid() == crs
    assert [field.name() for field in table.fields()][:4] == ["plot", "zone", "b1_count", "b1_share"]
    assert [feature["zone"] for feature in found] == ["rye", "oats", NULL]
    assert [feature.geometry().asWkt() for feature in found] == [
        each.geometry().asWkt() for each in layer.getFeatures()
    ]
    assert found[2]["b1_count"] == 0 and not isinstance(found[2]["b1_mean"], float)
    assert any("Polygons without statistics: polygon 3: it lies outside the raster" in line for line in feedback.lines)
    with rasterio.open(source) as dataset:
        values, place = dataset.read(), dataset.transform
    for text, feature in zip((TRIANGLE, RING), found):
        shape = json.loads(QgsGeometry.fromWkt(text).asJson(17))
        inside = geometry_mask([shape], values.shape[1:], place, invert=True)
        for band, numbers in enumerate((values[0][inside], values[1][inside]), 1):
            assert feature[f"b{band}_count"] == numbers.size and feature[f"b{band}_share"] == 1
            assert feature[f"b{band}_sum"] == numbers.sum() and feature[f"b{band}_median"] == np.median(numbers)
            assert feature[f"b{band}_std"] == pytest.approx(numbers.std(), rel=1e-12)


def test_fields_of_polygons_are_kept(provider, scene):
    """New fields get a number if the polygons have a field of this name; the layer is coloured by the new field."""
    from qgis.core import (
        QgsFeature,
        QgsGeometry,
        QgsProcessingContext,
        QgsProcessingOutputLayerDefinition,
        QgsProject,
        QgsVectorLayer,
    )  # fmt: skip

    layer = QgsVectorLayer("Polygon?crs=EPSG:32633&field=zone:string&field=b1_mean:double", "fields", "memory")
    feature = QgsFeature(layer.fields())
    feature.setAttributes(["north", 3.5])
    feature.setGeometry(QgsGeometry.fromWkt(TRIANGLE.replace("MULTI", "").replace("(((", "((").replace(")))", "))")))
    layer.dataProvider().addFeature(feature)
    context, project = QgsProcessingContext(), QgsProject()
    context.setProject(project)
    source = scene(300)
    given = {"INPUT": source, "BANDS": [1], "ZONES": 1, "POLYGONS": layer, "FIELD": "zone", "STATISTICS": [0, 4],
             "TABLE": QgsProcessingOutputLayerDefinition("memory:", project)}  # fmt: skip
    results, done = provider.algorithm("zonalstatistics").create().run(given, context, recording_feedback())
    assert done
    details = context.layerToLoadOnCompletionDetails(results["TABLE"])
    loaded = context.temporaryLayerStore().mapLayer(results["TABLE"])
    details.postProcessor().postProcessLayer(loaded, context, recording_feedback())
    (found,) = loaded.getFeatures()
    assert loaded.fields().names() == ["zone", "b1_mean", "zone_2", "b1_count", "b1_mean_2"]
    assert found.attributes()[:3] == ["north", 3.5, "north"] and found["b1_mean_2"] != 3.5
    assert loaded.renderer().classAttribute() == "b1_mean_2"


def test_cells(zonal, scene, tmp_path):
    source = scene(300)
    results, table, found = zonal(
        INPUT=source, BANDS=[2], CELL_WIDTH=128, CELL_HEIGHT=200, STATISTICS=[4], TABLE=str(tmp_path / "cells.gpkg"),
        EXTENT="400100,403000,4997000,5000000 [EPSG:32633]",
    )  # fmt: skip
    assert [field.name() for field in table.fields()] == ["fid", "zone", "row", "col", "b2_mean"]
    assert len(found) == results["ZONE_COUNT"] == 6 and table.crs().authid() == "EPSG:32633"
    with rasterio.open(source) as dataset:
        values, place = dataset.read(2), dataset.transform
    for feature in found:
        row, col = feature["row"] * 200, 10 + feature["col"] * 128
        part = values[row : row + 200, col : col + 128]
        assert feature["b2_mean"] == pytest.approx(part.mean(), rel=1e-12)
        bounds = feature.geometry().boundingBox()
        corner = place * (col, row)
        assert (bounds.xMinimum(), bounds.yMaximum()) == corner
        assert (bounds.width(), bounds.height()) == (10 * part.shape[1], 10 * part.shape[0])


def test_zone_raster(zonal, scene, tmp_path):
    source, zones = scene(100), str(tmp_path / "zones.tif")
    labels = (np.indices((100, 100))[0] // 30).astype("uint8")
    with rasterio.open(source) as dataset:
        profile = {**dataset.profile, "count": 1, "dtype": "uint8", "nodata": 3}
        values = dataset.read(1)
    with rasterio.open(zones, "w", **profile) as dataset:
        dataset.write(labels, 1)
    _, table, found = zonal(INPUT=source, BANDS=[1], ZONES=2, ZONE_RASTER=zones, STATISTICS=[8])
    assert not table.isSpatial() and [feature["zone"] for feature in found] == [0, 1, 2]
    for zone, feature in enumerate(found):
        known, counts = np.unique(values[labels == zone], return_counts=True)
        assert feature["b1_mode"] == known[counts.argmax()]


@pytest.mark.parametrize(("largest", "expected"), [(2**63 - 1, [3, 2**63 - 1]), (2**64 - 1, ["3", str(2**64 - 1)])])
def test_zones_that_no_integer_field_can_store_are_text(zonal, scene, tmp_path, largest, expected):
    from osgeo import gdal

    source, zones = scene(100), str(tmp_path / "zones.tif")
    labels = np.full((100, 100), 3, "uint64")
    labels[:40] = largest
    with rasterio.open(source) as dataset:
        transform, crs = dataset.transform, dataset.crs.to_wkt()
    made = gdal.GetDriverByName("GTiff").Create(zones, 100, 100, 1, gdal.GDT_UInt64)  # rasterio can swap 64-bit types
    made.SetGeoTransform(transform.to_gdal())
    made.SetProjection(crs)
    made.WriteRaster(0, 0, 100, 100, labels.tobytes())
    made = None  # closes the file
    _, _, found = zonal(INPUT=source, BANDS=[1], ZONES=2, ZONE_RASTER=zones, STATISTICS=[0])
    assert [feature["zone"] for feature in found] == expected


def test_the_loaded_layer_is_named_and_coloured(provider, scene, polygons):
    from qgis.core import QgsProcessingContext, QgsProcessingOutputLayerDefinition, QgsProject

    algorithm = provider.algorithm("zonalstatistics").create()
    context, project = QgsProcessingContext(), QgsProject()
    context.setProject(project)
    layer = polygons([(str(n), f"POLYGON(({x} 4999900, {x + 90} 4999900, {x + 90} 4999000, {x} 4999900))")
                      for n, x in enumerate(range(400_000, 402_000, 100))])  # fmt: skip
    given = {"INPUT": scene(300), "ZONES": 1, "POLYGONS": layer,
             "TABLE": QgsProcessingOutputLayerDefinition("memory:", project)}  # fmt: skip
    results, done = algorithm.run(given, context, recording_feedback())
    assert done
    details = context.layerToLoadOnCompletionDetails(results["TABLE"])
    assert details.name == "Statistics of scene"
    loaded = context.temporaryLayerStore().mapLayer(results["TABLE"])
    details.postProcessor().postProcessLayer(loaded, context, recording_feedback())
    renderer = loaded.renderer()
    assert renderer.type() == "graduatedSymbol" and renderer.classAttribute() == "b1_mean"
    colours = [each.symbol().color().name() for each in renderer.ranges()]
    assert len(colours) == len(set(colours)) == 7


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"ZONES": 1}, "POLYGONS is not set"),
        ({"ZONES": 2}, "ZONE_RASTER is not set"),
        ({"ZONES": 2, "ZONE_RASTER": "{tmp}/absent.tif"}, "absent.tif"),
        ({"BANDS": "3"}, "has 2 bands; band 3 does not exist"),
        ({"CELL_WIDTH": 1, "CELL_HEIGHT": 1, "MEMORY": 16}, "do not fit into the memory limit of 16 MB"),
        ({"TABLE": "{tmp}/missing/out.gpkg"}, "does not exist"),
        ({"TABLE": "{tmp}/x.shp", "ZONES": 2, "ZONE_RASTER": "{tmp}/scene.tif"}, "so it cannot be a shapefile"),
        ({"TABLE": "{tmp}/x.DBF", "ZONES": 2, "ZONE_RASTER": "{tmp}/scene.tif"}, "so it cannot be a shapefile"),
        ({"TABLE": "{tmp}/scene.tif"}, "is the same file as"),
        ({"TABLE": "{tmp}/x.gpkg", "MASK": "{tmp}/x.gpkg"}, "is the same file as"),
        ({"TABLE": "{tmp}/x.gpkg", "ZONES": 2, "ZONE_RASTER": "{tmp}/x.gpkg"}, "is the same file as"),
    ],
)
def test_errors_come_before_the_run(provider, scene, tmp_path, parameters, message):
    """Invalid values are reported by `checkParameterValues`, which the dialog calls before the run."""
    from qgis.core import QgsProcessingContext

    algorithm = provider.algorithm("zonalstatistics").create()
    (tmp_path / "x.gpkg").write_bytes(b"")
    given = {"INPUT": scene(300), "TABLE": "memory:", **parameters}
    given = {name: value.format(tmp=tmp_path) if isinstance(value, str) else value for name, value in given.items()}
    ok, text = algorithm.checkParameterValues(given, QgsProcessingContext())
    assert not ok and message in text


def test_a_field_that_does_not_exist(provider, scene, polygons):
    from qgis.core import QgsProcessingContext

    layer = polygons([("rye", TRIANGLE)])
    given = {"INPUT": scene(100), "ZONES": 1, "POLYGONS": layer, "FIELD": "kind", "TABLE": "memory:"}
    ok, text = provider.algorithm("zonalstatistics").create().checkParameterValues(given, QgsProcessingContext())
    assert not ok and "FIELD is kind, but the polygon layer plots has no such field" in text


def test_qgis_process(qgis_process, scene, tmp_path):
    done = qgis_process(
        "--json", "run", ZONAL, f"--INPUT={scene(300)}", "--CELL_WIDTH=150", "--CELL_HEIGHT=150", "--STATISTICS=0,4",
        f"--TABLE={tmp_path}/cells.geojson", f"--REPORT={tmp_path}/report.html",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"]["ZONE_COUNT"] == 4
    features = json.loads((tmp_path / "cells.geojson").read_text())["features"]
    assert [each["properties"]["b1_count"] for each in features] == [22500] * 4
    assert (tmp_path / "report.html").exists()


def test_qgis_s_own_algorithm(zonal, scene, polygons):
    """Results equal those of QGIS's own Zonal statistics, except for polygons that contain no pixel centre."""
    import processing

    tiny = "MULTIPOLYGON(((401001 4997001, 401004 4997001, 401004 4997004, 401001 4997001)))"
    layer = polygons([("rye", TRIANGLE), ("oats", RING), ("tiny", tiny)])
    source = scene(600)
    _, _, ours = zonal(INPUT=source, BANDS=[1], ZONES=1, POLYGONS=layer, STATISTICS=ALL)
    given = {"INPUT": layer, "INPUT_RASTER": source, "RASTER_BAND": 1, "COLUMN_PREFIX": "_",
             "STATISTICS": [0, 1, 2, 3, 4, 5, 6, 9], "OUTPUT": "memory:"}  # fmt: skip
    theirs = list(processing.run("native:zonalstatisticsfb", given)["OUTPUT"].getFeatures())
    names = {
        "count": "count",
        "sum": "sum",
        "mean": "mean",
        "median": "median",
        "std": "stdev",
        "min": "min",
        "max": "max",
    }
    for mine, other in zip(ours[:2], theirs):
        for name, own in names.items():
            assert mine[f"b1_{name}"] == pytest.approx(other[f"_{own}"], rel=1e-9), name
    assert ours[2]["b1_count"] == 0 and 0 < theirs[2]["_count"] < 1


@pytest.mark.parametrize("name", ["cells.gpkg", "cells.geojson"])
def test_a_full_disk_is_an_error(zonal, scene, tmp_path, name):
    """A full disk is reported, although some QGIS versions do not report that writing the last features failed."""
    from qgis.core import QgsProcessingException

    source, (soft, hard) = scene(100), resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
    try:
        with pytest.raises(QgsProcessingException, match=rf"table could not be written \(.*{name}\b"):
            zonal(INPUT=source, CELL_WIDTH=2, CELL_HEIGHT=2, TABLE=str(tmp_path / name))
        assert not (tmp_path / name).exists()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
