"""Tests for the normalized difference of files, compared with plain float64 arithmetic."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
import rasterio
from affine import Affine

from georeference import UTM
from parallel_raster.core import normalized_difference

NODATA = -9999
DTYPES = ["uint8", "uint16", "int16", "uint32", "int32", "float32", "float64"]
if tuple(map(int, rasterio.__gdal_version__.split(".")[:2])) >= (3, 7):
    DTYPES.append("int8")


@pytest.fixture
def run(tmp_path, log):
    """Return a function that computes the index of bands 1 and 2 and writes the result to `out.tif`."""

    def call(source, name="out.tif", **options):
        given = {"band_a": 1, "band_b": 2, "workers": 2, "log": log}
        return normalized_difference(source, tmp_path / name, **{**given, **options})

    return call


def quotient(a, b, *, nodata_a=None, nodata_b=None, shown=True, scales=(1, 1), offsets=(0, 0), zero=False):
    """Return (A - B) / (A + B) in float64, with NaN for invalid pixels."""
    wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)
    valid = np.isfinite(wide_a) & np.isfinite(wide_b) & shown
    if nodata_a is not None:
        valid &= a != nodata_a
    if nodata_b is not None:
        valid &= b != nodata_b
    wide_a, wide_b = wide_a * scales[0] + offsets[0], wide_b * scales[1] + offsets[1]
    with np.errstate(all="ignore"):
        result = (wide_a - wide_b) / (wide_a + wide_b)
        result[wide_a + wide_b == 0] = 0 if zero else np.nan
    return np.where(valid & np.isfinite(result), result, np.nan)


def as_stored(quotients, nodata=NODATA):
    return np.where(np.isnan(quotients), nodata, quotients).astype(np.float32)


def assert_same_bits(found, expected):
    assert found.dtype == expected.dtype == np.float32 and found.shape == expected.shape
    different = found.view(np.uint32) != expected.view(np.uint32)
    assert not different.any(), (np.argwhere(different)[:3], found[different][:3], expected[different][:3])


def assert_statistics(result, values):
    """Assert that the statistics in `result` equal those that numpy computes from the valid index values."""
    values = values.astype(np.float64)
    assert result.minimum == pytest.approx(values.min(), rel=1e-12)
    assert result.maximum == pytest.approx(values.max(), rel=1e-12)
    assert result.mean == pytest.approx(values.mean(), rel=1e-12, abs=1e-15)
    assert result.std_dev == pytest.approx(values.std(), rel=1e-12)


def special_bands(dtype, random_bands):
    """Return two random bands over the type's full range; their first rows contain values that often cause errors."""
    a, b = random_bands(dtype)
    top = np.finfo(dtype).max / 4 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    low = 0 if np.dtype(dtype).kind == "u" else -5
    pairs = [
        (3, 7),
        (7, 3),
        (0, 0),
        (low, -low),
        (top, top),
        (top, 1),
        (1, top),
        (0, 9),
        (9, 0),
        (top, 0),
        (11, 22),
        (22, 11),
    ]
    if np.dtype(dtype).kind == "f":
        pairs += [
            (math.nan, 1),
            (1, math.nan),
            (math.inf, 1),
            (1, -math.inf),
            (math.inf, math.inf),
            (math.inf, -math.inf),
        ]
    for place, pair in enumerate(pairs):
        a[0, place], b[0, place] = pair
    return a, b


