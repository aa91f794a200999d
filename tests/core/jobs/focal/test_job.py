"""Tests for the focal filter on files: chunks, data types, nodata, metadata, log lines and rejected inputs."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp

from cases import long, mostly_long
from focal_reference import looped, make_kernel
from parallel_raster.core import InputError, OptionError, ResourceError, focal_filter
from parallel_raster.core.choices import FOCAL_EDGES, FOCAL_METHODS, NODATA_RULES
from parallel_raster.core.dependencies import MissingDependency
from parallel_raster.core.engine.options import RunOptions
from parallel_raster.core.jobs.focal.job import check_focal_filter, plan_focal_filter
from parallel_raster.core.jobs.focal.kernel import FocalKernel
from parallel_raster.core.pixels.run import run_pixels

ndimage = pytest.importorskip("scipy.ndimage", reason="the focal filter requires scipy")

BLOCKS = "BLOCKXSIZE=64|BLOCKYSIZE=64"
LARGE = np.random.default_rng(8).integers(1, 60_000, (2, 330, 290)).astype("uint16")
LARGE[:, 100:130, 50:170] = 0
GDAL = tuple(map(int, rasterio.__gdal_version__.split(".")[:2]))


@pytest.fixture
def run(tmp_path):
    """Run the filter and return the bands, their metadata, and the result."""
    names = (
        "count", "dtypes", "nodata", "scales", "offsets", "units", "descriptions", "colorinterp", "transform",
    )  # fmt: skip

    def filtered(source, method="mean", **options):
        result = focal_filter(source, tmp_path / "out.tif", method, **options)
        with rasterio.open(result.output) as dataset:
            return dataset.read(), SimpleNamespace(**{name: getattr(dataset, name) for name in names}), result

    return filtered


@dataclass(frozen=True)
class Contents:
    """Contents of an output that must not depend on chunk size and number of workers."""

    pixels: bytes
    tags: tuple
    descriptions: tuple


def contents(path):
    with rasterio.open(path) as dataset:
        tags = tuple(str(dataset.tags(band)) for band in dataset.indexes)
        return Contents(dataset.read().tobytes(), tags, dataset.descriptions)


RUNS = [(1, 128), (2, 256), (3, 1000), (2, 0)]


def check_runs(source, tmp_path, method, **options):
    """Check that the output is the same for each chunk size and number of workers."""
    found = {
        contents(
            focal_filter(
                source, tmp_path / f"{workers}-{size}.tif", method, workers=workers, chunk_size=size,
                creation_options=BLOCKS, **options,
            ).output
        )
        for workers, size in RUNS
    }  # fmt: skip
    assert len(found) == 1


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("mean", {"radius": 12, "edge": "reflect"}),
        ("median", {"radius": 2, "shape": "circle", "edge": "nearest"}),
        *long(
            ("gaussian", {"sigma": 2.5, "nodata_rule": "fill"}), ("majority", {"radius": 1, "nodata_rule": "strict"})
        ),
    ],
)
def test_results_do_not_depend_on_chunks_and_workers(make_raster, tmp_path, method, options):
    values = LARGE // 9000 if method == "majority" else LARGE
    check_runs(make_raster(values, nodata=0, blocks=64), tmp_path, method, **options)


@pytest.mark.parametrize("sigma", [0.124, 1e-300])
@pytest.mark.parametrize("rule", NODATA_RULES)
def test_a_gaussian_filter_without_neighbours_gives_the_physical_values(make_raster, run, sigma, rule):
    """Like scipy, the filter with a radius of 0 pixels returns its input."""
    options = {"sigma": sigma, "nodata_rule": rule, "data_type": "float64", "output_nodata": 1e9}
    for scale, offset in ((1, 0), (-0.5, 3)):
        source = make_raster(LARGE, nodata=0, blocks=64, scales=[scale] * 2, offsets=[offset] * 2)
        found, metadata, _ = run(source, "gaussian", chunk_size=64, workers=2, **options)
        assert np.array_equal(found, np.where(LARGE == 0, 1e9, LARGE * float(scale) + offset))
        assert set(metadata.scales) == {1}
    plain = make_raster(LARGE[:1, :90, :90], "plain.tif")
    expected = ndimage.gaussian_filter(LARGE[0, :90, :90].astype("float64"), 0.124)
    assert run(plain, "gaussian", **options)[0][0].tobytes() == expected.tobytes()


@pytest.mark.long
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
@pytest.mark.parametrize("method", FOCAL_METHODS)
def test_no_setting_depends_on_chunks_and_workers(make_raster, tmp_path, method, dtype):
    if (method, dtype) == ("majority", "float32"):
        return
    source = make_raster((LARGE // 300).astype(dtype), nodata=0, blocks=64)
    first = ["uint8", "int16", "float32"].index(dtype)
    for number, edge in enumerate(FOCAL_EDGES):
        options = {
            "sigma": (0.7, 2, 6)[number],
            "radius": (1, 4, 12)[number],
            "shape": ("square", "circle")[(first + number) % 2],
            "nodata_rule": list(NODATA_RULES)[(first + number) % 3],
        }
        check_runs(source, tmp_path, method, edge=edge, **options)


@dataclass(frozen=True)
class ShortHalo(FocalKernel):
    """A focal kernel that requests a halo one pixel too small, and treats the missing pixels as invalid."""

    @property
    def halo(self):
        return self.neighbours.radius - 1 if not self.padded else self.neighbours.radius

    padded: bool = False

    def __call__(self, stack):
        arrays = [tuple(np.pad(each, 1) for each in part) for part in (stack.values, stack.valid)]
        outside = stack.outside._replace(**{name: number + 1 for name, number in stack.outside._asdict().items()})
        full = replace(self, padded=True)
        return FocalKernel.__call__(
            full, stack._replace(values=arrays[0], valid=arrays[1], halo=full.halo, outside=outside)
        )


@pytest.mark.parametrize("method", mostly_long(FOCAL_METHODS, every=4))
def test_one_pixel_of_halo_too_little_gives_another_result(make_raster, tmp_path, method):
    """A halo one pixel too small changes the result, so the tests above would notice pixels that are not read."""
    values = LARGE // 9000 if method == "majority" else LARGE
    source = make_raster(values, nodata=0, blocks=64)
    options = {"radius": 2, "sigma": 1, "truncate": 2, "creation_options": BLOCKS, "chunk_size": 64}
    expected = contents(focal_filter(source, tmp_path / "whole.tif", method, **options).output)
    plan = plan_focal_filter(source, tmp_path / "short.tif", method, **options)
    kernel = ShortHalo(**vars(plan.job.kernel))
    short = replace(plan, job=replace(plan.job, kernel=kernel))
    result = run_pixels(lambda run: short, {}, RunOptions())
    assert contents(result.output).pixels != expected.pixels


@pytest.mark.parametrize("method", FOCAL_METHODS)
def test_results_on_files_are_those_of_a_loop(make_raster, run, method):
    values = np.random.default_rng(2).integers(0, 9, (2, 20, 23)).astype("int16")
    source = make_raster(values, nodata=4, scales=[-0.5, 2], offsets=[1, 0], blocks=16)
    found, dataset, _ = run(
        source, method, radius=2, edge="nearest", chunk_size=16, creation_options="BLOCKXSIZE=16|BLOCKYSIZE=16"
    )
    for band, scale, offset in ((0, -0.5, 1), (1, 2, 0)):
        kernel = make_kernel(method, "int16", radius=2, edge="nearest", scale=scale, offset=offset)
        expected, shown = looped(kernel, values[band], values[band] != 4)
        assert np.array_equal(found[band] != dataset.nodata, shown)
        assert found[band][shown] == pytest.approx(expected[shown], rel=1e-6, abs=1e-6)


def test_pixels_outside_the_extent_are_neighbours(make_raster, run):
    values = LARGE[:, :90, :100]
    source = make_raster(values, blocks=32)
    whole, dataset, _ = run(source, "gaussian", sigma=2, edge="reflect")
    left, top = dataset.transform * (20, 13)
    right, bottom = dataset.transform * (70, 90)
    part, _, _ = run(source, "gaussian", sigma=2, edge="reflect", extent=(left, bottom, right, top))
    assert np.array_equal(part, whole[:, 13:90, 20:70])


def test_a_raster_smaller_than_the_neighbourhood(make_raster, run):
    source = make_raster(LARGE[:, :5, :7])
    found, _, _ = run(source, "gaussian", sigma=5, edge="reflect", data_type="float64")
    for band, values in zip(found, LARGE[:, :5, :7].astype(float)):
        assert np.array_equal(band, ndimage.gaussian_filter(values, 5))


@pytest.mark.parametrize(
    ("dtype", "method", "stored", "nodata"),
    [
        ("uint8", "mean", "float32", -9999), ("uint16", "gaussian", "float32", -9999),
        ("float32", "sum", "float32", -9999), ("int32", "mean", "float64", -9999),
        ("float64", "sobel", "float64", -9999), ("uint8", "count", "uint16", 65535),
        ("float64", "count", "uint16", 65535), ("float32", "median", "float32", -9999),
        ("float64", "min", "float64", -9999), ("uint8", "median", "uint8", None), ("int16", "max", "int16", None),
        ("int32", "majority", "int32", None),
    ],
)  # fmt: skip
def test_automatic_types(make_raster, run, dtype, method, stored, nodata):
    _, dataset, _ = run(make_raster([np.ones((4, 4), dtype)]), method)
    assert (dataset.dtypes, dataset.nodata) == ((stored,), nodata)


def test_selected_values_keep_the_nodata_value_of_the_input(make_raster, run):
    """Selected values keep the input's nodata value, so every valid value stays valid, even the largest of the type."""
    values = np.array([[255, 0, 255]], "uint8")
    found, dataset, result = run(make_raster([values], nodata=0), "max")
    assert (found.tolist(), dataset.nodata, result.invalid_count) == ([[[255, 0, 255]]], 0, 0)
    found, dataset, result = run(make_raster([values]), "median")
    assert (found.tolist(), dataset.nodata, result.valid_percent) == ([[[255, 255, 255]]], None, 100)
    found, dataset, result = run(make_raster([values]), "median", output_nodata=255)
    assert (found.tolist(), dataset.nodata, result.invalid_count) == ([[[255, 255, 255]]], 255, 3)


