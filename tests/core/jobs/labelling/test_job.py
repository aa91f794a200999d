"""Tests for Label objects on files: ids, table, sizes, limits, log lines and rejected parameters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rasterio
from affine import Affine
from scipy import ndimage

from cancels import Cancel
from cases import long
from parallel_raster.core import label_objects
from parallel_raster.core.errors import Cancelled, InputError, OptionError, ResourceError
from parallel_raster.core.jobs.labelling import job as labelling
from parallel_raster.core.jobs.labelling.job import check_label_objects, plan_label_objects
from parallel_raster.core.jobs.labelling.joining import seam_bytes

BLOCKS = "TILED=YES|BLOCKXSIZE=16|BLOCKYSIZE=16"
TRANSFORM = Affine(30, 0, 400_000, 0, -30, 5_000_000)


def whole(mask, connectivity, min_size=1, max_size=None):
    """Return the ids that scipy gives all objects of the whole raster."""
    labels, _ = ndimage.label(mask, np.ones((3, 3)) if connectivity == 8 else None)
    sizes = np.bincount(labels.ravel())
    kept = (sizes >= min_size) & (sizes <= (max_size or mask.size))
    kept[0] = False
    return (np.cumsum(kept) * kept)[labels]


def measured(ids, transform=TRANSFORM):
    """Return the expected table for the given ids, computed with scipy from the pixels of the whole raster."""
    numbers = np.arange(1, ids.max(initial=0) + 1)
    boxes = [[each.start for each in box] + [each.stop for each in box] for box in ndimage.find_objects(ids)]
    top, left, bottom, right = np.array(boxes).reshape(-1, 4).T
    corners = [transform * corner for corner in ((left, top), (right, top), (right, bottom), (left, bottom))]
    (xs, ys), sizes = (np.array(each) for each in zip(*corners)), np.bincount(ids.ravel(), minlength=1)[1:]
    rows, cols = (ndimage.mean(index, ids, numbers) for index in np.indices(ids.shape))
    centres = transform * (np.array(cols) + 0.5, np.array(rows) + 0.5)
    columns = numbers, sizes, sizes * abs(transform.determinant), xs.min(0), ys.min(0), xs.max(0), ys.max(0), *centres
    return np.stack(columns, axis=1)


@pytest.fixture
def label(tmp_path, make_raster):
    """Return a function that labels a mask and returns the ids and the result."""

    def run(mask, expression="A > 0", **options):
        source = make_raster([np.asarray(mask, "uint8")], blocks=16)
        given = {"chunk_size": 32, "creation_options": BLOCKS, "workers": 2, **options}
        found = label_objects(source, tmp_path / "ids.tif", expression, **given)
        with rasterio.open(found.output) as dataset:
            assert (dataset.dtypes, dataset.nodata) == (("uint32",), 0)
            return dataset.read(1), found

    return run


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize("density", [0.3, 0.5, *long(0.4, 0.6, 0.7)])
@pytest.mark.parametrize("limits", [{}, {"min_size": 2, "max_size": 9}])
def test_ids_and_table_are_those_of_scipy_for_the_whole_raster(label, connectivity, density, limits):
    mask = np.random.default_rng(1).random((75, 130)) < density
    wanted = whole(mask, connectivity, **limits)
    for chunk_size, workers in ((32, 2), (48, 1)):
        found, result = label(
            mask, connectivity=connectivity, chunk_size=chunk_size, workers=workers, table=True, **limits
        )
        np.testing.assert_array_equal(found, wanted)
        assert result.object_count == wanted.max()
        assert result.object_percent == 100 * np.count_nonzero(wanted) / wanted.size
        np.testing.assert_allclose(np.stack(list(result.table.values()), axis=1), measured(wanted), rtol=1e-12)


def test_the_table_has_the_same_bytes_for_any_chunks_and_workers(label):
    mask = np.random.default_rng(3).random((120, 150)) < 0.55
    tables = [
        np.stack(list(label(mask, table=True, chunk_size=size, workers=workers)[1].table.values())).tobytes()
        for size, workers in ((32, 1), (48, 3), (4096, 1))
    ]
    assert len(set(tables)) == 1


@pytest.fixture
def read_twice(monkeypatch):
    """Make runs read their inputs again in the second pass, as if the masks did not fit into memory."""
    monkeypatch.setattr("parallel_raster.core.jobs.labelling.plan.packed_bytes", lambda chunks: 2**60)


@pytest.mark.parametrize("connectivity", [4, 8])
def test_ids_are_the_same_if_masks_do_not_fit_into_memory(label, read_twice, connectivity):
    mask = np.random.default_rng(6).random((75, 130)) < 0.5
    found, _ = label(mask, connectivity=connectivity, min_size=2)
    np.testing.assert_array_equal(found, whole(mask, connectivity, min_size=2))


def test_inputs_are_read_once_if_masks_fit_into_memory(tmp_path, make_raster):
    """Inputs are read once if the masks (one bit per pixel) fit into a quarter of the memory that chunks leave free."""
    source = make_raster([np.ones((100, 100), "uint8")])
    options = {"dst": str(tmp_path / "ids.tif"), "workers": 1}
    plan = plan_label_objects(source, **options)
    assert plan.keeps_masks
    small = plan_label_objects(source, memory=40, **options)
    assert small.keeps_masks and small.limit < plan.limit


def test_slices_of_different_heights_are_joined(label, monkeypatch):
    """Objects are joined between slices of different heights, as in the last, narrower column of chunks."""
    from parallel_raster.core.parallel import chunks

    monkeypatch.setattr(chunks, "SLICE_PIXELS", 16 * 64)
    mask = np.random.default_rng(4).random((128, 80)) < 0.6
    for connectivity in (4, 8):
        found, _ = label(mask, connectivity=connectivity, chunk_size=64)
        np.testing.assert_array_equal(found, whole(mask, connectivity))


def test_only_valid_finite_results_other_than_0_are_objects(tmp_path, make_raster):
    values = np.array([[0, -3, 0.4, 7, 9, np.nan, np.inf, 5]] * 2, "float32")
    source = make_raster([values], nodata=9)
    found = label_objects(source, tmp_path / "ids.tif", "A")
    with rasterio.open(found.output) as dataset:
        assert dataset.read(1).tolist() == [[0, 1, 1, 1, 0, 0, 0, 2]] * 2
        assert dataset.descriptions == ("A",)
    found = label_objects(source, tmp_path / "ids.tif", "big: 1 / (A - 5) + A * 0")
    with rasterio.open(found.output) as dataset:
        assert dataset.read(1).tolist() == [[1, 1, 1, 1, 0, 0, 0, 0]] * 2
        assert dataset.descriptions == ("big: 1 / (A - 5) + A * 0",)


def test_a_mask_and_an_extent_hide_pixels(tmp_path, make_raster):
    source = make_raster([np.ones((6, 9), "uint8")])
    clouds = np.zeros((6, 9), "uint8")
    clouds[:, 4] = 3
    mask = make_raster([clouds], "mask.tif")
    found = label_objects(
        source, tmp_path / "ids.tif", mask=mask, mask_values="3", table=True,
        extent=(400_030, 5_000_000 - 150, 400_240, 5_000_000),
    )  # fmt: skip
    with rasterio.open(found.output) as dataset:
        assert dataset.read(1).tolist() == [[1, 1, 1, 0, 2, 2, 2]] * 5
    assert found.table["xmin"].tolist() == [400_030, 400_150]
    assert found.table["ymin"].tolist() == [4_999_850, 4_999_850]
    assert found.table["area"].tolist() == [15 * 900, 15 * 900]


@pytest.mark.parametrize("twice", [False, True])
def test_no_formula_finds_objects_that_the_mask_hides(tmp_path, make_raster, log, request, twice):
    if twice:
        request.getfixturevalue("read_twice")
    source = make_raster([np.ones((6, 9), "uint8")])
    clouds = np.zeros((6, 9), "uint8")
    clouds[:, 4:] = 3
    mask = make_raster([clouds], "mask.tif")
    found = label_objects(source, tmp_path / "ids.tif", "coalesce(A, 1)", mask=mask, mask_values="3", log=log)
    with rasterio.open(found.output) as dataset:
        assert dataset.read(1).tolist() == [[1, 1, 1, 1, 0, 0, 0, 0, 0]] * 6
    assert not log.warnings
    label_objects(source, tmp_path / "ids.tif", "isnodata(A)", mask=mask, mask_values="0,3", log=log)
    assert "The mask hides all pixels of the output" in log.warnings[0]


def test_bounds_of_a_rotated_raster_surround_rows_and_columns(tmp_path, make_raster):
    transform = Affine.translation(100, 200) * Affine.rotation(30) * Affine.scale(2, -3)
    mask = np.zeros((9, 9), "uint8")
    mask[2:5, 3:7] = mask[6, 1] = 1
    source = make_raster([mask], transform=transform)
    found = label_objects(source, tmp_path / "ids.tif", table=True)
    np.testing.assert_allclose(
        np.stack(list(found.table.values()), axis=1), measured(whole(mask, 4), transform), rtol=1e-12
    )


def test_areas_are_empty_in_a_geographic_crs(tmp_path, make_raster):
    source = make_raster([np.ones((4, 4), "uint8")], crs="EPSG:4326", transform=Affine(0.1, 0, 10, 0, -0.1, 50))
    found = label_objects(source, tmp_path / "ids.tif", table=True)
    assert np.isnan(found.table["area"]).all()
    assert found.table["pixels"].tolist() == [16]


def test_bounds_are_in_pixels_and_areas_are_empty_without_a_transform(tmp_path, make_raster):
    mask = np.zeros((6, 8), "uint8")
    mask[1:3, 2:7] = 1
    found = label_objects(make_raster([mask], crs=None, transform=None), tmp_path / "ids.tif", table=True)
    values = {name: column[0] for name, column in found.table.items()}
    assert np.isnan(values.pop("area"))
    assert values == {"id": 1, "pixels": 10, "xmin": 2, "ymin": 1, "xmax": 7, "ymax": 3, "x": 4.5, "y": 2}


@pytest.mark.parametrize(
    "options",
    [
        {"creation_options": "COMPRESS=LERC|MAX_Z_ERROR=2"},
        {"creation_options": "DISCARD_LSB=4"},
        {"creation_options": "COMPRESS=LERC|MAX_Z_ERROR=2", "cog": True},
    ],
)
def test_lossy_creation_options_are_rejected(tmp_path, make_raster, options):
    source = make_raster([np.ones((8, 8), "uint8")])
    with pytest.raises(OptionError, match="are lossy, so objects would get wrong ids") as error:
        check_label_objects([source], str(tmp_path / "ids.tif"), **options)
    assert error.value.parameter == "creation_options"


@pytest.mark.parametrize("options", ["NBITS=20", "COMPRESS=LERC", "COMPRESS=ZSTD"])
def test_lossless_creation_options_keep_ids(label, options):
    mask = np.random.default_rng(2).random((75, 130)) < 0.4
    assert np.array_equal(label(mask, creation_options=f"{BLOCKS}|{options}")[0], whole(mask, 4))


def test_without_a_table_none_is_returned(label):
    assert label(np.eye(40))[1].table is None


def test_too_many_objects_are_rejected_early(tmp_path, make_raster, monkeypatch, reading):
    board = np.indices((256, 256)).sum(0).astype("uint8") % 2
    source = make_raster([board], blocks=16)
    monkeypatch.setattr("parallel_raster.core.jobs.labelling.plan.MOST_OBJECTS", 1000)
    with pytest.raises(ResourceError, match=r"more than 1000 objects.*MIN_SIZE.*smooth") as error:
        label_objects(source, tmp_path / "ids.tif", chunk_size=32, creation_options=BLOCKS, workers=1)
    assert error.value.parameter == "min_size"
    assert str(error.value).endswith("A higher MEMORY does not allow more objects.")
    assert len(reading) < 8
    assert not list(tmp_path.glob("*ids*"))
    found = label_objects(source, tmp_path / "ids.tif", chunk_size=256, creation_options=BLOCKS, min_size=2)
    assert found.object_count == 0  # small objects inside a chunk do not count towards the limit


@pytest.fixture
def reading(monkeypatch):
    """Return a list of the chunks that the first pass has read."""
    from parallel_raster.core.jobs.labelling.task import LabelledWindows

    chunks, real = [], LabelledWindows.value

    def value(self, window, readers, stop):
        chunks.append(window)
        return real(self, window, readers, stop)

    monkeypatch.setattr(LabelledWindows, "value", value)
    return chunks


def test_memory_limits_the_number_of_objects(make_raster, tmp_path):
    source = make_raster([np.ones((100, 100), "uint8")])
    options = {"dst": str(tmp_path / "ids.tif"), "workers": 1}
    small = plan_label_objects(source, memory=40, **options)
    large = plan_label_objects(source, memory=400, **options)
    huge = plan_label_objects(source, memory=40_000, **options)
    tabled = plan_label_objects(source, memory=400, table=True, **options)
    assert 100_000 <= small.limit < tabled.limit < large.limit < huge.limit == 20_000_000
    assert (small.memory_helps, huge.memory_helps) == (True, False)


def test_seams_of_a_raster_in_strips_leave_memory_for_objects(make_raster, tmp_path):
    """Memory is left for objects even if slices are only a few rows high and there are many seams, as with strips."""
    source = make_raster([np.ones((1, 30_000), "uint8")])
    options = {"workers": 1, "memory": 200, "creation_options": "TILED=NO"}
    chunks = plan_label_objects(source, tmp_path / "ids.tif", **options).chunks
    lower, higher = (seam_bytes(replace(chunks, height=rows, chunk=(64, 30_000))) for rows in (1000, 1_000_000))
    assert lower == higher < 2**20 * 20


def test_the_error_names_memory_if_more_memory_allows_more_objects(tmp_path, make_raster, monkeypatch):
    source = make_raster([np.eye(64, dtype="uint8")])
    monkeypatch.setattr("parallel_raster.core.jobs.labelling.plan.LEAST_LIMIT", 20)
    monkeypatch.setattr("parallel_raster.core.jobs.labelling.plan.seam_bytes", lambda chunks: 2**40)
    with pytest.raises(ResourceError, match=r"more than 20 objects.*set a higher MEMORY"):
        label_objects(source, tmp_path / "ids.tif")


@pytest.mark.parametrize("passes", [1, 2])
def test_an_input_that_changes_between_the_passes_is_an_error(tmp_path, make_raster, monkeypatch, request, passes):
    if passes == 2:
        request.getfixturevalue("read_twice")
    source = make_raster([np.ones((64, 64), "uint8")], blocks=16)
    real = labelling.find_objects

    def find(plan, run):
        found = real(plan, run)
        with rasterio.open(source, "r+") as dataset:
            dataset.write(np.eye(64, dtype="uint8"), 1)
        return found

    monkeypatch.setattr(labelling, "find_objects", find)
    with pytest.raises((ResourceError, InputError), match="changed"):
        label_objects(source, tmp_path / "ids.tif")
    assert not list(tmp_path.glob("*ids*"))


def test_a_run_can_be_cancelled_in_both_passes(tmp_path, make_raster):
    from parallel_raster.core.jobs.labelling.task import LabelledWindows, OpenLabels

    source = make_raster([np.ones((128, 128), "uint8")], blocks=16)
    for function in ((LabelledWindows, "selected"), (OpenLabels, "compute")):
        with Cancel(function, at=3) as cancel, pytest.raises(Cancelled):
            label_objects(
                source, tmp_path / "ids.tif", chunk_size=16, creation_options=BLOCKS, workers=1, progress=cancel
            )
        assert not list(tmp_path.glob("*ids*"))


def test_progress_counts_both_passes_from_the_start(tmp_path, make_raster, make_progress):
    progress = make_progress()
    source = make_raster([np.ones((128, 128), "uint8")], blocks=16)
    label_objects(source, tmp_path / "ids.tif", chunk_size=32, creation_options=BLOCKS, progress=progress)
    totals = {total for _, total in progress.reports}
    assert len(totals) == 1
    assert progress.reports[-1] == (max(totals), max(totals))
    assert [done for done, _ in progress.reports] == sorted(done for done, _ in progress.reports)


def test_the_log_has_rule_and_result(tmp_path, make_raster, log):
    source = make_raster([np.eye(40, dtype="uint8")])
    label_objects(
        [source, source], tmp_path / "ids.tif", connectivity=8, min_size=2, max_size=99, log=log, memory=77, workers=2
    )
    assert log.line("Plan: ").endswith("memory limit 77 MB; 2 workers")
    assert "Objects: connected pixels (8 neighbours) for which the formula is valid and not 0" in log.infos
    assert "Size of objects: 2 to 99 pixels" in log.infos
    passes = [line for line in log.infos if line.startswith("Pass ")]
    assert passes == ["Pass 1 of 2: finding the objects", "Pass 2 of 2: writing the ids (objects found: 1)"]
    assert "1 object covers 2.5 % of the pixels" in log.infos
    assert "The expression does not use B." in log.warnings


def test_a_raster_without_objects_is_not_said_to_have_no_valid_pixels(tmp_path, make_raster, log):
    source = make_raster([np.ones((40, 40), "uint8")])
    assert label_objects(source, tmp_path / "ids.tif", "A > 1", log=log).object_count == 0
    assert log.warnings == ["No pixel belongs to an object."]
    assert "0 objects cover 0 % of the pixels" in log.infos


def test_overviews_of_a_cog_are_not_averaged(tmp_path, make_raster):
    mask = np.random.default_rng(5).random((600, 600)) < 0.4
    source = make_raster([mask.astype("uint8")])
    found = label_objects(source, tmp_path / "ids.tif", cog=True, creation_options="BLOCKSIZE=128")
    with rasterio.open(found.output) as dataset:
        ids = dataset.read(1)
    with rasterio.open(found.output, overview_level=0) as dataset:
        overview = dataset.read(1)
    assert all(
        each in ids[2 * row : 2 * row + 2, 2 * col : 2 * col + 2]
        for (row, col), each in np.ndenumerate(overview[:40, :40])
    )


@pytest.mark.parametrize(
    ("options", "parameter", "words"),
    [
        ({"connectivity": 6}, "connectivity", "Choose 4 or 8"),
        ({"min_size": 0}, "min_size", "whole number of pixels, at least 1"),
        ({"min_size": 1.5}, "min_size", "whole number"),
        ({"min_size": 5, "max_size": 4}, "max_size", "at least 5"),
        ({"expression": "A@1; A@1"}, "expression", "must give one band, but gives 2"),
        ({"expression": "A"}, "expression", "band numbers, such as A@1"),
        ({"expression": "1"}, "expression", "must use at least one band"),
        ({"expression": "A@1 >"}, "expression", "column"),
        ({"expression": "A@1", "workers": -1}, "workers", "WORKERS"),
    ],
)
def test_unusable_parameters_are_rejected(tmp_path, make_raster, options, parameter, words):
    source = make_raster([np.ones((8, 8), "uint8")] * 2)
    given = {"expression": "A@1 > 0", **options}
    with pytest.raises(OptionError, match=words) as error:
        check_label_objects([source], str(tmp_path / "ids.tif"), **given)
    assert error.value.parameter == parameter


def test_scipy_is_required(tmp_path, make_raster, monkeypatch):
    from parallel_raster.core import dependencies

    monkeypatch.setattr(dependencies, "_is_importable", lambda package: package != "scipy")
    source = make_raster([np.ones((8, 8), "uint8")])
    with pytest.raises(dependencies.MissingDependency, match="scipy"):
        label_objects(source, tmp_path / "ids.tif")
