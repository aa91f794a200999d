"""Tests for training chips: dates, clouds, labels, normalization, output files and rejected parameters."""

from __future__ import annotations

import json
import os
import weakref

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.enums import MaskFlags

from cancels import Cancel
from chip_scenes import TRANSFORM, polygon, scene_values
from parallel_raster.core import training_chips
from parallel_raster.core.errors import Cancelled, InputError, OptionError, OutputError, ResourceError
from parallel_raster.core.jobs.chips.counting import BandTotals
from parallel_raster.core.jobs.chips.job import check_training_chips
from parallel_raster.core.jobs.chips.task import ChipCounts, ChipWork, KeepRules
from parallel_raster.core.tileset.nested_set import NestedSet
from parallel_raster.core.writing import gdal_file

CLOUDS = (3, 8, 9, 10)
"""SCL classes of clouds and cloud shadows."""


def pixels(path):
    with rasterio.open(path) as dataset:
        return dataset.read()


def document(folder):
    return json.loads((folder / "chips.json").read_text())


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def test_scenes_are_dates_and_shares_equal_numpy(make_scenes, out):
    result = training_chips(None, out, scenes=make_scenes(), size=20, split="100,0,0")
    assert result.chip_count == 12 and result.bands == ("B03", "B04")
    found = document(out)
    assert found["dates"] == ["2024-05-03", "2024-05-08", "2024-05-15"]
    for chip in found["chips"]:
        col, row, width, height = chip["window"]
        image = pixels(out / chip["image"])
        for number, shares in enumerate(chip["dates"]):
            values, classes = scene_values(number, (60, 70), 2)
            inside = values[:, row : row + height, col : col + width]
            part = image[2 * number : 2 * number + 2, : inside.shape[1], : inside.shape[2]]
            assert np.array_equal(part, inside)
            missing = np.ones((height, width), bool)
            missing[: inside.shape[1], : inside.shape[2]] = (inside == 0).any(axis=0)
            cloud = np.zeros((height, width), bool)
            cloud[: inside.shape[1], : inside.shape[2]] = np.isin(
                classes[row : row + height, col : col + width], CLOUDS
            )
            assert shares == {
                "date": found["dates"][number], "nan_percent": 100 * missing.sum() / 400,
                "cloud_percent": 100 * (cloud & ~missing).sum() / 400, "scene_cloud_cover": 10.0 * number,
            }  # fmt: skip
    with rasterio.open(out / found["chips"][0]["image"]) as dataset:
        assert dataset.descriptions[:3] == ("2024-05-03 B03", "2024-05-03 B04", "2024-05-08 B03")
        assert dataset.nodata == 0


def test_shares_are_percentages_of_all_pixels_of_a_chip(make_raster, make_scenes, out):
    """If half of the pixels are missing and the others are cloudy, both shares are 50 %."""
    scenes = make_scenes(days=(0,), shape=(40, 40))
    values, classes = np.ones((40, 40), "uint16"), np.full((40, 40), CLOUDS[0], "uint16")
    values[:, :20] = 0
    make_raster([values, values], "scenes/scene_0.tif", nodata=0, blocks=16)
    make_raster([classes], "scenes/scene_0_SCL.tif", nodata=0, blocks=16)
    (chip,) = training_chips(None, out, scenes=scenes, size=40, split="100,0,0").chips
    assert (chip.nan_percent, chip.cloud_percent) == (50, 50)
    assert training_chips(None, out, scenes=scenes, size=40, split="100,0,0", max_cloud=50).chip_count == 1


def test_statistics_are_those_of_train_over_all_dates(make_scenes, out):
    result = training_chips(None, out, scenes=make_scenes(), size=10, split="50,50,0", bands=["B04"])
    splits = {chip.split for chip in result.chips}
    assert splits == {"train", "val"}
    values = [pixels(out / chip.image) for chip in result.chips if chip.split == "train"]
    valid = np.concatenate([each[each != 0] for each in values])
    (found,) = result.statistics
    assert (found.count, found.mean) == (valid.size, valid.mean())
    assert found.std == pytest.approx(valid.std(), rel=1e-12)
    assert found.percentiles[98] == np.percentile(valid, 98)


def test_a_cadence_has_dates_without_scenes_and_prefers_clear_pixels(make_scenes, out):
    """With DAYS 6, the scenes of days 0 and 5 share a date, and the dates after day 12 have no scene."""
    scenes = make_scenes()
    result = training_chips(None, out, scenes=scenes, size=20, days=6, end="2024-05-28", split="100,0,0")
    found = document(out)
    assert found["dates"] == ["2024-05-03", "2024-05-09", "2024-05-15", "2024-05-21", "2024-05-27"]
    chip = found["chips"][0]
    image = pixels(out / chip["image"]).reshape(5, 2, 20, 20)
    (first, classes), (second, others) = (scene_values(number, (60, 70), 2) for number in (0, 1))
    first, second, classes, others = (each[..., :20, :20] for each in (first, second, classes, others))
    missing, cloud = (first == 0).any(axis=0), np.isin(classes, CLOUDS)
    clear = ~(second == 0).any(axis=0) & ~np.isin(others, CLOUDS)
    complete = ~(second == 0).any(axis=0)
    replaced = missing & (complete | ~first.any(axis=0)) | ~missing & cloud & clear
    assert np.array_equal(image[0], np.where(replaced, second, first))
    assert not image[1].any() and not image[3:].any()
    assert np.array_equal(image[2], scene_values(2, (60, 70), 2)[0][:, :20, :20])
    assert [each["nan_percent"] for each in chip["dates"]][1::2] == [100, 100]
    assert [each["cloud_percent"] is None for each in chip["dates"]] == [False, True, False, True, True]
    assert result.chip_count == 12


