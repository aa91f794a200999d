"""The writer leaves a complete and verified result or, if anything fails, no result."""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
from dataclasses import replace

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.windows import Window

from cases import long
from georeference import METRES
from parallel_raster.core.errors import Cancelled, OutputError
from parallel_raster.core.jobs.difference import job as difference
from parallel_raster.core.parallel import chunks as planner
from parallel_raster.core.pixels import job as pixel_job
from parallel_raster.core.pixels.job import in_strips
from parallel_raster.core.progress import NoProgress
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.raster.windows import subdivide
from parallel_raster.core.tiff import block_map
from parallel_raster.core.writing import encoded_file, gdal_file, writer
from parallel_raster.core.writing.creation_options import resolve_profile
from parallel_raster.core.writing.gdal_file import BandDescription
from parallel_raster.core.writing.partial_file import PartialFile
from parallel_raster.core.writing.writer import RasterWriter

WIDTH, HEIGHT = 300, 260
BLOCKS = "BLOCKXSIZE=128|BLOCKYSIZE=128|"
VALUES = np.random.default_rng(1).normal(0, 1, (HEIGHT, WIDTH)).astype("float32")


def profile(given="", dtype="float32"):
    grid = Grid(CRS.from_wkt(METRES), Affine(30, 0, 4e5, 0, -30, 5e6), WIDTH, HEIGHT)
    return resolve_profile(grid, 1, dtype, -9999.0 if dtype == "float32" else None, BLOCKS + given, 2)


def write_all(target, values=VALUES, edge=(128, 128)):
    for window in subdivide(Window(0, 0, WIDTH, HEIGHT), edge):
        target.write(values[np.newaxis][:, window.toslices()[0], window.toslices()[1]], window)


def write_file(path, given="", values=VALUES, **finishing):
    with RasterWriter(str(path), profile(given)) as target:
        write_all(target, values)
        target.finish(**{"workers": 2, "progress": NoProgress(), **finishing})


def read_back(path):
    with rasterio.open(path) as dataset:
        return dataset.read(1)


def names(folder):
    return sorted(os.listdir(folder))


@pytest.mark.parametrize(
    "given",
    [
        "",
        "COMPRESS=NONE",
        "COMPRESS=LZW",
        "COMPRESS=ZSTD",
        "COMPRESS=LZMA",
        "COMPRESS=PACKBITS",
        "PREDICTOR=2",
        "ZLEVEL=9",
    ]
    + ["TILED=NO|BLOCKXSIZE=300|BLOCKYSIZE=16", "BIGTIFF=YES", "INTERLEAVE=BAND", "SPARSE_OK=FALSE"],
)
@pytest.mark.parametrize("flush", [1, *long(2**30)])
def test_pixels_and_metadata_are_written(tmp_path, monkeypatch, given, flush):
    """The result is the same if the file is closed and reopened during writing, as is done for large outputs."""
    monkeypatch.setattr(gdal_file, "FLUSH_BYTES", (flush, flush, flush))
    path = tmp_path / "out.tif"
    with RasterWriter(str(path), profile(given)) as target:
        write_all(target, edge=(16, 300) if "TILED=NO" in given else (128, 128))
        target.describe(1, BandDescription("words", 0.5, 3.0), {"STATISTICS_MEAN": "1.5"})
        target.finish(workers=2, progress=NoProgress())
    assert names(tmp_path) == ["out.tif"]
    assert np.array_equal(read_back(path), VALUES)
    with rasterio.open(path) as dataset:
        assert dataset.descriptions == ("words",) and dataset.scales == (0.5,) and dataset.offsets == (3.0,)
        assert dataset.tags(1)["STATISTICS_MEAN"] == "1.5"
        assert dataset.nodata == -9999 and dataset.crs == CRS.from_wkt(METRES)
        codec = [part.split("=")[1] for part in given.split("|") if part.startswith("COMPRESS")] or ["DEFLATE"]
        found = dataset.tags(ns="IMAGE_STRUCTURE").get("COMPRESSION", "NONE")
        assert found == codec[0]


