"""Tests for temporal composites on files: periods, masks, grids, scales, data types, outputs and rejected inputs."""

from __future__ import annotations

import csv
import hashlib
import itertools
import os
import re
from datetime import datetime, timezone

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

import composite_reference as reference
from georeference import UTM
from parallel_raster.core import raster_calculator, temporal_composite
from parallel_raster.core.choices import REDUCERS
from parallel_raster.core.errors import Cancelled, InputError, OptionError, OutputError, ResourceError
from parallel_raster.core.jobs.composite import plan
from parallel_raster.core.jobs.composite.job import check_temporal_composite
from parallel_raster.core.jobs.composite.reducers import METHODS
from parallel_raster.core.tileset.scene_list import Scene, SceneList, write_scene_list

TRANSFORM = Affine(20, 0, 400_000, 0, -20, 5_000_000)
SHAPE = (18, 22)
BLOCKS = "TILED=YES|BLOCKXSIZE=16|BLOCKYSIZE=16"
USUAL = (("median", "uint16"), ("mean", "float32"), ("count", "uint16"), ("best", "uint16"), ("medoid", "float32"))
"""Reducers and data types of the usual test run; all others are tested in the long test run."""

WHOLE = [name for name, method in METHODS.items() if method.whole]


def random_scene(seed, dtype="uint16", bands=3, shape=SHAPE):
    random = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        values = random.normal(size=(bands, *shape)).astype(dtype)
        values[random.random(values.shape) < 0.1] = np.nan
    else:
        values = random.integers(0, 60, (bands, *shape)).astype(dtype)
    return values


def with_long(values, usual):
    """Return the values as test parameters; all values except the usual ones are marked as long tests."""
    marks = {False: (pytest.mark.long,), True: ()}
    return [
        pytest.param(*(each if isinstance(each, tuple) else (each,)), marks=marks[each in usual]) for each in values
    ]


@pytest.fixture
def write(make_raster, tmp_path):
    """Return a function that writes a scene to the folder `scenes` and returns its path."""
    (tmp_path / "scenes").mkdir()

    def make(name, values, **options):
        options = {"nodata": 0, "transform": TRANSFORM, "blocks": 16, **options}
        return str(make_raster(list(values), f"scenes/{name}", **options))

    return make


@pytest.fixture
def compose(tmp_path):
    """Return a function that composes the folder `scenes` and returns the result and the pixels of each output."""

    def run(sources=None, name="out", **options):
        folder = tmp_path / name
        given = {"input_folder": tmp_path / "scenes"} if sources is None and "scenes" not in options else {}
        result = temporal_composite(sources, folder, **given, **options)
        return result, [pixels(path) for path in result.rasters or [result.stack]]

    return run


def pixels(path):
    with rasterio.open(path) as dataset:
        return dataset.read()


def table(result):
    with open(result.table, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names(paths):
    return [os.path.basename(path) for path in paths]


def days_since_1970(*date):
    return (datetime(*date, tzinfo=timezone.utc) - datetime(1970, 1, 1, tzinfo=timezone.utc)).days


@pytest.mark.parametrize(("reducer", "dtype"), with_long([*itertools.product(REDUCERS, ("uint16", "float32"))], USUAL))
def test_months_equal_the_reference(write, compose, reducer, dtype):
    scenes = {}
    for number, day in enumerate(["2024-01-03", "2024-01-13", "2024-01-23", "2024-01-30", "2024-02-02", "2024-02-20"]):
        scenes[day] = random_scene(number, dtype)
        write(f"scene_{day}.tif", scenes[day])
    result, found = compose(reducer=reducer, expression="A@1-A@3", dates=reducer in WHOLE, min_count=2)
    assert names(result.rasters) == [f"{reducer}_2024-01.tif", f"{reducer}_2024-02.tif"]
    for number, (month, output) in enumerate(zip(("2024-01", "2024-02"), found)):
        chosen = [(day, values) for day, values in scenes.items() if day.startswith(month)]
        given = [(values, (values != 0) & np.isfinite(values)) for _, values in chosen]
        days = [days_since_1970(*map(int, day.split("-"))) for day, _ in chosen]
        wanted, valid, counts, picked = reference.composite(
            given,
            reducer,
            min_count=2,
            score=(lambda pixel: pixel[0] - pixel[2]) if reducer == "best" else None,
            days=days,
        )
        with rasterio.open(result.rasters[number]) as dataset:
            nodata, kind, texts = dataset.nodata, dataset.dtypes[0], dataset.descriptions
        word = "percentile 25" if reducer == "percentile" else reducer
        assert texts == tuple(f"{month} band {band} {word}" for band in (1, 2, 3))
        if reducer == "count":
            assert nodata is None and kind == "uint16" and np.array_equal(output, wanted)
        else:
            assert kind == (dtype if METHODS[reducer].selects else "float32")
            assert np.array_equal(output != nodata, valid)
            expected = wanted[valid].astype(kind)
            if METHODS[reducer].selects or dtype == "uint16":
                assert np.array_equal(output[valid], expected)
            else:
                np.testing.assert_array_max_ulp(output[valid], expected, 1)
        observed = pixels(result.count_rasters[number])
        assert np.array_equal(observed, counts[:1] if reducer in WHOLE else counts)
        if reducer in WHOLE:
            chosen_days = pixels(result.date_rasters[number])[0]
            assert np.array_equal(chosen_days != -(2**31), valid[0])
            assert np.array_equal(chosen_days[valid[0]], picked[valid[0]])


def test_the_median_is_that_of_nanmedian(write, compose):
    stack = [random_scene(number, "float64", 1) for number in range(9)]
    for number, values in enumerate(stack):
        write(f"2024-05-{number + 1:02d}.tif", values, nodata=np.nan)
    _, (found,) = compose(output_nodata=np.nan)
    np.testing.assert_array_equal(found, np.nanmedian(stack, axis=0))


@pytest.mark.parametrize("reducer", with_long(["median", "medoid", "std", "count"], ["median"]))
def test_results_do_not_depend_on_chunks_workers_and_memory(write, compose, reducer):
    for number in range(6):
        write(f"2024-05-{number + 1:02d}.tif", random_scene(number, "float32"), nodata=-1)
    seen = set()
    settings = [(1, 16, 0), (2, 32, 0), (3, 0, 0), (2, 48, 0)]
    for number, (workers, size, memory) in enumerate(settings):
        result, (found,) = compose(
            name=f"out{number}", reducer=reducer, workers=workers, chunk_size=size, memory=memory,
            creation_options=BLOCKS,
        )  # fmt: skip
        with open(result.table, "rb") as file, rasterio.open(result.rasters[0]) as dataset:
            seen.add((found.tobytes(), pixels(result.count_rasters[0]).tobytes(), file.read(), str(dataset.tags(1))))
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("options", "edge"),
    [({}, 512), ({"shift": 256}, 0), ({"blocks": 1024}, 1024), ({"blocks": 640}, 0), ({"mask_grow": 40}, 0)],
)
def test_chunks_are_small_unless_they_would_share_blocks(write, compose, log, options, edge):
    shift, grow = options.pop("shift", 0), options.pop("mask_grow", 0)
    for day in (1, 2):
        place = {"transform": TRANSFORM * Affine.translation(shift * (day - 1), 0), "blocks": 512, **options}
        write(f"2024-05-0{day}.tif", np.ones((2, 2048, 2048), "uint8"), compress="deflate", **place)
    mask = {"mask_band": "2", "mask_values": "9", "mask_grow": grow} if grow else {}
    compose(log=log, workers=1, counts=False, bands=[1], memory=777, **mask)
    (line,) = (line for line in log.infos if line.startswith("Plan of each output"))
    assert line.endswith("memory limit 777 MB; 1 worker")
    edges = [int(text) for text in re.search(r"chunks of (\d+) x (\d+) pixels", line).groups()]
    assert edges == [edge, edge] if edge else min(edges) > 512


