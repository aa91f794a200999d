"""REPORT in QGIS: an HTML page that is written and returned by `processing.run` and `qgis_process`."""

from __future__ import annotations

import html
import json
import re

import pytest

from harness import ALGORITHM, SMALL_BLOCKS


def values(scene, tmp_path, **more):
    return {
        "INPUT": scene, "BAND_A": 2, "BAND_B": 1, "CREATION_OPTIONS": SMALL_BLOCKS, "CHUNK_SIZE": 128,
        "OUTPUT": str(tmp_path / "out.tif"), **more,
    }  # fmt: skip


def test_the_report_is_a_result(run, scene, tmp_path):
    from qgis.core import Qgis

    path = tmp_path / "Bericht für <mich>.html"
    results = run(**values(scene(), tmp_path, REPORT=str(path)))
    assert results["REPORT"] == str(path)
    text = path.read_text(encoding="utf-8")
    assert Qgis.QGIS_VERSION in text and "25 of 25 chunks done" in text and "worker 1" in text


def test_no_report_unless_it_is_set(run, scene, tmp_path):
    assert "REPORT" not in run(**values(scene(), tmp_path))


def test_a_temporary_report(run, scene, tmp_path):
    results = run(**values(scene(), tmp_path, REPORT="TEMPORARY_OUTPUT"))
    with open(results["REPORT"], encoding="utf-8") as file:
        assert "chunks done" in file.read()


def test_a_report_that_cannot_be_written_is_not_returned(run, scene, tmp_path, monkeypatch):
    """If writing the report fails, REPORT is not among the results, even if an older report exists."""
    from parallel_raster.core.errors import OutputError
    from parallel_raster.core.report import page as report

    def full(path, text):
        raise OutputError("No space left.")

    (tmp_path / "report.html").write_text("of an earlier run")
    monkeypatch.setattr(report, "write_page", full)
    results = run(**values(scene(), tmp_path, REPORT=str(tmp_path / "report.html")))
    assert "REPORT" not in results and "MEAN" in results


def test_an_invalid_extension_is_rejected_before_the_run(run, scene, tmp_path):
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match="must end in .html"):
        run(**values(scene(), tmp_path, REPORT=str(tmp_path / "report.pdf")))
    assert not (tmp_path / "out.tif").exists()


def test_through_qgis_process(qgis_process, scene, tmp_path):
    path = tmp_path / "report.html"
    arguments = [f"--{name}={value}" for name, value in values(scene(), tmp_path, REPORT=path).items()]
    done = qgis_process("run", ALGORITHM, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"]["REPORT"] == str(path)
    assert path.is_file()


def test_the_report_is_shown_in_the_results_viewer(provider):
    """REPORT is an HTML output, which the results viewer of QGIS lists."""
    from qgis.core import QgsApplication, QgsProcessingOutputHtml

    for name in ("normalizeddifference", "normalizeddifferencetiles", "mergetiles", "checkinstallation"):
        algorithm = QgsApplication.processingRegistry().algorithmById(f"parallelraster:{name}")
        assert isinstance(algorithm.outputDefinition("REPORT"), QgsProcessingOutputHtml)


def test_every_report_lists_the_parameters_of_its_algorithm(provider, tmp_path):
    from qgis.core import QgsProcessingContext

    reports = 0
    for algorithm in provider.algorithms():
        names = [each.name() for each in algorithm.parameterDefinitions()]
        if "REPORT" in names and "WORKERS" in names:
            given = {"REPORT": str(tmp_path / "report.html")}
            report = algorithm.create().report_option(given, QgsProcessingContext())["report"]
            assert list(report.parameters) == names
            reports += 1
    assert reports > 10


def test_parameters_are_listed_as_they_were_given(provider, polygons, scene, tmp_path):
    import processing
    from qgis.core import QgsProcessingContext, QgsProcessingFeatureSourceDefinition, QgsProject

    layer = polygons([("rye", "MULTIPOLYGON(((400103 4999897, 400703 4999897, 400103 4999193, 400103 4999897)))")])
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    given = {
        "INPUT": scene(100), "TILING": 3, "POLYGONS": QgsProcessingFeatureSourceDefinition(layer.id(), False),
        "NAME_FIELD": layer.fields()[0].name(), "RESUME": True, "MAX_TILES": 77, "TILE_INDEX": "memory:",
        "OUTPUT": str(tmp_path / "out"), "REPORT": str(tmp_path / "report.html"),
    }  # fmt: skip
    context.temporaryLayerStore().addMapLayer(layer)
    processing.run("parallelraster:tileraster", given, context=context)
    text = html.unescape(re.sub("<[^>]*>", " ", (tmp_path / "report.html").read_text(encoding="utf-8")))
    shown = " ".join(text[text.rindex("Parameters") :].split())
    for words in (
        f"INPUT {given['INPUT']} TILING polygons", f"POLYGONS {layer.name()} NAME_FIELD {given['NAME_FIELD']} ",
        "RESUME yes MAX_TILES 77 ", "CREATION_OPTIONS not given", "WORKERS 0 MEMORY 0 ", "TILE_INDEX memory: Versions",
    ):  # fmt: skip
        assert words in shown
    assert "COUNT_VALID" not in shown
