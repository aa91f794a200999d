"""The user guide: its first page takes few clicks, and what its other pages show works."""

from __future__ import annotations

import pytest

from checks import assert_result, assert_well_behaved
from desktop import ROOT


@pytest.fixture(scope="module")
def told(qgis_desktop, landsat, big_scene, tmp_path_factory):
    """What the scenes of `inside_qgis/guide.py` saw."""
    return qgis_desktop.play("guide", landsat=landsat, big=big_scene, folder=tmp_path_factory.mktemp("guide"))


def test_well_behaved(told):
    assert_well_behaved(told)


class TestFirstNdvi:
    @pytest.fixture
    def first(self, told):
        return told["scenes"]["first_ndvi"]

    def test_under_ten_clicks(self, first):
        """Search 1, double click 2, a list for each band 4, Run 1, Close 1."""
        assert first["clicks"] == 9

    def test_coloured_ndvi(self, first):
        assert_result(first["layer"])
        lines = (ROOT / "resources" / "styles" / "ndvi.txt").read_text(encoding="utf-8").splitlines()
        stops = [[float(word) for word in line.split()[:4]] for line in lines if line[:1] in "-0123456789"]
        assert len(stops) >= 2
        assert first["ramp"] == sorted(stops)

    def test_right(self, first):
        """Figures of numpy in float64, and of gdal_calc.py; stored as float32."""
        known = [-0.7534246575, 0.5866666667, -0.0643246375, 0.3206644513]
        assert first["layer"]["statistics"] == pytest.approx(known, abs=2e-6)


def test_tiles_and_back(told):
    seen = told["scenes"]["tiles_and_back"]
    tiles = [f"L7_ETMs_{row}_{col}.tif" for row in range(3) for col in range(3)]
    assert seen["tiles"] == sorted([*tiles, "L7_ETMs.vrt", "tiles.json"])
    assert seen["merged"]


def test_model(told):
    assert told["scenes"]["model"]["steps"] == ["index", "merge", "tile"]


def test_runs_behind_a_closed_dialog_and_lists_its_report(told):
    seen = told["scenes"]["long_run"]
    assert seen["files"] == ["ndvi.tif"]
    assert seen["listed"] == seen["page"]


def test_settings(told):
    assert len(told["scenes"]["settings"]["settings"]) >= 3