@pytest.mark.parametrize("name", ["open_files_limit", "_files_of_input"])
def test_chunks_are_large_if_the_scenes_cannot_stay_open_or_are_mosaics(write, compose, log, monkeypatch, name):
    real = getattr(plan, name)
    monkeypatch.setattr(plan, name, lambda *given: 1 if name == "open_files_limit" else real(*given) + 1)
    for day in (1, 2):
        write(f"2024-05-0{day}.tif", np.ones((1, 2048, 2048), "uint8"), blocks=512, compress="deflate")
    compose(log=log, workers=1, counts=False)
    assert not any("chunks of 512 x 512 pixels" in line for line in log.infos)


def test_one_band_at_a_time_gives_the_same_pixels(write, compose, log):
    for number in range(8):
        write(
            f"2024-05-{number + 1:02d}.tif", random_scene(number, "float64", 8, (64, 64)), interleave="band", nodata=-1
        )
    wanted = {}
    for reducer in ("median", "std"):
        options = {"reducer": reducer, "creation_options": "TILED=YES|BLOCKXSIZE=64|BLOCKYSIZE=64", "workers": 1}
        result, (wanted[reducer],) = compose(name=f"all {reducer}", **options)
        with pytest.raises(ResourceError, match="Set MEMORY to at least 1"):
            compose(name="none", memory=0.2, **options)
        low, (found,) = compose(name=f"low {reducer}", memory=1.3 if reducer == "median" else 1.2, log=log, **options)
        assert found.tobytes() == wanted[reducer].tobytes()
        assert table(low) == table(result)
        assert pixels(low.count_rasters[0]).tobytes() == pixels(result.count_rasters[0]).tobytes()
    assert any("one band at a time because of MEMORY" in line for line in log.infos)


def test_bands_in_several_files_are_one_scene(write, compose, log):
    values = {day: random_scene(day, bands=2) for day in (1, 2, 3)}
    scl = random_scene(9, "uint8", 1)[0] % 12
    for day, bands in values.items():
        stem = f"T33UUP_2024050{day}T101559"
        for name, band in zip(("B04", "B08"), bands):
            write(f"{stem}_{name}_20m.tif", [band])
        write(f"{stem}_SCL_20m.tif", [scl], nodata=None)
    result, (found,) = compose(reducer="max", mask_band="SCL", log=log)
    hidden = np.isin(scl, (0, 1, 3, 8, 9, 10))
    wanted = np.where(hidden, 0, np.max(list(values.values()), axis=0))
    assert np.array_equal(found, wanted)
    assert log.line("First mask").endswith("(the default for Sentinel-2 scene classification)")
    rows = table(result)
    assert [row["scene"] for row in rows] == [f"T33UUP_2024050{day}T101559" for day in (1, 2, 3)]
    share = 100 * np.count_nonzero(hidden & (values[1][0] != 0)) / hidden.size
    assert float(rows[0]["masked_percent"]) == pytest.approx(share, abs=1e-4)
    assert float(rows[0]["valid_percent"]) == pytest.approx(
        100 * np.count_nonzero(~hidden & (values[1][0] != 0)) / hidden.size, abs=1e-4
    )
    _, (two,) = compose(name="two", reducer="max", mask_band="3", bands=["B08"])
    assert np.array_equal(two[0], wanted[1])
    compose(name="unmasked", log=log)
    assert log.warnings == ["The band SCL is combined like any other band. To mask out clouds, set MASK_BAND to SCL."]


def test_a_mask_of_another_resolution_by_name(write, compose):
    values = random_scene(1, bands=1)
    write("a_2024-05-01.tif", values)
    mask = np.random.default_rng(2).integers(0, 3, (9, 11), dtype="uint8")
    write("a_2024-05-01_clouds.tif", [mask], transform=TRANSFORM * Affine.scale(2), nodata=None)
    options = {"mask_pattern": "{scene}_clouds.tif", "mask_values": "2"}
    _, (found,) = compose(reducer="first", **options)
    hidden = np.repeat(np.repeat(mask == 2, 2, axis=0), 2, axis=1)
    assert np.array_equal(found[0], np.where(hidden, 0, values[0]))
    with pytest.raises(OptionError, match="is not named like a known mask layer"):
        compose(name="b", mask_pattern="{scene}_clouds.tif")
    with pytest.raises(InputError, match=r"scene a_2024-05-01 does not exist: .*a_2024-05-01_no.tif"):
        compose(name="b", mask_pattern="{scene}_no.tif", mask_values="2")


