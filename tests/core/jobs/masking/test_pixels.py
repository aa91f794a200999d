"""Pixels, masks and counts of masked rasters equal a plain reference, for every way of marking hidden pixels."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rasterio.enums import ColorInterp

from cases import mostly_long
from georeference import METRES
from parallel_raster.core import InputError, mask_raster
from parallel_raster.core.parallel import chunks as chunk_plans

RNG = np.random.default_rng(4)
SHAPE = (61, 75)
BLOCKS = {"tiled": True, "blockxsize": 16, "blockysize": 16}
GDAL = tuple(map(int, rasterio.__gdal_version__.split(".")[:2]))


@pytest.fixture(autouse=True)
def many_slices(monkeypatch):
    """Make chunks consist of several slices, as in large rasters."""
    monkeypatch.setattr(chunk_plans, "SLICE_PIXELS", 1000)


def placed(size, left=0.0, top=0.0):
    """Return a transform with square pixels whose upper left corner is `left` and `top` map units from the raster's."""
    return Affine(size, 0, 400_000 + left, 0, -size, 5_000_000 - top)


MASK_GRIDS = {
    "same": (placed(10), SHAPE),
    "coarser": (placed(20), (31, 38)),
    "coarser, larger and shifted": (placed(60, -130, -60), (16, 18)),
    "finer": (placed(5), (122, 150)),
    "inside": (placed(20, 133, 112), (17, 21)),
}


def reference(pixels, mask, transform, *, hides, nodata=None, grow=0.0, keep=False):
    """Return a boolean array, true where a mask hides pixels, computed on whole arrays without the plugin's code.

    `hides` is a function of the mask's values. `nodata` is the nodata value of the mask.
    """
    hidden = hides(mask) != keep
    known = np.ones(mask.shape, bool) if nodata is None else mask != nodata
    hidden &= known
    if grow:
        rows, cols = np.indices(mask.shape)
        near = np.zeros(mask.shape, bool)
        for row, col in zip(*np.nonzero(hidden)):
            near |= np.hypot((rows - row) * transform.e, (cols - col) * transform.a) <= grow + 0.01 * transform.a
        hidden = near
    hidden |= ~known
    cols, rows = np.meshgrid(np.arange(pixels.shape[2]) + 0.5, np.arange(pixels.shape[1]) + 0.5)
    cols, rows = (np.floor(each + 1e-6).astype(int) for each in ~transform * (placed(10) * (cols, rows)))
    inside = (rows >= 0) & (rows < mask.shape[0]) & (cols >= 0) & (cols < mask.shape[1])
    return np.where(inside, hidden[np.where(inside, rows, 0), np.where(inside, cols, 0)], True)


def write(path, pixels, transform=placed(10), *, mask=None, alpha=False, **profile):  # noqa: B008 - it is immutable
    """Write an array (bands, rows, columns) as a GeoTIFF in small blocks."""
    count, height, width = pixels.shape
    keywords = {"width": width, "height": height, "count": count, "dtype": pixels.dtype, "crs": METRES}
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(
        path, "w", driver="GTiff", transform=transform, **{**keywords, **BLOCKS, "compress": "deflate", **profile}
    ) as dataset:  # fmt: skip
        if alpha:
            dataset.colorinterp = [ColorInterp.gray] * (count - 1) + [ColorInterp.alpha]
        dataset.write(pixels)
        if mask is not None:
            dataset.write_mask(mask)
    return path


def opened(path):
    """Return the pixels, the nodata value and GDAL's mask of a raster, and True if the raster has a mask band."""
    with rasterio.open(path) as dataset:
        flags = dataset.mask_flag_enums[0]
        masked = rasterio.enums.MaskFlags.per_dataset in flags and rasterio.enums.MaskFlags.alpha not in flags
        return SimpleNamespace(
            pixels=dataset.read(), nodata=dataset.nodata, shown=dataset.dataset_mask() != 0, masked=masked
        )


