"""Tests for runs that are rejected before pixels are read: the error names the file, and no files are left behind."""

from __future__ import annotations

import os
from dataclasses import fields

import numpy as np
import pytest
from affine import Affine

from parallel_raster.core import (
    InputError,
    OptionError,
    OutputError,
    ParallelRasterError,
    ResourceError,
    normalized_difference,
)
from parallel_raster.core.jobs.difference.job import check_normalized_difference
from parallel_raster.core.jobs.difference.plan import IndexOptions


@pytest.fixture
def assert_rejected(tmp_path, state, log):
    """Return a function that asserts that a run is rejected with all `words` in the error and changes no files."""

    def check(error, *words, source="in.tif", output="out.tif", **options):
        before = state(tmp_path)
        given = {"band_a": 1, "band_b": 2, "log": log}
        with pytest.raises(ParallelRasterError) as caught:
            normalized_difference(_path(source), _path(output), **{**given, **options})
        message = str(caught.value)
        assert isinstance(caught.value, error), repr(caught.value)
        assert "\n" not in message and message.endswith((".", ")")), message
        for word in words:
            assert word in message, message
        assert state(tmp_path) == before
        return message

    def _path(given):
        return given if isinstance(given, str) and given.startswith(".") else str(tmp_path / given)

    return check


@pytest.fixture
def source(make_raster, random_bands):
    return make_raster(random_bands(), nodata=7)


@pytest.mark.parametrize("bands", [{"band_a": 3}, {"band_b": 3}, {"band_a": 0}, {"band_b": -1}])
def test_a_band_that_does_not_exist(source, assert_rejected, bands):
    (number,) = bands.values()
    assert_rejected(InputError, str(source), "2 bands", f"band {number}", **bands)


def test_a_band_of_the_second_file_that_does_not_exist(source, make_raster, random_bands, assert_rejected):
    other = make_raster(random_bands()[:1], "other.tif")
    assert_rejected(InputError, str(other), "band 2 does not exist", input_b=other, input_b_band=2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "does not exist"),
        (b"", "empty"),
        (b"only words", "its content is not a TIFF"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n", "git lfs pull"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b"II*\0" + bytes(100), "not a raster"),
        (b"II*\0\x08\0\0\0\xff\xff" + bytes(range(256)) * 20, "not a raster"),
    ],
)
@pytest.mark.parametrize("place", ["source", "input_b"])
def test_files_that_are_not_rasters(source, tmp_path, assert_rejected, content, words, place):
    bad = tmp_path / "bad.tif"
    if content is not None:
        bad.write_bytes(content)
    assert_rejected(InputError, str(bad), words, **({"source": bad} if place == "source" else {"input_b": bad}))


def test_a_folder_as_input(source, tmp_path, assert_rejected):
    (tmp_path / "folder.tif").mkdir()
    assert_rejected(InputError, "folder.tif is a folder", source="folder.tif")
    assert_rejected(InputError, "folder.tif is a folder", input_b=tmp_path / "folder.tif")


def test_complex_numbers(make_raster, assert_rejected):
    make_raster([np.ones((5, 5), "complex64")] * 2)
    assert_rejected(InputError, "in.tif", "complex")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"creation_options": "FRUIT=APPLE"}, "FRUIT"),
        ({"creation_options": "COMPRESS=APPLE"}, "APPLE"),
        ({"creation_options": "BLOCKXSIZE=100"}, "BLOCKXSIZE"),
        ({"creation_options": "BLOCKYSIZE=24"}, "BLOCKYSIZE"),
        ({"creation_options": "COMPRESS"}, "KEY=VALUE"),
        ({"index": "evi"}, "INDEX"),
        ({"scaling": "some"}, "SCALING"),
        ({"zero_sum": "one"}, "ZERO_SUM"),
        ({"data_type": "float64"}, "DATA_TYPE"),
        ({"output_nodata": 0.5}, "OUTPUT_NODATA"),
        ({"output_nodata": 0, "data_type": "int16"}, "OUTPUT_NODATA"),
        ({"output_nodata": float("nan"), "data_type": "uint8"}, "OUTPUT_NODATA"),
        ({"scaling": "given", "scale": 0.0}, "SCALE"),
        ({"scaling": "given", "scale": float("nan")}, "SCALE"),
        ({"scaling": "given", "offset": float("inf")}, "OFFSET"),
        ({"workers": -1}, "WORKERS"),
        ({"memory": -1}, "MEMORY"),
        ({"chunk_size": -1}, "CHUNK_SIZE"),
        ({"extent": (0, 0, 1, 1)}, "does not overlap"),
        ({"extent": (1, 0, 0, 1)}, "xmin must be less than xmax"),
    ],
)
def test_invalid_values(source, assert_rejected, options, words):
    assert_rejected(OptionError, words, **options)


