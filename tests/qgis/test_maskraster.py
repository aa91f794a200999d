"""Mask raster in QGIS: parameters, layers, loaded results, errors with labels, and `qgis_process`."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp, Resampling

from harness import recording_feedback

MASK = "parallelraster:maskraster"


@pytest.fixture
def layer(scene, tmp_path):
    """Path of a synthetic SCL layer on the grid of `scene`."""
    path = str(tmp_path / "T32UPU_SCL.tif")
    with rasterio.open(scene()) as dataset:
        profile = {**dataset.profile, "count": 1, "dtype": "uint8"}
    classes = np.random.default_rng(3).integers(4, 7, (1, 600, 600), dtype="uint8")
    classes[0, 100:150, 200:300] = 9
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(classes)
    return path


@pytest.fixture
def mask(provider, scene, layer, tmp_path):
    """Function that runs the algorithm with `processing.run`."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    def run_algorithm(feedback=None, **parameters):
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        given = {"INPUT": str(tmp_path / "scene.tif"), "MASK": layer, "OUTPUT": str(tmp_path / "out.tif"), **parameters}
        return processing.run(MASK, given, context=context, feedback=feedback or recording_feedback())

    return run_algorithm


def pixels(path):
    with rasterio.open(path) as dataset:
        return dataset.read(), dataset.dataset_mask() != 0, dataset.nodata


def test_all_parameters_have_defaults(mask, tmp_path):
    """A run needs only the raster and the mask: the mask's file name determines which classes are clouds."""
    feedback = recording_feedback()
    found = mask(feedback)
    values, shown, nodata = pixels(found["OUTPUT"])
    hidden = np.zeros((600, 600), bool)
    hidden[100:150, 200:300] = True
    np.testing.assert_array_equal(values, pixels(tmp_path / "scene.tif")[0])
    np.testing.assert_array_equal(shown, ~hidden)
    assert nodata is None and found["COPIED_PERCENT"] == 100
    assert found["HIDDEN_PERCENT"] == pytest.approx(100 * hidden.mean())
    assert found["VALID_PERCENT"] == pytest.approx(100 - 100 * hidden.mean())
    assert any("the default for Sentinel-2 scene classification" in line for line in feedback.lines)


@pytest.mark.parametrize("name", ["MASK_VALUES", "MASK_BITS"])
def test_lists_of_values_are_like_text(mask, tmp_path, name):
    listed = pixels(mask(**{name: [0, 3]})["OUTPUT"])[1]
    text = pixels(mask(**{name: "0,3"}, OUTPUT=str(tmp_path / "text.tif"))["OUTPUT"])[1]
    np.testing.assert_array_equal(listed, text)


def test_every_parameter(mask, layer, tmp_path):
    found = mask(
        BANDS=[2], MASK_BAND=1, MASK_VALUES="", MASK_BITS="0-1=1-2", MASK_GROW=15, KEEP=True, MARK=1,
        OUTPUT_NODATA=65535, EXTENT="400000,403000,4997000,5000000 [EPSG:32633]", CREATION_OPTIONS="COMPRESS=LZW",
    )  # fmt: skip
    values, _, nodata = pixels(found["OUTPUT"])
    classes = pixels(layer)[0][0]
    hidden = ~np.isin(classes & 3, (1, 2))
    near = np.zeros_like(hidden)
    for row, col in ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 0), (0, 1), (1, -1), (1, 0), (1, 1)):
        near |= np.roll(np.pad(hidden, 1), (row, col), (0, 1))[1:-1, 1:-1]
    wanted = np.where(near, 65535, pixels(tmp_path / "scene.tif")[0][1])[:300, :300]
    np.testing.assert_array_equal(values, wanted[np.newaxis])
    assert nodata == 65535


@pytest.mark.parametrize("own", [False, True])
def test_the_overview_of_a_layer(mask, layer, tmp_path, own):
    """The run reads the level in OVERVIEW or, if OVERVIEW is not set, the OVERVIEW_LEVEL of the layer."""
    from qgis.core import QgsProject, QgsRasterLayer

    source = str(tmp_path / "scene.tif")
    with rasterio.open(source, "r+") as dataset:
        dataset.build_overviews([2, 4], Resampling.average)
    raster = QgsRasterLayer(f"{source}|option:OVERVIEW_LEVEL=1", "scene")
    QgsProject.instance().addMapLayer(raster)
    try:
        found = mask(INPUT=raster.id(), OVERVIEW=0 if own else -1)
    finally:
        QgsProject.instance().removeMapLayer(raster)
    with rasterio.open(source, overview_level=0 if own else 1) as dataset:
        np.testing.assert_array_equal(pixels(found["OUTPUT"])[0], dataset.read())


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"MASK": "{tmp}/scene.tif"}, "MASK_VALUES is '', but"),
        ({"MARK": 1}, "declares no nodata value. Set OUTPUT_NODATA"),
        ({"MASK_BITS": "9"}, "highest bit is 7"),
        ({"BANDS": "3"}, "has 2 bands; band 3 does not exist"),
        ({"OVERVIEW": 0}, "has no overview 0"),
    ],
)
def test_errors_come_before_the_run(provider, layer, tmp_path, parameters, message):
    """Invalid values are reported by `checkParameterValues`, which the dialog calls before the run."""
    from qgis.core import QgsProcessingContext

    algorithm = provider.algorithm("maskraster").create()
    given = {"INPUT": str(tmp_path / "scene.tif"), "MASK": layer, "OUTPUT": str(tmp_path / "out.tif"), **parameters}
    given = {name: value.format(tmp=tmp_path) if isinstance(value, str) else value for name, value in given.items()}
    ok, text = algorithm.checkParameterValues(given, QgsProcessingContext())
    assert not ok and message in text
    assert not (tmp_path / "out.tif").exists()


