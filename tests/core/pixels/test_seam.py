"""A new pixelwise job needs only a kernel and a plan: runs, reports, runs on many files and the benchmark then work."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass, replace

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

import seam
from parallel_raster.core import InputError
from parallel_raster.core.benchmark.job import benchmark
from parallel_raster.core.engine.options import RunOptions
from parallel_raster.core.engine.run import SerialExecutor, ThreadsExecutor, Watch, run_task
from parallel_raster.core.pixels.of_tiles import check_of_tiles, run_of_tiles
from parallel_raster.core.pixels.plan import plan_pixels
from parallel_raster.core.pixels.run import run_pixels
from parallel_raster.core.pixels.stack import Pixels
from parallel_raster.core.pixels.tiles_plan import SetJob
from parallel_raster.core.progress import NoProgress, Stop
from parallel_raster.core.writing.writer import RasterWriter

VALUES = np.random.default_rng(4).integers(-9, 90, (150, 170)).astype("int16")
BLOCKS = "BLOCKXSIZE=16|BLOCKYSIZE=16"

PLANS = {"square root": seam.plan_square_root, "highest": seam.plan_highest}


def expected(values, name):
    """Return the expected bands of the job `name`, computed with plain numpy."""
    if name == "square root":
        valid = (values >= 0) & (values != -5)
        return np.where(valid, np.sqrt(np.abs(values)), -9999).astype("float32")[np.newaxis]
    rows, cols = values.shape
    padded = np.pad(np.where(values == -5, np.nan, values.astype(float)), 1, constant_values=np.nan)
    shifts = np.stack([padded[row : row + rows, col : col + cols] for row in range(3) for col in range(3)])
    count = np.isfinite(shifts).sum(axis=0)
    highest = np.where(count > 0, np.max(np.where(np.isfinite(shifts), shifts, -np.inf), axis=0), -9999)
    return np.stack([highest, count]).astype("float32")


@pytest.fixture
def source(make_raster):
    return make_raster([VALUES], nodata=-5, blocks=32)


@pytest.mark.parametrize("kernel", [seam.SquareRoot, seam.Highest])
def test_a_job_needs_at_most_40_lines(kernel):
    plan = PLANS["square root" if kernel is seam.SquareRoot else "highest"]
    assert sum(len(inspect.getsource(part).splitlines()) for part in (kernel, plan)) <= 40


def write(plan, path, executor):
    """Run a plan and write its output to `path`; return pixels, band descriptions and the totals of the run."""
    with RasterWriter(str(path), plan.profile) as writer:
        totals = plan.totals()
        run_task(plan.task, writer, executor, Watch(NoProgress(), totals.add))
        totals.describe(writer)
        writer.finish(workers=2, progress=NoProgress())
    with rasterio.open(path) as dataset:
        return dataset.read(), dataset.descriptions, totals


@pytest.mark.parametrize("name", PLANS)
def test_result_does_not_depend_on_chunks_and_executors(source, tmp_path, name):
    digits = set()
    cases = [(16, ThreadsExecutor()), (48, SerialExecutor(Stop())), (0, ThreadsExecutor()), (100, ThreadsExecutor())]
    for number, (size, executor) in enumerate(cases):
        path = tmp_path / f"{number}.tif"
        plan = PLANS[name](str(source), str(path), RunOptions(workers=2, chunk_size=size), creation_options=BLOCKS)
        found, names, totals = write(plan, path, executor)
        assert np.array_equal(found, expected(VALUES, name))
        assert names == tuple(band.description for band in plan.job.kernel.bands)
        digits.add(repr((totals.statistics, totals.counts.numbers, totals.valid)))
    assert len(digits) == 1


@pytest.mark.parametrize("name", PLANS)
def test_a_window_reads_pixels_around_it(source, tmp_path, name):
    window = Window(20, 33, 100, 117)
    full = PLANS[name](str(source), str(tmp_path / "out.tif"))
    plan = plan_pixels(full.job, str(tmp_path / "out.tif"), RunOptions(chunk_size=16), window=window)
    found, _, _ = write(plan, tmp_path / "out.tif", ThreadsExecutor())
    rows, cols = window.toslices()
    assert np.array_equal(found, expected(VALUES, name)[:, rows, cols])


@dataclass(frozen=True)
class OverwritesInput(seam.Highest):
    """The kernel `Highest`, changed so that it tries to overwrite its input."""

    def __call__(self, stack):
        stack.values[0][...] = 0
        return super().__call__(stack)


@pytest.mark.parametrize("window", [None, Window(10, 10, 20, 20)])
def test_the_input_of_a_kernel_is_read_only(source, tmp_path, window):
    """A kernel cannot change its input, because other chunks may receive the same arrays."""
    full = seam.plan_highest(str(source), str(tmp_path / "out.tif"))
    plan = plan_pixels(
        replace(full.job, kernel=OverwritesInput()), str(tmp_path / "out.tif"), RunOptions(), window=window
    )
    with pytest.raises(ValueError, match="read-only"):
        write(plan, tmp_path / "out.tif", SerialExecutor(Stop()))


@dataclass(frozen=True)
class CountsOutside(seam.Highest):
    """The kernel `Highest` with a halo of 20, whose result is the number of rows and columns outside the raster."""

    halo = 20

    def __call__(self, stack):
        rows, cols = (size - 2 * self.halo for size in stack.values[0].shape)
        numbers = 1_000_000 * stack.outside.top + 10_000 * stack.outside.bottom + 100 * stack.outside.left
        stored = np.full((2, rows, cols), numbers + stack.outside.right, "float32")
        return Pixels(stored, np.ones(stored.shape, bool))


def test_a_kernel_knows_how_much_lies_outside_the_raster(source, tmp_path):
    """A kernel is told how many rows and columns of its halo lie outside the raster, also if EXTENT is set."""
    plan = seam.plan_highest(str(source), str(tmp_path / "out.tif"))
    job, window = replace(plan.job, kernel=CountsOutside()), Window(16, 0, 154, 150)
    plan = plan_pixels(
        job, str(tmp_path / "out.tif"), RunOptions(chunk_size=128), window=window, creation_options=BLOCKS
    )
    found, _, _ = write(plan, tmp_path / "out.tif", SerialExecutor(Stop()))
    assert found[0, 0, [0, -1]].tolist() == [20_000_400, 20_000_020]
    assert found[0, -1, [0, -1]].tolist() == [200_400, 200_020]


class WithoutHalo(seam.Highest):
    """The kernel `Highest` with a halo of 0, which pads its input instead of reading neighbouring pixels."""

    halo = 0

    def __call__(self, stack):
        values, valid = (np.pad(array[0], 1) for array in (stack.values, stack.valid))
        return super().__call__(stack._replace(values=(values,), valid=(valid,)))


def test_a_missing_halo_gives_other_pixels(source, tmp_path):
    """Without a halo, the result differs, so the other tests of this kernel would detect a halo that is not read."""
    plan = seam.plan_highest(str(source), str(tmp_path / "out.tif"), RunOptions(chunk_size=16))
    short = replace(plan, job=replace(plan.job, kernel=WithoutHalo()))
    found, _, _ = write(short, tmp_path / "out.tif", ThreadsExecutor())
    assert not np.array_equal(found, expected(VALUES, "highest"))


@pytest.mark.parametrize("name", PLANS)
def test_a_run_is_logged_and_reported(source, tmp_path, log, name):
    run = RunOptions(workers=2, report=tmp_path / "report.html", log=log)
    result = run_pixels(lambda run: PLANS[name](str(source), str(tmp_path / "out.tif"), run), {"input": source}, run)
    expected_bands = expected(VALUES, name)
    with rasterio.open(result.output) as dataset:
        assert np.array_equal(dataset.read(), expected_bands)
    valid = expected_bands != -9999
    assert [each.count for each in result.statistics] == valid.sum(axis=(1, 2)).tolist()
    assert result.valid == valid.any(axis=0).sum() and result.pixels == VALUES.size
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert str(source) in page and "maximum" in page.lower()
    if name == "square root":
        negative = int(((VALUES < 0) & (VALUES != -5)).sum())
        assert log.warnings == [f"{negative} pixels are negative and have no square root."]
        assert "Square root" in page and "Negative pixels" in page and str(negative) in page
    else:
        assert log.warnings == [] and "Highest of 3 x 3" in page
        assert log.line("count: 25500 of 25500 pixels are valid") and log.line("25500 of 25500 pixels are valid in at")


def set_job(name):
    return SetJob(name.replace(" ", "-"), functools.partial(plan_one, PLANS[name]), "result_", name)


def plan_one(plan, src, dst, *, run, resolve):
    return plan(src, dst, run, resolve, creation_options=BLOCKS)


@pytest.mark.parametrize("name", PLANS)
def test_a_run_of_tiles(make_raster, tmp_path, log, name):
    (tmp_path / "in").mkdir()
    parts = [VALUES[:, :60], VALUES[:70], VALUES]
    for number, values in enumerate(parts):
        make_raster([values], f"in/t{number}.tif", nodata=-5, blocks=32)
    run = RunOptions(workers=2, report=tmp_path / "report.html", log=log)
    check_of_tiles(set_job(name), tmp_path / "in", str(tmp_path / "out"), "*.tif", run)
    paths = run_of_tiles(set_job(name), tmp_path / "in", str(tmp_path / "out"), "*.tif", {}, run)
    assert paths == [str(tmp_path / "out" / f"result_t{number}.tif") for number in range(3)]
    for path, values in zip(paths, parts):
        with rasterio.open(path) as dataset:
            assert np.array_equal(dataset.read(), expected(values, name))
    assert f"{name} of 3 files" in (tmp_path / "report.html").read_text(encoding="utf-8")
    if name == "square root":
        negative = sum(int(((each < 0) & (each != -5)).sum()) for each in parts)
        assert log.warnings == [f"{negative} pixels are negative and have no square root."]
    with pytest.raises(InputError, match="matches"):
        check_of_tiles(set_job(name), tmp_path / "in", str(tmp_path / "out"), "*.png", run)


@pytest.mark.parametrize("name", PLANS)
def test_the_benchmark(source, tmp_path, log, name):
    result = benchmark(
        lambda dst, run, options: PLANS[name](str(source), dst, run, creation_options=options),
        table=tmp_path / "table.csv", report=tmp_path / "report.html", workers=2, repeats=1, chunk_sizes=(32, 64),
        creation_options=BLOCKS, folder=tmp_path, log=log,
    )  # fmt: skip
    assert {(each.workers, each.chunk_size) for each in result.measurements if each.chunk_size} == {
        (workers, size) for workers in (0, 1, 2) for size in (32, 64)
    }
    assert f"of {source}" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert log.line("Bands: 1 (int16, blocks of 32 x 32)")