def test_nodata_of_64_bit_integers_is_exact(make_raster, tmp_path):
    values = np.arange(12).reshape(1, 3, 4)
    plan = plan_focal_filter(make_raster(values), tmp_path / "out.tif", "min", output_nodata=1e17)
    assert repr(plan.job.encoding.nodata) == "100000000000000000"


def test_bands_with_different_nodata_values(make_raster, run, tmp_path):
    """If bands differ in nodata, the type's default is used, and valid values equal to it become nodata."""
    source = make_raster([np.array([[255, 7, 7]], "uint8")] * 2)
    band = f'<VRTRasterBand dataType="Byte" band="{{0}}"><NoDataValue>{{1}}</NoDataValue><SimpleSource><SourceFilename>{source}</SourceFilename><SourceBand>{{0}}</SourceBand></SimpleSource></VRTRasterBand>'  # noqa: E501
    vrt = tmp_path / "two.vrt"
    place = "<GeoTransform>0, 1, 0, 9, 0, -1</GeoTransform>"
    vrt.write_text(
        f'<VRTDataset rasterXSize="3" rasterYSize="1">{place}{band.format(1, 3)}{band.format(2, 4)}</VRTDataset>'
    )
    found, dataset, result = run(vrt, "max")
    assert (found.tolist(), dataset.nodata, result.invalid_count) == ([[[255, 255, 7]]] * 2, 255, 4)


