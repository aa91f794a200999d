"""Fixtures for tests in QGIS, either in this process with the provider registered or in a child `qgis_process`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from harness import ALGORITHM, recording_feedback

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def provider(qgis_app, qgis_processing):
    """The registered Processing provider."""
    from qgis.core import QgsApplication

    from parallel_raster.plugin.plugin import ParallelRasterPlugin

    plugin = ParallelRasterPlugin(None)
    plugin.initProcessing()
    yield QgsApplication.processingRegistry().providerById("parallelraster")
    plugin.unload()


@pytest.fixture
def run(provider):
    """Function that runs the normalized difference with `processing.run` and a recording feedback."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    def run_algorithm(feedback=None, context=None, **parameters):
        if context is None:
            context = QgsProcessingContext()
            context.setProject(QgsProject.instance())
        feedback = feedback or recording_feedback()
        return processing.run(ALGORITHM, parameters, context=context, feedback=feedback)

    return run_algorithm


@pytest.fixture
def check_refused(provider, tmp_path):
    """Function that checks that a run fails with a clear message and leaves the test folder unchanged.

    Parameter values are converted to text, as in `qgis_process`; `{tmp}` in the values is replaced by the path of the
    test folder.
    """
    import processing
    from qgis.core import QgsProcessingException

    def check(algorithm, parameters, message):
        before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
        texts = {name: str(value).replace("{tmp}", str(tmp_path)) for name, value in parameters.items()}
        feedback = recording_feedback()
        with pytest.raises(QgsProcessingException) as error:
            processing.run(algorithm, texts, feedback=feedback)
        output = " ".join([str(error.value), *feedback.lines])
        assert message in output
        assert "Traceback" not in output
        assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before

    return check


@pytest.fixture
def check_refused_by_qgis_process(qgis_process, tmp_path):
    """Function like `check_refused` that runs `qgis_process` and also checks its exit code."""

    def check(algorithm, parameters, message):
        before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
        arguments = [f"--{name}={value}".replace("{tmp}", str(tmp_path)) for name, value in parameters.items()]
        done = qgis_process("run", algorithm, *arguments)
        assert done.returncode == 1
        assert message in done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before

    return check


@pytest.fixture
def scene(tmp_path):
    """Function that creates a random two-band raster, by default of 600 x 600 pixels in small blocks."""

    def make(size=600, name="scene.tif", seed=1, **profile):
        path = tmp_path / name
        values = np.random.default_rng(seed).integers(1, 10_000, (2, size, size), dtype="uint16")
        keywords = {
            "driver": "GTiff", "width": size, "height": size, "count": 2, "dtype": "uint16", "tiled": True,
            "blockxsize": 128, "blockysize": 128, "crs": "EPSG:32633", "transform": from_origin(4e5, 5e6, 10, 10),
        }  # fmt: skip
        with rasterio.open(path, "w", **{**keywords, **profile}) as dataset:
            dataset.write(values)
        return str(path)

    return make


@pytest.fixture
def polygons(qgis_app):
    """Function that creates a polygon memory layer with a field `plot`."""
    from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer

    def make(rows, crs="EPSG:32633"):
        layer = QgsVectorLayer(f"MultiPolygon?crs={crs}&field=plot:string", "plots", "memory")
        for plot, text in rows:
            feature = QgsFeature(layer.fields())
            feature.setAttributes([plot])
            feature.setGeometry(QgsGeometry.fromWkt(text))
            layer.dataProvider().addFeature(feature)
        return layer

    return make


@pytest.fixture(scope="session")
def qgis_process(tmp_path_factory):
    """Function that runs `qgis_process` until it exits, with this checkout as the plugin in a separate profile.

    The attribute `start` of the function starts a child process without waiting for its end; `environment` holds the
    default environment variables, which a call can replace with `env=`.
    """
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if program is None:
        pytest.skip("qgis_process is not installed")
    home = tmp_path_factory.mktemp("profile")
    plugins = tmp_path_factory.mktemp("plugins")
    (plugins / "parallel_raster").symlink_to(ROOT)
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_CUSTOM_CONFIG_PATH": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "QGIS_PLUGINPATH": str(plugins),
    }
    environment.pop("PYTHONPATH", None)

    def start(*arguments, **options):
        return subprocess.Popen(
            [program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            **{"env": environment, **options},
        )  # fmt: skip

    def call(*arguments, **options):
        child = start(*arguments, **options)
        out, err = child.communicate(timeout=300)
        return SimpleNamespace(returncode=child.returncode, stdout=out, stderr=err)

    call.start, call.environment = start, environment
    enabled = call("plugins", "enable", "parallel_raster")
    assert "Enabled parallel_raster" in enabled.stdout, enabled
    return call
