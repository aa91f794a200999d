"""The normalized difference of an overview uses the overview's pixels and the raster's other metadata."""

from __future__ import annotations

import os
import pickle

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.rpc import RPC
from rasterio.windows import Window

from parallel_raster.core import InputError, OptionError, normalized_difference
from parallel_raster.core.engine.parts import write_chunk
from parallel_raster.core.jobs.difference.job import plan_normalized_difference
from parallel_raster.core.progress import Stop
from parallel_raster.core.reading.overviews import read_level
from parallel_raster.core.reading.readers import Readers

HEIGHT, WIDTH = 150, 203


@pytest.fixture
def bands():
    """Return two random bands that span several blocks."""
    return [np.random.default_rng(seed).integers(1, 60, (HEIGHT, WIDTH)).astype("uint16") for seed in (1, 2)]


@pytest.fixture
def with_overviews(make_raster):
    """Return a function that creates a raster with internal or external overviews of half and a quarter of its size."""

    def make(bands, name="in.tif", *, where="internal", **options):
        path = make_raster(bands, name, blocks=64, compress="deflate", **options)
        return build(path, where)

    return make


def build(path, where="internal", levels=(2, 4), mode="r+"):
    with rasterio.Env(TIFF_USE_OVR=where == "external"), rasterio.open(path, mode) as dataset:
        dataset.build_overviews(levels, rasterio.enums.Resampling.average)
    return path


def expected(path, level, scale=1.0, offset=0.0):
    """Return (A - B) / (A + B) of an overview as read by GDAL, with -9999 for invalid pixels."""
    with rasterio.open(path, OVERVIEW_LEVEL=level) as dataset:
        a, b = dataset.read([1, 2])
        shown = np.logical_and(*dataset.read_masks([1, 2]))
    a, b = (band * np.float64(scale) + offset for band in (a, b))
    return np.where(shown, (a - b) / (a + b), -9999).astype("float32")


def result(source, target, **options):
    normalized_difference(source, target, **{"band_a": 1, "band_b": 2, **options})
    with rasterio.open(target) as dataset:
        return dataset.read(1), dataset.transform


@pytest.mark.parametrize("where", ["internal", "external"])
@pytest.mark.parametrize("chunk_size", [0, 16])
@pytest.mark.parametrize("cog", [False, True])
@pytest.mark.parametrize("level", [0, 1])
def test_pixels_of_an_overview(bands, with_overviews, tmp_path, where, chunk_size, cog, level):
    """The overview's pixels are used with the scale and offset of the raster, which GDAL omits for overviews."""
    bands[0][16:40, 16:48] = 7
    source = with_overviews(bands, where=where, nodata=7, scales=(0.1, 0.1), offsets=(0.3, 0.3))
    blocks = {} if cog else {"creation_options": "BLOCKXSIZE=16|BLOCKYSIZE=16"}
    found, transform = result(source, tmp_path / "out.tif", overview=level, chunk_size=chunk_size, cog=cog, **blocks)
    wanted = expected(source, level, 0.1, 0.3)
    assert (wanted == -9999).any() and np.array_equal(found, wanted)
    with rasterio.open(source, OVERVIEW_LEVEL=level) as dataset:
        assert found.shape == dataset.shape and transform.almost_equals(dataset.transform, 1e-6)


def test_minus_one_reads_the_raster_itself(bands, with_overviews, tmp_path):
    source = with_overviews(bands)
    first, second = (result(source, tmp_path / "out.tif", **given)[0] for given in ({}, {"overview": -1}))
    assert first.shape == (HEIGHT, WIDTH) and np.array_equal(first, second)


def test_grid_blocks_and_files(bands, with_overviews):
    """`read_level` returns the grid and blocks of the overview and, if the overview is external, also its file."""
    source = with_overviews(bands, where="external", blockxsize=64)
    (band,) = read_level(str(source), [2], 1)
    assert (band.grid.height, band.grid.width) == (38, 51)
    assert {os.path.basename(file) for file in band.files} == {"in.tif", "in.tif.ovr"}
    with rasterio.open(source, OVERVIEW_LEVEL=1) as dataset:
        assert band.block == dataset.block_shapes[1]
        assert band.block_bytes == 2 * band.block[0] * band.block[1]  # the overview is band-interleaved