def test_integers_are_rounded_and_counted(make_raster, run, log):
    source = make_raster([np.array([[0, 1, 2, 250]], "uint8")])
    found, dataset, result = run(source, "sum", data_type="uint8", edge="nearest", log=log)
    assert (found.tolist(), dataset.nodata, result.invalid_count) == ([[[3, 9, 255, 255]]], 255, 2)
    assert any(line.startswith("2 results do not fit into uint8") for line in log.warnings)
    assert run(source, "mean", data_type="int16", edge="nearest")[0].tolist() == [[[0, 1, 84, 167]]]


def test_scale_offset_and_unit_are_kept_with_selected_values(make_raster, run):
    source = make_raster(LARGE[:, :20, :20], scales=[0.5, -2], offsets=[0, 100])
    with rasterio.open(source, "r+") as dataset:
        dataset.units, dataset.descriptions = ("m", "K"), ("height", None)
    found, dataset, result = run(source, "min")
    assert (dataset.scales, dataset.offsets, dataset.units) == ((0.5, -2), (0, 100), ("m", "K"))
    assert dataset.descriptions == ("min (3 x 3) of height", "min (3 x 3) of band 2")
    assert np.array_equal(found[1], ndimage.maximum_filter(LARGE[1, :20, :20], 3, mode="nearest"))
    assert result.minimum == found[0].min() / 2
    _, _, negative = run(source, "min", bands=[2])
    assert negative.minimum == 100 - 2.0 * found[1].max() and negative.maximum == 100 - 2.0 * found[1].min()
    _, dataset, result = run(source, "mean")
    assert (dataset.scales, dataset.units) == ((1, 1), (None, None))
    assert result.mean == pytest.approx(LARGE[0, :20, :20].mean() / 2, rel=0.05)


