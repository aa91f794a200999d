"""A virtual mosaic has the same pixels as a GeoTIFF from the same merge, or is rejected; no partial files are left."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

from cases import mostly_long
from parallel_raster.core.errors import InputError, OptionError, OutputError, ParallelRasterError
from parallel_raster.core.jobs.merging.job import merge_tiles
from parallel_raster.core.reading.safe_paths import check_raster_path
from parallel_raster.core.writing.vrt import is_byte

BASE = Affine(10, 0, 500_000, 0, -10, 5_000_000)


@pytest.fixture
def tiles(make_raster, tmp_path):
    """Return a function that creates three rasters that overlap, with a given data type, nodata, mask or alpha band."""

    def make(
        dtype="uint8", bands=1, nodata=None, masked=False, alpha=False, differ=False, low=0, odd=None, apart=False
    ):
        random = np.random.default_rng(5)
        paths = []
        (tmp_path / "tiles").mkdir(exist_ok=True)
        for number, (col, row) in enumerate(((0, 0), (24, 4) if apart else (6, 4), (48 if apart else 30, 12))):
            values = random.integers(low, low + 4 if low >= 0 else 4, (bands, 20, 24)).astype(dtype)
            if odd is not None and number == odd[0]:
                values[odd[1]] = np.nextafter(*values.dtype.type([nodata, 0])) if odd[2] == "next" else odd[2]
            if alpha:
                values[-1] = random.choice([0, 255], values[-1].shape)
            mask = random.random((20, 24)) < 0.7 if masked else None
            value = None if nodata is None else nodata + number * differ
            paths.append(
                make_raster(
                    list(values), f"tiles/{number}.tif", nodata=value, mask=mask, alpha=alpha,
                    transform=BASE * Affine.translation(col, row),
                )
            )  # fmt: skip
        return paths

    return make


CASES = {
    "nodata": {"nodata": 0},
    "two bands with nodata": {"nodata": 0, "bands": 2},
    "no nodata": {},
    "different nodata": {"nodata": 0, "differ": True},
    "floats": {"dtype": "float32", "nodata": 0},
    "floats without nodata": {"dtype": "float32"},
    "floats with different nodata": {"dtype": "float64", "nodata": 0, "differ": True, "bands": 2},
    "mask": {"masked": True},
    "mask of three bands": {"masked": True, "bands": 3},
    "alpha": {"alpha": True, "bands": 4},
    "alpha of 16 bits": {"alpha": True, "bands": 2, "dtype": "uint16"},
    "signed": {"dtype": "int16", "nodata": 2},
    "signed bytes": {"dtype": "int8", "low": -4},
    "signed bytes with nodata": {"dtype": "int8", "nodata": 2, "low": -4},
    "signed bytes with different nodata": {"dtype": "int8", "nodata": 0, "differ": True, "low": -4},
    "signed bytes with a mask": {"dtype": "int8", "masked": True, "low": -4},
    "64 bits": {"dtype": "int64", "low": 2**60},
}


def content(path):
    """Return the pixels of a file (0 if a pixel is hidden), the masks, the metadata and the nodata value."""
    with rasterio.open(path) as dataset:
        shown = dataset.read_masks() != 0
        metadata = (
            dataset.dtypes,
            dataset.crs,
            dataset.transform,
            dataset.colorinterp,
            dataset.scales,
            dataset.descriptions,
        )
        return np.where(shown, dataset.read(), 0), shown, metadata, dataset.nodata


@pytest.mark.parametrize(("case", "method"), mostly_long(CASES, ["first", "last"], every=3))
def test_a_virtual_mosaic_equals_the_geotiff(case, method, tiles, tmp_path):
    paths = tiles(**CASES[case])
    result = merge_tiles(paths, tmp_path / "v.vrt", method=method)
    assert result.output == str(tmp_path / "v.vrt") and result.tile_count == 3 and result.copied_percent == 0
    merge_tiles(paths, tmp_path / "t.tif", method=method)
    virtual, real = content(tmp_path / "v.vrt"), content(tmp_path / "t.tif")
    for one, two in zip(virtual[:2], real[:2]):
        np.testing.assert_array_equal(one, two)
    assert virtual[2] == real[2]
    assert virtual[3] == real[3] or np.isnan(virtual[3]) and np.isnan(real[3])


ODD = {
    "NaN in the upper tile": ({"nodata": 9}, (0, (0, 10, 12), np.nan)),
    "NaN in the lower tile": ({"nodata": 9}, (1, (0, 3, 4), np.nan)),
    "infinity": ({}, (0, (0, 10, 12), np.inf)),
    "minus infinity beside NaN as nodata": ({"nodata": np.nan}, (1, (0, 3, 4), -np.inf)),
    "NaN in the second band": ({"nodata": 9, "bands": 2}, (0, (1, 10, 12), np.nan)),
    "different nodata": ({"nodata": 9, "differ": True}, (0, (0, 10, 12), np.nan)),
    "close to nodata": ({"nodata": 9}, (0, (0, 10, 12), "next")),
}


@pytest.mark.parametrize("method", ["first", "last"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", ODD)
def test_pixels_that_gdal_would_draw_over_valid_ones_are_rejected(case, dtype, method, tiles, tmp_path, state):
    options, odd = ODD[case]
    paths = tiles(dtype=dtype, odd=odd, **options)
    before = state(tmp_path)
    reason = "skip it" if odd[2] == "next" else "draw it over"
    band, row, col = odd[1]
    where = rf"{odd[0]}\.tif, .* has the value .* in band {band + 1}, row {row}, column {col}\. .*{reason}"
    with pytest.raises(InputError, match=f"{where}.*Use a .tif"):
        merge_tiles(paths, tmp_path / "v.vrt", method=method)
    assert state(tmp_path) == before


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("options", [{"nodata": 9}, {}, {"nodata": 9, "differ": True}])
@pytest.mark.parametrize("apart", [True, False])
def test_nan_and_infinity_are_accepted_where_tiles_do_not_overlap(options, value, apart, tiles, tmp_path):
    """Pixels of NaN and infinity outside overlaps equal those of the GeoTIFF, even if tiles overlap elsewhere."""
    paths = tiles(dtype="float32", odd=(0, (0, 2, 3), value), apart=apart, **options)
    found = []
    for name in ("v.vrt", "t.tif"):
        merge_tiles(paths, tmp_path / name)
        with rasterio.open(tmp_path / name) as dataset:
            found.append(dataset.read())
    np.testing.assert_array_equal(*found)


def test_nan_as_nodata_does_not_hide_the_tile_below(tiles, tmp_path):
    for options in ({"nodata": np.nan}, {}):
        paths = tiles(dtype="float32", odd=(0, (0, 10, 12), np.nan), **options)
        for name in ("v.vrt", "t.tif"):
            merge_tiles(paths, tmp_path / name)
        virtual, real = content(tmp_path / "v.vrt"), content(tmp_path / "t.tif")
        np.testing.assert_array_equal(virtual[0], real[0])
        assert virtual[1][0, 10, 12]


@pytest.mark.parametrize(("nodata", "gap"), [(0, True), (None, True), (7, False), (7, True)])
def test_an_alpha_band_beside_nodata(nodata, gap, make_raster, tmp_path):
    alpha = np.full((10, 10), 255, "uint8")
    paths = [
        make_raster([np.full((10, 10), value, "uint8")] * 3 + [alpha], f"{value}.tif", nodata=nodata, alpha=True,
                    transform=BASE * Affine.translation(col, 0))
        for value, col in ((50, 0), (60, 20 if gap else 10))
    ]  # fmt: skip
    for name in ("v.vrt", "t.tif"):
        merge_tiles(paths, tmp_path / name)
    virtual, real = content(tmp_path / "v.vrt"), content(tmp_path / "t.tif")
    for one, two in zip(virtual[:2], real[:2]):
        np.testing.assert_array_equal(one, two)


def test_64_bit_integers_without_overlap_keep_all_digits(tiles, tmp_path):
    paths = tiles(dtype="int64", nodata=2**60 + 1, low=2**60, apart=True)
    for name in ("v.vrt", "t.tif"):
        merge_tiles(paths, tmp_path / name)
    with rasterio.open(tmp_path / "v.vrt") as virtual, rasterio.open(tmp_path / "t.tif") as real:
        bits = virtual.read().view("uint64"), real.read().view("uint64")
    np.testing.assert_array_equal(bits[0][:, :20, :24], bits[1][:, :20, :24])
    assert len(np.unique(bits[0][:, :20, :24])) == 4


def test_complex_numbers_without_overlap(tiles, tmp_path):
    paths = tiles(dtype="complex64", nodata=0, apart=True)
    for name in ("v.vrt", "t.tif"):
        merge_tiles(paths, tmp_path / name)
    np.testing.assert_array_equal(content(tmp_path / "v.vrt")[0], content(tmp_path / "t.tif")[0])


def test_signed_bytes_in_old_gdal_versions(tiles, make_raster, tmp_path):
    """GDAL before 3.7 reads signed bytes as unsigned, so negative nodata values and mixed types are rejected."""
    two = [
        make_raster([np.full((8, 8), value, dtype)], f"{dtype}.tif", transform=BASE * Affine.translation(col, 0))
        for col, value, dtype in ((0, -3, "int8"), (8, -300, "int16"))
    ]
    sets = (
        (lambda: tiles(dtype="int8", nodata=-2, low=-4), "negative nodata"),
        (lambda: tiles(dtype="int8", nodata=-2, low=-4, differ=True), "negative nodata"),
        (lambda: two, "if the mosaic is int16"),
    )
    for make, words in sets:
        paths = make()
        merge_tiles(paths, tmp_path / "t.tif")
        if is_byte("int8"):
            with pytest.raises(OptionError, match=words):
                merge_tiles(paths, tmp_path / "v.vrt")
        else:
            merge_tiles(paths, tmp_path / "v.vrt")
            np.testing.assert_array_equal(content(tmp_path / "v.vrt")[0], content(tmp_path / "t.tif")[0])


def test_an_extent_crops_a_virtual_mosaic(tiles, tmp_path):
    paths = tiles(nodata=0)
    extent = (500_050, 4_999_800, 500_200, 4_999_950)
    for name in ("v.vrt", "t.tif"):
        merge_tiles(paths, tmp_path / name, extent=extent)
    np.testing.assert_array_equal(content(tmp_path / "v.vrt")[0], content(tmp_path / "t.tif")[0])


def test_a_virtual_mosaic_has_metadata(tiles, tmp_path):
    paths = tiles(nodata=0, bands=2)
    for path in paths:
        with rasterio.open(path, "r+") as dataset:
            dataset.scales, dataset.offsets, dataset.units = (0.1, 1), (0, 5), ("m", "")
            dataset.descriptions = ("a <b> & c", "")
            dataset.update_tags(KEY="1 < 2", ns="MINE")
    merge_tiles(paths, tmp_path / "v.vrt")
    with rasterio.open(tmp_path / "v.vrt") as dataset:
        assert dataset.scales == (0.1, 1) and dataset.offsets == (0, 5) and dataset.units[0] == "m"
        assert dataset.descriptions[0] == "a <b> & c" and dataset.tags(ns="MINE") == {"KEY": "1 < 2"}


def test_a_virtual_mosaic_can_be_moved_with_its_tiles(tiles, tmp_path):
    paths = tiles(nodata=0)
    merge_tiles(paths, tmp_path / "tiles" / "v.vrt")
    before = content(tmp_path / "tiles" / "v.vrt")[0]
    shutil.move(tmp_path / "tiles", tmp_path / "elsewhere")
    np.testing.assert_array_equal(content(tmp_path / "elsewhere" / "v.vrt")[0], before)
    assert len(check_raster_path(str(tmp_path / "elsewhere" / "v.vrt"))) == 4


def test_a_virtual_mosaic_can_be_merged(tiles, tmp_path):
    merge_tiles(tiles(nodata=0), tmp_path / "v.vrt")
    merge_tiles([tmp_path / "v.vrt"], tmp_path / "t.tif")
    np.testing.assert_array_equal(content(tmp_path / "v.vrt")[0], content(tmp_path / "t.tif")[0])


@pytest.mark.parametrize(
    ("case", "options", "words"),
    [
        ({"nodata": 0}, {"method": "mean"}, "METHOD 'mean'"),
        ({"nodata": 0}, {"data_type": "int16"}, "int16"),
        ({"nodata": 0}, {"output_nodata": 9}, "OUTPUT_NODATA"),
        ({"nodata": 0, "bands": 2, "differ": True}, {}, "different nodata values"),
        ({"alpha": True, "bands": 3}, {}, "alpha band"),
        ({"alpha": True, "bands": 4, "dtype": "int16"}, {}, "alpha band .*bands: 4, data type: int16"),
        ({"masked": True, "dtype": "float32"}, {}, "a mask and nodata or NaN pixels"),
        ({"masked": True, "nodata": 1}, {}, "a mask and nodata or NaN pixels"),
        ({"dtype": "int64", "nodata": 1}, {}, "64-bit integers"),
        ({"dtype": "uint64", "masked": True}, {}, "64-bit integers"),
        ({"dtype": "complex64"}, {}, "complex pixel"),
        ({"dtype": "complex64", "nodata": 0, "differ": True, "apart": True}, {}, "complex pixel"),
        ({"nodata": 0}, {"resampling": "nearest", "resolution": "user", "pixel_size": 7}, "resampled"),
    ],
)
def test_mosaics_that_cannot_be_virtual_are_rejected(case, options, words, tiles, tmp_path, state):
    paths = tiles(**case)
    before = state(tmp_path)
    with pytest.raises(OptionError, match=f"{words}.*Use a .tif"):
        merge_tiles(paths, tmp_path / "v.vrt", **options)
    assert state(tmp_path) == before


def test_tiles_far_apart_need_no_disk_space(make_raster, tmp_path):
    values = np.ones((10, 10), "uint8")
    far = BASE * Affine.translation(3_000_000, 3_000_000)
    paths = [
        make_raster([values], "a.tif", transform=BASE, nodata=0),
        make_raster([values], "b.tif", transform=far, nodata=0),
    ]
    merge_tiles(paths, tmp_path / "v.vrt")
    with rasterio.open(tmp_path / "v.vrt") as dataset:
        assert dataset.shape == (3_000_010, 3_000_010)
        assert dataset.read(1, window=((3_000_000, 3_000_001), (3_000_000, 3_000_001))).tolist() == [[1]]


def test_an_existing_file_is_kept_if_writing_fails(tiles, tmp_path, state, monkeypatch):
    paths = tiles(nodata=0)
    merge_tiles(paths, tmp_path / "v.vrt")
    before = state(tmp_path)
    monkeypatch.setattr("parallel_raster.core.writing.vrt.GDAL_NAMES", {"uint8": "NoSuchType"})
    with pytest.raises(ParallelRasterError, match="v.vrt could not be written"):
        merge_tiles(paths[:2], tmp_path / "v.vrt")
    assert state(tmp_path) == before


def test_an_output_that_is_an_input_is_rejected(tiles, tmp_path):
    merge_tiles(tiles(nodata=0), tmp_path / "v.vrt")
    with pytest.raises(OutputError, match="one of the inputs"):
        merge_tiles([tmp_path / "v.vrt"], tmp_path / "v.vrt")
    os.symlink(tmp_path / "v.vrt", tmp_path / "w.vrt")
    with pytest.raises(OutputError, match="one of the inputs"):
        merge_tiles([tmp_path / "v.vrt"], tmp_path / "w.vrt")


TABLE = [
    (dtype, nodata, mask, alpha, col)
    for dtype, nodata in (
        ("uint8", None), ("uint8", 1), ("uint8", (0, 2)), ("int8", 1), ("int8", -3), ("int32", 2), ("int64", 1),
        ("uint64", 1), ("int64", None), ("int64", (0, 2)), ("float32", None), ("float32", 1), ("float64", (1, 2)),
        ("float32", np.nan), ("complex64", 1), ("complex64", None),
    )
    for mask, alpha in (((), False), ((1,), False), ((0, 1), False), ((), True))
    for col in (6, 10, 14)
    if not alpha or dtype == "uint8"
]  # fmt: skip
"""Data type, nodata (of both tiles), masked tiles, alpha band, and column of the second of two tiles 10 pixels wide."""


def raw(path):
    """Return the masks of a file, and its pixels; hidden pixels are 0 if the file has no nodata value."""
    with rasterio.open(path) as dataset:
        masks, values = dataset.read_masks() != 0, dataset.read()
        return masks, np.where(masks, values, 0) if dataset.nodata is None else values, dataset.nodatavals


def write_pair(folder, dtype, nodata, masks, alpha, col):
    """Write two tiles with hidden pixels; return their paths, or None if this rasterio cannot write the data type."""
    if dtype in ("int64", "uint64", "int8") and dtype not in rasterio.dtypes.dtype_rev:
        return None
    random, paths = np.random.default_rng(7), []
    for number in (0, 1):
        values = random.integers(0, 6, (4 if alpha else 1, 10, 10)).astype(dtype)
        if alpha:
            values[-1] = random.choice([0, 255 if dtype == "uint8" else 1], (10, 10))
        if "float" in dtype and nodata is None:
            values[0, 1, 1:9] = np.nan
        value = nodata[number] if isinstance(nodata, tuple) else nodata
        colours = {"alpha": "yes", "photometric": "rgb"} if alpha else {}
        paths.append(str(folder / f"{number}.tif"))
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(
            paths[-1], "w", driver="GTiff", width=10, height=10, count=len(values), dtype=dtype, nodata=value,
            transform=BASE * Affine.translation(number * col, 0), crs="EPSG:32632", **colours,
        ) as dataset:  # fmt: skip
            dataset.write(values)
            if number in masks:
                dataset.write_mask(random.random((10, 10)) < 0.7)
    return paths


@pytest.mark.parametrize(
    ("dtype", "method"), mostly_long(sorted({row[0] for row in TABLE}), ["first", "last"], every=3)
)
def test_all_kinds_of_tiles_give_the_pixels_of_the_geotiff_or_are_rejected(dtype, method, tmp_path):
    wrong, drawn = [], 0
    for row in (row for row in TABLE if row[0] == dtype):
        paths = write_pair(tmp_path, *row)
        if paths is None:
            continue
        merge_tiles(paths, tmp_path / "t.tif", method=method)
        try:
            merge_tiles(paths, tmp_path / "v.vrt", method=method)
        except ParallelRasterError as error:
            assert "Use a .tif" in str(error)
            continue
        drawn += 1
        for one, two in zip(raw(tmp_path / "v.vrt"), raw(tmp_path / "t.tif")):
            if not np.array_equal(np.array(one, "complex"), np.array(two, "complex"), equal_nan=True):
                wrong.append(row)
    assert not wrong and (drawn or dtype in ("int64", "uint64"))


def test_nan_in_both_tiles_stays_nan(tmp_path):
    paths = write_pair(tmp_path, "float32", None, (), False, 1)
    for name in ("v.vrt", "t.tif"):
        merge_tiles(paths, tmp_path / name)
    assert np.isnan(raw(tmp_path / "v.vrt")[1][0, 1, 2:9]).all()
    np.testing.assert_array_equal(raw(tmp_path / "v.vrt")[1], raw(tmp_path / "t.tif")[1])


def test_gaps_between_tiles_of_only_an_alpha_band(make_raster, tmp_path):
    """The only band of a raster is ordinary, even if it is called alpha: gaps are nodata, not 0."""
    paths = []
    for number in range(2):
        place = Affine(10, 0, 400_000 + 150 * number, 0, -10, 5_000_000)
        values = np.full((1, 10, 10), 7 + number, "uint8")
        paths.append(make_raster(values, f"{number}.tif", nodata=200, transform=place))
        with rasterio.open(paths[-1], "r+") as dataset:
            dataset.colorinterp = [ColorInterp.alpha]
    for name in ("m.tif", "m.vrt"):
        merge_tiles(paths, tmp_path / name)
    with rasterio.open(tmp_path / "m.tif") as tif, rasterio.open(tmp_path / "m.vrt") as vrt:
        assert np.array_equal(tif.read(), vrt.read()) and (tif.read(1)[:, 10:15] == 200).all()