def test_scales_that_differ_are_applied(make_scenes, out):
    scenes = make_scenes(scales=((0.5, 0.5), (0.25, 0.5), (0.5, 0.5)))
    training_chips(None, out, scenes=scenes, size=30, split="100,0,0", remainder="drop")
    chip = document(out)["chips"][0]
    image = pixels(out / chip["image"])
    assert image.dtype == np.float32
    values, _ = scene_values(1, (60, 70), 2)
    wanted = np.where(values == 0, -9999, values * [[[0.25]], [[0.5]]])[:, :30, :30]
    assert np.array_equal(image[2:4], wanted.astype("float32"))
    training_chips(None, out, scenes=make_scenes(scales=((0.5, 2.0),) * 3), size=30, split="100,0,0")
    with rasterio.open(out / document(out)["chips"][0]["image"]) as dataset:
        assert dataset.dtypes[0] == "uint16" and dataset.scales == (0.5, 2.0) * 3


@pytest.mark.parametrize(("name", "options"), [("MIN_VALID", {"min_valid": 80}), ("MAX_CLOUD", {"max_cloud": 26})])
def test_chips_are_left_out_by_their_shares(make_scenes, out, log, name, options):
    scenes = make_scenes()
    everything = training_chips(None, out, scenes=scenes, size=20).chips
    kept = training_chips(None, out, scenes=scenes, size=20, log=log, **options).chips
    wanted = [
        chip for chip in everything
        if chip.nan_percent <= 100 - options.get("min_valid", 0)
        and chip.cloud_percent <= options.get("max_cloud", 100)
    ]  # fmt: skip
    assert 0 < len(wanted) < len(everything) and list(kept) == wanted
    assert (
        log.line(f"Chips left out because of {name}")
        == f"Chips left out because of {name}: {len(everything) - len(kept)}"
    )
    assert len(os.listdir(out / "images" / "train")) == sum(chip.split == "train" for chip in kept)


def test_chips_whose_shares_equal_a_limit_are_kept():
    def problem(valid: int, cloud: int, labelled: int) -> str:
        counts = ChipCounts(0, (625 - valid,), (cloud,), {0: 625 - labelled, 1: labelled})
        return KeepRules(1.12, 9.12, 1.12, unlabelled=(0,), dated=(0,)).problem(counts, 25)

    assert problem(7, 57, 7) == ""
    assert [problem(6, 57, 7), problem(7, 58, 7), problem(7, 57, 6)] == ["MIN_VALID", "MAX_CLOUD", "MIN_LABEL"]


def test_labels_of_texts_are_numbered_and_later_polygons_win(source, out, log):
    features = [
        polygon([(0, 0), (40, 0), (40, 40), (0, 40)], kind="wheat"),
        polygon([(20, 20), (60, 20), (60, 50), (20, 50)], kind="maize"),
    ]
    result = training_chips(
        source, out, size=70, labels=features, class_field="kind", background=1, split="100,0,0", log=log
    )
    assert result.classes == {2: "maize", 3: "wheat"}
    wanted = np.full((60, 70), 1, "uint8")
    wanted[:40, :40] = 3
    wanted[20:50, 20:60] = 2
    wanted[(pixels(source) == 0).any(axis=0)] = 255
    (chip,) = result.chips
    found = pixels(out / chip.label)[0]
    assert found.dtype == "uint8" and np.array_equal(found[:60], wanted) and (found[60:] == 255).all()
    assert document(out)["classes"] == [{"code": 2, "name": "maize"}, {"code": 3, "name": "wheat"}]
    assert log.line("Labels: 2 polygons").endswith("; classes 2 maize, 3 wheat")
    assert log.line("Class 2 (maize)").startswith("Class 2 (maize): train ")


def test_min_label(source, out):
    features = [polygon([(0, 0), (20, 0), (20, 60), (0, 60)])]
    result = training_chips(source, out, size=20, labels=features, min_label=10, remainder="drop", split="100,0,0")
    assert [chip.window[0] for chip in result.chips] == [0, 0, 0]


def test_a_label_raster_on_another_grid(source, out, make_raster):
    """Each label pixel is repeated for the 2 x 2 pixels that it covers, and nodata becomes IGNORE."""
    classes = np.random.default_rng(8).integers(0, 4, (30, 35)).astype("int16")
    labels = make_raster([classes], "labels.tif", nodata=0, transform=TRANSFORM * TRANSFORM.scale(2))
    result = training_chips(source, out, size=20, label_raster=labels, ignore=-1, split="100,0,0", remainder="drop")
    wanted = np.where(classes == 0, -1, classes).repeat(2, axis=0).repeat(2, axis=1).astype("int32")
    wanted[(pixels(source) == 0).any(axis=0)] = -1
    for chip in result.chips:
        col, row, *_ = chip.window
        found = pixels(out / chip.label)[0]
        assert found.dtype == "int32" and np.array_equal(found, wanted[row : row + 20, col : col + 20])
    assert result.classes == {1: "1", 2: "2", 3: "3"}


