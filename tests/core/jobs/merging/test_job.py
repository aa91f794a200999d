"""Tests for merging files: pixels, types, nodata, masks and metadata of the mosaic, and rejected inputs."""

from __future__ import annotations

import hashlib
import itertools

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp
from rasterio.windows import Window

from cancels import Cancel
from georeference import UTM
from parallel_raster.core.errors import Cancelled, InputError, OptionError, OutputError
from parallel_raster.core.jobs.merging import plan
from parallel_raster.core.jobs.merging.job import MergeResult, check_merge_tiles, merge_tiles
from parallel_raster.core.jobs.merging.task import OpenMerge
from parallel_raster.core.jobs.tiling.job import tile_raster
from parallel_raster.core.raster.nodata import same_nodata
from parallel_raster.core.reading.metadata import read_source
from parallel_raster.core.tiff.directory import NODATA_TAG, replace_text

BASE = Affine(10, 0, 500_000, 0, -10, 5_000_000)


def at(col, row):
    """Return the transform of a raster whose first pixel is at column `col` and row `row` of the common grid."""
    return BASE * Affine.translation(col, row)


@pytest.fixture
def tile(make_raster):
    """Return a function that creates a GeoTIFF at a given position of the common grid."""

    def make(bands, col=0, row=0, name=None, **options):
        bands = [np.asarray(band) for band in bands]
        return make_raster(bands, name or f"tile_{row}_{col}.tif", transform=at(col, row), **options)

    return make


def full(value, dtype="uint8", shape=(10, 10)):
    return np.full(shape, value, dtype)


@pytest.fixture
def merged(tmp_path):
    """Return a function that merges rasters and returns the `Contents` of the mosaic."""

    def run(paths, name="out.tif", **options):
        path = tmp_path / "result" / name
        path.parent.mkdir(exist_ok=True)
        result = merge_tiles(paths, path, **options)
        assert isinstance(result, MergeResult) and result.output == str(path)
        with rasterio.open(path) as dataset:
            return Contents(dataset)

    return run


class Contents:
    """Pixels, masks and metadata of an open dataset."""

    def __init__(self, dataset):
        self.values, self.masks, self.profile = dataset.read(), dataset.read_masks(), dataset.profile
        self.shown = self.masks[0] != 0
        self.dtype, self.nodata, self.transform, self.crs = (
            dataset.dtypes[0], dataset.nodata, dataset.transform, dataset.crs,
        )  # fmt: skip
        self.flags = [flag.name for flag in dataset.mask_flag_enums[0]]
        self.metadata = (
            dataset.descriptions, dataset.scales, dataset.offsets, dataset.units, dataset.colorinterp, dataset.tags(),
        )  # fmt: skip
        self.descriptions, self.scales, self.offsets, self.units, self.colours, self.tags = self.metadata


@pytest.mark.parametrize(
    ("method", "overlap", "total"),
    [("first", 1, 250), ("last", 2, 425), ("min", 1, 250), ("max", 3, 450), ("sum", 6, 600), ("count", 3, 300),
     ("mean", 2, None), ("median", 2, None), ("feather", None, None)],
)  # fmt: skip
def test_the_methods_as_rasterio_defines_them(method, overlap, total, tile, merged):
    """Each method gives rasterio's result for two rasters of values 1 and 3 and a shifted raster of value 2."""
    paths = [tile([full(1)], name="a.tif", nodata=0), tile([full(3)], name="b.tif", nodata=0)]
    paths.append(tile([full(2)], 5, 5, name="c.tif", nodata=0))
    found = merged(paths, method=method)
    assert found.values.shape == (1, 15, 15)
    if overlap is not None:
        assert (found.values[0, 5:10, 5:10] == overlap).all()
    if total is not None:
        assert found.values.sum() == total
    empty = np.zeros((15, 15), bool)
    empty[:5, 10:] = empty[10:, :5] = True
    if method == "count":
        assert (found.values[0][empty] == 0).all() and found.nodata is None
    else:
        assert (found.shown == ~empty).all()


@pytest.mark.parametrize(
    ("method", "dtype", "nodata", "flags"),
    [
        *((method, "uint8", 0, ["nodata"]) for method in ("first", "last", "min", "max")),
        ("mean", "float32", "nan", ["nodata"]),
        ("median", "float32", "nan", ["nodata"]),
        ("sum", "uint32", None, ["per_dataset"]),
        ("feather", "uint8", None, ["per_dataset"]),
        ("count", "uint16", None, ["all_valid"]),
    ],
)
def test_type_and_nodata_by_method(method, dtype, nodata, flags, tile, merged):
    found = merged([tile([full(1)], nodata=0), tile([full(3)], 20, 0, nodata=0)], method=method)
    assert found.dtype == dtype and found.flags == flags
    assert np.isnan(found.nodata) if nodata == "nan" else found.nodata == nodata