def test_too_little_memory(source, assert_rejected):
    message = assert_rejected(ResourceError, "MEMORY", memory=1)
    needed = int(message.split("at least ")[1].rstrip("."))
    assert normalized_difference(source, source.parent / "out.tif", band_a=1, band_b=2, memory=needed).valid_percent


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shape": (60, 71)}, "71 x 60 pixels instead of 70 x 60"),
        ({"transform": Affine(30, 0, 400_015, 0, -30, 5_000_000)}, "0.5 pixels"),
        ({"transform": Affine(30, 0, 400_000, 0, -30, 5_000_000.6)}, "0.02 pixels"),
        ({"transform": Affine(30, 0, 400_000, 0, 30, 5_000_000)}, "pixels"),
        ({"crs": "EPSG:32634"}, "CRSs differ"),
        ({"crs": None}, "no CRS"),
    ],
)
def test_different_grids(source, make_raster, random_bands, assert_rejected, changes, words):
    """Different grids are rejected, because the index would combine pixels from different locations."""
    shape = changes.pop("shape", (60, 70))
    other = make_raster(random_bands(shape=shape)[:1], "other.tif", **changes)
    assert_rejected(InputError, str(source), str(other), words, "70 x 60", input_b=other)


def test_a_tiny_shift_is_accepted(source, make_raster, random_bands, read):
    tiny = Affine(30, 0, 400_000 + 30e-9, 0, -30, 5_000_000)
    other = make_raster(random_bands()[1:], "other.tif", transform=tiny, nodata=7)
    out = source.parent / "out.tif"
    normalized_difference(source, out, band_a=1, band_b=2)
    expected = read(out).values
    normalized_difference(source, out, band_a=1, input_b=other)
    assert np.array_equal(read(out).values, expected)


@pytest.mark.parametrize("output", ["out.jpg", "out", "out.vrt", "missing/out.tif", "in.tif/out.tif"])
def test_outputs_that_cannot_be_written(source, assert_rejected, output):
    assert_rejected(OutputError, output.split("/")[0], output=output)


def test_an_output_that_is_a_folder(source, tmp_path, assert_rejected):
    (tmp_path / "out.tif").mkdir()
    assert_rejected(OutputError, "out.tif is a folder")


def test_an_output_that_is_an_input(source, make_raster, random_bands, tmp_path, assert_rejected, monkeypatch):
    other = make_raster(random_bands()[:1], "other.tif")
    (tmp_path / "linked.tif").symlink_to(source)
    os.link(source, tmp_path / "hard.tif")
    os.link(other, tmp_path / "other_hard.tif")
    monkeypatch.chdir(tmp_path)
    for output in ("in.tif", "./in.tif", "./../" + tmp_path.name + "/in.tif", "linked.tif", "hard.tif"):
        assert_rejected(OutputError, "Output is one of the inputs", output=output)
    for output in ("other.tif", "other_hard.tif"):
        assert_rejected(OutputError, "Output is one of the inputs", output=output, input_b=other)


def test_an_output_that_is_a_source_of_the_input(source, tmp_path, assert_rejected):
    """An output that is a source of the input VRT is rejected, because the sources are also inputs of the run."""
    band = (
        '<VRTRasterBand dataType="UInt16" band="{0}"><SimpleSource><SourceFilename relativeToVRT="1">in.tif'
        "</SourceFilename><SourceBand>{0}</SourceBand></SimpleSource></VRTRasterBand>"
    )
    place = "<GeoTransform>0, 30, 0, 0, 0, -30</GeoTransform>"
    text = f'<VRTDataset rasterXSize="70" rasterYSize="60">{place}{band.format(1)}{band.format(2)}</VRTDataset>'
    (tmp_path / "in.vrt").write_text(text)
    assert_rejected(OutputError, "Output is one of the inputs", source="in.vrt", output="in.tif")
    normalized_difference(tmp_path / "in.vrt", tmp_path / "out.tif", band_a=1, band_b=2)


def test_too_little_disk_space(source, assert_rejected, monkeypatch):
    import shutil
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(0, 0, 100))
    assert_rejected(OutputError, "Not enough space")


def test_an_existing_output_is_kept_if_a_run_is_rejected(source, tmp_path, assert_rejected):
    (tmp_path / "out.tif").write_text("old")
    assert_rejected(InputError, "band 5", band_b=5)
    assert_rejected(OptionError, "FRUIT", creation_options="FRUIT=APPLE")


def test_an_input_that_changes_while_it_is_read(source, assert_rejected, state, tmp_path, monkeypatch):
    """A run fails if an input changes, because the result would mix pixels of the old and the new file."""
    from parallel_raster.core.pixels import job as pixel_job

    real = pixel_job.in_strips

    def touched(*arguments):
        os.utime(source, ns=(1, 1))
        return real(*arguments)

    monkeypatch.setattr(pixel_job, "in_strips", touched)
    assert_rejected(InputError, str(source), "changed while it was being read")


def test_the_check_raises_the_same_errors_and_writes_nothing(source, tmp_path, state):
    defaults = normalized_difference.__kwdefaults__
    options = {field.name: defaults[field.name] for field in fields(IndexOptions)}
    before = state(tmp_path)
    check_normalized_difference(str(source), str(tmp_path / "out.tif"), **{**options, "band_a": 1, "band_b": 2})
    with pytest.raises(InputError, match="band 4"):
        check_normalized_difference(str(source), str(tmp_path / "out.tif"), **options)
    assert state(tmp_path) == before


def test_choices_ignore_case(source, tmp_path):
    result = normalized_difference(
        source,
        tmp_path / "out.tif",
        band_a=1,
        band_b=2,
        index="NDVI",
        data_type="INT16",
        scaling="None",
        zero_sum="Zero",
    )
    assert result.valid_percent > 90