def noise(dtype="uint16", bands=3, shape=SHAPE, random=RNG):
    kind = np.dtype(dtype)
    if kind.kind == "c":
        return (random.normal(size=(bands, *shape)) + 1j * random.normal(size=(bands, *shape))).astype(dtype)
    if kind.kind == "f":
        return random.normal(size=(bands, *shape)).astype(dtype)
    limits = np.iinfo(kind)
    return random.integers(limits.min + 2, limits.max - 1, (bands, *shape), dtype=dtype)


def classes(shape, nodata_share=0.0, random=RNG):
    mask = random.integers(1, 12, shape).astype("uint8")
    mask[random.random(shape) < 0.9] = 5
    mask[random.random(shape) < nodata_share] = 0
    return mask


CASES = [
    (grid, keep, grow, mark)
    for grid, keep, (grow, mark) in itertools.product(
        MASK_GRIDS, (False, True), ((0.0, "input"), (25.0, "input"), (0.0, "mask"), (41.0, "mask"))
    )
]


@pytest.mark.parametrize(("grid", "keep", "grow", "mark"), mostly_long(CASES, every=5))
def test_a_mask_of_any_grid(tmp_path, grid, keep, grow, mark):
    """KEEP, MASK_GROW and MARK give the reference result for any mask resolution, mask extent and chunk size."""
    transform, shape = MASK_GRIDS[grid]
    nodata = None if mark == "mask" else 0
    pixels, mask = noise(), classes(shape, 0.02)
    source = write(tmp_path / "in.tif", pixels, nodata=nodata)
    layer = write(tmp_path / "mask.tif", mask[np.newaxis], transform, nodata=0)
    values = "5" if keep else "8,9"
    hides = (lambda found: found == 5) if keep else (lambda found: np.isin(found, (8, 9)))
    hidden = reference(pixels, mask, transform, hides=hides, nodata=0, grow=grow, keep=keep)
    wanted = pixels if mark == "mask" else np.where(hidden, 0, pixels)
    for chunk_size, workers in ((16, 1), (48, 2), (0, 3)):
        result = mask_raster(
            source, tmp_path / "out.tif", layer, mask_values=values, mask_grow=grow, keep=keep, mark=mark,
            chunk_size=chunk_size, workers=workers,
        )  # fmt: skip
        found = opened(result.output)
        np.testing.assert_array_equal(found.pixels, wanted)
        np.testing.assert_array_equal(found.shown, ~hidden)
        assert (found.nodata, found.masked) == (nodata, mark == "mask")
        assert result.hidden_percent == pytest.approx(100 * hidden.mean())
        assert result.valid_percent == pytest.approx(100 - 100 * hidden.mean())


PLAIN = {"grid": "same", "bits": None, "keep": False, "grow": 0.0, "dtype": "int16", "interleave": "band", "chunk": 16,
         "seed": 1}  # fmt: skip


