"""Tests for PIXEL_RULE, which applies to pixels valid in only some bands, compared with a reference implementation."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.windows import Window

from cases import long
from parallel_raster.core.errors import OptionError
from parallel_raster.core.jobs.merging.accumulate import METHODS, MergeRules
from parallel_raster.core.jobs.merging.job import check_merge_tiles, merge_tiles
from parallel_raster.core.jobs.merging.pixels import MergeCounts, Pixels, WindowMerger
from parallel_raster.core.jobs.merging.rules import Marking, resolve_types
from parallel_raster.core.raster.windows import subdivide

WHOLE = Window(0, 0, 12, 11)
USUAL = ["first", "max", "count", "feather"]
"""Methods tested with the rule "all" in all test runs; the others, only in the long ones."""
BASE = Affine(10, 0, 500_000, 0, -10, 5_000_000)


@st.composite
def any_inputs(draw):
    """Draw inputs of up to three bands that have invalid pixels in single bands, a mask or an alpha band."""
    dtype, alpha = draw(st.sampled_from(["uint8", "int16", "float32"])), draw(st.booleans())
    count = draw(st.integers(1, 3)) + alpha
    inputs = []
    for _ in range(draw(st.integers(1, 4))):
        col, row = draw(st.integers(0, 8)), draw(st.integers(0, 8))
        width, height = draw(st.integers(1, 12 - col)), draw(st.integers(1, 11 - row))
        random = np.random.default_rng(draw(st.integers(0, 1000)))
        values = random.integers(0, 4, (count, height, width)).astype(dtype)
        if dtype == "float32":
            values[random.random(values.shape) < 0.2] = np.nan
        visible = random.random((height, width)) < 0.7 if draw(st.booleans()) else None
        if alpha:
            values[-1] = random.choice([0, 8, 9], (height, width))
            visible = values[-1] != 0
        colours = count - alpha
        shown = np.isfinite(values[:colours]) & (True if visible is None else visible)
        window = Window(col, row, width, height)
        inputs.append(
            SimpleNamespace(
                path=f"{len(inputs)}.tif", window=window, core=window, values=values, visible=visible, shown=shown,
                is_masked=visible is not None, is_resampled=False, alpha=count - 1 if alpha else -1, colours=colours,
            )
        )  # fmt: skip
    return inputs


def set_nodata(inputs, values):
    """Set `nodata` and `valid` of each input, taking the nodata values in turn from `values`; return the inputs."""
    for number, each in enumerate(inputs):
        value = values[number % len(values)]
        each.nodata = [value] * each.colours + [None] * (each.alpha >= 0)
        each.valid = each.shown if value is None else each.shown & (each.values[: each.colours] != value)
    return inputs


def merger(method, rule, inputs, marking, *, wanted="auto", given_nodata=False):
    types = resolve_types(method, [str(each.values.dtype) for each in inputs], len(inputs), wanted)
    first = inputs[0]
    rules = MergeRules(
        method, types, marking, len(first.values), first.alpha, given_nodata, 3, len(inputs), pixel_rule=rule
    )

    def read(number, window):
        each = inputs[number]
        rows = slice(window.row_off - each.window.row_off, window.row_off - each.window.row_off + window.height)
        cols = slice(window.col_off - each.window.col_off, window.col_off - each.window.col_off + window.width)
        return Pixels(each.values[:, rows, cols], None if each.visible is None else each.visible[rows, cols])

    return WindowMerger(rules, inputs, read)


def assembled(merging, bands, dtype, shape):
    """Merge the mosaic in windows of at most `shape`; return its pixels, its mask and the pixel counts."""
    stored, shown = np.zeros((bands, WHOLE.height, WHOLE.width), dtype), np.zeros((WHOLE.height, WHOLE.width), bool)
    counts = MergeCounts()
    for piece in subdivide(WHOLE, shape):
        found = merging.merge(piece)
        stored[(slice(None), *piece.toslices())] = found.stored
        if found.shown is not None:
            shown[piece.toslices()] = found.shown
        counts = counts.plus(found.counts)
    return stored, shown, counts


def whole_pixels(inputs, method):
    """Return, for each pixel, the index of the input that provides all its bands, or -1 if no input does."""
    source = np.full((WHOLE.height, WHOLE.width), -1)
    for number, each in list(enumerate(inputs))[:: 1 if method == "last" else -1]:  # later inputs replace earlier ones
        rows, cols = each.window.toslices()
        source[rows, cols] = np.where(each.valid.any(axis=0), number, source[rows, cols])
    return source


def at(each, row, col):
    """Return the values of an input at a pixel of the mosaic, and a boolean array that is True for valid values."""
    row, col = row - each.window.row_off, col - each.window.col_off
    return each.values[:, row, col], each.valid[:, row, col]


SHAPES = st.tuples(st.integers(1, 11), st.integers(1, 12))


@pytest.mark.repeated
@pytest.mark.parametrize("method", ["first", "last"])
@pytest.mark.parametrize("wanted", ["auto", "float64"])
@settings(settings.get_profile("mosaics"))
@given(inputs=any_inputs(), shape=SHAPES, given_nodata=st.booleans(), values=st.sampled_from([[0], [0, 1], [0, None]]))
def test_rule_any_takes_all_bands_of_a_pixel_from_one_input(method, wanted, inputs, shape, given_nodata, values):
    set_nodata(inputs, values)
    nodata = values[0] if len(values) == 1 and not given_nodata else 99
    merging = merger(method, "any", inputs, Marking(nodata, False), wanted=wanted, given_nodata=given_nodata)
    dtype = inputs[0].values.dtype if wanted == "auto" else wanted
    stored, _, _ = assembled(merging, len(inputs[0].values), dtype, shape)
    source = whole_pixels(inputs, method)
    for row, col in np.ndindex(source.shape):
        pixel = stored[: inputs[0].colours, row, col]
        if source[row, col] < 0:
            under_alpha = inputs[0].alpha >= 0 and stored[-1, row, col] == 0  # stored values may be kept
            assert under_alpha or ((pixel == nodata) | ~np.isfinite(pixel)).all()
            continue
        each = inputs[source[row, col]]
        wanted_values, valid = at(each, row, col)
        assert (pixel[valid] == wanted_values[: each.colours][valid]).all()
        assert ((pixel[~valid] == nodata) | ~np.isfinite(pixel[~valid])).all()
        if each.alpha >= 0:
            assert stored[each.alpha, row, col] == wanted_values[each.alpha]
    assert stored.tobytes() == assembled(merging, len(stored), dtype, (99, 99))[0].tobytes()


@pytest.mark.repeated
@pytest.mark.parametrize("method", ["first", "last"])
@settings(settings.get_profile("mosaics"))
@given(inputs=any_inputs(), shape=SHAPES, wanted=st.sampled_from(["auto", "int32"]))
def test_rule_any_with_a_mask_keeps_stored_values(method, inputs, shape, wanted):
    """If the output has a mask, which cannot mark single bands, a pixel with any valid band keeps all its values."""
    if inputs[0].values.dtype.kind == "f":
        return
    set_nodata(inputs, [1, 2])
    merging = merger(method, "any", inputs, Marking(None, True), wanted=wanted)
    dtype = inputs[0].values.dtype if wanted == "auto" else wanted
    stored, shown, counts = assembled(merging, len(inputs[0].values), dtype, shape)
    source = whole_pixels(inputs, method)
    np.testing.assert_array_equal(shown, source >= 0)
    partial = 0
    for row, col in zip(*np.nonzero(shown)):
        values, valid = at(inputs[source[row, col]], row, col)
        assert (stored[:, row, col] == values).all()
        partial += not valid.all()
    assert counts.unmarked == partial and counts.keeps_stored
    assert stored.tobytes() == assembled(merging, len(stored), dtype, (99, 99))[0].tobytes()


@pytest.mark.repeated
@pytest.mark.parametrize("method", [*USUAL, *long(*(name for name in METHODS if name not in USUAL))])
@settings(settings.get_profile("mosaics"))
@given(inputs=any_inputs(), shape=SHAPES, values=st.sampled_from([[0], [0, 1], [0, None]]), masked=st.booleans())
def test_rule_all_uses_complete_pixels_only(method, inputs, shape, values, masked):
    """Rule "all" gives the same mosaic as rule "band" on inputs that are masked wherever any band is invalid."""
    set_nodata(inputs, values)
    types = resolve_types(method, [str(inputs[0].values.dtype)], 1, "auto")
    masked = masked and np.dtype(types.stored).kind in "iu"
    marking = Marking(None if masked or method == "count" else 99, masked)
    stored, shown, counts = assembled(
        merger(method, "all", inputs, marking), len(inputs[0].values), types.stored, shape
    )
    for each in inputs:
        complete = each.valid.all(axis=0)
        each.visible = complete
        each.is_masked = True
        if each.alpha >= 0:
            each.values[each.alpha] = np.where(complete, each.values[each.alpha], 0)
    wanted, wanted_shown, _ = assembled(
        merger(method, "band", inputs, marking), len(inputs[0].values), types.stored, (99, 99)
    )
    visible = whole_pixels(inputs, "first") >= 0
    complete = np.zeros(visible.shape, bool)
    for each in inputs:
        rows, cols = each.window.toslices()
        complete[rows, cols] |= each.valid.all(axis=0)
    np.testing.assert_array_equal(np.where(complete, stored, 0), np.where(complete, wanted, 0))
    if masked:
        np.testing.assert_array_equal(shown, complete)
    if method != "count":
        empty = stored[: inputs[0].colours][:, ~complete]
        assert (empty == (0 if masked else 99)).all()
        assert inputs[0].alpha < 0 or (stored[-1][~complete] == 0).all()
    assert counts.unmarked == counts.mixed == 0


@pytest.mark.repeated
@settings(settings.get_profile("mosaics"))
@given(inputs=any_inputs(), shape=SHAPES)
def test_counts_of_mixed_pixels_do_not_depend_on_pieces(inputs, shape):
    set_nodata(inputs, [0])
    merging = merger("first", "band", inputs, Marking(0, False))
    _, _, counts = assembled(merging, len(inputs[0].values), inputs[0].values.dtype, shape)
    sources = np.full((inputs[0].colours, WHOLE.height, WHOLE.width), -1)
    for number, each in reversed(list(enumerate(inputs))):
        rows, cols = each.window.toslices()
        sources[:, rows, cols] = np.where(each.valid, number, sources[:, rows, cols])
    mixed = [len(set(sources[:, row, col]) - {-1}) > 1 for row, col in np.ndindex(sources.shape[1:])]
    assert counts.mixed == sum(mixed)


@pytest.fixture
def tiles(make_raster, tmp_path):
    """Return a function that creates two overlapping rasters of three bands with invalid pixels in single bands."""

    def make(dtype="uint8", nodata=(0, 0), overlap=60, blocks=16, **options):
        random = np.random.default_rng(3)
        paths = []
        for number, value in enumerate(nodata):
            values = random.integers(1, 200, (3, 96, 96)).astype(dtype)
            values[random.random(values.shape) < 0.3] = random.integers(1, 5) if value is None else value
            transform = BASE * Affine.translation(number * (96 - overlap), 0)
            paths.append(
                make_raster(
                    list(values), f"{number}.tif", nodata=value, transform=transform, blocks=blocks,
                    compress="deflate", **options,
                )
            )  # fmt: skip
        return paths

    return make


def content(path):
    with rasterio.open(path) as dataset:
        return dataset.read(), dataset.read_masks(), dataset.nodata


def stacked(paths):
    """Return the values of both tiles on the mosaic's grid, and boolean arrays that are True in each tile's area."""
    arrays = [content(path)[0] for path in paths]
    with rasterio.open(paths[1]) as dataset:
        step = round((dataset.transform.c - BASE.c) / 10)
    width = step + 96
    values, inside = np.zeros((2, 3, 96, width), arrays[0].dtype), np.zeros((2, 96, width), bool)
    for number, array in enumerate(arrays):
        values[number][:, :, number * step : number * step + 96] = array
        inside[number][:, number * step : number * step + 96] = True
    return values, inside


@pytest.mark.parametrize("chunk_size", [0, 16, 48])
@pytest.mark.parametrize(("method", "order"), [("first", (0, 1)), ("last", (1, 0))])
def test_files_are_merged_by_whole_pixels(method, order, chunk_size, tiles, tmp_path):
    paths = tiles()
    merge_tiles(paths, tmp_path / "o.tif", method=method, pixel_rule="any", chunk_size=chunk_size)
    values, inside = stacked(paths)
    counts = inside & (values != 0).any(axis=1)
    wanted = np.where(counts[order[0]], values[order[0]], np.where(counts[order[1]], values[order[1]], 0))
    np.testing.assert_array_equal(content(tmp_path / "o.tif")[0], wanted)


@pytest.mark.parametrize("rule", ["any", "all"])
def test_a_grey_band_and_its_alpha_band_come_from_one_input(rule, make_raster, tmp_path):
    def grey(name, value, alpha):
        bands = [np.full((4, 4), value, "uint8"), np.full((4, 4), alpha, "uint8")]
        return make_raster(bands, name, nodata=3, alpha=True)

    merge_tiles([grey("a.tif", 3, 200), grey("b.tif", 7, 50)], tmp_path / "o.tif", pixel_rule=rule)
    assert content(tmp_path / "o.tif")[0][:, 0, 0].tolist() == [7, 50]


@pytest.mark.parametrize("method", ["sum", "mean", "max"])
def test_files_are_merged_where_all_bands_are_valid(method, tiles, tmp_path):
    paths = tiles(dtype="uint16", nodata=(0, 7))
    merge_tiles(paths, tmp_path / "o.tif", method=method, pixel_rule="all")
    values, inside = stacked(paths)
    counts = inside & (values != np.array([0, 7]).reshape(2, 1, 1, 1)).all(axis=1)
    weights = np.broadcast_to(counts[:, np.newaxis], values.shape)
    with np.errstate(invalid="ignore"):
        total = (values * weights).sum(axis=0, dtype="int64")
        wanted = {"sum": total, "mean": total / weights.sum(axis=0), "max": np.where(weights, values, 0).max(axis=0)}
    stored, masks, _ = content(tmp_path / "o.tif")
    any_input = counts.any(axis=0)
    np.testing.assert_array_equal(masks != 0, np.broadcast_to(any_input, masks.shape))
    np.testing.assert_array_equal(stored[:, any_input], wanted[method][:, any_input].astype(stored.dtype))


def test_blocks_are_copied_only_if_the_rule_has_no_effect(tiles, tmp_path, log):
    paths = tiles(overlap=0)
    plain = merge_tiles(paths, tmp_path / "band.tif")
    assert plain.copied_percent == 100
    assert merge_tiles(paths, tmp_path / "any.tif", pixel_rule="any").copied_percent == 100
    assert merge_tiles(paths, tmp_path / "all.tif", pixel_rule="all", log=log).copied_percent == 0
    assert "all (a pixel is used if all its bands are valid)" in log.line("Pixel rule")
    stored, masks, nodata = content(tmp_path / "all.tif")
    complete = (content(tmp_path / "any.tif")[0] != 0).all(axis=0)
    assert nodata == 0 and ((stored != 0).all(axis=0) == complete).all() and (stored[:, ~complete] == 0).all()


def test_without_nodata_the_rule_has_no_effect(tiles, tmp_path, log):
    paths = tiles(nodata=(None, None), overlap=32)
    for rule in ("band", "any", "all"):
        result = merge_tiles(paths, tmp_path / f"{rule}.tif", pixel_rule=rule, log=log)
        assert result.copied_percent > 50
    assert [line[-60:] for line in log.infos if "Pixel rule: any, which makes no difference" in line]
    for rule in ("any", "all"):
        np.testing.assert_array_equal(content(tmp_path / f"{rule}.tif")[0], content(tmp_path / "band.tif")[0])


@pytest.mark.parametrize("rule", ["any", "all"])
def test_a_virtual_mosaic_gives_the_same_pixels_or_is_rejected(rule, tiles, tmp_path, state):
    apart = tiles(overlap=0)
    if rule == "any":
        merge_tiles(apart, tmp_path / "v.vrt", pixel_rule="any")
        merge_tiles(apart, tmp_path / "t.tif", pixel_rule="any")
        np.testing.assert_array_equal(content(tmp_path / "v.vrt")[0], content(tmp_path / "t.tif")[0])
    else:
        with pytest.raises(OptionError, match="PIXEL_RULE 'all' .*Use a .tif"):
            merge_tiles(apart, tmp_path / "v.vrt", pixel_rule="all")
    overlapping = tiles()
    before = state(tmp_path)
    with pytest.raises(OptionError, match=f"PIXEL_RULE {rule!r} .*Use a .tif"):
        merge_tiles(overlapping, tmp_path / "w.vrt", pixel_rule=rule)
    assert state(tmp_path) == before


def test_a_virtual_mosaic_warns_of_mixed_bands(tiles, tmp_path, log):
    merge_tiles(tiles(), tmp_path / "v.vrt", log=log)
    assert any("PIXEL_RULE 'any'" in line for line in log.warnings)
    log.warnings.clear()
    merge_tiles(tiles(overlap=0), tmp_path / "v.vrt", log=log)
    assert not any("PIXEL_RULE" in line for line in log.warnings)


def test_mixed_pixels_cause_a_warning(tiles, tmp_path, log):
    paths = tiles()
    merge_tiles(paths, tmp_path / "o.tif", log=log)
    values, inside = stacked(paths)
    valid = (values != 0) & inside[:, np.newaxis]
    mixed = valid[0].any(axis=0) & (~valid[0] & valid[1]).any(axis=0)
    (line,) = [line for line in log.warnings if "bands of several rasters" in line]
    assert f"rasters: {np.count_nonzero(mixed)}. " in line and "PIXEL_RULE" in line
    for options in ({"method": "max"}, {"pixel_rule": "any"}, {"pixel_rule": "all"}):
        log.warnings.clear()
        merge_tiles(paths, tmp_path / "o.tif", log=log, **options)
        assert log.warnings == []


def test_the_warning_about_unmarked_bands_suggests_options(tiles, tmp_path, log):
    paths = tiles(nodata=(0, 255))
    for rule, held in (("band", "contain 0"), ("any", "contain the stored input value")):
        log.warnings.clear()
        merge_tiles(paths, tmp_path / "o.tif", pixel_rule=rule, log=log)
        (line,) = [line for line in log.warnings if held in line]
        assert "OUTPUT_NODATA" in line and "PIXEL_RULE to 'all'" in line


@pytest.mark.parametrize("method", ["min", "max", "mean", "sum", "count", "median", "feather"])
def test_rule_any_requires_method_first_or_last(method, tmp_path):
    with pytest.raises(OptionError, match=f"PIXEL_RULE 'any' .*METHOD {method!r} .*'first' or 'last'"):
        merge_tiles([tmp_path / "a.tif"], tmp_path / "o.tif", method=method, pixel_rule="any")


def test_an_unknown_rule_is_rejected(tmp_path):
    with pytest.raises(OptionError, match="PIXEL_RULE is 'some'; it must be one of band, any, all"):
        merge_tiles([tmp_path / "a.tif"], tmp_path / "o.tif", pixel_rule="some")


@pytest.mark.parametrize("resampling", ["nearest", "bilinear", "cubic", "average"])
@pytest.mark.parametrize("rule", ["any", "all"])
def test_resampled_pixels_follow_the_rule(rule, resampling, make_raster, tmp_path):
    """Pixels that the rule excludes have no weight in any band. With rule "any", invalid single bands stay nodata."""
    values = np.full((2, 24, 24), 50, "uint8")
    values[0, :, :12], values[1, :, 18:] = 0, 0
    values[1, :, :12] = 90
    near = make_raster([np.zeros((4, 4), "uint8")] * 2, "a.tif", nodata=0, transform=BASE)
    off = make_raster(list(values), "b.tif", nodata=0, transform=BASE * Affine.translation(4.25, 0.25))
    merge_tiles([near, off], tmp_path / "o.tif", pixel_rule=rule, resampling=resampling)
    found, _, nodata = content(tmp_path / "o.tif")
    middle = found[:, 4:20, :]
    assert nodata == 0
    assert (middle[:, :, 18:21] == 50).all()
    if rule == "any":
        assert (middle[0, :, 6:14] == 0).all() and (middle[1, :, 6:14] == 90).all()
        assert (middle[0, :, 24:27] == 50).all() and (middle[1, :, 24:27] == 0).all()
    else:
        assert (middle[:, :, 6:14] == 0).all() and (middle[:, :, 24:27] == 0).all()
        complete = (middle != 0).all(axis=0)
        assert set(middle[1][complete].tolist()) == {50}  # excluded pixels of 90 have no weight
    small = {"chunk_size": 16, "creation_options": "BLOCKXSIZE=16|BLOCKYSIZE=16"}
    merge_tiles([near, off], tmp_path / "c.tif", pixel_rule=rule, resampling=resampling, **small)
    np.testing.assert_array_equal(content(tmp_path / "c.tif")[0], found)


def test_the_report_lists_the_rule(tiles, tmp_path):
    merge_tiles(tiles(), tmp_path / "o.tif", pixel_rule="all", report=tmp_path / "r.html")
    assert "PIXEL_RULE" in (tmp_path / "r.html").read_text().upper()


def test_the_parameter_check_validates_the_rule(tiles, tmp_path):
    options = {
        "pattern": "*.tif", "method": "mean", "feather": 32, "trim_overlap": True, "pixel_rule": "any",
        "resolution": "same", "pixel_size": None, "resampling": "refuse", "extent": None, "nodata": None,
        "output_nodata": None, "data_type": "auto", "creation_options": "", "workers": 0, "memory": 0,
        "chunk_size": 0, "cog": False,
    }  # fmt: skip
    with pytest.raises(OptionError, match="PIXEL_RULE 'any'"):
        check_merge_tiles(tiles(), tmp_path / "o.tif", **options)


def test_nan_in_single_bands(make_raster, tmp_path):
    """NaN in a single band is invalid, even if the rasters declare no nodata value."""
    nan = math.nan
    one = make_raster([np.array([[1, nan]], "float32"), np.array([[nan, nan]], "float32")], "a.tif", transform=BASE)
    two = make_raster([np.array([[5, 6]], "float32"), np.array([[7, 8]], "float32")], "b.tif", transform=BASE)
    wanted = {"band": [[1, 6], [7, 8]], "any": [[1, 6], [nan, 8]], "all": [[5, 6], [7, 8]]}
    for rule, values in wanted.items():
        merge_tiles([one, two], tmp_path / "o.tif", pixel_rule=rule)
        np.testing.assert_array_equal(content(tmp_path / "o.tif")[0][:, 0], values)


def test_rule_any_keeps_stored_nan(make_raster, tmp_path):
    """With rule "any", a NaN in a band of the first raster is kept, although the second raster has nodata there."""
    one = make_raster(
        [np.array([[1]], "float32"), np.array([[math.nan]], "float32")], "a.tif", nodata=-9, transform=BASE
    )
    two = make_raster([np.array([[-9]], "float32"), np.array([[-9]], "float32")], "b.tif", nodata=-9, transform=BASE)
    merge_tiles([one, two], tmp_path / "o.tif", pixel_rule="any")
    np.testing.assert_array_equal(content(tmp_path / "o.tif")[0].ravel(), [1, math.nan])


def test_rule_any_keeps_stored_values_when_resampling(make_raster, tmp_path):
    """If the output has a mask, resampled pixels keep nodata values in individual bands, as copied pixels do."""
    near = make_raster([np.zeros((4, 4), "uint8")] * 2, "a.tif", nodata=0, transform=BASE)
    off = [np.full((12, 12), value, "uint8") for value in (7, 90)]
    off = make_raster(off, "b.tif", nodata=7, transform=BASE * Affine.translation(4.25, 0.25))
    merge_tiles([near, off], tmp_path / "o.tif", pixel_rule="any", resampling="bilinear")
    values, masks, _ = content(tmp_path / "o.tif")
    assert (values[:, 4:8, 8:12] == np.array([7, 90]).reshape(2, 1, 1)).all() and (masks[:, 4:8, 8:12] == 255).all()
