"""Normalized difference of many files: a full disk, kills, and a low limit on open files (F01, F03, F28)."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from cases import long
from fault_kit import (
    BLOCKS,
    MANY,
    assert_child_failed_cleanly,
    index_of,
    listing,
    make_raster,
    partials,
    read,
    run_child,
    small_disk,
)

OPTIONS = {"band_a": 2, "band_b": 1, "creation_options": BLOCKS, "workers": 2}
RUN = """
from parallel_raster.core import normalized_difference_tiles
before = arguments.pop("before", "")
exec(before)
print_outcome(lambda: normalized_difference_tiles(**arguments).tile_count)
"""
KILLED = """
import signal
import parallel_raster.core.{module} as module
real, count = module.{name}, [0]
def killed(*arguments):
    count[0] += 1
    if count[0] == {call}:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments)
module.{name} = killed
"""


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a folder with ten rasters of noise."""
    folder = tmp_path_factory.mktemp("tiles")
    for number in range(10):
        make_raster(folder / f"t{number}.tif", 512)
    return folder


def arguments(tiles: Path, folder: Path, **more: object) -> dict[str, object]:
    return {"sources": str(tiles), "folder": str(folder), **OPTIONS, **more}


def assert_next_run_succeeds(tiles: Path, folder: Path) -> None:
    run = run_child(RUN, arguments(tiles, folder))
    assert run.ok, run.message
    assert sorted(listing(folder)) == [f"NDVI_t{number}.tif" for number in range(10)]
    assert all(np.array_equal(read(path), index_of(tiles / path.name[5:])) for path in folder.iterdir())


def test_disk_full(tiles: Path, tmp_path: Path) -> None:
    """F01: if only three of ten files fit on the disk, the run fails, removes its own files and keeps old files."""
    with small_disk(tmp_path / "disk", 4 * 2**20) as disk:
        (disk / "NDVI_t0.tif").write_bytes(b"old result")
        before = listing(disk)
        assert_child_failed_cleanly(run_child(RUN, arguments(tiles, disk)), f"Not enough space on {disk}")
        assert listing(disk) == before


@pytest.mark.parametrize(
    ("module", "name", "call"),
    [
        ("tileset.file_set", "replace_file", 6),
        *long(("tileset.file_set", "replace_file", 1), ("pixels.job", "in_strips", 5)),
    ],
)
def test_killed(tiles: Path, tmp_path: Path, module: str, name: str, call: int) -> None:
    """F03: after a kill, all visible output files are complete; the next run removes the hidden folder and succeeds."""
    folder = tmp_path / "out"
    before = KILLED.format(module=module, name=name, call=call)
    run = run_child(RUN, arguments(tiles, folder, before=before))
    assert run.returncode == -signal.SIGKILL
    visible = [path for path in folder.iterdir() if not path.name.startswith(".")]
    assert len(visible) == (call - 1 if name == "replace_file" else 0)
    assert all(np.array_equal(read(path), index_of(tiles / path.name[5:])) for path in visible)
    assert partials(folder)
    assert_next_run_succeeds(tiles, folder)


@pytest.mark.repeated
@pytest.mark.skipif(os.name != "posix", reason="RLIMIT_NOFILE is a limit of POSIX systems")
def test_few_files_may_be_open(tiles: Path, tmp_path: Path) -> None:
    """F28: with a limit of 64 open files (`ulimit -n 64`), a run can still process several times as many files."""
    folder = tmp_path / "in"
    folder.mkdir()
    small = make_raster(tmp_path / "small.tif", 16)
    for number in range(MANY):
        os.link(small, folder / f"t{number}.tif")
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n"
    run = run_child(RUN, arguments(folder, tmp_path / "out", before=limit), timeout=600)
    assert run.ok, run.message
    assert len(listing(tmp_path / "out")) == MANY
