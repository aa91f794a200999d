"""The menu opens the dialogs, which show their help, and tile sets are loaded as groups after a run."""

from __future__ import annotations

import re

import pytest

from checks import assert_result, assert_well_behaved


@pytest.fixture(scope="module")
def results(qgis_desktop, small_scene, tmp_path_factory):
    """Observations of the scenes in `inside_qgis/menu.py`."""
    return qgis_desktop.play("menu", small=small_scene, folder=tmp_path_factory.mktemp("menu"))


def test_well_behaved(results):
    assert_well_behaved(results)


def test_every_entry_opens_its_dialog(results):
    seen = results["scenes"]["dialogs"]
    assert list(seen)[:2] == ["Tile raster…", "Parallel normalized difference…"]
    for text, each in seen.items():
        assert each["title"].split(" - ")[-1] == text.rstrip("…")  # later QGIS versions add the group


def test_every_dialog_shows_its_help(results):
    for text, seen in results["scenes"]["dialogs"].items():
        assert seen["picture"] == [224, 88], text
        assert "Example" in seen["help"] and not re.search("</?[a-z]", seen["help"]), text
        assert seen["help_button"], text


def test_the_calculator_runs_from_its_dialog(results):
    """In the calculator's dialog, a formula with two lines gives two bands; the layer is named after the input."""
    seen = results["scenes"]["calculator"]
    assert (seen["layer"]["name"], seen["bands"]) == ("Calculated small", 2)
    assert "Output band 2: bright: A@1 > 100" in seen["log"]


def test_a_wrong_formula_is_rejected_before_the_run(results):
    assert "input A has no band 99" in results["scenes"]["calculator"]["rejected"]


def test_the_calculator_in_the_batch_dialog(results):
    assert {"row0.tif", "row1.tif"} <= set(results["scenes"]["calculator_batch"]["files"])


def test_spectral_indexes_run_from_their_dialog(results):
    """In the dialog, indexes chosen from the list become bands; the layer has the names and colours of the indexes."""
    seen = results["scenes"]["spectral"]
    assert (seen["layer"]["name"], seen["bands"]) == ("GCC, NDVI small", 2)
    assert "Output band 2: NDVI" in seen["log"] and "G (A@2, by BANDS)" in seen["log"]


def test_a_set_of_tiles_is_one_group(results):
    groups = results["scenes"]["tiles"]["groups"]
    assert list(groups) == ["NDVI of tiles", "Tiles of small"]
    names = [f"small_{row}_{col}" for row in range(2) for col in range(3)]
    assert [layer["name"] for layer in groups["Tiles of small"]] == names
    assert [layer["name"] for layer in groups["NDVI of tiles"]] == [f"NDVI_{name}" for name in names]
    for layer in groups["NDVI of tiles"]:
        assert_result(layer)
