"""Runs that are cancelled, fail in a chunk, compete with another run or lose their input (F05, F06, F16-F18)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

from cancels import PATIENCE, Cancel
from fault_kit import (
    BLOCKS,
    HERE,
    REPEATS,
    compute,
    fails_cleanly,
    index_of,
    listing,
    make_raster,
    options_for,
    read,
    run_child,
)
from parallel_raster.core import (
    Cancelled,
    InputError,
    ParallelRasterError,
    mask_raster,
    merge_tiles,
    tile_raster,
    training_chips,
    zonal_statistics,
)
from parallel_raster.core.pixels import job as pixel_job
from parallel_raster.core.progress import Stop
from parallel_raster.core.writing.writer import RasterWriter

TWO_RUNS = """
import time
os.environ["TMPDIR"] = "/nonexistent"
from parallel_raster.core import normalized_difference
print("READY", flush=True)
while not os.path.exists(arguments["start"]):
    time.sleep(0.001)
arguments.pop("start")
print_outcome(lambda: run_index(arguments))
"""

CLEANED_AT_THE_RENAME = """
from parallel_raster.core.writing import partial_file
rename = os.replace
def cleaning(source, target):
    partial_file.remove_dead_partials(os.path.dirname(source))
    rename(source, target)
os.replace = cleaning
print_outcome(lambda: run_index(arguments))
"""


CHUNKS = (pixel_job, "in_strips"), (RasterWriter, "_compare")
"""The function that computes a chunk and the function that verifies a chunk, each as (module or class, name)."""


class Watcher:
    """A `Progress` that calls `act` once, when the fraction `share` of the run is done."""

    def __init__(self, act: Callable[[], Any], share: float = 0.25) -> None:
        self._act, self._share, self._acted = act, share, False

    def report(self, done: int, total: int) -> None:
        """Call `act` when the fraction `share` of the run is done. The second half of a run is its verification."""
        if done >= self._share * total and not self._acted:
            self._acted = True
            self._act()

    def is_cancelled(self) -> bool:
        """Return False: the run is never cancelled."""
        return False


@pytest.mark.parametrize(
    ("after", "codec"), [(0, "DEFLATE"), (1, "DEFLATE"), (40, "DEFLATE"), (40, "LZW"), (450, "LZW")]
)
def test_cancel(big_noise: Path, tmp_path: Path, after: int, codec: str) -> None:
    """F05: a run cancelled during computation or verification skips the remaining chunks and leaves no new files."""
    (tmp_path / "out.tif").write_bytes(b"old result")
    options = {"creation_options": f"{BLOCKS}|COMPRESS={codec}", "workers": 2}
    with Cancel(*CHUNKS, at=after) as cancel, fails_cleanly(tmp_path, "cancelled"):
        compute(big_noise, tmp_path / "out.tif", **options, progress=cancel)
    assert after < cancel.begun <= after + 4 and cancel.begun_later <= 2


def test_cancel_is_its_own_error(noise: Path, tmp_path: Path) -> None:
    """F05: a cancelled run raises `Cancelled`, so callers can distinguish a cancellation from a failure."""
    with pytest.raises(Cancelled):
        compute(noise, tmp_path / "out.tif", progress=Cancel(at=-1))


@pytest.mark.parametrize("error", [ValueError("injected"), ZeroDivisionError("injected")])
def test_error_in_one_chunk(noise: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """F06: an error in one chunk stops the other chunks and is raised by the run, which leaves no new files behind."""
    from parallel_raster.core.pixels import job as pixel_job

    pixels, calls, lock = pixel_job.in_strips, [], threading.Lock()
    set_stop, noticed = Stop.set, threading.Event()

    def fail_third(*arguments: Any) -> Any:
        with lock:
            calls.append(1)
            number = len(calls)
        if number == 3:
            raise error
        if number > 3:  # wait until the run has noticed the error
            assert noticed.wait(PATIENCE)
        return pixels(*arguments)

    def set_and_notice(stop: Stop) -> None:
        set_stop(stop)
        noticed.set()

    monkeypatch.setattr(pixel_job, "in_strips", fail_third)
    monkeypatch.setattr(Stop, "set", set_and_notice)
    (tmp_path / "out.tif").write_bytes(b"old result")
    before = listing(tmp_path)
    with pytest.raises(type(error), match="injected"):
        compute(noise, tmp_path / "out.tif")
    assert listing(tmp_path) == before
    assert len(calls) < 8


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("can't start new thread")])
def test_no_memory_for_a_chunk(noise: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """F06, F26: if a chunk runs out of memory, the error names WORKERS as a parameter to change."""
    from parallel_raster.core.pixels import job as pixel_job

    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(pixel_job, "in_strips", fail)
    with fails_cleanly(tmp_path, "memory", "WORKERS"):
        compute(noise, tmp_path / "out.tif")


@pytest.mark.repeated
@pytest.mark.parametrize("attempt", range(REPEATS))
def test_two_runs_to_one_output(noise: Path, tmp_path: Path, attempt: int) -> None:
    """F16: two concurrent runs with the same output both succeed; the output is the complete result of one run."""
    output, start = tmp_path / "out.tif", tmp_path / "start"
    wanted = [index_of(noise, 2, 1), index_of(noise, 1, 2)]
    children = []
    for a, b in ((2, 1), (1, 2)):
        options = options_for(noise, output, band_a=a, band_b=b, workers=1, start=start)
        children.append(_start(TWO_RUNS, options))
    for child in children:
        assert child.stdout is not None and child.stdout.readline() == "READY\n"
    start.touch()
    for child in children:
        text, _ = child.communicate(timeout=120)
        assert '"ok": true' in text, text
    start.unlink()
    assert list(listing(tmp_path)) == ["out.tif"]
    assert any(np.array_equal(read(output), each) for each in wanted)


def _start(code: str, options: dict[str, Any]) -> subprocess.Popen[str]:
    import json

    prelude = "import json, os, sys\nfrom child_package import *\narguments = json.loads(sys.argv[1])\n"
    command = [sys.executable, "-c", prelude + code, json.dumps(options, default=str)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(HERE)}, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name != "posix", reason="Windows cannot rename a file that is held open")
@pytest.mark.parametrize("neighbours", [False, True])
def test_another_run_cleans_up_at_the_rename(noise: Path, tmp_path: Path, neighbours: bool) -> None:
    """F16: if another run cleans up the folder just before the rename, the finished file is not removed."""
    if neighbours:
        (tmp_path / "out.tif").write_bytes(b"old result")
        (tmp_path / "out.tif.ovr").write_bytes(b"overviews of the old result")
    run = run_child(CLEANED_AT_THE_RENAME, options_for(noise, tmp_path / "out.tif"))
    assert run.ok, run.message
    assert np.array_equal(read(tmp_path / "out.tif"), index_of(noise))
    assert list(listing(tmp_path)) == ["out.tif"]


def test_partial_of_a_living_run_is_left_alone(noise: Path, tmp_path: Path) -> None:
    """F16: a run that starts and ends while another run is using the same folder keeps the other run's partial file."""
    outcome = []
    watcher = Watcher(lambda: outcome.append(compute(noise, tmp_path / "second.tif")))
    compute(noise, tmp_path / "first.tif", progress=watcher)
    assert outcome and set(listing(tmp_path)) == {"first.tif", "second.tif"}
    assert np.array_equal(read(tmp_path / "first.tif"), index_of(noise))


