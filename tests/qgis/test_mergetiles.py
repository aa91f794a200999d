"""Merge tiles in QGIS: lists, folders and layers as inputs, `processing.run` and `qgis_process`."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from harness import hidden_files, recording_feedback

ALGORITHM = "parallelraster:mergetiles"


@pytest.fixture
def merge(provider):
    """Function that runs Merge tiles with `processing.run`."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    def run_algorithm(feedback=None, context=None, **parameters):
        if context is None:
            context = QgsProcessingContext()
            context.setProject(QgsProject.instance())
        return processing.run(ALGORITHM, parameters, context=context, feedback=feedback or recording_feedback())

    return run_algorithm


@pytest.fixture
def whole():
    """Random pixels of two bands."""
    return np.random.default_rng(3).integers(1, 250, (2, 60, 80), dtype="uint8")


@pytest.fixture
def folder(tmp_path, whole):
    """Folder with four tiles that together contain the pixels of `whole`."""
    (tmp_path / "in").mkdir()
    for row in (0, 30):
        for col in (0, 40):
            with rasterio.open(
                tmp_path / "in" / f"t_{row}_{col}.tif", "w", driver="GTiff", width=40, height=30, count=2, nodata=0,
                dtype="uint8", crs="EPSG:32633", transform=from_origin(4e5 + 10 * col, 5e6 - 10 * row, 10, 10),
            ) as dataset:  # fmt: skip
                dataset.write(whole[:, row : row + 30, col : col + 40])
    return tmp_path / "in"


def paths(folder):
    return [str(folder / name) for name in sorted(os.listdir(folder))]


def read(path):
    with rasterio.open(path) as dataset:
        return dataset.read()


def test_a_folder_as_input(merge, folder, whole, tmp_path):
    feedback = recording_feedback()
    results = merge(feedback, INPUT_FOLDER=str(folder), OUTPUT=str(tmp_path / "out.tif"))
    assert results == {"OUTPUT": str(tmp_path / "out.tif"), "TILE_COUNT": 4, "COPIED_PERCENT": 0}
    np.testing.assert_array_equal(read(tmp_path / "out.tif"), whole)
    assert any(line.startswith("Inputs: 4,") for line in feedback.lines)
    assert feedback.steps[-1] == 100 and feedback.steps == sorted(feedback.steps)


def test_lists_of_paths_and_layers(merge, folder, whole, tmp_path):
    from qgis.core import QgsProject, QgsRasterLayer

    first, second, third, fourth = paths(folder)
    layer = QgsRasterLayer(second, "my tile")
    QgsProject.instance().addMapLayer(layer)
    try:
        for given in ([first, layer, third, fourth], [[first, layer.id()], third, fourth]):
            merge(INPUTS=given, OUTPUT=str(tmp_path / "out.tif"))
            np.testing.assert_array_equal(read(tmp_path / "out.tif"), whole)
    finally:
        QgsProject.instance().removeMapLayer(layer)


@pytest.mark.parametrize(
    ("method", "name"), enumerate(["first", "last", "min", "max", "mean", "sum", "count", "median", "feather"])
)
def test_enum_values_match_the_methods_of_the_core(method, name, merge, folder, tmp_path):
    from parallel_raster.core.jobs.merging.job import merge_tiles

    given = [*paths(folder), paths(folder)[0]]
    merge(INPUTS=given, METHOD=method, FEATHER=5, DATA_TYPE=7, OUTPUT=str(tmp_path / "out.tif"))
    merge_tiles(given, tmp_path / "core.tif", method=name, feather=5, data_type="float64")
    np.testing.assert_array_equal(read(tmp_path / "out.tif"), read(tmp_path / "core.tif"))