def test_four_tiles_give_the_original_raster(tile, merged):
    """Merging four tiles gives the original raster, in any order of the tiles."""
    whole = np.arange(64, dtype="uint8").reshape(8, 8)
    paths = [tile([whole[row : row + 4, col : col + 4]], col, row, crs=UTM) for row in (0, 4) for col in (0, 4)]
    for order in list(itertools.permutations(paths))[::5]:
        found = merged(order)
        assert (found.values[0] == whole).all()
        assert found.transform == BASE and found.crs == UTM
        assert found.nodata is None and found.flags == ["all_valid"]


def test_a_shift_of_a_billionth_of_a_pixel_is_ignored(make_raster, merged):
    one = make_raster([full(1)], "a.tif", transform=at(0, 0))
    two = make_raster([full(2)], "b.tif", transform=at(10 + 1e-9, 1e-9))
    assert merged([one, two]).values.shape == (1, 10, 20)


def make_neighbour(make_raster, **options):
    return make_raster([full(2)], "b.tif", **{"transform": at(10, 0), **options})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"transform": at(10.5, 0)}, "0.5 columns and 0 rows off"),
        ({"transform": at(10, 0) * Affine.scale(2)}, "pixel size is 20 x 20 instead of 10 x 10"),
        ({"transform": at(10, 0) * Affine.rotation(20)}, "rotated by 20"),
        ({"transform": at(10, 0) * Affine.scale(1, -1)}, "run in the opposite direction"),
        ({"crs": "EPSG:32634"}, "EPSG:32634 instead of EPSG:32633"),
        ({"crs": None}, "no CRS"),
    ],
)
def test_an_error_names_two_files_with_different_grids(options, words, tile, make_raster, merged, tmp_path):
    one, two = tile([full(1)], name="a.tif", crs=UTM), make_neighbour(make_raster, **{"crs": UTM, **options})
    with pytest.raises(InputError, match=words) as error:
        merged([one, two])
    assert str(one) in str(error.value) and str(two) in str(error.value)
    assert "RESAMPLING" in str(error.value)
    assert list((tmp_path / "result").iterdir()) == []


def test_rasters_without_crs_are_merged(tile, merged):
    found = merged([tile([full(1)], crs=None), tile([full(2)], 10, 0, crs=None)])
    assert found.crs is None and found.values.shape == (1, 10, 20)


@pytest.mark.parametrize("linear", [Affine.rotation(33), Affine.scale(1, -1), Affine.scale(3, 0.5)])
def test_inputs_with_the_same_orientation_are_merged_without_resampling(linear, make_raster, merged):
    base = BASE * linear
    whole = np.arange(64, dtype="uint8").reshape(8, 8)
    paths = [
        make_raster(
            [whole[row : row + 4, col : col + 4]], f"{row}{col}.tif", transform=base * Affine.translation(col, row)
        )
        for row in (4, 0)
        for col in (4, 0)
    ]
    found = merged(paths)
    assert (found.values[0] == whole).all()
    assert found.transform.almost_equals(base, 1e-6)


@pytest.mark.parametrize("method", ["first", "last", "min", "max"])
@pytest.mark.parametrize(
    ("dtype", "nodata", "pair", "wanted"),
    [("int16", 0, (-2, 2), -1), ("uint8", 5, (3, 7), 4), ("float32", 0, (-2, 2), np.float32(1e-45))],
)
def test_resampled_values_equal_to_nodata_stay_valid(dtype, nodata, pair, wanted, method, make_raster, merged, log):
    near = make_raster([full(9, dtype)], "a.tif", transform=at(0, 0), nodata=nodata)
    values = np.tile(np.array(pair, dtype), (10, 5))
    far = make_raster([values], "b.tif", transform=at(20.5, 0), nodata=nodata)
    found = merged([near, far], method=method, resampling="bilinear", log=log)
    assert found.nodata == nodata and (found.values[0, :, 22:28] == wanted).all()
    assert "They were set to the nearest other value" in log.line("Resampled values that are equal")
    with pytest.raises(InputError, match="OUTPUT_NODATA"):
        merged([near, far], method=method, resampling="bilinear", output_nodata=nodata)


def test_different_band_counts_are_rejected(tile, merged):
    with pytest.raises(InputError, match=r"tile_0_10.tif and .*tile_0_0.tif.*1 band, the second 2 bands"):
        merged([tile([full(1), full(1)]), tile([full(1)], 10, 0)])


