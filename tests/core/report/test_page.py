"""Tests for run reports: numbers, escaping, and the page in a browser."""

from __future__ import annotations

import os
import re
from dataclasses import replace

import numpy as np
import pytest
import rasterio

from pages import Page, picture
from parallel_raster.core import Cancelled, OutputError, normalized_difference
from parallel_raster.core.engine import options
from parallel_raster.core.parallel.recorder import MemorySample, Span
from parallel_raster.core.progress import NoProgress
from parallel_raster.core.report import page as module
from parallel_raster.core.report.page import duration, report_page, shown, worker_name
from parallel_raster.core.report.record import GivenParameter, ReportFile, RunRecord, throughput

BLOCKS = "BLOCKXSIZE=16|BLOCKYSIZE=16"

RECORD = RunRecord(
    title="NDVI <i>&</i>",
    output="/data/größe \"'<b>.tif",
    finished="2026-01-02 03:04:05",
    seconds=10.0,
    width=3000,
    height=2000,
    chunks=[(0, 0, 2000, 2000), (2000, 0, 1000, 2000)],
    workers=2,
    memory_bound=300 * 2**20,
    memory_limit=512 * 2**20,
    valid=1_500_000,
    counts={"Pixels outside [-1, 1]": 12345, "Mean": 0.25},
    parameters={"input": "<script>alert(1)</script>", "clamp": True, "nodata": None, "scale": 0.0001},
    versions={"Python": "3.11"},
    spans=[Span("parallel-raster_1", 1, 4, 8), Span("parallel-raster_0", 0, 2, 8)],
    memory=[MemorySample(0, 100 * 2**20), MemorySample(5, 350 * 2**20), MemorySample(10, 200 * 2**20)],
    log=[("info", "Grid: </li>"), ("warning", "12345 lie outside")],
)


def flat(text):
    return " ".join(text.split())


def test_the_page_shows_the_numbers_of_the_record():
    text = flat(Page(report_page(RECORD)).text)
    for words in (
        "10 s elapsed", "0.6 megapixels per second", "25.00 % valid pixels", "350 MB peak memory",
        "3,000 x 2,000 pixels", "Valid pixels 1,500,000", "Nodata pixels 4,500,000", "Pixels outside [-1, 1] 12,345",
        "Mean 0.25", "2 of 2 chunks done, up to 2,000 x 2,000 pixels each, up to 2 at a time",
        "Preparation 2 s, computation 6 s, finishing the file (closing, reading back) 2 s", "100% busy", "67% busy",
        "Peak 350 MB, 250 MB more than at the start of the run", "up to 300 MB",
        "the memory limit is 512 MB", "CLAMP yes", "NODATA not given",
        "SCALE 0.0001", "Python 3.11", "finished 2026-01-02 03:04:05",
    ):  # fmt: skip
        assert words in text, words


def test_tooltips_of_the_chunks():
    titles = Page(report_page(RECORD)).titles
    assert "chunk 1: 2000 x 2000 pixels at column 0, row 0; 6 s, worker 1" in titles
    assert "chunk 2: 1000 x 2000 pixels at column 2000, row 0; 4 s, worker 2" in titles
    assert "chunk 2: 4 s, started at 4 s" in titles


def test_special_characters_are_shown_literally():
    page = Page(report_page(RECORD))
    page.check_self_contained()
    for text in (RECORD.title, RECORD.output, RECORD.parameters["input"], "Grid: </li>"):
        assert text in page.text
    assert page.count("li", **{"class": "warning"}) == 1
    assert page.titles[0] == RECORD.title


def test_a_run_without_memory_samples_and_valid_pixel_count():
    """Without memory samples and a valid pixel count, the report still shows everything else."""
    text = flat(Page(report_page(replace(RECORD, memory=[], valid=None, spans=[RECORD.spans[1]]))).text)
    assert "2 chunks" in text and "peak memory" not in text and "Memory" not in text and "nodata" not in text
    assert "1 of 2 chunks done" in text
    Page(report_page(replace(RECORD, spans=[], chunks=[], log=[], counts={}, parameters={}, seconds=0)))


def test_shares_near_0_and_100_percent_are_not_rounded_to_them():
    pixels = 6_000_000
    for valid, words in ((0, " 0 %"), (1, "0.01 %"), (pixels - 1, "99.99 %"), (pixels, "100 %")):
        assert f"{words} valid pixels" in flat(Page(report_page(replace(RECORD, valid=valid))).text)


def test_the_area_below_the_throughput_curve_equals_the_megapixels():
    points = throughput(RECORD)
    done = sum((right[0] - left[0]) * left[1] for left, right in zip(points[::2], points[1::2]))
    assert done == pytest.approx(6.0)
    assert (points[0][0], points[-1][0]) == pytest.approx((2, 8))
    # One chunk of 4 megapixels takes 6 s; the other, of 2 megapixels, takes the last 4 s.
    assert points[0][1] == pytest.approx(4 / 6) and points[-1][1] == pytest.approx(4 / 6 + 2 / 4)
    assert throughput(replace(RECORD, spans=[])) == []


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0321, "0.032 s"), (59.94, "59.9 s"), (150, "2 min 30 s"), (7260, "2 h 1 min")]
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_long_runs_have_an_axis_in_minutes_or_hours():
    assert "minutes since" in report_page(replace(RECORD, seconds=1000))
    assert "hours since" in report_page(replace(RECORD, seconds=40_000))


def test_formatting_of_values_and_worker_names():
    assert [shown(each) for each in ("", None, False, 1.50, (1, 2.5), {"A": 1}, 7)] == [
        "not given", "not given", "no", "1.5", "1, 2.5", "A=1", "7",
    ]  # fmt: skip
    assert (worker_name("parallel-raster_0"), worker_name("tcp://host:1")) == ("worker 1", "tcp://host:1")


