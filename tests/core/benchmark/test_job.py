"""Tests for the benchmark: configurations, comparison of results, the table and the report, and removal of files."""

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
    """Return the path of a raster with two bands of 90 rows and 100 columns, in blocks of 16 x 16 pixels."""
    return make_raster(random_bands(shape=(90, 100)), blocks=16)


@pytest.fixture
def folder(tmp_path):
    """Create and return the folder for the benchmark's results."""
    folder = tmp_path / "results"
    folder.mkdir()
    return folder


@pytest.fixture
def bench(scene, folder):
    """Return a function that runs the benchmark on the raster `scene` with two workers."""

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


def test_every_configuration_is_measured_in_every_round(bench, folder):
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


def test_table_contains_the_measurements(bench, tmp_path):
    path = tmp_path / "table.csv"
    result = bench(table=path)
    assert result.table == str(path)
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    serial = min(each.median for each in result.measurements if not each.workers)
    assert len(rows) == len(result.measurements)
    for row, each in zip(rows, result.measurements):
        assert row["method"] == ("parallel" if each.workers else "serial")
        integers = ("workers", "chunk_size", "chunk_width", "chunk_height", "chunks", "runs")
        expected = (each.workers or 1, each.chunk_size, each.chunk[1], each.chunk[0], each.chunks, 2)
        assert tuple(int(row[name]) for name in integers) == expected
        decimals = ("median_s", "fastest_s", "slowest_s", "megapixels_per_s", "speedup")
        times = (each.median, min(each.seconds), max(each.seconds), 0.009 / each.median, serial / each.median)
        assert tuple(float(row[name]) for name in decimals) == pytest.approx(times, rel=1e-5)


def test_report_contains_results_method_and_machine(bench, tmp_path, log):
    report = ReportFile(str(tmp_path / "report.html"), {"QGIS": "9.9"})
    result = bench(report=report, log=log)
    assert report.written and result.report == report.path
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    page.check_self_contained()
    text = flat(page.text)
    for words in (
        "ND (B2-B1)/(B2+B1) of", f"{result.best_chunk_size} pixels, best chunk size", "100 x 90 (0.01 megapixels)",
        "workers (Dask threads)", "seconds per run", "times as fast as the serial run",
        "chunk size (pixels)",
        "megapixels per second", "serial: ", "Dask threads: 1, 2;",
        f"{len(result.measurements)} configurations, each run once per round; number of rounds: 2",
        "QGIS 9.9", f"GDAL {rasterio.__gdal_version__}", "Processor",
        f"{2 * len(result.measurements)} results compared with the first result", "COMPRESS=DEFLATE", log.infos[-1],
    ):  # fmt: skip
        assert flat(words) in text, words
    # One curve of times, two of speedups (measured, ideal), and one each for serial runs, 1 worker and 2 workers.
    assert page.count("polyline") == 1 + 2 + 3
    assert f"{result.speedup:.2f}".rstrip("0").rstrip(".") in text


def test_configurations_take_turns(bench, monkeypatch):
    """Each round runs every configuration once; every second round runs them in reverse order."""
    turns = []

    def record(way, *others):
        turns.append((way.workers, way.chunk))
        return make_result(way, *others)

    monkeypatch.setattr(module, "make_result", record)
    count = len(bench().measurements)
    warmup, first, second = turns[0], turns[1 : count + 1], turns[count + 1 :]
    assert warmup == first[0] and len(set(first)) == count
    assert second == first[::-1]


def test_serial_runs_use_one_thread_and_no_dask(scene, folder, monkeypatch):
    def fail(*_, **__):
        raise AssertionError("Dask was called")

    threads = set()
    real = pixel_job.in_strips

    def record(*arguments):
        threads.add(threading.get_ident())
        return real(*arguments)

    monkeypatch.setattr(pixel_job, "in_strips", record)
    monkeypatch.setattr(compute, "threaded_scheduler", fail)
    ways = plan(scene, folder, creation_options=BLOCKS + "|NUM_THREADS=4").ways
    before = threading.active_count()
    for way in ways:
        if way.workers:
            assert way.plan.profile.threads == 4
            with pytest.raises(AssertionError, match="Dask was called"):
                make_result(way, None, NoProgress())
        else:
            assert way.plan.profile.threads == 1
            make_result(way, None, NoProgress())
            assert threads == {threading.get_ident()} and threading.active_count() == before


