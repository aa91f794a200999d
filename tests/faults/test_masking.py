"""Mask raster with full disks, damaged, changed and hostile inputs, cancellations and little memory."""

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
    write_raster,
)
from parallel_raster.core import ParallelRasterError, mask_raster
from parallel_raster.core.jobs.masking import task as mask_task
from parallel_raster.core.writing.writer import RasterWriter

RUN = """
from parallel_raster.core import mask_raster
print_outcome(lambda: mask_raster(**arguments))
"""

LIMITED = (
    """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = arguments.pop("limit")
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
"""
    + RUN
)

CHUNKED = {"mask_values": "1-50", "chunk_size": 128, "workers": 2}
"""Options with small chunks. The mask is noise from 1 to 199, so every block has hidden pixels."""


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a mask of noise with the grid of `noise`. Tests must not change the file."""
    return make_raster(tmp_path_factory.mktemp("masks") / "mask.tif", 768, bands=1, dtype="uint8")


def run(source: Path, output: Path, layer: Path, **options: Any) -> Any:
    """Mask a raster in this process in small chunks."""
    return mask_raster(source, output, layer, **{**CHUNKED, **options})


MARKS: dict[str, dict[str, Any]] = {"copied": {}, "encoded": {"mark": "nodata", "output_nodata": 65535}}
"""Options with which all blocks are copied and a mask is written, or all blocks are encoded."""


@pytest.mark.parametrize("mark", MARKS)
def test_disk_full_while_writing(noise: Path, layer: Path, tmp_path: Path, mark: str) -> None:
    """F01: a disk that fills up while blocks are copied or encoded ends the run; the old output is kept."""
    complete = run(noise, tmp_path / "complete.tif", layer, **MARKS[mark])
    size = os.path.getsize(complete.output)
    with small_disk(tmp_path / "disk", size * 3 // 4 // 4096 * 4096) as disk:
        (disk / "out.tif").write_bytes(b"old result")
        with fails_cleanly(disk, f"Not enough space on {disk}", "needed", "free"):
            run(noise, disk / "out.tif", layer, **MARKS[mark])


@pytest.mark.skipif(os.name != "posix", reason="RLIMIT_FSIZE is a limit of POSIX systems")
@pytest.mark.parametrize("mark", MARKS)
def test_write_refused_by_the_system(noise: Path, layer: Path, tmp_path: Path, mark: str) -> None:
    """F01: if a file size limit prevents writing, the run fails and keeps the old output."""
    (tmp_path / "out.tif").write_bytes(b"old result")
    before = listing(tmp_path)
    arguments = {"src": noise, "dst": tmp_path / "out.tif", "mask": layer, "limit": 400_000, **CHUNKED, **MARKS[mark]}
    assert_child_failed_cleanly(run_child(LIMITED, arguments), tmp_path / "out.tif")
    assert listing(tmp_path) == before


@pytest.mark.parametrize("at", [0, 3, 37])
def test_cancel(noise: Path, layer: Path, tmp_path: Path, at: int) -> None:
    """F05: a run cancelled while it computes, or while it verifies its result, leaves no files behind."""
    functions = (mask_task, "mask_window"), (RasterWriter, "_compare")
    (tmp_path / "out.tif").write_bytes(b"old result")
    with Cancel(*functions, at=at) as cancel, fails_cleanly(tmp_path, "cancelled"):
        run(noise, tmp_path / "out.tif", layer, **MARKS["encoded"], progress=cancel)
    assert at < cancel.begun <= at + 4 and cancel.begun_later <= 2


def test_error_in_one_chunk(noise: Path, layer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F06: an unexpected error in one chunk ends the run, which leaves no files behind."""
    compute, calls, lock = mask_task.mask_window, [], threading.Lock()

    def fail_third(*arguments: Any, **keywords: Any) -> Any:
        with lock:
            calls.append(1)
            number = len(calls)
        if number == 3:
            raise ZeroDivisionError("injected")
        return compute(*arguments, **keywords)

    monkeypatch.setattr(mask_task, "mask_window", fail_third)
    with pytest.raises(ZeroDivisionError, match="injected"):
        run(noise, tmp_path / "out.tif", layer)
    assert listing(tmp_path) == {}


