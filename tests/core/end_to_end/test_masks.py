"""Tests for the normalized difference with a mask: values, bits, resolutions, extents and nodata of the mask."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from rasterio.windows import Window

from cases import long, mostly_long
from parallel_raster.core import Cancelled, InputError, OptionError, OutputError, normalized_difference
from parallel_raster.core.pixels.sources import resolve_mask
from parallel_raster.core.progress import Stop
from parallel_raster.core.reading.readers import Readers, read_bands
from parallel_raster.core.regrid import placement
from parallel_raster.core.regrid.placement import resolve_parallel
from parallel_raster.core.regrid.resampled import Resampled

SHAPE = (120, 140)
LEFT, TOP = 400_000, 5_000_000


def placed(pixel, left=0.0, top=0.0, *, down=-1):
    """Return a transform with its origin `left` metres right of and `top` metres below the input's corner."""
    return Affine(pixel, 0, LEFT + left, 0, down * pixel, TOP - top)


@pytest.fixture
def bands():
    return np.random.default_rng(5).integers(1, 9000, (2, *SHAPE), dtype="uint16")


@pytest.fixture
def run(make_raster, bands, tmp_path, log, read):
    """Return a function that runs the job with a mask and returns the result and the stored pixels."""
    source = make_raster(bands, transform=placed(10), blocks=16)

    def call(mask, **options):
        given = {"band_a": 1, "band_b": 2, "workers": 2, "log": log, "creation_options": "BLOCKXSIZE=16|BLOCKYSIZE=16"}
        result = normalized_difference(source, tmp_path / "out.tif", mask=mask, **{**given, **options})
        return result, read(result.output).values

    return call


def expected(bands, shown):
    a, b = bands.astype(float)
    return np.where(shown, (a - b) / (a + b), -9999).astype("float32")


def classes(shape, dtype="uint8", seed=6):
    return np.random.default_rng(seed).integers(0, 12, shape).astype(dtype)


def nearest_plain(mask, transform, outside):
    """Return the mask's value at the centre of each input pixel, or `outside` if the mask does not cover the centre."""
    cols, rows = np.meshgrid(*(np.arange(size) + 0.5 for size in reversed(SHAPE)))
    cols, rows = (np.floor(each + 1e-6).astype(int) for each in ~transform * (placed(10) * (cols, rows)))
    inside = (rows >= 0) & (rows < mask.shape[0]) & (cols >= 0) & (cols < mask.shape[1])
    return np.where(inside, mask[np.where(inside, rows, 0), np.where(inside, cols, 0)], outside).astype(mask.dtype)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
def test_values_on_the_same_grid(make_raster, bands, run, dtype):
    mask = classes(SHAPE, dtype)
    result, found = run(make_raster([mask], "mask.tif", transform=placed(10)))
    shown = ~np.isin(mask, [3, 8, 9, 10])
    assert np.array_equal(found, expected(bands, shown))
    assert result.valid_percent == pytest.approx(100 * shown.mean())
    assert result.mean == pytest.approx(expected(bands, shown)[shown].astype(float).mean(), abs=1e-9)
    assert result.std_dev == pytest.approx(expected(bands, shown)[shown].astype(float).std(), abs=1e-9)


def test_bits_of_a_second_band(make_raster, bands, run):
    """MASK_BITS hides pixels by bits of a quality band: here 0 to 4, fill and clouds in Landsat's QA_PIXEL."""
    quality = np.random.default_rng(7).integers(0, 2**16, SHAPE, dtype="uint16")
    path = make_raster([classes(SHAPE, "uint16"), quality], "mask.tif", transform=placed(10))
    _, found = run(path, mask_band=2, mask_bits="0-4")
    assert np.array_equal(found, expected(bands, quality & 31 == 0))


GRIDS = {
    "coarser": (placed(20), (60, 70)),
    "coarser and larger": (placed(60, -120, -60), (25, 30)),
    "finer": (placed(5), (240, 280)),
    "finer by an odd number": (placed(3, -4, 1), (500, 500)),
    "shifted by less than a pixel": (placed(10, 4, -3), SHAPE),
    "south up": (placed(20, 0, 1200, down=1), (60, 70)),
    "beginning inside": (placed(20, 333, 212), (60, 70)),
    "ending inside": (placed(20, -100, -100), (33, 41)),
}


def hidden_within(mask, transform, distance):
    """Return the mask with pixels within `distance` of a cloud set to class 3; nodata pixels (255) stay unchanged."""
    rows, cols = np.indices(mask.shape)
    near = np.zeros(mask.shape, bool)
    for row, col in zip(*np.nonzero(np.isin(mask, [3, 8, 9, 10]))):
        away = np.hypot((rows - row) * transform.e, (cols - col) * transform.a)
        near |= away <= distance + 0.01 * transform.a
    return np.where(near & (mask != 255), 3, mask).astype(mask.dtype)


