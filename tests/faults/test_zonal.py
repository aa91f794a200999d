"""Zonal statistics with damaged, changed and hostile inputs, cancellations, full disks and little memory."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

import hostile
from cancels import Cancel
from fault_kit import (
    LONG,
    PEAK,
    assert_child_failed_cleanly,
    fails_cleanly,
    listing,
    make_raster,
    peak_megabytes,
    run_child,
    small_disk,
)
from georeference import METRES
from parallel_raster.core import ParallelRasterError, zonal_statistics
from parallel_raster.core.jobs.zonal import task

RUN = """
from parallel_raster.core import zonal_statistics
print_outcome(lambda: len(zonal_statistics(**arguments)))
"""

CHUNKED = {"cell_width": 50, "cell_height": 50, "chunk_size": 512, "workers": 2, "statistics": ("count", "median")}


@pytest.fixture(scope="module")
def zones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a zone raster with the grid of `noise`. Tests must not change the file."""
    return make_raster(tmp_path_factory.mktemp("zones") / "zones.tif", 768, bands=1, dtype="uint8")


def run(source: Path, output: Path | None, **options: Any) -> Any:
    """Compute zonal statistics in this process in small chunks."""
    return zonal_statistics(source, output, **{**CHUNKED, **options})


def test_disk_full(noise: Path, tmp_path: Path) -> None:
    """F01: a disk that is full when the table is written ends the run; the old table is kept."""
    with small_disk(tmp_path / "disk", 16 * 1024) as disk:
        (disk / "out.csv").write_bytes(b"old table")
        with fails_cleanly(disk, disk / "out.csv"):
            run(noise, disk / "out.csv", cell_width=8, cell_height=8)


@pytest.mark.parametrize("at", [0, 3])
def test_cancel(noise: Path, tmp_path: Path, at: int) -> None:
    """F05: a cancelled run leaves no files behind, and keeps the old table."""
    (tmp_path / "out.csv").write_bytes(b"old table")
    with Cancel((task, "unit_sums"), at=at) as cancel, fails_cleanly(tmp_path, "cancelled"):
        run(noise, tmp_path / "out.csv", progress=cancel)
    assert at < cancel.begun <= at + 4 and cancel.begun_later <= 2