class Watcher:
    """A `Progress` that calls `act` once, when a quarter of the run is done."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act, self._acted = act, False

    def report(self, done: int, total: int) -> None:
        """Call `act` as soon as a quarter of the run is done."""
        if done >= total / 4 and not self._acted:
            self._acted = True
            self._act()

    def is_cancelled(self) -> bool:
        """Return False: the run is never cancelled."""
        return False


@pytest.mark.parametrize("which", ["raster", "mask"])
@pytest.mark.parametrize("change", ["append", "delete", "touch"])
@pytest.mark.parametrize("mark", MARKS)
def test_an_input_changes(noise: Path, layer: Path, tmp_path: Path, which: str, change: str, mark: str) -> None:
    """F17, F18: if the raster or the mask changes during the run, the run fails, even if blocks are only copied."""
    inputs = {"raster": tmp_path / "raster.tif", "mask": tmp_path / "mask.tif"}
    shutil.copy(noise, inputs["raster"])
    shutil.copy(layer, inputs["mask"])
    path = inputs[which]

    def act() -> None:
        if change == "delete":
            path.unlink()
        elif change == "touch":
            os.utime(path)
        else:
            path.write_bytes(path.read_bytes() + b"more")

    (tmp_path / "out").mkdir()
    with pytest.raises(ParallelRasterError, match=rf"{which}\.tif"):
        run(inputs["raster"], tmp_path / "out" / "out.tif", inputs["mask"], **MARKS[mark], progress=Watcher(act))
    assert listing(tmp_path / "out") == {}


def damage(path: Path, band: int = 1) -> None:
    """Overwrite the beginning of the encoded block at row 128, column 256."""
    with rasterio.open(path) as dataset:
        offset = int(dataset.get_tag_item("BLOCK_OFFSET_2_1", "TIFF", bidx=band))
    with open(path, "rb+") as file:
        file.seek(offset)
        file.write(bytes(16))


@pytest.mark.parametrize("which", ["raster", "mask"])
@pytest.mark.parametrize("mark", MARKS)
def test_damaged_block(noise: Path, layer: Path, tmp_path: Path, which: str, mark: str) -> None:
    """F20: a damaged block raises an error with its row and column, even if the block would only be copied."""
    paths = {"raster": tmp_path / "raster.tif", "mask": tmp_path / "mask.tif"}
    shutil.copy(noise, paths["raster"])
    shutil.copy(layer, paths["mask"])
    damage(paths[which])
    with fails_cleanly(tmp_path, paths[which], "the block at row 128, column 256"):
        run(paths["raster"], tmp_path / "out.tif", paths["mask"], **MARKS[mark])


@pytest.mark.parametrize("which", ["raster", "mask"])
def test_truncated(noise: Path, layer: Path, tmp_path: Path, which: str) -> None:
    """F19: a truncated raster or mask raises an error that names the file."""
    paths = {"raster": tmp_path / "raster.tif", "mask": tmp_path / "mask.tif"}
    shutil.copy(noise, paths["raster"])
    shutil.copy(layer, paths["mask"])
    os.truncate(paths[which], int(paths[which].stat().st_size * 0.7))
    for options in MARKS.values():
        with fails_cleanly(tmp_path, paths[which]):
            run(paths["raster"], tmp_path / "out.tif", paths["mask"], **options)


def test_output_is_an_input(noise: Path, layer: Path, tmp_path: Path) -> None:
    """F07: an output path that is the raster or the mask is rejected, even in another spelling or through a link."""
    source, mask = Path(shutil.copy(noise, tmp_path / "in.tif")), Path(shutil.copy(layer, tmp_path / "mask.tif"))
    (tmp_path / "link.tif").symlink_to(mask)
    for output in (source, mask, tmp_path / "." / "mask.tif", tmp_path / "link.tif"):
        with fails_cleanly(tmp_path, "Output is one of the inputs"):
            run(source, output, mask)


@pytest.mark.parametrize("which", ["src", "mask"])
def test_python_in_a_vrt(noise: Path, layer: Path, tmp_path: Path, which: str) -> None:
    """F44: code in a VRT that is given as the raster or the mask is not run."""
    source, marker = tmp_path / "code.vrt", tmp_path / "marker"
    source.write_text(hostile.python_vrts(noise, marker)["plain"])
    before = listing(tmp_path)
    arguments = {"src": noise, "mask": layer, "dst": tmp_path / "out.tif", **CHUNKED, which: source}
    outcome = run_child(RUN, arguments, env={"GDAL_VRT_ENABLE_PYTHON": "YES"})
    assert_child_failed_cleanly(outcome, source)
    assert listing(tmp_path) == before


@LONG
@pytest.mark.parametrize("mark", MARKS)
def test_memory_limit(tmp_path: Path, mark: str) -> None:
    """F26: a large raster is masked within the memory limit."""
    profile = {"driver": "GTiff", "width": 12_000, "height": 12_000, "count": 2, "dtype": "uint16", "tiled": True,
               "blockxsize": 512, "blockysize": 512, "compress": "deflate", "sparse_ok": True}  # fmt: skip
    with rasterio.open(tmp_path / "in.tif", "w", **profile) as dataset:
        dataset.write(np.ones((2, 2048, 2048), "uint16"), window=rasterio.windows.Window(2048, 2048, 2048, 2048))
    mask = np.eye(1000, dtype="uint8")[np.newaxis]
    layer = write_raster(tmp_path / "mask.tif", mask, crs=None, transform=rasterio.Affine.scale(12))
    arguments = {"src": tmp_path / "in.tif", "dst": tmp_path / "out.tif", "mask": layer, "mask_values": "1",
                 "memory": 32, "workers": 2, **MARKS[mark]}  # fmt: skip
    outcome = run_child(RUN + PEAK, arguments, timeout=200, env={"GDAL_CACHEMAX": "16"})
    assert outcome.ok, outcome.message
    assert peak_megabytes(outcome) < 32 + 250
