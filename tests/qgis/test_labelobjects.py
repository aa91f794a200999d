"""Label objects in QGIS: parameters, table, errors, layer colours, and `qgis_process`."""

from __future__ import annotations

import os

import numpy as np
import pytest
import rasterio

from harness import recording_feedback

ndimage = pytest.importorskip("scipy.ndimage", reason="Label objects requires scipy")

LABEL = "parallelraster:labelobjects"


@pytest.fixture
def label(provider, tmp_path):
    """Function that runs Label objects with `processing.run`, and returns the outputs and the context."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    def run_algorithm(sources, **parameters):
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        given = {"INPUTS": sources, "OUTPUT": str(tmp_path / "out.tif"), **parameters}
        return processing.run(LABEL, given, context=context, feedback=recording_feedback()), context

    return run_algorithm


def bands(path):
    """Return the pixels of a raster."""
    with rasterio.open(path) as dataset:
        return dataset.read()


def rows(table):
    """Return the attributes of all features of a layer, given by its path."""
    from qgis.core import QgsVectorLayer

    layer = table if isinstance(table, QgsVectorLayer) else QgsVectorLayer(table, "table", "ogr")
    assert layer.isValid()
    names = [field.name() for field in layer.fields()]
    wanted = ("id", "pixels", "area", "xmin", "ymin", "xmax", "ymax", "x", "y")
    return [[feature.attribute(names.index(name)) for name in wanted] for feature in layer.getFeatures()]


def test_defaults(label, scene):
    """By default, pixels above 0 are objects; there is no table."""
    values = bands(source := scene())[0]
    found, _ = label([source], EXPRESSION="A@1 > 3000")
    wanted, count = ndimage.label(values > 3000)
    np.testing.assert_array_equal(bands(found["OUTPUT"]), [wanted])
    assert found["OBJECT_COUNT"] == count
    assert found.get("TABLE") is None


def test_every_parameter_reaches_the_core(label, scene, tmp_path):
    source = scene()
    values, other = bands(source)
    found, _ = label(
        [source], EXPRESSION="A@1 > B@2", INPUTS=[source, source], CONNECTIVITY=1, MIN_SIZE=3, MAX_SIZE=60,
        TABLE=str(tmp_path / "objects.csv"),
    )  # fmt: skip
    wanted, _ = ndimage.label(values > other, np.ones((3, 3)))
    sizes = np.bincount(wanted.ravel())
    kept = (sizes >= 3) & (sizes <= 60)
    kept[0] = False
    wanted = (np.cumsum(kept) * kept)[wanted]
    np.testing.assert_array_equal(bands(found["OUTPUT"]), [wanted])
    assert found["OBJECT_COUNT"] == wanted.max() > 0
    assert [int(size) for _, size, *_ in rows(found["TABLE"])] == np.bincount(wanted.ravel())[1:].tolist()


def test_the_table_is_a_layer_without_geometry(label, scene):
    from qgis.core import QgsProcessingUtils

    source = scene()
    found, context = label([source], EXPRESSION="A@1 > 3000", TABLE="TEMPORARY_OUTPUT")
    layer = QgsProcessingUtils.mapLayerFromString(str(found["TABLE"]), context) or found["TABLE"]
    assert not layer.isSpatial()
    table = rows(layer)
    assert [row[0] for row in table] == list(range(1, found["OBJECT_COUNT"] + 1))
    with rasterio.open(source) as dataset:
        area = abs(dataset.transform.determinant)
    assert [row[2] for row in table] == [area * row[1] for row in table]


def test_areas_are_null_in_a_geographic_crs(label, tmp_path):
    from qgis.core import NULL

    source = str(tmp_path / "degrees.tif")
    profile = {"driver": "GTiff", "width": 8, "height": 8, "count": 1, "dtype": "uint8", "crs": "EPSG:4326"}
    with rasterio.open(source, "w", transform=rasterio.Affine(0.1, 0, 10, 0, -0.1, 50), **profile) as dataset:
        dataset.write(np.ones((1, 8, 8), "uint8"))
    found, _ = label([source], TABLE=str(tmp_path / "objects.gpkg"))
    ((number, pixels, area, *bounds),) = rows(found["TABLE"])
    assert (number, pixels) == (1, 64)
    assert area == NULL
    assert bounds == pytest.approx([10, 49.2, 10.8, 50, 10.4, 49.6])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"EXPRESSION": "A@1 >"}, "EXPRESSION, column 6"),
        ({"EXPRESSION": "A@1; A@2"}, "must give one band, but gives 2"),
        ({"MIN_SIZE": 5, "MAX_SIZE": 4}, "MAX_SIZE is 4; it must be a whole number of pixels, at least 5"),
        ({"TABLE": "/nowhere/at/all/objects.csv"}, "Table of objects"),
        ({"TABLE": "/nowhere/objects.shp"}, "so it cannot be a shapefile"),
    ],
)
def test_parameters_are_checked_before_the_run(provider, scene, tmp_path, parameters, message):
    """Invalid values are reported by `checkParameterValues`, which the dialog calls before the run."""
    from qgis.core import QgsProcessingContext

    algorithm = provider.algorithm("labelobjects").create()
    given = {"INPUTS": [scene()], "EXPRESSION": "A@1 > 0", "OUTPUT": str(tmp_path / "out.tif"), **parameters}
    accepted, text = algorithm.checkParameterValues(given, QgsProcessingContext())
    assert not accepted and message in text


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX systems")
@pytest.mark.parametrize("extension", ["csv", "gpkg", "geojson", "xlsx"])
def test_a_disk_that_fills_up_while_the_table_is_written_is_an_error(label, scene, tmp_path, monkeypatch, extension):
    """A full disk is reported, although GDAL reports most write errors on closing the file, when QGIS ignores them."""
    import resource
    import signal

    from qgis.core import QgsProcessingException

    from parallel_raster.algorithms.shared import object_table

    real, table = object_table.object_features, tmp_path / f"objects.{extension}"

    def limited(objects):
        resource.setrlimit(resource.RLIMIT_FSIZE, (70_000, resource.RLIM_INFINITY))
        return real(objects)

    monkeypatch.setattr(object_table, "object_features", limited)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with pytest.raises(QgsProcessingException, match="table of objects could not be written.*raster is complete"):
            label([scene()], EXPRESSION="A@1 > 3000", TABLE=str(table))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        signal.signal(signal.SIGXFSZ, before)
    assert not table.exists()


def test_a_csv_file_that_ends_within_its_last_line_is_incomplete(qgis_app, tmp_path):
    from parallel_raster.algorithms.shared.sinks import _is_complete

    table = tmp_path / "table.csv"
    for text, complete in (("id,x\n1,25.5\n2,35.5\n", True), ("id,x\n1,25.5\n2,35.", False), ("id,x\n1,25.5\n", False)):
        table.write_text(text)
        assert _is_complete(str(table), 2) is complete


@pytest.mark.parametrize("extension", ["csv", "gpkg", "geojson", "xlsx"])
def test_a_table_without_objects_is_complete(label, scene, tmp_path, extension):
    found, _ = label([scene()], EXPRESSION="A@1 > 70000", TABLE=str(tmp_path / f"objects.{extension}"))
    assert found["OBJECT_COUNT"] == 0 and os.path.exists(found["TABLE"])


def test_rows_become_python_objects_batch_by_batch(qgis_app, monkeypatch):
    """Rows are converted in batches, because all rows at once would take several times the memory of the arrays."""
    from parallel_raster.algorithms.shared import object_table

    class Column(np.ndarray):
        def tolist(self):
            assert len(self) <= 3
            return super().tolist()

    monkeypatch.setattr(object_table, "BATCH", 3)
    table = {name: np.arange(8).view(Column) for name in object_table.OBJECT_FIELDS}
    assert [each.attributes() for each in object_table.object_features(table)] == [[row] * 9 for row in range(8)]


def test_an_output_definition_without_a_path_means_no_table(label, scene):
    from qgis.core import QgsProcessingOutputLayerDefinition

    found, _ = label([scene()], EXPRESSION="A@1 > 3000", TABLE=QgsProcessingOutputLayerDefinition(""))
    assert "TABLE" not in found


def test_the_table_must_not_replace_an_input(provider, scene, tmp_path):
    """A table path that is an input is rejected, because a GeoPackage can contain both rasters and tables."""
    from qgis.core import QgsProcessingContext

    source, table = scene(), str(tmp_path / "mask.gpkg")
    with rasterio.open(source) as dataset:
        profile = {**dataset.profile, "driver": "GPKG", "dtype": "uint8", "count": 1, "nodata": None}
        for key in ("tiled", "blockxsize", "blockysize", "compress", "interleave"):
            profile.pop(key, None)
    with rasterio.open(table, "w", **profile) as dataset:
        dataset.write(np.ones((1, dataset.height, dataset.width), "uint8"))
    algorithm = provider.algorithm("labelobjects").create()
    given = {"INPUTS": [source], "EXPRESSION": "A@1 > 0", "OUTPUT": str(tmp_path / "out.tif"), "TABLE": table}
    for mask in (table, f"GPKG:{table}:mask"):
        accepted, text = algorithm.checkParameterValues(
            {**given, "MASK": mask, "MASK_VALUES": "0"}, QgsProcessingContext()
        )
        assert not accepted and "is the same file as" in text


@pytest.mark.parametrize("count", [0, 1, 5, 100_000])
def test_objects_have_mixed_colours(qgis_app, label, tmp_path, count):
    """Ids are drawn in different colours, and the layer has only one legend entry in the layer tree."""
    from qgis.core import QgsRasterLayer

    from parallel_raster.algorithms.shared.styles import MOST_COLOURS, MixedColours, apply_colours

    source = str(tmp_path / "ids.tif")
    with rasterio.open(source, "w", driver="GTiff", width=4, height=4, count=1, dtype="uint32", nodata=0) as dataset:
        dataset.write(np.arange(16, dtype="uint32").reshape(1, 4, 4))
    layer = QgsRasterLayer(source, "ids")
    apply_colours(layer, MixedColours(count))
    shader = layer.renderer().shader().rasterShaderFunction()
    items = shader.colorRampItemList()
    assert 2 <= len(items) <= MOST_COLOURS
    if count == 5:
        assert [item.value for item in items] == [1, 2, 3, 4, 5]
        assert len({item.color.name() for item in items}) == 5
    assert (items[0].value, items[-1].value) == (1, max(2, count))


def test_results_are_named_and_coloured(provider, scene, tmp_path):
    """A result that QGIS loads gets the name of its input and mixed colours."""
    from qgis.core import QgsProcessingContext, QgsProject, QgsRasterLayer

    from parallel_raster.algorithms.shared.loading import Finisher
    from parallel_raster.algorithms.shared.styles import MixedColours

    found = Finisher(MixedColours(3))
    layer = QgsRasterLayer(scene(), "ids")
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    found.postProcessLayer(layer, context, recording_feedback())
    assert layer.renderer().type() == "singlebandpseudocolor"


def test_qgis_process(qgis_process, scene, tmp_path):
    output, table = tmp_path / "ids.tif", tmp_path / "objects.csv"
    done = qgis_process(
        "run", LABEL, "--", f"INPUTS={scene()}", "EXPRESSION=A@1 > 3000", f"OUTPUT={output}", f"TABLE={table}"
    )
    assert done.returncode == 0, done.stderr
    assert f"OBJECT_COUNT:\t{bands(output).max()}" in done.stdout
    assert len(table.read_text().splitlines()) == bands(output).max() + 1