@pytest.mark.parametrize(
    ("dtypes", "wanted"),
    [(("uint8", "float32"), "float32"), (("uint8", "int16"), "int16"), (("uint16", "int16"), "int32")],
)
def test_mixed_types_keep_all_values(dtypes, wanted, tile, merged, log):
    values = {"uint8": 255, "float32": 1234.5, "int16": -3000, "uint16": 65_535}
    one, two = (full(values[dtype], dtype) for dtype in dtypes)
    found = merged([tile([one]), tile([two], 10, 0)], log=log)
    assert found.dtype == wanted
    assert (found.values[0, :, :10] == one).all() and (found.values[0, :, 10:] == two).all()
    assert wanted in log.line("Data type:") and dtypes[0] in log.line("Data type:")


def test_each_input_has_its_own_nodata_value(tile, merged):
    """If one input has nodata 0 and the other has nodata 255, a mask marks the missing pixels of the mosaic."""
    one, two = full(5), full(7)
    one[0, :3], two[0, 1:4] = 0, 255
    found = merged([tile([one], name="a.tif", nodata=0), tile([two], name="b.tif", nodata=255)])
    assert found.nodata is None and found.flags == ["per_dataset"]
    assert found.values[0, 0].tolist()[:1] + found.values[0, 0].tolist()[3:] == [7, 5, 5, 5, 5, 5, 5, 5]
    assert found.shown[0].tolist() == [True, False, False] + [True] * 7


def test_different_nodata_values_become_nan_in_floats(tile, merged):
    one, two = full(-9999, "float32"), full(-1, "float32")
    two[0, 0] = 3
    found = merged([tile([one], name="a.tif", nodata=-9999), tile([two], name="b.tif", nodata=-1)])
    assert np.isnan(found.nodata) and found.values[0, 0, 0] == 3 and np.isnan(found.values).sum() == 99


def test_a_gap_is_marked_and_logged(tile, merged, log):
    found = merged([tile([full(1)]), tile([full(2)], 30, 0)], log=log, memory=77, workers=2)
    assert "memory limit 77 MB; 2 workers" in log.line("Plan: ")
    assert found.flags == ["per_dataset"] and not found.shown[:, 10:30].any() and found.shown.sum() == 200
    assert "50 % of the mosaic not covered" in log.line("Inputs:")
    found = merged([tile([full(1)], nodata=9), tile([full(2)], 30, 0, nodata=9)], log=log)
    assert found.nodata == 9 and (found.values[0, :, 10:30] == 9).all() and found.flags == ["nodata"]


def test_nodata_parameters_override_declared_values(tile, merged):
    one = full(5)
    one[0, 0] = 7
    paths = [tile([one], nodata=0), tile([full(6)], 20, 0, nodata=0)]
    found = merged(paths, nodata=7)
    assert found.nodata == 7 and not found.shown[0, 0] and found.shown[0, 1]
    assert merged(paths, output_nodata=99).nodata == 99
    with pytest.raises(InputError, match=r"tile_0_0.tif, row 0, column 1 .* value 5.*OUTPUT_NODATA"):
        merged(paths, output_nodata=5)
    with pytest.raises(OptionError, match="300 is not a valid uint8 value"):
        merged(paths, output_nodata=300)


def test_a_given_nodata_value_that_only_some_inputs_can_hold(tile, merged):
    """The mosaic declares the given value if its own data type can hold it."""
    other = full(5, "int16")
    other[0, 0] = -9999
    paths = [tile([full(1)]), tile([other], 20, 0)]
    for method in ("first", "max"):
        found = merged(paths, nodata=-9999, method=method)
        assert found.nodata == -9999 and found.flags == ["nodata"] and not found.shown[0, 20]
        assert found.shown.sum() == 199 and (found.values[0, :, 10:20] == -9999).all()
    found = merged(paths[:1], nodata=-9999)
    assert found.nodata is None and found.flags == ["all_valid"]


def test_a_declared_nodata_value_that_the_type_cannot_hold_hides_nothing(tile, merged, tmp_path):
    """A nodata value of -9999 that a VRT declares for a Byte band does not hide any pixels."""
    vrt = tmp_path / "odd.vrt"
    tile([full(5)])
    vrt.write_text(
        '<VRTDataset rasterXSize="10" rasterYSize="10"><SRS>EPSG:32633</SRS>'
        "<GeoTransform>500000,10,0,5000000,0,-10</GeoTransform>"
        '<VRTRasterBand dataType="Byte" band="1"><NoDataValue>-9999</NoDataValue><SimpleSource>'
        '<SourceFilename relativeToVRT="1">tile_0_0.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>'
    )
    found = merged([vrt])
    assert (found.values == 5).all() and found.nodata is None