def test_the_lesson_from_a_shell(qgis_process, tmp_path):
    """One `qgis_process` call masks overview 0 of a true-colour image by the SCL classes 8 and 9, and writes a COG."""
    random = np.random.default_rng(5)
    profile = {"driver": "GTiff", "crs": "EPSG:32631", "transform": rasterio.Affine(10, 0, 3e5, 0, -10, 49e5)}
    with rasterio.open(
        tmp_path / "visual.tif", "w", width=400, height=400, count=3, dtype="uint8", nodata=0, photometric="RGB",
        tiled=True, blockxsize=128, blockysize=128, **profile,
    ) as dataset:  # fmt: skip
        dataset.write(random.integers(1, 255, (3, 400, 400), dtype="uint8"))
        dataset.build_overviews([2], Resampling.average)
    profile["transform"] *= rasterio.Affine.scale(2)
    classes = random.integers(1, 12, (1, 200, 200), dtype="uint8")
    with rasterio.open(tmp_path / "scl.tif", "w", width=200, height=200, count=1, dtype="uint8", **profile) as dataset:
        dataset.write(classes)
    done = qgis_process(
        "--json", "run", MASK, f"--INPUT={tmp_path / 'visual.tif'}", f"--MASK={tmp_path / 'scl.tif'}",
        "--MASK_VALUES=8,9", "--OVERVIEW=0", "--COG=true", f"--OUTPUT={tmp_path / 'out.tif'}",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    with rasterio.open(tmp_path / "visual.tif", overview_level=0) as dataset:
        wanted = np.where(np.isin(classes, (8, 9)), 0, dataset.read())
    with rasterio.open(tmp_path / "out.tif") as dataset:
        np.testing.assert_array_equal(dataset.read(), wanted)
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    assert json.loads(done.stdout)["results"]["HIDDEN_PERCENT"] == pytest.approx(100 * np.isin(classes, (8, 9)).mean())


def test_which_pixels_qgis_shows(mask, scene, layer, tmp_path):
    """QGIS hides pixels that a nodata value or an internal mask marks; an alpha band takes precedence over these."""
    from qgis.core import QgsRasterLayer, QgsRectangle

    def alpha_of(path):
        raster = QgsRasterLayer(path, "result")
        assert raster.isValid()
        block = raster.renderer().block(1, QgsRectangle(402_000, 4_998_500, 403_000, 4_999_000), 100, 50)
        return {block.color(row, col) >> 24 & 255 for row in range(50) for col in range(100)}

    source = str(tmp_path / "rgba.tif")
    with rasterio.open(tmp_path / "scene.tif") as dataset:
        profile = {**dataset.profile, "count": 4, "dtype": "uint8", "photometric": "RGB", "alpha": "yes"}
    with rasterio.open(source, "w", **profile) as dataset:
        dataset.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
        dataset.write(np.full((4, 600, 600), 255, "uint8"))
    assert alpha_of(mask(INPUT=source)["OUTPUT"]) == {0}
    assert alpha_of(mask(INPUT=source, MARK=2)["OUTPUT"]) == {255}
    assert alpha_of(mask(INPUT=source, BANDS=[1, 2, 3], MARK=1, OUTPUT_NODATA=0)["OUTPUT"]) == {0}
    assert alpha_of(mask(INPUT=source, BANDS=[1, 2, 3], MARK=2)["OUTPUT"]) == {0}


@pytest.mark.parametrize(("bands", "count"), [("", 2), (None, 2), ([], 2), (2, 1), ("2", 1), ("2;1", 2), ([2, 1], 2)])
def test_bands_to_write(mask, bands, count):
    assert len(pixels(mask(BANDS=bands, MASK_VALUES="9")["OUTPUT"])[0]) == count


@pytest.mark.parametrize("bands", [[2.5], "two", [0]])
def test_band_numbers_are_checked(mask, bands):
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match="BANDS"):
        mask(BANDS=bands, MASK_VALUES="9")