def _append(path: Path) -> None:
    with open(path, "ab") as file:
        file.write(b"more")


def _rewrite(path: Path) -> None:
    other = make_raster(path.with_suffix(".new.tif"), 512, bands=2)
    os.replace(other, path)


def _touch_in_place(path: Path) -> None:
    with open(path, "rb+") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"x")


@pytest.mark.parametrize("change", [_append, _rewrite, _touch_in_place])
def test_input_changes(noise: Path, tmp_path: Path, change: Callable[[Path], None]) -> None:
    """F17: if the input is appended to, replaced or overwritten during the run, the run fails."""
    source = Path(shutil.copy(noise, tmp_path / "source.tif"))
    output = tmp_path / "results" / "out.tif"
    output.parent.mkdir()
    with pytest.raises(ParallelRasterError, match=r"source.tif.* changed while it was being read|source.tif.*damaged"):
        compute(source, output, progress=Watcher(lambda: change(source)))
    assert listing(output.parent) == {}


OPENED: dict[str, Callable[..., Any]] = {
    "difference": lambda source, results, **options: compute(source, results / "out.tif", **options),
    "merge": lambda source, results, **options: merge_tiles([source], results / "out.tif", **options),
    "virtual merge": lambda source, results, **options: merge_tiles([source], results / "out.vrt", **options),
    "tile": lambda source, results, **options: tile_raster(source, results / "tiles", **options),
    "mask": lambda source, results, **options: mask_raster(
        source, results / "out.tif", mask=source, mask_values="1", **options
    ),
    "zonal": lambda source, results, **options: zonal_statistics(source, results / "out.csv", **options),
    "chips": lambda source, results, **options: training_chips(
        source, results / "chips", label_raster=source, size=64, **options
    ),
}


