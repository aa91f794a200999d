"""Helpers for the fault tests: create small rasters, run jobs in this process or a child process, and check errors."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from forks import Forks
from georeference import METRES
from parallel_raster.core import ParallelRasterError, normalized_difference

HERE = Path(__file__).resolve().parent
BLOCKS = "BLOCKXSIZE=128|BLOCKYSIZE=128"
CHUNKED = {"band_a": 2, "band_b": 1, "chunk_size": 128, "creation_options": BLOCKS, "workers": 2}
"""Keyword arguments that split even a small raster into many chunks."""

REPEATS = int(os.environ.get("FAULT_REPEATS", "1"))
MANY = int(os.environ.get("FAULT_FILES", "400"))
"""Number of files in tests whose processes may keep only a fraction of these files open at the same time."""

LONG = pytest.mark.long


def needs_root(reason: str) -> pytest.MarkDecorator:
    """Return a mark that skips a test unless it runs as root; `reason` states why the test needs root privileges."""
    return pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason=f"needs root: {reason}")


def make_raster(path: Path, size: int = 512, bands: int = 2, dtype: str = "uint16", **profile: Any) -> Path:
    """Write a raster of noise in 128 x 128 pixel blocks. Noise hardly compresses, so output sizes are predictable."""
    values = np.random.default_rng(7).integers(1, 200 if dtype == "uint8" else 3000, (bands, size, size))
    return write_raster(path, values.astype(dtype), **profile)


def write_raster(path: Path, values: np.ndarray, **profile: Any) -> Path:
    """Write an array (bands, rows, columns) as a GeoTIFF, tiled if it has at least 128 rows and 128 columns."""
    bands, height, width = values.shape
    tiles = {"tiled": True, "blockxsize": 128, "blockysize": 128} if min(height, width) >= 128 else {}
    metadata = {"crs": METRES, "transform": from_origin(500_000, 5_000_000, 10, 10), "compress": "deflate"}
    keywords = {"width": width, "height": height, "count": bands, "dtype": values.dtype, **tiles, **metadata, **profile}
    with rasterio.open(path, "w", driver="GTiff", **keywords) as dataset:
        dataset.write(values)
    return path


def read(path: Path | str) -> np.ndarray:
    """Return the stored values of the first band of a raster."""
    with rasterio.open(path) as dataset:
        return dataset.read(1)


def index_of(path: Path | str, band_a: int = 2, band_b: int = 1) -> np.ndarray:
    """Return the normalized difference of two bands, computed with numpy alone; the value is -9999 where A + B = 0."""
    with rasterio.open(path) as dataset:
        a, b = dataset.read([band_a, band_b]).astype(np.float64)
    with np.errstate(all="ignore"):
        return np.where(a + b == 0, -9999, (a - b) / (a + b)).astype(np.float32)


def listing(folder: Path) -> dict[str, str]:
    """Return all entries in a folder, at any depth, including hidden ones: relative path -> checksum or file type."""
    contents = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            contents[name] = f"link to {os.readlink(path)}"
        elif path.is_file():
            contents[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            contents[name] = "folder" if path.is_dir() else "other"
    return contents


def assert_readable(message: str, *names: Any) -> None:
    """Assert that an error message is short, has no traceback and contains each of `names`."""
    assert "Traceback" not in message and "\n" not in message.strip(), message
    assert 15 < len(message) < 1500, message
    assert message.strip().endswith((".", ")")), message
    for name in names:
        assert str(name) in message, f"{name!s} is not in {message!r}"


@contextmanager
def fails_cleanly(folder: Path, *names: Any) -> Iterator[SimpleNamespace]:
    """Assert that the `with` block raises a readable error that contains `names` and leaves `folder` unchanged."""
    before = listing(folder)
    caught = SimpleNamespace(message="")
    with pytest.raises(ParallelRasterError) as error:
        yield caught
    caught.message = str(error.value)
    assert_readable(caught.message, *names)
    assert listing(folder) == before


def compute(source: Path | str, output: Path | str, **options: Any) -> Any:
    """Run `normalized_difference` in this process with small chunks."""
    return normalized_difference(source, output, **{**CHUNKED, **options})


FORKS = Forks(f"""
sys.path[:0] = {[str(HERE), str(HERE.parent)]!r}
from child_package import *
import rasterio
from parallel_raster.core import mask_raster, merge_tiles, normalized_difference, tile_raster, zonal_statistics
from parallel_raster.core.jobs.difference import job as _, tiles as _
from parallel_raster.core.jobs.labelling import job as _
from parallel_raster.core.jobs.masking import job as _
from parallel_raster.core.jobs.merging import job as _
from parallel_raster.core.jobs.tiling import job as _
from parallel_raster.core.jobs.zonal import job as _
""")
"""Runs child processes in which the names of `child_package` and the modules of a run are already imported."""


def run_child(
    code: str,
    arguments: dict[str, Any],
    *,
    timeout: float = 300,
    env: dict[str, str] | None = None,
    fresh: bool = False,
) -> SimpleNamespace:
    """Run `code` in a child process that defines `arguments` and all names of `child_package`; return the outcome.

    With `fresh`, the child is a new Python process that has imported only `child_package`. Otherwise, it is a fork of a
    process that has also imported the modules of a run. Only children started with `fresh` can run in parallel.
    """
    code, text = "arguments = json.loads(sys.argv[1])\n" + code, json.dumps(arguments, default=str)
    if fresh or not hasattr(os, "fork"):
        prelude = "import json, os, sys\nfrom child_package import *\n"
        environment = {**os.environ, "PYTHONPATH": str(HERE), **(env or {})}
        command = [sys.executable, "-X", "faulthandler", "-c", prelude + code, text]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout, check=False)
    else:
        run = FORKS.run(code, text, environment=env or {}, timeout=timeout)
    lines = [line for line in run.stdout.splitlines() if line.startswith("OUTCOME ")]
    outcome = json.loads(lines[-1][8:]) if lines else {"ok": False, "expected": False, "kind": "", "message": ""}
    return SimpleNamespace(returncode=run.returncode, stdout=run.stdout, stderr=run.stderr, **outcome)


PEAK = """
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
print("PEAK", int(status["VmHWM"].split()[0]) // 1024)
"""
"""Code that prints the peak memory of a child process. `ru_maxrss` would include the memory of the parent process."""


def peak_megabytes(run: SimpleNamespace) -> int:
    """Return the peak memory in MB that a child printed; the code of the child must end with `PEAK`."""
    return int(run.stdout.rsplit("PEAK", 1)[1])


def options_for(source: Path | str, output: Path | str, **options: Any) -> dict[str, Any]:
    """Return the keyword arguments of a run with small chunks, in a form that `run_child` can send to the child."""
    return {"src": str(source), "dst": str(output), **CHUNKED, **options}


def assert_child_failed_cleanly(run: SimpleNamespace, *names: Any) -> None:
    """Assert that a child neither succeeded nor crashed but ended with a readable error that contains `names`."""
    assert not run.ok, "the run reported success"
    assert run.expected, f"{run.kind} escaped: {run.message}\n{run.stderr[-2000:]}"
    assert_readable(run.message, *names)


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """Mount a tmpfs of `size` bytes at `folder`; skip the test if mounting is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=777", "tmpfs", str(folder)]
    try:
        allowed = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        allowed = False
    if not allowed:
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def partials(folder: Path) -> Sequence[Path]:
    """Return the paths of the hidden, unfinished output files (partial files) in a folder."""
    return sorted(folder.glob(".*.parallelraster-*"))
