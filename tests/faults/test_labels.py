"""Label objects with full disks, damaged and changed inputs, kills, cancellations and little memory."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from cancels import Cancel
from fault_kit import (
    BLOCKS,
    LONG,
    PEAK,
    assert_child_failed_cleanly,
    fails_cleanly,
    listing,
    partials,
    peak_megabytes,
    read,
    run_child,
    write_raster,
)
from parallel_raster.core import label_objects

ndimage = pytest.importorskip("scipy.ndimage", reason="Label objects requires scipy")

CHUNKED = {"expression": "A@1 > 1500", "chunk_size": 128, "creation_options": BLOCKS, "workers": 2}

RUN = """
from parallel_raster.core import label_objects
print_outcome(lambda: label_objects(**arguments))
"""

KILLED = """
import signal
from parallel_raster.core.jobs.labelling import task
step, left = arguments.pop("at")
owner, name = step.split(".")
owner = getattr(task, owner)
real = getattr(owner, name)
def killed(*rest):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*rest)
setattr(owner, name, killed)
"""

LIMITED = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = arguments.pop("limit")
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
"""


def run(source: Path, output: Path, **options: Any) -> Any:
    """Label a raster in this process in small chunks."""
    return label_objects(source, output, **{**CHUNKED, **options})


def wanted(source: Path) -> np.ndarray:
    """Return the ids that scipy finds in the whole raster."""
    labels: np.ndarray = ndimage.label(read(source) > 1500)[0]
    return labels


@pytest.mark.parametrize("step", ["LabelledWindows.value", "OpenLabels.compute"])
def test_killed(noise: Path, tmp_path: Path, step: str) -> None:
    """F03: after SIGKILL in either pass, the old output is kept; the next run removes leftover files and succeeds."""
    output = tmp_path / "out.tif"
    output.write_bytes(b"old result")
    child = run_child(KILLED + RUN, {"sources": noise, "dst": output, "at": [step, 5], **CHUNKED, "workers": 1})
    assert child.returncode == -signal.SIGKILL
    assert output.read_bytes() == b"old result" and len(partials(tmp_path)) == 1
    run(noise, output)
    assert list(listing(tmp_path)) == ["out.tif"]
    np.testing.assert_array_equal(read(output), wanted(noise))


@pytest.mark.parametrize("step", ["value", "compute"])
def test_cancelled(noise: Path, tmp_path: Path, step: str) -> None:
    """F05: a cancellation in either pass ends the run soon, and leaves no file."""
    from parallel_raster.core import Cancelled
    from parallel_raster.core.jobs.labelling.task import LabelledWindows, OpenLabels

    owner = LabelledWindows if step == "value" else OpenLabels
    with Cancel((owner, step), at=3) as cancel, pytest.raises(Cancelled):
        run(noise, tmp_path / "out.tif", progress=cancel)
    assert cancel.begun_later <= 2
    assert not listing(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="sets limits of POSIX systems")
def test_disk_full(noise: Path, tmp_path: Path) -> None:
    """F01: a disk that fills up during the second pass ends the run; the old output is kept."""
    output = tmp_path / "out.tif"
    output.write_bytes(b"old result")
    child = run_child(LIMITED + RUN, {"sources": noise, "dst": output, "limit": 60_000, **CHUNKED})
    assert_child_failed_cleanly(child, output)
    assert listing(tmp_path).keys() == {"out.tif"} and output.read_bytes() == b"old result"


def test_damaged_input(noise: Path, tmp_path: Path) -> None:
    """F20: a damaged block is found in the first pass; the error names the file and the position."""
    source = tmp_path / "in.tif"
    source.write_bytes(noise.read_bytes())
    size = source.stat().st_size
    with open(source, "r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * 2000)
    with fails_cleanly(tmp_path, "in.tif", "row"):
        run(source, tmp_path / "out.tif")


def test_input_changed_between_the_passes(noise: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F17: if the input changes between the passes, the second pass detects that the objects differ."""
    from parallel_raster.core.jobs.labelling import job

    source = tmp_path / "in.tif"
    source.write_bytes(noise.read_bytes())
    monkeypatch.setattr("parallel_raster.core.jobs.labelling.plan.packed_bytes", lambda chunks: 2**60)
    find = job.find_objects

    def changed(plan: Any, run: Any) -> Any:
        found = find(plan, run)
        write_raster(source, np.full((2, *read(noise).shape), 2000, "uint16"))
        return found

    monkeypatch.setattr(job, "find_objects", changed)
    with pytest.raises(Exception, match="changed during the run"):
        run(source, tmp_path / "out.tif")
    assert listing(tmp_path).keys() == {"in.tif"}


@LONG
def test_memory_of_many_objects(tmp_path: Path) -> None:
    """F26: a run with a million objects, and with more pixels than fit into MEMORY, stays within MEMORY."""
    source = tmp_path / "in.tif"
    cells = np.zeros((8000, 8000), "uint8")
    cells[::8, ::8] = cells[1::8, ::8] = cells[::8, 1::8] = 1
    write_raster(source, cells[np.newaxis])
    child = run_child(
        RUN + PEAK, {"sources": source, "dst": tmp_path / "out.tif", "memory": 256, "workers": 2, "table": True},
        fresh=True, env={"GDAL_CACHEMAX": "16"},
    )  # fmt: skip
    assert child.ok, child.message
    assert peak_megabytes(child) < 256 + 150
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert dataset.read(1, window=((7990, 8000), (7990, 8000))).max() == 1_000_000