def test_error_in_one_chunk(noise: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F06: an unexpected error in one chunk ends the run, which leaves no files behind."""
    compute, calls, lock = task.unit_sums, [], threading.Lock()

    def fail_third(*arguments: Any) -> Any:
        with lock:
            calls.append(1)
            number = len(calls)
        if number == 3:
            raise ZeroDivisionError("injected")
        return compute(*arguments)

    monkeypatch.setattr(task, "unit_sums", fail_third)
    with pytest.raises(ZeroDivisionError, match="injected"):
        run(noise, tmp_path / "out.csv")
    assert listing(tmp_path) == {}


class Watcher:
    """A `Progress` that calls `act` once, when the first chunk is done."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act, self._acted = act, False

    def report(self, done: int, total: int) -> None:
        """Call `act` when the first chunk is done."""
        if done and not self._acted:
            self._acted = True
            self._act()

    def is_cancelled(self) -> bool:
        """Return False: the run is never cancelled."""
        return False


@pytest.mark.parametrize("which", ["raster", "zones"])
def test_an_input_changes(noise: Path, zones: Path, tmp_path: Path, which: str) -> None:
    """F17: if the raster or the zone raster changes during the run, the run fails."""
    inputs = {"raster": tmp_path / "raster.tif", "zones": tmp_path / "zones.tif"}
    shutil.copy(noise, inputs["raster"])
    shutil.copy(zones, inputs["zones"])
    act = lambda: os.utime(inputs[which])  # noqa: E731
    with pytest.raises(ParallelRasterError, match=rf"{which}\.tif.* changed while it was being read"):
        run(inputs["raster"], None, zones="raster", zone_raster=inputs["zones"], progress=Watcher(act))


@pytest.mark.parametrize("which", ["raster", "zones"])
def test_damaged_block(noise: Path, zones: Path, tmp_path: Path, which: str) -> None:
    """F20: a damaged block raises an error that states the file, the row and the column."""
    paths = {"raster": tmp_path / "raster.tif", "zones": tmp_path / "zones.tif"}
    shutil.copy(noise, paths["raster"])
    shutil.copy(zones, paths["zones"])
    with rasterio.open(paths[which]) as dataset:
        offset = int(dataset.get_tag_item("BLOCK_OFFSET_2_1", "TIFF", bidx=1))
    with open(paths[which], "rb+") as file:
        file.seek(offset)
        file.write(bytes(16))
    with fails_cleanly(tmp_path, paths[which], "the block at row 128, column 256"):
        run(paths["raster"], tmp_path / "out.csv", zones="raster", zone_raster=paths["zones"])


def test_output_is_an_input(noise: Path, tmp_path: Path) -> None:
    """F07: a table path that is the raster, directly or through a link, is rejected."""
    source = Path(shutil.copy(noise, tmp_path / "in.csv"))
    (tmp_path / "link.csv").symlink_to(source)
    for output in (source, tmp_path / "link.csv"):
        with fails_cleanly(tmp_path, "is the same file as"):
            run(source, output)


@pytest.mark.parametrize("which", ["src", "zone_raster"])
def test_python_in_a_vrt(noise: Path, zones: Path, tmp_path: Path, which: str) -> None:
    """F44: code in a VRT that is given as the raster or the zone raster is not run."""
    source, marker = tmp_path / "code.vrt", tmp_path / "marker"
    source.write_text(hostile.python_vrts(noise, marker)["plain"])
    before = listing(tmp_path)
    arguments = {"src": noise, "zone_raster": zones, "zones": "raster", which: source}
    outcome = run_child(RUN, arguments, env={"GDAL_VRT_ENABLE_PYTHON": "YES"})
    assert_child_failed_cleanly(outcome, source)
    assert listing(tmp_path) == before


@pytest.mark.parametrize(
    "coordinates",
    [
        [[[float("nan"), 0], [1, 1], [2, 0], [float("nan"), 0]]],
        [[["a", 0], [1, 1], [2, 0], ["a", 0]]],
        [[[0], [1, 1], [2, 0], [0]]],
        [[]],
        [None],
    ],
)
def test_impossible_polygons(noise: Path, tmp_path: Path, coordinates: Any) -> None:
    """The log names a polygon whose coordinates cannot be used, and the other polygons get their statistics."""
    box = {"type": "Polygon", "coordinates": [[[-1e9, -1e9], [1e9, -1e9], [1e9, 1e9], [-1e9, 1e9], [-1e9, -1e9]]]}
    shapes = [{"type": "Polygon", "coordinates": coordinates}, box]
    impossible, possible = run(noise, None, zones="polygons", polygons=shapes)
    assert (impossible["b1_count"], possible["b1_count"]) == (0, 768 * 768)
    with fails_cleanly(tmp_path, "polygon 0: it"):
        run(noise, None, zones="polygons", polygons=shapes[:1])


@LONG
def test_memory_limit(tmp_path: Path) -> None:
    """F26: the statistics of a large raster are computed within the memory limit."""
    profile = {"driver": "GTiff", "width": 12_000, "height": 12_000, "count": 1, "dtype": "float32", "tiled": True,
               "blockxsize": 512, "blockysize": 512, "compress": "deflate", "crs": METRES,
               "transform": rasterio.Affine(10, 0, 0, 0, -10, 0)}  # fmt: skip
    values = np.random.default_rng(3).random((1, 512, 12_000), "float32")
    with rasterio.open(tmp_path / "in.tif", "w", **profile) as dataset:
        for row in range(0, 12_000, 512):
            window = rasterio.windows.Window(0, row, 12_000, min(512, 12_000 - row))
            dataset.write(values[:, : window.height], window=window)
    arguments = {"src": tmp_path / "in.tif", "memory": 256, "workers": 2, "cell_width": 100, "cell_height": 100}
    outcome = run_child(RUN + PEAK, {**arguments, "statistics": ["mean"]}, timeout=200, env={"GDAL_CACHEMAX": "16"})
    assert outcome.ok, outcome.message
    assert peak_megabytes(outcome) < 256 + 250
    ranked = {**arguments, "statistics": ["median"]}
    outcome = run_child(RUN + PEAK, {**ranked, "cell_width": 12_000, "cell_height": 12_000}, timeout=200)
    assert not outcome.ok and "Median and majority" in outcome.message
    assert peak_megabytes(outcome) < 256 + 250
    outcome = run_child(RUN + PEAK, ranked, timeout=200, env={"GDAL_CACHEMAX": "16"})
    assert outcome.ok or "Median and majority" in outcome.message, outcome.message
    assert peak_megabytes(outcome) < 256 + 250