@pytest.mark.parametrize("nodata", [None, 255])
def test_a_class_that_equals_ignore_is_warned_of(source, out, make_raster, log, nodata):
    """Pixels that are nodata in the label raster, or missing in the image, have no class and are not counted."""
    classes = np.random.default_rng(8).choice([1, 2, 255], (60, 70)).astype("uint8")
    labels = make_raster([classes], "labels.tif", nodata=nodata)
    result = training_chips(source, out, size=40, label_raster=labels, split="100,0,0", log=log)
    assert result.classes == {1: "1", 2: "2"}
    count = ((classes == 255) & (pixels(source) != 0).all(axis=0)).sum()
    words = f"{count:,} pixels of LABEL_RASTER have the class 255, which equals IGNORE"
    assert [line.startswith(words) for line in log.warnings] == [True] * (nodata is None)


@pytest.mark.parametrize("method", ["std", "percentiles"])
def test_normalized_values_follow_from_train(source, out, method):
    plain = training_chips(source, out / "plain", size=10, split="60,40,0").statistics
    result = training_chips(source, out / "normal", size=10, split="60,40,0", normalize=method)
    assert result.statistics == plain
    for chip in result.chips:
        stored = pixels(out / "plain" / chip.image).astype("float64")
        found = pixels(out / "normal" / chip.image)
        for number, band in enumerate(plain):
            low, length = (band.mean, band.std) if method == "std" else (
                band.percentiles[2], band.percentiles[98] - band.percentiles[2]
            )  # fmt: skip
            wanted = ((stored[number] - low) / length).astype("float32")
            assert np.array_equal(found[number], np.where(stored[number] == 0, np.float32(-9999), wanted))


def test_archives_open_with_numpy(make_scenes, out):
    features = [polygon([(0, 0), (40, 0), (40, 40), (0, 40)])]
    result = training_chips(None, out, scenes=make_scenes(), size=20, format="npz", labels=features)
    tiffs = training_chips(None, out.with_name("tif"), scenes=make_scenes(), size=20, labels=features)
    for chip, other in zip(result.chips, tiffs.chips):
        with np.load(out / chip.image, allow_pickle=False) as image, np.load(out / chip.label) as label:
            assert image["image"].shape == (3, 2, 20, 20)
            assert np.array_equal(image["image"].reshape(6, 20, 20), pixels(tiffs.output + "/" + other.image))
            assert np.array_equal(label["label"], pixels(tiffs.output + "/" + other.label)[0])


def test_the_set_is_the_same_for_all_workers_and_chunks(make_scenes, out):
    features = [polygon([(0, 0), (40, 3), (33, 40), (0, 40)])]
    found = []
    for number, options in enumerate(({"workers": 1}, {"workers": 2, "chunk_size": 20}, {"chunk_size": 70})):
        folder = out / str(number)
        result = training_chips(None, folder, scenes=make_scenes(), size=20, stride=13, labels=features, **options)
        files = [name for chip in result.chips for name in (chip.image, chip.label)]
        documents = [(folder / name).read_text() for name in ("chips.json", "statistics.json")]
        found.append((documents, [pixels(folder / name).tobytes() for name in files]))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("format", ["tif", "npz"])
@pytest.mark.parametrize("hidden", [False, True])
def test_bytes_without_a_nodata_value_keep_their_values(make_raster, out, log, format, hidden):
    """Valid pixels of 255 count as valid. GeoTIFFs have a mask where pixels are missing; archives have a warning."""
    values = np.random.default_rng(1).integers(250, 256, (3, 60, 70)).astype("uint8")
    valid = np.ones((60, 70), bool)
    valid[:9, :7] = not hidden
    source = make_raster(list(values), mask=valid if hidden else None)
    labels = [polygon([(0, 0), (70, 0), (70, 60), (0, 60)], kind=1)]
    result = training_chips(
        source, out, size=40, split="100,0,0", labels=labels, class_field="kind", format=format, log=log
    )
    masked = format == "tif"
    assert document(out)["nodata"] == (None if masked else 255)
    assert [(band.count, band.maximum) for band in result.statistics] == [(valid.sum(), 255)] * 3
    assert [band.mean for band in result.statistics] == [each[valid].mean() for each in values]
    shown = np.pad(valid, ((0, 20), (0, 10)))
    wanted = np.where(shown, np.pad(values, ((0, 0), (0, 20), (0, 10))), 0 if masked else 255)
    for chip in result.chips:
        col, row, *_ = chip.window
        place = np.s_[row : row + 40, col : col + 40]
        assert chip.nan_percent == 100 * (~shown[place]).mean()
        if not masked:
            assert np.array_equal(np.load(out / chip.image)["image"][0], wanted[(slice(None), *place)])
            assert np.array_equal(np.load(out / chip.label)["label"], np.where(shown[place], 1, 255))
            continue
        assert np.array_equal(pixels(out / chip.label)[0], np.where(shown[place], 1, 255))
        with rasterio.open(out / chip.image) as dataset:
            assert np.array_equal(dataset.read(), wanted[(slice(None), *place)])
            assert np.array_equal(dataset.dataset_mask() > 0, shown[place])
            flag = MaskFlags.all_valid if shown[place].all() else MaskFlags.per_dataset
            assert dataset.nodata is None and dataset.mask_flag_enums == ([flag],) * 3
    if masked:
        assert log.line("Images: ") == "Images: uint8, nodata none, an internal mask marks missing pixels"
        assert not any("valid values equal" in line for line in log.warnings)
    else:
        count = (values[:, valid] == 255).sum()
        assert log.line(f"{count:,} valid values equal the nodata value 255. They count as valid").endswith(
            "Set OUTPUT_NODATA to a value that does not occur in the input."
        )


