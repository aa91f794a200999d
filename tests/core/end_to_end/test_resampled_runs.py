"""Tests for the normalized difference with a second raster on a different grid, as in Sentinel-2 products."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.warp import Resampling, reproject, transform
from rasterio.windows import Window

from cases import long
from georeference import UTM
from parallel_raster.core import InputError, normalized_difference, raster_calculator
from parallel_raster.core.pixels.sources import resolve_resampled
from parallel_raster.core.pixels.terms import Term
from parallel_raster.core.progress import Stop
from parallel_raster.core.reading.readers import Readers, read_bands
from parallel_raster.core.regrid import placement

LEFT, TOP = 400_000, 5_000_000
SMALL_BLOCKS = "BLOCKXSIZE=32|BLOCKYSIZE=32"
CHUNKS = [(32, 2), (96, 1), (1000, 2)]
METHODS = ["nearest", "bilinear", "cubic", "average"]


def placed(pixel, left=0.0, top=0.0):
    return Affine(pixel, 0, LEFT + left, 0, -pixel, TOP - top)


def numbers(shape, seed, dtype="uint16"):
    return np.random.default_rng(seed).integers(1000, 9000, shape).astype(dtype)


def quotient(a, b, shown):
    with np.errstate(all="ignore"):
        return np.where(shown, (a - b) / (a + b), -9999).astype("float32")


@pytest.fixture
def run(tmp_path, log, read):
    """Return a function that runs the job with several chunk sizes and workers and asserts identical results."""

    def call(source, **options):
        found = []
        for chunk_size, workers in CHUNKS:
            given = {"band_a": 1, "log": log, "creation_options": SMALL_BLOCKS}
            given = {**given, "chunk_size": chunk_size, "workers": workers, **options}
            result = normalized_difference(source, tmp_path / "out.tif", **given)
            found.append((result, read(result.output).values))
        for result, values in found[1:]:
            assert result == found[0][0] or result.valid_percent == 0
            assert values.tobytes() == found[0][1].tobytes()
        return found[0]

    return call


def bilinear_twice(values):
    """Return values resampled from 20 m to 10 m with bilinear weights of 0.75 and 0.25; edge pixels are repeated."""
    for axis in (0, 1):
        last = values.shape[axis] - 1
        near = np.repeat(np.arange(last + 1), 2)
        other = np.clip(near + np.tile([-1, 1], last + 1), 0, last)
        values = 0.75 * values.take(near, axis) + 0.25 * values.take(other, axis)
    return values


def test_from_20_to_10_metres(make_raster, run):
    a, b = numbers((100, 120), 1), numbers((50, 60), 2)
    one, two = make_raster([a], "a.tif", transform=placed(10)), make_raster([b], "b.tif", transform=placed(20))
    everywhere = np.ones(a.shape, bool)
    _, found = run(one, input_b=two, resampling="nearest")
    assert np.array_equal(found, quotient(a.astype(float), b.repeat(2, 0).repeat(2, 1).astype(float), everywhere))
    _, found = run(one, input_b=two, resampling="bilinear")
    assert np.array_equal(found, quotient(a.astype(float), bilinear_twice(b.astype(float)), everywhere))
    _, found = run(one, input_b=two, resampling="average")
    assert np.array_equal(found, quotient(a.astype(float), b.repeat(2, 0).repeat(2, 1).astype(float), everywhere))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shift", [0, 0.04])
def test_coinciding_pixels_are_not_resampled(make_raster, run, tmp_path, method, shift):
    """The rasters differ in extent, and by at most 0.01 pixels; other jobs read such rasters unchanged too."""
    a, b = numbers((40, 50), 1), numbers((60, 70), 2)
    b[7:50:9, 5:60:7] = 0
    one = make_raster([a], "a.tif", transform=placed(10))
    two = make_raster([b], "b.tif", transform=placed(10, -50 + shift, -30), nodata=0)
    same = b[3:43, 5:55]
    _, found = run(one, input_b=two, resampling=method)
    assert np.array_equal(found, quotient(a.astype(float), same.astype(float), same != 0))
    formula = raster_calculator([one, two], tmp_path / "formula.tif", "(A@1-B@1)/(A@1+B@1)", resampling=method)
    with rasterio.open(formula.output) as dataset:
        assert np.array_equal(dataset.read(1), found)
    with pytest.raises(InputError, match="RESAMPLING"):
        run(one, input_b=two, resampling="refuse")


def test_from_10_to_20_metres(make_raster, run):
    a, b = numbers((90, 100), 1), numbers((180, 200), 2)
    hidden = np.random.default_rng(3).random(b.shape) < 0.4
    b[hidden] = 0
    one, two = (
        make_raster([a], "a.tif", transform=placed(20)),
        make_raster([b], "b.tif", transform=placed(10), nodata=0),
    )
    groups = [b[row::2, col::2].astype(float) for row in (0, 1) for col in (0, 1)]
    count = np.sum([group > 0 for group in groups], axis=0)
    with np.errstate(all="ignore"):
        mean = np.sum(groups, axis=0) / count
    assert (count == 0).any()
    _, found = run(one, input_b=two, resampling="average")
    np.testing.assert_allclose(found, quotient(a.astype(float), mean, count > 0), rtol=1e-6)
    assert np.array_equal(found == -9999, count == 0)


@pytest.mark.parametrize("method", METHODS)
def test_nodata_and_masks_of_the_second_raster(make_raster, run, method):
    """Invalid pixels of raster B have no weight. A result is invalid if the nearest pixel of raster B is invalid."""
    a, b = numbers((96, 96), 1), numbers((48, 48), 2)
    shown = np.random.default_rng(3).random(b.shape) > 0.2
    b[~shown], b[5:9, 5:9] = 60_000, 7
    valid = shown & (b != 7)
    one = make_raster([a], "a.tif", transform=placed(10))
    two = make_raster([b], "b.tif", transform=placed(20), mask=shown, nodata=7)
    _, found = run(one, input_b=two, resampling=method)
    assert np.array_equal(found != -9999, valid.repeat(2, 0).repeat(2, 1))
    of_b = a.astype(float) * (1 - found) / (1 + found)
    inside = of_b[found != -9999]
    assert inside.min() > (0 if method == "cubic" else 999) and inside.max() < (11_000 if method == "cubic" else 9001)


@pytest.mark.parametrize("method", ["cubic", *long(*(name for name in METHODS if name != "cubic"))])
@pytest.mark.parametrize("pixel", [7, *long(10, 33.3, 60)])
def test_unusual_ratios_shifts_and_small_pieces(make_raster, run, monkeypatch, method, pixel):
    """If the second raster covers part of the first one, results do not depend on partial reads, chunks or workers."""
    a = numbers((90, 100), 1)
    edge = int(760 // pixel)
    b = numbers((edge, edge), 2)
    b[::5, ::7] = 0
    one = make_raster([a], "a.tif", transform=placed(10), blocks=16)
    two = make_raster([b], "b.tif", transform=placed(pixel, 123.4, 88.8), blocks=16, nodata=0)
    whole = run(one, input_b=two, resampling=method)
    monkeypatch.setattr(placement, "SOURCE_PIXELS", 900)
    monkeypatch.setattr(placement, "OUTPUT_PIXELS", 400)
    pieces = run(one, input_b=two, resampling=method)
    assert pieces[1].tobytes() == whole[1].tobytes()
    assert 30 < whole[0].valid_percent < 80


def test_an_extent_gives_part_of_the_full_result(make_raster, run):
    a, b = numbers((70, 80), 1), numbers((30, 30), 2)
    one = make_raster([a], "a.tif", transform=placed(10))
    two = make_raster([b], "b.tif", transform=placed(33.3, -100, -100))
    for method in METHODS:
        whole = run(one, input_b=two, resampling=method)[1]
        extent = (LEFT + 110, TOP - 510, LEFT + 730, TOP - 70)
        assert np.array_equal(run(one, input_b=two, resampling=method, extent=extent)[1], whole[7:51, 11:73])


def other_crs(make_raster):
    """Create a raster in UTM zone 32 that covers a grid in zone 33; return its values, transform and path."""
    x, y = transform("EPSG:32633", "EPSG:32632", [LEFT - 500], [TOP + 900])
    rows, cols = np.mgrid[0:220, 0:220]
    b = (5000 + 2000 * np.sin(rows / 9) + 1500 * np.cos(cols / 7)).astype("uint16")
    b[100:120, 60:90] = 0
    place = Affine(15, 0, x[0], 0, -15, y[0])
    return b, place, make_raster([b], "b.tif", transform=place, crs="EPSG:32632", nodata=0, blocks=16)


@pytest.mark.parametrize("method", ["cubic", *long(*(name for name in METHODS if name != "cubic"))])
def test_another_crs(make_raster, run, method):
    """With a second raster in a different CRS, results equal those of GDAL's warper with an exact transformation."""
    a = numbers((200, 210), 1)
    b, place, two = other_crs(make_raster)
    one = make_raster([a], "a.tif", transform=placed(10), blocks=16, crs=UTM)
    result, found = run(one, input_b=two, resampling=method)
    wanted = np.zeros(a.shape)
    reproject(
        b.astype(float), wanted, src_transform=place, src_crs="EPSG:32632", src_nodata=0, dst_transform=placed(10),
        dst_crs="EPSG:32633", dst_nodata=0, resampling=Resampling[method], tolerance=0,
    )  # fmt: skip
    both = (wanted > 0) & (found != -9999)
    assert 90 < result.valid_percent < 100
    assert (both == (wanted > 0)).mean() > 0.98
    of_b = a.astype(float) * (1 - found.astype(float)) / (1 + found)
    off = np.abs(of_b - wanted)[both]
    # GDAL may round differently midway between two pixels, and treats the footprint of an average as constant.
    assert np.quantile(off, 0.98) < (0.5 if method in ("bilinear", "cubic") else 60 if method == "average" else 1)


