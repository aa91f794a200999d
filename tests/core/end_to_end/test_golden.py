"""The comparison of two checkouts sees what differs between their results, and that alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import rasterio
import tifffile

import shipped

golden = shipped.script("golden")


@pytest.fixture
def folders(tmp_path, make_raster, random_bands):
    """Return two folders with equal files: a GeoTIFF with a mask and an overview, a JSON file and a text."""
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    path = make_raster(random_bands(), "before/a.tif", blocks=16, compress="DEFLATE", mask=np.eye(60, 70) == 0)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2])
    (before / "tiles.json").write_text(
        json.dumps({"seconds": 1.5, "tiles": [{"file": str(before / "a.tif"), "row": 3}]})
    )
    (before / "a.tif.aux.xml").write_text("<PAMDataset>\n  <MDI>1</MDI>\n</PAMDataset>\n")
    shutil.copytree(before, after)
    text = (after / "tiles.json").read_text().replace(str(before), str(after)).replace("1.5", "2.5")
    (after / "tiles.json").write_text(text)
    return before, after


def found(folders):
    return list(golden.differences(*folders))


def test_paths_and_times_do_not_count(folders):
    assert found(folders) == []


def test_the_order_of_the_blocks_does_not_count(folders):
    """Two blocks change places in the file, and the directory with them."""
    path = folders[1] / "a.tif"
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]
        offsets, lengths = list(page.dataoffsets), list(page.databytecounts)
        places = page.tags[324].valueoffset
    data = bytearray(path.read_bytes())
    end = len(data)
    data += data[offsets[3] : offsets[3] + lengths[3]]
    data[places + 12 : places + 16] = end.to_bytes(4, "little")
    path.write_bytes(data)
    assert found(folders) == []


@pytest.mark.parametrize("directory", [0, 1, 2, 3])
def test_one_byte_of_a_block(folders, directory):
    """Of the image, of its overview, and of both masks."""
    path = folders[1] / "a.tif"
    with tifffile.TiffFile(path) as tiff:
        assert len(tiff.pages) == 4
        place = tiff.pages[directory].dataoffsets[0] + tiff.pages[directory].databytecounts[0] - 1
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    (line,) = found(folders)
    assert line.startswith(f"a.tif: directory {directory}, block 0: ")


def test_a_tag(folders):
    with rasterio.open(folders[1] / "a.tif", "r+") as dataset:
        dataset.nodata = 7
    assert [line.split(": ")[1] for line in found(folders)] == ["directory 0, tag 42113 GDAL_NODATA"]


def test_a_mask_that_is_missing(folders):
    (folders[1] / "a.tif.msk").write_bytes((folders[1] / "a.tif").read_bytes())
    assert found(folders) == ["a.tif.msk: only after"]


def test_a_value_of_json_and_a_line_of_a_text(folders):
    for name, old, new in (("tiles.json", ": 3", ": 4"), ("a.tif.aux.xml", "1", "2")):
        path = folders[1] / name
        path.write_text(path.read_text().replace(old, new))
    assert [line.split(": ")[:2] for line in found(folders)] == [
        ["a.tif.aux.xml", "line 2"],
        ["tiles.json", ".tiles[0].row"],
    ]


def test_the_inputs_are_the_same_each_time(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        golden.make_inputs(tmp_path / name)
    assert list(golden.differences(tmp_path / "first", tmp_path / "second")) == []
    assert len(golden.RUNS) >= 20


def test_a_checkout_may_be_named_from_the_current_folder(tmp_path, monkeypatch):
    commands = []

    def run(command, **_):
        commands.append(command)
        return subprocess.CompletedProcess(command, 1)

    (tmp_path / "checkout").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(golden.subprocess, "run", run)
    monkeypatch.setattr(golden, "make_inputs", lambda folder: None)
    monkeypatch.setattr(sys, "argv", ["golden.py", "checkout"])
    assert golden.main() == 1
    assert commands[0][2] == str(tmp_path / "checkout")


def test_another_folder_is_no_checkout(tmp_path):
    with pytest.raises(SystemExit, match="is not a checkout"):
        golden.load_core(tmp_path)
