"""Tests for reading the `chips.json` of an earlier run: valid lists are read, and damaged lists are rejected."""

from __future__ import annotations

import json

import pytest

from parallel_raster.core import training_chips
from parallel_raster.core.errors import InputError, OutputError
from parallel_raster.core.jobs.chips.documents import listed_files


def test_the_files_of_a_set_are_listed(source, tmp_path):
    result = training_chips(source, tmp_path / "out", size=20, format="npz")
    assert listed_files(result.manifest) == [chip.image for chip in result.chips]


@pytest.mark.parametrize(
    ("chip", "words"),
    [
        ({"image": "../train/a.tif", "label": None}, "must be a file in a subfolder of images"),
        ({"image": "images/../a.tif", "label": None}, "must be a file in a subfolder of images"),
        ({"image": "images/train/a.tif", "label": "images/train/a.tif"}, "must be a file in a subfolder of labels"),
        ({"image": "images/train/a.tif"}, "label is missing"),
        ({"image": None, "label": None}, "chip 1 image is invalid"),
        ("images/train/a.tif", "chip 1 is invalid"),
    ],
)
def test_damaged_lists(source, tmp_path, chip, words):
    path = tmp_path / "chips.json"
    path.write_text(json.dumps({"format": 1, "chips": [chip]}))
    with pytest.raises(InputError, match=words):
        listed_files(str(path))
    with pytest.raises(OutputError, match=r"To write a new set to .*, first remove chips\.json") as caught:
        training_chips(source, _folder(path), size=20)
    assert caught.value.parameter == "folder"


def _folder(path):
    """Move a list to a new folder, and return the folder."""
    folder = path.parent / "out"
    folder.mkdir()
    path.rename(folder / path.name)
    return folder


def test_an_unknown_format(tmp_path):
    path = tmp_path / "chips.json"
    path.write_text('{"format": 2, "chips": []}')
    with pytest.raises(InputError, match="has format 2, but this version of Parallel Raster can only read format 1"):
        listed_files(str(path))