def test_a_colour_table_is_kept_by_the_majority(make_raster, run):
    source = make_raster([LARGE[0, :40, :40].astype("uint8") % 4], nodata=3, photometric="palette")
    with rasterio.open(source, "r+") as dataset:
        dataset.write_colormap(1, {0: (0, 0, 0, 255), 1: (200, 10, 10, 255), 2: (9, 9, 9, 255)})
    with rasterio.open(run(source, "majority")[2].output) as dataset:
        assert dataset.colorinterp == (ColorInterp.palette,) and dataset.colormap(1)[1] == (200, 10, 10, 255)
    with pytest.raises(InputError, match="so its values are classes, but METHOD 'gaussian' would.*'majority'"):
        run(source, "gaussian")


def test_an_alpha_band_hides_pixels_and_is_not_filtered(make_raster, run, log):
    values = LARGE[:, :9, :9].copy()
    values[1] = 255
    values[1, 4, 4] = 0
    source = make_raster(values, alpha=True)
    found, dataset, _ = run(source, "count", log=log)
    assert dataset.count == 1 and found[0, 4, 4] == 65535 and found[0, 3, 3] == 8
    assert any("is the alpha band. It hides pixels" in line for line in log.warnings)
    assert run(source, "max", bands=[1, 2])[1].count == 2


def test_a_mask_hides_neighbours(make_raster, run):
    source = make_raster([np.ones((6, 6), "uint8")])
    classes = np.zeros((6, 6), "uint8")
    classes[2, 2] = 9
    mask = make_raster([classes], "T32UPU_SCL_20m.tif")
    found, _, _ = run(source, "count", mask=mask)
    assert found[0, 2, 2] == 65535 and found[0, 1, 1] == 8 and found[0, 4, 4] == 9


def test_an_overview(make_raster, run):
    source = make_raster(LARGE, blocks=32)
    with rasterio.open(source, "r+") as dataset:
        dataset.build_overviews([2])
    with rasterio.open(source, overview_level=0) as level:
        values = level.read()
    found, _, _ = run(source, "max", edge="reflect", overview=0)
    assert np.array_equal(found, [ndimage.maximum_filter(band, 3) for band in values])


def test_overviews_of_a_cog_are_not_averaged_for_classes(make_raster, tmp_path):
    source = make_raster([(LARGE[0] % 4).astype("uint8")])
    plan = plan_focal_filter(source, tmp_path / "out.tif", "majority", cog=True)
    assert plan.profile.final_options["OVERVIEW_RESAMPLING"] == "NEAREST"
    plan = plan_focal_filter(source, tmp_path / "out.tif", "median", cog=True)
    assert plan.profile.final_options["OVERVIEW_RESAMPLING"] == "AVERAGE"