def test_every_configuration_gives_the_result_of_the_job(scene, folder, tmp_path):
    normalized_difference(scene, tmp_path / "expected.tif", band_a=2, band_b=1, creation_options=BLOCKS)
    with rasterio.open(tmp_path / "expected.tif") as dataset:
        expected, tags = dataset.read(1), dataset.tags(1)
    for way in plan(scene, folder).ways:
        make_result(way, None, NoProgress())
        with rasterio.open(folder / "result.tif") as dataset:
            np.testing.assert_array_equal(dataset.read(1), expected)
            assert dataset.tags(1) == tags


def test_wrong_pixel_in_a_parallel_run_is_an_error(bench, folder, tmp_path, monkeypatch):
    """The error names the parallel configuration and the wrong pixel. No table and no report are written."""
    real = pixel_job.in_strips

    def wrong(*arguments):
        result = real(*arguments)
        if threading.current_thread() is not threading.main_thread():
            result.stored[0, 0] += 0.25
        return result

    monkeypatch.setattr(pixel_job, "in_strips", wrong)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(
        OutputError, match=r"with 1 worker, chunks of 16 x 16 pixels, the pixels at row 0, column 0 differ"
    ):
        bench(table=tmp_path / "table.csv", report=tmp_path / "report.html")
    assert list(folder.iterdir()) == [] and sorted(tmp_path.iterdir()) == before


def test_different_statistics_are_an_error(scene, folder):
    way = plan(scene, folder).ways[-1]
    run = make_result(way, None, NoProgress())
    check_equal(run, TimedRun(run.statistics, dict(run.pixels), 1.0), way)
    with pytest.raises(OutputError, match="the statistics differ from those"):
        check_equal(run, replace(run, statistics="other"), way)


def test_progress_increases_through_all_runs(bench, make_progress):
    progress = make_progress()
    bench(progress=progress)
    done = [each for each, _ in progress.reports]
    assert done == sorted(done) and progress.reports[-1][0] == progress.reports[-1][1]
    assert len({total for _, total in progress.reports}) == 1
    assert progress.threads == {threading.get_ident()}
    # Serial runs also report progress, after each slice.
    first_run = [each for each in done if each <= module.STEPS]
    assert len(set(first_run)) > 10


# Each run has 1000 progress steps: cancel in the warm-up, in the first serial run, and in a parallel run.
@pytest.mark.parametrize("step", [0, 500, 1500, 4500])
def test_cancelled_benchmark_leaves_no_files(bench, folder, tmp_path, make_progress, step):
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        bench(progress=make_progress(cancel_at=step), table=tmp_path / "table.csv", report=tmp_path / "report.html")
    assert list(folder.iterdir()) == [] and sorted(tmp_path.iterdir()) == before


def test_failed_benchmark_leaves_no_files(bench, scene, folder, tmp_path):
    with open(scene, "r+b") as file:
        file.seek(-2000, 2)
        file.write(bytes(2000))
        file.truncate(file.tell() - 1000)
    before = sorted(tmp_path.iterdir())
    plan(scene, folder)  # planning does not read pixels, so it does not detect the damage
    with pytest.raises(InputError, match=r"in\.tif.* is damaged or missing"):
        bench(table=tmp_path / "table.csv")
    assert list(folder.iterdir()) == [] and sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("most", "counts"), [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (6, [1, 2, 4, 6]), (8, [1, 2, 4, 8])]
)
def test_worker_counts(most, counts):
    assert worker_counts(most) == counts