def test_landsat(landsat, tmp_path, read):
    """The index and its statistics equal those of numpy in float64; the statistics also equal gdal_calc.py's."""
    result = normalized_difference(landsat, tmp_path / "out.tif")
    out = read(tmp_path / "out.tif")
    assert (out.values != out.nodata).sum() == 122_848 == out.values.size
    assert result.valid_percent == 100 and result.outside_count == 0
    tags = {key: float(text) for key, text in out.tags.items()}
    expected = {"minimum": -0.7534246575, "maximum": 0.5866666667, "mean": -0.0643246375, "std_dev": 0.3206644513}
    for name, value in expected.items():
        assert getattr(result, name) == pytest.approx(value, abs=1e-6)
        assert tags[f"STATISTICS_{name.replace('_', '').upper()}"] == getattr(result, name)
    assert out.description == "NDVI (B4-B3)/(B4+B3)"
    with rasterio.open(landsat) as dataset:
        red, infrared = dataset.read([3, 4])
        assert (out.crs, out.transform) == (dataset.crs, dataset.transform)
    assert_same_bits(out.values, as_stored(quotient(infrared, red)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("zero_sum", ["nodata", "zero"])
def test_results_equal_float64_arithmetic_bit_for_bit(make_raster, random_bands, run, read, dtype, zero_sum):
    """Results are exact, even where A - B or A + B would overflow in the data type of the bands."""
    a, b = special_bands(dtype, random_bands)
    result = run(make_raster([a, b]), zero_sum=zero_sum)
    expected = quotient(a, b, zero=zero_sum == "zero")
    out = read(result.output)
    assert_same_bits(out.values, as_stored(expected))
    assert out.dtype == "float32" and out.nodata == NODATA
    assert result.valid_percent == pytest.approx(100 * np.isfinite(expected).mean(), rel=1e-12)
    assert_statistics(result, out.values[np.isfinite(expected)])


@pytest.mark.parametrize("dtype", DTYPES)
def test_two_files_with_different_nodata(make_raster, random_bands, run, read, dtype):
    """The first file's nodata value 11 hides a pixel only in A, and the second file's nodata value 22 only in B."""
    a, b = special_bands(dtype, random_bands)
    one, two = make_raster([b, a], "one.tif", nodata=11), make_raster([a, b, a], "two.tif", nodata=22)
    result = run(one, band_a=2, input_b=two, input_b_band=2)
    expected = quotient(a, b, nodata_a=11, nodata_b=22)
    assert np.isnan(expected[0, 10]) and np.isfinite(expected[0, 11])
    assert_same_bits(read(result.output).values, as_stored(expected))
    assert read(result.output).description == "NDVI (one:B2-two:B2)/(one:B2+two:B2)"


def test_two_files_of_different_types(make_raster, random_bands, run, read):
    a, b = random_bands("uint8")[0], random_bands("float32")[1]
    result = run(make_raster([a], "a.tif", nodata=0), input_b=make_raster([b], "b.tif", nodata=math.nan))
    assert_same_bits(read(result.output).values, as_stored(quotient(a, b, nodata_a=0)))


def test_one_file_as_both_inputs(make_raster, random_bands, run, read):
    """A file given as both inputs gives the same result as two bands of one input."""
    a, b = random_bands()
    path = make_raster([a, b])
    result = run(path, input_b=path, input_b_band=2)
    assert_same_bits(read(result.output).values, as_stored(quotient(a, b)))
    assert read(result.output).description == "NDVI (B1-B2)/(B1+B2)"


def test_the_same_band_for_both_terms(make_raster, random_bands, run, read):
    a, b = random_bands()
    assert_same_bits(read(run(make_raster([a, b]), band_b=1).output).values, as_stored(quotient(a, a)))


def test_nan_as_nodata(make_raster, random_bands, run, read):
    a, b = random_bands("float32")
    a[3, 3], b[4, 4] = math.nan, math.nan
    expected = as_stored(quotient(a, b))
    assert expected[3, 3] == expected[4, 4] == NODATA
    assert_same_bits(read(run(make_raster([a, b], nodata=math.nan)).output).values, expected)


def test_nodata_override(make_raster, random_bands, run, read):
    """A given nodata value replaces the nodata values that both files declare."""
    a, b = special_bands("int16", random_bands)
    one, two = make_raster([a], "one.tif", nodata=11), make_raster([b], "two.tif", nodata=22)
    result = run(one, input_b=two, input_b_band=1, nodata=7)
    expected = quotient(a, b, nodata_a=7, nodata_b=7)
    assert np.isnan(expected[0, :2]).all() and np.isfinite(expected[0, 10:12]).all()
    assert_same_bits(read(result.output).values, as_stored(expected))


def test_nodata_that_the_type_cannot_hold(make_raster, random_bands, run, read):
    """Nodata -9999 does not hide any pixel in a byte band, not even 241, which is -9999 cast to a byte."""
    a, b = random_bands("uint8")
    a[0, 0] = 241
    assert_same_bits(read(run(make_raster([a, b]), nodata=-9999).output).values, as_stored(quotient(a, b)))


@pytest.mark.parametrize("internal", [True, False])
@pytest.mark.parametrize("nodata", [None, 7])
def test_pixels_hidden_by_a_mask(make_raster, random_bands, run, read, internal, nodata):
    a, b = special_bands("uint8", random_bands)
    shown = np.random.default_rng(2).random(a.shape) > 0.3
    result = run(make_raster([a, b], mask=shown, internal_mask=internal, nodata=nodata))
    expected = quotient(a, b, shown=shown, nodata_a=nodata, nodata_b=nodata)
    assert_same_bits(read(result.output).values, as_stored(expected))


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_pixels_hidden_by_an_alpha_band(make_raster, random_bands, run, read, dtype):
    a, b = random_bands(dtype)
    alpha = np.random.default_rng(2).integers(0, 3, a.shape).astype(dtype)
    result = run(make_raster([a, b, alpha], alpha=True))
    assert_same_bits(read(result.output).values, as_stored(quotient(a, b, shown=alpha > 0)))


def test_both_files_hide_pixels(make_raster, random_bands, run, read):
    a, b = random_bands("uint8")
    first, second = np.random.default_rng(2).random((2, *a.shape)) > 0.3
    one = make_raster([a], "one.tif", mask=first)
    two = make_raster([b, second.astype("uint8") * 255], "two.tif", alpha=True)
    result = run(one, input_b=two, input_b_band=1)
    assert_same_bits(read(result.output).values, as_stored(quotient(a, b, shown=first & second)))


@pytest.mark.parametrize("scales", [(0.0001, 0.0001), (0.0001, 0.00025)])
@pytest.mark.parametrize("offsets", [(0, 0), (-0.2, -0.2), (-0.1, 0.3)])
@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_scale_and_offset_of_the_bands(make_raster, random_bands, run, read, log, scales, offsets, dtype):
    a, b = special_bands(dtype, random_bands)
    result = run(make_raster([a, b], nodata=7, scales=scales, offsets=offsets))
    cancels = scales[0] == scales[1] and offsets == (0, 0)
    applied = {} if cancels else {"scales": scales, "offsets": offsets}
    expected = quotient(a, b, nodata_a=7, nodata_b=7, **applied)
    assert_same_bits(read(result.output).values, as_stored(expected))
    assert ("cancel" in log.line("Scaling")) == cancels


def test_scaling_none_uses_the_stored_values(make_raster, random_bands, run, read):
    a, b = random_bands()
    path = make_raster([a, b], scales=[0.1, 0.2], offsets=[5, 6])
    assert_same_bits(read(run(path, scaling="none").output).values, as_stored(quotient(a, b)))


def test_scaling_given_overrides_the_scale_of_the_bands(make_raster, random_bands, run, read):
    a, b = random_bands()
    path = make_raster([a, b], scales=[0.1, 0.2], offsets=[5, 6])
    result = run(path, scaling="given", scale=2.75e-5, offset=-0.2)
    expected = quotient(a, b, scales=(2.75e-5, 2.75e-5), offsets=(-0.2, -0.2))
    assert_same_bits(read(result.output).values, as_stored(expected))


@pytest.mark.parametrize("clamp", [False, True])
def test_values_outside_the_range_are_counted_with_and_without_clamp(make_raster, random_bands, run, read, log, clamp):
    a, b = special_bands("int16", random_bands)
    expected = quotient(a, b)
    count = np.count_nonzero(np.abs(expected[np.isfinite(expected)]) > 1)
    assert count > 100
    result = run(make_raster([a, b]), clamp=clamp)
    assert result.outside_count == count
    assert any(str(count) in line and ("clipped" if clamp else "kept") in line for line in log.warnings)
    if clamp:
        expected = np.clip(expected, -1, 1)
        assert result.minimum == -1 and result.maximum == 1
    assert_same_bits(read(result.output).values, as_stored(expected))


@pytest.mark.parametrize(
    ("data_type", "steps", "shift", "nodata"), [("int16", 10_000, 0, -32768), ("uint8", 100, 1, 255)]
)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
def test_codes(make_raster, random_bands, run, read, data_type, steps, shift, nodata, dtype):
    a, b = special_bands(dtype, random_bands)
    result = run(make_raster([a, b], nodata=7), data_type=data_type)
    index = quotient(a, b, nodata_a=7, nodata_b=7)
    valid = np.isfinite(index)
    out = read(result.output)
    wide_a, wide_b = a.astype(float), b.astype(float)
    with np.errstate(all="ignore"):  # multiply before dividing, so that halves between two codes are exact
        codes = np.rint(np.clip((wide_a - wide_b) * steps / (wide_a + wide_b), -steps, steps) + shift * steps)
    expected = np.where(valid, codes, nodata)
    assert out.dtype == data_type and out.nodata == nodata
    assert (out.scale, out.offset) == (1 / steps, -shift)
    assert np.array_equal(out.values, expected)
    assert result.outside_count == np.count_nonzero(np.abs(index[valid]) > 1)
    decoded = out.values[valid] * out.scale + out.offset
    assert np.abs(decoded - np.clip(index[valid], -1, 1)).max() <= 0.5 / steps + 1e-12
    assert_statistics(result, decoded)
    codes = out.values[valid].astype(float)
    for name, value in {
        "MINIMUM": codes.min(),
        "MAXIMUM": codes.max(),
        "MEAN": codes.mean(),
        "STDDEV": codes.std(),
    }.items():
        assert float(out.tags[f"STATISTICS_{name}"]) == pytest.approx(value, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("data_type", "nodata"), [("float32", 5), ("float32", math.nan), ("int16", 20_000), ("uint8", 201)]
)
def test_output_nodata(make_raster, random_bands, run, read, data_type, nodata):
    a, b = random_bands("uint8")
    a[0, 0] = b[0, 0] = 0
    out = read(run(make_raster([a, b]), data_type=data_type, output_nodata=nodata).output)
    index = quotient(a, b)
    assert out.nodata == nodata or math.isnan(out.nodata) and math.isnan(nodata)
    hidden = np.isnan(out.values) if math.isnan(nodata) else out.values == nodata
    assert np.array_equal(hidden, np.isnan(index))


def test_a_result_that_equals_nodata(make_raster, run, read):
    """A result that equals nodata, here (3 + 1) / (3 - 1) = 2, is stored as the next float towards 0 and is valid."""
    a, b = np.array([[3, 3, 0]], "int16"), np.array([[-1, 1, 0]], "int16")
    result = run(make_raster([a, b]), output_nodata=2)
    stepped = np.nextafter(np.float32(2), np.float32(0))
    assert read(result.output).values.tolist() == [[stepped, 0.5, 2]]
    assert result.maximum == stepped and result.valid_percent == pytest.approx(200 / 3)


def test_overflow_becomes_nodata_with_a_warning(make_raster, run, read, log):
    a, b = np.array([[1e308, 1e308, 3]]), np.array([[1e308, -9e307, 1]])
    result = run(make_raster([a, b]))
    assert read(result.output).values.tolist() == [[NODATA, NODATA, 0.5]]
    assert any(line == "Pixels that overflowed and are therefore nodata: 2" for line in log.warnings)
    assert result.outside_count == 0 and result.maximum == 0.5


@pytest.mark.parametrize("data_type", ["float32", "int16", "uint8"])
def test_no_valid_pixel(make_raster, run, read, log, data_type):
    path = make_raster([np.zeros((20, 30), "uint8")] * 2, nodata=0)
    result = run(path, data_type=data_type)
    out = read(result.output)
    assert (out.values == out.nodata).all()
    assert not [key for key in out.tags if key.startswith("STATISTICS_")]
    assert any("No pixel is valid" in line for line in log.warnings)
    assert result.valid_percent == 0 == result.outside_count
    assert all(math.isnan(value) for value in (result.minimum, result.maximum, result.mean, result.std_dev))


def test_the_valid_percentage_refers_to_the_output(make_raster, run):
    a = np.zeros((10, 10), "uint8")
    a[:, :4] = 1
    path = make_raster([a, a], nodata=0)
    assert run(path).valid_percent == 40
    assert run(path, extent=(400_000, 4_999_700, 400_000 + 5 * 30, 5_000_000)).valid_percent == 80


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (512, 512), (513, 511)])
def test_odd_sizes(make_raster, random_bands, run, read, shape):
    a, b = random_bands("uint8", shape)
    assert_same_bits(read(run(make_raster([a, b])).output).values, as_stored(quotient(a, b)))


