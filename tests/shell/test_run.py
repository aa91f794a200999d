"""Tests for progress, log, result and exit code of commands, interruption, and the commands in rasterio's rio."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata

import numpy as np
import pytest

from cancels import wait_for
from installed import entry_points, install_commands, start
from parallel_raster import core
from parallel_raster.core.versions import VERSION
from parallel_raster.shell.jobs import jobs
from parallel_raster.shell.run import _Interruption, printable

posix = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")

NDVI = ["normalized-difference", "scene.tif", "out/ndvi.tif"]


def test_only_warnings_are_printed_by_default(desk, command):
    assert command(*NDVI).err == ""
    done = command(*NDVI, "--mask-grow", "30")
    assert done.err == "Warning: --mask-grow has no effect without --mask.\n"


def test_verbose_prints_the_log(desk, command):
    done = command(*NDVI, "--verbose")
    assert "Plan: 1 chunk" in done.err and "megapixels per second" in done.err
    assert json.loads(done.out)["output"] == str(desk / "out" / "ndvi.tif")


def test_the_progress_bar(desk, command):
    """The progress bar is only printed to a terminal, and ends with a line break."""
    done = command(*NDVI, "--chunk-size", "16", "--creation-options", "BLOCKXSIZE=16|BLOCKYSIZE=16", terminal=True)
    assert "[####################################]  100%" in done.err
    assert done.err.count("\n") == 1 and done.err.rstrip("\x1b[?25h").endswith("\n")
    assert "100%" not in done.out


def test_log_lines_replace_the_bar(desk, command, monkeypatch):
    """Log lines begin in the first column, not after the progress bar."""

    def job(src, dst, *, progress, log):
        progress.report(1, 4)
        log.warning("MASK is ignored.")
        progress.report(2, 4)
        progress.report(1, 2)
        progress.report(4, 4)
        progress.report(4, 4)

    monkeypatch.setitem(vars(core), "normalized_difference", job)
    done = command(*NDVI, terminal=True)
    first, second, end = done.err.split("\n")
    assert "25%" in first and first.endswith("\r\x1b[KWarning: --mask is ignored.")
    assert "50%" in second and second.endswith("100%\x1b[?25h") and end == ""


@pytest.mark.parametrize(
    "error, code, text",
    [
        (
            MemoryError(),
            1,
            "Error: The run is out of memory. Set a lower value for --memory, --chunk-size or --workers.\n",
        ),
        (core.Cancelled(), 130, "The run was cancelled; nothing was written.\n"),
        (core.Cancelled("Run again with CLAMP."), 130, "Run again with --clamp.\n"),
        (KeyboardInterrupt(), 130, "The run was interrupted.\n"),
        (core.ResourceError("No worker."), 1, "Error: No worker.\n"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_exit_codes(error, code, text, desk, command, monkeypatch):
    def job(**arguments):
        raise error

    monkeypatch.setitem(vars(core), "normalized_difference", job)
    done = command(*NDVI)
    assert (done.code, done.out, done.err) == (code, "", text)


def test_wrong_command_lines(desk, command):
    assert command("normalized-difference", "scene.tif").code == 2
    assert command(*NDVI, "--scaling", "all").code == 2
    assert command(*NDVI, "--band-a", "nir").code == 2
    assert command(*NDVI, "--no-such-option").code == 2
    assert list((desk / "out").iterdir()) == []


def test_version(command):
    assert command("--version").out == f"parallel-raster, version {VERSION}\n"


def test_results_are_printed_as_json():
    @dataclass
    class Result:
        path: str
        mean: float
        day: datetime
        paths: tuple
        table: dict
        number: object
        manifest: object

    result = Result("a", float("nan"), datetime(2024, 1, 2), ("b",), {"id": np.arange(2)}, np.float32(0.5), object())
    assert printable(result) == {
        "path": "a", "mean": None, "day": "2024-01-02T00:00:00", "paths": ["b"], "table": {"id": [0, 1]}, "number": 0.5
    }  # fmt: skip
    assert printable([{"zone": 1, "b1_min": float("inf")}]) == [{"zone": 1, "b1_min": None}]


@posix
@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_second_signal_is_not_caught(number, code):
    """After the first signal, the previous handler of the signal is active again."""

    def handler(*_):
        raise AssertionError

    inherited = signal.signal(number, handler)  # in a background process, SIGINT may be ignored
    try:
        with _Interruption() as interruption:
            assert not interruption.received
            os.kill(os.getpid(), number)
            assert interruption.received and interruption.exit_code == code
            assert signal.getsignal(number) is handler
        assert signal.getsignal(number) is handler
    finally:
        signal.signal(number, inherited)


@posix
def test_an_ignored_signal_remains_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with _Interruption() as interruption:
            os.kill(os.getpid(), signal.SIGINT)
            assert not interruption.received
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_an_interrupted_run_leaves_nothing(number, desk, write_raster, tmp_path):
    write_raster(desk / "large.tif", np.zeros((1, 3000, 3000), "uint8"))
    words = ["focal-filter", "large.tif", "out/x.tif", "--method", "median", "--radius", "20", "--chunk-size", "512"]
    with start(words, tmp_path / "commands") as process:
        assert wait_for(lambda: list((desk / "out").iterdir()) or process.poll() is not None)
        process.send_signal(number)
        out, err = process.communicate(timeout=300)
    assert (process.returncode, out, err) == (128 + number, "", "The run was cancelled; nothing was written.\n")
    assert list((desk / "out").iterdir()) == []


def test_rio_has_the_commands_as_a_plugin(tmp_path):
    """`rio parallel-raster` lists all commands, and no other rio command has the same name."""
    environment = {**os.environ, **install_commands(tmp_path)}
    done = subprocess.run(
        ["rio", "parallel-raster", "--help"], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "Usage: rio parallel-raster " in done.stdout
    assert set(jobs()) <= set(done.stdout.split())
    own = {entry.name for entry in metadata.distribution("rasterio").entry_points if "rio_commands" in entry.group}
    assert {"merge", "mask"} <= own and not own & set(entry_points()["rasterio.rio_plugins"])