def test_unequal_scales_are_applied_and_equal_ones_kept(write, compose, log):
    one, two = random_scene(1, bands=1), random_scene(2, bands=1)
    write("2024-05-01.tif", one, scales=[0.5], offsets=[1])
    write("2024-05-02.tif", two, scales=[0.5], offsets=[1])
    result, (kept,) = compose(reducer="max")
    with rasterio.open(result.rasters[0]) as dataset:
        assert (dataset.scales, dataset.offsets, dataset.dtypes) == ((0.5,), (1,), ("uint16",))
    assert np.array_equal(kept, np.maximum(one, two))
    result, (deviation,) = compose(name="std", reducer="std")
    with rasterio.open(result.rasters[0]) as dataset:
        assert (dataset.scales, dataset.offsets) == ((0.5,), (0,))
    write("2024-05-02.tif", two, scales=[0.25], offsets=[2])
    result, (found,) = compose(name="unequal", reducer="max", log=log)
    wanted = np.maximum(np.where(one > 0, one * 0.5 + 1, -1), np.where(two > 0, two * 0.25 + 2, -1))
    seen = (one > 0) | (two > 0)
    assert np.array_equal(found[seen], wanted[seen].astype("float32")) and (found[~seen] == -9999).all()
    assert "Scale and offset differ between scenes, so they are applied to the values" in log.infos
    assert [(row["scale"], row["offset"]) for row in table(result)] == [("0.5", "1"), ("0.25", "2")]
    assert compose(name="none", reducer="max", scaling="none")[1][0].dtype == "uint16"


@pytest.mark.parametrize("reducer", ["mean", "median", "std", "percentile", "medoid"])
@pytest.mark.parametrize("value", ["bands", "expression"])
def test_computed_values_are_rounded_only_once(write, compose, reducer, value):
    random = np.random.default_rng(5)
    stored = random.integers(1, 10_000, (6, 2, *SHAPE)).astype("uint16")
    scales = random.uniform(1e-4, 2e-4, 6) if value == "bands" else np.ones(6)
    for day, (values, scale) in enumerate(zip(stored, scales), 1):
        write(f"2024-05-0{day}.tif", values, scales=[scale] * 2, offsets=[0.1 * (value == "bands")] * 2)
    _, (found,) = compose(reducer=reducer, value=value, expression="(A@1-A@2)/(A@1+A@2)")
    exact = stored.astype(float)
    if value == "bands":
        exact = exact * scales[:, np.newaxis, np.newaxis, np.newaxis] + 0.1
    else:
        exact = ((exact[:, 0] - exact[:, 1]) / (exact[:, 0] + exact[:, 1]))[:, np.newaxis]
    wanted, *_ = reference.composite([(each, np.ones(each.shape, bool)) for each in exact], reducer)
    assert found.dtype == np.float32
    np.testing.assert_array_max_ulp(found, wanted.astype("float32"), 0 if reducer in ("median", "medoid") else 1)


def test_values_of_small_integer_outputs_are_rounded_only_once(write, compose):
    write("2024-05-01.tif", np.full((1, 16, 16), 10_001, "uint16"))
    options = {"reducer": "first", "value": "expression", "expression": "A@1 + 0.4999"}
    _, (found,) = compose(data_type="uint16", **options)  # Float32 would round to 10001.5 first
    assert (found == 10_001).all()


def test_scenes_on_other_grids(write, compose):
    one, two = random_scene(1, bands=1), random_scene(2, bands=1)
    write("2024-05-01.tif", one)
    write("2024-05-02.tif", two, transform=TRANSFORM * Affine.translation(10, -4))
    _, (found,) = compose(reducer="last")
    wanted = np.zeros((22, 32), "uint16")
    wanted[4:, :22] = one[0]
    wanted[:18, 10:] = np.where(two[0] > 0, two[0], wanted[:18, 10:])
    assert np.array_equal(found[0], wanted)
    write("2024-05-02.tif", two, transform=TRANSFORM * Affine.translation(10.25, -4))
    with pytest.raises(InputError, match=r"05-02.tif does not lie on the grid of .*05-01.tif.*0.25 columns"):
        compose(name="off", reducer="last")
    _, (found,) = compose(name="nearest", reducer="last", resampling="nearest")
    assert np.array_equal(found[0][:18, 11:32], wanted[:18, 11:32])


@pytest.mark.parametrize("resampling", ["refuse", "nearest", "bilinear", "average"])
def test_no_formula_shows_pixels_that_the_mask_hides(write, compose, resampling):
    """`A@1 * 0` is valid wherever the mask hides nothing, because the bands have no nodata pixels."""
    for name, band in zip(("B04", "B08"), random_scene(3, bands=2) + 1):
        write(f"T33UUP_20240501T101559_{name}_20m.tif", [band])
    clouds = np.random.default_rng(4).integers(0, 2, SHAPE, dtype="uint8")
    write("T33UUP_20240501T101559_SCL_20m.tif", [clouds], nodata=None)
    options = {"value": "expression", "reducer": "first", "bands": ["B04", "B08"], "mask_band": "SCL"}
    if resampling != "refuse":
        options.update(resampling=resampling, resolution="user", pixel_size=50 if resampling == "average" else 15)
    for number, formula in enumerate(("coalesce(A@1, 7)", "if(isnodata(A@2), 1, 2)", "count(A@1, A@2)", "7")):
        expression = f"A@1 * 0; {formula}"
        _, (found,) = compose(name=f"{number}", expression=expression, mask_values="1", **options)
        assert (found[0] == -9999).any() and (found[0] != -9999).any()
        assert np.array_equal(found[0] == -9999, found[1] == -9999)
        _, (again,) = compose(
            name=f"{number} again", expression=expression, mask_values="1", chunk_size=16, creation_options=BLOCKS,
            workers=2, **options,
        )  # fmt: skip
        assert np.array_equal(found, again)
    if resampling == "refuse":
        assert np.array_equal(found[0] == -9999, clouds == 1)


@pytest.mark.parametrize("resampling", ["refuse", "nearest", "bilinear"])
def test_pixels_outside_all_files_of_a_scene_are_no_observations(write, compose, resampling):
    """Between the files of a scene, formulas such as `coalesce` have a result, but there is nothing to observe."""
    ones = np.ones((1, 16, 16), "uint8")
    for band, cols in (("B02", 0), ("B03", 20)):
        name, place = f"T33UUP_20240101T100000_{band}.tif", TRANSFORM * Affine.translation(cols, 0)
        write(name, ones, transform=place, nodata=None)
    moved = {}
    if resampling != "refuse":  # pixels half the size, so that all files are resampled
        moved = {"resampling": resampling, "resolution": "user", "pixel_size": 10}
    for chunks in ({}, {"chunk_size": 16, "creation_options": BLOCKS}):
        result, (found,) = compose(
            value="expression", expression="coalesce(A@1, A@2 + 1, 9)", reducer="first", **moved, **chunks
        )
        scale = 2 if moved else 1
        row = np.repeat([1, -9999, 2], np.array([16, 4, 16]) * scale)
        assert (found[0] == row).all() and (pixels(result.count_rasters[0])[0] == (row > 0)).all()