@pytest.mark.parametrize("bands", [1, 2])
@pytest.mark.parametrize("rule", ["band", "all"])
@pytest.mark.parametrize("method", ["first", "last", "min", "max", "mean", "median", "feather"])
def test_nan_and_infinity_are_not_valid_in_integers(method, rule, bands, tile, merged):
    values = full(2, "float32")
    values[3, 3], values[4, 4] = np.inf, np.nan
    wanted = np.isfinite(values)
    for one, two in ((None, None), (-9999, -9999), (None, -9999)):
        paths = [
            tile([values] * bands, nodata=one),
            tile([full(5, "float32")] * bands, 10, 0, nodata=two),
            tile([full(6, "int16")] * bands, 20, 0, nodata=two),
        ]
        for inputs in (paths[:1], paths[:2], paths):
            for size in (0, 16):
                found = merged(inputs, method=method, pixel_rule=rule, data_type="int16", chunk_size=size)
                assert (found.shown[:, :10] == wanted).all() and found.shown[:, 10:].all()
    mask = np.ones((10, 10), bool)
    mask[0] = False
    found = merged([tile([values] * bands, mask=mask)], method=method, pixel_rule=rule, data_type="int16")
    assert (found.shown == (wanted & mask)).all()
    found = merged([tile([values] * bands, nodata=-9999)], output_nodata=7, data_type="int16", method=method)
    assert found.nodata == 7 and (found.shown == wanted).all()


def test_nan_lets_the_next_raster_show_in_integers(tile, merged, tmp_path):
    paths = [tile([full(np.nan, "float32")], name="a.tif"), tile([full(5)], name="b.tif")]
    found = merged(paths, data_type="int16")
    assert (found.values == 5).all() and found.shown.all()
    with pytest.raises(OptionError, match="virtual mosaic"):
        merge_tiles(paths, tmp_path / "v.vrt", data_type="int16")


def test_masks_are_kept(tile, merged):
    mask = np.ones((10, 10), bool)
    mask[2:5] = False
    found = merged([tile([full(5)], mask=mask), tile([full(6)], 10, 0)])
    assert found.flags == ["per_dataset"] and (found.shown[:, :10] == mask).all() and found.shown[:, 10:].all()
    assert (found.values[0, :, :10] == 5).all(), "hidden pixels keep their stored values"


def test_masked_pixels_are_not_used(tile, merged):
    mask = np.zeros((10, 10), bool)
    for external in (True, False):
        one = tile([full(5)], name=f"a{external}.tif", mask=mask, internal_mask=not external)
        assert (merged([one, tile([full(6)], name="b.tif")]).values == 6).all()
        assert (merged([tile([full(6)], name="b.tif"), one], method="last").values == 6).all()


def test_alpha_is_kept_and_hides_pixels(tile, merged):
    alpha = full(255)
    alpha[:5] = 0
    one = tile([full(50), full(60), alpha], name="a.tif", alpha=True)
    two = tile([full(70), full(80), full(200)], name="b.tif", alpha=True)
    found = merged([one, two])
    assert found.colours[-1] == ColorInterp.alpha and found.nodata is None
    assert found.values[:, 0, 0].tolist() == [70, 80, 200] and found.values[:, 9, 9].tolist() == [50, 60, 255]


def test_an_alpha_band_without_other_bands_is_ordinary(tile, merged):
    values = np.arange(100, dtype="uint8").reshape(10, 10)
    source = tile([values], photometric="minisblack")
    with rasterio.open(source, "r+") as dataset:
        dataset.colorinterp = [ColorInterp.alpha]
    assert (merged([source]).values == values).all()
    assert (merged([source], method="count").values == 1).all()
    assert (merged([source], method="mean").values == values).all()


def test_an_alpha_band_in_only_one_input_is_rejected(tile, merged):
    one = tile([full(50), full(60), full(255)], name="a.tif", alpha=True)
    two = tile([full(50), full(60), full(255)], name="b.tif")
    with pytest.raises(InputError, match="no alpha band.*alpha in band 3"):
        merged([one, two])


def test_an_error_if_the_type_cannot_hold_the_result(tile, merged):
    paths = [tile([full(200)], name="a.tif"), tile([full(100)], name="b.tif")]
    with pytest.raises(InputError, match="300.*sum.*is not a valid uint8 value"):
        merged(paths, method="sum", data_type="uint8")
    assert merged(paths, method="sum", data_type="uint16").values.max() == 300
    found = merged(paths, method="mean", data_type="uint8")
    assert found.dtype == "uint8" and (found.values == 150).all()


