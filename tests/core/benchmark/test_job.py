"""The benchmark: what it runs, that all its results are the same, what it tells of them, and that it leaves nothing."""

from __future__ import annotations

import csv
import itertools
import statistics
import threading
from dataclasses import replace

import numpy as np
import pytest
import rasterio
from affine import Affine

from pages import Page, picture
from parallel_raster.core import (
    Cancelled,
    InputError,
    OptionError,
    OutputError,
    ResourceError,
    benchmark_normalized_difference,
    normalized_difference,
)
from parallel_raster.core.benchmark import job as module
from parallel_raster.core.benchmark import ways as benchmark_ways
from parallel_raster.core.benchmark.page import BenchmarkRecord, Measurement, benchmark_page, outcome
from parallel_raster.core.benchmark.runs import TimedRun, check_equal, make_result
from parallel_raster.core.benchmark.ways import plan_benchmark, worker_counts
from parallel_raster.core.parallel import threads as compute
from parallel_raster.core.pixels import job as pixel_job
from parallel_raster.core.progress import NoProgress
from parallel_raster.core.report.record import ReportFile

BLOCKS = "BLOCKXSIZE=16|BLOCKYSIZE=16"
SIZES = (16, 32, 64)


@pytest.fixture
def scene(make_raster, random_bands):
    """Two bands of 90 rows and 100 columns in blocks of 16."""
    return make_raster(random_bands(shape=(90, 100)), blocks=16)


@pytest.fixture
def folder(tmp_path):
    """The folder of the results."""
    folder = tmp_path / "results"
    folder.mkdir()
    return folder


@pytest.fixture
def bench(scene, folder):
    """The benchmark of the scene, with two workers."""

    def run(**options):
        keywords = {"band_a": 2, "band_b": 1, "workers": 2, "repeats": 2, "chunk_sizes": SIZES, "folder": folder}
        return benchmark_normalized_difference(scene, **{**keywords, "creation_options": BLOCKS, **options})

    return run


def plan(source, folder, **options):
    difference = module._difference(str(source), 2, 1, options.pop("extent", None))
    keywords = {"workers": 2, "chunk_sizes": SIZES, "memory": 0, "creation_options": BLOCKS}
    return plan_benchmark(difference, str(folder / "result.tif"), **{**keywords, **options})


def flat(text):
    return " ".join(text.split())


def test_every_way_is_measured_as_often_as_asked(bench, folder):
    result = bench()
    sized = [(each.workers, each.chunk_size) for each in result.measurements if each.chunk_size]
    assert sized == list(itertools.product((0, 1, 2), SIZES))
    assert all(len(each.seconds) == 2 and min(each.seconds) > 0 for each in result.measurements)
    for each in result.measurements:
        assert each.chunk_size in (0, each.chunk[0]) and each.chunks == -(-90 // each.chunk[0]) * -(
            -100 // each.chunk[1]
        )
        assert each.megapixels == 0.009 and each.median == statistics.median(each.seconds)
    serial = min(each.median for each in result.measurements if not each.workers)
    best = min((each for each in result.measurements if each.workers and each.chunk_size), key=lambda each: each.median)
    assert result.speedup == serial / best.median
    assert result.best_chunk_size == best.chunk_size
    assert list(folder.iterdir()) == []


def test_the_table_has_the_measurements(bench, tmp_path):
    path = tmp_path / "table.csv"
    result = bench(table=path)
    assert result.table == str(path)
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    serial = min(each.median for each in result.measurements if not each.workers)
    assert len(rows) == len(result.measurements)
    for row, each in zip(rows, result.measurements):
        assert row["method"] == ("parallel" if each.workers else "serial")
        whole = ("workers", "chunk_size", "chunk_width", "chunk_height", "chunks", "runs")
        counted = (each.workers or 1, each.chunk_size, each.chunk[1], each.chunk[0], each.chunks, 2)
        assert tuple(int(row[name]) for name in whole) == counted
        broken = ("median_s", "fastest_s", "slowest_s", "megapixels_per_s", "speedup")
        measured = (each.median, min(each.seconds), max(each.seconds), 0.009 / each.median, serial / each.median)
        assert tuple(float(row[name]) for name in broken) == pytest.approx(measured, rel=1e-5)


