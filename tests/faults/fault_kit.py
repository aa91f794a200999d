"""What the fault tests share: small rasters, runs in this and in child processes, and what holds after each error."""

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
from parallel_raster.core import ParallelRasterError, normalized_difference

HERE = Path(__file__).resolve().parent
BLOCKS = "BLOCKXSIZE=128|BLOCKYSIZE=128"
CHUNKED = {"band_a": 2, "band_b": 1, "chunk_size": 128, "creation_options": BLOCKS, "workers": 2}
"""Keywords that cut even a small raster into many chunks."""

REPEATS = int(os.environ.get("FAULT_REPEATS", "1"))
MANY = int(os.environ.get("FAULT_FILES", "400"))
"""A number of files that is several times what a process may have open."""

LONG = pytest.mark.long


def needs_root(reason: str) -> pytest.MarkDecorator:
    """Skip a test that mounts or changes its user where that is not allowed."""
    return pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason=f"needs root: {reason}")


def make_raster(path: Path, size: int = 512, bands: int = 2, dtype: str = "uint16", **profile: Any) -> Path:
    """Write noise in tiles of 128 pixels; noise hardly compresses, so the output has a known size."""
    values = np.random.default_rng(7).integers(1, 200 if dtype == "uint8" else 3000, (bands, size, size))
    return write_raster(path, values.astype(dtype), **profile)


def write_raster(path: Path, values: np.ndarray, **profile: Any) -> Path:
    """Write an array (bands, rows, columns) as a GeoTIFF, tiled where it is large enough."""
    bands, height, width = values.shape
    tiles = {"tiled": True, "blockxsize": 128, "blockysize": 128} if min(height, width) >= 128 else {}
    metadata = {"crs": "EPSG:32633", "transform": from_origin(500_000, 5_000_000, 10, 10), "compress": "deflate"}
    keywords = {"width": width, "height": height, "count": bands, "dtype": values.dtype, **tiles, **metadata, **profile}
    with rasterio.open(path, "w", driver="GTiff", **keywords) as dataset:
        dataset.write(values)
    return path


def read(path: Path | str) -> np.ndarray:
    """Return the first band as it is stored."""
    with rasterio.open(path) as dataset:
        return dataset.read(1)


def index_of(path: Path | str, band_a: int = 2, band_b: int = 1) -> np.ndarray:
    """Return the normalized difference of two bands by plain numpy, nodata -9999 where A + B = 0."""
    with rasterio.open(path) as dataset:
        a, b = dataset.read([band_a, band_b]).astype(np.float64)
    with np.errstate(all="ignore"):
        return np.where(a + b == 0, -9999, (a - b) / (a + b)).astype(np.float32)


def listing(folder: Path) -> dict[str, str]:
    """Return every name below the folder, hidden ones too, with what it holds."""
    metadata = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            metadata[name] = f"link to {os.readlink(path)}"
        elif path.is_file():
            metadata[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            metadata[name] = "folder" if path.is_dir() else "other"
    return metadata


def assert_for_people(message: str, *names: Any) -> None:
    """Assert that a message is a short text without a traceback that names what it is about."""
    assert "Traceback" not in message and "\n" not in message.strip(), message
    assert 15 < len(message) < 1500, message
    assert message.strip().endswith((".", ")")), message
    for name in names:
        assert str(name) in message, f"{name!s} is not in {message!r}"


@contextmanager
def refused(folder: Path, *names: Any) -> Iterator[SimpleNamespace]:
    """Assert that the block raises an error for people that names `names`, and leaves `folder` as it was."""
    before = listing(folder)
    caught = SimpleNamespace(message="")
    with pytest.raises(ParallelRasterError) as error:
        yield caught
    caught.message = str(error.value)
    assert_for_people(caught.message, *names)
    assert listing(folder) == before


def compute(source: Path | str, output: Path | str, **options: Any) -> Any:
    """Run the core in this process, in small chunks."""
    return normalized_difference(source, output, **{**CHUNKED, **options})


FORKS = Forks(f"""
sys.path[:0] = {[str(HERE), str(HERE.parent)]!r}
from child_package import *
import rasterio
from parallel_raster.core import merge_tiles, normalized_difference, tile_raster
from parallel_raster.core.jobs.difference import job as _, tiles as _
from parallel_raster.core.jobs.merging import job as _
from parallel_raster.core.jobs.tiling import job as _
""")
"""Children with the names of `child_package` and with what a run imports."""


def run_child(
    code: str,
    arguments: dict[str, Any],
    *,
    timeout: float = 300,
    env: dict[str, str] | None = None,
    fresh: bool = False,
) -> SimpleNamespace:
    """Run `code` in a process of its own, with `arguments` and the names of `child_package`; return how it ended.

    A fresh one starts as a new Python and has imported nothing; only such ones run beside each other.
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
"""Ends a child's code; `ru_maxrss` would also count the parent at the moment of the fork."""


def peak_megabytes(run: SimpleNamespace) -> int:
    """Return the largest memory of a child whose code ends with `PEAK`."""
    return int(run.stdout.rsplit("PEAK", 1)[1])


def options_for(source: Path | str, output: Path | str, **options: Any) -> dict[str, Any]:
    """Return the keywords of a run in small chunks, as `run_child` sends them."""
    return {"src": str(source), "dst": str(output), **CHUNKED, **options}


def assert_child_refused(run: SimpleNamespace, *names: Any) -> None:
    """Assert that a child ended with an error for people, neither with success nor with a crash."""
    assert not run.ok, "the run reported success"
    assert run.expected, f"{run.kind} escaped: {run.message}\n{run.stderr[-2000:]}"
    assert_for_people(run.message, *names)


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """Mount a tmpfs of `size` bytes; skip where mounting is not allowed."""
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
    """Return the partial files in a folder."""
    return sorted(folder.glob(".*.parallelraster-*"))
