"""What every run on the desktop has to keep."""

from __future__ import annotations

TICKS_PER_SECOND = 30
"""How often a timer of 10 ms fires at least, on average, in a window that feels alive."""

CANCEL_SECONDS = 2
"""From the click to the end of the run; a window that hangs longer than this could not even take the click."""


def assert_well_behaved(told: dict) -> None:
    """All scenes were played, nothing went wrong behind their backs, and QGIS closed as it should."""
    for name, scene in told["scenes"].items():
        assert "failure" not in scene, f"{name}: {scene['failure']}"
    assert told["scenes"], told["stderr"]
    assert told["uncaught"] == []
    assert told["complaints"] == []
    assert told["exit_code"] == 0, told["stderr"]


def assert_alive(seen: dict) -> None:
    """The window went on working, and never hung for long."""
    assert seen["ticks_per_second"] >= TICKS_PER_SECOND
    assert seen["longest_gap"] < CANCEL_SECONDS


def assert_moves(progress: list[float]) -> None:
    """The progress had several values, each higher than the one before."""
    assert len(progress) >= 5
    assert progress == sorted(progress)


def assert_result(layer: dict | None) -> None:
    """The layer was loaded, in the colours of the index."""
    assert layer is not None, "the result was not loaded"
    assert layer["renderer"] == "singlebandpseudocolor"
    assert layer["range"] == [-1, 1]