def test_a_nodata_value_that_occurs_in_the_input(make_raster, out, log):
    """The nodata value that the user sets is declared even if valid pixels have it, with a warning."""
    values = np.random.default_rng(1).integers(250, 256, (60, 70)).astype("uint8")
    source = make_raster([values])
    result = training_chips(source, out, size=40, split="100,0,0", output_nodata=255, log=log)
    assert document(out)["nodata"] == 255 and result.chips[0].nan_percent == 0
    assert result.statistics[0].count == values.size
    assert log.line(f"{(values == 255).sum():,} valid values equal the nodata value 255. They count as valid")
    result = training_chips(source, out, size=40, split="100,0,0", output_nodata=0)
    assert result.chips[0].nan_percent == 0 and document(out)["nodata"] == 0
    result = training_chips(source, out, size=20, remainder="drop", split="100,0,0")
    assert document(out)["nodata"] is None and result.chips[0].nan_percent == 0


@pytest.mark.parametrize("hidden", [False, True])
def test_masks_of_several_dates(make_scenes, make_raster, out, log, hidden):
    """A mask holds for all dates, so dates that miss different pixels are marked by a nodata value instead."""
    path = make_scenes(days=(0, 5), masks=False)
    values, valid = np.full((60, 70), 65535, "uint16"), np.ones((60, 70), bool)
    make_raster([values] * 2, "scenes/scene_0.tif")
    valid[:5] = not hidden
    make_raster([values] * 2, "scenes/scene_1.tif", mask=valid if hidden else None)
    result = training_chips(None, out, scenes=path, size=40, split="100,0,0", log=log)
    assert document(out)["nodata"] == (65535 if hidden else None)
    assert [band.count for band in result.statistics] == [values.size + valid.sum()] * 2
    assert [each.nan_percent for each in result.chips[0].dates] == [0, 12.5 * hidden]
    with rasterio.open(out / result.chips[-1].image) as dataset:
        assert (dataset.dataset_mask() > 0).any() != hidden
    assert any("valid values equal the nodata value" in line for line in log.warnings) == hidden


@pytest.mark.parametrize(
    "options", [{"creation_options": "COMPRESS=JPEG"}, {"creation_options": "COMPRESS=LERC|MAX_Z_ERROR=0.01"}]
)
def test_options_that_do_not_preserve_nodata(make_raster, out, options):
    """A mask then marks the missing pixels."""
    values = np.random.default_rng(1).integers(100, 110, (60, 70)).astype("uint8")
    values[:5] = 0
    shown = np.pad(values > 0, ((0, 20), (0, 10)))
    normalize = "std" if "LERC" in options["creation_options"] else "none"
    source = make_raster([values], nodata=0)
    result = training_chips(source, out, size=40, split="100,0,0", normalize=normalize, **options)
    (band,) = result.statistics
    wanted = np.pad((values - band.mean) / band.std if normalize == "std" else values, ((0, 20), (0, 10)))
    for chip in result.chips:
        col, row, *_ = chip.window
        place = np.s_[row : row + 40, col : col + 40]
        with rasterio.open(out / chip.image) as dataset:
            assert dataset.nodata is None and np.array_equal(dataset.dataset_mask() > 0, shown[place])
            difference = np.abs(dataset.read(1) - wanted[place].astype("float64"))[shown[place]]
            assert difference.max() <= 0.011 if normalize == "std" else difference.mean() < 4


def test_a_set_replaces_an_older_set_and_nothing_else(source, out, state):
    training_chips(source, out, size=10)
    (out / "notes.txt").write_text("mine")
    labels = [polygon([(0, 0), (40, 0), (40, 40), (0, 40)])]
    training_chips(source, out, size=20, labels=labels)
    training_chips(source, out.with_name("other"), size=20, labels=labels)
    found, fresh = set(state(out)), set(state(out.with_name("other")))
    assert found - fresh == {"notes.txt"} and fresh < found
    (out / "images" / "train" / "mine.tif").write_text("mine")
    with pytest.raises(OutputError, match=r"mine\.tif does not belong to a set of chips") as caught:
        training_chips(source, out, size=20)
    assert caught.value.parameter == "folder"
    (out / "images" / "train" / "mine.tif").unlink()
    training_chips(source, out, size=20)
    assert not (out / "labels").exists()


