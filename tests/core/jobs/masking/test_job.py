"""Tests for complete runs of Mask raster: known products, a published lesson, log lines and rejected inputs."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine

from parallel_raster.core import InputError, OptionError, ParallelRasterError, mask_raster
from parallel_raster.core.jobs.masking.job import check_mask_raster, plan_mask_raster

TRANSFORM = Affine(10, 0, 300_000, 0, -10, 4_900_020)
SIZE = 240


def write(path, pixels, size=10, **profile):
    count, height, width = pixels.shape
    keywords = {"width": width, "height": height, "count": count, "dtype": pixels.dtype, "crs": "EPSG:32631",
                "transform": TRANSFORM * Affine.scale(size / 10), "driver": "GTiff", "tiled": True,
                "blockxsize": 64, "blockysize": 64, "compress": "deflate"}  # fmt: skip
    with rasterio.open(path, "w", **{**keywords, **profile}) as dataset:
        dataset.write(pixels)
    return path


@pytest.fixture
def sentinel(tmp_path):
    """Folder of a synthetic Sentinel-2 product: TCI image with an overview, four 10 m bands, and 20 m SCL."""
    random = np.random.default_rng(3)
    classes = np.repeat(np.repeat(random.integers(2, 12, (15, 15)), 8, axis=0), 8, axis=1).astype("uint8")
    classes[:16, :16] = 0
    visual = random.integers(1, 256, (3, SIZE, SIZE)).astype("uint8")
    bands = random.integers(1, 10_000, (4, SIZE, SIZE)).astype("uint16")
    for pixels in (visual, bands):
        pixels[:, :32, :32] = 0  # outside the swath
    write(tmp_path / "T31TCJ_TCI_10m.tif", visual, nodata=0, photometric="RGB")
    with rasterio.open(tmp_path / "T31TCJ_TCI_10m.tif", "r+") as dataset:
        dataset.build_overviews([2, 4], rasterio.enums.Resampling.average)
    write(tmp_path / "T31TCJ_bands.tif", bands, nodata=0)
    write(tmp_path / "T31TCJ_SCL_20m.tif", classes[np.newaxis], 20, nodata=0)
    return tmp_path


def test_the_steps_of_the_carpentries_lesson_in_one_call(sentinel):
    """One call masks overview 0 of the true-colour image, which has SCL's grid, by the SCL classes 8 and 9."""
    rioxarray = pytest.importorskip("rioxarray")
    visual = rioxarray.open_rasterio(sentinel / "T31TCJ_TCI_10m.tif", overview_level=0)
    scl = rioxarray.open_rasterio(sentinel / "T31TCJ_SCL_20m.tif")
    mask = scl.squeeze().isin([8, 9])
    masked = visual.where(mask == 0, other=visual.rio.nodata)
    masked.rio.to_raster(sentinel / "lesson.tif", driver="COG")

    result = mask_raster(
        sentinel / "T31TCJ_TCI_10m.tif", sentinel / "ours.tif", sentinel / "T31TCJ_SCL_20m.tif", overview=0,
        mask_values="8,9", cog=True,
    )  # fmt: skip
    with rasterio.open(sentinel / "lesson.tif") as lesson, rasterio.open(result.output) as ours:
        np.testing.assert_array_equal(ours.read(), lesson.read())
        assert (ours.transform, ours.crs, ours.nodata, ours.dtypes) == (
            lesson.transform, lesson.crs, lesson.nodata, lesson.dtypes,
        )  # fmt: skip
        assert ours.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert result.valid_percent == pytest.approx(100 * (lesson.dataset_mask() != 0).mean())
    assert result.hidden_percent == pytest.approx(100 * mask.values.mean())


def test_a_known_product_needs_no_values(sentinel, log):
    """Without MASK_VALUES, an SCL layer hides the classes 3 and 8 to 10, and the log states this rule."""
    result = mask_raster(sentinel / "T31TCJ_bands.tif", sentinel / "out.tif", sentinel / "T31TCJ_SCL_20m.tif", log=log)
    with rasterio.open(sentinel / "T31TCJ_SCL_20m.tif") as dataset:
        classes = np.kron(dataset.read(1), np.ones((2, 2), "uint8"))
    with rasterio.open(sentinel / "T31TCJ_bands.tif") as source, rasterio.open(result.output) as dataset:
        np.testing.assert_array_equal(dataset.read(), np.where(np.isin(classes, [3, 8, 9, 10]), 0, source.read()))
    rule = "uint8, values 3, 8 to 10 hide pixels (the default for Sentinel-2 scene classification)"
    assert rule in log.line("Mask: ")
    assert log.line("Hidden pixels") == "Hidden pixels: nodata 0"
    assert "of the pixels are valid; the mask hides" in " ".join(log.infos)
    assert log.warnings == []