@pytest.mark.parametrize(("values", "data_type"), [((2**53, 1), "auto"), ((2**24, 1), "float32")])
def test_an_error_if_a_sum_of_64_bit_integers_would_be_rounded(values, data_type, tile, merged):
    paths = [tile([full(value, "int64")], name=f"{number}.tif") for number, value in enumerate(values)]
    with pytest.raises(InputError, match=r"0.tif, row 0, column 0.*sum"):
        merged(paths, method="sum", data_type=data_type)


@pytest.mark.parametrize("values", [(2**53, 2), (2**60, 2**60), (2**53 - 1, 1)])
def test_exact_sums_of_64_bit_integers(values, tile, merged):
    paths = [tile([full(value, "int64")], name=f"{number}.tif") for number, value in enumerate(values)]
    assert (merged(paths, method="sum").values == float(sum(values))).all()


def test_physical_sums_of_64_bit_integers_are_exact(tile, merged):
    paths = [tile([full(value, "int64")], name=f"{value}.tif", offsets=[1]) for value in (2**53 - 2, 1, 2)]
    assert (merged(paths[:2], method="sum").values == 2.0**53).all()
    with pytest.raises(InputError, match="the sum of band 1, or an intermediate sum, exactly"):
        merged(paths, method="sum")


def test_metadata_shared_by_all_inputs_are_kept(tile, merged, log):
    paths = [tile([full(1), full(2)], scales=(0.1, 0.2), offsets=(-1, 3)), tile([full(1), full(2)], 10, 0)]
    for path, extra in zip(paths, ("one", "two")):
        with rasterio.open(path, "r+") as dataset:
            dataset.scales, dataset.offsets, dataset.units = (0.1, 0.2), (-1, 3), ("m", "K")
            dataset.descriptions = ("red", "near infrared")
            dataset.update_tags(SENSOR="x", NUMBER=extra)
            dataset.update_tags(1, STATISTICS_MINIMUM="9", WAVELENGTH="1")
    found = merged(paths, log=log)
    assert found.scales == (0.1, 0.2) and found.offsets == (-1, 3) and found.units == ("m", "K")
    assert found.descriptions == ("red", "near infrared")
    assert found.tags["SENSOR"] == "x" and "NUMBER" not in found.tags
    assert any("NUMBER" in line for line in log.warnings)


def test_different_scales_are_rejected(tile, merged):
    paths = [tile([full(1)], scales=(0.1,), offsets=(0,)), tile([full(1)], 10, 0, scales=(0.2,), offsets=(0,))]
    with pytest.raises(InputError, match="scale 0.2 and offset 0 .* scale 0.1 and offset 0"):
        merged(paths)


def test_different_descriptions_give_a_warning_and_the_first_is_kept(tile, merged, log):
    paths = [tile([full(1)]), tile([full(1)], 10, 0)]
    for path, name in zip(paths, ("red", "blue")):
        with rasterio.open(path, "r+") as dataset:
            dataset.descriptions = (name,)
    assert merged(paths, log=log).descriptions == ("red",)
    assert any("description" in line and "tile_0_10.tif" in line for line in log.warnings)


def test_colour_tables_are_kept_if_values_are_kept(tile, merged):
    paths = [tile([full(1)], name="a.tif", photometric="palette"), tile([full(0)], name="b.tif", photometric="palette")]
    for path in paths:
        with rasterio.open(path, "r+") as dataset:
            dataset.write_colormap(1, {0: (1, 2, 3, 255), 1: (4, 5, 6, 255)})
    for method, kept in (("first", True), ("sum", False), ("count", False)):
        merged(paths, method=method, name="c.tif")
        with rasterio.open(paths[0].parent / "result" / "c.tif") as dataset:
            assert (dataset.colorinterp[0] == ColorInterp.palette) is kept
            if kept:
                assert dataset.colormap(1)[1][:3] == (4, 5, 6)


def test_storage_options_are_those_of_the_first_input(tile, merged):
    paths = [tile([full(1, shape=(64, 64))], blocks=32, compress="lzw"), tile([full(1, shape=(64, 64))], 64, 0)]
    found = merged(paths).profile
    assert (found["blockxsize"], found["compress"]) == (32, "lzw")
    found = merged(paths, creation_options="COMPRESS=DEFLATE").profile
    assert (found["blockxsize"], found["compress"]) == (32, "deflate")


def test_extent_is_snapped_outward(tile, merged):
    whole = np.arange(100, dtype="uint8").reshape(10, 10)
    paths = [tile([whole]), tile([whole], 10, 0)]
    left, top = 500_000, 5_000_000
    found = merged(paths, extent=(left + 81, top - 49, left + 119.9, top - 20))
    assert found.transform == at(8, 2) and (found.values[0] == np.hstack([whole, whole])[2:5, 8:12]).all()
    with pytest.raises(OptionError, match="does not overlap"):
        merged(paths, extent=(0, 0, 10, 10))


