"""Benchmark serial and parallel in QGIS: output files, numeric outputs, the default that it can set, and clean-up."""

from __future__ import annotations

import csv
import json
import os
import signal
from functools import partial
from types import SimpleNamespace

import pytest

from harness import ALGORITHM, SMALL_BLOCKS, cancelled, recording_feedback, wait_for_progress

BENCHMARK = "parallelraster:benchmark"
KEY = "PARALLELRASTER_CHUNK_SIZE"


def values(source, **more):
    return {
        "INPUT": source, "BAND_A": 2, "BAND_B": 1, "WORKERS": 2, "REPEATS": 1, "CHUNK_SIZES": "128,256",
        "CREATION_OPTIONS": SMALL_BLOCKS, **more,
    }  # fmt: skip


@pytest.fixture
def bench(provider):
    """Function that runs the benchmark with `processing.run`."""
    import processing

    def run(feedback=None, **parameters):
        return processing.run(BENCHMARK, parameters, feedback=feedback or recording_feedback())

    return run


@pytest.fixture
def temporary_files(tmp_path, monkeypatch):
    """Function that lists QGIS's temporary folder, which is replaced by an empty folder of the test."""
    from parallel_raster.algorithms import benchmark

    folder = tmp_path / "qgis"
    folder.mkdir()
    monkeypatch.setattr(benchmark.QgsProcessingUtils, "tempFolder", lambda: str(folder))
    return lambda: os.listdir(folder)


@pytest.fixture
def setting(provider):
    """Function that returns the default chunk size in QGIS's settings, which is reset after the test."""
    from processing.core.ProcessingConfig import ProcessingConfig

    yield lambda: int(ProcessingConfig.getSetting(KEY))  # the setting is a string if it was stored before
    ProcessingConfig.setSettingValue(KEY, 0)


def test_table_report_and_outputs(bench, scene, tmp_path, temporary_files, setting):
    from qgis.core import Qgis

    table, report = tmp_path / "table.csv", tmp_path / "report.html"
    feedback = recording_feedback()
    results = bench(feedback, **values(scene(), TABLE=str(table), REPORT=str(report)))
    assert set(results) == {"TABLE", "REPORT", "SPEEDUP", "BEST_CHUNK_SIZE"}
    assert (results["TABLE"], results["REPORT"]) == (str(table), str(report))
    with open(table, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    variants = {(row["method"], row["workers"], row["chunk_size"]) for row in rows if row["chunk_size"] != "0"}
    kinds = (("serial", "1"), ("parallel", "1"), ("parallel", "2"))
    assert variants == {(*kind, size) for kind in kinds for size in ("128", "256")}
    parallel = [row for row in rows if row["method"] == "parallel" and row["chunk_size"] != "0"]
    best = min(parallel, key=lambda row: float(row["median_s"]))
    serial = min(float(row["median_s"]) for row in rows if row["method"] == "serial")
    assert results["BEST_CHUNK_SIZE"] == int(best["chunk_size"])
    assert results["SPEEDUP"] == pytest.approx(serial / float(best["median_s"]), rel=1e-4)
    assert f"<th>QGIS</th><td>{Qgis.QGIS_VERSION}</td>" in report.read_text(encoding="utf-8")
    assert any(line.startswith("Round 1 of 1: serial, chunks of 128") for line in feedback.lines)
    assert feedback.steps == sorted(feedback.steps) and feedback.steps[-1] == 100
    assert temporary_files() == []
    assert setting() == 0


def test_table_and_report_are_optional(bench, scene, temporary_files):
    assert set(bench(**values(scene()))) == {"SPEEDUP", "BEST_CHUNK_SIZE"}


def test_results_are_written_to_a_temporary_folder_and_removed(bench, scene, temporary_files):
    seen = set()
    feedback = recording_feedback()
    feedback.progressChanged.connect(lambda _: seen.update(temporary_files()))
    bench(feedback, **values(scene()))
    assert len(seen) == 1 and seen.pop().startswith("parallel_raster_")
    assert temporary_files() == []


def test_the_best_chunk_size_becomes_the_default(bench, run, scene, tmp_path, setting, temporary_files):
    """SET_CHUNK_SIZE stores the best size, and later runs of other algorithms use it."""
    feedback = recording_feedback()
    best = bench(feedback, **values(scene(), SET_CHUNK_SIZE=True))["BEST_CHUNK_SIZE"]
    assert setting() == best > 0
    assert any(f"chunk size of all algorithms is now {best}" in line for line in feedback.lines)
    feedback = recording_feedback()
    run(feedback, INPUT=scene(), BAND_A=2, BAND_B=1, CREATION_OPTIONS=SMALL_BLOCKS, OUTPUT=str(tmp_path / "out.tif"))
    assert any(f"chunks of {best} x {best} pixels" in line for line in feedback.lines)


def test_cancel(bench, scene, tmp_path, temporary_files, setting):
    """A cancelled benchmark skips the remaining chunks, leaves no files and sets no default."""
    from parallel_raster.algorithms.shared.task import JobTask

    source = scene(2000)
    feedback = recording_feedback()
    # The serial run comes first, and it checks for cancellation between chunks.
    with cancelled(feedback.cancel, stopped_by=(JobTask, "cancel")):
        bench(feedback, **values(source, SET_CHUNK_SIZE=True, TABLE=str(tmp_path / "table.csv")))
    assert temporary_files() == [] and not (tmp_path / "table.csv").exists()
    assert setting() == 0


def test_a_failed_run_leaves_no_files(bench, scene, tmp_path, temporary_files, setting, monkeypatch):
    from qgis.core import QgsProcessingException

    from parallel_raster.core.pixels import job as pixel_job

    def broken(*arguments):
        raise ZeroDivisionError("injected")

    monkeypatch.setattr(pixel_job, "in_strips", broken)
    with pytest.raises(QgsProcessingException, match="injected"):
        bench(**values(scene(), SET_CHUNK_SIZE=True, REPORT=str(tmp_path / "report.html")))
    assert temporary_files() == [] and sorted(os.listdir(tmp_path)) == ["qgis", "scene.tif"]
    assert setting() == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"BAND_A": 9}, "band 9 does not exist"),
        ({"CHUNK_SIZES": "512,many"}, "CHUNK_SIZES is '512,many'"),
        ({"CHUNK_SIZES": "0"}, "CHUNK_SIZES"),
        ({"TABLE": "table.pdf"}, "must end in .csv"),
        ({"REPORT": "report.pdf"}, "must end in .html"),
        ({"REPEATS": 0}, "REPEATS"),
    ],
)
def test_invalid_values_are_rejected_before_the_run(provider, scene, temporary_files, changes, message):
    from qgis.core import QgsApplication, QgsProcessingContext

    algorithm = QgsApplication.processingRegistry().createAlgorithmById(BENCHMARK)
    ok, text = algorithm.checkParameterValues(values(scene(), **changes), QgsProcessingContext())
    assert not ok and message in text
    assert algorithm.checkParameterValues(values(scene()), QgsProcessingContext()) == (True, "")