@pytest.mark.parametrize("method", METHODS)
def test_pieces_of_one_pixel_in_another_crs(make_raster, monkeypatch, method):
    """A pixel that is resampled alone gets exactly the same value as one that is resampled with other pixels."""
    (b,) = read_bands(str(other_crs(make_raster)[2]), [1])
    (a,) = read_bands(str(make_raster([numbers((12, 20), 1)], "a.tif", transform=placed(40, 200, 200), crs=UTM)), [1])
    resampled = resolve_resampled(a, b, Term(b.dtype, 0), method, Window(0, 0, 20, 12))
    window = Window(4, 3, 8, 6)
    with Readers() as readers:
        whole, shown = resampled.read(readers, window, Stop())
        monkeypatch.setattr(placement, "OUTPUT_PIXELS", 1)
        single, shown_single = resampled.read(readers, window, Stop())
    assert shown.any() and np.array_equal(shown, shown_single)
    assert whole[shown].tobytes() == single[shown].tobytes()


@pytest.mark.parametrize("crs", ["EPSG:32633", None])
def test_a_second_raster_rotated_by_90_degrees(make_raster, run, crs):
    """A second raster rotated by 90 degrees gives exact results, because its pixels coincide with the input's."""
    a, b = numbers((64, 64), 1), numbers((64, 64), 2)
    rotated = Affine(0, 10, LEFT, 10, 0, TOP - 640)
    one = make_raster([a], "a.tif", transform=placed(10), crs=crs)
    two = make_raster([b], "b.tif", transform=rotated, crs=crs)
    wanted = quotient(a.astype(float), b.T[::-1].astype(float), np.ones(a.shape, bool))
    for method in ("nearest", "bilinear", "cubic"):
        np.testing.assert_allclose(run(one, input_b=two, resampling=method)[1], wanted, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_grid_needs_no_resampling(make_raster, run, log, method):
    a, b = numbers((60, 70), 1), numbers((60, 70), 2)
    one, two = make_raster([a], "a.tif"), make_raster([b], "b.tif")
    assert np.array_equal(run(one, input_b=two, resampling=method)[1], run(one, input_b=two)[1])
    assert not [line for line in log.infos if "is resampled to" in line]


def test_unsuitable_second_rasters_are_rejected(make_raster, run, tmp_path):
    one = make_raster([numbers((60, 70), 1)], "a.tif", transform=placed(10))
    two = make_raster([numbers((30, 35), 2)], "b.tif", transform=placed(20))
    with pytest.raises(InputError) as caught:
        run(one, input_b=two)
    grids = "70 x 60 pixels, pixel size 10", "35 x 30 pixels, pixel size 20"
    for words in ("Set RESAMPLING", *grids, str(one), str(two)):
        assert words in str(caught.value)
    far = make_raster([numbers((30, 35), 2)], "far.tif", transform=placed(20, 50_000))
    with pytest.raises(InputError, match="does not overlap"):
        run(one, input_b=far, resampling="bilinear")
    without = make_raster([numbers((30, 35), 2)], "without.tif", transform=placed(20), crs=None)
    with pytest.raises(InputError, match="one of the rasters has no CRS"):
        run(one, input_b=without, resampling="bilinear")
    assert not (tmp_path / "out.tif").exists()


def test_log_lines(make_raster, run, log):
    one = make_raster([numbers((60, 80), 1)], "a.tif", transform=placed(10))
    two = make_raster([numbers((30, 20), 2)], "b.tif", transform=placed(20), nodata=5)
    run(one, input_b=two, resampling="cubic")
    assert "B is resampled to the grid of A (cubic) from 20 x 30 pixels, pixel size 20 x -20" in log.infos[3]
    assert log.warnings[0] == f"50 % of the output's pixels lie outside {two} and are nodata."
    assert "uint16, nodata 5" in log.infos[2]


# A product like Sentinel-2's: one file per band, two resolutions, a class layer and an offset of -1000 digital numbers.

CLOUDS = [3, 8, 9, 10]


@pytest.fixture
def product(make_raster):
    """Return the stored values and paths of B04 and B08 with 10 m pixels, and of B8A and SCL with 20 m pixels."""
    size = 192
    counts = {"B04": numbers((size, size), 11), "B08": numbers((size, size), 12), "B8A": numbers((size // 2,) * 2, 13)}
    counts["B04"][:20, :30] = counts["B08"][:20, :30] = 0
    counts["B8A"][40:50, 60:70] = 0
    counts["SCL"] = np.random.default_rng(14).integers(0, 12, (size // 2,) * 2).astype("uint8")
    paths = {}
    for name, values in counts.items():
        scaling = {} if name == "SCL" else {"scales": [0.0001], "offsets": [-0.1]}
        pixel = 10 if values.shape[0] == size else 20
        paths[name] = make_raster([values], f"{name}.tif", transform=placed(pixel), nodata=0, blocks=32, **scaling)
    return counts, paths


def reflectance(counts):
    return counts.astype(float) * 0.0001 - 0.1


def clear(counts):
    return ~np.isin(counts["SCL"], [0, *CLOUDS]).repeat(2, 0).repeat(2, 1)


def assert_statistics(result, values, path):
    values = values.astype(float)
    for name, value in (
        ("minimum", values.min()),
        ("maximum", values.max()),
        ("mean", values.mean()),
        ("std_dev", values.std()),
    ):
        assert getattr(result, name) == pytest.approx(value, abs=1e-6)
    with rasterio.open(path) as dataset:
        stored = {key: float(text) for key, text in dataset.tags(1).items()}
        scale, offset = dataset.scales[0], dataset.offsets[0]
    assert stored["STATISTICS_MEAN"] * scale + offset == pytest.approx(values.mean(), abs=1e-6)
    assert stored["STATISTICS_STDDEV"] * scale == pytest.approx(values.std(), abs=1e-6)


def test_ndvi_with_clouds_masked(product, run, log):
    counts, paths = product
    result, found = run(paths["B08"], input_b=paths["B04"], mask=paths["SCL"], mask_values="3,8-10")
    shown = (counts["B08"] != 0) & (counts["B04"] != 0) & clear(counts)
    wanted = quotient(reflectance(counts["B08"]), reflectance(counts["B04"]), shown)
    assert np.array_equal(found, wanted)
    assert result.valid_percent == pytest.approx(100 * shown.mean())
    assert_statistics(result, wanted[shown], result.output)
    assert "scale 0.0001, offset -0.1" in log.infos[1] and not log.warnings


@pytest.mark.parametrize("method", ["nearest", "bilinear"])
@pytest.mark.parametrize("data_type", ["float32", "int16", *long("uint8")])
def test_ndre_from_two_resolutions(product, run, method, data_type):
    """Float32 results equal those of numpy. Integer codes are off by half a step at most and never become nodata."""
    counts, paths = product
    counts["B8A"][40:50, 60:70] = 0
    given = {"index": "ndre", "mask": paths["SCL"], "resampling": method, "data_type": data_type}
    result, found = run(paths["B08"], input_b=paths["B8A"], **given)
    edge = counts["B8A"].astype(float)
    known = edge > 0
    if method == "nearest":
        stored = edge.repeat(2, 0).repeat(2, 1)
    else:
        weight = bilinear_twice(known.astype(float))
        with np.errstate(all="ignore"):
            stored = bilinear_twice(edge) / weight
    shown = (counts["B08"] != 0) & known.repeat(2, 0).repeat(2, 1) & clear(counts)
    exact = reflectance(counts["B08"]), reflectance(stored)
    index = np.clip((exact[0] - exact[1]) / (exact[0] + exact[1]), -1, 1)
    with rasterio.open(result.output) as dataset:
        nodata, scale, offset = dataset.nodata, dataset.scales[0], dataset.offsets[0]
    assert np.array_equal(found != nodata, shown)
    if data_type == "float32":
        assert np.array_equal(found, quotient(*exact, shown))
    decoded = found.astype(float) * scale + offset
    assert np.abs(decoded - index)[shown].max() <= {"float32": 1e-7, "int16": 0.00005, "uint8": 0.005}[data_type] + 1e-9
    assert_statistics(result, decoded[shown], result.output)
    assert result.valid_percent == pytest.approx(100 * shown.mean())


def test_a_product_without_its_offset_causes_a_warning(make_raster, run, log, tmp_path):
    folder = tmp_path / "S2A_MSIL2A_20230601T101031_N0509_R022_T32TQM_20230601T150000.SAFE"
    folder.mkdir()
    one, two = (make_raster([numbers((60, 70), seed)], f"{folder.name}/B{seed}.tif") for seed in (1, 2))
    run(one, input_b=two)
    hints = [line for line in log.warnings if "is named like a Sentinel-2 Level-2A product" in line]
    assert len(hints) == 2 * len(CHUNKS)
    log.warnings.clear()
    run(one, input_b=two, scaling="given", scale=0.0001, offset=-0.1)
    run(one, input_b=two, scaling="none")
    assert not log.warnings


def test_a_scale_in_only_one_band_causes_a_warning(make_raster, run, log):
    one = make_raster([numbers((60, 70), 1)], "a.tif", scales=[0.0001], offsets=[-0.1])
    run(one, input_b=make_raster([numbers((60, 70), 2)], "b.tif"))
    assert log.warnings[0].startswith("Only one of the bands has a scale and offset")