class TestPlan:
    def test_chunk_sizes_are_rounded_to_blocks(self, scene, folder):
        sizes = [way.chunk_size for way in plan(scene, folder, chunk_sizes=(40, 10, 16)).ways if not way.workers]
        assert sizes == [16, 48]

    def test_sizes_that_give_a_single_chunk_are_left_out(self, scene, folder):
        found = plan(scene, folder, chunk_sizes=(64, 128, 256))
        assert {way.chunk_size for way in found.ways if way.chunk_size} == {64}
        assert [line.split()[2] for line in found.left_out] == ["128", "256"]

    def test_small_raster_has_one_chunk(self, scene, folder):
        found = plan(scene, folder, chunk_sizes=(128, 256))
        assert [(way.workers, way.chunk_size) for way in found.ways] == [(0, 128), (1, 128), (2, 128), (2, 0)]

    def test_chunks_that_exceed_the_memory_limit_are_left_out(self, scene, folder):
        one = plan(scene, folder, workers=1).ways[2].plan.chunks.memory / 2**20
        found = plan(scene, folder, memory=one)
        assert [(way.workers, way.chunk_size) for way in found.ways if way.chunk_size] == [
            (0, 16), (0, 32), (0, 64), (1, 16), (1, 32), (1, 64), (2, 16), (2, 32),
        ]  # fmt: skip
        assert len(found.left_out) == 1 and found.left_out[0].startswith(
            "Chunks of 64 pixels are not measured (2 workers)"
        )
        with pytest.raises(ResourceError, match="Serial and parallel runs cannot be compared. Chunks of 64 pixels"):
            plan(scene, folder, memory=one, chunk_sizes=(64,))

    def test_chunks_that_would_limit_the_workers_are_left_out(self, scene, folder):
        """A chunk size is not measured with two workers if the memory limit allows only one such chunk at a time."""
        block = plan(scene, folder, workers=1).ways[0].plan.chunks.memory / 2**20
        with pytest.raises(ResourceError, match=r"Chunks of 16 pixels are not measured \(2 workers\)"):
            plan(scene, folder, memory=block)

    def test_default_chunks_are_measured(self, make_raster, random_bands, folder):
        """The planner's default chunks are also measured; in a raster with strips, they have the full width."""
        source = make_raster(random_bands(shape=(300, 2100)), name="strips.tif")
        found = plan(source, folder, chunk_sizes=(64,))
        assert found.automatic[1] >= 2100
        assert (found.ways[-1].workers, found.ways[-1].chunk_size, found.ways[-1].chunk) == (2, 0, found.automatic)

    def test_middle_of_a_large_raster_is_used(self, scene, folder, monkeypatch):
        monkeypatch.setattr(benchmark_ways, "EDGE", 48)
        window = plan(scene, folder).first.window
        assert (window.col_off, window.row_off, window.width, window.height) == (16, 16, 48, 48)
        extent = (400_000, 5_000_000 - 60 * 30, 400_000 + 60 * 30, 5_000_000)
        window = plan(scene, folder, extent=extent).first.window
        assert (window.col_off, window.row_off, window.width, window.height) == (0, 0, 60, 60)

    def test_part_of_a_raster_with_strips_has_full_width(self, make_raster, random_bands, folder, monkeypatch):
        monkeypatch.setattr(benchmark_ways, "EDGE", 48)
        source = make_raster(random_bands(shape=(90, 100)), name="strips.tif", blockysize=10)
        window = plan(source, folder).first.window
        assert (window.col_off, window.width, window.height) == (0, 100, 48 * 48 // 100)
        assert window.row_off == 30

    def test_middle_of_a_rotated_raster(self, make_raster, random_bands, folder, monkeypatch):
        """In a rotated raster, the measured window contains the bounding box of the middle part in map coordinates."""
        monkeypatch.setattr(benchmark_ways, "EDGE", 48)
        rotated = Affine.translation(4e5, 5e6) * Affine.rotation(30) * Affine.scale(10, -10)
        source = make_raster(random_bands(shape=(90, 100)), name="rotated.tif", blocks=16, transform=rotated)
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
        ({"folder": "nowhere"}, OutputError, "A temporary folder cannot be created"),
        ({"creation_options": "NONSENSE=1"}, OptionError, "NONSENSE"),
    ],
)
def test_invalid_parameters(bench, tmp_path, monkeypatch, options, error, words):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(error, match=words):
        bench(**options)
    assert sorted(tmp_path.rglob("*")) == before


