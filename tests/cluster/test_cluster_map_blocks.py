"""A user's function on a cluster: the same results as with local threads, and errors that name the block."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

import kit
from parallel_raster.core import Cancelled, OptionError, map_blocks

BLOCKS = "BLOCKXSIZE=256|BLOCKYSIZE=256"


def run_on(cluster, scene, folder, function, **options):
    return map_blocks(function, scene, folder / "out.tif", creation_options=BLOCKS, cluster=cluster.address, **options)


def test_a_raster(cluster, scene, folder, read_file):
    """A function in this module can be sent to the workers, although they cannot import the module."""
    size = 300  # a variable that the function takes from the enclosing scope
    function = lambda block: smoothed_here(block, size)  # noqa: E731

    def smoothed_here(block, size):
        rows, cols = block.window.height, block.window.width
        return sum(block.values[0, y : y + rows, x : x + cols] for y in range(3) for x in range(3)) / 9 + size

    map_blocks(function, scene, folder / "here.tif", halo=1, creation_options=BLOCKS)
    map_blocks(function, scene, folder / "there.tif", halo=1, creation_options=BLOCKS, cluster=cluster.address)
    assert read_file(folder / "here.tif") == read_file(folder / "there.tif")
    assert kit.listing(folder) == ["here.tif", "there.tif"]


def test_values(cluster, scene, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    function = lambda block: (block.window.col_off, float(np.nansum(block.values)))  # noqa: E731
    found = map_blocks(function, scene, block=400, cluster=cluster.address)
    assert found == map_blocks(function, scene, block=400) and len(found) == 16
    function = lambda block: [block.window.row_off]  # noqa: E731
    joined = map_blocks(function, scene, block=400, cluster=cluster.address, reduce=list.__add__)
    assert joined == [row for row in (0, 400, 800, 1200) for _ in range(4)]
    assert list(tmp_path.iterdir()) == []


def test_a_function_that_raises(cluster, scene, folder):
    def fail(block):
        raise KeyError(f"nothing at {block.window.col_off}")

    words = "raised KeyError for the block at row .*'nothing at .*'. Fix the function"
    with pytest.raises(OptionError, match=words) as caught:
        run_on(cluster, scene, folder, fail)
    assert caught.value.parameter == "function" and kit.listing(folder) == []


def test_a_function_that_cannot_be_sent(scene, folder):
    """A function that cannot be pickled is rejected before the connection to the cluster."""
    lock = threading.Lock()

    def locked(block):
        with lock:
            return block.values[0]

    with pytest.raises(OptionError, match="cannot be sent to the workers of a cluster: .*lock") as caught:
        map_blocks(locked, scene, folder / "out.tif", cluster="tcp://127.0.0.1:1")
    assert caught.value.parameter == "function" and kit.listing(folder) == []


@pytest.mark.long
def test_a_function_that_never_returns(dask, scene, folder, caplog):
    """A run can be cancelled even if the user's function never returns; the log names the chunk of that call."""
    dask.start_worker("worker-1")
    dask.wait_for_workers("worker-1")

    def hang(block):
        while block.window.row_off >= 512:
            time.sleep(0.1)
        return block.values[0]

    class Impatient:
        def __init__(self):
            self.end = time.monotonic() + 5

        def report(self, done, total):
            """Ignore progress."""

        def is_cancelled(self):
            return time.monotonic() > self.end

    started = time.monotonic()
    with pytest.raises(Cancelled):
        run_on(dask, scene, folder, hang, chunk_size=256, progress=Impatient())
    assert time.monotonic() - started < 60
    (warning,) = (record.getMessage() for record in caplog.records if record.levelname == "WARNING")
    assert "did not stop the work of this run within 4 s: " in warning
    assert "still busy, for example with the chunk at row 512, column 0 (256 x 256 pixels)" in warning
    assert kit.listing(folder) == []
