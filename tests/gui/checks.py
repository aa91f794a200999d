"""What every run on the desktop has to keep."""

from __future__ import annotations


def assert_well_behaved(told: dict) -> None:
    """All scenes were played, nothing went wrong behind their backs, and QGIS closed as it should."""
    for name, scene in told["scenes"].items():
        assert "failure" not in scene, f"{name}: {scene['failure']}"
    assert told["scenes"], told["stderr"]
    assert told["uncaught"] == []
    assert told["complaints"] == []
    assert told["exit_code"] == 0, told["stderr"]


def assert_alive(seen: dict) -> None:
    """The event loop turned between the chunks of the run, from its beginning to its end."""
    assert seen["waited_for_a_turn"] >= 10
    assert seen["waited_in_vain"] == 0


def assert_cancelled(seen: dict) -> None:
    """The cancel was heard while chunks were under way, and the rest was left out."""
    assert 200 < seen["begun"] <= 204
    assert seen["begun_later"] <= 2  # one for each worker, which had passed the last check


def assert_moves(progress: list[float]) -> None:
    """The progress had several values, each higher than the one before."""
    assert len(progress) >= 5
    assert progress == sorted(progress)


def assert_result(layer: dict | None) -> None:
    """The layer was loaded, in the colours of the index."""
    assert layer is not None, "the result was not loaded"
    assert layer["renderer"] == "singlebandpseudocolor"
    assert layer["range"] == [-1, 1]
