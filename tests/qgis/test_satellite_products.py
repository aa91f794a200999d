"""Masks and second rasters in QGIS whose resolution differs from that of the input raster."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from harness import ALGORITHM, recording_feedback

CLOUDS = [3, 8, 9, 10]


@pytest.fixture
def product(tmp_path):
    """Stored values and paths of bands as in Sentinel-2: B04 and B08 with 10 m pixels, B8A and SCL with 20 m pixels.

    The reflectance bands have scale 0.0001 and offset -0.1.
    """
    random = np.random.default_rng(21)
    counts = {name: random.integers(1500, 9000, (1, 300, 320), dtype="uint16") for name in ("B04", "B08")}
    counts["B8A"] = random.integers(1500, 9000, (1, 150, 160), dtype="uint16")
    counts["SCL"] = random.integers(0, 12, (2, 150, 160), dtype="uint8")
    paths = {}
    for name, values in counts.items():
        paths[name] = str(tmp_path / f"{name}.tif")
        pixel = 3200 / values.shape[2]
        with rasterio.open(
            paths[name], "w", driver="GTiff", width=values.shape[2], height=values.shape[1], count=len(values),
            dtype=values.dtype, nodata=0, crs="EPSG:32633", transform=from_origin(4e5, 5e6, pixel, pixel),
        ) as dataset:  # fmt: skip
            dataset.write(values)
            if name != "SCL":
                dataset.scales, dataset.offsets = [0.0001], [-0.1]
    return counts, paths


def expected(counts, other, hidden):
    """Return the index of B08 and another band on the 10 m grid, with nodata where `hidden` is True."""
    a, b = (counts[name][0] * 0.0001 - 0.1 for name in ("B08", other))
    a, b, hidden = (each.repeat(300 // each.shape[0], 0).repeat(300 // each.shape[0], 1) for each in (a, b, hidden))
    return np.where(hidden, -9999, (a - b) / (a + b)).astype("float32")


def test_ndvi_with_a_cloud_mask(run, product, tmp_path):
    counts, paths = product
    results = run(INPUT=paths["B08"], BAND_A=1, INPUT_B=paths["B04"], MASK=paths["SCL"], OUTPUT=str(tmp_path / "o.tif"))
    wanted = expected(counts, "B04", np.isin(counts["SCL"][0], [0, *CLOUDS]))
    with rasterio.open(results["OUTPUT"]) as dataset:
        np.testing.assert_array_equal(dataset.read(1), wanted)
    valid = wanted[wanted != -9999].astype(float)
    assert (results["MEAN"], results["STD_DEV"]) == pytest.approx((valid.mean(), valid.std()), abs=1e-6)
    assert results["VALID_PERCENT"] == pytest.approx(100 * (wanted != -9999).mean())


@pytest.mark.long
def test_bits_and_resampling_through_qgis_process(qgis_process, product, tmp_path):
    """`qgis_process` accepts RESAMPLING and the mask parameters with values other than their defaults."""
    counts, paths = product
    output = tmp_path / "out.tif"
    given = {
        "INPUT": paths["B08"], "BAND_A": 1, "INPUT_B": paths["B8A"], "INDEX": 9, "RESAMPLING": 1, "MASK": paths["SCL"],
        "MASK_BAND": 2, "MASK_VALUES": "0-11", "MASK_BITS": "0,3", "OUTPUT": output,
    }  # fmt: skip
    done = qgis_process("run", ALGORITHM, "--json", *(f"--{name}={value}" for name, value in given.items()))
    assert done.returncode == 0, done.stderr
    layer = counts["SCL"][1]
    wanted = expected(counts, "B8A", (layer == 0) | (layer & 9 != 0))
    with rasterio.open(output) as dataset:
        np.testing.assert_array_equal(dataset.read(1), wanted)
        assert dataset.descriptions == ("NDRE (B08:B1-B8A:B1)/(B08:B1+B8A:B1)",)
    assert "bits 0, 3 hide" in done.stdout


def test_mask_values_can_be_empty(run, product, tmp_path):
    """MASK_VALUES may be empty without a mask, with MASK_BITS, and if the mask has the file name of a known product."""
    from qgis.core import QgsProcessingException

    _, paths = product
    given = {"INPUT": paths["B08"], "BAND_A": 1, "INPUT_B": paths["B04"], "OUTPUT": str(tmp_path / "o.tif")}
    bits = {"MASK": paths["SCL"], "MASK_BITS": "0"}
    assert run(MASK_VALUES="", **bits, **given)["MEAN"] == run(**bits, **given)["MEAN"] != run(**given)["MEAN"]
    assert run(MASK_VALUES="", **given)["MEAN"] == run(**given)["MEAN"]
    assert run(MASK=paths["SCL"], MASK_VALUES="", **given)["MEAN"] == run(MASK=paths["SCL"], **given)["MEAN"]
    with pytest.raises(QgsProcessingException, match="MASK_VALUES is '', but .*B08.* is not named"):
        run(MASK=paths["B08"], MASK_VALUES="", **given)


def test_the_mask_can_be_a_layer_of_the_project(run, product, tmp_path):
    from qgis.core import QgsProject, QgsRasterLayer

    _, paths = product
    layer = QgsRasterLayer(paths["SCL"], "my classes")
    QgsProject.instance().addMapLayer(layer)
    try:
        given = {"INPUT": paths["B08"], "BAND_A": 1, "INPUT_B": paths["B04"], "OUTPUT": str(tmp_path / "o.tif")}
        means = {run(MASK=mask, **given)["MEAN"] for mask in (paths["SCL"], layer, layer.id(), "my classes")}
        assert len(means) == 1 and run(**given)["MEAN"] not in means
    finally:
        QgsProject.instance().removeMapLayer(layer)


def test_a_vrt_named_tif_is_rejected_as_mask(run, product, tmp_path):
    """A VRT file with the extension .tif is rejected before QGIS opens it, since opening it could run code."""
    from qgis.core import QgsProcessingException

    _, paths = product
    bad = tmp_path / "mask.tif"
    bad.write_text('<VRTDataset rasterXSize="5" rasterYSize="5"></VRTDataset>')
    with pytest.raises(QgsProcessingException, match=r"mask\.tif is not a raster that GDAL can read: it is a VRT"):
        run(INPUT=paths["B08"], BAND_A=1, INPUT_B=paths["B04"], MASK=str(bad), OUTPUT=str(tmp_path / "o.tif"))


def test_warnings_reach_the_log_of_processing(run, product, tmp_path):
    _, paths = product
    with rasterio.open(paths["SCL"], "r+") as dataset:
        dataset.transform = from_origin(4e5 + 1600, 5e6, 20, 20)
    feedback = recording_feedback()
    given = {"INPUT": paths["B08"], "BAND_A": 1, "INPUT_B": paths["B04"], "MASK": paths["SCL"]}
    run(feedback=feedback, OUTPUT=str(tmp_path / "o.tif"), **given)
    assert any(line.startswith("50 % of the output's pixels lie outside the mask") for line in feedback.lines)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"INPUT_B": "{tmp}/B8A.tif"}, "Set RESAMPLING"),
        ({"MASK": "{tmp}/missing.tif"}, "missing.tif does not exist"),
        ({"MASK": "{tmp}/SCL.tif", "MASK_BAND": 3}, "band 3 does not exist"),
        ({"MASK": "{tmp}/SCL.tif", "MASK_VALUES": "3-x"}, "MASK_VALUES"),
        ({"MASK": "{tmp}/SCL.tif", "MASK_BITS": "8"}, "highest bit is 7"),
        ({"MASK": "{tmp}/SCL.tif", "OUTPUT": "{tmp}/SCL.tif"}, "Output is one of the inputs"),
    ],
)
def test_invalid_input_gives_a_clear_message(check_refused, product, parameters, message):
    given = {"INPUT": "{tmp}/B08.tif", "BAND_A": 1, "INPUT_B": "{tmp}/B04.tif", "OUTPUT": "{tmp}/out.tif", **parameters}
    check_refused(ALGORITHM, given, message)


def test_every_index_is_styled_over_its_range(provider):
    """The colour ramp of each index covers -1 to 1 with at least five colours."""
    from parallel_raster.algorithms.shared.styles import read_ramp
    from parallel_raster.core.choices import INDEXES

    for word in INDEXES:
        ramp = read_ramp(word)
        assert (ramp[0][0], ramp[-1][0]) == (-1, 1) and len({colour for _, colour in ramp}) >= 5


def test_the_help_contains_formulas_and_references(qgis_process):
    text = qgis_process("help", ALGORITHM).stdout
    for words in ("NDVI = (near infrared - red) / (near infrared + red). Rouse", "McFeeters (1996)", "QA_PIXEL"):
        assert words in text, words
