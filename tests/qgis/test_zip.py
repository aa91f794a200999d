"""The plugin zip of a release, installed in an empty profile, runs without the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import rasterio

import shipped
from harness import ALGORITHM, ROOT

PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
BARE = {name: value for name, value in os.environ.items() if not name.startswith(("QGIS_", "PYTHON"))}
"""Environment variables without those that point QGIS or Python to the checkout."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The zip file of the plugin."""
    if PROGRAM is None or not (ROOT / ".git").exists():
        pytest.skip("needs qgis_process, and a checkout of git")
    return shipped.check_plugin().pack(tmp_path_factory.mktemp("zip") / "plugin.zip")


@pytest.fixture(scope="module")
def installed(archive, tmp_path_factory):
    """Function that runs `qgis_process` with a new profile into which the zip was unpacked."""
    home = tmp_path_factory.mktemp("home")
    plugins = home / "profiles" / "default" / "python" / "plugins"
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(plugins)
    places = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "QGIS_CUSTOM_CONFIG_PATH"), str(home))
    environment = {**BARE, **places, "QT_QPA_PLATFORM": "offscreen"}

    def call(*arguments):
        done = subprocess.run(
            [PROGRAM, *arguments], env=environment, cwd=home, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    call.plugins = plugins
    assert "Enabled parallel_raster" in call("plugins", "enable", "parallel_raster")
    return call


def test_the_zip_runs(installed, scene, tmp_path):
    output = tmp_path / "ndvi.tif"
    source = scene(200)
    output_text = installed("run", ALGORITHM, "--", f"INPUT={source}", "BAND_A=2", "BAND_B=1", f"OUTPUT={output}")
    assert "VALID_PERCENT" in output_text
    with rasterio.open(source) as dataset:
        red, infrared = dataset.read().astype("float64")
    with rasterio.open(output) as dataset:
        np.testing.assert_array_equal(dataset.read(1), ((infrared - red) / (infrared + red)).astype("float32"))


def test_the_zip_has_all_algorithms(installed, provider):
    """The installed plugin lists the same algorithms as the checkout."""
    listed = json.loads(installed("list", "--json"))["providers"]["parallelraster"]["algorithms"]
    assert set(listed) == {algorithm.id() for algorithm in provider.algorithms()}
    assert sorted(path.name for path in installed.plugins.iterdir()) == ["parallel_raster"]


@pytest.mark.long
def test_the_demo_runs_from_the_zip(archive):
    """`scripts/demo.py` runs in an empty profile with the unpacked zip and without a link to the checkout."""
    demo = [sys.executable, ROOT / "scripts" / "demo.py", "--zip", archive]
    done = subprocess.run(demo, env=BARE, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "is identical, bit for bit, to the direct result" in done.stdout
    (plugin,) = (ROOT / "build" / "qgis" / "profiles" / "default" / "python" / "plugins").iterdir()
    assert not plugin.is_symlink() and not (plugin / "tests").exists()


def test_the_zip_contains_only_compiled_translations(installed):
    languages = installed.plugins / "parallel_raster" / "resources" / "i18n"
    assert "parallel_raster_de.qm" in {path.name for path in languages.iterdir()}
    assert {path.suffix for path in languages.iterdir()} == {".qm"}
