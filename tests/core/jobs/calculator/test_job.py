"""Tests for the raster calculator on files: pixels, data types, nodata, grids, masks, log lines and rejected inputs."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

from parallel_raster.core import normalized_difference, raster_calculator
from parallel_raster.core.errors import InputError, OptionError
from parallel_raster.core.jobs.calculator.job import check_raster_calculator, plan_raster_calculator

RNG = np.random.default_rng(1)
TRANSFORM = Affine(30, 0, 400_000, 0, -30, 5_000_000)
GDAL = tuple(map(int, rasterio.__gdal_version__.split(".")[:2]))
BLOCKS = "TILED=YES|BLOCKXSIZE=16|BLOCKYSIZE=16"


@pytest.fixture
def calculate(tmp_path):
    """Return a function that runs the calculator and returns the output's pixels, its profile and the result."""

    def run(sources, expression, **options):
        found = raster_calculator(sources, tmp_path / "out.tif", expression, **options)
        with rasterio.open(found.output) as dataset:
            return (
                dataset.read(),
                SimpleNamespace(**dataset.profile, dtypes=dataset.dtypes, tags=dataset.tags(1)),
                found,
            )

    return run


def pixels(dtype, count=4, shape=(50, 70)):
    limits = np.iinfo(dtype)
    bands = [RNG.integers(limits.min, limits.max, shape, endpoint=True, dtype=dtype) for _ in range(count)]
    for band in bands:
        band[:5, :5] = 0
        band[5:9] = limits.max
        band[9:12] = limits.min
    return bands


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int8"])
@pytest.mark.parametrize("scaling", ["none", "stored", "given"])
def test_a_normalized_difference_equals_that_of_its_own_algorithm(calculate, make_raster, tmp_path, dtype, scaling):
    if dtype == "int8" and GDAL < (3, 7):
        dtype = "int16"
    source = make_raster(pixels(dtype), nodata=7, scales=[1e-4] * 4, offsets=[-0.0] * 4)
    options = {"scaling": scaling, "scale": 0.0000275, "offset": -0.2}
    own = normalized_difference(source, tmp_path / "nd.tif", **options)
    found, dataset, result = calculate(source, "(A@4-A@3)/(A@4+A@3)", **options)
    with rasterio.open(own.output) as wanted:
        assert found.tobytes() == wanted.read().tobytes()
        assert wanted.nodata == dataset.nodata
        assert wanted.tags(1) == dataset.tags
    for name in ("minimum", "maximum", "mean", "std_dev", "valid_percent"):
        assert getattr(own, name) == getattr(result, name)


def test_results_do_not_depend_on_chunks_and_workers(make_raster, tmp_path):
    source = make_raster(pixels("int16"), nodata=3, blocks=16)
    texts = set()
    for number, (workers, size) in enumerate([(1, 16), (2, 32), (3, 0), (1, 48)]):
        out = tmp_path / f"{number}.tif"
        raster_calculator(
            source, out, "evi: 2.5*(A@4-A@3)/(A@4+6*A@3-7.5*A@1+1); median(A@1,A@2,A@3)", workers=workers,
            chunk_size=size, creation_options=BLOCKS,
        )  # fmt: skip
        with rasterio.open(out) as dataset:
            texts.add((dataset.read().tobytes(), str(dataset.tags(1)), str(dataset.tags(2)), dataset.descriptions))
    assert len(texts) == 1
    assert texts.pop()[3] == ("evi: 2.5*(A@4-A@3)/(A@4+6*A@3-7.5*A@1+1)", "median(A@1,A@2,A@3)")


def test_nodata_is_not_a_number(calculate, make_raster):
    source = make_raster([np.array([[1, 2, 3]], "uint8"), np.array([[9, 9, 2]], "uint8")], nodata=2)
    found, dataset, result = calculate(source, "max(A@1, 5); coalesce(A@1, A@2); count(A@1, A@2); isnodata(A@1)")
    assert dataset.nodata == -9999 and dataset.dtypes == ("float32",) * 4
    assert found.tolist() == [[[5, -9999, 5]], [[1, 9, 3]], [[2, 1, 1]], [[0, 1, 0]]]
    assert result.band_count == 4 and result.valid_percent == pytest.approx(200 / 3)