def test_options_reach_the_core(merge, folder, whole, tmp_path):
    """Extent, nodata, pixel size, resampling and data type are passed to the core."""
    out = str(tmp_path / "out.tif")
    merge(INPUTS=paths(folder), EXTENT="400050,400250,4999700,4999900 [EPSG:32633]", OUTPUT_NODATA=255, OUTPUT=out)
    np.testing.assert_array_equal(read(out), whole[:, 10:30, 5:25])
    with rasterio.open(out) as dataset:
        assert dataset.nodata == 255
    merge(INPUTS=paths(folder), RESOLUTION=4, PIXEL_SIZE=20, RESAMPLING=1, DATA_TYPE=2, OUTPUT=out)
    with rasterio.open(out) as dataset:
        assert (dataset.width, dataset.height, dataset.dtypes[0]) == (40, 30, "int16")


def test_a_mask_is_written_through_gdal(merge, folder, tmp_path):
    """A sum of integers has a mask instead of a nodata value, and `GdalFile` writes this mask."""
    merge(INPUTS=paths(folder)[::3], METHOD=5, OUTPUT=str(tmp_path / "out.tif"))
    with rasterio.open(tmp_path / "out.tif") as dataset:
        shown = dataset.read_masks(1) != 0
        assert dataset.nodata is None and dataset.dtypes[0] == "uint32"
    assert shown[:30, :40].all() and shown[30:, 40:].all() and shown.sum() == 2400
    assert os.listdir(tmp_path / "in") == os.listdir(tmp_path / "in") and not hidden_files(tmp_path)


def test_a_virtual_mosaic(merge, folder, whole, tmp_path):
    results = merge(INPUT_FOLDER=str(folder), OUTPUT=str(tmp_path / "out.vrt"))
    assert results["OUTPUT"].endswith(".vrt")
    np.testing.assert_array_equal(read(results["OUTPUT"]), whole)


def test_inputs_are_not_opened_as_layers(merge, folder, tmp_path, monkeypatch):
    from qgis.core import QgsProcessingAlgorithm

    def forbidden(*_):
        raise AssertionError("an input is opened as a layer")

    for name in ("parameterAsLayerList", "parameterAsRasterLayer", "parameterAsLayer"):
        monkeypatch.setattr(QgsProcessingAlgorithm, name, forbidden)
    merge(INPUTS=paths(folder), OUTPUT=str(tmp_path / "out.tif"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"INPUTS": []}, "INPUTS or INPUT_FOLDER"),
        ({"INPUT_FOLDER": "/nowhere"}, "INPUTS or INPUT_FOLDER"),
        ({"INPUTS": ["/nowhere.tif"]}, "/nowhere.tif does not exist"),
        ({"OUTPUT": "out.jpg"}, "must end in"),
        ({"METHOD": 12}, "METHOD"),
        ({"METHOD": 8, "FEATHER": 0}, "FEATHER"),
        ({"METHOD": 4, "PIXEL_RULE": 1}, "PIXEL_RULE 'any'"),
    ],
)
def test_invalid_values_are_rejected(changes, message, merge, folder, tmp_path):
    from qgis.core import QgsProcessingException

    values = {"INPUTS": paths(folder), "OUTPUT": str(tmp_path / "out.tif"), **changes}
    values["OUTPUT"] = str(tmp_path / values["OUTPUT"])
    feedback = recording_feedback()
    with pytest.raises(QgsProcessingException, match=message):
        merge(feedback, **values)
    assert sorted(os.listdir(tmp_path)) == ["in"]


def test_qgis_process(qgis_process, folder, whole, tmp_path):
    """`qgis_process` accepts repeated INPUTS as a list and returns a non-zero exit code after an error."""
    inputs = [f"--INPUTS={path}" for path in paths(folder)]
    done = qgis_process("--json", "run", ALGORITHM, *inputs, f"--OUTPUT={tmp_path / 'out.tif'}")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"]["TILE_COUNT"] == 4
    np.testing.assert_array_equal(read(tmp_path / "out.tif"), whole)
    done = qgis_process(
        "--json", "run", ALGORITHM, *inputs, "--RESAMPLING=0", "--METHOD=4", f"--OUTPUT={folder / 't_0_0.tif'}"
    )
    assert done.returncode != 0 and "one of the inputs" in done.stderr