@pytest.mark.parametrize("method", ["first", "mean", "median", "feather", "count"])
def test_an_extent_in_a_gap_between_the_inputs_is_rejected(method, tile, tmp_path, state):
    paths = [tile([full(1)]), tile([full(2)], 60, 0)]
    before, left, top = state(tmp_path), 500_000, 5_000_000
    with pytest.raises(OptionError, match="EXTENT .* does not overlap any input") as error:
        merge_tiles(paths, tmp_path / "out.tif", extent=(left + 300, top - 100, left + 500, top), method=method)
    assert error.value.parameter == "extent" and state(tmp_path) == before


@pytest.mark.parametrize("method", ["first", "mean", "median", "feather"])
def test_the_result_does_not_depend_on_chunks_workers_and_memory(method, tile, merged):
    random = np.random.default_rng(1)
    paths = [
        tile(
            [random.integers(0, 9, (50, 60), dtype="uint16") for _ in range(2)],
            int(col),
            int(row),
            name=f"{n}.tif",
            nodata=0,
        )
        for n, (col, row) in enumerate(random.integers(0, 60, (6, 2)))
    ]
    options = "BLOCKXSIZE=16|BLOCKYSIZE=16"
    digests = set()
    for chunk_size, workers, memory in ((0, 1, 0), (16, 2, 0), (48, 3, 0), (0, 2, 1)):
        found = merged(
            paths,
            method=method,
            chunk_size=chunk_size,
            workers=workers,
            memory=memory,
            creation_options=options,
            feather=7,
        )
        digests.add(hashlib.sha256(found.values.tobytes() + found.shown.tobytes()).hexdigest())
    assert len(digests) == 1


def test_workers_never_keep_more_inputs_open_than_the_limit(tile, merged, log, monkeypatch):
    paths = [tile([full(number, shape=(16, 16))], 16 * number, name=f"{number}.tif") for number in range(12)]
    monkeypatch.setattr(plan, "open_files_limit", lambda: 3)
    found = merged(paths, workers=8, chunk_size=16, creation_options="TILED=YES|BLOCKXSIZE=16|BLOCKYSIZE=16", log=log)
    assert (found.values[0, 0, ::16] == range(12)).all()
    assert "3 at a time" in log.line("Plan:") and "3 workers, at most 1 open input per worker" in log.line("Plan:")


def test_inputs_are_counted_and_not_changed(tile, merged, tmp_path, state):
    paths = [tile([full(1)]), tile([full(2)], 10, 0)]
    before = state(tmp_path)
    result = merge_tiles(paths, tmp_path / "out.tif")
    assert result.tile_count == 2 and result.copied_percent == 0
    after = state(tmp_path)
    assert after.pop("out.tif") and after == before


def test_an_output_that_is_an_input_is_rejected(tile, tmp_path, state):
    paths = [tile([full(1)]), tile([full(2)], 10, 0)]
    before = state(tmp_path)
    with pytest.raises(OutputError, match="one of the inputs"):
        merge_tiles(paths, paths[1])
    assert state(tmp_path) == before


def test_tiles_far_apart_are_rejected_with_the_size_of_the_mosaic(tile, tmp_path, state):
    paths = [tile([full(1)]), tile([full(2)], 3_000_000, 3_000_000)]
    before = state(tmp_path)
    with pytest.raises(OutputError, match="3000010 x 3000010 pixels"):
        merge_tiles(paths, tmp_path / "out.tif")
    assert state(tmp_path) == before


def test_a_raster_listed_twice_counts_twice(tile, merged):
    path = tile([full(3)])
    assert (merged([path, path], method="sum").values == 6).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "mode"}, "METHOD is 'mode'"),
        ({"method": "feather", "feather": 0}, "FEATHER is 0"),
        ({"data_type": "int12"}, "DATA_TYPE"),
        ({"resampling": "lanczos"}, "RESAMPLING"),
        ({"resolution": "finest"}, "RESOLUTION"),
        ({"nodata": float("inf")}, "NODATA is inf"),
        ({"resolution": "user"}, "PIXEL_SIZE is not set"),
        ({"resolution": "user", "pixel_size": -1}, "PIXEL_SIZE is -1"),
        ({"workers": -1}, "WORKERS"),
        ({"chunk_size": -1}, "CHUNK_SIZE"),
    ],
)
def test_invalid_options_are_rejected(options, words, tile, tmp_path, state):
    path = tile([full(1)])
    before = state(tmp_path)
    with pytest.raises(OptionError, match=words):
        merge_tiles([path], tmp_path / "out.tif", **options)
    assert state(tmp_path) == before


