"""Tests for outputs that cluster workers write as part files, which are then joined into one file."""

from __future__ import annotations

import os
import pickle
import re

import numpy as np
import pytest
import rasterio

import parallel_raster
from cancels import NOT_STOPPED, wait_for
from cases import long
from parallel_raster.core import Cancelled, InputError, OutputError
from parallel_raster.core.engine.run import ClusterExecutor, Watch, run_task
from parallel_raster.core.jobs.difference.job import plan_normalized_difference
from parallel_raster.core.jobs.masking.job import plan_mask_raster
from parallel_raster.core.pixels.sources import MaskLayer
from parallel_raster.core.progress import NoProgress, Stop
from parallel_raster.core.writing.writer import RasterWriter


class LocalWorkers:
    """A stand-in for cluster workers that runs pickled work in this thread, and every second item twice."""

    def run(self, work, items, *, name, places, folder, inputs, collect, progress):
        for path in inputs:
            assert os.path.isabs(path)
        sent = pickle.dumps(work)
        for number, item in enumerate(items):
            for _ in range(1 + number % 2):
                part = pickle.loads(sent)(item, Stop())  # noqa: S301 - our own data
            collect(part)
            progress.report(number + 1, len(items))
        self.listing = sorted(os.listdir(folder))


@pytest.fixture
def write_in_parts(make_raster, tmp_path):
    """Return a function that writes a raster in parts and compares it with the output of a local run.

    The function returns the windows of pixels that were decoded instead of copied, and the stand-in workers.
    """

    def write(creation_options, damage=None, verify=True, **given):
        random = np.random.default_rng(3)
        bands = list(random.integers(1, 3000, (2, 150, 170), dtype="uint16"))
        bands[0][:64, :64] = 0
        source = make_raster(bands, nodata=0, blocks=16)
        options = {"workers": 2, "chunk_size": 64, "creation_options": creation_options, **given}
        planned = plan_normalized_difference(source, tmp_path / "out.tif", band_a=1, band_b=2, **options)
        cluster_workers, writes = LocalWorkers(), []
        with RasterWriter(planned.destination, planned.profile) as writer:
            real = writer.write
            writer.write = lambda array, window, mask=None: (writes.append(window), real(array, window, mask))

            def collect(record):
                if damage:
                    damage(tmp_path)

            run_task(planned.task, writer, ClusterExecutor(cluster_workers, 2, verify), Watch(NoProgress(), collect))
            writer.finish(workers=2, progress=NoProgress())
        parallel_raster.core.normalized_difference(
            source, tmp_path / "here.tif", band_a=1, band_b=2, creation_options=creation_options, **given
        )
        with rasterio.open(tmp_path / "out.tif") as out, rasterio.open(tmp_path / "here.tif") as here:
            assert (out.read() == here.read()).all()
            assert out.profile == here.profile
        assert sorted(path.name for path in tmp_path.iterdir()) == ["here.tif", "in.tif", "out.tif"]
        return writes, cluster_workers

    return write


BLOCKS = "BLOCKXSIZE=32|BLOCKYSIZE=32"


def test_parts_of_a_file_without_its_nodata_value(write_in_parts, tmp_path):
    """16-bit floats cannot store nodata -9999, so a mask marks valid pixels and is copied together with the parts."""
    write_in_parts(f"NBITS=16|{BLOCKS}")
    with rasterio.open(tmp_path / "out.tif") as out, rasterio.open(tmp_path / "here.tif") as here:
        assert out.nodata is None and not out.read_masks(1)[:64, :64].any()
        assert (out.read_masks(1) == here.read_masks(1)).all()


@pytest.mark.parametrize("given", ["PIXELTYPE=SIGNEDBYTE", "NBITS=7"])
def test_a_clipped_value_is_reported_with_its_position_in_the_output(write_in_parts, make_raster, tmp_path, given):
    """The error gives the row and column in the output, not in the part. Only the first chunk has no clipped value."""
    if "PIXELTYPE" in given and tuple(map(int, rasterio.__gdal_version__.split(".")[:2])) >= (3, 7):
        pytest.skip("this GDAL has a signed byte type and warns about the option")
    with pytest.raises(OutputError, match=f"out.tif.* is [0-9]+, but {given}") as error:
        write_in_parts(f"{given}|{BLOCKS}", data_type="uint8")
    row, col = (int(each) for each in re.search(r"row (\d+), column (\d+)", str(error.value)).groups())
    assert row >= 64 or col >= 64