def test_the_corners_of_a_reprojected_scene_are_no_observations(write, compose):
    write("2024-05-01.tif", np.ones((1, 16, 16), "uint8"), nodata=None)
    write("2024-05-02.tif", np.ones((1, 16, 16), "uint8"), nodata=None, transform=TRANSFORM * Affine.rotation(45))
    options = {"value": "expression", "reducer": "count", "period": "all", "resampling": "nearest", "fuse": False}
    _, (real,) = compose(expression="A@1", **options)
    _, (found,) = compose(name="coalesced", expression="coalesce(A@1, 9)", **options)
    assert np.array_equal(found, real) and found.min() == 0


def test_masked_pixels_are_not_interpolated(write, compose):
    values = np.full((1, *SHAPE), 100, "uint16")
    values[0, :, 11:] = 9000
    for name, content, transform in (
        ("2024-05-01", values * 0, TRANSFORM),
        ("2024-05-02", values, TRANSFORM * Affine.translation(0.5, 0.5)),
    ):
        write(f"{name}.tif", content, transform=transform)
        write(f"{name}_cloud.tif", (values > 200).astype("uint8"), transform=transform, nodata=None)
    options = {"resampling": "bilinear", "mask_pattern": "{scene}_cloud.tif", "reducer": "last"}
    result, (found,) = compose(mask_values="1", **options)
    assert set(np.unique(found)) == {0, 100}
    assert 200 < np.unique(compose(name="all", mask_values="9", **options)[1][0])[2] < 9000


@pytest.mark.parametrize("method", ["nearest", "bilinear", "cubic", "average"])
@pytest.mark.parametrize("angle", [0, 10])
def test_masked_pixels_of_resampled_scenes_are_counted_on_the_grid_of_the_output(write, compose, method, angle):
    write("2024-05-01.tif", random_scene(1, bands=2))
    own = TRANSFORM * Affine.translation(0.4, 1.4) * Affine.scale(0.6) * Affine.rotation(angle)
    write("2024-05-02.tif", random_scene(2, bands=2), transform=own)
    for day, transform in ((1, TRANSFORM), (2, own)):
        mask = np.random.default_rng(day).integers(0, 3, SHAPE, "uint8")
        write(f"2024-05-0{day}_mask.tif", [mask], transform=transform, nodata=None)
    options = {
        "resampling": method, "resolution": "user", "pixel_size": 20, "chunk_size": 16,
        "mask_pattern": "{scene}_mask.tif",
    }  # fmt: skip
    shown, masked = (
        table(compose(name=values, mask_values=values, bands=["2"], **options)[0]) for values in ("9", "1")
    )
    for without, row in zip(shown, masked):
        assert without["masked_percent"] == "0.0000" and float(row["masked_percent"]) > 0
        assert float(row["masked_percent"]) + float(row["valid_percent"]) == pytest.approx(
            float(without["valid_percent"]), abs=2e-4
        )


def test_overviews_with_masks_at_full_resolution(write, compose, log):
    scenes = [random_scene(number, bands=2, shape=(36, 42)) for number in (1, 2)]
    masks = [random_scene(number, "uint8", 1, (36, 42))[0] % 2 for number in (3, 4)]
    for day, (values, mask) in enumerate(zip(scenes, masks), 1):
        path = write(f"2024-05-0{day}.tif", [*values, mask], nodata=None)
        with rasterio.open(path, "r+") as dataset:
            dataset.build_overviews([3], rasterio.enums.Resampling.average)
    levels = []
    for day in (1, 2):
        with rasterio.open(path.replace("02.tif", f"0{day}.tif"), OVERVIEW_LEVEL=0) as dataset:
            levels.append(dataset.read([1, 2]))
    given = [(level, np.stack([mask[1::3, 1::3] != 1] * 2)) for level, mask in zip(levels, masks)]
    wanted, valid, counts, _ = reference.composite(given, "median")
    options = {"mask_band": "3", "mask_values": "1", "overview": 0}
    result, (found,) = compose(log=log, **options)
    assert np.array_equal(found, np.where(valid, wanted, -9999)) and "Overview 0 of each file is read" in log.infos
    assert np.array_equal(pixels(result.count_rasters[0]), counts)
    with rasterio.open(result.rasters[0]) as dataset:
        assert dataset.transform == TRANSFORM * Affine.scale(3)
    _, (cut,) = compose(name="cut", extent=(400_000, 5_000_000 - 100, 400_000 + 130, 5_000_000), **options)
    assert np.array_equal(cut, found[:, :2, :3])
    with pytest.raises(OptionError, match=r"05-0\d.tif has no overview 1. Its overviews are 0 \(14 x 12") as caught:
        compose(name="none", **{**options, "overview": 1})
    assert caught.value.parameter == "overview"


def test_periods(write, compose):
    days = ["2023-12-05", "2024-01-10", "2024-02-28", "2024-03-01", "2024-07-21T231000", "2025-01-02"]
    for number, day in enumerate(days):
        write(f"x_{day}.tif", random_scene(number, bands=1, shape=(16, 16)), crs=UTM)
    wanted = {
        "all": ["all"],
        "season": ["2024-djf", "2024-mam", "2024-jja", "2025-djf"],
        "month": ["2023-12", "2024-01", "2024-02", "2024-03", "2024-07", "2025-01"],
        "solar_day": ["2023-12-05", "2024-01-10", "2024-02-28", "2024-03-01", "2024-07-22", "2025-01-02"],
        "scene": ["2023-12-05", "2024-01-10", "2024-02-28", "2024-03-01", "2024-07-21T231000", "2025-01-02"],
    }
    for period, texts in wanted.items():
        result, _ = compose(name=period, period=period, counts=False)
        assert names(result.rasters) == [f"median_{text}.tif" for text in texts], period
        assert sorted(os.listdir(result.output)) == sorted([*names(result.rasters), "scenes.csv"])
    result, _ = compose(name="clim", period="season", climatology=True)
    assert names(result.rasters) == ["median_djf.tif", "median_mam.tif", "median_jja.tif"]
    with pytest.raises(OptionError, match="CLIMATOLOGY"):
        compose(name="no", period="year", climatology=True)