TRANSFORMS = {
    "north up": Affine(30, 0, 400_000, 0, -30, 5_000_000),
    "south up": Affine(30, 0, 400_000, 0, 30, 5_000_000),
    "rotated": Affine.translation(400_000, 5_000_000) * Affine.rotation(30) * Affine.scale(30, -30),
}


@pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS)
def test_the_output_has_the_georeference_of_the_input(make_raster, random_bands, run, read, transform):
    a, b = random_bands()
    path = make_raster([a, b], transform=transform, crs=UTM)
    out = read(run(path).output)
    assert tuple(out.transform) == tuple(transform) and out.crs == UTM
    assert_same_bits(out.values, as_stored(quotient(a, b)))


@pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS)
@pytest.mark.parametrize("blocks", ["strips", 16])
def test_extent(make_raster, random_bands, run, read, transform, blocks):
    """The output has exactly the pixels of the extent or, on a rotated grid, at least these pixels."""
    a, b = random_bands(shape=(100, 120))
    path = make_raster([a, b], transform=transform, blocks=blocks)
    points = [transform * point for point in ((20.4, 31), (50, 31), (20.4, 60.7), (50, 60.7))]
    xs, ys = zip(*points)
    out = read(run(path, extent=(min(xs), min(ys), max(xs), max(ys))).output)
    corner = ~transform * (out.transform * (0, 0))
    left, top = round(corner[0]), round(corner[1])
    if transform.is_rectilinear:
        assert (left, top, *out.values.shape) == (20, 31, 30, 30)
    else:
        assert left <= 20 and top <= 31 and left + out.values.shape[1] >= 50 and top + out.values.shape[0] >= 61
    assert tuple(out.transform) == tuple(transform * Affine.translation(left, top))  # exact, without rounding
    rows, cols = slice(top, top + out.values.shape[0]), slice(left, left + out.values.shape[1])
    assert_same_bits(out.values, as_stored(quotient(a, b))[rows, cols])


