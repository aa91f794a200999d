"""Runs that are killed or interrupted (F03, F04). `FAULT_REPEATS=20` repeats `test_killed` 20 times."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from fault_kit import LONG, REPEATS, compute, index_of, listing, options_for, partials, read, run_child
from qgis_kit import Qgis, wait_for_mark

OLD = b"old result"

KILLED_AT_THE_RENAME = """
import signal
rename = os.replace
when = arguments.pop("when")
target = arguments["dst"]
def killed(source, destination):
    if os.path.abspath(destination) == target and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    rename(source, destination)
    if os.path.abspath(destination) == target and when == "after":
        os.kill(os.getpid(), signal.SIGKILL)
os.replace = killed
print_outcome(lambda: run_index(arguments))
"""

KILLED_AT_A_SIDECAR = """
import signal
from parallel_raster.core.writing import partial_file
writing = partial_file.PartialFile.sync
def killed(self):
    writing(self)
    os.kill(os.getpid(), signal.SIGKILL)
partial_file.PartialFile.sync = killed
print_outcome(lambda: run_index(arguments))
"""


def assert_old_or_complete(output: Path, source: Path) -> None:
    """Assert that the output is either the old file or the complete new result."""
    if output.read_bytes() != OLD:
        assert np.array_equal(read(output), index_of(source))


def assert_next_run_cleans(output: Path, source: Path) -> None:
    """Assert that the next run succeeds and removes the files that the killed run left behind."""
    compute(source, output, chunk_size=1024)
    assert list(listing(output.parent)) == ["out.tif"]
    assert np.array_equal(read(output), index_of(source))


@pytest.mark.repeated
@pytest.mark.parametrize("mark", [pytest.param(10, marks=LONG), 50, pytest.param(90, marks=LONG)])
@pytest.mark.parametrize("attempt", range(REPEATS))
def test_killed(qgis: Qgis, big_noise: Path, tmp_path: Path, mark: int, attempt: int) -> None:
    """F03: SIGKILL during computation or verification leaves either the old output or the complete new output."""
    output = tmp_path / "out.tif"
    output.write_bytes(OLD)
    process = qgis.start(big_noise, output)
    wait_for_mark(process, mark)
    process.kill()
    process.communicate()
    assert_old_or_complete(output, big_noise)
    left = partials(tmp_path)
    assert set(listing(tmp_path)) == {"out.tif", *(path.name for path in left)}
    if mark < 90:
        assert left and output.read_bytes() == OLD
    assert_next_run_cleans(output, big_noise)


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_the_rename(noise: Path, tmp_path: Path, when: str) -> None:
    """F03: a kill just before the rename leaves the old output; a kill just after it leaves the complete new output."""
    output = tmp_path / "out.tif"
    output.write_bytes(OLD)
    (tmp_path / "out.tif.ovr").write_bytes(b"overviews of the old result")
    run = run_child(KILLED_AT_THE_RENAME, options_for(noise, output, when=when))
    assert run.returncode == -signal.SIGKILL
    assert (output.read_bytes() == OLD) == (when == "before")
    assert_old_or_complete(output, noise)
    if when == "after":
        assert not (tmp_path / "out.tif.ovr").exists(), "the old overviews would be shown instead of the new pixels"
    assert_next_run_cleans(output, noise)


def test_killed_before_verification(noise: Path, tmp_path: Path) -> None:
    """F03: a kill between the last write and the verification leaves a partial file, which the next run removes."""
    output = tmp_path / "out.tif"
    run = run_child(KILLED_AT_A_SIDECAR, options_for(noise, output))
    assert run.returncode == -signal.SIGKILL
    assert not output.exists() and len(partials(tmp_path)) == 1
    assert_next_run_cleans(output, noise)


def test_partial_of_another_machine(noise: Path, tmp_path: Path) -> None:
    """F03: a partial file from a run on another machine is removed only if the file is more than a day old."""
    young, old = (tmp_path / f".out.parallelraster-elsewhere-{number}-00.tif" for number in (1, 2))
    for path in (young, old):
        path.write_bytes(b"partial")
    os.utime(old, (time.time() - 25 * 3600,) * 2)
    compute(noise, tmp_path / "out.tif")
    assert set(listing(tmp_path)) == {"out.tif", young.name}


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=LONG)])
def test_signalled(qgis: Qgis, big_noise: Path, tmp_path: Path, number: signal.Signals) -> None:
    """F04: SIGINT or SIGTERM makes `qgis_process` skip all further chunks and fail; the next run removes its files."""
    output = tmp_path / "out.tif"
    output.write_bytes(OLD)
    process = qgis.start(big_noise, output)
    wait_for_mark(process, 50)
    process.send_signal(number)
    rest, _ = process.communicate(timeout=120)
    assert process.returncode != 0
    assert b"100" not in rest
    assert output.read_bytes() == OLD
    if number == signal.SIGINT:
        assert process.returncode == 1
        assert set(listing(tmp_path)) == {"out.tif"}
    assert_next_run_cleans(output, big_noise)


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
def test_interrupted_script(noise: Path, tmp_path: Path) -> None:
    """F04: if Ctrl+C stops a script that uses the core, the old output is kept and no other file is left behind."""
    code = (
        "import signal\n"
        # If a shell runs the tests in the background, they and this child ignore Ctrl+C by default.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "class Stop:\n"
        "    def report(self, done, total):\n"
        "        if done >= 3: os.kill(os.getpid(), signal.SIGINT)\n"
        "    def is_cancelled(self): return False\n"
        "print_outcome(lambda: run_index(arguments, progress=Stop()))\n"
    )
    (tmp_path / "out.tif").write_bytes(OLD)
    before = listing(tmp_path)
    run = run_child(code, options_for(noise, tmp_path / "out.tif"))
    assert run.kind == "KeyboardInterrupt"
    assert listing(tmp_path) == before