class ActingLog:
    """A `Log` that calls `act` with the first line, which a run logs when it has opened its inputs and made a plan."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act, self._acted = act, False

    def info(self, msg: str) -> None:
        """Call `act` once."""
        if not self._acted:
            self._acted = True
            self._act()

    def warning(self, msg: str) -> None:
        """Call `act` once."""
        self.info(msg)


@pytest.mark.parametrize("run", OPENED.values(), ids=OPENED)
def test_input_changes_before_its_pixels_are_read(noise: Path, tmp_path: Path, run: Callable[..., Any]) -> None:
    """F17: if the input is replaced after its metadata was read, but before its pixels are read, the run fails."""
    source = Path(shutil.copy(noise, tmp_path / "source.tif"))
    other = Path(shutil.copy(noise, tmp_path / "other.tif"))
    results = tmp_path / "results"
    results.mkdir()
    with pytest.raises(InputError, match=r"source\.tif changed while it was being read"):
        run(source, results, log=ActingLog(lambda: os.replace(other, source)))
    assert listing(results) == {}


def test_input_of_a_virtual_mosaic_changes_while_its_pixels_are_checked(noise: Path, tmp_path: Path) -> None:
    """F17: if an input changes while the pixels of a virtual mosaic are checked, no mosaic is written."""
    source, results = Path(shutil.copy(noise, tmp_path / "source.tif")), tmp_path / "results"
    results.mkdir()

    def check(*_: Any) -> None:
        os.utime(source)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(InputError, match=r"source\.tif changed while"):
        patch.setattr("parallel_raster.core.jobs.merging.job.check_drawn_pixels", check)
        merge_tiles([source], results / "out.vrt")
    assert listing(results) == {}


@pytest.mark.parametrize("depth", [1, 2])
def test_source_of_a_vrt_changes(noise: Path, tmp_path: Path, depth: int) -> None:
    """F17: if a source of a VRT changes during the run, the run fails, even if the source is in a nested VRT."""
    source = Path(shutil.copy(noise, tmp_path / "source.tif"))
    top = source
    for level in range(depth):
        vrt = tmp_path / f"level{level}.vrt"
        subprocess.run(["gdalbuildvrt", "-q", vrt, top], check=True)
        top = vrt
    output = tmp_path / "results" / "out.tif"
    output.parent.mkdir()
    with pytest.raises(
        ParallelRasterError,
        match=r"source\.tif, which is part of the input .*level\d\.vrt, changed while it was being read",
    ):
        compute(top, output, progress=Watcher(lambda: os.utime(source)))
    assert listing(output.parent) == {}


def test_input_is_deleted(noise: Path, tmp_path: Path) -> None:
    """F18: if the input is deleted during the run, the run fails, although the open file could still be read."""
    source = Path(shutil.copy(noise, tmp_path / "source.tif"))
    output = tmp_path / "results" / "out.tif"
    output.parent.mkdir()
    with pytest.raises(ParallelRasterError, match="source.tif"):
        compute(source, output, progress=Watcher(source.unlink))
    assert listing(output.parent) == {}