def test_extent_of_masked_pixels(make_raster, random_bands, run, read):
    """With an extent, the mask is read in the same window as the pixels."""
    a, b = random_bands("uint8", (100, 120))
    shown = np.random.default_rng(2).random(a.shape) > 0.3
    path = make_raster([a, b], mask=shown, blocks=16)
    out = read(
        run(path, extent=(400_000 + 37 * 30, 5_000_000 - 90 * 30, 400_000 + 99 * 30, 5_000_000 - 11 * 30)).output
    )
    assert_same_bits(out.values, as_stored(quotient(a, b, shown=shown))[11:90, 37:99])


@pytest.mark.parametrize("crs", [None, "EPSG:4326", "EPSG:3857"])
def test_other_crs(make_raster, random_bands, run, read, crs):
    path = make_raster(random_bands(), crs=crs)
    expected = rasterio.CRS.from_user_input(crs) if crs else None
    assert read(run(path).output).crs == expected


@pytest.mark.parametrize(("index", "name"), [("ndwi", "NDWI"), ("normalized_difference", "ND"), ("NBR", "NBR")])
def test_the_index_names_the_result(make_raster, random_bands, run, read, index, name):
    assert read(run(make_raster(random_bands()), index=index).output).description == f"{name} (B1-B2)/(B1+B2)"


