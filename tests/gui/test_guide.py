"""The steps in the user guide work in the QGIS desktop, and computing a first NDVI takes only a few clicks."""

from __future__ import annotations

import pytest

from checks import assert_result, assert_well_behaved
from desktop import ROOT


@pytest.fixture(scope="module")
def results(qgis_desktop, landsat, big_scene, tmp_path_factory):
    """Observations of the scenes in `inside_qgis/guide.py`."""
    return qgis_desktop.play("guide", landsat=landsat, big=big_scene, folder=tmp_path_factory.mktemp("guide"))


def test_well_behaved(results):
    assert_well_behaved(results)


class TestFirstNdvi:
    @pytest.fixture
    def first(self, results):
        return results["scenes"]["first_ndvi"]

    def test_under_ten_clicks(self, first):
        """Computing an NDVI takes nine clicks: search box 1, double-click 2, band lists 4, Run 1, Close 1."""
        assert first["clicks"] == 9

    def test_coloured_ndvi(self, first):
        assert_result(first["layer"])
        lines = (ROOT / "resources" / "styles" / "ndvi.txt").read_text(encoding="utf-8").splitlines()
        stops = [[float(word) for word in line.split()[:4]] for line in lines if line[:1] in "-0123456789"]
        assert len(stops) >= 2
        assert first["ramp"] == sorted(stops)

    def test_statistics(self, first):
        """The statistics of the NDVI match those of numpy (float64) and gdal_calc.py within float32 precision."""
        expected = [-0.7534246575, 0.5866666667, -0.0643246375, 0.3206644513]
        assert first["layer"]["statistics"] == pytest.approx(expected, abs=2e-6)


def test_tiles_and_back(results):
    seen = results["scenes"]["tiles_and_back"]
    tiles = [f"L7_ETMs_{row}_{col}.tif" for row in range(3) for col in range(3)]
    assert seen["tiles"] == sorted([*tiles, "L7_ETMs.vrt", "tiles.json"])
    assert seen["merged"]


def test_dialogs_of_the_other_algorithms(results):
    """Each dialog keeps the values that are filled in, so the screenshots show what the pages describe."""
    seen = results["scenes"]["dialogs"]
    assert seen["mask"]["algorithm"] == "Mask raster" and seen["mask"]["held"]["MASK_VALUES"] == "3,8-10"
    assert seen["filter"] == {"algorithm": "Focal filter", "held": {"METHOD": 1, "SIGMA": 2}}
    assert len({each["algorithm"] for each in seen.values()}) == len(seen) == 9
    for name, each in seen.items():
        assert None not in each["held"].values(), name


def test_model(results):
    assert results["scenes"]["model"]["steps"] == ["index", "merge", "tile"]


def test_run_continues_after_its_dialog_is_closed_and_lists_its_report(results):
    seen = results["scenes"]["long_run"]
    assert seen["files"] == ["ndvi.tif"]
    assert seen["listed"] == seen["page"]


def test_settings(results):
    assert len(results["scenes"]["settings"]["settings"]) >= 3