@settings(settings.get_profile("few"))
@example(**PLAIN, declared=True, own="mask", mark="input")
@example(**PLAIN, declared=True, own="mask", mark="nodata")
@example(**PLAIN, declared=True, own="alpha", mark="nodata")
@example(**PLAIN, declared=False, own="alpha", mark="input")
@example(**PLAIN, declared=False, own="alpha", mark="mask")
@given(
    grid=st.sampled_from(sorted(MASK_GRIDS)), bits=st.sampled_from([None, "1,3", "2-3=1-2"]), keep=st.booleans(),
    grow=st.sampled_from([0.0, 12.0, 60.0]), dtype=st.sampled_from(["uint8", "int16", "float32"]),
    interleave=st.sampled_from(["pixel", "band"]), declared=st.booleans(), own=st.sampled_from(["", "mask", "alpha"]),
    mark=st.sampled_from(["input", "nodata", "mask"]), chunk=st.sampled_from([16, 32, 0]), seed=st.integers(0, 99),
)  # fmt: skip
def test_any_combination(tmp_path_factory, grid, bits, keep, grow, dtype, interleave, declared, own, mark, chunk, seed):
    """For any options, the visible pixels are those that neither input nor mask hides, with unchanged values."""
    random = np.random.default_rng(seed)
    folder = tmp_path_factory.mktemp("any")
    transform, shape = MASK_GRIDS[grid]
    pixels, mask = noise(dtype, random=random), classes(shape, random=random)
    shown = random.random(SHAPE) < 0.8
    if declared:
        pixels[:, random.random(SHAPE) < 0.1] = 1
    pixels[-1] = np.where(shown, 90, 0) if own == "alpha" else pixels[-1]
    source = write(
        folder / "in.tif", pixels, nodata=1 if declared else None, interleave=interleave,
        mask=shown if own == "mask" else None, alpha=own == "alpha",
    )  # fmt: skip
    layer = write(folder / "mask.tif", mask[np.newaxis], transform)

    def hides(found):
        if bits is None:
            return np.isin(found, (8, 9))
        return found & 10 > 0 if bits == "1,3" else np.isin(found >> 2 & 3, (1, 2))

    hidden = reference(pixels, mask, transform, hides=hides, grow=grow, keep=keep)
    colours = pixels[:-1] if own == "alpha" else pixels
    valid = (colours != 1).any(axis=0) if declared else np.ones(SHAPE, bool)
    valid &= shown if own else True
    options = {
        "mask_values": "8,9", "mask_bits": bits, "mask_grow": grow, "keep": keep, "mark": mark, "chunk_size": chunk,
        "output_nodata": None if declared else {"uint8": 0, "int16": -32768, "float32": -7.0}[dtype],
    }  # fmt: skip
    if mark == "mask" and declared:
        return
    result = mask_raster(source, folder / "out.tif", layer, **options)
    found = opened(result.output)
    assert result.valid_percent == pytest.approx(100 * (valid & ~hidden).mean())
    assert result.hidden_percent == pytest.approx(100 * (valid & hidden).mean())
    np.testing.assert_array_equal(found.pixels[:, valid & ~hidden], pixels[:, valid & ~hidden])
    if mark == "mask" or not declared and mark == "input" and own != "alpha":
        assert found.masked and found.nodata is None
        np.testing.assert_array_equal(found.pixels, pixels)
        np.testing.assert_array_equal(found.shown, ~hidden & (shown if own else True))
    elif mark == "nodata" or declared:
        assert found.nodata == (1 if declared else options["output_nodata"])
        assert found.masked == (mark == "input" and own == "mask")
        if found.masked:  # GDAL ignores the nodata value of a file with a mask
            np.testing.assert_array_equal(found.shown, ~hidden & shown)
        marked = hidden | (~shown if own and mark == "nodata" else False)
        colour = slice(0, -1 if own == "alpha" else None)
        np.testing.assert_array_equal(found.pixels[colour], np.where(marked, found.nodata, colours))
        if own == "alpha":
            np.testing.assert_array_equal(found.pixels[-1], np.where(hidden, 0, pixels[-1]))
    else:
        assert found.nodata is None and not found.masked
        np.testing.assert_array_equal(found.pixels[:-1], pixels[:-1])
        np.testing.assert_array_equal(found.pixels[-1], np.where(hidden, 0, pixels[-1]))


@pytest.mark.parametrize("keep", [False, True])
def test_keeping_values_hides_all_others(tmp_path, keep):
    """KEEP with some values equals hiding all other values, even if hidden areas grow and the mask has nodata."""
    source = write(tmp_path / "in.tif", noise(), nodata=0)
    layer = write(tmp_path / "mask.tif", classes((31, 38), 0.1)[np.newaxis], placed(20), nodata=0)
    values = "1-4,6-11" if not keep else "5"
    mask_raster(source, tmp_path / f"{keep}.tif", layer, mask_values=values, mask_grow=30, keep=keep)
    mask_raster(source, tmp_path / "other.tif", layer, mask_values="1-4,6-11", mask_grow=30)
    np.testing.assert_array_equal(opened(tmp_path / f"{keep}.tif").pixels, opened(tmp_path / "other.tif").pixels)