def test_reopening_does_not_increase_the_file_size(tmp_path, monkeypatch):
    """The codec, predictor and block size are stored in the file, so they still apply after reopening."""
    write_file(tmp_path / "once.tif")
    monkeypatch.setattr(gdal_file, "FLUSH_BYTES", (1, 1, 1))
    write_file(tmp_path / "often.tif")
    once, often = ((tmp_path / name).stat().st_size for name in ("once.tif", "often.tif"))
    assert often < once * 1.05


@pytest.mark.parametrize("given", ["ZLEVEL=9", "COMPRESS=LZMA", "DISCARD_LSB=3"])
def test_a_file_is_not_reopened_if_options_would_be_lost(tmp_path, monkeypatch, given):
    """A file is not reopened if this would lose options, such as the compression level, that GDAL does not store."""
    monkeypatch.setattr(gdal_file, "FLUSH_BYTES", (1, 1, 1))
    monkeypatch.setattr(gdal_file.OutputFile, "_reopen", lambda self: pytest.fail("reopened"))
    write_file(tmp_path / "out.tif", given)


@pytest.mark.parametrize("codec", ["DEFLATE", "LZW", "NONE"])
@pytest.mark.parametrize(("dtype", "masked"), [("uint8", False), ("uint8", True), ("float32", True)])
@pytest.mark.parametrize("value", [0, 7])
def test_one_strip_of_many_rows_can_be_written_and_read(tmp_path, codec, dtype, masked, value):
    """GDAL cannot write a mask that is one strip of more than 2,000 rows, nor read such a strip if it is empty."""
    grid = Grid(CRS.from_wkt(METRES), Affine(30, 0, 4e5, 0, -30, 5e6), 3, 2001)
    one_strip = resolve_profile(grid, 1, dtype, None, f"TILED=NO|BLOCKYSIZE=4096|COMPRESS={codec}", 1)
    pixels, mask = np.full((1, 2001, 3), value, dtype), np.full((2001, 3), 255, "uint8")
    mask[1990:, 1] = 0
    with RasterWriter(str(tmp_path / "out.tif"), replace(one_strip, masked=masked)) as target:
        target.write(pixels, Window(0, 0, 3, 2001), mask if masked else None)
        target.finish(workers=1, progress=NoProgress())
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert (dataset.read() == pixels).all()
        assert (dataset.read_masks(1) == (mask if masked else 255)).all()


def test_nodata_blocks_are_verified(tmp_path):
    """GDAL omits blocks that contain only nodata; these blocks must be read back as nodata."""
    values = VALUES.copy()
    values[:128] = -9999
    write_file(tmp_path / "out.tif", values=values)
    assert np.array_equal(read_back(tmp_path / "out.tif"), values)


def test_nan_is_verified(tmp_path):
    values = VALUES.copy()
    values[5, 5] = np.nan
    write_file(tmp_path / "out.tif", values=values)
    assert np.array_equal(read_back(tmp_path / "out.tif"), values, equal_nan=True)


