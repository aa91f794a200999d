"""The release's zip, installed into an empty profile, runs without the checkout."""

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
"""The environment without anything that would lead QGIS or Python to the checkout."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The plugin's zip."""
    if PROGRAM is None or not (ROOT / ".git").exists():
        pytest.skip("needs qgis_process, and a checkout of git")
    return shipped.check_plugin().pack(tmp_path_factory.mktemp("zip") / "plugin.zip")


@pytest.fixture(scope="module")
def installed(archive, tmp_path_factory):
    """A QGIS into whose new profile the plugin's zip was unpacked."""
    home = tmp_path_factory.mktemp("home")
    plugins = home / "profiles" / "default" / "python" / "plugins"
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(plugins)
    places = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "QGIS_CUSTOM_CONFIG_PATH"), str(home))
    environment = {**BARE, **places, "QT_QPA_PLATFORM": "offscreen"}

    def call(*words):
        done = subprocess.run([PROGRAM, *words], env=environment, cwd=home, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout

    call.plugins = plugins
    assert "Enabled parallel_raster" in call("plugins", "enable", "parallel_raster")
    return call


def test_the_zip_runs(installed, scene, tmp_path):
    output = tmp_path / "ndvi.tif"
    source = scene(200)
    told = installed("run", ALGORITHM, "--", f"INPUT={source}", "BAND_A=2", "BAND_B=1", f"OUTPUT={output}")
    assert "VALID_PERCENT" in told
    with rasterio.open(source) as dataset:
        red, infrared = dataset.read().astype("float64")
    with rasterio.open(output) as dataset:
        np.testing.assert_array_equal(dataset.read(1), ((infrared - red) / (infrared + red)).astype("float32"))


def test_the_zip_has_all_algorithms(installed, provider):
    """What the checkout offers, although nothing of it comes from the checkout."""
    told = json.loads(installed("list", "--json"))["providers"]["parallelraster"]["algorithms"]
    assert set(told) == {algorithm.id() for algorithm in provider.algorithms()}
    assert sorted(path.name for path in installed.plugins.iterdir()) == ["parallel_raster"]


@pytest.mark.long
def test_the_demo_runs_from_the_zip(archive):
    """Both of its ways, in an empty profile that holds the unpacked zip and no link to the checkout."""
    demo = [sys.executable, ROOT / "scripts" / "demo.py", "--zip", archive]
    done = subprocess.run(demo, env=BARE, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "the result is the same, bit for bit" in done.stdout
    (plugin,) = (ROOT / "build" / "qgis" / "profiles" / "default" / "python" / "plugins").iterdir()
    assert not plugin.is_symlink() and not (plugin / "tests").exists()


def test_the_zip_has_the_languages_as_qgis_loads_them(installed):
    languages = installed.plugins / "parallel_raster" / "resources" / "i18n"
    assert "parallel_raster_de.qm" in {path.name for path in languages.iterdir()}
    assert {path.suffix for path in languages.iterdir()} == {".qm"}