def test_pixel_rules_match_the_core(merge, tmp_path):
    """PIXEL_RULE is listed after TRIM_OVERLAP, and its values give the same results as the rules of the core."""
    from qgis.core import QgsApplication

    from parallel_raster.core.jobs.merging.job import merge_tiles

    names = [
        each.name() for each in QgsApplication.processingRegistry().algorithmById(ALGORITHM).parameterDefinitions()
    ]
    assert names[names.index("PIXEL_RULE") - 1] == "TRIM_OVERLAP"
    random, files = np.random.default_rng(1), [str(tmp_path / "a.tif"), str(tmp_path / "b.tif")]
    for path in files:
        with rasterio.open(
            path, "w", driver="GTiff", width=30, height=30, count=2, dtype="uint8", nodata=0, crs="EPSG:32633",
            transform=from_origin(500_000, 5_000_000, 10, 10),
        ) as dataset:  # fmt: skip
            dataset.write(random.integers(0, 3, (2, 30, 30), "uint8"))
    found = []
    for number, rule in enumerate(("band", "any", "all")):
        merge(INPUTS=files, PIXEL_RULE=number, OUTPUT=str(tmp_path / "out.tif"))
        merge_tiles(files, tmp_path / "core.tif", pixel_rule=rule)
        found.append(read(tmp_path / "out.tif"))
        np.testing.assert_array_equal(found[-1], read(tmp_path / "core.tif"))
    assert not (found[0] == found[1]).all() and not (found[1] == found[2]).all()


def test_overviews_of_classes_use_the_nearest_pixel(merge, tmp_path):
    """In QGIS, overviews of a raster with a colour table contain only values of the raster."""
    values = np.random.default_rng(1).choice(np.array([3, 8, 200], "uint8"), (300, 300))
    source = str(tmp_path / "classes.tif")
    with rasterio.open(
        source, "w", driver="GTiff", width=300, height=300, count=1, dtype="uint8", nodata=0, crs="EPSG:32633",
        photometric="palette", transform=from_origin(500_000, 5_000_000, 10, 10),
    ) as dataset:  # fmt: skip
        dataset.write(values, 1)
        dataset.write_colormap(1, {3: (1, 2, 3, 255), 8: (4, 5, 6, 255), 200: (7, 8, 9, 255)})
    merge(INPUTS=[source], COG=True, CREATION_OPTIONS="BLOCKSIZE=128", OUTPUT=str(tmp_path / "out.tif"))
    with rasterio.open(tmp_path / "out.tif", overview_level=0) as dataset:
        assert set(np.unique(dataset.read(1))) <= {3, 8, 200}


def test_complex_integers(merge, provider, tmp_path):
    """Tiling and merging preserve CInt32, a GDAL data type that numpy does not have, without rounding."""
    import processing
    from osgeo import gdal

    parts = np.random.default_rng(1).integers(-(2**31), 2**31 - 1, (40, 50, 2), "int32", endpoint=True)
    source = gdal.GetDriverByName("GTiff").Create(str(tmp_path / "in.tif"), 50, 40, 1, gdal.GDT_CInt32)
    source.SetGeoTransform((500_000, 10, 0, 5_000_000, 0, -10))
    source.WriteRaster(0, 0, 50, 40, parts.tobytes(), buf_type=gdal.GDT_CInt32)
    del source
    tiles = processing.run(
        "parallelraster:tileraster",
        {"INPUT": str(tmp_path / "in.tif"), "TILE_WIDTH": 32, "TILE_HEIGHT": 32, "OUTPUT": str(tmp_path / "tiles")},
    )
    for options in ("", "COMPRESS=LZW"):
        merge(INPUTS=tiles["TILES"], OUTPUT=str(tmp_path / "out.tif"), CREATION_OPTIONS=options)
        found = gdal.Open(str(tmp_path / "out.tif"))
        assert found.GetRasterBand(1).DataType == gdal.GDT_CInt32
        assert bytes(found.ReadRaster(buf_type=gdal.GDT_CInt32)) == parts.tobytes()