def test_several_threads_can_write(tmp_path):
    path = tmp_path / "out.tif"
    with RasterWriter(str(path), profile()) as target:
        windows = list(subdivide(Window(0, 0, WIDTH, HEIGHT), (128, 128)))

        def write(part):
            for window in part:
                target.write(VALUES[np.newaxis][:, window.toslices()[0], window.toslices()[1]], window)

        threads = [threading.Thread(target=write, args=(windows[start::3],)) for start in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        target.finish(workers=3, progress=NoProgress())
    assert np.array_equal(read_back(path), VALUES)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_removes_the_unfinished_file(tmp_path, error):
    (tmp_path / "out.tif").write_text("old")
    with pytest.raises(error), RasterWriter(str(tmp_path / "out.tif"), profile()) as target:
        write_all(target)
        raise error
    assert names(tmp_path) == ["out.tif"] and (tmp_path / "out.tif").read_text() == "old"


def test_leaving_without_finish_removes_the_unfinished_file(tmp_path):
    with RasterWriter(str(tmp_path / "out.tif"), profile()) as target:
        write_all(target)
    assert names(tmp_path) == []


def test_a_file_that_cannot_be_created_is_an_error(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("words of a\nlibrary.")

    valid = profile()
    monkeypatch.setattr(rasterio, "open", fail)
    with pytest.raises(OutputError) as caught, RasterWriter(str(tmp_path / "out.tif"), valid):
        pass
    assert str(caught.value) == f"{tmp_path}/out.tif could not be written: words of a library."
    assert names(tmp_path) == []


def test_the_message_about_a_damaged_directory_names_the_output(tmp_path, monkeypatch):
    """It names neither the unfinished file nor only the number of a tag."""
    monkeypatch.setattr(gdal_file, "NODATA_TAG", 65000)
    valid = replace(profile(dtype="uint8"), nodata=-1)
    with pytest.raises(OutputError) as caught, RasterWriter(str(tmp_path / "out.tif"), valid) as target:
        write_all(target, VALUES.astype("uint8"))
        target.finish(workers=1, progress=NoProgress())
    assert str(caught.value) == f"{tmp_path}/out.tif could not be written: the TIFF tag 65000 is missing."


def test_a_message_about_the_unfinished_file_names_the_output(tmp_path, monkeypatch):
    def fail(path, *_, **__):
        raise OSError(f"{path} is incomplete")

    monkeypatch.setattr(encoded_file, "read_own_layout", fail)
    with pytest.raises(OutputError) as caught, RasterWriter(str(tmp_path / "out.tif"), profile("COMPRESS=DEFLATE")):
        pass
    output = f"{tmp_path}/out.tif"
    assert str(caught.value) == f"{output} could not be written: {output} is incomplete."


def block_offset(path, col, row):
    with rasterio.open(path) as dataset:
        return int(dataset.get_tag_item(f"BLOCK_OFFSET_{col}_{row}", "TIFF", bidx=1))


@pytest.mark.parametrize("given", ["COMPRESS=NONE", "COMPRESS=DEFLATE", "COMPRESS=LZW|PREDICTOR=1"])
@pytest.mark.parametrize("exists", [True, False])
def test_a_changed_byte_on_disk_is_detected(tmp_path, monkeypatch, state, given, exists):
    """A byte that changes on disk is an error: hardware can corrupt bytes, and GDAL before 3.7 ignores a full disk."""
    path = tmp_path / "out.tif"
    if exists:
        path.write_text("old")
        (tmp_path / "out.tif.ovr").write_text("old overviews")
    before = state(tmp_path)
    real = PartialFile.sync

    def flip(self):
        real(self)
        offset = block_offset(self.path, 1, 1)
        with open(self.path, "rb+") as file:
            file.seek(offset + 100)
            byte = file.read(1)[0]
            file.seek(offset + 100)
            file.write(bytes([byte ^ 0x40]))

    monkeypatch.setattr(PartialFile, "sync", flip)
    with pytest.raises(OutputError) as caught:
        write_file(path, given)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    if given == "COMPRESS=NONE":  # with compression, the codec may report the error
        assert "row 128, column 128" in str(caught.value)
    assert state(tmp_path) == before


def test_a_block_that_was_never_written_is_detected(tmp_path, monkeypatch):
    """A block that is read as zeros, because the disk was full when it was written, is an error."""
    real = PartialFile.sync

    def clear_block(self):
        real(self)
        offset = block_offset(self.path, 0, 1)
        with open(self.path, "rb+") as file:
            file.seek(offset)
            file.write(bytes(128 * 128 * 4))

    monkeypatch.setattr(PartialFile, "sync", clear_block)
    with pytest.raises(OutputError, match="row 128, column 0"):
        write_file(tmp_path / "out.tif", "COMPRESS=NONE")
    assert names(tmp_path) == []


def test_a_truncated_file_is_detected(tmp_path, monkeypatch):
    real = PartialFile.sync

    def truncate(self):
        real(self)
        os.truncate(self.path, os.path.getsize(self.path) * 3 // 4)

    monkeypatch.setattr(PartialFile, "sync", truncate)
    for given in ("COMPRESS=NONE", "", "DISCARD_LSB=3"):
        with pytest.raises(OutputError):
            write_file(tmp_path / "out.tif", given)
        assert names(tmp_path) == []


def test_without_verification_nothing_is_compared(tmp_path, monkeypatch, make_progress):
    """With `verify=False`, the result is written but no pixels are compared."""
    monkeypatch.setattr(RasterWriter, "_compare", lambda *_, **__: pytest.fail("compared"))
    progress = make_progress()
    write_file(tmp_path / "out.tif", verify=False, progress=progress)
    assert progress.reports == [] and names(tmp_path) == ["out.tif"]


def test_verification_reopens_the_file_to_free_decoded_blocks(tmp_path, monkeypatch):
    opened = []
    real = RasterWriter._open_back
    monkeypatch.setattr(writer, "REOPEN_BYTES", 128 * 128 * 4)
    monkeypatch.setattr(RasterWriter, "_open_back", lambda self, path: opened.append(path) or real(self, path))
    write_file(tmp_path / "out.tif", "COMPRESS=LZW", workers=1)
    assert len(opened) > 1


@pytest.fixture
def hold(monkeypatch):
    """Return a function that blocks all but the first `quick` chunks and comparisons until the run has ended."""
    compare = RasterWriter._compare

    def begin(progress, quick):
        numbers = itertools.count()

        def wait():
            if next(numbers) >= quick:
                assert progress.ended.wait(60)

        def held_compare(*arguments, **keywords):
            wait()
            compare(*arguments, **keywords)

        def held_pixels(*arguments):
            wait()
            return in_strips(*arguments)

        monkeypatch.setattr(RasterWriter, "_compare", held_compare)
        monkeypatch.setattr(pixel_job, "in_strips", held_pixels)

    return begin


def test_verification_reports_progress(tmp_path, make_progress):
    progress = make_progress()
    write_file(tmp_path / "out.tif", progress=progress)
    assert progress.reports[-1] == (9, 9) and progress.reports == sorted(progress.reports)


@pytest.mark.parametrize("done", [0, 4])
def test_verification_can_be_cancelled(tmp_path, make_progress, hold, done, monkeypatch):
    monkeypatch.setattr(block_map, "GROUP_BYTES", 1)  # each block is verified separately
    progress = make_progress(cancel_at=done // 2)
    hold(progress, done)
    with pytest.raises(Cancelled):
        write_file(tmp_path / "out.tif", progress=progress)
    assert names(tmp_path) == []


@pytest.mark.parametrize("given", ["DISCARD_LSB=8", "NBITS=16"])
def test_lossy_options_are_accepted(tmp_path, given):
    """With lossy options, it is not an error if the pixels read back differ from the pixels written."""
    write_file(tmp_path / "out.tif", given)
    found = read_back(tmp_path / "out.tif")
    assert not np.array_equal(found, VALUES)
    assert np.allclose(found, VALUES, rtol=1e-2, atol=1e-3)


def test_an_error_while_closing_is_reported(tmp_path):
    """If GDAL cannot encode blocks while closing the file, an error is raised, although rasterio does not raise one."""
    with pytest.raises(OutputError, match="out.tif could not be written: .*(16 not allowed|Write failed)"):
        write_codes(tmp_path / "out.tif", profile("COMPRESS=JPEG|NUM_THREADS=1", "uint16"))
    assert names(tmp_path) == []


@pytest.mark.parametrize("given", ["COMPRESS=JPEG|NUM_THREADS=2", "COMPRESS=JPEG|NUM_THREADS=1"])
def test_a_missing_block_of_a_lossy_file_is_an_error(tmp_path, monkeypatch, given):
    """A missing block is detected, even if GDAL's own threads do not report their errors."""
    monkeypatch.setattr(gdal_file, "raised_errors", contextlib.nullcontext)
    with pytest.raises(OutputError, match=r"row \d+, column \d+.* of band 1 is missing|Write failed"):
        write_codes(tmp_path / "out.tif", profile(given, "uint16"))
    assert names(tmp_path) == []


def test_empty_blocks_may_be_missing_in_a_lossy_file(tmp_path):
    values = np.zeros((HEIGHT, WIDTH), "uint8")
    values[:100] = 7
    write_codes(tmp_path / "out.tif", profile("COMPRESS=JPEG", "uint8"), values)
    assert np.array_equal(read_back(tmp_path / "out.tif")[128:], values[128:])


def write_codes(path, output, values=None):
    values = np.full((HEIGHT, WIDTH), 300, output.dtype) if values is None else values
    with RasterWriter(str(path), output) as target:
        write_all(target, values)
        target.finish(workers=1, progress=NoProgress())


# Complete runs.


@pytest.fixture
def source(make_raster, random_bands, tmp_path):
    """Return the path of an input raster outside the folder `out`, which contains only results."""
    (tmp_path / "out").mkdir()
    return make_raster(random_bands(shape=(260, 300)), blocks=128)


def run(source, out, **options):
    given = {"band_a": 1, "band_b": 2, "creation_options": BLOCKS, "chunk_size": 128, "workers": 2}
    return difference.normalized_difference(source, out, **{**given, **options})


def failing_at(monkeypatch, number, error):
    """Make computing the pixels of chunk `number` (counted from 0) raise `error`."""
    count = iter(range(1000))

    def pixels(*arguments):
        if next(count) == number:
            raise error
        return in_strips(*arguments)

    monkeypatch.setattr(pixel_job, "in_strips", pixels)


@pytest.mark.parametrize("number", [0, 4, 8])
@pytest.mark.parametrize("exists", [True, False])
def test_a_failing_chunk_fails_the_run(source, tmp_path, state, monkeypatch, number, exists):
    out = tmp_path / "out" / "out.tif"
    if exists:
        run(source, out, index="ndwi")
        for suffix in (".ovr", ".aux.xml", ".msk"):
            (tmp_path / "out" / f"out.tif{suffix}").write_text("old")
    before = state(tmp_path)
    failing_at(monkeypatch, number, ZeroDivisionError("in chunk"))
    with pytest.raises(ZeroDivisionError, match="in chunk"):
        run(source, out)
    assert state(tmp_path) == before


def test_a_new_result_replaces_the_old_file_and_its_sidecars(source, tmp_path, read):
    out = tmp_path / "out" / "out.tif"
    run(source, out, index="ndwi")
    for suffix in (".ovr", ".aux.xml", ".msk"):
        (tmp_path / "out" / f"out.tif{suffix}").write_text("old")
    run(source, out, index="ndvi")
    assert names(tmp_path / "out") == ["out.tif"]
    assert read(out).description.startswith("NDVI")


@pytest.mark.parametrize("done", [0, 3, 9, 12])  # during computation, between the stages and during verification
@pytest.mark.parametrize("interrupt", [False, True])
def test_a_cancelled_run_leaves_all_files_unchanged(source, tmp_path, state, make_progress, hold, done, interrupt):
    out = tmp_path / "out" / "out.tif"
    out.write_text("old")
    before = state(tmp_path)
    event = {"raise_at": done, "error": KeyboardInterrupt()} if interrupt else {"cancel_at": done}
    progress = make_progress(**event)
    hold(progress, done)
    with pytest.raises(KeyboardInterrupt if interrupt else Cancelled):
        run(source, out, progress=progress)
    assert state(tmp_path) == before


def test_a_run_with_one_large_chunk_can_be_cancelled(source, tmp_path, state, make_progress, hold, monkeypatch):
    """A large chunk is processed in slices; after a cancellation, the remaining slices are skipped."""
    monkeypatch.setattr(planner, "SLICE_PIXELS", 128 * 300)
    before = state(tmp_path)
    progress = make_progress(cancel_at=0)
    hold(progress, 1)
    with pytest.raises(Cancelled):
        run(source, tmp_path / "out" / "out.tif", chunk_size=1000, progress=progress, verify=False)
    assert state(tmp_path) == before


def test_progress_of_a_run_without_verification(source, tmp_path, make_progress):
    progress = make_progress()
    run(source, tmp_path / "out" / "out.tif", verify=False, progress=progress)
    done, total = progress.reports[-1]
    assert done == total and total % 9 == 0


def test_lossy_options_are_logged(source, tmp_path, log):
    """The log warns that the result differs from the computed pixels and that fewer properties are verified."""
    run(source, tmp_path / "out" / "out.tif", creation_options=BLOCKS + "DISCARD_LSB=8", log=log)
    assert any("options are lossy" in line for line in log.infos)