@pytest.mark.parametrize(
    ("options", "decoded"),
    [
        (BLOCKS, 0),
        *long(
            (f"{BLOCKS}|COMPRESS=NONE", 0),
            (f"{BLOCKS}|COMPRESS=LZW|PREDICTOR=1", 0),
            ("TILED=NO|BLOCKYSIZE=8", 0),
        ),
        (f"{BLOCKS}|COMPRESS=ZSTD|BIGTIFF=YES", 0),
        (f"{BLOCKS}|COMPRESS=LERC|MAX_Z_ERROR=0.1", 9),
    ],
)
@pytest.mark.parametrize("verify", [True, *long(False)])
def test_blocks_of_parts_are_copied_or_decoded(write_in_parts, options, decoded, verify):
    """Blocks of part files are copied if the encoding is lossless. With a lossy encoding, their pixels are decoded."""
    writes, cluster_workers = write_in_parts(options, verify=verify)
    assert bool(writes) == bool(decoded)
    assert "go" not in cluster_workers.listing and not any("unfinished" in name for name in cluster_workers.listing)


def test_a_changed_part_raises_an_error(write_in_parts):
    def damage(folder):
        for part in folder.glob(".*.parts/*.tif"):
            part.write_bytes(part.read_bytes()[:-1] + b"?")

    with pytest.raises(InputError, match="differs from what the worker wrote"):
        write_in_parts(BLOCKS, damage)


def test_parts_are_removed_when_a_run_fails(write_in_parts, tmp_path):
    def fail(folder):
        raise OutputError("enough")

    with pytest.raises(OutputError, match="enough"):
        write_in_parts(BLOCKS, fail)
    assert [path.name for path in tmp_path.iterdir()] == ["in.tif"]


def test_the_unfinished_output_is_touched_while_the_workers_compute(make_raster, random_bands, tmp_path):
    """The modification time is updated, so no other machine treats the output as abandoned after a day."""
    source = make_raster(random_bands(shape=(150, 170)), blocks=16)
    options = {"chunk_size": 64, "workers": 2, "creation_options": "BLOCKXSIZE=16|BLOCKYSIZE=16"}
    plan = plan_normalized_difference(source, tmp_path / "out.tif", band_a=1, band_b=2, **options)
    with RasterWriter(plan.destination, plan.profile) as writer:
        path, seen = writer._partial.path, []

        def collect(record):
            seen.append(os.stat(path).st_mtime)
            os.utime(path, (0, 0))

        run_task(plan.task, writer, ClusterExecutor(LocalWorkers(), 2, True), Watch(NoProgress(), collect))
        assert len(seen) == plan.chunks.count > 5 and min(seen) > 0


@pytest.fixture
def mask_on_workers(make_raster, tmp_path):
    """Return a function that masks a raster, with nodata marking, in 9 chunks, 4 of which are copied on this machine.

    The function returns two lists: the chunks sent to the workers, and all chunks.
    """
    pixels, layer = np.full((96, 96), 7, "uint8"), np.zeros((96, 96), "uint8")
    layer[:32] = layer[:, :32] = 3
    source = make_raster([pixels], name="in.tif", nodata=0, blocks=16)
    mask = make_raster([layer], name="mask.tif", blocks=16)
    plan = plan_mask_raster(source, tmp_path / "out.tif", mask, mask_values="3", workers=2, chunk_size=32)

    def run(progress):
        cluster_workers, sent = LocalWorkers(), []
        real = cluster_workers.run
        cluster_workers.run = lambda work, items, **options: (sent.extend(items), real(work, items, **options))
        with RasterWriter(plan.destination, plan.profile) as writer:
            run_task(plan.task, writer, ClusterExecutor(cluster_workers, 2, True), Watch(progress, lambda record: None))
            writer.finish(workers=2, progress=NoProgress())
        return sent, list(plan.chunks.windows())

    return run


def test_the_search_for_chunks_to_copy_reports_progress(mask_on_workers, tmp_path):
    """During the search for chunks to copy, progress never decreases, and its total is constant."""
    reports = []

    class Listed(NoProgress):
        def report(self, done, total):
            reports.append((done, total))

    sent, chunks = mask_on_workers(Listed())
    assert len(sent) == 5 and len(chunks) == 9
    assert reports == sorted(reports) and {total for _, total in reports} == {108} and reports[-1] == (108, 108)
    assert (9, 108) in reports
    with rasterio.open(tmp_path / "out.tif") as out:
        assert (out.read(1)[32:, 32:] == 7).all() and not out.read(1)[:32].any() and not out.read(1)[:, :32].any()


def test_the_search_for_chunks_to_copy_can_be_cancelled(mask_on_workers, monkeypatch):
    """After a cancellation, no further mask is read; only the two threads that are already reading finish."""
    reads = []

    def read(self, readers, window, stop):
        reads.append(window)
        assert wait_for(stop.is_set), NOT_STOPPED
        return np.ones((window.height, window.width), bool)

    class Cancelling(NoProgress):
        def is_cancelled(self):
            return bool(reads)

    monkeypatch.setattr(MaskLayer, "read_visible", read)
    with pytest.raises(Cancelled):
        mask_on_workers(Cancelling())
    assert 1 <= len(reads) <= 2