DTYPES = ["uint8", "int8", "int16", "uint32", "int64", "float32", "float64", "complex64"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_data_type_keeps_its_pixels(tmp_path, dtype):
    """Pixels of every data type keep their exact values, because they are not converted to floats."""
    if dtype == "int8" and GDAL < (3, 7) or dtype == "int64" and GDAL < (3, 5):
        pytest.skip("this GDAL does not have the type")
    pixels, mask = noise(dtype), classes(SHAPE)
    hidden = mask == 9
    layer = write(tmp_path / "mask.tif", mask[np.newaxis])
    plain = write(tmp_path / "plain.tif", pixels, predictor=1)
    result = mask_raster(plain, tmp_path / "masked.tif", layer, mask_values="9")
    found = opened(result.output)
    assert found.pixels.tobytes() == pixels.tobytes()
    np.testing.assert_array_equal(found.shown, ~hidden)
    marker = np.iinfo(dtype).max if np.dtype(dtype).kind in "iu" else 7
    mask_raster(plain, tmp_path / "marked.tif", layer, mask_values="9", mark="nodata", output_nodata=marker)
    found = opened(tmp_path / "marked.tif")
    assert found.pixels.tobytes() == np.where(hidden, np.dtype(dtype).type(marker), pixels).tobytes()


def test_nan_as_nodata(tmp_path):
    """If nodata is NaN, NaN marks hidden pixels, and NaN and infinite pixels count as invalid."""
    pixels, mask = noise("float32"), classes(SHAPE)
    pixels[:, :10], pixels[:, 10:20] = np.nan, np.inf
    source = write(tmp_path / "in.tif", pixels, nodata=np.nan)
    result = mask_raster(source, tmp_path / "out.tif", write(tmp_path / "m.tif", mask[np.newaxis]), mask_values="9")
    np.testing.assert_array_equal(opened(result.output).pixels, np.where(mask == 9, np.nan, pixels))
    valid = np.isfinite(pixels[0])
    assert result.valid_percent == pytest.approx(100 * (valid & (mask != 9)).mean())
    assert result.hidden_percent == pytest.approx(100 * (valid & (mask == 9)).mean())


def test_another_nodata_value_replaces_that_of_the_input(tmp_path):
    """With OUTPUT_NODATA, pixels that were nodata get the new value in each band that had it."""
    pixels, mask = noise(), classes(SHAPE)
    pixels[0, :20], pixels[1, 10:30] = 0, 0
    source = write(tmp_path / "in.tif", pixels, nodata=0)
    layer = write(tmp_path / "mask.tif", mask[np.newaxis])
    for mark in ("input", "nodata"):
        result = mask_raster(
            source, tmp_path / "out.tif", layer, mask_values="9", mark=mark, output_nodata=65535, chunk_size=16
        )
        found = opened(result.output)
        assert found.nodata == 65535
        np.testing.assert_array_equal(found.pixels, np.where((mask == 9) | (pixels == 0), 65535, pixels))


def test_nan_replaces_the_nodata_value_of_the_input(tmp_path):
    """NaN can replace the input's nodata value although pixels are already NaN, because such pixels are not valid."""
    pixels, mask = noise("float32"), classes(SHAPE)
    pixels[:, :10], pixels[:, 10:20] = np.nan, -9999
    source = write(tmp_path / "in.tif", pixels, nodata=-9999)
    layer = write(tmp_path / "m.tif", mask[np.newaxis])
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="9", output_nodata=np.nan)
    found = opened(result.output)
    np.testing.assert_array_equal(found.pixels, np.where((mask == 9) | (pixels == -9999), np.nan, pixels))
    assert np.isnan(found.nodata)


def test_invalid_pixels_of_a_raster_without_nodata(tmp_path):
    """In a raster without nodata, NaN pixels count as invalid even if no pixel changes."""
    pixels, mask = noise("float32", bands=1), classes(SHAPE)
    pixels[:, :10] = np.nan
    source = write(tmp_path / "in.tif", pixels)
    layer = write(tmp_path / "m.tif", mask[np.newaxis])
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="9", mark="mask")
    assert result.valid_percent == pytest.approx(100 * (mask[10:] != 9).sum() / mask.size)
    assert result.hidden_percent == pytest.approx(100 * (mask[10:] == 9).sum() / mask.size)


