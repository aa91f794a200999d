"""Check installation in QGIS: its findings, and how it works if packages are missing."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys

import pytest

from harness import recording_feedback

CHECK = "parallelraster:checkinstallation"

WITHOUT = """
import json, sys
from harness import load_plugin, recording_feedback, start_qgis
app = start_qgis()
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in sys.argv[1].split(","):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocker())
plugin = load_plugin()
import processing
from qgis.core import QgsProcessingException
feedback = recording_feedback()
results = processing.run("parallelraster:checkinstallation", {"REPORT": sys.argv[2]}, feedback=feedback)
jobs = {}
for name in ("tileraster", "normalizeddifference", "normalizeddifferencetiles", "mergetiles"):
    algorithm = app.processingRegistry().algorithmById("parallelraster:" + name)
    source = {("INPUTS" if algorithm.parameterDefinition("INPUTS") else "INPUT"): sys.argv[3]}
    try:
        processing.run(algorithm, {**source, "OUTPUT": sys.argv[2] + ".tif"}, feedback=feedback)
    except QgsProcessingException as error:
        jobs[name] = [str(error), algorithm.canExecute()]
print("FOUND " + json.dumps({"ok": results["OK"], "lines": feedback.lines, "jobs": jobs}), flush=True)
plugin.unload()
app.exitQgis()
"""


@pytest.fixture
def check(provider):
    """Function that runs Check installation with `processing.run`."""
    import processing

    def run_check(feedback=None, **parameters):
        return processing.run(CHECK, parameters, feedback=feedback or recording_feedback())

    return run_check


def test_report_and_log_contain_versions(check, tmp_path):
    import rasterio
    from osgeo import gdal
    from qgis.core import Qgis

    path = tmp_path / "check.html"
    feedback = recording_feedback()
    results = check(feedback, REPORT=str(path))
    assert results == {"OK": True, "REPORT": str(path)}
    text, log = path.read_text(encoding="utf-8"), "\n".join(feedback.lines)
    for word in (Qgis.QGIS_VERSION, gdal.VersionInfo("RELEASE_NAME"), rasterio.__version__, "rioxarray", "PROJ"):
        assert word in text and word in log, word
    assert "share one GDAL" in log and "self-test" in log
    assert "GDAL of QGIS" in text and "libdeflate" in text
    assert "<script" not in text and "http" not in text.replace("http-equiv", "")


def test_a_server_is_asked_over_both_networks(check, monkeypatch):
    """The server is checked with QGIS's network and with Python's own client; without URL, no request is sent."""
    monkeypatch.syspath_prepend(os.path.join(os.path.dirname(__file__), "..", "core", "stac"))
    server = importlib.import_module("server")
    monkeypatch.delitem(sys.modules, "server")
    with server.running() as state:
        state.files["/items"] = b"12345"
        feedback = recording_feedback()
        assert check(feedback, URL=f"{state.url}/items") == {"OK": True}
        log = "\n".join(feedback.lines)
        assert "responded to QGIS in " in log and "responded to Python in " in log and "status 206" in log
        assert "read JPEG 2000 files and files on servers" in log
        before = len(state.requests)
        assert before >= 2 and check() == {"OK": True} and len(state.requests) == before


def test_report_is_optional(check, tmp_path, monkeypatch):
    assert check() == {"OK": True}


def test_a_problem_does_not_fail_the_run(check, monkeypatch):
    """If the self-test fails, the algorithm still ends normally, with OK set to False."""
    from parallel_raster.core.diagnostics import self_test as trial

    monkeypatch.setattr(trial, "self_test_failure", lambda create: f"made by {create.__name__}")
    feedback = recording_feedback()
    errors = []
    feedback.reportError = lambda text, fatal=False: errors.append(text)
    assert check(feedback) == {"OK": False}
    assert any("made by GdalFile" in text for text in errors)


def test_an_invalid_cluster_is_reported(check):
    feedback, errors = recording_feedback(), []
    feedback.reportError = lambda text, fatal=False: errors.append(text)
    assert check(feedback, CLUSTER="nowhere") == {"OK": False}
    assert any("CLUSTER is 'nowhere'" in text for text in errors)


def test_invalid_report_paths_are_rejected(check, tmp_path):
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match="must end in .html"):
        check(REPORT=str(tmp_path / "check.txt"))
    with pytest.raises(QgsProcessingException, match="does not exist"):
        check(REPORT=str(tmp_path / "nowhere" / "check.html"))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "missing",
    [
        pytest.param("rasterio", marks=pytest.mark.long),
        pytest.param("dask", marks=pytest.mark.long),
        pytest.param("rioxarray", marks=pytest.mark.long),
        "rasterio,dask,rioxarray,xarray",
    ],
)
def test_missing_packages(missing, scene, tmp_path, provider):
    """Without packages, the check still works, and the other algorithms name every package and how to install it."""
    page = tmp_path / "check.html"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, missing, str(page), scene()],
        capture_output=True, text=True, timeout=300, check=False, cwd=os.path.dirname(__file__),
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.split("FOUND ")[1].splitlines()[0])
    assert found["ok"] is False
    for package in missing.removesuffix(",xarray").split(","):
        assert f"apt install python3-{package}" in page.read_text(encoding="utf-8")
        for error, (can, reason) in found["jobs"].values():
            assert can is False
            for text in (error, reason):
                assert f"package {package} (" in text and "or newer) is missing. Install it with: " in text
    assert len(found["jobs"]) == 4
    assert not (tmp_path / "check.html.tif").exists()


def test_through_qgis_process(qgis_process, tmp_path):
    path = tmp_path / "check.html"
    done = qgis_process("run", CHECK, "--json", f"--REPORT={path}")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"] == {"OK": True, "REPORT": str(path)}
    assert path.is_file()
    text = qgis_process("help", CHECK).stdout
    assert "\nREPORT" in text and "\nOK" in text and "OSGeo4W" in text


BLOCKER = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocker())
"""


