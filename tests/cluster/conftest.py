"""Fixtures that start Dask clusters. All tests in this folder are skipped if `distributed` is not installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import rasterio

sys.path.insert(0, str(Path(__file__).resolve().parent))

import kit
import seam

SIZE = 1500


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.usefixtures("needs_distributed"))


@pytest.fixture(scope="session")
def needs_distributed():
    pytest.importorskip("distributed", reason="Dask's package distributed is not installed (make test-cluster)")
    # Handle SIGTERM like Ctrl+C, so that the servers are stopped if `timeout` or a CI job ends the tests.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def scene(tmp_path_factory, needs_distributed):
    """Path of a raster with two bands of noise and nodata, 1500 x 1500 pixels in blocks of 256 x 256."""
    return kit.write_scene(tmp_path_factory.mktemp("scene") / "scene.tif", SIZE)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory, needs_distributed):
    """A scheduler with two workers, each with one thread."""
    with kit.Dask(tmp_path_factory.mktemp("dask")) as dask:
        dask.start_scheduler()
        dask.start_worker("worker-1")
        dask.start_worker("worker-2")
        dask.wait_for_workers("worker-1", "worker-2")
        yield dask


@pytest.fixture
def dask(tmp_path_factory, needs_distributed):
    """A scheduler without workers; tests start the workers they need."""
    with kit.Dask(tmp_path_factory.mktemp("dask")) as dask:
        dask.start_scheduler()
        yield dask


@pytest.fixture
def slow(dask):
    """A scheduler with two slow workers: every read of a chunk takes an additional 0.2 s."""
    for name in ("worker-1", "worker-2"):
        dask.start_worker(name, SLOW_PIXELS="0.2")
    dask.wait_for_workers("worker-1", "worker-2")
    return dask


@pytest.fixture
def folder(tmp_path):
    """Empty folder for the outputs of a test."""
    out = tmp_path / "out"
    out.mkdir()
    return out


@pytest.fixture
def compute(scene, folder, request):
    """Return a function that runs the job named by the test's parameter `job`, by default a normalized difference."""
    from parallel_raster.core import normalized_difference
    from parallel_raster.core.engine.options import RunOptions
    from parallel_raster.core.pixels.run import run_pixels

    blocks = "BLOCKXSIZE=256|BLOCKYSIZE=256"

    def difference(cluster="", name="out.tif", src=scene, **options):
        values = {"band_a": 1, "band_b": 2, "chunk_size": 256, "creation_options": blocks, **options}
        return normalized_difference(src, folder / name, cluster=cluster, **values)

    def highest(cluster="", name="out.tif", src=scene, **options):
        run = RunOptions(**{"chunk_size": 256, "cluster": cluster, **options})
        dst = str(folder / name)
        return run_pixels(lambda run: seam.plan_highest(str(src), dst, run, creation_options=blocks), {}, run)

    job = request.node.callspec.params.get("job") if hasattr(request.node, "callspec") else None
    return highest if job == "highest" else difference


@pytest.fixture
def expected(compute, folder, read_file):
    """Return a function that runs the job of `compute` with local threads and returns the contents of its output."""

    def run(**options):
        compute(name="expected.tif", **options)
        contents = read_file(folder / "expected.tif")
        (folder / "expected.tif").unlink()
        return contents

    return run


@pytest.fixture
def read_file():
    """Return a function that reads the contents of a raster: pixels, mask, metadata and encoding."""

    def read(path):
        with rasterio.open(path) as dataset:
            profile = {key: str(value) for key, value in dataset.profile.items()}
            return (
                dataset.read().tobytes(), dataset.read_masks(1).tobytes(), profile, dataset.tags(), dataset.tags(1),
                dataset.descriptions, dataset.scales, dataset.offsets, dataset.overviews(1),
            )  # fmt: skip

    return read


@pytest.fixture(scope="session")
def call(tmp_path_factory):
    """Return a function that runs `qgis_process` in a new profile in which the plugin is enabled."""
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if program is None:
        pytest.skip("QGIS is not installed")
    home = tmp_path_factory.mktemp("qgis")
    for name in ("plugins", "run", "profile"):
        (home / name).mkdir(mode=0o700)
    (home / "plugins" / "parallel_raster").symlink_to(kit.ROOT)
    environment = {
        **os.environ, "QT_QPA_PLATFORM": "offscreen", "QGIS_CUSTOM_CONFIG_PATH": str(home / "profile"),
        "QGIS_PLUGINPATH": str(home / "plugins"), "XDG_RUNTIME_DIR": str(home / "run"), "HOME": str(home),
        "PATH": f"{Path(program).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }  # fmt: skip

    def run(*words, **more):
        return subprocess.run(
            [program, *words], env={**environment, **more}, capture_output=True, text=True, timeout=300
        )

    assert run("plugins", "enable", "parallel_raster").returncode == 0
    return run


class Watch:
    """A `Progress` that calls `action` or cancels the run once the fraction `at` of the run is done."""

    def __init__(self, at=None, action=None, cancel=False):
        self.reports, self._at, self._action, self._cancel = [], at, action, cancel
        self._hit = False

    def report(self, done, total):
        self.reports.append((done, total))
        if self._at is not None and not self._hit and done >= self._at * total:
            self._hit = True
            if self._action:
                self._action()

    def is_cancelled(self):
        return self._cancel and self._hit


@pytest.fixture
def watch():
    """The class `Watch`: a `Progress` that can call a function or cancel the run midway."""
    return Watch