@pytest.mark.parametrize("hidden_too", [False, True])
def test_a_visible_pixel_with_the_value_of_nodata(tmp_path, hidden_too):
    """OUTPUT_NODATA must not hide visible pixels: the error names the pixel, and nothing is written."""
    pixels, mask = noise(), np.full(SHAPE, 5, "uint8")
    pixels[1, 40, 50] = 65535
    mask[40, 50] = 9 if hidden_too else 5
    mask[0, 0] = 9
    source = write(tmp_path / "in.tif", pixels)
    layer = write(tmp_path / "mask.tif", mask[np.newaxis])
    options = {"mask_values": "9", "mark": "nodata", "output_nodata": 65535, "chunk_size": 16}
    if hidden_too:
        mask_raster(source, tmp_path / "out.tif", layer, **options)
        np.testing.assert_array_equal(opened(tmp_path / "out.tif").pixels, np.where(mask == 9, 65535, pixels))
        return
    with pytest.raises(InputError, match=r"in\.tif, row 40, column 50: a visible pixel of band 2 .*65535") as error:
        mask_raster(source, tmp_path / "out.tif", layer, **options)
    assert error.value.parameter == "output_nodata" and not (tmp_path / "out.tif").exists()
    with pytest.raises(InputError, match="row 40, column 50"):
        mask_raster(source, tmp_path / "out.tif", layer, **options, extent=(400_300, 4_999_390, 400_750, 4_999_700))


def test_bands_without_the_alpha_band(tmp_path):
    """An internal mask replaces an alpha band that is not among the chosen bands."""
    pixels, mask = noise("uint8", 4), classes(SHAPE)
    pixels[3] = np.where(RNG.random(SHAPE) < 0.2, 0, 255)
    source = write(tmp_path / "in.tif", pixels, alpha=True)
    layer = write(tmp_path / "mask.tif", mask[np.newaxis])
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="9", bands=[3, 1])
    found = opened(result.output)
    np.testing.assert_array_equal(found.pixels, pixels[[2, 0]])
    np.testing.assert_array_equal(found.shown, (mask != 9) & (pixels[3] != 0))


def test_an_overview_and_an_extent(tmp_path):
    """The output has the grid of the overview, cut to the extent; the mask keeps its own resolution."""
    pixels = noise("uint8", shape=(128, 128))
    source = write(tmp_path / "in.tif", pixels, nodata=0)
    with rasterio.open(source, "r+") as dataset:
        dataset.build_overviews([2])
    with rasterio.open(source, overview_level=0) as dataset:
        level, transform = dataset.read(), dataset.transform
    mask = classes((128, 128))
    layer = write(tmp_path / "mask.tif", mask[np.newaxis])
    extent = (400_200, 4_999_000, 401_000, 4_999_800)
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="9", overview=0, extent=extent)
    with rasterio.open(result.output) as dataset:
        assert dataset.transform == transform * Affine.translation(10, 10) and dataset.shape == (40, 40)
        # the centre of an overview pixel is the corner of four mask pixels; the lower right one is used
        wanted = np.where(mask[1::2, 1::2] == 9, 0, level)[:, 10:50, 10:50]
        np.testing.assert_array_equal(dataset.read(), wanted)
    assert result.copied_percent == 0


def test_complex_pixels_are_nodata_if_their_real_part_is(tmp_path):
    """GDAL and QGIS compare only the real part."""
    layer = write(tmp_path / "mask.tif", np.array([[[0, 0, 0, 1]]], "uint8"))
    pixels = np.array([[[3 + 3j, 4, 1 + 1j, 2 + 2j]]], "complex64")
    source = write(tmp_path / "in.tif", pixels)
    with pytest.raises(InputError, match="row 0, column 0: a visible pixel of band 1 has the value 3"):
        mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", mark="nodata", output_nodata=3)
    source = write(tmp_path / "in.tif", pixels, nodata=3)
    for options in ({}, {"mark": "nodata"}, {"mark": "nodata", "output_nodata": 7}):
        result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", **options)
        with rasterio.open(result.output) as dataset:
            assert dataset.read_masks(1).tolist() == [[0, 255, 255, 0]]
        assert (result.valid_percent, result.hidden_percent) == (50, 25)
