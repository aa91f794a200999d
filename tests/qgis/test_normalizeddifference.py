"""Parallel normalized difference in QGIS: `processing.run`, layers as inputs, and `qgis_process`."""

from __future__ import annotations

import json
import os
import subprocess

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from harness import ALGORITHM, SMALL_BLOCKS, recording_feedback

LANDSAT = {"MINIMUM": -0.7534246575, "MAXIMUM": 0.5866666667, "MEAN": -0.0643246375, "STD_DEV": 0.3206644513}


def test_landsat_figures(run, landsat, tmp_path):
    """The statistics of the Landsat image match those of gdal_calc.py and numpy."""
    results = run(INPUT=str(landsat), OUTPUT=str(tmp_path / "ndvi.tif"))
    assert {name: results[name] for name in LANDSAT} == pytest.approx(LANDSAT, abs=1e-6)
    assert (results["VALID_PERCENT"], results["OUTSIDE_COUNT"]) == (100, 0)
    with rasterio.open(results["OUTPUT"]) as dataset:
        assert dataset.descriptions == ("NDVI (B4-B3)/(B4+B3)",)
        assert np.count_nonzero(dataset.read(1) != -9999) == 122_848


@pytest.mark.long
def test_landsat_figures_through_qgis_process(qgis_process, landsat, tmp_path):
    """With all defaults, the statistics from `qgis_process` match those of gdal_calc.py and numpy."""
    output = tmp_path / "ndvi.tif"
    done = qgis_process("run", ALGORITHM, "--json", f"--INPUT={landsat}", f"--OUTPUT={output}")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    assert {name: float(results[name]) for name in LANDSAT} == pytest.approx(LANDSAT, abs=1e-6)
    with rasterio.open(output) as dataset:
        assert np.count_nonzero(dataset.read(1) != -9999) == 122_848


def test_help_reads_as_plain_text(qgis_process):
    """The help in the terminal lists every parameter and output."""
    text = qgis_process("help", ALGORITHM).stdout
    for name in (
        "INPUT", "BAND_A", "BAND_B", "INPUT_B", "INPUT_B_BAND", "RESAMPLING", "INDEX", "SCALING", "SCALE",
        "OFFSET", "NODATA", "ZERO_SUM", "CLAMP", "MASK", "MASK_BAND", "MASK_VALUES", "MASK_BITS", "EXTENT",
        "DATA_TYPE", "OUTPUT_NODATA", "CREATION_OPTIONS", "WORKERS", "MEMORY", "CHUNK_SIZE", "COG", "CLUSTER",
        "OUTPUT", "MINIMUM", "MAXIMUM", "MEAN", "STD_DEV", "VALID_PERCENT", "OUTSIDE_COUNT",
    ):  # fmt: skip
        assert f"\n{name}" in text, name


def test_every_option_reaches_the_core(run, scene, tmp_path):
    """A run in which every option has a non-default value gives the same result as numpy."""
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
    """INPUT can be a project layer, given as an object or by its ID, name or source."""
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


def test_extent_of_a_file_or_layer(run, scene, tmp_path, add_layer):
    """EXTENT accepts all forms that QGIS allows; an invalid value raises an error instead of being ignored."""
    from qgis.core import QgsProcessingException

    source = scene()
    part = scene(40, name="part.tif", transform=from_origin(400_100, 4_999_900, 10, 10))
    other_crs = scene(30, name="other.tif", crs="EPSG:4326", transform=from_origin(13.73184, 45.14373, 1e-5, 1e-5))
    polygon = {
        "type": "Polygon",
        "coordinates": [[[400100, 4999500], [400500, 4999500], [400500, 4999900], [400100, 4999500]]],
    }
    vector = tmp_path / "part.gpkg"
    subprocess.run(
        ["ogr2ogr", "-a_srs", "EPSG:32633", vector, "/vsistdin/"],
        input=json.dumps(polygon),
        text=True,
        check=True,
        timeout=300,
    )
    collection = tmp_path / "part.geojson"
    subprocess.run(["ogr2ogr", collection, vector, "-t_srs", "EPSG:32633"], check=True, timeout=300)
    layer = add_layer(part)
    given = {"INPUT": source, "BAND_A": 2, "BAND_B": 1, "OUTPUT": str(tmp_path / "out.tif")}
    text = "400100,400500,4999500,4999900"
    vectors = (str(vector), f"{vector}|layerid=0", str(collection))
    for extent in (text, f"{text} [EPSG:32633]", part, layer, layer.id(), "result", *vectors):
        run(EXTENT=extent, **given)
        with rasterio.open(given["OUTPUT"]) as dataset:
            assert (dataset.width, dataset.height) == (40, 40), extent
            assert dataset.transform.c == 400_100 and dataset.transform.f == 4_999_900
    run(EXTENT=other_crs, **given)
    with rasterio.open(given["OUTPUT"]) as dataset:
        assert dataset.width < 20
    (tmp_path / "text.csv").write_text("no extent")
    (tmp_path / "page.geojson").write_text("<VRTDataset/>")
    (tmp_path / "empty.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    for extent, message in (
        (str(tmp_path / "text.csv"), "which cannot be read as an extent"),
        ("nonsense", "nonsense does not exist"),
        (str(tmp_path / "absent.gpkg|layername=a"), "absent.gpkg does not exist"),
        (f"{vector}|layername=absent", "which cannot be read as an extent"),
        (str(tmp_path / "page.geojson"), "its content is not JSON"),
        (str(tmp_path / "empty.geojson"), "which cannot be read as an extent"),
    ):
        with pytest.raises(QgsProcessingException, match=message):
            run(EXTENT=extent, **given)
    assert not list(tmp_path.glob("*.aux.xml"))