def test_extent_limits_the_benchmark(bench, scene, temporary_files):
    feedback = recording_feedback()
    bench(feedback, **values(scene(), EXTENT="400000,402560,4997000,5000000 [EPSG:32633]"))
    assert any("256 x 300 (0.08 megapixels), part of a raster of 600 x 600 pixels" in line for line in feedback.lines)


def test_an_input_that_is_not_a_raster_is_rejected(bench, tmp_path):
    from qgis.core import QgsProcessingException

    path = tmp_path / "page.tif"
    path.write_text("<html></html>")
    with pytest.raises(QgsProcessingException, match=r"page\.tif"):
        bench(**values(str(path)))


@pytest.fixture
def own_profile(qgis_process, tmp_path_factory):
    """`qgis_process` with a profile and a temporary folder that no other test uses."""
    home = tmp_path_factory.mktemp("own")
    own = {"QGIS_CUSTOM_CONFIG_PATH": str(home), "XDG_RUNTIME_DIR": str(home), "TMPDIR": str(home / "temporary")}
    environment = {**qgis_process.environment, **own}
    (home / "temporary").mkdir()
    start, call = (partial(each, env=environment) for each in (qgis_process.start, qgis_process))
    assert "Enabled" in call("plugins", "enable", "parallel_raster").stdout
    return SimpleNamespace(call=call, start=start, temporary=home / "temporary")


@pytest.mark.long
def test_through_qgis_process(own_profile, scene, tmp_path):
    """The benchmark writes its files and outputs, and a later process uses the stored default."""
    table, report = tmp_path / "table.csv", tmp_path / "report.html"
    given = values(scene(), TABLE=table, REPORT=report, SET_CHUNK_SIZE="true")
    done = own_profile.call("run", BENCHMARK, "--json", *(f"--{name}={value}" for name, value in given.items()))
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    assert (results["TABLE"], results["REPORT"]) == (str(table), str(report))
    assert results["SPEEDUP"] > 0 and results["BEST_CHUNK_SIZE"] in (128, 256)
    assert table.is_file() and report.is_file()
    assert list(own_profile.temporary.rglob("*.tif")) == []
    later = own_profile.call("help", ALGORITHM, "--json")
    default = json.loads(later.stdout)["parameters"]["CHUNK_SIZE"]["default_value"]
    assert default == results["BEST_CHUNK_SIZE"]
    text = own_profile.call("help", BENCHMARK).stdout
    assert "\nREPEATS" in text and "\nBEST_CHUNK_SIZE" in text and "without Dask" in text


@pytest.mark.long
def test_interrupting_qgis_process(own_profile, scene, tmp_path):
    """Ctrl+C ends the benchmark early and leaves neither a table nor temporary results."""
    given = values(scene(2000), TABLE=tmp_path / "table.csv")
    child = own_profile.start("run", BENCHMARK, *(f"--{name}={value}" for name, value in given.items()))
    wait_for_progress(child)
    assert list(own_profile.temporary.rglob("parallel_raster_*"))
    child.send_signal(signal.SIGINT)
    rest, _ = child.communicate(timeout=120)
    assert child.returncode == 1
    assert "100" not in rest
    assert list(own_profile.temporary.rglob("parallel_raster_*")) == []
    assert sorted(os.listdir(tmp_path)) == ["scene.tif"]


@pytest.mark.long
def test_qgis_process_reports_an_invalid_band(qgis_process, scene, tmp_path):
    done = qgis_process("run", BENCHMARK, f"--INPUT={scene()}", "--BAND_A=9", f"--TABLE={tmp_path / 'table.csv'}")
    assert done.returncode != 0 and "band 9 does not exist" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert sorted(os.listdir(tmp_path)) == ["scene.tif"]


def test_help_states_the_maximum_size(provider):
    from qgis.core import QgsApplication

    from parallel_raster.core.benchmark.ways import EDGE

    algorithm = QgsApplication.processingRegistry().algorithmById(BENCHMARK)
    for text in (algorithm.shortHelpString(), algorithm.parameterDefinition("EXTENT").description()):
        assert f"{EDGE} x {EDGE} pixels" in text