def test_check_raises_the_same_errors_and_writes_nothing(scene, folder, tmp_path):
    options = {
        "band_a": 2, "band_b": 1, "workers": 2, "repeats": 1, "chunk_sizes": SIZES, "extent": None, "memory": 0,
        "creation_options": BLOCKS, "folder": str(folder), "report": None,
    }  # fmt: skip
    module.check_benchmark(str(scene), table=tmp_path / "table.csv", **options)
    with pytest.raises(OutputError, match="must end in .csv"):
        module.check_benchmark(str(scene), table=tmp_path / "table.txt", **options)
    assert list(folder.iterdir()) == [] and not (tmp_path / "table.csv").exists()


def measurement(workers, size, seconds, chunk_size=None):
    return Measurement(workers, size if chunk_size is None else chunk_size, (size, size), 4, 30.0, seconds)


RECORD = BenchmarkRecord(
    subject="ND of /data/<b>.tif",
    finished="2026-01-02 03:04:05",
    measurements=[
        measurement(0, 512, (12.0, 10.0, 11.0)), measurement(0, 1024, (10.0, 9.0, 10.5)),
        measurement(1, 512, (11.0,)), measurement(1, 1024, (10.0,)),
        measurement(2, 512, (6.0,)), measurement(2, 1024, (5.0, 4.0, 9.0)), measurement(2, 768, (4.0,), 0),
    ],
    automatic=(768, 768), method={"Pixels": "1"}, machine={"Processor": "<P>"}, versions={"Python": "3"},
    left_out=["Chunks of 4096 pixels are not measured"],
)  # fmt: skip


def test_speedup_and_best_chunk_size():
    """Runs are compared by median time. The planner's default chunks are reported but are never the best chunk size."""
    assert (RECORD.speedup, RECORD.parallel.chunk_size, RECORD.chosen.median) == (2.0, 1024, 4.0)
    assert outcome(RECORD) == (
        "2 workers with chunks of 1024 pixels took 5 s, 2 times as fast as one thread without Dask (10 s). "
        "With CHUNK_SIZE 0 (chunks of 768 x 768 pixels), 2 workers took 4 s."
    )
    same = replace(RECORD, automatic=(1024, 1024), measurements=RECORD.measurements[:-1])
    assert outcome(same).endswith("(10 s). CHUNK_SIZE 0 also chooses chunks of 1024 x 1024 pixels.")


def test_page_escapes_names_and_shows_every_point():
    page = Page(benchmark_page(RECORD))
    page.check_self_contained()
    text = flat(page.text)
    for words in (
        "/data/<b>.tif",
        "<P>",
        "Chunks of 4096",
        "9.000 - 10.500",
        "CHUNK_SIZE 0, which chooses chunks of 768 x 768 pixels for 2 workers",
        "serial: 10 s",
    ):
        assert words in text, words
    for title in ("parallel: 2, 5", "measured: 2, 2", "serial: 1024, 3", "2 workers: 512, 5", "1 worker: 1024, 3"):
        assert title in page.titles, title


def test_page_in_a_browser(tmp_path):
    """A screenshot of the page contains the colours of the curves, the white background and dark text."""
    (tmp_path / "benchmark.html").write_text(benchmark_page(RECORD), encoding="utf-8")
    with rasterio.open(picture(tmp_path / "benchmark.html", tmp_path, 2000)) as dataset:
        pixels = dataset.read([1, 2, 3])
    for colour in ((28, 124, 108), (127, 168, 217), (208, 138, 46), (255, 255, 255)):
        painted = (pixels == np.array(colour, "uint8")[:, None, None]).all(axis=0)
        assert np.count_nonzero(painted) > 300, colour
    assert np.count_nonzero(pixels.max(axis=0) < 90) > 2000