def test_comparisons_are_bytes(calculate, make_raster):
    source = make_raster([np.array([[1, 2, 3]], "int16")], nodata=2)
    found, dataset, _ = calculate(source, "A > 1; not A@1")
    assert (dataset.dtypes, dataset.nodata) == (("uint8", "uint8"), 255)
    assert found.tolist() == [[[0, 255, 1]], [[0, 255, 0]]]
    assert calculate(source, "A > 1; A@1")[1].dtypes == ("float32", "float32")


@pytest.mark.parametrize(
    ("data_type", "nodata", "wanted"),
    [
        ("uint8", 255, [0, 255, 255, 2, 2, 254, 255]),
        ("int16", -32768, [0, -1, 300, 2, 2, 254, 255]),
        ("uint16", 65535, [0, 65535, 300, 2, 2, 254, 255]),
        ("int32", -(2**31), [0, -1, 300, 2, 2, 254, 255]),
        ("uint32", 2**32 - 1, [0, 2**32 - 1, 300, 2, 2, 254, 255]),
        ("float32", -9999, [0, -1, 300, 1.5, 2.5, 254, 255]),
        ("float64", -9999, [0, -1, 300, 1.5, 2.5, 254, 255]),
    ],
)
def test_types_round_half_to_even_and_never_wrap(calculate, make_raster, data_type, nodata, wanted):
    source = make_raster([np.array([[0, -1, 300, 1.5, 2.5, 254, 255]])])
    found, dataset, result = calculate(source, "A@1", data_type=data_type)
    assert (dataset.dtypes[0], dataset.nodata) == (data_type, nodata)
    assert found.tolist() == [[wanted]]
    assert result.invalid_count == {"uint8": 3, "uint16": 1, "uint32": 1}.get(data_type, 0)


def test_what_is_not_finite_is_nodata_and_counted(calculate, make_raster, log):
    source = make_raster([np.array([[0, 1, 2]], "float64")])
    found, _, result = calculate(source, "1 / A; exp(1000 * A)", log=log)
    assert found.tolist() == [[[-9999, 1, 0.5]], [[1, -9999, -9999]]]
    assert result.invalid_count == 3
    assert any("3 results are not finite" in line for line in log.warnings)


def test_a_result_that_equals_nodata_stays_valid(calculate, make_raster):
    source = make_raster([np.array([[5, 6]], "float32")])
    found, _, _ = calculate(source, "A", output_nodata=5)
    assert found.tolist() == [[[float(np.nextafter(np.float32(5), np.float32(0))), 6]]]
    found, _, result = calculate(source, "A", output_nodata=5, data_type="int16")
    assert (found.tolist(), result.invalid_count) == ([[[5, 6]]], 1)


@pytest.mark.parametrize(
    ("data_type", "nodata"), [("uint8", 256), ("uint8", 1.5), ("int16", np.nan), ("float32", 1e39)]
)
def test_nodata_that_the_type_cannot_hold(calculate, make_raster, data_type, nodata):
    with pytest.raises(OptionError, match=r"OUTPUT_NODATA .* is not a valid"):
        calculate(make_raster([np.ones((2, 2), "uint8")]), "A", data_type=data_type, output_nodata=nodata)


def test_inputs_on_one_lattice_are_laid_side_by_side(calculate, make_raster):
    first = make_raster([np.arange(30, dtype="int16").reshape(5, 6)])
    shifted = Affine(30, 0, 400_000 + 60, 0, -30, 5_000_000 - 30)
    other = make_raster([np.full((5, 6), 100, "int16")], "other.tif", transform=shifted)
    found, _, _ = calculate([first, other], "A + B; isnodata(B)")
    wanted = np.arange(30).reshape(5, 6) + 100
    wanted[0], wanted[:, :2] = -9999, -9999
    assert found[0].tolist() == wanted.tolist()
    assert found[1].tolist() == (wanted == -9999).tolist()


def test_other_grids_are_rejected_or_resampled(calculate, make_raster):
    first = make_raster([np.zeros((6, 6), "int16")])
    coarse = make_raster([np.arange(9, dtype="int16").reshape(3, 3)], "b.tif", transform=TRANSFORM * Affine.scale(2))
    with pytest.raises(InputError, match="RESAMPLING"):
        calculate([first, coarse], "A + B")
    found, _, _ = calculate([first, coarse], "A + B", resampling="nearest")
    assert found[0].tolist() == np.kron(np.arange(9).reshape(3, 3), np.ones((2, 2))).tolist()