@pytest.mark.parametrize("exists", [False, True])
def test_a_cancelled_run_leaves_the_folder_unchanged(source, out, state, tmp_path, exists):
    if exists:
        training_chips(source, out, size=20)
    before = state(tmp_path)
    with Cancel((ChipWork, "_process"), at=3) as cancel, pytest.raises(Cancelled):
        training_chips(source, out, size=10, workers=2, progress=cancel)
    assert state(tmp_path) == before
    assert cancel.begun_later <= 2


def test_a_failing_exchange_restores_the_older_set(source, out, state, monkeypatch):
    training_chips(source, out, size=20)
    before = state(out)
    real, count = os.replace, iter(range(100))

    def replace(first, second):
        if "/.parallelraster-chips/new/" in first and os.path.dirname(second) == str(out) and next(count) == 1:
            raise PermissionError(13, "Permission denied")
        real(first, second)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OutputError, match="could not be completed: Permission denied"):
        training_chips(source, out, size=10, labels=[polygon([(0, 0), (40, 0), (40, 40)])])
    assert state(out) == before


def test_a_run_resumes_with_the_files_of_an_unfinished_one(source, out, monkeypatch, log):
    options = {"size": 10, "resume": True, "workers": 1, "labels": [polygon([(0, 0), (40, 0), (40, 40)])]}
    with Cancel((ChipWork, "_process"), at=9) as cancel, pytest.raises(Cancelled, match=r"Finished files kept: \d+\. "):
        training_chips(source, out, progress=cancel, **options)
    assert os.listdir(out) == [".parallelraster-chips"]
    written = []
    real = NestedSet.enter

    def enter(self, entry):
        written.append(entry.file)
        real(self, entry)

    monkeypatch.setattr(NestedSet, "enter", enter)
    options["workers"] = 2
    result = training_chips(source, out, log=log, **options)
    kept = 2 * result.chip_count - len(written)
    assert kept >= 8
    assert log.line("Resumed with files") == (
        f"Resumed with files left by an unfinished run: {kept}. They are kept if they are unchanged."
    )
    other = training_chips(source, out.with_name("other"), **options)
    assert other.chips == result.chips and other.statistics == result.statistics
    for chip in other.chips:
        for name in (chip.image, chip.label):
            assert np.array_equal(pixels(out / name), pixels(out.with_name("other") / name))


def test_another_run_is_not_resumed(source, out, log):
    with Cancel((ChipWork, "_process"), at=9) as cancel, pytest.raises(Cancelled):
        training_chips(source, out, size=10, resume=True, workers=1, progress=cancel)
    training_chips(source, out, size=10, seed=1, resume=True, log=log)
    assert "different inputs or parameters" in log.line("Removed files left by an unfinished run")
    assert sorted(os.listdir(out)) == ["chips.json", "images", "statistics.json"]


REJECTED = [
    ({"size": 0}, "size", "SIZE is 0"),
    ({"size": 2.5}, "size", "whole number"),
    ({"stride": -1}, "stride", "STRIDE is -1"),
    ({"mode": "spiral"}, "mode", "must be one of grid, centred, random"),
    ({"mode": "centred"}, "centres", "CENTRES is not set"),
    ({"mode": "random", "count": 0}, "count", "COUNT is 0"),
    ({"start": "2024-01-01"}, "start", "START needs SCENES"),
    ({"days": 5}, "days", "DAYS needs SCENES"),
    ({"days": 10**9}, "days", "DAYS is 1000000000. Set a whole number from 0 to 1,000,000"),
    ({"seed": 10**400}, "seed", "SEED has more than 308 digits"),
    ({"min_valid": 101}, "min_valid", "from 0 to 100"),
    ({"min_label": 5}, "min_label", "MIN_LABEL needs labels"),
    ({"class_field": "kind"}, "class_field", "CLASS_FIELD needs LABELS"),
    ({"ignore": 0}, "ignore", "BACKGROUND and IGNORE are both 0"),
    ({"bands": [4]}, "bands", "BANDS '4' is not a band"),
    ({"size": 100, "remainder": "drop"}, "size", "No chip of 100 x 100 pixels"),
    ({"labels": [polygon([(0, 0), (9, 0), (9, 9)], kind=255)], "class_field": "kind"}, "ignore", "which equals IGNORE"),
    ({"labels": [polygon([(0, 0), (9, 0), (9, 9)], kind=None)], "class_field": "kind"}, "class_field", "is empty"),
    ({"labels": [polygon([(0, 0), (9, 0), (9, 9)])], "background": 1}, "background", "BACKGROUND is 1, which is the"),
    ({"labels": [polygon([(0, 0), (9, 0), (9, 9)])], "ignore": 1}, "ignore", "IGNORE is 1, which is the code of all"),
    ({"labels": [polygon([(90, 90), (99, 90), (99, 99)])]}, "labels", "No polygon in LABELS contains pixels"),
    ({"labels": []}, "labels", "contains no features"),
    ({"scenes": "x.json"}, "src", "either INPUT or SCENES"),
    ({"split_block": -1}, "split_block", "SPLIT_BLOCK is -1"),
]