def test_the_range_of_time_and_empty_periods(write, compose):
    for number, day in enumerate(["2024-01-10", "2024-03-31T2359", "2024-04-01", "2024-06-01"]):
        write(f"x_{day}.tif", random_scene(number, bands=1, shape=(16, 16)))
    result, found = compose(start="2024-01-11", end="2024-04-01", empty="nodata")
    assert names(result.rasters) == [f"median_2024-0{month}.tif" for month in (1, 2, 3, 4)]
    assert (found[0] == -9999).all() and (found[1] == -9999).all() and (found[2] != -9999).any()
    assert [row["used"] for row in table(result)] == ["before START", "yes", "yes", "after END"]
    assert [row["period"] for row in table(result)] == ["", "2024-03", "2024-04", ""]
    with rasterio.open(result.rasters[2]) as dataset:
        assert dataset.tags()["PERIOD"] == "2024-03"
        assert dataset.tags()["PERIOD_START"] == "2024-03-01T00:00:00Z"
        assert dataset.tags()["PERIOD_END"] == "2024-04-01T00:00:00Z"
    with pytest.raises(InputError, match="None of the 4 scenes"):
        compose(name="none", start="2030-01-01")


def test_scenes_of_a_solar_day_are_one_observation(write, compose):
    one, two, three = (random_scene(number, bands=1) for number in (1, 2, 3))
    write("a_20240501T101000.tif", one)
    write("a_20240501T101500.tif", two)
    write("a_20240502T101000.tif", three)
    _, (fused,) = compose()
    first = np.where(one > 0, one, two).astype(float)
    stack = np.where([first == 0, three == 0], np.nan, [first, three.astype(float)])
    with np.errstate(all="ignore"):
        wanted = np.nanmean(stack, axis=0)
    seen = np.isfinite(wanted)
    assert np.array_equal(fused[seen], wanted[seen].astype("float32")) and (fused[~seen] == -9999).all()
    result, _ = compose(name="b", fuse=False)
    assert pixels(result.count_rasters[0]).max() == 3
    result, _ = compose(name="c")
    assert pixels(result.count_rasters[0]).max() == 2


def test_scenes_of_a_solar_day_need_not_be_neighbours_in_time(write, compose):
    names = ["a_20240503", "a_20240503T050000", "a_20240503T150000"]
    for name, value in zip(names, (10, 20, 30)):  # in solar time near Hawaii, the second scene is from 2 May
        write(f"{name}.tif", np.full((1, 16, 16), value, "uint16"), crs="EPSG:32605")
    _, (counts,) = compose(period="all", reducer="count")
    assert (counts == 2).all()
    result, found = compose(name="days", period="solar_day", reducer="max", empty="nodata")
    assert [period.name for period in result.periods] == ["2024-05-02", "2024-05-03"]
    assert [each[0, 0, 0] for each in found] == [20, 10]


def test_only_a_date_without_a_time_is_not_shifted_to_solar_time(write, compose, tmp_path):
    for name in ("a_20240503", "b_20240503T000000", "c_20240601"):
        write(f"{name}.tif", random_scene(1, bands=1, shape=(16, 16)), crs="EPSG:32605")
    result, _ = compose(period="solar_day")
    assert [row["period"] for row in table(result)] == ["2024-05-03", "2024-05-02", "2024-06-01"]
    listed = tmp_path / "dates.csv"
    listed.write_text("file,datetime\na_20240503.tif,2024-05-03T00:00Z\nb_20240503T000000.tif,2024-05-03\n")
    result, _ = compose(name="listed", period="solar_day", dates_file=listed)
    assert [row["period"] for row in table(result)] == ["2024-05-02", "2024-05-03", "2024-06-01"]
    moment = datetime(2024, 5, 3, tzinfo=timezone.utc)
    scenes = tuple(
        Scene(f"{name}.tif", None, moment, (), (1.0,), (0.0,), is_day=is_day)
        for name, is_day in (("a_20240503", True), ("b_20240503T000000", False))
    )
    path = str(tmp_path / "scenes" / "scenes.json")
    write_scene_list(path, SceneList("", tuple(TRANSFORM)[:6], 16, 16, ("B04",), scenes))
    result, _ = compose(name="list", period="solar_day", scenes=path)
    assert [row["period"] for row in table(result)] == ["2024-05-03", "2024-05-02"]


def test_options_that_do_not_apply_to_counts_are_reported(write, compose, log):
    write("2024-05-01.tif", np.tile(np.array([0, 7], "uint8"), (1, 16, 8)))
    _, (found,) = compose(reducer="count", min_count=2, output_nodata=0, log=log)
    assert found[0, 0, :2].tolist() == [0, 1]
    words = "has no effect with REDUCER 'count', whose result is 0 for pixels without an observation."
    assert log.warnings == [f"MIN_COUNT {words}", f"OUTPUT_NODATA {words}"]


def test_a_tag_with_midnight_is_a_date_without_a_time(write, compose):
    for name, tag in (("a", "2024:05:03 00:00:00"), ("b", "2024:05:05 00:00:01")):
        path = write(f"{name}.tif", random_scene(1, bands=1, shape=(16, 16)), crs="EPSG:32605")
        with rasterio.open(path, "r+") as dataset:
            dataset.update_tags(TIFFTAG_DATETIME=tag)
    result, _ = compose(period="solar_day")
    assert [row["period"] for row in table(result)] == ["2024-05-03", "2024-05-04"]


@pytest.mark.parametrize("crs", ["EPSG:32605", "EPSG:32613", "EPSG:32756"])
def test_limits_without_a_time_are_solar_days(write, compose, crs):
    write("a_20240502.tif", random_scene(1, bands=1, shape=(16, 16)), crs=crs)
    result, _ = compose(period="solar_day", empty="nodata", start="2024-05-01", end="2024-05-03")
    assert [period.name for period in result.periods] == ["2024-05-01", "2024-05-02", "2024-05-03"]
    start, end = ("2024-05-01T23:00", "2024-05-02") if crs == "EPSG:32756" else ("2024-05-02", "2024-05-03T01:00")
    result, _ = compose(name="time", period="solar_day", empty="nodata", start=start, end=end)
    assert [period.name for period in result.periods] == ["2024-05-02"]