def test_inputs_apart_are_rejected(calculate, make_raster):
    first = make_raster([np.zeros((6, 6), "int16")])
    away = make_raster([np.zeros((6, 6), "int16")], "b.tif", transform=Affine(30, 0, 4e5 + 3000, 0, -30, 5e6))
    with pytest.raises(InputError, match="does not overlap"):
        calculate([first, away], "A + B")


@pytest.mark.parametrize("resampling", ["refuse", "nearest", "bilinear"])
def test_an_input_outside_the_extent_is_nodata_there(calculate, make_raster, log, resampling):
    first = make_raster([np.arange(36, dtype="int16").reshape(6, 6)])
    scale = 1 if resampling == "refuse" else 2
    east = Affine(30 * scale, 0, 400_120, 0, -30 * scale, 5_000_000)
    other = make_raster([np.full((6, 6), 100, "int16")], "b.tif", transform=east)
    options = {"extent": (400_000, 5_000_000 - 60, 400_060, 5_000_000), "resampling": resampling}
    found, _, _ = calculate([first, other], "coalesce(B@1, A@1); A + B", log=log, **options)
    assert found.tolist() == [[[0, 1], [6, 7]], [[-9999, -9999]] * 2]
    assert log.warnings == [f"100 % of the output's pixels lie outside {other} and are nodata."]


def test_the_grid_is_that_of_the_first_input_even_if_it_is_not_used(calculate, make_raster, log):
    first = make_raster([np.zeros((6, 6), "int16")])
    other = make_raster([np.ones((8, 9), "int16")], "b.tif")
    found, _, _ = calculate([first, other], "B * 2", log=log)
    assert found.tolist() == np.full((1, 6, 6), 2).tolist()
    assert any("does not use A. The output still has the grid of A" in line for line in log.warnings)


def test_scaling(calculate, make_raster):
    source = make_raster([np.array([[1, 2]], "int16")], scales=[0.5], offsets=[10])
    assert calculate(source, "A")[0].tolist() == [[[1, 2]]]
    assert calculate(source, "A", scaling="stored")[0].tolist() == [[[10.5, 11]]]
    assert calculate(source, "A", scaling="given", scale=2, offset=1)[0].tolist() == [[[3, 5]]]
    with pytest.raises(OptionError, match="SCALE is 0"):
        calculate(source, "A", scaling="given", scale=0)


def test_a_mask_of_a_known_product_needs_no_values(calculate, make_raster, log):
    source = make_raster([np.arange(12, dtype="int16").reshape(1, 12)])
    mask = make_raster([np.arange(12, dtype="uint8").reshape(1, 12)], "T32UPU_SCL_20m.tif")
    found, _, _ = calculate(source, "A", mask=mask, log=log)
    assert np.flatnonzero(found == -9999).tolist() == [3, 8, 9, 10]
    assert any("Sentinel-2 scene classification" in line for line in log.infos)
    unknown = make_raster([np.zeros((1, 12), "uint8")], "clouds.tif")
    with pytest.raises(OptionError, match="is not named like a known mask layer"):
        calculate(source, "A", mask=unknown)


@pytest.mark.parametrize(
    "formula", ["coalesce(A@1, 7)", "isnodata(A@1)", "count(A@1)", "if(isnodata(A@1), 1, A@1)", "7"]
)
def test_no_formula_shows_pixels_that_the_mask_hides(calculate, make_raster, formula):
    values = np.arange(1, 50 * 70 + 1, dtype="int16").reshape(50, 70)
    values[::3] = -1
    clouds = np.where(np.arange(70) % 5, 4, 9).astype("uint8") * np.ones((50, 1), "uint8")
    source, mask = make_raster([values], nodata=-1), make_raster([clouds], "T32UPU_SCL_20m.tif")
    free, _, _ = calculate(source, f"{formula}; A", data_type="int16")
    found, _, result = calculate(
        source, f"{formula}; A", data_type="int16", mask=mask, chunk_size=16, creation_options=BLOCKS
    )
    assert np.array_equal(found, np.where(clouds == 9, -32768, free))
    assert result.valid_percent == 80


def test_hidden_results_are_not_counted_as_not_finite(calculate, make_raster):
    source = make_raster([np.ones((1, 12), "int16")])
    mask = make_raster([np.arange(12, dtype="uint8").reshape(1, 12)], "T32UPU_SCL_20m.tif")
    assert calculate(source, "coalesce(A@1 / 0, 1)", mask=mask)[2].invalid_count == 8