def test_a_merge_without_inputs_is_rejected(tmp_path):
    for sources in ([], None, ""):
        with pytest.raises(OptionError, match="INPUTS or INPUT_FOLDER"):
            merge_tiles(sources, tmp_path / "out.tif")


def test_an_error_names_a_damaged_block_and_no_file_is_left(tile, tmp_path, state):
    random = np.random.default_rng(1)
    path = tile([random.integers(0, 255, (64, 64), dtype="uint8")], blocks=32, compress="deflate")
    data = bytearray(path.read_bytes())
    data[-900:-300] = bytes(600)
    path.write_bytes(bytes(data))
    before = state(tmp_path)
    with pytest.raises(InputError, match=r"tile_0_0.tif, band 1: the block at row \d+, column \d+ is damaged"):
        merge_tiles([path], tmp_path / "out.tif", creation_options="COMPRESS=LZW")
    assert state(tmp_path) == before


def test_a_damaged_block_that_is_copied_stays_damaged(tile, tmp_path):
    """The bytes of a damaged block are copied unchanged, so GDAL reports the damage when the mosaic is read."""
    random = np.random.default_rng(1)
    path = tile([random.integers(0, 255, (64, 64), dtype="uint8")], blocks=32, compress="deflate")
    data = bytearray(path.read_bytes())
    data[-900:-300] = bytes(600)
    path.write_bytes(bytes(data))
    assert merge_tiles([path], tmp_path / "out.tif").copied_percent == 100
    for damaged in (path, tmp_path / "out.tif"):
        with rasterio.open(damaged) as dataset, pytest.raises(rasterio.errors.RasterioIOError):
            dataset.read()


def test_a_cancelled_run_leaves_no_files(tile, tmp_path, state):
    paths = [tile([full(1, shape=(200, 200))], col, 0) for col in (0, 200)]
    before = state(tmp_path)
    run = {"chunk_size": 16, "creation_options": "BLOCKXSIZE=16|BLOCKYSIZE=16"}
    with Cancel((OpenMerge, "compute"), at=3) as cancel, pytest.raises(Cancelled):
        merge_tiles(paths, tmp_path / "out.tif", progress=cancel, **run)
    assert state(tmp_path) == before


def test_progress_never_decreases(tile, tmp_path, make_progress):
    progress = make_progress()
    merge_tiles([tile([full(1)])], tmp_path / "out.tif", progress=progress)
    shares = [done / total for done, total in progress.reports]
    assert shares == sorted(shares) and shares[-1] == 1


def test_the_check_finds_errors_without_opening_a_raster(tile, tmp_path):
    path = tile([full(1)])
    metadata = {
        "pattern": "*.tif", "method": "first", "feather": 32, "trim_overlap": True, "pixel_rule": "band",
        "resolution": "same", "pixel_size": None, "resampling": "refuse", "extent": None, "nodata": None,
        "output_nodata": None, "data_type": "auto", "creation_options": "", "workers": 0, "memory": 0,
        "chunk_size": 0, "cog": False,
    }  # fmt: skip
    check_merge_tiles([path], tmp_path / "out.tif", **metadata)
    with pytest.raises(OptionError, match="METHOD"):
        check_merge_tiles([path], tmp_path / "out.tif", **{**metadata, "method": "?"})
    with pytest.raises(OutputError, match="must end in"):
        check_merge_tiles([path], tmp_path / "out.jpg", **metadata)


@pytest.mark.parametrize("dtype", ["uint64", "int64", "complex64", "float64"])
def test_wide_and_complex_types_are_merged_bit_for_bit(dtype, tile, merged):
    whole = np.array([[2**60 + 1, 1], [3, 2**62 - 1]]).astype(dtype)
    found = merged([tile([whole]), tile([whole], 2, 0)])
    assert found.values.dtype.itemsize == whole.dtype.itemsize
    assert found.values[0].tobytes() == np.hstack([whole, whole]).tobytes()


def test_a_window_of_the_result_can_be_read(tile, merged, tmp_path):
    merged([tile([full(1)]), tile([full(2)], 10, 0)])
    with rasterio.open(tmp_path / "result" / "out.tif") as dataset:
        assert dataset.read(1, window=Window(8, 0, 4, 1)).tolist() == [[1, 1, 2, 2]]


