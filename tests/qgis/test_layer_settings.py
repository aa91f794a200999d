"""Runs log a warning about QGIS layer settings that they ignore, and accept subdataset layers."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from harness import recording_feedback

RASTERS = {
    "parallelraster:normalizeddifference": lambda layer, folder: {
        "INPUT": layer, "BAND_A": 2, "BAND_B": 1, "OUTPUT": str(folder / "n.tif")
    },
    "parallelraster:tileraster": lambda layer, folder: {"INPUT": layer, "OUTPUT": str(folder / "tiles")},
    "parallelraster:mergetiles": lambda layer, folder: {"INPUTS": [layer], "OUTPUT": str(folder / "m.tif")},
    "parallelraster:normalizeddifferencetiles": lambda layer, folder: {
        "INPUTS": [layer], "BAND_A": 2, "BAND_B": 1, "OUTPUT": str(folder / "indexes")
    },
}  # fmt: skip


@pytest.fixture(params=list(RASTERS))
def run(provider, request, tmp_path):
    """Function that runs each algorithm with raster inputs on a layer and returns the lines of its log."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    def run_algorithm(layer):
        context, feedback = QgsProcessingContext(), recording_feedback()
        context.setProject(QgsProject.instance())
        (tmp_path / "out").mkdir(exist_ok=True)
        parameters = RASTERS[request.param](layer, tmp_path / "out")
        processing.run(request.param, parameters, context=context, feedback=feedback)
        return feedback.lines

    return run_algorithm


@pytest.fixture
def raster(tmp_path):
    """A two-band raster with nodata 255, an overview and no CRS."""
    path = tmp_path / "in.tif"
    values = np.arange(2 * 64 * 64).reshape(2, 64, 64) % 200 + 1
    with rasterio.open(
        path, "w", driver="GTiff", width=64, height=64, count=2, dtype="uint8", nodata=255,
        transform=from_origin(5e5, 5e6, 10, 10),
    ) as dataset:  # fmt: skip
        dataset.write(values.astype("uint8"))
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2])
    return path


def layer_of(source):
    from qgis.core import QgsRasterLayer

    layer = QgsRasterLayer(str(source), "my layer")
    assert layer.isValid()
    return layer


def lines_about(lines, *words):
    """Return the lines that contain all the given words."""
    return [line for line in lines if all(word in line for word in words)]


def test_no_warning_for_a_layer_without_settings(run, raster):
    assert not lines_about(run(layer_of(raster)), "my layer")


def test_warning_for_a_crs_set_on_the_layer(run, raster):
    from qgis.core import QgsCoordinateReferenceSystem

    layer = layer_of(raster)
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:32633"))
    assert len(lines_about(run(layer), "my layer", "EPSG:32633", "is not used")) == 1


def test_warning_for_nodata_set_on_the_layer(run, raster):
    from qgis.core import QgsRasterRange

    layer = layer_of(raster)
    layer.dataProvider().setUserNoDataValue(2, [QgsRasterRange(0, 60), QgsRasterRange(7, 7)])
    layer.dataProvider().setUseSourceNoDataValue(1, False)
    lines = run(layer)
    assert len(lines_about(lines, "my layer, band 2", "0 - 60, 7", "not used")) == 1
    assert len(lines_about(lines, "my layer, band 1", "255", "switched off")) == 1


@pytest.mark.parametrize("as_layer", [True, False])
def test_warning_for_open_options_of_a_layer_or_source(run, raster, as_layer, request):
    source = f"{raster}|option:OVERVIEW_LEVEL=0|option:NUM_THREADS=2"
    lines = run(layer_of(source) if as_layer else source)
    uses_overview = request.node.callspec.params["run"].endswith(":normalizeddifference")
    assert len(lines_about(lines, "OVERVIEW_LEVEL", "is not used")) == (0 if uses_overview else 1)
    for option in ("NUM_THREADS=2",) if uses_overview else ("OVERVIEW_LEVEL=0", "NUM_THREADS=2"):
        assert len(lines_about(lines, option, "is not used", str(raster), "my layer" if as_layer else "")) == 1