@pytest.fixture
def without_packages(qgis_process, tmp_path):
    """Function that returns `qgis_process` with packages hidden from its Python or shown with another version."""

    def hide(*names, versions=None):
        folder = tmp_path / "python"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(BLOCKER.format(names=names))
        for package, version in (versions or {}).items():
            metadata = folder / f"{package}-{version}.dist-info"
            metadata.mkdir()
            (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        environment = {**qgis_process.environment, "PYTHONPATH": str(folder)}
        return lambda *words: qgis_process(*words, env=environment)

    return hide


ALL = ("rasterio", "dask", "rioxarray", "xarray")
"""Required packages except numpy, without which QGIS's Processing plugin does not start."""


@pytest.mark.long
def test_qgis_process_without_any_package(without_packages, scene, tmp_path):
    """Without the required packages, all algorithms are listed, a run says how to install them, and the check works."""
    call = without_packages(*ALL)
    listed = json.loads(call("list", "--json").stdout)["providers"]["parallelraster"]["algorithms"]
    assert {f"parallelraster:{name}" for name in ("tileraster", "mergetiles", "checkinstallation")} <= set(listed)
    done = call("run", "parallelraster:tileraster", f"--INPUT={scene(100)}", f"--OUTPUT={tmp_path / 'tiles'}")
    output = " ".join((done.stdout + done.stderr).split())
    assert done.returncode != 0
    for package in ("rasterio", "dask", "rioxarray"):
        assert f"The Python package {package} (" in output and f"python3-{package}" in output
    page = tmp_path / "check.html"
    done = call("run", CHECK, "--json", f"--REPORT={page}")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"] == {"OK": False, "REPORT": str(page)}
    assert "apt install python3-rioxarray" in page.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["check.html", "python", "scene.tif"]


def test_qgis_process_with_an_old_package(without_packages, scene, tmp_path):
    """The error names the installed version and the minimum version."""
    call = without_packages(versions={"dask": "2021.4.1"})
    done = call("run", "parallelraster:normalizeddifference", f"--INPUT={scene(100)}", f"--OUTPUT={tmp_path}/out.tif")
    assert done.returncode != 0
    output = " ".join((done.stdout + done.stderr).split())
    assert (
        "The Python package dask has version 2021.4.1; version 2022.12 or newer is required. Install it with: "
        in output
    )


def test_a_package_that_cannot_be_imported(check, scene, tmp_path, monkeypatch):
    """If a library of an installed package is missing, the error names the library and Check installation."""
    import processing
    from qgis.core import QgsProcessingException

    from parallel_raster.core.jobs.difference import job as difference

    def broken(**_):
        raise ImportError("libgdal.so.99: cannot open shared object file")

    monkeypatch.setattr(difference, "normalized_difference", broken)
    values = {"INPUT": scene(100), "BAND_A": 2, "BAND_B": 1, "OUTPUT": str(tmp_path / "out.tif")}
    with pytest.raises(QgsProcessingException, match=r"libgdal.so.99.*Check installation"):
        processing.run("parallelraster:normalizeddifference", values, feedback=recording_feedback())