REJECTED += [
    ({"mode": "centred", "size": 8, "centres": centres}, "centres", "CENTRES contains no point or polygon centroid")
    for centres in (
        [],
        [{"type": "Point", "coordinates": [0, 0]}],
        [{"type": "LineString", "coordinates": [TRANSFORM * (2, 2), TRANSFORM * (9, 9)]}],
        [polygon([(90, 90), (99, 90), (99, 99)])],
    )
]


@pytest.mark.parametrize(("options", "parameter", "words"), REJECTED)
def test_rejected_parameters(source, out, options, parameter, words):
    with pytest.raises(OptionError, match=words) as caught:
        check_training_chips(source, str(out), **options)
    assert caught.value.parameter == parameter
    assert not out.exists()


def test_rejected_inputs(source, out, make_scenes, make_raster):
    floats = make_raster([np.ones((20, 20), "float32")], "floats.tif")
    with pytest.raises(OptionError, match="NORMALIZE 'percentiles' needs integers"):
        training_chips(floats, out, size=10, normalize="percentiles")
    with pytest.raises(InputError, match="is float32, but class codes must be integers"):
        training_chips(source, out, size=10, label_raster=floats)
    with pytest.raises(ResourceError, match="Set MEMORY to at least"):
        training_chips(source, out, size=10, memory=1)
    scenes = make_scenes()
    other = make_raster([np.ones((60, 60), "uint16")] * 2, "scenes/scene_1.tif")
    with pytest.raises(InputError, match="All scenes must have the same grid") as caught:
        training_chips(None, out, scenes=scenes, size=10)
    assert caught.value.parameter == "scenes" and other.exists()
    with pytest.raises(InputError, match="None of the 3 scenes"):
        training_chips(None, out, scenes=scenes, start="2025-01-01", size=10)
    (out.parent / "items.json").write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(InputError, match=r"items\.json is not a list of scenes\. Choose a scenes\.json") as caught:
        training_chips(None, out, scenes=out.parent / "items.json", size=10)
    assert caught.value.parameter == "scenes"


def test_splits_and_classes_that_are_empty_are_warned_of(source, out, log):
    features = [polygon([(0, 0), (9, 0), (9, 9), (0, 9)], kind=3), polygon([(60, 50), (69, 50), (69, 59)], kind=4)]
    training_chips(source, out, size=30, labels=features, class_field="kind", split="0.01,50,49.99", log=log)
    table = "; ".join(log.line(f"Class {code}") for code in (3, 4))
    assert table.startswith("Class 3 (3): train 0 pixels, ")
    assert log.line("Splits without chips: train").endswith(f"or create more chips. {table}.")
    assert log.line("Classes without pixels") == f"Classes without pixels in the train split: 3, 4. {table}."
    log.warnings.clear()
    training_chips(source, out, size=30, split="0.01,50,49.99", log=log)
    assert log.warnings[-1].endswith("or create more chips.")
    training_chips(source, out, size=30, min_valid=100, log=log)
    assert "All chips were left out, so no images were written" in "\n".join(log.warnings)
    assert document(out)["chips"] == []


def test_centres_of_points_and_polygons(source, out, log):
    points = [{"type": "Point", "coordinates": TRANSFORM * place} for place in ((30.5, 20.2), (30.9, 20.9), (90, 5))]
    square = polygon([(40, 40), (44, 40), (44, 46), (40, 46)])
    result = training_chips(
        source, out, size=10, mode="centred", centres=[*points, square], split="100,0,0", log=log, memory=77, workers=1
    )
    assert log.line("Plan: ").endswith("memory limit 77 MB; 1 worker")
    assert [chip.window for chip in result.chips] == [(25, 15, 10, 10), (37, 38, 10, 10)]
    assert log.line("Chips left out, same position") == "Chips left out, same position as another chip: 1"
    assert log.line("Chips left out, centre or chip outside the raster").endswith(": 1")


@pytest.mark.parametrize("transform", [TRANSFORM, Affine(8, 3, 400_000, 3, -8, 5_000_000), Affine.identity()])
def test_headers_of_all_chips_are_those_of_gdal(make_raster, out, monkeypatch, transform):
    """GDAL creates only the first image and the first label, unless the grid is rotated or has no transform."""
    values = list(np.random.default_rng(4).integers(1, 12, (3, 60, 70)).astype("uint16"))
    source = make_raster(values, nodata=0, scales=[0.5] * 3, transform=transform)
    labels = make_raster([np.ones((60, 70), "uint8")], "labels.tif", transform=transform)
    created, real = [], gdal_file.OutputFile._create_dataset

    def create(self, path):
        created.append(path)
        return real(self, path)

    monkeypatch.setattr(gdal_file.OutputFile, "_create_dataset", create)
    result = training_chips(source, out, size=20, label_raster=labels, split="100,0,0", workers=1)
    with rasterio.open(source) as dataset:
        crs = dataset.crs
    north_up = transform.b == 0 and transform.c != 0
    assert (len(created) < 8) == north_up and result.chip_count == 12
    for chip in result.chips:
        col, row, *_ = chip.window
        for name, count in ((chip.image, 3), (chip.label, 1)):
            with rasterio.open(out / name) as dataset:
                place = transform * Affine.translation(col, row)
                assert dataset.transform.almost_equals(place, 1e-9) and dataset.crs == crs
                assert (dataset.count, dataset.shape) == (count, (20, 20))
                assert dataset.scales == (0.5,) * 3 if count == 3 else dataset.nodata == 255
                assert dataset.descriptions == (("1", "2", "3") if count == 3 else (None,))