@pytest.mark.parametrize("as_layer", [True, False])
@pytest.mark.parametrize(
    ("option", "given", "size", "warnings"),
    [
        ("OVERVIEW_LEVEL=0", {}, 32, 0),
        ("overview_level=0", {"OVERVIEW": -1}, 32, 0),
        ("OVERVIEW_LEVEL=0", {"OVERVIEW": 1}, 16, 1),
        ("OVERVIEW_LEVEL=NONE", {}, 64, 1),
    ],
)
def test_the_overview_of_the_layer_is_used_unless_overview_is_set(
    provider, raster, tmp_path, as_layer, option, given, size, warnings
):
    import processing

    with rasterio.open(raster, "r+") as dataset:
        dataset.build_overviews([2, 4])
    source, feedback = f"{raster}|option:{option}", recording_feedback()
    values = {"INPUT": layer_of(source) if as_layer else source, "BAND_A": 2, "BAND_B": 1, **given}
    processing.run(
        "parallelraster:normalizeddifference", {**values, "OUTPUT": str(tmp_path / "n.tif")}, feedback=feedback
    )
    with rasterio.open(tmp_path / "n.tif") as dataset:
        assert dataset.shape == (size, size)
    assert len(lines_about(feedback.lines, option, "is not used")) == warnings


def test_overviews_set_on_the_second_raster_and_the_mask_are_not_used(provider, raster, tmp_path):
    import processing

    feedback, other = recording_feedback(), f"{raster}|option:OVERVIEW_LEVEL=0"
    values = {"INPUT": str(raster), "INPUT_B": other, "MASK": other, "BAND_A": 2, "MASK_VALUES": "1"}
    processing.run(
        "parallelraster:normalizeddifference", {**values, "OUTPUT": str(tmp_path / "n.tif")}, feedback=feedback
    )
    assert len(lines_about(feedback.lines, "OVERVIEW_LEVEL=0", "is not used")) == 2


def test_a_layer_of_a_subdataset(run, raster, tmp_path):
    from osgeo import gdal

    web = tmp_path / "web.tif"
    gdal.Translate(str(web), str(raster), outputSRS="EPSG:32633", noData="none")
    for table in ("one", "two"):
        options = [f"RASTER_TABLE={table}", "TILE_FORMAT=PNG", *["APPEND_SUBDATASET=YES"] * (table == "two")]
        gdal.Translate(str(tmp_path / "r.gpkg"), str(web), format="GPKG", bandList=[1, 2], creationOptions=options)
    gdal.Translate(str(tmp_path / "r.nc"), str(raster), format="netCDF")
    assert run(layer_of(f"GPKG:{tmp_path}/r.gpkg:two"))


def test_a_replaced_file_keeps_the_settings_of_its_layer(qgis_app, raster):
    """A layer of the project keeps its nodata settings, and its CRS unless that of the file changes."""
    from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsRasterRange

    from parallel_raster.algorithms.shared.layers import refresh_layers

    layer, untouched = layer_of(raster), layer_of(raster)
    QgsProject.instance().addMapLayers([layer, untouched])
    own = QgsCoordinateReferenceSystem("EPSG:3035")
    layer.setCrs(own)
    layer.setOpacity(0.5)
    layer.dataProvider().setUserNoDataValue(2, [QgsRasterRange(3, 5)])
    layer.dataProvider().setUseSourceNoDataValue(1, False)
    refresh_layers(QgsProject.instance(), [str(raster)])
    provider = layer.dataProvider()
    assert (layer.name(), layer.opacity(), layer.crs()) == ("my layer", 0.5, own)
    assert [(each.min(), each.max()) for each in provider.userNoDataValues(2)] == [(3, 5)]
    assert not provider.userNoDataValues(1)
    assert (provider.useSourceNoDataValue(1), provider.useSourceNoDataValue(2)) == (False, True)
    with rasterio.open(raster, "r+") as dataset:
        dataset.crs = "EPSG:32632"
    refresh_layers(QgsProject.instance(), [str(raster)])
    assert [each.crs().authid() for each in (layer, untouched)] == ["EPSG:32632"] * 2
    assert [(each.min(), each.max()) for each in layer.dataProvider().userNoDataValues(2)] == [(3, 5)]
    QgsProject.instance().clear()