def test_default_creation_options(make_raster, random_bands, run, read):
    out = read(run(make_raster(random_bands(shape=(600, 600)))).output)
    assert out.block == (512, 512) and out.structure["COMPRESSION"] == "DEFLATE" and out.structure["PREDICTOR"] == "3"


def test_creation_options(make_raster, random_bands, run, read):
    path = make_raster(random_bands(shape=(200, 200)))
    out = read(run(path, creation_options="COMPRESS=LZW|BLOCKXSIZE=64|BLOCKYSIZE=32").output)
    assert out.block == (32, 64) and out.structure["COMPRESSION"] == "LZW"
    striped = read(run(path, "striped.tif", creation_options={"TILED": "NO", "BLOCKYSIZE": 10}).output)
    assert striped.block == (10, 200)
    assert_same_bits(striped.values, out.values)


def test_inputs_are_not_changed(make_raster, random_bands, run, tmp_path):
    """A run changes neither the inputs nor their modification times, and creates no sidecar files for them."""
    one, two = make_raster(random_bands(), "one.tif"), make_raster(random_bands(), "two.tif")
    before = [(hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns) for path in (one, two)]
    run(one, input_b=two)
    assert before == [(hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns) for path in (one, two)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.tif", "out.tif", "two.tif"]


def test_two_runs_give_the_same_bytes(make_raster, random_bands, run, tmp_path):
    path = make_raster(random_bands(shape=(300, 300)), blocks=128)
    for name in ("one.tif", "two.tif"):
        run(path, name, creation_options="BLOCKXSIZE=128|BLOCKYSIZE=128", workers=1)
    assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "two.tif").read_bytes()


