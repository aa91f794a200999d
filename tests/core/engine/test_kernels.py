"""A new job on pixels is a kernel: planned, run in this thread and on threads, written, verified and counted alike."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

from parallel_raster.core.engine.run import Serial, Threads, Watch, run_task
from parallel_raster.core.parallel.chunks import plan_chunks
from parallel_raster.core.pixels.job import PixelJob, PixelTask, PixelTotals
from parallel_raster.core.pixels.stack import Pixels, Source
from parallel_raster.core.pixels.terms import Term
from parallel_raster.core.progress import NoProgress, Stop
from parallel_raster.core.reading.readers import read_facts
from parallel_raster.core.writing.creation_options import resolve_profile
from parallel_raster.core.writing.gdal_file import BandFacts
from parallel_raster.core.writing.writer import RasterWriter


@dataclass(frozen=True)
class SquareRoot:
    """The square root of the first source; what has none is counted."""

    halo = 0
    bands = (BandFacts("sqrt(B1)"),)
    temporaries = 8

    def __call__(self, stack):
        (values,), (valid,) = stack.values, stack.valid
        real = valid & (values >= 0)
        stored = np.where(real, np.sqrt(np.where(real, values, 0)), -9999).astype("float32")
        return Pixels(stored[np.newaxis], real[np.newaxis], {"negative": int((valid & ~real).sum())})


@dataclass(frozen=True)
class Highest:
    """The highest valid pixel of the 3 x 3 around each, and how many of them there are."""

    halo = 1
    bands = (BandFacts("highest of 3 x 3"), BandFacts("count"))
    temporaries = 16

    def __call__(self, stack):
        (values,), (valid,) = stack.values, stack.valid
        rows, cols = (size - 2 for size in values.shape)
        around = [(slice(row, row + rows), slice(col, col + cols)) for row in range(3) for col in range(3)]
        highest = np.max([np.where(valid[at], values[at], -np.inf) for at in around], axis=0)
        count = np.sum([valid[at] for at in around], axis=0)
        shown = np.stack([count > 0, np.ones(count.shape, bool)])
        return Pixels(np.where(shown, [highest, count], -9999).astype("float32"), shown)


VALUES = np.random.default_rng(4).integers(-9, 90, (150, 170)).astype("int16")


def planned(source, kernel, chunk_size=0, extent=None):
    (band,) = read_facts(str(source), [1])
    job = PixelJob("some-job", (Source(band, Term(band.dtype, band.nodata)),), None, kernel, "float32")
    window = extent or Window(0, 0, band.grid.width, band.grid.height)
    options = {"BLOCKXSIZE": "16", "BLOCKYSIZE": "16"}
    output = resolve_profile(band.grid.cropped(window), len(kernel.bands), "float32", -9999, options, 2)
    chunks = plan_chunks(
        (window.height, window.width), output.block, job.input_blocks, bytes_per_pixel=job.bytes_per_pixel,
        input_block_bytes=job.input_block_bytes, workers=2, memory=2**26, chunk_size=chunk_size,
    )  # fmt: skip
    return PixelTask(job, window, output, chunks)


def made(task, path, executor):
    """The pixels of the finished file, and what its pieces left."""
    with RasterWriter(str(path), task.output) as writer:
        totals = PixelTotals(task)
        run_task(task, writer, executor, Watch(NoProgress(), totals.add))
        totals.describe(writer)
        writer.finish(workers=2, progress=NoProgress())
    with rasterio.open(path) as dataset:
        return dataset.read(), dataset.descriptions, totals


@pytest.fixture
def source(make_raster):
    return make_raster([VALUES], nodata=-5, blocks=32)


def test_a_kernel_of_single_pixels(source, tmp_path):
    found, names, totals = made(planned(source, SquareRoot()), tmp_path / "out.tif", Threads())
    valid = (VALUES >= 0) & (VALUES != -5)
    assert np.array_equal(found[0], np.where(valid, np.sqrt(np.abs(VALUES)), -9999).astype("float32"))
    assert names == ("sqrt(B1)",) and totals.counts.numbers == {"negative": int(((VALUES < 0) & (VALUES != -5)).sum())}
    assert totals.statistics[0].count == valid.sum()


@pytest.mark.parametrize("extent", [None, Window(20, 33, 100, 117)])
def test_a_kernel_with_neighbours(source, tmp_path, extent):
    """Pixels around the extent are seen, those outside the raster are not valid; chunks and threads do not matter."""
    whole = np.pad(np.where(VALUES == -5, np.nan, VALUES.astype(float)), 1, constant_values=np.nan)
    shifts = np.stack([whole[row : row + 150, col : col + 170] for row in range(3) for col in range(3)])
    count = np.isfinite(shifts).sum(axis=0)
    highest = np.where(count > 0, np.max(np.where(np.isfinite(shifts), shifts, -np.inf), axis=0), -9999)
    rows, cols = (extent or Window(0, 0, 170, 150)).toslices()
    wanted = np.stack([highest, count])[:, rows, cols].astype("float32")
    digits = set()
    for number, (size, executor) in enumerate([(16, Threads()), (48, Serial(Stop())), (0, Threads())]):
        task = planned(source, Highest(), size, extent)
        found, names, totals = made(task, tmp_path / f"{number}.tif", executor)
        assert np.array_equal(found, wanted) and names == ("highest of 3 x 3", "count")
        digits.add(repr(totals.statistics))
    assert len(digits) == 1


def test_a_halo_too_small_gives_other_pixels(source, tmp_path):
    """Else the tests above could not tell whether a halo is read."""
    task = planned(source, Highest(), 16)
    short = replace(task.job, kernel=Highest0())
    found, _, _ = made(replace(task, job=short), tmp_path / "out.tif", Threads())
    right, _, _ = made(task, tmp_path / "right.tif", Threads())
    assert not np.array_equal(found, right)


class Highest0(Highest):
    """The same, which pads what it is given in place of asking for it."""

    halo = 0

    def __call__(self, stack):
        values, valid = (np.pad(array[0], 1) for array in (stack.values, stack.valid))
        return super().__call__(stack._replace(values=(values,), valid=(valid,)))