def test_a_cloud_optimized_mosaic(tile, merged):
    """A Cloud Optimized mosaic has the same pixels and mask as a plain GeoTIFF, and it has overviews."""
    random = np.random.default_rng(1)
    bands = list(random.integers(1, 255, (2, 300, 700), dtype="uint8"))
    for metadata in ({"nodata": 0}, {}):
        paths = [tile(bands, name="a.tif", **metadata), tile(bands, 800, 300, name="b.tif", **metadata)]
        plain, cog = merged(paths), merged(paths, name="cog.tif", cog=True)
        assert (plain.values == cog.values)[:, plain.shown].all() and (plain.shown == cog.shown).all()
        with rasterio.open(paths[0].parent / "result" / "cog.tif") as dataset:
            assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG" and dataset.overviews(1)
    with pytest.raises(OptionError, match="Cloud Optimized"):
        merged(paths, name="cog.vrt", cog=True)


def test_the_report_of_a_run(tile, tmp_path):
    paths = [tile([full(1)], nodata=0), tile([full(2)], 20, 0, nodata=0)]
    for name in ("out.tif", "out.vrt"):
        merge_tiles(
            paths, tmp_path / name, report=tmp_path / "report.html", extent=(500_000, 4_999_900, 500_300, 5_000_000)
        )
        text = (tmp_path / "report.html").read_text()
        assert "Merge tiles" in text and "tile_0_20.tif" in text and "Inputs: 2," in text
    with pytest.raises(OutputError, match="report"):
        merge_tiles(paths, tmp_path / "new.tif", report=tmp_path / "report.txt")
    assert not (tmp_path / "new.tif").exists()


def test_nbits_is_kept_only_if_all_inputs_have_it(tile, merged, tmp_path):
    """NBITS is dropped if an input has more bits, because the values of that input would be truncated."""
    one, two = tile([full(1)], name="a.tif", nbits=1), tile([full(1)], 10, 0, name="b.tif", nbits=1)
    wide = tile([full(200)], 10, 0, name="c.tif")
    for paths, bits, most in (([one, two], "1", 1), ([one, wide], None, 200)):
        assert merged(paths).values.max() == most
        with rasterio.open(tmp_path / "result" / "out.tif") as dataset:
            assert dataset.tags(1, ns="IMAGE_STRUCTURE").get("NBITS") == bits


@pytest.mark.parametrize(
    ("options", "values"),
    [
        ({"method": "sum", "data_type": "uint16"}, {4000, 8000}),
        ({"output_nodata": 60_000}, {4000, 60_000}),
        ({"resampling": "cubic"}, {4000}),
    ],
)
def test_nbits_is_dropped_if_the_result_may_need_more_bits(options, values, tile, merged, tmp_path):
    paths = [tile([full(4000, "uint16")], place, place, nbits=12) for place in (0, 5)]
    assert set(merged(paths, **options).values.ravel().tolist()) - {0} == values
    with rasterio.open(tmp_path / "result" / "out.tif") as dataset:
        assert "NBITS" not in dataset.tags(1, ns="IMAGE_STRUCTURE")


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [("uint8", "-9999"), ("uint8", "300"), ("uint8", "nan"), ("int16", "70000"), ("uint16", "-1"), ("uint32", "-1")],
)
@pytest.mark.parametrize("name", ["merged.tif", "merged.vrt"])
def test_a_nodata_value_that_the_type_cannot_hold_is_kept(make_raster, tmp_path, dtype, nodata, name):
    src = str(make_raster(list(np.random.default_rng(4).integers(0, 120, (2, 40, 50)).astype(dtype)), nodata=0))
    replace_text(src, NODATA_TAG, nodata)
    tile_raster(src, tmp_path / "tiles", tile_width=32, tile_height=32)
    merge_tiles(tmp_path / "tiles", tmp_path / name)
    before, after = (read_source(str(path)) for path in (src, tmp_path / name))
    for one, two in zip(before.metadata.bands, after.metadata.bands):
        assert one.nodata is not None and same_nodata(one.nodata, two.nodata)
    with rasterio.open(src) as first, rasterio.open(tmp_path / name) as second:
        assert np.array_equal(first.read(), second.read())
        assert second.mask_flag_enums == first.mask_flag_enums


def test_other_nodata_values_replace_one_that_the_type_cannot_hold(make_raster, tmp_path):
    """A declared nodata value that the type cannot hold is replaced by a user's value, and is not inherited by sums."""
    paths = [str(make_raster([np.full((20, 20), 7, "uint8")], name, nodata=0)) for name in ("a.tif", "b.tif")]
    for path in paths:
        replace_text(path, NODATA_TAG, "-9999")
    for options, expected in (({"output_nodata": 9}, 9), ({"nodata": 3}, 3), ({"method": "sum"}, None)):
        merge_tiles(paths, tmp_path / "merged.tif", **options)
        with rasterio.open(tmp_path / "merged.tif") as dataset:
            assert dataset.nodata == expected