def test_the_report_tells_how_where_and_what(bench, tmp_path, log):
    report = ReportFile(str(tmp_path / "report.html"), {"QGIS": "9.9"})
    result = bench(report=report, log=log)
    assert report.written and result.report == report.path
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    page.check_self_contained()
    text = flat(page.text)
    for words in (
        "ND (B2-B1)/(B2+B1) of", f"{result.best_chunk_size} pixels, best chunk size", "100 x 90 (0.01 megapixels)",
        "workers (threads of Dask's scheduler)", "seconds of a run", "times as fast as serial",
        "edge of a chunk (pixels)",
        "megapixels per second", "serial: ", "1, 2 threads of Dask's scheduler",
        f"{len(result.measurements)} ways in turn, rounds: 2", "QGIS 9.9", f"GDAL {rasterio.__gdal_version__}",
        "Processor", f"compared {2 * len(result.measurements)} times with the first", "COMPRESS=DEFLATE", log.infos[-1],
    ):  # fmt: skip
        assert flat(words) in text, words
    # Times and speedups by workers, and a curve for each number of workers and for the serial runs.
    assert page.count("polyline") == 1 + 2 + 3
    assert f"{result.speedup:.2f}".rstrip("0").rstrip(".") in text


def test_ways_take_turns(bench, monkeypatch):
    """One run of each before the second of any, and every other round backwards."""
    turns = []

    def noted(way, *others):
        turns.append((way.workers, way.chunk))
        return make_result(way, *others)

    monkeypatch.setattr(module, "make_result", noted)
    count = len(bench().measurements)
    warm, first, second = turns[0], turns[1 : count + 1], turns[count + 1 :]
    assert warm == first[0] and len(set(first)) == count
    assert second == first[::-1]


def test_serial_means_one_thread_and_no_dask(scene, folder, monkeypatch):
    def refused(*_, **__):
        raise AssertionError("Dask was asked")

    threads = set()
    pixels = pixel_job.in_strips

    def noted(*arguments):
        threads.add(threading.get_ident())
        return pixels(*arguments)

    monkeypatch.setattr(pixel_job, "in_strips", noted)
    monkeypatch.setattr(compute, "threaded_scheduler", refused)
    ways = plan(scene, folder, creation_options=BLOCKS + "|NUM_THREADS=4").ways
    before = threading.active_count()
    for way in ways:
        if way.workers:
            assert way.plan.profile.threads == 4
            with pytest.raises(AssertionError, match="Dask was asked"):
                make_result(way, None, NoProgress())
        else:
            assert way.plan.profile.threads == 1
            make_result(way, None, NoProgress())
            assert threads == {threading.get_ident()} and threading.active_count() == before


def test_every_way_makes_the_result_of_the_job(scene, folder, tmp_path):
    normalized_difference(scene, tmp_path / "real.tif", band_a=2, band_b=1, creation_options=BLOCKS)
    with rasterio.open(tmp_path / "real.tif") as dataset:
        expected, tags = dataset.read(1), dataset.tags(1)
    for way in plan(scene, folder).ways:
        make_result(way, None, NoProgress())
        with rasterio.open(folder / "result.tif") as dataset:
            np.testing.assert_array_equal(dataset.read(1), expected)
            assert dataset.tags(1) == tags


def test_a_wrong_pixel_ends_it(bench, folder, tmp_path, monkeypatch):
    """Only the threads of the parallel runs go wrong; neither table nor report then."""
    pixels = pixel_job.in_strips

    def wrong(*arguments):
        result = pixels(*arguments)
        if threading.current_thread() is not threading.main_thread():
            result.stored[0, 0] += 0.25
        return result

    monkeypatch.setattr(pixel_job, "in_strips", wrong)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(
        OutputError, match=r"with 1 worker, chunks of 16 x 16 pixels, the pixels at row 0, column 0 are"
    ):
        bench(table=tmp_path / "table.csv", report=tmp_path / "report.html")
    assert list(folder.iterdir()) == [] and sorted(tmp_path.iterdir()) == before


def test_other_statistics_are_a_fault_too(scene, folder):
    way = plan(scene, folder).ways[-1]
    made = make_result(way, None, NoProgress())
    check_equal(made, TimedRun(made.statistics, dict(made.pixels), 1.0), way)
    with pytest.raises(OutputError, match="the statistics are not those"):
        check_equal(made, replace(made, statistics="other"), way)


def test_progress_is_one_line_through_all_runs(bench, make_progress):
    progress = make_progress()
    bench(progress=progress)
    done = [each for each, _ in progress.reports]
    assert done == sorted(done) and progress.reports[-1][0] == progress.reports[-1][1]
    assert len({total for _, total in progress.reports}) == 1
    assert progress.threads == {threading.get_ident()}
    # The serial runs move too, slice by slice.
    first_run = [each for each in done if each <= module.STEPS]
    assert len(set(first_run)) > 10


# 1000 steps for each run: in the warm-up, in the first serial run, and in a parallel one.
@pytest.mark.parametrize("step", [0, 500, 1500, 4500])
def test_cancel_leaves_nothing(bench, folder, tmp_path, make_progress, step):
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        bench(progress=make_progress(cancel_at=step), table=tmp_path / "table.csv", report=tmp_path / "report.html")
    assert list(folder.iterdir()) == [] and sorted(tmp_path.iterdir()) == before


