"""Assertions that several desktop tests share."""

from __future__ import annotations


def assert_well_behaved(results: dict) -> None:
    """Assert that all scenes passed without uncaught exceptions or logged errors, and that QGIS closed normally."""
    for name, scene in results["scenes"].items():
        assert "failure" not in scene, f"{name}: {scene['failure']}"
    assert results["scenes"], results["stderr"]
    assert results["uncaught"] == []
    assert results["complaints"] == []
    assert results["exit_code"] == 0, results["stderr"]


def assert_responsive(seen: dict) -> None:
    """Assert that the event loop of QGIS kept running between the chunks of a run."""
    assert seen["waited_for_a_turn"] >= 10
    assert seen["waited_in_vain"] == 0


def assert_cancelled(seen: dict) -> None:
    """Assert that the cancellation took effect while chunks were running and that the remaining chunks were skipped."""
    assert 200 < seen["begun"] <= 204
    assert seen["begun_later"] <= 2  # at most one per worker, if the worker had just checked for a cancellation


def assert_moves(progress: list[float]) -> None:
    """Assert that the recorded progress has several values in ascending order."""
    assert len(progress) >= 5
    assert progress == sorted(progress)


def assert_result(layer: dict | None) -> None:
    """Assert that the result was loaded as a layer with a colour ramp from -1 to 1."""
    assert layer is not None, "the result was not loaded"
    assert layer["renderer"] == "singlebandpseudocolor"
    assert layer["range"] == [-1, 1]