@pytest.mark.parametrize(
    ("name", "values", "hiding"),
    [
        ("LC08_L2SP_044034_20200327_QA_PIXEL.TIF", [21824, 22280, 21826, 54596], [False, True, True, True]),
        ("HLS.L30.T10SEG.2020087.v2.0.Fmask.tif", [0, 2, 64, 8], [False, True, False, True]),
        ("MOD09GA.sur_refl_state_500m.tif", [8, 1, 4, 512], [False, True, True, True]),
    ],
)
def test_the_rules_of_other_products(tmp_path, name, values, hiding):
    source = write(tmp_path / "in.tif", np.ones((1, 2, 2), "uint8"), tiled=False, nodata=0)
    layer = write(tmp_path / name, np.array(values, "uint16").reshape(1, 2, 2), tiled=False)
    result = mask_raster(source, tmp_path / "out.tif", layer)
    with rasterio.open(result.output) as dataset:
        assert (dataset.read(1).ravel() == 0).tolist() == hiding


def test_a_mask_of_an_unknown_product_needs_values(sentinel):
    (sentinel / "T31TCJ_SCL_20m.tif").rename(sentinel / "clouds.tif")
    with pytest.raises(OptionError, match="is not named like a known mask layer") as error:
        mask_raster(sentinel / "T31TCJ_bands.tif", sentinel / "out.tif", sentinel / "clouds.tif")
    assert error.value.parameter == "mask_values"


def test_keeping_classes_is_in_the_log(sentinel, log):
    mask_raster(
        sentinel / "T31TCJ_bands.tif", sentinel / "out.tif", sentinel / "T31TCJ_SCL_20m.tif", mask_values="4-6",
        keep=True, mask_grow=20, log=log,
    )  # fmt: skip
    line = log.line("Mask: ")
    assert "values 4 to 6 mark pixels to keep, and all other values hide pixels, with a buffer of 20 map units" in line


def test_a_mask_that_hides_everything(sentinel, log):
    bands = sentinel / "T31TCJ_bands.tif"
    result = mask_raster(bands, sentinel / "out.tif", sentinel / "T31TCJ_SCL_20m.tif", mask_values="0-11", log=log)
    assert (result.valid_percent, result.copied_percent) == (0, pytest.approx(0, abs=2))
    assert log.warnings == ["No pixel is valid."]
    away = write(sentinel / "mask.tif", np.ones((1, 9, 9), "uint8"), tiled=False, transform=Affine(10, 0, 0, 0, -10, 0))
    mask_raster(bands, sentinel / "out.tif", away, mask_values="0", log=log)
    assert "100 % of the output's pixels lie outside the mask" in log.warnings[1]


def test_the_report_lists_the_pixels(sentinel):
    mask_raster(
        sentinel / "T31TCJ_bands.tif", sentinel / "out.tif", sentinel / "T31TCJ_SCL_20m.tif",
        report=sentinel / "report.html",
    )  # fmt: skip
    text = (sentinel / "report.html").read_text(encoding="utf-8")
    for words in ("Masked raster", "Valid pixels hidden by the mask", "Pixels copied without decoding"):
        assert words in text


REJECTED = {
    "mark": ({"mark": "mask"}, "declares nodata 0, which programs ignore if a file has a mask. Set MARK to 'input'"),
    "mask": ({"mask": ""}, "MASK is not set"),
    "output_nodata": ({"output_nodata": 70_000}, "OUTPUT_NODATA 70000 is not a valid uint16 value"),
    "bands": ({"bands": [1, 1]}, "BANDS lists a band more than once: 1, 1"),
    "mask_band": ({"mask_band": 2}, "has only one band; band 2 does not exist"),
    "mask_bits": ({"mask_bits": "9"}, "whose highest bit is 7"),
    "mask_grow": ({"mask_grow": -1}, "MASK_GROW is -1"),
    "overview": ({"overview": 3}, "has no overview 3"),
    "extent": ({"extent": (0, 0, 1, 1)}, "does not overlap"),
    "dst": ({"dst": "in.tif"}, "Output is one of the inputs"),
    "creation_options": ({"creation_options": "COMPRESS=NONSENSE"}, "COMPRESS=NONSENSE"),
    "memory": ({"memory": 0.01}, "the memory limit is"),
}