def test_a_failure_leaves_nothing(bench, scene, folder, tmp_path):
    with open(scene, "r+b") as file:
        file.seek(-2000, 2)
        file.write(bytes(2000))
        file.truncate(file.tell() - 1000)
    before = sorted(tmp_path.iterdir())
    plan(scene, folder)  # nothing is wrong before a pixel is read
    with pytest.raises(InputError, match=r"in\.tif.* is damaged or missing"):
        bench(table=tmp_path / "table.csv")
    assert list(folder.iterdir()) == [] and sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("most", "counts"), [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (6, [1, 2, 4, 6]), (8, [1, 2, 4, 8])]
)
def test_numbers_of_workers(most, counts):
    assert worker_counts(most) == counts


class TestPlan:
    def test_sizes_are_whole_blocks(self, scene, folder):
        sizes = [way.chunk_size for way in plan(scene, folder, chunk_sizes=(40, 10, 16)).ways if not way.workers]
        assert sizes == [16, 48]

    def test_one_chunk_is_no_division(self, scene, folder):
        found = plan(scene, folder, chunk_sizes=(64, 128, 256))
        assert {way.chunk_size for way in found.ways if way.chunk_size} == {64}
        assert [line.split()[2] for line in found.left_out] == ["128", "256"]

    def test_a_small_raster_has_one_chunk(self, scene, folder):
        found = plan(scene, folder, chunk_sizes=(128, 256))
        assert [(way.workers, way.chunk_size) for way in found.ways] == [(0, 128), (1, 128), (2, 128), (2, 0)]

    def test_what_the_memory_does_not_hold_is_left_out(self, scene, folder):
        one = plan(scene, folder, workers=1).ways[2].plan.chunks.memory / 2**20
        found = plan(scene, folder, memory=one)
        assert [(way.workers, way.chunk_size) for way in found.ways if way.chunk_size] == [
            (0, 16), (0, 32), (0, 64), (1, 16), (1, 32), (1, 64), (2, 16), (2, 32),
        ]  # fmt: skip
        assert len(found.left_out) == 1 and found.left_out[0].startswith(
            "Chunks of 64 pixels are not measured (2 workers)"
        )
        with pytest.raises(ResourceError, match="No chunk size can be compared. Chunks of 64 pixels"):
            plan(scene, folder, memory=one, chunk_sizes=(64,))

    def test_fewer_chunks_at_once_are_fewer_workers(self, scene, folder):
        """Where the memory holds one block only, two workers would be one."""
        block = plan(scene, folder, workers=1).ways[0].plan.chunks.memory / 2**20
        with pytest.raises(ResourceError, match=r"Chunks of 16 pixels are not measured \(2 workers\)"):
            plan(scene, folder, memory=block)

    def test_the_chunks_that_a_run_chooses_are_measured_too(self, make_raster, random_bands, folder):
        """With strips they are as wide as the raster, so none of the squares."""
        source = make_raster(random_bands(shape=(300, 2100)), name="strips.tif")
        found = plan(source, folder, chunk_sizes=(64,))
        assert found.automatic[1] >= 2100
        assert (found.ways[-1].workers, found.ways[-1].chunk_size, found.ways[-1].chunk) == (2, 0, found.automatic)

    def test_the_middle_of_a_large_raster(self, scene, folder, monkeypatch):
        monkeypatch.setattr(benchmark_ways, "EDGE", 48)
        window = plan(scene, folder).first.window
        assert (window.col_off, window.row_off, window.width, window.height) == (16, 16, 48, 48)
        extent = (400_000, 5_000_000 - 60 * 30, 400_000 + 60 * 30, 5_000_000)
        window = plan(scene, folder, extent=extent).first.window
        assert (window.col_off, window.row_off, window.width, window.height) == (0, 0, 60, 60)

    def test_strips_stay_whole(self, make_raster, random_bands, folder, monkeypatch):
        monkeypatch.setattr(benchmark_ways, "EDGE", 48)
        source = make_raster(random_bands(shape=(90, 100)), name="strips.tif", blockysize=10)
        window = plan(source, folder).first.window
        assert (window.col_off, window.width, window.height) == (0, 100, 48 * 48 // 100)
        assert window.row_off == 30

    def test_a_rotated_raster(self, make_raster, random_bands, folder, monkeypatch):
        """Its part is the smallest upright one that holds the middle."""
        monkeypatch.setattr(benchmark_ways, "EDGE", 48)
        turned = Affine.translation(4e5, 5e6) * Affine.rotation(30) * Affine.scale(10, -10)
        source = make_raster(random_bands(shape=(90, 100)), name="turned.tif", blocks=16, transform=turned)
        window = plan(source, folder).first.window
        assert window.col_off <= 16 and window.row_off <= 16
        assert window.col_off + window.width >= 64 and window.row_off + window.height >= 64


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"repeats": 0}, OptionError, "REPEATS is 0"),
        ({"chunk_sizes": ()}, OptionError, "CHUNK_SIZES is"),
        ({"chunk_sizes": (512, 0)}, OptionError, "CHUNK_SIZES is"),
        ({"workers": -1}, OptionError, "WORKERS is -1"),
        ({"band_a": 7}, InputError, "band 7 does not exist"),
        ({"table": "table.txt"}, OutputError, "must end in .csv"),
        ({"table": "nowhere/table.csv"}, OutputError, "does not exist"),
        ({"report": "report.pdf"}, OutputError, "must end in .html"),
        ({"folder": "nowhere"}, OutputError, "No temporary folder can be made"),
        ({"creation_options": "NONSENSE=1"}, OptionError, "NONSENSE"),
    ],
)
def test_what_is_refused(bench, tmp_path, monkeypatch, options, error, words):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(error, match=words):
        bench(**options)
    assert sorted(tmp_path.rglob("*")) == before