@pytest.mark.parametrize(
    "grid", ["coarser and larger", "south up", *long("shifted by less than a pixel", "ending inside")]
)
def test_mask_grow_uses_the_grid_of_the_mask(make_raster, bands, run, log, monkeypatch, grid):
    monkeypatch.setattr(placement, "OUTPUT_PIXELS", 300)
    transform, shape = GRIDS[grid]
    random = np.random.default_rng(8)
    mask = np.where(random.random(shape) < 0.01, 9, np.where(random.random(shape) < 0.1, 255, 5)).astype("uint8")
    path = make_raster([mask], "mask.tif", transform=transform, blocks=16, nodata=255)
    for distance in (25, 61):
        at_centres = nearest_plain(hidden_within(mask, transform, distance), transform, outside=99)
        wanted = expected(bands, ~np.isin(at_centres, [3, 8, 9, 10, 99, 255]))
        for chunk_size, workers in ((16, 2), (48, 1), (1000, 2)):
            found = run(path, chunk_size=chunk_size, workers=workers, mask_grow=distance)[1]
            assert np.array_equal(found, wanted)
    assert any("hide pixels, with a buffer of 25 map units; " in line for line in log.infos)


@pytest.mark.parametrize(("transform", "shape"), mostly_long(GRIDS.values(), every=3))
def test_another_resolution_or_extent(make_raster, bands, run, log, monkeypatch, transform, shape):
    monkeypatch.setattr(placement, "SOURCE_PIXELS", 700)
    monkeypatch.setattr(placement, "OUTPUT_PIXELS", 300)
    mask = classes(shape)
    path = make_raster([mask], "mask.tif", transform=transform, blocks=16)
    at_centres = nearest_plain(mask, transform, outside=99)
    wanted = expected(bands, ~np.isin(at_centres, [3, 8, 9, 10, 99]))
    for chunk_size, workers in ((16, 2), (48, 1), (1000, 2)):
        assert np.array_equal(run(path, chunk_size=chunk_size, workers=workers)[1], wanted)
    outside = (at_centres == 99).mean()
    lines = [line for line in log.warnings if "outside the mask" in line]
    assert len(lines) == (3 if outside else 0)
    if outside:
        assert lines[0].startswith(f"{100 * outside:.4g} % of the output's pixels lie outside the mask {path}")


def test_a_mask_in_another_place_hides_everything(make_raster, run, log):
    result, found = run(make_raster([classes((60, 70))], "mask.tif", transform=placed(20, 90_000)))
    assert (found == -9999).all() and result.valid_percent == 0
    assert any(line.startswith("100 % of the output's pixels lie outside the mask") for line in log.warnings)


def test_an_extent_applies_to_the_mask(make_raster, bands, run, log):
    mask = classes((60, 70))
    path = make_raster([mask], "mask.tif", transform=placed(20))
    _, found = run(path, extent=(LEFT + 330, TOP - 990, LEFT + 1210, TOP - 110), chunk_size=16)
    shown = ~np.isin(mask.repeat(2, 0).repeat(2, 1), [3, 8, 9, 10])
    assert np.array_equal(found, expected(bands, shown)[11:99, 33:121])
    assert not log.warnings


@pytest.mark.parametrize("kind", ["nodata", "mask", "alpha"])
def test_invalid_pixels_of_the_mask_are_hidden(make_raster, bands, run, kind):
    mask = classes((60, 70))
    own = np.random.default_rng(8).random(mask.shape) > 0.2
    if kind == "nodata":
        path, own = make_raster([mask], "mask.tif", transform=placed(20), nodata=5), mask != 5
    elif kind == "mask":
        path = make_raster([mask], "mask.tif", transform=placed(20), mask=own)
    else:
        path = make_raster([mask, own.astype("uint8") * 255], "mask.tif", transform=placed(20), alpha=True)
    shown = (own & ~np.isin(mask, [3, 8, 9, 10])).repeat(2, 0).repeat(2, 1)
    assert np.array_equal(run(path)[1], expected(bands, shown))


def test_nan_in_a_float_mask_hides_pixels(make_raster, bands, run):
    mask = classes(SHAPE, "float32")
    mask[::7, ::3] = np.nan
    path = make_raster([mask], "mask.tif", transform=placed(10))
    assert np.array_equal(run(path)[1], expected(bands, ~np.isin(mask, [3, 8, 9, 10]) & np.isfinite(mask)))


