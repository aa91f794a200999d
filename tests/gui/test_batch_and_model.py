"""Batches and models finish regardless of how many tasks QGIS may run at once."""

from __future__ import annotations

import pytest

from checks import assert_cancelled, assert_result, assert_well_behaved

POOLS = pytest.mark.parametrize("threads", [1, 8], ids=["pool of one", "pool of eight"])


@pytest.fixture(scope="module")
def results(qgis_desktop, big_scene, small_scene, tmp_path_factory):
    """Observations of the scenes in `inside_qgis/batch_and_model.py`."""
    folder = tmp_path_factory.mktemp("batch_and_model")
    return qgis_desktop.play("batch_and_model", big=big_scene, small=small_scene, folder=folder)


def test_well_behaved(results):
    assert_well_behaved(results)


@POOLS
def test_batch(results, threads):
    seen = results["scenes"][f"batch_{threads}"]
    assert seen["files"] == ["row0.tif", "row1.tif"]
    for layer in seen["layers"]:
        assert_result(layer)
    assert "failed" not in seen["log"]
    assert seen["pool_threads_after"] == threads


def test_cancelled_batch(results):
    seen = results["scenes"]["batch_cancelled"]
    assert_cancelled(seen)
    assert "The run was cancelled; nothing was written." in seen["log"]
    assert seen["files"] == []


@POOLS
def test_model_from_python(results, threads):
    seen = results["scenes"][f"model_from_python_{threads}"]
    assert seen["files"] == ["first.tif", "second.tif", "twice.model3"]
    assert seen["pool_threads_after"] == threads


@POOLS
def test_model_from_the_toolbox(results, threads):
    seen = results["scenes"][f"model_from_the_toolbox_{threads}"]
    assert seen["files"] == ["first.tif", "second.tif"]
    for layer in seen["layers"]:
        assert_result(layer)
    assert "failed" not in seen["log"]
    assert seen["pool_threads_after"] == threads