@pytest.mark.parametrize("way", ["internal", "beside"])
def test_the_mask_of_the_raster(bands, with_overviews, tmp_path, way):
    shown = np.ones((HEIGHT, WIDTH), bool)
    shown[:44, :60] = False
    source = with_overviews(bands, mask=shown, internal_mask=way == "internal") if way == "internal" else None
    if source is None:
        source = with_overviews(bands, where="external", mask=shown, internal_mask=False)
        build(f"{source}.msk")
    found, _ = result(source, tmp_path / "out.tif", overview=0)
    wanted = expected(source, 0)
    assert np.all(wanted[:22, :30] == -9999) and np.array_equal(found, wanted)


@pytest.mark.parametrize("way", ["mask without overviews beside it", "overviews beside the mask"])
def test_a_mask_without_overviews_is_rejected(bands, with_overviews, tmp_path, way):
    """A mask without overviews is an error, because GDAL then treats every pixel of the raster's overview as valid."""
    shown = np.ones((HEIGHT, WIDTH), bool)
    shown[:44, :60] = False
    if way.startswith("mask"):
        source = with_overviews(bands, mask=shown, internal_mask=False)
        with rasterio.open(f"{source}.msk") as mask:
            if mask.overviews(1):
                pytest.skip("this GDAL builds overviews of the mask")
    else:
        source = with_overviews(bands, mask=shown, where="external")
        with rasterio.open(source, OVERVIEW_LEVEL=0) as dataset:
            if not dataset.read_masks(1).all():
                pytest.skip("this GDAL builds overviews of the mask")
    with pytest.raises(InputError, match="the mask has no overview 0") as caught:
        result(source, tmp_path / "out.tif", overview=0)
    assert str(source) in str(caught.value) and not (tmp_path / "out.tif").exists()


def test_an_internal_mask_without_overviews_is_rejected(bands, with_overviews, tmp_path):
    """GDAL gives overviews inside the file the mask flags of the full resolution, even if the mask has no overviews."""
    source = with_overviews(bands)
    shown = np.full((HEIGHT, WIDTH), 255, "uint8")
    shown[:44, :60] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(source, "r+") as dataset:
        dataset.write_mask(shown)
    for level in (0, 1):
        with pytest.raises(InputError, match=f"the mask has no overview {level}"):
            result(source, tmp_path / "out.tif", overview=level)
    build(source)
    for level in (0, 1):
        found, _ = result(source, tmp_path / "out.tif", overview=level)
        assert np.all(found[:11, :15] == -9999) and np.array_equal(found, expected(source, level))


def test_alpha(bands, with_overviews, tmp_path):
    alpha = np.full((HEIGHT, WIDTH), 65535, "uint16")
    alpha[:44, :60] = 0
    source = with_overviews([*bands, alpha], alpha=True)
    found, _ = result(source, tmp_path / "out.tif", overview=0)
    with rasterio.open(source, OVERVIEW_LEVEL=0) as dataset:
        assert np.array_equal(found == -9999, dataset.read(3) == 0)


def test_extent_is_expanded_to_pixels_of_the_overview(bands, with_overviews, tmp_path):
    source = with_overviews(bands)
    with rasterio.open(source, OVERVIEW_LEVEL=0) as dataset:
        left, top = dataset.transform * (10.5, 20.5)
        right, bottom = dataset.transform * (15.5, 30.5)
    found, _ = result(source, tmp_path / "out.tif", overview=0, extent=(left, bottom, right, top))
    assert np.array_equal(found, expected(source, 0)[20:31, 10:16])