@pytest.mark.parametrize("reducer", ["last", "medoid"])
def test_the_days_of_a_solar_day_that_lies_in_two_days_in_utc(write, compose, reducer):
    one, two = np.ones((1, 16, 16), "uint16"), np.full((1, 16, 16), 2, "uint16")
    one[0, :5] = 0
    # In solar time in eastern Australia, both scenes are from the morning of 2 May.
    write("a_20240501T235000.tif", one, crs="EPSG:32756")
    write("a_20240502T001000.tif", two, crs="EPSG:32756")
    result, (found,) = compose(period="all", reducer=reducer, dates=True)
    assert np.array_equal(found[0], np.where(one[0] > 0, 1, 2)) and pixels(result.count_rasters[0]).max() == 1
    first = days_since_1970(2024, 5, 1)
    assert np.array_equal(pixels(result.date_rasters[0])[0], np.where(one[0] > 0, first, first + 1))


def test_scenes_whose_outputs_would_have_the_same_name(write, compose, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / "scenes" / folder).mkdir()
        write(f"{folder}/2024-05-01.tif", random_scene(1, bands=1, shape=(16, 16)))
    both = [tmp_path / "scenes" / folder / "2024-05-01.tif" for folder in ("a", "b")]
    with pytest.raises(
        InputError, match=r"outputs of .*a.2024-05-01.tif and .*b.2024-05-01.tif would both .*\. Rename"
    ) as caught:
        compose(both, period="scene")
    assert caught.value.parameter == "period" and not (tmp_path / "out").exists()
    for name in ("x_2024-05-01.tif", "x_2024-05-01_count.tif"):
        write(name, random_scene(1, bands=1, shape=(16, 16)))
    with pytest.raises(InputError, match=r"would both be named median_2024-05-01_x_2024-05-01_count\.tif\."):
        compose(period="scene")
    assert len(compose(period="scene", counts=False)[0].rasters) == 2


def test_bands_in_another_order_or_with_other_names(write, compose):
    one, two = (random_scene(number, bands=2, shape=(16, 16)) for number in (1, 2))

    def described(name, values, *descriptions):
        with rasterio.open(write(name, values), "r+") as dataset:
            dataset.descriptions = descriptions

    described("2024-05-01.tif", one, "B02", "B03")
    described("2024-05-02.tif", two, "B03", "B02")
    _, (found,) = compose(reducer="max")
    assert np.array_equal(found, np.maximum(one, two[::-1]))
    described("2024-05-02.tif", two, "B03", "B04")
    with pytest.raises(InputError, match=r"05-02.tif has the bands B03, B04, but .*05-01.tif has B02, B03"):
        compose(name="bad", reducer="max")
    for name in ("2024-05-01.tif", "2024-05-02.tif"):
        described(name, one, "same", "same")
    assert np.array_equal(compose(name="same", reducer="max")[1][0], one)


@pytest.mark.parametrize("options", [{"value": "expression", "expression": "A@1*1001"}, {}])
def test_integer_outputs_of_32_bits_are_exact(write, compose, options):
    values = np.full((1, 16, 16), 50001, "uint16")
    write("2024-05-01.tif", values, scales=[1 if options else 1001])
    write("2024-05-02.tif", values, scales=[1 if options else 1002])
    _, (found,) = compose(reducer="first", data_type="int32", **options)
    assert (found == 50001 * 1001).all()


@pytest.mark.parametrize("reducer", ["first", "last", "min", "max", "medoid"])
@pytest.mark.parametrize(
    ("value", "dtype", "wanted"),
    [
        (2**53 + 1, "int64", "float64"),
        (2**24 + 1, "int32", "float32"),
        (300, "int16", "uint8"),
        (0.5, "float32", "int16"),
    ],
)
def test_selected_values_that_the_data_type_cannot_represent_are_an_error(
    write, compose, reducer, value, dtype, wanted
):
    values = np.full((2, 20, 20), 7, dtype)
    values[1, 17, 3] = 0  # nodata
    write("2024-05-01.tif", values)
    values[1, 17, 3] = value
    write("2024-05-02.tif", values)
    with pytest.raises(InputError) as caught:
        compose(data_type=wanted, reducer=reducer)
    assert str(caught.value).endswith(
        f"2024-05-02.tif has the value {value} (row 17, column 3 of the output), which {wanted} cannot represent. Set "
        "DATA_TYPE to 'auto' to keep the data type of the scenes."
    )
    assert str(caught.value).startswith("Band 2 of ") and caught.value.parameter == "data_type"
    _, (found,) = compose(reducer=reducer)
    assert found.dtype == dtype and found[1, 17, 3] == value


@pytest.mark.parametrize("reducer", ["first", "max", "medoid"])
def test_interpolated_values_are_rounded(write, compose, reducer):
    """Only values that a scene contains must fit the data type exactly."""
    values = np.random.default_rng(1).integers(1, 99, (1, 20, 20)).astype("float32")
    write("2024-05-01.tif", values)
    write("2024-05-02.tif", values, transform=TRANSFORM * TRANSFORM.translation(0.5, 0.5))
    _, (found,) = compose(reducer=reducer, data_type="int16", resampling="bilinear")
    assert found.dtype == "int16" and found.max() > 1


def test_a_raster_without_a_place_on_the_earth(write, compose):
    values = random_scene(1, bands=1, shape=(16, 16))
    write("2024-05-01.tif", values, crs='LOCAL_CS["site",UNIT["metre",1]]')
    assert np.array_equal(compose(reducer="first")[1][0], values)


def test_empty_periods_are_limited_to_plausible_years(write, compose):
    write("2024-05-01.tif", random_scene(1, bands=1, shape=(16, 16)))
    for name, limit in (("start", "0001-01-01"), ("end", "9999-12-31")):
        with pytest.raises(
            OptionError, match=rf"{name.upper()} is in the year {int(limit[:4])}.*1800 and 2199"
        ) as caught:
            compose(period="year", empty="nodata", **{name: limit})
        assert caught.value.parameter == name
        assert len(compose(name=name, period="year", **{name: limit})[0].rasters) == 1


def test_the_table_counts_the_first_band_of_bands(write, compose):
    values = np.ones((2, *SHAPE), "uint16")
    values[0, :6] = 0
    write("a_2024-05-01.tif", values)
    mask = np.zeros((1, *SHAPE), "uint8")
    mask[0, :9] = 1
    write("a_2024-05-01_mask.tif", mask, nodata=None)
    options = {"mask_pattern": "{scene}_mask.tif", "mask_values": "1"}
    for bands, percent in (([1, 2], 100 * 3 / 18), ([2, 1], 50.0)):
        result, _ = compose(name=f"out{bands[0]}", bands=bands, **options)
        assert float(table(result)[0]["masked_percent"]) == pytest.approx(percent, abs=1e-4)