@pytest.mark.parametrize(
    ("method", "options", "words", "parameter"),
    [
        ("blur", {}, "METHOD is 'blur'", "method"),
        ("mean", {"radius": 0}, "RADIUS is 0; it must be a whole number of pixels from 1 to 100", "radius"),
        ("mean", {"radius": 101}, "RADIUS is 101", "radius"),
        ("mean", {"radius": 1.5}, "RADIUS is 1.5", "radius"),
        ("median", {"radius": 50}, "A square with RADIUS 50 covers 10201 pixels.*median.*at most 49", "radius"),
        ("majority", {"radius": 60}, "covers 14641 pixels", "radius"),
        ("mean", {"radius": 57, "shape": "circle"}, "A circle with RADIUS 57 covers 10189.*at most 56", "radius"),
        ("gaussian", {"sigma": 0}, "SIGMA is 0; it must be a number greater than 0", "sigma"),
        ("gaussian", {"truncate": float("nan")}, "TRUNCATE is nan", "truncate"),
        ("gaussian", {"sigma": 1e9}, "is 4e[+]09 pixels.*at most 1000000", "sigma"),
        ("mean", {"bands": [3]}, "has 2 bands; band 3 does not exist", "bands"),
        ("mean", {"edge": "wrap"}, "EDGE is 'wrap'", "edge"),
        ("mean", {"nodata_rule": "x"}, "NODATA_RULE is 'x'", "nodata_rule"),
        ("mean", {"overview": 5}, "has no overview 5", "overview"),
    ],
)
def test_parameters_that_are_rejected(make_raster, tmp_path, method, options, words, parameter):
    source = make_raster(LARGE[:, :20, :20])
    with pytest.raises((OptionError, InputError), match=words) as error:
        check_focal_filter(source, tmp_path / "out.tif", method, **options)
    assert error.value.parameter == parameter
    assert not (tmp_path / "out.tif").exists()


def test_the_largest_neighbourhoods(make_raster, run):
    source = make_raster([np.arange(12, dtype="uint8").reshape(3, 4)])
    assert run(source, "median", radius=49)[0].tolist() == np.full((1, 3, 4), 6).tolist()
    assert run(source, "sum", radius=100)[0].tolist() == np.full((1, 3, 4), 66).tolist()
    assert run(source, "mean", radius=56, shape="circle")[0].tolist() == np.full((1, 3, 4), 5.5).tolist()


def test_a_majority_of_floats_is_rejected(make_raster, tmp_path):
    with pytest.raises(OptionError, match="METHOD 'majority' requires integers, but band 1 of .* is float32"):
        check_focal_filter(make_raster([np.ones((3, 3), "float32")]), tmp_path / "out.tif", "majority")


def test_a_halo_that_does_not_fit_into_memory_is_rejected(make_raster, tmp_path):
    source = make_raster(LARGE)
    with pytest.raises(ResourceError, match="Set MEMORY to at least .* 8000 extra pixels on each side") as error:
        check_focal_filter(source, tmp_path / "out.tif", "gaussian", sigma=2000, memory=300)
    assert error.value.parameter == "memory"


def test_parameters_without_effect(make_raster, tmp_path):
    source = make_raster(LARGE[:, :9, :9])
    options = {"radius": 3, "shape": "circle", "sigma": 2, "truncate": 3, "nodata_rule": "fill"}
    unused = {
        "mean": {"SIGMA", "TRUNCATE"}, "gaussian": {"RADIUS", "SHAPE"},
        "sobel": {"RADIUS", "SHAPE", "SIGMA", "TRUNCATE", "NODATA_RULE"},
    }  # fmt: skip
    for method, names in unused.items():
        plan = plan_focal_filter(source, tmp_path / "out.tif", method, **options)
        assert set(plan.warnings) == {f"{name} has no effect with METHOD {method!r}." for name in names}


def test_the_filter_and_every_band_are_in_the_log(make_raster, run, log):
    source = make_raster(LARGE[:, :9, :9], nodata=0)
    run(source, "mean", radius=2, shape="circle", log=log)
    assert log.line("B2: band 2 of") and log.line("Stored as float32, nodata -9999")
    assert log.line("Filter: mean (circle, radius 2); the neighbourhood extends 2 pixels to each side of a pixel")


def test_scipy_is_required(make_raster, tmp_path, monkeypatch):
    source = make_raster(LARGE[:, :9, :9])
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "scipy" else real(name))
    with pytest.raises(MissingDependency, match=r"scipy \(1.10 or newer\) is missing. Install it with: .*scipy"):
        focal_filter(source, tmp_path / "out.tif")
    assert not (tmp_path / "out.tif").exists()
