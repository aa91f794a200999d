"""An algorithm can be found in the toolbox, and its dialog can be filled in, run, cancelled and closed."""

from __future__ import annotations

import pytest
import rasterio

from checks import assert_cancelled, assert_moves, assert_responsive, assert_result, assert_well_behaved

ENTRY = "Executing “Parallel normalized difference”"


@pytest.fixture(scope="module")
def results(qgis_desktop, big_scene, small_scene, tmp_path_factory):
    """Observations of the scenes in `inside_qgis/toolbox.py`."""
    folder = tmp_path_factory.mktemp("toolbox")
    return qgis_desktop.play("toolbox", big=big_scene, small=small_scene, folder=folder)


def test_well_behaved(results):
    assert_well_behaved(results)


class TestRun:
    @pytest.fixture
    def run(self, results):
        return results["scenes"]["runs_to_the_end"]

    def test_found_under_its_provider(self, run):
        assert run["toolbox_path"] == ["Parallel Raster", "Spectral indexes", "Parallel normalized difference"]

    def test_one_entry_whose_progress_moves(self, run):
        assert run["tasks_added"] == [ENTRY]
        assert run["most_at_once"] == 1
        assert_moves(run["progress"][ENTRY])

    def test_window_stays_responsive(self, run):
        assert_responsive(run)

    def test_layer_is_loaded_in_colours(self, run):
        assert_result(run["layer"])
        assert run["files"] == ["ndvi.tif"]

    def test_statistics_are_those_of_the_file(self, run):
        with rasterio.open(run["output"]) as dataset:
            tags, pixels = dataset.tags(1), dataset.read(1, masked=True).astype("float64")
        stored = [float(tags[f"STATISTICS_{name}"]) for name in ("MINIMUM", "MAXIMUM", "MEAN", "STDDEV")]
        assert run["layer"]["statistics"] == pytest.approx(stored, rel=1e-6)
        assert stored == pytest.approx([pixels.min(), pixels.max(), pixels.mean(), pixels.std()], rel=1e-6)

    def test_log_has_plan_and_summary(self, run):
        assert "Plan: 256 chunks of 256 x 256 pixels" in run["log"]
        assert "megapixels per second" in run["log"]


@pytest.mark.parametrize("scene", ["cancelled_in_the_dialog", "cancelled_in_the_task_manager"])
def test_cancel(results, scene):
    seen = results["scenes"][scene]
    assert_cancelled(seen)
    assert "The run was cancelled; nothing was written." in seen["log"]
    assert [name for name in seen["files_during"] if "parallelraster" in name], "the run had not begun"
    assert seen["files"] == []
    assert seen["layer"] is None
    assert seen["tasks_added"] == [ENTRY]


def test_closing_the_dialog_leaves_a_complete_result_or_none(results):
    seen = results["scenes"]["closed_while_it_runs"]
    assert seen["dialog_gone"]
    if seen["files"]:
        assert seen["files"] == ["ndvi.tif"]
        assert_result(seen["layer"])
        assert checksum(seen["output"]) == checksum(results["scenes"]["runs_to_the_end"]["output"])
    else:
        assert seen["layer"] is None


def test_temporary_output_is_loaded(results):
    (layer,) = results["scenes"]["temporary_output"]["layers"]
    assert_result(layer)


def checksum(path):
    """Return GDAL's checksum of the first band of a raster."""
    with rasterio.open(path) as dataset:
        return dataset.checksum(1)