def test_outputs_that_cannot_be_replaced(write, compose, tmp_path):
    write("2024-05-01.tif", random_scene(1, bands=1, shape=(16, 16)))
    for name in ("scenes.csv", "median_2024-05_count.tif"):
        (tmp_path / name / name).mkdir(parents=True)
        with pytest.raises(InputError, match=rf"{name} is a folder. Remove it") as caught:
            compose(name=name)
        assert caught.value.parameter == "folder" and os.listdir(tmp_path / name) == [name]
    dates = tmp_path / "out" / "scenes.csv"
    dates.parent.mkdir()
    dates.write_text("file,datetime\n2024-05-01.tif,2020-01-01\n")
    with pytest.raises(OutputError, match="would replace DATES_FILE"):
        compose(dates_file=dates)
    os.symlink(dates, tmp_path / "report.html")
    with pytest.raises(OutputError, match="The report .* is the same file as .*scenes.csv"):
        compose(name="b", dates_file=dates, report=tmp_path / "report.html")
    assert "2020-01-01\n" in dates.read_text()


def test_a_scene_that_changes_before_its_period_is_computed(write, compose, tmp_path):
    paths = [write(f"2024-0{month}-01.tif", random_scene(month, bands=1, shape=(16, 16))) for month in (1, 2)]

    class Changing:
        """A `Progress` that changes the scene of the second month when the first month is complete."""

        def report(self, done, total):
            if done >= 0.5 * total and os.path.getmtime(paths[1]) != 1:
                os.utime(paths[1], (1, 1))

        def is_cancelled(self):
            return False

    with pytest.raises(InputError, match=r"2024-02-01.tif changed while it was being read"):
        compose(progress=Changing())
    assert not (tmp_path / "out").exists()


def test_a_stack_of_all_periods(write, compose):
    for number, day in enumerate(["2024-01-10", "2024-02-11", "2024-02-12"]):
        write(f"x_{day}.tif", random_scene(number, bands=2))
    _, single = compose(reducer="first", dates=True)
    result, (stacked,) = compose(name="stack", reducer="first", dates=True, layout="stack")
    assert names([result.stack]) == ["first_stack.tif"] and result.rasters == () and result.period_count == 2
    assert np.array_equal(stacked, np.concatenate(single))
    with rasterio.open(result.stack) as dataset:
        assert dataset.descriptions[2] == "2024-02 band 1 first"
        assert dataset.tags(3)["PERIOD_START"] == "2024-02-01T00:00:00Z"
        assert dataset.interleaving.value == "BAND"
        assert dataset.colorinterp[:2] == (ColorInterp.gray, ColorInterp.undefined)
    assert pixels(result.count_rasters[0]).shape[0] == pixels(result.date_rasters[0]).shape[0] == 2


def test_a_formula_of_each_scene_equals_that_of_the_calculator(write, compose, tmp_path):
    (tmp_path / "ndvi").mkdir()
    for number in range(5):
        path = write(f"2024-05-0{number + 1}.tif", random_scene(number, bands=4))
        ndvi = tmp_path / f"ndvi/2024-05-0{number + 1}.tif"
        raster_calculator(path, ndvi, "(A@4-A@3)/(A@4+A@3)", data_type="float64")
    result, (found,) = compose(value="expression", expression="ndvi: (A@4-A@3)/(A@4+A@3)")
    _, (wanted,) = compose(tmp_path / "ndvi", name="wanted")
    assert wanted.dtype == "float64" and found.tobytes() == wanted.astype("float32").tobytes()
    with rasterio.open(result.rasters[0]) as dataset:
        assert dataset.descriptions == ("2024-05 ndvi median",)


def test_several_formulas_of_the_first_scene_in_which_all_are_valid(write, compose):
    one, two = (random_scene(number, bands=2) for number in (1, 2))
    write("2024-05-01.tif", one)
    write("2024-05-02.tif", two)
    _, (found,) = compose(value="expression", expression="A@1 + 1; A@2 * 2", reducer="first")
    for band, function in enumerate((lambda values: values + 1.0, lambda values: values * 2.0)):
        wanted = np.where(
            (one > 0).all(axis=0), function(one[band]), np.where((two > 0).all(axis=0), function(two[band]), -9999)
        )
        assert np.array_equal(found[band], wanted)


def test_a_list_of_scenes(write, compose, tmp_path):
    one, two = (random_scene(number, bands=2) for number in (1, 2))
    scl = np.full(SHAPE, 4, "uint8")
    scl[:9] = 8
    for name, values in (("one", one), ("two", two)):
        write(f"{name}.tif", values)
        write(f"{name}_SCL.tif", [scl], nodata=None)
    moments = [datetime(2024, 5, day, tzinfo=timezone.utc) for day in (2, 1)]
    scenes = tuple(
        Scene(f"{name}.tif", f"{name}_SCL.tif", moment, (), (0.5, 0.5), (offset, offset))
        for name, moment, offset in zip(("one", "two"), moments, (0.0, 1.0))
    )
    path = str(tmp_path / "scenes" / "scenes.json")
    write_scene_list(path, SceneList("", tuple(TRANSFORM)[:6], SHAPE[1], SHAPE[0], ("B04", "B08"), scenes))
    result, (found,) = compose(scenes=path, reducer="first", bands=["B08"])
    assert [row["scene"] for row in table(result)] == ["two", "one"]
    wanted = np.where(two[1] > 0, two[1] * 0.5 + 1, np.where(one[1] > 0, one[1] * 0.5, -9999))
    wanted[:9] = -9999
    assert np.array_equal(found[0], wanted.astype("float32"))
    for name in ("one", "two"):
        write(f"{name}_shown.tif", [scl * 0], nodata=None)
    _, (found,) = compose(
        name="shown", scenes=path, reducer="first", bands=["B08"], mask_pattern="{scene}_shown.tif", mask_values="8"
    )
    assert (found[0, :9] != -9999).any()
    with pytest.raises(InputError, match=r"mask layer of the scene \w+ does not exist: .*_none.tif"):
        compose(name="none", scenes=path, mask_pattern="{scene}_none.tif")
    os.remove(tmp_path / "scenes" / "two_SCL.tif")
    with pytest.raises(InputError, match="two_SCL.tif") as caught:
        compose(name="b", scenes=path)
    assert caught.value.parameter == "scenes"
    os.remove(tmp_path / "scenes" / "one.tif")
    with pytest.raises(InputError, match=r"scenes.json lists a file that does not exist: .*one.tif"):
        compose(name="b", scenes=path)


