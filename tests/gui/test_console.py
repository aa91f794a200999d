"""`processing.run` in the Python console waits for its result while QGIS stays responsive."""

from __future__ import annotations

import pytest
import rasterio

from checks import assert_cancelled, assert_moves, assert_responsive, assert_result, assert_well_behaved

ENTRY = "Parallel normalized difference"


@pytest.fixture(scope="module")
def results(qgis_desktop, big_scene, small_scene, tmp_path_factory):
    """Observations of the scenes in `inside_qgis/console.py`."""
    folder = tmp_path_factory.mktemp("console")
    return qgis_desktop.play("console", big=big_scene, small=small_scene, folder=folder)


def test_well_behaved(results):
    assert_well_behaved(results)


class TestRun:
    @pytest.fixture
    def run(self, results):
        return results["scenes"]["works_meanwhile"]

    def test_result(self, run):
        assert run["error"] == ""
        assert run["files"] == ["ndvi.tif"]
        assert run["result"]["OUTPUT"] == run["output"]
        with rasterio.open(run["output"]) as dataset:
            assert float(dataset.tags(1)["STATISTICS_MEAN"]) == pytest.approx(run["result"]["MEAN"], rel=1e-6)

    def test_one_entry_whose_progress_moves(self, run):
        assert run["tasks_added"].count(ENTRY) == 1
        assert_moves(run["progress"][ENTRY])

    def test_window_stays_responsive(self, run):
        assert_responsive(run)

    def test_user_works_during_the_run(self, run):
        assert run["waiting"], "the run ended before the user did anything"
        assert run["menu_open"]
        assert run["zoomed"]


def test_cancel_in_the_task_manager(results):
    seen = results["scenes"]["cancelled_in_the_task_manager"]
    assert_cancelled(seen)
    assert seen["error"] == "QgsProcessingException: The run was cancelled; nothing was written."
    assert seen["files"] == []


def test_temporary_result_is_loaded(results):
    seen = results["scenes"]["loads_a_temporary_result"]
    assert seen["error"] == ""
    assert seen["complaints"] == []
    (layer,) = seen["layers"]
    assert_result(layer)


def test_two_runs_at_once(results):
    seen = results["scenes"]["one_run_beside_another"]
    assert seen["errors"] == ["", ""]
    assert seen["files"] == ["first.tif", "second.tif"]
    assert seen["tasks_added"] == [ENTRY, ENTRY]