def test_dates_without_scenes_are_nodata_although_other_dates_have_two(make_scenes, make_raster, out):
    """With DAYS 2, the first date has two scenes and the third date has none, so the third date is nodata."""
    path = make_scenes(days=(0, 1, 2), masks=False)
    for number in range(3):
        make_raster(list(np.full((2, 60, 70), number + 1, "uint16")), f"scenes/scene_{number}.tif")
    training_chips(None, out, scenes=path, days=2, end="2024-05-08", size=10, split="100,0,0")
    image = pixels(out / document(out)["chips"][0]["image"])
    assert image[:, 0, 0].tolist() == [1, 1, 3, 3, 65535, 65535] and document(out)["nodata"] == 65535


def test_too_many_blocks_for_random_places(make_raster, out):
    source = make_raster([np.zeros((1200, 1200), "uint8")], compress="deflate")
    with pytest.raises(OptionError, match=r"With SPLIT_BLOCK 30, the raster has about 1,440,000 blocks;") as caught:
        training_chips(source, out, size=1, mode="random", split_block=30)
    assert caught.value.parameter == "split_block"


@pytest.mark.parametrize(("options", "parameter", "advice"), [
    ({"size": 1}, "size", r"Increase SIZE or set STRIDE\."),
    ({"size": 4, "stride": 1}, "stride", r"Increase STRIDE\."),
])  # fmt: skip
def test_too_many_chips_on_a_grid(make_raster, out, options, parameter, advice):
    """The advice names the parameter that determines the number of chips."""
    source = make_raster([np.zeros((1200, 1200), "uint8")], compress="deflate")
    with pytest.raises(OptionError, match=f"up to 1,440,000 chips; the maximum is .* {advice}") as caught:
        training_chips(source, out, **options)
    assert caught.value.parameter == parameter


def test_a_nodata_value_of_nan(make_raster, out):
    values = np.random.default_rng(3).normal(size=(60, 70)).astype("float32")
    values[:5, :5] = np.nan
    training_chips(make_raster([values], nodata=np.nan), out, size=40, split="100,0,0")
    text = (out / "chips.json").read_text()
    found = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert found["nodata"] == "nan" and found["chips"][0]["dates"][0]["nan_percent"] == 100 * 25 / 1600
    with rasterio.open(out / found["chips"][-1]["image"]) as dataset:
        assert np.isnan(dataset.nodata) and np.isnan(dataset.read(1)[30:]).all()


def test_records_of_chips_are_not_kept(make_raster, out, monkeypatch):
    """The histograms of a chip are freed once they have been added, so that memory does not grow with the chips."""
    source = make_raster([np.random.default_rng(3).integers(0, 2**16, (60, 70)).astype("uint16")])
    added, alive, real = [], [], BandTotals.add

    def add(self, number, record):
        added.append(weakref.ref(record.counts))
        alive.append(sum(each() is not None for each in added))
        real(self, number, record)

    monkeypatch.setattr(BandTotals, "add", add)
    result = training_chips(source, out, size=10, workers=1, split="100,0,0")
    assert result.chip_count == 42 == len(alive) and max(alive) <= 2


@pytest.mark.parametrize("nodata", [None, 0, -9999, np.nan])
def test_the_nodata_value_of_normalized_chips(make_raster, out, nodata):
    """OUTPUT_NODATA applies to the Float32 values, and all values of the input are valid."""
    values = np.random.default_rng(1).integers(250, 256, (60, 70)).astype("uint8")
    values[0, :2] = 249, 256 - 3  # the mean is exactly 252.5
    result = training_chips(
        make_raster([values]), out, size=40, split="100,0,0", normalize="std", output_nodata=nodata
    )  # fmt: skip
    (band,) = result.statistics
    assert (band.count, band.mean, band.maximum) == (values.size, values.mean(), 255)
    wanted = np.pad((values - band.mean) / band.std, ((0, 20), (0, 10))).astype("float32")
    valid = np.pad(np.ones(values.shape, bool), ((0, 20), (0, 10)))
    fill = -9999 if nodata is None else nodata
    for chip in result.chips:
        with rasterio.open(out / chip.image) as dataset:
            found, shown = dataset.read(1), dataset.read_masks(1) > 0
            np.testing.assert_equal(dataset.nodata, fill)
        col, row, *_ = chip.window
        place = np.s_[row : row + 40, col : col + 40]
        assert np.array_equal(shown, valid[place]) and np.array_equal(found[shown], wanted[place][shown])
        assert chip.nan_percent == 100 * (~valid[place]).mean()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_classes_that_are_not_finite(source, out, value):
    features = [polygon([(0, 0), (9, 0), (9, 9)], kind=value)]
    with pytest.raises(OptionError, match=r"CLASS_FIELD kind of polygon .* is -?(nan|inf)") as caught:
        training_chips(source, out, size=20, labels=features, class_field="kind")
    assert caught.value.parameter == "class_field"


