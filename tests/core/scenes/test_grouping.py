"""Tests for grouping files into scenes: bands of one scene, equal names in several folders, and contradictions."""

from __future__ import annotations

import pytest

from parallel_raster.core.errors import InputError
from parallel_raster.core.scenes.grouping import SceneFiles, group_files


def test_files_that_differ_only_in_the_band_are_one_scene():
    stem = "LC08_L2SP_192024_20240501_20240510_02_T1"
    paths = [f"/a/{stem}_SR_B4.TIF", "/a/2024-05-01.tif", f"/a/{stem}_SR_B5.TIF", f"/a/{stem}_QA_PIXEL.TIF"]
    landsat, plain = group_files(paths)
    assert landsat == SceneFiles(stem, (("SR_B4", paths[0]), ("SR_B5", paths[2]), ("QA_PIXEL", paths[3])))
    assert plain == SceneFiles("2024-05-01", ((None, paths[1]),))


def test_bands_by_a_regular_expression():
    paths = ["red_2024-05-01.tif", "nir_2024-05-01.tif", "red_2024-05-02.tif"]
    first, second = group_files(paths, r"^(?P<band>[a-z]+)_")
    assert [band for band, _ in first.files] == ["red", "nir"] and first.name == "2024-05-01"
    assert second.files == (("red", paths[2]),)


def test_equal_names_in_several_folders_are_several_scenes():
    one, two = group_files(["/a/2024-05-01.tif", "/b/2024-05-01.tif"])
    assert one.name == two.name and one.files != two.files


def test_two_files_of_one_band_are_rejected():
    paths = [f"/{folder}/T33UUP_20240501T101559_B04_{size}m.tif" for folder, size in (("a", 10), ("b", 20))]
    words = r"/a/.*B04_10m.tif and /b/.*B04_20m.tif belong to the scene T33UUP.*, and both have the band B04"
    with pytest.raises(InputError, match=words):
        group_files(paths)