def test_layers_with_the_same_name(run, scene, tmp_path, polygons, add_layer):
    """If a raster and vector layers have the same name, INPUT is the raster, in any order of the layers."""
    from qgis.core import QgsProject

    source, project = scene(100), QgsProject.instance()
    layer = add_layer(source)
    others = [polygons([]) for _ in range(8)]
    for other in others:
        other.setName(layer.name())
        project.addMapLayer(other)
    run(INPUT=layer.name(), BAND_A=2, BAND_B=1, OUTPUT=str(tmp_path / "out.tif"))
    project.removeMapLayers([other.id() for other in others])
    assert (tmp_path / "out.tif").exists()


def test_a_vector_layer_is_rejected(run, tmp_path):
    """The error for a vector layer as INPUT names the layer."""
    from qgis.core import QgsProcessingException, QgsProject, QgsVectorLayer

    layer = QgsVectorLayer("Point?crs=EPSG:4326", "points", "memory")
    QgsProject.instance().addMapLayer(layer)
    try:
        with pytest.raises(QgsProcessingException, match="points"):
            run(INPUT="points", OUTPUT=str(tmp_path / "out.tif"))
    finally:
        QgsProject.instance().removeMapLayer(layer)


def test_result_is_styled_when_loaded(run, scene, tmp_path):
    """A loaded result is styled from -1 to 1, even if it is stored as integers."""
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
    ("parameters", "message"),
    [
        ({"BAND_A": 9}, "band 9 does not exist"),
        ({"BAND_B": 0}, "band 0 does not exist"),
        ({"BAND_A": "B08"}, "BAND_A is 'B08'"),
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
def test_invalid_input_gives_a_clear_message(check_refused, scene, tmp_path, parameters, message):
    (tmp_path / "text.tif").write_text("no raster")
    given = {"INPUT": scene(), "BAND_A": 2, "BAND_B": 1, "OUTPUT": "{tmp}/out.tif", **parameters}
    check_refused(ALGORITHM, given, message)


def test_invalid_input_in_qgis_process(check_refused_by_qgis_process, scene, tmp_path):
    given = {"INPUT": "{tmp}/text.tif", "BAND_A": 2, "BAND_B": 1, "OUTPUT": "{tmp}/out.tif"}
    (tmp_path / "text.tif").write_text("no raster")
    check_refused_by_qgis_process(ALGORITHM, given, "text.tif is not a raster")
    check_refused_by_qgis_process(ALGORITHM, {**given, "INPUT": scene(), "MEMORY": 1}, "Set MEMORY to at least")


@pytest.fixture
def add_layer():
    """Function that adds a raster to the project as a layer named "result"; layers are removed after the test."""
    from qgis.core import QgsProject, QgsRasterLayer

    project, layers = QgsProject.instance(), []

    def add(path):
        layers.append(project.addMapLayer(QgsRasterLayer(path, "result")))
        return layers[-1]

    yield add
    for layer in layers:
        project.removeMapLayer(layer)


def test_output_can_be_the_file_of_a_project_layer(run, scene, tmp_path, add_layer):
    """A run can replace the file of a project layer, which then shows the new pixels and statistics at every scale."""
    from parallel_raster.algorithms.shared.styles import Colours, apply_colours

    def displayed(layer):
        provider = layer.dataProvider()
        provider.setUseSourceNoDataValue(1, True)
        statistics = provider.bandStatistics(1)
        small = provider.block(1, layer.extent(), layer.width() // 4, layer.height() // 4)
        return (
            [statistics.minimumValue, statistics.maximumValue, statistics.mean],
            [small.value(row, col) for row in range(small.height()) for col in range(small.width())],
            provider.sample(layer.extent().center(), 1)[0],
        )

    source, path = scene(), str(tmp_path / "out.tif")
    run(INPUT=source, BAND_A=2, BAND_B=1, OUTPUT=path)
    subprocess.run(["gdaladdo", "-q", "-ro", path, "2", "4", "8"], check=True, timeout=300)
    assert (tmp_path / "out.tif.ovr").exists()
    layer = add_layer(path)
    apply_colours(layer, Colours("ndsi"))
    (low, high, mean), small, centre = displayed(layer)
    run(INPUT=source, BAND_A=1, BAND_B=2, OUTPUT=path)
    now = displayed(layer)
    assert now[0] == pytest.approx([-high, -low, -mean])
    assert now[1] != small and min(now[1]) >= -high and max(now[1]) <= -low
    assert now[2] == -centre
    assert layer.renderer().type() == "singlebandpseudocolor"
    assert sorted(os.listdir(tmp_path)) == ["out.tif", "scene.tif"]


def test_cloud_optimized(run, scene, tmp_path):
    """COG=True writes the same pixels as COG=False, adds overviews and stores the statistics in the file."""
    from osgeo import gdal

    source = scene()
    results = run(
        INPUT=source, BAND_A=2, BAND_B=1, COG=True, CREATION_OPTIONS="BLOCKSIZE=128", OUTPUT=f"{tmp_path}/cog.tif"
    )
    run(INPUT=source, BAND_A=2, BAND_B=1, OUTPUT=str(tmp_path / "plain.tif"))
    with rasterio.open(tmp_path / "cog.tif") as cog, rasterio.open(tmp_path / "plain.tif") as plain:
        np.testing.assert_array_equal(cog.read(), plain.read())
        assert cog.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert cog.overviews(1) == [2, 4, 8]
    info = gdal.Info(str(tmp_path / "cog.tif"), format="json")
    assert info["bands"][0]["mean"] == pytest.approx(results["MEAN"], abs=1e-3)
    assert sorted(os.listdir(tmp_path)) == ["cog.tif", "plain.tif", "scene.tif"]


def test_gtiff_options_are_rejected_with_cog(run, scene, tmp_path):
    """With COG=True, a creation option of the GTiff driver such as BLOCKXSIZE is an error."""
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match="BLOCKXSIZE"):
        run(INPUT=scene(), BAND_A=2, BAND_B=1, COG=True, CREATION_OPTIONS=SMALL_BLOCKS, OUTPUT=f"{tmp_path}/out.tif")


def test_the_cog_copy_can_be_cancelled(scene, tmp_path):
    """Cancelling stops `copy_to_cog` with an error before the copy is complete and leaves no temporary files."""
    from parallel_raster.algorithms.shared.gdal_file import copy_to_cog
    from parallel_raster.core.progress import Stop

    stop, shares = Stop(), []

    def report(share):
        shares.append(share)
        if share > 0.5:
            stop.set()

    with pytest.raises(RuntimeError):  # the core names the file, or reports a full disk
        copy_to_cog(scene(2000), str(tmp_path / "copy.tif"), {"BLOCKSIZE": "128"}, stop, report)
    assert shares == sorted(shares)
    assert len(shares) > 10
    assert 0.5 < shares[-1] < 0.6
    assert not list(tmp_path.glob("copy.tif.*"))


@pytest.mark.parametrize("value", ["", None, "NULL of a field", "property"])
def test_an_optional_number_that_is_null_is_not_set(run, scene, tmp_path, value):
    """QGIS would read NULL as 0, and 0 would then be the nodata value."""
    from qgis.core import QgsProperty
    from qgis.PyQt.QtCore import QVariant

    null = {"NULL of a field": QVariant(QVariant.Int), "property": QgsProperty.fromExpression("NULL")}.get(value, value)
    source = scene()
    with rasterio.open(source, "r+") as dataset:
        dataset.write(np.zeros((2, 128, 128), "uint16"), window=((0, 128), (0, 128)))
    options = {"INPUT": source, "BAND_A": 2, "BAND_B": 1, "ZERO_SUM": 1, "OUTPUT": str(tmp_path / "out.tif")}
    assert run(**options, NODATA=null)["VALID_PERCENT"] == 100 > run(**options, NODATA=0)["VALID_PERCENT"]


def test_an_expression_as_an_optional_number(run, scene, tmp_path):
    from qgis.core import QgsProcessingException, QgsProperty

    options = {"INPUT": scene(), "BAND_A": 2, "BAND_B": 1, "OUTPUT": str(tmp_path / "out.tif")}
    seven = run(**options, NODATA=7)
    assert run(**options, NODATA=QgsProperty.fromExpression("3 + 4"))["MEAN"] == seven["MEAN"]
    with pytest.raises(QgsProcessingException, match="The expression for NODATA is invalid"):
        run(**options, NODATA=QgsProperty.fromExpression("foo("))


@pytest.mark.parametrize("band", [2.7, "2.7", "two"])
def test_a_band_number_is_a_whole_number(run, scene, tmp_path, band):
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match="BAND_A is .* Enter a band number, counted from 1"):
        run(INPUT=scene(), BAND_A=band, BAND_B=1, OUTPUT=str(tmp_path / "out.tif"))
