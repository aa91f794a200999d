"""The release's zip, installed into an empty profile, runs without the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile

import numpy as np
import pytest
import rasterio

import shipped
from harness import ALGORITHM, ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The environment of a QGIS into whose new profile the plugin's zip was unpacked."""
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if program is None or not (ROOT / ".git").exists():
        pytest.skip("needs qgis_process, and a checkout of git")
    home = tmp_path_factory.mktemp("home")
    archive = shipped.check_plugin().pack(home / "plugin.zip")
    plugins = home / "profiles" / "default" / "python" / "plugins"
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(plugins)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("QGIS_", "PYTHON"))}
    environment.update(
        HOME=str(home), XDG_RUNTIME_DIR=str(home), QGIS_CUSTOM_CONFIG_PATH=str(home), QT_QPA_PLATFORM="offscreen"
    )

    def call(*words):
        done = subprocess.run([program, *words], env=environment, cwd=home, capture_output=True, text=True, timeout=120)
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