@pytest.mark.parametrize("parameter", REJECTED)
def test_what_is_rejected_before_a_pixel_is_read(sentinel, parameter):
    options, words = REJECTED[parameter]
    given = {"mask": str(sentinel / "T31TCJ_SCL_20m.tif"), "dst": str(sentinel / "out.tif"), **options}
    if parameter == "dst":
        given["dst"] = str(sentinel / "T31TCJ_bands.tif")
    before = sorted(sentinel.iterdir())
    with pytest.raises(ParallelRasterError, match=words) as error:
        check_mask_raster(str(sentinel / "T31TCJ_bands.tif"), given.pop("dst"), given.pop("mask"), **given)
    assert error.value.parameter == parameter
    assert sorted(sentinel.iterdir()) == before


def test_a_nodata_value_must_be_known(tmp_path):
    source = write(tmp_path / "in.tif", np.ones((1, 8, 8), "uint8"), tiled=False)
    layer = write(tmp_path / "mask.tif", np.ones((1, 8, 8), "uint8"), tiled=False)
    with pytest.raises(OptionError, match=r"declares no nodata value. Set OUTPUT_NODATA") as error:
        mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", mark="nodata")
    assert error.value.parameter == "output_nodata"


def test_bands_of_a_virtual_raster_must_fit_into_one_file(tmp_path):
    for name, dtype in (("a.tif", "uint8"), ("b.tif", "int16")):
        write(tmp_path / name, np.ones((1, 8, 8), dtype), tiled=False)
    bands = "".join(
        f'<VRTRasterBand dataType="{kind}" band="{number}"><SimpleSource><SourceFilename relativeToVRT="1">{name}'
        "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>"
        for number, (name, kind) in enumerate([("a.tif", "Byte"), ("b.tif", "Int16")], 1)
    )
    source = tmp_path / "in.vrt"
    source.write_text(f'<VRTDataset rasterXSize="8" rasterYSize="8">{bands}</VRTDataset>')
    with pytest.raises(InputError, match="all bands of the output must have the same data type"):
        mask_raster(source, tmp_path / "out.tif", tmp_path / "a.tif", mask_values="1")


def test_parameters_without_effect_are_named(sentinel, tmp_path):
    rgba = np.full((4, 8, 8), 200, "uint8")
    source = write(tmp_path / "rgba.tif", rgba, tiled=False, photometric="RGB", alpha="yes")
    layer = write(tmp_path / "mask.tif", rgba[:1], tiled=False)
    lines = plan_mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", output_nodata=7).warnings
    assert lines == ("OUTPUT_NODATA has no effect because hidden pixels are marked by alpha 0.",)
    lines = plan_mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", mark="mask").warnings
    assert len(lines) == 1 and lines[0].startswith("The alpha band is not changed.")


def test_lossy_options_replace_nodata_by_a_mask(sentinel):
    """JPEG does not preserve the nodata value, so an internal mask marks nodata pixels and hidden pixels."""
    source, layer = sentinel / "T31TCJ_TCI_10m.tif", sentinel / "T31TCJ_SCL_20m.tif"
    with rasterio.open(source, "r+") as dataset:
        pixels = dataset.read()
        pixels[:, 100:140, 100:140], pixels[:, 200, 200] = 0, 255
        dataset.write(pixels)
    with rasterio.open(layer) as dataset:
        hidden = np.isin(np.kron(dataset.read(1), np.ones((2, 2), "uint8")), [0, 3, 8, 9, 10])
    hidden |= (pixels == 0).all(axis=0)
    for options in ({}, {"mark": "nodata", "output_nodata": 255}):  # visible pixels may be 255
        result = mask_raster(source, sentinel / "out.tif", layer, creation_options="COMPRESS=JPEG", **options)
        with rasterio.open(result.output) as dataset:
            assert dataset.nodata is None and dataset.compression.value == "JPEG"
            np.testing.assert_array_equal(dataset.dataset_mask() == 0, hidden)


def test_nodata_that_the_data_type_cannot_hold(tmp_path):
    """A nodata value that no pixel can have is kept, and an internal mask marks the hidden pixels."""
    source = write(tmp_path / "in.tif", np.ones((1, 8, 8), "uint8"), tiled=False)
    virtual = str(tmp_path / "in.vrt")
    rasterio.shutil.copy(source, virtual, driver="VRT")
    text = (tmp_path / "in.vrt").read_text()
    (tmp_path / "in.vrt").write_text(text.replace("<ColorInterp>", "<NoDataValue>-9999</NoDataValue><ColorInterp>"))
    layer = write(tmp_path / "mask.tif", np.eye(8, dtype="uint8")[np.newaxis], tiled=False)
    for mark in ("input", "mask"):
        result = mask_raster(virtual, tmp_path / "out.tif", layer, mask_values="1", mark=mark)
        with rasterio.open(result.output) as dataset:
            np.testing.assert_array_equal(dataset.dataset_mask() == 0, np.eye(8))
            assert (dataset.read(1) == 1).all()