def test_the_nodata_parameter_does_not_apply_to_the_mask(make_raster, bands, run):
    """NODATA applies only to the bands: with NODATA 0, a mask value of 0, which means clear, does not hide a pixel."""
    mask = classes(SHAPE) % 2
    path = make_raster([mask], "mask.tif", transform=placed(10))
    assert np.array_equal(run(path, mask_values="1", nodata=0)[1], expected(bands, mask == 0))


def test_a_mask_is_combined_with_masks_of_the_bands(make_raster, bands, tmp_path, read):
    first, own = np.random.default_rng(2).random((2, *SHAPE)) > 0.3
    one = make_raster([bands[0]], "one.tif", transform=placed(10), mask=first)
    two = make_raster([bands[1]], "two.tif", transform=placed(10))
    mask = make_raster([own.astype("uint8")], "mask.tif", transform=placed(10))
    result = normalized_difference(one, tmp_path / "out.tif", band_a=1, input_b=two, mask=mask, mask_values="0")
    assert np.array_equal(read(result.output).values, expected(bands, first & own))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"crs": "EPSG:32634"}, ("their CRSs differ", "grid in metres", "EPSG:32634")),
        ({"crs": None}, ("one of the rasters has no CRS", "no CRS")),
        (
            {"transform": Affine.translation(LEFT, TOP) * Affine.rotation(10) * Affine.scale(10, -10)},
            ("is rotated relative to", "24.3", "9.848"),
        ),
    ],
)
def test_unsuitable_masks_are_rejected(make_raster, run, tmp_path, changes, words):
    path = make_raster([classes(SHAPE)], "mask.tif", **{"transform": placed(10), **changes})
    with pytest.raises(InputError) as caught:
        run(path)
    for word in (*words, str(path), str(tmp_path / "in.tif")):
        assert word in str(caught.value), str(caught.value)
    assert not (tmp_path / "out.tif").exists()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"mask_band": 2}, InputError, "band 2 does not exist"),
        ({"mask_values": "3-"}, OptionError, "MASK_VALUES"),
        ({"mask_values": ""}, OptionError, "is not named like a known mask layer"),
        ({"mask_bits": "9"}, OptionError, "highest bit is 7"),
    ],
)
def test_invalid_mask_options(make_raster, run, options, error, words):
    with pytest.raises(error, match=words):
        run(make_raster([classes(SHAPE)], "mask.tif", transform=placed(10)), **options)


def test_the_output_must_not_be_the_mask(make_raster, run, tmp_path):
    """A run whose output is the mask file is rejected."""
    path = make_raster([classes(SHAPE)], "out.tif", transform=placed(10))
    with pytest.raises(OutputError, match="Output is one of the inputs"):
        run(path)


def test_log_lines(make_raster, run, log):
    path = make_raster([classes((60, 70))], "mask.tif", transform=placed(20))
    run(path, mask_bits="1,3")
    assert f"band 1 of {path}, uint8, bits 1, 3 hide pixels; 70 x 60 pixels, pixel size 20 x -20" in log.line("Mask")
    run(None, mask_bits="1,3")
    assert log.warnings == ["MASK_BITS has no effect without MASK."]


def test_a_much_finer_mask_within_the_memory_limit(make_raster, tmp_path, log):
    """A mask with 1 m pixels for an input with 100 m pixels is read within a memory limit of 4 MB."""
    bands = np.random.default_rng(5).integers(1, 9000, (2, 40, 40), dtype="uint16")
    mask = classes((4000, 4000))
    source = make_raster(bands, transform=placed(100))
    path = make_raster([mask], "mask.tif", transform=placed(1), blocks=256)
    out = tmp_path / "out.tif"
    given = {"band_a": 1, "band_b": 2, "log": log, "creation_options": "BLOCKXSIZE=16|BLOCKYSIZE=16"}
    result = normalized_difference(source, out, mask=path, memory=4, workers=1, **given)
    assert result.valid_percent == pytest.approx(100 * (~np.isin(mask[50::100, 50::100], [3, 8, 9, 10])).mean())


def test_cancellation_between_pieces(make_raster):
    """A cancellation takes effect before the next partial read of a chunk, because reading a chunk can be slow."""
    stop = Stop()
    path = str(make_raster([classes(SHAPE)], "mask.tif", transform=placed(10)))
    (metadata,) = read_bands(path, [1])
    mask = resolve_mask(path, 1, "3", None, 0, metadata)
    resampled = Resampled((metadata,), (None,), resolve_parallel(metadata.grid, metadata.grid), "average")
    with Readers() as readers:
        stop.set()
        for read in (mask.read_visible, resampled.read):
            with pytest.raises(Cancelled):
                read(readers, Window(0, 0, 50, 50), stop)
