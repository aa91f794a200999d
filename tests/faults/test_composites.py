"""Composites that are killed or whose scenes change leave no partial files. Composites stay within MEMORY."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from fault_kit import LONG, PEAK, listing, make_raster, peak_megabytes, run_child
from parallel_raster.core import InputError, temporal_composite

KILLED_MIDWAY = """
from parallel_raster.core import temporal_composite
temporal_composite(arguments.pop("sources"), arguments.pop("folder"), progress=KilledHalfway(), **arguments)
"""

COMPOSITE = """
from parallel_raster.core import temporal_composite
temporal_composite(arguments.pop("sources"), arguments.pop("folder"), **arguments)
"""


def scenes(folder: Path, count: int, **options: object) -> Path:
    """Write scenes of noise, one per month, to a new folder, and return its path."""
    folder.mkdir()
    for number in range(count):
        make_raster(folder / f"2024-{number + 1:02d}-10.tif", **options)  # type: ignore[arg-type]
    return folder


def test_a_run_killed_midway_leaves_no_files(tmp_path: Path) -> None:
    """F03: after a kill halfway, the folder contains its old files; the next run removes the hidden files."""
    source, output = scenes(tmp_path / "in", 4, size=256), tmp_path / "out"
    temporal_composite(source, output, reducer="max")
    before = listing(output)
    run = run_child(KILLED_MIDWAY, {"sources": source, "folder": output, "chunk_size": 128, "counts": False})
    assert run.returncode == -signal.SIGKILL
    visible = {name: found for name, found in listing(output).items() if not name.startswith(".")}
    assert visible == before
    temporal_composite(source, output, reducer="max")
    assert listing(output) == before


def test_a_scene_that_changes_during_the_run(tmp_path: Path) -> None:
    """If a scene changes during the run, the error names the scene."""
    source = scenes(tmp_path / "in", 2, size=256)

    class Changing:
        def report(self, done: int, total: int) -> None:
            path = source / "2024-01-10.tif"
            os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000))

        def is_cancelled(self) -> bool:
            return False

    with pytest.raises(InputError, match=r"2024-01-10\.tif changed while it was being read"):
        temporal_composite(source, tmp_path / "out", progress=Changing())
    assert not (tmp_path / "out").exists()


@LONG
@pytest.mark.parametrize("reducer", ["median", "mean"])
def test_memory_does_not_grow_with_the_scenes(tmp_path: Path, reducer: str) -> None:
    """Peak memory does not grow with nine times as many pixels, and stays within MEMORY plus Python's own memory."""
    peaks = []
    for size in (768, 2304):
        source = scenes(tmp_path / str(size), 12, size=size, bands=4)
        options = {"period": "all", "reducer": reducer, "memory": 200, "workers": 2}
        arguments = {"sources": source, "folder": tmp_path / f"out{size}", **options}
        run = run_child(COMPOSITE + PEAK, arguments, fresh=True)
        assert run.returncode == 0, run.stderr
        peaks.append(peak_megabytes(run))
    empty = peak_megabytes(run_child("import parallel_raster.core.jobs.composite.job" + PEAK, {}, fresh=True))
    # GDAL's block cache is not part of MEMORY.
    assert peaks[1] - peaks[0] < 60, peaks
    assert peaks[1] - empty < 200 + 100, (peaks, empty)
