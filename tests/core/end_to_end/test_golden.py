"""`scripts/golden.py` reports the differences between the results of two checkouts, and nothing else."""

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
    """Return two folders with the same files: a GeoTIFF with a mask and an overview, a JSON file and a text file."""
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


def test_paths_and_times_are_ignored(folders):
    assert found(folders) == []


def test_the_order_of_blocks_is_ignored(folders):
    """A block that is moved within the file, with its offset updated, is not reported as a difference."""
    path = folders[1] / "a.tif"
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]
        offsets, lengths = list(page.dataoffsets), list(page.databytecounts)
        offsets_start = page.tags[324].valueoffset
    data = bytearray(path.read_bytes())
    end = len(data)
    data += data[offsets[3] : offsets[3] + lengths[3]]
    data[offsets_start + 12 : offsets_start + 16] = end.to_bytes(4, "little")
    path.write_bytes(data)
    assert found(folders) == []


@pytest.mark.parametrize("directory", [0, 1, 2, 3])
def test_one_byte_of_a_block(folders, directory):
    """A changed byte is reported, whether it is in the image, in the overview or in one of their masks."""
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


def test_a_file_in_one_folder_only(folders):
    (folders[1] / "a.tif.msk").write_bytes((folders[1] / "a.tif").read_bytes())
    assert found(folders) == ["a.tif.msk: written only by the second checkout"]


def test_changes_in_json_and_text_files(folders):
    for name, old, new in (("tiles.json", ": 3", ": 4"), ("a.tif.aux.xml", "1", "2")):
        path = folders[1] / name
        path.write_text(path.read_text().replace(old, new))
    assert [line.split(": ")[:2] for line in found(folders)] == [
        ["a.tif.aux.xml", "line 2"],
        ["tiles.json", ".tiles[0].row"],
    ]


def test_inputs_are_reproducible(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        golden.make_inputs(tmp_path / name)
    assert list(golden.differences(tmp_path / "first", tmp_path / "second")) == []
    assert len(golden.RUNS) >= 20


def test_a_checkout_may_be_a_relative_path(tmp_path, monkeypatch):
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


def test_another_folder_is_not_a_checkout(tmp_path):
    with pytest.raises(SystemExit, match="is not a checkout"):
        golden.load_core(tmp_path)