def test_masks_of_a_list_are_known_by_the_description_of_their_band(write, compose, tmp_path):
    values = random_scene(1, bands=1) + 1
    write("one.tif", values)
    scl = np.full(SHAPE, 4, "uint8")
    scl[:9] = 8
    scene = Scene("one.tif", "one_mask.tif", datetime(2024, 5, 2, tzinfo=timezone.utc), (), (1,), (0,))
    path = str(tmp_path / "scenes" / "scenes.json")
    write_scene_list(path, SceneList("", tuple(TRANSFORM)[:6], SHAPE[1], SHAPE[0], ("B04",), (scene,)))
    with rasterio.open(write("one_mask.tif", [scl], nodata=None), "r+") as dataset:
        dataset.descriptions = ["scl"]
    _, (found,) = compose(scenes=path, reducer="first")
    assert np.array_equal(found[0], np.where(scl == 4, values[0], 0))


def test_dates_from_a_file_and_by_a_regular_expression(write, compose, tmp_path):
    for number, name in enumerate(("a_01.05.2024.tif", "b_02.05.2024.tif")):
        write(name, random_scene(number, bands=1, shape=(16, 16)))
    with pytest.raises(
        InputError, match=r"date of acquisition of 2 files is unknown: .*01.05.* .*02.05.2024.tif\. Set"
    ):
        compose()
    result, _ = compose(period="scene", name_regex=r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4})", counts=False)
    assert names(result.rasters) == ["median_2024-05-01.tif", "median_2024-05-02.tif"]
    listed = tmp_path / "dates.csv"
    listed.write_text("file,datetime\na_01.05.2024.tif,2020-01-01\nb_02.05.2024.tif,2020-03-01T10:00\n")
    result, _ = compose(name="b", dates_file=listed)
    assert names(result.rasters) == ["median_2020-01.tif", "median_2020-03.tif"]


def test_all_files_without_a_date_are_named(write, compose, tmp_path):
    small = {"bands": 1, "shape": (16, 16)}
    write("a.tif", random_scene(1, **small))
    write("ok_2024-05-01.tif", random_scene(1, **small))
    with pytest.raises(InputError, match=r"^The date of acquisition of \S*a\.tif is unknown\. Set NAME_REGEX"):
        compose()
    write("b_2024-05-01_2024-06-01.tif", random_scene(1, **small))
    with pytest.raises(
        InputError,
        match=r"a\.tif is unknown\. The name of \S*b_\S* contains several dates: 2024-05-01, 2024-06-01\. Set",
    ):
        compose()
    for number in range(13):
        write(f"a{number:02d}.tif", random_scene(1, **small))
    write("c_2024-05-01_2024-06-01.tif", random_scene(1, **small))
    with pytest.raises(
        InputError, match=r"of 14 files is unknown: .*a10\.tif and 2 more\. The names of 2 files"
    ) as caught:
        compose()
    assert caught.value.parameter == "name_regex" and "a11.tif" not in str(caught.value)


def test_what_does_not_fit_is_rejected(write, compose, tmp_path):
    write("2024-05-01.tif", random_scene(1))
    cases = {
        "reducer": {"reducer": "mode"},
        "percentile": {"percentile": 101},
        "min_count": {"min_count": 0},
        "overview": {"overview": -2},
        "dates": {"dates": True},
        "bands": {"bands": ["B09"]},
        "mask_pattern": {"mask_pattern": "clouds.tif"},
        "value": {"value": "expression", "reducer": "best"},
        "expression": {"value": "expression", "expression": "A@9"},
        "extent": {"extent": (0, 0, 1, 1)},
        "sources": {"scenes": str(tmp_path / "scenes.json"), "input_folder": tmp_path / "scenes"},
        "end": {"start": "2024-05-02", "end": "2024-05-01"},
    }
    for parameter, options in cases.items():
        with pytest.raises((OptionError, InputError)) as caught:
            compose(name="bad", **options)
        assert caught.value.parameter == parameter
        assert not (tmp_path / "bad").exists()
    write("2024-05-02.tif", random_scene(2, bands=2))
    with pytest.raises(InputError, match=r"2024-05-02.tif has 2 bands \(1, 2\), but .*2024-05-01.tif has 3"):
        compose(name="bad")
    with pytest.raises(OutputError, match="contains the input"):
        compose([tmp_path / "scenes" / "2024-05-01.tif"], name="scenes")
    for parameter in ("reducer", "percentile", "min_count", "overview", "value", "sources"):
        with pytest.raises(OptionError) as caught:
            check_temporal_composite(None, "x", **cases[parameter])
        assert caught.value.parameter == parameter
    check_temporal_composite(None, "x", input_folder="y")


def test_a_failed_run_leaves_the_folder_as_it_was(write, compose, tmp_path):
    paths = [write(f"2024-0{month}-01.tif", random_scene(month), compress="deflate") for month in (1, 2, 3)]
    compose()
    before = {
        name: hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest()
        for name in os.listdir(tmp_path / "out")
    }
    size = os.path.getsize(paths[1])
    with open(paths[1], "r+b") as file:
        file.seek(size - 400)
        file.write(b"\xff" * 300)
    with pytest.raises(InputError, match=r"2024-02-01.tif, bands? .*is damaged"):
        compose(reducer="mean")
    after = {
        name: hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest()
        for name in os.listdir(tmp_path / "out")
    }
    assert before == after


def test_a_run_can_be_cancelled(write, compose, tmp_path):
    class Cancelling:
        def report(self, done, total):
            assert 0 <= done <= total

        def is_cancelled(self):
            return True

    write("2024-05-01.tif", random_scene(1))
    with pytest.raises(Cancelled):
        compose(progress=Cancelling())
    assert not (tmp_path / "out").exists()


def test_cloud_optimized_outputs_and_the_report(write, compose, tmp_path):
    for number in range(3):
        write(f"2024-05-0{number + 1}.tif", random_scene(number))
    plain = compose()[1][0]
    result, (found,) = compose(name="cog", cog=True, report=tmp_path / "report.html")
    assert np.array_equal(found, plain)
    for path in (result.rasters[0], result.count_rasters[0]):
        with rasterio.open(path) as dataset:
            assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    with rasterio.open(result.rasters[0]) as dataset:
        assert dataset.descriptions[0] == "2024-05 band 1 median" and dataset.tags()["PERIOD"] == "2024-05"
    assert "Temporal composite" in (tmp_path / "report.html").read_text()