def test_classes_that_are_numbers_of_numpy(source, out):
    features = [
        polygon([(0, 0), (40, 0), (40, 40), (0, 40)], kind=np.int64(12)),
        polygon([(40, 0), (70, 0), (70, 60), (40, 60)], kind=np.float32(7)),
    ]
    result = training_chips(source, out, size=60, labels=features, class_field="kind")
    assert result.classes == {7: "7", 12: "12"}


def test_mask_pixels_without_data_are_not_clouds(make_scenes, make_raster, out):
    """The mask layer is nodata (0) in one half of the scene, and covers only the upper 40 rows."""
    path = make_scenes(days=(0,))
    classes = np.full((40, 70), 9, "uint8")
    classes[:, :35] = 0
    make_raster([classes], "scenes/scene_0_SCL.tif", nodata=0)
    make_raster(list(np.ones((2, 60, 70), "uint16")), "scenes/scene_0.tif", nodata=0)
    training_chips(None, out, scenes=path, size=10, split="100,0,0")
    for chip in document(out)["chips"]:
        col, row, *_ = chip["window"]
        covered = np.zeros((60, 70), bool)
        covered[:40, 35:] = True
        (shares,) = chip["dates"]
        assert shares["cloud_percent"] == covered[row : row + 10, col : col + 10].mean() * 100


def test_a_changed_list_of_scenes_is_not_resumed(make_scenes, out):
    """The dates of the scenes are in the chips, so chips of the old dates are not kept."""
    path = make_scenes(days=(0, 5))
    with Cancel((ChipWork, "_process"), at=9) as cancel, pytest.raises(Cancelled):
        training_chips(None, out, scenes=path, size=10, resume=True, workers=1, progress=cancel)
    text = (out.parent / "scenes" / "scenes.json").read_text()
    (out.parent / "scenes" / "scenes.json").write_text(text.replace("2024-05-08", "2024-05-09"))
    result = training_chips(None, out, scenes=path, size=10, resume=True, workers=1)
    for chip in result.chips:
        with rasterio.open(out / chip.image) as dataset:
            assert dataset.descriptions[2] == "2024-05-09 B03"


@pytest.mark.parametrize(("crs", "block"), [("EPSG:32633", "400 map units"), (None, "40 pixels")])
def test_the_log_gives_the_width_of_a_split_block_in_units_of_the_raster(make_raster, out, log, crs, block):
    place = Affine.translation(500_000, 5_000_000) * Affine.scale(10, -10) if crs else Affine.identity()
    source = make_raster([np.ones((60, 70), "uint16")], crs=crs, transform=place)
    training_chips(source, out, size=10, workers=1, log=log)
    assert f"splits assigned by blocks of {block}, seed 0" in log.line("Chips to cut: ")


@pytest.mark.parametrize("placed", [True, False])
def test_ground_control_points_and_rpcs_are_shifted(make_raster, out, placed):
    """RPCs and ground control points of a chip are relative to the upper left corner of the chip."""
    source = make_raster(
        [np.ones((60, 70), "uint16")], transform=TRANSFORM if placed else Affine.identity(),
        crs="EPSG:32633" if placed else None,
    )  # fmt: skip
    rpc = {f"{key}_{name}": "1" for key in ("LINE", "SAMP", "LAT", "LONG", "HEIGHT") for name in ("OFF", "SCALE")}
    rpc |= {f"{key}_{part}_COEFF": " ".join(["1"] * 20) for key in ("LINE", "SAMP") for part in ("NUM", "DEN")}
    points = [GroundControlPoint(row, col, 10 + col, 50 - row, 0) for row, col in ((0, 0), (0, 70), (60, 0), (60, 70))]
    with rasterio.open(source, "r+") as dataset:
        dataset.update_tags(ns="RPC", **rpc)
        if not placed:
            dataset.gcps = points, "EPSG:4326"
    labels = make_raster([np.ones((60, 70), "uint8")], "labels.tif", crs="EPSG:32633", transform=TRANSFORM)
    options = {"label_raster": labels} if placed else {}
    result = training_chips(source, out, size=30, split="100,0,0", workers=1, **options)
    assert result.chip_count == 6
    for chip in result.chips:
        col, row, *_ = chip.window
        for name in filter(None, (chip.image, chip.label)):
            with rasterio.open(out / name) as dataset:
                found = dataset.tags(ns="RPC")
                assert (float(found["SAMP_OFF"]), float(found["LINE_OFF"])) == (1 - col, 1 - row)
                gcps = [] if placed else [(p.row - row, p.col - col, p.x, p.y) for p in points]
                assert [(p.row, p.col, p.x, p.y) for p in dataset.gcps[0]] == gcps
                if placed:
                    assert dataset.transform == TRANSFORM * Affine.translation(col, row)
