"""Tests for the installation check: a sound installation passes; each fault is reported with instructions to fix it."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import parallel_raster
from cases import long
from pages import Page
from parallel_raster.core.cluster import connection
from parallel_raster.core.dependencies import SYSTEMS, install_ways
from parallel_raster.core.diagnostics import installation
from parallel_raster.core.diagnostics import self_test as self_test_module
from parallel_raster.core.diagnostics.findings import Finding
from parallel_raster.core.diagnostics.installation import Host, Installation, check_installation
from parallel_raster.core.diagnostics.libraries import CODECS, Gdal
from parallel_raster.core.diagnostics.page import installation_lines, installation_page, verdict

GDAL = Gdal("3.6.2", "9.1.1", frozenset(CODECS), True)
SYSTEM_GDAL = "/usr/lib/libgdal.so.32.3.6.2"
WHEEL_GDAL = "/x/rasterio.libs/libgdal-1a2b.so.36"

BLOCKED = """
import importlib, importlib.util, json, sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in sys.argv[2].split(","):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocker())
spec = importlib.util.spec_from_file_location("parallel_raster", sys.argv[1] + "/__init__.py",
                                              submodule_search_locations=[sys.argv[1]])
sys.modules["parallel_raster"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
installation = importlib.import_module("parallel_raster.core.diagnostics.installation")
page = importlib.import_module("parallel_raster.core.diagnostics.page")
found = installation.check_installation()
print("FOUND " + json.dumps({"ok": found.ok, "page": page.installation_page(found),
                             "problems": [each.text for each in found.findings if each.level == "problem"]}))
"""


@pytest.fixture
def sound(monkeypatch):
    """Simulate an installation without faults; return the `monkeypatch` fixture, with which a test adds one fault."""
    monkeypatch.setattr(installation, "dependency_problems", list)
    monkeypatch.setattr(installation, "optional_problems", dict)
    monkeypatch.setattr(installation, "import_failures", dict)
    monkeypatch.setattr(installation, "rasterio_gdal", lambda: GDAL)
    monkeypatch.setattr(installation, "crs_failure", str)
    monkeypatch.setattr(installation, "mapped_libraries", lambda stem: (SYSTEM_GDAL,))
    monkeypatch.setattr(installation, "usable_cpus", lambda: 4)
    monkeypatch.setattr(installation, "available_memory", lambda: 8 * 2**30)
    monkeypatch.setattr(self_test_module, "self_test_failure", lambda create: "")
    return monkeypatch


def findings_of(level, host=None):
    return [each for each in check_installation(host or Host(gdal=GDAL)).findings if each.level == level]


def test_this_machine():
    checked = check_installation()
    assert checked.ok
    assert checked.tables["Versions"]["dask"]
    assert checked.tables["GDAL of rasterio"]["GDAL"]
    assert checked.tables["Machine"]["DEFLATE encoder"] in ("ISA-L", "libdeflate", "GDAL")
    assert any("self-test" in finding.text and finding.level == "fine" for finding in checked.findings)


def test_an_installation_without_faults(sound):
    assert findings_of("problem") == findings_of("advice") == []
    assert any("share one GDAL, 3.6.2" in finding.text for finding in findings_of("fine"))


def cluster_findings(cluster, level="problem"):
    return [each for each in check_installation(Host(gdal=GDAL), cluster=cluster).findings if each.level == level]


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("nowhere", "CLUSTER is 'nowhere'"),
        ("scheduler-file:/none.json?timeout=0.1", "No valid scheduler file was found at /none.json"),
    ],
)
def test_a_cluster_that_cannot_be_used(sound, cluster, message):
    sound.setattr(connection, "check_cluster_dependencies", lambda slurm: None)
    sound.setattr(connection, "_check_imports", lambda: None)
    (problem,) = cluster_findings(cluster)
    assert message in problem.text
    assert cluster_findings(" ") == []


def test_a_cluster_without_its_packages(sound):
    real = importlib.util.find_spec
    sound.setattr(importlib.util, "find_spec", lambda name: None if name == "dask_jobqueue" else real(name))
    (problem,) = cluster_findings("slurm")
    assert "package dask_jobqueue (0.8 or newer) is missing" in problem.text
    assert "conda-forge dask-jobqueue" in problem.ways["conda"]


def test_a_missing_package(sound):
    sound.setattr(installation, "dependency_problems", lambda: ["The Python package dask (1 or newer) is missing."])
    sound.setattr(self_test_module, "self_test_failure", None)  # must not be called without dask
    (problem,) = findings_of("problem")
    assert problem.ways == install_ways("dask")
    assert set(problem.ways) == set(SYSTEMS)
    assert "apt install python3-dask" in problem.ways["debian"] and "conda-forge dask" in problem.ways["conda"]


def test_a_package_that_breaks_on_import(sound):
    sound.setattr(installation, "import_failures", lambda: {"rasterio": "ImportError: DLL load failed"})
    sound.setattr(installation, "rasterio_gdal", lambda: None)
    (problem,) = findings_of("problem")
    assert "rasterio is installed but cannot be imported: ImportError: DLL load failed" in problem.text
    assert problem.ways


@pytest.mark.parametrize("files", [(SYSTEM_GDAL, WHEEL_GDAL), None])
def test_two_gdals(sound, files):
    """Two GDALs are detected from the loaded libraries or, if the system cannot list libraries, from their versions."""
    sound.setattr(installation, "mapped_libraries", lambda stem: files)
    (advice,) = findings_of("advice", Host(gdal=replace(GDAL, version="3.11.1")))
    assert "different GDAL libraries" in advice.text
    assert "rasterio can look up coordinate reference systems" in advice.text
    assert all(name in advice.text for name in files or ("3.6.2", "3.11.1"))
    assert set(advice.ways) == set(SYSTEMS)


def test_two_versions_of_one_library_are_no_finding(sound):
    """Bindings built against a different GDAL release than the loaded library are not reported."""
    assert findings_of("advice", Host(gdal=replace(GDAL, version="3.6.1"))) == []


def test_crs_lookup_fails(sound, monkeypatch):
    monkeypatch.setattr(installation, "proj_folders", lambda: {"PROJ_LIB": "/other/share/proj"})
    sound.setattr(installation, "crs_failure", lambda: "no database context")
    (problem,) = findings_of("problem")
    assert "no database context" in problem.text and "PROJ_LIB=/other/share/proj" in problem.text
    assert set(problem.ways) == set(SYSTEMS)


@pytest.mark.parametrize(("codec", "level"), [("DEFLATE", "problem"), ("LZW", "problem"), ("LERC", "advice")])
def test_a_missing_codec(sound, codec, level):
    sound.setattr(installation, "rasterio_gdal", lambda: replace(GDAL, codecs=GDAL.codecs - {codec}))
    (finding,) = findings_of(level)
    assert f"GDAL does not support {codec}." in finding.text and set(finding.ways) == set(SYSTEMS)


@pytest.mark.parametrize(("ability", "words"), [("vsicurl", "/vsicurl"), ("jpeg2000", "JP2OpenJPEG")])
def test_a_gdal_that_cannot_read_catalogues(sound, ability, words):
    assert "GDAL can read JPEG 2000 files and files on servers." in [each.text for each in findings_of("fine")]
    sound.setattr(installation, "rasterio_gdal", lambda: replace(GDAL, **{ability: False}))
    (advice,) = findings_of("advice")
    assert words in advice.text and set(advice.ways) == set(SYSTEMS)
    assert findings_of("problem") == []


def url_findings(url, host=None, progress=None):
    found = check_installation(host or Host(gdal=GDAL), url=url, progress=progress).findings
    return [(each.level, each.text) for each in found if re.search("respond|answer|URL", each.text)]


def test_the_time_of_a_server(sound, server):
    """The byte is requested with the host's client and with the core's client; no message contains the query."""
    from parallel_raster.core.stac.fetch import Answer

    server.files["/items"] = b"12345"
    asked = []
    host = Host(gdal=GDAL, fetch=lambda request: asked.append(request) or Answer(404, {}, b""))
    (one, text), (other, answer) = url_findings(f"{server.url}/items?token=secret", host)
    assert (one, other) == ("advice", "fine")
    assert re.search(r"/items responded to QGIS in \d+\.\d\d s with status 404\.$", text)
    assert re.search(r"/items responded to Python in \d+\.\d\d s with status 206\.$", answer)
    assert [each.sent for each in server.requests] == [1] and asked[0].url.endswith("secret")
    assert "secret" not in text + answer
    assert url_findings(" ") == [] and len(server.requests) == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [("ftp://host/", "URL must be a URL that"), ("http://127.0.0.1:1/x", "did not respond to Python")],
)
def test_a_server_that_cannot_be_asked(sound, url, words):
    ((level, text),) = url_findings(url)
    assert level == "problem" and words in text


def test_a_check_does_not_wait_for_a_server_when_cancelled(sound, server):
    from server import Fault

    from parallel_raster.core.errors import Cancelled

    server.faults["/items"] = [Fault(kind="stall")]

    class CancelDuringStall:
        def report(self, done, total):
            pass

        def is_cancelled(self):
            return bool(server.requests)

    with pytest.raises(Cancelled):
        url_findings(f"{server.url}/items", progress=CancelDuringStall())
    assert not server.let_go.is_set()


def test_deflate_without_libdeflate(sound):
    (advice,) = findings_of("advice", Host(gdal=replace(GDAL, libdeflate=False)))
    assert "without libdeflate" in advice.text
    assert findings_of("advice", Host(gdal=replace(GDAL, libdeflate=None))) == []


def test_few_threads_and_little_memory(sound):
    (threads,) = findings_of("advice", Host(gdal=GDAL, threads=1))
    assert "1 of 4 CPUs" in threads.text
    (memory,) = findings_of("advice", Host(gdal=GDAL, memory=100 * 2**20))
    assert "100 MB" in memory.text
    sound.setattr(installation, "available_memory", lambda: 400 * 2**20)
    (memory,) = findings_of("advice")
    assert "only 100 MB; 400 MB" in memory.text


def test_a_failed_self_test(sound):
    creators = []
    sound.setattr(self_test_module, "self_test_failure", lambda create: creators.append(create) or "OSError: no")
    (problem,) = findings_of("problem", Host(gdal=GDAL, create=print))
    assert "failed: OSError: no" in problem.text
    assert creators == [print]


def test_the_self_test_compares_the_pixels(monkeypatch):
    from parallel_raster.core.jobs.difference import job as difference

    assert self_test_module.self_test_failure() == ""
    real = difference.normalized_difference
    monkeypatch.setattr(
        difference, "normalized_difference", lambda *places, **options: real(*places, **options, zero_sum="x")
    )
    assert "ZERO_SUM" in self_test_module.self_test_failure()
    monkeypatch.setattr(
        difference,
        "normalized_difference",
        lambda *places, **options: real(*places, **{**options, "band_a": 1, "band_b": 2}),
    )
    assert "4096 of 4096 pixels are wrong" in self_test_module.self_test_failure()


@pytest.mark.parametrize(
    "missing", ["rasterio", "numpy,rasterio,dask,rioxarray,xarray", *long("numpy", "dask", "rioxarray")]
)
def test_the_check_works_with_packages_missing(missing):
    """In a new process that cannot import the packages, the check names them and says how to install them."""
    root = str(Path(parallel_raster.__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED, root, missing], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout.split("FOUND ")[1])
    assert not outcome["ok"]
    for package in set(missing.split(",")) - {"xarray"}:
        assert any(f"package {package} " in text and "is missing" in text for text in outcome["problems"])
        assert f"apt install python3-{package}" in outcome["page"]


FAULTY = Installation(
    {"Versions": {"QGIS": "3.22 <b>"}},
    (Finding("problem", "No <dask> & more", install_ways("dask")), Finding("fine", "Good")),
)


def test_the_page_shows_tables_findings_and_fixes():
    page = Page(installation_page(FAULTY))
    for text in (
        "3.22 <b>",
        "Problem. No <dask> & more",
        "OK. Good",
        *SYSTEMS.values(),
        *install_ways("dask").values(),
    ):
        assert text in " ".join(page.text.split()), text
    assert verdict(FAULTY) == "1 problem found. Fix it to run the algorithms." and verdict(FAULTY) in page.text
    page.check_self_contained()


def test_the_log_gives_the_fix_for_this_system_once(monkeypatch):
    from parallel_raster.core.diagnostics import page as module

    monkeypatch.setattr(module, "this_system", lambda: "conda")
    ways = install_ways("dask")
    missing = Finding("problem", f"dask is missing. Install it with: {ways['conda']}", ways)
    lines = list(installation_lines(replace(FAULTY, findings=(*FAULTY.findings, missing))))
    assert ("problem", f"No <dask> & more Fix it with: {ways['conda']}") in lines
    assert ("problem", missing.text) in lines
    assert ("fine", "Versions: QGIS 3.22 <b>") in lines
    assert lines[-1] == ("problem", "2 problems found. Fix them to run the algorithms.")