def test_a_mask_that_hides_all_pixels_is_warned_of(calculate, make_raster, log):
    source = make_raster([np.full((1, 12), 5, "int16")])
    mask = make_raster([np.full((1, 12), 9, "uint8")], "T32UPU_SCL_20m.tif")
    warning = "The mask hides all pixels of the output. Check MASK, MASK_VALUES and MASK_BITS."
    found, _, _ = calculate(source, "coalesce(A@1, 7)", mask=mask, log=log)
    assert (found == -9999).all() and warning in log.warnings
    log.warnings.clear()
    calculate(source, "A + nodata", mask=mask, mask_values="3", log=log)
    assert log.warnings == ["No pixel is valid, so the output has no statistics."]


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_integers_beyond_what_float64_holds(calculate, make_raster, dtype):
    if GDAL < (3, 5):
        pytest.skip("this GDAL has no 64 bit integers")
    exact = make_raster([np.array([[2**53, 1]], dtype)])
    assert calculate(exact, "A", data_type="float64")[0].tolist() == [[[2**53, 1]]]
    beyond = make_raster([np.array([[2**53 + 2, 1]], dtype)], "b.tif")
    with pytest.raises(InputError, match=r"contains 9007199254740994, which is beyond 2\^53"):
        calculate(beyond, "A")


def test_what_is_rejected_before_a_pixel_is_read(make_raster, tmp_path):
    source = str(make_raster([np.zeros((4, 4), "uint8")] * 3))
    out = str(tmp_path / "out.tif")
    for expression, words in [("A@9", "no band 9"), ("1 + 1", "must use at least one band"), ("", "is empty")]:
        with pytest.raises(OptionError, match=words) as error:
            check_raster_calculator([source], out, expression)
        assert error.value.parameter == "expression"
    with pytest.raises(OptionError, match="INPUTS is empty"):
        check_raster_calculator([], out, "A")
    with pytest.raises(OptionError, match="DATA_TYPE"):
        check_raster_calculator([source], out, "A", data_type="int12")
    assert not (tmp_path / "out.tif").exists()


def test_every_source_is_in_the_log(make_raster, tmp_path):
    first, other = make_raster([np.zeros((4, 4), "uint8")] * 3), make_raster([np.zeros((4, 4), "int16")], "b.tif")
    lines = plan_raster_calculator([first, other], tmp_path / "out.tif", "A@2 + B; x: A@1").decisions()
    text = "\n".join(lines)
    for part in (f"A@1: band 1 of {first}", f"A@2: band 2 of {first}", f"B@1: band 1 of {other}", "x: A@1"):
        assert part in text


def test_descriptions_and_aliases_name_bands(calculate, make_raster):
    source = make_raster([np.full((2, 2), each, "uint8") for each in (1, 2)])
    with rasterio.open(source, "r+") as dataset:
        dataset.descriptions = ("red", "nir")
    found, _, _ = calculate(source, 'A["nir"] + "my layer@1" * 10 + "in@2" * 100', aliases=["my layer"])
    assert np.unique(found).tolist() == [212]


def test_an_overview(calculate, make_raster):
    source = make_raster([np.arange(64 * 64, dtype="int16").reshape(64, 64)], blocks=16)
    with rasterio.open(source, "r+") as dataset:
        dataset.build_overviews([2])
    found, dataset, _ = calculate(source, "A", overview=0)
    with rasterio.open(source, overview_level=0) as level:
        assert found.tolist() == level.read().tolist()
        assert dataset.transform == level.transform


@pytest.mark.parametrize("options", [{}, {"cog": True}])
def test_bands_of_bytes_are_no_colours(make_raster, tmp_path, options):
    """Four byte bands are not declared as colours; otherwise, GDAL would interpret the fourth band as alpha."""
    path = make_raster([np.full((40, 50), value, "uint8") for value in (1, 2, 3, 4)], nodata=0)
    result = raster_calculator(path, tmp_path / "out.tif", "A", data_type="uint8", **options)
    with rasterio.open(result.output) as dataset:
        assert dataset.colorinterp[0] == ColorInterp.gray and ColorInterp.alpha not in dataset.colorinterp
        assert [int(each.max()) for each in dataset.read()] == [1, 2, 3, 4]