def test_the_check_says_the_same_and_writes_nothing(scene, folder, tmp_path):
    options = {
        "band_a": 2, "band_b": 1, "workers": 2, "repeats": 1, "chunk_sizes": SIZES, "extent": None, "memory": 0,
        "creation_options": BLOCKS, "folder": str(folder), "report": None,
    }  # fmt: skip
    module.check_benchmark(str(scene), table=tmp_path / "table.csv", **options)
    with pytest.raises(OutputError, match="must end in .csv"):
        module.check_benchmark(str(scene), table=tmp_path / "table.txt", **options)
    assert list(folder.iterdir()) == [] and not (tmp_path / "table.csv").exists()


def measured(workers, size, seconds, chunk_size=None):
    return Measurement(workers, size if chunk_size is None else chunk_size, (size, size), 4, 30.0, seconds)


RECORD = BenchmarkRecord(
    subject="ND of /data/<b>.tif",
    finished="2026-01-02 03:04:05",
    measurements=[
        measured(0, 512, (12.0, 10.0, 11.0)), measured(0, 1024, (10.0, 9.0, 10.5)),
        measured(1, 512, (11.0,)), measured(1, 1024, (10.0,)),
        measured(2, 512, (6.0,)), measured(2, 1024, (5.0, 4.0, 9.0)), measured(2, 768, (4.0,), 0),
    ],
    automatic=(768, 768), method={"Pixels": "1"}, machine={"Processor": "<P>"}, versions={"Python": "3"},
    left_out=["Chunks of 4096 pixels are not measured"],
)  # fmt: skip


def test_the_numbers_are_medians_of_the_quickest():
    """The chunks that a run chooses by itself are compared with, but are no chunk size to choose."""
    assert (RECORD.speedup, RECORD.parallel.chunk_size, RECORD.chosen.median) == (2.0, 1024, 4.0)
    assert outcome(RECORD) == (
        "2 workers with chunks of 1024 pixels took 5 s, 2 times as fast as one thread without Dask (10 s). "
        "With CHUNK_SIZE 0, which chooses 768 x 768 pixels, 2 workers took 4 s."
    )
    same = replace(RECORD, automatic=(1024, 1024), measurements=RECORD.measurements[:-1])
    assert outcome(same).endswith("(10 s). CHUNK_SIZE 0 chooses the same chunks.")


def test_the_page_shows_odd_names_as_they_are_and_every_point():
    page = Page(benchmark_page(RECORD))
    page.check_self_contained()
    text = flat(page.text)
    for words in (
        "/data/<b>.tif",
        "<P>",
        "Chunks of 4096",
        "9.000 - 10.500",
        "what CHUNK_SIZE 0 chooses with 2 workers, 768 x 768 pixels",
        "serial: 10 s",
    ):
        assert words in text, words
    for title in ("parallel: 2, 5", "measured: 2, 2", "serial: 1024, 3", "2 workers: 512, 5", "1 worker: 1024, 3"):
        assert title in page.titles, title


def test_a_browser_shows_it(tmp_path):
    """Curves in their colours, paper and letters."""
    (tmp_path / "benchmark.html").write_text(benchmark_page(RECORD), encoding="utf-8")
    with rasterio.open(picture(tmp_path / "benchmark.html", tmp_path, 2000)) as dataset:
        pixels = dataset.read([1, 2, 3])
    for colour in ((28, 124, 108), (127, 168, 217), (208, 138, 46), (255, 255, 255)):
        painted = (pixels == np.array(colour, "uint8")[:, None, None]).all(axis=0)
        assert np.count_nonzero(painted) > 300, colour
    assert np.count_nonzero(pixels.max(axis=0) < 90) > 2000