def test_the_parameters_of_the_calling_program_replace_those_of_the_job(scene, tmp_path):
    given = {
        "WORKERS": GivenParameter(0, preferred=True), "INPUT": GivenParameter("a layer"), "BAND_A": GivenParameter(9),
        "INDEX_LAYER": GivenParameter([]), "MAX_TILES": GivenParameter(77),
    }  # fmt: skip
    path = ReportFile(str(tmp_path / "report.html"), parameters=given)
    run(scene, tmp_path, report=path)
    text = flat(Page((tmp_path / "report.html").read_text(encoding="utf-8")).text)
    shown = f"Parameters WORKERS 0 INPUT {scene} BAND_A 2 INDEX_LAYER not given MAX_TILES 77 Versions "
    assert shown in text


@pytest.fixture
def scene(make_raster):
    """Return the path of a raster of 40 x 50 pixels: 100 are nodata, and one has a negative value in band 1."""
    a, b = np.full((40, 50), 300, "int16"), np.full((40, 50), 100, "int16")
    a[:10, :10] = 0
    b[20, 20] = -50
    return make_raster([b, a], nodata=0)


def run(scene, tmp_path, **options):
    keywords = {"band_a": 2, "band_b": 1, "creation_options": BLOCKS, "chunk_size": 16, "workers": 2, "scaling": "none"}
    keywords.update(options)
    return normalized_difference(scene, tmp_path / "out.tif", **keywords)


def test_the_report_of_a_run(scene, tmp_path, log):
    path = ReportFile(str(tmp_path / "report.html"), {"QGIS": "9.9"})
    run(scene, tmp_path, report=path, log=log)
    assert path.written
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    page.check_self_contained()
    text = flat(page.text)
    for words in (
        "NDVI (B2-B1)/(B2+B1)", "50 x 40 pixels", "Valid pixels 1,900", "Nodata pixels 100", "95.00 % valid pixels",
        "Pixels outside [-1, 1] 1 ", "Pixels that overflowed 0", "12 of 12 chunks done", "BAND_A 2", f"INPUT {scene}",
        f"REPORT {path.path}", "the computation time that a worker spent on chunks",
        "CREATION_OPTIONS BLOCKXSIZE=16|BLOCKYSIZE=16", "QGIS 9.9", f"GDAL {rasterio.__gdal_version__}", "worker 1",
        *log.infos, *log.warnings,
    ):  # fmt: skip
        assert flat(words) in text, words
    assert len([title for title in page.titles if re.match(r"chunk \d+: \d+ x \d+ pixels at", title)]) == 12


def test_a_report_does_not_change_the_output(scene, tmp_path):
    def contents():
        with rasterio.open(tmp_path / "out.tif") as dataset:
            return dataset.read().tobytes(), dataset.profile, dataset.tags(), dataset.tags(1)

    first = run(scene, tmp_path)
    expected = contents()
    assert run(scene, tmp_path, report=tmp_path / "report.html") == first
    assert contents() == expected  # file bytes may differ: newer GDAL versions write blocks in encoding order


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("report.txt", "must end in .html"),
        ("nowhere/report.html", "does not exist"),
        ("folder.html", "is a folder"),
        ("link.html", "is the same file as .*, which this run also uses"),
    ],
)
def test_invalid_report_paths(scene, tmp_path, state, name, words):
    """An invalid report path raises an error before the run writes anything."""
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "link.html").symlink_to(scene)
    before = state(tmp_path)
    with pytest.raises(OutputError, match=words):
        run(scene, tmp_path, report=tmp_path / name)
    assert state(tmp_path) == before


def test_a_cancelled_run_keeps_the_old_report(scene, tmp_path, state, make_progress):
    (tmp_path / "report.html").write_text("of an earlier run")
    before = state(tmp_path)
    with pytest.raises(Cancelled):
        run(scene, tmp_path, report=tmp_path / "report.html", progress=make_progress(cancel_at=0))
    assert state(tmp_path) == before


def test_a_failure_to_write_the_report_keeps_the_output(scene, tmp_path, log, monkeypatch):
    def disk_full(path, text):
        raise OutputError("report.html could not be written: No space left on device.")

    monkeypatch.setattr(module, "write_page", disk_full)
    path = ReportFile(str(tmp_path / "report.html"))
    result = run(scene, tmp_path, report=path, log=log)
    assert os.path.isfile(result.output) and not path.written
    assert any("out.tif is complete, but its report could not be written" in line for line in log.warnings)


def test_nothing_is_recorded_without_a_report(scene, tmp_path, monkeypatch):
    monkeypatch.setattr(options, "Recorder", None)
    run(scene, tmp_path, progress=NoProgress())


def test_a_browser_renders_the_report(scene, tmp_path):
    """A screenshot of the report contains the colours of the charts, the background and the text."""
    run(scene, tmp_path, report=tmp_path / "report.html")
    with rasterio.open(picture(tmp_path / "report.html", tmp_path, 2400)) as dataset:
        pixels = dataset.read([1, 2, 3])
    assert pixels.shape == (3, 2400, 1000)
    for colour in ((28, 124, 108), (255, 255, 255), (214, 239, 233)):  # bars, background and lightest chunk
        painted = (pixels == np.array(colour, "uint8")[:, None, None]).all(axis=0)
        assert np.count_nonzero(painted) > 500, colour
    assert np.count_nonzero(pixels.max(axis=0) < 90) > 2000  # dark pixels of the text