@pytest.mark.parametrize("level", [2, 9])
def test_a_missing_overview(bands, with_overviews, tmp_path, level):
    source = with_overviews(bands)
    with pytest.raises(OptionError, match=f"OVERVIEW is {level}, but .* has no overview {level}") as caught:
        result(source, tmp_path / "out.tif", overview=level)
    assert "0 (102 x 75 pixels), 1 (51 x 38 pixels)" in str(caught.value) and str(source) in str(caught.value)


def test_a_raster_without_overviews(bands, make_raster, tmp_path):
    with pytest.raises(OptionError, match="has no overviews. Build overviews first"):
        result(make_raster(bands), tmp_path / "out.tif", overview=0)


@pytest.mark.parametrize("level", [-2, 0.5, "1"])
def test_invalid_overview_numbers(bands, with_overviews, tmp_path, level):
    with pytest.raises(OptionError, match=f"OVERVIEW is {level!r}"):
        result(with_overviews(bands), tmp_path / "out.tif", overview=level)


def test_overviews_of_another_type(bands, with_overviews, make_raster, tmp_path):
    source = with_overviews(bands, where="external")
    os.remove(f"{source}.ovr")
    half = [band[: HEIGHT // 2, : (WIDTH + 1) // 2].astype("float32") for band in bands]
    os.rename(make_raster(half, "other.tif"), f"{source}.ovr")
    with pytest.raises(InputError, match="overview 0 has the data type float32 instead of uint16"):
        result(source, tmp_path / "out.tif", overview=0)


def test_the_second_file_is_read_from_the_matching_overview(bands, with_overviews, tmp_path, log):
    both = with_overviews(bands, "both.tif")
    a, b = with_overviews(bands[:1], "a.tif"), with_overviews(bands[1:], "b.tif")
    found, _ = result(a, tmp_path / "out.tif", input_b=b, overview=1, log=log)
    assert np.array_equal(found, expected(both, 1))
    assert f"B: band 1 of {b}, overview 1, uint16" in log.line("B: ")


def test_a_second_file_with_the_resolution_of_the_overview(bands, with_overviews, make_raster, tmp_path):
    both, a = with_overviews(bands, "both.tif"), with_overviews(bands[:1], "a.tif")
    with rasterio.open(both, OVERVIEW_LEVEL=0) as dataset:
        b = make_raster([dataset.read(2)], "b.tif", transform=dataset.transform)
    found, _ = result(a, tmp_path / "out.tif", input_b=b, overview=0)
    assert np.array_equal(found, expected(both, 0))


def test_a_second_file_without_that_overview_is_rejected_or_resampled(bands, with_overviews, make_raster, tmp_path):
    a, b = with_overviews(bands[:1], "a.tif"), make_raster(bands[1:], "b.tif")
    with pytest.raises(InputError, match="Set RESAMPLING"):
        result(a, tmp_path / "out.tif", input_b=b, overview=0)
    found, _ = result(a, tmp_path / "out.tif", input_b=b, overview=0, resampling="nearest")
    assert found.shape == (75, 102)


def test_a_mask_is_read_at_its_own_resolution(bands, with_overviews, make_raster, tmp_path):
    source = with_overviews(bands)
    classes = np.ones((HEIGHT, WIDTH), "uint8")
    classes[40:80, 30:90] = 3
    mask = make_raster([classes], "scl.tif")
    found, _ = result(source, tmp_path / "out.tif", overview=1, mask=mask, mask_values="3")
    hidden = found == -9999
    wanted = np.zeros((38, 51), bool)
    wanted[10:20, 8:23] = True
    assert np.array_equal(hidden[9:21, 7:22], wanted[9:21, 7:22]) and not hidden[:, 25:].any()


def test_the_mask_may_be_the_input_itself(bands, with_overviews, tmp_path):
    """If the input file is also the mask, the mask is read at full resolution although the input is an overview."""
    source = with_overviews(bands)
    found, _ = result(source, tmp_path / "out.tif", overview=1, mask=source, mask_band=1, mask_values="1-30")
    assert 0.3 < (found == -9999).mean() < 0.7


@pytest.mark.parametrize("name", ["MASK", "INPUT_B"])
def test_an_overview_without_a_transform_cannot_be_aligned(bands, with_overviews, make_raster, tmp_path, name):
    """Without transforms, an overview cannot be combined with a mask or a second raster, but can be used alone."""
    plain = {"crs": None, "transform": Affine.identity()}
    source, other = with_overviews(bands, **plain), make_raster(bands, "other.tif", **plain)
    given = {"MASK": {"mask": other, "mask_values": "3"}, "INPUT_B": {"input_b": other, "resampling": "nearest"}}[name]
    with pytest.raises(OptionError, match="has no transform") as caught:
        result(source, tmp_path / "out.tif", overview=0, **given)
    assert name in str(caught.value) and "OVERVIEW" in str(caught.value)
    found, _ = result(source, tmp_path / "out.tif", overview=0)
    assert np.array_equal(found, expected(source, 0))


def test_ground_control_points_of_an_overview(bands, with_overviews, tmp_path):
    source = with_overviews(bands, crs=None, transform=Affine.identity())
    points = [GroundControlPoint(row, col, 10 + col, 50 - row) for row, col in ((0, 0), (0, 200), (148, 0), (148, 200))]
    with rasterio.open(source, "r+") as dataset:
        dataset.gcps = points, rasterio.crs.CRS.from_epsg(4326)
    result(source, tmp_path / "out.tif", overview=0)
    with rasterio.open(tmp_path / "out.tif") as dataset, rasterio.open(source, OVERVIEW_LEVEL=0) as level:
        found, wanted = dataset.gcps[0], level.gcps[0]
    assert [(p.row, p.col, p.x, p.y) for p in found] == [(p.row, p.col, p.x, p.y) for p in wanted]
    assert {p.row for p in found} == {0, 74}


def test_rpcs_of_an_overview(bands, with_overviews, tmp_path):
    source = with_overviews(bands, crs=None, transform=Affine.identity())
    with rasterio.open(source, "r+") as dataset:
        dataset.rpcs = RPC(
            height_off=0, height_scale=100, lat_off=45, lat_scale=1, line_den_coeff=[1.0] + [0.0] * 19,
            line_num_coeff=[0.0, 0.0, -1.0] + [0.0] * 17, line_off=75, line_scale=75, long_off=10, long_scale=1,
            samp_den_coeff=[1.0] + [0.0] * 19, samp_num_coeff=[0.0, 1.0] + [0.0] * 18, samp_off=100, samp_scale=100,
        )  # fmt: skip
    result(source, tmp_path / "out.tif", overview=0)
    with rasterio.open(tmp_path / "out.tif") as dataset, rasterio.open(source, OVERVIEW_LEVEL=0) as level:
        assert dataset.rpcs.line_scale == level.rpcs.line_scale == pytest.approx(37.5)
        assert dataset.rpcs.line_off == level.rpcs.line_off


def test_a_pickled_plan_reads_the_overview(bands, with_overviews, tmp_path):
    source = with_overviews(bands)
    options = {"band_a": 1, "band_b": 2, "overview": 0, "chunk_size": 64}
    planned = plan_normalized_difference(source, tmp_path / "out.tif", **options)
    plan = pickle.loads(pickle.dumps(planned))  # noqa: S301
    written = np.zeros((75, 102), "float32")

    def write(pixels, window: Window, mask):
        written[window.toslices()] = pixels[0]

    with Readers() as readers:
        opened = plan.task.open(readers)
        for chunk in plan.chunks.windows():
            write_chunk(plan.task, opened, chunk, write, Stop())
    assert np.array_equal(written, expected(source, 0))


def test_a_damaged_overview_is_an_error(bands, with_overviews, tmp_path):
    source = with_overviews(bands, where="external")
    size = os.path.getsize(f"{source}.ovr")
    with open(f"{source}.ovr", "r+b") as file:
        file.truncate(size * 2 // 3)
    with pytest.raises(InputError) as caught:
        result(source, tmp_path / "out.tif", overview=0)
    assert str(source) in str(caught.value) and not (tmp_path / "out.tif").exists()