def test_paths_may_be_strings_or_path_objects_or_relative(make_raster, random_bands, tmp_path, monkeypatch):
    path = make_raster(random_bands())
    (tmp_path / "sub folder é #1 %20").mkdir()
    monkeypatch.chdir(tmp_path / "sub folder é #1 %20")
    result = normalized_difference("../in.tif", "日本 'out'.tif", band_a=1, band_b=2)
    assert result.output == str(tmp_path / "sub folder é #1 %20" / "日本 'out'.tif")
    normalized_difference(path, tmp_path / "b.tiff", band_a=1, band_b=2, input_b=path)


def test_the_log_describes_the_run(make_raster, random_bands, run, log):
    a, b = special_bands("uint16", random_bands)
    path = make_raster([a, b], nodata=7, mask=np.ones(a.shape, bool), crs=UTM)
    run(path, creation_options="BLOCKXSIZE=32|BLOCKYSIZE=32", chunk_size=40, workers=2, memory=77)
    text = "\n".join(log.infos)
    assert log.line("Grid") == "Grid: 70 x 60 pixels, pixel size 30 x -30, origin (400000, 5000000), EPSG:32633"
    assert "nodata 7" in log.line("A: band 1 of") and "mask" in log.line("B: band 2 of") and "uint16" in text
    assert "float32" in log.line("Scaling") and "nodata -9999" in log.line("Stored")
    assert "2 chunks of 64 x 64" in log.line("Plan") and log.line("Plan").endswith("memory limit 77 MB; 2 workers")
    assert "BLOCKXSIZE=32" in log.line("Creation options")
    assert "megapixels per second" in text and "pixels are valid" in text


def test_the_result_is_immutable():
    from dataclasses import FrozenInstanceError

    from parallel_raster.core import IndexResult

    result = IndexResult("out.tif", 0, 0, 0, 0, 0, 0)
    with pytest.raises(FrozenInstanceError):
        result.minimum = 1
